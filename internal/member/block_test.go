package member_test

import (
	"net/http"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/member"
	"fairground/internal/value"
)

func TestABlockWorksInBothDirections(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		blocked := func(a, b value.ID) (is bool) {
			w.read(func(tx *db.Tx) (err error) {
				is, err = member.Blocked(tx, a, b)
				return err
			})
			return is
		}
		if blocked(w.mina.ID, w.otto.ID) {
			t.Fatal("blocked before anybody did")
		}
		for range 2 {
			w.write(func(tx *db.Tx) error { return member.Block(tx, w.mina.ID, w.otto.ID, "Otto M.") })
		}
		if !blocked(w.mina.ID, w.otto.ID) || !blocked(w.otto.ID, w.mina.ID) || blocked(w.mina.ID, w.una.ID) {
			t.Error("the block does not stand between the two, or stands elsewhere too")
		}
		w.read(func(tx *db.Tx) error {
			mine, err := member.Blocks(tx, w.mina.ID, w.otto.ID)
			theirs, err2 := member.Blocks(tx, w.otto.ID, w.mina.ID)
			if !mine || theirs || err != nil || err2 != nil {
				t.Errorf("whose block it is: %v %v", mine, theirs)
			}
			return nil
		})
		// The blocked one cannot lift it.
		w.write(func(tx *db.Tx) error { return member.Unblock(tx, w.otto.ID, w.mina.ID) })
		if !blocked(w.mina.ID, w.otto.ID) {
			t.Error("the blocked person lifted the block")
		}
		w.write(func(tx *db.Tx) error { return member.Unblock(tx, w.mina.ID, w.otto.ID) })
		if blocked(w.otto.ID, w.mina.ID) {
			t.Error("the block is still there")
		}
		if got := len(w.history("member_block", w.mina.ID)); got != 2 {
			t.Errorf("the log has %d entries, want 2", got)
		}
		err := w.tryWrite(func(tx *db.Tx) error { return member.Block(tx, w.mina.ID, w.mina.ID, "") })
		if value.KindOf(err) != value.Invalid {
			t.Errorf("somebody blocked themselves: %v", err)
		}
	})
}

func TestBlockedPage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.get("Mina", "/account/blocked").want(t, 200, "You have blocked nobody")
		otto := w.otto.ID.Text(account.IDKind)
		w.send("Mina", "/account/blocked", "account", otto, "name", "Otto M. <b>", "next", "/messages/cnv_1").wantTo(t, "/messages/cnv_1")
		w.send("Mina", "/account/blocked", "account", w.una.ID.Text(account.IDKind), "next", "//evil.example").wantTo(t, "/account/blocked")
		w.get("Mina", "/account/blocked").want(t, 200, "Otto M. &lt;b&gt;", "Somebody without a name", "Unblock").without(t, "Muster")
		w.get("Otto", "/account/blocked").want(t, 200, "You have blocked nobody")
		w.send("Otto", "/account/blocked/"+w.mina.ID.Text(account.IDKind)+"/end", "x", "").wantTo(t, "/account/blocked")
		w.send("Mina", "/account/blocked/"+otto+"/end", "x", "").wantTo(t, "/account/blocked")
		w.get("Mina", "/account/blocked").want(t, 200).without(t, "Otto M.")
	})
}

// Blocking is no way to find out who stands behind an id, or whether anybody does.
func TestBlockingTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		real := w.send("Mina", "/account/blocked", "account", w.otto.ID.Text(account.IDKind))
		made := w.send("Mina", "/account/blocked", "account", value.ID(1234567).Text(account.IDKind))
		if real.StatusCode != made.StatusCode || real.Header.Get("Location") != made.Header.Get("Location") || real.body != made.body {
			t.Errorf("the answers differ: %d and %d", real.StatusCode, made.StatusCode)
		}
		body := w.get("Mina", "/account/blocked").without(t, "Otto").body
		if got := strings.Count(body, "Somebody without a name"); got != 2 {
			t.Errorf("%d lines without a name, want 2", got)
		}
		for _, bad := range []string{"", "lst_1", "acc_", "acc_?", "7"} {
			if got := w.send("Mina", "/account/blocked", "account", bad).StatusCode; got != http.StatusUnprocessableEntity && got != http.StatusBadRequest && got != http.StatusNotFound {
				t.Errorf("%q: %d", bad, got)
			}
		}
		w.send("", "/account/blocked", "account", w.otto.ID.Text(account.IDKind)).want(t, http.StatusUnauthorized)
	})
}
