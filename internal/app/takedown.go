package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"fairground/internal/bank"
	"fairground/internal/console"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/moderation"
	"fairground/internal/notice"
	"fairground/internal/profile"
	"fairground/internal/safety"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// takedowns finds and removes the copies of photos that notices ask to take down.
type takedowns struct {
	db     *db.DB
	images images
	desk   *moderation.Desk

	letters func(ctx context.Context, locale value.Locale) context.Context // speaks the language of whoever asked
}

// takedownTime is how long the TAKE IT DOWN Act gives.
const takedownTime = 48 * time.Hour

// Of is what there is to take down for a notice; nil for a notice that does not ask for it.
func (t takedowns) Of(tx *db.Tx, n moderation.Notice, chosen []string) (*console.Takedown, error) {
	lane, err := notice.LaneOf(tx, n.ID)
	if err != nil || lane != notice.Takedown {
		return nil, err
	}
	found := &console.Takedown{Due: n.Made.Add(takedownTime), Answer: text.T(t.letters(tx.Context(), n.Locale), "app.copy.answer")}
	ordered, err := notice.RemovalOf(tx, n.ID)
	switch {
	case value.KindOf(err) == value.NotFound:
	case err != nil:
		return nil, err
	case !ordered.Done.IsZero():
		return found, t.carriedOut(tx, found, ordered)
	default:
		if found.Waits, err = waitsFor(tx, ordered.Act); err != nil {
			return nil, err
		}
		found.Answer = ordered.Answer
	}
	if found.Photos, err = t.concerned(tx, n); err != nil {
		return nil, err
	}
	for i, p := range found.Photos {
		found.Photos[i].Chosen = p.Chosen && chosen == nil || slices.Contains(chosen, p.Sha256)
	}
	copies, err := t.copies(tx, found.Chosen())
	if err != nil {
		return nil, err
	}
	found.Copies, err = t.shown(tx, copies)
	return found, err
}

// carriedOut shows what a removal did, and what was met since.
func (t takedowns) carriedOut(tx *db.Tx, found *console.Takedown, r notice.Removal) (err error) {
	found.Done, found.Act = r.Done, r.Act
	for i, sha := range r.Photos {
		found.Photos = append(found.Photos, console.TakenPhoto{Sha256: sha, Number: i + 1, Chosen: true})
	}
	if found.Copies, err = t.shown(tx, r.Copies); err != nil {
		return err
	}
	hits, err := bank.Found(tx, r.Photos)
	if err != nil {
		return err
	}
	var later []notice.Copy
	for _, h := range hits {
		known := slices.ContainsFunc(r.Copies, func(c notice.Copy) bool {
			return c.Object == h.Object && c.Record == h.Record && c.Sha256 == h.Sha256
		})
		again := slices.ContainsFunc(later, func(c notice.Copy) bool { return c.Record == h.Record && c.Sha256 == h.Sha256 })
		if !known && !again {
			later = append(later, notice.Copy{Object: h.Object, Record: h.Record, Sha256: h.Sha256, Distance: h.Distance})
		}
	}
	found.Later, err = t.shown(tx, later)
	return err
}

// waitsFor returns the proposal that a removal waits for, or 0.
func waitsFor(tx *db.Tx, act value.ID) (value.ID, error) {
	p, err := moderation.FindProposal(tx, act)
	if value.KindOf(err) == value.NotFound || err == nil && p.State != moderation.Proposed {
		return 0, nil
	}
	return p.ID, err
}

// concerned are the photos of what a notice points at; chosen are those that its author named, or all of them.
func (t takedowns) concerned(tx *db.Tx, n moderation.Notice) ([]console.TakenPhoto, error) {
	named, err := notice.PhotosOf(tx, n.ID)
	if err != nil {
		return nil, err
	}
	all, err := shownPhotos(tx, n.Object, n.Record)
	if err != nil && value.KindOf(err) != value.NotFound {
		return nil, err
	}
	for _, sha := range named { // the listing may show another one by now
		if !slices.ContainsFunc(all, func(p console.TakenPhoto) bool { return p.Sha256 == sha }) {
			all = append(all, console.TakenPhoto{Sha256: sha, Number: len(all) + 1})
		}
	}
	for i := range all {
		all[i].Chosen = len(named) == 0 || slices.Contains(named, all[i].Sha256)
	}
	return all, nil
}

// shownPhotos are the photos that a record shows now.
func shownPhotos(tx *db.Tx, object string, record value.ID) (all []console.TakenPhoto, err error) {
	add := func(sha string, width, height int, colour string) {
		if sha != "" {
			all = append(all, console.TakenPhoto{Sha256: sha, Number: len(all) + 1, Picture: thumb(sha, width, height, colour)})
		}
	}
	switch object {
	case listing.Object:
		l, err := listing.Find(tx, record)
		for _, p := range l.Photos {
			add(p.Sha256, p.Width, p.Height, p.Colour)
		}
		return all, err
	case profile.Object, listing.SellerObject:
		p, err := profile.FindProfile(tx, record)
		for _, photo := range portraits(p) {
			add(photo.Sha256, photo.Width, photo.Height, photo.Colour)
			all[len(all)-1].Pending = photo != p.Shown.Photo || !p.HasShown
		}
		return all, err
	}
	return nil, nil
}

// portraits are the photo a profile shows and the one it would show next.
func portraits(p profile.Profile) []profile.Photo {
	all := []profile.Photo{p.Shown.Photo}
	if p.Pending.Photo != p.Shown.Photo {
		all = append(all, p.Pending.Photo)
	}
	return slices.DeleteFunc(all, profile.Photo.IsZero)
}

func thumb(sha string, width, height int, colour string) ui.Picture {
	sizes := media.SizesOf(sha, width, height)
	if len(sha) < 2 || len(sizes) == 0 {
		return ui.Picture{}
	}
	return ui.Picture{Src: media.Path + sizes[0].Key, Width: sizes[0].Width, Height: sizes[0].Height, Tone: colour, Sizes: "9rem", Large: media.Path + sizes[len(sizes)-1].Key}
}

// copies are all photos of the site that are the same file as, or near to, some photos.
func (t takedowns) copies(tx *db.Tx, photos []string) (all []notice.Copy, err error) {
	for _, sha := range photos {
		image, err := t.images.Image(tx.Context(), sha)
		if err != nil && value.KindOf(err) != value.NotFound {
			return nil, err
		}
		image.Sha256 = sha
		found, err := bank.Copies(tx, []safety.Image{image})
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			all = append(all, notice.Copy{Object: c.Object, Record: c.Record, Sha256: c.Sha256, Of: sha, Distance: c.Distance})
		}
	}
	for i := range all {
		if all[i].Past, err = isPast(tx, all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// isPast reports whether nothing is to be decided about a copy: its record is gone, was removed, or shows it no longer.
func isPast(tx *db.Tx, c notice.Copy) (bool, error) {
	if c.Object == listing.Object {
		l, err := listing.Find(tx, c.Record)
		if value.KindOf(err) == value.NotFound || err == nil && l.Status == listing.Removed {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
	now, err := shownPhotos(tx, c.Object, c.Record)
	if value.KindOf(err) == value.NotFound {
		return true, nil
	}
	return !slices.ContainsFunc(now, func(p console.TakenPhoto) bool { return p.Sha256 == c.Sha256 }), err
}

// shown puts copies into words, with what is to be known of each record.
func (t takedowns) shown(tx *db.Tx, copies []notice.Copy) (all []console.PhotoCopy, err error) {
	for _, c := range copies {
		one := console.PhotoCopy{CopyOf: console.CopyOf{Object: c.Object, Record: c.Record, Sha256: c.Sha256}, Of: c.Of, Distance: c.Distance, Same: c.Sha256 == c.Of, Other: c.Other, Past: c.Past}
		if err := describeCopy(tx, &one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func describeCopy(tx *db.Tx, c *console.PhotoCopy) error {
	now, err := shownPhotos(tx, c.Object, c.Record)
	gone := value.KindOf(err) == value.NotFound
	if err != nil && !gone {
		return err
	}
	at := slices.IndexFunc(now, func(p console.TakenPhoto) bool { return p.Sha256 == c.Sha256 })
	if at >= 0 {
		c.Picture = now[at].Picture
	}
	t := func(key string) string { return text.T(tx.Context(), key) }
	switch {
	case gone:
		c.Title, c.State = c.Record.Text(listing.ShortID), t("app.copy.gone")
		return nil
	case c.Object == listing.Object:
		l, err := listing.Find(tx, c.Record)
		if err != nil {
			return err
		}
		c.Title, c.Href, c.By, c.Status = l.Title, linkOf(listing.Object, l.ID), l.Seller.Name, l.Status
	default:
		s, err := listing.FindSeller(tx, c.Record)
		if err != nil {
			return err
		}
		c.Title, c.Href, c.By, c.State = t("console.object.profile"), sellerHref(c.Record), s.Name, t("app.copy.shown")
	}
	if at < 0 && c.Status != listing.Removed {
		c.State = t("app.copy.replaced")
	}
	return nil
}

// Remove carries out what staff ordered: one act with a decision and a statement for each record, or, when it is large, a proposal for a
// second person. The photos enter the bank with the first decision.
func (t takedowns) Remove(ctx context.Context, actor value.Actor, id value.ID, o console.RemovalOrder) (done console.Removed, err error) {
	if err := moderation.CheckAnswer(o.Answer); err != nil {
		return done, err
	}
	r := notice.Removal{Notice: id, Author: actor.ID, Photos: o.Photos, Answer: o.Answer}
	if r.Copies, err = t.ordered(ctx, id, o); err != nil {
		return done, err
	}
	var items []moderation.Item
	for _, c := range r.Records() {
		items = append(items, moderation.Item{Object: c.Object, Record: c.Record})
	}
	made := moderation.Decision{Measure: moderation.ToRemove, Ground: moderation.Privacy, Reason: o.Reason, Notice: id}
	err = t.db.Write(ctx, actor, "notice.removal", func(tx *db.Tx) error { return notice.Order(tx, r) })
	if err != nil {
		return done, err
	}
	if len(items) == 0 { // all of it is gone already; what is left is to keep it away
		return done, t.finish(ctx, id)
	}
	results, err := t.desk.DecideAll(ctx, actor, items, made)
	if errors.Is(err, moderation.ErrTwo) {
		return t.propose(ctx, actor, id, items, made)
	}
	if err != nil {
		return done, err
	}
	return t.bound(ctx, actor, id, results)
}

func (t takedowns) propose(ctx context.Context, actor value.Actor, id value.ID, items []moderation.Item, made moderation.Decision) (console.Removed, error) {
	p, err := t.desk.Propose(ctx, actor, items, made)
	if err == nil {
		err = t.db.Write(ctx, actor, "notice.removal", func(tx *db.Tx) error { return notice.Bind(tx, id, p.ID) })
	}
	return console.Removed{Proposed: true, Records: len(items)}, err
}

// bound notes the act of decisions that were made, and finishes when none of them failed.
func (t takedowns) bound(ctx context.Context, actor value.Actor, id value.ID, results []moderation.Result) (console.Removed, error) {
	var done console.Removed
	var first value.ID
	for _, one := range results {
		if done.Records++; one.Err != nil {
			done.Failed = append(done.Failed, one.Err)
		} else if first == 0 {
			first = one.Decision
		}
	}
	err := t.db.Write(ctx, actor, "notice.removal", func(tx *db.Tx) error {
		d, err := moderation.FindDecision(tx, first)
		if value.KindOf(err) == value.NotFound { // all of them failed
			tx.Log(db.Change{Object: "notice_removal", Record: id, Diff: map[string]any{"failed": len(done.Failed)}})
			return nil
		}
		if err != nil {
			return err
		}
		return notice.Bind(tx, id, d.Act)
	})
	if err == nil && len(done.Failed) == 0 {
		err = t.finish(ctx, id)
	}
	return done, err
}

// ordered looks for the copies again and marks those that staff spared. A copy that came meanwhile is removed with the others.
func (t takedowns) ordered(ctx context.Context, id value.ID, o console.RemovalOrder) (copies []notice.Copy, err error) {
	err = t.db.Read(ctx, func(tx *db.Tx) error {
		n, err := moderation.FindNotice(tx, id)
		if err != nil {
			return err
		}
		if n.State == moderation.Answered {
			return value.Errorf(value.Conflict, "somebody has answered this notice already")
		}
		known, err := t.concerned(tx, n)
		if err != nil {
			return err
		}
		for _, sha := range o.Photos {
			if !slices.ContainsFunc(known, func(p console.TakenPhoto) bool { return p.Sha256 == sha }) {
				return value.Errorf(value.Invalid, "this photo is not what the notice is about")
			}
		}
		if copies, err = t.copies(tx, o.Photos); err != nil {
			return err
		}
		for i := range copies {
			c := &copies[i]
			c.Other = c.Sha256 != c.Of && slices.Contains(o.Spared, console.CopyOf{Object: c.Object, Record: c.Record, Sha256: c.Sha256})
		}
		return nil
	})
	return copies, err
}

const (
	finishJob  = "notice.finish"
	noticeKind = "ntc" // the kind of a notice's id in addresses
)

// finish answers whoever asked for a take-down when everything was decided. While something is left, or the proposal waits, it does
// nothing; it may be called again.
func (t takedowns) finish(ctx context.Context, id value.ID) error {
	var r notice.Removal
	left := 0
	err := t.db.Read(ctx, func(tx *db.Tx) (err error) {
		if r, err = notice.RemovalOf(tx, id); err != nil {
			return err
		}
		left, err = undone(tx, r)
		return err
	})
	if value.KindOf(err) == value.NotFound || err == nil && (left > 0 || !r.Done.IsZero()) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("app.finish(%s): %w", id, err)
	}
	by := value.Actor{Kind: value.Staff, ID: r.Author}
	if err := t.desk.Close(ctx, by, id, r.Act, r.Answer); err != nil {
		return err
	}
	return t.db.Write(ctx, by, "notice.removal", func(tx *db.Tx) error {
		err := t.images.keepAway(tx, r, "taken down on request")
		if err == nil {
			err = t.images.settle(tx, r) // those of a second order, when the first one was carried out in part
		}
		if err != nil {
			return err
		}
		return notice.Finish(tx, id)
	})
}

// undone counts the records of a removal about which nothing was decided for it.
func undone(tx *db.Tx, r notice.Removal) (left int, err error) {
	for _, c := range r.Records() {
		made, err := moderation.Decisions(tx, c.Object, c.Record, 100)
		if err != nil {
			return 0, err
		}
		if slices.ContainsFunc(made, func(d moderation.Decision) bool { return d.Notice == r.Notice && d.Measure == moderation.ToRemove }) {
			continue
		}
		past, err := isPast(tx, notice.Copy{Object: c.Object, Record: c.Record, Sha256: shaOf(r, c)})
		if err != nil {
			return 0, err
		}
		if !past {
			left++
		}
	}
	return left, nil
}

func shaOf(r notice.Removal, record notice.Copy) string {
	for _, c := range r.Copies {
		if c.Object == record.Object && c.Record == record.Record && !c.Other && !c.Past {
			return c.Sha256
		}
	}
	return ""
}

// job finishes what a second person confirmed, and what was interrupted.
func (t takedowns) job() job.Handler {
	return job.Handler{Kind: finishJob, Run: func(ctx context.Context, c job.Claim) error {
		var id value.ID
		if err := c.Payload(&id); err != nil {
			return job.Permanent(err)
		}
		return t.finish(ctx, id)
	}}
}
