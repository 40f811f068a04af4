package record

import (
	"slices"
	"testing"

	"fairground/internal/db"
	"fairground/internal/value"
)

func TestSearchWords(t *testing.T) {
	for text, want := range map[string][]string{
		"Zürich-West 4":    {"zurich", "west", "4"},
		"STRASSE Straße":   {"strasse", "strasse"},
		"anna@example.org": {"anna", "example", "org"},
		"自行車 ok":           {"自", "行", "車", "ok"},
		"  ... ":           nil,
		"a_b":              {"a", "b"},
	} {
		if got := searchWords(text, 10); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := searchWords("a b c d", 2); len(got) != 2 {
		t.Errorf("%q", got)
	}
}

func TestSearch(t *testing.T) {
	world(t, func(t *testing.T, s *Store) {
		ids := plant(t, s, "stall",
			Values{"name": "Zürich bikes", "about": "Old bicycles, repaired", "goods": []string{"bikes"}},
			Values{"name": "Books", "about": "Bikes are not sold here"},
			Values{"name": "Café", "about": "自行車"})
		finds := func(words string, want ...string) {
			t.Helper()
			if got := names(t, s, clerk, Query{Object: "stall", Search: words}); !slices.Equal(got, want) {
				t.Errorf("%q finds %q, want %q", words, got, want)
			}
		}
		finds("bikes", "Books", "Zürich bikes")
		finds("ZURICH", "Zürich bikes")
		finds("zü", "Zürich bikes")
		finds("bike old") // only the last word may be a beginning
		finds("old bike", "Zürich bikes")
		finds("cafe", "Café")
		finds("行", "Café")
		finds("nothing")
		finds("!?")
		change := func(fn func(tx *db.Tx, o *Object) error) {
			t.Helper()
			o := object(t, s, "stall")
			if err := s.DB.Maintain(t.Context(), "test", func(tx *db.Tx) error { return fn(tx, o) }); err != nil {
				t.Fatal(err)
			}
		}
		change(func(tx *db.Tx, o *Object) error {
			return reword(tx, o, []worded{{id: ids[0], values: Values{"name": "Plants"}}, {id: ids[1], values: Values{}}})
		})
		finds("bikes")
		finds("plants", "Zürich bikes")
		change(func(tx *db.Tx, o *Object) error { return unword(tx, o, ids) })
		finds("cafe")
		change(func(tx *db.Tx, o *Object) error {
			c, err := s.Catalog(tx)
			if err != nil {
				return err
			}
			last, n, err := s.rewordFrom(tx, c, o, 0, 2)
			if err != nil || n != 2 || last != ids[1] {
				t.Errorf("%d %d %v", last, n, err)
			}
			_, n, err = s.rewordFrom(tx, c, o, last, 2)
			if n != 1 {
				t.Errorf("%d the second time", n)
			}
			return err
		})
		finds("bikes", "Books", "Zürich bikes")
		finds("cafe", "Café")
		page, err := s.Suggest(t.Context(), clerk, "stall", object(t, s, "stall").ID(ids[2]), 5)
		if err != nil || len(page) != 1 || page[0].ID != ids[2] {
			t.Errorf("%v %v", page, err)
		}
	})
}

func TestWordsAreChecked(t *testing.T) {
	world(t, func(t *testing.T, s *Store) {
		ids := plant(t, s, "trader", Values{"name": "Anna Weber"}, Values{"name": "Bo"})
		lost := func() (lost []value.ID) {
			t.Helper()
			read(t, s, func(tx *db.Tx) (bool, error) {
				lost = nil
				w, err := s.Writing(tx, System("check"))
				if err != nil {
					return false, err
				}
				m, err := w.formOf("trader")
				if err != nil {
					return false, err
				}
				found, err := w.load(m, ids)
				if err != nil {
					return false, err
				}
				return true, w.checkWords(m, found, func(id value.ID, _ *Field, _ string, _ ...any) { lost = append(lost, id) })
			})
			return lost
		}
		if got := lost(); len(got) != 0 {
			t.Errorf("%v", got)
		}
		o := object(t, s, "trader")
		if err := s.DB.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			return reword(tx, o, []worded{{id: ids[0], values: Values{"name": "Anna"}}})
		}); err != nil {
			t.Fatal(err)
		}
		if got := lost(); !slices.Equal(got, ids[:1]) {
			t.Errorf("%v", got)
		}
	})
}
