package console

import (
	"context"
	"net/http"
	"time"

	"fairground/internal/account"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// card is a listing with everything that a decision about it needs.
type card struct {
	v           *visit
	l           listing.Listing
	title, body []piece
	attributes  []attribute
	pictures    []ui.Picture
	whys        []why
	seller      seller
	decisions   []decided
	notices     []moderation.Notice
	history     []event
	form        decision
	kase        moderation.Case // that waits for a decision; ID 0: none
	holder      string          // who works on it
	replies     []moderation.Reply
	seen        map[string]bool // photos that the reader has looked at, by SHA-256
	looksLeft   int             // at severe photos, today
	shown       moderation.Shown
	network     *Network
	featured    time.Time // until when it has a marked place above the others; zero when it has none
}

// attribute is a field of the listing's category with its value.
type attribute struct {
	name   string
	pieces []piece
}

// decided is a decision with the name of whoever made it.
type decided struct {
	moderation.Decision
	by string
}

const (
	mostHistory  = 200 // entries on a listing's page
	fewHistory   = 8   // beside the queue
	mostNotices  = 100
	mostDecision = 50
)

// card reads a listing with all about it.
func (v *visit) card(tx *db.Tx, id value.ID, history int) (*card, error) {
	l, err := listing.Find(tx, id)
	if err != nil {
		return nil, err
	}
	c := &card{v: v, l: l, pictures: pictures(l)}
	if c.whys, err = v.whys(tx, l); err != nil {
		return nil, err
	}
	c.mark(spans(c.whys))
	if c.seller, err = v.seller(tx, l.Seller); err != nil {
		return nil, err
	}
	featured, err := listing.Featured(tx, []value.ID{id})
	if err != nil {
		return nil, err
	}
	c.featured = featured[id]
	who, err := v.people(tx)
	if err != nil {
		return nil, err
	}
	if err := c.readDecisions(tx, who); err != nil {
		return nil, err
	}
	if c.history, err = v.history(tx, who, listing.Object, id, history); err != nil {
		return nil, err
	}
	c.form = decision{rev: l.Rev, final: final(c.whys)}
	return c, c.readDesk(tx)
}

func (c *card) mark(spans []safety.Span) {
	c.title, c.body = marked(c.l.Title, "title", spans), marked(c.l.Body, "body", spans)
	locale := c.v.words.Locale()
	for _, a := range c.v.tree.Attributes(c.l.Category) {
		text, given := c.l.Attributes[a.Slug]
		if !given {
			continue
		}
		shown := attribute{name: a.Names.In(locale), pieces: marked(text, "attributes."+a.Slug, spans)}
		switch {
		case a.Type == listing.BooleanType:
			shown.pieces = []piece{{text: c.v.t("console.yes_no." + text)}}
		case a.Type == listing.ChoiceType:
			if option, ok := a.Option(text); ok {
				shown.pieces = []piece{{text: option.Names.In(locale)}}
			}
		case a.Unit != "":
			shown.pieces = append(shown.pieces, piece{text: " " + a.Unit})
		}
		c.attributes = append(c.attributes, shown)
	}
}

// readDecisions also finds the notices about the listing: those that were answered by its decisions, and the open ones.
func (c *card) readDecisions(tx *db.Tx, who *people) error {
	made, err := moderation.Decisions(tx, listing.Object, c.l.ID, mostDecision)
	if err != nil {
		return err
	}
	for _, d := range made {
		name, err := who.name(tx, d.Actor)
		if err != nil {
			return err
		}
		c.decisions = append(c.decisions, decided{d, name})
	}
	if !c.v.may(account.NoticesSee) {
		return nil
	}
	c.notices, err = moderation.NoticesAbout(tx, listing.Object, c.l.ID, mostNotices)
	return err
}

// waits reports whether the listing is in the queue.
func (c *card) waits() bool { return c.l.Status == listing.Held || c.l.Status == listing.Challenged }

// veiled reports whether the photos are shown only to who asks.
func (c *card) veiled() bool { return c.l.Status != listing.Live && c.l.Status != listing.Sold }

// line says in short what the listing is.
func (c *card) line() string {
	return dotted(c.v.categoryPath(c.l.Category), c.v.price(c.l), c.l.Place.Name, c.v.t("console.seller.since", "when", c.v.words.Ago(c.l.Seller.Since)))
}

// clearance says whether the listing is cleared, and how it was found out.
func (c *card) clearance() ui.Tag {
	switch {
	case c.l.ClearedBy() == 0:
		return ui.Tag{Text: c.v.t("console.clearance.none")}
	case c.l.Cleared(c.v.Listings.Gate) != nil:
		return ui.Tag{Text: c.v.t("console.clearance.void"), Tone: ui.Alarm, Icon: "shield-x"}
	default:
		return ui.Tag{Text: c.v.t("console.clearance.genuine"), Tone: ui.Safe, Icon: "shield-check"}
	}
}

func (c *card) facts() []ui.Fact {
	v := c.v
	rows := []ui.Fact{
		{Name: v.t("console.field.status"), View: v.statusTag(c.l.Status)},
		{Name: v.t("console.field.clearance"), View: c.clearance()},
		{Name: v.t("console.field.category"), Value: v.categoryPath(c.l.Category)},
		{Name: v.t("console.field.kind"), Value: v.t("console.kind." + string(c.l.Kind))},
		{Name: v.t("console.field.price"), Value: v.price(c.l)},
		{Name: v.t("console.field.place"), Value: orDash(c.l.Place.Name)},
		{Name: v.t("console.field.locale"), Value: string(c.l.Locale)},
		{Name: v.t("console.field.source"), Value: dotted(v.orRaw("console.source."+c.l.Source, c.l.Source), c.l.External)},
		{Name: v.t("console.field.created"), Value: v.words.Moment(c.l.Created)},
		{Name: v.t("console.field.updated"), Value: v.words.Moment(c.l.Updated)},
	}
	if !c.l.Restricted.IsZero() {
		rows = append(rows, ui.Fact{Name: v.t("console.field.restricted"), Value: v.words.Moment(c.l.Restricted.Since)})
	}
	if !c.l.Published.IsZero() {
		rows = append(rows, ui.Fact{Name: v.t("console.field.published"), Value: v.words.Moment(c.l.Published)},
			ui.Fact{Name: v.t("console.field.expires"), Value: v.words.Moment(c.l.Expires)})
	}
	return append(rows, ui.Fact{Name: v.t("console.field.revision"), Value: v.words.Count(int(c.l.Rev))})
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

// record is the page of one listing.
func (v *visit) record(w http.ResponseWriter) error {
	id, err := value.ParseID(listing.ShortID, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return v.showRecord(w, http.StatusOK, id, nil)
}

// showRecord shows the page, with a form that was filled in when there is one.
func (v *visit) showRecord(w http.ResponseWriter, status int, id value.ID, filled *decision) error {
	if err := numbered(v.ctx, v.site.DB); err != nil {
		return err
	}
	var c *card
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		c, err = v.card(tx, id, mostHistory)
		return err
	})
	if err != nil {
		return err
	}
	c.form.fill(filled)
	page := v.page(c.l.Title, "/console/listings", wait)
	page.Heading, page.Desk = "", c.veiled()
	return v.show(w, status, page, c.recordView())
}

// numbered makes the newest entries of the log readable; see change.Number.
func numbered(ctx context.Context, d *db.DB) error { return change.Number(ctx, d) }
