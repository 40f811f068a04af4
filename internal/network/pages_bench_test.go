package network

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

// BenchmarkPages answers the page of a network of 500 listings, and pages of a list of 5,000 networks.
func BenchmarkPages(b *testing.B) {
	base := sitetest.New(b, dbtest.Cluster(b, db.SQLite), []db.Schema{Schema()})
	w := newOffice(b, base)
	big := w.stock(5000, 500)
	for name, path := range map[string]string{
		"one_of_500":   href(big),
		"list_of_5000": pagesPath + "?state=dismissed", "list_midway": pagesPath + "?state=dismissed&after=0.5_" + value.ID(2500).Text(Kind),
		"search_telephone": pagesPath + "?q=079+555+44+79", "map_of_500": href(big) + "/map",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if got := w.ask("mara", path, nil); got.Code != http.StatusOK {
					b.Fatalf("status %d", got.Code)
				}
			}
		})
	}
}

// stock writes dismissed networks of four listings each, and one open network of many.
func (w *office) stock(networks, many int) (big value.ID) {
	w.Helper()
	big = value.ID(networks + 1)
	w.ok(w.db.Write(w.Context(), value.SystemActor("test"), "test.stock", func(tx *db.Tx) error {
		next := value.ID(1_000_000)
		for n := range networks {
			if err := w.stored(tx, Network{ID: value.ID(n + 1), Number: n + 1, State: Dismissed, Score: float64(n%100) / 100}, 4, &next); err != nil {
				return err
			}
		}
		tx.Log(db.Change{Object: Object, Record: big})
		return w.stored(tx, Network{ID: big, Number: networks + 1, State: Open, Score: .9}, many, &next)
	}))
	return big
}

// stored writes a network as settling would.
func (w *office) stored(tx *db.Tx, n Network, count int, next *value.ID) error {
	made := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	var members []Member
	var links []Link
	for i := range count {
		*next++
		town := i % 3
		members = append(members, Member{Listing: *next, Network: n.ID, Account: *next + 5_000_000, Place: []string{"Nyon", "Morges", "Vevey"}[town],
			Point: value.Point{Lat: 46.4 + float64(town)/10, Lon: 6.3}, Fillings: []string{"nyon", "ana", fmt.Sprint(i), "··79"}, Coverage: .9, Made: made.Add(time.Duration(i) * time.Minute), Joined: made})
		if i > 0 {
			links = append(links, Link{A: members[0].Listing, B: *next, Stage: "D", Reason: "phone", Entity: w.desk.entity("phone", fmt.Sprintf("0795554%03d", 479-int(n.ID)%300)), Shown: "··79", Weight: .8},
				Link{A: *next - 1, B: *next, Stage: "A", Reason: "text", Shown: "90 %", Weight: .7})
		}
	}
	n.Listings, n.Active, n.Accounts, n.Places, n.First, n.Last, n.Opened = count, count, count, 3, made, made.Add(time.Hour), made
	n.Template, n.drawing = "free room near the station in [1] ask for [2] number [3] call [4]", draw(members, links)
	if err := insert(tx, n); err != nil {
		return err
	}
	if err := insertMembers(tx, members); err != nil {
		return err
	}
	if err := updatePicture(tx, n.ID, pictureOf(members, links).text()); err != nil {
		return err
	}
	return replaceLinks(tx, n.ID, links)
}
