package market

import (
	"math"
	"slices"
	"strconv"

	"fairground/internal/site"
	"fairground/internal/ui"
)

// ruler is the distances that a site offers: round ones in kilometres, or round ones in miles. Addresses always hold
// kilometres. A reader whose language measures in miles reads miles on every site (text.Printer.Distance).
type ruler struct {
	miles bool
	steps []string // kilometres that are offered, ascending, anywhere last
	usual string   // what goes without saying
}

const (
	anywhere    = "0" // the value of within for any distance
	km_per_mile = 1.609344
)

var (
	metric   = ruler{steps: []string{"2", "5", "10", "25", "50", "100", anywhere}, usual: "25"}
	imperial = ruler{miles: true, steps: []string{"3", "8", "16", "40", "80", "160", anywhere}, usual: "40"} // 2 to 100 miles
)

// ruler is the site's, whoever reads: an address without a distance means the same to everybody.
func (v *visit) ruler() ruler {
	if v.settings.Units == site.Imperial {
		return imperial
	}
	return metric
}

// nearest is the distance offered that is nearest to one given in kilometres.
func (r ruler) nearest(km float64) string {
	if km == 0 {
		return anywhere
	}
	best, off := r.usual, math.Inf(1)
	for _, step := range r.steps {
		if n, _ := strconv.ParseFloat(step, 64); n > 0 && math.Abs(math.Log(km/n)) < off {
			best, off = step, math.Abs(math.Log(km/n))
		}
	}
	return best
}

// farther are the distances offered beyond one, anywhere last.
func (r ruler) farther(than string) []string {
	return r.steps[slices.Index(r.steps, than)+1:]
}

// distance writes kilometres for the reader.
func (v *visit) distance(km float64) string {
	if v.ruler().miles {
		return v.t("text.miles", "count", math.Max(1, math.Round(km/km_per_mile)))
	}
	return v.words.Distance(km)
}

// radius writes a value of within.
func (v *visit) radius(within string) string {
	if within == anywhere {
		return v.t("market.within.any")
	}
	return v.distance(float64(atoi(within)))
}

// radii are the choices of within.
func (v *visit) radii() []ui.Option {
	r := v.ruler()
	options := make([]ui.Option, len(r.steps))
	for i, step := range r.steps {
		options[i] = ui.Option{Value: step, Text: v.radius(step)}
		if step == r.usual {
			options[i].Value = ""
		}
	}
	return options
}
