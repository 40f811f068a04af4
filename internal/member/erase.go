package member

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

const (
	eraseJob = "member.erase"
	grace    = 7 * 24 * time.Hour // between the wish and the deed
)

// erasureState is what became of a wish to be erased.
type erasureState string

const (
	erasureWaiting erasureState = "waiting"
	erasureRefused erasureState = "refused"
	erasureDone    erasureState = "done"
)

// erasure is a wish to be erased.
type erasure struct {
	Account value.ID
	State   erasureState
	Reason  string
	Asked   time.Time
	Due     time.Time
	Done    time.Time
	Kept    int
}

// kept is one sort of records that has to stay.
type kept struct{ Estate, What, Why, Until string }

type eraseOrder struct {
	Account value.ID `json:"account"`
}

// AskErasure notes the wish of an account to be erased when the grace is over, and tells them so. Asking twice changes
// nothing.
func (d *Desk) AskErasure(tx *db.Tx, of value.ID) error {
	if present, err := findErasure(tx, of); err == nil && present.State == erasureWaiting {
		return nil
	} else if err != nil && value.KindOf(err) != value.NotFound {
		return err
	}
	wish := erasure{Account: of, State: erasureWaiting, Asked: tx.Now(), Due: tx.Now().Add(grace)}
	if err := saveErasure(tx, wish); err != nil {
		return err
	}
	tx.Log(db.Change{Object: "member_erasure", Record: of, Diff: map[string]any{"state": erasureWaiting}})
	if err := enqueueErase(tx, wish); err != nil {
		return err
	}
	return d.Tell(tx, erasureAlert(of, func(ctx context.Context) account.Words {
		return account.Words{
			Subject: text.T(ctx, "member.erasure.asked_subject", "day", text.FromContext(ctx).DateLong(wish.Due)),
			Text:    text.T(ctx, "member.erasure.asked_text", "day", text.FromContext(ctx).DateLong(wish.Due)),
		}
	}))
}

// EndErasure takes the wish back. Without one that waits it is a Conflict.
func (d *Desk) EndErasure(tx *db.Tx, of value.ID) error {
	n, err := deleteErasure(tx, of)
	if err != nil {
		return err
	}
	if n == 0 {
		return &value.Error{Kind: value.Conflict, Key: "member.erasure.none", Message: "nothing is going to be erased"}
	}
	tx.Log(db.Change{Object: "member_erasure", Record: of, Diff: map[string]any{"state": "ended"}})
	return d.Tell(tx, erasureAlert(of, func(ctx context.Context) account.Words {
		return account.Words{Subject: text.T(ctx, "member.erasure.ended_subject"), Text: text.T(ctx, "member.erasure.ended_text")}
	}))
}

func enqueueErase(tx *db.Tx, wish erasure) error {
	_, err := job.Enqueue(tx, job.Job{Kind: eraseJob, Key: wish.Account.String(), Payload: eraseOrder{wish.Account}, RunAt: wish.Due})
	return err
}

func erasureAlert(of value.ID, words func(context.Context) account.Words) account.Alert {
	return account.Alert{To: of, Kind: erasureNews, Href: "/account/my-data", Record: of, Words: words}
}

var errTrial = errors.New("member: only a trial")

// trial runs the erasure of an account and takes it back. It returns what would have to stay, or, as a refusal, why
// it cannot be. The words are in the language of ctx.
func (d *Desk) trial(ctx context.Context, s *site.Site, of account.Session) (all []kept, err error) {
	err = s.DB.Write(ctx, of.Actor(), "member.erase_trial", func(tx *db.Tx) error {
		if all, err = d.eraseAll(tx, s, of.Account); err != nil {
			return err
		}
		return errTrial
	})
	if errors.Is(err, errTrial) {
		err = nil
	}
	return all, err
}

// refusal is an estate's reason why an account cannot be erased now.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// eraseAll goes through all estates within one write. An estate's Conflict comes back as a refusal.
func (d *Desk) eraseAll(tx *db.Tx, s *site.Site, of value.ID) (all []kept, err error) {
	for _, estate := range d.config.Estates(s) {
		err := estate.Erase(tx, of, func(what, why, until string) {
			all = append(all, kept{estate.Name(), what, why, until})
		})
		if value.KindOf(err) == value.Conflict {
			return nil, refusal{err}
		}
		if err != nil {
			return nil, fmt.Errorf("member: erasing %s: %w", estate.Name(), err)
		}
	}
	return all, nil
}

// erase is the job that does it when the grace is over.
func (d *Desk) erase(ctx context.Context, s *site.Site, c job.Claim) error {
	var order eraseOrder
	if err := c.Payload(&order); err != nil {
		return err
	}
	var to account.Account
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		to, err = account.Find(tx, order.Account)
		return err
	})
	if err != nil && value.KindOf(err) != value.NotFound {
		return err
	}
	ctx = d.config.Letters(ctx, locale(s, to))
	actor := value.Actor{Kind: value.Member, ID: order.Account} // they asked for it
	err = s.DB.Write(ctx, actor, "member.erase", func(tx *db.Tx) error { return d.eraseIn(tx, s, c, order.Account) })
	var no refusal
	if !errors.As(err, &no) {
		return err
	}
	return s.DB.Write(ctx, value.SystemActor("member"), "member.refuse_erasure", func(tx *db.Tx) error {
		return d.refuse(tx, c, order.Account, text.Error(ctx, no))
	})
}

func (d *Desk) eraseIn(tx *db.Tx, s *site.Site, c job.Claim, of value.ID) error {
	wish, err := findErasure(tx, of)
	if value.KindOf(err) == value.NotFound || err == nil && wish.State != erasureWaiting {
		return c.Finish(tx)
	}
	if err != nil {
		return err
	}
	if tx.Now().Before(wish.Due) { // taken back and asked for anew
		if err := c.Finish(tx); err != nil {
			return err
		}
		tx.Log(db.Change{Object: "member_erasure", Record: of, Diff: map[string]any{"state": erasureWaiting}})
		return enqueueErase(tx, wish)
	}
	to, err := account.Find(tx, of)
	if err != nil {
		return err
	}
	if to.State == account.Suspended {
		return refusal{&value.Error{Kind: value.Conflict, Key: "member.erasure.suspended", Message: "the account is suspended; please write to us"}}
	}
	all, err := d.eraseAll(tx, s, of)
	if err != nil {
		return err
	}
	if err := d.farewell(tx, s, to, all); err != nil {
		return err
	}
	wish.State, wish.Done, wish.Kept = erasureDone, tx.Now(), len(all)
	if err := saveErasure(tx, wish); err != nil {
		return err
	}
	tx.Log(db.Change{Object: "member_erasure", Record: of, Diff: map[string]any{
		"state": erasureDone, "estates": len(d.config.Estates(s)), "kept": len(all),
	}})
	return c.Finish(tx)
}

// farewell is the last mail: that it was done, and what stays.
func (d *Desk) farewell(tx *db.Tx, s *site.Site, to account.Account, all []kept) error {
	if to.Email == "" {
		return nil
	}
	ctx, name := tx.Context(), s.Settings().Name
	body := text.T(ctx, "member.erasure.farewell_text", "site", name)
	if len(all) > 0 {
		body += "\n\n" + text.T(ctx, "member.erasure.farewell_kept")
		for _, k := range all {
			body += "\n- " + text.T(ctx, "member.erasure.farewell_line", "what", k.What, "why", k.Why, "until", k.Until)
		}
	}
	return d.config.Post.Send(tx, Letter{
		To: to.Email, Kind: erasureNews, Subject: text.T(ctx, "member.erasure.farewell_subject", "site", name), Text: manyLines(body) + "\n",
	})
}

// refuse tells somebody what they have to do before they can be erased.
func (d *Desk) refuse(tx *db.Tx, c job.Claim, of value.ID, reason string) error {
	wish, err := findErasure(tx, of)
	if err != nil {
		return err
	}
	wish.State, wish.Reason = erasureRefused, reason
	if err := saveErasure(tx, wish); err != nil {
		return err
	}
	tx.Log(db.Change{Object: "member_erasure", Record: of, Diff: map[string]any{"state": erasureRefused}})
	err = d.Tell(tx, erasureAlert(of, func(ctx context.Context) account.Words {
		return account.Words{Subject: text.T(ctx, "member.erasure.refused_subject"), Text: text.T(ctx, "member.erasure.refused_text", "reason", reason)}
	}))
	if err != nil {
		return err
	}
	return c.Finish(tx)
}
