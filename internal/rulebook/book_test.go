package rulebook_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/rulebook"
	"fairground/internal/safety"
	"fairground/internal/value"
)

const offered, harmless = "A parking space, the deposit is 300", "Oak table, collect on Friday"

func TestASavedRuleIsInForceEverywhereWithinASecond(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		elsewhere, their := w.open(w.provider)
		if got := w.screen(elsewhere, "Space", offered).Verdict; got != safety.Allow {
			t.Fatalf("before the rule it is %s", got)
		}
		w.save(deposit(), 0)
		if got := w.screen(w.gate, "Space", offered).Verdict; got != safety.Hold {
			t.Errorf("where it was saved it is %s", got)
		}
		w.clock.pass(600 * time.Millisecond)
		w.ok(their.Fresh(w.ctx()))
		out := w.screen(elsewhere, "Space", offered)
		if out.Verdict != safety.Hold || out.Firings[0].Rule != "site/parking-deposit" || out.Firings[0].Version != 1 {
			t.Errorf("in another process it is %s by %v", out.Verdict, out.Firings)
		}
		if got := w.screen(elsewhere, "Table", harmless).Verdict; got != safety.Allow {
			t.Errorf("something harmless is %s", got)
		}
	})
}

// TestAClockThatIsSetBackHidesNothing: a book that looked in the future looks again at once.
func TestAClockThatIsSetBackHidesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		elsewhere, their := w.open(w.provider)
		w.clock.pass(-time.Hour)
		w.save(deposit(), 0)
		w.ok(their.Fresh(w.ctx()))
		if got := w.screen(elsewhere, "Space", offered).Verdict; got != safety.Hold {
			t.Errorf("after the clock was set back it is %s", got)
		}
	})
}

func TestWhatIsWrongStandsAtItsField(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for name, test := range map[string]struct {
			change func(d *rulebook.Draft)
			field  string
		}{
			"name":            {func(d *rulebook.Draft) { d.Name = "provider/mine" }, "name"},
			"capitals":        {func(d *rulebook.Draft) { d.Name = "site/Parking" }, "name"},
			"no title":        {func(d *rulebook.Draft) { d.Title = safety.Words{"de": "Nur deutsch"} }, "title_en"},
			"unknown name":    {func(d *rulebook.Draft) { d.When = "prise > 3" }, "when"},
			"no bool":         {func(d *rulebook.Draft) { d.When = "price" }, "when"},
			"no such list":    {func(d *rulebook.Draft) { d.When = "in_list('nowhere', text) && text.contains('parking')" }, "when"},
			"no ground":       {func(d *rulebook.Draft) { d.Ground = nil }, "ground_en"},
			"no policy":       {func(d *rulebook.Draft) { d.Policy = " " }, "policy"},
			"no category":     {func(d *rulebook.Draft) { d.Category = "" }, "category"},
			"no stage":        {func(d *rulebook.Draft) { d.Stages = nil }, "stages"},
			"silent example":  {func(d *rulebook.Draft) { d.Fires += "\n\nA garage" }, "fires"},
			"loud example":    {func(d *rulebook.Draft) { d.Passes += "\n\nparking deposit" }, "passes"},
			"no examples":     {func(d *rulebook.Draft) { d.Fires = "" }, "fires"},
			"no number":       {func(d *rulebook.Draft) { d.Fires = "price: dear\nparking deposit" }, "fires"},
			"always":          {func(d *rulebook.Draft) { d.When, d.Passes = "words > 2", "table" }, "when"},
			"rejects untried": {func(d *rulebook.Draft) { d.Outcome = safety.Reject }, "mode"},
			"too long":        {func(d *rulebook.Draft) { d.When = strings.Repeat("text.contains('parking') || ", 300) + "true" }, "when"},
		} {
			d := deposit()
			test.change(&d)
			_, err := w.book.Save(w.ctx(), w.actor(), d, 0, "test")
			var faults rulebook.Faults
			if !errors.As(err, &faults) || faults[test.field] == nil {
				t.Errorf("%s: the error is %v", name, err)
			}
			if value.KindOf(err) != value.Invalid {
				t.Errorf("%s: the kind is %s", name, value.KindOf(err))
			}
		}
		if _, err := w.book.Save(w.ctx(), w.actor(), deposit(), 0, " "); value.KindOf(err) != value.Invalid {
			t.Errorf("without a reason: %v", err)
		}
		w.read(func(tx *db.Tx) error {
			all, err := rulebook.Rules(tx)
			if len(all) != 0 {
				t.Errorf("refused rules are stored: %v", all)
			}
			return err
		})
	})
}

func TestVersionsStayAndComeBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.save(deposit(), 0)
		d := deposit()
		d.When += " && price > 1000.0"
		d.Fires = "price: 2000\nA parking space, the deposit is 200"
		w.save(d, 1)
		if got := w.screen(w.gate, "Space", offered).Verdict; got != safety.Allow {
			t.Errorf("the narrower version says %s", got)
		}
		if _, err := w.book.Save(w.ctx(), w.actor(), deposit(), 1, "late"); value.KindOf(err) != value.Conflict {
			t.Errorf("saving over a version somebody else made: %v", err)
		}
		if _, err := w.book.Save(w.ctx(), w.actor(), deposit(), 0, "twice"); value.KindOf(err) != value.Conflict {
			t.Errorf("a second rule of the name: %v", err)
		}
		back, err := w.book.Restore(w.ctx(), w.actor(), first.Draft.Name, 1, "the narrow one missed things")
		w.ok(err)
		if back.Version != 3 || back.Draft.When != deposit().When {
			t.Errorf("brought back as %+v", back)
		}
		w.read(func(tx *db.Tx) error {
			all, err := rulebook.Versions(tx, first.Draft.Name)
			if len(all) != 3 || all[0].Version != 3 || all[2].Reason != "because of a test" || all[1].Author != w.actor().String() {
				t.Errorf("the versions are %+v", all)
			}
			return err
		})
		if diff := rulebook.Differences(deposit(), d); len(diff) != 2 || diff[0].Field != "when" || diff[1].Field != "fires" {
			t.Errorf("the difference is %v", diff)
		}
	})
}

// TestTheProvidersPackCannotBeLoosened tries every path into the rules.
func TestTheProvidersPackCannotBeLoosened(t *testing.T) {
	const fee = "You are next of kin to an inheritance fund; a small processing fee is due."
	each(t, func(t *testing.T, w *world) {
		var rule safety.Rule
		for _, r := range w.provider.Rules {
			if r.ID == "provider/advance-fee" {
				rule = r
			}
		}
		body := `{"title":{"en":"x"},"when":"false","outcome":"allow","mode":"live","stages":["listing"],"mandatory":false,"name":"provider/advance-fee","owner":"provider"}`
		rows := func(id int64, name, body string) {
			w.sql(`insert into site_rule (id, name, version, made_us) values ($1, $2, 1, 1)`, id, name)
			w.sql(`insert into site_rule_version (rule, version, body, author, reason, made_us) values ($1, 1, $2, 'x', 'x', 1)`, id, body)
		}
		if err := w.Site.DB.Maintain(w.ctx(), "test", func(tx *db.Tx) error {
			_, err := tx.Exec(`insert into site_rule (id, name, version, made_us) values (1, 'provider/advance-fee', 1, 1)`)
			return err
		}); err == nil {
			t.Error("the table takes a rule with the provider's name")
		}
		rows(2, "site/advance-fee", body)
		rows(3, "site/broken", `{"title":{"en":"x"},"when":"nothing.like.this","outcome":"label","mode":"live","stages":["listing"]}`)
		rows(4, "site/unreadable", `[]`)
		rows(5, "site/provider/advance-fee", `{"title":{"en":"x"},"when":"true","outcome":"reject","mode":"expired","mandatory":true,"stages":["listing"]}`)
		w.sql(`insert into rule_tightening (rule, outcome, author, reason, made_us) values ('provider/advance-fee', 'challenge', 'x', 'x', 1)`)
		w.sql(`insert into rule_tightening (rule, outcome, author, reason, made_us) values ('provider/no-such-rule', 'hold', 'x', 'x', 1)`)
		for i, list := range []string{"pay_ahead", "windfall"} {
			w.sql(`insert into value_list (id, name, kind, about, author, made_us) values ($1, $2, 'word', 'x', 'x', 1)`, 10+i, list)
			w.sql(`insert into value_list_entry (list, value, shown, reason, author, made_us) values ($1, 'zzz', 'zzz', 'x', 'x', 1)`, 10+i)
		}
		w.ok(w.book.Load(w.ctx()))
		if out := w.screen(w.gate, "Letter", fee); out.Verdict < safety.Reject {
			t.Errorf("after SQL in every table it is %s", out.Verdict)
		}
		now, err := w.gate.Rules().Rule(rule.ID)
		if err != nil || now.Outcome != rule.Outcome || now.Mode != safety.Live || !now.Mandatory || now.When != rule.When {
			t.Errorf("the provider's rule became %+v, %v", now, err)
		}
		broken := map[string]bool{}
		for _, b := range w.book.Broken() {
			broken[b.Name] = b.Why != ""
		}
		for _, name := range []string{"site/broken", "site/unreadable", "provider/advance-fee", "provider/no-such-rule", "pay_ahead", "windfall"} {
			if !broken[name] {
				t.Errorf("%s is not named among the broken: %v", name, w.book.Broken())
			}
		}
		for name, err := range map[string]error{
			"looser":  w.book.Tighten(w.ctx(), w.actor(), rule.ID, safety.Hold, "test"),
			"allow":   w.book.Tighten(w.ctx(), w.actor(), rule.ID, safety.Allow, "test"),
			"unknown": w.book.Tighten(w.ctx(), w.actor(), "provider/none", safety.Escalate, "test"),
		} {
			if err == nil {
				t.Errorf("tightening %s is taken", name)
			}
		}
		if _, err := w.book.MakeList(w.ctx(), w.actor(), rulebook.List{Name: "absent_owner", Kind: rulebook.WordList, About: "mine"}); err == nil {
			t.Error("a list of the provider's name is made")
		}
		d := deposit()
		d.Name = "provider/advance-fee"
		if _, err := w.book.Save(w.ctx(), w.actor(), d, 0, "test"); err == nil {
			t.Error("a rule of the provider's name is saved")
		}
	})
}

func TestTighteningHoldsAndIsTakenBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const paid = "Oak table, pay via Western Union"
		w.ok(w.book.Tighten(w.ctx(), w.actor(), "provider/odd-payment", safety.Reject, "we saw too many"))
		if got := w.screen(w.gate, "Table", paid).Verdict; got != safety.Reject {
			t.Errorf("tightened it is %s", got)
		}
		w.ok(w.book.Tighten(w.ctx(), w.actor(), "provider/odd-payment", 0, "calm again"))
		if got := w.screen(w.gate, "Table", paid).Verdict; got != safety.Hold {
			t.Errorf("taken back it is %s", got)
		}
	})
}

// TestAProvidersChangeBreaksOnlyWhatItTouches opens the site with a newer program whose pack has no such list any more.
func TestAProvidersChangeBreaksOnlyWhatItTouches(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		old := w.provider
		old.Lists = map[string]safety.List{}
		for name, l := range w.provider.Lists {
			old.Lists[name] = l
		}
		old.Lists["moped"] = safety.List{Terms: []string{"moped"}}
		w.gate, w.book = w.open(old)
		w.save(deposit(), 0)
		d := deposit()
		d.Name, d.When, d.Fires, d.Passes = "site/mopeds", "terms.moped > 0", "An old moped", "A bicycle"
		w.save(d, 0)
		gate, book := w.open(w.provider)
		broken := book.Broken()
		if len(broken) != 1 || broken[0].Name != "site/mopeds" || !strings.Contains(broken[0].Why, "moped") {
			t.Errorf("broken are %v", broken)
		}
		if got := w.screen(gate, "Space", offered).Verdict; got != safety.Hold {
			t.Errorf("the sound rule says %s", got)
		}
		w.book = book
		w.get(w.sam, "/console/safety/rules").want(200, "site/mopeds", "is not in force")
	})
}

func TestShadowAndExpiredRulesDecideNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := deposit()
		d.Mode, d.Outcome = safety.Shadow, safety.Reject
		w.save(d, 0)
		if out := w.screen(w.gate, "Space", offered); out.Verdict != safety.Allow || len(out.Firings) != 1 || !out.Firings[0].Shadow {
			t.Errorf("in the shadow it is %s with %v", out.Verdict, out.Firings)
		}
		d.Mode = safety.Expired
		w.save(d, 1)
		if out := w.screen(w.gate, "Space", offered); out.Verdict != safety.Allow || len(out.Firings) != 0 {
			t.Errorf("expired it is %s with %v", out.Verdict, out.Firings)
		}
	})
}

// TestManyScreenWhileRulesChange screens, asks lists and looks for changes from several goroutines while rules are saved.
func TestManyScreenWhileRulesChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db.SQLite)
	w.list("numbers", rulebook.PhoneList, "+41446681800")
	done, failed := make(chan struct{}), make(chan error, 4)
	for range 4 {
		go func() {
			for {
				select {
				case <-done:
					failed <- nil
					return
				default:
				}
				if got := w.screen(w.gate, "Letter", "Send the deposit before viewing and I will mail the keys.").Verdict; got < safety.Reject {
					failed <- errors.New("the provider's rule was not in force: " + got.String())
					return
				}
				if in, err := w.book.In("numbers", "+41446681800"); !in || err != nil {
					failed <- errors.Join(errors.New("the list was not there"), err)
					return
				}
				if err := w.book.Fresh(w.ctx()); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	for version := range 4 {
		w.save(deposit(), version)
	}
	close(done)
	for range 4 {
		w.ok(<-failed)
	}
}
