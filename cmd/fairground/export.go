package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"fairground/internal/app"
	"fairground/internal/listing"
	"fairground/internal/media"
)

type exportCommand struct {
	Listings exportListings `cmd:"" help:"Export every listing as JSON lines, exact places included."`
}

type exportListings struct {
	File   string `arg:"" help:"The file to write; - for standard output."`
	Site   string `help:"Slug of the site; may be left out when there is only one."`
	Photos string `help:"Directory that gets the photos." placeholder:"DIR"`
}

// Run writes the file, and the photos in their largest size under the name that the file gives them.
func (c exportListings) Run(e *environment) error {
	return e.withSite(c.Site, func(ctx context.Context, _ *app.App, rooms *app.Rooms) error {
		out, done, err := c.create(e)
		if err != nil {
			return err
		}
		buffered := bufio.NewWriter(out)
		n, err := rooms.Listings.Export(ctx, buffered, c.copyPhotos(ctx, rooms))
		if err == nil {
			err = buffered.Flush()
		}
		if err = joinClose(err, done); err != nil {
			return err
		}
		fmt.Fprintf(e.err, "%d listings\n", n)
		return nil
	})
}

func (c exportListings) create(e *environment) (io.Writer, func() error, error) {
	if c.File == "-" {
		return e.out, func() error { return nil }, nil
	}
	file, err := os.OpenFile(c.File, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return file, file.Close, nil
}

func (c exportListings) copyPhotos(ctx context.Context, rooms *app.Rooms) func(listing.Listing) error {
	if c.Photos == "" {
		return nil
	}
	return func(l listing.Listing) error {
		for _, photo := range l.Photos {
			if err := copyPhoto(ctx, rooms.Blobs, photo, c.Photos); err != nil {
				return fmt.Errorf("photo %s of listing %s: %w", photo.Sha256, l.Key(), err)
			}
		}
		return nil
	}
}

func copyPhoto(ctx context.Context, blobs media.Blobs, photo listing.Photo, dir string) error {
	target := filepath.Join(dir, photo.Sha256+".webp")
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	sizes := media.SizesOf(photo.Sha256, photo.Width, photo.Height)
	in, err := blobs.Open(ctx, sizes[len(sizes)-1].Key)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(target, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return joinClose(err, out.Close)
}
