package safety

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

const day = 24 * time.Hour

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// seenBy is a sighting of one listing with keys that stand for themselves.
func seenBy(record value.ID, author string, at time.Time, phones ...string) Sighting {
	keys := map[string][]string{EntityAuthor: {author}}
	for _, phone := range phones {
		keys[EntityPhone] = append(keys[EntityPhone], hashed(phone))
	}
	return Sighting{Event: StageListing, Record: record, Keys: keys, At: at}
}

// hashed makes 32 digits of a text, as a key has.
func hashed(text string) string { return newKeyer(make([]byte, 32)).key(EntityPhone, text) }

func count(t *testing.T, s Sightings, entity, key, event string, window time.Duration) int64 {
	t.Helper()
	n, err := s.Count(t.Context(), entity, []string{key}, event, window)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func distinctOf(t *testing.T, s Sightings, entity, key, field string, window time.Duration) int64 {
	t.Helper()
	n, err := s.Distinct(t.Context(), entity, []string{key}, field, window)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRecentCounts(t *testing.T) {
	t.Parallel()
	r := NewRecent(&value.FixedClock{At: noon}, 100)
	r.Add(seenBy(1, "7", noon.Add(-time.Hour), "a"))
	r.Add(seenBy(2, "8", noon.Add(-25*time.Hour), "a", "b"))
	r.Add(seenBy(3, "9", noon.Add(-8*day), "a"))
	r.Add(seenBy(3, "9", noon, "a")) // an edit does not make it newer
	message := seenBy(4, "7", noon, "a")
	message.Event = StageMessage
	r.Add(message)
	for name, c := range map[string]struct{ got, want int64 }{
		"within a day":           {count(t, r, EntityPhone, hashed("a"), "listing", day), 1},
		"within two days":        {count(t, r, EntityPhone, hashed("a"), "listing", 2*day), 2},
		"within 90 days":         {count(t, r, EntityPhone, hashed("a"), "listing", 90*day), 3},
		"messages":               {count(t, r, EntityPhone, hashed("a"), "message", day), 1},
		"payments":               {count(t, r, EntityPhone, hashed("a"), "payment", day), 0},
		"another phone":          {count(t, r, EntityPhone, hashed("b"), "listing", 2*day), 1},
		"no phone at all":        {count(t, r, EntityPhone, hashed("c"), "listing", 90*day), 0},
		"a phone as a photo":     {count(t, r, EntityPhoto, hashed("a"), "listing", 90*day), 0},
		"by author":              {count(t, r, EntityAuthor, "7", "listing", 90*day), 1},
		"authors of a phone":     {distinctOf(t, r, EntityPhone, hashed("a"), EntityAuthor, 90*day), 3},
		"authors this week":      {distinctOf(t, r, EntityPhone, hashed("a"), EntityAuthor, 7*day), 2},
		"phones of an author":    {distinctOf(t, r, EntityAuthor, "8", EntityPhone, 7*day), 2},
		"records of a phone":     {distinctOf(t, r, EntityPhone, hashed("a"), fieldRecord, 90*day), 4},
		"places of a phone":      {distinctOf(t, r, EntityPhone, hashed("a"), EntityPlace, 90*day), 0},
		"authors of one unknown": {distinctOf(t, r, EntityPhone, hashed("z"), EntityAuthor, 90*day), 0},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
}

func TestRecentReckonsWithTheSubject(t *testing.T) {
	t.Parallel()
	r := NewRecent(&value.FixedClock{At: noon}, 100)
	r.Add(seenBy(1, "7", noon, "a"))
	r.Add(seenBy(2, "8", noon, "a"))
	for name, c := range map[string]struct {
		own            Sighting
		count, authors int64
	}{
		"a third":              {seenBy(3, "9", noon, "a"), 3, 3},
		"a second of one":      {seenBy(3, "8", noon, "a"), 3, 2},
		"one seen before":      {seenBy(2, "8", noon, "a"), 2, 2},
		"one without the key":  {seenBy(3, "9", noon, "b"), 2, 2},
		"one of another stage": {Sighting{Event: StageMessage, Record: 5, Keys: map[string][]string{EntityAuthor: {"9"}, EntityPhone: {hashed("a")}}}, 2, 3},
	} {
		with := r.With(c.own)
		if n := count(t, with, EntityPhone, hashed("a"), "listing", day); n != c.count {
			t.Errorf("%s: %d listings, want %d", name, n, c.count)
		}
		if n := distinctOf(t, with, EntityPhone, hashed("a"), EntityAuthor, day); n != c.authors {
			t.Errorf("%s: %d authors, want %d", name, n, c.authors)
		}
	}
	if r.Len() != 2 {
		t.Errorf("asking left a trace: %d records", r.Len())
	}
}

// TestRecentIsBounded floods the memory: it stays small, loses the old and rare first, and remains sound.
func TestRecentIsBounded(t *testing.T) {
	t.Parallel()
	r := NewRecent(&value.FixedClock{At: noon}, 1000)
	for i := range 5 { // one phone under five authors, the oldest of all
		r.Add(seenBy(value.ID(i+1), fmt.Sprint(100+i), noon.Add(-day), "shared"))
	}
	for i := range 20_000 {
		r.Add(seenBy(value.ID(1000+i), fmt.Sprint(1000+i), noon, fmt.Sprint("rare ", i)))
	}
	if r.Len() != 1000 || len(r.marks) > 3*1000 || len(r.visits) > 1002 || len(r.heads) > 3*1000 {
		t.Errorf("%d records, %d marks, %d visits, %d keys", r.Len(), len(r.marks), len(r.visits), len(r.heads))
	}
	if n := distinctOf(t, r, EntityPhone, hashed("shared"), EntityAuthor, 7*day); n != 5 {
		t.Errorf("a flood of rare ones washed away what was seen often: %d authors", n)
	}
	if n := count(t, r, EntityPhone, hashed("rare 0"), "listing", day); n != 0 {
		t.Errorf("the oldest rare one is still there")
	}
	if n := count(t, r, EntityPhone, hashed("rare 19999"), "listing", day); n != 1 {
		t.Errorf("the newest is lost")
	}
	for i := range 3000 { // nothing rare left: the oldest goes
		r.Add(seenBy(value.ID(100_000+i), fmt.Sprint(i%7), noon, "everywhere"))
	}
	if n := count(t, r, EntityPhone, hashed("everywhere"), "listing", day); n != 1000 && n != 995 {
		t.Errorf("%d are counted of 1000 held", n)
	}
}

func TestRecentEndsWithTheContext(t *testing.T) {
	t.Parallel()
	r := NewRecent(&value.FixedClock{At: noon}, 50_000)
	for i := range 30_000 {
		r.Add(seenBy(value.ID(i+1), fmt.Sprint(i), noon, "a"))
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Count(over, EntityPhone, []string{hashed("a")}, "listing", day); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that is over: %v", err)
	}
	if n := count(t, r, EntityPhone, hashed("a"), "listing", day); n != mostCounted {
		t.Errorf("counts end at %d", n)
	}
}

func TestRecentSurvivesClocks(t *testing.T) {
	t.Parallel()
	clock := &value.FixedClock{At: noon}
	r := NewRecent(clock, 100)
	r.Add(seenBy(1, "7", noon, "a"))
	clock.At = noon.Add(-40 * day) // set back: what was seen lies in the future
	if n := count(t, r, EntityPhone, hashed("a"), "listing", time.Hour); n != 1 {
		t.Errorf("a clock that was set back hides a sighting: %d", n)
	}
	r.Add(seenBy(2, "8", clock.At, "a"))
	clock.At = noon.Add(400 * day) // far ahead: the windows are empty, the memory is not
	if n := count(t, r, EntityPhone, hashed("a"), "listing", 90*day); n != 0 {
		t.Errorf("%d are counted in a window they are not in", n)
	}
	r.Add(seenBy(3, "9", clock.At, "a"))
	clock.At = noon
	if n := distinctOf(t, r, EntityPhone, hashed("a"), EntityAuthor, 90*day); n != 3 {
		t.Errorf("after the clock is right again %d of 3 are counted", n)
	}
	r.Add(Sighting{Event: StageListing, Record: 4, Keys: map[string][]string{EntityAuthor: {"9"}}, At: time.Unix(-5, 0)})
	if n := count(t, r, EntityAuthor, "9", "listing", 90*day); n != 1 {
		t.Errorf("a time before 1970 counts: %d", n)
	}
}

// TestSightingsAreKept: Keep stores them under keyed hashes, tells the memory once they are committed, and another process
// finds them by Load and by Poll.
func TestSightingsAreKept(t *testing.T) {
	t.Parallel()
	onDatabases(t, func(t *testing.T, d *db.DB, gate *Gate) {
		here, there := NewRecent(d.Clock(), 100), NewRecent(d.Clock(), 100)
		gate.Remember(Memory{Sightings: here})
		s := listing("Chair", "Call 044 668 18 00 or anna@example.org")
		s.Place, s.Images = "Zürich", []Image{{Sha256: "ab12", Quality: -1}}
		if err := write(t, d, reviewer, func(tx *db.Tx) error {
			if err := Keep(tx, gate.Screen(t.Context(), s, Review{})); err != nil {
				return err
			}
			return errors.New("taken back")
		}); err == nil || here.Len() != 0 {
			t.Errorf("a write that failed is counted: %d", here.Len())
		}
		keep(t, d, gate.Screen(t.Context(), s, Review{}))
		if here.Len() != 1 {
			t.Errorf("after the commit %d are counted", here.Len())
		}
		stored, err := read(t, d, func(tx *db.Tx) (string, error) { return db.One(tx, db.Column[string], `select keys from sighting`) })
		if err != nil {
			t.Fatal(err)
		}
		for _, plain := range []string{"446681800", "anna", "zurich", "Zürich", "ab12"} {
			if containsFold(stored, plain) {
				t.Errorf("%q is stored in the clear: %s", plain, stored)
			}
		}
		loaded := func(fn func(*db.Tx) error) {
			t.Helper()
			if err := d.Read(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		loaded(there.Load)
		keep(t, d, gate.Screen(t.Context(), s, Review{}))
		second := listing("Table", "Call 044 668 18 00")
		second.Record, second.Author.ID = 77, 8
		keep(t, d, gate.Screen(t.Context(), second, Review{}))
		poll := func(tx *db.Tx) error { _, err := there.Poll(tx); return err }
		loaded(poll)
		loaded(poll)
		loaded(there.Load)
		for name, r := range map[string]*Recent{"here": here, "there": there} {
			keys := gate.Keys(&s, &Slots{Phones: []Phone{{Number: "+41446681800"}}}, EntityPhone)
			if n := distinctOf(t, r, EntityPhone, keys[0], EntityAuthor, day); n != 2 || r.Len() != 2 {
				t.Errorf("%s: %d authors, %d records", name, n, r.Len())
			}
		}
	})
}

// TestPollFindsRowsOfSlowAndFastClocks: a row with an id from the future does not hide those of the present.
func TestPollFindsRowsOfSlowAndFastClocks(t *testing.T) {
	t.Parallel()
	onDatabases(t, func(t *testing.T, d *db.DB, gate *Gate) {
		r := NewRecent(d.Clock(), 100)
		now := d.Clock().Now()
		for i, at := range []time.Time{now.Add(300 * day), now.Add(-time.Minute), now} {
			insert := func(tx *db.Tx) error {
				tx.Log(db.Change{Object: "listing", Record: 1, Diff: map[string]any{}})
				return tx.Insert("sighting", []string{"id", "event", "record", "keys", "made_us"},
					[][]any{{int64(idAt(at)), "listing", i + 1, `{"author": ["7"]}`, value.Micros(at)}})
			}
			if err := write(t, d, reviewer, insert); err != nil {
				t.Fatal(err)
			}
			if err := d.Read(t.Context(), func(tx *db.Tx) error { _, err := r.Poll(tx); return err }); err != nil {
				t.Fatal(err)
			}
			if r.Len() != i+1 {
				t.Errorf("after row %d, made at %v, %d are known", i+1, at, r.Len())
			}
		}
	})
}

func TestIDsAreReadAsTheyAreMade(t *testing.T) {
	t.Parallel()
	id := value.NewIDs(&value.FixedClock{At: noon}, 3).Next()
	if idAt(noon) > id || idAt(noon.Add(time.Millisecond)) <= id {
		t.Errorf("%d does not lie between %d and %d", id, idAt(noon), idAt(noon.Add(time.Millisecond)))
	}
}

func TestTidy(t *testing.T) {
	t.Parallel()
	onDatabases(t, func(t *testing.T, d *db.DB, gate *Gate) {
		now := d.Clock().Now()
		var rows [][]any
		for i, at := range []time.Time{now.Add(-91 * day), now.Add(-89 * day), now} {
			rows = append(rows, []any{i + 1, "listing", i + 1, `{"author": ["7"]}`, value.Micros(at)})
		}
		err := write(t, d, reviewer, func(tx *db.Tx) error {
			if err := tx.Insert("sighting", []string{"id", "event", "record", "keys", "made_us"}, rows); err != nil {
				return err
			}
			n, err := Tidy(tx)
			if n != 1 {
				t.Errorf("%d rows went", n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestRecentSize prints what a record takes, for the docs; it fails when that is more than they say.
func TestRecentSize(t *testing.T) {
	const records = 20_000
	weigh := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	per := uint64(1 << 30)
	for range 3 { // whatever else runs can only add
		before := weigh()
		r := NewRecent(&value.FixedClock{At: noon}, records)
		for i := range records {
			s := seenBy(value.ID(i+1), fmt.Sprint(i/3), noon, fmt.Sprint("phone ", i/2))
			s.Keys[EntityPlace] = []string{hashed(fmt.Sprint("place ", i%300))}
			s.Keys[EntityPhoto] = []string{hashed(fmt.Sprint("photo ", i)), hashed(fmt.Sprint("photo again ", i))}
			r.Add(s)
		}
		per = min(per, (weigh()-before)/records)
		runtime.KeepAlive(r)
	}
	t.Logf("%d bytes a record with five keys", per)
	if per > 1000 || per == 0 {
		t.Errorf("%d bytes a record", per)
	}
}
