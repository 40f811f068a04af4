package backup_test

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/audit"
	"fairground/internal/backup"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/site"
	"fairground/internal/value"
)

const (
	oddQuery = `select id || '|' || coalesce(next, 0) || '|' || coalesce(n, 0) || '|' || coalesce(t, 'nothing') || '|' ||
		coalesce(length(b), -1) || '|' || coalesce(j ->> 'k', '') from odd order by id`
	listingQuery = `select id || '|' || title || '|' || body || '|' || price_minor || '|' || status || '|' || clearance from listing order by id`
	changeQuery  = `select coalesce(seq, 0) || '|' || id || '|' || actor || '|' || action || '|' || diff from change order by id`
)

func TestBackupAndRestore(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to db.Engine) {
		source, target := newWorld(t, from), newWorld(t, to)
		source.furnish(300)
		file, manifest := source.backup()
		if manifest.Rows() < 900 || manifest.Files.Count != 5 || manifest.Engine != from || manifest.Name != "Lakeside Market" {
			t.Errorf("the manifest says %+v", manifest)
		}
		slug := slugOf(t)
		order := target.target(slug, source.secret())
		order.Hosts = []string{"copy.example.org"}
		restored, err := backup.Restore(t.Context(), file, order)
		if err != nil {
			t.Fatal(err)
		}
		if restored.Rows() != manifest.Rows() {
			t.Errorf("restored %d rows of %d", restored.Rows(), manifest.Rows())
		}
		copied, err := target.ByHost(t.Context(), "copy.example.org")
		if err != nil {
			t.Fatal(err)
		}
		for _, query := range []string{oddQuery, listingQuery, changeQuery, "select id || '|' || parent from category where parent is not null"} {
			if before, after := source.rows(source.Site, query), target.rows(copied, query); before != after || before == "" {
				t.Errorf("%s differs after the restore:\n%.300s\n%.300s", query, before, after)
			}
		}
		sameFloats(t, source.Site, copied)
		target.ok(target.check(t.Context(), copied))
		if copied.Settings().Name != "Lakeside Market" {
			t.Errorf("the settings are %+v", copied.Settings())
		}
		stays(t, target, copied)
		live(t, target, copied)
	})
}

// sameFloats compares bits, which texts of the engines would not.
func sameFloats(t *testing.T, a, b *site.Site) {
	t.Helper()
	floats := func(s *site.Site) (all []float64) {
		err := s.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
			all, err = db.All(tx, db.Column[float64], "select coalesce(f, 0) from odd order by id")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	before, after := floats(a), floats(b)
	if len(before) != 5 || len(after) != 5 {
		t.Fatalf("%v, then %v", before, after)
	}
	for i := range before {
		if before[i] != after[i] {
			t.Errorf("%v became %v", before[i], after[i])
		}
	}
}

// stays checks that what is secret stayed behind.
func stays(t *testing.T, w *world, s *site.Site) {
	t.Helper()
	for query, want := range map[string]string{
		"select count(*) || '' from session":                                                  "0\n",
		"select count(*) || '' from mail_message where secret":                                "0\n",
		"select count(*) || '' from mail_message":                                             "1\n",
		"select name from account":                                                            "Aya K.\n",
		"select count(*) || '' from migration where feature = 'restore'":                      "0\n",
		"select title from listing where title = 'Road bicycle, frame 299' and clearance > 0": "Road bicycle, frame 299\n",
	} {
		if got := w.rows(s, query); got != want {
			t.Errorf("%s: %q, not %q", query, got, want)
		}
	}
}

// live checks that the restored site works: listings can be found, guards are in force, its log goes on.
func live(t *testing.T, w *world, s *site.Site) {
	t.Helper()
	index := search.New(s.DB, listing.Documents{Gate: w.gate(s)}, search.Config{})
	if _, err := index.Reader().CatchUp(t.Context(), s.DB); err != nil {
		t.Fatal(err)
	}
	result, err := index.Search(t.Context(), search.Query{Words: "bicycle"})
	if err != nil || result.Total != 300 {
		t.Errorf("found %d listings, %v", result.Total, err)
	}
	attack := func(text string) error {
		return s.DB.Maintain(t.Context(), "attack", func(tx *db.Tx) error {
			_, err := tx.Exec(text)
			return err
		})
	}
	for _, text := range []string{
		"update listing set title = 'Another title'",
		"update listing set clearance = null",
		"update odd set next = 77",
		"delete from clearance",
	} {
		if attack(text) == nil {
			t.Errorf("after the restore the database allows %q", text)
		}
	}
	target := *w
	target.Site = &site.Site{}
	err = s.DB.Write(t.Context(), tester, "test.later", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "odd", Record: 1})
		return nil
	})
	w.ok(err)
	if _, err := audit.Sealer(w.sealKey(s)).CatchUp(t.Context(), s.DB); err != nil {
		t.Error(err)
	}
	w.ok(w.check(t.Context(), s))
}

// The same slug on another installation: the seals are the very same.
func TestRestoreUnderTheSameSlugKeepsTheSeals(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to db.Engine) {
		source, target := newWorld(t, from), newWorld(t, to)
		source.furnish(20)
		file, _ := source.backup()
		secret := source.secret()
		slug := source.Site.Slug
		var checkpoint string
		source.ok(source.Site.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
			checkpoint, err = audit.Checkpoint(tx)
			return err
		}))
		if _, err := backup.Restore(t.Context(), file, target.target(slug, secret)); err != nil {
			if from == db.Postgres && to == db.Postgres && value.KindOf(err) == value.Conflict {
				return // both worlds are on one server, where the database of that name is the source itself
			}
			t.Fatal(err)
		}
		target.ok(target.Use(t.Context(), slug, func(ctx context.Context, s *site.Site) error {
			report, err := audit.Verify(ctx, s.DB, target.sealKey(s).Public(), checkpoint)
			if err == nil && (!report.OK() || report.Sealed == 0) {
				t.Errorf("%+v", report)
			}
			return err
		}))
	})
}

// Writers go on while a backup is made. What it holds is one moment: as many listings as changes that made them.
func TestBackupUnderWritesIsOneMoment(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to db.Engine) {
		source, target := newWorld(t, from), newWorld(t, to)
		source.furnish(50)
		ctx, stop := context.WithTimeout(t.Context(), patience)
		defer stop()
		var wait sync.WaitGroup
		var written atomic.Int64
		for writer := range 3 {
			wait.Go(func() {
				for i := 0; ctx.Err() == nil; i++ {
					_, _, err := source.desk.Submit(ctx, tester, source.submission(1000*(writer+1)+i))
					if err != nil && ctx.Err() == nil {
						t.Error(err)
						return
					}
					written.Add(1)
				}
			})
		}
		for deadline := time.Now().Add(patience); written.Load() < 20 && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		began := written.Load()
		var files []*bytes.Reader
		for range 3 {
			file, _ := source.backup()
			files = append(files, file)
		}
		during := written.Load() - began
		stop()
		wait.Wait()
		if during == 0 {
			t.Error("nothing was written during the backups")
		}
		for _, file := range files {
			slug := slugOf(t)
			if _, err := backup.Restore(t.Context(), file, target.target(slug, source.secret())); err != nil {
				t.Fatal(err)
			}
			target.ok(target.Use(t.Context(), slug, func(ctx context.Context, s *site.Site) error {
				listings := target.rows(s, "select count(*) || '' from listing")
				changes := target.rows(s, "select count(distinct record) || '' from change where object = 'listing'")
				clearances := target.rows(s, "select count(*) || '' from clearance")
				if listings != changes || listings != clearances || len(listings) < 3 {
					t.Errorf("%s listings, %s changes, %s clearances", strings.TrimSpace(listings), strings.TrimSpace(changes), strings.TrimSpace(clearances))
				}
				return nil
			}))
		}
	})
}
