package moderation

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// CaseKind says what a case is about.
type CaseKind string

// The kinds of case.
const (
	ListingCase CaseKind = "listing"
	TextCase    CaseKind = "text" // a profile, a review, a message
	NoticeCase  CaseKind = "notice"
	AppealCase  CaseKind = "appeal"
	NetworkCase CaseKind = "network"
	PhotoCase   CaseKind = "photo"
	SampleCase  CaseKind = "sample" // a second, blind decision about what was decided
)

// CaseKinds lists all of them in the order in which pages show them.
var CaseKinds = []CaseKind{ListingCase, TextCase, NoticeCase, AppealCase, NetworkCase, PhotoCase, SampleCase}

// CaseState says how far a case is.
type CaseState string

// The states of a case. A claim that has run out is as good as open.
const (
	CaseOpen    CaseState = "open"
	CaseClaimed CaseState = "claimed"
	CaseWaiting CaseState = "waiting" // its author was asked to change something
	CaseDecided CaseState = "decided"
)

// Severity is how much harm a case may hide, from 0 to 3. It sets the clock and the order of the queue.
type Severity int

// The severities.
const (
	Minor Severity = iota
	Ordinary
	Serious
	Grave // a person may be in danger
)

// Within is how soon a case of this severity is to be decided.
func (s Severity) Within() time.Duration {
	switch s {
	case Grave:
		return time.Hour
	case Serious:
		return 8 * time.Hour
	case Ordinary:
		return 24 * time.Hour
	default:
		return 72 * time.Hour
	}
}

// Case is one thing that waits for a person, or waited.
type Case struct {
	ID       value.ID
	Kind     CaseKind
	Object   string
	Record   value.ID
	State    CaseState
	Queue    string
	Severity Severity
	Language value.Locale
	Category string
	Policy   string   // of the strictest rule that fired, or the ground of the notice
	Barred   value.ID // who may not take it: whoever decided what it is about

	ClaimedBy    value.ID
	ClaimedUntil time.Time // zero while nobody has claimed it

	Opened, Due time.Time
	Decided     time.Time // zero until then
	Decision    value.ID  // 0 when it was settled without one: the author took the content away, or mended it
}

// ShortCase is the kind of a case's outside id.
const ShortCase = "cas"

// longestClaim is how long somebody has for a case that nobody else may decide meanwhile.
const longestClaim = 30 * time.Minute

// HeldBy returns who works on the case now, or 0. A claim that ends later than one can is of a clock that was set back,
// and counts as ended: a case must never be out of reach for longer than a claim lasts.
func (c Case) HeldBy(now time.Time) value.ID {
	if c.State != CaseClaimed || !c.ClaimedUntil.After(now) || c.ClaimedUntil.After(now.Add(longestClaim)) {
		return 0
	}
	return c.ClaimedBy
}

// Overdue reports whether the case should have been decided.
func (c Case) Overdue(now time.Time) bool {
	return c.State != CaseDecided && c.State != CaseWaiting && now.After(c.Due)
}

// within is the clock of a case: appeals and samples have a week, whatever their severity.
func (c Case) within() time.Duration {
	if c.Kind == AppealCase || c.Kind == SampleCase {
		return 7 * 24 * time.Hour
	}
	return c.Severity.Within()
}

// OpenCase opens a case, unless one about the same is undecided: that one becomes more severe and more urgent if need
// be, and is taken back from its author if it waited for them. Kind, Object and Record are needed.
func OpenCase(tx *db.Tx, c Case) (Case, error) {
	if c.Object == "" || c.Record == 0 || c.Severity < Minor || c.Severity > Grave {
		return Case{}, value.Errorf(value.Invalid, "a case is about one record and has a severity from 0 to 3")
	}
	earlier, err := findUndecided(tx, c.Kind, c.Object, c.Record)
	if err == nil {
		return raise(tx, earlier, c.Severity)
	}
	if value.KindOf(err) != value.NotFound {
		return Case{}, err
	}
	routes, err := Routes(tx)
	if err != nil {
		return Case{}, err
	}
	c.ID, c.State, c.Opened, c.Language = tx.NewID(), CaseOpen, tx.Now(), value.Locale(c.Language.Language())
	c.Due = c.Opened.Add(c.within())
	if c.Queue == "" {
		c.Queue = route(routes, c)
	}
	tx.Log(db.Change{Object: "case", Record: c.ID, Diff: map[string]any{
		"kind": c.Kind, "object": c.Object, "record": c.Record, "queue": c.Queue, "severity": c.Severity, "due": c.Due}})
	return c, insertCase(tx, c)
}

func raise(tx *db.Tx, c Case, severity Severity) (Case, error) {
	if severity <= c.Severity && c.State != CaseWaiting {
		return c, nil
	}
	before := c
	c.Severity = max(c.Severity, severity)
	if due := tx.Now().Add(c.within()); c.State == CaseWaiting || due.Before(c.Due) {
		c.Due = due
	}
	if c.State == CaseWaiting {
		c.State = CaseOpen
	}
	_, err := tx.Exec("update safety_case set state = $2, severity = $3, due_us = $4 where id = $1",
		int64(c.ID), string(c.State), int(c.Severity), value.Micros(c.Due))
	tx.Log(db.Change{Object: "case", Record: c.ID, Diff: map[string]any{
		"state": []string{string(before.State), string(c.State)}, "severity": []int{int(before.Severity), int(c.Severity)}}})
	return c, err
}

// settle ends a case, with a decision or, when its content went away by itself, without.
func settle(tx *db.Tx, c Case, decision value.ID, by value.ID) error {
	n, err := tx.Exec(`
		update safety_case
		set state = 'decided', decided_us = $2, decision = $3, decided_by = $4, claimed_by = null, claimed_until_us = null
		where id = $1 and state <> 'decided'`,
		int64(c.ID), value.Micros(tx.Now()), orNull(decision), orNull(by))
	if err == nil && n == 0 {
		err = errDecided
	}
	if err != nil {
		return err
	}
	tx.Log(db.Change{Object: "case", Record: c.ID, Diff: map[string]any{"state": []string{string(c.State), string(CaseDecided)}, "decision": decision}})
	return nil
}

// move gives a case another state and queue, with a new clock, and frees it.
func move(tx *db.Tx, c Case, state CaseState, queue string, severity Severity) error {
	before := c
	c.State, c.Queue, c.Severity = state, queue, severity
	due := tx.Now().Add(c.within())
	_, err := tx.Exec(`
		update safety_case
		set state = $2, queue = $3, severity = $4, due_us = $5, claimed_by = null, claimed_until_us = null
		where id = $1`, int64(c.ID), string(state), queue, int(severity), value.Micros(due))
	tx.Log(db.Change{Object: "case", Record: c.ID, Diff: map[string]any{
		"state": []string{string(before.State), string(state)}, "queue": []string{before.Queue, queue}}})
	return err
}

var errDecided = value.Errorf(value.Conflict, "somebody has decided this case already")

func orNull(id value.ID) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}
