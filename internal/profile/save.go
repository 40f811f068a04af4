package profile

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Save checks and screens what a member wrote about a seller and stores it: shown at once when it is cleared, otherwise
// held, challenged or rejected, while what was shown before stays. rev is the revision the author looked at; when
// somebody changed the profile since, the error is of kind Conflict. Whoever calls it has checked that the author may
// edit this seller.
func (d *Desk) Save(ctx context.Context, actor value.Actor, seller value.ID, rev int64, content Content) (p Profile, err error) {
	err = d.DB.Write(ctx, actor, "profile.save", func(tx *db.Tx) error {
		s, err := d.findSeller(tx, seller)
		if err == nil {
			p, err = d.saveIn(tx, s, rev, content)
		}
		return err
	})
	if err != nil {
		return Profile{}, fmt.Errorf("profile.Save(%s): %w", seller, err)
	}
	return p, nil
}

// SaveMine saves the profile of the member who acts. Their private seller is made when they have none.
func (d *Desk) SaveMine(ctx context.Context, actor value.Actor, rev int64, content Content) (p Profile, err error) {
	err = d.DB.Write(ctx, actor, "profile.save", func(tx *db.Tx) error {
		mine, err := account.Find(tx, actor.ID)
		if err != nil {
			return err
		}
		s, err := d.Sellers.Own(tx, mine.ID, mine.Name, "", mine.Created)
		if err == nil {
			p, err = d.saveIn(tx, s, rev, content)
		}
		return err
	})
	if err != nil {
		return Profile{}, fmt.Errorf("profile.SaveMine(%s): %w", actor, err)
	}
	return p, nil
}

// OpenShop makes a business of the member who acts, and its profile. The business bears its name only when that is
// cleared; until then it has a plain one. id is the shop's to be: a form that is sent twice opens one shop.
func (d *Desk) OpenShop(ctx context.Context, actor value.Actor, id value.ID, content Content) (p Profile, err error) {
	err = d.DB.Write(ctx, actor, "profile.open_shop", func(tx *db.Tx) error {
		switch _, _, err := d.enter(tx, id, actor.ID); value.KindOf(err) {
		case "": // the form was sent twice
			p, err = FindProfile(tx, id)
			return err
		case value.NotFound:
		default:
			return err
		}
		if err := d.roomForShop(tx, actor.ID); err != nil {
			return err
		}
		checked, err := content.check(true)
		if err != nil {
			return err
		}
		s := Seller{ID: id, Business: true, Since: tx.Now()}
		s.Name = plainName(s)
		if err := d.Sellers.Open(tx, s, actor.ID); err != nil {
			return err
		}
		p, err = d.saveIn(tx, s, 0, checked)
		return err
	})
	if err != nil {
		return Profile{}, fmt.Errorf("profile.OpenShop: %w", err)
	}
	return p, nil
}

// mostShops is how many shops one account may own.
const mostShops = 5

func (d *Desk) roomForShop(tx *db.Tx, owner value.ID) error {
	acting, err := d.shops(tx, owner)
	shops := 0
	for _, shop := range acting {
		if shop.Role == Owner {
			shops++
		}
	}
	if err == nil && shops >= mostShops {
		err = &value.Error{Kind: value.Limited, Key: "profile.error.shops", Args: []any{"most", mostShops}, Message: "you own five shops already"}
	}
	return err
}

// plainName is what a seller is called while no name of theirs is cleared: it says nothing that needs a look.
func plainName(s Seller) string {
	text := s.ID.Text(SellerShortID)
	if s.Business {
		return "Shop " + text[len(text)-4:]
	}
	return "Member " + text[len(text)-4:]
}

func (d *Desk) findSeller(tx *db.Tx, id value.ID) (Seller, error) {
	found, err := d.Sellers.Find(tx, []value.ID{id})
	if err == nil && len(found) == 0 {
		err = noSeller()
	}
	if err != nil {
		return Seller{}, err
	}
	return found[0], nil
}

// saveIn saves a content within a write that is under way.
func (d *Desk) saveIn(tx *db.Tx, s Seller, rev int64, content Content) (Profile, error) {
	p, err := FindProfile(tx, s.ID)
	if value.KindOf(err) == value.NotFound {
		p, err = Profile{Seller: s.ID, Made: tx.Now(), State: Clear}, nil
	}
	if err != nil {
		return Profile{}, err
	}
	content.Hours = content.Hours.tidy(tx.Now().AddDate(0, 0, -1).Format(time.DateOnly))
	if content, err = content.check(s.Business); err != nil {
		return Profile{}, err
	}
	switch {
	case p.Rev == rev:
	case p.Rev == rev+1 && content.Hash() == p.Written().Hash(): // the form was sent twice
		return p, nil
	default:
		return Profile{}, changedMeanwhile()
	}
	return d.put(tx, s, p, content)
}

// put screens a content and stores what becomes of it.
func (d *Desk) put(tx *db.Tx, s Seller, p Profile, content Content) (Profile, error) {
	before, hash := p, content.Hash()
	switch {
	case strings.Contains(p.refused, hash.String()), p.State == Rejected && hash == p.pendingHash:
		return Profile{}, refusedBefore()
	case p.Visible(d.Gate) && hash == p.shownHash: // the author went back to what is shown
		p.drop()
	default:
		if hash != p.pendingHash { // saved again as it is, it keeps its place among those that wait
			p.PendingAt = tx.Now()
		}
		p.Pending, p.pendingHash = content, hash
		if err := d.screen(tx, s, &p); err != nil {
			return Profile{}, err
		}
	}
	return p, d.store(tx, before, &p)
}

func refusedBefore() error {
	return &value.Error{Kind: value.Conflict, Key: "profile.error.refused", Message: "this was refused; change what the reason names"}
}

// screen screens what waits, with what staff decided about exactly it, and gives it the state that calls for.
func (d *Desk) screen(tx *db.Tx, s Seller, p *Profile) error {
	review, err := safety.FindReview(tx, Object, p.Seller, p.pendingHash)
	if err != nil && value.KindOf(err) != value.NotFound {
		return err
	}
	outcome := d.Gate.Screen(tx.Context(), p.subject(s, tx.Now()), review)
	if err := safety.Keep(tx, outcome); err != nil {
		return err
	}
	p.settle(outcome, review, tx.Now())
	if p.State != Clear {
		return nil
	}
	if name, town := p.Shown.Name, p.Shown.Town; name != s.Name || town != s.Town {
		return d.Sellers.Rename(tx, p.Seller, name, town)
	}
	return nil
}

// subject is what screening looks at: the content that waits.
func (p Profile) subject(s Seller, now time.Time) safety.Subject {
	photos := 0
	if !p.Pending.Photo.IsZero() {
		photos = 1
	}
	return safety.Subject{
		Stage: safety.StageAccount, Object: Object, Record: p.Seller, Hash: p.pendingHash,
		Title: p.Pending.Name, Body: p.Pending.About, Attributes: p.Pending.texts(), Photos: photos,
		Author: safety.Author{Kind: value.Member, ID: p.Seller, Age_days: int(now.Sub(s.Since).Hours() / 24)},
	}
}

// settle gives what waits the state that its screening calls for. What a person refused or held once is looked at by a
// person, and stays so until somebody has reviewed exactly its present content.
func (p *Profile) settle(outcome safety.Outcome, review safety.Review, now time.Time) {
	clearance, cleared := outcome.Clearance()
	p.Reason = ""
	switch {
	case cleared && p.watched && review.ID() == 0:
		p.State = Held
	case cleared && p.show(clearance, now) == nil:
		p.watched = false
	case outcome.Verdict == safety.Reject:
		p.State, p.watched = Rejected, true
	case outcome.Verdict == safety.Challenge:
		p.State = Challenged
	default:
		p.State = Held
	}
}

// show makes what waits public under a clearance for exactly it; any other clearance is refused with an error of kind
// Forbidden. It is the only way into Shown.
func (p *Profile) show(c safety.Clearance, now time.Time) error {
	if !c.Covers(Object, p.Seller, p.Pending.Hash()) {
		return value.Errorf(value.Forbidden, "the clearance is not for this content")
	}
	p.Shown, p.HasShown, p.ShownAt = p.Pending, true, now
	p.shownHash, p.clearance, p.seal = c.Hash(), c.ID(), c.Seal()
	p.drop()
	return nil
}

// drop gives up what waits.
func (p *Profile) drop() {
	p.Pending, p.pendingHash, p.PendingAt, p.State, p.Reason = Content{}, safety.ContentHash{}, time.Time{}, Clear, ""
}

// store writes the profile and its entry in the change log.
func (d *Desk) store(tx *db.Tx, before Profile, p *Profile) error {
	if err := storeProfile(tx, *p); err != nil {
		return err
	}
	p.Rev++
	tx.Log(db.Change{Object: Object, Record: p.Seller, Diff: difference(before, *p)})
	return nil
}
