package memory

import "encoding/binary"

// texts is the words of every document of a segment, as numbers of terms, in order: how many belong to the title, those,
// then those of the body. It is the index read forward: phrases are looked up in it, and what documents share.
type texts struct {
	starts []uint32
	packed []byte
}

func newTexts(documents int) texts {
	return texts{starts: append(make([]uint32, 0, documents+1), 0)}
}

// add appends a document.
func (t *texts) add(terms []uint32, titled int) error {
	t.packed = binary.AppendUvarint(t.packed, uint64(titled))
	for _, term := range terms {
		t.packed = binary.AppendUvarint(t.packed, uint64(term))
	}
	if len(t.packed) > mostPacked {
		return errTooLong
	}
	t.starts = append(t.starts, uint32(len(t.packed)))
	return nil
}

// read returns the terms of a document, in the room given if it is large enough, and how many are of the title.
func (t *texts) read(at uint32, room []uint32) (terms []uint32, titled int) {
	packed := t.packed[t.starts[at]:t.starts[at+1]]
	n, size := binary.Uvarint(packed)
	terms = room[:0]
	for i := size; i < len(packed); {
		term := uint32(packed[i])
		i++
		if term >= 0x80 {
			term &= 0x7f
			for shift := 7; ; shift += 7 {
				b := packed[i]
				i++
				term |= uint32(b&0x7f) << shift
				if b < 0x80 {
					break
				}
			}
		}
		terms = append(terms, term)
	}
	return terms, int(n)
}

func (t *texts) bytes() int64 { return int64(cap(t.packed)) + 4*int64(cap(t.starts)) }

func startsWith(terms, row []uint32) bool {
	for i, term := range row {
		if terms[i] != term {
			return false
		}
	}
	return true
}
