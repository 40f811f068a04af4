package demo

import (
	"hash/fnv"
	"strings"
)

// The pool: which drawings keep the colour that their listing names, which of these are also shown from near by,
// which come as several different things, and which are so rare that one picture will do.
const (
	keptColour = " bike-city bike-road bike-mountain bike-electric bike-cargo bike-child car-hatch car-estate car-suv van van-camper" +
		" motorbike scooter sofa sofa-corner armchair chair phone jacket jumper dress trousers shoes boots bag watch "
	nearBy  = " bike-city bike-road bike-electric bike-mountain car-hatch car-estate sofa "
	several = " room-living room-bed facade-town facade-flats house chalet books "
	rare    = " boat-motor bucket cajon clarinet console guitar-electric hutch keyboard lamp-table lens plant-snake scratching-post stamps washing-machine "
)

// shared maps a picture onto a small pool, so that thousands of listings share a few hundred drawn files. A picture
// keeps its colour where people would notice; otherwise there are two sides of one thing, or a few things. Pictures of
// one listing always map onto pictures of one thing.
func shared(p Picture) Picture {
	name := " " + p.Drawing + " "
	switch {
	case strings.Contains(keptColour, name):
		made := Picture{Drawing: p.Drawing, Colour: p.Colour}
		if made.Colour == "" {
			made.Colour = "blue"
		}
		if p.View%2 == 1 && strings.Contains(nearBy, name) {
			made.View = 2
		}
		made.Seed = spread(made.Drawing + made.Colour)
		return made
	case strings.Contains(several, name):
		return Picture{Drawing: p.Drawing, Seed: spread(p.Drawing) + p.Seed%4}
	case strings.Contains(rare, name):
		return Picture{Drawing: p.Drawing, Seed: spread(p.Drawing)}
	}
	return Picture{Drawing: p.Drawing, Seed: spread(p.Drawing), View: (int(p.Seed>>8&1) + p.View) % 2}
}

// spread turns a text into a seed, so that things of one kind stand on different grounds.
func spread(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}
