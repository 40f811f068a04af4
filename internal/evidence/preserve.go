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
	_, err := v.preserve(tx, Severe, object, record, decision, "", a)
	return err
}

// PreserveOnRequest does the same for 90 days, for whoever asked as the note says. Each request is a
// hold of its own. It returns the preservation's id.
func (v *Vault) PreserveOnRequest(tx *db.Tx, object string, record value.ID, note string, a About) (value.ID, error) {
	return v.preserve(tx, Request, object, record, 0, note, a)
}

func (v *Vault) preserve(tx *db.Tx, reason Reason, object string, record, decision value.ID, note string, a About) (value.ID, error) {
	e := Evidence{
		ID: tx.NewID(), Object: object, Record: record, Author: a.Author, Decision: decision, Reason: reason, Note: note,
		State: Collecting, HoldUntil: tx.Now().Add(reason.Lasts()), Made: tx.Now(), About: &a,
	}
	if err := insertEvidence(tx, e); err != nil {
		return 0, fmt.Errorf("evidence.Preserve(%s %d): %w", object, record, err)
	}
	if err := insertMembers(tx, e.ID, a.Author); err != nil {
		return 0, fmt.Errorf("evidence.Preserve(%s %d): %w", object, record, err)
	}
	tx.Log(db.Change{Object: Object, Record: e.ID, Diff: map[string]any{
		"state": Collecting, "object": object, "record": int64(record), "decision": int64(decision), "reason": reason, "hold_until": e.HoldUntil,
	}})
	_, err := job.Enqueue(tx, job.Job{Kind: collectJob, Key: e.ID.String(), Payload: collecting{e.ID}})
	return e.ID, err
}

// Held reports whether a record must not be erased or altered beyond recognition.
func Held(tx *db.Tx, object string, record value.ID) (bool, error) {
	return anyHold(tx, object, record)
}

// HeldMember reports whether an account, and what belongs to it, must not be erased.
func HeldMember(tx *db.Tx, account value.ID) (bool, error) { return memberHold(tx, account) }

// HeldUntil is until when the longest hold on an account lasts; the zero time without one.
func HeldUntil(tx *db.Tx, account value.ID) (time.Time, error) { return memberHeldUntil(tx, account) }

// Jobs are the handlers of a site's queue.
func (v *Vault) Jobs() []job.Handler {
	return []job.Handler{
		{Kind: collectJob, Run: v.runCollect, Attempts: 40},
		{Kind: resealJob, Run: v.runReseal},
		{Kind: destroyJob, Run: v.runDestroy, Attempts: 40},
		{Kind: tidyJob, Run: v.runTidy, Every: time.Hour},
	}
}
