package record

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Query asks for records of one object. Whatever it names must be visible to the asker.
type Query struct {
	Object string
	Filter string   // CEL; "" = all
	Search string   // words that the searchable fields hold; the last one may be the beginning of a word
	Sort   []Sort   // default: newest first
	Fields []string // nil = all
	Expand []string // references whose records are wanted whole: "owner", "owner.business"; two levels at most
	After  string   // Page.Next of the page before
	Limit  int      // default 50, at most MostRecords
	Trash  bool     // those in the trash instead
}

// Sort is one key of an order. Empty values come last in both directions.
type Sort struct {
	Field string `json:"field"` // a field's key, or id, created, updated
	Down  bool   `json:"down,omitempty"`
}

// MostRecords is how many records one page may hold.
const MostRecords = 1_000

const usualRecords = 50

// Page is one page of records.
type Page struct {
	Object  *Seen
	Records []*Record
	Next    string // Query.After of the next page; "" = this is the last
	Took    time.Duration
}

// Reader reads inside a transaction that somebody else opened. It must not be used after it.
type Reader struct {
	store *Store
	tx    *db.Tx
}

// In returns a Reader for a transaction.
func (s *Store) In(tx *db.Tx) *Reader { return &Reader{s, tx} }

// reading runs fn with a Reader of its own.
func (s *Store) reading(ctx context.Context, fn func(*Reader) error) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error { return fn(s.In(tx)) })
}

// Find returns a page of records.
func (s *Store) Find(ctx context.Context, a Asker, q Query) (page Page, err error) {
	err = s.reading(ctx, func(r *Reader) error {
		page, err = r.Find(a, q)
		return err
	})
	return page, err
}

// Find is Store.Find.
func (r *Reader) Find(a Asker, q Query) (Page, error) {
	began := time.Now()
	limit, err := q.limit()
	if err != nil {
		return Page{}, err
	}
	k, err := r.ask(a, q)
	if err != nil {
		return Page{}, err
	}
	after, err := readCursor(q.After, k.seen.full, k.keys)
	if err != nil {
		return Page{}, err
	}
	if _, err := k.branches(q.Expand); err != nil {
		return Page{}, err
	}
	records, places, err := k.rows(after, limit+1)
	if err != nil {
		return Page{}, fmt.Errorf("record.Find(%s): %w", q.Object, err)
	}
	page := Page{Object: k.seen, Records: records}
	if len(records) > limit {
		page.Records = records[:limit]
		page.Next = places[limit-1].write(k.seen.full, k.keys)
	}
	if err := k.complete(page.Records, q.Expand); err != nil {
		return Page{}, fmt.Errorf("record.Find(%s): %w", q.Object, err)
	}
	page.Took = time.Since(began)
	return page, nil
}

func (q Query) limit() (int, error) {
	switch {
	case q.Limit == 0:
		return usualRecords, nil
	case q.Limit < 0 || q.Limit > MostRecords:
		return 0, value.Fieldf("limit", "a page holds 1 to %d records", MostRecords)
	default:
		return q.Limit, nil
	}
}

// Get returns one record. One that the asker may not see is NotFound, as is one in the trash.
func (s *Store) Get(ctx context.Context, a Asker, object string, id value.ID, expand ...string) (rec *Record, err error) {
	err = s.reading(ctx, func(r *Reader) error {
		rec, err = r.Get(a, object, id, expand...)
		return err
	})
	return rec, err
}

// Get is Store.Get.
func (r *Reader) Get(a Asker, object string, id value.ID, expand ...string) (*Record, error) {
	return r.one(a, object, id, false, expand...)
}

// Trashed is Get for a record that may be in the trash, which its field Deleted tells.
func (r *Reader) Trashed(a Asker, object string, id value.ID, expand ...string) (*Record, error) {
	return r.one(a, object, id, true, expand...)
}

func (r *Reader) one(a Asker, object string, id value.ID, both bool, expand ...string) (*Record, error) {
	k, err := r.about(a, object)
	if err != nil {
		return nil, err
	}
	k.fields, k.both = k.seen.Fields, both
	found, err := k.byID([]value.ID{id})
	if err != nil {
		return nil, fmt.Errorf("record.Get(%s, %s): %w", object, id, err)
	}
	rec := found[id]
	if rec == nil {
		return nil, k.seen.noRecord()
	}
	if err := k.complete([]*Record{rec}, expand); err != nil {
		return nil, fmt.Errorf("record.Get(%s, %s): %w", object, id, err)
	}
	return rec, nil
}

// Count counts the records that a query finds, but never past most; more tells that there are others.
func (s *Store) Count(ctx context.Context, a Asker, q Query, most int) (n int, more bool, err error) {
	err = s.reading(ctx, func(r *Reader) error {
		n, more, err = r.Count(a, q, most)
		return err
	})
	return n, more, err
}

// Count is Store.Count.
func (r *Reader) Count(a Asker, q Query, most int) (int, bool, error) {
	q.Fields, q.Sort = []string{}, nil
	k, err := r.ask(a, q)
	if err != nil {
		return 0, false, err
	}
	text, args, err := k.countText(most)
	if err != nil {
		return 0, false, err
	}
	n, err := db.One(r.tx, db.Column[int], text, args...)
	if err != nil {
		return 0, false, fmt.Errorf("record.Count(%s): %w", q.Object, err)
	}
	return min(n, most), n > most, nil
}

// countText stops at one more than it may count.
func (k *ask) countText(most int) (string, []any, error) {
	s := k.statement()
	k.fields = nil
	from, err := k.from(s)
	if err != nil {
		return "", nil, err
	}
	where, err := k.where(s)
	if err != nil {
		return "", nil, err
	}
	text := fmt.Sprintf("select count(*)\nfrom (select 1 as one from %s where %s limit %s) counted", from, where, s.arg(most+1))
	return text, s.args, nil
}

// Each calls fn with every record that a query finds, in its order, whatever its limit. A batch of MostRecords is read at a time, so that
// nothing is held up however long it takes. Records that are written meanwhile may be among them or not; none comes twice.
func (s *Store) Each(ctx context.Context, a Asker, q Query, fn func(*Record) error) error {
	batches, err := s.batches(ctx, a, q)
	if err != nil {
		return fmt.Errorf("record.Each(%s): %w", q.Object, err)
	}
	for {
		var records []*Record
		err := s.reading(ctx, func(r *Reader) (err error) {
			records, err = batches.next(r)
			return err
		})
		if err != nil {
			return fmt.Errorf("record.Each(%s): %w", q.Object, err)
		}
		if len(records) == 0 {
			return nil
		}
		for _, rec := range records {
			if err := fn(rec); err != nil {
				return err
			}
		}
	}
}

// batches goes through the records of a query. In an order that an index gives, each batch goes on where the last one
// ended. Any other order is sorted once, and its ids kept: eight bytes for each record.
type batches struct {
	asker Asker
	query Query
	after cursor
	ids   []value.ID
	kept  bool
	ended bool
}

func (s *Store) batches(ctx context.Context, a Asker, q Query) (*batches, error) {
	b := &batches{asker: a, query: q}
	err := s.reading(ctx, func(r *Reader) error {
		k, err := r.ask(a, q)
		if err != nil {
			return err
		}
		if b.after, err = readCursor(q.After, k.seen.full, k.keys); err != nil || k.indexed {
			return err
		}
		st := k.statement()
		where, err := k.where(st)
		if err != nil {
			return err
		}
		if b.after != nil {
			where = joined(where, follows(st, k.keys, b.after))
		}
		ids, err := k.idsOf(st, "where "+where+"\norder by "+orderBy(k.keys))
		for _, id := range ids {
			b.ids = append(b.ids, value.ID(id))
		}
		b.kept = true
		return err
	})
	return b, err
}

func (b *batches) next(r *Reader) ([]*Record, error) {
	if b.ended {
		return nil, nil
	}
	k, err := r.ask(b.asker, b.query)
	if err != nil {
		return nil, err
	}
	var records []*Record
	if b.kept {
		records, err = b.listed(k)
	} else {
		records, err = b.following(k)
	}
	if err != nil {
		return nil, err
	}
	return records, k.complete(records, b.query.Expand)
}

func (b *batches) following(k *ask) ([]*Record, error) {
	records, places, err := k.rows(b.after, MostRecords)
	if err != nil {
		return nil, err
	}
	b.ended = len(records) < MostRecords
	if len(places) > 0 {
		b.after = places[len(places)-1]
	}
	return records, nil
}

// listed reads the next ids that were kept. Some may be gone since, or not be found by the query any more; then it goes
// on, so that an empty batch is the end.
func (b *batches) listed(k *ask) ([]*Record, error) {
	var records []*Record
	for len(records) == 0 && len(b.ids) > 0 {
		part := b.ids[:min(MostRecords, len(b.ids))]
		b.ids = b.ids[len(part):]
		found, err := k.byID(part)
		if err != nil {
			return nil, err
		}
		for _, id := range part {
			if rec := found[id]; rec != nil {
				records = append(records, rec)
			}
		}
	}
	return slices.Clip(records), nil
}
