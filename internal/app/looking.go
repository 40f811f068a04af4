package app

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"net/http"

	scaling "golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"fairground/internal/account"
	"fairground/internal/bank"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/moderation"
	"fairground/internal/site"
	"fairground/internal/value"
)

// staffMaySee reports whether the gate gives staff a photo at its address: freely what is or was on the market, and what
// is held only to somebody who looks at it now, because the look was recorded (moderation.See).
func staffMaySee(r *http.Request, tx *db.Tx, sha256 string) (bool, error) {
	session := account.From(r.Context())
	if !session.May(account.ListingsSee) {
		return false, nil
	}
	held, err := listing.PhotoHeld(tx, sha256)
	if err != nil || !held {
		return !held, err
	}
	return moderation.Looking(tx, session.Account, sha256)
}

// givenPhoto reads photos for looks that are recorded. What a severe bank knows is given to nobody.
func (a *App) givenPhoto(s *site.Site) func(ctx context.Context, sha256 string, shown moderation.Shown) (string, []byte, error) {
	return func(ctx context.Context, sha256 string, shown moderation.Shown) (kind string, content []byte, err error) {
		severe := false
		err = s.DB.Read(ctx, func(tx *db.Tx) error {
			severe, err = bank.Severe(tx, sha256)
			return err
		})
		if rooms := a.Rooms(s); err == nil && !severe { // nor what is like it
			severe, err = images{rooms.Photos, rooms.Banks}.veils(ctx, sha256)
		}
		if err == nil && severe {
			err = value.Errorf(value.Forbidden, "nobody looks at this photo")
		}
		if err != nil {
			return "", nil, err
		}
		if content, err = a.readPhoto(ctx, s, sha256); err != nil || shown == moderation.Clear {
			return "image/webp", content, err
		}
		if content, err = softened(content, shown); err != nil {
			return "", nil, fmt.Errorf("app.givenPhoto(%s): %w", sha256, err)
		}
		return "image/jpeg", content, nil
	}
}

// readPhoto reads a photo in the middle size, or the one it has.
func (a *App) readPhoto(ctx context.Context, s *site.Site, sha256 string) ([]byte, error) {
	blobs := a.Rooms(s).Blobs
	blob, err := blobs.Open(ctx, media.Key(sha256, media.Medium))
	if value.KindOf(err) == value.NotFound {
		blob, err = blobs.Open(ctx, media.Key(sha256, media.Small))
	}
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return io.ReadAll(blob)
}

const blurred_px = 20 // of the long side, of which a blurred photo is made

// softened is a photo without its colours, and blurred if that is wanted: the reader's browser never has the other one.
func softened(content []byte, shown moderation.Shown) ([]byte, error) {
	picture, err := webp.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	grey := image.NewGray(image.Rect(0, 0, picture.Bounds().Dx(), picture.Bounds().Dy()))
	draw.Draw(grey, grey.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(grey, grey.Bounds(), picture, picture.Bounds().Min, draw.Over)
	if shown == moderation.Blur {
		grey = blurred(grey)
	}
	var written bytes.Buffer
	err = jpeg.Encode(&written, grey, &jpeg.Options{Quality: 80})
	return written.Bytes(), err
}

// blurred shrinks a picture to a few pixels and draws it large again.
func blurred(picture *image.Gray) *image.Gray {
	width, height := picture.Bounds().Dx(), picture.Bounds().Dy()
	long := max(width, height)
	few := image.NewGray(image.Rect(0, 0, max(1, width*blurred_px/long), max(1, height*blurred_px/long)))
	scaling.ApproxBiLinear.Scale(few, few.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	large := image.NewGray(image.Rect(0, 0, max(1, width/2), max(1, height/2)))
	scaling.BiLinear.Scale(large, large.Bounds(), few, few.Bounds(), draw.Src, nil)
	return large
}
