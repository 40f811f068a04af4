package record

import (
	"strings"
)

// segment is a part of an order that one statement reads.
type segment struct {
	keys  []key
	after cursor // of the same length: equal in all keys but the last, and beyond it in that
	empty bool   // those that have no value in the last key, instead
	order []key
}

// segments takes what comes after a place apart, so that each statement is one range of an index over the keys: records
// equal in all keys but the last, then those equal in all but the last two, and so on; and in each first those that
// have a value, then those that have none. So a page far down costs what the first one costs. A nil cursor is the
// beginning.
func segments(keys []key, after cursor) []segment {
	if after == nil {
		return beginning(keys)
	}
	var all []segment
	for last := len(keys) - 1; last >= 0; last-- {
		if after[last] == nil { // nothing comes after an empty value
			continue
		}
		place := keys[:last+1]
		all = append(all, segment{keys: place, after: after[:last+1], order: present(keys[last:])})
		if keys[last].nullable {
			all = append(all, segment{keys: place, after: after[:last+1], empty: true, order: keys[last+1:]})
		}
	}
	return all
}

// beginning is all of an order: records that have a value in the first key, then the others.
func beginning(keys []key) []segment {
	if !keys[0].nullable {
		return []segment{{order: keys}}
	}
	return []segment{
		{keys: keys[:1], after: cursor{nil}, order: present(keys)},
		{keys: keys[:1], after: cursor{nil}, empty: true, order: keys[1:]},
	}
}

// present is an order whose first key is not empty. "nulls last" would keep an index from giving it.
func present(keys []key) []key {
	first := keys[0]
	first.nullable = false
	return append([]key{first}, keys[1:]...)
}

// where writes the segment's condition; "" is everything.
func (g segment) where(s *statement) string {
	if len(g.keys) == 0 {
		return ""
	}
	last := len(g.keys) - 1
	parts := equals(s, g.keys[:last], g.after)
	k := g.keys[last]
	switch {
	case g.empty:
		parts = append(parts, k.sql+" is null")
	case g.after[last] == nil:
		parts = append(parts, k.sql+" is not null")
	default:
		parts = append(parts, beyond(s, k, g.after[last]))
	}
	return strings.Join(parts, " and ")
}

// follows is the condition that a record comes after a place, in one piece, for orders without an index: there each
// statement reads the whole table.
func follows(s *statement, keys []key, after cursor) string {
	if len(keys) == 0 {
		return "1 = 0"
	}
	k, v := keys[0], after[0]
	rest := follows(s, keys[1:], after[1:])
	if v == nil {
		return "(" + k.sql + " is null and " + rest + ")"
	}
	ways := []string{beyond(s, k, v), "(" + k.sql + " = " + s.arg(v) + " and " + rest + ")"}
	if k.nullable {
		ways = append(ways, k.sql+" is null")
	}
	return "(" + strings.Join(ways, " or ") + ")"
}

func beyond(s *statement, k key, v any) string {
	if k.down {
		return k.sql + " < " + s.arg(v)
	}
	return k.sql + " > " + s.arg(v)
}

func equals(s *statement, keys []key, values cursor) []string {
	var all []string
	for i, k := range keys {
		if values[i] == nil {
			all = append(all, k.sql+" is null")
		} else {
			all = append(all, k.sql+" = "+s.arg(values[i]))
		}
	}
	return all
}
