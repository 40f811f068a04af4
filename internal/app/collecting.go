package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"fairground/internal/account"
	"fairground/internal/bank"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/evidence"
	"fairground/internal/follow"
	"fairground/internal/listing"
	"fairground/internal/mail"
	"fairground/internal/media"
	"fairground/internal/member"
	"fairground/internal/message"
	"fairground/internal/moderation"
	"fairground/internal/profile"
	"fairground/internal/rulebook"
	"fairground/internal/safety"
	"fairground/internal/saved"
	"fairground/internal/site"
	"fairground/internal/trade"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// collector gathers what concerns a record that is preserved.
type collector struct {
	db     *db.DB
	files  media.Blobs
	photos *media.Photos
}

const mostHistory = 5000 // entries of the change log

// Collect reads everything at one moment, then the photos. What is gone for good is named.
func (c collector) Collect(ctx context.Context, object string, record value.ID, about evidence.About) (found evidence.Package, err error) {
	p := &packing{Package: &found}
	photos := slices.Clone(about.Photos)
	err = c.db.Read(ctx, func(tx *db.Tx) error {
		*p.Package = evidence.Package{}
		if object == listing.Object {
			if err := p.listing(tx, record, &photos); err != nil {
				return err
			}
		}
		if object == message.MessageObject || object == message.ConversationObject {
			p.put("messages.json", "conversations", func() (any, error) { return message.InConversation(tx, record) })
		}
		p.put("history.json", "the change log", func() (any, error) { return change.History(tx, object, record, mostHistory) })
		p.put("screenings.json", "screening", func() (any, error) { return safety.Screenings(tx, record) })
		p.put("decisions.json", "decisions", func() (any, error) { return moderation.Decisions(tx, object, record, 500) })
		p.put("notices.json", "notices, without who sent them", func() (any, error) { return anonymous(tx, object, record) })
		if about.Author != 0 {
			p.account(tx, about.Author)
		}
		return p.err
	})
	if err != nil {
		return found, err
	}
	for _, sha := range photos {
		if err := c.photo(ctx, p, sha); err != nil {
			return found, err
		}
	}
	return found, nil
}

// packing adds parts until something fails.
type packing struct {
	*evidence.Package
	err error
}

func (p *packing) put(name, source string, read func() (any, error)) {
	if p.err != nil {
		return
	}
	value, err := read()
	if err == nil {
		var text []byte
		if text, err = json.MarshalIndent(value, "", "\t"); err == nil {
			p.Parts = append(p.Parts, evidence.Part{Name: name, Bytes: text, Source: source})
		}
	}
	if err != nil {
		p.err = fmt.Errorf("%s: %w", name, err)
	}
}

func (p *packing) listing(tx *db.Tx, record value.ID, photos *[]string) error {
	l, err := listing.Find(tx, record)
	if value.KindOf(err) == value.NotFound {
		p.Missing = append(p.Missing, "the listing: it is not in the database any more")
		return nil
	}
	if err != nil {
		return err
	}
	p.put("listing.json", "listing", func() (any, error) { return l, nil })
	p.put("messages.json", "conversations about the listing", func() (any, error) {
		written, err := message.AboutListing(tx, record)
		for _, m := range written {
			if !slices.Contains(p.Members, m.Buyer) {
				p.Members = append(p.Members, m.Buyer)
			}
		}
		return written, err
	})
	for _, photo := range l.Photos {
		if !slices.Contains(*photos, photo.Sha256) {
			*photos = append(*photos, photo.Sha256)
		}
	}
	return nil
}

// account adds what the site knows of the author, but none of the secrets that check a sign-in.
func (p *packing) account(tx *db.Tx, of value.ID) {
	if p.err != nil {
		return
	}
	err := account.Estate{}.Export(tx, of, func(name string, rows any) error {
		p.put("account/"+name+".json", "account", func() (any, error) { return rows, nil })
		return p.err
	})
	if value.KindOf(err) == value.NotFound {
		p.Missing = append(p.Missing, "the account: it is not in the database any more")
	} else if p.err == nil {
		p.err = err
	}
}

// reported is a notice without its author.
type reported struct {
	ID          value.ID          `json:"id"`
	Ground      moderation.Ground `json:"ground"`
	Explanation string            `json:"explanation"`
	Made        time.Time         `json:"made"`
}

func anonymous(tx *db.Tx, object string, record value.ID) ([]reported, error) {
	notices, err := moderation.NoticesAbout(tx, object, record, 500)
	var all []reported
	for _, n := range notices {
		all = append(all, reported{n.ID, n.Ground, n.Explanation, n.Made})
	}
	return all, err
}

// photo adds the largest size of a photo; the original is never kept.
func (c collector) photo(ctx context.Context, p *packing, sha string) error {
	photo, err := c.photos.Hashed(ctx, sha)
	if err == nil && len(photo.Sizes) > 0 {
		var file io.ReadSeekCloser
		if file, err = c.files.Open(ctx, photo.Sizes[len(photo.Sizes)-1].Key); err == nil {
			defer file.Close()
			var bytes []byte
			if bytes, err = io.ReadAll(file); err == nil {
				p.Parts = append(p.Parts, evidence.Part{Name: "photo/" + sha + ".webp", Bytes: bytes, Source: "the largest stored size", PDQ: photo.Hash.String()})
				return nil
			}
		}
	}
	if value.KindOf(err) == value.NotFound || err == nil {
		p.Missing = append(p.Missing, "photo "+sha+": it is not stored any more")
		return nil
	}
	return err
}

// held keeps of members whose records are preserved what the holds are about: the records themselves, what was written
// about them, decisions, and who the account is. The rest is erased at once, the account is closed, and what stays is erased
// when the last hold has ended. They are told that the law asks for it, and not why.
func held(all []member.Estate) []member.Estate {
	for i, estate := range all {
		all[i] = heldEstate{estate, i == 0}
	}
	return all
}

type heldEstate struct {
	member.Estate
	speaks bool // the first one speaks for all
}

// Erase does what it may while there is a hold.
func (h heldEstate) Erase(tx *db.Tx, of value.ID, keep func(what, why, until string)) error {
	until, err := evidence.HeldUntil(tx, of)
	if err != nil {
		return err
	}
	if until.IsZero() {
		return h.Estate.Erase(tx, of, keep)
	}
	if ctx := tx.Context(); h.speaks {
		keep(text.T(ctx, "app.held.what"), text.T(ctx, "app.held.why"), text.FromContext(ctx).Date(until))
		if err := evidence.AwaitErasure(tx, of); err != nil {
			return err
		}
	}
	return h.eraseOthers(tx, of, keep)
}

// eraseOthers erases what no hold is concerned with.
func (h heldEstate) eraseOthers(tx *db.Tx, of value.ID, keep func(what, why, until string)) error {
	switch estate := h.Estate.(type) {
	case listing.Estate:
		return estate.EraseOthers(tx, of, func(id value.ID) (bool, error) { return evidence.Held(tx, listing.Object, id) })
	case message.Estate:
		return estate.EraseOthers(tx, of, func(conversation, about value.ID) (bool, error) { return heldTalk(tx, conversation, about) })
	case profile.Estate:
		return h.unlessHeld(tx, of, keep, profile.Object, "seller")
	case trade.Estate:
		return h.unlessHeld(tx, of, keep, trade.ReviewObject)
	case follow.Estate, saved.Estate:
		return h.Estate.Erase(tx, of, keep)
	case account.Estate: // it stays, and nobody comes in by it
		err := suspended{}.Suspend(tx, of, "its owner asked for it to be erased")
		if value.KindOf(err) == value.Forbidden { // of somebody on the staff: the estate says why not
			return h.Estate.Erase(tx, of, keep)
		}
		return err
	default:
		return nil
	}
}

// unlessHeld erases an estate when no record of its objects is held.
func (h heldEstate) unlessHeld(tx *db.Tx, of value.ID, keep func(what, why, until string), objects ...string) error {
	for _, object := range objects {
		records, err := evidence.HeldRecords(tx, object, of)
		if err != nil || len(records) > 0 {
			return err
		}
	}
	return h.Estate.Erase(tx, of, keep)
}

// heldTalk reports whether a conversation, a message in it, or the listing it is about is held.
func heldTalk(tx *db.Tx, conversation, about value.ID) (bool, error) {
	for object, record := range map[string]value.ID{listing.Object: about, message.ConversationObject: conversation} {
		if is, err := evidence.Held(tx, object, record); is || err != nil {
			return is, err
		}
	}
	written, err := message.InConversation(tx, conversation)
	for _, m := range written {
		if is, err := evidence.Held(tx, message.MessageObject, m.ID); is || err != nil {
			return is, err
		}
	}
	return false, err
}

var erasureMail = mail.Kind{Name: "member.erasure"}

// eraseHeld erases what was left of a member when the last hold has ended, in their own name, since they asked for it.
func (a *App) eraseHeld(s *site.Site) func(context.Context, value.ID) error {
	return func(ctx context.Context, of value.ID) error {
		return s.DB.Write(site.With(ctx, s), value.Actor{Kind: value.Member, ID: of}, "member.erase_held", func(tx *db.Tx) error {
			may, err := evidence.MayErase(tx, of)
			if err != nil || !may {
				tx.Log(db.Change{Object: "evidence_erasure", Record: of, Diff: map[string]any{"state": "held again"}})
				return err
			}
			to, err := account.Find(tx, of)
			if err != nil {
				return err
			}
			kept := 0
			for _, estate := range estates(a)(s) {
				if err := estate.Erase(tx, of, func(_, _, _ string) { kept++ }); err != nil {
					return fmt.Errorf("erasing %s of %s: %w", estate.Name(), of, err)
				}
			}
			if err := evidence.Erased(tx, of, kept); err != nil || !to.Erased.IsZero() {
				return err
			}
			w, name := a.printer(s.Settings(), to.Locale), s.Settings().Name
			return mail.Send(tx, mail.Message{Kind: erasureMail, To: to.Email, Subject: w.T("app.held.done_subject", "site", name), Text: w.T("app.held.done_text", "site", name) + "\n"})
		})
	}
}

// forgetListing drops what the safety desk knows of a listing that is erased.
func forgetListing(tx *db.Tx, id value.ID) error {
	if err := bank.Forget(tx, listing.Object, id); err != nil {
		return err
	}
	return rulebook.Forget(tx, listing.Object, id)
}
