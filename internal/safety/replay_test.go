package safety

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/value"
)

func inputs(t *testing.T, d *db.DB) []Input {
	t.Helper()
	all, err := read(t, d, func(tx *db.Tx) ([]Input, error) { return Inputs(tx, time.Time{}, 1000) })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestInputsAreKeptAndForgotten(t *testing.T) {
	t.Parallel()
	onDatabases(t, func(t *testing.T, d *db.DB, gate *Gate) {
		held := listing("Hunting rifle", "A drawing\x00 of one")
		held.Record, held.Place, held.Point = 43, "Zürich", value.Point{Lat: 47.3000001, Lon: 8.5}
		held.Attributes = map[string]string{"material": "oak\x00"}
		held.Images = []Image{{Sha256: "ab", Quality: 80}}
		keep(t, d, gate.Screen(t.Context(), held, Review{}))
		for i := range 400 {
			s := listing("Chair", "A chair.")
			s.Record, s.Hash = value.ID(1000+i), NewContent(fmt.Sprint(i)).Hash()
			keep(t, d, gate.Screen(t.Context(), s, Review{}))
		}
		all := inputs(t, d)
		if len(all) < 8 || len(all) > 40 {
			t.Errorf("of one held and 400 allowed subjects %d are kept", len(all))
		}
		found := all[len(all)-1]
		want := held
		want.Body, want.Point, want.Attributes = "A drawing of one", value.Point{}, map[string]string{"material": "oak"}
		if !reflect.DeepEqual(found.Subject, want) || found.Verdict != Hold || found.Weight() != 1 || all[0].Weight() != sampleOf {
			t.Errorf("kept %+v\n as   %+v", want, found)
		}
		if stored, _ := read(t, d, func(tx *db.Tx) (string, error) {
			return db.One(tx, db.Column[string], `select subject from screening_input where record = 43`)
		}); strings.Contains(stored, "47.3") {
			t.Errorf("the exact place is stored: %s", stored)
		}
		if err := write(t, d, reviewer, func(tx *db.Tx) error { return ForgetInputs(tx, "listing", 43) }); err != nil {
			t.Fatal(err)
		}
		for _, i := range inputs(t, d) {
			if i.Subject.Record == 43 {
				t.Error("an input outlives its record")
			}
		}
	})
}

// TestReplayAnswersAsThen: what memory said is stored with the input, so a back-test years of counts later is a fair one.
func TestReplayAnswersAsThen(t *testing.T) {
	t.Parallel()
	site := sitePack("velocity('phone','listing','24h') >= 3 && cluster.size > 3", Hold)
	site.Rules[0].Fires = []Example{{Text: "Call 044 668 18 00", Counts: map[string]int64{"velocity phone listing 24h": 3}, Cluster: Cluster{Size: 4}}}
	onDatabases(t, func(t *testing.T, d *db.DB, gate *Gate) {
		if err := gate.Replace(compile(t, providerPack(t), site)); err != nil {
			t.Fatal(err)
		}
		memory := &told{n: 3, cluster: Cluster{Size: 4, Places: 2}}
		gate.Remember(memory.all())
		keep(t, d, gate.Screen(t.Context(), listing("Chair", "Call 044 668 18 00"), Review{}))
		stored := inputs(t, d)
		if len(stored) != 1 || stored[0].Facts["velocity phone listing 24h"] != 3 || stored[0].Facts["cluster.places"] != 2 {
			t.Fatalf("stored %+v", stored)
		}
		other := func(when string) *RuleSet {
			pack := sitePack(when, Hold)
			pack.Rules[0].Fires, pack.Rules[0].Outcome = nil, Label
			pack.Rules[0].Passes = nil
			return compile(t, providerPack(t), pack)
		}
		for name, c := range map[string]struct {
			set     *RuleSet
			after   Verdict
			missing []string
		}{
			"the same rules":       {gate.Rules(), Hold, nil},
			"a milder rule":        {other("velocity('phone','listing','24h') >= 9"), Allow, nil},
			"another part":         {other("cluster.places >= 2"), Label, nil},
			"what was not asked":   {other("distinct('phone','author','7d') >= 2"), Allow, []string{"distinct phone author 7d"}},
			"what cannot be there": {other("distinct('mail','author','7d') >= 2"), Allow, nil},
			"a list nobody asked":  {other("in_list('bad', phones)"), Allow, []string{"in_list bad +41446681800"}},
		} {
			got := Replay(t.Context(), c.set, stored)
			if len(got) != 1 || got[0].Before != Hold || got[0].After != c.after || !slices.Equal(got[0].Missing, c.missing) {
				t.Errorf("%s: %+v", name, got)
			}
		}
		over, cancel := context.WithCancel(t.Context())
		cancel()
		if got := Replay(over, gate.Rules(), stored); len(got) != 0 {
			t.Errorf("a context that is over replays %d", len(got))
		}
	})
}

func input(text string, photos int, verdict Verdict) Input {
	s := listing("Chair", text)
	s.Photos = photos
	return Input{Subject: s, Verdict: verdict}
}

// TestARuleThatAlwaysFiresIsFound before it goes live.
func TestARuleThatAlwaysFiresIsFound(t *testing.T) {
	t.Parallel()
	stored := []Input{input("held once", 3, Hold)}
	for i := range 10 { // each stands for twenty
		stored = append(stored, input("fine", i%5, Allow))
	}
	for when, want := range map[string]struct {
		fired int
		broad bool
	}{
		"photos >= 0":                            {201, true},
		"photos > 2":                             {81, true}, // 40 % of the sampled ones and the held one
		"photos > 2 && in_title.chair_words > 0": {0, false},
		"photos > 2 && words > 90":               {0, false},
		"attributes['frame'] == 'x'":             {201, true}, // it errs, and so it holds
	} {
		pack := sitePack(when, Hold)
		pack.Lists = map[string]List{"chair_words": {Terms: []string{"stool"}}}
		pack.Rules[0].Fires = []Example{{Title: "Stool", Text: strings.Repeat("odd ", 95), Photos: 3, Attributes: map[string]string{"frame": "x"}}}
		pack.Rules[0].Passes = nil
		if when != "photos >= 0" {
			pack.Rules[0].Passes = []Example{{Text: "chair", Attributes: map[string]string{"frame": ""}}}
		} else {
			pack.Rules[0].When = "photos >= 0 && words > 0"
			pack.Rules[0].Passes = []Example{{Text: ""}}
		}
		reach := FiresOn(compile(t, providerPack(t), pack), stored)
		if want.fired == 0 {
			if len(reach) != 0 {
				t.Errorf("%s: %+v", when, reach)
			}
			continue
		}
		if len(reach) != 1 || reach[0].Fired != want.fired || reach[0].Of != 201 || reach[0].TooBroad() != want.broad {
			t.Errorf("%s: %+v", when, reach)
		}
	}
	if (Reach{Fired: 40, Of: 40}).TooBroad() {
		t.Error("forty screenings are enough to judge by")
	}
}

// TestRulesThatNeverEnd attacks the limits: what may cost too much does not compile, what does cost too much holds, and
// quickly.
func TestRulesThatNeverEnd(t *testing.T) {
	t.Parallel()
	for name, when := range map[string]string{
		"four loops":    `phones.exists(a, phones.exists(b, phones.exists(c, phones.exists(d, a + b + c == d))))`,
		"long matching": `attributes.exists(a, attributes.exists(b, text.matches("(" + "a" + "+)+$")))`,
		"loops of text": `phones.all(a, links.all(b, text.contains(a + b)))`,
		"a long one":    strings.Repeat("words > 1 || ", 400) + "true",
		"a deep one":    strings.Repeat("(", 500) + "true" + strings.Repeat(")", 500),
	} {
		if _, err := Compile(providerPack(t), labelRule(when)); value.KindOf(err) != value.Invalid {
			t.Errorf("%s: it compiles: %v", name, err)
		}
	}
	gate := gateOf(t, compile(t, providerPack(t), labelRule(`attributes.exists(a, attributes.exists(b, in_list('bad', a + b)))`)))
	gate.Remember((&told{}).all())
	s := listing("Chair", "")
	s.Attributes = map[string]string{}
	for i := range 5_000 {
		s.Attributes[fmt.Sprint(i)] = ""
	}
	start := time.Now()
	out := gate.Screen(t.Context(), s, Review{})
	if took := time.Since(start); out.Verdict != Hold || took > 5*time.Second {
		t.Errorf("%s after %v", out.Verdict, took)
	}
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	start = time.Now()
	if out := gate.Screen(soon, s, Review{}); out.Verdict != Hold || time.Since(start) > 3*time.Second {
		t.Errorf("with a deadline: %s after %v", out.Verdict, time.Since(start))
	}
}

func TestProblemsOfACondition(t *testing.T) {
	t.Parallel()
	set := compile(t, providerPack(t), Pack{})
	for when, want := range map[string]string{
		"photos > 2 && distinct('phone','author','7d') > 2":  "",
		"photos > 2 &&\n distinct('phone','autor','7d') > 2": `line 2, column 2: distinct cannot count "autor"; it counts author, phone, mail, link, handle, photo, place, record`,
		"terms.drug > 0": `line 1, column 1: there is no "terms.drug" here; did you mean "terms.drugs"?`,
		"in_list('bad', phones) && velocity('phone','listing','1h') > wrods": `line 1, column 62: there is no "wrods" here; did you mean "words"?`,
	} {
		got := ""
		if problems := set.Problems(when); len(problems) > 0 {
			got = problems[0].String()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	names := set.Names()
	if !slices.ContainsFunc(names, func(v expr.Variable) bool { return v.Name == "cluster.size" && v.About != "" }) {
		t.Error("the names lack cluster.size")
	}
}
