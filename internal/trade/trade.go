package trade

import (
	"time"

	"fairground/internal/value"
)

// Object is what the change log and records call a trade.
const Object = "trade"

// ShortID is the kind of a trade's outside id: trd_….
const ShortID = "trd"

// Side is one of the two who trade.
type Side string

// The sides.
const (
	Buyer  Side = "buyer"  // the account that wrote about the listing
	Seller Side = "seller" // whoever may act for the seller of the listing
)

// Other is the side across the table.
func (s Side) Other() Side {
	if s == Buyer {
		return Seller
	}
	return Buyer
}

// Status is where a trade is.
type Status string

// The statuses.
const (
	Proposed    Status = "proposed"
	Agreed      Status = "agreed"
	Done        Status = "done"
	FellThrough Status = "fell_through"
	Declined    Status = "declined"
	Lapsed      Status = "lapsed" // nobody said anything for too long
)

// Statuses lists all of them in the order in which staff see them.
var Statuses = []Status{Proposed, Agreed, Done, FellThrough, Declined, Lapsed}

// Open reports whether something may still come of it.
func (s Status) Open() bool { return s == Proposed || s == Agreed }

// How long things take.
const (
	AnswerTime   = 14 * 24 * time.Hour // to answer "we made a deal", and "it happened"
	ForgetTime   = 75 * 24 * time.Hour // an agreement of which nobody says what became of it
	ReminderTime = 3 * 24 * time.Hour  // from the agreement to the one reminder
	SoonestTime  = 24 * time.Hour      // an agreement stands so long before it can be reviewed without being done
	ReviewTime   = 60 * 24 * time.Hour // to write a review
	BlindTime    = 14 * 24 * time.Hour // a review waits so long for the other side's
	EditTime     = 24 * time.Hour      // to change one's own words
)

// Agreement is what two people agreed on.
type Agreement struct {
	Conversation value.ID // 0 when it was not agreed in one
	Listing      value.ID
	Seller       value.ID
	Buyer        value.ID    // the account
	Price        value.Money // no currency means that none was named
}

// Trade is an agreement with what became of it.
type Trade struct {
	ID value.ID
	Agreement
	Title      string // of the listing, when it was agreed
	Status     Status
	ProposedBy Side // who said it first
	SaidBy     Side // who said that it happened, or that it came to nothing; empty while nobody has
	Linked     bool // the two were not strangers to each other's business when they agreed: its reviews never count
	Reminded   bool
	Rev        int64
	Made       time.Time
	Agreed     time.Time // zero while proposed
	Said       time.Time
	Ended      time.Time // zero while open
	Due        time.Time // when something follows from time alone; zero for never
}

// Key is the trade's outside id.
func (t Trade) Key() string { return t.ID.Text(ShortID) }

// HasPrice reports whether a price was named.
func (t Trade) HasPrice() bool { return t.Price.Currency != "" }

// Party is the id by which a side is known in ratings: the seller, or the buyer's account.
func (t Trade) Party(s Side) value.ID {
	if s == Seller {
		return t.Seller
	}
	return t.Buyer
}

// Reviewable returns from when until when its sides may review each other; zero times when they never may. An
// agreement that was called off on its first day cannot be reviewed, unless it was done. One that fell through later
// can: that somebody never came is worth knowing.
func (t Trade) Reviewable() (from, until time.Time) {
	if t.Agreed.IsZero() {
		return from, until
	}
	stood := t.Agreed.Add(SoonestTime)
	from, last := stood, stood
	switch {
	case t.Status == Done && t.Ended.Before(stood):
		from, last = t.Ended, t.Ended
	case t.Status == FellThrough && t.Ended.Before(stood):
		return time.Time{}, time.Time{}
	case t.Ended.After(stood):
		last = t.Ended
	}
	return from, last.Add(ReviewTime)
}

// MayReview returns nil when a side may write its review now, as far as the trade goes, and otherwise why not.
func (t Trade) MayReview(now time.Time) error {
	from, until := t.Reviewable()
	switch {
	case from.IsZero() && t.Status.Open():
		return said(value.Conflict, "trade.error.not_agreed", "both sides have to agree before they review each other")
	case from.IsZero():
		return said(value.Conflict, "trade.error.came_to_nothing", "nothing came of this deal, so there is nothing to review")
	case now.Before(from):
		return said(value.Conflict, "trade.error.too_soon", "reviews open a day after the agreement, or once the deal is done")
	case !now.Before(until):
		return said(value.Conflict, "trade.error.too_late", "the time to review this deal is over")
	default:
		return nil
	}
}

// next is when the job has to look at the trade again.
func (t Trade) next() time.Time {
	switch {
	case t.Status == Proposed:
		return t.Made.Add(AnswerTime)
	case t.Status == Agreed && !t.Reminded:
		return t.Agreed.Add(ReminderTime)
	case t.Status == Agreed && t.SaidBy != "":
		return t.Said.Add(AnswerTime)
	case t.Status == Agreed:
		return t.Agreed.Add(ForgetTime)
	case t.Status == Done && !t.Reminded:
		return t.Agreed.Add(ReminderTime)
	default:
		return time.Time{}
	}
}

// said is an error for people with its words in the catalogue.
func said(kind value.Kind, key, english string) *value.Error {
	return &value.Error{Kind: kind, Key: key, Message: english}
}
