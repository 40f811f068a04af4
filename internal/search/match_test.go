package search

import (
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/search/words"
)

func TestMatchText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ words, sqlite, postgres string }{
		{"red bicy", `(("red") AND ("bici" OR "bicy" *))`, `((('red')) & (('bici') | ('bicy':*)))`},
		{`"city bike" -"old one" `, `((("citi bik")) NOT ("old one"))`, `(((('citi' <-> 'bik'))) & !(('old' <-> 'one')))`},
		{"-red", `((("_e")) NOT ("red"))`, `(((('_e'))) & !(('red')))`},
	} {
		m := conditions(Query{clauses: words.New(nil, nil).Parse(c.words)})
		if got := m.text(db.SQLite); stripped(got) != stripped(c.sqlite) {
			t.Errorf("%s on SQLite: %s, want %s", c.words, got, c.sqlite)
		}
		if got := m.text(db.Postgres); stripped(got) != stripped(c.postgres) {
			t.Errorf("%s on PostgreSQL: %s, want %s", c.words, got, c.postgres)
		}
	}
}

// stripped leaves out brackets, whose number does not matter here.
func stripped(text string) string { return strings.NewReplacer("(", "", ")", "").Replace(text) }
