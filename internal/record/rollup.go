package record

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/value"
)

// gather is a roll-up, seen from the object whose records it gathers.
type gather struct {
	parent *Object // that has the roll-up
	rollup *Field
	from   *Object
	by, of int // fields of the form of from; of is -1 for a count
	where  *expr.Condition
	broken bool // the condition cannot be compiled: nothing is gathered
}

// gathersOf lists the roll-ups that gather records of an object.
func (c *Catalog) gathersOf(o *Object) []gather {
	var all []gather
	for _, parent := range c.alive {
		for _, f := range parent.Fields {
			if f.Type == Rollup && f.Options.Rollup != nil && f.Options.Rollup.From == o.Key {
				if g, ok := c.newGather(parent, f, o); ok {
					all = append(all, g)
				}
			}
		}
	}
	return all
}

func (c *Catalog) newGather(parent *Object, f *Field, from *Object) (gather, bool) {
	p := f.Options.Rollup
	place := func(key string) int {
		return slices.IndexFunc(from.Fields, func(f *Field) bool { return f.Key == key })
	}
	g := gather{parent: parent, rollup: f, from: from, by: place(p.By), of: place(p.Of)}
	if p.Where != "" {
		scope, err := c.ruleScope(from)
		if err == nil {
			g.where, err = scope.Compile(p.Where, expr.Bool)
		}
		g.broken = err != nil
	}
	return g, g.by >= 0 && (g.of >= 0 || p.Op == "count")
}

func (g *gather) op() string { return g.rollup.Options.Rollup.Op }

// byDelta reports whether the roll-up follows from the change alone. Amounts of several currencies do not: their rate
// may be another one by now.
func (g *gather) byDelta() bool {
	switch {
	case g.op() == "count":
		return true
	case g.op() != "sum":
		return false
	default:
		of := g.from.Fields[g.of]
		return of.Type != MoneyType || of.Options.Currency != ""
	}
}

// share is what one record adds to a roll-up.
type share struct {
	parent value.ID // 0 = none
	units  int64
	there  bool // the field has a value
}

// share is what a record with these values adds. Records in the trash add nothing.
func (g *gather) share(s *sheet, e *entry, values []any, alive bool) share {
	id, _ := values[g.by].(value.ID)
	if !alive || id == 0 || g.broken {
		return share{}
	}
	if g.where != nil {
		record := s.after(e)
		record.values = values
		if ok, err := g.where.Match(s.w.tx.Context(), record, s.w.constants()); err != nil || !ok {
			return share{}
		}
	}
	if g.of < 0 {
		return share{parent: id, units: 1, there: true}
	}
	units, there := unitsOf(values[g.of])
	return share{id, units, there}
}

// unitsOf is a value as the whole number that its column holds.
func unitsOf(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case Number:
		return v.Units, true
	case value.Money:
		return v.Minor, true
	case Day:
		return int64(v), true
	case time.Time:
		return value.Micros(v), true
	default:
		return 0, false
	}
}

// ofUnits is the inverse of unitsOf for a field.
func (f *Field) ofUnits(units int64) any {
	switch f.Type {
	case Decimal:
		return Number{units, f.Options.Scale}
	case MoneyType:
		return value.Money{Minor: units, Currency: f.Options.Currency}
	case Date:
		return Day(units)
	case DateTime:
		return value.FromMicros(units)
	default:
		return units
	}
}

// alive reports whether the record is outside the trash after the write.
func (e *entry) alive() bool {
	return e.op != DoDelete && (e.made() || e.op == doRestore || e.rec.Deleted.IsZero())
}

// nothingGathered is the roll-up of no records: 0 for counts and sums, empty otherwise.
func (f *Field) nothingGathered() any {
	if p := f.Options.Rollup; p != nil && (p.Op == "count" || p.Op == "sum") {
		return f.result().ofUnits(0)
	}
	return nil
}

// gather brings the roll-ups over these records up to date.
func (s *sheet) gather(written []*entry) error {
	for i := range s.form.gathers {
		g := &s.form.gathers[i]
		deltas, stale := map[value.ID]int64{}, map[value.ID]bool{}
		for _, e := range written {
			before := share{}
			if !e.made() {
				before = g.share(s, e, e.old, e.rec.Deleted.IsZero())
			}
			after := g.share(s, e, e.now, e.alive())
			if before == after {
				continue
			}
			g.note(before, after, deltas, stale)
		}
		if err := s.w.settleRollup(g, deltas, stale); err != nil {
			return fmt.Errorf("roll-up %s.%s: %w", g.parent.Key, g.rollup.Key, err)
		}
	}
	return nil
}

func (g *gather) note(before, after share, deltas map[value.ID]int64, stale map[value.ID]bool) {
	for _, one := range []struct {
		share
		sign int64
	}{{before, -1}, {after, 1}} {
		switch {
		case one.parent == 0:
		case !g.byDelta():
			stale[one.parent] = true
		case overflows(deltas[one.parent], one.sign*one.units):
			stale[one.parent] = true
		default:
			deltas[one.parent] += one.sign * one.units
		}
	}
}

func overflows(a, b int64) bool {
	sum := a + b
	return (sum > a) != (b > 0) && b != 0
}

// fewParents are computed anew at once; more of them wait for Store.Work.
const fewParents = 50

func (w *Writer) settleRollup(g *gather, deltas map[value.ID]int64, stale map[value.ID]bool) error {
	for id := range stale {
		delete(deltas, id)
	}
	if err := w.addDeltas(g, deltas); err != nil {
		return err
	}
	ids := sortedIDs(stale)
	if len(ids) > fewParents {
		return w.soil(g.rollup, ids)
	}
	return w.regather(g, ids)
}

func sortedIDs[V any](set map[value.ID]V) []value.ID {
	ids := make([]value.ID, 0, len(set))
	for id := range set {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// addDeltas changes counts and sums by what was added and taken away.
func (w *Writer) addDeltas(g *gather, deltas map[value.ID]int64) error {
	r := g.rollup.result()
	column := g.rollup.column("")
	var ids []value.ID
	for _, id := range sortedIDs(deltas) {
		if deltas[id] != 0 {
			ids = append(ids, id)
		}
	}
	values := map[value.ID]any{}
	for part := range slices.Chunk(ids, keyChunk) {
		st := &statement{engine: w.tx.Engine()}
		text := fmt.Sprintf("select id, coalesce(%s, 0) from %s where id in %s", column, g.parent.table(), st.ids(plainIDs(part)))
		err := db.Each(w.tx, func(row db.Scanner) error {
			var id value.ID
			var units int64
			if err := row.Scan(&id, &units); err != nil {
				return err
			}
			if overflows(units, deltas[id]) {
				return tooLarge(g)
			}
			values[id] = r.ofUnits(units + deltas[id])
			return nil
		}, text, st.args...)
		if err != nil {
			return err
		}
	}
	return w.writeRollup(g, values)
}

func tooLarge(g *gather) error {
	return value.Errorf(value.Invalid, "the %s of %s.%s becomes too large", g.op(), g.parent.Key, g.rollup.Key)
}

func (w *Writer) writeRollup(g *gather, values map[value.ID]any) error {
	r := g.rollup.result()
	columns, types := []string{"id"}, []string{"bigint"}
	for _, c := range kindOf(r.Type).columns(r) {
		columns, types = append(columns, r.column(c.suffix)), append(types, c.sql)
	}
	var rows [][]any
	for _, id := range sortedIDs(values) {
		rows = append(rows, append([]any{int64(id)}, w.stored(r, values[id])...))
	}
	return w.setRows(g.parent.table(), columns, types, rows)
}

// soil notes roll-ups that are to be computed anew. The update takes the row's lock, so that whoever computes just now
// has either seen this write or leaves the note.
func (w *Writer) soil(f *Field, ids []value.ID) error {
	for part := range slices.Chunk(ids, keyChunk) {
		var b strings.Builder
		var args []any
		for _, id := range part {
			if len(args) > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "($%d, $%d)", len(args)+1, len(args)+2)
			args = append(args, f.Number, int64(id))
		}
		_, err := w.tx.Exec("insert into record_dirty (field, record) values "+b.String()+
			" on conflict (field, record) do update set record = excluded.record", args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// regather computes a roll-up of these records anew.
func (w *Writer) regather(g *gather, ids []value.ID) error {
	if len(ids) == 0 {
		return nil
	}
	values, err := w.gathered(g, ids)
	if err != nil {
		return err
	}
	return w.writeRollup(g, values)
}

// gathered asks the database for a roll-up of these records.
func (w *Writer) gathered(g *gather, ids []value.ID) (map[value.ID]any, error) {
	values := make(map[value.ID]any, len(ids))
	for _, id := range ids {
		values[id] = g.rollup.nothingGathered()
	}
	if g.broken {
		return values, nil
	}
	for part := range slices.Chunk(ids, keyChunk) {
		st := &statement{engine: w.tx.Engine()}
		text, err := g.sql(st, part, w.constants())
		if err != nil {
			return nil, err
		}
		err = db.Each(w.tx, func(row db.Scanner) error {
			var id value.ID
			var n, units *int64
			if err := row.Scan(&id, &n, &units); err != nil {
				return err
			}
			if units != nil && n != nil {
				values[id] = g.yields(*n, *units)
			}
			return nil
		}, text, st.args...)
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}

// sql selects for each record how many values there are and what the operation makes of them.
func (g *gather) sql(st *statement, ids []value.ID, constants expr.Constants) (string, error) {
	by := g.from.Fields[g.by].column("")
	of, result := "1", "count(*)"
	if g.of >= 0 {
		f := g.from.Fields[g.of]
		of = "t." + f.column("")
		if f.Type == MoneyType && f.Options.Currency == "" {
			of = "t." + f.column("b")
		}
		result = map[string]string{
			"sum": "cast(sum(" + of + ") as bigint)", "average": "cast(sum(" + of + ") as bigint)",
			"min": "min(" + of + ")", "max": "max(" + of + ")",
		}[g.op()]
	}
	where := ""
	if g.where != nil {
		condition, err := st.condition(g.where, "t", constants)
		if err != nil {
			return "", err
		}
		where = " and " + condition
	}
	return fmt.Sprintf("select t.%s, count(%s), %s from %s t where t.deleted_us is null and t.%s in %s%s group by t.%s",
		by, of, result, g.from.table(), by, st.ids(plainIDs(ids)), where, by), nil
}

func (g *gather) yields(n, units int64) any {
	r := g.rollup.result()
	if g.op() != "average" {
		return r.ofUnits(units)
	}
	scale := 0
	if of := g.from.Fields[g.of]; of.Type != MoneyType {
		scale = r.Options.Scale - of.ownResult().Options.Scale
	}
	return r.ofUnits(average(units, n, scale))
}

// ownResult is the field, or for a formula the field of its result.
func (f *Field) ownResult() *Field {
	if f.Type == Formula {
		return f.result()
	}
	return f
}

// average is sum / n with so many more digits, rounded half away from zero.
func average(sum, n int64, digits int) int64 {
	numerator := new(big.Int).Mul(big.NewInt(2*pow10(digits)), big.NewInt(sum))
	half := big.NewInt(n)
	if sum < 0 {
		half.Neg(half)
	}
	numerator.Add(numerator, half)
	return numerator.Quo(numerator, big.NewInt(2*n)).Int64()
}
