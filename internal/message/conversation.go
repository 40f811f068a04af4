package message

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/media"
	"fairground/internal/value"
)

// Side is one of the two sides of a conversation.
type Side string

// The sides.
const (
	BuyerSide  Side = "buyer"
	SellerSide Side = "seller"
)

// Other is the side across.
func (s Side) Other() Side {
	if s == BuyerSide {
		return SellerSide
	}
	return BuyerSide
}

// Conversation is about one listing, between one buyer and one seller.
type Conversation struct {
	ID          value.ID
	Listing     value.ID
	Seller      value.ID
	Buyer       value.ID // the account
	Made        time.Time
	Last        time.Time // of the last message that was delivered
	First       time.Time // the buyer's first message; zero until one was delivered
	FirstAnswer time.Time
	Closed      time.Time // zero while it is open
	Reported    time.Time // zero when nobody did
}

// Href is its page.
func (c Conversation) Href() string { return href(c.ID) }

func href(conversation value.ID) string { return "/messages/" + conversation.Text(ConversationKind) }

// owner is whose inbox a side is in.
func (c Conversation) owner(s Side) value.ID {
	if s == BuyerSide {
		return c.Buyer
	}
	return c.Seller
}

// State is where a message stands.
type State string

// The states.
const (
	Delivered State = "delivered"
	Held      State = "held"    // a person looks at it first; only its side sees it
	Refused   State = "refused" // it was not delivered
	Removed   State = "removed" // by staff, after it was delivered
)

// Why a message is held.
const (
	heldByRules  = "rules"
	heldAsCopies = "copies"
	heldForPace  = "pace"
)

// Message is what one side wrote.
type Message struct {
	ID           value.ID
	Conversation value.ID
	Side         Side
	Author       value.ID // the account; 0 when it was erased
	State        State
	HeldFor      string
	Via          string // page or mail
	Text         string
	Photos       []Photo
	Warnings     []Warning
	Note         string // a key of the catalogue, said to the sender alone
	Offer        value.ID
	Screened     bool
	Erased       bool
	Made         time.Time
	At           time.Time // when it was delivered; its place in the conversation
}

// Photo is a photo of a message, as it is stored in its row.
type Photo struct {
	Sha256 string `json:"sha256"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Colour string `json:"colour"`
}

func (p Photo) stored() media.Photo {
	return media.Photo{Sha256: p.Sha256, Width: p.Width, Height: p.Height, Colour: p.Colour, Sizes: media.SizesOf(p.Sha256, p.Width, p.Height)}
}

// side is the row of one side.
type side struct {
	conversation value.ID
	side         Side
	owner        value.ID
	last         time.Time
	lastMessage  value.ID
	unread       int
	seen         time.Time
	shown        time.Time
	cleared      time.Time
	archived     bool
	hidden       bool
	blocked      time.Time
}

// member is who asks, and for which sellers they may answer.
type member struct {
	account value.ID
	sellers []Seller
}

func (m member) owners() []value.ID {
	owners := []value.ID{m.account}
	for _, s := range m.sellers[:min(len(m.sellers), mostSellers)] {
		owners = append(owners, s.ID)
	}
	return owners
}

const mostSellers = 20 // whose inboxes one person sees together

func (m member) sideOf(c Conversation) (Side, bool) {
	if c.Buyer == m.account {
		return BuyerSide, true
	}
	for _, s := range m.sellers {
		if s.ID == c.Seller {
			return SellerSide, true
		}
	}
	return "", false
}

func (d *Desk) member(tx *db.Tx, account value.ID) (member, error) {
	sellers, err := d.config.SellersOf(tx, account)
	return member{account, sellers}, err
}

// find returns a conversation and the side of it that somebody is on. To everybody else there is none.
func (d *Desk) find(tx *db.Tx, conversation, account value.ID) (Conversation, Side, error) {
	c, err := findConversation(tx, conversation)
	if err != nil {
		return c, "", err
	}
	m, err := d.member(tx, account)
	if err != nil {
		return c, "", err
	}
	s, ok := m.sideOf(c)
	if !ok {
		return Conversation{}, "", noConversation()
	}
	return c, s, nil
}

func noConversation() error {
	return words(value.NotFound, "message.none", "there is no such conversation")
}

// accounts are the people of a side.
func (d *Desk) accounts(tx *db.Tx, c Conversation, s Side) ([]value.ID, error) {
	if s == BuyerSide {
		return []value.ID{c.Buyer}, nil
	}
	return d.config.Seats(tx, c.Seller)
}

// listing finds what a conversation is about; one that is gone for good is only its id, removed.
func (d *Desk) listing(tx *db.Tx, id value.ID) (Listing, error) {
	all, err := d.config.Listings(tx, []value.ID{id})
	if l, ok := all[id]; ok || err != nil {
		return l, err
	}
	return Listing{ID: id, Status: "removed", Removed: true}, nil
}

func (d *Desk) person(tx *db.Tx, id value.ID) (Person, error) {
	all, err := d.config.Persons(tx, []value.ID{id})
	return all[id], err
}
