package reverse

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// Matcher knows queries by the ids that their owner gave them. Make one with New.
type Matcher struct {
	analyzer *words.Analyzer
	readings sync.Pool // of *reading

	mu         sync.RWMutex
	tokens     tokens
	attributes map[string]uint16  // numbers from 1; they stay, since a site has few
	currencies []search.Query     // what queries of one currency have in common: the currency and its rates
	rates      map[string]float64 // units of the base for one of another; the base is there with 1
	places     map[value.ID]uint32
	stored     arena
	files      [][]entry // by token
}

// entry is one query in a file.
type entry struct {
	place uint32
	also  token // must be there too; 0 for none
	area  area
}

// New returns an empty Matcher that takes words apart as an analyzer does, with its synonyms. For another analyzer make
// another Matcher.
func New(a *words.Analyzer) *Matcher {
	return &Matcher{
		analyzer: a, tokens: newTokens(), attributes: map[string]uint16{}, places: map[value.ID]uint32{},
		files: make([][]entry, 2), readings: sync.Pool{New: func() any { return new(reading) }},
	}
}

// SetRates says how many units of a currency one unit of another is worth, both in major units. Prices in currencies
// without a rate match no price in another one. They count instead of Query.Rates.
func (m *Matcher) SetRates(base string, rates search.Rates) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rates = map[string]float64{base: 1}
	for currency, rate := range rates {
		if rate > 0 && currency != base {
			m.rates[currency] = rate
		}
	}
	for i, q := range m.currencies {
		m.currencies[i].Rates = m.ratesIn(q.Currency)
	}
}

// ratesIn are the rates to a currency, by way of the base.
func (m *Matcher) ratesIn(currency string) search.Rates {
	to, known := m.rates[currency]
	all := make(search.Rates, len(m.rates))
	if known {
		for from, rate := range m.rates {
			all[from] = rate / to
		}
	}
	return all
}

// Add stores a query under an id, in the place of the one that was there. Its errors are those of Query.Checked.
func (m *Matcher) Add(id value.ID, q search.Query) error {
	q, err := q.Checked(m.analyzer)
	if err != nil {
		return fmt.Errorf("reverse.Add(%s): %w", id, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(id)
	c := m.compile(q)
	under, also := m.choose(c)
	place := m.stored.keep(stored(id, under, c.program))
	m.places[id] = place
	for _, t := range under {
		m.files[t] = append(m.files[t], entry{place, also, areaOf(q)})
	}
	return nil
}

// fit gives every token a file.
func (m *Matcher) fit() {
	for len(m.files) < len(m.tokens.names) {
		m.files = append(m.files, nil)
	}
}

// Remove forgets a query. Without it there it does nothing.
func (m *Matcher) Remove(id value.ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(id)
}

func (m *Matcher) remove(id value.ID) {
	place, known := m.places[id]
	if !known {
		return
	}
	_, under, rest := m.stored.at(place).stored()
	for _, t := range under {
		m.files[t] = without(m.files[t], place)
	}
	rest.eachToken(m.tokens.drop)
	m.stored.drop(place, headWords+len(under)+len(rest))
	delete(m.places, id)
}

func without(file []entry, place uint32) []entry {
	for i, e := range file {
		if e.place == place {
			last := len(file) - 1
			file[i] = file[last]
			if file = file[:last]; last == 0 {
				return nil
			}
			return file
		}
	}
	return file
}

// Match returns the ids of the queries that find a document, in ascending order.
func (m *Matcher) Match(d search.Document) []value.ID {
	r := m.readings.Get().(*reading)
	defer m.readings.Put(r)
	r.take(m.analyzer, d)
	m.mu.RLock()
	defer m.mu.RUnlock()
	r.mark(m, d)
	var found []value.ID
	for _, t := range r.present {
		atomic.AddUint32(&m.tokens.seen[t], 1)
		for _, e := range m.files[t] {
			if e.area.holds(r.lat, r.lon) && (e.also == 0 || r.has(e.also)) {
				if id, _, conditions := m.stored.at(e.place).stored(); m.meets(r, conditions) {
					found = append(found, id)
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// Has reports whether a query is stored under an id.
func (m *Matcher) Has(id value.ID) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	_, known := m.places[id]
	return known
}

// Queries is how many are stored.
func (m *Matcher) Queries() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.places)
}

// Bytes is about what the Matcher holds in memory.
func (m *Matcher) Bytes() int64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	const perEntry, perPlace, perFile, perToken = 16, 36, 24, 110
	entries := 0
	for _, file := range m.files {
		entries += cap(file)
	}
	return m.stored.bytes() + int64(entries)*perEntry + int64(len(m.places))*perPlace + int64(cap(m.files))*perFile + int64(len(m.tokens.names))*perToken
}
