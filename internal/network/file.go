package network

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/safety/copies"
	"fairground/internal/value"
)

// A snapshot is magic, the length of the label, the label, its SHA-256, and the index, which has a checksum of its own.
const (
	magic        = "Fairground networks 1\n"
	longestLabel = 1 << 20
	fewestSaved  = 2000 // smaller indexes are made as quickly as they are loaded
	mostUnsaved  = 2000
	oldest       = time.Hour        // how long a snapshot may say what a listing does not any more
	oldestGone   = 10 * time.Minute // and what is of a listing that was erased; one save serves all that went meanwhile
)

// stale is since when the snapshot holds what the index does not; zero: it does not.
type stale struct{ changed, removed time.Time }

func (s *stale) note(at time.Time, changed, removed bool) {
	if changed && (s.changed.IsZero() || at.Before(s.changed)) {
		s.changed = at
	}
	if removed && (s.removed.IsZero() || at.Before(s.removed)) {
		s.removed = at
	}
}

func (s *stale) isLate(now time.Time) bool {
	late := func(since time.Time, most time.Duration) bool {
		return !since.IsZero() && (since.After(now) || now.Sub(since) >= most)
	}
	return late(s.changed, oldest) || late(s.removed, oldestGone)
}

// label says what a snapshot is of.
type label struct {
	Database string
	At       mark
	Pending  []value.ID // of these nobody knows yet whether they were written
}

// file is the path of the snapshot, "" when none is kept.
func (d *Desk) file() string {
	if d.config.Directory == "" {
		return ""
	}
	return filepath.Join(d.config.Directory, d.config.DB.Name()+".copies")
}

// Save writes a snapshot if enough has changed since the last one, if a listing was removed ten minutes ago, or if anything changed an
// hour ago: what was erased does not stay in it. It may take a second for a large index, during which listings wait to be added.
func (d *Desk) Save() error {
	d.stepping.Lock()
	defer d.stepping.Unlock()
	return d.save(mostUnsaved)
}

// Close writes a snapshot if anything changed. Nothing follows the log after it.
func (d *Desk) Close() error {
	d.stepping.Lock()
	defer d.stepping.Unlock()
	d.closed = true
	return d.save(1)
}

func (d *Desk) save(least int) error {
	d.mu.Lock()
	index, unsaved, was := d.index, d.unsaved, d.stale
	l := label{Database: d.config.DB.Name(), At: d.at, Pending: slices.Sorted(maps.Keys(d.pending))}
	if d.file() == "" || d.phase != Ready || unsaved < least && !was.isLate(d.now()) {
		d.mu.Unlock()
		return nil
	}
	d.unsaved, d.stale = 0, stale{} // what changes meanwhile counts anew
	d.mu.Unlock()
	err := d.replace(l, index)
	if err == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.unsaved += unsaved
	d.stale.note(was.changed, !was.changed.IsZero(), false)
	d.stale.note(was.removed, false, !was.removed.IsZero())
	return fmt.Errorf("network.Save(%s): %w", d.config.DB.Name(), err)
}

// replace puts a new snapshot in the place of the old one, or nothing when the index has become small.
func (d *Desk) replace(l label, index *copies.Index) error {
	if index.Len() >= fewestSaved {
		return d.write(l, index)
	}
	if err := os.Remove(d.file()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// write writes beside the old snapshot and puts the new one in its place.
func (d *Desk) write(l label, index *copies.Index) error {
	if err := os.MkdirAll(d.config.Directory, 0o700); err != nil {
		return err
	}
	part, err := os.OpenFile(d.file()+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = writeSnapshot(part, l, index)
	if err == nil {
		err = part.Sync()
	}
	if err = errors.Join(err, part.Close()); err == nil {
		err = os.Rename(part.Name(), d.file())
	}
	if err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	return nil
}

func writeSnapshot(to io.Writer, l label, index *copies.Index) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	head := binary.BigEndian.AppendUint32([]byte(magic), uint32(len(text)))
	head = append(append(head, text...), sum[:]...)
	if _, err := to.Write(head); err != nil {
		return err
	}
	return index.Snapshot(to)
}

// load takes up the snapshot. One that is damaged, of another site or of another history of the log is deleted.
func (d *Desk) load(ctx context.Context) (bool, error) {
	if d.file() == "" {
		return false, nil
	}
	f, err := os.Open(d.file())
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	l, index, err := d.read(ctx, f)
	if err != nil && ctx.Err() == nil {
		slog.Warn("a snapshot of copies is made anew", "database", d.config.DB.Name(), "error", err)
		d.discard()
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d.adopt(l, index)
	return true, nil
}

// adopt takes up an index that was loaded. Every cluster of it is looked at once.
func (d *Desk) adopt(l label, index *copies.Index) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range l.Pending {
		if _, again := d.pending[id]; !again {
			d.pending[id] = arrival{} // long ago: the next sweep looks for it
		}
	}
	for _, a := range d.pending {
		if a.doc.ID != 0 {
			index.Add(a.doc)
		}
	}
	d.index, d.at, d.phase, d.unsaved, d.stale = index, l.At, Ready, 0, stale{}
	for _, id := range index.Clusters(leastAccounts) {
		d.due[id] = struct{}{}
	}
}

func (d *Desk) read(ctx context.Context, from io.Reader) (l label, index *copies.Index, err error) {
	in := bufio.NewReaderSize(from, 1<<16)
	head := make([]byte, len(magic)+4)
	if _, err := io.ReadFull(in, head); err != nil || string(head[:len(magic)]) != magic {
		return l, nil, fmt.Errorf("it does not begin as a snapshot does: %w", copies.ErrCorrupt)
	}
	size := binary.BigEndian.Uint32(head[len(magic):])
	if size > longestLabel {
		return l, nil, copies.ErrCorrupt
	}
	text := make([]byte, size+sha256.Size)
	if _, err := io.ReadFull(in, text); err != nil {
		return l, nil, err
	}
	if sum := sha256.Sum256(text[:size]); string(sum[:]) != string(text[size:]) {
		return l, nil, copies.ErrCorrupt
	}
	if err := json.Unmarshal(text[:size], &l); err != nil {
		return l, nil, err
	}
	if l.Database != d.config.DB.Name() {
		return l, nil, fmt.Errorf("it is of another site, %.100q", l.Database)
	}
	if err := d.checkMark(ctx, l.At); err != nil {
		return l, nil, err
	}
	index, err = copies.Load(in, d.options())
	return l, index, err
}

func (d *Desk) checkMark(ctx context.Context, m mark) error {
	if m.Seq == 0 {
		return nil
	}
	return d.config.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := change.Since(tx, m.Seq-1, 1)
		if err == nil && (len(rows) != 1 || rows[0].Seq != m.Seq || string(rows[0].Digest) != string(m.Digest)) {
			return errHistory
		}
		return err
	})
}

// discard deletes the snapshot; one that stays is checked again before it is used.
func (d *Desk) discard() {
	if path := d.file(); path != "" {
		os.Remove(path)
	}
}
