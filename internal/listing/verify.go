package listing

import (
	"fmt"

	"fairground/internal/db"
	"fairground/internal/safety"
)

// Check is the part of fairground check that guards promise 1: it goes through every live listing and returns one
// sentence for each whose clearance is missing, forged, or for another content, and how many it went through.
func Check(tx *db.Tx, gate *safety.Gate) (faults []string, read int, err error) {
	err = db.Each(tx, func(row db.Scanner) error {
		l, err := scanListing(row)
		if err != nil {
			return err
		}
		read++
		if tx.Now().Before(l.Opens) {
			faults = append(faults, fmt.Sprintf("listing %s is live before its time", l.Key()))
		}
		if l.Restricted.Since.After(tx.Now()) {
			faults = append(faults, fmt.Sprintf("listing %s is restricted from a time that is still to come", l.Key()))
		}
		if err := l.Cleared(gate); err != nil {
			faults = append(faults, fmt.Sprintf("listing %s is live without a valid clearance: %v", l.Key(), err))
		}
		return nil
	}, "select "+listingColumns+" from "+listingTables+" where l.status = 'live'")
	return faults, read, err
}
