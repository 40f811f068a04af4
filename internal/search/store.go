package search

import (
	"maps"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

func findVersion(tx *db.Tx) (int64, error) {
	return db.One(tx, db.Column[int64], "select version from search_state where one = 1")
}

func raiseVersion(tx *db.Tx) error {
	_, err := tx.Exec("update search_state set version = version + 1 where one = 1")
	return err
}

// listed calls fn with the parameters of lists, "$1, $2, …", short enough for either engine. Lists have few different
// lengths, the last id repeated, so that few statements are prepared.
func listed(ids []int64, fn func(list string, args []any) error) error {
	for chunk := range slices.Chunk(ids, 128) {
		length := 1
		for length < len(chunk) {
			length *= 4
		}
		length = min(length, 128)
		var list strings.Builder
		args := make([]any, length)
		for i := range args {
			if i > 0 {
				list.WriteString(", ")
			}
			list.WriteString(parameter(i + 1))
			args[i] = chunk[min(i, len(chunk)-1)]
		}
		if err := fn(list.String(), args); err != nil {
			return err
		}
	}
	return nil
}

func findKnown(tx *db.Tx, ids []value.ID) (map[value.ID]known, error) {
	all := make(map[value.ID]known)
	numbers := make([]int64, len(ids))
	for i, id := range ids {
		numbers[i] = int64(id)
	}
	err := listed(numbers, func(list string, args []any) error {
		return db.Each(tx, func(row db.Scanner) error {
			var k known
			err := row.Scan(&k.listing, &k.place, &k.digest)
			all[k.listing] = k
			return err
		}, "select listing, place, digest from search_document where listing in ("+list+")", args...)
	})
	return all, err
}

func findLastPlace(tx *db.Tx, low, high int64) (int64, error) {
	return db.One(tx, db.Column[int64], `
		select coalesce(max(place), $1)
		from search_document
		where place > $1 and place < $2`, low, high)
}

func deleteRows(tx *db.Tx, rows map[value.ID]known) error {
	var places []int64
	for k := range maps.Values(rows) {
		places = append(places, k.place)
	}
	slices.Sort(places)
	return listed(places, func(list string, args []any) error {
		if tx.Engine() == db.SQLite {
			if _, err := tx.Exec("delete from search_text where rowid in ("+list+")", args...); err != nil {
				return err
			}
		}
		_, err := tx.Exec("delete from search_document where place in ("+list+")", args...)
		return err
	})
}

func deleteAll(tx *db.Tx) error {
	statements := []string{"delete from search_document", "update search_state set version = version + 1"}
	if tx.Engine() == db.SQLite {
		statements = append(statements, "insert into search_text (search_text) values ('delete-all')")
	}
	for _, statement := range statements {
		if _, err := tx.Exec(statement); err != nil {
			return err
		}
	}
	return nil
}

func insertRows(tx *db.Tx, rows []row, places map[value.ID]int64) error {
	columns := []string{"place", "listing", "category", "title", "price_minor", "currency", "x", "y", "z", "numbers", "facets", "digest"}
	documents, texts := make([][]any, len(rows)), make([][]any, len(rows))
	for i, r := range rows {
		place := places[r.document.Listing]
		documents[i] = documentColumns(place, r)
		if tx.Engine() == db.Postgres {
			documents[i] = append(documents[i], vector(r.title, r.body, r.tokens))
		} else {
			texts[i] = []any{place, strings.Join(r.title, " "), strings.Join(r.body, " "), strings.Join(r.tokens, " ")}
		}
	}
	if tx.Engine() == db.Postgres {
		return tx.Insert("search_document", append(columns, "words"), documents)
	}
	if err := tx.Insert("search_document", columns, documents); err != nil {
		return err
	}
	return tx.Insert("search_text", []string{"rowid", "title", "body", "tokens"}, texts)
}

func documentColumns(place int64, r row) []any {
	d := r.document
	all := []any{place, d.Listing, d.Category, strings.Join(r.title, " "), nil, nil, nil, nil, nil, nil, r.facets, r.digest}
	if d.Price.Currency != "" {
		all[4], all[5] = d.Price.Minor, d.Price.Currency
	}
	if !d.Point.IsZero() {
		all[6], all[7], all[8] = triple(onSphere(d.Point))
	}
	if r.numbers != "" {
		all[9] = r.numbers
	}
	return all
}

func triple(x, y, z float64) (any, any, any) { return x, y, z }
