package reverse

import (
	"math"
	"slices"

	"fairground/internal/search"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// program is what must hold for a query, one condition after the other. A condition is a word with its operation in the
// lowest eight bits and the number of its operands above them, and the operands. A stored program begins with the id of
// the query, the number of words of its conditions, in how many files it lies, and their tokens.
type program []uint32

const headWords = 4

const (
	anyOf  uint32 = iota // tokens, of which one must be there
	noneOf               // tokens
	ways                 // each: how many tokens, then those in a row; the highest bit says that they are one, not in a row
	noWay                // the same, none of them
	number               // attribute, low, high
	price                // currency, low, high
	near                 // x, y, z, chord
	box                  // south, west, north, east
	since                // microseconds
)

func stored(id value.ID, under []token, conditions program) program {
	return slices.Concat(whole(int64(id)), program{uint32(len(conditions)), uint32(len(under))}, under, conditions)
}

// stored takes a stored program apart.
func (p program) stored() (id value.ID, under []token, conditions program) {
	from := headWords + p[3]
	return value.ID(p.int(0)), p[headWords:from], p[from : from+p[2]]
}

// next takes the first condition off.
func (p program) next() (operation uint32, operands, rest program) {
	end := 1 + p[0]>>8
	return p[0] & 0xff, p[1:end], p[end:]
}

// way takes the first way off.
func (p program) way() (tokens []token, rest program) { return p[1 : 1+p[0]], p[1+p[0]:] }

func (p program) eachToken(do func(token)) {
	for len(p) > 0 {
		var operation uint32
		var operands program
		operation, operands, p = p.next()
		switch operation {
		case anyOf, noneOf:
			for _, t := range operands {
				do(t)
			}
		case ways, noWay:
			for len(operands) > 0 {
				var row []token
				row, operands = operands.way()
				for _, t := range row {
					do(t)
				}
			}
		}
	}
}

func (p program) with(operation uint32, operands ...uint32) program {
	return append(append(p, operation|uint32(len(operands))<<8), operands...)
}

func bits(numbers ...float64) []uint32 {
	var all []uint32
	for _, n := range numbers {
		all = append(all, whole(int64(math.Float64bits(n)))...)
	}
	return all
}

func whole(n int64) []uint32 { return []uint32{uint32(n), uint32(n >> 32)} }

func (p program) int(at int) int64 { return int64(uint64(p[at]) | uint64(p[at+1])<<32) }

func (p program) float(at int) float64 { return math.Float64frombits(uint64(p.int(at))) }

// compiled is a query as a program, with what it can be filed under.
type compiled struct {
	program program
	groups  [][]token // of each at least one is in every document that it finds
	needed  []token   // each is
}

func (c *compiled) group(tokens []token) {
	c.groups = append(c.groups, tokens)
	if len(tokens) == 1 {
		c.needed = append(c.needed, tokens[0])
	}
}

func (m *Matcher) compile(q search.Query) compiled {
	var c compiled
	for _, clause := range q.Clauses() {
		m.compileClause(&c, clause, q.Literal)
	}
	m.compileTokens(&c, q)
	for _, f := range q.Filters {
		if f.Range != nil {
			operands := append([]uint32{uint32(m.attribute(f.Attribute))}, bits(f.Range.Low, f.Range.High)...)
			c.program = c.program.with(number, operands...)
		}
	}
	if q.Price != nil {
		operands := append([]uint32{m.currency(q.Currency)}, slices.Concat(whole(q.Price.Low), whole(q.Price.High))...)
		c.program = c.program.with(price, operands...)
	}
	if q.Within_km > 0 {
		s := inSpace(q.Near)
		c.program = c.program.with(near, bits(s.x, s.y, s.z, chord(q.Within_km))...)
	}
	if b := q.Box; b != nil {
		c.program = c.program.with(box, bits(b.South, b.West, b.North, b.East)...)
	}
	if !q.Since.IsZero() {
		c.program = c.program.with(since, whole(value.Micros(q.Since))...)
	}
	return c
}

// compileTokens adds everything but words that a document has or has not.
func (m *Matcher) compileTokens(c *compiled, q search.Query) {
	add := func(names ...name) {
		all := make([]token, len(names))
		for i, n := range names {
			all[i] = m.tokens.use(n)
		}
		c.program = c.program.with(anyOf, all...)
		c.group(all)
	}
	if q.Category != 0 {
		add(categoryName(q.Category))
	}
	if q.Seller != "" {
		add(name{sort: seller, text: string(q.Seller)})
	}
	if q.Kind != "" {
		add(name{sort: kind, text: string(q.Kind)})
	}
	if q.WithPhotos {
		add(name{sort: photos})
	}
	for _, f := range q.Filters {
		if f.Range != nil {
			continue
		}
		var all []name
		for _, text := range choicesOf(f) {
			all = append(all, name{choice, m.attribute(f.Attribute), text})
		}
		add(all...)
	}
}

func choicesOf(f search.Filter) []string {
	if f.Yes != nil {
		return []string{yesNo(*f.Yes)}
	}
	return slices.Compact(slices.Sorted(slices.Values(f.Choices)))
}

// yesNo is how both are kept as choices.
func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// compileClause adds one word or phrase, in all its ways.
func (m *Matcher) compileClause(c *compiled, clause words.Clause, literal bool) {
	var rows [][]token
	longest := 0
	for _, way := range clause.Ways {
		if literal && way.Synonym || len(way.Terms) == 0 {
			continue
		}
		row := m.row(way)
		longest = max(longest, len(row))
		rows = append(rows, row)
	}
	switch {
	case len(rows) == 0:
	case longest == 1 && clause.Exclude:
		c.program = c.program.with(noneOf, slices.Concat(rows...)...)
	case longest == 1:
		c.program = c.program.with(anyOf, slices.Concat(rows...)...)
		c.group(slices.Concat(rows...))
	default:
		operation := ways
		if clause.Exclude {
			operation = noWay
		}
		var operands []uint32
		for _, row := range rows {
			operands = append(append(operands, uint32(len(row))), row...)
		}
		c.program = c.program.with(operation, operands...)
		if !clause.Exclude {
			m.groupRows(c, rows)
		}
	}
}

// groupRows groups the rarest token of each row: where the row is, that is too.
func (m *Matcher) groupRows(c *compiled, rows [][]token) {
	var rarest []token
	for _, row := range rows {
		rarest = append(rarest, slices.MinFunc(row, func(a, b token) int { return m.cost(a) - m.cost(b) }))
	}
	c.group(rarest)
	if len(rows) == 1 {
		c.needed = append(c.needed, rows[0]...)
	}
}

func (m *Matcher) row(way words.Way) []token {
	row := make([]token, len(way.Terms))
	for i, term := range way.Terms {
		n := name{sort: word, text: term}
		if way.Prefix && i == len(way.Terms)-1 {
			n.sort = begun
		}
		row[i] = m.tokens.use(n)
	}
	return row
}

func (m *Matcher) attribute(slug string) uint16 {
	number, known := m.attributes[slug]
	if !known {
		number = uint16(len(m.attributes) + 1)
		m.attributes[slug] = number
	}
	return number
}

func (m *Matcher) currency(code string) uint32 {
	if i := slices.IndexFunc(m.currencies, func(q search.Query) bool { return q.Currency == code }); i >= 0 {
		return uint32(i)
	}
	m.currencies = append(m.currencies, search.Query{Currency: code, Rates: m.ratesIn(code)})
	return uint32(len(m.currencies) - 1)
}

// choose says under which tokens a query is filed, and which other one its entries carry.
func (m *Matcher) choose(c compiled) (under []token, also token) {
	m.fit()
	under = []token{every}
	least := math.MaxInt
	for _, group := range c.groups {
		cost := 0
		for _, t := range group {
			cost += m.cost(t)
		}
		if cost < least {
			least, under = cost, group
		}
	}
	least = math.MaxInt
	for _, t := range c.needed {
		if cost := m.cost(t); cost < least && (len(under) > 1 || t != under[0]) {
			least, also = cost, t
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(under))), also
}

// cost is how much work it makes to file a query under a token: more, the more documents have it, and the more queries
// lie there, which is all that is known of a word before documents came.
func (m *Matcher) cost(t token) int {
	filed := 0
	if int(t) < len(m.files) {
		filed = len(m.files[t])
	}
	return 1 + int(m.tokens.seen[t])*4 + filed
}
