package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"fairground/internal/value"
)

func newPhotos(t testing.TB) *Photos {
	return NewPhotos(newLocal(t), NewDecoders(0))
}

func process(t testing.TB, p *Photos, raw []byte) Photo {
	t.Helper()
	photo, err := p.Process(t.Context(), bytes.NewReader(raw))
	must(t, err)
	return photo
}

// stored returns the sizes of a photo as they lie in the store.
func stored(t testing.TB, p *Photos, photo Photo) (raw [][]byte, pictures []image.Image) {
	t.Helper()
	for _, size := range photo.Sizes {
		content := []byte(get(t, p.blobs, size.Key))
		picture, err := webp.Decode(bytes.NewReader(content))
		must(t, err)
		if picture.Bounds() != image.Rect(0, 0, size.Width, size.Height) {
			t.Errorf("%s has %v, want %d×%d", size.Key, picture.Bounds(), size.Width, size.Height)
		}
		raw, pictures = append(raw, content), append(pictures, picture)
	}
	return raw, pictures
}

func TestProcessEveryFormat(t *testing.T) {
	t.Parallel()
	picture := landscape(1000, 500)
	grey := image.NewGray(picture.Rect)
	deep := image.NewNRGBA64(picture.Rect)
	draw.Draw(grey, grey.Rect, picture, image.Point{}, draw.Src)
	draw.Draw(deep, deep.Rect, picture, image.Point{}, draw.Src)
	for name, raw := range map[string][]byte{
		"jpeg": asJPEG(t, picture), "grey jpeg": asJPEG(t, grey), "png": asPNG(t, picture), "16 bit png": asPNG(t, deep),
		"gif": asGIF(t, 1, 1000, 500), "webp": asWebP(t, picture, false), "lossless webp": asWebP(t, picture, true),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPhotos(t)
			photo := process(t, p, raw)
			sum := sha256.Sum256(raw)
			if photo.Sha256 != hex.EncodeToString(sum[:]) || photo.Width != 1000 || photo.Height != 500 {
				t.Errorf("got %+v", photo)
			}
			if !slices.Equal(photo.Sizes, SizesOf(photo.Sha256, 1000, 500)) {
				t.Errorf("sizes %v", photo.Sizes)
			}
			stored(t, p, photo)
		})
	}
}

func TestSizesAreNeverEnlarged(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	for _, c := range []struct {
		width, height int
		want          string
	}{
		{100, 80, "320:100×80"},
		{320, 200, "320:320×200"},
		{321, 200, "320:320×199 800:321×200"},
		{1000, 2500, "320:128×320 800:320×800 1600:640×1600"},
		{1599, 333, "320:320×67 800:800×167 1600:1599×333"},
		{1700, 170, "320:320×32 800:800×80 1600:1600×160"},
		{4001, 3001, "320:320×240 800:800×600 1600:1600×1200"},
	} {
		photo := process(t, p, asJPEG(t, landscape(c.width, c.height)))
		var got []string
		for _, s := range photo.Sizes {
			got = append(got, fmt.Sprintf("%d:%d×%d", s.Px, s.Width, s.Height))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%d×%d: %s, want %s", c.width, c.height, strings.Join(got, " "), c.want)
		}
		if !slices.Equal(photo.Sizes, SizesOf(photo.Sha256, c.width, c.height)) {
			t.Errorf("%d×%d: SizesOf disagrees: %v", c.width, c.height, photo.Sizes)
		}
		stored(t, p, photo)
	}
}

func TestOrientation(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	red, green, blue, white := "red", "green", "blue", "white"
	corners := [][4]string{ // top left, top right, bottom left, bottom right, for orientation 1 to 8
		{red, green, blue, white}, {green, red, white, blue}, {white, blue, green, red}, {blue, white, red, green},
		{red, blue, green, white}, {blue, red, white, green}, {white, green, blue, red}, {green, white, red, blue},
	}
	for i, want := range corners {
		turn := uint16(i + 1)
		order := []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian}[i%2]
		block := tiffBlock(order, turn, "secret")
		plain := landscape(400, 240)
		for name, raw := range map[string][]byte{
			"jpeg": withSegment(asJPEG(t, plain), 0xe1, append([]byte("Exif\x00\x00"), block...)),
			"png":  withChunk(asPNG(t, plain), "eXIf", block),
			"webp": extendedWebP(asWebP(t, plain, false), 8, 400, 240, "EXIF", block),
		} {
			photo := process(t, p, raw)
			if tall := turn >= 5; tall != (photo.Height == 400) || tall != (photo.Width == 240) {
				t.Errorf("%s, orientation %d: %d×%d", name, turn, photo.Width, photo.Height)
			}
			_, pictures := stored(t, p, photo)
			for j, picture := range pictures {
				if got := cornersOf(picture); got != want {
					t.Errorf("%s, orientation %d, size %d: corners %v, want %v", name, turn, j, got, want)
				}
			}
		}
	}
}

func cornersOf(picture image.Image) [4]string {
	right, low := picture.Bounds().Dx()-10, picture.Bounds().Dy()-10
	return [4]string{nameOf(picture.At(10, 10)), nameOf(picture.At(right, 10)), nameOf(picture.At(10, low)), nameOf(picture.At(right, low))}
}

func nameOf(c color.Color) string {
	r, g, b, _ := c.RGBA()
	high := [3]bool{r > 0x8000, g > 0x8000, b > 0x8000}
	switch high {
	case [3]bool{true, false, false}:
		return "red"
	case [3]bool{false, true, false}:
		return "green"
	case [3]bool{false, false, true}:
		return "blue"
	case [3]bool{true, true, true}:
		return "white"
	}
	return fmt.Sprintf("%x %x %x", r, g, b)
}

// Promise 8: what a camera hides in a file does not reach the public.
func TestNothingHiddenIsKept(t *testing.T) {
	t.Parallel()
	const secret = "LATITUDE-47-SECRET"
	plain := landscape(900, 600)
	block := tiffBlock(binary.LittleEndian, 6, secret)
	exif := append([]byte("Exif\x00\x00"), block...)
	for name, raw := range map[string][]byte{
		"jpeg exif":    withSegment(asJPEG(t, plain), 0xe1, exif),
		"jpeg xmp":     withSegment(asJPEG(t, plain), 0xe1, []byte("meta\x00"+secret)),
		"jpeg comment": withSegment(asJPEG(t, plain), 0xfe, []byte(secret)),
		"jpeg film":    append(asJPEG(t, plain), "\x00\x00\x00\x18ftypmp42"+secret...),
		"png text":     withChunk(asPNG(t, plain), "tEXt", []byte("Comment\x00"+secret)),
		"png exif":     withChunk(asPNG(t, plain), "eXIf", block),
		"webp exif":    extendedWebP(asWebP(t, plain, false), 8, 900, 600, "EXIF", block),
		"webp xmp":     extendedWebP(asWebP(t, plain, false), 4, 900, 600, "XMP ", []byte(secret)),
	} {
		p := newPhotos(t)
		if !bytes.Contains(raw, []byte(secret)) {
			t.Fatalf("%s: the test's own photo has no secret", name)
		}
		photo := process(t, p, raw)
		kinds := regexp.MustCompile(`^RIFF....WEBPVP8 `)
		for key := range p.blobs.Keys(t.Context(), "") {
			content := get(t, p.blobs, key)
			if strings.Contains(content, secret) {
				t.Errorf("%s: %s holds the secret", name, key)
			}
			if strings.HasSuffix(key, ".webp") && !kinds.MatchString(strings.ReplaceAll(content[:16], "\n", ".")) {
				t.Errorf("%s: %s is %q, more than one picture", name, key, content[:16])
			}
		}
		stored(t, p, photo)
	}
}

func TestSamePhotoIsStoredOnce(t *testing.T) {
	t.Parallel()
	blobs := &countingBlobs{Blobs: newLocal(t)}
	p := NewPhotos(blobs, NewDecoders(1))
	raw := asJPEG(t, landscape(500, 400))
	first := process(t, p, raw)
	puts := blobs.puts.Load()
	second := process(t, p, raw)
	if !equal(first, second) || puts != 3 || blobs.puts.Load() != puts {
		t.Errorf("first %+v, second %+v, %d and %d puts", first, second, puts, blobs.puts.Load())
	}
	must(t, p.Delete(t.Context(), first.Sha256))
	if keys := keysOf(t, blobs, ""); len(keys) > 0 {
		t.Errorf("deletion left %q", keys)
	}
	if _, err := p.Known(t.Context(), first.Sha256); value.KindOf(err) != value.NotFound {
		t.Errorf("a deleted photo is known: %v", err)
	}
	must(t, p.Delete(t.Context(), "../../etc"))
	if third := process(t, p, raw); !equal(first, third) {
		t.Errorf("after deletion: %+v", third)
	}
}

func equal(a, b Photo) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

type countingBlobs struct {
	Blobs
	puts   atomic.Int32
	broken string // keys with this ending cannot be put
}

func (c *countingBlobs) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if c.broken != "" && strings.HasSuffix(key, c.broken) {
		return errors.New("the disk is full")
	}
	c.puts.Add(1)
	return c.Blobs.Put(ctx, key, r, size)
}

// A photo whose sizes were not all stored is not known, so the next attempt stores them.
func TestHalfStoredPhotoIsMended(t *testing.T) {
	t.Parallel()
	blobs := &countingBlobs{Blobs: newLocal(t), broken: "-800.webp"}
	p := NewPhotos(blobs, NewDecoders(1))
	raw := asJPEG(t, landscape(900, 700))
	if _, err := p.Process(t.Context(), bytes.NewReader(raw)); err == nil || value.KindOf(err) == value.Invalid {
		t.Errorf("a full disk: %v", err)
	}
	blobs.broken = ""
	stored(t, p, process(t, p, raw))
}

func TestForgedRecordIsNotBelieved(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	raw := asJPEG(t, landscape(64, 48))
	photo := process(t, p, raw)
	for _, forged := range []string{``, `{`, `{"width":0,"height":5,"colour":"#112233"}`, `{"width":1e9,"height":1e9,"colour":"#112233"}`,
		`{"width":64,"height":48,"colour":"red;background:url(x)"}`} {
		put(t, p.blobs, recordKey(photo.Sha256), forged)
		if _, err := p.Known(t.Context(), photo.Sha256); value.KindOf(err) != value.NotFound {
			t.Errorf("%s: %v", forged, err)
		}
		if again := process(t, p, raw); !equal(again, photo) {
			t.Errorf("%s: %+v", forged, again)
		}
	}
}

func TestColourAndTransparency(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	glass := image.NewNRGBA(image.Rect(0, 0, 300, 300)) // wholly transparent: shown on white
	for at := 0; at < len(glass.Pix); at += 4 {
		glass.Pix[at] = 200
	}
	wall := image.NewNRGBA(image.Rect(0, 0, 300, 300))
	draw.Draw(wall, wall.Rect, image.NewUniform(color.NRGBA{0x33, 0x66, 0x99, 255}), image.Point{}, draw.Src)
	draw.Draw(wall, image.Rect(0, 0, 300, 90), image.NewUniform(color.NRGBA{255, 0, 0, 255}), image.Point{}, draw.Src)
	for want, raw := range map[string][]byte{"#ffffff": asPNG(t, glass), "#336699": asPNG(t, wall)} {
		photo := process(t, p, raw)
		_, pictures := stored(t, p, photo)
		if photo.Colour != want {
			t.Errorf("colour %s, want %s", photo.Colour, want)
		}
		if _, _, _, alpha := pictures[0].At(5, 5).RGBA(); alpha != 0xffff {
			t.Errorf("%s: alpha %x", want, alpha)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	p := NewPhotos(newLocal(t), NewDecoders(4))
	var crowd sync.WaitGroup
	for i := range 12 {
		raw := asJPEG(t, landscape(700+i/2, 500))
		crowd.Go(func() {
			photo, err := p.Process(t.Context(), bytes.NewReader(raw))
			if err != nil || photo.Width != 700+i/2 {
				t.Errorf("photo %d: %+v, %v", i, photo, err)
				return
			}
			for _, size := range photo.Sizes {
				blob, err := p.blobs.Open(t.Context(), size.Key)
				if err != nil {
					t.Error(err)
					continue
				}
				if _, err := webp.Decode(blob); err != nil {
					t.Errorf("%s: %v", size.Key, err)
				}
				blob.Close()
			}
		})
	}
	crowd.Wait()
}

func TestWaitingEndsWithContext(t *testing.T) {
	t.Parallel()
	decoders := NewDecoders(1)
	release, err := decoders.acquire(t.Context(), 1)
	must(t, err)
	p := NewPhotos(newLocal(t), decoders)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	raw := asJPEG(t, landscape(64, 48))
	go func() {
		_, err := p.Process(ctx, bytes.NewReader(raw))
		done <- err
	}()
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for a turn: %v", err)
	}
	release()
	process(t, p, raw)
}

func TestErrorOfTheSenderIsKept(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	cause := value.Errorf(value.Limited, "too many photos today")
	_, err := p.Process(t.Context(), io.MultiReader(strings.NewReader("\xff\xd8\xff"), failing{cause}))
	if value.KindOf(err) != value.Limited {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestMemoryIsEstimatedFromAbove(t *testing.T) {
	picture := landscape(3000, 2000)
	for name, raw := range map[string][]byte{"jpeg": asJPEG(t, picture), "png": asPNG(t, picture)} {
		c, estimate, err := examine(raw)
		must(t, err)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		decoded, err := decode(c.format, raw)
		must(t, err)
		w, h := fit(3000, 2000, Large)
		shrink(decoded, w, h)
		runtime.ReadMemStats(&after)
		if took := int64(after.TotalAlloc - before.TotalAlloc); took > estimate {
			t.Errorf("%s took %d MB, estimated %d MB", name, took>>20, estimate>>20)
		}
	}
}

func TestSamplesOfJPEG(t *testing.T) {
	t.Parallel()
	picture := landscape(64, 48)
	grey := image.NewGray(picture.Rect)
	draw.Draw(grey, grey.Rect, picture, image.Point{}, draw.Src)
	for want, raw := range map[int][]byte{12: asJPEG(t, picture), 8: asJPEG(t, grey)} {
		if c, _ := inspect(raw); c.samples != want || c.progressive || c.end != len(raw) {
			t.Errorf("%d samples, progressive %t, end %d of %d; want %d samples", c.samples, c.progressive, c.end, len(raw), want)
		}
	}
	steps := asJPEG(t, picture)
	steps[bytes.Index(steps, []byte{0xff, 0xc0})+1] = 0xc2 // the header of a progressive one
	if c, _ := inspect(steps); !c.progressive || c.samples != 12 {
		t.Errorf("progressive %t, %d samples", c.progressive, c.samples)
	}
	steps = resizedJPEG(asJPEG(t, picture), 7900, 6300)
	at := bytes.Index(steps, []byte{0xff, 0xc0})
	steps[at+1], steps[at+11] = 0xc2, 0x11 // progressive, with full colour planes: 15 bytes a pixel
	if _, _, err := examine(steps); keyOf(err) != "media.large" {
		t.Errorf("a progressive photo that would take 750 MB: %v", err)
	}
}

// A store that is down is no reason to decode, and no fault of the photo.
func TestStoreDownIsSaid(t *testing.T) {
	t.Parallel()
	p := NewPhotos(downBlobs{}, NewDecoders(1))
	if _, err := p.Process(t.Context(), bytes.NewReader(asJPEG(t, landscape(64, 48)))); value.KindOf(err) != value.Unavailable {
		t.Errorf("got %v", err)
	}
}

func FuzzProcess(f *testing.F) {
	small := landscape(40, 36)
	block := tiffBlock(binary.BigEndian, 5, "x")
	for _, seed := range [][]byte{asJPEG(f, small), asPNG(f, small), asGIF(f, 1, 40, 36), asGIF(f, 2, 40, 36),
		asWebP(f, small, false), asWebP(f, small, true), extendedWebP(asWebP(f, small, false), 8, 40, 36, "EXIF", block),
		withSegment(asJPEG(f, small), 0xe1, append([]byte("Exif\x00\x00"), block...)), withChunk(asPNG(f, small), "eXIf", block)} {
		f.Add(seed)
	}
	p := newPhotos(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		photo, err := p.Process(t.Context(), bytes.NewReader(raw))
		if err != nil {
			if value.KindOf(err) != value.Invalid {
				t.Errorf("kind %s: %v", value.KindOf(err), err)
			}
			return
		}
		if checkShape(photo.Width, photo.Height) != nil || !colourShape.MatchString(photo.Colour) {
			t.Errorf("taken as %+v", photo)
		}
		stored(t, p, photo)
	})
}

// On two shared cores: 0.63 s of one processor (decoding 0.13, shrinking 0.18, three WebP 0.32), 121 MB allocated in
// all. The first photo of a process takes 0.3 s more, to compile the encoder. The encoder's own machine code has no
// names in a CPU profile: add runtime._ExternalCode to it.
func BenchmarkProcess12MP(b *testing.B) {
	var out bytes.Buffer
	must(b, jpeg.Encode(&out, noisy(4000, 3000), &jpeg.Options{Quality: 85}))
	p := newPhotos(b)
	photo := process(b, p, out.Bytes()) // compiles the encoder
	b.ReportMetric(float64(out.Len())/1e6, "original_mb")
	for b.Loop() {
		must(b, p.Delete(b.Context(), photo.Sha256))
		process(b, p, out.Bytes())
	}
}

// noisy has as much detail as a photo taken outdoors.
func noisy(width, height int) image.Image {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	seed := uint32(1)
	for at := 0; at < len(picture.Pix); at += 4 {
		seed = seed*1664525 + 1013904223
		x, y := at/4%width, at/4/width
		grain := seed >> 28
		shade := uint32(x*y>>13)&63 + uint32(x>>4&31) + grain
		picture.Pix[at], picture.Pix[at+1], picture.Pix[at+2], picture.Pix[at+3] = byte(60+shade), byte(80+shade), byte(70+shade/2), 255
	}
	return picture
}
