package listing_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/listing"
	"fairground/internal/safety"
	"fairground/internal/search"
	"fairground/internal/value"
)

var ctx = context.Background()

var noon = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)

// eachTimedWorld is eachWorld with a clock that the test moves.
func eachTimedWorld(t *testing.T, test func(w *world, clock *value.FixedClock)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			clock := &value.FixedClock{At: noon}
			cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Clock, c.IDs = clock, value.NewIDs(clock, 1) })
			schemas := []db.Schema{account.Schema(), safety.Schema(), listing.Schema(), search.Schema()}
			test(newWorld(t, dbtest.Open(t, cluster, schemas)), clock)
		})
	}
}

// member makes an account.
func (w *world) member(name string) listing.Author {
	w.Helper()
	var a account.Account
	w.write(func(tx *db.Tx) (err error) {
		a, err = account.Create(tx, account.Account{Kind: value.Member, Name: name, Email: value.Email(strings.ToLower(name) + "@lakeside.example")})
		return err
	})
	return listing.Author{Account: a.ID}
}

func (w *world) ownSeller(who listing.Author, name string) (s listing.Seller) {
	w.Helper()
	w.write(func(tx *db.Tx) (err error) {
		s, err = listing.OwnSeller(tx, who.Account, name, "Pully", tx.Now())
		return err
	})
	return s
}

func actor(who listing.Author) value.Actor { return value.Actor{Kind: value.Member, ID: who.Account} }

// offer posts for a member's own seller.
func (w *world) offer(who listing.Author, c listing.Content) listing.Listing {
	w.Helper()
	l, _, err := w.desk.Submit(ctx, actor(who), listing.Submission{Content: c, Seller: w.ownSeller(who, "Mina R.")})
	if err != nil {
		w.Fatal(err)
	}
	return l
}

func typedBicycle(w *world, title string) listing.Typed { return w.bicycle(title).Typed() }

func (w *world) draft(who listing.Author, typed listing.Typed) listing.Draft {
	w.Helper()
	d, err := w.desk.StartDraft(ctx, who, 0, typed)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

func (w *world) wantKind(what string, err error, kind value.Kind) {
	w.Helper()
	if value.KindOf(err) != kind {
		w.Errorf("%s: %v, want an error of kind %q", what, err, kind)
	}
}

// told collects alerts.
type told struct {
	sync.Mutex
	alerts []account.Alert
}

func (t *told) Tell(tx *db.Tx, a account.Alert) error {
	tx.After(func() {
		t.Lock()
		defer t.Unlock()
		t.alerts = append(t.alerts, a)
	})
	return nil
}

// kinds returns the kinds told since the last call.
func (t *told) kinds() string {
	t.Lock()
	defer t.Unlock()
	var all []string
	for _, a := range t.alerts {
		all = append(all, a.Kind)
	}
	t.alerts = nil
	return strings.Join(all, " ")
}
