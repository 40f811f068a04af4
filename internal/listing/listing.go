package listing

import (
	"time"

	"fairground/internal/safety"
	"fairground/internal/value"
)

// Object is what the change log and screening call a listing.
const Object = "listing"

// ShortID is the kind of a listing's outside id: lst_….
const ShortID = "lst"

// Status is where a listing is in its life.
type Status string

// The statuses. Only Live is public.
const (
	Live       Status = "live"
	Held       Status = "held"       // waits for a person's look
	Challenged Status = "challenged" // waits for the author to prove something
	Rejected   Status = "rejected"
	Paused     Status = "paused" // by its author
	Sold       Status = "sold"
	Expired    Status = "expired"
	Removed    Status = "removed" // by staff or by its author
)

// Statuses lists all of them in the order in which the console shows them.
var Statuses = []Status{Live, Held, Challenged, Rejected, Paused, Sold, Expired, Removed}

// ended reports a status that only Renew leads out of.
func (s Status) ended() bool { return s == Paused || s == Sold || s == Expired }

// Lifetime is how long a listing stays live without being renewed.
const Lifetime = 60 * 24 * time.Hour

// Listing is one offer with its life.
type Listing struct {
	ID value.ID
	Content
	Source     string // where it came from: "form", or the name of an import
	External   string // its id there; empty for none
	Seller     Seller
	Status     Status
	Rev        int64 // counts its changes
	Created    time.Time
	Updated    time.Time
	Published  time.Time       // zero when it was never live
	Expires    time.Time       // zero when it was never live, or waits to be live again
	Reserved   time.Time       // when its author promised it to somebody; zero when it is free
	Opens      time.Time       // when a paused or held listing is to go live; zero for one that is not scheduled
	EndedBy    value.ActorKind // who gave it a status that is not public: value.Member is its author; empty while it is none
	Reason     string          // why staff refused or removed it, in words for its author
	RelistedOf value.ID        // the listing of the same seller that this one repeats; 0 for none
	Restricted Restriction     // by staff, to those who have its address

	hash        safety.ContentHash
	clearance   value.ID
	seal        []byte
	watched     bool      // was refused or held by a person, and not released since
	refused     string    // hashes of the contents that staff refused, hexadecimal, one after the other
	warned      time.Time // when its author was told that it expires soon
	fingerprint int64
}

// SellerKind tells private people from businesses (traders).
type SellerKind string

// The kinds of seller.
const (
	Private  SellerKind = "private"
	Business SellerKind = "business"
)

// Seller is who offers.
type Seller struct {
	ID       value.ID
	Kind     SellerKind
	Name     string
	Town     string
	Since    time.Time
	Verified time.Time // zero when the identity was not verified
}

// Key is the listing's outside id.
func (l Listing) Key() string { return l.ID.Text(ShortID) }

// ClearedBy is the clearance under which the listing was published, 0 when there is none.
func (l Listing) ClearedBy() value.ID { return l.clearance }

// Visible reports whether the public may find the listing now: whoever has its address may see it, and it is not
// restricted. Everything that lists, recommends or counts listings for the public asks this.
func (l Listing) Visible(gate *safety.Gate, now time.Time) bool {
	return l.Restricted.IsZero() && l.Reachable(gate, now)
}

// Reachable reports whether the public may see the listing now by its address: it is live, not expired, and its clearance
// is genuine and for exactly the content it has. The hash is computed anew, so an edit behind the program's back hides it.
// Its own page and its photos ask this, and nothing else does.
func (l Listing) Reachable(gate *safety.Gate, now time.Time) bool {
	return l.Status == Live && now.Before(l.Expires) && !now.Before(l.Opens) && l.Cleared(gate) == nil
}

// Cleared returns nil when a genuine clearance covers the present content.
func (l Listing) Cleared(gate *safety.Gate) error {
	return gate.Check(Object, l.ID, l.Content.Hash(), l.clearance, l.seal)
}
