package search

import (
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

func findSynonyms(tx *db.Tx) ([][]string, error) {
	return db.All(tx, func(row db.Scanner) (list []string, err error) {
		var text string
		err = row.Scan(&text)
		return strings.Split(text, ", "), err
	}, "select words from search_synonym order by id")
}

// replaceSynonyms raises both versions: what is found has changed too.
func replaceSynonyms(tx *db.Tx, lists [][]string) error {
	if _, err := tx.Exec("delete from search_synonym"); err != nil {
		return err
	}
	rows := make([][]any, len(lists))
	for i, text := range joined(lists) {
		rows[i] = []any{i + 1, text}
	}
	if err := tx.Insert("search_synonym", []string{"id", "words"}, rows); err != nil {
		return err
	}
	_, err := tx.Exec("update search_state set synonyms = synonyms + 1, version = version + 1 where one = 1")
	return err
}

func addMiss(tx *db.Tx, m Miss) error {
	_, err := tx.Exec(`
		insert into search_miss (query, language, times, last, typed)
		values ($1, $2, $3, $4, $5)
		on conflict (query, language) do update
		set times = search_miss.times + excluded.times, last = excluded.last, typed = excluded.typed`,
		m.Query, m.Language, m.Times, value.Micros(m.Last), m.Typed)
	return err
}

// forgetMisses removes what was last asked before a time, and of too many those asked least and longest ago.
func forgetMisses(tx *db.Tx, before time.Time) error {
	if _, err := tx.Exec("delete from search_miss where last < $1", value.Micros(before)); err != nil {
		return err
	}
	n, err := db.One(tx, db.Column[int], "select count(*) from search_miss")
	if err != nil || n <= MostMisses {
		return err
	}
	_, err = tx.Exec(`
		delete from search_miss
		where (query, language) in (
			select query, language
			from search_miss
			order by times, last
			limit $1)`, n-MostMisses*9/10)
	return err
}

func findMisses(tx *db.Tx, since time.Time, most int) ([]Miss, error) {
	return db.All(tx, func(row db.Scanner) (m Miss, err error) {
		var last int64
		err = row.Scan(&m.Query, &m.Language, &m.Typed, &m.Times, &last)
		m.Last = value.FromMicros(last)
		return m, err
	}, `
		select query, language, typed, times, last
		from search_miss
		where last >= $1
		order by times desc, last desc, query, language
		limit $2`, value.Micros(since), most)
}
