package part

import (
	"cmp"
	"slices"
)

const (
	keyCount  = 4   // of one part; each is 16 of its 64 lowest frequencies
	partBits  = 4   // of a posting that tell which part of a photo it is
	mostOfKey = 512 // parts of one key that are looked at, the newest
)

// Index finds photos that match one. It is not safe for use by several goroutines while one of them adds. A photo of 16 parts takes about
// 900 bytes.
type Index struct {
	lists  [][]uint32 // by key: photo and part
	photos [][]Part
}

// NearPhoto is a photo of an index that matches.
type NearPhoto struct {
	Number uint32
	Found  Found
}

// Len is how many photos were added.
func (x *Index) Len() int { return len(x.photos) }

// Add puts a photo into the index and returns its number, which begins at 0. The parts are kept as they are.
func (x *Index) Add(parts []Part) uint32 {
	if x.lists == nil {
		x.lists = make([][]uint32, keyCount<<16)
	}
	number := uint32(len(x.photos))
	parts = parts[:min(len(parts), Most)]
	x.photos = append(x.photos, parts)
	for i, p := range parts {
		for _, key := range p.keys() {
			x.lists[key] = append(x.lists[key], number<<partBits|uint32(i))
		}
	}
	return number
}

// Remove takes a photo out. Its number is not given again.
func (x *Index) Remove(number uint32) {
	for _, p := range x.photos[number] {
		for _, key := range p.keys() {
			x.lists[key] = slices.DeleteFunc(x.lists[key], func(posting uint32) bool { return posting>>partBits == number })
		}
	}
	x.photos[number] = nil
}

// Find returns at most so many photos that match, those with most parts in common first.
func (x *Index) Find(parts []Part, most int) []NearPhoto {
	if x.lists == nil || len(parts) < fewest {
		return nil
	}
	likely := make(map[uint32]int)
	for _, p := range parts {
		x.count(p, likely)
		x.count(p.mirrored(), likely)
	}
	order := make([]uint32, 0, len(likely))
	for number := range likely {
		order = append(order, number)
	}
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Or(cmp.Compare(likely[b], likely[a]), cmp.Compare(a, b)) })
	var found []NearPhoto
	for _, number := range order {
		if f, is := Match(x.photos[number], parts); is {
			if found = append(found, NearPhoto{number, f}); len(found) == most {
				break
			}
		}
	}
	return found
}

// count notes the photos that have a part near one.
func (x *Index) count(p Part, likely map[uint32]int) {
	for _, key := range p.keys() {
		list := x.lists[key]
		for _, posting := range list[max(0, len(list)-mostOfKey):] {
			number := posting >> partBits
			if p.Hash.Distance(x.photos[number][posting&(1<<partBits-1)].Hash) <= Near {
				likely[number]++
			}
		}
	}
}

// keys are places in the lists: two rows of the eight lowest, and of each the eight lowest columns.
func (p Part) keys() [keyCount]uint32 {
	var keys [keyCount]uint32
	for i := range keys {
		upper, lower := p.Hash[31-4*i], p.Hash[31-4*i-2]
		keys[i] = uint32(i)<<16 | uint32(upper)<<8 | uint32(lower)
	}
	return keys
}
