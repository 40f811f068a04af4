package live

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// A snapshot is magic, body, label, the length of the label in four bytes, and the SHA-256 of all that.
const (
	magic        = "Fairground search index\n"
	format       = 1
	longestLabel = 1 << 16
	endLength    = 4 + sha256.Size
	buffer       = 1 << 20
)

// label says what a snapshot is of. It stands behind the body, because To is known only when the body is written.
type label struct {
	Format    int
	Database  string
	Identity  string
	Print     uint64
	From      mark // the last entry of the log that was applied
	To        mark // the newest one when the last document had been read
	Documents int
	Body      int64 // bytes
	Saved_us  int64
}

// saved is the snapshot that is known to be there.
type saved struct {
	at      time.Time
	bytes   int64
	tried   time.Time // the last attempt, good or bad
	failure string    // of that
}

// unfit is why a snapshot is not used.
type unfit struct{ why string }

func (u *unfit) Error() string { return u.why }

func unfitf(form string, args ...any) error { return &unfit{fmt.Sprintf(form, args...)} }

// writeSnapshot writes an engine and then the label that about returns.
func writeSnapshot(to io.Writer, e engine, about func() (label, error)) (int64, error) {
	sum := sha256.New()
	out := bufio.NewWriterSize(to, buffer)
	counted := &counter{to: io.MultiWriter(out, sum)}
	if _, err := io.WriteString(counted, magic); err != nil {
		return 0, err
	}
	wide := bufio.NewWriterSize(counted, buffer)
	if _, err := guarded(func() (struct{}, error) { return struct{}{}, e.Save(wide) }); err != nil {
		return 0, err
	}
	if err := wide.Flush(); err != nil {
		return 0, err
	}
	l, err := about()
	if err != nil {
		return 0, err
	}
	l.Body = counted.n - int64(len(magic))
	text, err := json.Marshal(l)
	if err != nil {
		return 0, err
	}
	if _, err := counted.Write(binary.BigEndian.AppendUint32(text, uint32(len(text)))); err != nil {
		return 0, err
	}
	if _, err := out.Write(sum.Sum(nil)); err != nil {
		return 0, err
	}
	return counted.n + sha256.Size, out.Flush()
}

// counter counts what passes.
type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}

// readLabel reads the label of a snapshot of so many bytes. It is not to be trusted before readBody has checked the sum.
func readLabel(from io.ReaderAt, size int64) (l label, err error) {
	least := int64(len(magic) + endLength)
	if size < least {
		return l, unfitf("it is cut short")
	}
	var length [4]byte
	if _, err := from.ReadAt(length[:], size-endLength); err != nil {
		return l, err
	}
	n := int64(binary.BigEndian.Uint32(length[:]))
	if n > longestLabel || n > size-least {
		return l, unfitf("it is cut short or damaged")
	}
	text := make([]byte, n)
	if _, err := from.ReadAt(text, size-endLength-n); err != nil {
		return l, err
	}
	if err := json.Unmarshal(text, &l); err != nil {
		return l, unfitf("its label is damaged")
	}
	if l.Format != format {
		return l, unfitf("it has format %d, and this program reads %d", l.Format, format)
	}
	if l.Body != size-least-n {
		return l, unfitf("its body has another length than its label says")
	}
	return l, nil
}

// readBody lets load read the body and checks the sum of everything. What load made is used only if there is no error.
func readBody(from io.ReaderAt, size int64, l label, load func(io.Reader) error) error {
	sum := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(io.NewSectionReader(from, 0, size-sha256.Size), sum), buffer)
	var begins [len(magic)]byte
	if _, err := io.ReadFull(in, begins[:]); err != nil {
		return err
	}
	if string(begins[:]) != magic {
		return unfitf("it does not begin as a snapshot does")
	}
	body := &io.LimitedReader{R: in, N: l.Body}
	loadErr := load(body)
	left := body.N
	if err := checkSum(from, size, in, sum); err != nil {
		return err
	}
	if loadErr == nil && left > 0 {
		return unfitf("%d bytes of it belong to nothing", left)
	}
	return loadErr
}

// checkSum reads the rest and compares.
func checkSum(from io.ReaderAt, size int64, rest io.Reader, sum hash.Hash) error {
	if _, err := io.Copy(io.Discard, rest); err != nil {
		return err
	}
	var want [sha256.Size]byte
	if _, err := from.ReadAt(want[:], size-sha256.Size); err != nil {
		return err
	}
	if !bytes.Equal(sum.Sum(nil), want[:]) {
		return unfitf("its checksum does not fit")
	}
	return nil
}

// load returns what the snapshot holds, nil when there is none. One that cannot be used is thrown away.
func (x *Index) load(ctx context.Context, a *words.Analyzer) (*replica, error) {
	path := x.file()
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, x.discard(err.Error())
	}
	defer f.Close()
	r, err := x.loadFile(ctx, f, a)
	var not *unfit
	if errors.As(err, &not) {
		return nil, x.discard(not.why)
	}
	return r, err
}

func (x *Index) loadFile(ctx context.Context, f *os.File, a *words.Analyzer) (*replica, error) {
	about, err := f.Stat()
	if err != nil {
		return nil, err
	}
	most := x.config.Most_bytes()
	if most > 0 && about.Size() > largest(most) {
		return nil, unfitf("it has %d bytes, more than an index of at most %d bytes needs", about.Size(), most)
	}
	l, err := readLabel(f, about.Size())
	if err != nil {
		return nil, damaged(err)
	}
	if err := x.checkLabel(ctx, l, a); err != nil {
		return nil, err
	}
	r := &replica{print: l.Print, most: most, analyzer: a, at: l.From}
	err = readBody(f, about.Size(), l, func(body io.Reader) (err error) {
		r.engine, err = guarded(func() (engine, error) { return x.makers.load(body, a, most) })
		return err
	})
	switch {
	case isFull(err):
		return nil, &faulty{r, err}
	case err != nil:
		return nil, damaged(err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.saved = saved{at: value.FromMicros(l.Saved_us), bytes: about.Size(), tried: x.now()}
	return r, nil
}

// damaged makes any error of reading a reason not to use the file.
func damaged(err error) error {
	var not *unfit
	if errors.As(err, &not) {
		return err
	}
	return unfitf("it cannot be read: %v", err)
}

// largest is how large the file of an index may be.
func largest(most_bytes int64) int64 { return 2*most_bytes + 1<<20 }

// checkLabel says whether a snapshot is of this site, this analysis and this history of the log. Its documents were read
// while the log grew up to To; if the log lost entries after From, documents may be of a future that did not come.
func (x *Index) checkLabel(ctx context.Context, l label, a *words.Analyzer) error {
	switch {
	case l.Database != x.db.Name():
		return unfitf("it is of another site, %.100q", l.Database)
	case l.Identity != x.config.Identity:
		return unfitf("it was written by %.100q", l.Identity)
	case l.Print != a.Print():
		return unfitf("its texts were analysed in another way")
	case l.From.Seq < 0 || l.To.Seq < l.From.Seq:
		return unfitf("its place in the change log makes no sense")
	}
	if err := change.Number(ctx, x.db); err != nil {
		return err
	}
	return x.db.Read(ctx, func(tx *db.Tx) error {
		for _, m := range []mark{l.From, l.To} {
			if isIn, err := m.isIn(tx); err != nil {
				return err
			} else if !isIn {
				return unfitf("it belongs to another history of the change log")
			}
		}
		last, err := change.Last(tx)
		if behind := last - l.From.Seq; err == nil && behind > int64(l.Documents+x.limits.behind) {
			return unfitf("it is %d changes behind, making it anew is quicker", behind)
		}
		return err
	})
}
