package record

import (
	"fmt"

	"fairground/internal/db"
)

// number gives new records their numbers: one statement for each autonumber and batch. A record that is refused after
// this leaves a gap.
func (s *sheet) number() error {
	if len(s.form.autos) == 0 || s.options.DryRun {
		return nil
	}
	var created []*entry
	for _, e := range s.entries {
		if !e.failed() && e.made() {
			created = append(created, e)
		}
	}
	if len(created) == 0 {
		return nil
	}
	for _, i := range s.form.autos {
		next, err := s.w.reserve(s.form.fields[i], len(created))
		if err != nil {
			return err
		}
		for n, e := range created {
			e.now[i] = next + int64(n)
		}
	}
	return nil
}

// reserve takes so many numbers of a sequence and returns the first.
func (w *Writer) reserve(f *Field, count int) (int64, error) {
	start := max(f.Options.Start, 1)
	after, err := db.One(w.tx, db.Column[int64], `insert into record_sequence (field, next) values ($1, $2)
		on conflict (field) do update set next = record_sequence.next + $3
		returning next`, f.Number, start+int64(count), count)
	if err != nil {
		return 0, fmt.Errorf("record: numbers of field %d: %w", f.Number, err)
	}
	return after - int64(count), nil
}
