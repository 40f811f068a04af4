package trade

import (
	"encoding/json"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/value"
)

const tradeColumns = `t.id, coalesce(t.conversation, 0), t.listing, t.title, t.seller, t.buyer, t.price_minor, t.currency, t.status,
	t.proposed_by, coalesce(t.said_by, ''), t.linked, t.reminded, t.rev, t.made_us, t.agreed_us, t.said_us, t.ended_us, t.due_us`

func scanTrade(row db.Scanner) (t Trade, err error) {
	var price, agreed_us, said_us, ended_us, due_us *int64
	var made_us int64
	err = row.Scan(&t.ID, &t.Conversation, &t.Listing, &t.Title, &t.Seller, &t.Buyer, &price, &t.Price.Currency, &t.Status,
		&t.ProposedBy, &t.SaidBy, &t.Linked, &t.Reminded, &t.Rev, &made_us, &agreed_us, &said_us, &ended_us, &due_us)
	if price != nil {
		t.Price.Minor = *price
	}
	t.Made, t.Agreed, t.Said, t.Ended, t.Due = value.FromMicros(made_us), db.TimeOf(agreed_us), db.TimeOf(said_us), db.TimeOf(ended_us), db.TimeOf(due_us)
	return t, err
}

// Find returns a trade, or an error of kind NotFound. Whoever shows it asks on which side of it the reader is.
func Find(tx *db.Tx, id value.ID) (Trade, error) {
	t, err := db.One(tx, scanTrade, "select "+tradeColumns+" from trade t where t.id = $1", int64(id))
	if value.KindOf(err) == value.NotFound {
		return Trade{}, value.Errorf(value.NotFound, "there is no such deal")
	}
	return t, err
}

// findOpen returns the open trade of a buyer about a listing.
func findOpen(tx *db.Tx, listing, buyer value.ID) (Trade, error) {
	return db.One(tx, scanTrade, "select "+tradeColumns+` from trade t
		where t.listing = $1 and t.buyer = $2 and t.status in ('proposed', 'agreed')`, int64(listing), int64(buyer))
}

// othersAgreed reports whether another trade about the listing is agreed.
func othersAgreed(tx *db.Tx, t Trade) (bool, error) {
	n, err := db.One(tx, db.Column[int], `
		select count(*) from trade where listing = $1 and id <> $2 and status = 'agreed'`, int64(t.Listing), int64(t.ID))
	return n > 0, err
}

// Of returns trades of a buyer, or of a seller, newest first, older than before unless that is 0.
func Of(tx *db.Tx, side Side, party, before value.ID, limit int) ([]Trade, error) {
	column := "t.buyer"
	if side == Seller {
		column = "t.seller"
	}
	if before == 0 {
		before = 1<<63 - 1
	}
	return db.All(tx, scanTrade, "select "+tradeColumns+" from trade t where "+column+` = $1 and t.id < $2
		order by t.id desc limit $3`, int64(party), int64(before), limit)
}

// Latest returns the newest trade of a buyer about a listing, or an error of kind NotFound.
func Latest(tx *db.Tx, listing, buyer value.ID) (Trade, error) {
	return db.One(tx, scanTrade, "select "+tradeColumns+` from trade t
		where t.buyer = $2 and t.listing = $1 order by t.id desc limit 1`, int64(listing), int64(buyer))
}

func insertTrade(tx *db.Tx, t Trade) error {
	return tx.Insert("trade", []string{"id", "conversation", "listing", "title", "seller", "buyer", "price_minor", "currency",
		"status", "proposed_by", "said_by", "linked", "reminded", "rev", "made_us", "agreed_us", "said_us", "ended_us", "due_us"}, [][]any{{
		int64(t.ID), db.OrNull(t.Conversation), int64(t.Listing), t.Title, int64(t.Seller), int64(t.Buyer), t.priceMinor(), t.Price.Currency,
		string(t.Status), string(t.ProposedBy), db.OrNull(string(t.SaidBy)), t.Linked, t.Reminded, t.Rev, value.Micros(t.Made),
		db.TimeOrNull(t.Agreed), db.TimeOrNull(t.Said), db.TimeOrNull(t.Ended), db.TimeOrNull(t.Due)}})
}

func (t Trade) priceMinor() any {
	if !t.HasPrice() {
		return nil
	}
	return t.Price.Minor
}

// updateTrade stores a trade when the row still has the revision it was read with.
func updateTrade(tx *db.Tx, t Trade) error {
	n, err := tx.Exec(`
		update trade set price_minor = $1, currency = $2, status = $3, said_by = $4, linked = $5, reminded = $6, rev = rev + 1,
			agreed_us = $7, said_us = $8, ended_us = $9, due_us = $10
		where id = $11 and rev = $12`,
		t.priceMinor(), t.Price.Currency, string(t.Status), db.OrNull(string(t.SaidBy)), t.Linked, t.Reminded,
		db.TimeOrNull(t.Agreed), db.TimeOrNull(t.Said), db.TimeOrNull(t.Ended), db.TimeOrNull(t.Due), int64(t.ID), t.Rev)
	if err == nil && n == 0 {
		err = errChanged
	}
	return err
}

var errChanged = &value.Error{Kind: value.Conflict, Key: "trade.error.changed", Message: "the other side changed this meanwhile; look at it again"}

const reviewColumns = `r.id, r.trade, r.side, r.part, r.author, r.name, r.about, r.pair, r.stars, r.tags, r.body, r.locale, r.content_hash, r.status,
	coalesce(r.clearance, 0), r.clearance_seal, r.watched, r.refused, r.reason, r.appeal, r.muted, r.linked, r.counted, r.rev,
	r.written_us, r.changed_us, r.ready_us, r.published_us, r.appealed_us, r.answered_us`

func scanReview(row db.Scanner) (r Review, err error) {
	var tags string
	var hash []byte
	var written_us, changed_us int64
	var ready_us, published_us, appealed_us, answered_us *int64
	err = row.Scan(&r.ID, &r.Trade, &r.Side, &r.Part, &r.Author, &r.Name, &r.About, &r.Pair, &r.Stars, &tags, &r.Body, &r.Locale, &hash, &r.Status,
		&r.clearance, &r.seal, &r.watched, &r.refused, &r.Reason, &r.Appeal, &r.Muted, &r.Linked, &r.Counted, &r.Rev,
		&written_us, &changed_us, &ready_us, &published_us, &appealed_us, &answered_us)
	if err != nil {
		return r, err
	}
	copy(r.hash[:], hash)
	r.Written, r.Changed = value.FromMicros(written_us), value.FromMicros(changed_us)
	r.Ready, r.Published, r.Appealed, r.Answered = db.TimeOf(ready_us), db.TimeOf(published_us), db.TimeOf(appealed_us), db.TimeOf(answered_us)
	if tags == "[]" {
		return r, nil
	}
	if err := json.Unmarshal([]byte(tags), &r.Tags); err != nil {
		return r, fmt.Errorf("tags of review %d: %w", r.ID, err)
	}
	return r, nil
}

// FindReview returns a review or an answer whatever its status, or an error of kind NotFound. Whoever shows it to the
// public asks Visible first.
func FindReview(tx *db.Tx, id value.ID) (Review, error) {
	r, err := db.One(tx, scanReview, "select "+reviewColumns+" from trade_review r where r.id = $1", int64(id))
	if value.KindOf(err) == value.NotFound {
		return Review{}, value.Errorf(value.NotFound, "there is no such review")
	}
	return r, err
}

// Words are the reviews of one trade and the answers to them. What is missing has no id.
type Words struct {
	Reviews map[Side]Review
	Answers map[Side]Review
}

// WordsOf returns what the sides of a trade have said.
func WordsOf(tx *db.Tx, trade value.ID) (Words, error) {
	w := Words{Reviews: map[Side]Review{}, Answers: map[Side]Review{}}
	all, err := db.All(tx, scanReview, "select "+reviewColumns+" from trade_review r where r.trade = $1", int64(trade))
	for _, r := range all {
		if r.Part == TheReview {
			w.Reviews[r.Side] = r
		} else {
			w.Answers[r.Side] = r
		}
	}
	return w, err
}

func findAnswers(tx *db.Tx, trades []value.ID) ([]Review, error) {
	if len(trades) == 0 {
		return nil, nil
	}
	marks, args := db.List(1, trades)
	return db.All(tx, scanReview, "select "+reviewColumns+` from trade_review r
		where r.part = 'answer' and r.status = 'published' and r.trade in (`+marks+")", args...)
}

// findCounted returns the counted reviews about somebody, newest first, those that come after the review before.
func findCounted(tx *db.Tx, subject, before value.ID, limit int) ([]Review, error) {
	const base = "select " + reviewColumns + " from trade_review r where r.about = $1 and r.counted "
	if before == 0 {
		return db.All(tx, scanReview, base+"order by r.published_us desc, r.id desc limit $2", int64(subject), limit)
	}
	return db.All(tx, scanReview, base+`
		and (r.published_us, r.id) < (select b.published_us, b.id from trade_review b where b.id = $2)
		order by r.published_us desc, r.id desc limit $3`, int64(subject), int64(before), limit)
}

// AppealedReviews lists the refused reviews and answers whose authors appealed, as long as nobody has looked again, the
// longest waiting first. Release and Refuse answer them; whoever asks sees to it that it is another person.
func AppealedReviews(tx *db.Tx, limit int) ([]Review, error) {
	return db.All(tx, scanReview, "select "+reviewColumns+` from trade_review r
		where r.appealed_us is not null and r.answered_us is null order by r.appealed_us limit $1`, limit)
}

func insertReview(tx *db.Tx, r Review) error {
	return tx.Insert("trade_review", []string{"id", "trade", "side", "part", "author", "name", "about", "pair", "stars", "tags", "body", "locale",
		"content_hash", "status", "clearance", "clearance_seal", "watched", "refused", "reason", "appeal", "muted", "linked", "counted",
		"rev", "written_us", "changed_us", "ready_us", "published_us", "appealed_us"}, [][]any{append(
		[]any{int64(r.ID), int64(r.Trade), string(r.Side), string(r.Part), int64(r.Author), r.Name, int64(r.About), int64(r.Pair), r.Stars, r.tags(), r.Body,
			string(r.Locale)}, append(r.state(), r.Counted, r.Rev, value.Micros(r.Written), value.Micros(r.Changed), db.TimeOrNull(r.Ready), db.TimeOrNull(r.Published), db.TimeOrNull(r.Appealed))...)})
}

// state are the values from content_hash to linked.
func (r Review) state() []any {
	hash := r.Hash()
	var clearance, seal any
	if r.clearance != 0 {
		clearance, seal = int64(r.clearance), r.seal
	}
	return []any{hash[:], string(r.Status), clearance, seal, r.watched, r.refused, r.Reason, r.Appeal, r.Muted, r.Linked}
}

func (r Review) tags() string {
	if len(r.Tags) == 0 {
		return "[]"
	}
	text, err := json.Marshal(r.Tags)
	if err != nil {
		panic(err) // strings can always be written
	}
	return string(text)
}

// updateReview stores content and state when the row still has the revision the review was read with. Whoever changes
// whether it is public calls recount next.
func updateReview(tx *db.Tx, r Review) error {
	args := append([]any{r.Stars, r.tags(), r.Body, string(r.Locale), int64(r.Author), r.Name}, r.state()...)
	args = append(args, value.Micros(r.Changed), db.TimeOrNull(r.Ready), db.TimeOrNull(r.Published), db.TimeOrNull(r.Appealed), db.TimeOrNull(r.Answered), int64(r.ID), r.Rev)
	n, err := tx.Exec(`
		update trade_review set stars = $1, tags = $2, body = $3, locale = $4, author = $5, name = $6, content_hash = $7, status = $8,
			clearance = $9, clearance_seal = $10, watched = $11, refused = $12, reason = $13, appeal = $14, muted = $15, linked = $16,
			changed_us = $17, ready_us = $18, published_us = $19, appealed_us = $20, answered_us = $21, rev = rev + 1
		where id = $22 and rev = $23`, args...)
	if err == nil && n == 0 {
		err = errChanged
	}
	return err
}

func findBallots(tx *db.Tx, subject, pair value.ID) ([]ballot, error) {
	return db.All(tx, func(row db.Scanner) (b ballot, err error) {
		var published_us int64
		err = row.Scan(&b.id, &b.stars, &published_us, &b.fit, &b.counted)
		b.published = value.FromMicros(published_us)
		return b, err
	}, `
		select id, stars, published_us, status = 'published' and not muted and not linked, counted
		from trade_review
		where about = $1 and pair = $2 and part = 'review' and published_us is not null`, int64(subject), int64(pair))
}

func setCounted(tx *db.Tx, review value.ID, counted bool) error {
	_, err := tx.Exec("update trade_review set counted = $2 where id = $1", int64(review), counted)
	return err
}

const tallyColumns = "subject, parties, stars_1, stars_2, stars_3, stars_4, stars_5, decayed_stars, decayed_weight"

func scanTally(row db.Scanner) (t tally, err error) {
	err = row.Scan(&t.subject, &t.parties, &t.counts[0], &t.counts[1], &t.counts[2], &t.counts[3], &t.counts[4], &t.stars, &t.weight)
	return t, err
}

// addTally adds differences to the rating of a subject.
func addTally(tx *db.Tx, t tally) error {
	_, err := tx.Exec(`
		insert into trade_rating (`+tallyColumns+`)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict (subject) do update set
			parties = trade_rating.parties + excluded.parties,
			stars_1 = trade_rating.stars_1 + excluded.stars_1,
			stars_2 = trade_rating.stars_2 + excluded.stars_2,
			stars_3 = trade_rating.stars_3 + excluded.stars_3,
			stars_4 = trade_rating.stars_4 + excluded.stars_4,
			stars_5 = trade_rating.stars_5 + excluded.stars_5,
			decayed_stars = trade_rating.decayed_stars + excluded.decayed_stars,
			decayed_weight = trade_rating.decayed_weight + excluded.decayed_weight`,
		int64(t.subject), t.parties, t.counts[0], t.counts[1], t.counts[2], t.counts[3], t.counts[4], t.stars, t.weight)
	return err
}
