package console

import (
	"math"
	"strconv"
	"time"

	"fairground/internal/listing"
)

const chartDays = 14

// band is a group of statuses that the chart shows in one colour.
type band struct {
	key      string // of the message, and class of its colour
	statuses []listing.Status
}

var bands = []band{
	{"live", []listing.Status{listing.Live, listing.Paused, listing.Sold, listing.Expired}},
	{"waiting", []listing.Status{listing.Held, listing.Challenged}},
	{"refused", []listing.Status{listing.Rejected, listing.Removed}},
}

const refusedBand = 2 // in bands

// day is what came in on one day, by band.
type day struct {
	begins time.Time
	counts [3]int
}

func (d day) all() int { return d.counts[0] + d.counts[1] + d.counts[2] }

// chart is what came in day by day, the newest last.
type chart struct {
	v    *visit
	days []day
	most int
}

// newChart sorts arrivals into the days of the site's time zone.
func newChart(v *visit, today time.Time, arrivals []Arrival) *chart {
	c := &chart{v: v, days: make([]day, chartDays), most: 1}
	at := make(map[string]int, chartDays)
	for i := range c.days {
		c.days[i].begins = today.AddDate(0, 0, i+1-chartDays)
		at[c.days[i].begins.Format(time.DateOnly)] = i
	}
	for _, a := range arrivals {
		i, shown := at[a.Hour.In(today.Location()).Format(time.DateOnly)]
		if b := bandOf(a.Status); shown && b >= 0 {
			c.days[i].counts[b] += a.Listings
			c.most = max(c.most, c.days[i].all())
		}
	}
	return c
}

func bandOf(status listing.Status) int {
	for i, b := range bands {
		for _, s := range b.statuses {
			if s == status {
				return i
			}
		}
	}
	return -1
}

const (
	chartWide = 700.0 // units of the drawing
	chartTall = 150.0
	barWide   = 36.0
)

// bar is one rectangle of the drawing.
type bar struct{ class, x, y, width, height, says string }

// bars are the rectangles of a day, from the ground up. What is not nought can be seen.
func (c *chart) bars(i int) []bar {
	slot := chartWide / float64(len(c.days))
	ground := chartTall
	var drawn []bar
	for b, n := range c.days[i].counts {
		if n == 0 {
			continue
		}
		tall := math.Max(2, chartTall*float64(n)/float64(c.most))
		ground -= tall
		drawn = append(drawn, bar{bands[b].key, figure(slot*float64(i) + (slot-barWide)/2), figure(ground), figure(barWide), figure(tall),
			dotted(c.v.words.Date(c.days[i].begins), c.v.t("console.band."+bands[b].key), c.v.words.Count(n))})
	}
	return drawn
}

func figure(n float64) string { return strconv.FormatFloat(math.Round(n*10)/10, 'f', -1, 64) }

// total is how many came in over all days.
func (c *chart) total() int {
	n := 0
	for _, d := range c.days {
		n += d.all()
	}
	return n
}
