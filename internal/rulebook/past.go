package rulebook

import (
	"slices"
	"time"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Key names one content of one record.
type Key struct {
	Object string
	Record value.ID
	Hash   safety.ContentHash
}

// Fired is one content on which a rule fired, live or in the shadow.
type Fired struct {
	Key
	Rule string
	At   time.Time
}

// Decided is what a person decided about a record: the content that was screened last before it.
type Decided struct {
	Object  string
	Record  value.ID
	Refused bool
	At      time.Time
}

// Past is what other rooms remember. Each function reads in the transaction it is given; one that is nil has the meaning
// that stands beside it.
type Past struct {
	// Inputs are the stored inputs of screenings since a moment, the latest first. Nil: safety.Inputs.
	Inputs func(tx *db.Tx, since time.Time, limit int) ([]safety.Input, error)
	// Fired are the firings of all rules since a moment. Nil: those of the stored screenings.
	Fired func(tx *db.Tx, since time.Time) ([]Fired, error)
	// Decided are people's decisions since a moment that stand. Nil: none.
	Decided func(tx *db.Tx, since time.Time) ([]Decided, error)
	// Judged are the contents that people decided about: true was refused, false was let through. Nil: found from Decided.
	Judged func(tx *db.Tx, since time.Time) (map[Key]bool, error)
	// Href is where staff look at a record; "" when there is no page. Nil: nowhere.
	Href func(object string, record value.ID) string
}

// complete puts in what package safety stores where nothing else is given.
func (p Past) complete() Past {
	if p.Inputs == nil {
		p.Inputs = safety.Inputs
	}
	if p.Fired == nil {
		p.Fired = firings
	}
	if p.Judged == nil {
		p.Judged = p.settle
	}
	if p.Href == nil {
		p.Href = func(string, value.ID) string { return "" }
	}
	return p
}

// mostScreenings bounds how many stored screenings are read at once.
const mostScreenings = 20_000

func firings(tx *db.Tx, since time.Time) (all []Fired, err error) {
	err = safety.EachScreening(tx, since, mostScreenings, func(s safety.Screening) error {
		for _, f := range s.Firings {
			all = append(all, Fired{Key{s.Object, s.Record, s.Hash}, f.Rule, s.Made})
		}
		return nil
	})
	return all, err
}

// content is when which content of a record was screened.
type content struct {
	hash safety.ContentHash
	at   time.Time
}

type whose struct {
	object string
	record value.ID
}

// settle finds which content each decision was about.
func (p Past) settle(tx *db.Tx, since time.Time) (map[Key]bool, error) {
	if p.Decided == nil {
		return nil, nil
	}
	decisions, err := p.Decided(tx, since)
	if err != nil {
		return nil, err
	}
	screened, err := p.screened(tx, since)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(decisions, func(a, b Decided) int { return a.At.Compare(b.At) }) // the last one counts
	judged := map[Key]bool{}
	for _, d := range decisions {
		last := content{}
		for _, c := range screened[whose{d.Object, d.Record}] {
			if !c.at.After(d.At) && c.at.After(last.at) {
				last = c
			}
		}
		if !last.at.IsZero() {
			judged[Key{d.Object, d.Record, last.hash}] = d.Refused
		}
	}
	return judged, nil
}

// screened is which contents of which records were screened: those stored as held, and the sample of those allowed.
func (p Past) screened(tx *db.Tx, since time.Time) (map[whose][]content, error) {
	all := map[whose][]content{}
	err := safety.EachScreening(tx, since, mostScreenings, func(s safety.Screening) error {
		if s.Review == 0 { // a screening after the decision is not what was decided about
			all[whose{s.Object, s.Record}] = append(all[whose{s.Object, s.Record}], content{s.Hash, s.Made})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	inputs, err := p.Inputs(tx, since, mostInputs)
	for _, in := range inputs {
		w := whose{in.Subject.Object, in.Subject.Record}
		all[w] = append(all[w], content{in.Subject.Hash, in.Made})
	}
	return all, err
}

// inputs reads stored inputs and people's decisions.
func (p Past) inputs(tx *db.Tx, since time.Time, limit int) (inputs []safety.Input, judged map[Key]bool, err error) {
	if inputs, err = p.Inputs(tx, since, limit); err != nil {
		return nil, nil, err
	}
	judged, err = p.Judged(tx, since)
	return inputs, judged, err
}
