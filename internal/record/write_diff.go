package record

import (
	"encoding/json"
	"strconv"

	"fairground/internal/value"
)

// diffOf is the change log's entry for a write: {"<field>": {"old": …, "new": …}}, without what is empty, and "made" for
// a record that was not there before. It is written by hand because an import writes one for every row.
func (s *sheet) diffOf(e *entry) json.RawMessage {
	b := make([]byte, 0, 64+32*len(e.changed))
	b = append(b, '{')
	for _, i := range e.changed {
		f := s.form.fields[i]
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, f.Key) // lower-case letters, digits and _
		b = append(b, ':', '{')
		if !e.made() && e.old[i] != nil {
			b = append(b, `"old":`...)
			b = appendJSON(b, f, e.old[i])
		}
		if e.now[i] != nil {
			if b[len(b)-1] != '{' {
				b = append(b, ',')
			}
			b = append(b, `"new":`...)
			b = appendJSON(b, f, e.now[i])
		}
		b = append(b, '}')
	}
	if e.made() {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(b, `"made":true`...)
	}
	for _, key := range sortedKeys(e.note) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		text, _ := json.Marshal(e.note[key]) // texts, numbers and truths
		b = strconv.AppendQuote(b, key)
		b = append(append(b, ':'), text...)
	}
	return append(b, '}')
}

func appendJSON(b []byte, f *Field, v any) []byte {
	switch v := v.(type) {
	case string:
		if quotable(v) {
			b = append(append(append(b, '"'), v...), '"')
			return b
		}
	case int64:
		return strconv.AppendInt(b, v, 10)
	case bool:
		return strconv.AppendBool(b, v)
	case Number:
		return append(b, v.String()...)
	case Day:
		return append(append(append(b, '"'), v.String()...), '"')
	case value.Money:
		b = append(append(b, `{"amount":"`...), v.Decimal()...)
		b = append(append(b, `","currency":"`...), v.Currency...)
		return append(b, '"', '}')
	}
	text, err := json.Marshal(f.JSON(v))
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, text...)
}

// quotable reports whether a text is its own JSON, between quotes.
func quotable(text string) bool {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// Happened is what an entry of the change log says of a record.
type Happened struct {
	Made   bool
	Gone   bool     // it went to the trash, or for good
	Fields []string // that changed
}

// ReadDiff reads what the log keeps of a write: diffOf's form, and that of features whose tables are lent, in which a
// step is a pair. Of an entry that was erased, or is in a form of its own, it tells nothing.
func ReadDiff(diff string) Happened {
	var parts map[string]json.RawMessage
	if json.Unmarshal([]byte(diff), &parts) != nil {
		return Happened{}
	}
	return happened(parts)
}

func happened(parts map[string]json.RawMessage) Happened {
	what := Happened{
		Made: string(parts["made"]) == "true",
		Gone: string(parts["deleted"]) == "true" || string(parts["purged"]) == "true",
	}
	for key, part := range parts {
		if isStep(part) || len(part) > 0 && part[0] == '[' {
			what.Fields = append(what.Fields, key)
		}
	}
	return what
}
