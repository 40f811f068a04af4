package audit

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

// source is what can be audited: a database, or the files of an export.
type source interface {
	seals(ctx context.Context) ([]checkpoint, error)                              // as stored, unchecked
	rows(ctx context.Context, fn func(change.Row) error) error                    // in order of seq
	tile(ctx context.Context, level int, number int64, width int) ([]byte, error) // nil when there is none
	leaves(ctx context.Context) (int64, error)                                    // how many the tiles hold; 0 when unknown
	entries(number int64, width int) (bundle []byte, kept bool, err error)        // kept: the source has bundles of leaves
}

type databaseSource struct{ d *db.DB }

func (s databaseSource) seals(ctx context.Context) (all []checkpoint, err error) {
	err = s.d.Read(ctx, func(tx *db.Tx) error {
		all, err = findSeals(tx)
		return err
	})
	return all, err
}

const rowsAtOnce = 2000

func (s databaseSource) rows(ctx context.Context, fn func(change.Row) error) error {
	for after := int64(0); ; {
		var page []change.Row
		err := s.d.Read(ctx, func(tx *db.Tx) (err error) {
			page, err = change.Since(tx, after, rowsAtOnce)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, row := range page {
			if err := fn(row); err != nil {
				return err
			}
		}
		after = page[len(page)-1].Seq
	}
}

func (s databaseSource) tile(ctx context.Context, level int, number int64, _ int) (stored []byte, err error) {
	err = s.d.Read(ctx, func(tx *db.Tx) error {
		stored, err = findTile(tx, level, number)
		return err
	})
	return stored, err
}

func (s databaseSource) leaves(ctx context.Context) (n int64, err error) {
	err = s.d.Read(ctx, func(tx *db.Tx) error {
		n, err = storedLeaves(tx)
		return err
	})
	return n, err
}

func (s databaseSource) entries(int64, int) ([]byte, bool, error) { return nil, false, nil }

// The files of an export.
const (
	checkpointFile = "checkpoint"
	keyFile        = "key.pub"
	changesFile    = "changes.ndjson"
)

type directorySource struct{ dir string }

// seals returns the one checkpoint of the export. Its size and root are those it claims, to be checked like a row's.
func (s directorySource) seals(context.Context) ([]checkpoint, error) {
	text, err := os.ReadFile(filepath.Join(s.dir, checkpointFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var size int64
	var root tlog.Hash
	if lines := strings.Split(string(text), "\n"); len(lines) > 2 {
		fmt.Sscan(lines[1], &size) // a claim that cannot be read stays 0 and fails the check
		root, _ = tlog.ParseHash(lines[2])
	}
	return []checkpoint{{size: size, root: root, note: string(text)}}, nil
}

// exported is a change as a line of changes.ndjson.
type exported struct {
	Seq    int64   `json:"seq"`
	ID     int64   `json:"id"`
	At_us  int64   `json:"at_us"`
	Actor  string  `json:"actor"`
	Action string  `json:"action"`
	Object string  `json:"object"`
	Record int64   `json:"record"`
	Diff   *string `json:"diff"` // JSON as text, for the digest covers its bytes; null when erased
	Salt   []byte  `json:"salt"`
	Digest []byte  `json:"digest"`
}

func (e exported) row() change.Row {
	r := change.Row{
		Seq: e.Seq, ID: value.ID(e.ID), At: value.FromMicros(e.At_us), Actor: e.Actor, Action: e.Action, Object: e.Object,
		Record: value.ID(e.Record), Salt: e.Salt, Digest: e.Digest,
	}
	if e.Diff != nil {
		r.Diff = *e.Diff
	}
	return r
}

func exportedRow(r change.Row) exported {
	e := exported{
		Seq: r.Seq, ID: int64(r.ID), At_us: value.Micros(r.At), Actor: r.Actor, Action: r.Action, Object: r.Object,
		Record: int64(r.Record), Salt: r.Salt, Digest: r.Digest,
	}
	if r.Salt != nil {
		e.Diff = &r.Diff
	}
	return e
}

func (s directorySource) rows(ctx context.Context, fn func(change.Row) error) error {
	file, err := os.Open(filepath.Join(s.dir, changesFile))
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewReaderSize(file, 1<<16)
	for number := 1; ctx.Err() == nil; number++ {
		line, err := lines.ReadBytes('\n')
		if len(line) == 0 && err == io.EOF {
			return nil
		}
		if err != nil && err != io.EOF {
			return err
		}
		var e exported
		if err := json.Unmarshal(line, &e); err != nil {
			return value.Errorf(value.Invalid, "%s, line %d cannot be read", changesFile, number).Because(err)
		}
		if err := fn(e.row()); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (s directorySource) tile(_ context.Context, level int, number int64, width int) ([]byte, error) {
	stored, err := os.ReadFile(filepath.Join(s.dir, tilePath(level, number, width)))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return stored, err
}

func (s directorySource) leaves(context.Context) (int64, error) { return 0, nil }

func (s directorySource) entries(number int64, width int) ([]byte, bool, error) {
	bundle, err := s.tile(context.Background(), entriesLevel, number, width)
	return bundle, true, err
}

// entriesLevel stands for the leaves themselves in place of a level of hashes.
const entriesLevel = -1

// tilePath is where a tile lies in an export, in the layout of C2SP tlog-tiles.
func tilePath(level int, number int64, width int) string {
	name := tlog.Tile{H: tileHeight, L: level, N: number, W: width}.Path()
	name = strings.TrimPrefix(name, fmt.Sprintf("tile/%d/", tileHeight))
	return filepath.FromSlash("tile/" + strings.Replace(name, "data/", "entries/", 1))
}

// appendEntry adds a leaf to a bundle: its length in 2 bytes, then itself.
func appendEntry(bundle, leaf []byte) []byte {
	return append(binary.BigEndian.AppendUint16(bundle, uint16(len(leaf))), leaf...)
}
