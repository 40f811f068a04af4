package rulebook

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// AddLabel notes something on an author, a telephone number or another entity, for rules to read with label(). What is
// typed is kept as a key: of numbers and addresses nothing but a hash under the site's secret is stored.
func (b *Book) AddLabel(ctx context.Context, actor value.Actor, entity, typed, name, reason string, expires time.Time) error {
	faults := Faults{}
	key := b.labelled(faults, entity, typed)
	if name = strings.TrimSpace(name); !listName.MatchString(name) {
		faults.add("label", "rulebook.fault.list_name", "use 2 to 40 small letters, digits and underscores, beginning with a letter")
	}
	if reason = strings.TrimSpace(reason); reason == "" || utf8.RuneCountInString(reason) > longestReason {
		faults.add("reason", "rulebook.fault.label_reason", "say why; whoever it concerns may ask")
	}
	if len(faults) > 0 {
		return faults
	}
	err := b.db.Write(ctx, actor, "rulebook.label", func(tx *db.Tx) error {
		return PutLabel(tx, EntityLabel{Entity: entity, Value: key, Name: name, Reason: reason, Expires: expires})
	})
	if err != nil {
		return err
	}
	return b.Load(ctx)
}

// PutLabel writes a label in the caller's transaction, for rooms that label what they decided about. Value is a key as
// safety.Gate.Key makes it.
func PutLabel(tx *db.Tx, l EntityLabel) error {
	if err := touch(tx, false, true, false); err != nil {
		return err
	}
	_, err := tx.Exec(`
		insert into entity_label (entity, value, name, reason, author, made_us, expires_us)
		values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (entity, value, name) do update
		set reason = excluded.reason, author = excluded.author, made_us = excluded.made_us, expires_us = excluded.expires_us`,
		l.Entity, l.Value, l.Name, l.Reason, tx.Actor().String(), value.Micros(tx.Now()), nullable(l.Expires))
	if err != nil {
		return fmt.Errorf("rulebook.PutLabel(%s, %s): %w", l.Entity, l.Name, err)
	}
	tx.Log(db.Change{Object: "entity_label", Record: tx.NewID(), Diff: map[string]any{"entity": l.Entity, "key": l.Value, "name": l.Name, "reason": l.Reason}})
	return nil
}

// RemoveLabel takes a label away; key is that of the stored label.
func (b *Book) RemoveLabel(ctx context.Context, actor value.Actor, entity, key, name string) error {
	err := b.db.Write(ctx, actor, "rulebook.unlabel", func(tx *db.Tx) error {
		if err := touch(tx, false, true, false); err != nil {
			return err
		}
		n, err := tx.Exec(`delete from entity_label where entity = $1 and value = $2 and name = $3`, entity, key, name)
		if err != nil {
			return fmt.Errorf("rulebook.RemoveLabel(%s, %s): %w", entity, name, err)
		}
		if n == 0 {
			return value.Errorf(value.NotFound, "there is no such label any more")
		}
		tx.Log(db.Change{Object: "entity_label", Record: tx.NewID(), Diff: map[string]any{"entity": entity, "key": key, "name": name, "removed": true}})
		return nil
	})
	if err != nil {
		return err
	}
	return b.Load(ctx)
}

// labelled is the key of what was typed.
func (b *Book) labelled(faults Faults, entity, typed string) string {
	typed = strings.TrimSpace(typed)
	if !slices.Contains(safety.Entities(), entity) {
		faults.add("entity", "rulebook.fault.entity", "choose what the label is on")
		return ""
	}
	kinds := map[string]ListKind{safety.EntityAuthor: AccountList, safety.EntityPhone: PhoneList, safety.EntityMail: MailList, safety.EntityLink: LinkList}
	kind, typedKind := kinds[entity]
	if !typedKind {
		kind = TextList
	}
	if mistyped(kind, typed) {
		faults.add("value", "rulebook.fault.value", "this is not one")
		return ""
	}
	if entity == safety.EntityHandle || entity == safety.EntityPhoto {
		return b.gate.Key(entity, strings.TrimPrefix(typed, "@"))
	}
	return b.gate.Key(entity, folded(kind, typed))
}

// shown is an account as people know it, or the fingerprint of anything else.
func (l EntityLabel) shown() string {
	id, err := strconv.ParseInt(l.Value, 10, 64)
	if l.Entity != safety.EntityAuthor || err != nil {
		return value.Clip(l.Value, 12)
	}
	return value.ID(id).Text("acc")
}
