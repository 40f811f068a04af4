package evidence

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/value"
)

// graceAfterHold is how long a package outlives its hold, so that a hold that ran out over a holiday can be renewed.
const graceAfterHold = 30 * 24 * time.Hour

// Extend renews a hold by its reason's length, counted from its present end, or from now if that is over.
func (v *Vault) Extend(ctx context.Context, actor value.Actor, id value.ID, purpose string) (time.Time, error) {
	purpose = strings.TrimSpace(purpose)
	if utf8.RuneCountInString(purpose) < leastPurpose {
		return time.Time{}, fault("purpose", "evidence.error.purpose", "say in a sentence what this is for")
	}
	var until time.Time
	err := v.DB.Write(ctx, actor, "evidence.extend", func(tx *db.Tx) error {
		e, err := findEvidence(tx, id)
		if err != nil {
			return err
		}
		if e.State == Released {
			return value.Errorf(value.Conflict, "this hold is over")
		}
		until = e.HoldUntil
		if until.Before(tx.Now()) {
			until = tx.Now()
		}
		until = until.Add(e.Reason.Lasts())
		if until.After(tx.Now().AddDate(10, 0, 0)) {
			return fault("purpose", "evidence.error.too_long", "a hold ends within ten years; renew it later")
		}
		tx.Log(db.Change{Object: Object, Record: id, Diff: map[string]any{"hold_until": until, "purpose": purpose}})
		if v.Duties != nil {
			if err := v.Duties.Discharge(tx, holdDuty, Object, id, ""); err != nil {
				return err
			}
			if err := v.Duties.BeginUntil(tx, holdDuty, Object, id, until); err != nil {
				return err
			}
		}
		return setHold(tx, id, until)
	})
	return until, err
}

// runDestroy deletes the package of a hold that is over. Its row, manifest and hash stay.
func (v *Vault) runDestroy(ctx context.Context, c job.Claim) error {
	var order collecting
	if err := c.Payload(&order); err != nil {
		return err
	}
	e, _, err := v.prepare(ctx, order.Evidence)
	if err != nil || e.State != Released || !e.Destroyed.IsZero() {
		return err
	}
	for key, err := range v.Files.Keys(ctx, filesOf(e.ID)) {
		if err != nil {
			return err
		}
		if err := v.Files.Delete(ctx, key); err != nil {
			return err
		}
	}
	return v.DB.Write(ctx, collector, "evidence.destroy", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: Object, Record: e.ID, Diff: map[string]any{"destroyed": true, "sha256": e.Sha256}})
		return markDestroyed(tx, e.ID)
	})
}

// runTidy ends what is over: holds 30 days after their time, proposals and openings after theirs, files that an interrupted
// job has left.
func (v *Vault) runTidy(ctx context.Context, _ job.Claim) error {
	if err := v.endLapsed(ctx); err != nil {
		return err
	}
	if err := v.endOrders(ctx); err != nil {
		return err
	}
	if err := v.freeLapsed(ctx); err != nil {
		return err
	}
	return v.sweep(ctx)
}

func (v *Vault) endLapsed(ctx context.Context) error {
	var lapsed []value.ID
	err := v.DB.Read(ctx, func(tx *db.Tx) (err error) {
		lapsed, err = findLapsed(tx, tx.Now().Add(-graceAfterHold))
		return err
	})
	for _, id := range lapsed {
		if err != nil {
			return err
		}
		err = v.DB.Write(ctx, collector, "evidence.lapse", func(tx *db.Tx) error {
			e, err := findEvidence(tx, id)
			if err != nil {
				return err
			}
			if e.State == Released || e.HoldUntil.Add(graceAfterHold).After(tx.Now()) {
				tx.Log(db.Change{Object: Object, Record: id, Diff: map[string]any{"renewed": true}})
				return nil
			}
			return v.release(tx, id, map[string]any{"state": Released, "lapsed": true})
		})
	}
	return err
}

func (v *Vault) endOrders(ctx context.Context) error {
	return v.DB.Maintain(ctx, "evidence.tidy", func(tx *db.Tx) error {
		overdue, err := findOverdue(tx)
		if err != nil {
			return err
		}
		for _, o := range overdue {
			if err := endOrder(tx, o.ID); err != nil {
				return err
			}
		}
		return nil
	})
}
