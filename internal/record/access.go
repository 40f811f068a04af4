package record

import (
	"context"
	"time"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// constants are what conditions may know of the asker and the moment.
func (a Asker) constants(now time.Time) expr.Constants {
	me := map[string]any{"role": a.Role, "roles": []string{a.Role}}
	if a.Account != 0 {
		me["id"] = int64(a.Account)
	}
	return expr.Constants{Now: now, Me: me}
}

// mayChange returns Forbidden unless the asker has a right to all these records: the object's right, and for Edit and
// Delete the row rules for seeing and for changing. Records the asker may not see are NotFound. Those in the trash count
// as they did before they went there.
func (r *Reader) mayChange(a Asker, object string, right Right, ids ...value.ID) error {
	k, err := r.about(a, object)
	if err != nil {
		return err
	}
	if !k.seen.May(right) {
		return k.seen.refused(right)
	}
	return k.rules(right, ids)
}

// refused is the error for somebody who lacks a right.
func (s *Seen) refused(right Right) error {
	return value.Errorf(value.Forbidden, "your role may not %s %s", right, s.Plural.In("en"))
}

// rules asks the database about the row rules of records, a few hundred at a time.
func (k *ask) rules(right Right, ids []value.ID) error {
	free := k.seen.rows == nil && !k.seen.nothing && k.seen.change == nil && !k.seen.frozen
	if free || right == Make {
		return nil
	}
	const chunk = 500
	for start := 0; start < len(ids); start += chunk {
		part := ids[start:min(start+chunk, len(ids))]
		if err := k.rulesOf(right, part); err != nil {
			return err
		}
	}
	return nil
}

func (k *ask) rulesOf(right Right, ids []value.ID) error {
	k.both = true
	k.ids = plainIDs(ids)
	seen, err := k.matching(nil)
	if err != nil {
		return err
	}
	changeable := seen
	if right == Edit || right == Delete {
		if changeable, err = k.matching(k.seen.change); err != nil {
			return err
		}
	}
	for _, id := range ids {
		switch {
		case !seen[id]:
			return k.seen.noRecord()
		case k.seen.frozen || !changeable[id]:
			return value.Errorf(value.Forbidden, "a rule lets your role see %s, but not change it", k.seen.ID(id))
		}
	}
	return nil
}

// matching finds which of the query's records there are, and meet a further rule.
func (k *ask) matching(rule *expr.Condition) (map[value.ID]bool, error) {
	s := k.statement()
	where, err := k.where(s)
	if err != nil {
		return nil, err
	}
	if rule != nil {
		more, err := s.condition(rule, "t", k.constants)
		if err != nil {
			return nil, err
		}
		where = joined(where, more)
	}
	found, err := k.idsOf(s, "where "+where)
	all := make(map[value.ID]bool, len(found))
	for _, id := range found {
		all[value.ID(id)] = true
	}
	return all, err
}

// noRecord is the error for a record that is not there, or that the asker may not see.
func (s *Seen) noRecord() error {
	return value.Errorf(value.NotFound, "there is no such record of %s", s.Plural.In("en"))
}

func plainIDs(ids []value.ID) []int64 {
	all := make([]int64, len(ids))
	for i, id := range ids {
		all[i] = int64(id)
	}
	return all
}

// match evaluates a rule in process for values as they will be, for records that are being made.
func matchRule(ctx context.Context, rule *expr.Condition, rec expr.Record, constants expr.Constants) bool {
	ok, err := rule.Match(ctx, rec, constants)
	return err == nil && ok
}
