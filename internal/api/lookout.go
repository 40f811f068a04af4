package api

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/value"
)

// lookout is the Sight over records: what each caller may see of a change, decided from memory (record.Sight.Told). The
// catalog is read again when a change comes that is newer than it, once for everybody, so what was hidden a moment ago
// is hidden in the next change, and a thousand followers cost one small query for a batch of changes. Whoever begins to read makes it
// be read again too, and so does time.
type lookout struct {
	api  *API
	site *site.Site

	reads atomic.Int64 // for tests: queries it needed

	mu      sync.Mutex
	catalog *record.Catalog
	seq     int64                    // the newest change when the catalog was read
	at      time.Time                // when that was
	sights  map[string]*record.Sight // by role and scopes
	told    map[toldTo]toldOf        // what was decided lately: many programs follow with the same rights
}

// toldTo is a change for somebody with certain rights. Row rules may ask who it is.
type toldTo struct {
	rights  string
	account value.ID
	seq     int64
}

type toldOf struct {
	told record.Told
	ok   bool
}

const (
	mostSights = 1000
	mostTold   = 8192
)

// catalogAge is how old the catalog may be for those who read what happened long ago.
const catalogAge = time.Second

// begin makes sure that somebody who begins to read sees by the present catalog.
func (l *lookout) begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = time.Time{}
}

// refresh makes sure that the catalog is as new as a change, and not much older than now.
func (l *lookout) refresh(ctx context.Context, seq int64) error {
	now := l.site.DB.Clock().Now()
	if l.catalog != nil && seq <= l.seq && now.Sub(l.at).Abs() < catalogAge {
		return nil
	}
	l.reads.Add(1)
	return l.site.DB.Read(ctx, func(tx *db.Tx) error {
		last, err := change.Last(tx)
		if err != nil {
			return err
		}
		present, err := l.api.config.Records(l.site).Catalog(tx) // read after the number, so it is no older
		if err != nil {
			return err
		}
		if present != l.catalog {
			l.catalog, l.sights, l.told = present, nil, nil
		}
		l.seq, l.at = max(last, seq), now
		return nil
	})
}

// Name is the key of the object that a change is about.
func (l *lookout) Name(ctx context.Context, row change.Row) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.refresh(ctx, row.Seq); err != nil {
		slog.Warn("reading the catalog for followers", "site", l.site.Slug, "error", err)
		return "" // no scope names it, so nobody is shown it
	}
	if o := l.catalog.ByLog(row.Object); o != nil {
		return o.Key
	}
	return row.Object
}

// See decides about changes of records, and asks the other Sight about all others and about objects of features.
func (l *lookout) See(ctx context.Context, c Caller, row change.Row) (Seen, bool) {
	told, o, err := l.decide(ctx, c, row)
	if err != nil {
		slog.Warn("reading the catalog for followers", "site", l.site.Slug, "error", err)
		return Seen{}, false
	}
	other := l.api.otherSight(l.site)
	if o == nil && other == nil {
		return Seen{}, false
	}
	if o == nil {
		return other.See(ctx, c, row)
	}
	seen := Seen{ID: told.told.ID, Diff: told.told.Diff}
	switch {
	case o.Owned != nil: // the feature's own actions tell
	case told.told.Gone:
		seen.Verb = Deleted
	case told.told.Made:
		seen.Verb = Created
	default:
		seen.Verb = Updated
	}
	return seen, told.ok
}

// decide is what a caller is told of a change under the present catalog, and its object; nil when it is no record's.
func (l *lookout) decide(ctx context.Context, c Caller, row change.Row) (toldOf, *record.Object, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.refresh(ctx, row.Seq); err != nil {
		return toldOf{}, nil, err
	}
	o := l.catalog.ByLog(row.Object)
	if o == nil {
		return toldOf{}, nil, nil
	}
	to := toldTo{string(c.Role()) + " " + strings.Join(c.Scopes.Texts(), " "), c.Account.ID, row.Seq}
	if known, ok := l.told[to]; ok {
		return known, o, nil
	}
	asker := l.api.asker(c, ChangesRead)
	sight, err := l.sight(ctx, to.rights, asker)
	if err != nil {
		return toldOf{}, nil, err
	}
	var made toldOf
	made.told, made.ok = sight.Told(asker, row)
	if l.told == nil || len(l.told) >= mostTold {
		l.told = make(map[toldTo]toldOf)
	}
	l.told[to] = made
	return made, o, nil
}

func (l *lookout) sight(ctx context.Context, rights string, asker record.Asker) (*record.Sight, error) {
	if known := l.sights[rights]; known != nil {
		return known, nil
	}
	l.reads.Add(1)
	var made *record.Sight
	err := l.site.DB.Read(ctx, func(tx *db.Tx) (err error) {
		made, err = l.api.config.Records(l.site).Sight(tx, asker)
		return err
	})
	if err != nil {
		return nil, err
	}
	if l.sights == nil || len(l.sights) >= mostSights {
		l.sights = make(map[string]*record.Sight)
	}
	l.sights[rights] = made
	return made, nil
}

// recordConditions are the conditions of webhooks over records. They are about the record as it is when its message is
// about to be made, and know what the webhook's owner sees.
type recordConditions struct{ api *API }

// Check compiles a condition for each object.
func (k recordConditions) Check(ctx context.Context, s *site.Site, c Caller, objects []string, condition string) error {
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		sight, err := k.api.config.Records(s).Sight(tx, k.api.asker(c, ChangesRead))
		if err != nil {
			return err
		}
		for _, object := range objects {
			if object == "" {
				return value.Fieldf("condition", "a condition needs events that name their objects, such as person.updated")
			}
			if _, err := compileFor(sight, object, condition); err != nil {
				return err
			}
		}
		return nil
	})
}

func compileFor(sight *record.Sight, object, condition string) (*expr.Condition, error) {
	seen, err := sight.Object(object)
	if err != nil {
		return nil, value.Fieldf("condition", "there is no object %q to hold a condition against", short(object))
	}
	scope := seen.Scope()
	if scope == nil {
		return nil, value.Fieldf("condition", "conditions over %s are not possible at present", object)
	}
	compiled, err := scope.Compile(condition, expr.Bool)
	if known := collect(err); len(known) > 0 {
		return nil, value.Fieldf("condition", "for %s: %s", object, known[0].Message)
	}
	return compiled, err
}

// Holds reads the record of a change, in the trash too, and evaluates the condition. It does not hold for a record that
// is gone for good or that the owner may not see.
func (k recordConditions) Holds(ctx context.Context, s *site.Site, c Caller, condition string, row change.Row) (bool, error) {
	store, asker := k.api.config.Records(s), k.api.asker(c, ChangesRead)
	holds := false
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		catalog, err := store.Catalog(tx)
		if err != nil {
			return err
		}
		o := catalog.ByLog(row.Object)
		if o == nil {
			return fmt.Errorf("api: %s is no object of records", row.Object)
		}
		sight, err := store.Sight(tx, asker)
		if err != nil {
			return err
		}
		compiled, err := compileFor(sight, o.Key, condition)
		if err != nil {
			return err
		}
		in := store.In(tx)
		rec, err := in.Trashed(asker, o.Key, row.Record)
		if err != nil {
			return err
		}
		subject, err := in.Subject(asker, rec)
		if err != nil {
			return err
		}
		holds, err = compiled.Match(tx.Context(), subject, in.Constants(asker))
		return err
	})
	return holds, err
}
