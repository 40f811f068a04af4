package network

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/value"
)

// Node is a listing, several that are tied alike, an account, or something that listings share.
type Node struct {
	Kind  string // "listing", "listings", "account", "text", "photo", or the reason of a link: "phone", "mail", "handle", "link"
	Key   string
	Label string // a listing's number, how many several are, or what is shared, masked
	Place string // of several
	Count int    // listings
	X, Y  float64
}

// Tie joins two nodes.
type Tie struct {
	A, B   int // of Graph.Nodes
	Reason string
}

// Graph is a network as it is drawn: what is shared in the middle, listings around it, their accounts outside. The same
// network is always drawn the same.
type Graph struct {
	Nodes         []Node
	Ties          []Tie
	Width, Height float64
	Left          int // shared things that are not drawn
}

// canvas says how large and how full a drawing may be.
type canvas struct {
	width, height, border float64
	listings              int  // more are drawn as several, by what ties them and where they are
	shared                int  // things in the middle
	accounts              bool // those of one listing only too
}

var (
	large = canvas{400, 330, 22, 24, 6, true}
	small = canvas{100, 60, 7, 10, 3, false}
)

// graphOf draws the members with their accounts and what they share.
func graphOf(members []Member, links []Link, on canvas) Graph {
	b := &drawing{graph: Graph{Width: on.width, Height: on.height}, on: on, shares: map[value.ID][]string{}}
	b.findShared(members, links)
	b.putShared()
	if len(members) > on.listings {
		b.putBundles(members)
	} else {
		b.putListings(members)
	}
	return b.graph
}

// thing is something that listings share.
type thing struct {
	key, kind, label string
	listings         map[value.ID]bool
}

type drawing struct {
	graph  Graph
	on     canvas
	things []*thing
	at     map[string]int        // of things, in Graph.Nodes
	shares map[value.ID][]string // keys of what a listing shares and is drawn
}

// findShared finds what listings share: entities by themselves, texts and photos by whom they tie together.
func (b *drawing) findShared(members []Member, links []Link) {
	by, of := map[string]*thing{}, map[string]unions{"text": {}, "photo": {}}
	for _, l := range links {
		if kind := likeness(l); kind != "" {
			of[kind].join(l.A, l.B)
		}
	}
	for _, l := range links {
		key, kind, label := l.Reason+"/"+l.Entity, l.Reason, l.Shown
		if like := likeness(l); like != "" {
			key, kind, label = like+"/"+of[like].root(l.A).String(), like, ""
		} else if l.Entity == "" {
			continue // of one account
		}
		if by[key] == nil {
			by[key] = &thing{key, kind, label, map[value.ID]bool{}}
		}
		by[key].listings[l.A], by[key].listings[l.B] = true, true
	}
	for _, t := range by {
		b.things = append(b.things, t)
	}
	slices.SortFunc(b.things, func(x, y *thing) int {
		return cmp.Or(cmp.Compare(len(y.listings), len(x.listings)), strings.Compare(x.key, y.key))
	})
	b.graph.Left = max(0, len(b.things)-b.on.shared)
	b.things = b.things[:min(len(b.things), b.on.shared)]
	for _, m := range members {
		for _, t := range b.things {
			if t.listings[m.Listing] {
				b.shares[m.Listing] = append(b.shares[m.Listing], t.key)
			}
		}
	}
}

// likeness is the kind of a link that ties by likeness; empty for what is shared as such.
func likeness(l Link) string {
	switch l.Reason {
	case "text", "phrases":
		return "text"
	case "photo":
		return "photo"
	default:
		return ""
	}
}

// putShared places what is shared in the middle, in rows of four.
func (b *drawing) putShared() {
	const inRow = 4
	b.at = map[string]int{}
	rows := (len(b.things) + inRow - 1) / inRow
	for i, t := range b.things {
		row := i / inRow
		in := min(inRow, len(b.things)-row*inRow)
		step := b.on.width * .42 / float64(max(in, 2))
		n := Node{Kind: t.kind, Key: t.key, Label: t.label, Count: len(t.listings),
			X: b.on.width/2 + (float64(i%inRow)-float64(in-1)/2)*step,
			Y: b.on.height/2 + (float64(row)-float64(rows-1)/2)*b.on.height*.2}
		b.at[t.key] = b.put(n)
	}
}

func (b *drawing) put(n Node) int {
	n.X, n.Y = math.Round(n.X*10)/10, math.Round(n.Y*10)/10
	b.graph.Nodes = append(b.graph.Nodes, n)
	return len(b.graph.Nodes) - 1
}

func (b *drawing) tie(a, c int, reason string) {
	b.graph.Ties = append(b.graph.Ties, Tie{a, c, reason})
}

// seat is a place on the ring.
type seat struct {
	node    Node
	shares  []string
	account value.ID
	aim     float64 // how far right what it shares is
}

// putListings places each listing on the ring, those of one account side by side.
func (b *drawing) putListings(members []Member) {
	var seats []seat
	of := map[value.ID]int{}
	for i, m := range members {
		of[m.Account]++
		n := Node{Kind: "listing", Key: m.Listing.String(), Label: strconv.Itoa(i + 1), Count: 1}
		seats = append(seats, seat{n, b.shares[m.Listing], m.Account, 0})
	}
	b.ring(seats, func(account value.ID) bool { return account != 0 && (b.on.accounts || of[account] > 1) })
}

// putBundles places listings that share the same and are at the same place as one node with their number.
func (b *drawing) putBundles(members []Member) {
	var seats []seat
	at := map[string]int{}
	for _, m := range members {
		key := strings.Join(b.shares[m.Listing], " ") + "|" + m.Place
		i, known := at[key]
		if !known && len(seats) == b.on.listings { // the last takes the others in
			i, known = len(seats)-1, true
			seats[i].node.Place = "…"
		}
		if !known {
			i = len(seats)
			seats = append(seats, seat{node: Node{Kind: "listings", Key: m.Listing.String(), Place: m.Place}, shares: b.shares[m.Listing]})
		}
		at[key] = i
		seats[i].node.Count++
		seats[i].node.Label = strconv.Itoa(seats[i].node.Count)
	}
	b.ring(seats, func(value.ID) bool { return false })
}

// ring seats everybody around what is shared: who shares what is on the left sits on the left.
func (b *drawing) ring(seats []seat, shown func(account value.ID) bool) {
	for i := range seats {
		seats[i].aim = b.aim(seats[i].shares)
	}
	slices.SortStableFunc(seats, func(x, y seat) int { return cmp.Or(cmp.Compare(x.aim, y.aim), cmp.Compare(x.account, y.account)) })
	accounts := map[value.ID][]float64{}
	nodes := map[value.ID][]int{}
	for i, s := range seats {
		angle := b.angle(i, len(seats))
		s.node.X, s.node.Y = b.on.place(angle, .76)
		node := b.put(s.node)
		for _, key := range s.shares {
			b.tie(node, b.at[key], b.graph.Nodes[b.at[key]].Kind)
		}
		if shown(s.account) {
			accounts[s.account] = append(accounts[s.account], angle)
			nodes[s.account] = append(nodes[s.account], node)
		}
	}
	for _, s := range seats {
		angles := accounts[s.account]
		if len(angles) == 0 {
			continue
		}
		delete(accounts, s.account)
		n := Node{Kind: "account", Key: s.account.String(), Count: len(angles)}
		for angle := mean(angles); ; angle += .15 { // beside another one
			if n.X, n.Y = b.on.place(angle, 1); !b.taken(n) {
				break
			}
		}
		account := b.put(n)
		for _, node := range nodes[s.account] {
			b.tie(node, account, "account")
		}
	}
}

// taken reports whether another account sits there.
func (b *drawing) taken(n Node) bool {
	return slices.ContainsFunc(b.graph.Nodes, func(other Node) bool {
		return other.Kind == "account" && math.Hypot(other.X-n.X, other.Y-n.Y) < b.on.border/2
	})
}

// angle goes around, beginning on the left.
func (b *drawing) angle(i, of int) float64 {
	turn := float64(i/2) / math.Max(1, float64((of+1)/2)) // from left to right, above and below in turns
	turn = (turn + .5/math.Max(1, float64((of+1)/2))) * math.Pi
	if i%2 == 0 {
		return math.Pi + turn
	}
	return math.Pi - turn
}

func (b *drawing) aim(shares []string) float64 {
	if len(shares) == 0 {
		return b.on.width
	}
	sum := 0.0
	for _, key := range shares {
		sum += b.graph.Nodes[b.at[key]].X
	}
	return sum / float64(len(shares))
}

// place is a point on an ellipse: 1 is as far out as the drawing goes.
func (c canvas) place(angle, out float64) (x, y float64) {
	return c.width/2 + math.Cos(angle)*out*(c.width/2-c.border), c.height/2 + math.Sin(angle)*out*(c.height/2-c.border)
}

// mean is the direction in the middle of some.
func mean(angles []float64) float64 {
	x, y := 0.0, 0.0
	for _, a := range angles {
		x, y = x+math.Cos(a), y+math.Sin(a)
	}
	if math.Hypot(x, y) < 1e-6 {
		return angles[0]
	}
	return math.Atan2(y, x)
}

// unions finds who hangs together.
type unions map[value.ID]value.ID

func (u unions) root(id value.ID) value.ID {
	for u[id] != 0 && u[id] != id {
		id = u[id]
	}
	return id
}

func (u unions) join(a, b value.ID) {
	a, b = u.root(a), u.root(b)
	u[max(a, b)] = min(a, b)
}

func (g Graph) box() string { return fmt.Sprintf("0 0 %s %s", number(g.Width), number(g.Height)) }

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// radius is in the units of the drawing.
func (g Graph) radius(n Node) float64 {
	r := map[string]float64{"listing": 11, "account": 5}[n.Kind]
	switch {
	case n.Kind == "listings":
		r = min(34, 11+2*math.Sqrt(float64(n.Count)))
	case r == 0:
		r = 14
	}
	if g.Width < large.width { // small drawings have large dots
		r = math.Round(r*.24*10) / 10
	}
	return r
}
