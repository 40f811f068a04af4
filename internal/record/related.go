package record

import (
	"context"
	"fmt"
	"strings"

	"fairground/internal/value"
)

// RelatedList is records of one object that refer to a record by one field.
type RelatedList struct {
	Object  *Seen
	Field   *Field
	Records []*Record // the newest
	More    bool
}

// relatedEach is how many records one related list shows.
const relatedEach = 10

// linkedTo narrows a query to the records that refer to one.
type linkedTo struct {
	field  *Field
	object int
	id     value.ID
}

func (l *linkedTo) where(s *statement, o *Object) string {
	columns := o.columnsOf(l.field, "t")
	switch {
	case l.field.Type == References:
		return fmt.Sprintf("t.id in (select record from %s where target = %s)", l.field.side(), s.arg(l.id))
	case l.field.Type == AnyReference:
		return fmt.Sprintf("%s = %s and %s = %s", columns[0], s.arg(l.object), columns[1], s.arg(l.id))
	default:
		return columns[0] + " = " + s.arg(l.id)
	}
}

// Related lists what refers to a record, by object and field. Lists without records are left out.
func (s *Store) Related(ctx context.Context, a Asker, rec *Record) (lists []RelatedList, err error) {
	err = s.reading(ctx, func(r *Reader) error {
		lists, err = r.Related(a, rec)
		return err
	})
	return lists, err
}

// Related is Store.Related.
func (r *Reader) Related(a Asker, rec *Record) ([]RelatedList, error) {
	sight, err := r.store.Sight(r.tx, a)
	if err != nil {
		return nil, err
	}
	if _, err := sight.Object(rec.Object.Key); err != nil {
		return nil, err
	}
	var lists []RelatedList
	for _, seen := range sight.Objects() {
		for _, f := range seen.Fields {
			if f.Type != AnyReference && (!refers(f) || f.Options.Target != rec.Object.Key) || len(seen.full.columnsOf(f, "t")) == 0 && f.Type != References {
				continue
			}
			list, err := r.related(a, sight, seen, f, rec)
			if err != nil {
				return nil, fmt.Errorf("record.Related(%s, %s.%s): %w", rec.ID, seen.Key, f.Key, err)
			}
			if len(list.Records) > 0 {
				lists = append(lists, list)
			}
		}
	}
	return lists, nil
}

func (r *Reader) related(a Asker, sight *Sight, seen *Seen, f *Field, rec *Record) (RelatedList, error) {
	k := r.of(a, sight, seen)
	k.fields = seen.Fields
	k.link = &linkedTo{f, rec.Object.Number, rec.ID}
	if err := k.sort(nil); err != nil {
		return RelatedList{}, err
	}
	records, _, err := k.rows(nil, relatedEach+1)
	if err != nil {
		return RelatedList{}, err
	}
	list := RelatedList{Object: seen, Field: f, Records: records[:min(len(records), relatedEach)], More: len(records) > relatedEach}
	return list, k.complete(list.Records, nil)
}

// Suggest finds records of an object whose words begin with these, for link pickers and the palette. Without words it
// is the newest records. Records have their title only.
func (s *Store) Suggest(ctx context.Context, a Asker, object, words string, limit int) (records []*Record, err error) {
	err = s.reading(ctx, func(r *Reader) error {
		page, err := r.suggest(a, object, words, limit, []string{})
		records = page.Records
		return err
	})
	return records, err
}

// suggest understands an outside id as well as words.
func (r *Reader) suggest(a Asker, object, words string, limit int, fields []string) (Page, error) {
	q := Query{Object: object, Search: strings.TrimSpace(words), Limit: limit, Fields: fields}
	sight, err := r.store.Sight(r.tx, a)
	if err != nil {
		return Page{}, err
	}
	seen, err := sight.Object(object)
	if err != nil {
		return Page{}, err
	}
	if id, err := seen.ParseID(q.Search); err == nil {
		q.Search, q.Filter = "", fmt.Sprintf("id == %d", int64(id))
	}
	return r.Find(a, q)
}

// SearchAll finds records of every object that the asker sees, each of them up to a number. Objects without any are
// left out.
func (s *Store) SearchAll(ctx context.Context, a Asker, words string, each int) (pages []Page, err error) {
	if strings.TrimSpace(words) == "" {
		return nil, nil
	}
	err = s.reading(ctx, func(r *Reader) error {
		pages = nil
		sight, err := s.Sight(r.tx, a)
		if err != nil {
			return err
		}
		for _, seen := range sight.Objects() {
			page, err := r.suggest(a, seen.Key, words, each, nil)
			if err != nil {
				return err
			}
			if len(page.Records) > 0 {
				pages = append(pages, page)
			}
		}
		return nil
	})
	return pages, err
}
