package demo

import (
	"math"
	"strconv"
)

// refine settles values that hang together: the mileage of a car follows from its age, the area of a home from its
// rooms.
func (w *writer) refine() {
	switch w.leaf.short {
	case "cars":
		age := float64(w.age())
		w.put("km", int(age*(6500+w.r.Float64()*11500)+w.r.Float64()*4000)/100*100)
	case "flats-to-rent":
		w.put("area", int(w.number("rooms")*(19+w.r.Float64()*7)+8))
	case "for-sale":
		w.put("area", int(w.number("rooms")*(23+w.r.Float64()*10)+6))
	case "rooms":
		w.put("area", 10+w.r.IntN(14))
	case "holiday-lets":
		w.put("area", int(w.number("sleeps")*(11+w.r.Float64()*6))+18)
	case "vans", "motorbikes":
		if km := int(w.number("km")); km > 0 {
			w.put("km", km/100*100)
		}
	}
}

func (w *writer) put(slug string, n int) { w.values[w.m.book.slots[slug]] = strconv.Itoa(n) }

func (w *writer) number(slug string) float64 {
	n, err := strconv.ParseFloat(w.values[w.m.book.slots[slug]], 64)
	if err != nil {
		return 0
	}
	return n
}

func (w *writer) age() int { return max(0, w.m.base.Year()-int(w.number("year"))) }

// price returns the price in centimes. Free things cost nothing; a third of those who look for something name none.
func (w *writer) price() int64 {
	if w.l.Kind == Free || w.l.Kind == Wanted && w.r.IntN(3) == 0 {
		return 0
	}
	amount := w.amount()
	if w.l.Kind == Wanted {
		amount *= .8
	}
	return int64(math.Round(w.tidy(amount) * 100))
}

func (w *writer) amount() float64 {
	noise := .9 + w.r.Float64()*.2
	area := w.number("area")
	switch w.leaf.short {
	case "cars":
		wear := math.Max(.45, 1.12-w.number("km")/420000)
		return math.Max(900, w.thing.price[1]*math.Pow(.865, float64(w.age()))*wear*noise)
	case "flats-to-rent":
		return (330 + area*20.5) * w.town.dear * noise
	case "for-sale":
		land := map[string]float64{"house": 260000, "chalet": 140000}[w.values[w.m.book.slots["type"]]]
		return (area*9800 + land) * w.town.dear * noise
	case "rooms":
		return (420 + area*24) * w.town.dear * noise
	}
	return w.usual()
}

// shifts moves the price with the condition; prices of a thing run from low through middle to high, -1 through 0 to 1.
var shifts = map[string]float64{"new": .5, "like-new": .25, "fair": -.3, "parts": -.8}

func (w *writer) usual() float64 {
	t := w.r.Float64() + w.r.Float64() - 1
	condition := w.values[w.m.book.slots["condition"]]
	t = math.Max(-1, math.Min(1, t*.8+shifts[condition]))
	low, middle, high := w.thing.price[0], w.thing.price[1], w.thing.price[2]
	amount := middle * math.Pow(high/middle, t)
	if t < 0 {
		amount = middle * math.Pow(low/middle, -t)
	}
	switch {
	case condition == "parts":
		amount *= .4
	case w.leaf.family.name == "jobs":
		amount *= pays[w.values[w.m.book.slots["workload"]]]
	}
	return amount
}

// pays is the part of a full monthly pay that goes with a workload; by the hour it is the pay of one hour.
var pays = map[string]float64{"full": 1, "part": .6, "hours": 1. / 165}

// tidy rounds as people do: the larger the amount, the rounder.
func (w *writer) tidy(amount float64) float64 {
	step := 1.
	switch {
	case amount >= 200000:
		step = 5000
	case amount >= 10000:
		step = 100
	case amount >= 2000:
		step = 50
	case amount >= 300:
		step = 10
	case amount >= 30:
		step = 5
	}
	amount = math.Max(step, math.Round(amount/step)*step)
	if w.values[slotSeller] == "shop" && amount < 300 && w.leaf.family.name != "services" && w.leaf.family.name != "jobs" {
		amount -= .1
	}
	return amount
}
