package safety

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"fairground/internal/value"
)

// Recent holds the sightings of one site in memory and counts them: it is the Sightings of a real gate. Load fills it when
// a site is opened, the gate adds what this process commits, and Poll fetches what other processes wrote. It is safe for
// use by several goroutines.
//
// A record is counted once for each stage, however often it was screened, from the first time it was seen with a key. It
// stays counted under keys that it lost by an edit. What lies in the future, because a clock was set back, counts as
// now. Counts end at 20,000.
//
// Its size is bounded by the number of records. Beyond it, the oldest goes first, before those whose telephone number,
// photos and other keys were seen only once. A record takes 400 to 800 bytes with five keys.
type Recent struct {
	clock value.Clock
	most  int

	mu      sync.RWMutex
	visits  []visit
	marks   []mark
	visited map[visitName]uint32
	heads   map[uint64]uint32 // by mixed key: the latest mark
	free    struct{ visit, mark uint32 }
	oldest  uint32
	newest  uint32
	cursor  value.ID
}

// The marks and visits are numbered from 1 on; 0 is none.

// visit is one record at one stage.
type visit struct {
	name         visitName
	first        uint32 // its latest mark
	older, newer uint32
	marks        uint16
}

type visitName struct {
	record value.ID
	event  byte
}

// mark is one key of one visit.
type mark struct {
	key        uint64 // mixed with the entity
	at_s       uint32 // when the visit was first seen with it
	visit      uint32
	next, prev uint32 // of the same key
	sibling    uint32 // of the same visit
	entity     byte
}

// MostRecent is a fitting bound for one site.
const MostRecent = 200_000

const (
	mostCounted = 20_000 // where counts end
	mostMarks   = 64     // keys of one visit
	mostLooked  = 64     // how many of the oldest are looked at to find one that is rare
)

// NewRecent returns an empty memory for at most so many records.
func NewRecent(clock value.Clock, most int) *Recent {
	return &Recent{clock: clock, most: max(most, 1), visits: make([]visit, 1), marks: make([]mark, 1), visited: map[visitName]uint32{}, heads: map[uint64]uint32{}}
}

// Len is how many records are held.
func (r *Recent) Len() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.visited)
}

// Add counts one sighting. The same one twice counts once.
func (r *Recent) Add(s Sighting) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := visitName{s.Record, eventNumber(string(s.Event))}
	n := r.visited[name]
	if n == 0 {
		for len(r.visited) >= r.most {
			r.drop(r.spare())
		}
		n = r.newVisit(name)
	} else {
		r.unlink(n)
	}
	r.link(n)
	at_s := uint32(max(s.At.Unix(), 1))
	for i, entity := range entities {
		for _, key := range s.Keys[entity] {
			r.note(n, byte(i), mixed(i, key), at_s)
		}
	}
}

func eventNumber(event string) byte { return byte(slices.Index(Stages(), Stage(event)) + 1) }

// mixed is a key as a number. Keys are hashes, or ids; the entity keeps them apart.
func mixed(entity int, key string) uint64 {
	var n uint64
	if len(key) == 32 {
		n, _ = strconv.ParseUint(key[:16], 16, 64)
	} else {
		n, _ = strconv.ParseUint(key, 10, 64)
	}
	return n ^ uint64(entity+1)*0x9e3779b97f4a7c15
}

// note marks a visit with a key, unless it has it.
func (r *Recent) note(n uint32, entity byte, key uint64, at_s uint32) {
	for m := r.visits[n].first; m != 0; m = r.marks[m].sibling {
		if r.marks[m].key == key && r.marks[m].entity == entity {
			r.marks[m].at_s = min(r.marks[m].at_s, at_s)
			return
		}
	}
	if r.visits[n].marks >= mostMarks {
		return
	}
	m := r.newMark()
	head := r.heads[key]
	r.marks[m] = mark{key: key, at_s: at_s, visit: n, next: head, sibling: r.visits[n].first, entity: entity}
	if head != 0 {
		r.marks[head].prev = m
	}
	r.heads[key] = m
	r.visits[n].first = m
	r.visits[n].marks++
}

func (r *Recent) newMark() uint32 {
	if m := r.free.mark; m != 0 {
		r.free.mark = r.marks[m].next
		return m
	}
	r.marks = append(r.marks, mark{})
	return uint32(len(r.marks) - 1)
}

func (r *Recent) newVisit(name visitName) uint32 {
	n := r.free.visit
	if n != 0 {
		r.free.visit = r.visits[n].older
	} else {
		r.visits = append(r.visits, visit{})
		n = uint32(len(r.visits) - 1)
	}
	r.visits[n] = visit{name: name}
	r.visited[name] = n
	return n
}

// link makes a visit the newest.
func (r *Recent) link(n uint32) {
	r.visits[n].older, r.visits[n].newer = r.newest, 0
	if r.newest != 0 {
		r.visits[r.newest].newer = n
	}
	r.newest = n
	if r.oldest == 0 {
		r.oldest = n
	}
}

func (r *Recent) unlink(n uint32) {
	v := &r.visits[n]
	if v.older != 0 {
		r.visits[v.older].newer = v.newer
	} else {
		r.oldest = v.newer
	}
	if v.newer != 0 {
		r.visits[v.newer].older = v.older
	} else {
		r.newest = v.older
	}
}

// spare is the visit that is missed least: of the oldest, one that shares no key with another, else the very oldest.
func (r *Recent) spare() uint32 {
	n := r.oldest
	for range mostLooked {
		if n == 0 {
			break
		}
		if r.rare(n) {
			return n
		}
		n = r.visits[n].newer
	}
	return r.oldest
}

func (r *Recent) rare(n uint32) bool {
	for m := r.visits[n].first; m != 0; m = r.marks[m].sibling {
		if place := entities[r.marks[m].entity] == EntityPlace; !place && (r.marks[m].next != 0 || r.marks[m].prev != 0) {
			return false
		}
	}
	return true
}

func (r *Recent) drop(n uint32) {
	for m := r.visits[n].first; m != 0; {
		gone := r.marks[m]
		switch {
		case gone.prev != 0:
			r.marks[gone.prev].next = gone.next
		case gone.next != 0:
			r.heads[gone.key] = gone.next
		default:
			delete(r.heads, gone.key)
		}
		if gone.next != 0 {
			r.marks[gone.next].prev = gone.prev
		}
		r.marks[m] = mark{next: r.free.mark}
		r.free.mark = m
		m = gone.sibling
	}
	r.unlink(n)
	delete(r.visited, r.visits[n].name)
	r.visits[n] = visit{older: r.free.visit}
	r.free.visit = n
}

// Count is how many records any of the keys was seen with at a stage within a window.
func (r *Recent) Count(ctx context.Context, entity string, keys []string, event string, window time.Duration) (int64, error) {
	return recentWith{r, Sighting{}}.Count(ctx, entity, keys, event, window)
}

// Distinct is how many values of a field were seen together with any of the keys within a window.
func (r *Recent) Distinct(ctx context.Context, entity string, keys []string, field string, window time.Duration) (int64, error) {
	return recentWith{r, Sighting{}}.Distinct(ctx, entity, keys, field, window)
}

// With is the same memory as if a sighting had been added, which it is not.
func (r *Recent) With(own Sighting) Sightings { return recentWith{r, own} }

// recentWith is a memory and a subject that is being screened.
type recentWith struct {
	*Recent
	own Sighting
}

// Count counts the subject itself when it is at the stage that is asked about.
func (r recentWith) Count(ctx context.Context, entity string, keys []string, event string, window time.Duration) (int64, error) {
	stage := eventNumber(event)
	own := r.shares(entity, keys) && eventNumber(string(r.own.Event)) == stage
	seen := map[uint32]bool{}
	err := r.each(ctx, entity, keys, window, func(m *mark) {
		v := &r.visits[m.visit]
		if v.name.event == stage && !(own && v.name.record == r.own.Record) {
			seen[m.visit] = true
		}
	})
	n := int64(len(seen))
	if own {
		n++
	}
	return n, err
}

// Distinct counts the values of the subject itself, too.
func (r recentWith) Distinct(ctx context.Context, entity string, keys []string, field string, window time.Duration) (int64, error) {
	wanted := slices.Index(entities, field)
	seen := map[uint64]bool{}
	if r.shares(entity, keys) {
		for _, key := range r.own.Keys[field] {
			seen[mixed(wanted, key)] = true
		}
		if field == fieldRecord {
			seen[uint64(r.own.Record)] = true
		}
	}
	err := r.each(ctx, entity, keys, window, func(m *mark) {
		if field == fieldRecord {
			seen[uint64(r.visits[m.visit].name.record)] = true
			return
		}
		for other := r.visits[m.visit].first; other != 0; other = r.marks[other].sibling {
			if int(r.marks[other].entity) == wanted {
				seen[r.marks[other].key] = true
			}
		}
	})
	return int64(len(seen)), err
}

// shares reports whether the subject has one of the keys.
func (r recentWith) shares(entity string, keys []string) bool {
	return slices.ContainsFunc(r.own.Keys[entity], func(key string) bool { return slices.Contains(keys, key) })
}

// each calls fn for the marks of some keys that lie in a window.
func (r recentWith) each(ctx context.Context, entity string, keys []string, window time.Duration, fn func(*mark)) error {
	since_s := uint32(max(r.clock.Now().Add(-window).Unix(), 0))
	number := slices.Index(entities, entity)
	r.mu.RLock()
	defer r.mu.RUnlock()
	left := mostCounted
	for _, key := range keys {
		for m := r.heads[mixed(number, key)]; m != 0 && left > 0; m = r.marks[m].next {
			left--
			if left%1000 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if mark := &r.marks[m]; mark.at_s >= since_s && int(mark.entity) == number {
				fn(mark)
			}
		}
	}
	return nil
}
