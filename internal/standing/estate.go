package standing

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Estate is what this package keeps of a person, and what others keep that bears on them; see package member.
type Estate struct{ Desk *Desk }

// Name is how the export calls it.
func (Estate) Name() string { return "standing" }

type exportedEntry struct {
	Section string     `json:"section"`
	Title   string     `json:"title"`
	Text    string     `json:"text,omitempty"`
	State   string     `json:"state,omitempty"`
	Made    *time.Time `json:"made,omitempty"`
	Until   *time.Time `json:"until,omitempty"`
	Link    string     `json:"link,omitempty"`
}

type exportedContest struct {
	Said     string     `json:"about"`
	Words    string     `json:"text"`
	State    State      `json:"state"`
	Answer   string     `json:"answer,omitempty"`
	Made     time.Time  `json:"made"`
	Answered *time.Time `json:"answered,omitempty"`
}

// Export puts the lines of the member's page and their contests. Neither names staff, or who reported anything.
func (e Estate) Export(tx *db.Tx, account value.ID, put func(name string, rows any) error) error {
	held, err := e.Desk.config.Held(tx, account)
	if err != nil {
		return err
	}
	var lines []exportedEntry
	for _, section := range held.Sections(tx.Context(), tx.Now()) {
		for _, l := range section.Entries {
			lines = append(lines, exportedEntry{section.Name, l.Title, l.Text, l.Tag, orNil(l.Made), orNil(l.Until), l.Href})
		}
	}
	if err := put("held", lines); err != nil {
		return err
	}
	all, err := By(tx, account)
	rows := make([]exportedContest, len(all))
	for i, c := range all {
		rows[i] = exportedContest{c.Said, c.Words, c.State, c.Answer, c.Made, orNil(c.Answered)}
	}
	if err != nil {
		return err
	}
	return put("contests", rows)
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// Erase deletes the member's contests. What they were about is erased, or kept with its reason, by whoever holds it.
func (Estate) Erase(tx *db.Tx, account value.ID, _ func(what, why, until string)) error {
	gone, err := db.All(tx, db.Column[value.ID], "delete from contest where account = $1 returning id", int64(account))
	for _, id := range gone {
		tx.Log(db.Change{Object: Object, Record: id, Diff: map[string]any{"erased": true}})
	}
	return err
}
