package sheet

import (
	"io"
)

const windowBytes = 64 << 10 // read at once

// window is the part of a stream that is held in memory. Slices of it are valid until more is read.
type window struct {
	in       io.Reader
	buf      []byte
	from, to int
	err      error // why nothing more comes; io.EOF at the end
}

func newWindow(in io.Reader) *window { return &window{in: in, buf: make([]byte, windowBytes)} }

func (w *window) bytes() []byte { return w.buf[w.from:w.to] }
func (w *window) drop(n int)    { w.from += n }
func (w *window) ended() bool   { return w.err != nil }

// fail returns why the stream ended, nil when that is its proper end.
func (w *window) fail() error {
	if w.err == io.EOF {
		return nil
	}
	return w.err
}

// fill reads until n bytes are held. It reports whether they are.
func (w *window) fill(n int) bool {
	for w.to-w.from < n && w.err == nil {
		w.more(n)
	}
	return w.to-w.from >= n
}

func (w *window) more(n int) {
	if w.from > 0 {
		w.to, w.from = copy(w.buf, w.buf[w.from:w.to]), 0
	}
	if len(w.buf) < n || w.to == len(w.buf) {
		w.buf = append(make([]byte, 0, max(n, 2*w.to)), w.buf[:w.to]...)
		w.buf = w.buf[:cap(w.buf)]
	}
	for range 100 {
		read, err := w.in.Read(w.buf[w.to:])
		w.to, w.err = w.to+read, err
		if read > 0 || err != nil {
			return
		}
	}
	w.err = io.ErrNoProgress
}

// head returns up to n bytes without taking them.
func (w *window) head(n int) []byte {
	w.fill(n)
	return w.buf[w.from:min(w.to, w.from+n)]
}

// Read takes what is held, then what follows, so that one window can stand on another.
func (w *window) Read(p []byte) (int, error) {
	if !w.fill(1) {
		return 0, w.err
	}
	n := copy(p, w.bytes())
	w.drop(n)
	return n, nil
}

// macLines turns carriage returns into line feeds, for files that have no other ends of lines.
type macLines struct{ in io.Reader }

func (m macLines) Read(p []byte) (int, error) {
	n, err := m.in.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}
