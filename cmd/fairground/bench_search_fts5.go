package main

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
)

// fts5 is SQLite's full text.
type fts5 struct{}

func openFTS5(dir string) (*sqlRival, error) {
	d, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "fts5.db")+
		"?_pragma=journal_mode(off)&_pragma=synchronous(off)&_pragma=temp_store(memory)&_pragma=cache_size(-200000)&_pragma=mmap_size(4294967296)")
	if err != nil {
		return nil, err
	}
	d.SetMaxOpenConns(1)
	return &sqlRival{db: d, dialect: fts5{}}, nil
}

func (fts5) title() string  { return "SQLite FTS5" }
func (fts5) figure() string { return "fts5" }

func (fts5) before() []string {
	return []string{
		"create table listing(id integer primary key, year real, price integer, lat real, lon real, brand text, color text, condition text, material text, size text, warranty text, delivery text, seller text)",
		`create virtual table words using fts5(title, body, tokens, content='', tokenize="unicode61 tokenchars '_'")`,
		"insert into words(words, rank) values ('rank', 'bm25(3.0, 1.0, 0.0)')",
	}
}

func (fts5) after() []string {
	return []string{"insert into words(words) values ('optimize')", "analyze"}
}

func (fts5) places(n int) string { return fmt.Sprintf("?%d", n) }
func (fts5) bytes() string {
	return "select page_count*page_size from pragma_page_count(), pragma_page_size()"
}

func (fts5) from() string {
	return "from words t join listing d on d.id = t.rowid where t.words match %s"
}

func (fts5) score() (string, func(rivalQuery) string) { return "t.rank", nil }

func (fts5) insert(ctx context.Context, d *sql.DB, all []rivalListing) error {
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	row, err := tx.PrepareContext(ctx, "insert into listing("+listingColumns+") values (?,?,?,?,?,?,?,?,?,?,?,?,?)")
	if err != nil {
		return err
	}
	text, err := tx.PrepareContext(ctx, "insert into words(rowid, title, body, tokens) values (?,?,?,?)")
	if err != nil {
		return err
	}
	for _, l := range all {
		if _, err := row.ExecContext(ctx, l.row()...); err != nil {
			return err
		}
		if _, err := text.ExecContext(ctx, l.ID, l.Title, l.Body, strings.Join(l.tokens(), " ")); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (fts5) match(q rivalQuery) string {
	var all []string
	for _, ways := range q.Clauses {
		var any []string
		for _, w := range ways {
			way := `"` + strings.Join(w.Terms, " ") + `"`
			if w.Prefix {
				way += " *"
			}
			any = append(any, way)
		}
		all = append(all, "("+strings.Join(any, " OR ")+")")
	}
	for _, tokens := range q.groups() {
		all = append(all, `("`+strings.Join(tokens, `" OR "`)+`")`)
	}
	return strings.Join(all, " AND ")
}
