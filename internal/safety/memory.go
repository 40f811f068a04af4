package safety

import (
	"context"
	"fmt"
	"maps"
	"time"

	"fairground/internal/value"
)

// Memory is what a gate may ask beyond the text: what was seen before, what people noted, what is alike. A rule that asks
// a member that is nil cannot be answered and holds.
type Memory struct {
	Sightings Sightings
	Lists     Lists
	Labels    Labels
	Banks     Banks
	Networks  Networks
	// Refresh fetches what other processes wrote. It is called before every screening, so it decides itself when that is
	// worth a look; it must be quick otherwise. nil: nothing comes from elsewhere.
	Refresh func(ctx context.Context)
}

// Sightings counts what was screened before. Keys are those of Gate.Key; an entity is one of Entities, an event is a
// Stage, a field is one of Fields. It must return when the context ends.
type Sightings interface {
	// Count is how many records any of the keys was seen with at a stage within a window.
	Count(ctx context.Context, entity string, keys []string, event string, window time.Duration) (int64, error)
	// Distinct is how many different values of a field were seen together with any of the keys within a window.
	Distinct(ctx context.Context, entity string, keys []string, field string, window time.Duration) (int64, error)
}

// Lists are named lists of values that the site keeps.
type Lists interface {
	In(list, value string) (bool, error)
}

// Labels are notes that people, or rules, left on an entity. Keys are those of Gate.Key.
type Labels interface {
	Has(entity string, keys []string, name string) (bool, error)
}

// Banks compare photos with banks of hashes. An empty name means every bank that restricts; the distance is in bits.
type Banks interface {
	Match(ctx context.Context, bank string, images []Image) (distance int, found bool, err error)
}

// Networks tells to which cluster of copies and linked accounts a subject belongs. The zero Cluster is none.
type Networks interface {
	Cluster(ctx context.Context, s *Subject, found *Slots) (Cluster, error)
}

// Cluster is what rules may know of a network. Size counts the subject too; a zero ID means there is none.
type Cluster struct {
	ID       value.ID `json:"id" yaml:"-"`
	Size     int      `json:"size" yaml:"size"`
	Accounts int      `json:"accounts" yaml:"accounts"`
	Phones   int      `json:"phones" yaml:"phones"`
	Places   int      `json:"places" yaml:"places"`
	Coverage float64  `json:"coverage" yaml:"coverage"` // share of the text that the template explains, 0 to 1
	Score    float64  `json:"score" yaml:"score"`       // organised activity, 0 to 1
}

// Remember gives the gate its memory, once, when a site is opened. Before it, asking is an error and holds.
func (g *Gate) Remember(m Memory) { g.memory.Store(&m) }

// Connect adds signals for rules that are put in force later. It fails when two have one name, or one has none.
func (g *Gate) Connect(signals ...Signal) error {
	g.connecting.Lock()
	defer g.connecting.Unlock()
	all := maps.Clone(*g.signals.Load())
	for _, s := range signals {
		if s.Name() == "" || all[s.Name()] != nil {
			return fmt.Errorf("safety.Connect: there is a signal %q already, or it has no name", s.Name())
		}
		all[s.Name()] = &plugin{signal: s}
	}
	g.signals.Store(&all)
	return nil
}
