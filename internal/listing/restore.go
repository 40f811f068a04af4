package listing

import (
	"strings"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// RestoreIn brings back a listing that staff, or a rule, had refused or removed: somebody else looked again and found
// that it may be seen. Its present content is reviewed for that reason and screened again, and its hash is not among
// the refused ones any more, so the author may submit it again as well. It reports whether the listing is cleared; a
// mandatory rule that refuses the content still does. Other listings are an error of kind Conflict.
func (d *Desk) RestoreIn(tx *db.Tx, id value.ID, reason string) (cleared bool, err error) {
	tree, err := LoadTree(tx)
	if err != nil {
		return false, err
	}
	l, _, err := d.changeIn(tx, tree, id, func(l *Listing) (safety.Outcome, error) {
		if l.Status != Rejected && (l.Status != Removed || l.EndedBy == value.Member) {
			return safety.Outcome{}, value.Errorf(value.Conflict, "this listing is %s; only what was refused or removed can be restored", l.Status)
		}
		if _, err := safety.RecordReview(tx, Object, id, l.Content.Hash(), reason); err != nil {
			return safety.Outcome{}, err
		}
		l.pardon()
		return d.rescreen(tx, tree, l)
	})
	return l.ClearedBy() != 0, err
}

// pardon forgets that people refused the present content.
func (l *Listing) pardon() {
	l.Status = Held
	l.refused = strings.ReplaceAll(l.refused, l.Content.Hash().String(), "")
}
