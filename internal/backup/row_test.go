package backup

import (
	"bytes"
	"database/sql"
	"math"
	"reflect"
	"testing"

	"fairground/internal/db"
)

func TestRowsComeBackExactly(t *testing.T) {
	t.Parallel()
	columns := []Column{{"n", db.Integer}, {"f", db.Float}, {"t", db.Text}, {"b", db.Bytes}, {"y", db.Boolean}}
	for _, want := range [][]any{
		{int64(math.MaxInt64), math.MaxFloat64, "plain", []byte("x"), true},
		{int64(math.MinInt64), math.SmallestNonzeroFloat64, "not UTF-8 \xff\xfe", []byte{}, false},
		{int64(0), math.Inf(-1), "\x00\u2028<&>\"\\", []byte{0}, true},
		{int64(1), math.Inf(1), "", bytes.Repeat([]byte{9}, 1000), nil},
		{nil, nil, nil, nil, nil},
		{int64(7), math.Copysign(0, -1), `{"base64": "AA=="}`, nil, nil},
	} {
		c, err := newCells(columns)
		if err != nil {
			t.Fatal(err)
		}
		fill(c.into, want)
		line := c.appendRow(nil)
		got, err := parseRow(bytes.TrimSuffix(line, []byte("\n")), columns)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v became %v by way of %s (%v)", want, got, line, err)
		}
		if bytes.Count(line, []byte("\n")) != 1 {
			t.Errorf("%q is not one line", line)
		}
	}
}

// fill does what scanning a row does.
func fill(into []any, row []any) {
	next := 0
	for i, v := range row {
		if i == 3 {
			*into[next].(*sql.NullBool) = sql.NullBool{Bool: v != nil, Valid: true}
			next++
			b, _ := v.([]byte)
			*into[next].(*[]byte) = b
		} else if err := into[next].(sql.Scanner).Scan(v); err != nil {
			panic(err)
		}
		next++
	}
}

func TestNegativeZeroAndNaN(t *testing.T) {
	t.Parallel()
	for _, f := range []float64{math.Copysign(0, -1), math.NaN()} {
		got, err := parseCell(appendFloat(nil, f), db.Float)
		if err != nil || math.Float64bits(got.(float64)) != math.Float64bits(f) {
			t.Errorf("%v became %v, %v", f, got, err)
		}
	}
}

// Whatever stands in a row of a hostile file, parsing ends with values of the right types or an error.
func FuzzParseRow(f *testing.F) {
	for _, seed := range []string{`[1,0.5,"x","eA==",true]`, `[null,null,null,null,null]`, `[1e9,"NaN",{"base64":"/w=="},"",false]`, `[]`, `{}`, `[1`} {
		f.Add([]byte(seed))
	}
	columns := []Column{{"n", db.Integer}, {"f", db.Float}, {"t", db.Text}, {"b", db.Bytes}, {"y", db.Boolean}}
	f.Fuzz(func(t *testing.T, line []byte) {
		row, err := parseRow(line, columns)
		if err != nil {
			return
		}
		for i, v := range row {
			kind := map[reflect.Kind]db.Kind{reflect.Int64: db.Integer, reflect.Float64: db.Float, reflect.String: db.Text, reflect.Slice: db.Bytes, reflect.Bool: db.Boolean}
			if v != nil && kind[reflect.TypeOf(v).Kind()] != columns[i].Kind {
				t.Errorf("%q gave %T for %s", line, v, columns[i].Name)
			}
		}
	})
}
