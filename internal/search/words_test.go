package search_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/search"
	"fairground/internal/search/searchtest"
	"fairground/internal/value"
)

var staff = value.SystemActor("test")

func TestSynonymsOfTheSite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{search.Schema()}, func(t *testing.T, d *db.DB) {
		s := subject(t, d, search.Config{Languages: []string{"en"}, Synonyms: [][]string{{"cup", "mug"}}})
		index := s.Index.(*search.Database)
		other := search.New(d, searchtest.NewShelf(), search.Config{Languages: []string{"en"}}) // of another process
		s.Put(search.Document{Listing: 1, Title: "Red couch", Category: 5, At: time.Unix(1e9, 0)}, search.Document{Listing: 2, Title: "Mugs", Category: 5, At: time.Unix(1e9, 0)})
		find := func(index *search.Database, words string) int { return ask(t, index, search.Query{Words: words}).Total }
		if find(index, "sofa ") != 0 || find(index, "cup ") != 1 || find(other, "sofa ") != 0 {
			t.Error("found before it was a synonym")
		}
		before := index.Analyzer()
		if err := index.SetSynonyms(t.Context(), staff, [][]string{{" sofa ", "couch", "sofas", "COUCH"}, {}, {" "}, {"bed settee", "sofa bed"}}); err != nil {
			t.Fatal(err)
		}
		if find(index, "sofa ") != 1 || find(other, "sofa ") != 1 || find(index, "cup ") != 1 || find(index, "sofa bed ") != 0 {
			t.Error("the synonyms are not used")
		}
		restored(t, d)
		if find(search.New(d, searchtest.NewShelf(), search.Config{}), "sofa ") != 1 {
			t.Error("after a restore the synonyms are not used")
		}
		if _, err := other.Renew(t.Context()); err != nil || other.Analyzer().Print() != before.Print() || index.Analyzer() == before {
			t.Errorf("the analyzer did not become another of the same print: %v", err)
		}
		got, err := index.Synonyms(t.Context())
		if fmt.Sprint(got) != "[[sofa couch] [bed settee sofa bed]]" || err != nil {
			t.Errorf("kept are %v, %v", got, err)
		}
		changes := lastChange(t, d)
		if err := index.SetSynonyms(t.Context(), staff, got); err != nil || lastChange(t, d) != changes {
			t.Errorf("setting the same again: %v, or it was logged", err)
		}
		if err := index.SetSynonyms(t.Context(), staff, nil); err != nil || find(index, "sofa ") != 0 || lastChange(t, d) != changes+1 {
			t.Errorf("after all were taken away: %v", err)
		}
	})
}

// restored makes the state what it is in a site that was restored from a backup: that of an empty index.
func restored(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Maintain(t.Context(), "restore", func(tx *db.Tx) error {
		_, err := tx.Exec("update search_state set synonyms = 0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func lastChange(t *testing.T, d *db.DB) (n int64) {
	t.Helper()
	if err := change.Number(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		n, err = change.Last(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestBadSynonymsAreRefusedAtTheirLine(t *testing.T) {
	t.Parallel()
	index := search.New(open(t, db.SQLite), searchtest.NewShelf(), search.Config{})
	many := make([][]string, search.MostSynonyms+1)
	for i := range many {
		many[i] = []string{fmt.Sprint("a", i), fmt.Sprint("b", i)}
	}
	good := []string{"sofa", "couch"}
	for want, lists := range map[string][][]string{
		"line 2": {good, {"alone"}}, "line 1 has one": {{"bike", "bikes"}}, "longer than": {{"a", strings.Repeat("x", 61)}}, "no letter": {{"a", "--"}}, "more than 5": {{"a", "b c d e f g"}},
		"comma": {{"a", "b, c"}}, "12": {strings.Fields("a b c d e f g h i j k l m")}, "1000": many,
	} {
		err := index.SetSynonyms(t.Context(), staff, lists)
		if value.KindOf(err) != value.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60v: %v, want %q in it", lists, err, want)
		}
	}
	if kept, err := index.Synonyms(t.Context()); len(kept) > 0 || err != nil {
		t.Errorf("kept after refusals: %v, %v", kept, err)
	}
}

func TestMisses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{search.Schema()}, func(t *testing.T, d *db.DB) {
		index := search.New(d, searchtest.NewShelf(), search.Config{})
		for range 3 {
			index.NoteMiss("  Unicycle  RED", "en")
		}
		index.NoteMiss("unicycle red", "en")
		index.NoteMiss("Einrad", "de")
		index.NoteMiss("phone 14 128gb 2022", "fr")
		for _, personal := range []string{"anna@example.org", "call 079 123 45 67", "+41 79 1234567", "www.example.org", "http://example.org", "anna (at) example", "anna [at] example org",
			"٠٧٩١٢٣٤٥٦٧", "", " -- ", strings.Repeat("long ", 30)} {
			index.NoteMiss(personal, "en")
		}
		if err := index.FlushMisses(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := index.Misses(t.Context(), 30, 50)
		if err != nil || len(got) != 3 || got[0].Query != "unicycle red" || got[0].Times != 4 || got[0].Typed != "Unicycle RED" || got[1].Language != "fr" || got[2].Language != "de" || time.Since(got[1].Last) > time.Hour {
			t.Errorf("%+v, %v", got, err)
		}
		index.NoteMiss("unicycle red", "en")
		if err := index.FlushMisses(t.Context()); err != nil || misses(t, index)["unicycle red"] != 4 {
			t.Errorf("written at once, or %v", err)
		}
		changes := lastChange(t, d)
		for range 2 {
			if err := index.ForgetMiss(t.Context(), staff, "unicycle red"); err != nil {
				t.Fatal(err)
			}
		}
		if left := misses(t, index); len(left) != 2 || left["einrad"] != 1 || lastChange(t, d) != changes+1 {
			t.Errorf("left are %v", left)
		}
	})
}

func misses(t *testing.T, index *search.Database) map[string]int {
	t.Helper()
	all, err := index.Misses(t.Context(), 90, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	times := make(map[string]int)
	for _, m := range all {
		times[m.Query] += m.Times
	}
	return times
}

// TestMissesAreForgotten lets months pass, and asks for more than is kept.
func TestMissesAreForgotten(t *testing.T) {
	t.Parallel()
	clock, s := threeSecondsStale(t)
	index := s.Index.(*search.Database)
	flush := func(days int) {
		t.Helper()
		clock.At = clock.At.AddDate(0, 0, days)
		if err := index.FlushMisses(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	index.NoteMiss("of old", "en")
	flush(1)
	for n := range search.MostMisses {
		index.NoteMiss(fmt.Sprint("many ", n), "en")
		index.NoteMiss("wanted", "en")
		if n%300 == 0 {
			flush(0)
			clock.At = clock.At.Add(time.Minute)
		}
	}
	flush(0)
	if all := misses(t, index); len(all) > search.MostMisses || len(all) < search.MostMisses/2 || all["wanted"] != search.MostMisses {
		t.Errorf("%d misses are kept, of one %d times", len(all), all["wanted"])
	}
	clock.At = clock.At.AddDate(0, 0, 91)
	index.NoteMiss("new", "en")
	flush(0)
	if all := misses(t, index); len(all) != 1 || all["new"] != 1 {
		t.Errorf("after 91 days %d are kept", len(all))
	}
	for n := range 5_000 { // nobody writes: what waits is bounded
		index.NoteMiss(fmt.Sprint("waiting ", n), "en")
	}
	clock.At = clock.At.Add(time.Hour)
	flush(0)
	if all := misses(t, index); len(all) != 501 {
		t.Errorf("%d were kept in memory", len(all)-1)
	}
}

// TestOtherLanguagesAreIndexedAnew changes the languages of a site whose listings are indexed.
func TestOtherLanguagesAreIndexedAnew(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []db.Schema{search.Schema()}, func(t *testing.T, d *db.DB) {
		shelf := searchtest.NewShelf()
		index := search.New(d, shelf, search.Config{Languages: []string{"en"}})
		s := searchtest.Follow(t, d, shelf, index, index.Reader())
		renew := func() (times int) {
			for busy := true; busy; times++ {
				var err error
				if busy, err = index.Renew(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			return times
		}
		documents := make([]search.Document, 1_200)
		for i := range documents {
			documents[i] = search.Document{Listing: value.ID(i + 1), Title: "Bicicletta", Category: 5, At: time.Unix(int64(1e9+i), 0)}
		}
		s.Put(documents...)
		renew()
		if busy, err := index.Renew(t.Context()); busy || err != nil {
			t.Errorf("nothing to do: %t, %v", busy, err)
		}
		find := func() int { return ask(t, index, search.Query{Words: "biciclette "}).Total }
		if n := find(); n != 0 {
			t.Errorf("an English site found %d Italian plurals", n)
		}
		index.SetLanguages([]string{"en", "it"})
		if times := renew(); times != 4 {
			t.Errorf("renewed in %d steps, want 4", times)
		}
		if n := find(); n != 1_200 {
			t.Errorf("found %d of 1,200", n)
		}
		shelf.Remove(7)
		index.SetLanguages([]string{"en"})
		index.SetLanguages([]string{"en"})
		if _, err := index.Renew(t.Context()); err != nil { // a part, and then yet another way
			t.Fatal(err)
		}
		index.SetLanguages([]string{"it"})
		renew()
		if n := find(); n != 1_199 {
			t.Errorf("found %d of 1,199", n)
		}
	})
}

func TestPromotedTakeTurns(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 5, 1, 12, 30, 0, 0, time.UTC)
	for among := range 15 {
		for most := range 7 {
			shown := make([]int, among)
			for hour := range among {
				turn := search.InTurns(noon.Add(time.Duration(hour)*time.Hour), among, most)
				if len(turn) != min(among, most) {
					t.Fatalf("%d of %d are shown, want %d", len(turn), among, most)
				}
				for _, i := range turn {
					shown[i]++
				}
			}
			for i, n := range shown {
				if n != min(among, most) {
					t.Errorf("%d of %d: number %d was shown %d times in %d hours", most, among, i, n, among)
				}
			}
		}
	}
	if a, b := search.InTurns(noon, 9, 2), search.InTurns(noon.Add(29*time.Minute), 9, 2); !slices.Equal(a, b) {
		t.Errorf("within an hour it changed from %v to %v", a, b)
	}
}
