package backup

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"fairground/internal/audit"
	"fairground/internal/db"
	"fairground/internal/media"
	"fairground/internal/site"
	"fairground/internal/value"
)

//go:embed schema
var markFiles embed.FS

const markFeature = "restore"

// Target is where a backup is restored to.
type Target struct {
	Cluster  *db.Cluster
	Registry *site.Registry
	Schemas  []db.Schema // of sites
	Actor    value.Actor
	Slug     string // of the new site
	Hosts    []string
	Secret   []byte // of the site that was backed up
	Files    func(*site.Site) media.Blobs
	Check    func(context.Context, *site.Site) error // whatever else must hold before the site opens; nil for nothing
	Progress func(Progress)                          // nil for none

	// Describing are tables whose rows tell of tables that the schemas do not; Make makes those when the rows are there.
	Describing []string
	Make       func(*db.Tx) error
}

// Restore makes a new site from a backup. A slug that is in use is a Conflict, a file that is not sound Invalid, a secret
// that is not the site's Forbidden. When it fails, nothing of the site is left.
func Restore(ctx context.Context, file io.ReadSeeker, t Target) (Manifest, error) {
	r := &restore{Target: t, file: file}
	if err := r.run(ctx); err != nil {
		return r.manifest, fmt.Errorf("backup.Restore(%s): %w", t.Slug, err)
	}
	return r.manifest, nil
}

type restore struct {
	Target
	file     io.ReadSeeker
	first    *walker // the first reading, which found the file sound
	manifest Manifest
	progress Progress
}

func (r *restore) run(ctx context.Context) error {
	if err := r.refuseExisting(ctx); err != nil {
		return err
	}
	w, err := walk(ctx, r.file, visitor{})
	if err != nil {
		return err
	}
	r.first, r.manifest = w, w.manifest
	if err := db.CheckMigrations(r.Schemas, r.manifest.Engine, r.manifest.Migrations); err != nil {
		return err
	}
	if err := r.makeDatabase(ctx); err != nil {
		return err
	}
	if _, err := r.Registry.Adopt(ctx, r.Actor, r.Slug, r.Secret); err != nil {
		return errors.Join(err, r.Cluster.Drop(context.WithoutCancel(ctx), r.database()))
	}
	if err := r.finish(ctx); err != nil {
		return errors.Join(err, r.undo(context.WithoutCancel(ctx)))
	}
	return nil
}

func (r *restore) refuseExisting(ctx context.Context) error {
	sites, err := r.Registry.List(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(sites, func(s site.Entry) bool { return s.Slug == r.Slug }) {
		return value.Errorf(value.Conflict, "there is a site %s already; restore under another slug, or drop it first", r.Slug)
	}
	if _, err := r.Registry.Secret(r.Slug); err == nil {
		return value.Errorf(value.Conflict, "there is a key for a site %s already, and no site; move its file out of the directory of keys and name it with --key", r.Slug)
	} else if value.KindOf(err) == value.Invalid {
		return err // the slug is malformed
	}
	return nil
}

// database is the name that package site gives the database of the new site.
func (r *restore) database() string { return "site_" + strings.ReplaceAll(r.Slug, "-", "_") }

// makeDatabase makes the database with the tables as they were, loads the rows and brings the tables up to date.
func (r *restore) makeDatabase(ctx context.Context) error {
	if err := r.clearLeftover(ctx); err != nil {
		return err
	}
	mark := db.Schema{Feature: markFeature, Files: markFiles}
	d, err := r.Cluster.Create(ctx, r.database(), append(db.AsOf(r.Schemas, r.manifest.Migrations), mark))
	if err != nil {
		return err
	}
	err = errors.Join(r.load(ctx, d), d.Close())
	if err == nil {
		err = r.bringUpToDate(ctx)
	}
	if err != nil {
		return errors.Join(err, r.Cluster.Drop(context.WithoutCancel(ctx), r.database()))
	}
	return nil
}

func (r *restore) bringUpToDate(ctx context.Context) error {
	d, err := r.Cluster.Open(ctx, r.database(), r.Schemas)
	if err != nil {
		return err
	}
	return d.Close()
}

// clearLeftover removes the database of a restore that was interrupted. It knows it by its mark, or by its having no
// tables at all; any other database that no site owns stays and is a Conflict.
func (r *restore) clearLeftover(ctx context.Context) error {
	exists, err := r.Cluster.Exists(ctx, r.database())
	if err != nil || !exists {
		return err
	}
	d, err := r.Cluster.Open(ctx, r.database(), nil)
	if err != nil {
		return err
	}
	ours := false
	err = d.Read(ctx, func(tx *db.Tx) error {
		tables, err := db.Tables(tx)
		ours = len(tables) <= 1 || slices.ContainsFunc(tables, func(t db.Table) bool { return t.Name == "restore_unfinished" })
		return err
	})
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	if !ours {
		return value.Errorf(value.Conflict, "there is a database %s that belongs to no site; remove it first, or choose another slug", r.database())
	}
	return r.Cluster.Drop(ctx, r.database())
}

// finish does what needs the site, which is closed to the public meanwhile, and opens it.
func (r *restore) finish(ctx context.Context) error {
	if err := r.Registry.Suspend(ctx, r.Actor, r.Slug, "it is being restored from a backup"); err != nil {
		return err
	}
	if err := r.Registry.Use(ctx, r.Slug, r.furnish); err != nil {
		return err
	}
	if len(r.Hosts) > 0 {
		if err := r.Registry.SetHosts(ctx, r.Actor, r.Slug, r.Hosts...); err != nil {
			return err
		}
	}
	return r.Registry.Resume(ctx, r.Actor, r.Slug, "it was restored from a backup and checked")
}

func (r *restore) furnish(ctx context.Context, s *site.Site) error {
	if err := r.putFiles(ctx, s); err != nil {
		return err
	}
	if err := r.checkLog(ctx, s); err != nil {
		return err
	}
	if r.Check != nil {
		if err := r.Check(ctx, s); err != nil {
			return err
		}
	}
	return s.DB.Maintain(ctx, "restore: take the mark away", func(tx *db.Tx) error {
		if _, err := tx.Exec("drop table restore_unfinished"); err != nil {
			return err
		}
		return db.Forget(tx, markFeature)
	})
}

// putFiles stores the files, after the key has proved that the backup is the site's own.
func (r *restore) putFiles(ctx context.Context, s *site.Site) error {
	if err := r.first.checkSeal(s.Key(keyPurpose)); err != nil {
		return err
	}
	r.progress.Table = ""
	blobs := r.Files(s)
	return r.again(walk(ctx, r.file, visitor{file: func(key string, size int64, content io.Reader) error {
		if err := blobs.Put(ctx, key, content, size); err != nil {
			return err
		}
		if r.progress.Files++; r.progress.Files%100 == 0 || r.progress.Files == r.manifest.Files.Count {
			r.report()
		}
		return nil
	}}))
}

// again checks that a reading found the same file as the first.
func (r *restore) again(w *walker, err error) error {
	if err == nil && !bytes.Equal(w.text, r.first.text) {
		return value.Errorf(value.Conflict, "the backup changed while it was read")
	}
	return err
}

func (r *restore) report() {
	if r.Progress != nil {
		r.Progress(r.progress)
	}
}

// checkLog verifies the seals of the change log. They name the site; under another slug they are made anew, after
// the old ones were found to hold.
func (r *restore) checkLog(ctx context.Context, s *site.Site) error {
	key, err := audit.NewKey(r.manifest.Slug, s.Key("audit"))
	if err != nil {
		return err
	}
	report, err := audit.Verify(ctx, s.DB, key.Public())
	if err != nil {
		return err
	}
	if !report.OK() {
		return value.Errorf(value.Conflict, "the change log in the backup does not agree with its seals: %s", report.Problems[0].Text)
	}
	if r.manifest.Slug == r.Slug {
		return nil
	}
	own, err := audit.NewKey(r.Slug, s.Key("audit"))
	if err != nil {
		return err
	}
	sealer := audit.Sealer(own)
	err = s.DB.Maintain(ctx, "restore: seal under the new name", func(tx *db.Tx) error {
		for _, table := range []string{"audit_seal", "audit_tile"} {
			if _, err := tx.Exec("delete from " + table); err != nil {
				return err
			}
		}
		return sealer.Rewind(tx)
	})
	if err != nil {
		return err
	}
	_, err = sealer.CatchUp(ctx, s.DB)
	return err
}

// undo removes a site that failed a check: its files, its database, its key.
func (r *restore) undo(ctx context.Context) error {
	err := r.Registry.Use(ctx, r.Slug, func(ctx context.Context, s *site.Site) error {
		blobs := r.Files(s)
		var keys []string
		for key, err := range blobs.Keys(ctx, "") {
			if err != nil {
				return err
			}
			keys = append(keys, key)
		}
		for _, key := range keys {
			if err := blobs.Delete(ctx, key); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, r.Registry.Drop(ctx, r.Actor, r.Slug, r.Slug))
}
