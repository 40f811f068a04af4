package reach

import (
	"context"
	"math"
	"strconv"

	"fairground/internal/ui/text"
)

// chart draws one measure day by day as bars. It is an SVG with its figures as titles; the table below it says the same.
type chart struct {
	measure string // views, contacts, saves: class of its colour and part of its messages
	days    []Day
	of      func(Total) int64
}

func (f Figures) charts() []chart {
	return []chart{
		{"views", f.Days, func(t Total) int64 { return t.Views }},
		{"contacts", f.Days, func(t Total) int64 { return t.Contacts }},
		{"saves", f.Days, func(t Total) int64 { return t.Saves }},
	}
}

const (
	chartWide = 900.0 // units of the drawing
	chartTall = 150.0
	barShare  = 0.72 // of its day's width
)

// bar is one rectangle of the drawing.
type bar struct{ x, y, width, height, says string }

// bars are the rectangles of the days on which something happened. What is not nought can be seen.
func (c chart) bars(ctx context.Context) []bar {
	words := text.FromContext(ctx)
	slot, top := chartWide/float64(len(c.days)), float64(max(c.most(), 1))
	var drawn []bar
	for i, d := range c.days {
		n := c.of(d.Total)
		if n <= 0 { // more were taken back than added
			continue
		}
		tall := math.Max(3, chartTall*float64(n)/top)
		drawn = append(drawn, bar{
			x: units(slot * (float64(i) + (1-barShare)/2)), y: units(chartTall - tall), width: units(slot * barShare), height: units(tall),
			says: words.Date(d.Date) + " · " + words.T("reach."+c.measure+".count", "count", int(n)),
		})
	}
	return drawn
}

func units(n float64) string { return strconv.FormatFloat(math.Round(n*10)/10, 'f', -1, 64) }

// most is the most on one day.
func (c chart) most() int64 {
	var most int64
	for _, d := range c.days {
		most = max(most, c.of(d.Total))
	}
	return most
}

// says is the chart in one sentence.
func (c chart) says(ctx context.Context, sum Total) string {
	words := text.FromContext(ctx)
	return words.T("reach.chart", "figures", words.T("reach."+c.measure+".count", "count", int(c.of(sum))), "days", len(c.days), "most", int(c.most()))
}

// marks are the days named below the drawing: first, middle, last.
func (c chart) marks(ctx context.Context) []string {
	words := text.FromContext(ctx)
	return []string{words.DateShort(c.days[0].Date), words.DateShort(c.days[len(c.days)/2].Date), words.DateShort(c.days[len(c.days)-1].Date)}
}
