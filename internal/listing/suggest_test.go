package listing_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/value"
)

func (w *world) suggested(s *listing.Suggester, title string, locale value.Locale) []listing.Suggestion {
	w.Helper()
	all, err := s.Suggest(ctx, title, locale)
	if err != nil {
		w.Fatal(err)
	}
	return all
}

// suggester returns a suggester, and what brings its index in step.
func (w *world) suggester() (*listing.Suggester, func()) {
	index := search.New(w.db, listing.Documents{Gate: w.gate}, search.Config{})
	return listing.NewSuggester(index, w.desk.Trees), func() {
		w.Helper()
		for lag := int64(1); lag > 0; {
			_, err := index.Reader().CatchUp(ctx, w.db)
			if err == nil {
				lag, err = index.Lag(ctx)
			}
			if err != nil {
				w.Fatal(err)
			}
		}
	}
}

func TestSuggestionsComeFromNamesAndFromListings(t *testing.T) {
	eachWorld(t, func(w *world) {
		s, catchUp := w.suggester()
		for title, want := range map[string]value.ID{"Two bicycles": w.bicycles, "Fahrräder für Kinder": w.bicycles, "Nice cars": w.cars, "Helles Zimmer": w.rooms} {
			if got := w.suggested(s, title, "de"); len(got) == 0 || got[0].Category != want {
				w.Errorf("%s: %+v, want %v", title, got, want)
			}
		}
		if got := w.suggested(s, "Qwxyz 17 \u200b!!", "en"); len(got) != 0 {
			w.Errorf("a guess from nothing: %+v", got)
		}
		for i := range 5 {
			w.submit(w.car(fmt.Sprintf("Audi A1 diesel, %d doors", i)))
			w.submit(w.bicycle(fmt.Sprintf("Cube hardtail, %d gears", i)))
			held := w.bicycle(fmt.Sprintf("Zeppelin %d", i))
			held.Body = scam
			w.submit(held)
		}
		catchUp()
		got := w.suggested(s, "Audi, hardly used", "en")
		if len(got) == 0 || got[0].Category != w.cars || got[0].Score < 0.5 || got[0].Score > 1 {
			w.Errorf("%+v", got)
		}
		if got := w.suggested(s, "Zeppelin", "en"); len(got) != 0 {
			w.Errorf("it guessed from what is not public: %+v", got)
		}
		if got := w.suggested(s, "Cars for bicycles", "en"); len(got) < 2 || got[0].Score < got[1].Score || got[0].Score+got[1].Score > 1 {
			w.Errorf("of two names: %+v", got)
		}
	})
}

// TestSuggestionsOfRealTitles offers 200 real titles and guesses others, when they are on this machine.
func TestSuggestionsOfRealTitles(t *testing.T) {
	titles := realTitles(t)
	eachWorld(t, func(w *world) {
		categories := make(map[string]value.ID)
		w.write(func(tx *db.Tx) error {
			for _, real := range titles {
				if _, known := categories[real.Category]; !known {
					categories[real.Category] = w.category(tx, 0, "real-"+real.Category, real.Category, real.Category)
				}
			}
			return nil
		})
		var batch []listing.Submission
		for _, real := range titles[:200] {
			batch = append(batch, listing.Submission{Seller: w.seller, Content: listing.Content{
				Kind: listing.Sell, Category: categories[real.Category], Locale: "en", Title: real.Title}})
		}
		w.desk.Trees = listing.NewTrees(w.db)
		var tally listing.Tally
		if err := w.desk.SubmitMany(ctx, tester, batch, &tally); err != nil {
			w.Fatal(err)
		}
		s, catchUp := w.suggester()
		catchUp()
		first, among := 0, 0
		held := titles[200:2200]
		for _, real := range held {
			for i, guess := range w.suggested(s, real.Title, "en") {
				if guess.Category == categories[real.Category] {
					among++
					if i == 0 {
						first++
					}
				}
			}
		}
		w.Logf("%d titles in %d categories; of %d others %.1f%% guessed first, %.1f%% among the guesses", 200, len(categories),
			len(held), 100*float64(first)/float64(len(held)), 100*float64(among)/float64(len(held)))
		if first*100 < 75*len(held) {
			w.Errorf("only %d of %d", first, len(held))
		}
	})
}

type realTitle struct{ Category, Title string }

func realTitles(t *testing.T) (all []realTitle) {
	t.Helper()
	f, err := os.Open("../../../shared/data/craigslist.jsonl.gz")
	if err != nil {
		t.Skip("the real listings are not on this machine")
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var one realTitle
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		if n := len([]rune(one.Title)); n >= 3 && n <= listing.LongestTitle {
			all = append(all, one)
		}
	}
	return all
}

func TestPriceHints(t *testing.T) {
	eachWorld(t, func(w *world) {
		s, catchUp := w.suggester()
		hint := func(title string, a listing.Attributes, currency string) listing.Hint {
			catchUp()
			h, err := s.PriceHint(ctx, w.bicycles, title, a, currency)
			if err != nil {
				w.Fatal(err)
			}
			return h
		}
		offer := func(title string, units int64) {
			c := w.bicycle(title)
			c.Price = value.MoneyFromUnits(units, "CHF")
			w.submit(c)
		}
		for i := range 7 {
			offer(fmt.Sprintf("Brompton folding bike, %d years", i), int64(900+100*i))
		}
		if h := hint("Brompton folding", nil, "CHF"); h.Listings != 0 {
			w.Errorf("a hint from seven: %+v", h)
		}
		offer("Folding Brompton", 1600)
		for i := range 20 {
			offer(fmt.Sprintf("Rusty wreck for parts %d", i), 20)
		}
		h := hint("My Brompton, folding", nil, "CHF")
		if h.Listings != 8 || h.Low != value.MoneyFromUnits(1075, "CHF") || h.Middle != value.MoneyFromUnits(1250, "CHF") || h.High != value.MoneyFromUnits(1425, "CHF") {
			w.Errorf("%+v", h)
		}
		if h := hint("Brompton folding", nil, "EUR"); h.Listings != 0 {
			w.Errorf("a hint in another currency: %+v", h)
		}
		if h := hint("Piano", nil, "CHF"); h.Listings != 0 {
			w.Errorf("a hint for something else: %+v", h)
		}
		if h := hint("", listing.Attributes{"type": "city", "frame": "54"}, "CHF"); h.Listings < 28 {
			w.Errorf("a hint by attributes alone: %+v", h)
		}
	})
}
