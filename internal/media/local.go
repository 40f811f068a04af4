package media

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"strings"
	"time"

	"fairground/internal/value"
)

// Local keeps blobs as files below one directory, which it never leaves, not even through a symbolic link.
type Local struct{ root *os.Root }

const (
	unfinished     = ".unfinished" // where files are written before they get their name
	unfinishedLife = 24 * time.Hour
)

// LocalBlobs opens a directory, makes it if need be, and clears away what an earlier process left half written.
func LocalBlobs(dir string) (*Local, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("media.LocalBlobs(%s): %w", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("media.LocalBlobs(%s): %w", dir, err)
	}
	l := &Local{root}
	if err := l.sweep(); err != nil {
		return nil, errors.Join(fmt.Errorf("media.LocalBlobs(%s): %w", dir, err), root.Close())
	}
	return l, nil
}

// sweep takes the time from a file it writes, because the disk's clock is the one the old files were dated by.
func (l *Local) sweep() error {
	if err := l.root.MkdirAll(unfinished, 0o750); err != nil {
		return err
	}
	probe := unfinished + "/" + rand.Text()
	if err := l.root.WriteFile(probe, nil, 0o640); err != nil {
		return err
	}
	now, err := l.root.Stat(probe)
	if err != nil {
		return err
	}
	entries, err := fs.ReadDir(l.root.FS(), unfinished)
	for _, entry := range entries {
		old, gone := entry.Info()
		if gone == nil && now.ModTime().Sub(old.ModTime()) > unfinishedLife {
			err = errors.Join(err, l.root.Remove(unfinished+"/"+entry.Name()))
		}
	}
	return errors.Join(err, l.root.Remove(probe))
}

// Close releases the directory. The blobs stay.
func (l *Local) Close() error { return l.root.Close() }

// Put writes beside, flushes to disk, then renames: after a crash the key holds all of the bytes or none.
func (l *Local) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if err := errors.Join(checkKey(key), ctx.Err()); err != nil {
		return err
	}
	fresh := unfinished + "/" + rand.Text()
	err := l.write(fresh, &exactReader{source: r, left: size})
	if err == nil {
		err = l.publish(fresh, key)
	}
	if err != nil {
		l.root.Remove(fresh) // best effort: sweep removes it later
		return fmt.Errorf("media.Local.Put(%s, %d bytes): %w", key, size, err)
	}
	return nil
}

func (l *Local) write(name string, r io.Reader) error {
	file, err := l.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, r)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func (l *Local) publish(fresh, key string) error {
	dir := path.Dir(key)
	_, err := l.root.Stat(dir)
	isNew := err != nil
	if err := l.root.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	if err := l.root.Rename(fresh, key); err != nil {
		return err
	}
	if err := l.flush(dir); err != nil || !isNew {
		return err
	}
	for dir != "." {
		dir = path.Dir(dir)
		if err := l.flush(dir); err != nil {
			return err
		}
	}
	return nil
}

// flush makes the names in a directory durable.
func (l *Local) flush(dir string) error {
	d, err := l.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open returns the file of a key.
func (l *Local) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	if err := errors.Join(checkKey(key), ctx.Err()); err != nil {
		return nil, err
	}
	file, err := l.root.Open(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noBlob(key)
	}
	if err != nil {
		return nil, fmt.Errorf("media.Local.Open(%s): %w", key, err)
	}
	return file, nil
}

// Delete removes the file of a key; its directory stays.
func (l *Local) Delete(ctx context.Context, key string) error {
	if err := errors.Join(checkKey(key), ctx.Err()); err != nil {
		return err
	}
	if err := l.root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("media.Local.Delete(%s): %w", key, err)
	}
	return nil
}

// Keys walks the directory. Files that are not ours, such as a stray .DS_Store, are passed over.
func (l *Local) Keys(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		err := fs.WalkDir(l.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil || ctx.Err() != nil:
				return errors.Join(err, ctx.Err())
			case entry.IsDir() && name != "." && !overlaps(name+"/", prefix):
				return fs.SkipDir
			case entry.Type().IsRegular() && strings.HasPrefix(name, prefix) && checkKey(name) == nil:
				if !yield(name, nil) {
					return errStopped
				}
			}
			return nil
		})
		if err != nil && err != errStopped {
			yield("", value.Errorf(value.Unavailable, "the files cannot be listed").Because(err))
		}
	}
}

// overlaps reports whether a directory can hold keys of a prefix. The one for unfinished files never does.
func overlaps(dir, prefix string) bool {
	return !strings.HasPrefix(dir, ".") && (strings.HasPrefix(dir, prefix) || strings.HasPrefix(prefix, dir))
}

var errStopped = errors.New("the reader of keys has seen enough")
