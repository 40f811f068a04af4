package measure

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"fairground/internal/safety"
	"fairground/internal/value"
)

// nothing is a memory that has seen nothing and knows of nothing.
type nothing struct{}

// In reports no list to have anything.
func (nothing) In(string, string) (bool, error) { return false, nil }

// Has reports no label.
func (nothing) Has(string, []string, string) (bool, error) { return false, nil }

// Match finds no photo.
func (nothing) Match(context.Context, string, []safety.Image) (int, bool, error) {
	return 0, false, nil
}

// Cluster knows no network.
func (nothing) Cluster(context.Context, *safety.Subject, *safety.Slots) (safety.Cluster, error) {
	return safety.Cluster{}, nil
}

// freshGate is a gate under the whole pack with an empty memory.
func freshGate() (*safety.Gate, error) { return gateUnder(safety.Pack{}) }

func gateUnder(site safety.Pack) (*safety.Gate, error) {
	pack, err := safety.WholePack()
	if err != nil {
		return nil, err
	}
	rules, err := safety.Compile(pack, site)
	if err != nil {
		return nil, err
	}
	clock := value.SystemClock{}
	gate, err := safety.NewGate(make([]byte, 32), value.NewIDs(clock, 1), rules)
	if err != nil {
		return nil, err
	}
	gate.Remember(safety.Memory{
		Sightings: safety.NewRecent(clock, safety.MostRecent), Lists: nothing{}, Labels: nothing{}, Banks: nothing{}, Networks: nothing{},
	})
	return gate, nil
}

// ScreenReport is how quick the gate is.
type ScreenReport struct {
	Rules      int // in force
	PerSecond  float64
	Median_us  float64
	P99_us     float64
	Longest_us float64
}

// Screen screens n subjects one after the other under the whole pack, with site rules added until there are at least so
// many in force.
func Screen(subjects []safety.Subject, n, rules int) (ScreenReport, error) {
	gate, err := gateUnder(safety.Pack{})
	if err != nil {
		return ScreenReport{}, err
	}
	if missing := rules - len(gate.Rules().Rules()); missing > 0 {
		if gate, err = gateUnder(siteRules(missing)); err != nil {
			return ScreenReport{}, err
		}
	}
	if len(subjects) == 0 {
		subjects = Samples()
	}
	took := make([]float64, n)
	start := time.Now()
	for i := range n {
		began := time.Now()
		gate.Screen(context.Background(), subjects[i%len(subjects)], safety.Review{})
		took[i] = float64(time.Since(began).Nanoseconds()) / 1000
	}
	all := time.Since(start)
	slices.Sort(took)
	at := func(share float64) float64 { return took[min(int(math.Ceil(share*float64(n))), n)-1] }
	return ScreenReport{
		Rules: len(gate.Rules().Rules()), PerSecond: float64(n) / all.Seconds(), Median_us: at(0.5), P99_us: at(0.99), Longest_us: took[n-1],
	}, nil
}

// siteRules are rules as sites write them: some read terms, some facts of the listing, some memory.
func siteRules(n int) safety.Pack {
	conditions := []string{
		"price > %d.0 && photos == 0 && author.age_days < 2", "terms.site_words > 1 && words < %d", "velocity('author', 'listing', '24h') > %d",
		"distinct('phone', 'author', '7d') > %d", "links.size() > 0 && words < %d && author.age_days < 1", "in_list('refused_hosts', links) && photos < %d",
		"category.under('housing') && price < %d.0 && price > 0.0 && author.age_days < 3", "label('author', 'watched') && words > %d",
		"in_title.site_words > 0 && amount_most > %d.0", "cluster.accounts > 2 && cluster.size > %d",
	}
	pack := safety.Pack{Lists: map[string]safety.List{"site_words": {Terms: []string{"urgent sale", "today only", "cash only", "serious offers"}}}}
	for i := range n {
		pack.Rules = append(pack.Rules, safety.Rule{
			ID: fmt.Sprintf("site/%d", i), Version: 1, Title: safety.Words{"en": "A rule of the site"}, Stages: []safety.Stage{safety.StageListing},
			Mode: safety.Live, When: fmt.Sprintf(conditions[i%len(conditions)], 3+i), Outcome: safety.Label, Owner: "site",
		})
	}
	return pack
}

// Samples are ordinary listings for a machine without real ones.
func Samples() []safety.Subject {
	var all []safety.Subject
	for i, title := range []string{"Town bicycle", "Oak table, 160 x 90", "Flat with balcony", "Estate car, 2014", "Telephone, 64 GB"} {
		id := value.ID(i + 1)
		all = append(all, safety.Subject{
			Stage: safety.StageListing, Object: "listing", Record: id, Hash: safety.NewContent(title).Hash(), Category: "various", Title: title,
			Body:   "Well kept, always serviced, collected from the second floor; the price is open to fair offers. Call 044 668 18 00 after six.",
			Price:  value.MoneyFromUnits(int64(100*(i+1)), "EUR"),
			Author: safety.Author{Kind: value.Member, ID: id, Age_days: 30},
		})
	}
	return all
}
