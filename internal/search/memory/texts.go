package memory

import (
	"bytes"
	"encoding/binary"
)

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

// parts are the packed terms of a document, those of the title and those of the body.
func (t *texts) parts(at uint32) (title, body []byte) {
	packed := t.packed[t.starts[at]:t.starts[at+1]]
	titled, size := binary.Uvarint(packed)
	packed = packed[size:]
	end := 0
	for ; titled > 0; end++ {
		if packed[end] < 0x80 { // the last byte of a term
			titled--
		}
	}
	return packed[:end], packed[end:]
}

// holdPacked says whether packed terms hold others in a row. What is found in the midst of a term is none of them.
func holdPacked(text, row []byte) bool {
	for from := 0; ; {
		i := bytes.Index(text[from:], row)
		if i < 0 {
			return false
		}
		if from += i; from == 0 || text[from-1] < 0x80 {
			return true
		}
		from++
	}
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
