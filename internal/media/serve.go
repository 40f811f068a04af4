package media

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"fairground/internal/value"
)

// Path is where Handler is mounted; the address of a blob is Path followed by its key.
const Path = "/media/"

// Access says who may see a photo.
type Access int

// The zero Access shows nothing.
const (
	Hidden  Access = iota // nobody: the answer is 404
	Private               // whoever asked, now; no cache may keep it
	Public                // everybody
)

// Gate decides who may see the photo with this SHA-256. App fulfils it: Public while a cleared listing shows the
// photo, Private for its owner and for staff who look at a held listing. An error shows nothing.
type Gate func(r *http.Request, sha256 string) (Access, error)

// Handler serves the sizes of photos at Path + key, with byte ranges and entity tags. A nil gate shows nothing.
func Handler(blobs Blobs, gate Gate) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		if err := serve(w, r, blobs, gate); err != nil {
			fail(w, err)
		}
	})
}

func serve(w http.ResponseWriter, r *http.Request, blobs Blobs, gate Gate) error {
	key, ok := strings.CutPrefix(r.URL.Path, Path)
	sha, px, err := ParseKey(key)
	if !ok || err != nil || gate == nil {
		return noBlob("here")
	}
	access, err := gate(r, sha)
	if err != nil {
		return err
	}
	if access != Public && access != Private {
		return noBlob(key)
	}
	blob, err := blobs.Open(r.Context(), key)
	if err != nil {
		return err
	}
	defer blob.Close()
	h := w.Header()
	h.Set("Content-Type", "image/webp")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("ETag", fmt.Sprintf(`"%s-%d"`, sha, px))
	if access == Public {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, "", time.Time{}, blob)
	return nil
}

func fail(w http.ResponseWriter, err error) {
	switch value.KindOf(err) {
	case value.NotFound, value.Forbidden, value.Invalid: // what one may not see is as if it were not there
		http.Error(w, "not found", http.StatusNotFound)
	default:
		http.Error(w, "not available; try again later", http.StatusServiceUnavailable)
	}
}
