package automation_test

import (
	"testing"

	"fairground/internal/automation"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/mail"
	"fairground/internal/record"
	"fairground/internal/value"
)

// world is a site with two objects, deals and tasks, and two members of staff.
type world struct {
	t       testing.TB
	db      *db.DB
	records *record.Store
	desk    *automation.Desk
	jobs    *job.Worker
	called  []string
}

const (
	lou value.ID = 7 // may change everything
	jon value.ID = 8 // may only look
)

func (w *world) asker(id value.ID) record.Asker {
	a := record.Asker{Actor: value.Actor{Kind: value.Staff, ID: id}, Account: id, Role: "clerk", Rights: []record.Right{record.See}}
	if id == lou {
		a.Rights = []record.Right{record.See, record.Make, record.Edit, record.Delete}
		a.Define = true
	}
	return a
}

// Asker, Mail and Parse make the world its own staff.
func (w *world) Asker(_ *db.Tx, id value.ID) (record.Asker, error) { return w.asker(id), nil }

func (w *world) Mail(*db.Tx, value.ID) (value.Email, error) { return "lou@lakeside.example", nil }

func (w *world) Parse(text string) (value.ID, error) { return value.ParseID("acc", text) }

// Call makes it its own web.
func (w *world) Call(tx *db.Tx, _ value.ID, address string, _ any) error {
	tx.After(func() { w.called = append(w.called, address) })
	return nil
}

func names(text string) record.Names { return record.Names{"en": text} }

func deal() *record.Object {
	return &record.Object{Key: "deal", Short: "dea", Labels: names("Deal"), Plural: names("Deals"), Icon: "handshake", Title: "name",
		Fields: []*record.Field{
			{Key: "name", Type: record.Text, Labels: names("Name"), Required: true},
			{Key: "stage", Type: record.Choice, Labels: names("Stage"), Options: record.Options{Choices: []record.Option{
				{Key: "new", Labels: names("New")}, {Key: "won", Labels: names("Won")}, {Key: "lost", Labels: names("Lost")}}}},
			{Key: "value", Type: record.Integer, Labels: names("Value")},
			{Key: "note", Type: record.Text, Labels: names("Note")},
			{Key: "closes", Type: record.Date, Labels: names("Closes")},
			{Key: "count", Type: record.Integer, Labels: names("Count")},
		}}
}

func task() *record.Object {
	return &record.Object{Key: "task", Short: "tsk", Labels: names("Task"), Plural: names("Tasks"), Icon: "check", Title: "name",
		Fields: []*record.Field{
			{Key: "name", Type: record.Text, Labels: names("Name"), Required: true},
			{Key: "deal", Type: record.Reference, Labels: names("Deal"), Options: record.Options{Target: "deal"}},
		}}
}

// each runs a test in a fresh world on both engines.
func each(t *testing.T, test func(*world)) {
	t.Helper()
	schemas := []db.Schema{job.Schema(), mail.Schema(), record.Schema(), automation.Schema()}
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		w := &world{t: t, db: d, records: record.New(d, record.Config{Declared: []*record.Object{deal(), task()}})}
		if err := w.records.Ensure(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.desk = &automation.Desk{DB: d, Records: w.records, Staff: w, Hooks: w}
		w.jobs = job.NewWorker(d, 2, w.desk.Jobs()...)
		test(w)
	})
}

// on saves, tries and switches a flow on.
func (w *world) on(f automation.Flow) automation.Flow {
	w.t.Helper()
	f, err := w.desk.Save(w.t.Context(), w.asker(lou), f)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.desk.Try(w.t.Context(), w.asker(lou), f.ID, nil); err != nil {
		w.t.Fatal(err)
	}
	if err := w.desk.Switch(w.t.Context(), w.asker(lou), f.ID, true); err != nil {
		w.t.Fatal(err)
	}
	return f
}

// settle follows the log and runs jobs until nothing is left to do.
func (w *world) settle() {
	w.t.Helper()
	reader := w.desk.Reader()
	for range 50 {
		n, err := reader.CatchUp(w.t.Context(), w.db)
		if err != nil {
			w.t.Fatal(err)
		}
		ran, err := w.jobs.RunDue(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if n+ran == 0 {
			return
		}
	}
	w.t.Fatal("the automations do not come to rest")
}

func (w *world) make(object string, v record.Values) *record.Record {
	w.t.Helper()
	rec, err := w.records.Create(w.t.Context(), w.asker(lou), object, v)
	if err != nil {
		w.t.Fatal(err)
	}
	return rec
}

func (w *world) change(rec *record.Record, v record.Values) {
	w.t.Helper()
	if _, err := w.records.Update(w.t.Context(), w.asker(lou), rec.Object.Key, rec.ID, 0, v); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) get(rec *record.Record) record.Values {
	w.t.Helper()
	now, err := w.records.Get(w.t.Context(), w.asker(lou), rec.Object.Key, rec.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return now.Values
}

func (w *world) runs(f automation.Flow) (all []automation.Run) {
	w.t.Helper()
	err := w.db.Read(w.t.Context(), func(tx *db.Tx) (err error) {
		all, err = automation.Runs(tx, f.ID, 100)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w *world) count(object string) int {
	w.t.Helper()
	n, _, err := w.records.Count(w.t.Context(), w.asker(lou), record.Query{Object: object}, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func set(values map[string]string) automation.Action {
	return automation.Action{Do: automation.SetFields, Values: values}
}
