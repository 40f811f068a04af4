package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"fairground/internal/change"
	"fairground/internal/value"
)

// The leaf of a change: a version byte; seq, id, time in µs and record as 8 bytes each, big-endian; then actor, action,
// object and digest, each with its length in 2 bytes before it. The length makes two different changes differ.
const (
	leafVersion = 1
	leafNumbers = 4
	longestText = 1000   // bytes; a longer text enters as its SHA-256
	hashedText  = 0xffff // in place of a length: a SHA-256 follows
)

func encodeLeaf(r change.Row) []byte {
	leaf := make([]byte, 0, 1+8*leafNumbers+4*2+len(r.Actor)+len(r.Action)+len(r.Object)+len(r.Digest))
	leaf = append(leaf, leafVersion)
	for _, n := range [leafNumbers]int64{r.Seq, int64(r.ID), value.Micros(r.At), int64(r.Record)} {
		leaf = binary.BigEndian.AppendUint64(leaf, uint64(n))
	}
	for _, text := range [][]byte{[]byte(r.Actor), []byte(r.Action), []byte(r.Object), r.Digest} {
		if len(text) > longestText {
			sum := sha256.Sum256(text)
			leaf = binary.BigEndian.AppendUint16(leaf, hashedText)
			leaf = append(leaf, sum[:]...)
			continue
		}
		leaf = binary.BigEndian.AppendUint16(leaf, uint16(len(text)))
		leaf = append(leaf, text...)
	}
	return leaf
}

var errLeaf = errors.New("audit: this is not the leaf of a change")

// decodeLeaf is the inverse of encodeLeaf; a text that was too long comes back as "sha256:…".
func decodeLeaf(leaf []byte) (change.Row, error) {
	if len(leaf) < 1+8*leafNumbers || leaf[0] != leafVersion {
		return change.Row{}, errLeaf
	}
	var numbers [leafNumbers]int64
	rest := leaf[1:]
	for i := range numbers {
		numbers[i] = int64(binary.BigEndian.Uint64(rest))
		rest = rest[8:]
	}
	var texts [4][]byte
	for i := range texts {
		var err error
		if texts[i], rest, err = cutText(rest); err != nil {
			return change.Row{}, err
		}
	}
	if len(rest) != 0 {
		return change.Row{}, errLeaf
	}
	return change.Row{
		Seq: numbers[0], ID: value.ID(numbers[1]), At: value.FromMicros(numbers[2]), Record: value.ID(numbers[3]),
		Actor: string(texts[0]), Action: string(texts[1]), Object: string(texts[2]), Digest: texts[3],
	}, nil
}

func cutText(from []byte) (text, rest []byte, err error) {
	if len(from) < 2 {
		return nil, nil, errLeaf
	}
	length, from := int(binary.BigEndian.Uint16(from)), from[2:]
	hashed := length == hashedText
	if hashed {
		length = sha256.Size
	}
	if length > len(from) || length > longestText {
		return nil, nil, errLeaf
	}
	text = from[:length]
	if hashed {
		text = fmt.Appendf(nil, "sha256:%x", text)
	}
	return text, from[length:], nil
}
