package transfer

import (
	"errors"

	"fairground/internal/value"
)

// mostRaces is how often a chunk is repeated that lost a race for a unique value: the next time it sees who won.
const mostRaces = 3

// divide writes a chunk. One bad row can fail a whole chunk: a constraint of the database that nobody foresaw, or a rule
// of the feature that owns the object. Then each half is written by itself, until that row is alone and is refused.
func divide(c *chunk, write func(*chunk) error) error {
	err := write(c)
	for n := 1; n < mostRaces && lostRace(err); n++ {
		err = write(c)
	}
	if !ofRows(err) {
		return err
	}
	if len(c.lines) == 1 {
		if lostRace(err) || c.lines[0].err != nil {
			err = value.Errorf(value.Conflict, "the database refuses this row, because another one has taken its place")
		}
		c.lines[0].err = err
		return write(c)
	}
	half := len(c.lines) / 2
	for _, lines := range [][]line{c.lines[:half], c.lines[half:]} {
		if err := divide(&chunk{lines: lines}, write); err != nil {
			return err
		}
	}
	return nil
}

// lostRace reports whether a constraint of the database refused a write.
func lostRace(err error) bool {
	var known *value.Error
	return errors.As(err, &known) && known.Kind == value.Conflict && known.Err != nil
}

// ofRows reports whether an error is about what the rows hold, and not about the moment or the import.
func ofRows(err error) bool {
	switch value.KindOf(err) {
	case value.Invalid, value.NotFound, value.Forbidden, value.Conflict:
		return true
	default:
		return false
	}
}
