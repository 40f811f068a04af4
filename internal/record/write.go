package record

import (
	"context"
	"errors"
	"slices"

	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/value"
)

// Verb is what one Write of a batch does.
type Verb string

// The verbs. An upsert updates the living record that has the same value in the unique field Key, or makes one.
const (
	DoCreate Verb = "create"
	DoUpdate Verb = "update"
	DoUpsert Verb = "upsert"
	DoDelete Verb = "delete"

	doRestore Verb = "restore"
	doRelink  Verb = "relink" // an update, also in the trash
	doMerge   Verb = "merge"  // an update that asks the rules and is always logged
)

// Writer writes records inside a transaction that somebody else opened. An error of one of its methods that is not in
// a Result means that the transaction must not be committed.
type Writer struct {
	store   *Store
	tx      *db.Tx
	asker   Asker
	catalog *Catalog
	sight   *Sight
	whole   *Sight                   // of the program itself
	near    map[value.ID]expr.Record // linked records that conditions have read
	batch   value.ID                 // under which what is written can be undone
}

// Writing returns a Writer for a transaction. It must not be used after it.
func (s *Store) Writing(tx *db.Tx, a Asker) (*Writer, error) {
	catalog, err := s.Catalog(tx)
	if err != nil {
		return nil, err
	}
	sight, err := sightOf(catalog, a, tx.Engine())
	if err != nil {
		return nil, err
	}
	whole, err := remember(catalog, "whole sight "+string(tx.Engine()), func() (*Sight, error) {
		return newSight(catalog, System("record"), dialect(tx.Engine())), nil
	})
	if err != nil {
		return nil, err
	}
	return &Writer{store: s, tx: tx, asker: a, catalog: catalog, sight: sight, whole: whole}, nil
}

// Create makes a record. Values may be in any form that Field.Parse takes; fields without one get their default.
func (s *Store) Create(ctx context.Context, a Asker, object string, v Values) (rec *Record, err error) {
	err = s.writing(ctx, a, "record.create", func(w *Writer) error {
		rec, err = w.Create(object, v)
		return err
	})
	return rec, err
}

// Update changes the fields that v names, and no others; nil empties one. rev is the revision that the change was made
// for: when it is not the present one, the error is of kind Conflict and says who changed what; 0 takes any.
func (s *Store) Update(ctx context.Context, a Asker, object string, id value.ID, rev int64, v Values) (rec *Record, err error) {
	err = s.writing(ctx, a, "record.update", func(w *Writer) error {
		rec, err = w.Update(object, id, rev, v)
		return err
	})
	return rec, err
}

// Delete puts a record into the trash, from where Restore brings it back.
func (s *Store) Delete(ctx context.Context, a Asker, object string, id value.ID, rev int64) error {
	return s.writing(ctx, a, "record.delete", func(w *Writer) error { return w.Delete(object, id, rev) })
}

// Restore takes a record out of the trash. It is a Conflict when a living one has taken its place in a unique field.
func (s *Store) Restore(ctx context.Context, a Asker, object string, id value.ID) error {
	return s.writing(ctx, a, "record.restore", func(w *Writer) error { return w.Restore(object, id) })
}

// mostRaces is how often a write is repeated that lost a race for a unique value: the next time it sees who won.
const mostRaces = 3

// writing runs fn in a transaction of its own. Two writes of one unique value at once are found out by the database;
// the loser is repeated, to get the error that names the field.
func (s *Store) writing(ctx context.Context, a Asker, action string, fn func(*Writer) error) error {
	var err error
	for range mostRaces {
		err = s.DB.Write(ctx, a.Actor, action, func(tx *db.Tx) error {
			w, err := s.Writing(tx, a)
			if err != nil {
				return err
			}
			return fn(w)
		})
		if !lostRace(err) {
			return err
		}
	}
	return err
}

// lostRace reports whether a constraint of the database refused a write.
func lostRace(err error) bool {
	var known *value.Error
	return errors.As(err, &known) && known.Kind == value.Conflict && known.Err != nil && !errors.Is(err, errKept)
}

// Create is Store.Create.
func (w *Writer) Create(object string, v Values) (*Record, error) {
	return w.single(object, Write{Op: DoCreate, Values: v})
}

// Update is Store.Update.
func (w *Writer) Update(object string, id value.ID, rev int64, v Values) (*Record, error) {
	return w.single(object, Write{Op: DoUpdate, ID: id, Rev: rev, Values: v})
}

// Delete is Store.Delete.
func (w *Writer) Delete(object string, id value.ID, rev int64) error {
	_, err := w.single(object, Write{Op: DoDelete, ID: id, Rev: rev})
	return err
}

// Restore is Store.Restore.
func (w *Writer) Restore(object string, id value.ID) error {
	_, err := w.single(object, Write{Op: doRestore, ID: id})
	return err
}

// single does one operation and returns the record as the asker sees it.
func (w *Writer) single(object string, op Write) (*Record, error) {
	s, err := w.sheet(object, BatchOptions{Atomic: true})
	if err != nil {
		return nil, err
	}
	if s.seen.Owned != nil {
		return s.owned(op)
	}
	if err := s.run([]Write{op}, 0); err != nil {
		return nil, err
	}
	e := s.entries[0]
	if err := e.problem(); err != nil {
		return nil, err
	}
	if op.Op == DoDelete {
		return nil, nil
	}
	return s.shown(e)
}

// owned hands a change to the feature that owns the object.
func (s *sheet) owned(op Write) (*Record, error) {
	if op.Op != DoUpdate || s.seen.Owned.Update == nil {
		return nil, s.notHere(op.Op)
	}
	if err := s.changeOwned(op); err != nil {
		return nil, err
	}
	return s.w.store.In(s.w.tx).Get(s.w.asker, s.seen.Key, op.ID)
}

func (s *sheet) notHere(op Verb) error {
	return value.Errorf(value.Forbidden, "%s cannot be made, changed or deleted here; use the pages that %s belong to", s.seen.Plural.In("en"), s.seen.Key)
}

// changeOwned checks rights and values, and calls the owner's verb.
func (s *sheet) changeOwned(op Write) error {
	if !s.seen.May(Edit) {
		return s.seen.refused(Edit)
	}
	if err := s.w.store.In(s.w.tx).mayChange(s.w.asker, s.seen.Key, Edit, op.ID); err != nil {
		return err
	}
	e := &entry{op: DoUpdate, id: op.ID}
	s.read(e, op.Values)
	s.settleBare([]*entry{e})
	if err := e.problem(); err != nil {
		return err
	}
	values := Values{}
	for _, i := range e.given {
		values[s.form.fields[i].Key] = e.now[i]
	}
	return s.seen.Owned.Update(OwnedUpdate{Tx: s.w.tx, Asker: s.w.asker, ID: op.ID, Rev: op.Rev, Values: values})
}

// shown is the record after the write, as far as the asker sees its fields.
func (s *sheet) shown(e *entry) (*Record, error) {
	if len(s.form.computed) > 0 { // what they yield depends on what the asker sees of other records
		rec, err := s.w.store.In(s.w.tx).Get(s.w.asker, s.seen.Key, e.id)
		if value.KindOf(err) != value.NotFound {
			return rec, err
		}
	}
	now := s.w.tx.Now()
	rec := &Record{Object: s.seen.Object, ID: e.id, Rev: e.rev, Created: now, Updated: now, By: s.w.tx.Actor().String(), Values: Values{}}
	rec.LastBy = rec.By
	if e.rec != nil {
		rec.Created, rec.By = e.rec.Created, e.rec.By
		if len(e.changed) == 0 && !e.back {
			rec.Updated, rec.LastBy = e.rec.Updated, e.rec.LastBy
		}
	}
	for i, f := range s.form.fields {
		if v := e.now[i]; v != nil && s.seen.Object.Field(f.Key) != nil {
			rec.Values[f.Key] = v
		}
	}
	k := s.w.store.In(s.w.tx).of(s.w.asker, s.w.sight, s.seen)
	k.fields = s.seen.Fields
	k.mask([]*Record{rec})
	return rec, k.titles([]*Record{rec})
}

// formOf finds the form of an object that may be hidden from the asker.
func (w *Writer) formOf(object string) (*form, error) {
	o, err := w.catalog.Object(object)
	if err != nil {
		return nil, err
	}
	return w.catalog.form(o)
}

// load reads records with everything that is stored of them, whether the asker may see them or not, also from the trash.
func (w *Writer) load(m *form, ids []value.ID) (map[value.ID]*Record, error) {
	seen, err := w.whole.Object(m.object.Key)
	if err != nil {
		return nil, err
	}
	k := w.store.In(w.tx).of(System("record"), w.whole, seen)
	k.both = true
	for _, f := range m.fields {
		if f.Stored() {
			k.fields = append(k.fields, f)
		}
	}
	found, err := k.byID(ids)
	if err != nil || len(found) == 0 {
		return found, err
	}
	records := make([]*Record, 0, len(found))
	for _, id := range ids {
		if rec := found[id]; rec != nil {
			records = append(records, rec)
		}
	}
	records = slices.CompactFunc(records, func(a, b *Record) bool { return a == b })
	for _, i := range m.sides {
		if err := k.loadSide(m.fields[i], records); err != nil {
			return nil, err
		}
	}
	return found, nil
}
