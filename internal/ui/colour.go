package ui

import (
	"fmt"
	"math"
	"strconv"
)

// colour is red, green and blue from 0 to 255.
type colour [3]float64

// What the style sheets have built in; a test compares.
var (
	white        = colour{255, 255, 255}
	black        = colour{}
	paperLight   = colour{251, 250, 246}
	paperDark    = colour{22, 21, 15}
	surfaceDark  = colour{30, 29, 23}
	sunkenDark   = colour{18, 17, 12}
	inkLight     = colour{28, 26, 21}
	inkDark      = colour{241, 238, 229}
	pennantLight = colour{200, 50, 31}
)

// mixed is a colour with a share of another, from 0 to 1.
func mixed(a, b colour, share float64) colour {
	var c colour
	for i := range c {
		c[i] = math.Round(a[i]*(1-share) + b[i]*share)
	}
	return c
}

// moved takes a colour towards an end in small steps until its contrast to a ground is enough.
func moved(from, end, ground colour, enough float64) colour {
	for share := 0.0; share < 1; share += .02 {
		if c := mixed(from, end, share); contrast(c, ground) >= enough {
			return c
		}
	}
	return end
}

func (c colour) String() string {
	return fmt.Sprintf("#%02x%02x%02x", int(c[0]), int(c[1]), int(c[2]))
}

func parseColour(hex string) colour {
	var c colour
	for i := range c {
		n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		c[i] = float64(n)
	}
	return c
}

// contrast is the ratio of WCAG 2, from 1 to 21.
func contrast(a, b colour) float64 {
	light, dark := luminance(a), luminance(b)
	if light < dark {
		light, dark = dark, light
	}
	return (light + .05) / (dark + .05)
}

func luminance(c colour) float64 {
	weights := colour{.2126, .7152, .0722}
	var sum float64
	for i, channel := range c {
		channel /= 255
		if channel <= .04045 {
			channel /= 12.92
		} else {
			channel = math.Pow((channel+.055)/1.055, 2.4)
		}
		sum += weights[i] * channel
	}
	return sum
}
