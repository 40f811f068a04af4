package record

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/value"
)

// ViewKind is how a view shows its records.
type ViewKind string

// The kinds of view.
const (
	ListView     ViewKind = "list"
	BoardView    ViewKind = "board"
	CalendarView ViewKind = "calendar"
)

// View is a saved question about one object, personal or shared.
type View struct {
	ID      value.ID      `json:"-"`
	Object  string        `json:"-"`
	Owner   value.ID      `json:"-"` // the account it belongs to; 0 = shared
	Rev     int64         `json:"-"`
	Shared  bool          `json:"-"`
	Name    string        `json:"name"`
	Kind    ViewKind      `json:"kind"`
	Filter  string        `json:"filter,omitempty"` // CEL
	Search  string        `json:"search,omitempty"`
	Builder *expr.Builder `json:"builder,omitempty"` // Filter as the console's filter builder holds it
	Sort    []Sort        `json:"sort,omitempty"`
	Columns []string      `json:"columns,omitempty"` // nil = the first fields
	By      string        `json:"by,omitempty"`      // board: a choice field; calendar: a date
	Notes   []string      `json:"-"`                 // what was left out because it does not exist, or not for the asker
}

const (
	mostViews    = 200 // of an object, for one account or shared
	mostViewName = 80
	viewLog      = "record_view" // in the change log
)

// Views lists the views of an object that the asker may open: shared ones, then their own. What a view asks for and the
// asker does not see is left out of it, with a note.
func (s *Store) Views(tx *db.Tx, a Asker, object string) ([]View, error) {
	sight, err := s.Sight(tx, a)
	if err != nil {
		return nil, err
	}
	seen, err := sight.Object(object)
	if err != nil {
		return nil, err
	}
	views, err := findViews(tx, seen.full, a.Account)
	if err != nil {
		return nil, fmt.Errorf("record.Views(%s): %w", object, err)
	}
	for i := range views {
		views[i].fit(seen, a.Define)
	}
	return views, nil
}

// findViews reads views as they were saved.
func findViews(tx *db.Tx, o *Object, account value.ID) ([]View, error) {
	return db.All(tx, func(row db.Scanner) (View, error) { return scanView(row, o) }, `
		select id, coalesce(owner, 0), rev, spec
		from record_view
		where object = $1 and (owner is null or owner = $2)
		order by owner is not null, place, id`, o.Number, account)
}

func scanView(row db.Scanner, o *Object) (View, error) {
	v := View{Object: o.Key}
	var spec string
	if err := row.Scan(&v.ID, &v.Owner, &v.Rev, &spec); err != nil {
		return v, err
	}
	v.Shared = v.Owner == 0
	return v, json.Unmarshal([]byte(spec), &v)
}

// SaveView makes a view, or changes the one whose ID and Rev are given. It must ask for nothing that the asker does not
// see. Sharing takes the right to edit records of the object.
func (s *Store) SaveView(ctx context.Context, a Asker, v View) (View, error) {
	action := "view.create"
	if v.ID != 0 {
		action = "view.update"
	}
	err := s.DB.Write(ctx, a.Actor, action, func(tx *db.Tx) error {
		saved, err := s.saveView(tx, a, v)
		if err == nil {
			tx.After(func() { v = saved })
		}
		return err
	})
	return v, err
}

func (s *Store) saveView(tx *db.Tx, a Asker, v View) (View, error) {
	sight, err := s.Sight(tx, a)
	if err != nil {
		return v, err
	}
	seen, err := sight.Object(v.Object)
	if err != nil {
		return v, err
	}
	if v.Name = strings.TrimSpace(v.Name); v.Kind == "" {
		v.Kind = ListView
	}
	if err := v.check(s.In(tx), a, seen); err != nil {
		return v, err
	}
	v.Notes, v.Owner = nil, 0
	if !v.Shared {
		v.Owner = a.Account
	}
	if v.ID == 0 {
		return v, v.insert(tx, seen)
	}
	return v, v.update(tx, a, seen)
}

// check refuses what the asker could not ask.
func (v *View) check(r *Reader, a Asker, seen *Seen) error {
	switch {
	case v.Name == "" || utf8.RuneCountInString(v.Name) > mostViewName || wellFormed(v.Name, "") != nil:
		return value.Fieldf("name", "give the view a name of at most %d characters", mostViewName)
	case v.Shared && !seen.May(Edit) && !a.Define:
		return value.Errorf(value.Forbidden, "your role may not share views of %s", seen.Plural.In("en"))
	case !v.Shared && a.Account == 0:
		return value.Errorf(value.Forbidden, "a view of one's own needs an account")
	}
	if err := v.checkBy(seen); err != nil {
		return err
	}
	for _, key := range v.Columns {
		if !seen.shows(key) {
			return seen.missing("columns", key)
		}
	}
	k, err := r.ask(a, Query{Object: v.Object, Filter: v.Filter, Search: v.Search, Sort: v.Sort, Fields: []string{}})
	if err != nil {
		return err
	}
	_, err = k.where(k.statement()) // what the database cannot answer is found out here
	return err
}

func (v *View) checkBy(seen *Seen) error {
	types := map[ViewKind][]Type{ListView: nil, BoardView: {Choice}, CalendarView: {Date, DateTime}}
	allowed, known := types[v.Kind]
	f := seen.Field(v.By)
	switch {
	case !known:
		return value.Fieldf("kind", "a view is one of: list, board, calendar")
	case v.Kind == ListView && v.By == "":
		return nil
	case f == nil:
		return seen.missing("by", v.By)
	case len(allowed) > 0 && !slices.Contains(allowed, f.valued().Type):
		return value.Fieldf("by", "%s cannot make a %s", f.Key, v.Kind)
	}
	return nil
}

// shows reports whether a list may have a column of this name.
func (s *Seen) shows(key string) bool {
	return s.Field(key) != nil || slices.Contains([]string{"id", "rev", "created", "updated", "created_by", "updated_by"}, key)
}

func (v *View) insert(tx *db.Tx, seen *Seen) error {
	owner := nullID(v.Owner)
	n, err := db.One(tx, db.Column[int], "select count(*) from record_view where object = $1 and coalesce(owner, 0) = $2", seen.full.Number, v.Owner)
	if err != nil {
		return err
	}
	if n >= mostViews {
		return value.Errorf(value.Limited, "there are %d views already; remove one first", n)
	}
	v.ID, v.Rev = tx.NewID(), 1
	spec, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := tx.Insert("record_view", []string{"id", "object", "owner", "place", "spec", "rev"},
		[][]any{{int64(v.ID), seen.full.Number, owner, n + 1, string(spec), v.Rev}}); err != nil {
		return err
	}
	tx.Log(db.Change{Object: viewLog, Record: v.ID, Diff: map[string]any{"object": seen.full.LogName(), "new": json.RawMessage(spec)}})
	return nil
}

// update changes a view. Of a shared one that asks for what this asker does not see, they would remove it unawares.
func (v *View) update(tx *db.Tx, a Asker, seen *Seen) error {
	before, err := findView(tx, seen.full, a, v.ID)
	if err != nil {
		return err
	}
	if before.Rev != v.Rev {
		return value.Errorf(value.Conflict, "somebody else changed the view %q meanwhile; open it anew", before.Name)
	}
	if mended := before; mended.Shared && mended.fit(seen, false) {
		return value.Errorf(value.Forbidden, "this view asks for what your role does not see; save yours under another name")
	}
	v.Rev++
	spec, err := json.Marshal(v)
	if err != nil {
		return err
	}
	old, err := json.Marshal(before)
	if err != nil {
		return err
	}
	if _, err := tx.Exec("update record_view set spec = $1, rev = $2, owner = $3 where id = $4", string(spec), v.Rev, nullID(v.Owner), v.ID); err != nil {
		return err
	}
	tx.Log(db.Change{Object: viewLog, Record: v.ID, Diff: map[string]any{"object": seen.full.LogName(), "old": json.RawMessage(old), "new": json.RawMessage(spec)}})
	return nil
}

// findView finds a view that the asker may change: their own, or a shared one if they may share.
func findView(tx *db.Tx, o *Object, a Asker, id value.ID) (View, error) {
	v, err := db.One(tx, func(row db.Scanner) (View, error) { return scanView(row, o) },
		"select id, coalesce(owner, 0), rev, spec from record_view where id = $1 and object = $2 and coalesce(owner, $3) = $3", id, o.Number, a.Account)
	if value.KindOf(err) == value.NotFound {
		return v, value.Errorf(value.NotFound, "there is no such view")
	}
	return v, err
}

func nullID(id value.ID) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}

// RemoveView removes a view: one's own, or a shared one by whoever may share views of its object.
func (s *Store) RemoveView(ctx context.Context, a Asker, id value.ID) error {
	return s.DB.Write(ctx, a.Actor, "view.remove", func(tx *db.Tx) error {
		none := value.Errorf(value.NotFound, "there is no such view")
		number, err := db.One(tx, db.Column[int], "select object from record_view where id = $1", id)
		if err != nil {
			return none.Because(err)
		}
		sight, err := s.Sight(tx, a)
		if err != nil {
			return err
		}
		o := sight.catalog.ByNumber(number)
		if o == nil || sight.seen[o.Key] == nil {
			return none
		}
		v, err := findView(tx, o, a, id)
		if err != nil {
			return err
		}
		if v.Shared && !sight.seen[o.Key].May(Edit) && !a.Define {
			return value.Errorf(value.Forbidden, "your role may not remove shared views of %s", o.Plural.In("en"))
		}
		if _, err := tx.Exec("delete from record_view where id = $1", id); err != nil {
			return err
		}
		tx.Log(db.Change{Object: viewLog, Record: id, Diff: map[string]any{"object": o.LogName(), "deleted": v.Name}})
		return nil
	})
}
