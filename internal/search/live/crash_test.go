package live

import (
	"bufio"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/search/searchtest"
)

const (
	crashDirectory = "FAIRGROUND_TEST_CRASH_DIRECTORY"
	crashDatabase  = "crash"
	crashListings  = 400
)

// TestACrashInTheMiddleOfASnapshot kills a process that does nothing but write snapshots, at any moment.
func TestACrashInTheMiddleOfASnapshot(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	w := crashWorld(t, directory, true)
	w.stocked(chairs(1, crashListings)...)
	w.ok(w.index.Close(t.Context()))
	unfinished := 0
	for range 8 {
		kill(t, directory, time.Duration(rand.IntN(60))*time.Millisecond)
		parts, _ := filepath.Glob(filepath.Join(directory, "*.part"))
		unfinished += len(parts)
		w.open()
		w.settle()
		if s := w.index.State(); !s.Loaded || s.Rejected != "" || s.Documents != crashListings {
			t.Fatalf("after a crash: %+v", s)
		}
		w.wantFound("number321 ", 321)
		w.index.limits.partsAge = -time.Hour
		w.ok(w.index.save(t.Context(), w.index.serving.Load()))
		if parts, _ := filepath.Glob(filepath.Join(directory, "*.part")); len(parts) > 0 {
			t.Errorf("left is %v", parts)
		}
	}
	if unfinished == 0 {
		t.Error("no process was killed while it wrote")
	}
}

// crashWorld opens the database of that test, in this process or in the one that is killed.
func crashWorld(t testing.TB, directory string, isNew bool) *world {
	cluster := dbtest.ClusterWith(t, db.SQLite, func(c *db.Config) { c.Directory = directory })
	open := cluster.Open
	if isNew {
		open = cluster.Create
	}
	d, err := open(t.Context(), crashDatabase, schemas())
	if err != nil {
		t.Fatal(err)
	}
	shelf := searchtest.NewShelf()
	shelf.Put(chairs(1, crashListings)...)
	w := newWorld(t, d, shelf)
	w.directory = directory
	w.open()
	return w
}

// kill starts a process that writes snapshots and kills it a while after it began the first.
func kill(t *testing.T, directory string, after time.Duration) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestCrashing$")
	child.Env = append(os.Environ(), crashDirectory+"="+directory, "TMPDIR="+t.TempDir()) // it cannot clean up
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "writing\n" {
		t.Errorf("the process said %q, %v", line, err)
	}
	time.Sleep(after)
	child.Process.Kill()
	child.Wait() // its error is that it was killed
}

// TestCrashing is the process that is killed.
func TestCrashing(t *testing.T) {
	directory := os.Getenv(crashDirectory)
	if directory == "" {
		t.Skip("this is the other process of TestACrashInTheMiddleOfASnapshot")
	}
	w := crashWorld(t, directory, false)
	w.settle()
	r := w.index.serving.Load()
	r.engine = halting{r.engine}
	os.Stdout.WriteString("writing\n")
	for {
		w.ok(w.index.save(t.Context(), r))
	}
}

// halting is an engine that writes its snapshot bit by bit.
type halting struct{ engine }

func (h halting) Save(w io.Writer) error {
	in, out := io.Pipe()
	go func() { out.CloseWithError(h.engine.Save(out)) }()
	for {
		_, err := io.CopyN(w, in, 4<<10)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}
