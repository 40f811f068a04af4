package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"fairground/internal/media"
	"fairground/internal/value"
)

// photos measures how long one photo of 12 megapixels takes and how much memory, and what a rush of them costs.
func (b *bench) photos() error {
	large, err := photograph(4000, 3000)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "fairground-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	blobs, err := media.LocalBlobs(dir)
	if err != nil {
		return err
	}
	defer blobs.Close()
	photos := media.NewPhotos(blobs, media.NewDecoders(0))
	if err := b.onePhoto(photos, large); err != nil {
		return err
	}
	return b.rush(photos, large)
}

// onePhoto takes photos one after the other.
func (b *bench) onePhoto(photos *media.Photos, large []byte) error {
	n := 0
	take := func(int, int) error {
		n++
		_, err := photos.Process(b.ctx, bytes.NewReader(another(large, n)))
		return err
	}
	if err := take(0, 0); err != nil { // compiles the encoder
		return err
	}
	before := allocated_mb()
	stop := watchMemory()
	_, took, err := b.together(1, 0, b.length(10*time.Second, 3*time.Second), take)
	peak_mb := stop()
	if err != nil {
		return err
	}
	each_mb := (allocated_mb() - before) / float64(n-1)
	b.figure("photo_s", percentile(took, .5)/1000)
	b.figure("photo_p95_s", percentile(took, .95)/1000)
	b.figure("photo_mb", each_mb)
	b.figure("photo_peak_mb", peak_mb)
	b.row("  photo of 12 MP (%.1f MB), three sizes  p50 %.2f s   p95 %.2f s   allocates %.0f MB, peak %.0f MB private",
		float64(len(large))/1e6, percentile(took, .5)/1000, percentile(took, .95)/1000, each_mb, peak_mb)
	return nil
}

// rush sends far more photos at once than wait at most: those are turned away at once, and memory stays bounded.
func (b *bench) rush(photos *media.Photos, large []byte) error {
	const sent = 1000
	ctx, cancel := context.WithTimeout(b.ctx, b.length(5*time.Second, 2*time.Second))
	defer cancel()
	var taken, away atomic.Int64
	var group errgroup.Group
	stop := watchMemory()
	for n := range sent {
		group.Go(func() error {
			_, err := photos.Process(ctx, &numbered{photo: large, number: n + 1<<20})
			switch {
			case err == nil:
				taken.Add(1)
			case value.KindOf(err) == value.Unavailable:
				away.Add(1)
			case !errors.Is(err, context.DeadlineExceeded): // waited until the end
				return err
			}
			return nil
		})
	}
	err := group.Wait()
	peak_mb := stop()
	b.figure("photo_rush_turned_away", float64(away.Load()))
	b.figure("photo_rush_peak_mb", peak_mb)
	b.row("  %d at once: %d turned away at once, %d taken in time, %d waited, peak %.0f MB private", sent, away.Load(), taken.Load(),
		sent-away.Load()-taken.Load(), peak_mb)
	return err
}

// numbered reads as another photo, without holding a copy of it while it waits.
type numbered struct {
	photo  []byte
	number int
	inner  *bytes.Reader
}

// Read makes the photo when it is asked for.
func (n *numbered) Read(p []byte) (int, error) {
	if n.inner == nil {
		n.inner = bytes.NewReader(another(n.photo, n.number))
	}
	return n.inner.Read(p)
}

func allocated_mb() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.TotalAlloc) / (1 << 20)
}

// photograph is a JPEG file with about as much detail as a photo taken outdoors.
func photograph(width, height int) ([]byte, error) {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	grain := uint32(1)
	for y := range height {
		for x := range width {
			grain = grain*1103515245 + 12345
			tone := uint8(60 + (x*y>>13)&63 + x>>4&31 + int(grain>>28))
			at := picture.PixOffset(x, y)
			picture.Pix[at], picture.Pix[at+1], picture.Pix[at+2], picture.Pix[at+3] = tone, tone+20, tone/2+60, 255
		}
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: 85})
	return out.Bytes(), err
}

// another is the same picture in a file that differs: it has a comment with a number after the first marker.
func another(photo []byte, number int) []byte {
	comment := binary.BigEndian.AppendUint64([]byte{0xff, 0xfe, 0, 10}, uint64(number))
	made := make([]byte, 0, len(photo)+len(comment))
	made = append(made, photo[:2]...)
	made = append(made, comment...)
	return append(made, photo[2:]...)
}
