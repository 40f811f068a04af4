package posting_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"net/http"
	"strings"
	"sync"
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
)

// upload sends a photo as the script does.
func (b *reader) upload(draft string, f file) answer {
	b.w.Helper()
	b.headers["X-Parts"] = "1"
	defer delete(b.headers, "X-Parts")
	return b.send(draft+"/photos", []file{f})
}

// bomb is a PNG of a few bytes that says it has 900 million pixels.
func bomb(t *testing.T) []byte {
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	raw := out.Bytes()
	binary.BigEndian.PutUint32(raw[16:], 30_000)
	binary.BigEndian.PutUint32(raw[20:], 30_000)
	binary.BigEndian.PutUint32(raw[29:], crc32.ChecksumIEEE(raw[12:29]))
	return raw
}

func moving(t *testing.T) []byte {
	movie := &gif.GIF{}
	for range 3 {
		movie.Image = append(movie.Image, image.NewPaletted(image.Rect(0, 0, 60, 60), color.Palette{color.Black, color.White}))
		movie.Delay = append(movie.Delay, 5)
	}
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, movie); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Every bad photo is refused with what to do, and costs the others nothing.
func TestBadPhotos(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	draft := b.post("/post/new", "title", "A tent").to()
	good := shot(t, 800, 600, 40)
	for name, c := range map[string]struct {
		content []byte
		words   string
	}{
		"a bomb":    {bomb(t), "more than 50 million pixels"},
		"cut off":   {good[:len(good)/2], "cut off or damaged"},
		"moving":    {moving(t), "Send a still photo"},
		"heic":      {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "HEIC and AVIF photos cannot be read here"},
		"no photo":  {[]byte("a house by the lake"), "This is not a photo"},
		"empty":     {nil, "The file is empty"},
		"a script":  {append(append([]byte{}, good...), "<script>alert(1)</script>"...), "something besides the photo"},
		"a speck":   {shot(t, 8, 8, 1), "too small to see"},
		"too heavy": {append(append([]byte{}, good...), make([]byte, 20<<20)...), "larger than 20 MB"},
	} {
		refused := b.upload(draft, file{name + ".jpg", c.content}).want(http.StatusUnprocessableEntity, c.words)
		if kind := refused.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain") {
			t.Errorf("%s: the words come as %s", name, kind)
		}
	}
	b.upload(draft, file{"good.jpg", good}).want(200, "Cover")
	// Without a script they come in one form: the good ones are kept, the bad one is named.
	page := b.send(draft, []file{{"one.jpg", shot(t, 700, 500, 1)}, {"film.gif", moving(t)}, {"two.jpg", shot(t, 700, 500, 2)}}, "do", "fields")
	page.want(http.StatusUnprocessableEntity, "film.gif", "Send a still photo")
	if n := strings.Count(page.body, "data-photo="); n != 3 {
		t.Errorf("%d photos are there, want 3", n)
	}
	b.upload(draft, file{"huge.jpg", make([]byte, 22<<20)}).want(http.StatusRequestEntityTooLarge)
}

func TestFiftyPhotos(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	var files []file
	for n := range 50 {
		files = append(files, file{"p.jpg", shot(t, 60+n, 48, uint8(n))})
	}
	page := b.send("/post/new", files, "title", "A tent", "do", "fields").want(http.StatusUnprocessableEntity, "at most 20 photos")
	if n := strings.Count(page.body, "data-photo="); n != 20 {
		t.Errorf("%d photos, want 20", n)
	}
	draft := page.base()
	b.upload(draft, file{"one-more.jpg", shot(t, 90, 90, 200)}).want(http.StatusUnprocessableEntity, "at most 20 photos")
	sha := page.find(`data-photo="([0-9a-f]{64})"`)
	gone := b.post(draft, "photo", "remove:"+sha).want(200, "The photo was removed.")
	b.upload(draft, file{"one-more.jpg", shot(t, 90, 90, 200)}).want(200)
	b.post(draft, "photo", gone.find(`name="photo" value="(back:[^"]+)"`)).want(http.StatusUnprocessableEntity)
}

// Photos that arrive at once, while texts are saved, all stay.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	draft := b.post("/post/new", "title", "A tent").to()
	var all sync.WaitGroup
	for n := range 6 {
		all.Go(func() {
			w.as(w.anna).upload(draft, file{"p.jpg", shot(t, 200+n, 150, uint8(n))}).want(200)
			w.as(w.anna).save(draft, "body", strings.Repeat("word ", n+1), "changed", "body").want(200)
		})
	}
	all.Wait()
	if n := strings.Count(b.get(draft).want(200, "word").body, "data-photo="); n != 6 {
		t.Errorf("%d photos arrived, want 6", n)
	}
}

// A form that is sent twice at once makes one listing.
func TestSentTwiceAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft := w.as(w.anna).post("/post/new", bicycle...).to()
	there := make([]string, 4)
	var all sync.WaitGroup
	for n := range there {
		all.Go(func() { there[n] = w.as(w.anna).post(draft, with(bicycle, "do", "publish")...).to() })
	}
	all.Wait()
	for _, path := range there {
		if path != there[0] || !strings.HasPrefix(path, "/my/listings/lst_") {
			t.Errorf("led to %q", there)
		}
	}
	w.read(func(tx *db.Tx) error {
		counts, err := listing.StatusCounts(tx)
		if counts[listing.Live] != 1 {
			t.Errorf("%v", counts)
		}
		return err
	})
}

// Hidden letters and letters that run the other way do not reach the page of a listing; a text of 100 pages is told so,
// and kept.
func TestTrickyTexts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	draft := b.post("/post/new", with(bicycle, "title", "Trek \u202ekcehc\u202c bi\u200bcycle", "body", "\u200b\u2066fine\u2069")...).to()
	there := b.post(draft, "do", "publish").to()
	page := b.get(there).want(200, "Trek kcehc bicycle")
	if strings.ContainsAny(page.body, "\u202e\u200b\u2066") {
		t.Error("hidden letters are on the page")
	}
	empty := b.post("/post/new", with(bicycle, "title", "\u200b\u200b\u200b")...).to()
	b.post(empty, "do", "publish").want(http.StatusUnprocessableEntity, "Write a title")
	long := b.post("/post/new", with(bicycle, "title", "A long story", "body", strings.Repeat("A page of a book, as it were. ", 1000))...).to()
	b.post(long, "do", "publish").want(http.StatusUnprocessableEntity, "may have at most", "A page of a book")
	b.post("/post/new", with(bicycle, "body", strings.Repeat("x", 250_000))...).want(http.StatusUnprocessableEntity)
	b.post("/post/new", "title", "<script>alert(1)</script>", "a.<b>", "<i>").follow().want(200)
	page = b.post("/post/new", "title", `"><script>alert(1)</script>`).follow()
	if strings.Contains(page.body, "<script>alert") {
		t.Error("a title runs")
	}
	b.post("/post/new", "title", "bad \xff text").want(http.StatusUnprocessableEntity)
	b.get("/post/drf_zzzz").want(http.StatusNotFound)
	b.get("/post/" + strings.Repeat("x", 500)).want(http.StatusNotFound)
}

// What a photo can be turned into stays the member's business, and bad requests say so.
func TestChangingPhotos(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	draft := b.send("/post/new", []file{{"a.jpg", shot(t, 800, 600, 9)}, {"b.jpg", shot(t, 400, 300, 99)}}, "title", "A tent").to()
	sha := func() string { return b.get(draft).find(`data-photo="([0-9a-f]{64})"`) }
	first := sha()
	b.get(draft+"/photos/"+first).want(200, "Turn left", "For those who cannot see it")
	turned := b.post(draft+"/photos/"+first, "do", "right").to()
	b.get(turned).want(200)
	if sha() == first || !strings.HasSuffix(turned, sha()) {
		t.Error("the turned photo is not in its place")
	}
	if back := b.post(turned, "do", "left").to(); !strings.HasSuffix(back, first) {
		t.Errorf("turned back it is %s", back)
	}
	b.post(draft+"/photos/"+first, "do", "crop", "left", "0", "top", "0", "width", "50", "height", "50").follow().want(200)
	cropped := sha()
	b.post(draft+"/photos/"+cropped, "do", "crop", "left", "99", "top", "0", "width", "1", "height", "100").want(http.StatusUnprocessableEntity, "too small to see")
	b.post(draft+"/photos/"+cropped, "do", "describe", "alt", "A blue tent in the rain").follow().want(200).find(`(alt="A blue tent in the rain")`)
	b.post(draft+"/photos/"+cropped, "do", "describe", "alt", strings.Repeat("x", 301)).want(http.StatusUnprocessableEntity, "at most 300 characters")
	b.post(draft+"/photos/"+cropped, "do", "place", "to", "2").want(http.StatusSeeOther)
	if sha() == cropped {
		t.Error("the photo is still the first")
	}
	b.post(draft+"/photos/"+cropped, "do", "place", "to", "99").want(http.StatusUnprocessableEntity)
	b.post(draft+"/photos/"+first, "do", "right").want(http.StatusNotFound)
	b.post(draft, "photo", "earlier:"+cropped).want(200)
	if sha() != cropped {
		t.Error("the photo is not the first again")
	}
	b.post(draft, "photo", "dance:"+cropped).want(http.StatusUnprocessableEntity)
}
