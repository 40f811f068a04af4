package media

import (
	"bytes"
	"context"
	"math"
	"runtime"
	"testing"

	"fairground/internal/ui/text"
	"fairground/internal/value"
)

func TestTurnedPhotos(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	sent := process(t, p, asJPEG(t, landscape(2000, 1000)))
	for right, want := range map[int][4]string{
		1: {"blue", "red", "white", "green"}, 2: {"white", "blue", "green", "red"}, 3: {"green", "white", "red", "blue"},
		-1: {"green", "white", "red", "blue"}, 5: {"blue", "red", "white", "green"},
	} {
		photo, err := p.Turn(t.Context(), sent.Sha256, right)
		must(t, err)
		if tall := photo.Height > photo.Width; tall != (right%2 != 0) || max(photo.Width, photo.Height) != Large {
			t.Errorf("turned by %d: %d×%d", right, photo.Width, photo.Height)
		}
		_, pictures := stored(t, p, photo)
		for i, picture := range pictures {
			if got := cornersOf(picture); got != want {
				t.Errorf("turned by %d, size %d: corners %v, want %v", right, i, got, want)
			}
		}
	}
}

// Nothing fades by turning on and on: four quarters are the photo that was sent.
func TestTurningRoundComesBack(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	sent := process(t, p, asJPEG(t, landscape(900, 600)))
	photo, seen := sent, map[string]bool{sent.Sha256: true}
	for i := range 8 {
		next, err := p.Turn(t.Context(), photo.Sha256, 1)
		must(t, err)
		if i < 3 && seen[next.Sha256] {
			t.Errorf("quarter %d is a photo that was there", i+1)
		}
		photo, seen[next.Sha256] = next, true
	}
	if photo.Sha256 != sent.Sha256 || len(seen) != 4 {
		t.Errorf("after eight quarters %s, %d photos; want the first of four", photo.Sha256, len(seen))
	}
	turned, err := p.Turn(t.Context(), sent.Sha256, 1)
	must(t, err)
	must(t, p.Delete(t.Context(), sent.Sha256))
	back, err := p.Turn(t.Context(), turned.Sha256, -1)
	must(t, err)
	if back.Width != sent.Width || back.Height != sent.Height {
		t.Errorf("turned back without the first: %d×%d", back.Width, back.Height)
	}
}

func TestCroppedPhotos(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	sent := process(t, p, asJPEG(t, landscape(2000, 1000)))
	for name, c := range map[string]struct {
		cut           Cut
		width, height int
		corner        string
	}{
		"the left half":       {Cut{0, 0, .5, 1}, 800, 800, "red"},
		"the right half":      {Cut{.5, 0, .5, 1}, 800, 800, "90"},
		"all of it":           {Cut{0, 0, 1, 1}, 1600, 800, "red"},
		"the green corner":    {Cut{.75, 0, .25, .25}, 400, 200, "green"},
		"a browser's fourths": {Cut{.75, .75, .25000000001, .25}, 400, 200, "white"},
	} {
		photo, err := p.Crop(t.Context(), sent.Sha256, c.cut)
		must(t, err)
		if photo.Width != c.width || photo.Height != c.height {
			t.Errorf("%s: %d×%d, want %d×%d", name, photo.Width, photo.Height, c.width, c.height)
		}
		_, pictures := stored(t, p, photo)
		if got := cornersOf(pictures[len(pictures)-1])[0]; got[:2] != c.corner[:2] && len(c.corner) > 2 {
			t.Errorf("%s: its first corner is %s", name, got)
		}
		again, err := p.Crop(t.Context(), sent.Sha256, c.cut)
		if err != nil || again.Sha256 != photo.Sha256 {
			t.Errorf("%s, a second time: %+v, %v", name, again, err)
		}
	}
	turned, err := p.Turn(t.Context(), sent.Sha256, 1)
	must(t, err)
	part, err := p.Crop(t.Context(), turned.Sha256, Cut{0, 0, 1, .25})
	must(t, err)
	_, pictures := stored(t, p, part)
	if got := cornersOf(pictures[0]); got[0] != "blue" || got[1] != "red" {
		t.Errorf("the top of a turned photo: %v", got)
	}
}

func TestWhatCannotBeCroppedOrTurned(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	sent := process(t, p, asJPEG(t, landscape(800, 400)))
	for name, c := range map[string]struct {
		cut Cut
		key string
	}{
		"nothing":        {Cut{}, "media.crop"},
		"no height":      {Cut{0, 0, 1, 0}, "media.crop"},
		"outside":        {Cut{.6, 0, .5, 1}, "media.crop"},
		"before":         {Cut{-.1, 0, .5, 1}, "media.crop"},
		"not a number":   {Cut{math.NaN(), 0, 1, 1}, "media.crop"},
		"without end":    {Cut{0, 0, math.Inf(1), 1}, "media.crop"},
		"a speck":        {Cut{.5, .5, .01, .01}, "media.tiny"},
		"a strip":        {Cut{0, 0, 1, .09}, "media.narrow"},
		"hardly a speck": {Cut{.5, .5, 1e-9, 1e-9}, "media.tiny"},
	} {
		if _, err := p.Crop(t.Context(), sent.Sha256, c.cut); value.KindOf(err) != value.Invalid || keyOf(err) != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
	for _, sha := range []string{"", "../../etc", sent.Sha256[:63] + "x", string(bytes.Repeat([]byte("0"), 64))} {
		if _, err := p.Turn(t.Context(), sha, 1); value.KindOf(err) != value.NotFound {
			t.Errorf("turning %q: %v", sha, err)
		}
		if _, err := p.Crop(t.Context(), sha, Cut{0, 0, 1, 1}); value.KindOf(err) != value.NotFound {
			t.Errorf("cropping %q: %v", sha, err)
		}
	}
}

// A rush is turned away at its end, and waits in the middle without being in memory.
func TestRushIsTurnedAway(t *testing.T) {
	t.Parallel()
	decoders := NewDecoders(1)
	ctx, stop := context.WithCancel(t.Context())
	for range placesPerDecoder {
		_, err := decoders.enter(ctx)
		must(t, err)
	}
	waited := make(chan error)
	for range queuePerDecoder - placesPerDecoder {
		go func() {
			_, err := decoders.enter(ctx)
			waited <- err
		}()
	}
	for decoders.queue.Load() < queuePerDecoder {
		runtime.Gosched()
	}
	read := false
	_, err := NewPhotos(newLocal(t), decoders).Process(ctx, reading{&read})
	if value.KindOf(err) != value.Unavailable || read {
		t.Errorf("one too many: %v, read %t", err, read)
	}
	stop()
	for range queuePerDecoder - placesPerDecoder {
		if err := <-waited; err == nil {
			t.Error("somebody got a place that nobody left")
		}
	}
	if left := decoders.queue.Load(); left != placesPerDecoder {
		t.Errorf("%d are counted, want those with a place", left)
	}
}

type reading struct{ was *bool }

func (r reading) Read([]byte) (int, error) {
	*r.was = true
	return 0, context.Canceled
}

func TestRefusalsAreTranslated(t *testing.T) {
	t.Parallel()
	words, err := text.New(Messages())
	must(t, err)
	for locale, want := range map[value.Locale]string{
		"en": "The file is larger than 20 MB. Save the photo smaller, or as JPEG, and send it again.",
		"de": "Die Datei ist grösser als 20 MB. Speichern Sie das Foto kleiner oder als JPEG, und senden Sie es noch einmal.",
	} {
		ctx := text.WithPrinter(t.Context(), words.Printer(text.Settings{Locale: locale}))
		if got := text.Error(ctx, refuseHeavy()); got != want {
			t.Errorf("%s: %q", locale, got)
		}
	}
}

// From 1600 × 1200 on two shared cores: 0.5 s, 87 MB allocated in all.
func BenchmarkTurn(b *testing.B) {
	p := newPhotos(b)
	photo := process(b, p, asJPEG(b, noisy(1600, 1200)))
	turned, err := p.Turn(b.Context(), photo.Sha256, 1)
	must(b, err)
	for b.Loop() {
		must(b, p.Delete(b.Context(), turned.Sha256))
		_, err := p.Turn(b.Context(), photo.Sha256, 1)
		must(b, err)
	}
}
