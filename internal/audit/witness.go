package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/value"
)

// AlarmKind is why a witness refused a checkpoint.
type AlarmKind string

// The kinds.
const (
	RolledBack    AlarmKind = "rollback"  // it covers less than the one remembered, or there is none any more
	Forked        AlarmKind = "fork"      // it does not contain the one remembered
	OtherKey      AlarmKind = "key"       // the log has another key than before
	BadlySigned   AlarmKind = "signature" // it is not signed by the log
	alarmEvery              = 24 * time.Hour
	sightingEvery           = 5 * time.Minute
)

// Offer is a checkpoint shown to a witness. Proof shows that it contains the one the witness remembers (Consistency).
type Offer struct {
	Log        string // the site's slug
	PublicKey  string
	Checkpoint string
	Proof      []tlog.Hash
	Against    string // what the witness remembered when the proof was made, or Nothing; if that changed meanwhile, the offer is void
}

// Nothing is what a witness remembers of a log that it never saw.
const Nothing = "nothing"

// Sighting is what a witness made of an offer.
type Sighting struct {
	Size   int64  // changes that the remembered checkpoint covers now
	Before int64  // and covered before; 0 at the first sight
	Alarm  *Alarm // the offer was refused
}

// Alarm is a refusal that stands until somebody settles it.
type Alarm struct {
	ID         value.ID
	Log        string
	Kind       AlarmKind
	Remembered string // checkpoint
	Offered    string // checkpoint; empty when there was none
	First      time.Time
	Last       time.Time
	Times      int64
	Told       time.Time // the site's people; zero: not yet
	Reported   time.Time // the provider's; zero: not yet
}

// String says what happened in one sentence.
func (a Alarm) String() string {
	switch a.Kind {
	case RolledBack:
		return fmt.Sprintf("The log of %s covers %d changes, but %d were sealed before: history was rolled back.", a.Log, SizeOf(a.Offered), SizeOf(a.Remembered))
	case Forked:
		return fmt.Sprintf("The log of %s, now of %d changes, does not contain the %d that were sealed before: history was rewritten.", a.Log, SizeOf(a.Offered), SizeOf(a.Remembered))
	case OtherKey:
		return fmt.Sprintf("The log of %s is sealed with another key than before.", a.Log)
	default:
		return fmt.Sprintf("The newest seal of the log of %s is not signed by it.", a.Log)
	}
}

// Witness shows a log's newest checkpoint to the witness, the provider's database. If it continues the one remembered,
// it takes its place and is written into the witness's own change log. If not, the one remembered stays, the refusal is
// written into that log, and an Alarm stands until it is settled. The first checkpoint of a log is believed.
func Witness(ctx context.Context, provider *db.DB, o Offer) (Sighting, error) {
	var seen Sighting
	err := provider.Write(ctx, value.SystemActor("witness"), "audit.witness", func(tx *db.Tx) (err error) {
		seen, err = witness(tx, o)
		return err
	})
	if err != nil {
		return seen, fmt.Errorf("audit.Witness(%s): %w", o.Log, err)
	}
	return seen, nil
}

func witness(tx *db.Tx, o Offer) (Sighting, error) {
	known, err := findWitnessed(tx, o.Log)
	if value.KindOf(err) == value.NotFound {
		return firstSight(tx, o)
	}
	if err != nil {
		return Sighting{}, err
	}
	if o.Against != "" && o.Against != known.note {
		return Sighting{Size: known.size, Before: known.size}, nil // another process was faster
	}
	kind, fresh := known.judge(o)
	if kind != "" {
		return refuse(tx, o, known, kind)
	}
	if fresh.size == known.size {
		return Sighting{Size: known.size, Before: known.size}, nil
	}
	tx.Log(db.Change{Object: "checkpoint", Record: known.id, Diff: map[string]any{"log": o.Log, "size": fresh.size, "before": known.size, "note": fresh.note}})
	seen := Sighting{Size: fresh.size, Before: known.size}
	known.size, known.note = fresh.size, fresh.note
	return seen, saveWitnessed(tx, known)
}

func firstSight(tx *db.Tx, o Offer) (Sighting, error) {
	if o.Checkpoint == "" {
		return Sighting{}, nil // nothing is sealed yet
	}
	first, err := openCheckpoint(o.Checkpoint, o.PublicKey)
	if err != nil {
		return Sighting{}, err
	}
	w := witnessed{log: o.Log, id: tx.NewID(), key: o.PublicKey, size: first.size, note: first.note}
	tx.Log(db.Change{Object: "checkpoint", Record: w.id, Diff: map[string]any{"log": o.Log, "size": first.size, "key": o.PublicKey, "note": first.note}})
	return Sighting{Size: first.size}, saveWitnessed(tx, w)
}

// judge compares an offer with what is remembered; the kind is empty when the offer continues it.
func (w witnessed) judge(o Offer) (AlarmKind, checkpoint) {
	if o.PublicKey != w.key {
		return OtherKey, checkpoint{}
	}
	if o.Checkpoint == "" {
		return RolledBack, checkpoint{}
	}
	fresh, err := openCheckpoint(o.Checkpoint, w.key)
	if err != nil {
		return BadlySigned, fresh
	}
	old, err := openCheckpoint(w.note, w.key)
	switch {
	case err != nil:
		return BadlySigned, fresh
	case fresh.size < old.size:
		return RolledBack, fresh
	case fresh.size == old.size && fresh.root != old.root:
		return Forked, fresh
	case fresh.size > old.size && tlog.CheckTree(o.Proof, fresh.size, fresh.root, old.size, old.root) != nil:
		return Forked, fresh
	}
	return "", fresh
}

func refuse(tx *db.Tx, o Offer, known witnessed, kind AlarmKind) (Sighting, error) {
	seen := Sighting{Size: known.size, Before: known.size}
	open, err := findAlarm(tx, o.Log, kind)
	if err == nil {
		open.Times, open.Last = open.Times+1, tx.Now()
		seen.Alarm = &open
		return seen, countAlarm(tx, open)
	}
	if value.KindOf(err) != value.NotFound {
		return seen, err
	}
	a := Alarm{ID: tx.NewID(), Log: o.Log, Kind: kind, Remembered: known.note, Offered: o.Checkpoint, First: tx.Now(), Last: tx.Now(), Times: 1}
	tx.Log(db.Change{Object: "checkpoint", Record: known.id, Diff: map[string]any{
		"log": o.Log, "refused": kind, "alarm": a.ID, "remembered": known.size, "offered": o.Checkpoint,
	}})
	seen.Alarm = &a
	return seen, insertAlarm(tx, a)
}

// Remembered is the newest checkpoint of a log that a witness accepted; NotFound if it never saw one.
func Remembered(tx *db.Tx, log string) (string, error) {
	w, err := findWitnessed(tx, log)
	return w.note, err
}

// Alarms are the refusals that nobody has settled, oldest first.
func Alarms(tx *db.Tx) ([]Alarm, error) { return findAlarms(tx) }

// AlarmsOf are those about one log.
func AlarmsOf(tx *db.Tx, log string) ([]Alarm, error) {
	all, err := findAlarms(tx)
	return slices.DeleteFunc(all, func(a Alarm) bool { return a.Log != log }), err
}

// Settle ends an alarm with a reason, which stays in the log. With forget, what is remembered of that log is forgotten
// too, and its next checkpoint is believed: for a site that was knowingly restored from a backup or given another key.
func Settle(ctx context.Context, provider *db.DB, actor value.Actor, alarm value.ID, reason string, forget bool) error {
	if reason == "" {
		return value.Fieldf("reason", "say why this is settled")
	}
	err := provider.Write(ctx, actor, "audit.settle", func(tx *db.Tx) error {
		log, err := settleAlarm(tx, alarm, actor.String(), reason)
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: "checkpoint_alarm", Record: alarm, Diff: map[string]any{"log": log, "reason": reason, "forget": forget}})
		if forget {
			return forgetWitnessed(tx, log)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("audit.Settle(%d): %w", alarm, err)
	}
	return nil
}

// Watch shows the checkpoints of one site to the provider.
type Watch struct {
	Provider *db.DB
	Log      string // the site's slug
	Site     *db.DB
	Key      Key            // of the site
	Sealer   *change.Reader // of the provider's own log, so that what was seen is sealed at once; nil leaves it
	// Report tells the provider of a refusal: at the first and daily while it goes on. It runs in the provider's
	// transaction that notes it, so nothing that happens to the site keeps it back or repeats it. May be nil.
	Report func(tx *db.Tx, a Alarm) error
	// Tell tells the site's own people as often. May be nil.
	Tell func(ctx context.Context, a Alarm) error
	// Standing is handed all alarms of this log that nobody has settled, after every look. May be nil.
	Standing func(ctx context.Context, all []Alarm) error
}

// Job is the handler that keeps watching, for the site's own queue.
func (w Watch) Job() job.Handler {
	return job.Handler{Kind: "audit.witness", Every: sightingEvery, Run: func(ctx context.Context, _ job.Claim) error {
		_, err := w.Look(ctx)
		return err
	}}
}

// Look shows the newest checkpoint once.
func (w Watch) Look(ctx context.Context) (Sighting, error) {
	o, err := w.offer(ctx)
	if err != nil {
		return Sighting{}, fmt.Errorf("audit.Look(%s): %w", w.Log, err)
	}
	seen, err := Witness(ctx, w.Provider, o)
	if err != nil {
		return seen, err
	}
	if w.Sealer != nil {
		if _, err := w.Sealer.CatchUp(ctx, w.Provider); err != nil {
			return seen, fmt.Errorf("audit.Look(%s): sealing the provider's log: %w", w.Log, err)
		}
	}
	if err := w.follow(ctx, seen.Alarm); err != nil {
		return seen, fmt.Errorf("audit.Look(%s): telling of the alarm: %w", w.Log, err)
	}
	return seen, nil
}

// follow tells of a refusal. What fails at the site does not keep the provider from hearing of it.
func (w Watch) follow(ctx context.Context, refused *Alarm) error {
	var errs []error
	if refused != nil {
		errs = append(errs, w.report(ctx, *refused), w.tell(ctx, *refused))
	}
	if w.Standing != nil {
		all, err := w.standing(ctx)
		if err == nil {
			err = w.Standing(ctx, all)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (w Watch) report(ctx context.Context, a Alarm) error {
	if w.Report == nil || !isDue(a.Reported, w.Provider.Clock().Now()) {
		return nil
	}
	return w.Provider.Write(ctx, value.SystemActor("witness"), "audit.report", func(tx *db.Tx) error {
		if err := markReported(tx, a.ID); err != nil {
			return err
		}
		return w.Report(tx, a)
	})
}

func (w Watch) tell(ctx context.Context, a Alarm) error {
	if w.Tell == nil || !isDue(a.Told, w.Provider.Clock().Now()) {
		return nil
	}
	if err := w.Tell(ctx, a); err != nil {
		return err
	}
	return w.Provider.Maintain(ctx, "audit.told", func(tx *db.Tx) error { return markTold(tx, a.ID) })
}

// isDue reports whether a day has passed. A last time in the future, of a clock that was ahead, does not count.
func isDue(last, now time.Time) bool { return last.After(now) || now.Sub(last) >= alarmEvery }

func (w Watch) standing(ctx context.Context) (all []Alarm, err error) {
	err = w.Provider.Read(ctx, func(tx *db.Tx) error {
		all, err = AlarmsOf(tx, w.Log)
		return err
	})
	return all, err
}

// offer is the newest checkpoint, with the proof if there can be one. A log that cannot prove itself is offered without
// and refused.
func (w Watch) offer(ctx context.Context) (Offer, error) {
	o := Offer{Log: w.Log, PublicKey: w.Key.Public()}
	var remembered string
	err := w.Provider.Read(ctx, func(tx *db.Tx) (err error) {
		remembered, err = Remembered(tx, w.Log)
		return err
	})
	if err != nil && value.KindOf(err) != value.NotFound {
		return o, err
	}
	o.Against = Nothing
	if remembered != "" {
		o.Against = remembered
		o.Checkpoint, o.Proof, err = Consistency(ctx, w.Site, remembered, o.PublicKey)
		if kind := value.KindOf(err); err == nil || kind != value.Conflict && kind != value.Invalid {
			return o, err
		}
	}
	err = w.Site.Read(ctx, func(tx *db.Tx) (err error) {
		o.Checkpoint, err = Checkpoint(tx)
		return err
	})
	if value.KindOf(err) == value.NotFound {
		err = nil
	}
	return o, err
}
