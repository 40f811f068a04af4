package legal

import (
	"fmt"
	"slices"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// The kinds of duties that arise on a site, with their clocks in kinds.
const (
	ReceiptDuty          = "receipt"           // a notice is acknowledged
	NoticeDuty           = "notice"            // a notice is decided about and answered
	TakedownDuty         = "takedown"          // a private picture and its identical copies are removed
	SuspicionDuty        = "suspicion"         // an authority is told of a suspected crime against life or safety
	AppealDuty           = "appeal"            // an appeal is answered
	StatementDuty        = "statement"         // a restriction is explained
	PreservationDuty     = "preservation"      // evidence kept at an authority's request: renew it or let it go
	PreservationYearDuty = "preservation_year" // evidence of a report: kept for a year, then renewed or let go
	TerrorismDuty        = "terrorism"         // an order to remove terrorist content is carried out
	HistoryDuty          = "history"           // the change log does not continue what the provider remembers: say why
)

// Kind is a sort of duty.
type Kind struct {
	Name  string
	Clock time.Duration // from its beginning until it is due
	Law   string        // where it stands
	Own   bool          // the time is the site's own target; the law says "without undue delay"
}

const oneDay = 24 * time.Hour

// Kinds lists the duties in the order in which the board shows them, the most pressing first.
var Kinds = []Kind{
	{TerrorismDuty, time.Hour, "Regulation (EU) 2021/784, Article 3", false},
	{SuspicionDuty, oneDay, "Digital Services Act, Article 18", true},
	{HistoryDuty, oneDay, "Terms of the provider: history is not rewritten", true},
	{TakedownDuty, 2 * oneDay, "TAKE IT DOWN Act", false},
	{ReceiptDuty, 0, "Digital Services Act, Article 16(4)", true},
	{StatementDuty, 0, "Digital Services Act, Article 17", false},
	{NoticeDuty, 7 * oneDay, "Digital Services Act, Article 16(6)", true},
	{AppealDuty, 14 * oneDay, "Digital Services Act, Article 20", true},
	{PreservationDuty, 90 * oneDay, "18 U.S.C. 2703(f)", false},
	{PreservationYearDuty, 365 * oneDay, "18 U.S.C. 2258A(h)", false},
}

func kindOf(name string) (Kind, bool) {
	at := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Name == name })
	if at < 0 {
		return Kind{}, false
	}
	return Kinds[at], true
}

// Duty is something that has to be done about a record until an instant.
type Duty struct {
	ID         value.ID
	Kind       string
	Object     string
	Record     value.ID
	Began      time.Time
	Warn       time.Time // when a quarter of the time is left
	Due        time.Time
	Discharged time.Time // zero: it still runs
	By         string    // who discharged it
	Seq        int64     // number of the log's entry that began it; 0: not known yet
	Owner      value.ID  // the account of who takes care of it; 0: nobody yet
}

// DutyKind is the kind of a duty's id in addresses.
const DutyKind = "dty"

// Open reports whether it still runs.
func (d Duty) Open() bool { return d.Discharged.IsZero() }

// Overdue reports whether it is or was done too late, seen from now.
func (d Duty) Overdue(now time.Time) bool {
	if !d.Open() {
		now = d.Discharged
	}
	return now.After(d.Due)
}

// Left is the share of its time that is left, from 0 to 1.
func (d Duty) Left(now time.Time) float64 {
	whole := d.Due.Sub(d.Began)
	if whole <= 0 || !now.Before(d.Due) {
		return 0
	}
	return min(1, float64(d.Due.Sub(now))/float64(whole))
}

// Duties begins and ends the duties of one site. The zero Duties works.
type Duties struct{}

// Begin starts a duty about a record in the transaction that causes it. While one of that kind runs for the record, the
// first clock counts and nothing happens.
func (Duties) Begin(tx *db.Tx, kind, object string, record value.ID) error {
	return begin(tx, kind, object, record, tx.Now())
}

// BeginUntil is Begin with an end of its own, such as that of a hold.
func (Duties) BeginUntil(tx *db.Tx, kind, object string, record value.ID, due time.Time) error {
	return beginUntil(tx, kind, object, record, tx.Now(), due)
}

func begin(tx *db.Tx, name, object string, record value.ID, began time.Time) error {
	kind, _ := kindOf(name)
	return beginUntil(tx, name, object, record, began, began.Add(kind.Clock))
}

func beginUntil(tx *db.Tx, name, object string, record value.ID, began, due time.Time) error {
	if _, known := kindOf(name); !known || object == "" || due.Before(began) {
		return value.Errorf(value.Invalid, "there is no duty %q about %q until %s", name, object, due)
	}
	id := tx.NewID()
	inserted, err := insertDuty(tx, Duty{ID: id, Kind: name, Object: object, Record: record, Began: began, Warn: due.Add(-due.Sub(began) / 4), Due: due})
	if err != nil {
		return fmt.Errorf("legal.Begin(%s, %s %s): %w", name, object, record, err)
	}
	if inserted {
		tx.Log(db.Change{Object: "duty", Record: id, Diff: map[string]any{"kind": name, "object": object, "record": record, "due": due}})
	}
	return nil
}

// Discharge ends the duty of a kind about a record. By says who did it; empty: the author of the transaction. One that
// does not run is no error: it was done before, or never began.
func (Duties) Discharge(tx *db.Tx, kind, object string, record value.ID, by string) error {
	if by == "" {
		by = tx.Actor().String()
	}
	d, err := openDuty(tx, kind, object, record)
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	if err == nil {
		err = dischargeDuty(tx, d.ID, by)
	}
	if err != nil {
		return fmt.Errorf("legal.Discharge(%s, %s %s): %w", kind, object, record, err)
	}
	tx.Log(db.Change{Object: "duty", Record: d.ID, Diff: map[string]any{"kind": kind, "discharged_by": by}})
	return nil
}

// Acknowledged notes that a notice was acknowledged in the transaction that filed it: its receipt has the code.
func (Duties) Acknowledged(tx *db.Tx, object string, record value.ID) error {
	return meet(tx, ReceiptDuty, object, record)
}

// meet begins a duty that is done in the same transaction.
func meet(tx *db.Tx, kind, object string, record value.ID) error {
	if err := (Duties{}).Begin(tx, kind, object, record); err != nil {
		return err
	}
	return Duties{}.Discharge(tx, kind, object, record, "")
}

// Take gives a duty that runs to somebody of the staff, or to nobody.
func (Duties) Take(tx *db.Tx, id, owner value.ID) error {
	d, err := FindDuty(tx, id)
	switch {
	case err != nil:
		return err
	case !d.Open():
		return value.Errorf(value.Conflict, "this duty is done already")
	case d.Owner == owner:
		return nil
	}
	tx.Log(db.Change{Object: "duty", Record: id, Diff: map[string]any{"owner": []value.ID{d.Owner, owner}}})
	return setOwner(tx, id, owner)
}

// Renew ends a preservation that runs and begins it anew from now.
func (d Duties) Renew(tx *db.Tx, id value.ID) error {
	duty, err := FindDuty(tx, id)
	if err != nil {
		return err
	}
	if duty.Kind != PreservationDuty && duty.Kind != PreservationYearDuty {
		return value.Errorf(value.Invalid, "only a preservation can be renewed")
	}
	if !duty.Open() {
		return value.Errorf(value.Conflict, "this preservation has ended already")
	}
	if err := d.Discharge(tx, duty.Kind, duty.Object, duty.Record, ""); err != nil {
		return err
	}
	return d.Begin(tx, duty.Kind, duty.Object, duty.Record)
}
