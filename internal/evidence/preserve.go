package evidence

import (
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/value"
)

const (
	collectJob = "evidence.collect"
	resealJob  = "evidence.reseal"
	destroyJob = "evidence.destroy"
	tidyJob    = "evidence.tidy"
	eraseJob   = "evidence.erase"
)

// collecting names one preservation in the payload of a job.
type collecting struct {
	Evidence value.ID `json:"evidence"`
}

// Preserve holds a record for a severe decision and has it collected, all in the decision's transaction. Preserving
// twice for one decision changes nothing.
func (v *Vault) Preserve(tx *db.Tx, object string, record, decision value.ID, a About) error {
	if _, err := findSame(tx, object, record, decision); value.KindOf(err) != value.NotFound {
		return err
	}
	return v.preserve(tx, Severe, object, record, decision, a)
}

func (v *Vault) preserve(tx *db.Tx, reason Reason, object string, record, decision value.ID, a About) error {
	e := Evidence{
		ID: tx.NewID(), Object: object, Record: record, Author: a.Author, Decision: decision, Reason: reason,
		State: Collecting, HoldUntil: tx.Now().Add(reason.Lasts()), Made: tx.Now(), About: &a,
	}
	if err := insertEvidence(tx, e); err != nil {
		return fmt.Errorf("evidence.Preserve(%s %d): %w", object, record, err)
	}
	if err := insertMembers(tx, e.ID, a.Author); err != nil {
		return fmt.Errorf("evidence.Preserve(%s %d): %w", object, record, err)
	}
	tx.Log(db.Change{Object: Object, Record: e.ID, Diff: map[string]any{
		"state": Collecting, "object": object, "record": int64(record), "decision": int64(decision), "reason": reason, "hold_until": e.HoldUntil,
	}})
	if v.Duties != nil {
		if err := v.Duties.BeginUntil(tx, holdDuty, Object, e.ID, e.HoldUntil); err != nil {
			return err
		}
	}
	_, err := job.Enqueue(tx, job.Job{Kind: collectJob, Key: e.ID.String(), Payload: collecting{e.ID}})
	return err
}

// Held reports whether a record must not be erased or altered beyond recognition.
func Held(tx *db.Tx, object string, record value.ID) (bool, error) {
	return anyHold(tx, object, record)
}

// HeldUntil is until when the longest hold on an account lasts; the zero time without one.
func HeldUntil(tx *db.Tx, account value.ID) (time.Time, error) { return memberHeldUntil(tx, account) }

// Jobs are the handlers of a site's queue.
func (v *Vault) Jobs() []job.Handler {
	return []job.Handler{
		{Kind: collectJob, Run: v.runCollect, Attempts: 40},
		{Kind: resealJob, Run: v.runReseal},
		{Kind: destroyJob, Run: v.runDestroy, Attempts: 40},
		{Kind: eraseJob, Run: v.runErase, Attempts: 40, Timeout: 30 * time.Minute},
		{Kind: tidyJob, Run: v.runTidy, Every: time.Hour},
	}
}
