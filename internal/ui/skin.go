package ui

import (
	"fmt"
	"math"
	"strconv"

	"fairground/internal/value"
)

// SkinCSS is a small style sheet that gives a site its own accent in place of the red of the awning, to be served from
// the site itself and named in the shells' Skin. From the one colour, #rrggbb, come four: the accent on light and on
// dark ground, darkened or lightened until text in it can be read, and the text on each.
// It returns an error of kind Invalid for anything but a colour.
func SkinCSS(accent string) (string, error) {
	if !hexColour.MatchString(accent) {
		return "", value.Fieldf("accent", "%q is not a colour such as #c8321f", accent)
	}
	light := moved(parseColour(accent), colour{}, onLight)
	dark := moved(parseColour(accent), colour{255, 255, 255}, onDark)
	return fmt.Sprintf("@layer features{:root{--pennant:light-dark(%s,%s);--on-pennant:light-dark(#ffffff,%s)}}\n", light, dark, onDark), nil
}

// colour is red, green and blue from 0 to 255.
type colour [3]float64

var (
	onLight = colour{251, 250, 246} // --paper on light ground
	onDark  = colour{22, 21, 15}    // --paper on dark ground
)

const readable = 4.6 // contrast; WCAG asks for 4.5

// moved takes a colour towards an end in small steps until it can be read on a ground.
func moved(from, end, ground colour) colour {
	for share := 0.0; share < 1; share += .02 {
		var mixed colour
		for i := range mixed {
			mixed[i] = math.Round(from[i]*(1-share) + end[i]*share)
		}
		if contrast(mixed, ground) >= readable {
			return mixed
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
