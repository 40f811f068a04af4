package record

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// plant puts records straight into an object's tables, so that tests and benchmarks of reading need no writer.
func plant(t testing.TB, s *Store, object string, all ...Values) []value.ID {
	t.Helper()
	var ids []value.ID
	err := s.DB.Maintain(t.Context(), "test: plant", func(tx *db.Tx) error {
		c, err := s.Catalog(tx)
		if err != nil {
			return err
		}
		o, err := c.Object(object)
		if err != nil {
			return err
		}
		ids, err = plantIn(tx, o, all)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func plantIn(tx *db.Tx, o *Object, all []Values) ([]value.ID, error) {
	columns := []string{"id", "rev", "created_us", "updated_us", "created_by", "updated_by"}
	for _, f := range o.Fields {
		for _, c := range kindOf(f.Type).columns(f) {
			columns = append(columns, f.column(c.suffix))
		}
	}
	var ids []value.ID
	var rows [][]any
	var words []worded
	side := map[string][][]any{}
	for _, v := range all {
		id := tx.NewID()
		now := value.Micros(tx.Now())
		row := []any{int64(id), 1, now, now, "system:test", "system:test"}
		for _, f := range o.Fields {
			if len(kindOf(f.Type).columns(f)) == 0 {
				continue
			}
			cells := kindOf(f.Type).store(f, v[f.Key])
			if m, ok := v[f.Key].(value.Money); ok && f.Type == MoneyType {
				cells[2] = m.Minor
			}
			row = append(row, cells...)
		}
		for _, f := range o.Fields {
			switch v := v[f.Key].(type) {
			case []string:
				for _, key := range v {
					code, _ := f.code(key)
					side[f.side()] = append(side[f.side()], []any{int64(id), code})
				}
			case []RefValue:
				for place, ref := range v {
					side[f.side()] = append(side[f.side()], []any{int64(id), int64(ref.ID), place})
				}
			}
		}
		ids, rows = append(ids, id), append(rows, row)
		words = append(words, worded{id, v, true})
	}
	if err := tx.Insert(o.table(), columns, rows); err != nil {
		return nil, err
	}
	for table, rows := range side {
		columns := []string{"record", "code"}
		if table[0] == 'l' {
			columns = []string{"record", "target", "place"}
		}
		if err := tx.Insert(table, columns, rows); err != nil {
			return nil, err
		}
	}
	return ids, reword(tx, o, words)
}

// random makes a stall in which much is missing and much is the same.
func random(r *rand.Rand, traders, days []value.ID) Values {
	v := Values{"name": fmt.Sprintf("%s %d", []string{"Blue", "blue", "Red", "Grün", "old"}[r.IntN(5)], r.IntN(20))}
	some := func(key string, make func() any) {
		if r.IntN(3) > 0 {
			v[key] = make()
		}
	}
	some("size", func() any { return int64(r.IntN(4) + 1) })
	some("weight", func() any { return Number{Units: int64(r.IntN(5)) * 500, Scale: 3} })
	some("rent", func() any { return value.Money{Minor: int64(r.IntN(3)) * 1000, Currency: "EUR"} })
	some("covered", func() any { return r.IntN(2) == 0 })
	some("starts", func() any { return Day(20_000 + r.IntN(6)) })
	some("inspected", func() any { return time.UnixMicro(1_750_000_000_000_000 + int64(r.IntN(3))).UTC() })
	some("status", func() any { return []string{"new", "open", "closed"}[r.IntN(3)] })
	some("goods", func() any { return [][]string{{"bikes"}, {"bikes", "books"}, {"plants"}}[r.IntN(3)] })
	if len(traders) > 0 {
		some("trader", func() any { return traders[r.IntN(len(traders))] })
	}
	if len(days) > 0 {
		some("days", func() any { return []RefValue{{ID: days[r.IntN(len(days))]}} })
	}
	return v
}

// planted is the world with some traders, days and stalls; names of stalls need not be unique.
func planted(t testing.TB, s *Store, stalls int) (traders, days, all []value.ID) {
	t.Helper()
	traders = plant(t, s, "trader",
		Values{"name": "Anna Weber", "email": "anna@example.org"}, Values{"name": "Bo Lind", "email": "bo@example.org"},
		Values{"name": "Cy Ortiz", "email": "cy@example.org"})
	days = plant(t, s, "market_day", Values{"name": "Spring fair", "day": Day(20_100), "open": true}, Values{"name": "Autumn fair", "day": Day(20_300)})
	r := rand.New(rand.NewPCG(1, 2))
	var values []Values
	for range stalls {
		values = append(values, random(r, traders, days))
	}
	for part := range slices.Chunk(values, 1_000) {
		all = append(all, plant(t, s, "stall", part...)...)
	}
	return traders, days, all
}

// loose is the world in which names of stalls are not unique and some roles see less.
func loose(t testing.TB, d *db.DB, change func(trader, day, stall *Object)) *Store {
	t.Helper()
	s := New(d, Config{})
	if err := s.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	tr, md, st := trader(), marketDay(), stall()
	st.Field("name").Unique = false
	if change != nil {
		change(tr, md, st)
	}
	apply(t, s, Step{Op: AddObject, NewObject: tr}, Step{Op: AddObject, NewObject: md}, Step{Op: AddObject, NewObject: st})
	return s
}

func idsIn(records []*Record) []value.ID {
	ids := make([]value.ID, len(records))
	for i, rec := range records {
		ids[i] = rec.ID
	}
	return ids
}
