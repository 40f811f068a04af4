package network

import "encoding/json"

// drawn is a small graph as it is stored.
type drawn struct {
	Nodes []dot    `json:"nodes"`
	Ties  [][2]int `json:"ties"`
}

type dot struct {
	Kind  string  `json:"kind"`
	Label string  `json:"label,omitempty"` // masked
	Count int     `json:"count,omitempty"`
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
}

// draw makes the small graph of a network. It has no words but masked numbers and addresses.
func draw(members []Member, links []Link) string {
	g := graphOf(members, links, small)
	var d drawn
	for _, n := range g.Nodes {
		label := n.Label
		if n.Kind == "listing" {
			label = ""
		}
		d.Nodes = append(d.Nodes, dot{n.Kind, label, n.Count, n.X, n.Y})
	}
	for _, t := range g.Ties {
		d.Ties = append(d.Ties, [2]int{t.A, t.B})
	}
	text, err := json.Marshal(d)
	if err != nil {
		return ""
	}
	return string(text)
}

// Drawing is a small graph of a network, 100 wide and 60 high; without nodes when none is drawn yet.
func (n Network) Drawing() Graph {
	g := Graph{Width: small.width, Height: small.height}
	var d drawn
	if n.drawing == "" || json.Unmarshal([]byte(n.drawing), &d) != nil {
		return g
	}
	for _, p := range d.Nodes {
		g.Nodes = append(g.Nodes, Node{Kind: p.Kind, Label: p.Label, Count: p.Count, X: p.X, Y: p.Y})
	}
	for _, t := range d.Ties {
		if t[0] < len(g.Nodes) && t[1] < len(g.Nodes) && min(t[0], t[1]) >= 0 {
			g.Ties = append(g.Ties, Tie{A: t[0], B: t[1], Reason: g.Nodes[t[1]].Kind})
		}
	}
	return g
}
