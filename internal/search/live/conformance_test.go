package live

import (
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/search"
	"fairground/internal/search/searchtest"
	"fairground/internal/value"
)

// TestConforms asks the same of live, whoever answers.
func TestConforms(t *testing.T) {
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		for name, disabled := range map[string]bool{"from memory": false, "from the database": true} {
			t.Run(string(engine)+" "+name, func(t *testing.T) {
				t.Parallel()
				searchtest.Conformance(t, func(t *testing.T) searchtest.Subject {
					t.Parallel()
					return subject(t, engine, disabled)
				})
			})
		}
	}
}

func subject(t *testing.T, engine db.Engine, disabled bool) searchtest.Subject {
	d := dbtest.Open(t, dbtest.Cluster(t, engine), []db.Schema{search.Schema()})
	w := newWorld(t, d, searchtest.NewShelf())
	w.database = search.New(d, w.shelf, search.Config{Languages: searchtest.Languages(), Synonyms: searchtest.Synonyms()})
	w.index.fallback = w.database
	w.index.config.Analyzer = w.database.Analyzer
	w.index.limits.batch = 500
	w.disabled.Store(disabled)
	w.settle()
	t.Cleanup(func() {
		s := w.index.State()
		if s.Failed > 0 || disabled && s.From_memory > 0 || !disabled && s.From_database > 0 {
			t.Errorf("the wrong one answered: %+v", s)
		}
	})
	follow := func() {
		w.followDatabase()
		w.settle()
	}
	return searchtest.Subject{
		Index: w.index, Typos: !disabled, Ranked: !disabled, Synonyms: true,
		Put: func(documents ...search.Document) {
			w.put(documents...)
			follow()
		},
		Remove: func(listings ...value.ID) {
			w.remove(listings...)
			follow()
		},
	}
}
