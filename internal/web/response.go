package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// held is how many bytes an answer keeps back: below it compression does not pay, and an error can still take it back.
const held = 1024

// response holds the first bytes of an answer, then decides whether to compress, and counts what went out.
type response struct {
	http.ResponseWriter
	request *http.Request
	status  int // as the handler set it; 0 until then
	bytes   int64
	first   []byte
	begun   bool // the header is on its way and cannot be taken back
	zip     *gzip.Writer
}

func newResponse(w http.ResponseWriter, r *http.Request) *response {
	return &response{ResponseWriter: w, request: r}
}

// Unwrap lets http.ResponseController reach the connection.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader keeps the status until the answer begins. Informational statuses go out at once.
func (w *response) WriteHeader(status int) {
	if status >= 100 && status < 200 {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	if w.status == 0 {
		w.status = status
	}
}

// Write adds to the answer.
func (w *response) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if !w.begun && len(w.first)+len(p) <= held {
		w.first = append(w.first, p...)
		return len(p), nil
	}
	if err := w.begin(p, len(p)); err != nil {
		return 0, err
	}
	return w.pass(p)
}

// ReadFrom lets the kernel copy files that are not to be compressed.
func (w *response) ReadFrom(from io.Reader) (int64, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if err := w.begin(nil, held+1); err != nil {
		return 0, err
	}
	if w.zip != nil {
		return io.Copy(struct{ io.Writer }{w}, from)
	}
	n, err := io.Copy(w.ResponseWriter, from)
	w.bytes += n
	return n, err
}

// FlushError sends what there is, for streams.
func (w *response) FlushError() error {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if err := w.begin(nil, 0); err != nil {
		return err
	}
	if w.zip != nil {
		if err := w.zip.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// begin sends the header and the bytes held so far. next are the bytes that come after them, where they are at hand;
// more is how many bytes are known to follow.
func (w *response) begin(next []byte, more int) error {
	if w.begun {
		return nil
	}
	w.begun = true
	w.sniff(next)
	if w.compresses(len(w.first) + more) {
		w.startZip()
	}
	w.ResponseWriter.WriteHeader(w.status)
	first := w.first
	w.first = nil
	if len(first) == 0 {
		return nil
	}
	_, err := w.pass(first)
	return err
}

// sniff names the type before compression hides it from net/http.
func (w *response) sniff(next []byte) {
	h := w.Header()
	if _, named := h["Content-Type"]; named || len(w.first)+len(next) == 0 {
		return
	}
	if len(w.first) > 0 {
		next = w.first
	}
	h.Set("Content-Type", http.DetectContentType(next))
}

func (w *response) compresses(bytes int) bool {
	h := w.Header()
	if h.Get("Content-Encoding") != "" || !compressible(h.Get("Content-Type")) {
		return false
	}
	h.Add("Vary", "Accept-Encoding")
	if n, err := strconv.ParseInt(h.Get("Content-Length"), 10, 64); err == nil && n <= held {
		return false
	}
	return bytes > held && w.status != http.StatusPartialContent && w.request.Method != http.MethodHead && acceptsGzip(w.request)
}

func (w *response) startZip() {
	h := w.Header()
	h.Set("Content-Encoding", "gzip")
	h.Del("Content-Length")
	h.Del("Accept-Ranges")
	if tag := h.Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
		h.Set("ETag", "W/"+tag)
	}
	w.zip = zips.Get().(*gzip.Writer)
	w.zip.Reset(counter{w})
}

// pass sends bytes on their way. The counter counts those that leave a compressor.
func (w *response) pass(p []byte) (int, error) {
	if w.zip != nil {
		return w.zip.Write(p)
	}
	return counter{w}.Write(p)
}

// finish sends the rest of an answer. An answer without a status is an empty 200.
func (w *response) finish() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	// A failure to write means that the client is gone; there is nobody left to tell.
	_ = w.begin(nil, 0)
	if w.zip != nil {
		_ = w.zip.Close()
		zips.Put(w.zip)
		w.zip = nil
	}
}

// takeBack forgets what was written and reports whether that was possible.
func (w *response) takeBack() bool {
	if w.begun {
		return false
	}
	w.status, w.first = 0, nil
	for _, name := range []string{"Content-Length", "Content-Type", "Content-Encoding", "Content-Disposition", "ETag", "Last-Modified", "Accept-Ranges"} {
		w.Header().Del(name)
	}
	return true
}

type counter struct{ w *response }

func (c counter) Write(p []byte) (int, error) {
	n, err := c.w.ResponseWriter.Write(p)
	c.w.bytes += int64(n)
	return n, err
}

// zips holds idle compressors: one costs 800 kB to make, and nothing to use again.
var zips = sync.Pool{New: func() any {
	zip, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // fails for unknown levels only
	return zip
}}

func compressible(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	switch kind = strings.TrimSpace(kind); kind {
	case "text/event-stream":
		return false
	case "application/json", "application/problem+json", "application/javascript", "application/manifest+json",
		"application/xml", "application/atom+xml", "application/ld+json", "image/svg+xml":
		return true
	}
	return strings.HasPrefix(kind, "text/")
}

// acceptsGzip reads Accept-Encoding as far as it matters: gzip named, and not with a quality of zero.
func acceptsGzip(r *http.Request) bool {
	if r.Header.Get("Range") != "" {
		return false
	}
	for _, header := range r.Header.Values("Accept-Encoding") {
		for part := range strings.SplitSeq(header, ",") {
			coding, quality, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
				q := strings.TrimSpace(quality)
				return !strings.HasPrefix(q, "q=0") || strings.Trim(q, "q=0.") != ""
			}
		}
	}
	return false
}
