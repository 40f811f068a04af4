package record

import "fairground/internal/expr"

// Subject is a record that was read, as conditions in process read it. The conditions must be of the asker's own Scope,
// which knows no more than the asker sees.
func (r *Reader) Subject(a Asker, rec *Record) (expr.Record, error) {
	k, err := r.about(a, rec.Object.Key)
	if err != nil {
		return nil, err
	}
	return r.subjectOf(a, k.seen, rec.ID)
}

// Constants are what conditions may know of the asker and the moment.
func (r *Reader) Constants(a Asker) expr.Constants { return a.constants(r.tx.Now()) }
