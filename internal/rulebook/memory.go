package rulebook

import (
	"fmt"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// memory is lists and labels as they were read last. It is never changed, only replaced.
type memory struct {
	lists  map[string]*knownList
	labels map[labelKey]int64 // when it ends in µs, 0 never
}

type knownList struct {
	kind    ListKind
	entries map[string]int64
}

type labelKey struct{ entity, value, name string }

func readMemory(tx *db.Tx) (*memory, error) {
	m := &memory{lists: map[string]*knownList{}, labels: map[labelKey]int64{}}
	lists, err := ValueLists(tx)
	if err != nil {
		return nil, err
	}
	byID := make(map[value.ID]*knownList, len(lists))
	for _, l := range lists {
		m.lists[l.Name] = &knownList{l.Kind, make(map[string]int64, l.Entries)}
		byID[l.ID] = m.lists[l.Name]
	}
	err = allEntries(tx, func(e Entry) {
		if l := byID[e.List]; l != nil {
			l.entries[e.Value] = micros(e.Expires)
		}
	})
	if err != nil {
		return nil, err
	}
	return m, m.readLabels(tx)
}

func (m *memory) readLabels(tx *db.Tx) error {
	return db.Each(tx, func(row db.Scanner) error {
		var k labelKey
		var expires int64
		if err := row.Scan(&k.entity, &k.value, &k.name, &expires); err != nil {
			return err
		}
		m.labels[k] = expires
		return nil
	}, `
		select entity, value, name, coalesce(expires_us, 0)
		from entity_label`)
}

// micros is a time as a column has it, 0 for none.
func micros(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return value.Micros(at)
}

// nullable is a time as an argument.
func nullable(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return value.Micros(at)
}

func lives(expires int64, now time.Time) bool { return expires == 0 || expires > value.Micros(now) }

// In reports whether a value is in a list now. A list that does not exist is an error, so that a rule asking for it holds.
func (b *Book) In(list, text string) (bool, error) {
	l := b.memory.Load().lists[list]
	if l == nil {
		return false, fmt.Errorf("rulebook.In: there is no list %q", list)
	}
	now := b.db.Clock().Now()
	for at := folded(l.kind, text); at != ""; at = parent(l.kind, at) {
		if expires, ok := l.entries[at]; ok && lives(expires, now) {
			return true, nil
		}
	}
	return false, nil
}

// parent is the host above a host, down to the last two names; "" for anything else.
func parent(kind ListKind, text string) string {
	_, above, ok := strings.Cut(text, ".")
	if kind != LinkList || !ok || !strings.Contains(above, ".") {
		return ""
	}
	return above
}

// Has reports whether any of the keys of an entity has a label now.
func (b *Book) Has(entity string, keys []string, name string) (bool, error) {
	m, now := b.memory.Load(), b.db.Clock().Now()
	for _, key := range keys {
		if expires, ok := m.labels[labelKey{entity, key, name}]; ok && lives(expires, now) {
			return true, nil
		}
	}
	return false, nil
}
