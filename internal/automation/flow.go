package automation

import (
	"slices"
	"strings"
	"time"

	"fairground/internal/expr"
	"fairground/internal/record"
	"fairground/internal/value"
)

// Flow is one automation.
type Flow struct {
	ID     value.ID `json:"-"`
	Name   string   `json:"name"`
	Active bool     `json:"-"`
	Owner  value.ID `json:"-"` // the account on whose behalf it acts: who switched it on
	Rev    int64    `json:"-"`
	Tested int64    `json:"-"` // the revision that was tried last

	When    Trigger  `json:"when"`
	If      string   `json:"if,omitempty"` // CEL over the record; "" = always
	Actions []Action `json:"then"`

	next time.Time
}

// Event is what starts a flow.
type Event string

// The events.
const (
	Created  Event = "created"
	Changed  Event = "changed"
	Deleted  Event = "deleted"
	Reached  Event = "reached"  // a date of the record, and some days before or after it
	Schedule Event = "schedule" // again and again, for every record that meets the condition
)

// Events lists them in the order in which the console offers them.
var Events = []Event{Created, Changed, Deleted, Reached, Schedule}

// Trigger says when a flow runs.
type Trigger struct {
	Event  Event    `json:"event"`
	Object string   `json:"object"`
	Fields []string `json:"fields,omitempty"` // Changed: any of these; none = any field
	Date   string   `json:"date,omitempty"`   // Reached: the field
	Days   int      `json:"days,omitempty"`   // Reached: so many after the date; negative = before
	Every  Interval `json:"every,omitempty"`  // Schedule
	Hour   int      `json:"hour,omitempty"`   // Schedule: of the day, UTC
}

// Interval is how often a schedule runs.
type Interval string

// The intervals. Weekly is on Mondays, Monthly on the first.
const (
	Hourly  Interval = "hourly"
	Daily   Interval = "daily"
	Weekly  Interval = "weekly"
	Monthly Interval = "monthly"
)

// Intervals lists them.
var Intervals = []Interval{Hourly, Daily, Weekly, Monthly}

// Deed is what an action does.
type Deed string

// The deeds.
const (
	SetFields Deed = "set"
	MakeOne   Deed = "create"
	Assign    Deed = "assign"
	SendMail  Deed = "mail"
	CallHook  Deed = "webhook"
)

// Deeds lists them.
var Deeds = []Deed{SetFields, MakeOne, Assign, SendMail, CallHook}

// Action is one step of a flow. Values and texts are CEL over the record: "won", today(), name + "!".
type Action struct {
	Do      Deed              `json:"do"`
	Object  string            `json:"object,omitempty"`  // create
	Values  map[string]string `json:"values,omitempty"`  // set, create: CEL by field; a reference to the record itself is "this"
	To      string            `json:"to,omitempty"`      // assign, mail: an account's outside id, or "owner" for the record's
	Field   string            `json:"field,omitempty"`   // assign: the field; default "owner"
	Subject string            `json:"subject,omitempty"` // mail: text with {{ CEL }} in it
	Text    string            `json:"text,omitempty"`    // mail
	URL     string            `json:"url,omitempty"`     // webhook
}

// Limits of flows.
const (
	MostFlows   = 200
	MostActions = 10
	MostSteps   = 5      // of a chain of flows that set each other off
	MostRecords = 10_000 // of one run of a schedule
)

// check compares a flow with what its owner sees, and names the field of the form that is wrong.
func (f *Flow) check(v *record.Sight) error {
	f.Name = strings.TrimSpace(f.Name)
	if f.Name == "" || len([]rune(f.Name)) > 80 {
		return value.Fieldf("name", "give it a name of at most 80 characters")
	}
	seen, err := v.Object(f.When.Object)
	if err != nil {
		return value.Fieldf("object", "choose the kind of record it is about")
	}
	if err := f.When.check(seen); err != nil {
		return err
	}
	if f.If != "" {
		if _, err := seen.Scope().Compile(f.If, expr.Bool); err != nil {
			return at("if", err)
		}
	}
	if len(f.Actions) == 0 || len(f.Actions) > MostActions {
		return value.Fieldf("then", "say what it is to do, in one to %d steps", MostActions)
	}
	for i := range f.Actions {
		if err := f.Actions[i].check(v, seen, f.When.Event); err != nil {
			return err
		}
	}
	return nil
}

func (t *Trigger) check(seen *record.Seen) error {
	switch t.Event {
	case Created, Deleted:
	case Changed:
		for _, key := range t.Fields {
			if seen.Field(key) == nil {
				return value.Fieldf("fields", "there is no field %q", key)
			}
		}
	case Reached:
		f := seen.Field(t.Date)
		if f == nil || f.Type != record.Date && f.Type != record.DateTime {
			return value.Fieldf("date", "choose a field that holds a date")
		}
		if t.Days < -365 || t.Days > 365 {
			return value.Fieldf("days", "choose at most 365 days before or after")
		}
	case Schedule:
		if !slices.Contains(Intervals, t.Every) {
			return value.Fieldf("every", "choose how often it runs")
		}
		if t.Hour < 0 || t.Hour > 23 {
			return value.Fieldf("hour", "choose an hour from 0 to 23")
		}
	default:
		return value.Fieldf("event", "choose when it runs")
	}
	return nil
}

func (a *Action) check(v *record.Sight, seen *record.Seen, event Event) error {
	switch a.Do {
	case SetFields:
		if event == Deleted {
			return value.Fieldf("then", "a record that was deleted cannot be changed")
		}
		return checkValues(a.Values, seen, seen)
	case MakeOne:
		target, err := v.Object(a.Object)
		if err != nil {
			return value.Fieldf("then", "choose what to create")
		}
		return checkValues(a.Values, target, seen)
	case Assign:
		if a.Field == "" {
			a.Field = "owner"
		}
		if f := seen.Field(a.Field); f == nil || f.Type != record.Reference {
			return value.Fieldf("then", "there is no field %q to assign", a.Field)
		}
		if a.To == "" {
			return value.Fieldf("then", "say whom to assign it to")
		}
		return nil
	case SendMail:
		return a.checkMail(seen)
	case CallHook:
		if !strings.HasPrefix(a.URL, "https://") && !strings.HasPrefix(a.URL, "http://") || len(a.URL) > 2000 {
			return value.Fieldf("url", "write an address that begins with https://")
		}
		return nil
	default:
		return value.Fieldf("then", "choose what to do")
	}
}

func (a *Action) checkMail(seen *record.Seen) error {
	if a.To == "" {
		return value.Fieldf("to", "choose which colleague to write to")
	}
	if a.Subject == "" || a.Text == "" {
		return value.Fieldf("subject", "write a subject and a text")
	}
	for field, text := range map[string]string{"subject": a.Subject, "text": a.Text} {
		if _, err := parseText(seen.Scope(), text); err != nil {
			return at(field, err)
		}
	}
	return nil
}

// checkValues compiles what fields are set to, in the scope of the record that set the flow off.
func checkValues(values map[string]string, target, seen *record.Seen) error {
	if len(values) == 0 {
		return value.Fieldf("then", "choose at least one field and its value")
	}
	for key, text := range values {
		f := target.Field(key)
		if f == nil {
			return value.Fieldf("then", "there is no field %q in %s", key, target.Key)
		}
		if !f.Written() {
			return value.Fieldf("then", "%q is computed and cannot be set", key)
		}
		if text == This || text == "" {
			continue
		}
		if _, err := seen.Scope().Compile(text, 0); err != nil {
			return at("then", err)
		}
	}
	return nil
}

// This stands for the record that set a flow off, as the value of a reference.
const This = "this"

// at puts an error of a condition to a field of the form.
func at(field string, err error) error {
	if value.KindOf(err) != value.Invalid {
		return err
	}
	return value.Fieldf(field, "%s", err)
}
