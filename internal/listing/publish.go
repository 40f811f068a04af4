package listing

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/media/pdq"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Desk takes contents in, has them screened, and carries listings through their life. One site has one.
type Desk struct {
	DB    *db.DB
	Gate  *safety.Gate
	Trees *Trees

	Limits func(Seller) Limits // how much members may post; nil means no limits
	Teller account.Teller      // tells members what became of their listings; nil means nobody is told
	Guests Guests              // lets visitors post after a mail; nil means they cannot
	Images Images              // knows the hashes of photos; nil means that no rule sees any
}

// Images knows the hashes of stored photos, and what they match.
type Images interface {
	// Image returns what is known of a photo without looking at it; one that is not stored is an error of kind NotFound.
	Image(ctx context.Context, sha256 string) (safety.Image, error)
	// Note is told which photos a listing shows, in the write that keeps its verdict.
	Note(tx *db.Tx, listing value.ID, images []safety.Image) error
}

// prepare makes a listing out of a submission, in the status its screening gives it, without storing anything.
func (d *Desk) prepare(ctx context.Context, tree *Tree, s Submission) (Listing, safety.Outcome, error) {
	content, err := tree.Check(s.Content)
	if err != nil {
		return Listing{}, safety.Outcome{}, err
	}
	now := d.DB.Clock().Now()
	created := now
	if !s.At.IsZero() && s.At.Before(now) {
		created = s.At
	}
	l := Listing{ID: d.DB.IDs().Next(), Content: content, Source: s.Source, External: s.External, Seller: s.Seller,
		Rev: 1, Created: created, Updated: now, hash: content.Hash()}
	if l.Source == "" {
		l.Source = formSource
	}
	if err := l.schedule(s.Opens, now); err != nil {
		return Listing{}, safety.Outcome{}, err
	}
	l.fingerprint = fingerprint(content.Title, content.Body)
	outcome := d.screen(ctx, l, tree, now, safety.Review{})
	l.settle(outcome, safety.Review{}, now)
	return l, outcome, nil
}

// Edit gives a listing another content. The clearance it had is void; the new content is screened like a new one. A
// listing that has ended stays so; Renew brings it back. rev is the revision the author looked at; when somebody changed the listing since, the error is of kind Conflict.
func (d *Desk) Edit(ctx context.Context, actor value.Actor, id value.ID, rev int64, content Content) (Listing, safety.Outcome, error) {
	return d.change(ctx, actor, "listing.edit", id, func(tx *db.Tx, tree *Tree, l *Listing) (safety.Outcome, error) {
		if l.Rev != rev {
			return safety.Outcome{}, value.Errorf(value.Conflict, "somebody else changed this listing meanwhile; look at it again")
		}
		if l.Status == Removed {
			return safety.Outcome{}, value.Errorf(value.Conflict, "this listing was removed; it cannot be edited")
		}
		checked, err := tree.Check(content)
		if err != nil {
			return safety.Outcome{}, err
		}
		l.Content = checked
		return d.rescreen(tx, tree, l)
	})
}

// Renew makes a listing that has ended live again for another Lifetime. It is screened again: rules may have changed. One
// that is scheduled goes live at once.
func (d *Desk) Renew(ctx context.Context, actor value.Actor, id value.ID) (Listing, safety.Outcome, error) {
	return d.change(ctx, actor, "listing.renew", id, func(tx *db.Tx, tree *Tree, l *Listing) (safety.Outcome, error) {
		return d.renew(tx, tree, l)
	})
}

func (d *Desk) renew(tx *db.Tx, tree *Tree, l *Listing) (safety.Outcome, error) {
	switch l.Status {
	case Live, Paused, Sold, Expired:
		if err := d.limitedAgain(tx, *l); err != nil {
			return safety.Outcome{}, err
		}
		l.Opens = time.Time{}
		l.reopen()
		return d.rescreen(tx, tree, l)
	default:
		return safety.Outcome{}, cannotBecome(l.Status, "live")
	}
}

// Screen screens a listing again with the present rules and with what staff decided about exactly this content. It is
// what turns a recorded review into a clearance. A listing that has ended stays so.
func (d *Desk) Screen(ctx context.Context, actor value.Actor, id value.ID) (Listing, safety.Outcome, error) {
	return d.change(ctx, actor, "listing.screen", id, func(tx *db.Tx, tree *Tree, l *Listing) (safety.Outcome, error) {
		return d.rescreen(tx, tree, l)
	})
}

// ScreenIn is Screen as a part of a write that is under way, such as a decision.
func (d *Desk) ScreenIn(tx *db.Tx, id value.ID) (Listing, safety.Outcome, error) {
	tree, err := LoadTree(tx)
	if err != nil {
		return Listing{}, safety.Outcome{}, err
	}
	return d.changeIn(tx, tree, id, func(l *Listing) (safety.Outcome, error) { return d.rescreen(tx, tree, l) })
}

func (d *Desk) change(ctx context.Context, actor value.Actor, action string, id value.ID,
	fn func(*db.Tx, *Tree, *Listing) (safety.Outcome, error)) (l Listing, outcome safety.Outcome, err error) {
	tree, err := d.Trees.Tree(ctx)
	if err != nil {
		return Listing{}, safety.Outcome{}, err
	}
	err = d.DB.Write(ctx, actor, action, func(tx *db.Tx) (err error) {
		l, outcome, err = d.changeIn(tx, tree, id, func(l *Listing) (safety.Outcome, error) { return fn(tx, tree, l) })
		return err
	})
	if err != nil {
		return Listing{}, safety.Outcome{}, fmt.Errorf("%s(%s): %w", action, id, err)
	}
	return l, outcome, nil
}

func (d *Desk) changeIn(tx *db.Tx, tree *Tree, id value.ID, fn func(*Listing) (safety.Outcome, error)) (Listing, safety.Outcome, error) {
	before, err := findToChange(tx, id)
	if err != nil {
		return Listing{}, safety.Outcome{}, err
	}
	after := before
	outcome, err := fn(&after)
	if err != nil {
		return Listing{}, safety.Outcome{}, err
	}
	if err := d.keep(tx, []safety.Outcome{outcome}, after); err != nil {
		return Listing{}, safety.Outcome{}, err
	}
	if err := updateListing(tx, after); err != nil {
		return Listing{}, safety.Outcome{}, err
	}
	if err := notePrice(tx, before, after); err != nil {
		return Listing{}, safety.Outcome{}, err
	}
	after.Rev++
	logChange(tx, before, after, nil)
	return after, outcome, d.tellVerdict(tx, before, after)
}

func (d *Desk) rescreen(tx *db.Tx, tree *Tree, l *Listing) (safety.Outcome, error) {
	before := l.hash
	l.hash = l.Content.Hash()
	l.fingerprint = fingerprint(l.Title, l.Body)
	switch {
	case l.Status == Removed:
		return safety.Outcome{}, value.Errorf(value.Conflict, "this listing was removed")
	case l.Status == Rejected && l.hash == before, l.refusedBefore():
		return safety.Outcome{}, errRefused
	}
	review, err := safety.FindReview(tx, Object, l.ID, l.hash)
	if err != nil && value.KindOf(err) != value.NotFound {
		return safety.Outcome{}, err
	}
	outcome := d.screen(tx.Context(), *l, tree, tx.Now(), review)
	l.settle(outcome, review, tx.Now())
	return outcome, nil
}

var errRefused = value.Errorf(value.Conflict, "this content was refused; change what the reason names")

// refusedBefore reports whether staff refused exactly the present content.
func (l *Listing) refusedBefore() bool { return strings.Contains(l.refused, l.hash.String()) }

// reopen readies a listing that has ended, or soon will, for another Lifetime; screening decides the rest.
func (l *Listing) reopen() { l.Status, l.Expires = Held, time.Time{} }

// Publish makes a listing live under a clearance for exactly its present content; any other clearance is refused with
// an error of kind Forbidden, and so is a listing whose time has not come. It is the only way to the status Live.
func (l *Listing) Publish(c safety.Clearance, now time.Time) error {
	if now.Before(l.Opens) {
		return value.Errorf(value.Forbidden, "this listing is not to be seen before its time")
	}
	if err := l.cover(c); err != nil {
		return err
	}
	l.Status = Live
	if l.Published.IsZero() {
		l.Published = l.Created
		if l.Opens.After(l.Created) {
			l.Published = l.Opens
		}
	}
	l.Opens = time.Time{}
	if !now.Before(l.Expires) {
		l.Expires, l.warned = now.Add(Lifetime), time.Time{}
	}
	return nil
}

// cover puts the present content under its clearance.
func (l *Listing) cover(c safety.Clearance) error {
	if !c.Covers(Object, l.ID, l.Content.Hash()) {
		return value.Errorf(value.Forbidden, "the clearance is not for this content")
	}
	l.hash, l.clearance, l.seal = c.Hash(), c.ID(), c.Seal()
	return nil
}

// settle gives the listing the status that its screening calls for. What a person refused or held once is looked at by
// a person, and stays so until somebody has reviewed exactly its present content.
func (l *Listing) settle(outcome safety.Outcome, review safety.Review, now time.Time) {
	l.uncover()
	if !l.Status.ended() {
		l.EndedBy, l.Reason = "", ""
	}
	clearance, cleared := outcome.Clearance()
	switch {
	case cleared && l.watched && review.ID() == 0:
		l.Status = Held
	case cleared && l.Status.ended() && l.cover(clearance) == nil:
		l.watched = false
	case cleared && now.Before(l.Opens) && l.cover(clearance) == nil:
		l.Status, l.watched = Paused, false
	case cleared && l.Publish(clearance, now) == nil:
		l.watched = false
	case outcome.Verdict == safety.Reject:
		l.Status, l.watched = Rejected, true
	case l.Status.ended(): // nobody sees it; a person looks at it when its author brings it back
	case outcome.Verdict == safety.Challenge:
		l.Status = Challenged
	default:
		l.Status = Held
	}
}

// uncover gives up the clearance.
func (l *Listing) uncover() { l.clearance, l.seal = 0, nil }

// screen asks the gate about the present content. A photo that is not stored cannot be compared and is shown to nobody
// either; one whose hash cannot be read makes the gate hold, as everything that is not known does.
func (d *Desk) screen(ctx context.Context, l Listing, tree *Tree, now time.Time, review safety.Review) safety.Outcome {
	subject := l.subject(tree, now)
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	images, err := d.images(ctx, l)
	if err != nil {
		fail(err)
	}
	subject.Images = images
	return d.Gate.Screen(ctx, subject, review)
}

// images are the hashes of a listing's photos; what is not known of one is left open. The error is the last one.
func (d *Desk) images(ctx context.Context, l Listing) (all []safety.Image, err error) {
	for _, photo := range l.Photos {
		image := safety.Image{Sha256: photo.Sha256, Quality: pdq.Unhashed}
		if d.Images != nil {
			known, fault := d.Images.Image(ctx, photo.Sha256)
			if fault == nil {
				image = known
			} else if value.KindOf(fault) != value.NotFound {
				err = fault
			}
		}
		all = append(all, image)
	}
	return all, err
}

// keep stores what screening said of listings, and which photos they show.
func (d *Desk) keep(tx *db.Tx, outcomes []safety.Outcome, listings ...Listing) error {
	if err := safety.Keep(tx, outcomes...); err != nil || d.Images == nil {
		return err
	}
	for _, l := range listings {
		if len(l.Photos) == 0 {
			continue
		}
		images, err := d.images(tx.Context(), l)
		if err != nil {
			continue // it is held for that, and noted when it is screened again
		}
		if err := d.Images.Note(tx, l.ID, images); err != nil {
			return err
		}
	}
	return nil
}

// subject is what screening looks at.
func (l Listing) subject(tree *Tree, now time.Time) safety.Subject {
	stage := safety.StageListing
	if l.Source != formSource {
		stage = safety.StageFeed
	}
	return safety.Subject{
		Stage: stage, Object: Object, Record: l.ID, Hash: l.hash,
		Category: tree.PathSlug(l.Category), Title: l.Title, Body: l.Body, Price: l.Price, Attributes: l.texts(),
		Photos: len(l.Photos),
		Author: safety.Author{Kind: value.Member, ID: l.Seller.ID, Age_days: int(now.Sub(l.Seller.Since).Hours() / 24)},
		Place:  l.Place.Name, Point: l.Place.Point,
	}
}

// texts are all texts the public sees beside title and body. The names of those that are no attributes have a point,
// which no slug has.
func (l Listing) texts() map[string]string {
	texts := make(map[string]string, len(l.Attributes)+len(l.Photos)+1)
	maps.Copy(texts, l.Attributes)
	for name, text := range map[string]string{"place.": l.Place.Name, "seller.": l.Seller.Name, "town.": l.Seller.Town} {
		if text != "" {
			texts[name] = text
		}
	}
	for i, photo := range l.Photos {
		if photo.Alt != "" {
			texts[fmt.Sprintf("photo.%d", i+1)] = photo.Alt
		}
	}
	return texts
}
