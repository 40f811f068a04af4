package live

import (
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// reopened ends the process and starts another one, which has done its work when reopened returns.
func (w *world) reopened() State {
	w.Helper()
	w.ok(w.index.Close(w.Context()))
	w.open()
	w.settle()
	w.wantPhase(Ready)
	return w.index.State()
}

func TestASnapshotIsLoadedAndFollowedFrom(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stocked(chairs(1, 100)...)
		busy, err := w.index.Tidy(t.Context())
		for busy && err == nil {
			busy, err = w.index.Tidy(t.Context())
		}
		w.ok(err)
		first := w.index.State()
		about, err := os.Stat(w.index.file())
		w.ok(err)
		if about.Mode().Perm() != 0o600 || about.Size() != first.Snapshot_bytes || first.Snapshot_at.IsZero() {
			t.Errorf("a snapshot of %d bytes with mode %o, and the state is %+v", about.Size(), about.Mode().Perm(), first)
		}
		w.ok(w.index.Close(t.Context())) // nothing has changed: it is not written again
		if again, err := os.Stat(w.index.file()); err != nil || !again.ModTime().Equal(about.ModTime()) {
			t.Errorf("it was written again: %v", err)
		}
		w.put(chair(101))
		w.remove(7)
		w.followDatabase()
		w.open()
		w.settle()
		if s := w.index.State(); !s.Loaded || s.Documents != 100 || s.Applied != 2 || s.Rejected != "" {
			t.Errorf("%+v", s)
		}
		w.wantFound("number101 ", 101)
		w.wantFound("number7 ")
		w.wantFound("number8 ", 8)
		if s := w.reopened(); !s.Loaded || s.Applied != 0 { // Close has saved what was followed
			t.Errorf("%+v", s)
		}
		w.wantFound("number101 ", 101)
	})
}

// TestASnapshotThatCannotBeTrusted: each is thrown away, and the index is made from the database.
func TestASnapshotThatCannotBeTrusted(t *testing.T) {
	t.Parallel()
	cases := damages()
	maps.Copy(cases, strangers())
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			onSQLite(t, func(t *testing.T, w *world) {
				w.stocked(chairs(1, 60)...)
				w.ok(w.index.Close(t.Context()))
				spoil(w)
				w.shelf.Remove(9) // as the truth is now, though no entry of the log says so
				w.open()
				w.index.limits.behind = 100
				w.settle()
				w.wantPhase(Ready)
				s := w.index.State()
				if s.Loaded || s.Rejected == "" || s.Documents != 59 {
					t.Errorf("it was loaded: %+v", s)
				}
				w.wantFound("number8 ", 8)
				w.wantFound("number9 ")
				if s := w.reopened(); !s.Loaded {
					t.Errorf("no good snapshot has taken its place: %+v", s)
				}
			})
		})
	}
}

// damage changes the file.
func damage(change func([]byte) []byte) func(*world) {
	return func(w *world) {
		file := w.index.file()
		text, err := os.ReadFile(file)
		w.ok(err)
		w.ok(os.WriteFile(file, change(text), 0o600))
	}
}

// flip changes a byte.
func flip(at func(length int) int) func(*world) {
	return damage(func(text []byte) []byte { text[at(len(text))] ^= 4; return text })
}

// relabel changes the label, and not the sum.
func relabel(from, to string) func(*world) {
	return damage(func(text []byte) []byte {
		if !strings.Contains(string(text), from) {
			panic("the label does not hold " + from)
		}
		return []byte(strings.Replace(string(text), from, to, 1))
	})
}

// damages are what may happen to a file.
func damages() map[string]func(*world) {
	return map[string]func(*world){
		"empty":                   damage(func([]byte) []byte { return nil }),
		"one byte":                damage(func(text []byte) []byte { return text[:1] }),
		"half":                    damage(func(text []byte) []byte { return text[:len(text)/2] }),
		"without its last byte":   damage(func(text []byte) []byte { return text[:len(text)-1] }),
		"a byte more":             damage(func(text []byte) []byte { return append(text, 0) }),
		"twice":                   damage(func(text []byte) []byte { return append(text, text...) }),
		"other text":              damage(func(text []byte) []byte { return []byte(strings.Repeat("chair ", 999)) }),
		"noughts":                 damage(func(text []byte) []byte { clear(text); return text }),
		"another beginning":       flip(func(int) int { return 3 }),
		"damaged body":            flip(func(length int) int { return length / 3 }),
		"damaged sum":             flip(func(length int) int { return length - 2 }),
		"damaged length":          flip(func(length int) int { return length - 33 }),
		"huge length":             damage(func(text []byte) []byte { text[len(text)-36] = 255; return text }),
		"a label that was mended": relabel(`"Documents":60`, `"Documents":61`),
		"another format":          relabel(`"Format":1`, `"Format":9`),
		"another program":         relabel(`"Identity":"test"`, `"Identity":"tost"`),
	}
}

// strangers are snapshots that are whole and do not belong here.
func strangers() map[string]func(*world) {
	return map[string]func(*world){
		"a directory": func(w *world) {
			w.ok(os.Remove(w.index.file()))
			w.ok(os.Mkdir(w.index.file(), 0o700))
		},
		"another analysis": func(w *world) { w.analyzer.Store(words.New([]string{"de"}, nil)) },
		"too far behind": func(w *world) {
			w.ok(w.d.Write(w.Context(), value.SystemActor("test"), "much", func(tx *db.Tx) error {
				for range 200 {
					tx.Log(db.Change{Object: "member", Record: 1})
				}
				return nil
			}))
		},
		"of another site": func(w *world) {
			other := newWorld(w.TB, openSQLite(w.TB), w.shelf)
			other.stocked(chairs(1, 9)...)
			w.ok(other.index.Close(w.Context()))
			text, err := os.ReadFile(other.index.file())
			w.ok(err)
			w.ok(os.WriteFile(w.index.file(), text, 0o600))
		},
		"of another history": func(w *world) {
			w.relabelled(func(l *label) { l.From.Digest[0] ^= 1 })
		},
		"of the future": func(w *world) {
			w.relabelled(func(l *label) { l.From.Seq += 50; l.To.Seq += 50 })
		},
		"with documents of a future that was lost": func(w *world) {
			w.relabelled(func(l *label) { l.To.Seq++ })
		},
		"before the beginning": func(w *world) {
			w.relabelled(func(l *label) { l.From.Seq = -5 })
		},
		"larger than an index may be": func(w *world) {
			w.most.Store(1 << 20)
			damage(func(text []byte) []byte { return append(text, make([]byte, 4<<20)...) })(w)
		},
	}
}

// relabelled writes the snapshot anew, with a sum that fits, under a label that was changed.
func (w *world) relabelled(change func(*label)) {
	w.Helper()
	f, err := os.Open(w.index.file())
	w.ok(err)
	defer f.Close()
	about, err := f.Stat()
	w.ok(err)
	l, err := readLabel(f, about.Size())
	w.ok(err)
	var kept copied
	w.ok(readBody(f, about.Size(), l, func(r io.Reader) (err error) {
		kept.body, err = io.ReadAll(r)
		return err
	}))
	change(&l)
	out, err := os.Create(w.index.file())
	w.ok(err)
	_, err = writeSnapshot(out, kept, func() (label, error) { return l, nil })
	w.ok(err)
	w.ok(out.Close())
}

// copied is an engine that saves what another one saved.
type copied struct {
	engine
	body []byte
}

func (c copied) Save(w io.Writer) error {
	_, err := w.Write(c.body)
	return err
}

// TestRelabellingAloneSpoilsNothing shows that the cases above are refused for what their labels say.
func TestRelabellingAloneSpoilsNothing(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.stocked(chairs(1, 60)...)
		w.ok(w.index.Close(t.Context()))
		w.relabelled(func(*label) {})
		w.open()
		w.settle()
		if s := w.index.State(); !s.Loaded || s.Rejected != "" {
			t.Errorf("%+v", s)
		}
	})
}

func TestWhenASnapshotIsWritten(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		writes := func(name string, want bool) {
			t.Helper()
			before, _ := os.Stat(w.index.file())
			busy := true
			for busy {
				var err error
				busy, err = w.index.Tidy(t.Context())
				w.ok(err)
			}
			after, _ := os.Stat(w.index.file())
			if wrote := after != nil && (before == nil || !os.SameFile(before, after)); wrote != want {
				t.Errorf("%s: written %t, want %t", name, wrote, want)
			}
		}
		w.index.limits.fewest, w.index.limits.unsaved, w.index.limits.apart = 20, 10, time.Minute
		w.stocked(chairs(1, 19)...)
		writes("a small index", false)
		w.stocked(chair(20))
		writes("the first", true)
		w.stocked(chairs(21, 40)...)
		writes("soon after another", false)
		w.clock.advance(2 * time.Minute)
		writes("later", true)
		w.clock.advance(2 * time.Minute)
		w.stocked(chairs(41, 45)...)
		writes("few changes", false)
		w.clock.advance(25 * time.Hour)
		writes("few changes, a day later", true)
		w.clock.advance(25 * time.Hour)
		writes("no change, a day later", false)
	})
}

// slow is an engine whose snapshot takes as long as the test wants.
type slow struct {
	engine
	begun, end chan struct{}
}

func (s slow) Save(w io.Writer) error {
	close(s.begun)
	<-s.end
	return s.engine.Save(w)
}

// TestNothingWaitsForASnapshot: while one is written, changes are followed, and what is switched off leaves none.
func TestNothingWaitsForASnapshot(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.stocked(chairs(1, 20)...)
		r := w.index.serving.Load()
		s := slow{r.engine, make(chan struct{}), make(chan struct{})}
		r.engine = s
		done := make(chan error)
		go func() {
			_, err := w.index.Tidy(context.WithoutCancel(t.Context()))
			done <- err
		}()
		<-s.begun
		w.put(chair(21))
		w.settle()
		w.wantFound("number21 ", 21)
		w.disabled.Store(true)
		w.settle()
		close(s.end)
		w.ok(<-done)
		left, err := os.ReadDir(w.directory)
		w.ok(err)
		if len(left) > 0 {
			t.Errorf("%v is left of an index that was switched off", left)
		}
	})
}

// failing is an engine that writes half a snapshot.
type failing struct{ engine }

func (f failing) Save(w io.Writer) error {
	w.Write(make([]byte, 3<<20))
	return io.ErrClosedPipe
}

func TestASnapshotThatFailsLeavesTheOldOne(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.stocked(chairs(1, 20)...)
		w.ok(w.index.save(t.Context(), w.index.serving.Load()))
		before, err := os.ReadFile(w.index.file())
		w.ok(err)
		w.put(chair(21))
		w.settle()
		r := w.index.serving.Load()
		r.engine = failing{r.engine}
		if err := w.index.save(t.Context(), r); err == nil || w.index.State().Snapshot_error == "" {
			t.Errorf("there was no error: %+v", w.index.State())
		}
		after, err := os.ReadFile(w.index.file())
		if err != nil || string(after) != string(before) {
			t.Errorf("the old snapshot is gone or another: %v", err)
		}
		if left, _ := filepath.Glob(filepath.Join(w.directory, "*")); len(left) != 1 {
			t.Errorf("left is %v", left)
		}
		w.open()
		w.settle()
		w.wantFound("number21 ", 21)
		if !w.index.State().Loaded {
			t.Error("the old one was not used")
		}
	})
}

// TestUnfinishedSnapshots of crashes go when they are old; while others may be being written, no further one is begun.
func TestUnfinishedSnapshots(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.stocked(chairs(1, 20)...)
		for _, name := range []string{".1.part", ".2.part", ".3.part", ".4.part"} {
			w.ok(os.WriteFile(w.index.file()+name, []byte("half"), 0o600))
		}
		r := w.index.serving.Load()
		w.ok(w.index.save(t.Context(), r))
		if left, _ := filepath.Glob(filepath.Join(w.directory, "*")); len(left) != 4 {
			t.Errorf("left is %v", left)
		}
		long := time.Now().Add(-time.Hour)
		w.ok(os.Chtimes(w.index.file()+".2.part", long, long))
		w.ok(w.index.save(t.Context(), r))
		if left, _ := filepath.Glob(filepath.Join(w.directory, "*")); len(left) != 4 || !strings.HasSuffix(left[0], ".index") {
			t.Errorf("left is %v", left)
		}
		w.ok(Discard(w.directory, w.d.Name()))
		if left, _ := filepath.Glob(filepath.Join(w.directory, "*")); len(left) != 0 {
			t.Errorf("left is %v", left)
		}
	})
}
