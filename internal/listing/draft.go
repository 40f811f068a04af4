package listing

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// DraftID is the kind of a draft's outside id: drf_….
const DraftID = "drf"

// DraftObject is what the change log calls a draft.
const DraftObject = "draft"

// The limits of drafts.
const (
	MostDrafts      = 20                  // of a member
	MostGuestDrafts = 3                   // of a visitor
	DraftAge        = 30 * 24 * time.Hour // since it was saved last
	GuestDraftAge   = 48 * time.Hour
	LargestDraft    = 200_000 // characters of all that was typed, taken together
	mostDraftPhotos = 2 * MostPhotos
)

// Author is who writes a draft: an account, or a visitor who holds a secret key, as a cookie does. One of them is set.
type Author struct {
	Account value.ID
	Key     string // 256 random bits, as text; only its hash is stored
}

func (a Author) actor() value.Actor {
	if a.Account != 0 {
		return value.Actor{Kind: value.Member, ID: a.Account}
	}
	return value.Actor{Kind: value.Visitor}
}

// columns are the values of listing_draft.account and listing_draft.guest.
func (a Author) columns() (account, guest any) {
	if a.Account != 0 {
		return int64(a.Account), nil
	}
	sum := sha256.Sum256([]byte(a.Key))
	return nil, sum[:]
}

// where is a condition on the drafts of the author; its argument is $1.
func (a Author) where() (string, any) {
	account, guest := a.columns()
	if account != nil {
		return "account = $1", account
	}
	return "guest = $1", guest
}

// nobody reports an author who is neither; nothing is theirs.
func (a Author) nobody() bool { return a.Account == 0 && len(a.Key) < shortestKey }

const shortestKey = 16 // characters

// Typed is what a form holds, complete or not, as it was typed.
type Typed struct {
	Kind       Kind              `json:"kind,omitempty"`
	Category   value.ID          `json:"category,omitempty"`
	Locale     value.Locale      `json:"locale,omitempty"`
	Title      string            `json:"title,omitempty"`
	Body       string            `json:"body,omitempty"`
	Price      string            `json:"price,omitempty"`
	Currency   string            `json:"currency,omitempty"`
	Place      string            `json:"place,omitempty"`
	Point      value.Point       `json:"point,omitzero"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Photos     []Photo           `json:"photos,omitempty"`
	Opens      string            `json:"opens,omitempty"` // when it is to go live, as the form wrote it
	Name       string            `json:"name,omitempty"`  // of a visitor who has no account yet
	Email      string            `json:"email,omitempty"`
}

// Draft is a listing that somebody writes. It is private to its author and is not screened, because nobody else sees it.
type Draft struct {
	ID      value.ID
	Seller  value.ID // for whom; 0 means the member's own private seller
	Rev     int64
	Created time.Time
	Updated time.Time
	Expires time.Time
	Typed
}

// Key is the draft's outside id.
func (d Draft) Key() string { return d.ID.Text(DraftID) }

// Typed turns a content back into what its form holds, for editing a listing.
func (c Content) Typed() Typed {
	t := Typed{Kind: c.Kind, Category: c.Category, Locale: c.Locale, Title: c.Title, Body: c.Body, Place: c.Place.Name,
		Point: c.Place.Point, Attributes: c.Attributes, Photos: c.Photos, Currency: c.Price.Currency}
	if c.HasPrice() {
		t.Price = c.Price.Decimal()
	}
	return t
}

// Content reads what was typed. Only the price can be wrong at this point, on the field "price"; Tree.Check finds the
// rest. A visitor's name and address are not part of it.
func (t Typed) Content() (Content, error) {
	c := Content{Kind: t.Kind, Category: t.Category, Locale: t.Locale, Title: t.Title, Body: t.Body,
		Place: Place{Name: t.Place, Point: t.Point}, Photos: t.Photos, Attributes: make(Attributes, len(t.Attributes))}
	for slug, text := range t.Attributes {
		if strings.TrimSpace(text) != "" {
			c.Attributes[slug] = text
		}
	}
	if strings.TrimSpace(t.Price) == "" || t.Kind == Free {
		return c, nil
	}
	price, err := value.ParseMoney(t.Price, t.Currency)
	if err != nil {
		return c, onField("price", err)
	}
	c.Price = price
	return c, nil
}

// onField puts an error for the person at a field.
func onField(field string, err error) error {
	var known *value.Error
	if !errors.As(err, &known) {
		return err
	}
	at := *known
	at.Field = field
	return &at
}

// CheckTyped reads and checks what was typed. The error joins one *value.Error for every field that is wrong.
func (t *Tree) CheckTyped(typed Typed) (Content, error) {
	content, wrong := typed.Content()
	content, err := t.Check(content)
	return content, errors.Join(wrong, err)
}

// StartDraft stores a new draft. The error is of kind Limited when its author has as many as they may, and Forbidden
// when they may not post for the seller.
func (d *Desk) StartDraft(ctx context.Context, by Author, seller value.ID, typed Typed) (draft Draft, err error) {
	if by.nobody() || by.Account == 0 && seller != 0 {
		return Draft{}, value.Errorf(value.Forbidden, "sign in to post for this seller")
	}
	if typed, err = typed.tidy(); err != nil {
		return Draft{}, err
	}
	err = d.DB.Write(ctx, by.actor(), "draft.start", func(tx *db.Tx) error {
		if err := mayDraft(tx, by, seller); err != nil {
			return err
		}
		draft = Draft{ID: tx.NewID(), Seller: seller, Rev: 1, Created: tx.Now(), Updated: tx.Now(), Expires: by.expiry(tx.Now()), Typed: typed}
		tx.Log(db.Change{Object: DraftObject, Record: draft.ID, Diff: map[string]any{"state": pair{nil, "started"}}})
		return insertDraft(tx, by, draft)
	})
	if err != nil {
		return Draft{}, fmt.Errorf("listing.StartDraft: %w", err)
	}
	return draft, nil
}

func (a Author) expiry(now time.Time) time.Time {
	if a.Account == 0 {
		return now.Add(GuestDraftAge)
	}
	return now.Add(DraftAge)
}

func mayDraft(tx *db.Tx, by Author, seller value.ID) error {
	if seller != 0 {
		if err := mayPost(tx, by.actor(), seller); err != nil {
			return err
		}
	}
	where, key := by.where()
	n, err := db.One(tx, db.Column[int], "select count(*) from listing_draft where "+where, key)
	if err != nil {
		return err
	}
	most := MostDrafts
	if by.Account == 0 {
		most = MostGuestDrafts
	}
	if n >= most {
		return keyed(value.Limited, "listing.draft.many", fmt.Sprintf("you have %d drafts, which is the most; finish or discard one first", n), "count", n)
	}
	return nil
}

// SaveDraft keeps what was typed so far. rev is the revision the author's page has; when another page saved meanwhile,
// the error is of kind Conflict and nothing is lost on either side. Saving leaves no entry in the change log: a draft is
// nobody's business but its author's, and is saved every few seconds.
func (d *Desk) SaveDraft(ctx context.Context, by Author, id value.ID, rev int64, typed Typed) (draft Draft, err error) {
	if typed, err = typed.tidy(); err != nil {
		return Draft{}, err
	}
	err = d.DB.Write(ctx, by.actor(), "draft.save", func(tx *db.Tx) error {
		if draft, err = FindDraft(tx, by, id); err != nil {
			return err
		}
		if draft.Rev != rev {
			return keyed(value.Conflict, "listing.draft.elsewhere", "this draft was changed in another window; load it again")
		}
		before := draft.Photos
		draft.Typed, draft.Updated, draft.Expires = typed, tx.Now(), by.expiry(tx.Now())
		draft.Rev++
		return updateDraft(tx, draft, before)
	})
	if err != nil {
		return Draft{}, fmt.Errorf("listing.SaveDraft(%s): %w", id, err)
	}
	return draft, nil
}

// DiscardDraft throws a draft away. One that is not there, or is another's, is an error of kind NotFound.
func (d *Desk) DiscardDraft(ctx context.Context, by Author, id value.ID) error {
	err := d.DB.Write(ctx, by.actor(), "draft.discard", func(tx *db.Tx) error {
		if _, err := FindDraft(tx, by, id); err != nil {
			return err
		}
		return dropDraft(tx, id, "discarded")
	})
	if err != nil {
		return fmt.Errorf("listing.DiscardDraft(%s): %w", id, err)
	}
	return nil
}

// ExpireDrafts throws away the drafts and unconfirmed submissions whose time is over and returns how many drafts. It is
// idempotent.
func (d *Desk) ExpireDrafts(ctx context.Context) (int, error) {
	const portion = 200
	for all := 0; ; {
		n, err := d.expireDrafts(ctx, portion)
		if err != nil {
			return all, fmt.Errorf("listing.ExpireDrafts: %w", err)
		}
		if all += n; n < portion {
			return all, nil
		}
	}
}

func (d *Desk) expireDrafts(ctx context.Context, portion int) (n int, err error) {
	due, err := d.due(ctx, "select id from listing_draft where expires_us <= $1 order by expires_us limit $2", portion)
	if err != nil {
		return 0, err
	}
	if err := d.forgetGuests(ctx); err != nil || len(due) == 0 {
		return 0, err
	}
	err = d.DB.Write(ctx, value.SystemActor("expiry"), "draft.expire", func(tx *db.Tx) error {
		for _, id := range due {
			if err := dropDraft(tx, id, "expired"); err != nil {
				return err
			}
		}
		return nil
	})
	return len(due), err
}

// due lists ids by a moment ($1: now) and a limit ($2), without a write, so that an idle job writes nothing.
func (d *Desk) due(ctx context.Context, query string, portion int) (ids []value.ID, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		ids, err = db.All(tx, db.Column[value.ID], query, value.Micros(tx.Now()), portion)
		return err
	})
	return ids, err
}

// tidy makes what was typed storable and no more: people find their words as they left them.
func (t Typed) tidy() (Typed, error) {
	size := 0
	for _, text := range []*string{&t.Title, &t.Body, &t.Price, &t.Currency, &t.Place, &t.Opens, &t.Name, &t.Email} {
		*text = storable(*text)
		size += utf8.RuneCountInString(*text)
	}
	t.Kind, t.Locale = Kind(storable(string(t.Kind))), value.Locale(storable(string(t.Locale)))
	attributes := make(map[string]string, len(t.Attributes))
	for slug, text := range t.Attributes {
		attributes[storable(slug)] = storable(text)
		size += utf8.RuneCountInString(slug) + utf8.RuneCountInString(text)
	}
	t.Attributes = attributes
	for i, p := range t.Photos {
		size += utf8.RuneCountInString(p.Alt)
		if !photoSum.MatchString(p.Sha256) || !photoColour.MatchString(p.Colour) {
			return t, value.Fieldf("photos", "photo %d was not stored properly; upload it again", i+1)
		}
	}
	switch {
	case len(t.Photos) > mostDraftPhotos:
		return t, tooManyPhotos(len(t.Photos))
	case size > LargestDraft:
		return t, value.Fieldf("body", "a description may have at most %d characters; all you wrote has %d", LongestBody, size)
	}
	return t, nil
}

// storable is a text that JSON on both engines can hold.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "�"), "\x00", "")
}

// parseTyped reads the stored form of what was typed.
func parseTyped(text string) (t Typed, err error) {
	err = json.Unmarshal([]byte(text), &t)
	return t, err
}
