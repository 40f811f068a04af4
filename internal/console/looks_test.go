package console_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/moderation"
	"fairground/internal/value"
)

// album is what the console is given of photos: their bytes say how they are shown.
type album struct {
	never map[string]bool // photos that a severe bank knows
	asked []string
}

func (a *album) photo(_ context.Context, sha256 string, shown moderation.Shown) (string, []byte, error) {
	if a.never[sha256] {
		return "", nil, value.Errorf(value.Forbidden, "nobody looks at this photo")
	}
	a.asked = append(a.asked, sha256)
	return "image/webp", []byte("photo " + string(shown)), nil
}

// looked counts the recorded looks at a photo.
func (w *world) looked(sha string) (looks int) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		_, looks, err = moderation.Views(tx, sha)
		return err
	})
	return looks
}

const greyPhoto, clearPhoto = "cGhvdG8gZ3JleQ==", "cGhvdG8gY2xlYXI=" // "photo grey", "photo clear"

// A photo of what is held is nowhere on a page before its look is recorded, and the look and the photo are one request.
func TestNoPhotoComesBeforeItsLook(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		given := &album{}
		w.photo = given.photo
		l := w.submit(w.boat("A red sail", "One."))
		w.caseOf(l)
		sha := l.Photos[0].Sha256
		for _, at := range []string{"/console/safety", "/console/safety?l=" + l.Key(), path(l)} {
			w.get("safety", at).want(http.StatusOK, `data-sha="`+sha+`"`).lacks("/media/photo/", "data:image/", "<img")
		}
		if len(given.asked) > 0 || w.looked(sha) > 0 {
			t.Fatalf("the pages alone read %v", given.asked)
		}
		seen := w.post("safety", "/console/safety/looks", "record", l.Key(), "sha256", sha).want(http.StatusOK, greyPhoto)
		var answer struct {
			Looks  []string
			Photos map[string]string
		}
		w.ok(json.Unmarshal([]byte(seen.body), &answer))
		if len(answer.Looks) != 1 || answer.Photos[sha] != "data:image/webp;base64,"+greyPhoto || w.looked(sha) != 1 {
			t.Errorf("%d looks are recorded: %s", w.looked(sha), seen.body)
		}
		w.post("safety", "/console/safety/looks", "record", l.Key(), "sha256", sha).want(http.StatusConflict, "stays veiled").lacks("data:image")
		w.post("safety", "/console/safety/looks", "record", l.Key(), "sha256", sha, "again", "yes", "shown", "clear").want(http.StatusOK, clearPhoto)
		w.post("safety", "/console/safety/work", "daily_looks", "40", "break_minutes", "50", "shown", "clear").wantTo("/console/safety/work")
		w.post("safety", "/console/safety/looks", "record", l.Key(), "sha256", sha, "again", "yes").want(http.StatusOK, clearPhoto)
		w.post("safety", "/console/safety/work", "daily_looks", "40", "break_minutes", "50", "shown", "upside down").want(http.StatusUnprocessableEntity)
		w.post("sales", "/console/safety/looks", "record", l.Key(), "sha256", sha).want(http.StatusForbidden)
		w.get("sales", path(l)).lacks("/media/photo/", "data:image/", "data-lift")
		if w.looked(sha) != 3 {
			t.Errorf("%d looks are recorded, want 3", w.looked(sha))
		}
	})
}

// Without scripts the button is a form, and its answer a page with the photo and the way back.
func TestALookWithoutScripts(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.photo = (&album{}).photo
		l := w.submit(w.boat("A loud siren", "One.")) // severe
		w.caseOf(l)
		sha := l.Photos[0].Sha256
		w.get("safety", "/console/safety?l="+l.Key()).want(http.StatusOK, `action="/console/safety/looks"`, `name="sha256" value="`+sha+`"`, "Look at photo 1", "40 severe photos left today")
		form := []string{"record", l.Key(), "view", "page", "sha256", sha}
		w.post("safety", "/console/safety/looks", form...).want(http.StatusOK, `src="data:image/webp;base64,`+greyPhoto, "Back to the case", "/console/safety?l="+l.Key())
		w.post("safety", "/console/safety/looks", form...).want(http.StatusConflict, "stays veiled").lacks("data:image")
		w.post("safety", "/console/safety/work", "daily_looks", "1", "break_minutes", "50").wantTo("/console/safety/work")
		w.post("safety", "/console/safety/looks", append(form, "again", "yes")...).want(http.StatusConflict, "as many severe photos today").lacks("data:image")
		w.get("safety", "/console/safety?l="+l.Key()).want(http.StatusOK, "as many severe photos today", "0 severe photos left today")
		if w.looked(sha) != 1 {
			t.Errorf("%d looks are recorded, want 1", w.looked(sha))
		}
	})
}

// What a severe bank knows is given to nobody, and nothing is recorded: nobody saw it.
func TestAPhotoOfASevereBankIsNeverGiven(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("A red sail", "One."))
		w.caseOf(l)
		sha := l.Photos[0].Sha256
		w.photo = (&album{never: map[string]bool{sha: true}}).photo
		for _, view := range []string{"", "page"} {
			w.post("safety", "/console/safety/looks", "record", l.Key(), "sha256", sha, "again", "yes", "shown", "clear", "view", view).
				want(http.StatusOK, "nobody may look at").lacks("data:image")
		}
		if w.looked(sha) != 0 {
			t.Errorf("%d looks are recorded at what nobody saw", w.looked(sha))
		}
	})
}

// A photo of another listing, and one that is no photo, are not given.
func TestALookIsAtAPhotoOfItsListing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		given := &album{}
		w.photo = given.photo
		l := w.submit(w.boat("A red sail", "One."))
		w.caseOf(l)
		for _, sha := range []string{strings.Repeat("cd", 32), "../../secret", ""} {
			w.post("safety", "/console/safety/looks", "record", l.Key(), "sha256", sha).want(http.StatusOK).lacks("data:image")
		}
		if len(given.asked) > 0 {
			t.Errorf("it read %v", given.asked)
		}
	})
}
