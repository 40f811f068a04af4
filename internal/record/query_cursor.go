package record

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"fairground/internal/value"
)

// key is one key of an order: an SQL expression whose values, with those of the keys after it, place every record. The
// last key of an order is always the id.
type key struct {
	name     string // in cursors: what it sorts by and in which direction
	sql      string // over the alias t
	down     bool
	nullable bool
}

// order writes the key for "order by". Empty values come last, whatever the direction.
func (k key) order() string {
	text := k.sql
	if k.down {
		text += " desc"
	}
	if k.nullable {
		text += " nulls last"
	}
	return text
}

func orderBy(keys []key) string {
	texts := make([]string, len(keys))
	for i, k := range keys {
		texts[i] = k.order()
	}
	return strings.Join(texts, ", ")
}

// cursor is a place in an order: the keys' values of the record it comes after.
type cursor []any

var errCursor = value.Fieldf("after", "this page belongs to another order or object; begin again at the first page")

// orderName tells orders apart, so that a place in one is not taken for a place in another.
func orderName(o *Object, keys []key) string {
	names := []string{strconv.Itoa(o.Number), o.LogName()}
	for _, k := range keys {
		names = append(names, k.name)
	}
	return strings.Join(names, " ")
}

// write packs the cursor. Whoever hands it to strangers signs it.
func (c cursor) write(o *Object, keys []key) string {
	packed := []string{orderName(o, keys)}
	for _, v := range c {
		packed = append(packed, packKey(v))
	}
	text, _ := json.Marshal(packed) // texts always can be written
	return base64.RawURLEncoding.EncodeToString(text)
}

// readCursor is the inverse of write; a nil cursor is the beginning.
func readCursor(text string, o *Object, keys []key) (cursor, error) {
	if text == "" {
		return nil, nil
	}
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, errCursor.Because(err)
	}
	var packed []string
	if err := json.Unmarshal(plain, &packed); err != nil {
		return nil, errCursor.Because(err)
	}
	if len(packed) != len(keys)+1 || packed[0] != orderName(o, keys) {
		return nil, errCursor
	}
	c := make(cursor, len(keys))
	for i, k := range keys {
		v, err := unpackKey(packed[i+1])
		if err != nil || v == nil && !k.nullable {
			return nil, errCursor.Because(err)
		}
		c[i] = v
	}
	return c, nil
}

// packKey writes a column's value with a letter for its type.
func packKey(v any) string {
	switch v := v.(type) {
	case nil:
		return "n"
	case int64:
		return "i" + strconv.FormatInt(v, 10)
	case float64:
		return "f" + strconv.FormatUint(math.Float64bits(v), 16)
	case bool:
		return "b" + strconv.FormatBool(v)
	default:
		return "s" + fmt.Sprint(v)
	}
}

func unpackKey(text string) (any, error) {
	if text == "" {
		return nil, fmt.Errorf("an empty key")
	}
	rest := text[1:]
	switch text[0] {
	case 'n':
		return nil, nil
	case 'i':
		return strconv.ParseInt(rest, 10, 64)
	case 'f':
		bits, err := strconv.ParseUint(rest, 16, 64)
		return math.Float64frombits(bits), err
	case 'b':
		return strconv.ParseBool(rest)
	case 's':
		return rest, nil
	default:
		return nil, fmt.Errorf("a key of type %q", text[0])
	}
}
