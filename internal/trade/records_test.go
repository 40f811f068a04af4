package trade_test

import (
	"testing"

	"fairground/internal/record"
	"fairground/internal/trade"
	"fairground/internal/value"
)

// lentBeside are the objects that trades refer to, as package listing lends them.
func lentBeside(table string) *record.Object {
	return &record.Object{
		Key: table, Short: table[:3], Labels: record.Names{"en": table}, Plural: record.Names{"en": table}, Title: "name",
		Fields: []*record.Field{{Key: "name", Type: record.Text, Labels: record.Names{"en": "Name"}}},
		Owned:  &record.Owned{Table: "account", Key: "id", Created: "{t}.created_us", Updated: "{t}.created_us", Log: table, Columns: map[string][]string{"name": {"{t}.name"}}},
	}
}

func TestStaffSeeTradesAndReviewsInLists(t *testing.T) {
	each(t, func(w *world) {
		w.traded(w.anna, w.private, 5)
		w.agree(w.anna, w.shop)
		objects := append(trade.Records("CHF"), lentBeside("listing"), lentBeside("seller"))
		store := record.New(w.db, record.Config{Currency: func() string { return "CHF" }, Locale: func() value.Locale { return "en" }, Owned: objects})
		w.ok(store.Ensure(background))
		asker := record.Asker{Actor: value.Actor{Kind: value.Staff, ID: w.cleo.ID}, Account: w.cleo.ID, Role: "admin", Rights: []record.Right{record.See}}
		for _, c := range []struct {
			object, when string
			want         int
		}{
			{"trade", `status == "agreed"`, 2}, {"trade", `price > 100 && !linked`, 2}, {"trade", `status == "done"`, 0},
			{"trade_review", `stars >= 4 && counted && status == "published"`, 1}, {"trade_review", `part == "answer"`, 0}, {"trade_review", `body.contains("described")`, 1},
		} {
			page, err := store.Find(background, asker, record.Query{Object: c.object, Filter: c.when})
			if err != nil || len(page.Records) != c.want {
				w.Errorf("%s where %s: %d, %v", c.object, c.when, len(page.Records), err)
			}
		}
	})
}
