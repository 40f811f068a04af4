package console_test

import (
	"net/http"
	"testing"
)

func TestSalesFeatureAListing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("A quiet boat", "Kept in a shed."))
		path := "/console/listings/" + l.Key()
		w.get("safety", path).want(http.StatusOK).lacks("/feature")
		w.get("sales", path).want(http.StatusOK, path+"/feature", "7 days", "30 days").lacks("End it")
		w.post("safety", path+"/feature", "days", "7").want(http.StatusForbidden)
		w.post("sales", path+"/feature", "days", "7").wantTo(path)
		w.get("sales", path).want(http.StatusOK, "Above the results, and marked, until", "End it")
		w.get("safety", path).want(http.StatusOK, "Above the results, and marked, until").lacks("End it")
		for _, days := range []string{"-1", "91", "week"} {
			w.post("sales", path+"/feature", "days", days).want(http.StatusUnprocessableEntity)
		}
		w.post("sales", path+"/feature", "days", "0").wantTo(path)
		w.get("sales", path).want(http.StatusOK).lacks("Above the results, and marked")
	})
}
