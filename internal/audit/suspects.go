package audit

import (
	"fmt"
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"fairground/internal/change"
)

// suspects are the places of the log where the change is not the one that was sealed there, or is not there. Trying
// each change under the numbers of the others tells what happened: moved, inserted, removed, or altered.
type suspects struct {
	sealed map[int64]tlog.Hash   // what was sealed at a place
	rows   map[int64]*change.Row // what stands there now; nil when nothing
}

// mostSuspects bounds memory; whoever altered more is found out by the first ones.
const mostSuspects = 10_000

func newSuspects() suspects {
	return suspects{sealed: make(map[int64]tlog.Hash), rows: make(map[int64]*change.Row)}
}

func (s suspects) add(seq int64, sealed tlog.Hash, row *change.Row) {
	if len(s.sealed) < mostSuspects {
		s.sealed[seq], s.rows[seq] = sealed, row
	}
}

func (s suspects) sorted() []int64 { return slices.Sorted(maps.Keys(s.sealed)) }

func (s suspects) explain() []Problem {
	places := s.sorted()
	from := make(map[int64]int64) // place now → number it was sealed with
	taken := make(map[int64]bool) // numbers that were found
	for _, seq := range places {
		if row := s.rows[seq]; row != nil {
			if was, ok := s.sealedAs(*row, places); ok {
				from[seq], taken[was] = was, true
			}
		}
	}
	var all []Problem
	for _, seq := range places {
		was, moved := from[seq]
		switch {
		case s.rows[seq] == nil && !taken[seq], moved && !taken[seq]:
			all = append(all, Problem{Removed, seq, seq, fmt.Sprintf("The change that was sealed as %d is gone.", seq)})
		case s.rows[seq] != nil && !moved && taken[seq]:
			all = append(all, Problem{Inserted, seq, seq, fmt.Sprintf("Change %d was put in among sealed changes.", seq)})
		case s.rows[seq] != nil && !moved:
			all = append(all, Problem{Altered, seq, seq, fmt.Sprintf("Change %d is not the one that was sealed.", seq)})
		}
		if moved {
			all = appendMoved(all, seq, was)
		}
	}
	return all
}

// sealedAs looks for the number under which a change was sealed: near its place, or anywhere among few suspects.
func (s suspects) sealedAs(row change.Row, places []int64) (int64, bool) {
	const few, near = 64, 4
	here := row.Seq
	fits := func(seq int64) bool {
		sealed, suspect := s.sealed[seq]
		row.Seq = seq
		return suspect && seq != here && tlog.RecordHash(encodeLeaf(row)) == sealed
	}
	for by := int64(1); by <= near; by++ {
		if fits(here + by) {
			return here + by, true
		}
		if fits(here - by) {
			return here - by, true
		}
	}
	if len(places) <= few {
		for _, seq := range places {
			if fits(seq) {
				return seq, true
			}
		}
	}
	return 0, false
}

// appendMoved adds a moved change, or stretches the finding before it when that one moved as far.
func appendMoved(all []Problem, seq, was int64) []Problem {
	if last := len(all) - 1; last >= 0 && all[last].Kind == Moved && all[last].Through == seq-1 && all[last].Text == movedText(was-seq) {
		all[last].Through = seq
		return all
	}
	return append(all, Problem{Moved, seq, seq, movedText(was - seq)})
}

func movedText(by int64) string {
	if by > 0 {
		return fmt.Sprintf("The numbers were %d higher when these changes were sealed.", by)
	}
	return fmt.Sprintf("The numbers were %d lower when these changes were sealed.", -by)
}
