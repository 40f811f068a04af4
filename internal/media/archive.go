package media

import (
	"archive/zip"
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"fairground/internal/value"
)

// Limits of an archive. A photo is compressed already, so a file that grows a hundredfold is none.
const (
	archiveDirectory_bytes = 16 << 20 // about 200,000 names
	archiveTotal_bytes     = 16 << 30
	archiveRatio           = 100
	archiveRatioFrom_bytes = 1 << 20 // small files may shrink as they like
)

// Archive reads photos from a ZIP file. It may be used by several goroutines at once.
type Archive struct {
	files   map[string]*zip.File
	refused map[string]error
	left    atomic.Int64 // bytes that may still be unpacked
}

// OpenArchive reads the directory of a ZIP file; r must stay readable as long as the archive is used. Files that are
// unsafe are left out, each with its reason, and harm no other; it fails when the directory itself cannot be read,
// with an error of kind Invalid on the field "photo".
func OpenArchive(r io.ReaderAt, size int64) (*Archive, error) {
	source := &meteredReaderAt{source: r}
	source.left.Store(archiveDirectory_bytes)
	directory, err := zip.NewReader(source, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, refuseArchive(err)
	}
	source.unmetered.Store(true)
	a := &Archive{files: map[string]*zip.File{}, refused: map[string]error{}}
	a.left.Store(archiveTotal_bytes)
	for _, file := range directory.File {
		a.add(file)
	}
	return a, nil
}

func (a *Archive) add(file *zip.File) {
	if strings.HasSuffix(file.Name, "/") {
		return // directories are not needed: nothing is unpacked to disk
	}
	name, err := entryName(file.Name)
	if err == nil {
		err = checkEntry(file)
	}
	_, twice := a.files[name]
	if a.refused[name] != nil || twice {
		err = refuse("archive_twice", "The ZIP file holds %q twice, so it is not clear which is meant.", name)
	}
	if err != nil {
		delete(a.files, name)
		a.refused[name] = err
		return
	}
	a.files[name] = file
}

// entryName makes names comparable, or says why one cannot be trusted. It returns the name as it stands beside an
// error.
func entryName(name string) (string, error) {
	slashed := strings.ReplaceAll(name, `\`, "/")
	clean := path.Clean(slashed)
	drive := len(slashed) > 1 && slashed[1] == ':'
	if !fs.ValidPath(clean) || clean == "." || drive || strings.ContainsRune(name, 0) || len(name) > 1024 {
		return name, refuse("archive_name", "The ZIP file holds %.100q, which leads out of it. Pack the photos again.", name)
	}
	if slices.Contains(strings.Split(slashed, "/"), "..") {
		return name, refuse("archive_name", "The ZIP file holds %.100q, which leads out of it. Pack the photos again.", name)
	}
	return clean, nil
}

func checkEntry(file *zip.File) error {
	switch {
	case !file.Mode().IsRegular():
		return refuse("archive_link", "%q in the ZIP file is a link, not a photo. Pack the photo itself.", file.Name)
	case file.Flags&1 != 0:
		return refuse("archive_locked", "%q in the ZIP file has a password. Pack the photos without one.", file.Name)
	case file.UncompressedSize64 > MaxBytes:
		return refuseHeavy()
	case isBomb(file.UncompressedSize64, file.CompressedSize64):
		return refuseBomb(file.Name)
	}
	return nil
}

func isBomb(unpacked, packed uint64) bool {
	return unpacked > archiveRatioFrom_bytes && unpacked/archiveRatio > packed
}

func refuseBomb(name string) error {
	return refuse("archive_bomb", "%q in the ZIP file grows far too much when unpacked. Pack the photos again.", name)
}

// Names returns the names that can be opened, sorted.
func (a *Archive) Names() []string { return slices.Sorted(maps.Keys(a.files)) }

// Refused returns why files were left out, by name.
func (a *Archive) Refused() map[string]error { return maps.Clone(a.refused) }

// Open returns the bytes of one file. A name that is not there is an error of kind NotFound, one that was left out
// its reason. What grows past its limits while it is read ends in an error of kind Invalid, whatever its header said.
func (a *Archive) Open(name string) (io.ReadCloser, error) {
	clean, err := entryName(name)
	if err != nil {
		return nil, err
	}
	if why := a.refused[clean]; why != nil {
		return nil, why
	}
	file := a.files[clean]
	if file == nil {
		missing := value.Errorf(value.NotFound, "The ZIP file holds no %q.", clean)
		missing.Field, missing.Key, missing.Args = field, "media.archive_missing", []any{clean}
		return nil, missing
	}
	content, err := file.Open()
	if err != nil {
		return nil, refuseArchive(err)
	}
	return &entry{archive: a, file: file, content: content}, nil
}

// entry counts what comes out of a file, because headers lie.
type entry struct {
	archive *Archive
	file    *zip.File
	content io.ReadCloser
	got     uint64
}

// Read unpacks, within the limits.
func (e *entry) Read(p []byte) (int, error) {
	n, err := e.content.Read(p)
	e.got += uint64(n)
	switch {
	case e.got > MaxBytes:
		return 0, refuseHeavy()
	case isBomb(e.got, e.file.CompressedSize64), e.archive.left.Add(-int64(n)) < 0:
		return 0, refuseBomb(e.file.Name)
	case err != nil && err != io.EOF:
		return n, refuseArchive(err)
	}
	return n, err
}

// Close ends reading.
func (e *entry) Close() error { return e.content.Close() }

// meteredReaderAt ends the reading of a directory that is too long to hold in memory.
type meteredReaderAt struct {
	source    io.ReaderAt
	left      atomic.Int64
	unmetered atomic.Bool
}

// ReadAt reads from the source.
func (m *meteredReaderAt) ReadAt(p []byte, at int64) (int, error) {
	if !m.unmetered.Load() && m.left.Add(-int64(len(p))) < 0 {
		return 0, errors.New("the directory of the archive is too long")
	}
	return m.source.ReadAt(p, at)
}
