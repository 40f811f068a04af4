package network

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"fairground/internal/value"
)

// Node is a listing, an account, a telephone, a photo or something else that listings share.
type Node struct {
	Kind  string // "listing", "account", "photo", or the reason of a link: "phone", "mail", "handle", "link"
	Key   string
	Label string
	X, Y  float64 // in the drawing
}

// Tie joins two nodes.
type Tie struct {
	A, B   int // of Graph.Nodes
	Reason string
	Weight float64
}

// Graph is a network as it is drawn. The same network is always drawn the same.
type Graph struct {
	Nodes         []Node
	Ties          []Tie
	Width, Height float64
	Left          int // listings that are not drawn
}

const (
	mostDrawn   = 40 // listings; the others are in the table
	rounds      = 160
	borderAbout = 26.
)

// graphOf draws the members with their accounts and what they share. small leaves out all words.
func graphOf(members []Member, links []Link, width, height float64) Graph {
	g := Graph{Width: width, Height: height, Left: max(0, len(members)-mostDrawn)}
	b := drawing{graph: &g, at: map[string]int{}}
	drawn := map[value.ID]bool{}
	for i, m := range members[:min(mostDrawn, len(members))] {
		drawn[m.Listing] = true
		listing := b.node("listing", m.Listing.String(), strconv.Itoa(i+1))
		if m.Account != 0 {
			b.tie(listing, b.node("account", m.Account.String(), ""), "account", .6)
		}
	}
	for _, l := range links {
		if drawn[l.A] && drawn[l.B] && l.Reason != "account" {
			b.link(l)
		}
	}
	g.spread()
	return g
}

type drawing struct {
	graph *Graph
	at    map[string]int
}

func (b *drawing) node(kind, key, label string) int {
	full := kind + "/" + key
	at, known := b.at[full]
	if !known {
		at = len(b.graph.Nodes)
		b.at[full] = at
		b.graph.Nodes = append(b.graph.Nodes, Node{Kind: kind, Key: key, Label: label})
	}
	return at
}

func (b *drawing) tie(a, c int, reason string, weight float64) {
	for _, t := range b.graph.Ties {
		if t.A == a && t.B == c && t.Reason == reason {
			return
		}
	}
	b.graph.Ties = append(b.graph.Ties, Tie{a, c, reason, weight})
}

// link draws what two listings share as a node between them; likeness of text is a line.
func (b *drawing) link(l Link) {
	one, other := b.at["listing/"+l.A.String()], b.at["listing/"+l.B.String()]
	switch {
	case l.Entity != "":
		shared := b.node(l.Reason, l.Entity, l.Shown)
		b.tie(one, shared, l.Reason, l.Weight)
		b.tie(other, shared, l.Reason, l.Weight)
	case l.Reason == "photo":
		shared := b.photoOf(one, other)
		b.tie(one, shared, l.Reason, l.Weight)
		b.tie(other, shared, l.Reason, l.Weight)
	default:
		b.tie(one, other, l.Reason, l.Weight)
	}
}

// photoOf is the node of a photo that one of two listings has already, or a new one.
func (b *drawing) photoOf(one, other int) int {
	for _, t := range b.graph.Ties {
		if t.Reason == "photo" && (t.A == one || t.A == other) {
			return t.B
		}
	}
	return b.node("photo", fmt.Sprint(one), "")
}

// spread finds places: nodes begin on a circle in their order, push each other away and are drawn together by ties. Nothing in it is
// by chance.
func (g *Graph) spread() {
	n := len(g.Nodes)
	if n == 0 {
		return
	}
	for i := range g.Nodes {
		angle := 2 * math.Pi * float64(i) / float64(n)
		g.Nodes[i].X, g.Nodes[i].Y = math.Cos(angle), math.Sin(angle)
	}
	apart := 1.2 / math.Sqrt(float64(n))
	for round := range rounds {
		g.push(apart, .12*(1-float64(round)/rounds))
	}
	g.fit()
}

// push moves every node by the forces on it, by no more than the step.
func (g *Graph) push(apart, step float64) {
	force := make([][2]float64, len(g.Nodes))
	for i, a := range g.Nodes {
		for j, b := range g.Nodes[:i] {
			dx, dy := a.X-b.X, a.Y-b.Y
			d2 := max(dx*dx+dy*dy, 1e-6)
			f := apart * apart / d2
			force[i][0] += dx * f
			force[i][1] += dy * f
			force[j][0] -= dx * f
			force[j][1] -= dy * f
		}
	}
	for _, t := range g.Ties {
		a, b := g.Nodes[t.A], g.Nodes[t.B]
		dx, dy := a.X-b.X, a.Y-b.Y
		f := math.Hypot(dx, dy) / apart * (.2 + t.Weight) / 2
		force[t.A][0] -= dx * f
		force[t.A][1] -= dy * f
		force[t.B][0] += dx * f
		force[t.B][1] += dy * f
	}
	for i := range g.Nodes {
		length := math.Hypot(force[i][0], force[i][1])
		if length > 0 {
			by := min(step, length) / length
			g.Nodes[i].X += force[i][0] * by
			g.Nodes[i].Y += force[i][1] * by
		}
	}
}

// fit moves the nodes into the drawing.
func (g *Graph) fit() {
	by := func(of func(Node) float64) (least, wide float64) {
		all := make([]float64, len(g.Nodes))
		for i, n := range g.Nodes {
			all[i] = of(n)
		}
		least = slices.Min(all)
		return least, max(slices.Max(all)-least, 1e-6)
	}
	left, wide := by(func(n Node) float64 { return n.X })
	top, high := by(func(n Node) float64 { return n.Y })
	for i := range g.Nodes {
		n := &g.Nodes[i]
		n.X = math.Round(borderAbout + (n.X-left)/wide*(g.Width-2*borderAbout))
		n.Y = math.Round(borderAbout + (n.Y-top)/high*(g.Height-2*borderAbout))
	}
}

func (g Graph) box() string { return "0 0 " + number(g.Width) + " " + number(g.Height) }

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func (n Node) radius() string {
	switch n.Kind {
	case "listing":
		return "9"
	case "account":
		return "6"
	default:
		return "11"
	}
}

// Dot is one listing on the line of time.
type Dot struct{ X, Y float64 }

// dots places members by time, and by account from above.
func dots(members []Member, width, row float64) (all []Dot, height float64) {
	var times []int64
	rows := map[value.ID]int{}
	for _, m := range members {
		times = append(times, micros(m.Made))
		if _, known := rows[m.Account]; !known {
			rows[m.Account] = len(rows)
		}
	}
	if len(times) == 0 {
		return nil, 0
	}
	first := slices.Min(times)
	wide := max(slices.Max(times)-first, 1)
	for i, m := range members {
		x := borderAbout + float64(times[i]-first)/float64(wide)*(width-2*borderAbout)
		all = append(all, Dot{math.Round(x), row * (float64(min(rows[m.Account], mostRows-1)) + .5)})
	}
	return all, row * float64(min(len(rows), mostRows))
}

const mostRows = 12
