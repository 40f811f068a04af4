package expr

import (
	"strconv"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// times writes the arithmetic of times and durations, which are microseconds here.
func (g *writer) times(operator string, l, r ast.Expr) operand {
	s, t := g.c.typeOf(l).Kind(), g.c.typeOf(r).Kind()
	sign := " + "
	if operator == operators.Subtract {
		sign = " - "
	}
	text := "(" + g.text(l) + sign + g.text(r) + ")"
	if s == types.TimestampKind && t == types.DurationKind || s == types.DurationKind && t == types.TimestampKind {
		return operand{text: g.clamp(text, earliest_us, latest_us)}
	}
	return operand{text: g.clamp(text, -longest_us, longest_us)}
}

// timely writes the functions over times, and within().
func (g *writer) timely(e ast.Expr, call ast.CallExpr) operand {
	args := call.Args()
	switch call.FunctionName() {
	case "@days_since", "@days_until":
		// Whole days rounded down: the sum is made positive first, since division rounds towards zero.
		const shift = 8_000_000
		days := "((" + g.text(args[1]) + " - " + g.text(args[0]) + " + " + strconv.Itoa(shift*day_us) + ") / " + strconv.Itoa(day_us) + " - " + strconv.Itoa(shift) + ")"
		if call.FunctionName() == "@days_until" {
			days = "(0 - " + days + ")"
		}
		return operand{text: days, most: 2 * shift}
	case "@today":
		return operand{text: "((" + g.text(args[0]) + " + " + strconv.Itoa(-earliest_us) + ") / " + strconv.Itoa(day_us) + " * " + strconv.Itoa(day_us) + " - " + strconv.Itoa(-earliest_us) + ")"}
	case "within":
		return g.within(args)
	case "timestamp", "duration":
		if g.c.typeOf(args[0]).Kind() == g.c.typeOf(e).Kind() {
			return operand{text: g.text(args[0])}
		}
	}
	if call.IsMemberFunction() && len(args) == 0 && g.c.typeOf(call.Target()).Kind() == types.TimestampKind {
		if text := g.calendar(call.FunctionName(), g.text(call.Target())); text != "" {
			return operand{text: fitting(text), most: exactInts}
		}
	}
	refuse("%s() can only be evaluated in process", call.FunctionName())
	return operand{}
}

// calendar is a part of a time in UTC. The days since 1 March of year 0 are never negative, so that divisions agree.
func (g *writer) calendar(name, us string) string {
	const march = 719_468
	n := strconv.Itoa
	moved := "(" + us + " + " + n(march*day_us) + ")"
	days := "(" + moved + " / " + n(day_us) + ")"
	switch name {
	case "getHours":
		return "(" + moved + " / 3600000000 % 24)"
	case "getMinutes":
		return "(" + moved + " / 60000000 % 60)"
	case "getSeconds":
		return "(" + moved + " / 1000000 % 60)"
	case "getMilliseconds":
		return "(" + moved + " / 1000 % 1000)"
	case "getDayOfWeek": // 1 March of year 0 was a Wednesday
		return "((" + days + " + 3) % 7)"
	}
	// An era has 400 years, and a year begins in March here, so that the leap day is its last.
	eras := "select " + days + " / 146097 as era, " + days + " % 146097 as doe"
	years := "select era, doe, (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365 as yoe from (" + eras + ") c1"
	dates := "select era * 400 + yoe as y, doe - (365 * yoe + yoe / 4 - yoe / 100) as doy from (" + years + ") c2"
	months := "select y, doy, (5 * doy + 2) / 153 as mp from (" + dates + ") c3"
	var column string
	switch name {
	case "getFullYear":
		column = "y + case when mp >= 10 then 1 when mp < 10 then 0 end"
	case "getMonth":
		column = "(mp + 2) % 12"
	case "getDayOfMonth":
		column = "doy - (153 * mp + 2) / 5"
	case "getDate":
		column = "doy - (153 * mp + 2) / 5 + 1"
	default:
		return ""
	}
	return "(select " + column + " from (" + months + ") c4)"
}

// within asks whether a place lies in a circle that is known.
func (g *writer) within(args []ast.Expr) operand {
	var figures [3]float64
	for i, a := range args[1:] {
		if a.Kind() == ast.LiteralKind {
			figures[i] = float(a.AsLiteral())
			continue
		}
		if !g.c.uses.constants[a.ID()] {
			refuse("within() around a place that differs from record to record")
		}
		v, err := g.c.constant(a, g.k)
		if err != nil {
			return operand{text: g.null(types.BoolType)}
		}
		figures[i] = float(v)
	}
	circle, err := newCircle(figures[0], figures[1], figures[2])
	if err != nil {
		return operand{text: g.null(types.BoolType)}
	}
	p := g.path(args[0])
	if p.field == nil || p.field.Type != FieldPlace {
		refuse("within() of something that is not a field")
	}
	return operand{text: g.reach(p.start, p.hops, func(r row) string {
		return fitting(circle.sql(g, r.column(p.field.Columns[0]), r.column(p.field.Columns[1])))
	})}
}
