package backup

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"fairground/internal/db"
)

// cells are places for the values of one row, kept for the next.
type cells struct {
	columns []Column
	into    []any
}

func newCells(columns []Column) (*cells, error) {
	c := &cells{columns: columns}
	for _, column := range columns {
		switch column.Kind {
		case db.Integer:
			c.into = append(c.into, new(sql.NullInt64))
		case db.Float:
			c.into = append(c.into, new(sql.NullFloat64))
		case db.Boolean:
			c.into = append(c.into, new(sql.NullBool))
		case db.Text, db.JSON:
			c.into = append(c.into, new(sql.NullString))
		case db.Bytes:
			c.into = append(c.into, new(sql.NullBool), new([]byte))
		default:
			return nil, fmt.Errorf("the column %s has a type that only one engine has", column.Name)
		}
	}
	return c, nil
}

// expressions are what to select. Before bytes stands whether there are any: SQLite's driver gives nil for none and for
// an empty value alike.
func (c *cells) expressions() []string {
	var all []string
	for _, column := range c.columns {
		if column.Kind == db.Bytes {
			all = append(all, column.Name+" is not null")
		}
		all = append(all, column.Name)
	}
	return all
}

// appendRow adds the row as one line.
func (c *cells) appendRow(line []byte) []byte {
	line = append(line, '[')
	next := 0
	for i, column := range c.columns {
		if i > 0 {
			line = append(line, ',')
		}
		if column.Kind == db.Bytes {
			line = appendBytes(line, c.into[next].(*sql.NullBool).Bool, *c.into[next+1].(*[]byte))
			next += 2
			continue
		}
		line = appendCell(line, c.into[next])
		next++
	}
	return append(line, "]\n"...)
}

func appendBytes(line []byte, some bool, b []byte) []byte {
	if !some {
		return append(line, "null"...)
	}
	line = append(line, '"')
	line = base64.StdEncoding.AppendEncode(line, b)
	return append(line, '"')
}

func appendCell(line []byte, cell any) []byte {
	switch v := cell.(type) {
	case *sql.NullInt64:
		if v.Valid {
			return strconv.AppendInt(line, v.Int64, 10)
		}
	case *sql.NullFloat64:
		if v.Valid {
			return appendFloat(line, v.Float64)
		}
	case *sql.NullBool:
		if v.Valid {
			return strconv.AppendBool(line, v.Bool)
		}
	case *sql.NullString:
		if v.Valid {
			return appendText(line, v.String)
		}
	}
	return append(line, "null"...)
}

// appendFloat writes what JSON has no number for as a text.
func appendFloat(line []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return strconv.AppendQuote(line, strconv.FormatFloat(f, 'g', -1, 64))
	}
	return strconv.AppendFloat(line, f, 'g', -1, 64)
}

type rawText struct {
	Base64 []byte `json:"base64"`
}

func appendText(line []byte, text string) []byte {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	var v any = text
	if !utf8.ValidString(text) {
		v = rawText{[]byte(text)}
	}
	if err := encoder.Encode(v); err != nil {
		panic(err) // neither a text nor bytes can fail
	}
	return append(line, bytes.TrimSuffix(encoded.Bytes(), []byte("\n"))...)
}

// parseRow is the inverse of appendRow.
func parseRow(line []byte, columns []Column) ([]any, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil, fmt.Errorf("a row is not a JSON array: %w", err)
	}
	if len(raw) != len(columns) {
		return nil, fmt.Errorf("a row has %d values for %d columns", len(raw), len(columns))
	}
	values := make([]any, len(raw))
	for i, column := range columns {
		var err error
		if values[i], err = parseCell(raw[i], column.Kind); err != nil {
			return nil, fmt.Errorf("the column %s: %w", column.Name, err)
		}
	}
	return values, nil
}

func parseCell(raw json.RawMessage, kind db.Kind) (any, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	switch kind {
	case db.Integer:
		return strconv.ParseInt(string(raw), 10, 64)
	case db.Float:
		return strconv.ParseFloat(string(bytes.Trim(raw, `"`)), 64)
	case db.Boolean:
		return strconv.ParseBool(string(raw))
	case db.Text, db.JSON:
		return parseText(raw)
	case db.Bytes:
		b := []byte{}
		err := json.Unmarshal(raw, &b)
		return b, err
	default:
		return nil, fmt.Errorf("there is no kind %q", kind)
	}
}

func parseText(raw json.RawMessage) (any, error) {
	if len(raw) > 0 && raw[0] == '{' {
		var r rawText
		err := json.Unmarshal(raw, &r)
		return string(r.Base64), err
	}
	var text string
	err := json.Unmarshal(raw, &text)
	return text, err
}
