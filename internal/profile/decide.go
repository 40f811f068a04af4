package profile

import (
	"context"
	"slices"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Release records a review of exactly what waits and screens it again, as a part of a decision that is under way. It
// returns whether the content is public now: a mandatory rule that rejects it is not overruled.
func (d *Desk) Release(tx *db.Tx, seller value.ID, reason string) (published bool, err error) {
	p, err := FindProfile(tx, seller)
	if err != nil {
		return false, err
	}
	if p.State != Held && p.State != Challenged {
		return false, value.Errorf(value.Conflict, "nothing of this profile is held; only what is held can be published")
	}
	s, err := d.findSeller(tx, seller)
	if err != nil {
		return false, err
	}
	if _, err := safety.RecordReview(tx, Object, seller, p.Pending.Hash(), reason); err != nil {
		return false, err
	}
	before := p
	p.pendingHash = p.Pending.Hash()
	if err := d.screen(tx, s, &p); err != nil {
		return false, err
	}
	if err := d.store(tx, before, &p); err != nil {
		return false, err
	}
	if p.State == Clear {
		err = d.tellDecided(tx, s, "published", "")
	}
	return p.State == Clear, err
}

// Refuse takes what waits out of the queue, or, when removed, takes the profile off the site altogether. The reason is
// kept and told to the owners. Removing what shows nothing any more is no error.
func (d *Desk) Refuse(tx *db.Tx, seller value.ID, removed bool, reason string) error {
	p, err := FindProfile(tx, seller)
	if err != nil {
		return err
	}
	s, err := d.findSeller(tx, seller)
	if err != nil {
		return err
	}
	before, outcome := p, "refused"
	switch {
	case removed && !p.HasShown && p.State == Rejected:
		return nil
	case removed:
		outcome = "removed"
		if err := d.remove(tx, s, &p); err != nil {
			return err
		}
	case p.State != Held && p.State != Challenged:
		return value.Errorf(value.Conflict, "nothing of this profile is held; only what is held can be refused")
	}
	if p.State != Clear {
		p.reject(p.Pending, p.pendingHash)
	}
	p.Reason = reason
	if err := d.store(tx, before, &p); err != nil {
		return err
	}
	return d.tellDecided(tx, s, outcome, reason)
}

// remove takes away what is shown, and the name that came with it. Its author finds it again as refused.
func (d *Desk) remove(tx *db.Tx, s Seller, p *Profile) error {
	if p.HasShown {
		shown, hash := p.Shown, p.Shown.Hash()
		p.Shown, p.HasShown, p.shownHash, p.clearance, p.seal = Content{}, false, safety.ContentHash{}, 0, nil
		if p.State == Clear {
			p.PendingAt = tx.Now()
			p.reject(shown, hash)
		} else {
			p.refuse(hash)
		}
	}
	return d.Sellers.Rename(tx, p.Seller, plainName(s), "")
}

// reject keeps a content as the one that was refused.
func (p *Profile) reject(content Content, hash safety.ContentHash) {
	p.Pending, p.pendingHash, p.State = content, hash, Rejected
	p.refuse(hash)
}

// refuse notes that a content is not to come back, and that a person looks at what comes instead.
func (p *Profile) refuse(hash safety.ContentHash) {
	p.watched = true
	p.refused += hash.String()
}

// tellDecided tells the owners what was decided and, when it restricts, why (promise 3).
func (d *Desk) tellDecided(tx *db.Tx, s Seller, outcome, reason string) error {
	if d.Alerts == nil {
		return nil
	}
	seats, err := d.Sellers.Seats(tx, s.ID)
	if err != nil {
		return err
	}
	for _, seat := range seats {
		if seat.Role != Owner {
			continue
		}
		err := d.Alerts.Tell(tx, account.Alert{To: seat.Account, Kind: "profile.decided", Href: editPath(s), Record: s.ID,
			Words: func(ctx context.Context) account.Words {
				return account.Words{
					Subject: text.T(ctx, "profile.alert."+outcome, "name", s.Name),
					Text:    text.T(ctx, "profile.alert."+outcome+".text", "name", s.Name, "reason", reason),
				}
			}})
		if err != nil {
			return err
		}
	}
	return nil
}

// editPath is where a seller's profile is edited.
func editPath(s Seller) string {
	if s.Business {
		return shopPath(s.ID, "profile")
	}
	return "/account/profile"
}

func shopPath(seller value.ID, page string) string {
	return "/shop/" + seller.Text(SellerShortID) + "/" + page
}

// difference is what the change log says of a change: the public words of name and town, and of all else only that it
// changed. Numbers, addresses and long texts stay out of the log.
func difference(before, after Profile) map[string]any {
	diff := map[string]any{}
	if before.State != after.State {
		diff["state"] = [2]State{before.State, after.State}
	}
	old, now := before.Written(), after.Written()
	if old.Name != now.Name {
		diff["name"] = [2]string{old.Name, now.Name}
	}
	if old.Town != now.Town {
		diff["town"] = [2]string{old.Town, now.Town}
	}
	if fields := changedFields(old, now); len(fields) > 0 {
		diff["fields"] = fields
	}
	if before.HasShown != after.HasShown || before.shownHash != after.shownHash {
		diff["shown"] = after.shownHash.String()
	}
	if after.Reason != before.Reason {
		diff["reason"] = after.Reason
	}
	return diff
}

func changedFields(old, now Content) []string {
	var fields []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{"about", old.About == now.About}, {"languages", slices.Equal(old.Languages, now.Languages)}, {"photo", old.Photo == now.Photo},
		{"street", old.Street == now.Street}, {"postcode", old.Postcode == now.Postcode}, {"hours", toJSON(old.Hours) == toJSON(now.Hours)},
		{"website", old.Website == now.Website}, {"phone", old.Phone == now.Phone && old.ShowPhone == now.ShowPhone}, {"imprint", old.Imprint == now.Imprint},
	} {
		if !f.same {
			fields = append(fields, f.name)
		}
	}
	return fields
}
