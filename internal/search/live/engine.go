package live

import (
	"context"
	"errors"
	"fmt"
	"io"

	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// searcher is what memory and database both answer.
type searcher interface {
	Search(ctx context.Context, q search.Query) (search.Result, error)
	Similar(ctx context.Context, listing value.ID, limit int) ([]value.ID, error)
	Clusters(ctx context.Context, q search.Query, most int) ([]search.Cluster, error)
	Complete(ctx context.Context, typed string, most int) ([]search.Completion, error)
	Alike(ctx context.Context, d search.Document, most int) ([]search.Neighbour, error)
	Why(ctx context.Context, q search.Query, listing value.ID) (search.Why, error)
}

// engine is the index in memory, as package memory makes it. It is an interface so that tests can let it fail.
type engine interface {
	searcher
	Apply(put []search.Document, removed []value.ID) error
	Compact() bool
	Documents() int
	Bytes() int64
	Save(w io.Writer) error
	SetAnalyzer(a *words.Analyzer)
}

// makers make engines: an empty one, and one of what Save wrote.
type makers struct {
	fresh func(a *words.Analyzer, most_bytes int64) engine
	load  func(r io.Reader, a *words.Analyzer, most_bytes int64) (engine, error)
}

// errPanicked is a panic of an engine.
var errPanicked = errors.New("the index in memory panicked")

// guarded calls an engine and turns a panic into an error: a fault of the index costs an answer, not the program.
func guarded[T any](fn func() (T, error)) (answer T, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%w: %v", errPanicked, cause)
		}
	}()
	return fn()
}
