package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fairground/internal/app"
	"fairground/internal/backup"
	"fairground/internal/media"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/value"
)

type backupCommand struct {
	File string `arg:"" help:"The file to write, such as lakeside.fairground; it must not exist."`
	Site string `help:"Slug of the site; may be left out when there is only one."`
}

// Run writes the backup beside its name, and gives it the name when it is complete and on disk.
func (c backupCommand) Run(e *environment) error {
	return e.withSite(c.Site, func(ctx context.Context, _ *app.App, rooms *app.Rooms) error {
		if _, err := os.Lstat(c.File); err == nil {
			return value.Errorf(value.Conflict, "there is a file %s already", c.File)
		}
		began := time.Now()
		manifest, size, err := c.write(ctx, e, rooms)
		if err != nil {
			return err
		}
		e.printf("%s: %d rows, %d files, %.1f MB in %.1f s\n", c.File, manifest.Rows(), manifest.Files.Count,
			float64(size)/1e6, time.Since(began).Seconds())
		e.printf("The site's key is not in it: %s.\nKeep the key apart from the backups; a restore needs both.\n",
			filepath.Join(e.config.Directory, "keys", rooms.Site.Slug+".key"))
		return nil
	})
}

func (c backupCommand) write(ctx context.Context, e *environment, rooms *app.Rooms) (m backup.Manifest, size int64, err error) {
	fresh := c.File + ".unfinished"
	file, err := os.OpenFile(fresh, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return m, 0, err
	}
	defer os.Remove(fresh) // after the renaming it does nothing
	out := bufio.NewWriterSize(file, 1<<20)
	m, err = backup.Write(ctx, out, backup.Source{
		Site: rooms.Site, Files: rooms.Blobs, Program: version, Progress: showCopying(e, "copied"),
	})
	for _, step := range []func() error{out.Flush, file.Sync, file.Close} {
		if stepErr := step(); err == nil {
			err = stepErr
		}
	}
	if err != nil {
		return m, 0, err
	}
	info, err := os.Stat(fresh)
	if err != nil {
		return m, 0, err
	}
	return m, info.Size(), os.Rename(fresh, c.File)
}

// showCopying draws one line of progress that is written over, a few times a second.
func showCopying(e *environment, done string) func(backup.Progress) {
	shown := time.Now().Add(time.Second) // what is done sooner needs no progress
	return func(p backup.Progress) {
		if time.Since(shown) < 200*time.Millisecond {
			return
		}
		shown = time.Now()
		fmt.Fprintf(e.err, "\r%s %d rows, %d files  %-20s\r", done, p.Rows, p.Files, p.Table)
	}
}

type restoreCommand struct {
	File  string   `arg:"" help:"The backup." type:"existingfile"`
	Slug  string   `arg:"" help:"Short name of the new site; none may have it."`
	Key   string   `help:"File with the key of the site that was backed up, keys/SLUG.key there." required:"" type:"existingfile" placeholder:"FILE"`
	Hosts []string `help:"Host names the new site answers to." sep:","`
}

// Run restores and checks the site; it opens to the public only when no promise is broken.
func (c restoreCommand) Run(e *environment) error {
	secret, err := readSecret(c.Key)
	if err != nil {
		return err
	}
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	return e.withApp(func(a *app.App) error {
		began := time.Now()
		manifest, err := backup.Restore(e.ctx, file, backup.Target{
			Cluster: a.Cluster, Registry: a.Registry, Schemas: app.SiteSchemas(), Actor: operator,
			Slug: c.Slug, Hosts: c.Hosts, Secret: secret, Progress: showCopying(e, "restored"),
			Files: func(s *site.Site) media.Blobs { return a.Rooms(s).Blobs },
			Check: func(ctx context.Context, s *site.Site) error { return c.check(ctx, e, a.Rooms(s)) },

			Describing: record.Describing(), Make: record.Rebuild,
		})
		if err != nil {
			return err
		}
		e.printf("%s is %s as of %s: %d rows, %d files in %.1f s\n", c.Slug, manifest.Name,
			manifest.Made.Local().Format(time.RFC1123), manifest.Rows(), manifest.Files.Count, time.Since(began).Seconds())
		return nil
	})
}

// check refuses a site that breaks a promise, and fills its search index.
func (c restoreCommand) check(ctx context.Context, e *environment, rooms *app.Rooms) error {
	if err := rooms.Records.RebuildWords(ctx); err != nil {
		return err
	}
	report, err := rooms.Check(ctx)
	if err != nil {
		return err
	}
	for _, fault := range report.Faults {
		e.printf("%s\n", fault)
	}
	if len(report.Faults) > 0 {
		return value.Errorf(value.Conflict, "%d fault(s) found in the backup; the site was not restored", len(report.Faults))
	}
	for _, reader := range rooms.Readers() {
		if _, err := reader.CatchUp(ctx, rooms.Site.DB); err != nil {
			return err
		}
	}
	return nil
}

func readSecret(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, 1024))
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != 32 {
		return nil, value.Fieldf("key", "%s is not the key of a site: it must hold 64 hexadecimal digits", name)
	}
	return secret, nil
}
