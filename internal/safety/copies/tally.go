package copies

import (
	"slices"

	"fairground/internal/value"
)

// tally counts what the score of a cluster is made of. It follows the cluster, so that a gate need not look at thousands of
// members for each that comes; what changes many members at once drops it, and it is counted anew.
type tally struct {
	accounts map[value.ID]*holder
	phones   map[string]int
	places   map[string]int
	times    []int64 // ascending
	fresh    int     // accounts that were new when they offered something
	sharing  int     // accounts that have a telephone, mail address, handle or photo in common with another
	copying  int     // accounts that have text in common with another
}

// holder is one account of a cluster: how many of its documents are in it, how many of them were offered when it was new,
// and how many edges tie it to other accounts.
type holder struct {
	documents, fresh, shares, copies int
}

// tallyOf returns the counts of a cluster.
func (x *Index) tallyOf(c *cluster) *tally {
	if c.tally == nil {
		c.tally = tallyOf(x.documents(c))
		for _, e := range c.edges {
			c.tally.tie(x.docs[e.a], x.docs[e.b], e.stage, 1)
		}
	}
	return c.tally
}

func tallyOf(docs []*document) *tally {
	t := &tally{accounts: make(map[value.ID]*holder), phones: make(map[string]int), places: make(map[string]int)}
	for _, d := range docs {
		t.count(d, 1)
	}
	return t
}

// count adds a document, or takes it away again.
func (t *tally) count(d *document, by int) {
	for _, e := range d.entities {
		if e.kind == entityPhone {
			add(t.phones, lastDigits(e.value), by)
		}
	}
	if d.place != "" {
		add(t.places, d.place, by)
	}
	if d.at != noTime {
		at, _ := slices.BinarySearch(t.times, d.at)
		if by > 0 {
			t.times = slices.Insert(t.times, at, d.at)
		} else {
			t.times = slices.Delete(t.times, at, at+1)
		}
	}
	if d.account == 0 {
		return
	}
	h := t.accounts[d.account]
	if h == nil {
		h = &holder{}
		t.accounts[d.account] = h
	}
	if h.documents += by; h.documents == 0 {
		delete(t.accounts, d.account)
	}
	if d.isNew() {
		t.fresh += crossed(&h.fresh, by)
	}
}

// tie adds an edge between two documents, or takes it away again. Both must be counted while it is.
func (t *tally) tie(a, b *document, stage Stage, by int) {
	if a.account == b.account || a.account == 0 || b.account == 0 {
		return
	}
	for _, d := range [2]*document{a, b} {
		h := t.accounts[d.account]
		if stage == StageText || stage == StagePhrase {
			t.copying += crossed(&h.copies, by)
		} else {
			t.sharing += crossed(&h.shares, by)
		}
	}
}

func add(to map[string]int, key string, by int) {
	if to[key] += by; to[key] == 0 {
		delete(to, key)
	}
}

// crossed changes a count and returns 1 when it is now more than nothing, -1 when it is nothing again, and 0 otherwise.
func crossed(n *int, by int) int {
	was := *n > 0
	*n += by
	switch is := *n > 0; {
	case is && !was:
		return 1
	case was && !is:
		return -1
	}
	return 0
}

// isNew says whether the account was less than a week old when it offered this.
func (d *document) isNew() bool {
	return d.since != noTime && d.at != noTime && d.at-d.since < newAge_us
}

// summary is what the counts say.
func (t *tally) summary() Summary {
	s := Summary{Accounts: len(t.accounts), Phones: len(t.phones), Places: len(t.places)}
	if len(t.times) > 0 {
		s.First, s.Last = timeOf(t.times[0]), timeOf(t.times[len(t.times)-1])
	}
	s.Activity = Activity{
		Accounts: several(s.Accounts, 2), Places: several(s.Places, 3), Velocity: several(busiest(t.times, day_us), 10),
		New: share(t.fresh, s.Accounts),
	}
	if s.Accounts > 1 {
		s.Activity.Shared, s.Activity.Copied = share(t.sharing, s.Accounts), share(t.copying, s.Accounts)
	}
	s.Score = s.Activity.score()
	return s
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
