package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"fairground/internal/sheet"
	"fairground/internal/value"
)

func fileKey(id value.ID) string { return fmt.Sprintf("transfer/%d/file.bin", int64(id)) }

// spool is a file on the local disk while it is not known yet how long it will be. Nobody else sees it, and it is gone
// when it is closed.
type spool struct {
	*os.File
	size   int64
	sha256 string
}

func newSpool() (*spool, error) {
	file, err := os.CreateTemp("", "fairground-transfer-*")
	if err != nil {
		return nil, fmt.Errorf("transfer.newSpool(): %w", err)
	}
	return &spool{File: file}, nil
}

// fill takes in what a person sends.
func (s *spool) fill(r io.Reader) error {
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(s, hash), io.LimitReader(r, MostBytes+1))
	if err != nil {
		return fmt.Errorf("transfer.fill(after %d bytes): %w", n, err)
	}
	if n > MostBytes {
		return value.Fieldf("file", "a file has at most 2 GiB; divide it")
	}
	s.size, s.sha256 = n, hex.EncodeToString(hash.Sum(nil))
	return nil
}

// Close removes the file.
func (s *spool) Close() error { return errors.Join(s.File.Close(), os.Remove(s.Name())) }

// source is an import's file while it is read.
type source struct {
	*sheet.Reader
	file io.Closer
}

// open opens the file of an import, after making sure that it is the one that was uploaded.
func (d *Desk) open(ctx context.Context, m Import) (*source, error) {
	if m.Cleared {
		return nil, value.Errorf(value.NotFound, "the file was kept for %d days and is gone; upload it again", keepFiles_days)
	}
	file, err := d.Files.Open(ctx, fileKey(m.ID))
	if err != nil {
		return nil, err
	}
	if err := sameFile(file, m); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	reader, err := openSheet(file, m)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &source{reader, file}, nil
}

// errFile is what an import says whose file is another one by now.
var errFile = value.Errorf(value.Conflict, "the file is not the one that was uploaded; upload it again")

func sameFile(file io.ReadSeeker, m Import) error {
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return fmt.Errorf("transfer.sameFile(%s): %w", m.ID, err)
	}
	if hex.EncodeToString(hash.Sum(nil)) != m.sha256 {
		return errFile
	}
	_, err := file.Seek(0, io.SeekStart)
	return err
}

// openSheet reads texts from the beginning to the end, which suits a store over the network; only workbooks are read
// here and there.
func openSheet(file io.ReadSeeker, m Import) (*sheet.Reader, error) {
	if m.Settings.Options.Format == sheet.XLSX {
		return sheet.Open(atOf(file), m.Bytes, m.Name, m.Settings.Options)
	}
	return sheet.OpenStream(file, m.Name, m.Settings.Options)
}

// Close lets go of reader and file.
func (s *source) Close() error { return errors.Join(s.Reader.Close(), s.file.Close()) }

func atOf(file io.ReadSeeker) io.ReaderAt {
	if at, ok := file.(io.ReaderAt); ok {
		return at
	}
	return &seekAt{file: file}
}

// seekAt reads at any place of a file that only seeks.
type seekAt struct {
	mu   sync.Mutex
	file io.ReadSeeker
}

// ReadAt seeks and reads.
func (s *seekAt) ReadAt(p []byte, at int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.file.Seek(at, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.file, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}
