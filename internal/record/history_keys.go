package record

import (
	"time"

	"fairground/internal/db"
)

// keyChange is a plan's step that gave a field its key: by renaming it, or by making it.
type keyChange struct {
	at       time.Time
	from, to string // from is "" when the field was made
}

// mostPlans is how far back keys are followed. Changes of records that are older are shown by what is known then.
const mostPlans = 10_000

// keyChanges are the steps that changed keys of an object's fields, newest first. The change log names fields by the
// keys they had, and a key may have had another owner since, who may even be hidden.
func keyChanges(tx *db.Tx, c *Catalog, o *Object) ([]keyChange, error) {
	return remember(c, "key changes "+o.Key, func() ([]keyChange, error) {
		plans, err := remember(c, "plans", func() ([]Plan, error) { return Plans(tx, mostPlans) })
		if err != nil {
			return nil, err
		}
		var all []keyChange
		object := o.Key
		for _, p := range plans {
			for i := len(p.Steps) - 1; i >= 0; i-- {
				step := p.Steps[i]
				switch {
				case step.Op == ChangeObject && step.NewObject != nil && step.NewObject.Key == object && step.Object != "":
					object = step.Object
				case step.Object != object || step.NewField == nil:
				case step.Op == AddField:
					all = append(all, keyChange{at: p.At, to: step.NewField.Key})
				case step.Op == ChangeField && step.NewField.Key != step.Field:
					all = append(all, keyChange{p.At, step.Field, step.NewField.Key})
				}
			}
		}
		return all, nil
	})
}

// keyAt is the key that a field had at a time; "" when there was no such field yet.
func keyAt(key string, at time.Time, changes []keyChange) string {
	for _, change := range changes {
		if !change.at.After(at) {
			break
		}
		if change.to == key {
			key = change.from
		}
		if key == "" {
			break
		}
	}
	return key
}

// followKeys works out the key changes of all objects, for those who read the log without the database.
func followKeys(tx *db.Tx, c *Catalog) error {
	_, err := remember(c, "key changes", func() (map[string][]keyChange, error) {
		all := make(map[string][]keyChange)
		for _, o := range c.Objects() {
			if o.Owned != nil {
				continue
			}
			changes, err := keyChanges(tx, c, o)
			if err != nil {
				return nil, err
			}
			all[o.Key] = changes
		}
		return all, nil
	})
	return err
}

// logged is the key under which an entry of the log names a field; "" when there was no such field then. Without
// followKeys it is the present one.
func (c *Catalog) logged(o *Object, f *Field, at time.Time) string {
	kept, ok := c.derived.Load("key changes")
	if !ok {
		return f.Key
	}
	return keyAt(f.Key, at, kept.(map[string][]keyChange)[o.Key])
}
