package rulebook

import (
	"encoding/json"
	"fmt"
	"slices"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Tidy removes back-tests that are older than what they replayed is kept. It returns how many.
func Tidy(tx *db.Tx) (removed int64, err error) {
	removed, err = tx.Exec(`delete from rule_trial where made_us < $1`, value.Micros(tx.Now().Add(-recent)))
	if err != nil {
		return 0, fmt.Errorf("rulebook.Tidy: %w", err)
	}
	return removed, nil
}

// Forget takes a record that is erased out of the results of back-tests. Their counts stay.
func Forget(tx *db.Tx, object string, record value.ID) error {
	all, err := db.All(tx, scanTrial, `select `+trialColumns+` from rule_trial where result is not null`)
	if err != nil {
		return fmt.Errorf("rulebook.Forget(%s %d): %w", object, record, err)
	}
	for _, t := range all {
		kept := slices.DeleteFunc(slices.Clone(t.Result.Changes), func(c Changed) bool { return c.Object == object && c.Record == record })
		if len(kept) == len(t.Result.Changes) {
			continue
		}
		t.Result.Changes = kept
		body, err := json.Marshal(t.Result)
		if err != nil {
			return fmt.Errorf("rulebook.Forget(%s %d): %w", object, record, err)
		}
		if _, err := tx.Exec(`update rule_trial set result = $1 where id = $2`, string(body), int64(t.ID)); err != nil {
			return fmt.Errorf("rulebook.Forget(%s %d): %w", object, record, err)
		}
	}
	return nil
}
