package listing_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// law is what people and programs do to one listing in some order, and what must be true after every step, whatever
// the order. It keeps its own account of what people decided and knows nothing of how the package does it.
type law struct {
	*world
	*rapid.T
	id         value.ID
	source     string
	files      int
	removed    bool
	planned    bool                        // until an hour from now
	restricted bool                        // by staff, and not lifted since
	before     string                      // how it stood before staff restricted it last, as a decision keeps it; empty: something was decided since
	refused    map[safety.ContentHash]bool // contents that staff refused
	denied     map[string]bool             // texts that staff refused and did not release since
	released   map[string]bool             // texts that staff looked at and released
	entries    int                         // of the log about it
}

// texts are what the listing may say; the first two are in order.
var texts = []string{"Serviced in May, kept indoors.", "With a new chain.", scam, scam + " Trust me."}

func TestNoOrderOfEventsShowsWhatWasNotCleared(t *testing.T) {
	eachWorld(t, func(w *world) {
		run := 0
		rapid.Check(w.TB.(*testing.T), func(rt *rapid.T) {
			run++
			l := &law{world: w, T: rt, source: fmt.Sprintf("law%d", run), refused: map[safety.ContentHash]bool{}, denied: map[string]bool{}, released: map[string]bool{}}
			l.imports()
			for range rapid.IntRange(3, 9).Draw(rt, "steps") {
				l.step()
				l.holds()
			}
		})
		w.read(func(tx *db.Tx) error {
			faults, read, err := listing.Check(tx, w.gate)
			if len(faults) != 0 || read == 0 {
				w.Errorf("%d live, faults %v", read, faults)
			}
			return err
		})
	})
}

// quiet verbs may have nothing to do.
var quiet = map[string]bool{"import": true, "expire": true, "open": true, "restrict": true, "reserve": true, "free": true, "price": true}

func (l *law) text() string { return rapid.SampledFrom(texts).Draw(l.T, "text") }

func (l *law) now() listing.Listing { return l.world.find(l.id) }

func (l *law) step() {
	ctx := context.Background()
	verbs := map[string]func() error{
		"edit": func() error {
			c := l.now().Content
			c.Body = l.text()
			_, _, err := l.desk.Edit(ctx, tester, l.id, l.now().Rev, c)
			return err
		},
		"pause": func() error { return l.callsOff(l.desk.Pause(ctx, tester, l.id)) },
		"sold":  func() error { return l.callsOff(l.desk.MarkSold(ctx, tester, l.id)) },
		"renew": func() error {
			_, _, err := l.desk.Renew(ctx, tester, l.id)
			return l.callsOff(err)
		},
		"screen":   func() error { _, _, err := l.desk.Screen(ctx, tester, l.id); return err },
		"import":   func() error { l.imports(); return nil },
		"expire":   l.expires,
		"reject":   func() error { return l.rejects() },
		"remove":   func() error { return l.removes() },
		"release":  func() error { return l.releases() },
		"reserve":  func() error { return l.reserves(true) },
		"free":     func() error { return l.reserves(false) },
		"plan":     l.plans,
		"restrict": l.restricts,
		"lift":     l.lifts,
		"takeback": l.takesBack,
		"open":     l.opens,
		"price": func() error {
			_, err := l.desk.Bulk(ctx, tester, listing.Bulk{Verb: listing.BulkPrice, Percent: 10, Seller: l.now().Seller.ID, IDs: []value.ID{l.id}})
			return err
		},
	}
	name := rapid.SampledFrom([]string{"edit", "edit", "edit", "pause", "sold", "renew", "renew", "screen", "import", "import", "expire", "reject", "reject", "remove", "release", "release", "reserve", "free", "plan", "plan", "open", "price", "restrict", "restrict", "lift", "takeback"}).Draw(l.T, "verb")
	before := l.now()
	err := verbs[name]()
	after, entries := l.now(), len(l.history(l.id))
	switch {
	case err != nil && value.KindOf(err) != value.Conflict:
		l.T.Fatalf("%s: %v", name, err)
	case err != nil && after.Rev != before.Rev:
		l.T.Fatalf("%s failed with %v and changed the listing", name, err)
	case after.Rev-before.Rev != int64(entries-l.entries):
		l.T.Fatalf("%s: revision %d after %d, and %d entries after %d", name, after.Rev, before.Rev, entries, l.entries)
	case err == nil && !quiet[name] && entries == l.entries:
		l.T.Fatalf("%s left no trace", name)
	}
	l.entries = entries
}

// imports brings the listing in by a file, the first time as a new one.
func (l *law) imports() {
	l.files++
	mapping := strings.Replace(carsMapping, "source: cars", "source: "+l.source, 1)
	body := l.text()
	job := listing.Import{Desk: l.desk, Mapping: l.mapping(mapping), Actor: tester}
	tally, err := job.Run(context.Background(), "a.csv", fmt.Sprint(l.files), strings.NewReader(carsHeader+"1,Audi,A1,100,\""+body+"\",Nyon,,\n"))
	if err != nil || tally.Rows != 1 {
		l.T.Fatalf("%v %+v", err, tally)
	}
	if l.id == 0 {
		l.id = l.first().ID
		l.entries = len(l.history(l.id))
	}
}

func (l *law) expires() error {
	if err := l.attack("update listing set expires_us = 1 where id = $1 and status = 'live'", l.id); err != nil {
		return err
	}
	_, err := l.desk.Expire(context.Background())
	return err
}

func (l *law) reserves(yes bool) error {
	return l.db.Write(context.Background(), tester, "law.reserve", func(tx *db.Tx) error { return listing.ReserveIn(tx, l.id, yes) })
}

func (l *law) plans() error {
	_, _, err := l.desk.Schedule(context.Background(), tester, l.id, l.db.Clock().Now().Add(time.Hour))
	l.planned = l.planned || err == nil
	return err
}

// callsOff notes that what was done, if it was, took the place of a plan.
func (l *law) callsOff(err error) error {
	l.planned = l.planned && err != nil
	return err
}

func (l *law) opens() error {
	if err := l.attack("update listing set opens_us = 1 where id = $1 and opens_us is not null", l.id); err != nil {
		return err
	}
	l.planned = false
	_, err := l.desk.Open(context.Background())
	return err
}

func (l *law) rejects() error {
	err := l.ends(listing.Rejected)
	if err == nil {
		l.refused[l.now().Content.Hash()], l.denied[l.now().Body], l.before = true, true, ""
	}
	return err
}

func (l *law) removes() error {
	err := l.ends(listing.Removed)
	if err == nil {
		l.removed, l.before = true, ""
	}
	return err
}

func (l *law) ends(status listing.Status) error {
	return l.db.Write(context.Background(), staff, "law.end", func(tx *db.Tx) error { return listing.End(tx, l.id, status, "a reason") })
}

// releases is what package app does when staff decide to publish.
func (l *law) releases() error {
	before := l.now()
	if before.Status != listing.Held && before.Status != listing.Challenged {
		return value.Errorf(value.Conflict, "only what is held can be released")
	}
	err := l.db.Write(context.Background(), staff, "law.release", func(tx *db.Tx) error {
		if _, err := safety.RecordReview(tx, listing.Object, l.id, before.Content.Hash(), "looked at it"); err != nil {
			return err
		}
		_, _, err := l.desk.ScreenIn(tx, l.id)
		return err
	})
	if err == nil {
		l.released[before.Body], l.before = true, ""
		delete(l.denied, before.Body)
	}
	return err
}

func (l *law) restricts() error {
	return l.db.Write(context.Background(), staff, "law.restrict", func(tx *db.Tx) error {
		was, err := listing.Find(tx, l.id)
		if err != nil {
			return err
		}
		if l.before, err = listing.BeforeIn(tx, l.id); err != nil {
			return err
		}
		if err := l.desk.RestrictIn(tx, l.id, "only by its address"); err != nil {
			l.before = ""
			return err
		}
		if was.Status == listing.Held || was.Status == listing.Challenged {
			l.released[was.Body] = true
			delete(l.denied, was.Body)
		}
		if l.restricted {
			l.before = "" // another decision restricts it
		}
		l.restricted = true
		tx.Log(db.Change{Object: "test", Record: l.id})
		return nil
	})
}

func (l *law) lifts() error {
	err := l.db.Write(context.Background(), staff, "law.lift", func(tx *db.Tx) error { return l.desk.LiftIn(tx, l.id) })
	if err == nil {
		l.restricted, l.before = false, ""
	}
	return err
}

// takesBack undoes the restriction, which was the last thing that staff decided. What it released waits again.
func (l *law) takesBack() error {
	if l.before == "" {
		return value.Errorf(value.Conflict, "something else was decided since")
	}
	waited := strings.Contains(l.before, `"status":"held"`) || strings.Contains(l.before, `"status":"challenged"`)
	err := l.db.Write(context.Background(), staff, "law.undo", func(tx *db.Tx) error {
		return l.desk.RevertIn(tx, l.id, l.before, "decided in error")
	})
	if err == nil {
		l.restricted, l.before = false, ""
		if waited {
			clear(l.released)
			if l.now().Reachable(l.gate, l.db.Clock().Now()) {
				l.T.Fatal("what waited for staff is public after the decision was taken back")
			}
		}
	}
	return err
}

// findable reports whether the index would have it.
func (l *law) findable() (listed bool) {
	l.read(func(tx *db.Tx) error {
		found, err := listing.Documents{Gate: l.gate}.Documents(tx, []value.ID{l.id})
		listed = len(found) > 0
		return err
	})
	return listed
}

func (l *law) holds() {
	now := l.now()
	reachable, visible := now.Reachable(l.gate, l.db.Clock().Now()), now.Visible(l.gate, l.db.Clock().Now())
	switch {
	case l.restricted == now.Restricted.IsZero():
		l.T.Fatalf("staff restricted it: %t, and it is restricted since %v", l.restricted, now.Restricted)
	case visible != (reachable && !l.restricted), l.findable() != visible:
		l.T.Fatalf("reachable %t, restricted %t: visible %t, in the index %t", reachable, l.restricted, visible, l.findable())
	}
	if reachable {
		switch {
		case !now.Opens.IsZero():
			l.T.Fatalf("it is planned for %s and visible", now.Opens)
		case l.planned:
			l.T.Fatal("it waits for its time and is visible")
		case l.removed:
			l.T.Fatal("it was removed and is visible")
		case l.refused[now.Content.Hash()], l.denied[now.Body]:
			l.T.Fatalf("staff refused %q and it is visible", now.Body)
		case strings.HasPrefix(now.Body, scam) && !l.released[now.Body]:
			l.T.Fatalf("nobody cleared %q and it is visible", now.Body)
		}
	}
	if got := l.loggedStatus(); got != string(now.Status) {
		l.T.Fatalf("the log says %q and the row %q", got, now.Status)
	}
}

// loggedStatus is the last status that the log tells.
func (l *law) loggedStatus() string {
	for _, row := range l.history(l.id) {
		var diff struct{ Status [2]*string }
		if err := json.Unmarshal([]byte(row.Diff), &diff); err != nil {
			l.T.Fatal(err)
		}
		if diff.Status[1] != nil {
			return *diff.Status[1]
		}
	}
	return ""
}
