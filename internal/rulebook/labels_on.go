package rulebook

import (
	"fairground/internal/db"
	"fairground/internal/value"
)

const entityLabelColumns = `entity, value, name, reason, author, made_us, coalesce(expires_us, 0)`

func scanEntityLabel(row db.Scanner) (l EntityLabel, err error) {
	var made, expires int64
	err = row.Scan(&l.Entity, &l.Value, &l.Name, &l.Reason, &l.Author, &made, &expires)
	l.Made = value.FromMicros(made)
	if expires != 0 {
		l.Expires = value.FromMicros(expires)
	}
	return l, err
}

// LabelsOn returns the labels on one thing that have not expired, the newest first. Key is as safety.Gate.Key makes it.
func LabelsOn(tx *db.Tx, entity, key string) ([]EntityLabel, error) {
	return db.All(tx, scanEntityLabel, `
		select `+entityLabelColumns+`
		from entity_label
		where entity = $1 and value = $2 and (expires_us is null or expires_us > $3)
		order by made_us desc, name`, entity, key, value.Micros(tx.Now()))
}

// DropLabel takes a label away in the caller's transaction, for rooms that find that it was wrong. One that is gone is no
// error. Books notice it as they notice every other change of the rules.
func DropLabel(tx *db.Tx, entity, key, name string) error {
	if err := touch(tx, false, true, false); err != nil {
		return err
	}
	n, err := tx.Exec(`delete from entity_label where entity = $1 and value = $2 and name = $3`, entity, key, name)
	if err != nil || n == 0 {
		return err
	}
	tx.Log(db.Change{Object: "entity_label", Record: tx.NewID(), Diff: map[string]any{"entity": entity, "key": key, "name": name, "removed": true}})
	return nil
}
