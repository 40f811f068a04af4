package console_test

import (
	"net/http"
	"testing"

	"fairground/internal/db"
	"fairground/internal/moderation"
)

func TestRoutesAreSeenAndChanged(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		const at = "/console/safety/routing"
		w.get("sales", at).want(http.StatusForbidden)
		w.get("safety", at).want(http.StatusOK, "Routing", `name="queue.0"`, "Urgent", "Aya Keller", "/console/safety/work")
		form := []string{"place.0", "5", "kind.0", "listing", "severity.0", "1", "language.0", "DE", "category.0", "/boats/", "policy.0", "", "queue.0", "boats-de",
			"place.1", "2", "kind.1", "", "severity.1", "3", "language.1", "", "category.1", "", "policy.1", "scam", "queue.1", "seniors", "queue.2", ""}
		w.post("sales", at, form...).want(http.StatusForbidden)
		w.post("safety", at, form...).wantTo(at)
		w.read(func(tx *db.Tx) error {
			all, err := moderation.Routes(tx)
			want := []moderation.Route{{Severity: moderation.Grave, Policy: "scam", Queue: "seniors"}, {Kind: moderation.ListingCase, Severity: moderation.Ordinary, Language: "de", Category: "boats", Queue: "boats-de"}}
			if len(all) != 2 || all[0] != want[0] || all[1] != want[1] {
				t.Errorf("%+v", all)
			}
			return err
		})
		w.get("safety", at).want(http.StatusOK, `value="seniors"`, "boats-de", "Queues changed")
		w.post("safety", at, "queue.0", "Not A Queue!", "severity.0", "0", "language.0", "german", "category.0", "boats").
			want(http.StatusUnprocessableEntity, "small letters, digits and hyphens", `value="not a queue!"`, `value="boats"`)
		w.post("safety", at, "kind.0", "listing", "severity.0", "0", "queue.0", "").want(http.StatusUnprocessableEntity, "Name a queue")
		w.post("safety", at, append(form, "forget.1", "yes")...).wantTo(at)
		w.get("safety", at).lacks(`value="seniors"`)
	})
}
