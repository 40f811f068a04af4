package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/value"
)

// Upload keeps a file that is to become records of an object, and guesses what it is. name is the file's. An error of
// kind Invalid says what is wrong with the file.
func (d *Desk) Upload(ctx context.Context, a record.Asker, object, name string, r io.Reader) (Import, error) {
	m := Import{State: Uploaded, Account: a.Account, Name: cleanName(name), Rev: 1}
	var err error
	if m.agent, err = agentOf(a); err != nil {
		return m, err
	}
	seen, err := d.importable(ctx, a, object)
	if err != nil {
		return m, err
	}
	m.Object, m.object = seen.Key, seen.Number
	file, err := newSpool()
	if err != nil {
		return m, err
	}
	defer file.Close()
	if err := file.fill(r); err != nil {
		return m, err
	}
	m.Bytes, m.sha256 = file.size, file.sha256
	if err := m.guess(file, seen, sheet.Options{}); err != nil {
		return m, err
	}
	return d.keep(ctx, a, m, file)
}

// importable is the object, when the asker may make or change records of it.
func (d *Desk) importable(ctx context.Context, a record.Asker, object string) (seen *record.Seen, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		sight, err := d.Records.Sight(tx, a)
		if err != nil {
			return err
		}
		seen, err = sight.Object(object)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !seen.May(record.Make) && !seen.May(record.Edit) {
		return nil, value.Errorf(value.Forbidden, "your role may not make or change %s", seen.Plural.In("en"))
	}
	return seen, nil
}

// guess looks at the file with some options given and suggests where its columns go.
func (m *Import) guess(file io.ReaderAt, seen *record.Seen, o sheet.Options) error {
	g, err := sheet.SniffAs(file, m.Bytes, m.Name, o)
	if err == nil && o == (sheet.Options{}) && isOurs(seen, g) {
		o.Ours = true
		g, err = sheet.SniffAs(file, m.Bytes, m.Name, o)
	}
	if err != nil {
		return err
	}
	m.Guess = trimmed(g)
	m.Settings.Options, m.Settings.Columns = g.Options, Suggest(seen, g)
	m.Settings.OnBlank = KeepBlank
	m.number(seen)
	return nil
}

// isOurs recognises what Export and ErrorFile write.
func isOurs(seen *record.Seen, g sheet.Guess) bool {
	if g.Format != sheet.CSV || len(g.Columns) == 0 {
		return false
	}
	if n := len(g.Columns); n > 2 {
		for i := range n - 1 {
			if g.Columns[i].Name == lineColumn && g.Columns[i+1].Name == reasonColumn && allOf(g.Columns[i].Samples, isWhole) {
				return true
			}
		}
	}
	first := g.Columns[0]
	return first.Name == IDField && allOf(first.Samples, func(text string) bool {
		_, err := seen.ParseID(text)
		return err == nil
	})
}

func isWhole(text string) bool {
	_, err := strconv.ParseInt(text, 10, 64)
	return err == nil
}

// allOf reports whether there are samples, and all are of a kind.
func allOf(samples []string, is func(string) bool) bool {
	for _, text := range samples {
		if !is(text) {
			return false
		}
	}
	return len(samples) > 0
}

// trimmed keeps of a guess what a page can show.
func trimmed(g sheet.Guess) sheet.Guess {
	most := 200
	if len(g.Columns) > 100 {
		most = 40
	}
	for i := range g.Columns {
		for n, text := range g.Columns[i].Samples {
			g.Columns[i].Samples[n] = value.Clip(text, most)
		}
	}
	for _, row := range g.Rows {
		for i, text := range row {
			row[i] = value.Clip(text, most)
		}
	}
	return g
}

// cleanName is the last part of a file's name, without what does not print.
func cleanName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return -1
	}, name)
	return strings.TrimSuffix(value.Clip(name, 200), "…")
}

// keep stores the file first: an import whose file is not there would be worse than a file that nobody needs.
func (d *Desk) keep(ctx context.Context, a record.Asker, m Import, file *spool) (Import, error) {
	m.ID = d.DB.IDs().Next()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return m, err
	}
	if err := d.Files.Put(ctx, fileKey(m.ID), file, file.size); err != nil {
		return m, fmt.Errorf("transfer.Upload(%s): %w", m.Object, err)
	}
	err := d.DB.Write(ctx, a.Actor, "import.upload", func(tx *db.Tx) error {
		if err := insertImport(tx, m); err != nil {
			return err
		}
		tx.Log(db.Change{Object: ImportObject, Record: m.ID, Diff: map[string]any{"object": m.Object, "name": m.Name, "bytes": m.Bytes, "sha256": m.sha256}})
		var err error
		m, err = d.Find(tx, a, m.ID)
		return err
	})
	if err != nil {
		return m, errors.Join(err, d.Files.Delete(context.WithoutCancel(ctx), fileKey(m.ID)))
	}
	return m, nil
}
