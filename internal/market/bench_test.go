package market_test

import (
	"fmt"
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/market"
	"fairground/internal/site/sitetest"
	"fairground/internal/web"
	"time"
)

// BenchmarkPages measures whole requests, queries included, on SQLite with a market of 300 listings.
func BenchmarkPages(b *testing.B) {
	w := newWorld(b, sitetest.New(b, dbtest.Cluster(b, db.SQLite), schemas()), market.Limits{Machines: web.Rate{Events: 1 << 20, Per: time.Second}})
	var path string
	for i := range 300 {
		l := w.offer(w.bicycle(fmt.Sprintf("City bicycle number %d", i), int64(100+i)))
		path = pathOf(l, fmt.Sprintf("city-bicycle-number-%d", i))
	}
	w.catchUp()
	for name, address := range map[string]string{
		"home": "/", "category": "/c/sports/bicycles", "filtered": "/c/sports/bicycles?a.type=city&place=Pully", "listing": path,
		"feed": "/feed.atom", "safety": "/safety",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if a := w.get(address); a.status != 200 {
					b.Fatalf("%s answered %d", address, a.status)
				}
			}
		})
	}
}
