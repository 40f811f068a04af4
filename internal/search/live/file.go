package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"fairground/internal/value"
)

// isWorthSaving says whether so much has changed since the last snapshot that following it again would take long.
func (x *Index) isWorthSaving(r *replica) bool {
	documents := r.engine.Documents()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.config.Directory == "" || documents < x.limits.fewest {
		return false
	}
	now := x.now()
	if !x.saved.tried.IsZero() && now.Sub(x.saved.tried) < x.limits.apart {
		return false
	}
	return x.saved.at.IsZero() || r.unsaved >= max(x.limits.unsaved, documents/20) ||
		r.unsaved > 0 && now.Sub(x.saved.at) >= x.limits.oldest
}

// isUnsaved says whether anything would be lost by closing.
func (x *Index) isUnsaved(r *replica) bool {
	documents := r.engine.Documents()
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.config.Directory != "" && documents >= x.limits.fewest && (x.saved.at.IsZero() || r.unsaved > 0)
}

// save writes a snapshot and notes how that went.
func (x *Index) save(ctx context.Context, r *replica) error {
	err := x.write(ctx, r)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.saved.failure = ""
	if err != nil {
		x.saved.failure = err.Error()
		return fmt.Errorf("writing the snapshot of %s: %w", x.db.Name(), err)
	}
	return nil
}

// write writes the snapshot of a replica beside the old one and puts it in its place, unless the replica was given up
// meanwhile. The mark is taken before the body: what is applied in between is in the body already, and being applied
// once more does no harm.
func (x *Index) write(ctx context.Context, r *replica) error {
	x.mu.Lock()
	from, unsaved := r.at, r.unsaved
	x.saved.tried = x.now()
	x.mu.Unlock()
	if err := os.MkdirAll(x.config.Directory, 0o700); err != nil {
		return err
	}
	part, err := x.newPart()
	if part == nil || err != nil {
		return err
	}
	l := label{Format: format, Database: x.db.Name(), Identity: x.config.Identity, Print: r.print, From: from,
		Documents: r.engine.Documents(), Saved_us: value.Micros(x.now())}
	size, err := x.fill(part, r, func() (label, error) {
		l.To, err = x.head(ctx)
		return l, err
	})
	if err == nil {
		err = x.replace(part.Name(), r, size, unsaved)
	}
	if err == nil {
		return syncDirectory(x.config.Directory)
	}
	return errors.Join(err, os.Remove(part.Name()))
}

// fill writes and closes an unfinished file. When fill returns, it is on disk.
func (x *Index) fill(part *os.File, r *replica, about func() (label, error)) (int64, error) {
	var to io.Writer = part
	if r.most > 0 {
		to = &bounded{part, largest(r.most)}
	}
	size, err := writeSnapshot(to, r.engine, about)
	if err == nil {
		err = part.Sync()
	}
	return size, errors.Join(err, part.Close())
}

// replace gives an unfinished file its name. It holds mu, so that what is given up leaves no snapshot behind.
func (x *Index) replace(part string, r *replica, size int64, unsaved int) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.serving.Load() != r {
		return os.Remove(part)
	}
	if err := os.Rename(part, x.file()); err != nil {
		return err
	}
	x.saved.at, x.saved.bytes = x.now(), size
	r.unsaved -= unsaved
	return nil
}

func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}

// newPart makes an unfinished file of its own, readable by nobody else, and removes those that crashes left. Several
// processes may write at a time; when too many do, or crashed, it returns nil.
func (x *Index) newPart() (*os.File, error) {
	part, err := os.CreateTemp(x.config.Directory, filepath.Base(x.file())+".*.part")
	if err != nil {
		return nil, err
	}
	others, err := x.removeLeft(part)
	if err == nil && others <= x.limits.mostParts {
		return part, nil
	}
	return nil, errors.Join(err, part.Close(), os.Remove(part.Name()))
}

// removeLeft removes unfinished files that nobody has written to for long, and counts the others. The time is that of
// the file system.
func (x *Index) removeLeft(part *os.File) (others int, err error) {
	about, err := part.Stat()
	if err != nil {
		return 0, err
	}
	parts, err := filepath.Glob(x.file() + ".*.part")
	if err != nil {
		return 0, err
	}
	for _, path := range parts {
		other, err := os.Stat(path)
		switch {
		case err != nil || os.SameFile(other, about):
		case about.ModTime().Sub(other.ModTime()) > x.limits.partsAge:
			os.Remove(path)
		default:
			others++
		}
	}
	return others, nil
}

// bounded refuses to write more than a number of bytes.
type bounded struct {
	to   io.Writer
	left int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errors.New("the snapshot is larger than the index may be")
	}
	return b.to.Write(p)
}

// discard deletes the snapshot and notes why; "" when that is no fault of it.
func (x *Index) discard(why string) error {
	if x.config.Directory == "" {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.saved = saved{}
	err := os.Remove(x.file())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if why != "" {
		x.state.Rejected, x.state.Rejected_at = why, x.now()
	}
	return err
}

// Discard deletes what was kept for a database in a directory, when its site is removed.
func Discard(directory, database string) error {
	path := fileOf(directory, database)
	parts, err := filepath.Glob(path + ".*.part")
	for _, path := range append(parts, path) {
		if gone := os.Remove(path); gone != nil && !errors.Is(gone, os.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}
