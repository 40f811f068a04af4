package record

import (
	"context"
	"fmt"
	"slices"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// Reason says why an asker has a right to a record, or has it not.
type Reason struct {
	Right   Right
	Allowed bool
	Rule    string      // the condition that decided; "" = none, or the asker may not read it
	Parts   []expr.Part // what its parts yielded for this record
	Text    string      // the whole in a sentence
	Field   string      // set for a field that is hidden or locked; only askers who may define are told
}

// Why explains what an asker may do with a record and why: to see, to edit and to delete it. An asker who may define is
// also told of records, fields and rules that are hidden from them; for others those do not exist here either.
func (s *Store) Why(ctx context.Context, a Asker, object string, id value.ID) (reasons []Reason, err error) {
	err = s.reading(ctx, func(r *Reader) error {
		reasons, err = r.Why(a, object, id)
		return err
	})
	return reasons, err
}

// Why is Store.Why.
func (r *Reader) Why(a Asker, object string, id value.ID) ([]Reason, error) {
	sight, err := r.store.Sight(r.tx, a)
	if err != nil {
		return nil, err
	}
	seen := sight.looked[object]
	if seen == nil || !seen.May(See) && !a.Define {
		_, err := sight.Object(object)
		return nil, err
	}
	if !a.Define {
		if _, err := r.Trashed(a, object, id); err != nil {
			return nil, err
		}
	}
	w := &why{reader: r, asker: a, seen: seen, constants: a.constants(r.tx.Now())}
	if w.subject, err = r.subjectOf(a, seen, id); err != nil {
		return nil, err
	}
	see := w.right(See, seen.rows, seen.nothing)
	reasons := []Reason{see}
	for _, right := range []Right{Edit, Delete} {
		reason := w.right(right, seen.change, seen.frozen)
		if reason.Allowed && !see.Allowed {
			reason = Reason{Right: right, Text: "What one may not see one may not change."}
		}
		reasons = append(reasons, reason)
	}
	if a.Define {
		reasons = append(reasons, w.fields()...)
	}
	return reasons, nil
}

type why struct {
	reader    *Reader
	asker     Asker
	seen      *Seen
	subject   expr.Record
	constants expr.Constants
}

// subjectOf is the whole record as rules read it.
func (r *Reader) subjectOf(a Asker, seen *Seen, id value.ID) (expr.Record, error) {
	w, err := r.store.Writing(r.tx, a)
	if err != nil {
		return nil, err
	}
	m, err := w.catalog.form(seen.full)
	if err != nil {
		return nil, err
	}
	found, err := w.load(m, []value.ID{id})
	if err != nil {
		return nil, err
	}
	if found[id] == nil {
		return nil, value.Errorf(value.NotFound, "there is no such record of %s", seen.full.Plural.In("en"))
	}
	return w.subject(m, found[id], m.spread(found[id].Values)), nil
}

// right explains one right: the role's, then the grant's, then the rule's.
func (w *why) right(right Right, rule *expr.Condition, broken bool) Reason {
	reason := Reason{Right: right}
	plural, role := w.seen.full.Plural.In("en"), w.asker.Role
	switch {
	case !w.asker.may(right):
		reason.Text = fmt.Sprintf("The permissions of the role %s do not include this right.", role)
	case !w.seen.May(right) && w.seen.grant != nil && !slices.Contains(w.seen.grant.Rights, right):
		reason.Text = fmt.Sprintf("%s grant the role %s no right to %s.", plural, role, right)
	case !w.seen.May(right):
		reason.Text = fmt.Sprintf("%s are kept by a part of the program that does not allow it here.", plural)
	case broken:
		reason.Text = fmt.Sprintf("The rule for the role %s cannot be read any more, so nothing is allowed: %s.", role, w.seen.broken)
	case rule == nil:
		reason.Allowed, reason.Text = true, fmt.Sprintf("The role %s has this right to all %s.", role, plural)
	default:
		return w.ruled(reason, rule)
	}
	return reason
}

// ruled explains what a rule says of the record. Whoever may not see all that the rule reads is not shown the rule.
func (w *why) ruled(reason Reason, rule *expr.Condition) Reason {
	ok, err := rule.Match(w.reader.tx.Context(), w.subject, w.constants)
	reason.Allowed = ok && err == nil
	reason.Text = fmt.Sprintf("A rule for the role %s allows it for this record.", w.asker.Role)
	if !reason.Allowed {
		reason.Text = fmt.Sprintf("A rule for the role %s does not allow it for this record.", w.asker.Role)
	}
	if w.asker.Define || w.seen.sight.whyReads(rule.Fields()) == "" {
		reason.Rule = rule.Text()
		reason.Parts, _ = rule.Explain(w.subject, w.constants) // a rule that cannot be explained still has its answer
	}
	return reason
}

// fields tells of hidden and locked fields.
func (w *why) fields() []Reason {
	var all []Reason
	for _, f := range w.seen.full.Fields {
		if hidden := w.seen.sight.hidden[fieldName{w.seen.full.Key, f.Key}]; hidden != "" {
			all = append(all, Reason{Right: See, Field: f.Key, Text: hidden + "."})
		} else if slices.Contains(f.Locked, w.asker.Role) && !w.asker.whole {
			all = append(all, Reason{Right: Edit, Field: f.Key, Text: fmt.Sprintf("the field is locked for the role %s.", w.asker.Role)})
		}
	}
	return all
}
