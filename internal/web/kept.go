package web

import (
	"bytes"
	"compress/gzip"
	"container/list"
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"fairground/internal/value"
)

// State is what an answer depends on beside its address.
type State struct {
	Key     string // who it is for: the site, the language. Empty: the answer is not kept
	Version string // of everything it shows; another version is another answer
}

// Pages keeps answers to visitors for as long as nothing they show has changed, and at most for an age, because pages
// say "2 hours ago". It is bounded in bytes; what was asked for last stays. The zero Pages keeps nothing.
type Pages struct {
	clock  value.Clock
	age    time.Duration
	most   int // bytes
	flight singleflight.Group

	mu     sync.Mutex
	kept   map[string]*list.Element
	recent *list.List // of *keptPage, asked for last in front
	bytes  int
}

type keptPage struct {
	key, version string
	at           time.Time
	status       int
	header       http.Header
	plain, zip   []byte
}

// NewPages returns a keeper of so many bytes at most.
func NewPages(clock value.Clock, age time.Duration, bytes int) *Pages {
	return &Pages{clock: clock, age: age, most: bytes, kept: make(map[string]*list.Element), recent: list.New()}
}

// Keep answers with what is kept and asks the handler otherwise. While one request is answered, others for the same
// page wait for it instead of doing the work again. Only whole pages with status 200 that set no cookie are kept.
func (p *Pages) Keep(h Handler, state func(r *http.Request) (State, error)) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if p == nil || p.most == 0 || Fragment(r) {
			return h(w, r)
		}
		s, err := state(r)
		if err != nil {
			return err
		}
		if s.Key == "" {
			return h(w, r)
		}
		key := s.Key + " " + Host(r) + " " + strconv.FormatBool(HTTPS(r)) + " " + r.URL.RequestURI()
		page, known := p.find(key, s.Version)
		if !known {
			if page, err = p.make(r, h, key, s.Version); err != nil {
				return err
			}
		}
		return page.write(w, r)
	}
}

func (p *Pages) make(r *http.Request, h Handler, key, version string) (*keptPage, error) {
	made, err, _ := p.flight.Do(key+" "+version, func() (any, error) {
		page, err := record(p.clock.Now(), key, version, h, r)
		if err == nil && page.status == http.StatusOK && page.header.Get("Set-Cookie") == "" {
			page.compress()
			p.keep(page)
		}
		return page, err
	})
	if err != nil {
		return nil, err
	}
	return made.(*keptPage), nil
}

// record asks the handler for the whole page, whatever part of it the client has. Others may wait for the answer, so
// it does not end with this client.
func record(at time.Time, key, version string, h Handler, r *http.Request) (*keptPage, error) {
	whole := r.WithContext(context.WithoutCancel(r.Context()))
	whole.Header = maps.Clone(r.Header)
	for _, name := range []string{"If-None-Match", "If-Modified-Since", "Range"} {
		whole.Header.Del(name)
	}
	page := &keptPage{key: key, version: version, at: at, status: http.StatusOK, header: make(http.Header)}
	into := &recorder{page: page}
	return page, h(into, whole)
}

type recorder struct {
	page *keptPage
	set  bool
}

// Header is the header of the page being made.
func (w *recorder) Header() http.Header { return w.page.header }

// WriteHeader keeps the first status.
func (w *recorder) WriteHeader(status int) {
	if !w.set {
		w.page.status, w.set = status, true
	}
}

// Write adds to the page.
func (w *recorder) Write(b []byte) (int, error) {
	w.set = true
	w.page.plain = append(w.page.plain, b...)
	return len(b), nil
}

func (k *keptPage) compress() {
	if len(k.plain) <= held || !compressible(k.header.Get("Content-Type")) {
		return
	}
	var buffer bytes.Buffer
	zip := zips.Get().(*gzip.Writer)
	zip.Reset(&buffer)
	if _, err := zip.Write(k.plain); err == nil && zip.Close() == nil {
		k.zip = bytes.Clone(buffer.Bytes())
	}
	zips.Put(zip)
}

// write answers one client with the page, or with 304 when the client has it.
func (k *keptPage) write(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	for name, values := range k.header {
		if name == "Vary" {
			for _, v := range values {
				h.Add(name, v)
			}
			continue
		}
		h[name] = slices.Clone(values)
	}
	if tag := h.Get("ETag"); tag != "" && k.status == http.StatusOK && hasTag(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	body := k.plain
	if k.zip != nil && acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		h.Add("Vary", "Accept-Encoding")
		body = k.zip
	}
	w.WriteHeader(k.status)
	_, err := w.Write(body)
	return err
}

func (p *Pages) find(key, version string) (*keptPage, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	element, ok := p.kept[key]
	if !ok {
		return nil, false
	}
	page := element.Value.(*keptPage)
	if page.version != version || p.clock.Now().Sub(page.at) >= p.age {
		return nil, false
	}
	p.recent.MoveToFront(element)
	return page, true
}

func (p *Pages) keep(page *keptPage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if element, ok := p.kept[page.key]; ok {
		p.drop(element)
	}
	p.kept[page.key] = p.recent.PushFront(page)
	p.bytes += page.size()
	for p.bytes > p.most {
		p.drop(p.recent.Back())
	}
}

func (p *Pages) drop(element *list.Element) {
	page := p.recent.Remove(element).(*keptPage)
	delete(p.kept, page.key)
	p.bytes -= page.size()
}

const keptOverhead = 1500 // bytes of header, key and bookkeeping

func (k *keptPage) size() int { return len(k.plain) + len(k.zip) + len(k.key) + keptOverhead }
