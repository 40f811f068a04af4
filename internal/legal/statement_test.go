package legal_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/legal"
	"fairground/internal/value"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestADecisionHasItsStatement(t *testing.T) {
	each(t, func(w *world) {
		s := w.state(aDecision(1), anAuthor("de-CH"))
		if s.Locale != "de-CH" || s.Measure != legal.Remove || s.Source != legal.FromNotice || s.DecidedBy != staff.String() || s.Author != 31 {
			w.Errorf("stored as %+v", s)
		}
		for name, part := range map[string]string{"measure": s.Parts.Measure, "scope": s.Parts.Scope, "duration": s.Parts.Duration, "facts": s.Parts.Facts,
			"source": s.Parts.Source, "automation": s.Parts.Automation, "ground": s.Parts.Ground, "clause": s.Parts.Clause,
			"explanation": s.Parts.Explanation, "appeal": s.Parts.Appeal, "body": s.Parts.Body, "court": s.Parts.Court} {
			if part == "" || strings.Contains(part, "legal.say") || strings.Contains(part, "{") {
				w.Errorf("the part %s is %q", name, part)
			}
		}
		if len(w.letters) != 1 || w.letters[0].to != "anna@example.org" || !strings.Contains(w.letters[0].text, "https://lake.example.org/appeal/"+s.Code) {
			w.Errorf("mailed %+v", w.letters)
		}
		if log := w.log("statement", s.ID); strings.Contains(log, s.Code) || strings.Contains(log, "Anna") || strings.Contains(log, "lake") {
			w.Errorf("the log says too much: %s", log)
		}
		w.read(func(tx *db.Tx) error {
			duties, err := dutiesAbout(tx, s.Object, s.Record)
			if err == nil && (len(duties) != 1 || duties[0].Kind != legal.StatementDuty || duties[0].Open() || duties[0].Overdue(w.clock.Now())) {
				w.Errorf("the duty to state reasons: %+v", duties)
			}
			byCode, err2 := legal.FindByCode(tx, s.Code)
			if byCode.ID != s.ID {
				w.Error("its code finds another statement")
			}
			return errors.Join(err, err2)
		})
	})
}

func TestOneStatementForADecision(t *testing.T) {
	each(t, func(w *world) {
		w.state(aDecision(1), anAuthor("en"))
		err := w.Site.DB.Write(context.Background(), staff, "test", func(tx *db.Tx) error {
			return w.desk.State(tx, aDecision(1), anAuthor("en"))
		})
		if value.KindOf(err) != value.Conflict {
			w.Errorf("a second statement: %v", err)
		}
		// Whatever code does, the table has one.
		err = w.Site.DB.Write(context.Background(), staff, "test", func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "statement"})
			_, err := tx.Exec(`insert into statement select id + 1, code || '2', code_mark || '2', decision, object, record, author, decided_by, locale, measure, ground, rule,
				source, automatic, taken, title, parts, content_us, since_us, made_us, until_us, dsa, dsa_state, dsa_reason, dsa_us, reversed_us from statement`)
			return err
		})
		if err == nil {
			w.Error("the table took two statements of one decision")
		}
		if len(w.letters) != 1 {
			w.Errorf("%d letters", len(w.letters))
		}
	})
}

func TestWhatRestrictsNobodyHasNoStatement(t *testing.T) {
	each(t, func(w *world) {
		for _, measure := range []legal.Measure{"publish", "keep", "escalate", ""} {
			d := aDecision(5)
			d.Measure = measure
			w.write(func(tx *db.Tx) error {
				tx.Log(db.Change{Object: "decision"})
				return w.desk.State(tx, d, anAuthor("en"))
			})
		}
		w.read(func(tx *db.Tx) error {
			all, err := legal.Of(tx, 31)
			if len(all) != 0 {
				w.Errorf("%d statements", len(all))
			}
			return err
		})
		if len(w.letters) != 0 {
			w.Error("somebody was written to")
		}
	})
}

// A crash between decision and statement leaves neither: they are one transaction.
func TestAStatementThatFailsTakesItsDecisionBack(t *testing.T) {
	each(t, func(w *world) {
		w.desk.Post = func(*db.Tx, value.Email, value.Locale, string, string) error {
			return errors.New("the outbox is broken")
		}
		err := w.Site.DB.Write(context.Background(), staff, "test", func(tx *db.Tx) error {
			if err := legal.SetRedress(tx, legal.Redress{Body: "stands for the decision"}); err != nil {
				return err
			}
			return w.desk.State(tx, aDecision(1), anAuthor("en"))
		})
		if err == nil {
			w.Fatal("the failure was swallowed")
		}
		w.read(func(tx *db.Tx) error {
			redress, err := legal.FindRedress(tx)
			all, err2 := legal.Of(tx, 31)
			if redress.Body != "" || len(all) != 0 {
				w.Errorf("something stayed: %+v, %d statements", redress, len(all))
			}
			return errors.Join(err, err2)
		})
	})
}

func TestNobodyLearnsWhoReported(t *testing.T) {
	each(t, func(w *world) {
		with, without := aDecision(1), aDecision(2)
		with.Notice, with.Trusted = 123456789, true // there may be one trusted flagger only
		s, other := w.state(with, anAuthor("en")), w.state(without, anAuthor("en"))
		if s.Parts.Source != other.Parts.Source || s.Parts.Facts != other.Parts.Facts {
			w.Error("which notice it was can be told from the statement")
		}
		for _, text := range []string{w.letters[0].text, s.DSA, s.Parts.Source, s.Parts.Facts} {
			if strings.Contains(text, "123456789") {
				w.Errorf("names the notice: %s", text)
			}
		}
	})
}

func TestOnlyTheCodeOpensAStatement(t *testing.T) {
	each(t, func(w *world) {
		s := w.state(aDecision(1), anAuthor("en"))
		w.read(func(tx *db.Tx) error {
			for _, wrong := range []string{"", "x", strings.ToLower(s.Code), s.Code[:len(s.Code)-1], s.Code + "A", s.ID.String(), "%", "' or 1=1 --"} {
				if _, err := legal.FindByCode(tx, wrong); value.KindOf(err) != value.NotFound {
					w.Errorf("%q: %v", wrong, err)
				}
			}
			return nil
		})
	})
}

func TestTheBodyForDisputesIsNamed(t *testing.T) {
	each(t, func(w *world) {
		w.write(func(tx *db.Tx) error {
			return legal.SetRedress(tx, legal.Redress{Body: "House of Settlement", Address: "Quay 1, Nyon"})
		})
		if s := w.state(aDecision(1), anAuthor("fr")); !strings.Contains(s.Parts.Body, "House of Settlement, Quay 1, Nyon") {
			w.Error(s.Parts.Body)
		}
	})
}

func TestAReversalIsNotedAndTold(t *testing.T) {
	each(t, func(w *world) {
		about := anAuthor("fr")
		w.write(func(tx *db.Tx) error {
			a, err := account.Create(tx, account.Account{Kind: value.Member, Email: "anna@example.org", Name: "Anna"})
			about.Author = a.ID
			return err
		})
		s := w.state(aDecision(1), about)
		w.letters = nil
		w.clock.pass(time.Hour)
		w.write(func(tx *db.Tx) error { return w.desk.Revoke(tx, s.Decision, "It was a mistake.") })
		w.write(func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "test"})
			return errors.Join(w.desk.Revoke(tx, s.Decision, ""), w.desk.Revoke(tx, 999, ""))
		})
		w.read(func(tx *db.Tx) error {
			again, err := legal.Find(tx, s.ID)
			if !again.Reversed.Equal(s.Made.Add(time.Hour)) {
				w.Errorf("reversed at %v", again.Reversed)
			}
			return err
		})
		if len(w.letters) != 1 || !strings.Contains(w.letters[0].text, "annulé") || !strings.Contains(w.letters[0].text, "It was a mistake.") {
			w.Errorf("told: %+v", w.letters)
		}
		// The answer to an appeal tells by itself.
		other := w.state(aDecision(2), about)
		w.letters = nil
		w.ok(w.Site.DB.Write(context.Background(), staff, "appeal.answer", func(tx *db.Tx) error { return w.desk.Revoke(tx, other.Decision, "") }))
		if len(w.letters) != 0 {
			w.Error("told twice after an appeal")
		}
	})
}

func TestHowLongAppealsAreOpen(t *testing.T) {
	t.Parallel()
	zurich, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	for made, last := range map[string]string{"2026-03-02": "2026-09-02", "2026-08-31": "2027-03-03", "2026-12-31": "2027-07-01"} {
		at, _ := time.ParseInLocation(time.DateOnly, made, zurich)
		until := legal.AppealUntil(at.Add(23*time.Hour), zurich)
		if got := until.Format(time.DateOnly); got != last || until.Add(time.Microsecond).Format(time.DateOnly) == last {
			t.Errorf("%s: until %s, want the end of %s", made, until, last)
		}
	}
}

func TestGoldenStatements(t *testing.T) {
	each(t, func(w *world) {
		if w.Site.DB.Engine() != db.SQLite {
			w.Skip("words do not depend on the engine")
		}
		made := map[string]legal.Decision{"remove": aDecision(1), "suspend": aDecision(2), "change": aDecision(3)}
		suspension := made["suspend"]
		suspension.Object, suspension.Measure, suspension.Notice, suspension.Rule, suspension.Automatic = "account", legal.Suspend, 0, "scam-ring", true
		suspension.Until = w.clock.Now().AddDate(0, 1, 0)
		made["suspend"] = suspension
		change := made["change"]
		change.Measure, change.Ground, change.Notice, change.Rule = legal.Change, "category", 0, "place-1"
		made["change"] = change
		for name, d := range made {
			for _, locale := range []value.Locale{"en", "de", "fr"} {
				w.letters = nil
				d.ID = value.ID(len(name)*100) + d.ID + value.ID(locale[0])
				s := w.state(d, anAuthor(locale))
				golden(w.T, name+"."+string(locale), w.letters[0].subject+"\n\n"+strings.ReplaceAll(w.letters[0].text, s.Code, "CODE"))
			}
		}
	})
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s: %v\ngot:\n%s\nwant:\n%s", path, err, got, want)
	}
}

func TestWhatADecisionMeasures(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		measure, outcome string
		want             legal.Measure
		taken            bool
	}{
		{"publish", "publish", "publish", false}, {"keep", "keep", "keep", false}, {"change", "change", legal.Change, false},
		{"restrict", "restrict", legal.Restrict, false}, {"remove", "remove", legal.Remove, true}, {"remove", "reject", legal.Refuse, true},
		{"suspend", "keep", legal.Suspend, false}, {"suspend", "remove", legal.Suspend, true}, {"escalate", "keep", "escalate", false},
		{"escalate", "reject", legal.Refuse, true},
	} {
		if got, taken := legal.MeasureOf(test.measure, test.outcome); got != test.want || taken != test.taken {
			t.Errorf("%s, %s: %s %v", test.measure, test.outcome, got, taken)
		}
	}
}
