package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"

	"github.com/klauspost/compress/zstd"

	"fairground/internal/value"
)

// Verify reads a backup from its beginning to its end and compares every checksum. Errors of kind Invalid say what is
// wrong with the file. It proves that the file is whole, not who made it: that is what the seal is for, which Restore
// checks.
func Verify(ctx context.Context, file io.ReadSeeker) (Manifest, error) {
	w, err := walk(ctx, file, visitor{})
	if err != nil {
		return Manifest{}, fmt.Errorf("backup.Verify: %w", err)
	}
	return w.manifest, nil
}

// visitor is shown what a backup holds, before it is known whether the rest of the file is sound.
type visitor struct {
	part func(table string, lines []byte) error
	file func(key string, size int64, content io.Reader) error
}

// walker goes through a backup once.
type walker struct {
	visitor
	ctx     context.Context
	archive *tar.Reader

	began    bool
	tables   []found
	files    Files
	sums     hash.Hash // of all files
	text     []byte    // of the manifest
	manifest Manifest
	seal     string
}

// found is what the archive turned out to hold of one table.
type found struct {
	name  string
	parts int
	rows  int64
	sum   hash.Hash
}

func walk(ctx context.Context, file io.ReadSeeker, v visitor) (*walker, error) {
	unpacked, release, err := unpack(file)
	if err != nil {
		return nil, err
	}
	defer release()
	w := &walker{visitor: v, ctx: ctx, archive: tar.NewReader(unpacked), sums: sha256.New()}
	for w.seal == "" {
		if err := w.entry(); err != nil {
			return nil, sentence(err)
		}
	}
	if rest, err := io.Copy(io.Discard, io.LimitReader(unpacked, 1<<20)); err != nil || rest == 1<<20 {
		return nil, sentence(errors.Join(err, refuse("something follows the end of the backup")))
	}
	return w, w.compare()
}

// unpack begins at the beginning of a file and bounds what comes out of it.
func unpack(file io.ReadSeeker) (io.Reader, func(), error) {
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, nil, err
	}
	magic := make([]byte, 4)
	if _, err := io.ReadFull(file, magic); err != nil || !bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}) {
		return nil, nil, refuse("this file is not a backup of Fairground")
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, nil, err
	}
	packed, err := zstd.NewReader(file, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8*window), zstd.WithDecoderMaxMemory(16*window))
	if err != nil {
		return nil, nil, err
	}
	return &bounded{in: packed, left: mostGrowth*size + freeGrowth}, packed.Close, nil
}

// bounded refuses to go on after so many bytes.
type bounded struct {
	in   io.Reader
	left int64
}

// Read reads.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, refuse("this file unpacks to far more than a backup does")
	}
	n, err := b.in.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

func refuse(format string, args ...any) error { return value.Errorf(value.Invalid, format, args...) }

// sentence turns what the archive's readers say into a sentence.
func sentence(err error) error {
	var known *value.Error
	switch {
	case err == nil || errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return value.Errorf(value.Invalid, "the backup is cut short: its end is missing").Because(err)
	default:
		return value.Errorf(value.Invalid, "the backup is damaged: it does not unpack").Because(err)
	}
}

func (w *walker) entry() error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	header, err := w.archive.Next()
	if err != nil {
		return err
	}
	if header.Typeflag != tar.TypeReg || header.Size < 0 {
		return refuse("%q is not a plain file; a backup holds nothing else", header.Name)
	}
	if w.text != nil && header.Name != sealName {
		return refuse("%q follows the manifest", header.Name)
	}
	part, file := partShape.FindStringSubmatch(header.Name), fileShape.FindStringSubmatch(header.Name)
	switch {
	case header.Name == formatName && !w.began:
		return w.format(header)
	case !w.began:
		return refuse("this file is not a backup of Fairground")
	case part != nil:
		return w.onePart(header, part[1], part[2])
	case file != nil:
		return w.oneFile(header, file[1])
	case header.Name == manifestName:
		return w.readManifest(header)
	case header.Name == sealName && w.text != nil:
		seal, err := w.read(header, 1024)
		w.seal = string(seal)
		return err
	default:
		return refuse("%q has no place in a backup", header.Name)
	}
}

func (w *walker) format(header *tar.Header) error {
	text, err := w.read(header, 4096)
	if err != nil {
		return err
	}
	var f struct {
		Version int `json:"fairground_backup"`
	}
	if err := json.Unmarshal(text, &f); err != nil || f.Version < 1 {
		return refuse("this file is not a backup of Fairground")
	}
	if f.Version > Format {
		return refuse("the backup has format %d; this program reads up to %d", f.Version, Format)
	}
	w.began = true
	return nil
}

func (w *walker) read(header *tar.Header, most int64) ([]byte, error) {
	if header.Size > most {
		return nil, refuse("%q has %d bytes, more than the %d it may have", header.Name, header.Size, most)
	}
	content := make([]byte, header.Size)
	_, err := io.ReadFull(w.archive, content)
	return content, err
}

func (w *walker) onePart(header *tar.Header, table, digits string) error {
	number, err := strconv.Atoi(digits)
	if err != nil {
		return err
	}
	last := len(w.tables) - 1
	if last < 0 || w.tables[last].name != table {
		if w.find(table) != nil {
			return refuse("the parts of table %s do not follow each other", table)
		}
		w.tables = append(w.tables, found{name: table, sum: sha256.New()})
		last++
	}
	t := &w.tables[last]
	if t.parts++; number != t.parts {
		return refuse("part %d of table %s is missing", t.parts, table)
	}
	lines, err := w.read(header, largestPart)
	if err != nil {
		return err
	}
	if len(lines) == 0 || lines[len(lines)-1] != '\n' {
		return refuse("the backup is damaged: %q does not end with a whole row", header.Name)
	}
	t.sum.Write(lines)
	t.rows += int64(bytes.Count(lines, []byte("\n")))
	if w.part == nil {
		return nil
	}
	return w.part(table, lines)
}

func (w *walker) find(table string) *found {
	for i := range w.tables {
		if w.tables[i].name == table {
			return &w.tables[i]
		}
	}
	return nil
}

func (w *walker) oneFile(header *tar.Header, key string) error {
	if header.Size > largestFile {
		return refuse("%q has %d bytes, more than the %d it may have", header.Name, header.Size, int64(largestFile))
	}
	sum := sha256.New()
	content := io.TeeReader(w.archive, sum)
	if w.file != nil {
		if err := w.file(key, header.Size, content); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return err
	}
	io.WriteString(w.sums, fileLine(sum.Sum(nil), key))
	w.files.Count++
	w.files.Bytes += header.Size
	return nil
}

func (w *walker) readManifest(header *tar.Header) (err error) {
	if w.text, err = w.read(header, largestManifest); err != nil {
		return err
	}
	if err := json.Unmarshal(w.text, &w.manifest); err != nil {
		return refuse("the manifest of the backup cannot be read: %v", err)
	}
	return nil
}

// compare holds what was found against what the manifest says.
func (w *walker) compare() error {
	m := w.manifest
	for _, t := range w.tables {
		if !named(m, t.name) {
			return refuse("the backup is damaged: table %s is not in the manifest", t.name)
		}
	}
	for _, t := range m.Tables {
		rows, sum := int64(0), sha256.New()
		if f := w.find(t.Name); f != nil {
			rows, sum = f.rows, f.sum
		}
		if rows != t.Rows || hex.EncodeToString(sum.Sum(nil)) != t.Sha256 {
			return refuse("the backup is damaged: the rows of table %s are not those that were written", t.Name)
		}
	}
	sum := hex.EncodeToString(w.sums.Sum(nil))
	if w.files.Count != m.Files.Count || w.files.Bytes != m.Files.Bytes || sum != m.Files.Sha256 {
		return refuse("the backup is damaged: the files are not those that were written")
	}
	return nil
}

func named(m Manifest, table string) bool {
	for _, t := range m.Tables {
		if t.Name == table {
			return true
		}
	}
	return false
}

// checkSeal compares the seal of the manifest with the one that the site's key gives.
func (w *walker) checkSeal(key []byte) error {
	if !hmac.Equal([]byte(w.seal), []byte(sealOf(w.text, key))) {
		return value.Errorf(value.Forbidden, "the seal of the backup does not fit this key: it is the key of another site, or somebody altered the backup")
	}
	return nil
}
