package posting

import (
	"net/http"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
	"fairground/internal/web"
)

// resumed names the draft of a member whose session had ended when a form of it was sent, among what was typed.
const resumed = "resumes.draft"

// stash keeps a whole form that comes from somebody who is not signed in any more: as a draft of their browser, until
// they are back. It returns the address to come back to. A script keeps its own words and sends them again, so nothing is
// stored for it; neither is what cannot be.
func (v *visit) stash(id value.ID) string {
	back := "/post/" + id.Text(listing.DraftID)
	if v.r.Method != http.MethodPost || wantsParts(v.r) || v.posting.config.ByMember.Allow(who(v.r)) != nil {
		return back
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return back
	}
	typed := listing.Typed{Kind: listing.Sell}
	if err := v.typed(form, &typed); err != nil {
		return back
	}
	typed.Attributes[resumed] = id.Text(listing.DraftID)
	draft, err := v.start(0, typed)
	if err != nil {
		return back
	}
	return address(draft)
}

// claim gives a member the drafts that this browser wrote while nobody was signed in, and leads on from the address of
// one of them to where it is now.
func (v *visit) claim() error {
	key := visitorKey(v.r)
	if key == "" || v.by.Account == 0 {
		return nil
	}
	visitor, asked, there := listing.Author{Key: key}, v.r.PathValue("draft"), ""
	var drafts []listing.Draft
	err := v.read(func(tx *db.Tx) (err error) {
		drafts, err = listing.Drafts(tx, visitor)
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range drafts {
		taken, err := v.take(visitor, d)
		if err != nil {
			return err
		}
		if d.Key() == asked {
			there = address(taken)
		}
	}
	v.setCookie("", -1)
	if there != "" && v.r.Method == http.MethodGet {
		return web.Detour(there)
	}
	return nil
}

// take turns a visitor's draft into a member's, or puts its words into the draft it resumes.
func (v *visit) take(visitor listing.Author, d listing.Draft) (listing.Draft, error) {
	id, err := value.ParseID(listing.DraftID, d.Attributes[resumed])
	delete(d.Attributes, resumed)
	var taken listing.Draft
	if err == nil {
		taken, err = v.change(id, func(t *listing.Typed) error {
			resume(t, d.Typed)
			return nil
		})
	}
	if err != nil {
		taken, err = v.start(0, d.Typed)
	}
	if err != nil {
		return listing.Draft{}, err
	}
	return taken, v.Desk.DiscardDraft(v.ctx, visitor, d.ID)
}

// resume takes over the words of a form; photos were stored with the draft already.
func resume(t *listing.Typed, sent listing.Typed) {
	for slug, text := range t.Attributes {
		if _, again := sent.Attributes[slug]; !again && (slug == edited || slug == revision) {
			sent.Attributes[slug] = text
		}
	}
	sent.Photos = t.Photos
	if sent.Category == 0 {
		sent.Category = t.Category
	}
	*t = sent
}
