package audit

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// Export writes the sealed part of the log into a directory: C2SP tiles (tile/…), the newest checkpoint, the changes
// with their diffs (changes.ndjson) and the public key (key.pub). The directory may exist; files of an older export
// of the same log stay valid. It returns how many changes it wrote, and an error of kind NotFound when nothing is
// sealed yet.
func Export(ctx context.Context, d *db.DB, dir string, key Key) (int64, error) {
	var last checkpoint
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		last, err = lastSeal(tx)
		return err
	})
	if err == nil && last.size == 0 {
		err = value.Errorf(value.NotFound, "nothing is sealed yet")
	}
	if err != nil {
		return 0, fmt.Errorf("audit.Export(%s): %w", d.Name(), err)
	}
	e := &exporter{dir: dir, size: last.size}
	e.tree.fullTile = func(level int, number int64, hashes []tlog.Hash) error {
		return e.write(tilePath(level, number, tileWidth), joinHashes(hashes))
	}
	if err := e.writeChanges(ctx, d); err != nil {
		return 0, fmt.Errorf("audit.Export(%s): %w", d.Name(), err)
	}
	if e.tree.size != last.size || e.tree.root() != last.root {
		return 0, value.Errorf(value.Conflict, "the log does not fit its seal; run the audit before you export it")
	}
	// The checkpoint comes last: it vouches for files that exist.
	err = errors.Join(e.writeEdges(), e.write(keyFile, []byte(key.Public()+"\n")), e.write(checkpointFile, []byte(last.note)))
	if err != nil {
		return 0, fmt.Errorf("audit.Export(%s): %w", d.Name(), err)
	}
	return last.size, nil
}

type exporter struct {
	dir    string
	size   int64
	tree   tree
	bundle []byte
}

var errEnough = errors.New("enough")

func (e *exporter) writeChanges(ctx context.Context, d *db.DB) error {
	if err := os.MkdirAll(e.dir, 0o755); err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(e.dir, changesFile))
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriterSize(file, 1<<16)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	err = databaseSource{d}.rows(ctx, func(r change.Row) error {
		if r.Seq > e.size {
			return errEnough
		}
		if err := lines.Encode(exportedRow(r)); err != nil {
			return err
		}
		return e.add(r)
	})
	if err != nil && err != errEnough {
		return err
	}
	return errors.Join(out.Flush(), file.Close())
}

func (e *exporter) add(r change.Row) error {
	leaf := encodeLeaf(r)
	e.bundle = appendEntry(e.bundle, leaf)
	if err := e.tree.add(tlog.RecordHash(leaf)); err != nil {
		return err
	}
	if e.tree.size%tileWidth != 0 {
		return nil
	}
	err := e.write(tilePath(entriesLevel, e.tree.size/tileWidth-1, tileWidth), e.bundle)
	e.bundle = e.bundle[:0]
	return err
}

// writeEdges writes the tiles and the bundle that are not full.
func (e *exporter) writeEdges() error {
	for level, edge := range e.tree.edges {
		number, width := place(e.tree.size, level)
		if width == 0 {
			continue
		}
		if err := e.write(tilePath(level, number, width), joinHashes(edge)); err != nil {
			return err
		}
		if level == 0 {
			if err := e.write(tilePath(entriesLevel, number, width), e.bundle); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *exporter) write(name string, content []byte) error {
	file := filepath.Join(e.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o644)
}
