package value

import (
	"fmt"
	"strings"
	"sync"
)

// ID is the key of every row: 63 bits, 41 of milliseconds since 2025, 10 of the process that made it and 12 of a
// counter, so that ids sort by time of making. The zero ID names nothing.
type ID int64

const (
	idEpoch_ms   = 1735689600000 // 2025-01-01T00:00:00Z
	idNodeBits   = 10
	idCountBits  = 12
	idAlphabet   = "0123456789abcdefghjkmnpqrstvwxyz" // Crockford's base 32: no i, l, o, u
	idTextLength = 13
)

// Text writes the id as outsiders see it: a kind of three letters, an underscore and thirteen characters, such as
// lst_01jc2k7q8w4e9. Texts of one kind sort as their ids do.
func (id ID) Text(kind string) string {
	var digits [idTextLength]byte
	rest := uint64(id)
	for i := idTextLength - 1; i >= 0; i-- {
		digits[i] = idAlphabet[rest&31]
		rest >>= 5
	}
	return kind + "_" + string(digits[:])
}

// ParseID reads what Text wrote. It returns an error of kind NotFound when the text is not an id of that kind,
// because an address that cannot exist names nothing.
func ParseID(kind, text string) (ID, error) {
	rest, ok := strings.CutPrefix(text, kind+"_")
	if !ok || len(rest) != idTextLength {
		return 0, Errorf(NotFound, "%q is not a valid address of this kind", text)
	}
	var n uint64
	for i := 0; i < len(rest); i++ {
		digit := strings.IndexByte(idAlphabet, rest[i])
		if digit < 0 || n>>58 != 0 {
			return 0, Errorf(NotFound, "%q is not a valid address of this kind", text)
		}
		n = n<<5 | uint64(digit)
	}
	if n == 0 || n>>63 != 0 {
		return 0, Errorf(NotFound, "%q is not a valid address of this kind", text)
	}
	return ID(n), nil
}

// IDs makes ids. One process needs one; it is safe for use by several goroutines.
type IDs struct {
	clock Clock
	node  int64

	mu   sync.Mutex
	last int64 // milliseconds<<idCountBits | count of the id made last
}

// NewIDs returns a maker of ids. Two processes that write to one database should have different nodes (0 to 1023);
// the same node twice is safe until both make an id with the same count in the same millisecond.
func NewIDs(clock Clock, node int) *IDs {
	return &IDs{clock: clock, node: int64(node) & (1<<idNodeBits - 1)}
}

// Next returns an id greater than every one this maker returned before, even when the clock is set back.
func (m *IDs) Next() ID {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := (m.clock.Now().UnixMilli() - idEpoch_ms) << idCountBits
	m.last = max(m.last+1, now)
	at, count := m.last>>idCountBits, m.last&(1<<idCountBits-1)
	return ID(at<<(idNodeBits+idCountBits) | m.node<<idCountBits | count)
}

// String makes an id readable in logs; pages use Text.
func (id ID) String() string { return fmt.Sprintf("%d", int64(id)) }
