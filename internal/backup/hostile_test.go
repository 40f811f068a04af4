package backup_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"fairground/internal/backup"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

type entry struct {
	tar.Header
	content []byte
}

func unpacked(t *testing.T, file io.Reader) (all []entry) {
	t.Helper()
	packed, err := zstd.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	for archive := tar.NewReader(packed); ; {
		header, err := archive.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, entry{*header, read(t, archive)})
	}
}

func packed(t *testing.T, entries []entry) *bytes.Reader {
	t.Helper()
	var file bytes.Buffer
	out, err := zstd.NewWriter(&file)
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewWriter(out)
	for _, e := range entries {
		e.Size = int64(len(e.content))
		if err := archive.WriteHeader(&e.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write(e.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), out.Close()); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(file.Bytes())
}

func plain(name, content string) entry {
	return entry{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600}, []byte(content)}
}

func link(name, to string) entry {
	return entry{tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: to}, nil}
}

// at returns a place to change: the entry of a name.
func at(t *testing.T, entries []entry, name string) int {
	t.Helper()
	for i, e := range entries {
		if strings.HasPrefix(e.Name, name) {
			return i
		}
	}
	t.Fatalf("the backup has no entry %s", name)
	return 0
}

func insert(entries []entry, place int, more ...entry) []entry {
	all := append([]entry{}, entries[:place]...)
	return append(append(all, more...), entries[place:]...)
}

// refused checks that a file is refused with such words and leaves nothing behind.
func (w *world) refused(name string, file io.ReadSeeker, kind value.Kind, words string) {
	w.Helper()
	slug := slugOf(w.T)
	_, err := backup.Restore(w.Context(), file, w.target(slug, w.secret()))
	if value.KindOf(err) != kind || err == nil || !strings.Contains(err.Error(), words) {
		w.Errorf("%s: %v (kind %s), not %q (kind %s)", name, err, value.KindOf(err), words, kind)
	}
	w.nothingLeft(name, slug)
}

func (w *world) nothingLeft(name, slug string) {
	w.Helper()
	for database := range w.databases() {
		if strings.HasSuffix(database, strings.ReplaceAll(slug, "-", "_")) {
			w.Errorf("%s left the database %s", name, database)
		}
	}
	if _, err := w.Secret(slug); err == nil {
		w.Errorf("%s left a key", name)
	}
	if err := w.Use(w.Context(), slug, func(context.Context, *site.Site) error { return nil }); value.KindOf(err) != value.NotFound {
		w.Errorf("%s left a site: %v", name, err)
	}
}

// sameInside reports whether two compressed files hold the same.
func sameInside(a, b []byte) bool {
	var inside [2][]byte
	for i, file := range [][]byte{a, b} {
		r, err := zstd.NewReader(bytes.NewReader(file))
		if err != nil {
			return false
		}
		defer r.Close()
		if inside[i], err = io.ReadAll(r); err != nil {
			return false
		}
	}
	return bytes.Equal(inside[0], inside[1])
}

func TestUnsoundFilesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db.SQLite)
	w.furnish(30)
	good, manifest := w.backup()
	whole := read(t, good)
	for part := range 12 {
		w.refused("a cut file", bytes.NewReader(whole[:len(whole)*(part+1)/13]), value.Invalid, "the backup is cut short")
	}
	for part := range 25 { // byte 4 has a bit that zstd does not use
		flipped := bytes.Clone(whole)
		flipped[5+(len(whole)-6)*part/25] ^= 0x10
		if sameInside(flipped, whole) {
			continue // a bit that zstd does not use: what is restored is what was backed up
		}
		w.refused("a flipped bit", bytes.NewReader(flipped), value.Invalid, "")
	}
	w.refused("an empty file", bytes.NewReader(nil), value.Invalid, "is not a backup")
	w.refused("a text", strings.NewReader("id,title\n1,bicycle\n"), value.Invalid, "is not a backup")
	w.refused("an archive of something else", packed(t, []entry{plain("readme.txt", "hello")}), value.Invalid, "is not a backup")

	all := unpacked(t, bytes.NewReader(whole))
	first, file, end := at(t, all, "tables/"), at(t, all, "files/"), at(t, all, "manifest.json")
	with := func(place int, more ...entry) io.ReadSeeker { return packed(t, insert(all, place, more...)) }
	changed := func(place int, content string) io.ReadSeeker {
		copied := append([]entry{}, all...)
		copied[place].content = []byte(content)
		return packed(t, copied)
	}
	for _, test := range []struct {
		name  string
		file  io.ReadSeeker
		words string
	}{
		{"a way up", with(file, plain("files/../../../tmp/x.webp", "x")), "has no place in a backup"},
		{"a way up in a key", with(file, plain("files/photo/../../x.webp", "x")), "has no place in a backup"},
		{"an absolute path", with(file, plain("/etc/motd", "x")), "has no place in a backup"},
		{"a hidden file", with(file, plain("files/.unfinished/x.webp", "x")), "has no place in a backup"},
		{"a table's way up", with(first, plain("tables/../00001.jsonl", "[]\n")), "has no place in a backup"},
		{"a table that is SQL", with(first, plain("tables/odd; drop table odd/00001.jsonl", "[]\n")), "has no place in a backup"},
		{"a link", with(file, link("files/photo/ab/link.webp", "/etc/passwd")), "not a plain file"},
		{"a foreign table", with(first, plain("tables/foreign/00001.jsonl", "[]\n")), "is not in the manifest"},
		{"a part too many", with(end, plain("tables/odd/00009.jsonl", "[]\n")), "do not follow each other"},
		{"something after the manifest", with(end+1, plain("files/photo/ab/later.webp", "x")), "follows the manifest"},
		{"a second format", with(first, plain("format.json", "{}")), "has no place in a backup"},
		{"a missing part", packed(t, append(append([]entry{}, all[:first]...), all[first+1:]...)), "damaged"},
		{"a missing file", packed(t, append(append([]entry{}, all[:file]...), all[file+1:]...)), "the files are not those"},
		{"another file", changed(file+1, strings.Repeat("x", len(all[file+1].content))), "the files are not those"},
		{"a changed row", changed(at(t, all, "tables/odd/"), "[1,2]\n"), "table odd"},
		{"half a row", changed(at(t, all, "tables/odd/"), "[1,2"), "whole row"},
		{"a manifest of nonsense", changed(end, "nonsense"), "cannot be read"},
		{"a newer format", changed(0, `{"fairground_backup": 99}`), "format 99"},
		{"no end", packed(t, all[:end]), "cut short"},
		{"no seal", packed(t, all[:end+1]), "cut short"},
		{"a bomb", with(file, plain("files/photo/ab/bomb.webp", strings.Repeat("\x00", 150<<20))), "unpacks to far more"},
	} {
		w.refused(test.name, test.file, value.Invalid, test.words)
	}
	if manifest.Files.Count == 0 {
		t.Error("there were no files")
	}
}

// Whoever alters a row and every checksum with it still lacks the site's key.
func TestAnAlteredBackupWithRightChecksumsIsRefused(t *testing.T) {
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, engine)
			w.furnish(10)
			file, _ := w.backup()
			altered := unpacked(t, file)
			account, manifest := at(t, altered, "tables/account/"), at(t, altered, "manifest.json")
			before := altered[account].content
			after := bytes.Replace(before, []byte("aya@lakeside.example"), []byte("eve@lakeside.example"), 1)
			if bytes.Equal(before, after) {
				t.Fatal("nothing was altered")
			}
			altered[account].content = after
			altered[manifest].content = bytes.Replace(altered[manifest].content, []byte(sum(before)), []byte(sum(after)), 1)
			w.refused("an altered backup", packed(t, altered), value.Forbidden, "the seal of the backup does not fit")
		})
	}
}

func sum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db.SQLite)
	w.furnish(10)
	file, _ := w.backup()
	restore := func(change func(*backup.Target)) error {
		target := w.target(slugOf(t), w.secret())
		change(&target)
		_, err := backup.Restore(t.Context(), file, target)
		if target.Slug != w.Site.Slug && err != nil {
			w.nothingLeft("a refused restore", target.Slug)
		}
		return err
	}
	refusal := errors.New("a promise is broken")
	for name, test := range map[string]struct {
		change func(*backup.Target)
		words  string
	}{
		"an existing slug":    {func(t *backup.Target) { t.Slug = w.Site.Slug }, "there is a site"},
		"a malformed slug":    {func(t *backup.Target) { t.Slug = "../up" }, "cannot name a site"},
		"another site's key":  {func(t *backup.Target) { t.Secret = make([]byte, 32) }, "the seal of the backup does not fit"},
		"half a key":          {func(t *backup.Target) { t.Secret = make([]byte, 16) }, "is 32 bytes"},
		"a host in use":       {func(t *backup.Target) { t.Hosts = []string{"lake.example.org"} }, "another site answers"},
		"a check that fails":  {func(t *backup.Target) { t.Check = func(context.Context, *site.Site) error { return refusal } }, "a promise is broken"},
		"an older program":    {func(t *backup.Target) { t.Schemas = t.Schemas[:3] }, "newer program"},
		"an unmatched schema": {func(t *backup.Target) { t.Schemas = allSchemas()[1:] }, "newer program"},
	} {
		if err := restore(test.change); err == nil || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := restore(func(*backup.Target) {}); err != nil {
		t.Errorf("a sound restore after all of them: %v", err)
	}
}

// A change log that was rewritten in the database before the backup is found by its seals.
func TestARewrittenLogIsFoundAtTheRestore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db.SQLite)
	w.furnish(10)
	w.ok(w.Site.DB.Maintain(t.Context(), "attack", func(tx *db.Tx) error {
		_, err := tx.Exec("update change set actor = 'system:nobody' where seq = 3")
		return err
	}))
	file, _ := w.backup()
	w.refused("a rewritten log", file, value.Conflict, "does not agree with its seals")
}

func TestAnInterruptedRestoreLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, engine)
			w.furnish(100)
			file, _ := w.backup()
			slug := slugOf(t)
			for _, when := range []string{"change", "listing", ""} { // the empty table: while files are stored
				ctx, cancel := context.WithCancel(t.Context())
				target := w.target(slug, w.secret())
				target.Progress = func(p backup.Progress) {
					if p.Table == when {
						cancel()
					}
				}
				if _, err := backup.Restore(ctx, file, target); !errors.Is(err, context.Canceled) {
					t.Errorf("interrupted at %q: %v", when, err)
				}
				cancel()
				w.nothingLeft("an interrupted restore", slug)
			}
		})
	}
}

// What a restore leaves that was killed is cleared away by the next; what was never one is not touched.
func TestAKilledRestoreCanBeRepeated(t *testing.T) {
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, engine)
			w.furnish(100)
			file, _ := w.backup()
			slug := slugOf(t)
			before := w.databases()
			target := w.target(slug, w.secret())
			target.Progress = func(backup.Progress) { panic("killed") }
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the restore was not killed")
					}
				}()
				backup.Restore(t.Context(), file, target)
			}()
			if maps.Equal(before, w.databases()) {
				t.Error("the killed restore left nothing; this test tests nothing")
			}
			if _, err := backup.Restore(t.Context(), file, w.target(slug, w.secret())); err != nil {
				t.Errorf("again: %v", err)
			}
			foreign := slugOf(t)
			d, err := w.Cluster.Create(t.Context(), "site_"+strings.ReplaceAll(foreign, "-", "_"), allSchemas())
			w.ok(err)
			w.ok(d.Close())
			if _, err := backup.Restore(t.Context(), file, w.target(foreign, w.secret())); value.KindOf(err) != value.Conflict {
				t.Errorf("over a database that is no restore's: %v", err)
			}
		})
	}
}
