package copies

import "fairground/internal/value"

// Template is the text that the members of a cluster have in common.
type Template struct {
	Cluster  value.ID
	Text     string // with "[1]", "[2]" … for its slots
	Parts    []Part
	Members  []Filling
	Coverage float64 // the mean of its members', 0 to 1
}

// Part is a stretch of a template: words that are always the same, or a slot.
type Part struct {
	Text string
	Slot int // from 1; 0: no slot
}

// Filling is what one member puts into the slots, the first slot first.
type Filling struct {
	ID       value.ID
	Values   []string
	Coverage float64 // how much of the member's text the template has, 0 to 1
}

// Template returns the template of the cluster with this id, or of the cluster that a document with this id is in.
func (x *Index) Template(id value.ID) (Template, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	c := x.clusterOf(id)
	if c == nil {
		return Template{}, false
	}
	return *x.template(c), true
}

// template returns a cluster's template, made anew when the cluster has changed.
func (x *Index) template(c *cluster) *Template {
	if c.known == nil {
		c.known = &Template{Cluster: c.id}
	}
	return c.known
}
