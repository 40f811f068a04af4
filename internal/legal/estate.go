package legal

import (
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Estate is what this package keeps of a person, for exporting and erasing it.
type Estate struct{}

// Name is the folder of an export.
func (Estate) Name() string { return "decisions" }

type exported struct {
	Decided  time.Time  `json:"decided"`
	Measure  Measure    `json:"measure"`
	Title    string     `json:"title"`
	Reasons  Parts      `json:"reasons"`
	Reversed *time.Time `json:"taken_back,omitempty"`
}

// Export hands out every statement of reasons that the member was given.
func (Estate) Export(tx *db.Tx, account value.ID, put func(name string, rows any) error) error {
	all, err := Of(tx, account)
	if err != nil {
		return fmt.Errorf("legal.Export(%s): %w", account, err)
	}
	rows := make([]exported, len(all))
	for i, s := range all {
		rows[i] = exported{Decided: s.Made, Measure: s.Measure, Title: s.Title, Reasons: s.Parts}
		if !s.Reversed.IsZero() {
			rows[i].Reversed = &s.Reversed
		}
	}
	return put("statements", rows)
}

// Erase takes the words out of the statements. That there were decisions, with their figures and the records without
// personal data, stays: the law wants them reported.
func (Estate) Erase(tx *db.Tx, account value.ID, keep func(what, why, until string)) error {
	all, err := Of(tx, account)
	if err != nil || len(all) == 0 {
		return err
	}
	if _, err := tx.Exec("update statement set author = 0, title = '', parts = '{}' where author = $1", int64(account)); err != nil {
		return fmt.Errorf("legal.Erase(%s): %w", account, err)
	}
	for _, s := range all {
		tx.Log(db.Change{Object: "statement", Record: s.ID, Diff: map[string]any{"erased": true}})
	}
	keep(text.T(tx.Context(), "legal.kept.what"), text.T(tx.Context(), "legal.kept.why"), text.T(tx.Context(), "legal.kept.until"))
	return nil
}
