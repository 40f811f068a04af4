package evidence

import (
	"context"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/value"
)

// AwaitErasure remembers that an account asked to be erased while it is held: what had to stay is erased when the last hold
// ends. Asking twice changes nothing.
func AwaitErasure(tx *db.Tx, account value.ID) error {
	n, err := tx.Exec(`
		insert into evidence_erasure (account, asked_us) values ($1, $2)
		on conflict (account) do update set asked_us = excluded.asked_us, done_us = null where evidence_erasure.done_us is not null`,
		account, value.Micros(tx.Now()))
	if err == nil && n > 0 {
		tx.Log(db.Change{Object: "evidence_erasure", Record: account, Diff: map[string]any{"state": "waiting"}})
	}
	return err
}

// MayErase reports whether an account asked to be erased, has not been, and is held no more.
func MayErase(tx *db.Tx, account value.ID) (bool, error) {
	waiting, err := db.One(tx, db.Column[int64], "select count(*) from evidence_erasure where account = $1 and done_us is null", account)
	if err != nil || waiting == 0 {
		return false, err
	}
	held, err := memberHold(tx, account)
	return !held, err
}

// Erased notes, in the transaction that erased what was left, that it was done.
func Erased(tx *db.Tx, account value.ID, kept int) error {
	if _, err := tx.Exec("update evidence_erasure set done_us = $2 where account = $1 and done_us is null", account, value.Micros(tx.Now())); err != nil {
		return err
	}
	tx.Log(db.Change{Object: "evidence_erasure", Record: account, Diff: map[string]any{"state": "done", "kept": kept}})
	return nil
}

// HeldRecords are the records of an object that are held because of an account.
func HeldRecords(tx *db.Tx, object string, account value.ID) (map[value.ID]bool, error) {
	all, err := db.All(tx, db.Column[value.ID], `
		select distinct e.record
		from evidence_member m
		join evidence e on e.id = m.evidence
		where m.account = $1 and e.object = $2 and e.state <> 'released' and e.hold_until_us > $3`, account, object, value.Micros(tx.Now()))
	held := make(map[value.ID]bool, len(all))
	for _, record := range all {
		held[record] = true
	}
	return held, err
}

// erasing names an account in the payload of a job.
type erasing struct {
	Account value.ID `json:"account"`
}

// runErase erases what was left of an account, unless it is held again by now.
func (v *Vault) runErase(ctx context.Context, c job.Claim) error {
	var order erasing
	if err := c.Payload(&order); err != nil {
		return job.Permanent(err)
	}
	if v.Erase == nil {
		return nil
	}
	if err := v.Erase(ctx, order.Account); err != nil {
		return fmt.Errorf("evidence.erase(%s): %w", order.Account, err)
	}
	return nil
}

// freed has those erased who waited for the end of a hold, within its transaction.
func freed(tx *db.Tx, id value.ID) error {
	waiting, err := db.All(tx, db.Column[value.ID], `
		select m.account
		from evidence_member m
		join evidence_erasure w on w.account = m.account
		where m.evidence = $1 and w.done_us is null`, id)
	if err != nil {
		return err
	}
	return eraseAll(tx, waiting)
}

// freeLapsed does the same for holds whose time is over.
func (v *Vault) freeLapsed(ctx context.Context) error {
	return v.DB.Maintain(ctx, "evidence.free", func(tx *db.Tx) error {
		waiting, err := db.All(tx, db.Column[value.ID], "select account from evidence_erasure where done_us is null order by account")
		if err != nil {
			return err
		}
		return eraseAll(tx, waiting)
	})
}

func eraseAll(tx *db.Tx, waiting []value.ID) error {
	for _, account := range waiting {
		may, err := MayErase(tx, account)
		if err == nil && may {
			_, err = job.Enqueue(tx, job.Job{Kind: eraseJob, Key: account.String(), Payload: erasing{account}})
		}
		if err != nil {
			return err
		}
	}
	return nil
}
