package expr_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// generator makes texts that type check, of every kind the language knows about records.
type generator struct {
	*rand.Rand
	depth int
	vars  []string // text variables of macros around
	firms []string // paths of firms within reach
}

func (g *generator) deeper(n int) *generator {
	inner := *g
	inner.depth = g.depth - n
	return &inner
}

func (g *generator) one(choices ...func() string) string { return choices[g.IntN(len(choices))]() }

func lit(s string) func() string { return func() string { return s } }

func (g *generator) bool() string {
	if g.depth <= 0 {
		return g.pickText("active", "true", "false", "firm == null", "name == null", "born == null", "stage == null", "subject == null", "spot != null", "other == firm", "has(firm.title)", "firm.open", "tags.size() > 1", g.firm()+".open")
	}
	d := g.deeper(1)
	return g.one(
		func() string { return "(" + d.bool() + " && " + d.bool() + ")" },
		func() string { return "(" + d.bool() + " || " + d.bool() + ")" },
		func() string { return "!(" + d.bool() + ")" },
		func() string { return "(" + d.bool() + " ? " + d.bool() + " : " + d.bool() + ")" },
		func() string { return d.int() + g.sign() + d.int() },
		func() string { return d.text() + g.sign() + d.text() },
		func() string { return d.double() + g.sign() + d.double() },
		func() string { return d.double() + g.order() + g.pickText("0", "1", "7", "-3", "9007199254740992") },
		func() string { return g.pickText("12", "0", "9223372036854775807") + g.order() + d.double() },
		func() string { return d.int() + g.order() + d.double() },
		func() string { return d.double() + g.order() + d.int() },
		func() string { return d.time() + g.sign() + d.time() },
		func() string { return d.duration() + g.sign() + d.duration() },
		func() string { return "(" + d.bool() + ")" + g.sign() + "(" + d.bool() + ")" },
		func() string {
			return d.text() + "." + g.pickText("contains", "startsWith", "endsWith") + "(" + d.text() + ")"
		},
		func() string { return d.text() + g.pickText(" in ", " in ") + g.texts() },
		func() string { return d.int() + " in [" + strings.Join(g.some(g.intLiteral), ", ") + "]" },
		func() string { return d.double() + " in [" + strings.Join(g.some(g.doubleLiteral), ", ") + "]" },
		func() string { return d.list() },
		func() string { return d.list() },
		func() string { return d.nullable() + g.pickText(" == ", " != ") + d.nullable() },
		func() string { return d.nullable() + g.pickText(" == null", " != null") },
		func() string { return g.within() },
		func() string {
			return "has(" + g.firm() + "." + g.pickText("title", "country", "worth", "kind", "staff", "id", "worth_currency") + ")"
		},
		func() string {
			return "fold(" + g.pickText("name", "firm.title", "name", g.firm()+".title") + ")" + g.sign() + "fold(" + g.quoted() + ")"
		},
		func() string {
			return d.text() + ".matches(" + g.pickText(`"^a"`, `"b$"`, `"ü"`, `"^won$"`, `""`, `"^"`, `"50%"`, `"a.*b"`) + ")"
		},
	)
}

func (g *generator) pickText(from ...string) string { return from[g.IntN(len(from))] }
func (g *generator) order() string                  { return g.pickText(" < ", " <= ", " > ", " >= ") }
func (g *generator) sign() string {
	return g.pickText(" < ", " <= ", " > ", " >= ", " == ", " != ", " == ")
}

func (g *generator) some(of func() string) []string {
	var found []string
	for range g.IntN(4) {
		found = append(found, of())
	}
	return found
}

func (g *generator) firm() string {
	if len(g.firms) > 0 && g.IntN(3) > 0 {
		return g.firms[g.IntN(len(g.firms))]
	}
	return g.pickText("firm", "other", "firm.country.head.firm")
}

// nullable is a part of type text that may be null.
func (g *generator) nullable() string {
	if g.depth > 0 && g.IntN(3) == 0 {
		d := g.deeper(1)
		return "(" + d.bool() + " ? " + d.nullable() + " : " + d.nullable() + ")"
	}
	return g.pickText("name", "stage", "firm.title", "budget_currency", "firm.kind", "firm.country.name", "other.title", "firm.country.size", "firm.country.head.name", g.firm()+".title", g.firm()+".kind", g.firm()+".worth_currency")
}

func (g *generator) text() string {
	if g.depth <= 0 {
		if len(g.vars) > 0 && g.IntN(2) == 0 {
			return g.vars[g.IntN(len(g.vars))]
		}
		return g.one(g.quoted, g.nullable, lit("nick"), lit("phase"), lit("me.role"), lit("subject.type"), lit("firm.country.head.nick"))
	}
	d := g.deeper(1)
	return g.one(d.deeper(1).text, d.deeper(1).text,
		func() string { return "(" + d.text() + " + " + d.text() + ")" },
		func() string { return d.text() + "." + g.pickText("lowerAscii", "upperAscii") + "()" },
		func() string { return "(" + d.bool() + " ? " + d.text() + " : " + d.text() + ")" },
	)
}

func (g *generator) quoted() string {
	s, _ := texts[g.IntN(len(texts))].(string)
	return strconv.Quote(s)
}

func (g *generator) texts() string {
	return g.one(lit("tags"), lit("firm.country.head.tags"), lit("me.roles"), func() string { return "[" + strings.Join(g.some(g.quoted), ", ") + "]" },
		lit(`["open", "won", "x"]`))
}

func (g *generator) intLiteral() string {
	n, _ := ints[g.IntN(len(ints))].(int64)
	return strconv.FormatInt(n, 10)
}

func (g *generator) int() string {
	if g.depth <= 0 {
		return g.one(g.intLiteral, lit("age"), lit("points"), lit("id"), lit("firm.id"), lit("subject.id"), lit("me.id"), lit("firm.country.population"), lit("size(tags)"), lit("firms.size()"), lit("size(name)"), lit("other.staff.size()"))
	}
	d := g.deeper(1)
	return g.one(d.deeper(1).int, d.deeper(1).int,
		func() string { return "(" + d.int() + g.pickText(" + ", " - ", " * ", " / ", " % ") + d.int() + ")" },
		func() string { return "(" + d.int() + g.pickText(" + ", " - ", " * ", " / ", " % ") + d.int() + ")" },
		func() string {
			return "(" + d.int() + g.pickText(" / ", " % ") + g.pickText("2", "-7", "3", "-1", "0") + ")"
		},
		func() string { return "-(" + d.int() + ")" },
		func() string { return "size(" + d.text() + ")" },
		func() string { return "(" + d.bool() + " ? " + d.int() + " : " + d.int() + ")" },
		func() string { return g.pickText("days_since", "days_until") + "(" + d.time() + ")" },
		func() string {
			return d.time() + "." + g.pickText("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getHours", "getMinutes", "getSeconds", "getMilliseconds") + "()"
		},
		func() string { return "int(" + d.double() + ")" },
		func() string { return "int(" + d.time() + ")" },
		func() string { return "size(firms.filter(f, " + d.over("f").bool() + "))" },
		func() string { return "size(tags.filter(t, " + d.with("t").bool() + "))" },
	)
}

func (g *generator) doubleLiteral() string {
	return g.pickText("0.0", "1.5", "-2.25", "0.07", "92233720368547758.07", "1e15", "-0.0", "12.34", "0.0001", "1e-3")
}

func (g *generator) double() string {
	if g.depth <= 0 {
		return g.one(g.doubleLiteral, lit("price"), lit("rate"), lit("budget"), lit("firm.worth"), lit("price"))
	}
	d := g.deeper(1)
	return g.one(d.deeper(1).double, d.deeper(1).double,
		func() string { return "(" + d.double() + g.pickText(" + ", " - ", " * ", " / ") + d.double() + ")" },
		func() string { return "(" + d.double() + g.pickText(" + ", " - ", " * ", " / ") + d.double() + ")" },
		func() string { return "-(" + d.double() + ")" },
		func() string { return "double(" + d.int() + ")" },
		func() string { return "(" + d.bool() + " ? " + d.double() + " : " + d.double() + ")" },
	)
}

func (g *generator) time() string {
	if g.depth <= 0 {
		return g.pickText("born", "seen", "now", "today()", `timestamp("2026-03-08T00:00:00Z")`, `timestamp("2026-03-09T17:30:01.5Z")`, "firm.since", `timestamp("0001-01-01T00:00:00Z")`, `timestamp("9999-12-31T23:59:59Z")`, "born", "seen")
	}
	d := g.deeper(1)
	return g.one(d.deeper(1).time, d.deeper(1).time,
		func() string { return "(" + d.time() + g.pickText(" + ", " - ") + d.duration() + ")" },
		func() string { return "(" + d.bool() + " ? " + d.time() + " : " + d.time() + ")" },
	)
}

func (g *generator) duration() string {
	if g.depth <= 0 {
		return g.pickText(`duration("1h")`, `duration("720h")`, `duration("-1s")`, `duration("0.000001s")`, `duration("9000000000s")`, "(now - seen)", "(seen - born)")
	}
	d := g.deeper(1)
	return g.one(d.deeper(1).duration,
		func() string { return "(" + d.time() + " - " + d.time() + ")" },
		func() string { return "(" + d.duration() + g.pickText(" + ", " - ") + d.duration() + ")" },
	)
}

func (g *generator) with(name string) *generator {
	inner := *g
	inner.vars = append(g.vars[:len(g.vars):len(g.vars)], name)
	return &inner
}

func (g *generator) over(name string) *generator {
	inner := *g
	inner.firms = append(g.firms[:len(g.firms):len(g.firms)], name)
	return &inner
}

func (g *generator) list() string {
	// Now and then a variable hides another one, or a field.
	name := g.pickText(fmt.Sprintf("v%d", len(g.vars)+len(g.firms)), fmt.Sprintf("v%d", len(g.vars)+len(g.firms)), "v0", "name", "nick", "firm", "now")
	macro := g.pickText("exists", "all", "exists_one", "exists", "all")
	return g.one(
		func() string { return "tags." + macro + "(" + name + ", " + g.with(name).bool() + ")" },
		func() string { return "firms." + macro + "(" + name + ", " + g.over(name).bool() + ")" },
		func() string { return "firms." + macro + "(" + name + ", " + g.over(name).bool() + ")" },
		func() string {
			return g.firm() + ".staff." + macro + "(" + name + ", " + name + ".age" + g.sign() + g.int() + " || " + name + ".firm.open)"
		},
		func() string {
			return `["a", "won", "` + "Z" + `"].` + g.pickText("exists", "all") + "(" + name + ", " + g.with(name).bool() + ")"
		},
		func() string {
			return "firm.country.head.tags." + macro + "(" + name + ", " + g.with(name).bool() + ")"
		},
	)
}

func (g *generator) within() string {
	km := g.pickText("0", "1", "1.0", "1.001", "10", "300.5", "20015.0", "21000", "-1.0", "5000")
	at := places[1+g.IntN(len(places)-1)]
	return fmt.Sprintf("within(%s, %s, %v, %v)", g.pickText("spot", "firm.country.head.spot"), km, at.Lat, at.Lon)
}
