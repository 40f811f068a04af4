package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// chart is a drawing in SVG that follows the reader's light or dark setting.
type chart struct {
	strings.Builder
	wide, high float64
}

const chartStyle = `<style>
text { font: 13px system-ui, sans-serif; fill: #26302b } .quiet { fill: #66736c } .head { font-weight: 600; font-size: 15px }
.line { stroke: #d5dcd8 } .a { fill: #1d7a5f; stroke: #1d7a5f } .b { fill: #9fc9b9; stroke: #9fc9b9 } .c { fill: #c46a2b; stroke: #c46a2b }
path { fill: none !important; stroke-width: 2.5 }
@media (prefers-color-scheme: dark) { text { fill: #e6ece9 } .quiet { fill: #9aa8a1 } .line { stroke: #3a4540 } }
</style>`

func newChart(wide, high float64, title string) *chart {
	c := &chart{wide: wide, high: high}
	fmt.Fprintf(c, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" role="img" aria-label="%s">%s`+"\n", wide, high, title, chartStyle)
	c.text(16, 26, "head", "start", title)
	return c
}

func (c *chart) text(x, y float64, class, anchor, text string) {
	fmt.Fprintf(c, `<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>`+"\n", x, y, class, anchor, strings.ReplaceAll(text, "&", "&amp;"))
}

func (c *chart) line(x1, y1, x2, y2 float64) {
	fmt.Fprintf(c, `<line class="line" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`+"\n", x1, y1, x2, y2)
}

func (c *chart) bar(x, y, wide, high float64, class string) {
	fmt.Fprintf(c, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" class="%s"/>`+"\n", x, y, wide, high, class)
}

func (c *chart) done() string { return c.String() + "</svg>\n" }

// scale maps figures to places on a logarithmic axis.
type scale struct{ from, to, low, high float64 }

func (s scale) at(n float64) float64 {
	n = math.Max(n, s.low)
	return s.from + (s.to-s.from)*math.Log10(n/s.low)/math.Log10(s.high/s.low)
}

// ticks are the powers of ten within.
func (s scale) ticks() (all []float64) {
	for n := s.low; n <= s.high*1.001; n *= 10 {
		all = append(all, n)
	}
	return all
}

// scaleOf begins and ends at powers of ten around all figures.
func scaleOf(from, to float64, figures []float64) scale {
	least, most := math.Inf(1), 0.0
	for _, n := range figures {
		if n > 0 {
			least, most = min(least, n), max(most, n)
		}
	}
	return scale{from, to, math.Pow(10, math.Floor(math.Log10(least))), math.Pow(10, math.Ceil(math.Log10(most)))}
}

// sidesChart draws median and 95th percentile of each engine, as bars on a logarithmic axis.
func sidesChart(c *contest, all []standing) string {
	var figures []float64
	for _, s := range all {
		sorted := sortedCopy(s.mixed)
		figures = append(figures, percentile(sorted, .5), percentile(sorted, .95))
	}
	const left, row = 300.0, 46.0
	high := 90 + row*float64(len(all))
	d := newChart(860, high, fmt.Sprintf("Words, 3 filters, 8 counts, histogram, order over %s listings: ms", thousands(float64(c.listings))))
	axis := scaleOf(left, 790, figures)
	for _, n := range axis.ticks() {
		d.line(axis.at(n), 44, axis.at(n), high-34)
		d.text(axis.at(n), high-14, "quiet", "middle", short(n)+" ms")
	}
	for i, s := range all {
		y := 52 + row*float64(i)
		d.text(left-12, y+22, "", "end", s.title)
		for k, class := range []string{"a", "b"} {
			n := figures[2*i+k]
			d.bar(left, y+17*float64(k), axis.at(n)-left, 15, class)
			d.text(axis.at(n)+6, y+17*float64(k)+12, "quiet", "start", []string{"p50 ", "p95 "}[k]+number(n))
		}
	}
	return d.done()
}

// growthLine is one line of the chart of growth.
type growthLine struct {
	name, class string
	of          func(g growth) float64
}

// growthChart draws how the time of queries, and of places, grows with the listings; both axes are logarithmic.
func growthChart(all []growth) string {
	lines := []growthLine{
		{"query p50", "a", func(g growth) float64 { return percentile(sortedCopy(g.mixed), .5) }},
		{"query p95", "b", func(g growth) float64 { return percentile(sortedCopy(g.mixed), .95) }},
		{"place p95", "c", func(g growth) float64 { return percentile(sortedCopy(g.geo), .95) }},
	}
	var figures, sizes []float64
	for _, g := range all {
		sizes = append(sizes, float64(g.listings))
		for _, l := range lines {
			figures = append(figures, l.of(g))
		}
	}
	d := newChart(860, 380, "Search in memory: ms by number of listings")
	x, y := scale{70, 720, sizes[0], sizes[len(sizes)-1] * 1.001}, scaleOf(330, 50, figures)
	for _, n := range y.ticks() {
		d.line(70, y.at(n), 720, y.at(n))
		d.text(60, y.at(n)+4, "quiet", "end", short(n)+" ms")
	}
	for _, n := range sizes {
		d.text(x.at(n), 356, "quiet", "middle", thousands(n))
	}
	for _, l := range lines {
		path := "M"
		for _, g := range all {
			path += fmt.Sprintf("%.1f %.1f ", x.at(float64(g.listings)), y.at(l.of(g)))
			fmt.Fprintf(d, `<circle cx="%.1f" cy="%.1f" r="4" class="%s"/>`+"\n", x.at(float64(g.listings)), y.at(l.of(g)), l.class)
		}
		fmt.Fprintf(d, `<path class="%s" d="%s"/>`+"\n", l.class, strings.TrimSpace(path))
	}
	last := all[len(all)-1]
	slices.SortFunc(lines, func(one, two growthLine) int { return cmp.Compare(two.of(last), one.of(last)) })
	free := 0.0 // where the next label may stand at the highest
	for _, l := range lines {
		at := max(y.at(l.of(last))+4, free)
		d.text(730, at, "", "start", l.name+" "+number(l.of(last)))
		free = at + 16
	}
	return d.done()
}

func short(n float64) string { return strings.TrimSuffix(fmt.Sprintf("%g", n), ".0") }

// writeChart writes a drawing where the command line wants it.
func (b *bench) writeChart(name, drawing string) error {
	if b.Charts == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(b.Charts, name), []byte(drawing), 0o644)
}
