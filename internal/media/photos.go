package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"regexp"

	"github.com/gen2brain/webp"

	"fairground/internal/media/part"
	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

// Photos takes in the photos of one site.
type Photos struct {
	blobs    Blobs
	decoders *Decoders
}

// NewPhotos keeps photos in blobs. Share one Decoders between all sites of a process.
func NewPhotos(blobs Blobs, decoders *Decoders) *Photos {
	return &Photos{blobs: blobs, decoders: decoders}
}

const (
	webpQuality = 80
	webpMethod  = 2 // a third of the time of method 4 at the same length
)

// Process checks an original, stores its sizes and returns the photo. The same bytes a second time cost one read.
// A photo that cannot be taken is an error of kind Invalid on the field "photo"; an error of r is returned wrapped.
// Process heeds ctx while it waits for a turn and between two sizes; a decoder that runs is not broken off. When very
// many photos wait already the error is of kind Unavailable.
func (p *Photos) Process(ctx context.Context, r io.Reader) (Photo, error) {
	leave, err := p.decoders.enter(ctx)
	if err != nil {
		return Photo{}, err
	}
	defer leave()
	raw, err := readAll(r)
	if err != nil {
		return Photo{}, err
	}
	sum := sha256.Sum256(raw)
	sha := hex.EncodeToString(sum[:])
	if photo, err := p.Hashed(ctx, sha); value.KindOf(err) != value.NotFound {
		return photo, err
	}
	photo, drawn, err := p.develop(ctx, sha, raw)
	if err != nil {
		return Photo{}, err
	}
	return photo, p.store(ctx, photo, drawn, record{})
}

// develop decodes and draws the sizes, smallest first, within the bounds of the process.
func (p *Photos) develop(ctx context.Context, sha string, raw []byte) (Photo, [][]byte, error) {
	c, memory, err := examine(raw)
	if err != nil {
		return Photo{}, nil, err
	}
	release, err := p.decoders.acquire(ctx, memory)
	if err != nil {
		return Photo{}, nil, err
	}
	defer release()
	picture, err := decode(c.format, raw[:c.end])
	if err != nil {
		return Photo{}, nil, err
	}
	return drawSizes(ctx, sha, picture, orientation(c.exif))
}

func drawSizes(ctx context.Context, sha string, picture image.Image, orientation int) (Photo, [][]byte, error) {
	photo := Photo{Sha256: sha, Width: picture.Bounds().Dx(), Height: picture.Bounds().Dy()}
	photo.takePrints(picture, orientation)
	if orientation >= 5 {
		photo.Width, photo.Height = photo.Height, photo.Width
	}
	photo.Sizes = SizesOf(sha, photo.Width, photo.Height)
	drawn := make([][]byte, len(photo.Sizes))
	step := uprightLarge(picture, photo, orientation)
	for i := len(photo.Sizes) - 1; i >= 0; i-- {
		if err := ctx.Err(); err != nil {
			return Photo{}, nil, err
		}
		step = shrink(step, photo.Sizes[i].Width, photo.Sizes[i].Height)
		if i == min(1, len(photo.Sizes)-1) {
			photo.Parts = part.Of(step) // of the middle size, or the only one: quicker than of the original, and upright
		}
		encoded, err := encode(step)
		if err != nil {
			return Photo{}, nil, fmt.Errorf("media.encode(%s): %w", photo.Sizes[i].Key, err)
		}
		drawn[i] = encoded
	}
	photo.Colour = mainColour(step)
	return photo, drawn, nil
}

// uprightLarge shrinks to the largest size before it turns, because fewer pixels turn faster.
func uprightLarge(picture image.Image, photo Photo, orientation int) *image.RGBA {
	largest := photo.Sizes[len(photo.Sizes)-1]
	if orientation >= 5 {
		return turn(shrink(picture, largest.Height, largest.Width), orientation)
	}
	return turn(shrink(picture, largest.Width, largest.Height), orientation)
}

func encode(picture *image.RGBA) ([]byte, error) {
	var out bytes.Buffer
	err := webp.Encode(&out, picture, webp.Options{Quality: webpQuality, Method: webpMethod})
	return out.Bytes(), err
}

// record is what is kept beside the sizes, so that a photo that comes again need not be decoded.
type record struct {
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Colour string `json:"colour"`
	Of     string `json:"of,omitempty"`     // the photo this one was turned from
	Turned int    `json:"turned,omitempty"` // quarters to the right

	Hash    *pdq.Hash `json:"pdq,omitempty"`     // nil in a record from before photos were hashed
	Upright *pdq.Hash `json:"upright,omitempty"` // nil when it is Hash
	Quality int       `json:"quality,omitempty"`

	Parts []byte `json:"parts"` // as part.Pack writes them; null in a record from before photos had parts
}

const longestRecord = 4096 // bytes

func recordKey(sha string) string { return fmt.Sprintf("photo/%.2s/%s.json", sha, sha) }

// store writes the record last: where there is a record, there are all the sizes. origin says what the photo was
// turned from, if it was.
func (p *Photos) store(ctx context.Context, photo Photo, drawn [][]byte, origin record) error {
	for i, size := range photo.Sizes {
		if err := p.blobs.Put(ctx, size.Key, bytes.NewReader(drawn[i]), int64(len(drawn[i]))); err != nil {
			return err
		}
	}
	return p.storeRecord(ctx, photo, origin)
}

func (p *Photos) storeRecord(ctx context.Context, photo Photo, origin record) error {
	kept := record{Width: photo.Width, Height: photo.Height, Colour: photo.Colour, Of: origin.Of, Turned: origin.Turned,
		Hash: &photo.Hash, Quality: photo.Quality, Parts: part.Pack(photo.Parts)}
	if photo.Upright != photo.Hash {
		kept.Upright = &photo.Upright
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	return p.blobs.Put(ctx, recordKey(photo.Sha256), bytes.NewReader(text), int64(len(text)))
}

var (
	shaShape    = regexp.MustCompile(`^[0-9a-f]{64}$`)
	colourShape = regexp.MustCompile(`^#[0-9a-f]{6}$`)
)

// Known returns a photo that was processed before, or an error of kind NotFound. One from before photos were hashed comes without
// hashes; Hashed makes them.
func (p *Photos) Known(ctx context.Context, sha256 string) (Photo, error) {
	kept, err := p.recorded(ctx, sha256)
	if err != nil {
		return Photo{}, err
	}
	return kept.photo(sha256), nil
}

func (kept record) photo(sha256 string) Photo {
	photo := Photo{Sha256: sha256, Width: kept.Width, Height: kept.Height, Colour: kept.Colour,
		Sizes: SizesOf(sha256, kept.Width, kept.Height), Quality: pdq.Unhashed}
	photo.Parts, _ = part.Unpack(kept.Parts)
	if kept.Hash == nil {
		return photo
	}
	photo.Hash, photo.Upright, photo.Quality = *kept.Hash, *kept.Hash, kept.Quality
	if kept.Upright != nil {
		photo.Upright = *kept.Upright
	}
	return photo
}

func (p *Photos) recorded(ctx context.Context, sha256 string) (record, error) {
	if !shaShape.MatchString(sha256) {
		return record{}, noBlob("of this name")
	}
	key := recordKey(sha256)
	blob, err := p.blobs.Open(ctx, key)
	if err != nil {
		return record{}, err
	}
	defer blob.Close()
	var kept record
	err = json.NewDecoder(io.LimitReader(blob, longestRecord)).Decode(&kept)
	if err != nil || checkShape(kept.Width, kept.Height) != nil || !colourShape.MatchString(kept.Colour) {
		return record{}, noBlob(key).Because(err)
	}
	return kept, nil
}

// Delete removes a photo and all its sizes. The caller knows that nothing shows it any more. A photo that is not
// there is no error; one whose deletion broke off is deleted by calling again.
func (p *Photos) Delete(ctx context.Context, sha256 string) error {
	if !shaShape.MatchString(sha256) {
		return nil
	}
	keys := []string{recordKey(sha256), Key(sha256, Small), Key(sha256, Medium), Key(sha256, Large)}
	for _, key := range keys {
		if err := p.blobs.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
