package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fairground/internal/app"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/value"
)

type importCommand struct {
	Listings   importListings   `cmd:"" help:"Import listings from a CSV or JSONL file, compressed or not."`
	Categories importCategories `cmd:"" help:"Add a category tree written in YAML."`
}

type importCategories struct {
	File string `arg:"" help:"The tree; docs/imports/tree.yaml is an example." type:"existingfile"`
	Site string `help:"Slug of the site; may be left out when there is only one."`
}

// Run adds the categories.
func (c importCategories) Run(e *environment) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	tree, err := listing.ReadTree(file)
	if err != nil {
		return err
	}
	return e.withSite(c.Site, func(ctx context.Context, _ *app.App, rooms *app.Rooms) error {
		return listing.PlantTree(ctx, rooms.Site.DB, operator, tree)
	})
}

type importListings struct {
	File    string `arg:"" help:"The file." type:"existingfile"`
	Mapping string `help:"YAML file that says which column is what; docs/imports has examples." required:"" type:"existingfile"`
	Site    string `help:"Slug of the site; may be left out when there is only one."`
	Photos  string `help:"Directory or ZIP file with the photos that the rows name."`
	Errors  string `help:"Where rows that were not taken are listed." placeholder:"FILE"`
	DryRun  bool   `help:"Check and screen, store nothing."`
	Quiet   bool   `help:"No progress."`
}

// Run imports the file and accounts for every row.
func (c importListings) Run(e *environment) error {
	return e.withSite(c.Site, func(ctx context.Context, a *app.App, rooms *app.Rooms) error {
		mapping, err := c.readMapping(ctx, rooms)
		if err != nil {
			return err
		}
		file, size, sum, err := openSummed(c.File)
		if err != nil {
			return err
		}
		defer file.Close()
		errors, closeErrors, err := c.openErrors()
		if err != nil {
			return err
		}
		photos, closePhotos, err := openPhotos(c.Photos, rooms.Photos)
		if err != nil {
			return err
		}
		defer closePhotos()
		began := time.Now()
		job := listing.Import{
			Desk: rooms.Listings, Mapping: mapping, Actor: value.SystemActor("import"), DryRun: c.DryRun,
			Errors: errors, Photos: photos, Progress: c.progress(e, began, size),
		}
		tally, err := job.Run(ctx, filepath.Base(c.File), sum, file)
		c.report(e, tally, time.Since(began))
		if err = joinClose(err, closeErrors); err != nil || c.DryRun {
			return err
		}
		return c.index(ctx, e, rooms)
	})
}

func (c importListings) readMapping(ctx context.Context, rooms *app.Rooms) (listing.Mapping, error) {
	tree, err := rooms.Listings.Trees.Tree(ctx)
	if err != nil {
		return listing.Mapping{}, err
	}
	file, err := os.Open(c.Mapping)
	if err != nil {
		return listing.Mapping{}, err
	}
	defer file.Close()
	return listing.ReadMapping(file, tree)
}

func (c importListings) openErrors() (io.Writer, func() error, error) {
	name := c.Errors
	if name == "" {
		name = filepath.Base(c.File) + ".errors.jsonl"
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return file, func() error {
		info, err := file.Stat()
		if err == nil && info.Size() == 0 {
			os.Remove(name)
		}
		return file.Close()
	}, nil
}

// progress draws one line that is written over, with the share of the file, the rows and the pace.
func (c importListings) progress(e *environment, began time.Time, size int64) func(listing.Progress) {
	if c.Quiet {
		return nil
	}
	return func(p listing.Progress) {
		share := float64(p.Bytes) / float64(max(size, 1))
		bar := strings.Repeat("█", int(share*30)) + strings.Repeat("░", 30-int(share*30))
		fmt.Fprintf(e.err, "\r%s %3.0f %%  %d rows  %.0f/s ", bar, share*100, p.Rows, float64(p.Rows)/time.Since(began).Seconds())
	}
}

func (c importListings) report(e *environment, t listing.Tally, took time.Duration) {
	if !c.Quiet {
		fmt.Fprintln(e.err)
	}
	e.printf("rows        %8d\n", t.Rows)
	for _, line := range []struct {
		name string
		n    int
	}{
		{"live", t.Live}, {"held", t.Held}, {"challenged", t.Challenged}, {"rejected", t.Rejected},
		{"updated", t.Updated}, {"unchanged", t.Unchanged}, {"repeated", t.Repeated}, {"failed", t.Failed},
	} {
		e.printf("  %-10s%8d\n", line.name, line.n)
	}
	e.printf("values left out %d\ntook %.1f s, %.0f rows/s\n", t.LeftOut, took.Seconds(), float64(t.Rows)/took.Seconds())
}

// index lets the search index catch up, so that the command ends when the listings can be found.
func (c importListings) index(ctx context.Context, e *environment, rooms *app.Rooms) error {
	began := time.Now()
	for _, reader := range rooms.Readers() {
		if _, err := reader.CatchUp(ctx, rooms.Site.DB); err != nil {
			return err
		}
	}
	e.printf("indexed and sealed in %.1f s\n", time.Since(began).Seconds())
	return nil
}

// openSummed opens a file and returns its size and SHA-256, by which an interrupted import knows it again.
func openSummed(name string) (*os.File, int64, string, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, 0, "", err
	}
	hash := sha256.New()
	size, err := io.Copy(hash, file)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, 0, "", joinClose(err, file.Close)
	}
	return file, size, hex.EncodeToString(hash.Sum(nil)), nil
}

// photoFiles takes photos from a directory or an archive. Nothing outside of it can be reached.
type photoFiles struct {
	open   func(name string) (io.ReadCloser, error)
	photos *media.Photos
}

// Photo stores one photo.
func (p photoFiles) Photo(ctx context.Context, name string) (listing.Photo, error) {
	file, err := p.open(name)
	if err != nil {
		return listing.Photo{}, err
	}
	defer file.Close()
	photo, err := p.photos.Process(ctx, file)
	return listing.Photo{Sha256: photo.Sha256, Width: photo.Width, Height: photo.Height, Colour: photo.Colour}, err
}

func openPhotos(name string, photos *media.Photos) (listing.PhotoSource, func(), error) {
	if name == "" {
		return nil, func() {}, nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() {
		root, err := os.OpenRoot(name)
		if err != nil {
			return nil, nil, err
		}
		open := func(name string) (io.ReadCloser, error) { return root.Open(name) }
		return photoFiles{open, photos}, func() { root.Close() }, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	archive, err := media.OpenArchive(file, info.Size())
	if err != nil {
		return nil, nil, joinClose(err, file.Close)
	}
	return photoFiles{archive.Open, photos}, func() { file.Close() }, nil
}

func joinClose(err error, close func() error) error {
	if closeErr := close(); err == nil {
		return closeErr
	}
	return err
}
