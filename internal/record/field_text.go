package record

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// textKind is a text of one line, with a folded key beside it to sort, find and compare without regard to case; or a
// long text of several lines, which is searched by its words only.
type textKind struct{ long bool }

const (
	mostLine = 500
	mostLong = 20_000
)

func (k textKind) define(_ *Catalog, _ *Object, f *Field) error {
	if f.Options.Length < 0 || f.Options.Length > k.most() {
		return value.Fieldf("length", "a length goes from 1 to %d characters", k.most())
	}
	if k.long {
		return f.only("length", "searchable", "default", "required")
	}
	return f.only("length", "searchable", "default", "required", "unique", "indexed")
}

func (k textKind) most() int {
	if k.long {
		return 200_000
	}
	return 2_000
}

func (k textKind) columns(*Field) []column {
	if k.long {
		return scalar("text")
	}
	return []column{{"", "text"}, {"k", "text"}}
}

func (k textKind) parse(f *Field, in any) (any, error) {
	text, err := textOf(in)
	if err != nil {
		return nil, err
	}
	if text, err = k.clean(text); err != nil || text == "" {
		return nil, err
	}
	limit := f.Options.Length
	if limit == 0 {
		limit = map[bool]int{false: mostLine, true: mostLong}[k.long]
	}
	if len(text) > limit && utf8.RuneCountInString(text) > limit {
		return nil, invalid("this has %d characters; at most %d are allowed", utf8.RuneCountInString(text), limit)
	}
	return text, nil
}

func (k textKind) clean(text string) (string, error) {
	if k.long {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
		if strings.TrimSpace(text) == "" {
			return "", wellFormed(text, "\n\t")
		}
		return text, wellFormed(text, "\n\t")
	}
	text = strings.TrimSpace(text)
	return text, wellFormed(text, "")
}

// wellFormed refuses what databases cannot keep (NUL, broken UTF-8) and what deceives the reader: control characters
// beyond those allowed, and, in one line, marks that turn the direction of writing.
func wellFormed(text, allowed string) error {
	if plainASCII(text) {
		return nil
	}
	if !utf8.ValidString(text) {
		return invalid("this text is not valid UTF-8")
	}
	for _, r := range text {
		if unicode.IsControl(r) && !strings.ContainsRune(allowed, r) {
			return invalid("this text has a control character (U+%04X); remove it", r)
		}
		if allowed == "" && (turnsDirection(r) || r == '\u2028' || r == '\u2029') {
			return invalid("this text has a mark that turns the direction of writing (U+%04X); remove it", r)
		}
	}
	return nil
}

func plainASCII(text string) bool {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

func turnsDirection(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

func (k textKind) store(_ *Field, v any) []any {
	text, _ := v.(string)
	switch {
	case k.long && v == nil:
		return []any{nil}
	case k.long:
		return []any{text}
	case v == nil:
		return []any{nil, nil}
	default:
		return []any{text, fold(text)}
	}
}

func (textKind) load(_ *Field, stored []any) (any, error) { return loadText(stored[0]) }
func (textKind) show(_ *Field, v any) string              { text, _ := v.(string); return text }
func (textKind) json(_ *Field, v any) any                 { return v }

func (k textKind) expr(f *Field) expr.Field {
	if k.long {
		return f.condition(expr.FieldText, "")
	}
	described := f.condition(expr.FieldText, "")
	described.Folded = f.over("k")
	return described
}

func (k textKind) order(f *Field) []string {
	if k.long {
		return nil
	}
	return []string{f.column("k")}
}

func loadText(stored any) (any, error) {
	text, ok := stored.(string)
	if !ok || text == "" {
		return nil, nil
	}
	return text, nil
}

// textOf reads what may stand where a text is wanted. Tables of numbers often mean texts, such as postcodes.
func textOf(in any) (string, error) {
	switch v := in.(type) {
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	default:
		return "", invalid("write a text")
	}
}

// fold is expr.Fold, quick for what most texts are.
func fold(text string) string {
	if plainASCII(text) {
		return strings.ToLower(text)
	}
	return expr.Fold(text)
}
