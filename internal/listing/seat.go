package listing

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// SeatRole says what somebody may do for a seller.
type SeatRole string

// The roles, strongest first.
const (
	Owner  SeatRole = "owner"  // everything, and who else has a seat
	Editor SeatRole = "editor" // listings and messages
	Agent  SeatRole = "agent"  // messages only
)

// SeatRoles lists all of them, strongest first.
var SeatRoles = []SeatRole{Owner, Editor, Agent}

// MayPost reports whether the role may write, change and end listings.
func (r SeatRole) MayPost() bool { return r == Owner || r == Editor }

// MayAnswer reports whether the role may read and write the seller's messages.
func (r SeatRole) MayAnswer() bool { return r == Owner || r == Editor || r == Agent }

// Seat is somebody's place at a seller.
type Seat struct {
	Seller  value.ID
	Account value.ID
	Role    SeatRole
	Since   time.Time
}

// SeatObject is what the change log calls a seat; its entries are about the seller.
const SeatObject = "seat"

const seatColumns = "t.seller, t.account, t.role, t.since_us"

// SeatsOf returns the seats of a seller, the oldest first.
func SeatsOf(tx *db.Tx, seller value.ID) ([]Seat, error) {
	return db.All(tx, scanSeat, "select "+seatColumns+" from seat t where t.seller = $1 order by t.since_us, t.account", int64(seller))
}

// SeatsHeldBy returns the seats of an account: that of its own private seller first, then the oldest.
func SeatsHeldBy(tx *db.Tx, account value.ID) ([]Seat, error) {
	return db.All(tx, scanSeat, "select "+seatColumns+` from seat t join seller s on s.id = t.seller
		where t.account = $1
		order by case when s.kind = 'private' and t.role = 'owner' then 0 else 1 end, t.since_us, t.seller`, int64(account))
}

// SeatOf returns the seat an account has at a seller, or an error of kind NotFound.
func SeatOf(tx *db.Tx, seller, account value.ID) (Seat, error) {
	s, err := db.One(tx, scanSeat, "select "+seatColumns+" from seat t where t.seller = $1 and t.account = $2", int64(seller), int64(account))
	if value.KindOf(err) == value.NotFound {
		return Seat{}, value.Errorf(value.NotFound, "there is no such seat")
	}
	return s, err
}

func scanSeat(row db.Scanner) (s Seat, err error) {
	var since_us int64
	err = row.Scan(&s.Seller, &s.Account, &s.Role, &since_us)
	s.Since = value.FromMicros(since_us)
	return s, err
}

// GiveSeat gives an account a seat at a seller, or another role in the seat it has. Since is now when it is zero. A
// private seller has one seat, its owner's, and a seller's last owner stays one: anything else is a Conflict.
func GiveSeat(tx *db.Tx, s Seat) error {
	if !s.Role.MayAnswer() || s.Account == 0 {
		return value.Fieldf("role", "choose owner, editor or agent")
	}
	seller, err := FindSeller(tx, s.Seller)
	if err != nil {
		return err
	}
	seats, err := SeatsOf(tx, s.Seller)
	if err != nil {
		return err
	}
	had := roleIn(seats, s.Account)
	switch {
	case seller.Kind == Private && (s.Role != Owner || len(seats) > 0 && had == ""):
		return keyed(value.Conflict, "listing.seat.private", "a private seller has one seat; make a business to share it with others")
	case s.Role != Owner && lastOwner(seats, s.Account):
		return errLastOwner()
	case had == s.Role:
		return nil
	}
	if s.Since.IsZero() {
		s.Since = tx.Now()
	}
	if _, err := tx.Exec(`
		insert into seat (seller, account, role, since_us) values ($1, $2, $3, $4)
		on conflict (seller, account) do update set role = excluded.role`,
		int64(s.Seller), int64(s.Account), string(s.Role), value.Micros(s.Since)); err != nil {
		return fmt.Errorf("listing.GiveSeat(%s, %s): %w", s.Seller, s.Account, err)
	}
	tx.Log(db.Change{Object: SeatObject, Record: s.Seller, Diff: map[string]any{"account": s.Account, "role": pair{db.OrNull(string(had)), string(s.Role)}}})
	return nil
}

// TakeSeat takes a seat away. The last owner of a seller keeps theirs: that is a Conflict. A seat that is not there is
// an error of kind NotFound.
func TakeSeat(tx *db.Tx, seller, account value.ID) error {
	seats, err := SeatsOf(tx, seller)
	if err != nil {
		return err
	}
	had := roleIn(seats, account)
	switch {
	case had == "":
		return value.Errorf(value.NotFound, "there is no such seat")
	case lastOwner(seats, account):
		return errLastOwner()
	}
	return dropSeat(tx, seller, account, had)
}

func dropSeat(tx *db.Tx, seller, account value.ID, had SeatRole) error {
	if _, err := tx.Exec("delete from seat where seller = $1 and account = $2", int64(seller), int64(account)); err != nil {
		return err
	}
	tx.Log(db.Change{Object: SeatObject, Record: seller, Diff: map[string]any{"account": account, "role": pair{string(had), nil}}})
	return nil
}

func roleIn(seats []Seat, account value.ID) SeatRole {
	for _, s := range seats {
		if s.Account == account {
			return s.Role
		}
	}
	return ""
}

// lastOwner reports whether the account owns the seller and nobody else does.
func lastOwner(seats []Seat, account value.ID) bool {
	for _, s := range seats {
		if s.Account != account && s.Role == Owner {
			return false
		}
	}
	return roleIn(seats, account) == Owner
}

func errLastOwner() error {
	return keyed(value.Conflict, "listing.seat.last_owner", "a seller keeps one owner; make somebody else an owner first")
}

// keyed is an error whose words are in the catalogue too.
func keyed(kind value.Kind, key, message string, args ...any) *value.Error {
	err := value.Errorf(kind, "%s", message)
	err.Key, err.Args = key, args
	return err
}

// FindSeller returns a seller, or an error of kind NotFound.
func FindSeller(tx *db.Tx, id value.ID) (Seller, error) {
	s, err := db.One(tx, scanSeller, "select id, kind, name, town, since_us, verified_us from seller where id = $1", int64(id))
	if value.KindOf(err) == value.NotFound {
		return Seller{}, value.Errorf(value.NotFound, "there is no such seller")
	}
	return s, err
}

// FindOwnSeller returns the private seller of a member, or an error of kind NotFound when they never offered anything.
func FindOwnSeller(tx *db.Tx, account value.ID) (Seller, error) {
	s, err := db.One(tx, scanSeller, `
		select s.id, s.kind, s.name, s.town, s.since_us, s.verified_us
		from seller s join seat t on t.seller = s.id
		where t.account = $1 and t.role = 'owner' and s.kind = 'private'
		order by t.since_us, s.id limit 1`, int64(account))
	if value.KindOf(err) == value.NotFound {
		return Seller{}, value.Errorf(value.NotFound, "this member does not sell yet")
	}
	return s, err
}

// OwnSeller returns the private seller of a member. It is made with its owner's seat when there is none; then name and
// town are what the public reads, and they are screened with every listing. since is when the account was made.
func OwnSeller(tx *db.Tx, account value.ID, name, town string, since time.Time) (Seller, error) {
	s, err := FindOwnSeller(tx, account)
	if value.KindOf(err) != value.NotFound {
		return s, err
	}
	if since.IsZero() {
		since = tx.Now()
	}
	s = Seller{ID: tx.NewID(), Kind: Private, Name: sellerName(name), Town: clipTo(tidyLine(town), LongestPlace), Since: since}
	if s.Name == "" {
		return Seller{}, value.Fieldf("name", "write the name that others see")
	}
	if err := AddSeller(tx, s); err != nil {
		return Seller{}, err
	}
	return s, GiveSeat(tx, Seat{Seller: s.ID, Account: account, Role: Owner})
}

// RenameSeller gives a seller another name and town. Only package profile calls it, with a name that was cleared: the
// listings that show the name are not screened again.
func RenameSeller(tx *db.Tx, seller value.ID, name, town string) error {
	before, err := FindSeller(tx, seller)
	if err != nil {
		return err
	}
	name, town = sellerName(name), clipTo(tidyLine(town), LongestPlace)
	diff := map[string]any{}
	if name != before.Name {
		diff["name"] = pair{before.Name, name}
	}
	if town != before.Town {
		diff["town"] = pair{before.Town, town}
	}
	switch {
	case name == "":
		return value.Fieldf("name", "write the name that others see")
	case len(diff) == 0:
		return nil
	}
	if _, err := tx.Exec("update seller set name = $2, town = $3 where id = $1", int64(seller), name, town); err != nil {
		return fmt.Errorf("listing.RenameSeller(%s): %w", seller, err)
	}
	tx.Log(db.Change{Object: SellerObject, Record: seller, Diff: diff})
	return nil
}

const longestName = 80 // characters of a seller's name

func sellerName(name string) string {
	name = clipTo(tidyLine(strings.ToValidUTF8(name, "")), longestName)
	if !legible(name) {
		return ""
	}
	return name
}

// clipTo cuts a text to so many characters.
func clipTo(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:most]))
}
