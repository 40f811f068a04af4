package media

import (
	"context"
	"image"
	"image/color"

	"fairground/internal/media/part"
	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

// Hash returns the PDQ hash of a stored photo as it was sent and its quality, 0 to 100. A photo that is not stored is an error of
// kind NotFound.
func (p *Photos) Hash(ctx context.Context, sha256 string) (pdq.Hash, int, error) {
	photo, err := p.Hashed(ctx, sha256)
	return photo.Hash, photo.Quality, err
}

// Hashed is Known with hashes and parts. A photo from before photos were hashed is hashed now, from its largest size, and its record
// keeps that; its file, which might have asked to be turned, is no more, so both of its hashes are of the photo as it is shown. One
// from before photos had parts gets them in the same way.
func (p *Photos) Hashed(ctx context.Context, sha256 string) (Photo, error) {
	kept, err := p.recorded(ctx, sha256)
	if err != nil {
		return Photo{}, err
	}
	photo := kept.photo(sha256)
	if kept.Hash != nil && kept.Parts != nil {
		return photo, nil
	}
	picture, release, err := p.largest(ctx, sha256)
	if err != nil {
		return Photo{}, err
	}
	if kept.Hash == nil {
		photo.takePrints(picture, upright)
	}
	photo.Parts = part.Of(picture)
	release()
	if err := p.storeRecord(ctx, photo, kept); err != nil {
		return Photo{}, err
	}
	return photo, p.withdrawIfGone(ctx, photo)
}

// withdrawIfGone takes a record back that was written while somebody deleted the photo: a record without sizes would lie.
func (p *Photos) withdrawIfGone(ctx context.Context, photo Photo) error {
	blob, err := p.blobs.Open(ctx, photo.Sizes[len(photo.Sizes)-1].Key)
	if err == nil {
		return blob.Close()
	}
	if value.KindOf(err) == value.NotFound {
		if gone := p.Delete(ctx, photo.Sha256); gone != nil {
			return gone
		}
	}
	return err
}

// Print hashes a photo that is not to be kept, such as one that staff look up: as it was sent, and as it is shown. The limits and
// refusals are those of Process; nothing is stored, not even in passing.
func (p *Photos) Print(ctx context.Context, raw []byte) (sent, shown pdq.Hash, quality int, err error) {
	leave, err := p.decoders.enter(ctx)
	if err != nil {
		return sent, shown, pdq.Unhashed, err
	}
	defer leave()
	switch {
	case len(raw) > MaxBytes:
		return sent, shown, pdq.Unhashed, refuseHeavy()
	case len(raw) == 0:
		return sent, shown, pdq.Unhashed, refuseEmpty()
	}
	c, memory, err := examine(raw)
	if err != nil {
		return sent, shown, pdq.Unhashed, err
	}
	release, err := p.decoders.acquire(ctx, memory)
	if err != nil {
		return sent, shown, pdq.Unhashed, err
	}
	defer release()
	picture, err := decode(c.format, raw[:c.end])
	if err != nil {
		return sent, shown, pdq.Unhashed, err
	}
	var photo Photo
	photo.takePrints(picture, orientation(c.exif))
	return photo.Hash, photo.Upright, photo.Quality, nil
}

func (p *Photo) takePrints(picture image.Image, orientation int) {
	p.Hash, p.Quality = pdq.Of(picture)
	p.Upright = p.Hash
	if orientation > upright && orientation <= 8 {
		p.Upright, _ = pdq.Of(standing{picture, orientation})
	}
}

// standing is a picture as an orientation shows it. Only the few pixels that a hash looks at are ever turned.
type standing struct {
	lying       image.Image
	orientation int
}

// ColorModel is that of the picture.
func (s standing) ColorModel() color.Model { return s.lying.ColorModel() }

// Bounds begins at zero.
func (s standing) Bounds() image.Rectangle {
	size := s.lying.Bounds().Size()
	if s.orientation >= 5 {
		size.X, size.Y = size.Y, size.X
	}
	return image.Rectangle{Max: size}
}

// At returns the pixel that is shown at a place.
func (s standing) At(x, y int) color.Color { return s.RGBA64At(x, y) }

// RGBA64At is At without an allocation.
func (s standing) RGBA64At(x, y int) color.RGBA64 {
	sides := s.Bounds().Max
	back := s.orientation
	if back == 6 || back == 8 { // the two quarters undo each other, all others undo themselves
		back = 14 - back
	}
	fromX, fromY := turnedPoint(back, x, y, sides.X-1, sides.Y-1)
	lying := s.lying.Bounds().Min
	if deep, ok := s.lying.(image.RGBA64Image); ok {
		return deep.RGBA64At(lying.X+fromX, lying.Y+fromY)
	}
	return color.RGBA64Model.Convert(s.lying.At(lying.X+fromX, lying.Y+fromY)).(color.RGBA64)
}
