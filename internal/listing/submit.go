package listing

import (
	"context"
	"fmt"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Submission is a content with who offers it and where it comes from.
type Submission struct {
	Content
	Seller   Seller
	Source   string // "form" when empty
	External string
	At       time.Time // when it was first offered elsewhere; zero means now
	Opens    time.Time // when it is to go live, after it was cleared; zero means at once
}

// formSource is where listings come from that people write here.
const formSource = "form"

// Submit checks and screens a content and stores it as a new listing: live when it is cleared, otherwise held,
// challenged or rejected, which the Outcome explains; paused until its time when it is scheduled. The error joins one
// *value.Error for every field that is wrong. A member needs a seat that may post (NotFound, Forbidden) and stays
// within the limits (Limited).
func (d *Desk) Submit(ctx context.Context, actor value.Actor, s Submission) (Listing, safety.Outcome, error) {
	tree, err := d.Trees.Tree(ctx)
	if err != nil {
		return Listing{}, safety.Outcome{}, err
	}
	made, outcome, err := d.prepare(ctx, tree, s)
	if err == nil {
		err = d.recognise(ctx, &made)
	}
	if err != nil {
		return Listing{}, safety.Outcome{}, err
	}
	var l Listing
	err = d.DB.Write(ctx, actor, "listing.submit", func(tx *db.Tx) error {
		l = made
		return d.store(tx, &l, outcome)
	})
	if err != nil {
		return Listing{}, safety.Outcome{}, fmt.Errorf("listing.Submit: %w", err)
	}
	return l, outcome, nil
}

// store adds a prepared listing in a write that is under way.
func (d *Desk) store(tx *db.Tx, l *Listing, outcome safety.Outcome) error {
	if err := mayPost(tx, tx.Actor(), l.Seller.ID); err != nil {
		return err
	}
	if err := d.limited(tx, *l); err != nil {
		return err
	}
	if err := d.keep(tx, []safety.Outcome{outcome}, *l); err != nil {
		return err
	}
	if err := insertListings(tx, []Listing{*l}); err != nil {
		return err
	}
	logChange(tx, Listing{}, *l, nil)
	return nil
}

// SubmitDraft makes a listing of a draft and throws the draft away, in one transaction. The draft's id is the listing's
// key at its source, so submitting it twice gives the same listing. opens is when it is to go live; zero means at once.
// rev is the revision the author saw, 0 for any. When a field is wrong, the draft stays as it is.
func (d *Desk) SubmitDraft(ctx context.Context, by Author, id value.ID, rev int64, opens time.Time) (Listing, error) {
	l, err := d.submitDraft(ctx, by, id, rev, opens)
	if err != nil {
		return Listing{}, fmt.Errorf("listing.SubmitDraft(%s): %w", id, err)
	}
	return l, nil
}

func (d *Desk) submitDraft(ctx context.Context, by Author, id value.ID, rev int64, opens time.Time) (Listing, error) {
	if by.Account == 0 {
		return Listing{}, keyed(value.Forbidden, "listing.sign_in", "sign in first")
	}
	draft, done, err := d.draftOrListing(ctx, by, id)
	if err != nil || done.ID != 0 {
		return done, err
	}
	if rev != 0 && draft.Rev != rev {
		return Listing{}, keyed(value.Conflict, "listing.draft.elsewhere", "this draft was changed in another window; load it again")
	}
	tree, err := d.Trees.Tree(ctx)
	if err != nil {
		return Listing{}, err
	}
	content, err := tree.CheckTyped(draft.Typed)
	if err != nil {
		return Listing{}, err
	}
	seller, err := d.sellerOf(ctx, by, draft)
	if err != nil {
		return Listing{}, err
	}
	made, outcome, err := d.prepare(ctx, tree, Submission{Content: content, Seller: seller, External: draft.Key(), Opens: opens})
	if err == nil {
		err = d.recognise(ctx, &made)
	}
	if err != nil {
		return Listing{}, err
	}
	var l Listing
	err = d.DB.Write(ctx, by.actor(), "listing.submit", func(tx *db.Tx) error {
		l = made
		return d.storeDraft(tx, by, draft, &l, outcome)
	})
	if value.KindOf(err) == value.Conflict { // two at the same moment: the other one may have made the listing
		if _, done, again := d.draftOrListing(ctx, by, id); again == nil && done.ID != 0 {
			return done, nil
		}
	}
	return l, err
}

// storeDraft puts a listing in the place of its draft. When the draft became a listing meanwhile, that one is returned.
func (d *Desk) storeDraft(tx *db.Tx, by Author, draft Draft, l *Listing, outcome safety.Outcome) error {
	now, err := FindDraft(tx, by, draft.ID)
	switch {
	case value.KindOf(err) == value.NotFound:
		*l, err = submitted(tx, by, draft.ID)
		return err
	case err != nil:
		return err
	case now.Rev != draft.Rev:
		return keyed(value.Conflict, "listing.draft.elsewhere", "this draft was changed in another window; load it again")
	}
	if err := d.store(tx, l, outcome); err != nil {
		return err
	}
	return dropDraft(tx, draft.ID, "submitted")
}

// draftOrListing returns a draft, or the listing that was made of it.
func (d *Desk) draftOrListing(ctx context.Context, by Author, id value.ID) (draft Draft, l Listing, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		draft, err = FindDraft(tx, by, id)
		if value.KindOf(err) != value.NotFound {
			return err
		}
		l, err = submitted(tx, by, id)
		return err
	})
	return draft, l, err
}

// submitted returns the listing that was made of a draft, to somebody who may change it. Otherwise the draft is gone.
func submitted(tx *db.Tx, by Author, draft value.ID) (Listing, error) {
	l, err := db.One(tx, scanListing, "select "+listingColumns+" from "+listingTables+" where l.source = $1 and l.external = $2",
		formSource, draft.Text(DraftID))
	if err == nil {
		err = mayPost(tx, by.actor(), l.Seller.ID)
	}
	if value.KindOf(err) == value.NotFound {
		return Listing{}, errNoDraft()
	}
	return l, err
}

// sellerOf returns for whom a draft is. A member's first listing makes their private seller.
func (d *Desk) sellerOf(ctx context.Context, by Author, draft Draft) (s Seller, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if draft.Seller != 0 {
			s, err = FindSeller(tx, draft.Seller)
			return err
		}
		s, err = FindOwnSeller(tx, by.Account)
		return err
	})
	if draft.Seller != 0 || value.KindOf(err) != value.NotFound {
		return s, err
	}
	err = d.DB.Write(ctx, by.actor(), "seller.make", func(tx *db.Tx) error {
		a, err := account.Find(tx, by.Account)
		if err != nil {
			return err
		}
		s, err = OwnSeller(tx, a.ID, a.Name, draft.Place, a.Created)
		return err
	})
	return s, err
}
