package change_test

import (
	"slices"
	"testing"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

func TestNewest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		staff, colleague := value.Actor{Kind: value.Staff, ID: 7}, value.Actor{Kind: value.Staff, ID: 77}
		for i, entry := range []struct {
			actor  value.Actor
			action string
			change db.Change
		}{
			{staff, "listing.submit", db.Change{Object: "listing", Record: 1}},
			{colleague, "listing.submit", db.Change{Object: "listing", Record: 2}},
			{value.SystemActor("staffing"), "seller.save", db.Change{Object: "seller", Record: 1}},
			{staff, "listing.edit", db.Change{Object: "listing", Record: 1}},
			{value.Actor{Kind: value.Visitor}, "notice.file", db.Change{Object: "notice", Record: 4}},
		} {
			err := d.Write(t.Context(), entry.actor, entry.action, func(tx *db.Tx) error {
				entry.change.Diff = map[string]int{"entry": i + 1}
				tx.Log(entry.change)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := change.Number(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name   string
			filter change.Filter
			before int64
			limit  int
			want   []int64
		}{
			{"everything", change.Filter{}, 0, 10, []int64{5, 4, 3, 2, 1}},
			{"a page", change.Filter{}, 0, 2, []int64{5, 4}},
			{"the page after it", change.Filter{}, 4, 2, []int64{3, 2}},
			{"an object", change.Filter{Object: "listing"}, 0, 10, []int64{4, 2, 1}},
			{"a record of an object", change.Filter{Object: "listing", Record: 1}, 0, 10, []int64{4, 1}},
			{"one person", change.Filter{Actor: "staff:7"}, 0, 10, []int64{4, 1}},
			{"a kind of actor", change.Filter{Actor: "staff"}, 0, 10, []int64{4, 2, 1}},
			{"an actor without a name", change.Filter{Actor: "visitor"}, 0, 10, []int64{5}},
			{"an action", change.Filter{Action: "listing.submit"}, 2, 10, []int64{1}},
			{"wildcards are plain letters", change.Filter{Actor: "st%"}, 0, 10, nil},
		} {
			var got []int64
			err := d.Read(t.Context(), func(tx *db.Tx) error {
				rows, err := change.Newest(tx, c.filter, c.before, c.limit)
				for _, row := range rows {
					got = append(got, row.Seq)
				}
				return err
			})
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%s: got %v, want %v; %v", c.name, got, c.want, err)
			}
		}
	})
}
