package safety

import (
	"maps"
	"strings"
	"testing"

	"fairground/internal/value"
)

func TestNothingMandatoryIsLoosened(t *testing.T) {
	t.Parallel()
	provider := providerPack(t)
	for name, c := range map[string]struct {
		site Pack
		want string
	}{
		"its id taken":          {Pack{Rules: []Rule{func() Rule { r := siteRule("false", Allow); r.ID = "provider/weapons"; return r }()}}, "belongs to the provider"},
		"set to shadow":         {Pack{Modes: map[string]Mode{"provider/weapons": Shadow}}, "stays live"},
		"set to expired":        {Pack{Modes: map[string]Mode{"provider/drugs": Expired}}, "stays live"},
		"a milder outcome":      {Pack{Tighten: map[string]Verdict{"provider/sexual-services": Hold}}, "only become stricter"},
		"an outcome of nothing": {Pack{Tighten: map[string]Verdict{"provider/sexual-services": 0}}, "only become stricter"},
		"its list replaced":     {Pack{Lists: map[string]List{"drugs": {Terms: []string{"x"}}}}, "exists twice"},
		"a mandatory of a site": {Pack{Rules: []Rule{func() Rule { r := siteRule("false", Allow); r.Mandatory = true; return r }()}}, "only the provider"},
		"a rule of the gate":    {Pack{Rules: []Rule{func() Rule { r := siteRule("false", Allow); r.ID = "gate/late"; return r }()}}, "belongs to the provider"},
		"a rule that is not":    {Pack{Modes: map[string]Mode{"provider/none": Live}}, "no rule"},
	} {
		_, err := Compile(provider, c.site)
		if value.KindOf(err) != value.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	set := compile(t, provider, Pack{Tighten: map[string]Verdict{"provider/weapons": Reject}})
	if r, err := set.Rule("provider/weapons"); err != nil || r.Outcome != Reject {
		t.Errorf("a stricter outcome is not taken: %v %v", r.Outcome, err)
	}
	if provider.Rules[0].Outcome != compile(t, provider, Pack{}).rules[0].Outcome {
		t.Error("a site's pack changed the provider's")
	}
}

func TestProviderMayNotPilotWhatIsMandatory(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*Rule){func(r *Rule) { r.Mode = Shadow }, func(r *Rule) { r.Outcome = Label }} {
		pack := providerPack(t)
		change(&pack.Rules[0])
		if _, err := Compile(pack, Pack{}); err == nil {
			t.Error("a mandatory rule that stops nothing is accepted")
		}
	}
}

func TestCompileFindsMistakes(t *testing.T) {
	t.Parallel()
	change := func(f func(*Rule)) Pack {
		r := siteRule("photos > 2", Hold)
		f(&r)
		return Pack{Rules: []Rule{r}}
	}
	for want, pack := range map[string]Pack{
		`there is no "terms.wepons" here`: sitePack("terms.wepons > 0", Label),
		`did you mean "terms.drugs"`:      sitePack("terms.drug > 0", Label),
		"yields int, but bool":            sitePack("photos", Label),
		"does not fire on its example":    change(func(r *Rule) { r.Fires = []Example{{Text: "chair"}} }),
		"which must pass":                 change(func(r *Rule) { r.Passes = r.Fires }),
		"fails on its example":            sitePack(`attributes["x"] == ""`, Hold),
		"examples that fire":              change(func(r *Rule) { r.Fires = nil }),
		"a ground, a policy":              change(func(r *Rule) { r.Ground = nil }),
		"an id and a version":             change(func(r *Rule) { r.Version = 0 }),
		"an id of its own":                {Rules: []Rule{siteRule("false", Label), siteRule("true", Label)}},
		"needs a mode":                    change(func(r *Rule) { r.Mode = "maybe" }),
		"needs a stage":                   change(func(r *Rule) { r.Stages = []Stage{StageListing, "lobby"} }),
		"needs an outcome":                change(func(r *Rule) { r.Outcome = 0 }),
		"needs an English title":          change(func(r *Rule) { r.Title = nil }),
		"comes after it":                  {Features: []Feature{{"a", "features.b"}, {"b", "true"}}},
		"feature \"a\" exists twice":      {Features: []Feature{{"a", "true"}, {"a", "false"}}},
		"one to eight words":              {Lists: map[string]List{"l": {Terms: []string{""}}}},
		"is not one word":                 {Lists: map[string]List{"l": {Terms: []string{"a | b"}}}},
	} {
		_, err := Compile(providerPack(t), pack)
		if value.KindOf(err) != value.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestParsePackRefusesUnknownFields(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"rulez: []", "rules: [{whem: true}]", "rules: [{outcome: maybe}]", "lists: 7", "\t"} {
		if _, err := ParsePack([]byte(text)); value.KindOf(err) != value.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	}
	pack, err := ParsePack([]byte(`{"lists": {"fruit": {"terms": ["pear"]}}, "rules": [{"id": "site/x", "outcome": "label", "fires": ["a", {"title": "b"}]}]}`))
	if err != nil || pack.Rules[0].Outcome != Label || pack.Rules[0].Fires[0].Text != "a" || pack.Rules[0].Fires[1].Title != "b" {
		t.Errorf("%+v %v", pack, err)
	}
}

func TestFeaturesAndLists(t *testing.T) {
	t.Parallel()
	site := Pack{
		Lists: map[string]List{
			"fruit": {Terms: []string{"ripe pear|pears", "apple"}, Except: []string{"apple tree"}},
			"place": {Terms: []string{"orchard"}},
		},
		Features: []Feature{{"sweet", "terms.fruit > 0"}, {"rural", "features.sweet && terms.place > 0"}},
		Rules:    []Rule{siteRule(`features.rural && category.under("vehicles")`, Label)},
	}
	set := compile(t, providerPack(t), site)
	gate := gateOf(t, set)
	for text, want := range map[string]Verdict{
		"ripe pears from my orchard": Label, "Äpplé, orchard": Label, "apple tree orchard": Allow, "apple": Allow, "ripe, pears orchard": Allow,
		"ripe my own pears, orchard": Allow, "ripe my pears, orchard": Label, "appletree orchard": Allow,
	} {
		if out := gate.Screen(t.Context(), listing("", text), Review{}); out.Verdict != want {
			t.Errorf("%q: %s, want %s", text, out.Verdict, want)
		}
	}
	last := set.rules[len(set.rules)-1]
	if len(last.needs) != 2 {
		t.Errorf("the rule needs %v; both lists should be seen through its features", last.needs)
	}
}

// TestNeedsNeverHideAFiring runs every rule on every example of every rule, with and without the short cut.
func TestNeedsNeverHideAFiring(t *testing.T) {
	t.Parallel()
	set := compile(t, providerPack(t), Pack{})
	for _, from := range set.rules {
		for _, e := range append(from.Fires, from.Passes...) {
			work := newScreening(set)
			s := e.subject(StageListing)
			work.begin(t.Context(), &s, exampleSource{})
			for _, r := range set.rules {
				if truth, err := r.program.Bool(t.Context(), work); (truth || err != nil) && !work.candidate(r) {
					t.Errorf("%s is passed over on %q", r.ID, e.Title+e.Text)
				}
				if len(r.needs) == 0 {
					t.Errorf("%s is asked of every listing", r.ID)
				}
			}
		}
	}
}

func TestPackHasNoEmptyList(t *testing.T) {
	t.Parallel()
	for name, list := range maps.All(providerPack(t).Lists) {
		if len(list.Terms) == 0 {
			t.Errorf("list %s is empty", name)
		}
	}
}
