package market_test

import (
	"regexp"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/market"
	"fairground/internal/media"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
)

var asset = regexp.MustCompile(`(?:href|src)="(/static/[^"]+\.(?:css|js))"`)

// TestWeightWithEverythingBeside holds the pages of sellers and listings to the public budget when the other rooms have
// put their parts on them.
func TestWeightWithEverythingBeside(t *testing.T) {
	if err := ui.Check(); err != nil {
		t.Skip(err)
	}
	clock := &hand{at: time.Now().UTC().Truncate(time.Microsecond).AddDate(0, 0, -50)}
	cluster := dbtest.ClusterWith(t, db.SQLite, func(c *db.Config) { c.Clock = clock })
	f := newFair(t, newWorld(t, sitetest.New(t, cluster, schemas()), market.Limits{}), clock)
	blobs, err := media.LocalBlobs(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = blobs.Close() })
	pages := f.stall(blobs)
	for _, name := range []string{"shop", "private", "listing"} {
		markup, total := len(f.get(pages[name], "Accept-Encoding", "gzip").body), 0
		for _, found := range asset.FindAllStringSubmatch(f.get(pages[name]).body, -1) {
			total += len(f.get(found[1], "Accept-Encoding", "br").body)
		}
		t.Logf("%-8s %5.1f kB, of it markup %4.1f kB", name, float64(total+markup)/1000, float64(markup)/1000)
		if total += markup; markup < 2000 || total < 10_000 || total > 30_000 {
			t.Errorf("%s weighs %d bytes; its budget is 30 kB", name, total)
		}
	}
}
