package automation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fairground/internal/automation"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

func TestAChangedRecordSetsFieldsAndMakesAnother(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		f := w.on(automation.Flow{Name: "Won deals are followed up",
			When: automation.Trigger{Event: automation.Changed, Object: "deal", Fields: []string{"stage"}},
			If:   `stage == "won" && value > 100`,
			Actions: []automation.Action{set(map[string]string{"note": `name + " is won"`}),
				{Do: automation.MakeOne, Object: "task", Values: map[string]string{"name": `"Thank for " + name`, "deal": automation.This}}},
		})
		small, big := w.make("deal", record.Values{"name": "Small", "value": 50}), w.make("deal", record.Values{"name": "Big", "value": 500})
		w.settle()
		w.change(small, record.Values{"stage": "won"})
		w.change(big, record.Values{"note": "another field"})
		w.settle()
		if n := w.count("task"); n != 0 {
			t.Fatalf("%d tasks before the deal is won", n)
		}
		w.change(big, record.Values{"stage": "won"})
		w.settle()
		if note := w.get(big)["note"]; note != "Big is won" {
			t.Errorf("the note is %v", note)
		}
		if note := w.get(small)["note"]; note != nil {
			t.Errorf("the small deal got the note %v", note)
		}
		if n := w.count("task"); n != 1 {
			t.Errorf("%d tasks, want 1", n)
		}
		if runs := w.runs(f); len(runs) != 1 || runs[0].Result != automation.Done || len(runs[0].Detail) != 2 {
			t.Errorf("the run log says %+v", runs)
		}
	})
}

// TestTwoFlowsThatSetEachOtherOffEnd: what one writes is what the other waits for.
func TestTwoFlowsThatSetEachOtherOffEnd(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		f := w.on(automation.Flow{Name: "Count", When: automation.Trigger{Event: automation.Changed, Object: "deal"},
			Actions: []automation.Action{set(map[string]string{"count": `count == null ? 1 : count + 1`})}})
		rec := w.make("deal", record.Values{"name": "Round and round"})
		w.change(rec, record.Values{"value": 1})
		w.settle()
		if n := w.get(rec)["count"]; n != int64(automation.MostSteps) {
			t.Errorf("it counted to %v, want %d", n, automation.MostSteps)
		}
		runs := w.runs(f)
		if len(runs) == 0 || runs[0].Result != automation.Stopped {
			t.Errorf("the last run is %+v, want one that was stopped", runs)
		}
	})
}

func TestAFlowDoesNoMoreThanItsOwnerMay(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		if _, err := w.desk.Save(t.Context(), w.asker(jon), automation.Flow{Name: "Mine"}); value.KindOf(err) != value.Forbidden {
			t.Errorf("somebody who may not define objects saves a flow: %v", err)
		}
		f := w.on(automation.Flow{Name: "Write", When: automation.Trigger{Event: automation.Created, Object: "deal"},
			Actions: []automation.Action{set(map[string]string{"note": `"seen"`})}})
		// Its owner loses the right to edit.
		err := w.db.Write(t.Context(), w.asker(lou).Actor, "test", func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "test"})
			_, err := tx.Exec("update automation_flow set owner = $2 where id = $1", int64(f.ID), int64(jon))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		rec := w.make("deal", record.Values{"name": "Kept"})
		w.settle()
		if note := w.get(rec)["note"]; note != nil {
			t.Errorf("a flow wrote %v beyond its owner's rights", note)
		}
		if runs := w.runs(f); len(runs) != 1 || runs[0].Result != automation.Failed {
			t.Errorf("the run log says %+v, want one failure", runs)
		}
	})
}

func TestAFlowIsTriedBeforeItIsSwitchedOn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		rec := w.make("deal", record.Values{"name": "Sample", "value": 9})
		other := w.make("deal", record.Values{"name": "Other", "value": 1})
		f, err := w.desk.Save(t.Context(), w.asker(lou), automation.Flow{Name: "Try me",
			When: automation.Trigger{Event: automation.Created, Object: "deal"}, If: "value > 5",
			Actions: []automation.Action{set(map[string]string{"note": `"tried"`})}})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.desk.Switch(t.Context(), w.asker(lou), f.ID, true); value.KindOf(err) != value.Conflict {
			t.Errorf("a flow that was never tried is switched on: %v", err)
		}
		trials, err := w.desk.Try(t.Context(), w.asker(lou), f.ID, []value.ID{rec.ID, other.ID})
		if err != nil || len(trials) != 2 {
			t.Fatalf("%d trials, %v", len(trials), err)
		}
		if !trials[0].Holds || len(trials[0].Would) != 1 || trials[1].Holds {
			t.Errorf("the trials say %+v", trials)
		}
		if note := w.get(rec)["note"]; note != nil {
			t.Errorf("the trial wrote %v", note)
		}
		f.Rev, f.If = 1, "value > 6"
		if f, err = w.desk.Save(t.Context(), w.asker(lou), f); err != nil {
			t.Fatal(err)
		}
		if err := w.desk.Switch(t.Context(), w.asker(lou), f.ID, true); value.KindOf(err) != value.Conflict {
			t.Errorf("a flow that changed since it was tried is switched on: %v", err)
		}
	})
}

func TestADateThatIsReachedSetsOffOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		f := w.on(automation.Flow{Name: "Remind", When: automation.Trigger{Event: automation.Reached, Object: "deal", Date: "closes", Days: -2},
			Actions: []automation.Action{set(map[string]string{"count": `count == null ? 1 : count + 1`})}})
		in := func(days int) string { return w.db.Clock().Now().UTC().AddDate(0, 0, days).Format("2006-01-02") }
		due, later, past := w.make("deal", record.Values{"name": "Due", "closes": in(2)}),
			w.make("deal", record.Values{"name": "Later", "closes": in(20)}), w.make("deal", record.Values{"name": "Past", "closes": in(-30)})
		for range 3 {
			if err := w.desk.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.settle()
		}
		for rec, want := range map[*record.Record]any{due: int64(1), later: nil, past: nil} {
			if got := w.get(rec)["count"]; got != want {
				t.Errorf("%s: the flow ran %v times, want %v", rec.Title(), got, want)
			}
		}
		if runs := w.runs(f); len(runs) != 1 {
			t.Errorf("%d runs are logged", len(runs))
		}
	})
}

func TestHooksAndMailGoOut(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.on(automation.Flow{Name: "Tell", When: automation.Trigger{Event: automation.Deleted, Object: "deal"},
			Actions: []automation.Action{{Do: automation.CallHook, URL: "https://hooks.lakeside.example/deals"},
				{Do: automation.SendMail, To: lou.Text("acc"), Subject: "{{ name }} is gone", Text: "It was worth {{ value }} francs, {{ note }}."}}})
		rec := w.make("deal", record.Values{"name": "Gone", "value": 7})
		if err := w.records.Delete(t.Context(), w.asker(lou), "deal", rec.ID, 0); err != nil {
			t.Fatal(err)
		}
		w.settle()
		if len(w.called) != 1 {
			t.Errorf("the hook was called %d times", len(w.called))
		}
		var subject, text string
		err := w.db.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Row("select subject, body_text from mail_message").Scan(&subject, &text)
		})
		if err != nil || subject != "Gone is gone" || !strings.HasPrefix(text, "It was worth 7 francs, –.") {
			t.Errorf("the mail says %q, %q, %v", subject, text, err)
		}
	})
}

func TestCheckNamesTheField(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		good := automation.Flow{Name: "Good", When: automation.Trigger{Event: automation.Created, Object: "deal"},
			Actions: []automation.Action{set(map[string]string{"note": `"x"`})}}
		for field, spoil := range map[string]func(*automation.Flow){
			"name":   func(f *automation.Flow) { f.Name = " " },
			"object": func(f *automation.Flow) { f.When.Object = "nothing" },
			"event":  func(f *automation.Flow) { f.When.Event = "full moon" },
			"fields": func(f *automation.Flow) { f.When.Event, f.When.Fields = automation.Changed, []string{"colour"} },
			"date":   func(f *automation.Flow) { f.When.Event, f.When.Date = automation.Reached, "name" },
			"every":  func(f *automation.Flow) { f.When.Event = automation.Schedule },
			"if":     func(f *automation.Flow) { f.If = "valeu > 3" },
			"then":   func(f *automation.Flow) { f.Actions = nil },
			"url": func(f *automation.Flow) {
				f.Actions = []automation.Action{{Do: automation.CallHook, URL: "file:///etc/passwd"}}
			},
			"to": func(f *automation.Flow) {
				f.Actions = []automation.Action{{Do: automation.SendMail, Subject: "a", Text: "b"}}
			},
		} {
			f := good
			spoil(&f)
			_, err := w.desk.Save(t.Context(), w.asker(lou), f)
			var known *value.Error
			if value.KindOf(err) != value.Invalid || !errors.As(err, &known) || known.Field != field {
				t.Errorf("%s: the error is %v", field, err)
			}
		}
		if _, err := w.desk.Save(t.Context(), w.asker(lou), good); err != nil {
			t.Error(err)
		}
	})
}

func TestSchedules(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.on(automation.Flow{Name: "Every hour", When: automation.Trigger{Event: automation.Schedule, Object: "deal", Every: automation.Hourly},
			If: `stage == "new"`, Actions: []automation.Action{set(map[string]string{"stage": `"lost"`})}})
		rec := w.make("deal", record.Values{"name": "Old", "stage": "new"})
		if err := w.desk.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.settle()
		if stage := w.get(rec)["stage"]; stage != "new" {
			t.Fatalf("the schedule ran before its time: %v", stage)
		}
		err := w.db.Maintain(t.Context(), "test", func(tx *db.Tx) error {
			_, err := tx.Exec("update automation_flow set next_us = $1", value.Micros(w.db.Clock().Now().Add(-time.Minute)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := w.desk.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.settle()
		if stage := w.get(rec)["stage"]; stage != "lost" {
			t.Errorf("the schedule left the stage %v", stage)
		}
	})
}
