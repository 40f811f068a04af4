package appeal

import (
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Estate is what this package keeps of a member, for exporting and erasing it.
type Estate struct{}

// Name is the folder of an export.
func (Estate) Name() string { return "appeals" }

type exported struct {
	Made   time.Time `json:"made"`
	Text   string    `json:"text"`
	Name   string    `json:"name,omitempty"`
	Email  string    `json:"email,omitempty"`
	State  State     `json:"state"`
	Answer string    `json:"answer,omitempty"`
}

// Export hands out every appeal that the member made as the author of what was restricted.
func (Estate) Export(tx *db.Tx, account value.ID, put func(name string, rows any) error) error {
	all, err := Of(tx, account)
	if err != nil {
		return fmt.Errorf("appeal.Export(%s): %w", account, err)
	}
	rows := make([]exported, len(all))
	for i, a := range all {
		rows[i] = exported{a.Made, a.Text, a.Name, string(a.Email), a.State, a.Answer}
	}
	return put("appeals", rows)
}

// Erase takes names, addresses and words out of the member's appeals. An open one stays open, without words: the decision
// is looked at all the same.
func (Estate) Erase(tx *db.Tx, account value.ID, _ func(what, why, until string)) error {
	all, err := Of(tx, account)
	if err != nil || len(all) == 0 {
		return err
	}
	if _, err := tx.Exec("update appeal set account = 0, name = '', email = '', text = '', answer = '' where account = $1", int64(account)); err != nil {
		return fmt.Errorf("appeal.Erase(%s): %w", account, err)
	}
	for _, a := range all {
		tx.Log(db.Change{Object: Object, Record: a.ID, Diff: map[string]any{"erased": true}})
	}
	return nil
}
