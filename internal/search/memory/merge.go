package memory

import (
	"slices"

	"fairground/internal/search/words"
)

// origin is where a document of a merged segment comes from.
type origin struct {
	part uint32
	at   uint32
}

// merge makes one segment of the living documents of several.
func merge(parts []part) (*segment, error) {
	from := interleave(parts)
	s := newSegment(len(from))
	for _, o := range from {
		p := parts[o.part].segment
		s.listings = append(s.listings, p.listings[o.at])
		s.at = append(s.at, p.at[o.at])
		s.quality = append(s.quality, p.quality[o.at])
		s.titles = append(s.titles, p.titles[o.at])
		s.globe.lat = append(s.globe.lat, p.globe.lat[o.at])
		s.globe.lon = append(s.globe.lon, p.globe.lon[o.at])
	}
	if err := mergeWords(s, parts, from); err != nil {
		return nil, err
	}
	if err := mergeChoices(s, parts, from); err != nil {
		return nil, err
	}
	mergeNumbers(s.numbers, parts, from, func(p *segment) map[string]*numbers { return p.numbers })
	mergeNumbers(s.prices, parts, from, func(p *segment) map[string]*numbers { return p.prices })
	s.finish()
	return s, nil
}

// interleave brings the living documents in order.
func interleave(parts []part) []origin {
	living := 0
	next := make([]uint32, len(parts))
	for i := range parts {
		living += parts[i].living()
		next[i] = parts[i].nextLiving(0)
	}
	all := make([]origin, 0, living)
	for len(all) < living {
		best := -1
		for i := range parts {
			if int(next[i]) == parts[i].size() {
				continue
			}
			if best < 0 || isNewer(parts[i].at[next[i]], parts[best].at[next[best]], parts[i].listings[next[i]], parts[best].listings[next[best]]) {
				best = i
			}
		}
		all = append(all, origin{uint32(best), next[best]})
		next[best] = parts[best].nextLiving(next[best] + 1)
	}
	return all
}

// mergeWords makes the words of a merged segment. Terms are numbered through, in order.
func mergeWords(s *segment, parts []part, from []origin) error {
	var entries []words.Entry
	number := make([][]uint32, len(parts)) // of the terms of each part
	next := make([]int, len(parts))
	heads := make([]words.Entry, len(parts))
	advance := func(i int) {
		if next[i] < parts[i].terms.Len() {
			heads[i] = parts[i].terms.At(next[i])
		}
	}
	for i := range parts {
		number[i] = make([]uint32, parts[i].terms.Len())
		advance(i)
	}
	for {
		var least *words.Entry
		for i := range parts {
			if next[i] < len(number[i]) && (least == nil || heads[i].Term < least.Term) {
				least = &heads[i]
			}
		}
		if least == nil {
			break
		}
		entry := *least
		for i := range parts {
			if next[i] < len(number[i]) && heads[i].Term == entry.Term {
				if heads[i].Documents > entry.Documents {
					entry = heads[i] // the spelling of most
				}
				number[i][next[i]] = uint32(len(entries))
				next[i]++
				advance(i)
			}
		}
		entries = append(entries, entry)
	}
	return s.weave(entries, func(document int, room []uint32) ([]uint32, int) {
		o := from[document]
		all, titled := parts[o.part].texts.read(o.at, room)
		numbers := number[o.part]
		for i, term := range all {
			all[i] = numbers[term]
		}
		return all, titled
	})
}

func mergeChoices(s *segment, parts []part, from []origin) (err error) {
	for _, p := range parts {
		for name := range p.choices {
			if s.choices[name] == nil {
				s.choices[name], err = mergeColumn(s.size(), parts, from, func(p *segment) *choices { return p.choices[name] })
				if err != nil {
					return err
				}
			}
		}
	}
	for _, special := range []struct {
		into **choices
		of   func(*segment) *choices
	}{
		{&s.categories, func(p *segment) *choices { return p.categories }}, {&s.seller, func(p *segment) *choices { return p.seller }},
		{&s.kind, func(p *segment) *choices { return p.kind }}, {&s.marks, func(p *segment) *choices { return p.marks }},
	} {
		if *special.into, err = mergeColumn(s.size(), parts, from, special.of); err != nil {
			return err
		}
	}
	for name, c := range s.choices { // nobody has it any more
		if len(c.names) == 0 {
			delete(s.choices, name)
		}
	}
	return nil
}

func mergeColumn(size int, parts []part, from []origin, of func(*segment) *choices) (*choices, error) {
	all := newColumn()
	places := make([][]uint32, len(parts))
	columns := make([]*choices, len(parts))
	for i, p := range parts {
		columns[i] = of(p.segment)
		if columns[i] == nil {
			continue
		}
		for _, name := range columns[i].names {
			place, is := all.places[name]
			if !is {
				place = uint32(len(all.names))
				all.names, all.places[name] = append(all.names, name), place
			}
			places[i] = append(places[i], place)
		}
	}
	for at, o := range from {
		if c := columns[o.part]; c != nil {
			for _, choice := range c.of(c.codes.at(o.at)) {
				all.pairs = append(all.pairs, pair{uint32(at), places[o.part][choice]})
			}
		}
	}
	return newChoices(size, all.names, all.pairs)
}

func mergeNumbers(into map[string]*numbers, parts []part, from []origin, of func(*segment) map[string]*numbers) {
	var names []string
	for _, p := range parts {
		for name := range of(p.segment) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for _, name := range names {
		columns := make([]*numbers, len(parts))
		for i, p := range parts {
			columns[i] = of(p.segment)[name]
		}
		var all []number
		for at, o := range from {
			if n := columns[o.part]; n != nil {
				all = n.appendTo(all, o.at, uint32(at))
			}
		}
		if len(all) > 0 {
			into[name] = newNumbers(len(from), all)
		}
	}
}

// appendTo appends the numbers of the document at a position, as those of another position.
func (n *numbers) appendTo(all []number, position, at uint32) []number {
	code := n.codes.at(position)
	if code == 0 {
		return all
	}
	all = append(all, number{at, n.values[code-1]})
	first, _ := slices.BinarySearchFunc(n.more, position, func(p pair, at uint32) int { return int(int64(p.at) - int64(at)) })
	for _, p := range n.more[first:] {
		if p.at != position {
			break
		}
		all = append(all, number{at, n.values[p.code-1]})
	}
	return all
}
