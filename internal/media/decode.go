package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"
	"sync/atomic"

	"golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"

	"fairground/internal/value"
)

// The limits of a photo as it is sent.
const (
	MaxBytes  = 20 << 20
	MaxPixels = 50_000_000

	minSide_px = 32
	maxAspect  = 10
)

// Decoders bounds how many photos a process decodes at once, the memory they take together, and how many wait.
type Decoders struct {
	memory *semaphore.Weighted
	total  int64
	least  int64
	places *semaphore.Weighted // of photos whose bytes are in memory
	queue  atomic.Int64        // how many want a place or have one
	most   int64               // of them
}

const (
	memoryPerDecoder = 128 << 20
	memoryAtLeast    = 512 << 20
	memoryForSizes   = 48 << 20  // the halved picture, the three sizes and their encoder
	memoryForTables  = 192 << 20 // code tables that a lossless WebP may ask for, whatever its dimensions

	placesPerDecoder = 4  // photos read into memory, of up to MaxBytes each
	queuePerDecoder  = 64 // photos whose senders wait; more are turned away at once
)

// NewDecoders allows atOnce photos at a time, or as many as there are processors if atOnce is 0. Together they take
// at most 128 MB each, and never under 512 MB: a process on one processor can still open the largest photo.
func NewDecoders(atOnce int) *Decoders {
	if atOnce <= 0 {
		atOnce = runtime.GOMAXPROCS(0)
	}
	total := max(memoryAtLeast, int64(atOnce)*memoryPerDecoder)
	return &Decoders{memory: semaphore.NewWeighted(total), total: total, least: total / int64(atOnce),
		places: semaphore.NewWeighted(int64(atOnce) * placesPerDecoder), most: int64(atOnce) * queuePerDecoder}
}

// enter waits for a place to read an original into memory. When too many wait already the error is of kind Unavailable
// and comes at once, so that a rush costs its senders a moment and not the site its memory.
func (d *Decoders) enter(ctx context.Context) (leave func(), err error) {
	if d.queue.Add(1) > d.most {
		d.queue.Add(-1)
		return nil, busy()
	}
	if err := d.places.Acquire(ctx, 1); err != nil {
		d.queue.Add(-1)
		return nil, err
	}
	return func() {
		d.places.Release(1)
		d.queue.Add(-1)
	}, nil
}

// acquire waits for a turn and for memory, or until ctx ends.
func (d *Decoders) acquire(ctx context.Context, bytes int64) (release func(), err error) {
	weight := min(max(bytes, d.least), d.total)
	if err := d.memory.Acquire(ctx, weight); err != nil {
		return nil, err
	}
	return func() { d.memory.Release(weight) }, nil
}

// readAll reads an original, and not a byte more than its limit allows.
func readAll(r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	switch {
	case len(raw) > MaxBytes:
		return nil, refuseHeavy()
	case err != nil:
		return nil, fmt.Errorf("media.Process: read: %w", err)
	case len(raw) == 0:
		return nil, refuseEmpty()
	}
	return raw, nil
}

// examine decides from headers alone whether an original may be decoded, and how much memory that takes in bytes.
func examine(raw []byte) (container, int64, error) {
	c, known := inspect(raw)
	switch {
	case isPhoneFormat(raw):
		return c, 0, refusePhoneFormat()
	case !known:
		return c, 0, refuseFormat()
	case hasStowaway(raw, c.end):
		return c, 0, refuseStowaway()
	case c.moving:
		return c, 0, refuseMoving()
	}
	config, err := readConfig(c.format, raw)
	if err != nil {
		return c, 0, unreadable(err)
	}
	if err := checkShape(config.Width, config.Height); err != nil {
		return c, 0, err
	}
	memory := memoryFor(c, config)
	if memory > memoryAtLeast {
		pixels, fixed := int64(config.Width)*int64(config.Height), int64(memoryForSizes+memoryForTables)
		return c, 0, refuseLarge(int(pixels * (memoryAtLeast - fixed) / (memory - fixed) / 1_000_000))
	}
	return c, memory, nil
}

func checkShape(width, height int) error {
	switch {
	case width < minSide_px || height < minSide_px:
		return refuseTiny()
	case int64(width)*int64(height) > MaxPixels:
		return refuseLarge(MaxPixels / 1_000_000)
	case max(width, height) > maxAspect*min(width, height):
		return refuseNarrow()
	}
	return nil
}

// memoryFor estimates from above what decoding and shrinking take, in bytes.
func memoryFor(c container, config image.Config) int64 {
	pixels := int64(config.Width) * int64(config.Height)
	shrinking := pixels + memoryForSizes
	switch c.format {
	case formatJPEG:
		held := pixels * int64(c.samples) / 8
		if c.progressive {
			held *= 5 // each sample's coefficient has four bytes more
		}
		if config.ColorModel == color.CMYKModel {
			held += 4 * pixels
		}
		return held + shrinking
	case formatPNG:
		return 2*pixels*bytesPerPixel(config.ColorModel) + shrinking - pixels // twice, as passes may be woven
	case formatWebP:
		if c.lossless {
			return 6*pixels + memoryForTables + shrinking
		}
	}
	return 2*pixels + shrinking
}

func bytesPerPixel(model color.Model) int64 {
	switch model {
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.RGBAModel, color.NRGBAModel:
		return 4
	}
	return 1 // a palette
}

func readConfig(f format, raw []byte) (image.Config, error) {
	r := bytes.NewReader(raw)
	switch f {
	case formatJPEG:
		return jpeg.DecodeConfig(r)
	case formatPNG:
		return png.DecodeConfig(r)
	case formatGIF:
		return gif.DecodeConfig(r)
	}
	return webp.DecodeConfig(r)
}

// decode makes pixels. A decoder that panics on hostile bytes costs its sender an error and nobody else anything.
func decode(f format, raw []byte) (picture image.Image, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			picture, err = nil, refuseCut(fmt.Errorf("the %s decoder panicked: %v", f, fault))
		}
	}()
	r := bytes.NewReader(raw)
	switch f {
	case formatJPEG:
		picture, err = jpeg.Decode(r)
	case formatPNG:
		picture, err = png.Decode(r)
	case formatGIF:
		picture, err = gif.Decode(r)
	default:
		picture, err = webp.Decode(r)
	}
	if err != nil {
		return nil, unreadable(err)
	}
	// A GIF's frame may be smaller than its screen, so the true shape is known only now.
	if err := checkShape(picture.Bounds().Dx(), picture.Bounds().Dy()); err != nil {
		return nil, err
	}
	return picture, nil
}

func unreadable(err error) error {
	var rare jpeg.UnsupportedError
	var odd png.UnsupportedError
	if errors.As(err, &rare) || errors.As(err, &odd) {
		return refuseFormat().(*value.Error).Because(err)
	}
	return refuseCut(err)
}
