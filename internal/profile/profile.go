package profile

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// State is where the newer content of a profile is.
type State string

// The states. Clear means that there is none: what the author wrote is what the public sees.
const (
	Clear      State = "clear"
	Held       State = "held"       // waits for a person's look
	Challenged State = "challenged" // waits for its author to prove something
	Rejected   State = "rejected"
)

// Profile is what a seller says of themselves: what is shown, and what waits to be.
type Profile struct {
	Seller  value.ID
	Rev     int64 // counts its changes; 0 before the first
	Made    time.Time
	Updated time.Time

	Shown     Content   // what was cleared last; look at Visible before showing it
	HasShown  bool      //
	ShownAt   time.Time // since when
	Pending   Content   // what its author wrote since; only when State is not Clear
	PendingAt time.Time
	State     State
	Reason    string // why staff refused it; empty when a rule did

	shownHash   safety.ContentHash
	clearance   value.ID
	seal        []byte
	pendingHash safety.ContentHash
	watched     bool   // was refused or held by a person, and not released since
	refused     string // hashes of the contents that staff refused, hexadecimal, one after the other
}

// Visible reports whether the public may see Shown: a genuine clearance covers exactly the content it has now.
func (p Profile) Visible(gate *safety.Gate) bool {
	return p.HasShown && gate.Check(Object, p.Seller, p.Shown.Hash(), p.clearance, p.seal) == nil
}

// Written is what the author wrote last, for their form.
func (p Profile) Written() Content {
	if p.State != Clear {
		return p.Pending
	}
	return p.Shown
}

// Shown is a seller as the public sees it. Content is empty but for the name of package listing while nothing of the
// profile is cleared.
type Shown struct {
	Seller
	Content
	HasProfile bool
	Answers    Answering // zero unless enough is known
}

// DisplayName is the name the public sees.
func (s Shown) DisplayName() string {
	if s.HasProfile {
		return s.Content.Name
	}
	return s.Seller.Name
}

// DisplayTown is the town the public sees.
func (s Shown) DisplayTown() string {
	if s.HasProfile {
		return s.Content.Town
	}
	return s.Seller.Town
}

// leastConversations is from how many on it says something how a seller answers.
const leastConversations = 5

// Find returns what the public sees of a seller, or an error of kind NotFound when there is no such seller.
func (d *Desk) Find(tx *db.Tx, seller value.ID) (Shown, error) {
	found, err := d.FindMany(tx, []value.ID{seller})
	if err != nil {
		return Shown{}, err
	}
	shown, ok := found[seller]
	if !ok {
		return Shown{}, noSeller()
	}
	if d.Answers != nil {
		answers, err := d.Answers(tx, seller)
		if err != nil {
			return Shown{}, err
		}
		if answers.Conversations >= leastConversations {
			shown.Answers = answers
		}
	}
	return shown, nil
}

// FindMany returns what the public sees of several sellers, without how they answer. Those that do not exist are left
// out.
func (d *Desk) FindMany(tx *db.Tx, sellers []value.ID) (map[value.ID]Shown, error) {
	known, err := d.Sellers.Find(tx, sellers)
	if err != nil {
		return nil, err
	}
	profiles, err := findMany(tx, sellers)
	if err != nil {
		return nil, err
	}
	all := make(map[value.ID]Shown, len(known))
	for _, s := range known {
		shown := Shown{Seller: s}
		if p, ok := profiles[s.ID]; ok && p.Visible(d.Gate) {
			shown.Content, shown.HasProfile = p.Shown.public(), true
		}
		all[s.ID] = shown
	}
	return all, nil
}

func noSeller() error {
	return &value.Error{Kind: value.NotFound, Key: "profile.error.no_seller", Message: "there is no such seller"}
}

// PhotoShown reports whether a profile that is visible now shows a photo, so that anybody may see it.
func (d *Desk) PhotoShown(tx *db.Tx, sha256 string) (bool, error) {
	profiles, err := findByPhoto(tx, sha256)
	if err != nil {
		return false, err
	}
	for _, p := range profiles {
		if p.Shown.Photo.Sha256 == sha256 && p.Visible(d.Gate) {
			return true, nil
		}
	}
	return false, nil
}

// PhotoOf reports whether an account acts for a seller whose profile has a photo, shown or not, and so may see it.
func (d *Desk) PhotoOf(tx *db.Tx, account value.ID, sha256 string) (bool, error) {
	profiles, err := findByPhoto(tx, sha256)
	if err != nil || len(profiles) == 0 {
		return false, err
	}
	seats, err := d.Sellers.Held(tx, account)
	for _, seat := range seats {
		for _, p := range profiles {
			if p.Seller == seat.Seller {
				return true, err
			}
		}
	}
	return false, err
}

// FindProfile returns a profile with what waits, for its author and for staff, or an error of kind NotFound.
func FindProfile(tx *db.Tx, seller value.ID) (Profile, error) {
	p, err := db.One(tx, scanProfile, "select "+profileColumns+" from profile where seller = $1", int64(seller))
	if value.KindOf(err) == value.NotFound {
		return Profile{}, &value.Error{Kind: value.NotFound, Key: "profile.error.no_profile", Message: "this seller has written no profile"}
	}
	return p, err
}

// Waiting lists the profiles that wait for a person's look, the longest waiting first.
func Waiting(tx *db.Tx, limit int) ([]Profile, error) {
	return db.All(tx, scanProfile, "select "+profileColumns+` from profile
		where state in ('held', 'challenged') order by pending_us limit $1`, limit)
}

// Check is the part of fairground check that guards promise 1 here: one sentence for every profile whose shown content
// has no genuine clearance, and how many it went through.
func (d *Desk) Check(tx *db.Tx) (faults []string, read int, err error) {
	err = db.Each(tx, func(row db.Scanner) error {
		p, err := scanProfile(row)
		if err != nil {
			return err
		}
		read++
		if !p.Visible(d.Gate) {
			faults = append(faults, "the profile of seller "+p.Seller.Text(SellerShortID)+" is shown without a valid clearance")
		}
		return nil
	}, "select "+profileColumns+" from profile where shown is not null")
	return faults, read, err
}
