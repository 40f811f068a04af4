package trade

import (
	"context"
	"fmt"
	"time"

	"fairground/internal/account"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/value"
)

// clockwork is the author of what follows from time alone.
var clockwork = value.SystemActor("trades")

// portion is how many rows one write of Tend looks after.
const portion = 100

// Jobs are what this package does later: Tend, every quarter of an hour, and letting listings follow their trades.
func (d *Desk) Jobs() []job.Handler {
	tend := func(ctx context.Context, _ job.Claim) error {
		_, err := d.Tend(ctx)
		return err
	}
	return []job.Handler{{Kind: "trade.tend", Every: 15 * time.Minute, Run: tend}, {Kind: carryJob, Run: d.carryLater}}
}

// Tend does what is due: trades that nobody answered lapse, those that one side called done are done, both sides are
// reminded once to review, and reviews that waited long enough appear. It returns how many rows it changed, and is
// idempotent.
func (d *Desk) Tend(ctx context.Context) (int, error) {
	all := 0
	for _, step := range []func(*db.Tx) (int, error){d.tendTrades, d.tendReviews} {
		for {
			n := 0
			due, err := d.due(ctx)
			if err != nil {
				return all, err
			}
			if due == 0 {
				return all, nil
			}
			err = d.DB.Write(ctx, clockwork, "trade.tend", func(tx *db.Tx) (err error) {
				n, err = step(tx)
				return err
			})
			if err != nil {
				return all, fmt.Errorf("trade.Tend: %w", err)
			}
			if all += n; n < portion {
				break
			}
		}
	}
	return all, nil
}

// due counts what is due, so that a quiet site writes nothing.
func (d *Desk) due(ctx context.Context) (n int, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		n, err = db.One(tx, db.Column[int], `
			select (select count(*) from (select 1 from trade where due_us <= $1 limit 1) as a)
				+ (select count(*) from (select 1 from trade_review where status = 'waiting' and ready_us <= $2 limit 1) as b)`,
			value.Micros(tx.Now()), value.Micros(tx.Now().Add(-BlindTime)))
		return err
	})
	return n, err
}

func (d *Desk) tendTrades(tx *db.Tx) (int, error) {
	due, err := db.All(tx, scanTrade, "select "+tradeColumns+" from trade t where t.due_us <= $1 order by t.due_us limit $2",
		value.Micros(tx.Now()), portion)
	if err != nil {
		return 0, err
	}
	for _, t := range due {
		if err := d.tendTrade(tx, t); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

// tendTrade does one thing that is due on a trade; store says when the next one is.
func (d *Desk) tendTrade(tx *db.Tx, before Trade) error {
	after := before
	switch {
	case before.Status == Agreed && !before.Reminded, before.Status == Done:
		after.Reminded = true
	case before.Status == Agreed && before.SaidBy != "":
		after.Status, after.Ended = Done, tx.Now()
	case before.Status.Open():
		after.Status, after.Ended = Lapsed, tx.Now()
	}
	return d.store(tx, before, after)
}

func (d *Desk) tendReviews(tx *db.Tx) (int, error) {
	due, err := db.All(tx, scanReview, "select "+reviewColumns+` from trade_review r
		where r.status = 'waiting' and r.ready_us <= $1 order by r.ready_us limit $2`,
		value.Micros(tx.Now().Add(-BlindTime)), portion)
	if err != nil {
		return 0, err
	}
	for _, r := range due {
		t, err := Find(tx, r.Trade)
		if err != nil {
			return 0, err
		}
		if err := d.publish(tx, t); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

// Reader follows the change log: the reviews of an account that is suspended fall out of what is shown and counted, and
// come back when it is restored.
func (d *Desk) Reader() *change.Reader {
	return &change.Reader{Name: "trade", Author: clockwork, Action: "trade.mute", Apply: func(tx *db.Tx, rows []change.Row) error {
		seen := map[value.ID]bool{}
		for _, row := range rows {
			if row.Object == "account" && !seen[row.Record] {
				seen[row.Record] = true
				if err := mute(tx, row.Record); err != nil {
					return err
				}
			}
		}
		return nil
	}}
}

// mute brings the reviews of an account in line with its state.
func mute(tx *db.Tx, author value.ID) error {
	a, err := account.Find(tx, author)
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	muted := a.State == account.Suspended
	differ, err := db.All(tx, scanReview, "select "+reviewColumns+" from trade_review r where r.author = $1 and r.muted <> $2",
		int64(author), muted)
	if err != nil {
		return err
	}
	for _, before := range differ {
		after := before
		after.Muted = muted
		if err := storeReview(tx, before, &after); err != nil {
			return err
		}
		if err := recount(tx, after.About, after.Pair); err != nil {
			return err
		}
	}
	return nil
}
