package media

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"fairground/internal/value"
)

func fsOf(name, content string) fs.FS {
	return fstest.MapFS{name: {Data: []byte(content)}}
}

// pack makes a ZIP file; a name may come twice.
func pack(t testing.TB, files ...*zip.FileHeader) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, header := range files {
		content := header.Comment
		header.Comment = ""
		file, err := w.CreateHeader(header)
		must(t, err)
		_, err = io.WriteString(file, content)
		must(t, err)
	}
	must(t, w.Close())
	return out.Bytes()
}

// file describes one file of a test's archive; its content travels in the comment.
func file(name, content string) *zip.FileHeader {
	return &zip.FileHeader{Name: name, Comment: content, Method: zip.Deflate}
}

func link(name, target string) *zip.FileHeader {
	header := file(name, target)
	header.SetMode(fs.ModeSymlink | 0o777)
	return header
}

func openArchive(t testing.TB, raw []byte) *Archive {
	t.Helper()
	a, err := OpenArchive(bytes.NewReader(raw), int64(len(raw)))
	must(t, err)
	return a
}

func keyOf(err error) string {
	var known *value.Error
	if errors.As(err, &known) && known.Field == "photo" {
		return known.Key
	}
	return fmt.Sprint(err)
}

func TestArchiveReads(t *testing.T) {
	t.Parallel()
	a := openArchive(t, pack(t, file("one.jpg", "first"), file("photos/", ""), file("photos/two.jpg", "second"), file(`win\three.jpg`, "third")))
	if got := a.Names(); !slices.Equal(got, []string{"one.jpg", "photos/two.jpg", "win/three.jpg"}) || len(a.Refused()) > 0 {
		t.Errorf("names %q, refused %v", got, a.Refused())
	}
	for name, want := range map[string]string{"one.jpg": "first", "./one.jpg": "first", "photos/two.jpg": "second",
		`photos\two.jpg`: "second", "win/three.jpg": "third"} {
		content, err := a.Open(name)
		must(t, err)
		got, err := io.ReadAll(content)
		if must(t, err); string(got) != want {
			t.Errorf("%s holds %q", name, got)
		}
		must(t, content.Close())
	}
	if _, err := a.Open("four.jpg"); value.KindOf(err) != value.NotFound {
		t.Errorf("a missing name: %v", err)
	}
}

func TestArchiveRefuses(t *testing.T) {
	t.Parallel()
	zeros := strings.Repeat("\x00", 5<<20)
	locked := file("locked.jpg", "x")
	locked.Flags |= 1
	for name, c := range map[string]struct {
		files []*zip.FileHeader
		open  string
		key   string
	}{
		"parent":         {[]*zip.FileHeader{file("../up.jpg", "x")}, "../up.jpg", "media.archive_name"},
		"deep parent":    {[]*zip.FileHeader{file("a/../../up.jpg", "x")}, "a/../../up.jpg", "media.archive_name"},
		"inner parent":   {[]*zip.FileHeader{file("a/../b.jpg", "x")}, "a/../b.jpg", "media.archive_name"},
		"absolute":       {[]*zip.FileHeader{file("/etc/passwd", "x")}, "/etc/passwd", "media.archive_name"},
		"drive":          {[]*zip.FileHeader{file(`C:\photo.jpg`, "x")}, `C:\photo.jpg`, "media.archive_name"},
		"other parent":   {[]*zip.FileHeader{file(`..\up.jpg`, "x")}, `..\up.jpg`, "media.archive_name"},
		"zero byte":      {[]*zip.FileHeader{file("a.jpg\x00.exe", "x")}, "a.jpg\x00.exe", "media.archive_name"},
		"link":           {[]*zip.FileHeader{link("a.jpg", "/etc/passwd")}, "a.jpg", "media.archive_link"},
		"twice":          {[]*zip.FileHeader{file("a.jpg", "x"), file("a.jpg", "y")}, "a.jpg", "media.archive_twice"},
		"thrice":         {[]*zip.FileHeader{file("a.jpg", "x"), file("./a.jpg", "y"), file("a.jpg", "z")}, "a.jpg", "media.archive_twice"},
		"password":       {[]*zip.FileHeader{locked}, "locked.jpg", "media.archive_locked"},
		"bomb by header": {[]*zip.FileHeader{file("a.jpg", zeros)}, "a.jpg", "media.archive_bomb"},
		"too heavy":      {[]*zip.FileHeader{file("a.jpg", strings.Repeat(zeros, 5))}, "a.jpg", "media.heavy"},
	} {
		a := openArchive(t, pack(t, append(c.files, file("good.jpg", "good"))...))
		if _, err := a.Open(c.open); keyOf(err) != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
		if len(a.Refused()) != 1 || !slices.Equal(a.Names(), []string{"good.jpg"}) {
			t.Errorf("%s: names %q, refused %v", name, a.Names(), a.Refused())
		}
	}
}

// A header may say what it likes: what counts is what comes out.
func TestArchiveDoesNotBelieveHeaders(t *testing.T) {
	t.Parallel()
	raw := liar(t, 40<<20, 4<<20)
	a := openArchive(t, raw)
	content, err := a.Open("a.jpg")
	must(t, err)
	defer content.Close()
	n, err := io.Copy(io.Discard, content)
	if value.KindOf(err) != value.Invalid || n > 5<<20 {
		t.Errorf("read %d MB, then %v", n>>20, err)
	}
}

// liar packs true zeros as a file that says it holds fewer bytes, and says that they take half as many.
func liar(t testing.TB, true_bytes, said_bytes int) []byte {
	t.Helper()
	var packed, out bytes.Buffer
	squeeze, err := flate.NewWriter(&packed, flate.BestCompression)
	must(t, err)
	_, err = squeeze.Write(make([]byte, true_bytes))
	must(t, err)
	must(t, squeeze.Close())
	packed.Write(make([]byte, 60_000)) // so that the ratio of the header passes
	w := zip.NewWriter(&out)
	file, err := w.CreateRaw(&zip.FileHeader{Name: "a.jpg", Method: zip.Deflate,
		CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(said_bytes)})
	must(t, err)
	_, err = file.Write(packed.Bytes())
	must(t, err)
	must(t, w.Close())
	return out.Bytes()
}

func TestArchiveTotal(t *testing.T) {
	t.Parallel()
	a := openArchive(t, pack(t, file("a.jpg", strings.Repeat("x1y2", 1000))))
	a.left.Store(6000)
	read := func() error {
		content, err := a.Open("a.jpg")
		must(t, err)
		defer content.Close()
		_, err = io.Copy(io.Discard, content)
		return err
	}
	if err := read(); err != nil {
		t.Errorf("within the total: %v", err)
	}
	if err := read(); keyOf(err) != "media.archive_bomb" {
		t.Errorf("past the total: %v", err)
	}
}

func TestBrokenArchives(t *testing.T) {
	t.Parallel()
	good := pack(t, file("a.jpg", strings.Repeat("photo ", 1000)))
	for name, raw := range map[string][]byte{"nothing": nil, "text": []byte("a list of photos"), "half": good[:len(good)/2]} {
		if _, err := OpenArchive(bytes.NewReader(raw), int64(len(raw))); keyOf(err) != "media.archive" {
			t.Errorf("%s: %v", name, err)
		}
	}
	a := openArchive(t, flip(good, 45)) // damages the content, not the directory
	content, err := a.Open("a.jpg")
	must(t, err)
	defer content.Close()
	if _, err := io.Copy(io.Discard, content); keyOf(err) != "media.archive" {
		t.Errorf("damaged content: %v", err)
	}
}

func TestArchiveDirectoryIsBounded(t *testing.T) {
	t.Parallel()
	entry := make([]byte, 46+1000)
	copy(entry, "PK\x01\x02")
	binary.LittleEndian.PutUint16(entry[28:], 1000)
	copy(entry[46:], bytes.Repeat([]byte("n"), 1000))
	raw := bytes.Repeat(entry, 30_000)
	closing := make([]byte, 22)
	copy(closing, "PK\x05\x06")
	binary.LittleEndian.PutUint16(closing[8:], 30_000)
	binary.LittleEndian.PutUint16(closing[10:], 30_000)
	binary.LittleEndian.PutUint32(closing[12:], uint32(len(raw)))
	raw = append(raw, closing...)
	if _, err := OpenArchive(bytes.NewReader(raw), int64(len(raw))); keyOf(err) != "media.archive" {
		t.Errorf("a directory of 30 MB: %v", err)
	}
}

func TestArchiveFeedsProcess(t *testing.T) {
	t.Parallel()
	photo := asJPEG(t, landscape(120, 90))
	a := openArchive(t, pack(t, file("lake.png", string(photo)))) // the name lies; the bytes decide
	content, err := a.Open("lake.png")
	must(t, err)
	defer content.Close()
	got, err := newPhotos(t).Process(t.Context(), content)
	if must(t, err); got.Width != 120 {
		t.Errorf("got %+v", got)
	}
}
