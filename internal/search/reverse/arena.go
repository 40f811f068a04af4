package reverse

// arena keeps stored programs one behind the other, without a pointer that the garbage collector would have to look at.
// A program lies in one chunk. Room that is given back is used again for a program of the same length.
type arena struct {
	chunks [][]uint32
	used   int              // words of the last chunk
	free   map[int][]uint32 // places by length
}

const (
	chunkWords = 1 << 16
	roundWords = 4 // lengths are multiples of it, so that room is used again
)

func roundUp(words int) int { return (words + roundWords - 1) / roundWords * roundWords }

// keep copies a program into the arena and returns its place.
func (a *arena) keep(p program) (place uint32) {
	length := roundUp(len(p))
	if places := a.free[length]; len(places) > 0 {
		place, a.free[length] = places[len(places)-1], places[:len(places)-1]
	} else {
		place = a.room(length)
	}
	copy(a.at(place), p)
	return place
}

// room takes words at the end. A program that is longer than a chunk has a chunk of its own.
func (a *arena) room(length int) uint32 {
	if last := len(a.chunks) - 1; last < 0 || a.used+length > len(a.chunks[last]) {
		a.chunks = append(a.chunks, make([]uint32, max(chunkWords, length)))
		a.used = 0
	}
	place := uint32((len(a.chunks)-1)*chunkWords + a.used)
	a.used += length
	return place
}

func (a *arena) drop(place uint32, length int) {
	if a.free == nil {
		a.free = make(map[int][]uint32)
	}
	a.free[roundUp(length)] = append(a.free[roundUp(length)], place)
}

// at is what lies at a place, and after it.
func (a *arena) at(place uint32) program { return a.chunks[place/chunkWords][place%chunkWords:] }

func (a *arena) bytes() (all int64) {
	for _, chunk := range a.chunks {
		all += int64(len(chunk)) * 4
	}
	return all
}
