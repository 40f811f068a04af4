package live

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/search"
	"fairground/internal/search/searchtest"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// TestMemoryLimit: an index that takes too much is given up, and tried again when it may take more, or a day later.
func TestMemoryLimit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		refused := func(name string) {
			t.Helper()
			w.settle()
			w.wantPhase(Refused)
			if s := w.index.State(); s.Why == "" || s.Until.IsZero() || s.Documents != 0 || s.Bytes != 0 {
				t.Errorf("%s: %+v", name, s)
			}
			if got := finds(t, w.index, "number3 "); !slices.Equal(got, []value.ID{3}) {
				t.Errorf("%s: the database found %v", name, got)
			}
		}
		w.most.Store(4_000)
		w.put(chairs(1, 300)...)
		w.followDatabase()
		refused("while it is made")
		w.most.Store(3_000)
		refused("under a lower limit")
		w.most.Store(64 << 20)
		w.settle()
		w.wantFound("number3 ", 3)

		taken := w.index.State().Bytes
		w.most.Store(taken + 2_000)
		w.settle()
		w.wantFound("number3 ", 3)
		w.most.Store(taken / 2)
		refused("when the limit is lowered")
		w.clock.advance(23 * time.Hour)
		refused("a little later")
		since := w.index.State().Since
		w.clock.advance(2 * time.Hour)
		refused("a day later")
		if again := w.index.State().Since; !again.After(since) {
			t.Error("it was not tried again after a day")
		}
		w.most.Store(0)
		w.settle()
		w.wantFound("number3 ", 3)
	})
}

// TestMemoryLimitReachedWhileFollowing: the index grows over its limit, or the limit was raised meanwhile.
func TestMemoryLimitReachedWhileFollowing(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.stocked(chairs(1, 50)...)
		w.most.Store(2 * w.index.State().Bytes)
		w.reopened()
		w.most.Store(64 << 20) // the index was loaded under the lower one
		w.put(chairs(51, 500)...)
		w.settle()
		w.wantFound("number499 ", 499)
		w.most.Store(w.index.State().Bytes + 9_000)
		w.reopened()
		w.put(chairs(501, 2_500)...)
		w.settle()
		w.wantPhase(Refused)
		w.followDatabase()
		if got := finds(t, w.index, "number2400 "); !slices.Equal(got, []value.ID{2400}) {
			t.Errorf("the database found %v", got)
		}
	})
}

func TestSwitchedOffAndOnWhileItRuns(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stocked(chairs(1, 30)...)
		w.ok(w.index.save(t.Context(), w.index.serving.Load()))
		w.disabled.Store(true)
		w.settle()
		w.wantPhase(Off)
		if _, err := os.Stat(w.index.file()); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the snapshot is still there: %v", err)
		}
		if got := finds(t, w.index, "number3 "); !slices.Equal(got, []value.ID{3}) {
			t.Errorf("the database found %v", got)
		}
		w.put(chair(31))
		w.remove(3)
		w.followDatabase()
		w.disabled.Store(false)
		w.settle()
		w.wantFound("number31 ", 31)
		w.wantFound("number3 ")
	})
}

// TestAnotherAnalysis: synonyms show at once; another language makes the index anew while the old one answers.
func TestAnotherAnalysis(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.stocked(chairs(1, 30)...)
		first, version := w.index.serving.Load(), w.version()
		w.analyzer.Store(words.New([]string{"en"}, [][]string{{"chair", "seat"}}))
		w.settle()
		if w.index.serving.Load() != first || w.version() == version {
			t.Error("new synonyms made the index anew, or have no version")
		}
		if found, err := w.index.Search(t.Context(), search.Query{Words: "seat "}); err != nil || len(found.Hits) == 0 {
			t.Errorf("the synonym finds %v, %v", found.Hits, err)
		}
		w.index.limits.step = 0
		w.analyzer.Store(words.New([]string{"de"}, nil))
		if busy, err := w.index.Step(t.Context()); !busy || err != nil || !w.index.State().Anew {
			t.Fatalf("busy %t, %v, %+v", busy, err, w.index.State())
		}
		w.put(chair(31))
		_, err := w.index.Step(t.Context())
		w.ok(err)
		if w.index.serving.Load() != first {
			t.Fatal("the new index answers though it is not complete")
		}
		w.wantFound("number31 ", 31) // the old one is still in step
		w.settle()
		w.wantFound("number31 ", 31)
		if w.index.serving.Load() == first || w.index.State().Anew || w.index.serving.Load().print != w.analyzer.Load().Print() {
			t.Error("the old index still answers")
		}
	})
}

// flawed is an engine with faults.
type flawed struct {
	engine
	search, apply func() error
}

func (f flawed) Search(ctx context.Context, q search.Query) (search.Result, error) {
	if err := f.search(); err != nil {
		return search.Result{}, err
	}
	return f.engine.Search(ctx, q)
}

func (f flawed) Apply(put []search.Document, removed []value.ID) error {
	if f.apply != nil {
		if err := f.apply(); err != nil {
			return err
		}
	}
	return f.engine.Apply(put, removed)
}

// TestTheDatabaseAnswersWhatMemoryCannot is not parallel: it reads the program's log.
func TestTheDatabaseAnswersWhatMemoryCannot(t *testing.T) {
	var log bytes.Buffer
	standard := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(standard)
	w := newWorld(t, openSQLite(t), newShelf())
	w.stocked(chairs(1, 30)...)
	r := w.index.serving.Load()
	fault := errors.New("a list is out of order")
	f := flawed{engine: r.engine, search: func() error { return fault }}
	r.engine = f
	version := w.version()
	for range 3 {
		if got := finds(t, w.index, "number3 "); !slices.Equal(got, []value.ID{3}) {
			t.Errorf("found %v", got)
		}
	}
	if w.version() == version {
		t.Error("a page of what the database answered would be kept as one of memory")
	}
	f.search = func() error { panic("index out of range") }
	r.engine = f
	w.clock.advance(2 * time.Minute)
	finds(t, w.index, "number3 ")
	s := w.index.State()
	if s.Failed != 4 || s.From_database != 4 || !strings.Contains(s.Failure, "out of range") || s.Failed_at.IsZero() {
		t.Errorf("%+v", s)
	}
	if n := strings.Count(log.String(), "the search index in memory failed"); n != 2 {
		t.Errorf("logged %d times in two minutes:\n%s", n, log.String())
	}
	f.search = func() error { return value.Fieldf("page", "there are at most 200 pages") }
	r.engine = f
	if _, err := w.index.Search(t.Context(), search.Query{}); value.KindOf(err) != value.Invalid || w.index.State().Failed != 4 {
		t.Errorf("a mistake of the caller is taken for one of the index: %v", err)
	}
}

func newShelf() *searchtest.Shelf { return searchtest.NewShelf() }

// TestAnIndexThatBreaksIsGivenUp, and made anew after a while.
func TestAnIndexThatBreaksIsGivenUp(t *testing.T) {
	for name, breaks := range map[string]func() error{
		"error": func() error { return errors.New("a segment is out of order") },
		"panic": func() error { panic("index out of range") },
	} {
		t.Run(name, func(t *testing.T) {
			onSQLite(t, func(t *testing.T, w *world) {
				w.stocked(chairs(1, 30)...)
				r := w.index.serving.Load()
				r.engine = flawed{engine: r.engine, apply: breaks}
				w.put(chair(31))
				w.followDatabase()
				w.settle()
				w.wantPhase(Refused)
				if got := finds(t, w.index, "number31 "); !slices.Equal(got, []value.ID{31}) {
					t.Errorf("the database found %v", got)
				}
				w.clock.advance(11 * time.Minute)
				w.settle()
				w.wantFound("number31 ", 31)
			})
		})
	}
}

// broken is a source that cannot read.
type broken struct{ search.Source }

func (broken) Documents(*db.Tx, []value.ID) ([]search.Document, error) {
	return nil, errors.New("the listings cannot be read")
}

// TestASourceThatFails: the caller is told and tries again; memory answers until a change is waiting, then the database.
func TestASourceThatFails(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stocked(chairs(1, 30)...)
		source := w.index.source
		w.index.source = broken{}
		w.remove(3)
		w.followDatabase()
		if _, err := w.index.Step(t.Context()); err == nil || w.index.State().Error == "" {
			t.Fatalf("no error: %+v", w.index.State())
		}
		w.clock.advance(time.Second)
		if got := finds(t, w.index, "number3 "); len(got) > 0 {
			t.Errorf("what was removed is found: %v", got)
		}
		w.index.source = source
		w.settle()
		w.wantFound("number3 ")
		if s := w.index.State(); s.Error != "" || s.Documents != 29 {
			t.Errorf("%+v", s)
		}
	})
}

func TestClosed(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		w.stocked(chairs(1, 30)...)
		w.ok(w.index.Close(t.Context()))
		w.ok(w.index.Close(t.Context()))
		if busy, err := w.index.Step(t.Context()); busy || err != nil || w.index.State().Phase != Waiting || w.index.State().Bytes != 0 {
			t.Errorf("it works on: %v, %+v", err, w.index.State())
		}
		if got := finds(t, w.index, "number3 "); !slices.Equal(got, []value.ID{3}) {
			t.Errorf("the database found %v", got)
		}
	})
}
