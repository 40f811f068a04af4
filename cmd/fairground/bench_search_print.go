package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// grid is a table that reads well on a screen and is Markdown too.
type grid [][]string

func (g *grid) add(cells ...string) { *g = append(*g, cells) }

func (g grid) print(row func(format string, args ...any)) {
	wide := make([]int, len(g[0]))
	for _, cells := range g {
		for i, c := range cells {
			wide[i] = max(wide[i], utf8.RuneCountInString(c))
		}
	}
	line := func(cells []string, fill string) {
		padded := make([]string, len(cells))
		for i, c := range cells {
			padded[i] = c + strings.Repeat(fill, wide[i]-utf8.RuneCountInString(c))
		}
		row("| %s |", strings.Join(padded, " | "))
	}
	line(g[0], " ")
	line(make([]string, len(wide)), "-")
	for _, cells := range g[1:] {
		line(cells, " ")
	}
}

func ms(sorted []float64, share float64) string { return number(percentile(sorted, share)) }

// number is a figure with as many decimals as tell something.
func number(n float64) string {
	switch {
	case n >= 100:
		return thousands(n)
	case n >= 10:
		return fmt.Sprintf("%.1f", n)
	default:
		return fmt.Sprintf("%.2f", n)
	}
}

func thousands(n float64) string {
	text := fmt.Sprintf("%.0f", n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// printGrowth prints what each size costs.
func (b *bench) printGrowth(m *bigMarket, all []growth) {
	texts := "made-up words"
	if m.real {
		texts = "the words of real texts"
	}
	b.row("\nSearch in memory: 40 words of %s and 8 attributes a listing; every query has words, 3 filters, 8 counts, a histogram and an order\n", texts)
	table := grid{{"listings"}}
	row := func(name string, value func(g growth) string) {
		cells := []string{name}
		for _, g := range all {
			cells = append(cells, value(g))
		}
		table.add(cells...)
	}
	for _, g := range all {
		table[0] = append(table[0], thousands(float64(g.listings)))
	}
	spread := func(of func(g growth) []float64) func(g growth) string {
		return func(g growth) string {
			sorted := sortedCopy(of(g))
			return ms(sorted, .5) + " / " + ms(sorted, .95)
		}
	}
	row("query, p50 / p95 ms", spread(func(g growth) []float64 { return g.mixed }))
	row("query with a typo, p50 / p95 ms", spread(func(g growth) []float64 { return g.typo }))
	row("place or part of the map, p50 / p95 ms", spread(func(g growth) []float64 { return g.geo }))
	row("completion, p50 / p95 ms", spread(func(g growth) []float64 { return g.suggest }))
	row("queries/s, all cores", func(g growth) string { return number(g.queries_per_s) })
	row("bytes a listing, of the heap / as it says", func(g growth) string { return number(g.heap) + " / " + number(g.bytes) })
	row("build, s", func(g growth) string { return number(g.build_s) })
	row("load from a snapshot, s", func(g growth) string { return number(g.load_s) })
	row("snapshot, bytes a listing", func(g growth) string { return number(g.snapshot) })
	row("one changed listing, µs", func(g growth) string { return number(g.apply_us) })
	table.print(b.row)
}

// keepGrowth keeps the figures of one size.
func (b *bench) keepGrowth(g growth) {
	mixed, geo, typo, suggest := sortedCopy(g.mixed), sortedCopy(g.geo), sortedCopy(g.typo), sortedCopy(g.suggest)
	for name, n := range map[string]float64{
		"listings": float64(g.listings), "p50_ms": percentile(mixed, .5), "p95_ms": percentile(mixed, .95), "p99_ms": percentile(mixed, .99),
		"queries_per_s": g.queries_per_s, "geo_p50_ms": percentile(geo, .5), "geo_p95_ms": percentile(geo, .95), "typo_p50_ms": percentile(typo, .5),
		"typo_p95_ms": percentile(typo, .95), "suggest_p50_ms": percentile(suggest, .5), "suggest_p95_ms": percentile(suggest, .95),
		"bytes_per_listing": g.heap, "index_bytes_per_listing": g.bytes, "snapshot_bytes_per_listing": g.snapshot,
		"build_s": g.build_s, "load_s": g.load_s, "apply_us": g.apply_us,
	} {
		b.figure(name, n)
	}
}

// printSides prints the comparison.
func (b *bench) printSides(c *contest, all []standing) {
	b.row("\nSide by side: the same %s listings and queries, one client; exact counts unless it says otherwise\n", thousands(float64(c.listings)))
	table := grid{{"", "queries", "p50 ms", "p95 ms", "place, p50 ms", "p95 ms", "same total", "build s", "bytes a listing"}}
	for _, s := range all {
		mixed, geo := sortedCopy(s.mixed), sortedCopy(s.geo)
		table.add(s.title, fmt.Sprint(len(mixed)+len(geo)), ms(mixed, .5), ms(mixed, .95), ms(geo, .5), ms(geo, .95),
			fmt.Sprintf("%d of %d", s.same, s.asked), number(s.build_s), number(s.bytes/float64(c.listings)))
		if s.figure != "" {
			b.figure(s.figure+"_p50_ms", percentile(mixed, .5))
			b.figure(s.figure+"_p95_ms", percentile(mixed, .95))
			b.figure(s.figure+"_geo_p95_ms", percentile(geo, .95))
			b.figure(s.figure+"_build_s", s.build_s)
			b.figure(s.figure+"_bytes_per_listing", s.bytes/float64(c.listings))
		}
	}
	table.print(b.row)
}

// printQuality prints how good the answers are.
func (b *bench) printQuality(s *judgedSet, all []quality) {
	b.row("\nQuality: %d questions about %s real listings, nDCG@10 / recall@24\n", len(s.questions), thousands(float64(len(s.documents))))
	head := []string{"", "all"}
	for _, kind := range questionKinds {
		head = append(head, fmt.Sprintf("%s (%d)", kind, s.count(kind)))
	}
	table := grid{head}
	for _, q := range all {
		cells := []string{q.title}
		for _, kind := range append([]string{""}, questionKinds...) {
			cells = append(cells, fmt.Sprintf("%.3f / %.3f", q.ndcg10[kind], q.recall24[kind]))
		}
		table.add(cells...)
		prefix := ""
		if q.figure != "" {
			prefix = q.figure + "_"
		}
		b.figure(prefix+"ndcg10", q.ndcg10[""])
		b.figure(prefix+"recall24", q.recall24[""])
	}
	table.print(b.row)
}

func (s *judgedSet) count(kind string) (n int) {
	for _, q := range s.questions {
		if q.kind == kind {
			n++
		}
	}
	return n
}
