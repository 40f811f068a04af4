package message

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Filling is what Fill writes: conversations between buyers and the sellers of listings, as a benchmark needs them.
type Filling struct {
	Messages int
	Buyers   []value.ID // accounts
	Listings []Offered
	Seed     uint64
}

// Offered is a listing and who offers it.
type Offered struct{ Listing, Seller value.ID }

const (
	perConversation = 8
	filledAtOnce    = 500 // conversations in one write
	filledSpan      = 180 * day
)

var smallTalk = []string{
	"Hello! Is this still available?", "Yes, it is.", "Could I come and look at it on Saturday?", "Saturday after two is fine.",
	"Is the price final?", "A little less would be fine if you collect it this week.", "Does it come with the papers?",
	"I have the receipt and the manual.", "Where can we meet?", "In front of the station, by the clock.", "Thank you, see you then!",
	"Sorry, I am late by a quarter of an hour.", "How old is it?", "Three years, and little used.", "What are its measures?",
}

// Fill writes conversations about listings until there are so many messages. Each buyer asks about a listing once, so
// there must be enough of both. It is for benchmarks on a site made for them: nothing is screened, told or logged.
func Fill(ctx context.Context, d *db.DB, f Filling) error {
	total := f.Messages / perConversation
	if len(f.Listings) == 0 || total/len(f.Listings) >= len(f.Buyers) {
		return fmt.Errorf("message.Fill: %d buyers and %d listings do not make %d conversations", len(f.Buyers), len(f.Listings), total)
	}
	random := rand.New(rand.NewPCG(f.Seed, 1))
	begin := d.Clock().Now().Add(-filledSpan)
	for from := 0; from < total; from += filledAtOnce {
		rows := filled{}
		for k := from; k < min(from+filledAtOnce, total); k++ {
			offered := f.Listings[k%len(f.Listings)]
			buyer := f.Buyers[(k%len(f.Listings)*7919+k/len(f.Listings))%len(f.Buyers)]
			at := begin.Add(time.Duration(float64(filledSpan) * (float64(k) + random.Float64()) / float64(total+1)))
			if err := rows.converse(d.IDs(), random, offered, buyer, at); err != nil {
				return err
			}
		}
		if err := d.Maintain(ctx, "message.fill", rows.insert); err != nil {
			return fmt.Errorf("message.Fill(%d of %d): %w", from, total, err)
		}
	}
	return nil
}

// filled are rows on their way into the tables.
type filled struct{ conversations, sides, messages [][]any }

func (f *filled) converse(ids *value.IDs, random *rand.Rand, o Offered, buyer value.ID, at time.Time) error {
	c := Conversation{ID: ids.Next(), Listing: o.Listing, Seller: o.Seller, Buyer: buyer, Made: at}
	var m Message
	for i := range perConversation {
		m = Message{ID: ids.Next(), Conversation: c.ID, Side: BuyerSide, Author: buyer, State: Delivered, Via: "page", Text: smallTalk[random.IntN(len(smallTalk))], Screened: true, Made: at, At: at}
		if i%2 == 1 {
			m.Side, m.Author = SellerSide, o.Seller
		}
		row, err := m.row("", "")
		if err != nil {
			return err
		}
		f.messages = append(f.messages, row)
		at = at.Add(time.Duration(1+random.IntN(90)) * time.Minute)
	}
	f.conversations = append(f.conversations, []any{c.ID, c.Listing, c.Seller, c.Buyer, micros(c.Made), micros(m.At), micros(c.Made), micros(c.Made.Add(time.Hour)), 0, 0})
	for _, s := range []Side{BuyerSide, SellerSide} {
		unread := 0
		if s == BuyerSide && random.IntN(5) == 0 {
			unread = 1
		}
		f.sides = append(f.sides, []any{c.ID, string(s), c.owner(s), micros(m.At), m.ID, unread, micros(c.Made), micros(c.Made), 0, random.IntN(10) == 0, false, 0})
	}
	return nil
}

func (f *filled) insert(tx *db.Tx) error {
	err := tx.Insert("conversation", []string{"id", "listing", "seller", "buyer", "made_us", "last_us", "first_us", "first_answer_us", "closed_us", "reported_us"}, f.conversations)
	if err != nil {
		return err
	}
	err = tx.Insert("conversation_side", []string{"conversation", "side", "owner", "last_us", "last_message", "unread", "seen_us", "shown_us", "cleared_us", "archived", "hidden", "blocked_us"}, f.sides)
	if err != nil {
		return err
	}
	return tx.Insert("message", insertedColumns, f.messages)
}
