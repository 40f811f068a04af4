package message

import (
	"net/http"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

// limits keep one person, or one network, from keeping the site busy. How much somebody may send in a day is another
// matter: see pace.
type limits struct {
	drafts *web.Limiter // of visitors, by network
	acts   *web.Limiter // of members, by account
	mails  *web.Limiter // by alias
}

func newLimits(clock value.Clock) limits {
	return limits{
		drafts: web.NewLimiter(clock, web.Rate{Events: 20, Per: 10 * time.Minute}, 20_000),
		acts:   web.NewLimiter(clock, web.Rate{Events: 120, Per: time.Minute}, 20_000),
		mails:  web.NewLimiter(clock, web.Rate{Events: 60, Per: time.Hour}, 50_000),
	}
}

// byVisitor counts those who are not signed in by their network.
func byVisitor(r *http.Request) string {
	if session := account.From(r.Context()); !session.IsZero() {
		return ""
	}
	return siteSlug(r) + " " + web.ClientNetwork(r)
}

func siteSlug(r *http.Request) string {
	if s, ok := site.Found(r.Context()); ok {
		return s.Slug
	}
	return ""
}

// What one account may send in 24 hours before a person looks at it. A seller answers those who ask, and may answer
// many with the same words; who writes to others first may not. Members read MostBegun where their limits stand.
const (
	MostBegun      = 40 // conversations
	mostFromBuyer  = 250
	mostFromSeller = 1500
	mostCopies     = 5 // conversations with one text
	day            = 24 * time.Hour
)

// pace says why a message should be held for how much its author sends; "" when there is no reason.
func pace(tx *db.Tx, m Message) (string, error) {
	since := value.Micros(tx.Now().Add(-day))
	sent, err := db.One(tx, db.Column[int], `select count(*) from (select 1 from message where author = $1 and made_us >= $2 limit $3) sent`,
		m.Author, since, mostFromSeller)
	if err != nil {
		return "", err
	}
	if m.Side == SellerSide && sent >= mostFromSeller || m.Side == BuyerSide && sent >= mostFromBuyer {
		return heldForPace, nil
	}
	if m.Side == SellerSide && len(m.Warnings) == 0 {
		return "", nil
	}
	begun, err := db.One(tx, db.Column[int], `select count(*) from conversation where buyer = $1 and made_us >= $2`, m.Author, since)
	if err != nil {
		return "", err
	}
	if m.Side == BuyerSide && begun > MostBegun {
		return heldForPace, nil
	}
	if m.Text == "" {
		return "", nil
	}
	copies, err := db.One(tx, db.Column[int], `
		select count(distinct conversation)
		from message
		where author = $1 and body_hash = $2 and made_us >= $3 and conversation <> $4`, m.Author, copyHash(m.Text), since, m.Conversation)
	if err == nil && copies >= mostCopies {
		return heldAsCopies, nil
	}
	return "", err
}
