package ui

import (
	"io/fs"
	"net/http"
	"path"
	"strings"
)

var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".woff2": "font/woff2",
}

// Static serves the built files below /static/. Names carry a hash of the content, so answers may be kept for a year;
// the compressed variants were made by the build.
func Static() http.Handler {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path
	}
	return static{files}
}

type static struct{ files fs.FS }

func (s static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/static/")
	kind := contentTypes[path.Ext(name)]
	if kind == "" || strings.Contains(name, "/") || !exists(s.files, name) {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", kind)
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("ETag", `"`+name+`"`)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Add("Vary", "Accept-Encoding")
	if encoding, suffix := encodingFor(r.Header.Get("Accept-Encoding")); suffix != "" && exists(s.files, name+suffix) {
		header.Set("Content-Encoding", encoding)
		name += suffix
	}
	http.ServeFileFS(w, r, s.files, name)
}

func exists(files fs.FS, name string) bool {
	_, err := fs.Stat(files, name)
	return err == nil
}

// encodingFor picks the best encoding a browser accepts; one with q=0 is refused.
func encodingFor(accept string) (encoding, suffix string) {
	accepted := map[string]bool{}
	for part := range strings.SplitSeq(accept, ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		quality = strings.TrimSpace(quality)
		accepted[strings.ToLower(strings.TrimSpace(name))] = quality != "q=0" && strings.Trim(quality, "q=0.") != "" || quality == ""
	}
	switch {
	case accepted["br"]:
		return "br", ".br"
	case accepted["gzip"]:
		return "gzip", ".gz"
	default:
		return "", ""
	}
}
