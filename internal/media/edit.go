package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"io"
	"math"

	"golang.org/x/image/webp"
)

// Cut is the part of a photo to keep, in shares of its width and height between 0 and 1.
type Cut struct {
	Left   float64
	Top    float64
	Width  float64
	Height float64
}

// quarters are the orientations of EXIF that turn right by one to three quarters.
var quarters = [4]int{upright, 6, 3, 8}

// Turn stores a photo turned to the right by a number of quarters, which may be negative, and returns it. Its
// dimensions are those of the largest size of the photo it was made from. A photo that is not stored is an error of
// kind NotFound; one that waits behind too many others, of kind Unavailable.
func (p *Photos) Turn(ctx context.Context, sha256 string, right int) (Photo, error) {
	kept, err := p.recorded(ctx, sha256)
	if err != nil {
		return Photo{}, err
	}
	from := origin{sha256, ((right % 4) + 4) % 4}
	if before, err := p.Known(ctx, kept.Of); err == nil {
		from = origin{before.Sha256, (from.turned + kept.Turned) % 4}
	}
	if from.turned == 0 {
		return p.Hashed(ctx, from.sha256)
	}
	name := fmt.Sprintf("turned %d of %s", from.turned, from.sha256)
	return p.redraw(ctx, from, name, func(picture image.Image) (image.Image, error) { return picture, nil })
}

// Crop stores the part of a photo that a Cut leaves and returns it. A part outside of the photo is an error of kind
// Invalid, as is one too small or too narrow to be a photo.
func (p *Photos) Crop(ctx context.Context, sha256 string, cut Cut) (Photo, error) {
	if !cut.lies() {
		return Photo{}, refuseCrop()
	}
	name := fmt.Sprintf("cropped %.4f %.4f %.4f %.4f of %s", cut.Left, cut.Top, cut.Width, cut.Height, sha256)
	return p.redraw(ctx, origin{sha256, 0}, name, cut.of)
}

// origin is the photo another one is made from, and how far it is turned.
type origin struct {
	sha256 string
	turned int
}

// redraw makes a photo from the largest size of another. The new one is named by what was done, so doing it twice
// stores it once.
func (p *Photos) redraw(ctx context.Context, from origin, name string, change func(image.Image) (image.Image, error)) (Photo, error) {
	sum := sha256.Sum256([]byte("fairground/media/" + name))
	sha := hex.EncodeToString(sum[:])
	if photo, err := p.Hashed(ctx, sha); err == nil {
		return photo, nil
	}
	leave, err := p.decoders.enter(ctx)
	if err != nil {
		return Photo{}, err
	}
	defer leave()
	picture, release, err := p.largest(ctx, from.sha256)
	if err != nil {
		return Photo{}, err
	}
	defer release()
	if picture, err = change(picture); err != nil {
		return Photo{}, err
	}
	photo, drawn, err := drawSizes(ctx, sha, picture, quarters[from.turned])
	if err != nil {
		return Photo{}, err
	}
	kept := record{}
	if from.turned != 0 {
		kept.Of, kept.Turned = from.sha256, from.turned
	}
	return photo, p.store(ctx, photo, drawn, kept)
}

// largest decodes the largest size of a photo, within the bounds of the process until release is called.
func (p *Photos) largest(ctx context.Context, sha string) (picture image.Image, release func(), err error) {
	photo, err := p.Known(ctx, sha)
	if err != nil {
		return nil, nil, err
	}
	size := photo.Sizes[len(photo.Sizes)-1]
	release, err = p.decoders.acquire(ctx, 6*int64(size.Width)*int64(size.Height)+memoryForSizes)
	if err != nil {
		return nil, nil, err
	}
	blob, err := p.blobs.Open(ctx, size.Key)
	if err == nil {
		defer blob.Close()
		picture, err = webp.Decode(io.LimitReader(blob, MaxBytes))
	}
	if err != nil {
		release()
		return nil, nil, fmt.Errorf("media.largest(%s): %w", size.Key, err)
	}
	return picture, release, nil
}

// lies reports whether the part is one: of some width and height, and inside.
func (c Cut) lies() bool {
	const slack = 1e-6 // what a browser's arithmetic may be off
	for _, share := range []float64{c.Left, c.Top, c.Width, c.Height} {
		if math.IsNaN(share) || share < 0 || share > 1 {
			return false
		}
	}
	return c.Width > 0 && c.Height > 0 && c.Left+c.Width <= 1+slack && c.Top+c.Height <= 1+slack
}

// of cuts the part out of a picture.
func (c Cut) of(picture image.Image) (image.Image, error) {
	all := picture.Bounds()
	at := func(share float64, length int) int { return int(math.Round(share * float64(length))) }
	part := image.Rect(at(c.Left, all.Dx()), at(c.Top, all.Dy()), at(c.Left+c.Width, all.Dx()), at(c.Top+c.Height, all.Dy())).
		Add(all.Min).Intersect(all)
	if err := checkShape(part.Dx(), part.Dy()); err != nil {
		return nil, err
	}
	return picture.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(part), nil
}
