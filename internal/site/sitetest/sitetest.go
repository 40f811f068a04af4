// Package sitetest gives tests of features a whole site: a registry, a database on each engine, settings, a secret.
package sitetest

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/site"
	"fairground/internal/value"
)

// Host is the host that the site of Each answers for.
const Host = "lake.example.org"

// World is a registry with one site, open until the test ends.
type World struct {
	*site.Registry
	Site    *site.Site
	Cluster *db.Cluster
}

// Each runs a test once on SQLite and once on PostgreSQL, on a site that has the tables of the features given; those of
// packages change and site are always there. The registry's Step finds the site by Host.
func Each(t *testing.T, schemas []db.Schema, test func(t *testing.T, w *World)) {
	t.Helper()
	dbtest.EachCluster(t, func(t *testing.T, cluster *db.Cluster) {
		test(t, New(t, cluster, schemas))
	})
}

// New makes the world of one test on a cluster.
func New(t testing.TB, cluster *db.Cluster, schemas []db.Schema) *World {
	t.Helper()
	all := append([]db.Schema{change.Schema(), site.Schema()}, schemas...)
	keys := filepath.Join(t.TempDir(), "keys")
	provider, err := cluster.Create(t.Context(), dbtest.NewName(), []db.Schema{change.Schema(), site.ProviderSchema()})
	if err != nil {
		t.Fatal(err)
	}
	r := site.NewIn(provider, cluster, keys, all, site.Limits{})
	slug := strings.ReplaceAll(dbtest.NewName(), "_", "-")
	if _, err := r.Create(t.Context(), value.SystemActor("test"), slug, Settings(), Host); err != nil {
		t.Fatal(err)
	}
	s, err := r.BySlug(t.Context(), slug)
	if err != nil {
		t.Fatal(err)
	}
	return &World{Registry: r, Site: s, Cluster: cluster}
}

// Settings are those of the site of Each.
func Settings() site.Settings {
	s := site.Defaults("Lakeside Market", "desk@lakeside.example")
	s.Locales = []value.Locale{"en", "de-CH"}
	s.Currency, s.TimeZone, s.Country = "CHF", "Europe/Zurich", "CH"
	s.Centre = value.Point{Lat: 46.45, Lon: 6.65}
	return s
}

// History is what a site's log says of a record, oldest first. On PostgreSQL it waits until the entries have their
// numbers, which other tests' transactions on the same server hold up.
func History(t testing.TB, s *site.Site, object string, record value.ID) []change.Row {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if err := change.Number(t.Context(), s.DB); err != nil {
			t.Fatal(err)
		}
		var waiting int64
		var rows []change.Row
		err := s.DB.Read(t.Context(), func(tx *db.Tx) error {
			if err := tx.Row("select count(*) from change where seq is null").Scan(&waiting); err != nil || waiting > 0 {
				return err
			}
			all, err := change.Since(tx, 0, 10_000)
			for _, row := range all {
				if row.Object == object && row.Record == record {
					rows = append(rows, row)
				}
			}
			return err
		})
		if err != nil || waiting > 0 && time.Now().After(deadline) {
			t.Fatalf("%d entries have no number yet: %v", waiting, err)
		}
		if waiting == 0 {
			return rows
		}
	}
}
