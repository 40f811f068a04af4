package copies

const (
	shards      = 256
	chunkLen    = 6
	listMark    = 1 << 31    // the head is the number of a chunk, not of a document
	commonMark  = ^uint32(0) // so many documents have the key that it says nothing
	firstShard  = 16
	mostFilled  = 4 // fifths of a shard's places
	noMoreDocs  = listMark - 2
	keepOfEvery = 3 // documents of one cluster that stay in a full list
)

// postings keeps short lists of documents by key. Most keys have one document, which needs eight bytes; a list that grows
// over limit is thinned, and given up as common when that does not help. It is made of small tables, so that growing never
// takes long, and holds no pointers.
type postings struct {
	shards [shards]shard
	limit  int // documents of one key; 0: any number
}

type shard struct {
	keys   []uint32
	heads  []uint32
	used   int
	chunks []chunk
	free   []uint32
}

// chunk is a part of a list; the newest chunk comes first.
type chunk struct {
	docs  [chunkLen]uint32
	next  uint32 // 1 + the number of the next chunk
	count uint32 // documents in this chunk and all after it
}

// find returns the documents of a key, appended to into, the newest first. Common is true when the key was given up.
func (p *postings) find(key uint64, into []uint32) (docs []uint32, common bool) {
	s := &p.shards[key>>56]
	at, found := s.place(uint32(key))
	if !found {
		return into, false
	}
	switch head := s.heads[at]; {
	case head == commonMark:
		return into, true
	case head&listMark == 0:
		return append(into, head-1), false
	default:
		return s.list(head&^listMark, into), false
	}
}

func (s *shard) list(number uint32, into []uint32) []uint32 {
	for {
		c := &s.chunks[number]
		n := (c.count-1)%chunkLen + 1
		for i := int(n) - 1; i >= 0; i-- {
			into = append(into, c.docs[i])
		}
		if c.next == 0 {
			return into
		}
		number = c.next - 1
	}
}

// place finds where a key is, or would be.
func (s *shard) place(key uint32) (at int, found bool) {
	if len(s.keys) == 0 {
		return 0, false
	}
	mask := uint32(len(s.keys) - 1)
	for i := key * 0x9e3779b1 >> 7 & mask; ; i = (i + 1) & mask {
		switch {
		case s.heads[i] == 0:
			return int(i), false
		case s.keys[i] == key:
			return int(i), true
		}
	}
}

// add puts a document into the list of a key. Thin is asked for what may stay when the list is full.
func (p *postings) add(key uint64, doc uint32, thin func(docs []uint32) []uint32) {
	s := &p.shards[key>>56]
	if (s.used+1)*5 > len(s.keys)*mostFilled {
		s.grow()
	}
	at, found := s.place(uint32(key))
	if !found {
		s.keys[at], s.heads[at] = uint32(key), doc+1
		s.used++
		return
	}
	switch head := s.heads[at]; {
	case head == commonMark:
	case head&listMark == 0:
		number := s.chunk()
		s.chunks[number] = chunk{docs: [chunkLen]uint32{head - 1, doc}, count: 2}
		s.heads[at] = number | listMark
	default:
		p.push(s, at, doc, thin)
	}
}

func (p *postings) push(s *shard, at int, doc uint32, thin func([]uint32) []uint32) {
	number := s.heads[at] &^ listMark
	if count := int(s.chunks[number].count); p.limit > 0 && count >= p.limit {
		kept := thin(s.list(number, nil))
		s.drop(number)
		if len(kept)*4 > p.limit*3 {
			s.heads[at] = commonMark
			return
		}
		s.store(at, kept)
		if s.heads[at]&listMark == 0 { // one or none is left
			s.refill(at, kept, doc)
			return
		}
		number = s.heads[at] &^ listMark
	}
	c := &s.chunks[number]
	if n := c.count % chunkLen; n != 0 {
		c.docs[n] = doc
		c.count++
		return
	}
	fresh := chunk{next: number + 1, count: c.count + 1}
	fresh.docs[0] = doc
	next := s.chunk()
	s.chunks[next] = fresh
	s.heads[at] = next | listMark
}

func (s *shard) refill(at int, kept []uint32, doc uint32) {
	if len(kept) == 0 {
		s.heads[at] = doc + 1
		return
	}
	number := s.chunk()
	s.chunks[number] = chunk{docs: [chunkLen]uint32{kept[0], doc}, count: 2}
	s.heads[at] = number | listMark
}

// store writes a list, given with the newest first.
func (s *shard) store(at int, docs []uint32) {
	if len(docs) < 2 {
		s.heads[at] = 0
		if len(docs) == 1 {
			s.heads[at] = docs[0] + 1
		}
		return
	}
	previous := uint32(0)
	for i := len(docs) - 1; i >= 0; {
		c := chunk{next: previous}
		for n := 0; n < chunkLen && i >= 0; n++ {
			c.docs[n] = docs[i]
			i--
		}
		c.count = uint32(len(docs) - 1 - i)
		number := s.chunk()
		s.chunks[number] = c
		previous = number + 1
	}
	s.heads[at] = (previous - 1) | listMark
}

func (s *shard) chunk() uint32 {
	if n := len(s.free); n > 0 {
		number := s.free[n-1]
		s.free = s.free[:n-1]
		return number
	}
	s.chunks = append(s.chunks, chunk{})
	return uint32(len(s.chunks) - 1)
}

func (s *shard) drop(number uint32) {
	for {
		s.free = append(s.free, number)
		next := s.chunks[number].next
		if next == 0 {
			return
		}
		number = next - 1
	}
}

func (s *shard) grow() {
	keys, heads := s.keys, s.heads
	size := max(firstShard, 2*len(keys))
	s.keys, s.heads = make([]uint32, size), make([]uint32, size)
	for i, head := range heads {
		if head != 0 {
			at, _ := s.place(keys[i])
			s.keys[at], s.heads[at] = keys[i], head
		}
	}
}
