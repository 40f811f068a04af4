package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// tsvector is PostgreSQL's full text with a GIN index.
type tsvector struct{}

func openTsvector(address string) (*sqlRival, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	for name, setting := range map[string]string{"work_mem": "256MB", "maintenance_work_mem": "1GB", "synchronous_commit": "off", "jit": "off"} {
		config.RuntimeParams[name] = setting
	}
	d := stdlib.OpenDB(*config)
	d.SetMaxOpenConns(1)
	return &sqlRival{db: d, dialect: tsvector{}}, nil
}

func (tsvector) title() string  { return "PostgreSQL 15 GIN" }
func (tsvector) figure() string { return "postgres" }

func (tsvector) before() []string {
	return []string{"create unlogged table listing(id bigint not null, year float8, price bigint, lat float8, lon float8, brand text, color text, condition text, material text, size text, warranty text, delivery text, seller text, words tsvector)"}
}

func (tsvector) after() []string {
	return []string{
		"alter table listing add primary key (id)", "create index on listing (price)",
		"create index on listing using gin (words) with (fastupdate=off)", "vacuum analyze listing",
	}
}

func (tsvector) places(n int) string { return fmt.Sprintf("$%d", n) }
func (tsvector) bytes() string       { return "select pg_total_relation_size('listing')" }

func (tsvector) from() string { return "from listing d where d.words @@ %s::tsquery" }

// score ranks by the words alone; matching them again is what ts_rank does.
func (tsvector) score() (string, func(rivalQuery) string) {
	return "ts_rank('{0,0,.33,1}', d.words, %s::tsquery) desc", func(q rivalQuery) string {
		if all := queryOfWords(q); len(all) > 0 {
			return strings.Join(all, " & ")
		}
		return quoted(categoryToken(1))
	}
}

func (tsvector) insert(ctx context.Context, d *sql.DB, all []rivalListing) error {
	c, err := d.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Raw(func(driver any) error {
		rows := pgx.CopyFromSlice(len(all), func(i int) ([]any, error) {
			return append(all[i].row(), vectorOf(all[i])), nil
		})
		columns := append(strings.Split(listingColumns, ", "), "words")
		_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{"listing"}, columns, rows)
		return err
	})
}

// vectorOf writes a tsvector: terms with their positions, titles as A and bodies as B, tokens without.
func vectorOf(l rivalListing) string {
	at := make(map[string][]string)
	n := 0
	for _, part := range []struct{ text, weight string }{{l.Title, "A"}, {l.Body, "B"}} {
		for _, term := range strings.Fields(part.text) {
			n++
			at[term] = append(at[term], fmt.Sprint(n, part.weight))
		}
		n++ // no phrase goes from title to body
	}
	var b strings.Builder
	for _, term := range sortedKeys(at) {
		b.WriteString(quoted(term) + ":" + strings.Join(at[term], ",") + " ")
	}
	for _, token := range l.tokens() {
		b.WriteString(quoted(token) + " ")
	}
	return b.String()
}

func quoted(term string) string { return "'" + strings.ReplaceAll(term, "'", "''") + "'" }

func (tsvector) match(q rivalQuery) string {
	all := queryOfWords(q)
	for _, tokens := range q.groups() {
		var any []string
		for _, t := range tokens {
			any = append(any, quoted(t))
		}
		all = append(all, "("+strings.Join(any, " | ")+")")
	}
	return strings.Join(all, " & ")
}

func queryOfWords(q rivalQuery) (all []string) {
	for _, ways := range q.Clauses {
		var any []string
		for _, w := range ways {
			terms := slices.Clone(w.Terms)
			for i := range terms {
				terms[i] = quoted(terms[i])
			}
			if w.Prefix {
				terms[len(terms)-1] += ":*"
			}
			any = append(any, "("+strings.Join(terms, " <-> ")+")")
		}
		all = append(all, "("+strings.Join(any, " | ")+")")
	}
	return all
}
