package demo

import (
	"context"
	"testing"

	"fairground/internal/safety"
	"fairground/internal/value"
)

func gate(t *testing.T) *safety.Gate {
	t.Helper()
	pack, err := safety.ProviderPack()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := safety.Compile(pack, safety.Pack{})
	if err != nil {
		t.Fatal(err)
	}
	g, err := safety.NewGate(make([]byte, 32), value.NewIDs(value.SystemClock{}, 1), rules)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func screened(g *safety.Gate, number int, l Listing) safety.Outcome {
	attributes := map[string]string{}
	for _, e := range l.Attributes {
		attributes[e.Slug] = e.Value
	}
	return g.Screen(context.Background(), safety.Subject{
		Stage: safety.StageListing, Object: "listing", Record: value.ID(number + 1), Hash: safety.ContentHash{1},
		Category: l.Category, Title: l.Title, Body: l.Description, Price: l.Price, Attributes: attributes, Photos: len(l.Pictures),
	}, safety.Review{})
}

// TestScreeningStopsTheSuspicious runs the provider's rules over them, and over listings that should pass.
func TestScreeningStopsTheSuspicious(t *testing.T) {
	t.Parallel()
	g := gate(t)
	verdicts := map[safety.Verdict]int{}
	for i, l := range Suspicious(noon()) {
		out := screened(g, i, l)
		verdicts[out.Verdict]++
		if out.Verdict < safety.Hold {
			t.Errorf("%s passes: %s. %s", l.External, l.Title, l.Description)
		}
	}
	t.Logf("suspicious: %v", verdicts)
	stopped := 0
	for i, l := range some(1500) {
		if out := screened(g, i, l); out.Verdict >= safety.Hold {
			stopped++
			t.Logf("%s %v: %s. %s", l.External, out.Firings, l.Title, l.Description)
		}
	}
	if stopped > 15 {
		t.Errorf("%d of 1500 ordinary listings are stopped", stopped)
	}
}
