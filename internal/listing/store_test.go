package listing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/value"
)

func TestListsForStaff(t *testing.T) {
	eachWorld(t, func(w *world) {
		var ids []value.ID
		for _, title := range []string{"ÄPFEL und Birnen", "100% wool", "100x wool", `back\slash`, "under_score", "underXscore", "Red bicycle"} {
			l, _ := w.submit(w.bicycle(title))
			ids = append(ids, l.ID)
		}
		car, _ := w.submit(w.car("Red car"))
		held := w.held()
		for name, test := range map[string]struct {
			filter listing.Filter
			want   []value.ID
		}{
			"umlauts":               {listing.Filter{Words: "äpfel"}, ids[:1]},
			"umlauts in capitals":   {listing.Filter{Words: "BIRNEN ÄPFEL"}, ids[:1]},
			"a percent sign":        {listing.Filter{Words: "100%"}, ids[1:2]},
			"a backslash":           {listing.Filter{Words: `back\`}, ids[3:4]},
			"an underscore":         {listing.Filter{Words: "under_score"}, ids[4:5]},
			"two words":             {listing.Filter{Words: "bicycle red"}, ids[6:7]},
			"no such words":         {listing.Filter{Words: "red green"}, nil},
			"quotes":                {listing.Filter{Words: "' or 1=1 --"}, nil},
			"bytes that are none":   {listing.Filter{Words: "car\x00 \xff red"}, []value.ID{car.ID}},
			"a category":            {listing.Filter{Category: []value.ID{w.cars, w.rooms}}, []value.ID{car.ID}},
			"a status":              {listing.Filter{Status: held.Status}, []value.ID{held.ID}},
			"a status and words":    {listing.Filter{Status: listing.Live, Words: "deposit"}, nil},
			"a seller":              {listing.Filter{Seller: w.seller.ID, Words: "car"}, []value.ID{car.ID}},
			"another seller":        {listing.Filter{Seller: 12345}, nil},
			"older than the third":  {listing.Filter{Before: ids[2]}, []value.ID{ids[1], ids[0]}},
			"a limit":               {listing.Filter{Before: ids[2], Limit: 1}, ids[1:2]},
			"more words than asked": {listing.Filter{Words: strings.Repeat("red ", 70_000)}, []value.ID{car.ID, ids[6]}},
		} {
			w.read(func(tx *db.Tx) error {
				all, err := listing.List(tx, test.filter)
				if got := idsOf(all); err != nil || !slices.Equal(got, test.want) {
					w.Errorf("%s: %v, want %v (%v)", name, got, test.want, err)
				}
				test.filter.Before = 0
				if n, err := listing.Count(tx, test.filter, 3); err != nil || test.filter.Limit == 0 && name != "older than the third" && n != len(test.want) {
					w.Errorf("%s: counted %d (%v)", name, n, err)
				}
				return nil
			})
		}
	})
}

func idsOf(all []listing.Listing) (ids []value.ID) {
	for _, l := range all {
		ids = append(ids, l.ID)
	}
	return ids
}

func TestPagesOfAListMeetWithoutGapOrOverlap(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.many(130)
		seen := map[value.ID]bool{}
		w.read(func(tx *db.Tx) error {
			if all, err := listing.List(tx, listing.Filter{}); err != nil || len(all) != 50 {
				w.Errorf("without a limit %d (%v)", len(all), err)
			}
			if all, err := listing.List(tx, listing.Filter{Limit: 10_000}); err != nil || len(all) != 130 {
				w.Errorf("a limit beyond all: %d (%v)", len(all), err)
			}
			if n, err := listing.Count(tx, listing.Filter{}, 100); n != 100 || err != nil {
				w.Errorf("counted %d (%v)", n, err)
			}
			for before := value.ID(0); ; {
				page, err := listing.List(tx, listing.Filter{Before: before, Limit: 40})
				if err != nil || len(page) == 0 {
					return err
				}
				for _, l := range page {
					if seen[l.ID] {
						w.Errorf("%d twice", l.ID)
					}
					seen[l.ID], before = true, l.ID
				}
			}
		})
		if len(seen) != 130 {
			w.Errorf("%d of 130", len(seen))
		}
	})
}

// many submits bicycles in one portion.
func (w *world) many(n int) (tally listing.Tally) {
	w.Helper()
	batch := make([]listing.Submission, n)
	for i := range batch {
		batch[i] = listing.Submission{Content: w.bicycle(fmt.Sprintf("Bicycle number %d", i)), Seller: w.seller, Source: "many", External: fmt.Sprint(i)}
	}
	if err := w.desk.SubmitMany(context.Background(), tester, batch, &tally); err != nil {
		w.Fatal(err)
	}
	return tally
}

func TestManyAreSubmittedOrNone(t *testing.T) {
	eachWorld(t, func(w *world) {
		if tally := w.many(3); tally.Rows != 3 || tally.Live != 3 {
			w.Errorf("%+v", tally)
		}
		good := listing.Submission{Content: w.bicycle("A good one"), Seller: w.seller}
		bad, known := good, good
		bad.Title = ""
		known.Source, known.External = "many", "1"
		for name, batch := range map[string][]listing.Submission{"one is not well-formed": {good, bad}, "one is there already": {good, known}} {
			var tally listing.Tally
			err := w.desk.SubmitMany(context.Background(), tester, batch, &tally)
			if kind := value.KindOf(err); kind != value.Invalid && kind != value.Conflict || tally.Rows != 0 {
				w.Errorf("%s: %v %+v", name, err, tally)
			}
		}
		w.read(func(tx *db.Tx) error {
			n, err := listing.Count(tx, listing.Filter{}, 100)
			if n != 3 {
				w.Errorf("%d listings", n)
			}
			return err
		})
	})
}

func TestExpiryGoesInPortions(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.many(450)
		if err := w.attack("update listing set expires_us = 1 where external <> '7'"); err != nil {
			w.Fatal(err)
		}
		if n, err := w.desk.Expire(context.Background()); n != 449 || err != nil {
			w.Errorf("%d expired (%v)", n, err)
		}
		w.read(func(tx *db.Tx) error {
			counts, err := listing.StatusCounts(tx)
			if counts[listing.Live] != 1 || counts[listing.Expired] != 449 || len(counts) != 2 {
				w.Errorf("%v, %v", counts, err)
			}
			n, err := listing.SellerCount(tx, w.seller.ID)
			if n != 1 {
				w.Errorf("the seller has %d live", n)
			}
			return err
		})
	})
}

func TestPlacesAreFoundHoweverTheyAreWritten(t *testing.T) {
	eachWorld(t, func(w *world) {
		for i, name := range []string{"Évian", "Évian", "Pully"} {
			c := w.bicycle("City bicycle, size M")
			c.Place = listing.Place{Name: name, Point: value.Point{Lat: 46.4 + float64(i)/10_000, Lon: 6.5}}
			w.submit(c)
		}
		hidden := w.bicycle("Somewhere else")
		hidden.Place.Name = "Nowhere"
		l, _ := w.submit(hidden)
		w.end(l.ID, listing.Removed)
		w.read(func(tx *db.Tx) error {
			for _, name := range []string{"Évian", "évian", "ÉVIAN", " Évian\x00 "} {
				if p, err := listing.FindPlace(tx, name); err != nil || p.Name != "Évian" || p.Point != p.Point.Coarse() {
					w.Errorf("%q: %v %+v", name, err, p)
				}
			}
			for _, name := range []string{"Nowhere", "", "\xff", "%", "Pull_"} {
				if _, err := listing.FindPlace(tx, name); value.KindOf(err) != value.NotFound {
					w.Errorf("%q: %v", name, err)
				}
			}
			names, err := listing.Places(tx, 5)
			if !slices.Equal(names, []string{"Évian", "Pully"}) {
				w.Errorf("places %v", names)
			}
			return err
		})
	})
}

// The index knows what is visible and nothing else, and no exact place.
func TestDocumentsAreOfWhatIsVisible(t *testing.T) {
	eachWorld(t, func(w *world) {
		c := w.bicycle("City bicycle, size M")
		c.Attributes["lights"] = "yes"
		live, _ := w.submit(c)
		removed, _ := w.submit(w.bicycle("Removed"))
		w.end(removed.ID, listing.Removed)
		overdue, _ := w.submit(w.bicycle("Overdue"))
		if err := w.attack("update listing set expires_us = 1 where id = $1", overdue.ID); err != nil {
			w.Fatal(err)
		}
		w.read(func(tx *db.Tx) error {
			docs, err := listing.Documents{Gate: w.gate}.Documents(tx, []value.ID{live.ID, w.held().ID, removed.ID, overdue.ID, 12345})
			if err != nil || len(docs) != 1 || docs[0].Listing != live.ID {
				w.Fatalf("%v %+v", err, docs)
			}
			doc := docs[0]
			if doc.Point != live.Place.Coarse() || doc.Point == live.Place.Point || !strings.Contains(doc.Body, "Pully") || !strings.Contains(doc.Body, "city") {
				w.Errorf("%+v", doc)
			}
			values := map[string]search.Value{}
			for _, v := range doc.Attributes {
				values[v.Attribute] = v
			}
			if values["type"].Choice != "city" || values["frame"].Number == nil || *values["frame"].Number != 54 || values["lights"].Yes == nil || !*values["lights"].Yes {
				w.Errorf("%+v", values)
			}
			return nil
		})
	})
}

func TestAnExportHoldsEverything(t *testing.T) {
	eachWorld(t, func(w *world) {
		c := w.bicycle("City <b>bicycle</b> \u2028 & \"more\"")
		c.Photos = []listing.Photo{photo("a")}
		full, _ := w.submit(c)
		bare := w.car("A bare car")
		w.submit(bare)
		w.held()
		w.many(1100) // more than a page
		var out bytes.Buffer
		seen := 0
		n, err := w.desk.Export(context.Background(), &out, func(listing.Listing) error { seen++; return nil })
		if err != nil || n != 1103 || seen != n {
			w.Fatalf("%d exported, %d seen, %v", n, seen, err)
		}
		var lines []map[string]any
		for decoder := json.NewDecoder(&out); decoder.More(); {
			var line map[string]any
			if err := decoder.Decode(&line); err != nil {
				w.Fatal(err)
			}
			lines = append(lines, line)
		}
		first, second := lines[0], lines[1]
		want := map[string]any{"id": full.Key(), "status": "live", "title": full.Title, "body": full.Body, "price": "520.00", "currency": "CHF",
			"lat": 46.5104, "lon": 6.6618, "category": "bicycles", "seller": "Elio T.", "source": "form"}
		for name, v := range want {
			if first[name] != v {
				w.Errorf("%s is %v, want %v", name, first[name], v)
			}
		}
		if fmt.Sprint(first["attributes"]) != "map[frame:54 type:city]" || len(first["photos"].([]any)) != 1 {
			w.Errorf("%v %v", first["attributes"], first["photos"])
		}
		for _, name := range []string{"price", "lat", "lon", "photos", "external"} {
			if _, there := second[name]; there {
				w.Errorf("a listing without %s has one: %v", name, second[name])
			}
		}
		if len(lines) != 1103 || lines[2]["status"] == "live" {
			w.Errorf("%d lines, the third is %v", len(lines), lines[2]["status"])
		}
	})
}

// What is exported can be imported again and says the same.
func TestAnExportCanBeImported(t *testing.T) {
	eachWorld(t, func(w *world) {
		original, _ := w.submit(w.bicycle("City bicycle, \"size M\""))
		var out bytes.Buffer
		if _, err := w.desk.Export(context.Background(), &out, nil); err != nil {
			w.Fatal(err)
		}
		i := w.importText("export.jsonl", `
source: export
currency: CHF
seller: {name: Elio T., kind: private}
external: "{id}"
title: "{title}"
body: "{body}"
kind: "{kind}"
category: "{category}"
price: "{price}"
place: "{place}"
lat: "{lat}"
lon: "{lon}"
attributes: {type: "{attributes.type}", frame: "{attributes.frame}"}
`, out.String())
		w.accounted(i, 1)
		if copied := w.first(); copied.ID == original.ID || copied.Content.Hash() != original.Content.Hash() {
			w.Errorf("%+v\n%+v", copied.Content, original.Content)
		}
	})
}
