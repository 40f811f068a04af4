package media

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/image/webp"

	"fairground/internal/value"
)

func everybody(*http.Request, string) (Access, error) { return Public, nil }

func ask(h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/", nil)
	r.URL.Path = target // as it arrives after decoding, tricks included
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestHandlerServes(t *testing.T) {
	t.Parallel()
	for name, blobs := range map[string]Blobs{"local": newLocal(t), "s3": newS3(t, "a/")} {
		p := NewPhotos(blobs, NewDecoders(0))
		photo := process(t, p, asJPEG(t, landscape(900, 600)))
		h, target := Handler(blobs, everybody), Path+photo.Sizes[1].Key
		w := ask(h, "GET", target)
		if _, err := webp.Decode(bytes.NewReader(w.Body.Bytes())); err != nil || w.Code != 200 {
			t.Errorf("%s: %d, %v", name, w.Code, err)
		}
		for header, want := range map[string]string{"Content-Type": "image/webp", "X-Content-Type-Options": "nosniff",
			"Cache-Control": "public, max-age=31536000, immutable", "Etag": `"` + photo.Sha256 + `-800"`, "Accept-Ranges": "bytes"} {
			if got := w.Header().Get(header); got != want {
				t.Errorf("%s: %s: %q, want %q", name, header, got, want)
			}
		}
		whole := w.Body.String()
		if w := ask(h, "HEAD", target); w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") == "" {
			t.Errorf("%s: HEAD: %d, %d bytes", name, w.Code, w.Body.Len())
		}
		if w := ask(h, "GET", target, "Range", "bytes=8-11"); w.Code != 206 || w.Body.String() != whole[8:12] {
			t.Errorf("%s: range: %d, %q", name, w.Code, w.Body)
		}
		if w := ask(h, "GET", target, "Range", "bytes=99999999-"); w.Code != 416 {
			t.Errorf("%s: range past the end: %d", name, w.Code)
		}
		if w := ask(h, "GET", target, "If-None-Match", w.Header().Get("Etag")); w.Code != 304 || w.Body.Len() != 0 {
			t.Errorf("%s: unchanged: %d", name, w.Code)
		}
	}
}

func TestHandlerRefuses(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	photo := process(t, p, asJPEG(t, landscape(100, 100)))
	put(t, p.blobs, "file/secret.txt", "secret")
	h, key := Handler(p.blobs, everybody), photo.Sizes[0].Key
	for _, target := range []string{"/", Path, Path + "file/secret.txt", Path + recordKey(photo.Sha256), Path + "../" + key,
		Path + "/" + key, Path + key + "/", Path + key + "\x00", Path + strings.ToUpper(key), "/other/" + key, Path + "photo/../" + key,
		Path + strings.Replace(key, "-320", "-321", 1), Path + strings.Replace(key, "photo/", "photo/0", 1), Path + key + ".html",
		Path + Key(photo.Sha256, Large), Path + Key(strings.Repeat("0", 64), Small), Path + "photo/" + photo.Sha256 + "-320.webp"} {
		if w := ask(h, "GET", target); w.Code != 404 || w.Header().Get("Cache-Control") != "no-store" || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%q: %d %q", target, w.Code, w.Header())
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "TRACE"} {
		if w := ask(h, method, Path+key); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
}

// Promise 1: an address alone shows nothing; somebody must have said that the photo may be seen.
func TestGateDecides(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	photo := process(t, p, asJPEG(t, landscape(100, 100)))
	asked := ""
	says := func(access Access, err error) Gate {
		return func(_ *http.Request, sha string) (Access, error) { asked = sha; return access, err }
	}
	for name, c := range map[string]struct {
		gate  Gate
		code  int
		cache string
	}{
		"public":        {says(Public, nil), 200, "public, max-age=31536000, immutable"},
		"private":       {says(Private, nil), 200, "no-store"},
		"hidden":        {says(Hidden, nil), 404, "no-store"},
		"unknown":       {says(Access(99), nil), 404, "no-store"},
		"no gate":       {nil, 404, "no-store"},
		"forbidden":     {says(Public, value.Errorf(value.Forbidden, "not for you")), 404, "no-store"},
		"gate is down":  {says(Public, errors.New("no database")), 503, "no-store"},
		"gate too late": {says(Public, context.DeadlineExceeded), 503, "no-store"},
	} {
		asked = photo.Sha256
		w := ask(Handler(p.blobs, c.gate), "GET", Path+photo.Sizes[0].Key)
		if w.Code != c.code || w.Header().Get("Cache-Control") != c.cache || asked != photo.Sha256 {
			t.Errorf("%s: %d %q, asked for %s", name, w.Code, w.Header().Get("Cache-Control"), asked)
		}
		if strings.Contains(w.Body.String(), "database") {
			t.Errorf("%s: the cause is shown: %s", name, w.Body)
		}
	}
}

func TestStoreDown(t *testing.T) {
	t.Parallel()
	w := ask(Handler(downBlobs{}, everybody), "GET", Path+Key(strings.Repeat("a", 64), Small))
	if w.Code != 503 {
		t.Errorf("a store that is down: %d", w.Code)
	}
}

type downBlobs struct{ Blobs }

func (downBlobs) Open(context.Context, string) (io.ReadSeekCloser, error) {
	return nil, value.Errorf(value.Unavailable, "down")
}

func TestKey(t *testing.T) {
	t.Parallel()
	sha := strings.Repeat("ab", 32)
	for _, px := range []int{Small, Medium, Large} {
		gotSha, gotPx, err := ParseKey(Key(sha, px))
		if err != nil || gotSha != sha || gotPx != px || checkKey(Key(sha, px)) != nil {
			t.Errorf("%s: %s, %d, %v", Key(sha, px), gotSha, gotPx, err)
		}
	}
	for _, key := range []string{"", "photo/ab/" + sha + ".json", "photo/ac/" + sha + "-320.webp", Key(sha, 400), Key("short", 320), "x" + Key(sha, 320)} {
		if _, _, err := ParseKey(key); value.KindOf(err) != value.NotFound {
			t.Errorf("%q: %v", key, err)
		}
	}
}

func TestAt(t *testing.T) {
	t.Parallel()
	photo := Photo{Sizes: SizesOf("ab", 3000, 1500)}
	for width, want := range map[int]int{0: Small, 320: Small, 321: Medium, 801: Large, 5000: Large} {
		if got := photo.At(width).Px; got != want {
			t.Errorf("At(%d) is %d, want %d", width, got, want)
		}
	}
	if got := (Photo{}).At(100); got != (Size{}) {
		t.Errorf("a photo without sizes has %v", got)
	}
}
