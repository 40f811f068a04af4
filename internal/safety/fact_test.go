package safety

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/value"
)

// told is a memory that answers what a test tells it and counts how often it is asked.
type told struct {
	n       int64
	yes     bool
	cluster Cluster
	err     error
	wait    func(context.Context)
	asked   atomic.Int32
}

func (m *told) answer(ctx context.Context) {
	m.asked.Add(1)
	if m.wait != nil {
		m.wait(ctx)
	}
}

func (m *told) Count(ctx context.Context, _ string, _ []string, _ string, _ time.Duration) (int64, error) {
	m.answer(ctx)
	return m.n, m.err
}

func (m *told) Distinct(ctx context.Context, _ string, _ []string, _ string, _ time.Duration) (int64, error) {
	m.answer(ctx)
	return m.n, m.err
}

func (m *told) In(list, text string) (bool, error) {
	m.answer(context.Background())
	return m.yes && list == "bad" && text == "+41446681800" || list == "trees" && text == "vehicles/bicycles", m.err
}

func (m *told) Has(_ string, _ []string, name string) (bool, error) {
	m.answer(context.Background())
	return m.yes && name == "warned", m.err
}

func (m *told) Match(ctx context.Context, _ string, images []Image) (int, bool, error) {
	m.answer(ctx)
	return 3, m.yes && images[0].Sha256 == "ab", m.err
}

func (m *told) Cluster(ctx context.Context, _ *Subject, _ *Slots) (Cluster, error) {
	m.answer(ctx)
	return m.cluster, m.err
}

func (m *told) all() Memory { return Memory{m, m, m, m, m, nil} }

// labelRule is a site's rule without examples.
func labelRule(when string) Pack { return sitePack(when, Label) }

func TestRulesAskMemory(t *testing.T) {
	t.Parallel()
	memory := &told{n: 3, yes: true, cluster: Cluster{ID: 1, Size: 4, Accounts: 3, Phones: 1, Places: 2, Coverage: 0.8, Score: 0.7}}
	s := listing("Chair", "Call 044 668 18 00")
	s.Photos, s.Images, s.Place = 1, []Image{{Sha256: "ab"}}, "Zürich"
	for when, want := range map[string]bool{
		`velocity('phone', 'listing', '24h') >= 3`:                             true,
		`velocity("author","listing","15m") > 3`:                               false,
		`distinct('phone', 'author', '7d') == 3 && photos > 0`:                 true,
		`velocity('mail', 'listing', '24h') > 0`:                               false, // there is no address
		"label(\n 'author',\n 'warned' ) // velocity('x')":                     true,
		`label('author', 'other')`:                                             false,
		`photo_match('severe')`:                                                true,
		`photo_match('')`:                                                      true,
		`in_list('bad', phones)`:                                               true,
		`in_list('bad', phones[0])`:                                            true,
		`phones.exists(p, in_list('bad', p))`:                                  true,
		`in_list('bad', ['x', '+41446681800'])`:                                true,
		`in_list('bad', title) || in_list('other', category)`:                  false,
		`in_list('trees', category)`:                                           true,
		`cluster.size >= 4 && cluster.accounts > 2 && cluster.places > 1`:      true,
		`cluster.coverage > 0.7 && cluster.score < 0.9 && cluster.phones == 1`: true,
		`title.contains("velocity('phone')") || place == "zurich"`:             true,
		`author.id == "7"`:                                                     true,
	} {
		gate := gateOf(t, compile(t, providerPack(t), labelRule(when)))
		gate.Remember(memory.all())
		out := gate.Screen(t.Context(), s, Review{})
		if got := out.Verdict == Label; got != want || out.Verdict > Label {
			t.Errorf("%s: %s %+v", when, out.Verdict, out.Firings)
		}
	}
}

func TestMemoryIsAskedLazilyAndOnce(t *testing.T) {
	t.Parallel()
	site := Pack{
		Features: []Feature{{"busy", "velocity('phone', 'listing', '24h') > 1"}},
		Rules:    []Rule{siteRule("features.busy && cluster.size > 90 && cluster.places > 0", Label), siteRule("velocity('phone','listing','24h') > 2 && in_list('bad', phones)", Label)},
	}
	site.Rules[1].ID = "site/second"
	memory := &told{n: 3, yes: true, cluster: Cluster{Size: 1}}
	gate := gateOf(t, compile(t, providerPack(t), site))
	gate.Remember(memory.all())
	gate.Screen(t.Context(), listing("Chair", "No number"), Review{})
	if n := memory.asked.Load(); n != 0 {
		t.Errorf("without a number memory is asked %d times", n)
	}
	out := gate.Screen(t.Context(), listing("Chair", "Call 044 668 18 00"), Review{})
	if n := memory.asked.Load(); n != 3 || out.Verdict != Label { // the count, the cluster, the list
		t.Errorf("memory is asked %d times: %+v", n, out.Firings)
	}
}

func TestAnswersOfMemoryAreExplained(t *testing.T) {
	t.Parallel()
	pack := sitePack("distinct('phone', 'author', '7d') >= 3 || in_list('bad', phones)", Hold)
	pack.Rules[0].Fires = []Example{{Text: "Call 044 668 18 00", Counts: map[string]int64{"distinct phone author 7d": 3}}, {Text: "Call 044 668 18 00", Lists: map[string][]string{"bad": {"+41446681800"}}}}
	gate := gateOf(t, compile(t, providerPack(t), pack))
	gate.Remember((&told{n: 5}).all())
	s := listing("Chair", "Call 044 668 18 00")
	out := gate.Screen(t.Context(), s, Review{})
	if out.Verdict != Hold || len(out.Firings) != 1 {
		t.Fatalf("%s %+v", out.Verdict, out.Firings)
	}
	f := out.Firings[0]
	var parts []string
	for _, p := range f.Explanation {
		parts = append(parts, p.Text+" = "+p.Value)
	}
	text := strings.Join(parts, "\n")
	for _, want := range []string{"distinct('phone', 'author', '7d') = 5", "distinct('phone', 'author', '7d') >= 3 = true", "in_list('bad', phones) = false"} {
		if !slices.Contains(parts, want) {
			t.Errorf("it does not explain %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, factPrefix) || strings.Contains(text, listPrefix) {
		t.Errorf("it speaks of variables nobody wrote:\n%s", text)
	}
	if len(f.Spans) == 0 || s.Body[f.Spans[0].From:f.Spans[0].To] != "044 668 18 00" {
		t.Errorf("it marks %+v", f.Spans)
	}
}

// TestMemoryThatFailsHolds is the promise: an error, a deadline, nothing connected, a panic.
func TestMemoryThatFailsHolds(t *testing.T) {
	t.Parallel()
	late := func(ctx context.Context) { <-ctx.Done() }
	stuck := make(chan struct{})
	t.Cleanup(func() { close(stuck) })
	none := &told{}
	for name, c := range map[string]struct {
		when   string
		memory Memory
		want   Verdict
	}{
		"no sightings":               {"velocity('phone','listing','1h') > 9", Memory{}, Hold},
		"no distinct":                {"distinct('phone','author','1h') > 9", Memory{Lists: none}, Hold},
		"no lists":                   {"in_list('bad', phones)", Memory{Sightings: none}, Hold},
		"no labels":                  {"label('author','x')", Memory{}, Hold},
		"no banks":                   {"photo_match('x')", Memory{}, Hold},
		"no networks":                {"cluster.size > 9", Memory{}, Hold},
		"all of them":                {"velocity('phone','listing','1h') > 9 || in_list('bad', phones) || label('author','x') || photo_match('x') || cluster.size > 9", none.all(), Allow},
		"a count that errs":          {"velocity('phone','listing','1h') > 9", (&told{err: errors.New("down")}).all(), Hold},
		"a list that errs":           {"in_list('bad', phones)", (&told{err: errors.New("down")}).all(), Hold},
		"labels that err":            {"label('author','x')", (&told{err: errors.New("down")}).all(), Hold},
		"a bank that errs":           {"photo_match('x')", (&told{err: errors.New("down")}).all(), Hold},
		"networks that err":          {"cluster.size > 9", (&told{err: errors.New("down")}).all(), Hold},
		"a count that is late":       {"velocity('phone','listing','1h') > 9", (&told{wait: late}).all(), Hold},
		"a bank that is late":        {"photo_match('x')", (&told{wait: late}).all(), Hold},
		"networks that are stuck":    {"cluster.size > 9", (&told{wait: func(context.Context) { <-stuck }}).all(), Hold},
		"networks that panic":        {"cluster.size > 9", (&told{wait: func(context.Context) { panic("oh") }}).all(), Hold},
		"a list that panics":         {"in_list('bad', phones)", (&told{wait: func(context.Context) { panic("oh") }}).all(), Hold},
		"an error behind a true one": {"photos >= 0 || cluster.size > 9", Memory{}, Label},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gate := gateOf(t, compile(t, providerPack(t), labelRule(c.when)))
			gate.Remember(c.memory)
			s := listing("Chair", "Call 044 668 18 00")
			s.Photos, s.Images = 1, []Image{{Sha256: "cd"}}
			out := gate.Screen(t.Context(), s, Review{})
			if _, cleared := out.Clearance(); out.Verdict != c.want || cleared == (c.want == Hold) {
				t.Errorf("%s %+v", out.Verdict, out.Firings)
			}
			for _, f := range out.Firings {
				if strings.Contains(f.Error, factPrefix) || strings.Contains(f.Error, listPrefix) {
					t.Errorf("the error speaks of variables nobody wrote: %s", f.Error)
				}
			}
		})
	}
	gate := gateOf(t, compile(t, providerPack(t), labelRule("photo_match('')")))
	gate.Remember(none.all())
	s := listing("Chair", "")
	s.Photos = 2 // and no hash of them
	if out := gate.Screen(t.Context(), s, Review{}); out.Verdict != Hold {
		t.Errorf("photos without hashes pass: %s", out.Verdict)
	}
}

func TestGateWithoutMemoryHolds(t *testing.T) {
	t.Parallel()
	gate := gateOf(t, compile(t, providerPack(t), labelRule("label('author', 'x')")))
	if out := gate.Screen(t.Context(), listing("Chair", ""), Review{}); out.Verdict != Hold {
		t.Errorf("before Remember: %s", out.Verdict)
	}
}

// TestQuestionsAreChecked: what a rule asks is checked when it is compiled, and the error says what is allowed.
func TestQuestionsAreChecked(t *testing.T) {
	t.Parallel()
	for when, want := range map[string]string{
		"velocity('fone','listing','24h') > 1":       `velocity knows no "fone"; it knows author, phone, mail, link, handle, photo, place`,
		"velocity('phone','lobby','24h') > 1":        `velocity knows no event "lobby"; it knows listing, message, payment, account, feed`,
		"velocity('phone','listing','91d') > 1":      `"91d" is no window: write minutes, hours or days`,
		"velocity('phone','listing','1w') > 1":       "is no window",
		"velocity('phone','listing','0h') > 1":       "is no window",
		"velocity('phone','listing','-1h') > 1":      "is no window",
		"velocity('phone','listing','99999999d') >1": "is no window",
		"velocity('phone','listing', title) > 1":     "velocity takes fixed texts, as in velocity('phone', 'listing', '24h')",
		"velocity('phone','listing') > 1":            "velocity takes fixed texts",
		"velocity() > 1":                             "velocity takes fixed texts",
		"velocity('phone":                            "velocity takes fixed texts",
		"velocity('phone','listing','24h')":          "yields int, but bool is needed",
		"distinct('phone','colour','7d') > 1":        `distinct cannot count "colour"; it counts author, phone, mail, link, handle, photo, place, record`,
		"label('author', 7)":                         "label takes fixed texts",
		"label('author', '')":                        `"" is no name of a label`,
		"label('author', 'A b')":                     "use small letters",
		"photo_match(title)":                         "photo_match takes fixed texts",
		"in_list(title, title)":                      "in_list takes the name of a list as a fixed text",
		"in_list('bad')":                             "in_list takes the name of a list",
		"in_list('bad', photos)":                     "no matching overload for 'in_list'",
		"in_list('B D', title)":                      `"B D" is no name of a list`,
		"fact_0 > 1":                                 `there is no "fact_0" here`,
		"in_list(l_0, title)":                        "in_list takes the name",
		"phones.exists(l_0, l_0 == '')":              `there is no "l_0" here`,
		"velocity > 1":                               `there is no "velocity" here`,
		"cluster.sise > 1":                           `did you mean "cluster.size"`,
		"velocity('phone','listing','1h') > wrods":   `column 36: there is no "wrods" here`,
		"in_list('bad-ones', category) && wrods > 1": `column 34: there is no "wrods" here`,
	} {
		_, err := Compile(providerPack(t), labelRule(when))
		if value.KindOf(err) != value.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", when, err, want)
		}
	}
}

func TestExamplesStateFacts(t *testing.T) {
	t.Parallel()
	pack, err := ParsePack([]byte(`
rules:
  - id: site/network
    version: 1
    title: {en: Network}
    ground: {en: Because.}
    policy: site/1
    category: SCAMS_AND_FRAUD
    stage: [listing, feed]
    mode: live
    when: >-
      distinct('phone', 'author', '7d') >= 3 || label('author', 'warned') || in_list('firms', links)
      || photo_match('known') || cluster.accounts >= 3 && cluster.places >= 2
    outcome: hold
    owner: site
    preserve: true
    fires:
      - {text: Call 044 668 18 00, counts: {distinct phone author 7d: 3}}
      - {text: A chair, labels: [author warned]}
      - {text: See www.example.org, lists: {firms: [www.example.org]}}
      - {text: A chair, photos: 2, photo_matches: [known]}
      - {text: A chair, place: Ulm, cluster: {size: 9, accounts: 3, places: 2, coverage: 0.5, score: 0.2}}
    passes:
      - {text: No number, counts: {distinct phone author 7d: 3}}
      - {text: A chair, photo_matches: [known]}
      - {text: Call 044 668 18 00, counts: {velocity phone listing 24h: 9}}
`))
	if err != nil {
		t.Fatal(err)
	}
	set := compile(t, providerPack(t), pack)
	if r, err := set.Rule("site/network"); err != nil || !r.Preserve {
		t.Errorf("%+v %v", r, err)
	}
	for name, change := range map[string]Example{
		"is no count":   {Text: "x", Counts: map[string]int64{"distinct phone": 3}},
		"labels":        {Text: "x", Labels: []string{"warned"}},
		"photo_matches": {Text: "x", Matches: []string{"Known Bank"}},
	} {
		bad := pack
		bad.Rules = slices.Clone(pack.Rules)
		bad.Rules[0].Passes = []Example{change}
		if _, err := Compile(providerPack(t), bad); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %q", err, name)
		}
	}
}

func TestPreserveIsTold(t *testing.T) {
	t.Parallel()
	pack := sitePack("photos > 2", Hold)
	pack.Rules[0].Preserve = true
	s := listing("Chair", "")
	s.Photos = 3
	for mode, want := range map[Mode]bool{Live: true, Shadow: false} {
		pack.Rules[0].Mode = mode
		out := gateOf(t, compile(t, providerPack(t), pack)).Screen(t.Context(), s, Review{})
		if len(out.Firings) != 1 || out.Firings[0].Preserve != want {
			t.Errorf("%s: %+v", mode, out.Firings)
		}
	}
}

func TestFeedIsAStage(t *testing.T) {
	t.Parallel()
	pack := sitePack("photos > 2", Hold)
	pack.Rules[0].Stages = []Stage{StageFeed}
	gate := gateOf(t, compile(t, providerPack(t), pack))
	s := listing("Chair", "")
	s.Photos = 3
	if out := gate.Screen(t.Context(), s, Review{}); out.Verdict != Allow {
		t.Errorf("a rule of feeds fires on a listing: %s", out.Verdict)
	}
	s.Stage = StageFeed
	if out := gate.Screen(t.Context(), s, Review{}); out.Verdict != Hold {
		t.Errorf("it does not fire on a feed: %s", out.Verdict)
	}
}

func TestConnect(t *testing.T) {
	t.Parallel()
	gate := providerGate(t)
	quick := scripted{func(context.Context) (float64, error) { return 0.9, nil }, time.Second}
	if err := gate.Connect(quick); err != nil {
		t.Fatal(err)
	}
	if err := gate.Connect(quick); err == nil {
		t.Error("a second signal takes the name of the first")
	}
	pack := sitePack("signals.risk > 0.5", Reject)
	pack.Signals = []string{"risk"}
	if err := gate.Replace(compile(t, providerPack(t), pack)); err != nil {
		t.Fatal(err)
	}
	if out := gate.Screen(t.Context(), listing("Chair", ""), Review{}); out.Verdict != Reject {
		t.Errorf("a connected signal is not asked: %s", out.Verdict)
	}
}

func TestKeysSayNothing(t *testing.T) {
	t.Parallel()
	gate := providerGate(t)
	other, err := NewGate([]byte(strings.Repeat("k", 32)), value.NewIDs(value.SystemClock{}, 1), gate.Rules())
	if err != nil {
		t.Fatal(err)
	}
	key := gate.Key(EntityPhone, "+41446681800")
	if len(key) != 32 || strings.Contains(key, "446681800") || key == other.Key(EntityPhone, "+41446681800") || key == gate.Key(EntityMail, "+41446681800") {
		t.Errorf("the key is %q", key)
	}
	if gate.Key(EntityMail, " Anna@Example.ORG ") != gate.Key(EntityMail, "anna@example.org") || gate.Key(EntityAuthor, "7") != "7" {
		t.Error("keys of the same value differ")
	}
}

func FuzzQuestions(f *testing.F) {
	for _, seed := range []string{"velocity('phone','listing','24h') > 1", "in_list('a', x)", "'''", `r"\"`, "label('author','x') // '", "a.velocity('x')"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q := &questions{}
		read, err := q.read(text)
		if err == nil && len(q.facts)+len(q.lists) == 0 && read != text {
			t.Errorf("%q asks nothing and is read as %q", text, read)
		}
	})
}
