package listing_test

import (
	"context"
	"errors"
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/media/pdq"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// hashes answers for photos with what a test wants.
type hashes struct{ err error }

func (h hashes) Image(_ context.Context, sha256 string) (safety.Image, error) {
	return safety.Image{Sha256: sha256, PDQ: pdq.Hash{1}, Quality: 90}, h.err
}

func (hashes) Note(*db.Tx, value.ID, []safety.Image) error { return nil }

func TestAPhotoThatCannotBeHashedIsHeld(t *testing.T) {
	eachWorld(t, func(w *world) {
		for _, c := range []struct {
			err  error
			want listing.Status
		}{
			{nil, listing.Live},
			{value.Errorf(value.NotFound, "not stored"), listing.Live},
			{errors.New("the disk does not answer"), listing.Held},
		} {
			w.desk.Images = hashes{c.err}
			content := w.bicycle("City bicycle, size M")
			content.Photos = []listing.Photo{{Sha256: "aa11bb22cc33dd44ee55ff66aa11bb22cc33dd44ee55ff66aa11bb22cc33dd44", Width: 800, Height: 600, Colour: "#aabbcc"}}
			if l, _ := w.submit(content); l.Status != c.want {
				w.Errorf("%v: %s, want %s", c.err, l.Status, c.want)
			}
		}
	})
}
