package search_test

import (
	"testing"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/search"
	"fairground/internal/search/searchtest"
)

func TestDatabaseConforms(t *testing.T) {
	t.Parallel()
	languages, synonyms := searchtest.Languages(), searchtest.Synonyms()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		for name, config := range map[string]search.Config{"stocked": {Languages: languages, Synonyms: synonyms},
			"only from the database": {Stocked: -1, Languages: languages, Synonyms: synonyms}} {
			t.Run(string(engine)+" "+name, func(t *testing.T) {
				t.Parallel()
				searchtest.Conformance(t, func(t *testing.T) searchtest.Subject {
					t.Parallel()
					s := subject(t, open(t, engine), config)
					s.Synonyms = true
					return s
				})
			})
		}
	}
}

func open(t testing.TB, engine db.Engine) *db.DB {
	t.Helper()
	return create(t, dbtest.Cluster(t, engine))
}

func subject(t testing.TB, d *db.DB, config search.Config) searchtest.Subject {
	t.Helper()
	shelf := searchtest.NewShelf()
	index := search.New(d, shelf, config)
	return searchtest.Follow(t, d, shelf, index, index.Reader())
}

func create(t testing.TB, cluster *db.Cluster) *db.DB {
	t.Helper()
	d, err := cluster.Create(t.Context(), dbtest.NewName(), []db.Schema{change.Schema(), search.Schema()})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
