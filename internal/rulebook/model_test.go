package rulebook_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"fairground/internal/db"
	"fairground/internal/rulebook"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// teach puts benign decisions into the past, drawn from a seed: offers that ask for a voucher were refused.
func (w *world) teach(n int) {
	draw := rand.New(rand.NewPCG(11, 3))
	goods, where := []string{"lamp", "chair", "bicycle", "tent", "oven"}, []string{"on friday", "any evening", "by the lake", "near the station"}
	for i := range n {
		body := fmt.Sprintf("%s in fair condition, collect %s", goods[draw.IntN(5)], where[draw.IntN(4)])
		judged := "kept"
		if i%2 == 0 {
			body, judged = fmt.Sprintf("%s, only against a voucher %s", goods[draw.IntN(5)], where[draw.IntN(4)]), "refused"
		}
		w.remember(fmt.Sprintf("Offer %d", i), body, judged)
	}
}

func (w *world) learned() (l rulebook.Learned) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		l, err = rulebook.FindLearned(tx)
		return err
	})
	return l
}

func TestLearnsOnlyAboveTheBar(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const offer = "A tent, only against a voucher"
		d := deposit()
		d.Name, d.When = "site/learned", "signals.learned > 0.8"
		d.Fires, d.Passes = "signal learned: 0.9\nanything", "signal learned: 0.2\nanything"
		w.save(d, 0)
		w.teach(300)
		w.ok(w.book.Learn(w.ctx(), w.actor()))
		w.work()
		if l := w.learned(); l.On || l.Report.Passes() || l.Report.Refused != 150 {
			t.Errorf("from too few decisions it learned %+v", l.Report)
		}
		if err := w.book.Switch(w.ctx(), w.actor(), true); value.KindOf(err) != value.Invalid {
			t.Errorf("switched on below the bar: %v", err)
		}
		w.sql(`update learned_model set is_on = true, passes = true`)
		w.ok(w.book.Load(w.ctx()))
		if got := w.screen(w.gate, "Offer", offer).Verdict; got != safety.Allow {
			t.Errorf("switched on by SQL below the bar it says %s", got)
		}
		w.teach(300)
		w.ok(w.book.Learn(w.ctx(), w.actor()))
		w.work()
		l := w.learned()
		if !l.Report.Passes() {
			t.Fatalf("from enough decisions it learned %+v", l.Report)
		}
		w.ok(w.book.Switch(w.ctx(), w.actor(), true))
		if got := w.screen(w.gate, "Offer", offer).Verdict; got != safety.Hold {
			t.Errorf("switched on it says %s", got)
		}
		if got := w.screen(w.gate, "Offer", "A tent in fair condition, collect by the lake").Verdict; got != safety.Allow {
			t.Errorf("what was kept is %s", got)
		}
		if why := w.book.Why(w.subject("Offer", offer), 3); len(why) == 0 || why[0].Weight <= 0 {
			t.Errorf("explained by %v", why)
		}
		w.ok(w.book.Switch(w.ctx(), w.actor(), false))
		if got := w.screen(w.gate, "Offer", offer).Verdict; got != safety.Allow {
			t.Errorf("switched off it says %s", got)
		}
	})
}

// TestWhatIsLearnedNeverRejectsAlone looks at the ground of a rule, whatever dress it wears.
func TestWhatIsLearnedNeverRejectsAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.list("hosts", rulebook.LinkList, "example.net")
		for when, alone := range map[string]bool{
			"signals.learned > 0.9":                                                      true,
			"signals.learned > 0.9 && words > 3":                                         true,
			"signals.learned > 0.9 && category.under('vehicles')":                        true,
			"signals.learned > 0.9 && price < 5000.0 && photos > 1":                      true,
			"signals.learned > 0.9 || terms.pay_ahead > 0":                               true,
			"signals.learned > 0.9 && terms.pay_ahead == 0":                              true,
			"signals.learned > 0.9 && !(terms.pay_ahead > 3)":                            true,
			"1.0 - signals.learned < 0.1":                                                true,
			"[signals.learned].exists(x, x > 0.9)":                                       true,
			"signals.learned > 0.9 && \"label(\" != title && ') || asked_truth' != ''":   true,
			"signals.learned > 0.9 && r'\\' != title && 'a' != ' && terms.pay_ahead > 0": true,
			"signals.learned > 0.9 // && terms.pay_ahead > 0":                            true,
			"signals.learned > 0.9 && terms.pay_ahead > 0":                               false,
			"signals.learned > 0.9 && (terms.pay_ahead > 0 || phones.size() > 0)":        false,
			"signals.learned > 0.9 && in_list('hosts', links)":                           false,
			"signals.learned > 0.9 && velocity('phone', 'listing', '24h') >= 3":          false,
			"terms.pay_ahead > 0 && phones.size() > 1":                                   false,
		} {
			d := rulebook.Draft{Name: "site/learned", Title: safety.Words{"en": "x"}, Ground: safety.Words{"en": "x"}, Policy: "x", Category: "SCAMS_AND_FRAUD",
				Stages: []safety.Stage{safety.StageListing}, When: when, Outcome: safety.Reject, Mode: safety.Live}
			if got := w.book.LearnedAlone(d); got != alone {
				t.Errorf("%s: alone is %v", when, got)
			}
		}
		d := deposit()
		d.When, d.Outcome, d.Mode = "signals.learned > 0.9", safety.Reject, safety.Shadow
		d.Fires, d.Passes = "signal learned: 1\nx", "signal learned: 0.1\nx"
		if _, err := w.book.Save(w.ctx(), w.actor(), d, 0, "test"); value.KindOf(err) != value.Invalid {
			t.Errorf("a rule that rejects on it alone is saved: %v", err)
		}
		d.Outcome = safety.Hold
		w.save(d, 0)

		theirs := w.provider
		theirs.Rules = append(slices.Clone(w.provider.Rules), safety.Rule{ID: "provider/learned", Version: 1, Title: safety.Words{"en": "x"},
			Ground: safety.Words{"en": "x"}, Policy: "x", Category: "SCAMS_AND_FRAUD", Stages: d.Stages, Mode: safety.Live, When: d.When, Outcome: safety.Hold,
			Owner: "provider", Fires: []safety.Example{{Text: "x", Signals: map[string]float64{"learned": 1}}}, Passes: []safety.Example{{Text: "x"}}})
		theirs.Signals = append(slices.Clone(w.provider.Signals), "learned")
		compiled, err := safety.Compile(w.provider, safety.Pack{})
		w.ok(err)
		gate, err := safety.NewGate(w.Site.Key("clearance"), w.Site.DB.IDs(), compiled)
		w.ok(err)
		book := rulebook.New(rulebook.Config{DB: w.Site.DB, Gate: gate, Provider: theirs})
		w.ok(gate.Connect(book.Signal()))
		w.ok(book.Load(w.ctx()))
		if err := book.Tighten(w.ctx(), w.actor(), "provider/learned", safety.Reject, "test"); value.KindOf(err) != value.Invalid {
			t.Errorf("a rule of the provider that holds on it alone is tightened: %v", err)
		}
	})
}
