package network

import (
	"strconv"
	"time"

	"fairground/internal/value"
)

// NetworkState is what became of a network.
type NetworkState string

// The states.
const (
	Open      NetworkState = "open"      // nobody has ruled yet, or it has grown since
	Decided   NetworkState = "decided"   // somebody ruled about its listings
	Dismissed NetworkState = "dismissed" // somebody found that nothing is wrong with it
	Ended     NetworkState = "ended"     // before anybody ruled, too little of it was left
	Merged    NetworkState = "merged"    // its members belong to another now
)

// Network is linked listings and accounts.
type Network struct {
	ID                                 value.ID
	Number                             int // as people name it
	State                              NetworkState
	Score, Coverage                    float64 // 0 to 1
	Listings, Accounts, Phones, Places int
	Active                             int    // listings that are seen, or wait
	Template                           string // with [1], [2] for its slots
	First, Last                        time.Time
	Opened                             time.Time
	Screened                           int        // listings, when all of them were screened again
	Ruled                              time.Time  // zero until somebody did
	Judged                             int        // accounts at that time
	Pending                            []value.ID // acts that wait for a second person

	stale   bool // something left it; it is to be looked at again
	drawing string
}

// Name is how people name a network, such as N-311.
func (n Network) Name() string { return "N-" + strconv.Itoa(n.Number) }

// Member is one listing of a network.
type Member struct {
	Listing, Network, Account value.ID
	Place                     string
	Point                     value.Point // coarse
	Fillings                  []string    // what it puts into the slots, the first slot first
	Coverage                  float64
	Made, Joined              time.Time
	Ended                     bool // nobody sees it, and it waits for nobody
}

// Link ties two listings; A is the older one.
type Link struct {
	A, B   value.ID
	Stage  string // "A" text, "B" phrases, "C" photo, "D" something else in common
	Reason string
	Weight float64
	Entity string // hash of what they have in common
	Shown  string // the same, masked
}

// Event is something that happened to a network.
type Event struct {
	ID, Network value.ID
	Kind        string
	At          time.Time
	Actor       string   // as value.Actor writes it; empty when it is written: the author of the transaction
	Count       int      // of listings
	Other       value.ID // the network that was merged in, that this one became part of, or that was parted
	Note        string
	Acts        []value.ID // of a decision or a proposal
	Second      string     // who confirmed a decision
}
