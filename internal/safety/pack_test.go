package safety

import (
	"strings"
	"testing"
	"time"

	"fairground/internal/value"
)

func wholePack(t testing.TB) Pack {
	t.Helper()
	pack, err := WholePack()
	if err != nil {
		t.Fatal(err)
	}
	return pack
}

func TestProviderPackLoads(t *testing.T) {
	t.Parallel()
	for name, pack := range map[string]Pack{"of the text": providerPack(t), "whole": wholePack(t)} {
		set := compile(t, pack, Pack{})
		for _, r := range set.Rules() {
			if r.Mandatory != (r.Outcome > Label) || r.Title["de"] == "" || r.Ground["de"] == "" {
				t.Errorf("%s: rule %s is not mandatory, or lacks German words", name, r.ID)
			}
		}
	}
}

// TestOnlyTheWholePackAsksMemory: gates without a memory can work under the other.
func TestOnlyTheWholePackAsksMemory(t *testing.T) {
	t.Parallel()
	if asked := compile(t, providerPack(t), Pack{}).names.asked; len(asked.facts)+len(asked.lists) > 0 {
		t.Errorf("the rules of the text ask %+v", asked)
	}
	gate := gateOf(t, compile(t, wholePack(t), Pack{}))
	if out := gate.Screen(t.Context(), listing("Chair", ""), Review{}); out.Verdict != Hold {
		t.Errorf("under the whole pack a gate without memory says %s", out.Verdict)
	}
}

// TestTheStory is the issue's own: one template from four accounts in three towns, the number spelt in words. From the third
// account on everything is held; what came before is found by its cluster.
func TestTheStory(t *testing.T) {
	t.Parallel()
	gate := gateOf(t, compile(t, wholePack(t), Pack{}))
	clock := &value.FixedClock{At: noon}
	recent, known := NewRecent(clock, 1000), &told{}
	gate.Remember(Memory{Sightings: recent, Lists: known, Labels: known, Banks: known, Networks: known})
	towns := []string{"Ulm", "Bern", "Wien", "Ulm"}
	for i, number := range []string{"044 668 18 00", "0446681800", "+41 44 668 18 00", "(044) 668-18-00"} {
		s := listing("Staff for a bar", "Friendly people wanted in "+towns[i]+", call "+number)
		s.Record, s.Author.ID, s.Place = value.ID(100+i), value.ID(200+i), towns[i]
		out := gate.Screen(t.Context(), s, Review{})
		if held := out.Verdict == Hold; held != (i >= 2) {
			t.Errorf("account %d: %s %+v", i+1, out.Verdict, out.Firings)
		}
		recent.Add(Sighting{Event: s.Stage, Record: s.Record, Keys: gate.allKeys(&s, &out.Slots), At: clock.At})
		clock.At = clock.At.Add(time.Hour)
	}
	known.cluster = Cluster{ID: 1, Size: 4, Accounts: 4, Phones: 1, Places: 3, Coverage: 0.9, Score: 0.9}
	s := listing("Staff for a bar", "Friendly people wanted in Graz")
	if out := gate.Screen(t.Context(), s, Review{}); out.Verdict != Hold || out.Firings[0].Rule != "provider/template-network" {
		t.Errorf("the template without its number: %s %+v", out.Verdict, out.Firings)
	}
}

// TestFeedsObeyTheRulesOfListings, so that an import is no way round them.
func TestFeedsObeyTheRulesOfListings(t *testing.T) {
	t.Parallel()
	gate := providerGate(t)
	s := listing("Offer", "Escort service, day and night")
	s.Stage = StageFeed
	if out := gate.Screen(t.Context(), s, Review{}); out.Verdict != Reject {
		t.Errorf("through a feed: %s", out.Verdict)
	}
}

// TestNoTenantLoosensTheWholePack tries every path that a site's pack has, for every mandatory rule.
func TestNoTenantLoosensTheWholePack(t *testing.T) {
	t.Parallel()
	provider := wholePack(t)
	try := func(what, id string, site Pack) {
		t.Helper()
		set, err := Compile(provider, site)
		if err == nil {
			t.Errorf("%s of %s is accepted", what, id)
			return
		}
		if value.KindOf(err) != value.Invalid || set != nil {
			t.Errorf("%s of %s: %v", what, id, err)
		}
	}
	for _, r := range provider.Rules {
		if !r.Mandatory {
			continue
		}
		for _, mode := range []Mode{Shadow, Expired, ""} {
			try("mode "+string(mode), r.ID, Pack{Modes: map[string]Mode{r.ID: mode}})
		}
		for milder := Verdict(0); milder < r.Outcome; milder++ {
			try("outcome "+milder.String(), r.ID, Pack{Tighten: map[string]Verdict{r.ID: milder}})
		}
		twin := r
		twin.Mode, twin.When, twin.Mandatory = Expired, "false", false
		try("a twin", r.ID, Pack{Rules: []Rule{twin}})
		if r.Outcome != Escalate { // a few are enough for what takes long
			continue
		}
		twin.ID = strings.ToUpper(r.ID[:1]) + r.ID[1:]
		twin.Preserve = false
		if set, err := Compile(provider, Pack{Rules: []Rule{func() Rule { d := twin; d.Outcome = Label; d.Fires, d.Passes = nil, nil; return d }()}}); err == nil {
			if kept, err := set.Rule(r.ID); err != nil || kept.Mode != Live || kept.Outcome != r.Outcome || kept.When != r.When || kept.Preserve != r.Preserve {
				t.Errorf("%s is changed by one of nearly its name", r.ID)
			}
		}
	}
	for list := range provider.Lists {
		try("the list", list, Pack{Lists: map[string]List{list: {Terms: []string{"x"}, Except: []string{"escort service"}}}})
	}
	if len(provider.Features) > 0 {
		try("a feature", provider.Features[0].Name, Pack{Features: []Feature{{provider.Features[0].Name, "false"}}})
	}
}

// TestTenantsCannotBlindTheMemory: a site's own allow rules, exceptions and regions change nothing about what is held.
func TestTenantsCannotBlindTheMemory(t *testing.T) {
	t.Parallel()
	allow := siteRule("true", Allow)
	site := Pack{Rules: []Rule{allow}, Regions: []string{"JP"}, Lists: map[string]List{"mine": {Terms: []string{"bicycle"}, Except: []string{"escort service", "call"}}}}
	gate := gateOf(t, compile(t, wholePack(t), site))
	memory := &told{n: 9, cluster: Cluster{Size: 4, Accounts: 4, Places: 3, Score: .8}}
	gate.Remember(memory.all())
	for text, want := range map[string]Verdict{"Escort service": Reject, "Call +41 44 668 18 00": Hold, "Chair": Hold} {
		subject := listing("Offer", text)
		subject.Author.Age_days = 1
		if out := gate.Screen(t.Context(), subject, Review{}); out.Verdict != want {
			t.Errorf("%q: %s, want %s", text, out.Verdict, want)
		}
	}
}
