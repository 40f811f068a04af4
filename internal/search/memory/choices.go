package memory

import (
	"slices"
	"strings"
)

// choices is every choice of one attribute in a segment, kept twice: having says for each choice which documents have it,
// codes says for each document what it has. Few documents are counted through codes, many through having.
//
// Code n+1 stands for the choice named names[n] alone. The codes above stand for several choices, as some document
// has them: several[j] for code len(names)+1+j.
type choices struct {
	names   []string // ascending
	singles []uint32 // 0, 1, 2, … for each name
	several [][]uint32
	codes   codes
	having  lists
	cost    int // steps of counting all of having
}

// newChoices makes the choices of a segment from pairs in order of positions. The code of a pair is a place in names,
// which are all different, but in no order.
func newChoices(size int, names []string, pairs []pair) (*choices, error) {
	c := &choices{}
	places := c.sortNames(names, pairs)
	var packed []pair
	known := make(map[string]uint32)
	var some []uint32
	for i := 0; i < len(pairs); {
		at := pairs[i].at
		some = some[:0]
		for ; i < len(pairs) && pairs[i].at == at; i++ {
			some = append(some, places[pairs[i].code])
		}
		packed = append(packed, pair{at, c.code(some, known)})
	}
	c.codes = newCodes(size, uint32(len(c.names)+len(c.several)), packed)
	return c, c.finish(size)
}

// sortNames keeps those names that some document has. It returns the new place of each.
func (c *choices) sortNames(names []string, pairs []pair) []uint32 {
	used := make([]bool, len(names))
	for _, p := range pairs {
		used[p.code] = true
	}
	for i, name := range names {
		if used[i] {
			c.names = append(c.names, name)
		}
	}
	slices.Sort(c.names)
	places := make([]uint32, len(names))
	for i, name := range names {
		place, _ := slices.BinarySearch(c.names, name)
		places[i] = uint32(place)
	}
	return places
}

// code is the code for the choices of one document. The first keeps its place, so that the path of a category begins
// with the category itself.
func (c *choices) code(some []uint32, known map[string]uint32) uint32 {
	var kept []uint32
	for i, choice := range some {
		if !slices.Contains(some[:i], choice) {
			kept = append(kept, choice)
		}
	}
	if len(kept) == 1 {
		return kept[0] + 1
	}
	slices.Sort(kept[1:])
	var key strings.Builder
	for _, choice := range kept {
		key.Write([]byte{byte(choice), byte(choice >> 8), byte(choice >> 16), byte(choice >> 24)})
	}
	code, is := known[key.String()]
	if !is {
		c.several = append(c.several, kept)
		code = uint32(len(c.names) + len(c.several))
		known[key.String()] = code
	}
	return code
}

// finish makes having from codes.
func (c *choices) finish(size int) error {
	lengths := make([]uint32, len(c.names))
	c.singles = make([]uint32, len(c.names))
	for i := range c.singles {
		c.singles[i] = uint32(i)
	}
	for _, code := range c.codes.pairs {
		for _, choice := range c.of(code) {
			lengths[choice]++
		}
	}
	positions := make([][]uint32, len(c.names))
	for i, length := range lengths {
		positions[i] = make([]uint32, 0, length)
	}
	for at, code := range c.codes.pairs {
		for _, choice := range c.of(code) {
			positions[choice] = append(positions[choice], at)
		}
	}
	c.having = newLists(size, len(c.names))
	for i, all := range positions {
		if err := c.having.add(all); err != nil {
			return err
		}
		c.cost += c.having.cost(i)
	}
	c.having.done()
	return nil
}

// of are the choices that a code stands for.
func (c *choices) of(code uint32) []uint32 {
	switch {
	case code == 0:
		return nil
	case int(code) <= len(c.names):
		return c.singles[code-1 : code]
	default:
		return c.several[int(code)-len(c.names)-1]
	}
}

// held is how many choices all documents have together.
func (c *choices) held() (sum int) {
	for _, code := range c.codes.pairs {
		if sum++; int(code) > len(c.names) {
			sum += len(c.several[int(code)-len(c.names)-1]) - 1
		}
	}
	return sum
}

// find is the place of a choice.
func (c *choices) find(name string) (int, bool) {
	if c == nil {
		return 0, false
	}
	return slices.BinarySearch(c.names, name)
}

// addTo adds the documents that have a choice to a set.
func (c *choices) addTo(name string, into set) {
	if i, is := c.find(name); is {
		c.having.addTo(i, into)
	}
}

// names of the choices of the document at a position.
func (c *choices) at(position uint32) []string {
	if c == nil {
		return nil
	}
	var all []string
	for _, choice := range c.of(c.codes.at(position)) {
		all = append(all, c.names[choice])
	}
	return all
}

func (c *choices) bytes() int64 {
	n := c.codes.bytes() + c.having.bytes()
	for _, name := range c.names {
		n += int64(len(name)) + 20
	}
	for _, some := range c.several {
		n += 24 + 4*int64(cap(some))
	}
	return n
}

// count adds to counts, one for each name, how many of some documents have it: through the codes of the documents, or,
// where there are many, through the documents of each choice.
func (c *choices) count(of matched, room *scratch, counts []uint32) {
	if of.count == c.having.size {
		for i := range c.names {
			counts[i] += uint32(c.having.count(i))
		}
		return
	}
	if of.count+of.count/2 > c.cost {
		for i := range c.names {
			counts[i] += uint32(c.having.countWith(i, of.set))
		}
		return
	}
	byCode := room.counters(1 + len(c.names) + len(c.several))
	if of.listed != nil {
		c.codes.tally(of.listed, byCode)
	} else {
		c.codes.tallySet(of.set, byCode)
	}
	for i := range c.names {
		counts[i] += byCode[i+1]
	}
	for i, some := range c.several {
		for _, choice := range some {
			counts[choice] += byCode[1+len(c.names)+i]
		}
	}
}
