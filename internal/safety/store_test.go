package safety

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

var reviewer = value.Actor{Kind: value.Staff, ID: 5}

func onDatabases(t *testing.T, test func(t *testing.T, d *db.DB, gate *Gate)) {
	t.Helper()
	dbtest.Each(t, []db.Schema{Schema()}, func(t *testing.T, d *db.DB) {
		gate, err := NewGate(siteKey(), d.IDs(), compile(t, providerPack(t), Pack{}))
		if err != nil {
			t.Fatal(err)
		}
		test(t, d, gate)
	})
}

func write(t *testing.T, d *db.DB, actor value.Actor, fn func(*db.Tx) error) error {
	t.Helper()
	return d.Write(t.Context(), actor, "test", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "listing", Record: 42, Diff: map[string]any{}})
		return fn(tx)
	})
}

func keep(t *testing.T, d *db.DB, outcomes ...Outcome) {
	t.Helper()
	if err := write(t, d, value.SystemActor("import"), func(tx *db.Tx) error { return Keep(tx, outcomes...) }); err != nil {
		t.Fatal(err)
	}
}

func read[T any](t *testing.T, d *db.DB, fn func(*db.Tx) (T, error)) (got T, err error) {
	t.Helper()
	err = d.Read(t.Context(), func(tx *db.Tx) (err error) {
		got, err = fn(tx)
		return err
	})
	return got, err
}

func TestKeepAndFind(t *testing.T) {
	t.Parallel()
	onDatabases(t, func(t *testing.T, d *db.DB, gate *Gate) {
		plain := gate.Screen(t.Context(), listing("Chair", "A chair."), Review{})
		s := listing("Jagdgewehr", "Anruf: null vier vier sechs sechs acht eins acht null null\x00")
		s.Record = 43
		held := gate.Screen(t.Context(), s, Review{})
		keep(t, d, plain, held)
		if _, err := read(t, d, func(tx *db.Tx) (Screening, error) { return FindScreening(tx, 42) }); value.KindOf(err) != value.NotFound {
			t.Errorf("a plain allow is stored as a screening: %v", err)
		}
		found, err := read(t, d, func(tx *db.Tx) (Screening, error) { return FindScreening(tx, 43) })
		if err != nil {
			t.Fatal(err)
		}
		if found.Verdict != Hold || found.Hash != s.Hash || found.Rules != gate.Rules().Version() || found.Stage != StageListing || found.Made.IsZero() {
			t.Errorf("found %+v", found)
		}
		if !reflect.DeepEqual(found.Firings, held.Firings) || !reflect.DeepEqual(found.Slots, held.Slots) {
			t.Errorf("stored %+v\n and found %+v", held.Firings, found.Firings)
		}
		if n, err := read(t, d, CountHeld); n != 1 || err != nil {
			t.Errorf("%d are held, %v", n, err)
		}
		counts, err := read(t, d, func(tx *db.Tx) (map[Verdict]int, error) { return CountVerdicts(tx, time.Time{}) })
		if err != nil || counts[Hold] != 1 || len(counts) != 1 {
			t.Errorf("counts are %v, %v", counts, err)
		}
	})
}

func TestWhatIsHeldIsLogged(t *testing.T) {
	t.Parallel()
	onDatabases(t, func(t *testing.T, d *db.DB, gate *Gate) {
		keep(t, d, gate.Screen(t.Context(), listing("Hunting rifle", ""), Review{}), gate.Screen(t.Context(), listing("Chair", ""), Review{}))
		n, err := read(t, d, func(tx *db.Tx) (int, error) {
			return db.One(tx, db.Column[int], `select count(*) from change where object = 'screening' and diff like '%provider/weapons@1%'`)
		})
		if n != 1 || err != nil {
			t.Errorf("%d entries, %v", n, err)
		}
	})
}

func TestReviewIsRecordedAndFound(t *testing.T) {
	t.Parallel()
	onDatabases(t, func(t *testing.T, d *db.DB, gate *Gate) {
		s := listing("Hunting rifle", "A drawing of one")
		keep(t, d, gate.Screen(t.Context(), s, Review{}))
		err := write(t, d, reviewer, func(tx *db.Tx) error {
			review, err := RecordReview(tx, s.Object, s.Record, s.Hash, " It is a drawing. ")
			if err != nil {
				return err
			}
			return Keep(tx, gate.Screen(tx.Context(), s, review))
		})
		if err != nil {
			t.Fatal(err)
		}
		review, err := read(t, d, func(tx *db.Tx) (Review, error) { return FindReview(tx, s.Object, s.Record, s.Hash) })
		if err != nil || review.Reason() != "It is a drawing." || review.Actor() != "staff:5" {
			t.Errorf("found %+v, %v", review, err)
		}
		out := gate.Screen(t.Context(), s, review)
		if c, ok := out.Clearance(); !ok || c.review != review.ID() || out.Plain() {
			t.Errorf("the stored review does not clear: %+v", out)
		}
		for _, other := range []Subject{{Object: "message", Record: s.Record, Hash: s.Hash}, {Object: s.Object, Record: 1, Hash: s.Hash}, {Object: s.Object, Record: s.Record}} {
			if _, err := read(t, d, func(tx *db.Tx) (Review, error) { return FindReview(tx, other.Object, other.Record, other.Hash) }); value.KindOf(err) != value.NotFound {
				t.Errorf("a review of %+v is found: %v", other, err)
			}
		}
		if n, err := read(t, d, CountHeld); n != 0 || err != nil {
			t.Errorf("%d are still held, %v", n, err)
		}
	})
}

func TestOnlyStaffReviewAndWithAReason(t *testing.T) {
	t.Parallel()
	onDatabases(t, func(t *testing.T, d *db.DB, _ *Gate) {
		for _, c := range []struct {
			actor  value.Actor
			reason string
			hash   ContentHash
			want   value.Kind
		}{
			{value.Actor{Kind: value.Member, ID: 5}, "fine", ContentHash{1}, value.Forbidden},
			{value.SystemActor("import"), "fine", ContentHash{1}, value.Forbidden},
			{value.Actor{Kind: value.Staff}, "fine", ContentHash{1}, value.Forbidden},
			{reviewer, " \n", ContentHash{1}, value.Invalid},
			{reviewer, "fine", ContentHash{}, value.Invalid},
		} {
			err := write(t, d, c.actor, func(tx *db.Tx) error {
				_, err := RecordReview(tx, "listing", 42, c.hash, c.reason)
				return err
			})
			if value.KindOf(err) != c.want {
				t.Errorf("%s with %q: %v, want %s", c.actor, c.reason, err, c.want)
			}
		}
	})
}

func TestCheckClearancesFindsForgeries(t *testing.T) {
	t.Parallel()
	onDatabases(t, func(t *testing.T, d *db.DB, gate *Gate) {
		var outcomes []Outcome
		for i := range 20 {
			s := listing(fmt.Sprint("Chair ", i), "A chair.")
			s.Record = value.ID(100 + i)
			outcomes = append(outcomes, gate.Screen(context.Background(), s, Review{}))
		}
		keep(t, d, outcomes...)
		check := func() (int, []Forged) {
			var forged []Forged
			n, err := read(t, d, func(tx *db.Tx) (n int, err error) {
				n, forged, err = CheckClearances(tx, gate)
				return n, err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n, forged
		}
		if n, forged := check(); n != 20 || len(forged) != 0 {
			t.Fatalf("%d clearances, forged: %v", n, forged)
		}
		for i, text := range []string{
			`update clearance set record = 7 where record = 101`,
			`update clearance set object = 'message' where record = 102`,
			`update clearance set seal = (select seal from clearance where record = 100) where record = 103`,
			`update clearance set content_hash = seal where record = 104`,
			`insert into clearance (id, object, record, content_hash, rules, made_us, seal)
				select 1, object, record, content_hash, rules, made_us, seal from clearance where record = 100`,
		} {
			if err := write(t, d, reviewer, func(tx *db.Tx) error { _, err := tx.Exec(text); return err }); err != nil {
				t.Fatal(err)
			}
			if _, forged := check(); len(forged) != i+1 {
				t.Errorf("after %q: %v", text, forged)
			}
		}
	})
}

// TestTableRefusesOtherContent attacks with SQL: a shown record must name a clearance for its own id and content.
func TestTableRefusesOtherContent(t *testing.T) {
	t.Parallel()
	onDatabases(t, func(t *testing.T, d *db.DB, gate *Gate) {
		out := gate.Screen(t.Context(), listing("Chair", "A chair."), Review{})
		c, _ := out.Clearance()
		hash, other := c.Hash(), ContentHash{9}
		create := `create table shown (id bigint, content_hash bytea, clearance bigint not null,
			foreign key (clearance, id, content_hash) references clearance (id, record, content_hash))`
		if err := write(t, d, reviewer, func(tx *db.Tx) error { _, err := tx.Exec(create); return err }); err != nil {
			t.Fatal(err)
		}
		keep(t, d, out)
		show := func(record value.ID, hash ContentHash, clearance value.ID) error {
			return write(t, d, reviewer, func(tx *db.Tx) error {
				_, err := tx.Exec(`insert into shown (id, content_hash, clearance) values ($1, $2, $3)`, int64(record), hash[:], int64(clearance))
				return err
			})
		}
		if err := show(42, hash, c.ID()); err != nil {
			t.Errorf("what is cleared cannot be shown: %v", err)
		}
		for name, err := range map[string]error{
			"another record": show(43, hash, c.ID()), "another content": show(42, other, c.ID()), "no such clearance": show(42, hash, 1),
		} {
			if err == nil {
				t.Errorf("%s is shown", name)
			}
		}
		edit := func(tx *db.Tx) error {
			_, err := tx.Exec(`update shown set content_hash = $1 where id = 42`, other[:])
			return err
		}
		if err := write(t, d, reviewer, edit); err == nil {
			t.Error("content changes under its clearance")
		}
	})
}
