package safety

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"fairground/internal/value"
)

// A Clearance has no exported field and no exported function returns one but Outcome.Clearance, whose Outcome has none
// either unless Screen made it. Another package can therefore only write safety.Clearance{}, safety.Outcome{Verdict:
// safety.Allow} and safety.Review{}; the tests below show that these are worth nothing.

func siteKey() []byte { return []byte("0123456789abcdef0123456789abcdef") }

func providerPack(t testing.TB) Pack {
	t.Helper()
	pack, err := ProviderPack()
	if err != nil {
		t.Fatal(err)
	}
	return pack
}

func compile(t testing.TB, provider, site Pack) *RuleSet {
	t.Helper()
	set, err := Compile(provider, site)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func gateOf(t testing.TB, set *RuleSet, signals ...Signal) *Gate {
	t.Helper()
	gate, err := NewGate(siteKey(), value.NewIDs(value.SystemClock{}, 1), set, signals...)
	if err != nil {
		t.Fatal(err)
	}
	return gate
}

func providerGate(t testing.TB) *Gate {
	t.Helper()
	return gateOf(t, compile(t, providerPack(t), Pack{}))
}

// sitePack is one live rule of a site.
func sitePack(when string, outcome Verdict) Pack {
	return Pack{Rules: []Rule{siteRule(when, outcome)}}
}

func siteRule(when string, outcome Verdict) Rule {
	r := Rule{ID: "site/rule", Version: 1, Title: Words{"en": "Rule"}, Ground: Words{"en": "Because."}, Policy: "site/1",
		Category: "OTHER_VIOLATION_TC", Stages: []Stage{StageListing}, Mode: Live, When: when, Outcome: outcome, Owner: "site"}
	if outcome >= Challenge { // examples that suit the conditions of these tests
		r.Fires = []Example{{Text: "odd bicycle", Photos: 3, Signals: map[string]float64{"risk": 1}, Attributes: map[string]string{"frame": "x"}}}
		r.Passes = []Example{{Text: "chair", Attributes: map[string]string{"frame": ""}}}
	}
	return r
}

func listing(title, body string) Subject {
	return Subject{Stage: StageListing, Object: "listing", Record: 42, Hash: ContentHash{1, 2, 3}, Category: "vehicles/bicycles",
		Title: title, Body: body, Price: value.MoneyFromUnits(120, "CHF"), Author: Author{Kind: value.Member, ID: 7, Age_days: 30}}
}

func TestOrdinaryListingsAreCleared(t *testing.T) {
	t.Parallel()
	gate := providerGate(t)
	for _, title := range []string{
		"Town bicycle, 3 gears", "Toy gun", "Nerf gun with darts", "Glue gun", "Nail gun", "Weed eater", "Adult bike", "Kids bed",
		"1997 Ford Escort estate", "Gun metal grey wheels", "Rifle display case", "Massage chair", "Organ for sale", "Adult service dog vest",
		"Girls bike for sale", "Boys and girls clothes", "Teen bedroom set", "Escort radar detector", "Heissklebepistole",
		"Kinderbett zu verkaufen", "Massageliege", "Frauenfahrrad", "Kettle, double walled", "Replica of a sailing ship",
		"Passport holder made of leather", "Two rooms, 500 deposit", "Bride's dress, worn once", "Slave cylinder for sale",
		"Grass seed", "Speed bag", "Ammo box, empty", "Wasserpistole", "Full service history", "Baby bed and baby clothes",
	} {
		out := gate.Screen(context.Background(), listing(title, "In good order, to be collected."), Review{})
		c, ok := out.Clearance()
		if out.Verdict != Allow || !ok {
			t.Errorf("%q: %s %+v", title, out.Verdict, out.Firings)
			continue
		}
		if !c.Covers("listing", 42, ContentHash{1, 2, 3}) || gate.Check(c.Object(), c.Record(), c.Hash(), c.ID(), c.Seal()) != nil {
			t.Errorf("%q: the clearance does not check", title)
		}
	}
}

func TestWhatIsNeverSoldHereIsNot(t *testing.T) {
	t.Parallel()
	gate := providerGate(t)
	for text, want := range map[string]Verdict{
		"Escort service, day and night":                Reject,
		"e.s.c.o.r.t s3rv1ce":                          Reject,
		"Escooort serviiice":                           Reject,
		"e\u200bs\u200bc\u200bo\u200br\u200bt service": Reject,
		"ЕSСОRТ sеrviсе":                               Reject,
		"𝐞𝐬𝐜𝐨𝐫𝐭 𝐬𝐞𝐫𝐯𝐢𝐜𝐞":                               Reject,
		"e$c0rt my service":                            Reject,
		"es-cort ser-vice":                             Reject,
		"Ford, escort service":                         Reject,
		"Erotische Massage":                            Reject,
		"Escort, available now":                        Hold,
		"Mail order brides":                            Escalate,
		"Baby for adoption":                            Hold,
		"Escort service, teen":                         Escalate,
		"Pistole ohne Papiere":                         Reject,
		"Handgun with ammunition":                      Hold,
		"Cocaine for sale":                             Reject,
		"c-o-c-a-i-n-e":                                Hold,
		"Counterfeit banknotes":                        Reject,
		"Replica watches":                              Hold,
		"Pay with gift cards":                          Hold,
		"Send the deposit before viewing and I will mail the keys": Reject,
		"Call null vier vier sechs sechs acht eins acht null null": Hold,
	} {
		out := gate.Screen(context.Background(), listing("Offer", text), Review{})
		if _, cleared := out.Clearance(); cleared || out.Verdict != want {
			t.Errorf("%q: %s, want %s (%+v)", text, out.Verdict, want, out.Firings)
		}
		hidden := listing("Chair", "A chair.")
		hidden.Attributes = map[string]string{"material": text}
		if out := gate.Screen(context.Background(), hidden, Review{}); out.Verdict != want {
			t.Errorf("%q in an attribute: %s, want %s", text, out.Verdict, want)
		}
	}
}

func TestFiringsAreExplained(t *testing.T) {
	t.Parallel()
	s := listing("Selling my  P1STOL", "Wie neu.")
	out := providerGate(t).Screen(context.Background(), s, Review{})
	if len(out.Firings) != 1 {
		t.Fatalf("fired: %+v", out.Firings)
	}
	f := out.Firings[0]
	if f.Rule != "provider/weapons" || f.Ground.In("de-CH") == "" || f.Ground.In("fr") != f.Ground["en"] || f.Title.In("de") == f.Title.In("en") {
		t.Errorf("the firing says %+v", f)
	}
	if len(f.Spans) != 1 || f.Spans[0].Field != "title" || s.Title[f.Spans[0].From:f.Spans[0].To] != "P1STOL" {
		t.Errorf("it marks %+v", f.Spans)
	}
	found := false
	for _, part := range f.Explanation {
		found = found || part.Text == "in_title.firearms > 0" && part.Value == "true"
	}
	if !found {
		t.Errorf("it explains %+v", f.Explanation)
	}
}

func TestClearancesCannotBeForged(t *testing.T) {
	t.Parallel()
	gate := providerGate(t)
	if (Clearance{}).Covers("", 0, ContentHash{}) || (Clearance{}).Covers("listing", 42, ContentHash{1}) {
		t.Error("the zero clearance covers something")
	}
	if _, ok := (Outcome{Verdict: Allow, Object: "listing", Record: 42}).Clearance(); ok {
		t.Error("an outcome that Screen did not make has a clearance")
	}
	out := gate.Screen(context.Background(), listing("Chair", "A chair."), Review{})
	c, _ := out.Clearance()
	seal := c.Seal()
	if err := gate.Check("listing", 42, c.Hash(), c.ID(), seal); err != nil {
		t.Fatal(err)
	}
	bent := c.Seal()
	bent[31] ^= 1
	other := gateOf(t, gate.Rules())
	other.seals = newSealer([]byte(strings.Repeat("k", 32)))
	foreign := other.seals.seal(c.ID(), "listing", 42, c.Hash())
	for name, err := range map[string]error{
		"another record":   gate.Check("listing", 43, c.Hash(), c.ID(), seal),
		"another content":  gate.Check("listing", 42, ContentHash{9}, c.ID(), seal),
		"another object":   gate.Check("message", 42, c.Hash(), c.ID(), seal),
		"another id":       gate.Check("listing", 42, c.Hash(), c.ID()+1, seal),
		"a bent seal":      gate.Check("listing", 42, c.Hash(), c.ID(), bent),
		"half a seal":      gate.Check("listing", 42, c.Hash(), c.ID(), seal[:16]),
		"no seal":          gate.Check("listing", 42, c.Hash(), c.ID(), nil),
		"another site":     gate.Check("listing", 42, c.Hash(), c.ID(), foreign[:]),
		"nothing at all":   gate.Check("", 0, ContentHash{}, 0, nil),
		"zero with a seal": gate.Check("listing", 42, ContentHash{}, 0, seal),
	} {
		if !errors.Is(err, ErrNotCleared) {
			t.Errorf("%s checks: %v", name, err)
		}
	}
	seal[0] ^= 1 // a seal handed out is a copy
	if gate.Check("listing", 42, c.Hash(), c.ID(), c.Seal()) != nil {
		t.Error("changing a seal changes the clearance")
	}
}

// scripted is a signal that does what a test tells it.
type scripted struct {
	answer func(context.Context) (float64, error)
	wait   time.Duration
}

func (s scripted) Name() string            { return "risk" }
func (s scripted) Deadline() time.Duration { return s.wait }
func (s scripted) Score(ctx context.Context, _ Subject) (float64, error) {
	return s.answer(ctx)
}

func TestFailuresHold(t *testing.T) {
	t.Parallel()
	stuck := make(chan struct{})
	t.Cleanup(func() { close(stuck) })
	over, cancel := context.WithCancel(context.Background())
	cancel()
	risk := sitePack("signals.risk > 0.5", Reject)
	risk.Signals = []string{"risk"}
	signal := func(wait time.Duration, answer func(context.Context) (float64, error)) []Signal {
		return []Signal{scripted{answer, wait}}
	}
	for name, c := range map[string]struct {
		pack    Pack
		signals []Signal
		ctx     context.Context
		subject Subject
		want    Verdict
	}{
		"a signal of no risk":     {pack: risk, signals: signal(time.Second, func(context.Context) (float64, error) { return 0.1, nil }), want: Allow},
		"a signal of risk":        {pack: risk, signals: signal(time.Second, func(context.Context) (float64, error) { return 0.9, nil }), want: Reject},
		"a signal that errs":      {pack: risk, signals: signal(time.Second, func(context.Context) (float64, error) { return 0, errors.New("down") }), want: Hold},
		"a signal that panics":    {pack: risk, signals: signal(time.Second, func(context.Context) (float64, error) { panic("oh") }), want: Hold},
		"a signal that is late":   {pack: risk, signals: signal(time.Millisecond, func(ctx context.Context) (float64, error) { <-ctx.Done(); return 0, ctx.Err() }), want: Hold},
		"a signal that is stuck":  {pack: risk, signals: signal(time.Millisecond, func(context.Context) (float64, error) { <-stuck; return 0, nil }), want: Hold},
		"a rule that errs":        {pack: sitePack(`attributes["frame"] != ""`, Reject), want: Hold},
		"a label rule that errs":  {pack: sitePack(`attributes["frame"] != ""`, Label), want: Hold},
		"an allow rule that errs": {pack: sitePack(`attributes["frame"] != ""`, Allow), want: Hold},
		"a context that is over":  {ctx: over, want: Hold},
		"no record":               {subject: Subject{Stage: StageListing, Object: "listing", Hash: ContentHash{1}}, want: Hold},
		"an unknown stage":        {subject: Subject{Stage: "lobby", Object: "listing", Record: 1, Hash: ContentHash{1}}, want: Hold},
		"no hash":                 {subject: Subject{Stage: StageListing, Object: "listing", Record: 1}, want: Hold},
		"no object":               {subject: Subject{Stage: StageListing, Record: 1, Hash: ContentHash{1}}, want: Hold},
		"a text beyond reading":   {subject: listing("x", strings.Repeat("good chair ", 20_000)), want: Hold},
		"nothing but terms":       {subject: listing("x", strings.Repeat("minor teen underage ", 3_000)), want: Hold},
	} {
		if c.ctx == nil {
			c.ctx = context.Background()
		}
		if c.subject.Stage == "" {
			c.subject = listing("Chair", "A chair.")
		}
		gate := gateOf(t, compile(t, providerPack(t), c.pack), c.signals...)
		out := gate.Screen(c.ctx, c.subject, Review{})
		if _, cleared := out.Clearance(); out.Verdict != c.want || cleared != (c.want == Allow) {
			t.Errorf("%s: %s, cleared %v, want %s (%+v)", name, out.Verdict, cleared, c.want, out.Firings)
		}
	}
}

func TestCostOverrunHolds(t *testing.T) {
	t.Parallel()
	pack := sitePack(`photos > 2 || attributes.exists(a, attributes.exists(b, a + "x" == b))`, Reject)
	gate := gateOf(t, compile(t, providerPack(t), pack))
	s := listing("Chair", "A chair.")
	s.Attributes = map[string]string{}
	for i := range 2_000 { // many more than the checker reckons with
		s.Attributes[fmt.Sprint(i)] = ""
	}
	out := gate.Screen(context.Background(), s, Review{})
	if out.Verdict != Hold || len(out.Firings) == 0 || !strings.Contains(out.Firings[0].Error, "cost limit") {
		t.Errorf("%s %+v", out.Verdict, out.Firings)
	}
}

func TestPanicHolds(t *testing.T) {
	t.Parallel()
	set := compile(t, providerPack(t), Pack{})
	set.rules[3].program = nil // a fault of ours
	set.rules[3].needs = nil
	gate := gateOf(t, set)
	for range 3 {
		out := gate.Screen(context.Background(), listing("Chair", "A chair."), Review{})
		if _, cleared := out.Clearance(); cleared || out.Verdict != Hold || out.Firings[0].Rule != gateFailed || out.Record != 42 {
			t.Fatalf("%+v", out)
		}
	}
}

func TestStuckSignalsDoNotPileUp(t *testing.T) {
	t.Parallel()
	stuck := make(chan struct{})
	defer close(stuck)
	p := &plugin{signal: scripted{func(context.Context) (float64, error) { <-stuck; return 0, nil }, time.Microsecond}}
	for range 5 * mostWaiting {
		if _, err := p.score(context.Background(), &Subject{}); err == nil {
			t.Fatal("a stuck signal answers")
		}
	}
	if n := p.waiting.Load(); n > mostWaiting {
		t.Errorf("%d calls are under way", n)
	}
}

func TestStrictestWinsAndAllAreRecorded(t *testing.T) {
	t.Parallel()
	site := Pack{Rules: []Rule{siteRule("photos >= 0", Allow), siteRule("price > 1.0", Label), siteRule("words > 1", Reject)}}
	for i := range site.Rules {
		site.Rules[i].ID = "site/" + site.Rules[i].Outcome.String()
		site.Rules[i].Passes = []Example{{Text: "chair"}}[:min(len(site.Rules[i].Passes), 1)]
	}
	shadow := siteRule("photos >= 0", Label)
	shadow.ID, shadow.Mode = "site/shadow", Shadow
	expired := siteRule("photos >= 0", Label)
	expired.ID, expired.Mode = "site/expired", Expired
	site.Rules = append(site.Rules, shadow, expired)
	out := gateOf(t, compile(t, providerPack(t), site)).Screen(context.Background(), listing("Hunting rifle", "Used once"), Review{})
	var got []string
	for _, f := range out.Firings {
		got = append(got, f.Rule)
	}
	want := "site/reject provider/weapons site/label site/shadow site/allow"
	if out.Verdict != Reject || strings.Join(got, " ") != want {
		t.Errorf("%s by %v, want %s", out.Verdict, got, want)
	}
}

func TestShadowRulesDecideNothing(t *testing.T) {
	t.Parallel()
	pack := sitePack("photos > 2", Reject)
	pack.Rules[0].Mode = Shadow
	s := listing("Chair", "A chair.")
	s.Photos = 3
	out := gateOf(t, compile(t, providerPack(t), pack)).Screen(context.Background(), s, Review{})
	if _, cleared := out.Clearance(); !cleared || len(out.Firings) != 1 || !out.Firings[0].Shadow || out.Plain() {
		t.Errorf("%+v", out)
	}
}

func TestReviewsClearWhatMayBeCleared(t *testing.T) {
	t.Parallel()
	set := compile(t, providerPack(t), sitePack(`"frame" in attributes && attributes["frame"] == "x"`, Reject))
	gate := gateOf(t, set)
	review := func(s Subject) Review { return Review{id: 9, object: s.Object, record: s.Record, hash: s.Hash} }
	framed := listing("Chair", "A chair.")
	framed.Attributes = map[string]string{"frame": "x"}
	for name, c := range map[string]struct {
		subject Subject
		change  func(*Review)
		want    Verdict
	}{
		"a hold":                        {listing("Hunting rifle", "A drawing"), nil, Allow},
		"a reject by a site's rule":     {framed, nil, Allow},
		"a mandatory reject":            {listing("Escort service", ""), nil, Reject},
		"a mandatory escalation":        {listing("Mail order brides", ""), nil, Escalate},
		"a hold beside a reject":        {listing("Hunting rifle", "Escort service"), nil, Reject},
		"a review of another content":   {listing("Hunting rifle", ""), func(r *Review) { r.hash[0]++ }, Hold},
		"a review of another record":    {listing("Hunting rifle", ""), func(r *Review) { r.record++ }, Hold},
		"a review of another object":    {listing("Hunting rifle", ""), func(r *Review) { r.object = "message" }, Hold},
		"a review that was never kept":  {listing("Hunting rifle", ""), func(r *Review) { r.id = 0 }, Hold},
		"a text that cannot be checked": {listing("x", strings.Repeat("good chair ", 20_000)), nil, Hold},
	} {
		r := review(c.subject)
		if c.change != nil {
			c.change(&r)
		}
		out := gate.Screen(context.Background(), c.subject, r)
		if _, cleared := out.Clearance(); out.Verdict != c.want || cleared != (c.want == Allow) {
			t.Errorf("%s: %s, cleared %v, want %s", name, out.Verdict, cleared, c.want)
		}
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	s := listing("Hunting rifle", "")
	if _, cleared := gate.Screen(over, s, review(s)).Clearance(); cleared {
		t.Error("a review clears what was not fully checked")
	}
}

func TestReplaceKeepsTheOldRulesOnError(t *testing.T) {
	t.Parallel()
	gate := providerGate(t)
	before := gate.Rules()
	pack := sitePack("signals.risk > 0.5", Reject)
	pack.Signals = []string{"risk"}
	if err := gate.Replace(compile(t, providerPack(t), pack)); err == nil || gate.Rules() != before {
		t.Error("rules that read a signal which is not connected are in force")
	}
	next := compile(t, providerPack(t), sitePack("photos > 2", Hold))
	if err := gate.Replace(next); err != nil || gate.Rules().Version() != next.Version() || next.Version() == before.Version() {
		t.Errorf("the rules are not replaced: %v", err)
	}
	for _, bad := range [][]byte{nil, make([]byte, 31)} {
		if _, err := NewGate(bad, value.NewIDs(value.SystemClock{}, 1), before); err == nil {
			t.Errorf("a key of %d bytes is accepted", len(bad))
		}
	}
	if _, err := NewGate(siteKey(), value.NewIDs(value.SystemClock{}, 1), nil); err == nil {
		t.Error("a gate without rules is made")
	}
}

// TestHostileTextsAreQuick bounds the work that the longest readable text can cause.
func TestHostileTextsAreQuick(t *testing.T) {
	t.Parallel()
	gate := providerGate(t)
	for _, unit := range []string{"a ", "a.", "1 ", "one ", "1-", "the ", "escort the ", "minor ", "x@y.com ", "a at b dot com ", "$1,", "ﷺ", "\u0301", "7l0 ", "no fake ", "aaa4 ", "+41446681800 "} {
		start := time.Now()
		out := gate.Screen(context.Background(), listing("x", strings.Repeat(unit, 99_000/len(unit))), Review{})
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%q repeated takes %v", unit, took)
		} else {
			t.Logf("%q: %s in %v", unit, out.Verdict, took)
		}
	}
}

func FuzzScreen(f *testing.F) {
	for _, seed := range []string{"", "Escort service", "a.b.c $x! zero four four", "\u202ex\xff\x00", "1 2 3 4 5 6 7 8 9 a b c d e", "fake id no fake id"} {
		f.Add(seed, seed)
	}
	gate := providerGate(f)
	f.Fuzz(func(t *testing.T, title, body string) {
		s := listing(title, body)
		out := gate.Screen(context.Background(), s, Review{})
		if out.Verdict < Allow {
			t.Fatalf("no verdict on %q %q", title, body)
		}
		if again := gate.Screen(context.Background(), s, Review{}); again.Verdict != out.Verdict || len(again.Firings) != len(out.Firings) {
			t.Errorf("%q %q: %s, then %s", title, body, out.Verdict, again.Verdict)
		}
		for _, f := range out.Firings {
			if f.Error != "" {
				t.Errorf("%q %q: %s", title, body, f.Error)
			}
			for _, span := range f.Spans {
				text := map[string]string{"title": title, "body": body}[span.Field]
				if span.From < 0 || span.From >= span.To || span.To > len(text) {
					t.Errorf("%+v is not in %q", span, text)
				}
			}
		}
	})
}
