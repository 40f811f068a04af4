package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"fairground/internal/value"
)

// The two databases' own full text, with their own analysis for English and their own rank, as one would set them up in
// an afternoon: every typed word must occur, the last one may go on while it is typed, titles weigh three times as much.

const plainFTS5 = `create virtual table texts using fts5(title, body, tokenize="porter unicode61");
	insert into texts(texts, rank) values ('rank', 'bm25(3.0, 1.0)')`

const plainPostgres = `create table texts(id bigint primary key, title text, body text, words tsvector generated always as
	(setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'B')) stored);
	create index on texts using gin (words)`

// judgeSQL fills a table texts and asks it; write makes what was typed the argument of its query.
func (s *judgedSet) judgeSQL(ctx context.Context, r *sqlRival, schema, insert, find string, write func(typed string) string) (quality, error) {
	q := quality{title: r.dialect.title(), figure: r.dialect.figure()}
	if _, err := r.db.ExecContext(ctx, schema); err != nil {
		return q, err
	}
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return q, err
	}
	defer tx.Rollback()
	for _, d := range s.documents {
		if _, err := tx.ExecContext(ctx, insert, int64(d.Listing), d.Title, d.Body); err != nil {
			return q, err
		}
	}
	if err := tx.Commit(); err != nil {
		return q, err
	}
	return s.judge(q.title, q.figure, func(_ int, typed string) ([]value.ID, error) {
		return readIDs(ctx, r.db, find, write(typed))
	})
}

func readIDs(ctx context.Context, d *sql.DB, statement string, arguments ...any) (ids []value.ID, err error) {
	rows, err := d.QueryContext(ctx, statement, arguments...)
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", statement, arguments, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, value.ID(id))
	}
	return ids, rows.Err()
}

func (s *judgedSet) judgeFTS5(ctx context.Context, r *sqlRival) (quality, error) {
	return s.judgeSQL(ctx, r, plainFTS5, "insert into texts(rowid, title, body) values (?1, ?2, ?3)",
		"select rowid from texts where texts match ?1 order by rank limit 24", func(typed string) string {
			return allWords(typed, `"%s"`, " *", " AND ")
		})
}

func (s *judgedSet) judgePostgres(ctx context.Context, r *sqlRival) (quality, error) {
	return s.judgeSQL(ctx, r, plainPostgres, "insert into texts(id, title, body) values ($1, $2, $3)",
		"select id from texts, to_tsquery('english', $1) q where words @@ q order by ts_rank('{0,0,.33,1}', words, q) desc, id desc limit 24",
		func(typed string) string { return allWords(typed, "'%s'", ":*", " & ") })
}

// allWords asks for every word; the last one may go on unless a space follows it.
func allWords(typed, word, begun, and string) string {
	var all []string
	for _, w := range strings.Fields(typed) {
		all = append(all, fmt.Sprintf(word, w))
	}
	if !strings.HasSuffix(typed, " ") {
		all[len(all)-1] += begun
	}
	return strings.Join(all, and)
}
