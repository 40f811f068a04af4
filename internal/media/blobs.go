package media

import (
	"context"
	"io"
	"iter"
	"regexp"

	"fairground/internal/value"
)

// Blobs keeps named bytes. All methods may be called by several goroutines at once. An invalid key is an error of
// kind Invalid, a store that does not answer one of kind Unavailable.
type Blobs interface {
	// Put stores exactly size bytes of r under a key and replaces what was there. Readers see the old bytes or the
	// new ones, never a mixture. If r holds fewer or more bytes, Put fails and leaves the key as it was.
	Put(ctx context.Context, key string, r io.Reader, size int64) error
	// Open returns the bytes of a key, or an error of kind NotFound. The caller closes them.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Delete removes a key. To remove what is not there is no error.
	Delete(ctx context.Context, key string) error
	// Keys yields every key that begins with a prefix, in no particular order, and at most one error, last.
	Keys(ctx context.Context, prefix string) iter.Seq2[string, error]
}

// Directories have no dot in their names and files have one, so that no key can be both, on a disk as in a bucket.
// Nothing begins with a dot, so ".." cannot be written.
var keyShape = regexp.MustCompile(`^(?:[a-z0-9][a-z0-9_-]{0,63}/){0,6}[a-z0-9][a-z0-9_-]{0,99}(?:\.[a-z0-9]{1,12}){1,2}$`)

func checkKey(key string) error {
	if !keyShape.MatchString(key) {
		return value.Errorf(value.Invalid, "%.80q is not a key of a file", key)
	}
	return nil
}

func noBlob(key string) *value.Error {
	return value.Errorf(value.NotFound, "there is no file %s", key)
}

// exactReader fails before its end is reached when the source has fewer or more bytes than announced.
type exactReader struct {
	source io.Reader
	left   int64
}

// Read returns the announced bytes; the last of them only when nothing follows.
func (e *exactReader) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, e.atEnd()
	}
	if int64(len(p)) > e.left {
		p = p[:e.left]
	}
	n, err := e.source.Read(p)
	e.left -= int64(n)
	if e.left > 0 {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return n, err
	}
	if end := e.atEnd(); end != io.EOF {
		return 0, end
	}
	return n, nil
}

func (e *exactReader) atEnd() error {
	n, err := io.ReadFull(e.source, make([]byte, 1))
	if n > 0 {
		e.left = -1
	}
	if e.left < 0 {
		return errTooLong
	}
	return err
}

var errTooLong = value.Errorf(value.Invalid, "the file is longer than announced")
