package demo

import (
	"math"
	"strconv"
	"strings"
)

type point struct{ x, y float64 }

// shape is a set of closed rings. A ring that runs the other way round inside another is a hole.
type shape [][]point

// poly is a polygon of x, y pairs.
func poly(xy ...float64) shape {
	ring := make([]point, 0, len(xy)/2)
	for i := 0; i+1 < len(xy); i += 2 {
		ring = append(ring, point{xy[i], xy[i+1]})
	}
	return shape{ring}
}

// oval is an ellipse around a middle.
func oval(x, y, rx, ry float64) shape {
	steps := 24 + int(math.Max(rx, ry)/6)
	ring := make([]point, 0, steps+1)
	for i := 0; i <= steps; i++ {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(steps))
		ring = append(ring, point{x + rx*cos, y + ry*sin})
	}
	return shape{ring}
}

// dot is a circle.
func dot(x, y, r float64) shape { return oval(x, y, r, r) }

// ring is a circle with a hole.
func ring(x, y, r, width float64) shape {
	outer, inner := dot(x, y, r+width/2)[0], dot(x, y, r-width/2)[0]
	back := make([]point, 0, len(inner))
	for i := len(inner) - 1; i >= 0; i-- {
		back = append(back, inner[i])
	}
	return shape{outer, back}
}

// arc is an open part of an ellipse, in degrees, 0 to the right and 90 down.
func arc(x, y, rx, ry, from, to float64) shape {
	const steps = 28
	var line []point
	for i := 0; i <= steps; i++ {
		sin, cos := math.Sincos((from + (to-from)*float64(i)/steps) * math.Pi / 180)
		line = append(line, point{x + rx*cos, y + ry*sin})
	}
	return shape{line}
}

// box is a rectangle with round corners.
func box(x, y, w, h, r float64) shape {
	r = math.Max(0, math.Min(r, math.Min(w, h)/2))
	if r == 0 {
		return poly(x, y, x+w, y, x+w, y+h, x, y+h)
	}
	var line []point
	for corner, middle := range []point{{x + w - r, y + h - r}, {x + r, y + h - r}, {x + r, y + r}, {x + w - r, y + r}} {
		for i := 0; i <= 8; i++ {
			sin, cos := math.Sincos((float64(corner) + float64(i)/8) * math.Pi / 2)
			line = append(line, point{middle.x + r*cos, middle.y + r*sin})
		}
	}
	line = append(line, line[0]) // closed, so that a stroke goes all the way round
	return shape{line}
}

// path reads the commands M, L, H, V, C, Q and Z of SVG, in absolute coordinates.
func path(text string) shape {
	var s shape
	var now point
	words := strings.Fields(text)
	for i := 0; i < len(words); {
		command := words[i]
		count := map[string]int{"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4}[command]
		var n [6]float64
		for j := range count {
			n[j], _ = strconv.ParseFloat(words[i+1+j], 64)
		}
		i += count + 1
		switch command {
		case "M":
			now = point{n[0], n[1]}
			s = append(s, []point{now})
			continue
		case "H":
			n[1] = now.y
		case "V":
			n[0], n[1] = now.x, n[0]
		case "Z":
			n[0], n[1] = s[len(s)-1][0].x, s[len(s)-1][0].y
		case "Q":
			n = [6]float64{now.x + (n[0]-now.x)*2/3, now.y + (n[1]-now.y)*2/3, n[2] + (n[0]-n[2])*2/3, n[3] + (n[1]-n[3])*2/3, n[2], n[3]}
		}
		last := &s[len(s)-1]
		if command == "C" || command == "Q" {
			*last = append(*last, bend(now, n)...)
		} else {
			*last = append(*last, point{n[0], n[1]})
		}
		now = (*last)[len(*last)-1]
	}
	return s
}

// bend flattens one cubic curve.
func bend(p point, n [6]float64) []point {
	const steps = 14
	var line []point
	for i := 1; i <= steps; i++ {
		t := float64(i) / steps
		u := 1 - t
		k0, k1, k2, k3 := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
		line = append(line, point{k0*p.x + k1*n[0] + k2*n[2] + k3*n[4], k0*p.y + k1*n[1] + k2*n[3] + k3*n[5]})
	}
	return line
}

// outlined returns the shape of a line drawn along the rings, with round ends and joins. Every piece runs the same way
// round, so that pieces which overlap add up to one.
func (s shape) outlined(width float64) shape {
	var out shape
	half := width / 2
	for _, line := range s {
		for i, p := range line {
			if i == 0 || i == len(line)-1 || turns(line[i-1], p, line[i+1]) {
				out = append(out, disc(p, half))
			} else {
				out = append(out, wedge(line[i-1], p, line[i+1], half)...)
			}
			if i > 0 {
				out = append(out, bar(line[i-1], p, half))
			}
		}
	}
	return out
}

// turns reports whether the line turns by more than about 25 degrees at q.
func turns(p, q, r point) bool {
	ax, ay, bx, by := q.x-p.x, q.y-p.y, r.x-q.x, r.y-q.y
	return ax*bx+ay*by < .9*math.Hypot(ax, ay)*math.Hypot(bx, by)
}

func side(p, q point, half float64) point {
	dx, dy := q.x-p.x, q.y-p.y
	length := math.Max(1e-9, math.Hypot(dx, dy))
	return point{-dy / length * half, dx / length * half}
}

func bar(p, q point, half float64) []point {
	n := side(p, q, half)
	return []point{{p.x + n.x, p.y + n.y}, {q.x + n.x, q.y + n.y}, {q.x - n.x, q.y - n.y}, {p.x - n.x, p.y - n.y}}
}

// wedge closes the small gap on the outside of a bend.
func wedge(p, q, r point, half float64) shape {
	a, b := side(p, q, half), side(q, r, half)
	if a.x*b.y-a.y*b.x > 0 {
		return shape{{q, {q.x - b.x, q.y - b.y}, {q.x - a.x, q.y - a.y}}}
	}
	return shape{{q, {q.x + a.x, q.y + a.y}, {q.x + b.x, q.y + b.y}}}
}

func disc(p point, r float64) []point {
	steps := 10 + int(math.Min(14, r/2))
	line := make([]point, steps)
	for i := range line {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(steps))
		line[i] = point{p.x + r*cos, p.y - r*sin}
	}
	return line
}

// moved returns the shape shifted.
func (s shape) moved(x, y float64) shape {
	out := make(shape, len(s))
	for i, line := range s {
		out[i] = make([]point, len(line))
		for j, p := range line {
			out[i][j] = point{p.x + x, p.y + y}
		}
	}
	return out
}

func cosDegrees(angle float64) float64 { return math.Cos(angle * math.Pi / 180) }
func sinDegrees(angle float64) float64 { return math.Sin(angle * math.Pi / 180) }
