package message

import (
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/media"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

const threadSize = 50

// threadView is one conversation as one person sees it.
type threadView struct {
	Conversation Conversation
	Side         Side
	Listing      Listing
	With         string
	Team         map[value.ID]Person // who wrote, for the team of a seller; nil otherwise
	Messages     []Message
	Offers       map[value.ID]Offer
	Row          side
	SeenTo       time.Time // up to here the other side has read, as far as this side may know
	Muted        bool
	Refusal      string // why nothing can be written; empty while something can
	MayUnblock   bool
	BlockedPage  string
	DealHref     string // of their deal, or where the two say that they agreed
	DealMade     bool
	Notes        map[value.ID]Note // by the message they stand beside
	Known        templ.Component   // what is known here of the other side; nil when nothing is
	More         string            // address of older messages; empty when there are none
	Older        bool              // these are older messages, which do not change
	Currency     string

	Draft       string // what was typed, when it is shown again
	TextError   string
	PhotosError string
	Amount      string
	AmountError string
	Key         string
	Person      value.ID
}

// threadView reads a conversation, and marks it as read when its end is shown.
func (d *Desk) threadView(r *http.Request) (v threadView, err error) {
	id, err := conversationOf(r)
	if err != nil {
		return v, err
	}
	before := cursor{}
	if text := r.URL.Query().Get("before"); text != "" {
		if before, err = parseCursor(text); err != nil {
			return v, err
		}
		v.Older = true
	}
	v.Person, v.Key, v.BlockedPage = account.From(r.Context()).Account, newKey(), d.config.BlockedPage
	v.Currency = site.From(r.Context()).Settings().Currency
	var reader Person
	err = read(r, func(tx *db.Tx) error {
		reader, err = d.readThread(tx, id, before, &v)
		return err
	})
	if err != nil || v.Older {
		return v, err
	}
	return v, d.see(r.Context(), v.Conversation, v.Row, reader)
}

func (d *Desk) readThread(tx *db.Tx, id value.ID, before cursor, v *threadView) (reader Person, err error) {
	if v.Conversation, v.Side, err = d.find(tx, id, v.Person); err != nil {
		return reader, err
	}
	c := v.Conversation
	if v.Listing, err = d.listing(tx, c.Listing); err != nil {
		return reader, err
	}
	if d.config.Deal != nil {
		if v.DealHref, v.DealMade, err = d.config.Deal(tx, c); err != nil {
			return reader, err
		}
	}
	if v.Listing.Price.Currency != "" {
		v.Currency = v.Listing.Price.Currency
	}
	if v.Row, err = findSide(tx, c.ID, v.Side); err != nil {
		return reader, err
	}
	var more bool
	if v.Messages, more, err = thread(tx, v.Row, before, threadSize); err != nil {
		return reader, err
	}
	if more {
		v.More = c.Href() + "?before=" + cursor{micros(v.Messages[0].At), v.Messages[0].ID}.text()
	}
	if v.Offers, err = findOffers(tx, c.ID); err != nil {
		return reader, err
	}
	if v.With, err = d.nameOf(tx, c, v.Listing, v.Side.Other()); err != nil {
		return reader, err
	}
	if err := d.readNotes(tx, v); err != nil {
		return reader, err
	}
	quiet, err := muted(tx, c.ID)
	if err != nil {
		return reader, err
	}
	v.Muted = quiet[v.Person]
	if reader, err = d.readTeam(tx, v); err != nil {
		return reader, err
	}
	other, err := findSide(tx, c.ID, v.Side.Other())
	if err != nil {
		return reader, err
	}
	if reader.SeenMarks {
		v.SeenTo = other.shown
	}
	return reader, d.readRefusal(tx, v)
}

// readNotes finds the notes that this side has not put away, and what is known of the other.
func (d *Desk) readNotes(tx *db.Tx, v *threadView) error {
	all, err := notesOf(tx, v.Conversation.ID, v.Side)
	if err != nil {
		return err
	}
	v.Notes = make(map[value.ID]Note, len(all))
	for _, n := range all {
		if n.Dismissed.IsZero() && n.Withdrawn.IsZero() {
			v.Notes[n.Message] = n
		}
	}
	if d.config.Known != nil {
		v.Known, err = d.config.Known(tx, v.Conversation, v.Side.Other())
	}
	return err
}

// readTeam finds the names of the team's members who wrote, and the reader.
func (d *Desk) readTeam(tx *db.Tx, v *threadView) (Person, error) {
	ids := []value.ID{v.Person}
	if v.Side == SellerSide && v.Listing.Seller.Business {
		for _, m := range v.Messages {
			if m.Side == SellerSide && m.Author != 0 {
				ids = append(ids, m.Author)
			}
		}
	}
	persons, err := d.config.Persons(tx, unique(ids))
	if v.Side == SellerSide && v.Listing.Seller.Business {
		v.Team = persons
	}
	return persons[v.Person], err
}

func (d *Desk) readRefusal(tx *db.Tx, v *threadView) error {
	err := d.writable(tx, v.Conversation, v.Listing)
	if value.KindOf(err) != value.Forbidden {
		return err
	}
	v.Refusal = text.Error(tx.Context(), err)
	v.MayUnblock = !v.Row.blocked.IsZero()
	return nil
}

func (d *Desk) showConversation(w http.ResponseWriter, r *http.Request) error {
	v, err := d.threadView(r)
	if err != nil {
		return err
	}
	return d.renderThread(w, r, http.StatusOK, v)
}

// renderThread writes the page of a conversation, with the list beside it. What asks for a part gets it whole and takes
// what it needs.
func (d *Desk) renderThread(w http.ResponseWriter, r *http.Request, status int, v threadView) error {
	list, err := d.inboxView(r)
	if err != nil {
		return err
	}
	list.Open = v.Conversation.ID
	title := text.T(r.Context(), "message.with", "name", withName(r.Context(), v.With))
	return d.render(w, r, status, title, talksPage(list, &v))
}

// write takes a message from the form of a conversation.
func (d *Desk) write(w http.ResponseWriter, r *http.Request) error {
	id, err := conversationOf(r)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	// Whoever is on neither side must not make the site work on photos.
	err = read(r, func(tx *db.Tx) error {
		_, _, err := d.find(tx, id, account.From(r.Context()).Account)
		return err
	})
	if err != nil {
		return err
	}
	draft := Draft{Text: form.Raw("text"), Key: clipKey(form.Raw("key"))}
	draft.Photos, err = d.takePhotos(r.Context(), form)
	if err = form.Note(err); err != nil {
		return err
	}
	var m Message
	if form.Valid() {
		m, err = d.Send(r.Context(), actorOf(r), id, draft)
		if err = form.Note(err); err != nil && value.KindOf(err) != value.Forbidden {
			return err
		}
	}
	if err != nil || !form.Valid() {
		return d.writeAgain(w, r, form, err)
	}
	if web.Fragment(r) {
		return d.showConversation(w, r)
	}
	sayHeld(w, r, m)
	return web.Redirect(w, r, href(id)+"#end")
}

// writeAgain shows a conversation with what was typed and what is wrong with it.
func (d *Desk) writeAgain(w http.ResponseWriter, r *http.Request, form *web.Form, refused error) error {
	v, err := d.threadView(r)
	if err != nil {
		return err
	}
	v.Draft, v.TextError, v.PhotosError = form.Raw("text"), problem(r, form, "text"), problem(r, form, "photos")
	status := http.StatusUnprocessableEntity
	if refused != nil {
		v.TextError, status = text.Error(r.Context(), web.Public(refused)), http.StatusForbidden
	}
	return d.renderThread(w, r, status, v)
}

// clipKey keeps a key of a form as long as ours are.
func clipKey(key string) string { return key[:min(len(key), 40)] }

func sayHeld(w http.ResponseWriter, r *http.Request, m Message) {
	switch m.State {
	case Held:
		web.SetFlash(w, r, web.Flash{Tone: "bad", Key: "message.flash.held"})
	case Refused:
		web.SetFlash(w, r, web.Flash{Tone: "bad", Key: "message.flash.refused"})
	}
}

func (d *Desk) takePhotos(ctx context.Context, form *web.Form) ([]Photo, error) {
	files := form.Files("photos", largestPhoto)
	if len(files) > mostPhotos {
		return nil, fieldWords("photos", "message.photos_most", "please send at most %d photos at once", "most", mostPhotos)
	}
	var photos []Photo
	for _, file := range files {
		p, err := d.processFile(ctx, file)
		if err != nil {
			return nil, err
		}
		photos = append(photos, p)
	}
	return photos, nil
}

func (d *Desk) processFile(ctx context.Context, file *multipart.FileHeader) (Photo, error) {
	f, err := file.Open()
	if err != nil {
		return Photo{}, fmt.Errorf("message: opening an uploaded photo: %w", err)
	}
	defer f.Close()
	p, err := d.room(ctx).Photos.Process(ctx, f)
	var known *value.Error
	if errors.As(err, &known) && known.Kind == value.Invalid {
		moved := *known
		moved.Field = "photos"
		return Photo{}, &moved
	}
	return photoOf(p), err
}

// act does what a side does for itself, and what has a form of its own: an offer, a report.
func (d *Desk) act(w http.ResponseWriter, r *http.Request) error {
	id, err := conversationOf(r)
	if err != nil {
		return err
	}
	switch verb := r.PathValue("verb"); verb {
	case "offer":
		return d.offer(w, r, id)
	case "report":
		return d.report(w, r, id)
	default:
		if err := d.Act(r.Context(), actorOf(r), id, verb); err != nil {
			return err
		}
		web.SetFlash(w, r, web.Flash{Key: "message.done." + verb})
		if verb == "archive" || verb == "delete" {
			return web.Redirect(w, r, "/messages")
		}
		return web.Redirect(w, r, href(id))
	}
}

func (d *Desk) offer(w http.ResponseWriter, r *http.Request, id value.ID) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	v, err := d.threadView(r)
	if err != nil {
		return err
	}
	form.Require("amount")
	amount := form.Money("amount", v.Currency)
	if form.Valid() {
		_, err = d.MakeOffer(r.Context(), actorOf(r), id, amount, clipKey(form.Raw("key")))
		if err = form.Note(err); err != nil && value.KindOf(err) != value.Conflict && value.KindOf(err) != value.Forbidden {
			return err
		}
	}
	if err == nil && form.Valid() {
		return d.afterOffer(w, r, id)
	}
	v.Amount, v.AmountError = form.Raw("amount"), problem(r, form, "amount")
	status := http.StatusUnprocessableEntity
	if err != nil {
		v.AmountError, status = text.Error(r.Context(), web.Public(err)), web.StatusOf(err)
	}
	return d.renderThread(w, r, status, v)
}

func (d *Desk) afterOffer(w http.ResponseWriter, r *http.Request, id value.ID) error {
	if web.Fragment(r) {
		return d.showConversation(w, r)
	}
	return web.Redirect(w, r, href(id)+"#end")
}

func (d *Desk) decideOffer(w http.ResponseWriter, r *http.Request) error {
	id, err := conversationOf(r)
	if err != nil {
		return err
	}
	offer, err := value.ParseID(offerKind, r.PathValue("offer"))
	if err != nil {
		return err
	}
	err = d.DecideOffer(r.Context(), actorOf(r), id, offer, r.PathValue("verb"))
	if value.KindOf(err) == value.Conflict { // somebody was quicker: the page says what came of it
		web.SetFlash(w, r, web.Flash{Tone: "bad", Text: text.Error(r.Context(), web.Public(err))})
		return web.Redirect(w, r, href(id))
	}
	if err != nil {
		return err
	}
	return d.afterOffer(w, r, id)
}

// photo shows a photo of a message to the two sides, and to staff where the conversation was reported.
func (d *Desk) photo(w http.ResponseWriter, r *http.Request) error {
	id, err := conversationOf(r)
	if err != nil {
		return err
	}
	message, err := value.ParseID(MessageKind, r.PathValue("message"))
	if err != nil {
		return err
	}
	file := r.PathValue("file")
	key := "photo/" + file[:min(2, len(file))] + "/" + file
	sha, px, err := media.ParseKey(key)
	if err != nil {
		return err
	}
	err = read(r, func(tx *db.Tx) error { return d.mayShow(tx, account.From(r.Context()), id, message, sha) })
	if err != nil {
		return err
	}
	room := d.room(r.Context())
	veiled, err := room.veiled(r.Context(), sha)
	if err != nil {
		return err
	}
	if veiled { // from its two sides and from staff too
		return noConversation()
	}
	blob, err := room.Blobs.Open(r.Context(), key)
	if err != nil {
		return err
	}
	defer blob.Close()
	h := w.Header()
	h.Set("Content-Type", "image/webp")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=86400")
	h.Set("ETag", fmt.Sprintf(`"%s-%d"`, sha, px))
	http.ServeContent(w, r, "", time.Time{}, blob)
	return nil
}

func (d *Desk) mayShow(tx *db.Tx, session account.Session, conversation, message value.ID, sha string) error {
	m, err := findMessage(tx, message)
	if err != nil {
		return err
	}
	if m.Conversation != conversation || !strings.Contains(shas(m), sha) {
		return noConversation()
	}
	c, s, err := d.find(tx, conversation, session.Account)
	if value.KindOf(err) == value.NotFound && session.May(account.ConversationsSee) {
		if c, err = findConversation(tx, conversation); err == nil && (!c.Reported.IsZero() || m.State == Held) {
			return nil
		}
		return noConversation()
	}
	if err != nil {
		return err
	}
	row, err := findSide(tx, c.ID, s)
	if err == nil && (!m.At.After(row.cleared) || m.Side != s && m.State != Delivered) {
		return noConversation()
	}
	return err
}

func shas(m Message) string {
	var all []string
	for _, p := range m.Photos {
		all = append(all, p.Sha256)
	}
	return strings.Join(all, " ")
}
