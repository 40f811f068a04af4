package safety

import (
	"fairground/internal/db"
	"fairground/internal/value"
)

// FindScreenings returns the latest screening of each of some records that has one.
func FindScreenings(tx *db.Tx, records []value.ID) (map[value.ID]Screening, error) {
	found := make(map[value.ID]Screening, len(records))
	if len(records) == 0 {
		return found, nil
	}
	marks, args := db.List(1, records)
	all, err := db.All(tx, scanScreening, `
		select `+screeningColumns+`
		from screening
		where id in (select max(id) from screening where record in (`+marks+`) group by record)`, args...)
	for _, s := range all {
		found[s.Record] = s
	}
	return found, err
}
