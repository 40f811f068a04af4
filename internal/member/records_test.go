package member_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/member"
	"fairground/internal/value"
)

func (w *world) store(of account.Account, things ...string) {
	w.Helper()
	w.write(func(tx *db.Tx) error {
		for _, thing := range things {
			if err := tx.Insert("larder", []string{"account", "thing"}, [][]any{{int64(of.ID), thing}}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *world) things(of account.Account) (n int) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Column[int], "select count(*) from larder where account = $1", of.ID)
		return err
	})
	return n
}

// files counts the exports that are stored.
func (w *world) files() (n int) {
	w.Helper()
	for _, err := range w.blobs.Keys(context.Background(), "exports/") {
		w.ok(err)
		n++
	}
	return n
}

// exported asks for an export, makes it, and returns its address.
func (w *world) exported(as string) string {
	w.Helper()
	w.send(as, "/account/my-data/exports").wantTo(w, "/account/my-data")
	w.work()
	return after(w, w.get(as, "/account/my-data").body, `href="`, "/account/my-data/exports/exp_")
}

func TestExportHoldsEverything(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.ok(w.blobs.Put(context.Background(), "photo/ab/abcd-800.webp", strings.NewReader("a photo"), 7))
		w.store(w.mina, "jam", "honey")
		w.store(w.otto, "mustard")
		w.tell(w.mina, "message.new", 1, "Hello")
		w.write(func(tx *db.Tx) error { return member.Block(tx, w.mina.ID, w.otto.ID, "Otto M.") })
		w.get("Mina", "/account/my-data").want(t, 200, "Gather my records")
		w.send("Mina", "/account/my-data/exports").wantTo(t, "/account/my-data")
		w.get("Mina", "/account/my-data").want(t, 200, "We are gathering your records", `hx-get="/account/my-data/progress"`, "0 of 3 parts").without(t, "Gather my records")
		w.post.take()
		w.work()
		if got := subjects(w.post.take()); got != "mina@example.org: Your records are ready" {
			t.Errorf("mailed %q", got)
		}
		w.get("Mina", "/account/my-data/progress").wantTo(t, "/account/my-data")
		w.get("Mina", "/account/my-data/progress", "HX-Request", "true").want(t, 200, "Fetch the file").without(t, "hx-get", "<html")
		answer := w.get("Mina", after(t, w.get("Mina", "/account/my-data").body, `href="`, "/account/my-data/exports/exp_")).want(t, 200)
		if h := answer.Header; h.Get("Content-Type") != "application/zip" || h.Get("Cache-Control") != "no-store" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") {
			t.Errorf("headers %v", h)
		}
		parts := unzip(t, answer.body)
		for name, want := range map[string]string{
			"README.txt": "Lakeside Market", "larder/things.json": `"honey"`, "larder/photos/jar.webp": "a photo", "larder/note.txt": "keep cool",
			"member/alerts.json": `"Hello"`, "member/preferences.json": "[]", "member/blocked.json": `"Otto M."`, "member/devices.json": "[]",
		} {
			if !strings.Contains(parts[name], want) {
				t.Errorf("%s: %q has no %q", name, parts[name], want)
			}
		}
		if len(parts) != 8 || strings.Contains(parts["larder/things.json"], "mustard") {
			t.Errorf("parts: %v", parts)
		}
	})
}

func unzip(t testing.TB, content string) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader([]byte(content)), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	parts := make(map[string]string)
	for _, file := range archive.File {
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		bytes, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[file.Name] = string(bytes)
	}
	return parts
}

func TestAnExportIsItsOwnersAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.store(w.mina, "jam")
		path := w.exported("Mina")
		w.get("Otto", path).want(t, http.StatusNotFound)
		w.get("Sam", path).want(t, http.StatusNotFound) // not even the staff
		w.get("", path).wantTo(t, "/sign-in?next="+strings.ReplaceAll(path, "/", "%2F"))
		for _, id := range []string{"exp_", "exp_1", "acc_1", "..%2F..%2Fkeys", "exp_zzzzzzzzzzzzz"} {
			w.get("Mina", "/account/my-data/exports/"+id).want(t, http.StatusNotFound)
		}
		w.get("Otto", "/account/my-data").want(t, 200).without(t, "exp_")
		w.unproven = true // somebody at her open browser
		w.get("Mina", path).wantTo(t, "/prove?next=%2Faccount%2Fmy-data")
		w.unproven = false
		w.get("Mina", path).want(t, 200)
	})
}

func TestExportsOnceADayAndForAWeek(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		path := w.exported("Mina")
		for range 3 {
			w.send("Mina", "/account/my-data/exports").wantTo(t, "/account/my-data")
		}
		w.work()
		if got := w.files(); got != 1 {
			t.Errorf("%d files, want one", got)
		}
		w.get("Mina", "/account/my-data").want(t, 200, "You can ask again from").without(t, "Gather my records")
		w.clock.pass(25 * time.Hour)
		second := w.exported("Mina")
		if second == path || w.files() != 2 {
			t.Errorf("a day later: %s, %d files", second, w.files())
		}
		w.clock.pass(6*24*time.Hour + time.Hour)
		w.get("Mina", path).want(t, http.StatusNotFound) // its time is over, even before it is tidied away
		w.work()
		if got := w.files(); got != 1 {
			t.Errorf("%d files after a week, want the second", got)
		}
		w.get("Mina", second).want(t, 200)
		w.clock.pass(2 * 24 * time.Hour)
		w.work()
		if got := w.files(); got != 0 {
			t.Errorf("%d files are left behind", got)
		}
	})
}

func TestErasureSaysWhatStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.store(w.mina, "jam")
		w.get("Mina", "/account/my-data/erasure").want(t, 200, "One receipt", "the law of receipts says so", "2036", "Your account: name", "That your account was erased")
		w.get("Mina", "/account/my-data/erasure", "Accept-Language", "de").want(t, 200, "Was wir behalten müssen", "Dass Ihr Konto gelöscht wurde")
		if w.things(w.mina) != 1 {
			t.Fatal("looking at it erased something")
		}
		w.read(func(tx *db.Tx) error {
			_, err := account.Find(tx, w.mina.ID)
			return err
		})
		w.send("Mina", "/account/my-data/erasure", "x", "").want(t, http.StatusUnprocessableEntity, "Please tick this first.")
		w.get("Mina", "/account/my-data").want(t, 200).without(t, "will be erased on")
	})
}

func TestErasureAsksWhoItIs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.unproven = true
		w.get("Mina", "/account/my-data/erasure").wantTo(t, "/prove?next=%2Faccount%2Fmy-data%2Ferasure")
		w.send("Mina", "/account/my-data/erasure", "sure", "yes").wantTo(t, "/prove?next=%2Faccount%2Fmy-data%2Ferasure")
		w.unproven = false
		w.clock.pass(8 * 24 * time.Hour)
		w.work()
		w.get("Mina", "/account/my-data").want(t, 200).without(t, "will be erased on")
		w.send("", "/account/my-data/erasure", "sure", "yes").want(t, http.StatusUnauthorized)
		w.send("Sam", "/account/my-data/erasure", "sure", "yes").want(t, http.StatusConflict)
	})
}

func TestErasureAfterItsGrace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.store(w.mina, "jam")
		w.store(w.otto, "mustard")
		w.exported("Mina")
		w.tell(w.mina, "message.new", 1, "Hello")
		w.write(func(tx *db.Tx) error {
			return errors.Join(member.Block(tx, w.otto.ID, w.mina.ID, "Mina M."), w.desk.Prefer(tx, w.mina.ID, "message.new", member.Mail, false))
		})
		w.post.take()
		w.send("Mina", "/account/my-data/erasure", "sure", "yes").wantTo(t, "/account/my-data")
		w.send("Mina", "/account/my-data/erasure", "sure", "yes").wantTo(t, "/account/my-data")
		if got := subjects(w.post.take()); strings.Count(got, "mina@example.org: Your account will be erased on") != 1 {
			t.Errorf("mailed %q", got)
		}
		w.get("Mina", "/account/my-data").want(t, 200, "Your account will be erased on", "Keep my account")
		w.clock.pass(6 * 24 * time.Hour)
		w.work()
		if w.things(w.mina) != 1 {
			t.Fatal("erased within the grace")
		}
		w.clock.pass(25 * time.Hour)
		w.work()
		w.work()
		letters := w.post.take()
		if len(letters) != 1 || letters[0].To != "mina@example.org" || letters[0].Unsubscribe != "" || !strings.Contains(letters[0].Text, "- One receipt: the law of receipts says so – until 2036") {
			t.Errorf("the last mail: %+v", letters)
		}
		if w.things(w.mina) != 0 || w.things(w.otto) != 1 || w.files() != 0 {
			t.Errorf("left: %d things, %d of another, %d files", w.things(w.mina), w.things(w.otto), w.files())
		}
		w.wantNothingOf(w.mina)
	})
}

// wantNothingOf fails when any row or any entry of the log still tells of somebody, apart from the wish to be erased.
func (w *world) wantNothingOf(a account.Account) {
	w.Helper()
	w.read(func(tx *db.Tx) error {
		for _, table := range []string{"member_alert", "member_preference", "member_export"} {
			n, err := db.One(tx, db.Column[int], "select count(*) from "+table+" where account = $1", a.ID)
			if err != nil || n > 0 {
				w.Errorf("%s has %d rows: %v", table, n, err)
			}
		}
		n, err := db.One(tx, db.Column[int], "select count(*) from member_block where account = $1 or blocked = $1", a.ID)
		if err != nil || n > 0 {
			w.Errorf("%d blocks are left: %v", n, err)
		}
		state, err := db.One(tx, db.Column[string], "select state from member_erasure where account = $1", a.ID)
		if err != nil || state != "done" {
			w.Errorf("the wish is %q: %v", state, err)
		}
		return nil
	})
	for _, row := range w.history("member_erasure", a.ID) {
		if strings.Contains(row.Diff, "@") || strings.Contains(row.Diff, "Muster") {
			w.Errorf("the log says who it was: %s", row.Diff)
		}
	}
	if rows := w.history("member_preference", a.ID); len(rows) != 1 || rows[0].Diff != "" {
		w.Errorf("what somebody preferred is still in the log: %+v", rows)
	}
}

func TestErasureCanBeStopped(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.store(w.mina, "jam")
		w.send("Mina", "/account/my-data/erasure/end").want(t, http.StatusConflict)
		w.send("Mina", "/account/my-data/erasure", "sure", "yes").wantTo(t, "/account/my-data")
		w.send("Otto", "/account/my-data/erasure/end").want(t, http.StatusConflict)
		w.send("Mina", "/account/my-data/erasure/end").wantTo(t, "/account/my-data")
		w.get("Mina", "/account/my-data").want(t, 200).without(t, "will be erased on")
		// Asked for anew, the grace begins anew, and the job of the first wish does not cut it short.
		w.clock.pass(4 * 24 * time.Hour)
		w.send("Mina", "/account/my-data/erasure", "sure", "yes").wantTo(t, "/account/my-data")
		w.clock.pass(4 * 24 * time.Hour)
		w.work()
		if w.things(w.mina) != 1 {
			t.Fatal("the second grace was cut short")
		}
		w.clock.pass(4 * 24 * time.Hour)
		w.work()
		if w.things(w.mina) != 0 {
			t.Error("the second wish was forgotten")
		}
	})
}

func TestTheLastOwnerHandsOverFirst(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.store(w.mina, "shop", "jam")
		w.get("Mina", "/account/my-data/erasure").want(t, 200, "hand your shop over first").without(t, `name="sure"`)
		w.send("Mina", "/account/my-data/erasure", "sure", "yes").want(t, http.StatusConflict, "hand your shop over first")
		w.get("Mina", "/account/my-data").without(t, "will be erased on")
		// She becomes the last owner within the grace: all or nothing, and she is told.
		w.store(w.otto, "jam")
		w.send("Otto", "/account/my-data/erasure", "sure", "yes").wantTo(t, "/account/my-data")
		w.store(w.otto, "shop")
		w.post.take()
		w.clock.pass(8 * 24 * time.Hour)
		w.work()
		if w.things(w.otto) != 2 {
			t.Errorf("%d things are left, want all", w.things(w.otto))
		}
		if got := subjects(w.post.take()); got != "otto@example.org: Ihr Konto konnte nicht gelöscht werden" {
			t.Errorf("mailed %q", got)
		}
		w.get("Otto", "/account/my-data").want(t, 200, "could not be erased: hand your shop over first")
		w.send("Otto", "/account/my-data/erasure/end").wantTo(t, "/account/my-data")
	})
}

// Who is suspended within the grace is not erased: there is something to look at.
func TestASuspendedAccountIsNotErased(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.store(w.mina, "jam")
		w.send("Mina", "/account/my-data/erasure", "sure", "yes").wantTo(t, "/account/my-data")
		w.write(func(tx *db.Tx) error { return account.Suspend(tx, w.mina.ID, "a test") })
		w.post.take()
		w.clock.pass(8 * 24 * time.Hour)
		w.work()
		if got := subjects(w.post.take()); w.things(w.mina) != 1 || got != "mina@example.org: Your account could not be erased" {
			t.Errorf("%d things are left, mailed %q", w.things(w.mina), got)
		}
	})
}

// torn fails the first times, as a database does that goes away half way.
type torn struct{ left *int }

func (torn) Name() string                                           { return "torn" }
func (torn) Export(*db.Tx, value.ID, func(string, any) error) error { return nil }
func (x torn) Erase(*db.Tx, value.ID, func(a, b, c string)) error {
	if *x.left--; *x.left >= 0 {
		return errors.New("it tore")
	}
	return nil
}

func TestErasureIsAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		left := 0
		w.estates = append([]member.Estate{larder{}, torn{&left}}, w.estates[1:]...)
		w.store(w.mina, "jam")
		w.send("Mina", "/account/my-data/erasure", "sure", "yes").wantTo(t, "/account/my-data")
		left = 2
		w.clock.pass(8 * 24 * time.Hour)
		w.work()
		if w.things(w.mina) != 1 {
			t.Fatal("the first estate was erased although the second failed")
		}
		for range 4 {
			w.clock.pass(time.Hour)
			w.work()
		}
		if w.things(w.mina) != 0 {
			t.Error("the erasure was not taken up again")
		}
		w.post.take()
		w.clock.pass(time.Hour)
		w.work()
		if got := w.post.take(); len(got) != 0 {
			t.Errorf("it was done twice: %q", subjects(got))
		}
	})
}

func TestEraseTwiceAndNobody(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.tell(w.mina, "message.new", 1, "Hello")
		for range 2 {
			w.write(func(tx *db.Tx) error { return member.OwnEstate{}.Erase(tx, w.mina.ID, func(a, b, c string) {}) })
		}
		w.write(func(tx *db.Tx) error { return member.OwnEstate{}.Erase(tx, 424242, func(a, b, c string) {}) })
	})
}

// A name of an estate's part cannot leave the archive's folder.
func TestPartsStayInTheirFolder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.estates = []member.Estate{sly{}}
		w.send("Mina", "/account/my-data/exports").wantTo(t, "/account/my-data")
		for range 6 {
			w.work()
			w.clock.pass(2 * time.Hour)
		}
		if w.files() != 0 {
			t.Error("the file was made")
		}
		w.get("Mina", "/account/my-data").want(t, 200, "could not be made", "Gather my records")
	})
}

type sly struct{}

func (sly) Name() string { return "sly" }
func (sly) Export(_ *db.Tx, _ value.ID, put func(string, any) error) error {
	return put("../../etc/passwd.txt", []byte("x"))
}
func (sly) Erase(*db.Tx, value.ID, func(a, b, c string)) error { return nil }
