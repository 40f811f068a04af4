package change

import (
	"fmt"
	"strings"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Filter narrows the log for people who read it. Zero fields do not narrow.
type Filter struct {
	Object string
	Record value.ID
	Actor  string // as value.Actor.String writes it, or only its kind, such as "staff"
	Action string
}

// Newest returns up to limit entries that a filter leaves, newest first. before is the number of the last entry of the
// page above, 0 for the first page. Entries that have no number yet are left out; call Number before.
func Newest(tx *db.Tx, f Filter, before int64, limit int) ([]Row, error) {
	where, args := f.where(before)
	args = append(args, limit)
	return db.All(tx, scan, "select "+columns+" from change where "+where+
		fmt.Sprintf(" order by seq desc limit $%d", len(args)), args...)
}

func (f Filter) where(before int64) (string, []any) {
	clauses := []string{"seq is not null"}
	var args []any
	add := func(clause string, arg any) {
		args = append(args, arg)
		clauses = append(clauses, strings.ReplaceAll(clause, "?", fmt.Sprintf("$%d", len(args))))
	}
	if before > 0 {
		add("seq < ?", before)
	}
	if f.Record != 0 {
		add("record = ?", int64(f.Record))
	}
	if f.Object != "" {
		add("object = ?", f.Object)
	}
	if f.Action != "" {
		add("action = ?", f.Action)
	}
	switch {
	case f.Actor == "":
	case strings.Contains(f.Actor, ":"):
		add("actor = ?", f.Actor)
	default:
		add("(actor = ? or substr(actor, 1, length(?) + 1) = ? || ':')", f.Actor)
	}
	return strings.Join(clauses, " and "), args
}
