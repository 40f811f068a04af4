package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/media"
	"fairground/internal/site"
	"fairground/internal/value"
)

// Source is what a backup is made of.
type Source struct {
	Site     *site.Site
	Files    media.Blobs    // of this site alone
	Program  string         // its version
	Progress func(Progress) // nil for none
}

// Write writes a backup. The site is served meanwhile.
func Write(ctx context.Context, out io.Writer, s Source) (Manifest, error) {
	fail := func(err error) (Manifest, error) {
		return Manifest{}, fmt.Errorf("backup.Write(%s): %w", s.Site.Slug, err)
	}
	// One processor and a small window: the site is served at the same time.
	packed, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window))
	if err != nil {
		return fail(err)
	}
	w := &writer{Source: s, archive: tar.NewWriter(packed), manifest: Manifest{
		Format: Format, Slug: s.Site.Slug, Name: s.Site.Settings().Name, Engine: s.Site.DB.Engine(), Program: s.Program,
		LeftOut: leftOut(),
	}}
	for _, step := range []func(context.Context) error{w.begin, w.rows, w.files, w.end} {
		if err := step(ctx); err != nil {
			packed.Close()
			return fail(err)
		}
	}
	if err := packed.Close(); err != nil {
		return fail(err)
	}
	return w.manifest, nil
}

// window is how far back the compression looks, and what it costs in memory.
const window = 1 << 20

type writer struct {
	Source
	archive  *tar.Writer
	manifest Manifest
	progress Progress
}

func (w *writer) begin(ctx context.Context) error {
	if err := change.Number(ctx, w.Site.DB); err != nil { // fewer rows without a number; it does no harm if some are left
		return err
	}
	w.manifest.Made = w.Site.DB.Clock().Now()
	return w.add(formatName, fmt.Appendf(nil, "{\"fairground_backup\": %d, \"site\": %q}\n", Format, w.Site.Slug))
}

// rows copies all tables, as they are at one moment.
func (w *writer) rows(ctx context.Context) error {
	return w.Site.DB.Snapshot(ctx, func(tx *db.Tx) error {
		var err error
		if w.manifest.Migrations, err = db.Migrations(tx); err != nil {
			return err
		}
		tables, err := db.Tables(tx)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if c := travelling(t); c != nil {
				if err := w.table(tx, c); err != nil {
					return fmt.Errorf("table %s: %w", t.Name, err)
				}
			}
		}
		return nil
	})
}

// table copies the rows of one table, in parts that fit into memory.
func (w *writer) table(tx *db.Tx, c *copied) error {
	row, err := newCells(c.Columns)
	if err != nil {
		return err
	}
	p := parts{writer: w, table: c.Name, sum: sha256.New()}
	err = db.Each(tx, func(s db.Scanner) error {
		if err := s.Scan(row.into...); err != nil {
			return err
		}
		c.Rows++
		w.progress.Rows++
		p.lines = row.appendRow(p.lines)
		return p.cut(fullPart)
	}, c.query(row.expressions()))
	if err == nil {
		err = p.cut(1)
	}
	c.Sha256 = hex.EncodeToString(p.sum.Sum(nil))
	w.manifest.Tables = append(w.manifest.Tables, c.Table)
	return err
}

func (c *copied) query(expressions []string) string {
	text := "select " + list(expressions) + " from " + c.Name
	if c.where != "" {
		text += " where " + c.where
	}
	if c.order != "" {
		text += " order by " + c.order
	}
	return text
}

// parts cuts the rows of a table into entries of the archive.
type parts struct {
	*writer
	table string
	lines []byte
	count int
	sum   hash.Hash
}

// cut writes the lines gathered, if they are that many bytes.
func (p *parts) cut(least int) error {
	if len(p.lines) < least {
		return nil
	}
	p.count++
	p.sum.Write(p.lines)
	err := p.add(partName(p.table, p.count), p.lines)
	p.lines = p.lines[:0]
	p.writer.progress.Table = p.table
	p.report()
	return err
}

func (w *writer) report() {
	if w.Progress != nil {
		w.Progress(w.progress)
	}
}

// files copies the files that there are now.
func (w *writer) files(ctx context.Context) error {
	w.progress.Table = ""
	sums := sha256.New()
	for key, err := range w.Files.Keys(ctx, "") {
		if err != nil {
			return err
		}
		if err := w.file(ctx, key, sums); err != nil {
			return fmt.Errorf("file %s: %w", key, err)
		}
	}
	w.manifest.Files.Sha256 = hex.EncodeToString(sums.Sum(nil))
	w.report()
	return nil
}

func (w *writer) file(ctx context.Context, key string, sums io.Writer) error {
	file, err := w.Files.Open(ctx, key)
	if value.KindOf(err) == value.NotFound {
		w.manifest.Files.Gone++
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	if size > largestFile {
		return value.Errorf(value.Invalid, "the file %s has %d bytes; a backup takes %d", key, size, largestFile)
	}
	if err := w.archive.WriteHeader(w.header("files/"+key, size)); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(w.archive, sum), file, size); err != nil {
		return err
	}
	io.WriteString(sums, fileLine(sum.Sum(nil), key))
	w.manifest.Files.Count++
	w.manifest.Files.Bytes += size
	if w.progress.Files++; w.progress.Files%100 == 0 {
		w.report()
	}
	return nil
}

// end writes the manifest and its seal.
func (w *writer) end(context.Context) error {
	text, err := json.MarshalIndent(w.manifest, "", "  ")
	if err != nil {
		return err
	}
	if err := w.add(manifestName, text); err != nil {
		return err
	}
	if err := w.add(sealName, []byte(sealOf(text, w.Site.Key(keyPurpose)))); err != nil {
		return err
	}
	return w.archive.Close()
}

const keyPurpose = "backup"

func (w *writer) add(name string, content []byte) error {
	if err := w.archive.WriteHeader(w.header(name, int64(len(content)))); err != nil {
		return err
	}
	_, err := w.archive.Write(content)
	return err
}

func (w *writer) header(name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: w.manifest.Made.Truncate(time.Second), Format: tar.FormatPAX}
}
