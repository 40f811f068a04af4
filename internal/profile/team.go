package profile

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Invitation is a seat that was offered and not taken yet.
type Invitation struct {
	ID        value.ID
	Seller    value.ID
	Email     value.Email
	Role      Role
	Account   value.ID // who has it; 0 when whoever holds the link may take it
	InvitedBy value.ID
	Made      time.Time
	Expires   time.Time

	secret []byte // hash of the link's
}

const (
	invitationAge   = 14 * 24 * time.Hour
	againAfter      = 24 * time.Hour // the same invitation is not mailed twice within it
	mostInvitations = 20             // open at once for one shop
	mostSeats       = 50             // of one shop
)

// mate is somebody of a team as its page shows them.
type mate struct {
	Seat
	Name  string
	Email value.Email
}

// lead finds a shop for somebody who must be one of its owners. Others learn no more than that there is a shop.
func (d *Desk) lead(tx *db.Tx, seller, who value.ID) (Seller, error) {
	s, seat, err := d.enter(tx, seller, who)
	if err == nil && !seat.Role.mayLead() {
		err = &value.Error{Kind: value.Forbidden, Key: "profile.error.owners_only", Message: "only an owner of the shop may do this"}
	}
	return s, err
}

// enter finds a business for somebody of its team; for anybody else it is not there.
func (d *Desk) enter(tx *db.Tx, seller, who value.ID) (Seller, Seat, error) {
	seats, err := d.Sellers.Seats(tx, seller)
	if err != nil {
		return Seller{}, Seat{}, err
	}
	i := slices.IndexFunc(seats, func(s Seat) bool { return s.Account == who })
	if i < 0 {
		return Seller{}, Seat{}, noSeller()
	}
	s, err := d.findSeller(tx, seller)
	if err == nil && !s.Business {
		err = noSeller()
	}
	return s, seats[i], err
}

// Invite offers a seat to whoever has a mail address. Whether there is an account behind it decides only how they are
// told: by an alert, or by a letter, for which letter is called. It tells nothing of it to the owner who invites.
func (d *Desk) Invite(ctx context.Context, owner, seller value.ID, email value.Email, role Role,
	letter func(tx *db.Tx, s Seller, path string) error) error {
	err := d.DB.Write(ctx, value.Actor{Kind: value.Member, ID: owner}, "team.invite", func(tx *db.Tx) error {
		s, err := d.lead(tx, seller, owner)
		if err != nil {
			return err
		}
		if sent, err := d.invitedJustNow(tx, s, email, role); err != nil || sent {
			return err
		}
		if err := d.roomForMate(tx, s); err != nil {
			return err
		}
		return d.inviteIn(tx, s, owner, email, role, letter)
	})
	if err != nil {
		return fmt.Errorf("profile.Invite(%s): %w", seller, err)
	}
	return nil
}

// invitedJustNow reports whether the same invitation is on its way already: a form may be sent twice, and nobody is to
// be mailed again and again.
func (d *Desk) invitedJustNow(tx *db.Tx, s Seller, email value.Email, role Role) (bool, error) {
	open, err := findInvitations(tx, s.ID)
	return slices.ContainsFunc(open, func(i Invitation) bool {
		return i.Email == email && i.Role == role && tx.Now().Sub(i.Made) < againAfter
	}), err
}

func (d *Desk) roomForMate(tx *db.Tx, s Seller) error {
	seats, err := d.Sellers.Seats(tx, s.ID)
	if err != nil {
		return err
	}
	open, err := findInvitations(tx, s.ID)
	if err == nil && (len(open) >= mostInvitations || len(seats)+len(open) >= mostSeats) {
		err = &value.Error{Kind: value.Limited, Key: "profile.error.invitations", Message: "too many invitations are open; take some back first"}
	}
	return err
}

func (d *Desk) inviteIn(tx *db.Tx, s Seller, owner value.ID, email value.Email, role Role, letter func(*db.Tx, Seller, string) error) error {
	invited, err := account.FindByEmail(tx, email)
	if err != nil && value.KindOf(err) != value.NotFound {
		return err
	}
	i := Invitation{ID: tx.NewID(), Seller: s.ID, Email: email, Role: role, Account: invited.ID, InvitedBy: owner, Expires: tx.Now().Add(invitationAge)}
	path := shopPath(s.ID, "join")
	if i.Account == 0 {
		var key string
		key, i.secret = newSecret()
		path += "?key=" + key
	} else if err := d.alreadyIn(tx, s.ID, i.Account); err != nil {
		return err
	}
	if err := storeInvitation(tx, i); err != nil {
		return err
	}
	tx.Log(db.Change{Object: "seat", Record: s.ID, Diff: map[string]any{"invited": i.ID, "role": role}})
	if i.Account == 0 {
		return letter(tx, s, path)
	}
	return d.tell(tx, i.Account, "profile.invited", path, s.ID, "profile.alert.invited", "name", s.Name)
}

// alreadyIn refuses an invitation for somebody who has a seat. The owner sees them on the same page anyway.
func (d *Desk) alreadyIn(tx *db.Tx, seller, who value.ID) error {
	seats, err := d.Sellers.Seats(tx, seller)
	if err == nil && slices.ContainsFunc(seats, func(s Seat) bool { return s.Account == who }) {
		return fieldError("email", "profile.error.in_team", "this person is in the team already")
	}
	return err
}

// tell tells one member something, in the words of a key and key.text.
func (d *Desk) tell(tx *db.Tx, to value.ID, kind, href string, record value.ID, key string, args ...any) error {
	if d.Alerts == nil {
		return nil
	}
	return d.Alerts.Tell(tx, account.Alert{To: to, Kind: kind, Href: href, Record: record,
		Words: func(ctx context.Context) account.Words {
			return account.Words{Subject: text.T(ctx, key, args...), Text: text.T(ctx, key+".text", args...)}
		}})
}

// newSecret returns the secret of a link and the hash under which it is kept.
func newSecret() (key string, hash []byte) {
	var secret [32]byte
	rand.Read(secret[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(secret[:]), hashOf(secret[:])
}

func hashOf(secret []byte) []byte {
	sum := sha256.Sum256(secret)
	return sum[:]
}

// open finds the invitation that a visitor holds: by the key of its link, or by their account.
func (d *Desk) open(tx *db.Tx, seller, who value.ID, key string) (Invitation, Seller, error) {
	i, err := findInvitation(tx, seller, who, key)
	if err != nil {
		return Invitation{}, Seller{}, err
	}
	s, err := d.findSeller(tx, seller)
	return i, s, err
}

// Accept gives the seat of an invitation to an account. The link works once.
func (d *Desk) Accept(ctx context.Context, who, seller value.ID, key string) (s Seller, err error) {
	err = d.DB.Write(ctx, value.Actor{Kind: value.Member, ID: who}, "team.join", func(tx *db.Tx) error {
		var i Invitation
		if i, s, err = d.open(tx, seller, who, key); err != nil {
			return err
		}
		if err := deleteInvitation(tx, i); err != nil {
			return err
		}
		tx.Log(db.Change{Object: "seat", Record: seller, Diff: map[string]any{"joined": who, "role": i.Role}})
		switch err := d.alreadyIn(tx, seller, who); value.KindOf(err) {
		case "":
		case value.Invalid:
			return nil // whoever has a seat keeps the one they have
		default:
			return err
		}
		if err := d.Sellers.Give(tx, Seat{Seller: seller, Account: who, Role: i.Role, Since: tx.Now()}); err != nil {
			return err
		}
		joined, err := account.Find(tx, who)
		if err != nil {
			return err
		}
		return d.tell(tx, i.InvitedBy, "profile.joined", shopPath(seller, "team"), seller, "profile.alert.joined", "person", joined.Name, "name", s.Name)
	})
	if err != nil {
		return Seller{}, fmt.Errorf("profile.Accept(%s): %w", seller, err)
	}
	return s, nil
}

// Revoke takes an invitation back.
func (d *Desk) Revoke(ctx context.Context, owner, seller, invitation value.ID) error {
	return d.change(ctx, owner, seller, "team.revoke", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "seat", Record: seller, Diff: map[string]any{"revoked": invitation}})
		return deleteInvitation(tx, Invitation{ID: invitation, Seller: seller})
	})
}

// SetRole gives somebody of the team another role. The last owner stays one: Conflict.
func (d *Desk) SetRole(ctx context.Context, owner, seller, who value.ID, role Role) error {
	return d.change(ctx, owner, seller, "team.role", func(tx *db.Tx) error {
		seats, err := d.Sellers.Seats(tx, seller)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(seats, func(s Seat) bool { return s.Account == who })
		if i < 0 {
			return noMate()
		}
		seat := seats[i]
		if seat.Role == Owner && role != Owner && owners(seats) == 1 {
			return lastOwner()
		}
		seat.Role = role
		return d.Sellers.Give(tx, seat)
	})
}

// Remove takes a seat away: an owner anybody's, everybody their own. The last owner stays: Conflict.
func (d *Desk) Remove(ctx context.Context, by, seller, who value.ID) error {
	err := d.DB.Write(ctx, value.Actor{Kind: value.Member, ID: by}, "team.remove", func(tx *db.Tx) error {
		_, _, err := d.enter(tx, seller, by)
		if err == nil && by != who {
			_, err = d.lead(tx, seller, by)
		}
		if err != nil {
			return err
		}
		seats, err := d.Sellers.Seats(tx, seller)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(seats, func(s Seat) bool { return s.Account == who })
		switch {
		case i < 0:
			return noMate()
		case seats[i].Role == Owner && owners(seats) == 1:
			return lastOwner()
		}
		return d.Sellers.Take(tx, seller, who)
	})
	if err != nil {
		return fmt.Errorf("profile.Remove(%s): %w", seller, err)
	}
	return nil
}

// change is a write of an owner about their team.
func (d *Desk) change(ctx context.Context, owner, seller value.ID, action string, fn func(*db.Tx) error) error {
	err := d.DB.Write(ctx, value.Actor{Kind: value.Member, ID: owner}, action, func(tx *db.Tx) error {
		if _, err := d.lead(tx, seller, owner); err != nil {
			return err
		}
		return fn(tx)
	})
	if err != nil {
		return fmt.Errorf("profile: %s of %s: %w", action, seller, err)
	}
	return nil
}

func owners(seats []Seat) int {
	n := 0
	for _, s := range seats {
		if s.Role == Owner {
			n++
		}
	}
	return n
}

func lastOwner() error {
	return &value.Error{Kind: value.Conflict, Key: "profile.error.last_owner", Message: "this is the last owner; make somebody else an owner first"}
}

func noMate() error {
	return &value.Error{Kind: value.NotFound, Key: "profile.error.no_mate", Message: "this person is not in the team any more"}
}
