package moderation

import (
	"encoding/json"
	"strings"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// follower is the author of what the desk does by itself.
var follower = value.SystemActor("desk")

// Waiter is a Room that can tell whether a record still waits for staff. Without it, a case about a text whose author took
// it away stays until somebody closes it.
type Waiter interface {
	Waits(tx *db.Tx, record value.ID) (bool, error)
}

// Reader opens cases for what screening held and for notices and appeals, brings those back whose author made the change
// that was asked for, and settles those whose content went away. It also writes down, with a statement of reasons, what a
// rule rejected by itself. An entry whose consequences fail does not hold up the others; see Retry.
func (d *Desk) Reader() *change.Reader {
	return &change.Reader{Name: "cases", Author: follower, Action: "case.follow", Batch: 200, Apply: d.follow}
}

func (d *Desk) followOne(tx *db.Tx, row change.Row) error {
	switch row.Object {
	case "screening":
		return d.followScreening(tx, row)
	case "notice":
		return d.followNotice(tx, row)
	case "appeal":
		return followAppeal(tx, row)
	case "decision":
		return followDecision(tx, row)
	}
	if d.Rooms[row.Object] == nil || strings.HasPrefix(row.Action, "moderation.") || strings.HasPrefix(row.Action, "notice.") {
		return nil
	}
	return d.followRecord(tx, row)
}

// traced are the parts of entries of the change log that matter here.
type traced struct {
	Object   string          `json:"object"`
	Record   value.ID        `json:"record"`
	Verdict  string          `json:"verdict"`
	Ground   Ground          `json:"ground"`
	Decision value.ID        `json:"decision"`
	Status   json.RawMessage `json:"status"`
	State    json.RawMessage `json:"state"`
}

// read reads an entry. One that was erased, or has another form, says nothing.
func read(row change.Row) (t traced, ok bool) {
	if row.Diff == "" || json.Unmarshal([]byte(row.Diff), &t) != nil {
		return traced{}, false
	}
	return t, true
}

// pair reads a field that changed: its old and its new value, as a list of two or as {old, new}. A field that did not
// change has a new value only.
func pair(field json.RawMessage) (before, after string) {
	var named struct{ Old, New *string }
	if json.Unmarshal(field, &named) == nil && named.Old != nil && named.New != nil {
		return *named.Old, *named.New
	}
	var both []any
	if json.Unmarshal(field, &both) != nil || len(both) != 2 {
		_ = json.Unmarshal(field, &after) // a field that is neither says nothing
		return "", after
	}
	before, _ = both[0].(string)
	after, _ = both[1].(string)
	return before, after
}

func (d *Desk) followScreening(tx *db.Tx, row change.Row) error {
	t, ok := read(row)
	if !ok || d.Rooms[t.Object] == nil {
		return nil
	}
	switch t.Verdict {
	case safety.Hold.String(), safety.Challenge.String(), safety.Escalate.String():
		return d.openHeld(tx, t)
	case safety.Reject.String():
		return d.recordRejection(tx, row, t)
	}
	return nil
}

func (d *Desk) openHeld(tx *db.Tx, t traced) error {
	if room, can := d.Rooms[t.Object].(Waiter); can {
		waits, err := room.Waits(tx, t.Record)
		if value.KindOf(err) == value.NotFound || err == nil && !waits {
			return nil
		}
		if err != nil {
			return err
		}
	}
	screening, err := safety.FindScreening(tx, t.Record)
	if err != nil && value.KindOf(err) != value.NotFound {
		return err
	}
	about, err := d.describe(tx, Decision{Object: t.Object, Record: t.Record})
	if value.KindOf(err) == value.NotFound {
		return nil // it was erased since
	}
	if err != nil {
		return err
	}
	c := Case{Kind: TextCase, Object: t.Object, Record: t.Record, Severity: severityOf(t.Verdict, screening.Firings), Language: about.Locale, Category: about.Category}
	if t.Object == "listing" {
		c.Kind = ListingCase
	}
	if f, ok := strictest(screening.Firings); ok {
		c.Policy = f.Policy
	}
	_, err = OpenCase(tx, c)
	return err
}

// strictest is the first of what fired that counts.
func strictest(firings []safety.Firing) (safety.Firing, bool) {
	for _, f := range firings {
		if !f.Shadow {
			return f, true
		}
	}
	return safety.Firing{}, false
}

// graveCategories are those of the DSA's transparency database that mean a person in danger.
var graveCategories = map[string]bool{"PROTECTION_OF_MINORS": true, "VIOLENCE": true, "CYBER_VIOLENCE_AGAINST_WOMEN": true}

func severityOf(verdict string, firings []safety.Firing) Severity {
	severity := Ordinary
	switch verdict {
	case safety.Challenge.String():
		severity = Minor
	case safety.Escalate.String():
		return Grave
	}
	for _, f := range firings {
		switch {
		case f.Shadow:
		case graveCategories[strings.TrimPrefix(f.Category, "STATEMENT_CATEGORY_")]:
			return Grave
		case f.Outcome >= safety.Reject:
			severity = max(severity, Serious)
		}
	}
	return severity
}

// grounds are what the categories of rules mean here.
var grounds = map[string]Ground{
	"SCAMS_AND_FRAUD": Scam, "UNSAFE_AND_PROHIBITED_PRODUCTS": Prohibited, "INTELLECTUAL_PROPERTY_INFRINGEMENTS": Counterfeit,
	"PROTECTION_OF_MINORS": Exploitation, "VIOLENCE": Exploitation, "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS": Privacy,
}

// GroundOf is the ground that a rule's category means.
func GroundOf(category string) Ground {
	if g, known := grounds[strings.TrimPrefix(category, "STATEMENT_CATEGORY_")]; known {
		return g
	}
	return Other
}

// stale is how old a rejection may be that is written down now: those of years ago were told of when they happened.
const stale = 24 * time.Hour

// recordRejection writes down what a rule rejected, for rooms whose authors can be told.
func (d *Desk) recordRejection(tx *db.Tx, row change.Row, t traced) error {
	if _, can := d.Rooms[t.Object].(Describer); !can || d.Reasons == nil || tx.Now().Sub(row.At) > stale {
		return nil
	}
	screening, err := safety.FindScreening(tx, t.Record)
	if value.KindOf(err) == value.NotFound || err == nil && screening.ID != row.Record {
		return nil // it was screened again since; that entry follows
	}
	if err != nil {
		return err
	}
	f, ok := strictest(screening.Firings)
	if !ok {
		return nil
	}
	about, err := d.describe(tx, Decision{Object: t.Object, Record: t.Record})
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return d.Record(tx, Decision{Object: t.Object, Record: t.Record, Outcome: Reject, Ground: GroundOf(f.Category), Reason: f.Ground.In(about.Locale),
		Rule: f.Rule, Policy: f.Policy})
}

// noticeSeverity is how urgent a notice is by what it claims.
func noticeSeverity(g Ground) Severity {
	switch g {
	case Exploitation:
		return Grave
	case Privacy, Prohibited:
		return Serious
	default:
		return Ordinary
	}
}

func (d *Desk) followNotice(tx *db.Tx, row change.Row) error {
	n, err := FindNotice(tx, row.Record)
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if n.State == Answered {
		return settleAll(tx, "notice", n.ID)
	}
	if t, ok := read(row); !ok || t.Object == "" { // only its filing says what it is about
		return nil
	}
	if _, err := OpenCase(tx, Case{Kind: NoticeCase, Object: "notice", Record: n.ID, Severity: noticeSeverity(n.Ground), Language: n.Locale, Policy: string(n.Ground)}); err != nil {
		return err
	}
	if d.Duties == nil {
		return nil
	}
	return d.Duties.Begin(tx, noticeDuty, "notice", n.ID)
}

// followAppeal opens a case for an appeal that was filed and settles it when it was answered. Whoever made the decision
// is barred from the case.
func followAppeal(tx *db.Tx, row change.Row) error {
	t, ok := read(row)
	if !ok {
		return nil
	}
	switch _, state := pair(t.State); state {
	case "", "open", "filed":
	default:
		return settleAll(tx, "appeal", row.Record)
	}
	if t.Decision == 0 {
		return nil
	}
	made, err := FindDecision(tx, t.Decision)
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = OpenCase(tx, Case{Kind: AppealCase, Object: "appeal", Record: row.Record, Severity: Serious, Language: made.Locale, Policy: string(made.Ground), Barred: accountOf(made.Actor)})
	return err
}

// accountOf reads the account out of an actor as rows have it; 0 for the program and visitors.
func accountOf(actor string) value.ID {
	digits, is := strings.CutPrefix(actor, string(value.Staff)+":")
	if !is {
		return 0
	}
	var id value.ID
	if json.Unmarshal([]byte(digits), &id) != nil {
		return 0
	}
	return id
}

// followDecision settles a case that was opened after its decision was made, because this reader was late.
func followDecision(tx *db.Tx, row change.Row) error {
	made, err := FindDecision(tx, row.Record)
	if value.KindOf(err) == value.NotFound || err == nil && (made.Measure == ToKeep || made.Measure == ToEscalate || made.Automatic || !made.Undone.IsZero()) {
		return nil
	}
	if err != nil {
		return err
	}
	late, err := undecided(tx, made.Object, made.Record)
	if err != nil {
		return err
	}
	for _, c := range late {
		if c.ID < made.ID {
			continue
		}
		if made.Measure == ToChange {
			err = move(tx, c, CaseWaiting, c.Queue, c.Severity)
		} else {
			err = settle(tx, c, made.ID, accountOf(made.Actor))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// waits are the states in which a record is in the queue.
var waits = map[string]bool{"held": true, "challenged": true}

// left reports whether an entry says that a record waits no longer.
func (t traced) left() bool {
	for _, field := range []json.RawMessage{t.Status, t.State} {
		if before, after := pair(field); waits[before] && !waits[after] {
			return true
		}
	}
	return false
}

// followRecord sees what others than the desk did with a record: its author's edit brings a case back, and what does not
// wait any more needs no decision.
func (d *Desk) followRecord(tx *db.Tx, row change.Row) error {
	cases, err := undecided(tx, row.Object, row.Record)
	if err != nil || len(cases) == 0 {
		return err
	}
	t, _ := read(row)
	if t.left() {
		return settleAll(tx, row.Object, row.Record)
	}
	if room, can := d.Rooms[row.Object].(Waiter); can {
		waits, err := room.Waits(tx, row.Record)
		if value.KindOf(err) == value.NotFound || err == nil && !waits {
			return settleAll(tx, row.Object, row.Record)
		}
		if err != nil {
			return err
		}
	}
	for _, c := range cases {
		if c.State == CaseWaiting && !strings.HasPrefix(row.Actor, string(value.Staff)) {
			if _, err := raise(tx, c, c.Severity); err != nil {
				return err
			}
		}
	}
	return nil
}

// settleAll ends the cases about a record without a decision.
func settleAll(tx *db.Tx, object string, record value.ID) error {
	cases, err := undecided(tx, object, record)
	for _, c := range cases {
		if err := settle(tx, c, 0, 0); err != nil {
			return err
		}
	}
	return err
}
