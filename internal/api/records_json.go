package api

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"fairground/internal/record"
	"fairground/internal/value"
)

// Records are written by hand: lists and exports hold many, and a map for each would cost more than reading them.

// appendRecord writes a record: {"id", "rev", "created", "updated", "values": {…}}, with "deleted" for one in the trash
// and "expanded" for references that were asked for whole. Empty fields are null. A nil list of fields means all.
func appendRecord(b []byte, rec *record.Record, fields []*record.Field) []byte {
	b = appendHead(b, rec)
	if fields == nil {
		fields = rec.Object.Fields
	}
	b = append(b, `,"values":{`...)
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), f.Key...), `":`...) // keys are letters, digits and _
		b = appendValue(b, f, rec.Values[f.Key])
	}
	b = append(b, '}')
	if len(rec.Linked) > 0 {
		b = appendExpanded(b, rec)
	}
	return append(b, '}')
}

// appendHead begins a record.
func appendHead(b []byte, rec *record.Record) []byte {
	b = append(append(b, `{"id":"`...), rec.Object.ID(rec.ID)...)
	b = append(b, `","rev":`...)
	b = strconv.AppendInt(b, rec.Rev, 10)
	b = appendTime(append(b, `,"created":`...), rec.Created)
	b = appendTime(append(b, `,"updated":`...), rec.Updated)
	if !rec.Deleted.IsZero() {
		b = appendTime(append(b, `,"deleted":`...), rec.Deleted)
	}
	return b
}

func appendExpanded(b []byte, rec *record.Record) []byte {
	b = append(b, `,"expanded":{`...)
	first := true
	for _, f := range rec.Object.Fields {
		linked, asked := rec.Linked[f.Key]
		if !asked {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(append(append(b, '"'), f.Key...), `":[`...)
		n := 0
		for _, one := range linked {
			if one == nil { // not visible
				continue
			}
			if n++; n > 1 {
				b = append(b, ',')
			}
			b = appendRecord(b, one, nil)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

func appendTime(b []byte, at time.Time) []byte {
	b = append(b, '"')
	b = at.UTC().AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

// appendValue writes a field's value in the form that the field reads back.
func appendValue(b []byte, f *record.Field, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendText(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case bool:
		return strconv.AppendBool(b, v)
	case record.Number:
		return append(append(append(b, '"'), v.String()...), '"')
	case record.Day:
		return append(append(append(b, '"'), v.String()...), '"')
	case time.Time:
		return appendTime(b, v)
	case value.Money:
		b = append(append(b, `{"amount":"`...), v.Decimal()...)
		b = append(append(b, `","currency":"`...), v.Currency...)
		return append(b, `"}`...)
	}
	var plain any = v
	if f != nil {
		plain = f.JSON(v)
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, text...)
}

// appendText writes a text; one that is its own JSON between quotes is copied.
func appendText(b []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(text) // a text always can be written
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}

// shownFields are the fields of an answer: those that were asked for and the title, or nil for all.
func shownFields(seen *record.Seen, keys []string) ([]*record.Field, error) {
	if keys == nil {
		return nil, nil
	}
	shown := []*record.Field{}
	for _, f := range seen.Fields {
		if slices.Contains(keys, f.Key) || f.Key == seen.Title {
			shown = append(shown, f)
		}
	}
	for _, key := range keys {
		if seen.Field(key) == nil {
			return nil, value.Fieldf("fields", "%s has no field %q", seen.Key, short(key))
		}
	}
	return shown, nil
}
