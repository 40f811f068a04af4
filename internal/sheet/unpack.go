package sheet

import (
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

const (
	mostExpansion  = 200      // times a compressed file may grow
	smallExpansion = 64 << 20 // bytes it may grow to in any case
)

// unpack reads gzip as it comes; anything else stays as it is.
func unpack(w *window) (*window, error) {
	if !isGzip(w.head(2)) {
		return w, nil
	}
	packed := &countedReader{in: w}
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		return nil, brokenAs(err, fault("file", "broken_gzip", "the file looks like gzip and cannot be unpacked"))
	}
	return newWindow(&boundedReader{in: unpacked, packed: func() int64 { return packed.n }}), nil
}

func isGzip(head []byte) bool { return len(head) >= 2 && head[0] == 0x1f && head[1] == 0x8b }

type countedReader struct {
	in io.Reader
	n  int64
}

func (r *countedReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	r.n += int64(n)
	return n, err
}

// boundedReader ends a file that grows suspiciously when it is unpacked.
type boundedReader struct {
	in     io.Reader
	packed func() int64 // bytes unpacked so far
	n      int64
}

func (r *boundedReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	r.n += int64(n)
	if r.n > smallExpansion && r.n > mostExpansion*r.packed() {
		return 0, fmt.Errorf("it grows more than %d times when unpacked", mostExpansion)
	}
	return n, err
}
