package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"fairground/internal/value"
)

func newLocal(t testing.TB) *Local {
	t.Helper()
	local, err := LocalBlobs(t.TempDir())
	must(t, err)
	t.Cleanup(func() { local.Close() })
	return local
}

func newS3(t testing.TB, prefix string) *S3 {
	t.Helper()
	backend := s3mem.New()
	must(t, backend.CreateBucket("market"))
	server := httptest.NewServer(gofakes3.New(backend, gofakes3.WithLogger(gofakes3.DiscardLog())).Server())
	t.Cleanup(server.Close)
	s3, err := S3Blobs(t.Context(), S3Settings{Endpoint: server.URL, Region: "eu-1", Bucket: "market", Prefix: prefix,
		AccessKey: "key", SecretKey: "secret", PathStyle: true})
	must(t, err)
	return s3
}

func TestBlobs(t *testing.T) {
	t.Parallel()
	stores := map[string]func(testing.TB) Blobs{
		"local":     func(t testing.TB) Blobs { return newLocal(t) },
		"s3":        func(t testing.TB) Blobs { return newS3(t, "") },
		"s3 prefix": func(t testing.TB) Blobs { return newS3(t, "lakeside/") },
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conformance(t, open(t))
		})
	}
}

// conformance is what every Blobs must do.
func conformance(t *testing.T, b Blobs) {
	t.Run("put, open, seek, replace", func(t *testing.T) { storesAndReplaces(t, b) })
	t.Run("delete", func(t *testing.T) { deletes(t, b) })
	t.Run("keys", func(t *testing.T) { lists(t, b) })
	t.Run("wrong length", func(t *testing.T) { refusesWrongLength(t, b) })
	t.Run("hostile keys", func(t *testing.T) { refusesHostileKeys(t, b) })
	t.Run("ended context", func(t *testing.T) { heedsContext(t, b) })
	t.Run("many at once", func(t *testing.T) { survivesCrowd(t, b) })
}

func put(t testing.TB, b Blobs, key, content string) {
	t.Helper()
	must(t, b.Put(t.Context(), key, strings.NewReader(content), int64(len(content))))
}

func get(t testing.TB, b Blobs, key string) string {
	t.Helper()
	blob, err := b.Open(t.Context(), key)
	must(t, err)
	defer blob.Close()
	content, err := io.ReadAll(blob)
	must(t, err)
	return string(content)
}

func keysOf(t testing.TB, b Blobs, prefix string) []string {
	t.Helper()
	var keys []string
	for key, err := range b.Keys(t.Context(), prefix) {
		must(t, err)
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func storesAndReplaces(t *testing.T, b Blobs) {
	big := strings.Repeat("bicycle ", 200_000)
	for _, content := range []string{"first", "", big, "second"} {
		put(t, b, "file/a.txt", content)
		if got := get(t, b, "file/a.txt"); got != content {
			t.Fatalf("stored %d bytes, read %d", len(content), len(got))
		}
	}
	blob, err := b.Open(t.Context(), "file/a.txt")
	must(t, err)
	defer blob.Close()
	end, err := blob.Seek(-3, io.SeekEnd)
	must(t, err)
	rest, err := io.ReadAll(blob)
	if must(t, err); end != 3 || string(rest) != "ond" {
		t.Errorf("after seeking 3 from the end: at %d, read %q", end, rest)
	}
}

func deletes(t *testing.T, b Blobs) {
	put(t, b, "gone.txt", "x")
	must(t, b.Delete(t.Context(), "gone.txt"))
	must(t, b.Delete(t.Context(), "gone.txt"))
	must(t, b.Delete(t.Context(), "no/such/place.txt"))
	if _, err := b.Open(t.Context(), "gone.txt"); value.KindOf(err) != value.NotFound {
		t.Errorf("opening a deleted key: %v", err)
	}
	if _, err := b.Open(t.Context(), "no/such/place.txt"); value.KindOf(err) != value.NotFound {
		t.Errorf("opening a key that never was: %v", err)
	}
}

func lists(t *testing.T, b Blobs) {
	want := []string{"list/a/1.txt", "list/a/2.txt", "list/b/1.txt", "list/z.txt"}
	for _, key := range want {
		put(t, b, key, key)
	}
	for prefix, want := range map[string][]string{"list/": want, "list/a": want[:2], "list/a/2": want[1:2], "nothing": nil} {
		if got := keysOf(t, b, prefix); !slices.Equal(got, want) {
			t.Errorf("keys of %q: %q, want %q", prefix, got, want)
		}
	}
	for range b.Keys(t.Context(), "list/") {
		break // stopping early must not hang or panic
	}
}

func refusesWrongLength(t *testing.T, b Blobs) {
	put(t, b, "exact.txt", "as it was")
	for _, announced := range []int64{0, 3, 5, 6000} {
		if err := b.Put(t.Context(), "exact.txt", strings.NewReader("four"), announced); err == nil {
			t.Errorf("4 bytes were taken for %d", announced)
		}
	}
	broken := io.MultiReader(strings.NewReader("fo"), brokenReader{})
	if err := b.Put(t.Context(), "exact.txt", broken, 4); err == nil {
		t.Error("a source that broke was stored")
	}
	if got := get(t, b, "exact.txt"); got != "as it was" {
		t.Errorf("a failed Put left %q", got)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("the line broke") }

func refusesHostileKeys(t *testing.T, b Blobs) {
	before := keysOf(t, b, "")
	for _, key := range []string{"", ".", "..", "/etc/passwd", "../a.txt", "a/../b.txt", "a/./b.txt", "a//b.txt", "a/", "a.txt/",
		`a\b.txt`, "A.txt", "a.txt\x00", "a\n.txt", "ü.txt", ".hidden", "a/.hidden.txt", "dir.txt/b.txt", "noextension",
		"a b.txt", "c:/a.txt", strings.Repeat("a", 300) + ".txt", strings.Repeat("a/", 50) + "a.txt", "a..txt", "%2e%2e/a.txt"} {
		if err := b.Put(t.Context(), key, strings.NewReader("x"), 1); value.KindOf(err) != value.Invalid {
			t.Errorf("Put(%q): %v", key, err)
		}
		if _, err := b.Open(t.Context(), key); value.KindOf(err) != value.Invalid {
			t.Errorf("Open(%q): %v", key, err)
		}
		if err := b.Delete(t.Context(), key); value.KindOf(err) != value.Invalid {
			t.Errorf("Delete(%q): %v", key, err)
		}
	}
	if after := keysOf(t, b, ""); !slices.Equal(before, after) {
		t.Errorf("hostile keys left %q, before %q", after, before)
	}
}

func heedsContext(t *testing.T, b Blobs) {
	ended, stop := context.WithCancel(t.Context())
	stop()
	if err := b.Put(ended, "late.txt", strings.NewReader("x"), 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Put: %v", err)
	}
	if _, err := b.Open(ended, "exact.txt"); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: %v", err)
	}
}

func survivesCrowd(t *testing.T, b Blobs) {
	var crowd sync.WaitGroup
	for i := range 8 {
		crowd.Go(func() {
			content := strings.Repeat(fmt.Sprint(i), 20_000)
			if err := b.Put(t.Context(), "crowd/one.txt", strings.NewReader(content), 20_000); err != nil {
				t.Error(err)
			}
		})
	}
	crowd.Wait()
	got := get(t, b, "crowd/one.txt")
	if len(got) != 20_000 || strings.Trim(got, got[:1]) != "" {
		t.Errorf("%d bytes of several writers", len(got))
	}
}

func TestLocalNeverLeavesItsDirectory(t *testing.T) {
	t.Parallel()
	outside, inside := t.TempDir(), t.TempDir()
	must(t, os.WriteFile(filepath.Join(outside, "secret.txt"), []byte("secret"), 0o600))
	must(t, os.Symlink(outside, filepath.Join(inside, "link")))
	local, err := LocalBlobs(inside)
	must(t, err)
	defer local.Close()
	if blob, err := local.Open(t.Context(), "link/secret.txt"); err == nil {
		blob.Close()
		t.Error("a symbolic link led out of the directory")
	}
	if err := local.Put(t.Context(), "link/new.txt", strings.NewReader("x"), 1); err == nil {
		t.Error("a file was written through a symbolic link")
	}
}

func TestLocalSweepsUnfinished(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	local, err := LocalBlobs(dir)
	must(t, err)
	local.Close()
	stale, fresh := filepath.Join(dir, unfinished, "stale"), filepath.Join(dir, unfinished, "fresh")
	must(t, os.WriteFile(stale, []byte("half"), 0o600))
	must(t, os.WriteFile(fresh, []byte("half"), 0o600))
	past := time.Now().Add(-2 * unfinishedLife)
	must(t, os.Chtimes(stale, past, past))
	local, err = LocalBlobs(dir)
	must(t, err)
	defer local.Close()
	left, err := os.ReadDir(filepath.Join(dir, unfinished))
	if must(t, err); len(left) != 1 || left[0].Name() != "fresh" {
		t.Errorf("left unfinished: %v", left)
	}
	if keys := keysOf(t, local, ""); len(keys) != 0 {
		t.Errorf("unfinished files are keys: %q", keys)
	}
}

func TestLocalNeedsADirectory(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	if _, err := LocalBlobs(file); err == nil {
		t.Error("a file was opened as a directory")
	}
}

func TestS3Settings(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(gofakes3.New(s3mem.New(), gofakes3.WithLogger(gofakes3.DiscardLog())).Server())
	defer server.Close()
	for name, c := range map[string]struct {
		s    S3Settings
		want value.Kind
	}{
		"no scheme":    {S3Settings{Endpoint: "storage.example.org", Bucket: "market"}, value.Invalid},
		"no endpoint":  {S3Settings{Bucket: "market"}, value.Invalid},
		"wild prefix":  {S3Settings{Endpoint: server.URL, Bucket: "market", Prefix: "../"}, value.Invalid},
		"half prefix":  {S3Settings{Endpoint: server.URL, Bucket: "market", Prefix: "lakeside"}, value.Invalid},
		"no bucket":    {S3Settings{Endpoint: server.URL, Bucket: "market", PathStyle: true}, value.Unavailable},
		"nobody there": {S3Settings{Endpoint: "http://127.0.0.1:1", Bucket: "market", PathStyle: true}, value.Unavailable},
	} {
		ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
		if _, err := S3Blobs(ctx, c.s); value.KindOf(err) != c.want {
			t.Errorf("%s: %v, want kind %s", name, err, c.want)
		}
		stop()
	}
}

func TestExactReader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		content string
		size    int64
		ok      bool
	}{{"", 0, true}, {"abc", 3, true}, {"abc", 2, false}, {"abc", 4, false}, {"a", 0, false}} {
		var got bytes.Buffer
		_, err := io.Copy(&got, &exactReader{source: strings.NewReader(c.content), left: c.size})
		if (err == nil) != c.ok {
			t.Errorf("%q as %d bytes: %v", c.content, c.size, err)
		}
		if c.ok && got.String() != c.content {
			t.Errorf("%q came out as %q", c.content, got.String())
		}
	}
}
