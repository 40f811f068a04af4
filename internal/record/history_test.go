package record

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fairground/internal/value"
)

func TestHistory(t *testing.T) {
	guarded(t, func(t *testing.T, s *Store) {
		traders, _, _ := planted(t, s, 0)
		made, err := s.Create(t.Context(), clerk, "stall", Values{"name": "One", "size": int64(2), "rent": "EUR 10", "trader": traders[0]})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []Values{{"rent": "EUR 20"}, {"size": int64(3), "status": "open"}, {"trader": traders[2]}} {
			if _, err := s.Update(t.Context(), clerk, "stall", made.ID, 0, v); err != nil {
				t.Fatal(err)
			}
		}
		see := func(a Asker) string {
			events, err := s.History(t.Context(), a, "stall", made.ID, 10)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, e := range events {
				var changes []string
				for _, c := range e.Changes {
					if c.Field.Type == Reference {
						changes = append(changes, fmt.Sprintf("%s %s", c.Field.Key, strings.Join(slices.Sorted(titlesIn(c.Titles)), "+")))
					} else if c.Field.Key != "number" && c.Field.Key != "covered" && c.Field.Key != "area" {
						changes = append(changes, fmt.Sprintf("%s %s>%s", c.Field.Key, c.Field.Show(c.Old), c.Field.Show(c.New)))
					}
				}
				lines = append(lines, e.Action+" "+e.Actor+" "+strings.Join(changes, ", "))
			}
			return strings.Join(lines, "\n")
		}
		want := `record.update staff:7 trader Anna Weber+Cy Ortiz
record.update staff:7 size 2>3, status new>open
record.update staff:7 rent EUR 10.00>EUR 20.00
record.create staff:7 name >One, size >2, rent >EUR 10.00, status >new, trader Anna Weber`
		if got := see(clerk); strip(got) != strip(want) {
			t.Errorf("the clerk reads\n%s\nwant\n%s", got, want)
		}
		want = `record.update staff:7 trader Anna Weber
record.update staff:7 size 2>3, status new>open
record.create staff:7 name >One, size >2, status >new, trader Anna Weber`
		if got := see(guest); strip(got) != strip(want) {
			t.Errorf("the guest reads\n%s\nwant\n%s", got, want)
		}
	})
}

// strip leaves out formulas, which the log may or may not hold.
func strip(text string) string {
	for _, formula := range []string{"twice", "again"} {
		for {
			before, after, found := strings.Cut(text, ", "+formula+" ")
			if !found {
				break
			}
			end := strings.IndexAny(after, ",\n")
			if end < 0 {
				end = len(after)
			}
			text = before + after[end:]
		}
	}
	return text
}

func titlesIn(titles map[value.ID]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, title := range titles {
			if !yield(title) {
				return
			}
		}
	}
}

func TestWhy(t *testing.T) {
	guarded(t, func(t *testing.T, s *Store) {
		ids := plant(t, s, "stall", Values{"name": "New", "size": int64(1), "status": "new"}, Values{"name": "Old", "size": int64(1), "status": "closed"},
			Values{"name": "Big", "size": int64(7), "status": "new"})
		told := func(a Asker, id value.ID) (lines []string) {
			t.Helper()
			reasons, err := s.Why(t.Context(), a, "stall", id)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range reasons {
				lines = append(lines, fmt.Sprintf("%s%s %t %q %d", r.Right, r.Field, r.Allowed, r.Rule, min(1, len(r.Parts))))
			}
			return lines
		}
		if got, want := told(guest, ids[0]), []string{`see true "size <= 3" 1`, `edit true "status == \"new\"" 1`, `delete false "" 0`}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if got := told(guest, ids[1])[1]; got != `edit false "status == \"new\"" 1` {
			t.Errorf("%q", got)
		}
		definer := guest
		definer.Define = true
		got := told(definer, ids[2])
		if got[0] != `see false "size <= 3" 1` || got[1] != `edit false "" 0` {
			t.Errorf("%q", got)
		}
		for _, hidden := range []string{"rent", "again", "contact", "days"} {
			if !slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, "see"+hidden+" false") }) {
				t.Errorf("nothing is said of %s: %q", hidden, got)
			}
		}
		if got := told(clerk, ids[2]); got[0] != `see true "" 0` || got[2] != `delete true "" 0` {
			t.Errorf("%q", got)
		}
		trader := plant(t, s, "trader", Values{"name": "Di", "email": "di@example.org"})[0]
		reasons, err := s.Why(t.Context(), guest, "trader", trader)
		if err != nil || !reasons[0].Allowed || reasons[0].Rule != "" || reasons[0].Parts != nil {
			t.Errorf("a rule over a hidden field is shown: %+v, %v", reasons, err)
		}
	})
}

// TestHistoryFollowsRenames: what is logged under a key belongs to the field that had the key then.
func TestHistoryFollowsRenames(t *testing.T) {
	world(t, func(t *testing.T, s *Store) {
		made, err := s.Create(t.Context(), clerk, "trader", Values{"name": "Anna"})
		if err != nil {
			t.Fatal(err)
		}
		steps := func(all ...Step) {
			t.Helper()
			apply(t, s, all...)
		}
		add := func(key string) Step {
			return Step{Op: AddField, Object: "trader", NewField: named(key, key, Text)}
		}
		rename := func(from, to string) Step {
			f := object(t, s, "trader").Field(from).clone()
			f.Key = to
			return Step{Op: ChangeField, Object: "trader", Field: from, NewField: f}
		}
		write := func(key, text string) {
			t.Helper()
			if _, err := s.Update(t.Context(), clerk, "trader", made.ID, 0, Values{key: text}); err != nil {
				t.Fatal(err)
			}
		}
		steps(add("pay"))
		write("pay", "first")
		steps(rename("pay", "wage"))
		steps(add("pay"))
		write("pay", "second")
		write("wage", "third")
		events, err := s.History(t.Context(), clerk, "trader", made.ID, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range events[:3] {
			for _, c := range e.Changes {
				got = append(got, fmt.Sprintf("%s %v>%v", c.Field.Key, c.Old, c.New))
			}
		}
		if want := []string{"wage first>third", "pay <nil>>second", "wage <nil>>first"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
