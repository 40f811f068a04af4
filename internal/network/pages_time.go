package network

import (
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"fairground/internal/value"
)

// chart is when listings were offered: one row for each account with a dot for each listing, or, when there are too many
// for that, bars.
type chart struct {
	Height, Base float64
	Rows         []caption
	Dots         []spot
	Bars         []bar
	Ticks        []caption
}

// caption is a word in a chart.
type caption struct {
	X, Y   float64
	Text   string
	Anchor string
}

// spot is one listing.
type spot struct {
	X, Y   float64
	Number int
	Member Member
}

// bar is how many listings were offered in a stretch of time.
type bar struct {
	X, Y, Width, Height float64
	Count               int
	From                time.Time
}

const (
	chartWidth = 400.
	rowHigh    = 26.
	barsHigh   = 110.
	nameWide   = 104.
	edgeWide   = 16.
	mostRows   = 8
	mostDots   = 60
	mostBars   = 24
	longName   = 14 // characters
)

func (o *oneView) chart() (c chart) {
	if len(o.members) == 0 {
		return c
	}
	rows := map[value.ID]int{}
	first, last := o.members[0].Made, o.members[0].Made
	for _, m := range o.members {
		if _, known := rows[m.Account]; !known {
			rows[m.Account] = len(rows)
		}
		if m.Made.Before(first) {
			first = m.Made
		}
		if m.Made.After(last) {
			last = m.Made
		}
	}
	if len(rows) > mostRows || len(o.members) > mostDots {
		c.bars(o, first, last)
		return c
	}
	c.dots(o, rows, first, last)
	return c
}

// along is where a time stands between two edges; when all are one moment it is the middle.
func along(at, first, last time.Time, left, right float64) float64 {
	wide := last.Sub(first)
	if wide <= 0 {
		return (left + right) / 2
	}
	return math.Round(left + float64(at.Sub(first))/float64(wide)*(right-left))
}

func (c *chart) dots(o *oneView, rows map[value.ID]int, first, last time.Time) {
	left, right := nameWide+edgeWide, chartWidth-edgeWide
	named := map[value.ID]bool{}
	for i, m := range o.members {
		y := rowHigh * (float64(rows[m.Account]) + .5)
		if !named[m.Account] {
			named[m.Account] = true
			c.Rows = append(c.Rows, caption{nameWide, y + 4, short(o.accountOf(m), longName), "end"})
		}
		c.Dots = append(c.Dots, spot{along(m.Made, first, last, left, right), y, i + 1, m})
	}
	c.Base = rowHigh * float64(len(rows))
	c.finish(o, first, last, left, right)
}

func (c *chart) bars(o *oneView, first, last time.Time) {
	left, right := edgeWide*2, chartWidth-edgeWide
	wide := last.Sub(first)
	counts := make([]int, mostBars)
	for _, m := range o.members {
		at := 0
		if wide > 0 {
			at = min(mostBars-1, int(float64(m.Made.Sub(first))/float64(wide)*mostBars))
		}
		counts[at]++
	}
	most, step := slices.Max(counts), (right-left)/mostBars
	for i, n := range counts {
		if n == 0 {
			continue
		}
		high := math.Max(2, math.Round(float64(n)/float64(most)*(barsHigh-18)))
		c.Bars = append(c.Bars, bar{left + float64(i)*step, barsHigh - high, step - 2, high, n, first.Add(wide / mostBars * time.Duration(i))})
	}
	c.Rows = []caption{{left - 4, 22, strconv.Itoa(most), "end"}}
	c.Base = barsHigh
	c.finish(o, first, last, left, right)
}

// finish writes first and last below: times of a day, or days.
func (c *chart) finish(o *oneView, first, last time.Time, left, right float64) {
	c.Height = c.Base + 24
	form := o.words.DateShort
	if last.Sub(first) < 36*time.Hour {
		form = o.words.Time
	}
	y := c.Base + 18
	if !last.After(first) || form(first) == form(last) {
		c.Ticks = []caption{{(left + right) / 2, y, form(first), "middle"}}
		return
	}
	c.Ticks = []caption{{left, y, form(first), "start"}, {right, y, form(last), "end"}}
}

// short cuts a name for a chart; the table has the whole.
func short(name string, most int) string {
	if utf8.RuneCountInString(name) <= most {
		return name
	}
	return string([]rune(name)[:most-1]) + "…"
}
