package trade

import (
	"fairground/internal/db"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Estate is what this package keeps of a member, for package member: it exports it, and takes the person out of it.
type Estate struct {
	// SellersOf are the sellers that an account may act for, as Neighbours.SellersOf.
	SellersOf func(tx *db.Tx, account value.ID) ([]value.ID, error)
}

// Name is what the export calls this part.
func (Estate) Name() string { return "deals" }

// exported is a trade as its people read it in their export.
type exported struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Side   Side   `json:"side"`
	Status Status `json:"status"`
	Price  string `json:"price,omitempty"`
	Made   string `json:"made"`
}

// exportedReview is a review as its author reads it in their export.
type exportedReview struct {
	ID      string       `json:"id"`
	Trade   string       `json:"trade"`
	Part    Part         `json:"part"`
	Stars   int          `json:"stars,omitempty"`
	Tags    []string     `json:"tags,omitempty"`
	Text    string       `json:"text"`
	Status  ReviewStatus `json:"status"`
	Reason  string       `json:"reason,omitempty"`
	Appeal  string       `json:"appeal,omitempty"`
	Written string       `json:"written"`
	Mine    bool         `json:"mine"` // written by the member; otherwise about the member
}

const mostExported = 100_000

// Export hands over the member's trades on both sides, the reviews they wrote, and those about them that have appeared.
func (e Estate) Export(tx *db.Tx, account value.ID, put func(name string, rows any) error) error {
	trades, err := e.trades(tx, account)
	if err != nil {
		return err
	}
	if err := put("deals", trades); err != nil {
		return err
	}
	reviews, err := db.All(tx, scanReview, "select "+reviewColumns+` from trade_review r
		where r.author = $1 or (r.about = $1 and r.status = 'published') order by r.id limit $2`, int64(account), mostExported)
	if err != nil {
		return err
	}
	rows := make([]exportedReview, len(reviews))
	for i, r := range reviews {
		rows[i] = exportedReview{ID: r.Key(), Trade: r.Trade.Text(ShortID), Part: r.Part, Stars: r.Stars, Tags: r.Tags, Text: r.Body,
			Status: r.Status, Reason: r.Reason, Appeal: r.Appeal, Written: r.Written.Format(dateTime), Mine: r.Author == account}
	}
	return put("reviews", rows)
}

const dateTime = "2006-01-02T15:04:05Z07:00"

func (e Estate) trades(tx *db.Tx, account value.ID) ([]exported, error) {
	all, err := Of(tx, Buyer, account, 0, mostExported)
	if err != nil {
		return nil, err
	}
	var rows []exported
	add := func(side Side, trades []Trade) {
		for _, t := range trades {
			rows = append(rows, exported{t.Key(), t.Title, side, t.Status, t.price(), t.Made.Format(dateTime)})
		}
	}
	add(Buyer, all)
	sellers, err := e.SellersOf(tx, account)
	if err != nil {
		return nil, err
	}
	for _, seller := range sellers {
		sold, err := Of(tx, Seller, seller, 0, mostExported)
		if err != nil {
			return nil, err
		}
		add(Seller, sold)
	}
	return rows, nil
}

// Erase takes the person out: their part in trades and reviews becomes that of somebody without a name, the same in all of
// them, so that a pair is still one pair. What they wrote and nobody has seen goes; open trades are called off. Reviews
// that have appeared stay, without a name: they belong to those who were reviewed and to those who rely on them.
func (e Estate) Erase(tx *db.Tx, account value.ID, keep func(what, why, until string)) error {
	nobody := tx.NewID()
	reviews, err := db.All(tx, scanReview, "select "+reviewColumns+" from trade_review r where r.author = $1 or r.about = $1 or r.pair = $1", int64(account))
	if err != nil {
		return err
	}
	stayed := 0
	for _, r := range reviews {
		if r.Author == account && r.Published.IsZero() {
			err = forget(tx, r)
		} else {
			stayed++
			err = rename(tx, r, account, nobody)
		}
		if err != nil {
			return err
		}
	}
	trades, err := Of(tx, Buyer, account, 0, mostExported)
	if err != nil {
		return err
	}
	for _, t := range trades {
		if err := leave(tx, t, nobody); err != nil {
			return err
		}
	}
	if _, err := tx.Exec("update trade_rating set subject = $2 where subject = $1", int64(account), int64(nobody)); err != nil {
		return err
	}
	if stayed > 0 {
		keep(text.T(tx.Context(), "trade.kept.reviews"), text.T(tx.Context(), "trade.kept.reviews_why"), "")
	}
	if len(trades) > 0 {
		keep(text.T(tx.Context(), "trade.kept.deals"), text.T(tx.Context(), "trade.kept.deals_why"), "")
	}
	return nil
}

// forget deletes what nobody has seen.
func forget(tx *db.Tx, r Review) error {
	tx.Log(db.Change{Object: ReviewObject, Record: r.ID, Diff: map[string]any{"erased": true}})
	_, err := tx.Exec("delete from trade_review where id = $1", int64(r.ID))
	return err
}

// rename puts nobody in the place of somebody.
func rename(tx *db.Tx, r Review, account, nobody value.ID) error {
	tx.Log(db.Change{Object: ReviewObject, Record: r.ID, Diff: map[string]any{"author": "erased"}})
	_, err := tx.Exec(`
		update trade_review set
			author = case when author = $2 then $3 else author end,
			name = case when author = $2 and side = 'buyer' then '' else name end,
			about = case when about = $2 then $3 else about end,
			pair = case when pair = $2 then $3 else pair end,
			appeal = case when author = $2 then '' else appeal end,
			rev = rev + 1
		where id = $1`, int64(r.ID), int64(account), int64(nobody))
	return err
}

// leave takes the buyer out of a trade, and ends it when it was open.
func leave(tx *db.Tx, t Trade, nobody value.ID) error {
	before := t
	if t.Status == Agreed {
		t.Status, t.Ended = FellThrough, tx.Now()
		if err := enqueueCarry(tx, t.ID); err != nil {
			return err
		}
	} else if t.Status == Proposed {
		t.Status, t.Ended = Lapsed, tx.Now()
	}
	t.Due = t.next()
	logTrade(tx, before, t)
	_, err := tx.Exec("update trade set buyer = $2, status = $3, ended_us = $4, due_us = $5, rev = rev + 1 where id = $1",
		int64(t.ID), int64(nobody), string(t.Status), db.TimeOrNull(t.Ended), db.TimeOrNull(t.Due))
	return err
}
