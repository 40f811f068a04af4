package app

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/appeal"
	"fairground/internal/console"
	"fairground/internal/db"
	"fairground/internal/evidence"
	"fairground/internal/legal"
	"fairground/internal/listing"
	"fairground/internal/message"
	"fairground/internal/moderation"
	"fairground/internal/network"
	"fairground/internal/notice"
	"fairground/internal/rulebook"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/standing"
	"fairground/internal/trade"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// What members see of each other, and of themselves.

// standings is what stands about the members of a site.
func (a *App) standings(s *site.Site) *standing.Desk {
	return standing.New(standing.Config{
		Site: s, Held: a.heldAbout(s), Case: contested{}.open, Correct: correct, Tell: a.member,
	})
}

func (a *App) standingPages() *standing.Pages {
	return &standing.Pages{
		Of: a.standings, Page: a.memberPage, Public: a.formPage, Shell: a.console.SafetyPage, Who: who, Clock: a.clock,
	}
}

// contestTab is the tab of contests in the safety desk.
var contestTab = console.SafetyTab{Href: "/console/safety/contests", Key: "app.tab.contests", Needs: account.AppealsDecide, Count: standing.Count}

// factsOfSeller are what others see of a seller. A private one is its owner.
func factsOfSeller(tx *db.Tx, seller listing.Seller) (standing.Facts, error) {
	seats, err := listing.SeatsOf(tx, seller.ID)
	if err != nil {
		return standing.Facts{}, err
	}
	f := standing.Facts{Business: seller.Kind == listing.Business, Joined: seller.Since, Checked: seller.Verified}
	if at := slices.IndexFunc(seats, func(s listing.Seat) bool { return s.Role == listing.Owner }); at >= 0 {
		owner := seats[at].Account
		proven, err := account.ProvenOf(tx, owner)
		if err != nil && value.KindOf(err) != value.NotFound {
			return f, err
		}
		f.Staffed, f.Mail, f.Phone = err == nil, proven.Mail, proven.Phone
		if !f.Business && err == nil {
			if err := bought(tx, owner, &f); err != nil {
				return f, err
			}
		}
	}
	return f, sold(tx, seller.ID, &f)
}

// factsOfMember are what others see of a member, whether or not they sell.
func factsOfMember(tx *db.Tx, of value.ID) (standing.Facts, error) {
	own, err := listing.FindOwnSeller(tx, of)
	if err == nil {
		return factsOfSeller(tx, own)
	}
	if value.KindOf(err) != value.NotFound {
		return standing.Facts{}, err
	}
	proven, err := account.ProvenOf(tx, of)
	if value.KindOf(err) == value.NotFound {
		return standing.Facts{}, nil
	}
	f := standing.Facts{Staffed: true, Joined: proven.Joined, Mail: proven.Mail, Phone: proven.Phone}
	if err != nil {
		return f, err
	}
	return f, bought(tx, of, &f)
}

// sold adds the history of a seller.
func sold(tx *db.Tx, seller value.ID, f *standing.Facts) (err error) {
	f.Sells = true
	if f.Offers, err = listing.SellerCount(tx, seller); err != nil {
		return err
	}
	asked, err := message.ResponseOf(tx, seller)
	if err != nil {
		return err
	}
	f.Answers = standing.Answering{Asked: asked.Asked, Share: asked.Rate, Typical: asked.Median}
	return dealt(tx, trade.Seller, seller, f)
}

// bought adds the history of a member who buys.
func bought(tx *db.Tx, of value.ID, f *standing.Facts) error { return dealt(tx, trade.Buyer, of, f) }

func dealt(tx *db.Tx, side trade.Side, party value.ID, f *standing.Facts) error {
	done, err := trade.Finished(tx, side, party)
	if err != nil {
		return err
	}
	rating, err := trade.Summary(tx, party)
	f.Trades, f.Reviews = f.Trades+done, f.Reviews+rating.Reviews
	return err
}

// known is what one side of a conversation sees of the other.
func known(tx *db.Tx, c message.Conversation, of message.Side) (templ.Component, error) {
	if of == message.BuyerSide {
		f, err := factsOfMember(tx, c.Buyer)
		if err != nil || f.Joined.IsZero() {
			return nil, err
		}
		return standing.Head{Facts: f, At: tx.Now()}.View(), nil
	}
	seller, err := listing.FindSeller(tx, c.Seller)
	if value.KindOf(err) == value.NotFound || err == nil && seller.Name == listing.ErasedName {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	f, err := factsOfSeller(tx, seller)
	return standing.Head{Facts: f, At: tx.Now()}.View(), err
}

// leading are the sellers for which an account decides who may write.
func leading(tx *db.Tx, of value.ID) ([]message.Seller, error) {
	led, err := heldBy(tx, of, func(r listing.SeatRole) bool { return r == listing.Owner })
	if err != nil || len(led) == 0 {
		return nil, err
	}
	all, err := answersFor(tx, of)
	return slices.DeleteFunc(all, func(s message.Seller) bool { return !slices.Contains(led, s.ID) }), err
}

// askFor is the form to write about a listing, with what the seller asks for.
func (a *App) askFor(r *http.Request, tx *db.Tx, l listing.Listing) (templ.Component, error) {
	ask, err := a.message.AskOf(tx, l.ID, message.Seller{ID: l.Seller.ID, Name: l.Seller.Name}, account.From(r.Context()).Account)
	ask.Small = true
	return ask.View(), err
}

// heldAbout reads what is held about a member of a site, in the words of the reader.
func (a *App) heldAbout(s *site.Site) func(tx *db.Tx, of value.ID) (standing.Holdings, error) {
	return func(tx *db.Tx, of value.ID) (h standing.Holdings, err error) {
		who, err := account.Find(tx, of)
		if err != nil {
			return h, err
		}
		h.Suspended = who.State == account.Suspended
		if h.Facts, err = factsOfMember(tx, of); err != nil {
			return h, err
		}
		led, err := leading(tx, of)
		if err != nil {
			return h, err
		}
		for _, add := range []func() error{
			func() error { return decidedAbout(tx, s, of, &h) },
			func() error { return a.labelled(tx, s, who, led, &h) },
			func() error { return limited(tx, s, who, led, &h) },
			func() error { return screened(tx, led, &h) },
			func() error { return notedAbout(tx, of, &h) },
		} {
			if err := add(); err != nil {
				return h, err
			}
		}
		return h, nil
	}
}

const mostExplained = 50 // decisions whose network and hold are looked up

// decidedAbout adds decisions, and what rests on them: networks, and what is kept.
func decidedAbout(tx *db.Tx, s *site.Site, of value.ID, h *standing.Holdings) error {
	statements, err := legal.Of(tx, of)
	if err != nil {
		return err
	}
	filed, err := appeal.Of(tx, of)
	if err != nil {
		return err
	}
	for i, st := range statements {
		d := standing.Decision{
			Title: st.Title, Measure: text.T(tx.Context(), "legal.measure."+string(st.Measure)), Href: st.Path(), Made: st.Made, Until: st.Until, Reversed: !st.Reversed.IsZero(),
		}
		if said := st.Paragraphs(s); len(said) > 0 {
			d.Text = said[0].Text
		}
		at := slices.IndexFunc(filed, func(a appeal.Appeal) bool { return a.Decision == st.Decision })
		switch {
		case at >= 0:
			d.State = string(filed[at].State)
		case !d.Reversed && !tx.Now().After(legal.AppealUntil(st.Made, s.Settings().Location())):
			d.Appeal = "/appeal/" + st.Code
		}
		h.Decisions = append(h.Decisions, d)
		if i < mostExplained {
			if err := restsOn(tx, st, h); err != nil {
				return err
			}
		}
	}
	return nil
}

// restsOn adds the network that a decision rests on, and that what it was about is kept. Of a decision about exploitation
// nothing is said: an inquiry may run.
func restsOn(tx *db.Tx, st legal.Statement, h *standing.Holdings) error {
	d, err := moderation.FindDecision(tx, st.Decision)
	if value.KindOf(err) == value.NotFound || err == nil && (d.Ground == moderation.Exploitation || !d.Undone.IsZero()) {
		return nil
	}
	if err != nil {
		return err
	}
	if d.Severe || d.Preserve {
		held, err := evidence.Held(tx, d.Object, d.Record)
		if err != nil {
			return err
		}
		if held {
			h.Holds = append(h.Holds, standing.Hold{ID: d.ID, Title: st.Title, Made: d.Made, By: d.Actor})
		}
	}
	if d.Case == 0 {
		return nil
	}
	c, err := moderation.FindCase(tx, d.Case)
	if err != nil || c.Kind != moderation.NetworkCase {
		return err
	}
	n, err := network.Find(tx, c.Record)
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	h.Networks = append(h.Networks, standing.Network{ID: d.ID, Listings: n.Listings, Title: st.Title, Made: d.Made, By: d.Actor})
	return err
}

// labelled adds the labels on an account, on the sellers it leads, and on its proven address and number.
func (a *App) labelled(tx *db.Tx, s *site.Site, who account.Account, led []message.Seller, h *standing.Holdings) error {
	gate := a.Rooms(s).Gate
	type entity struct{ kind, key, on string }
	of := []entity{{safety.EntityAuthor, gate.Key(safety.EntityAuthor, who.ID.String()), "account"}}
	for _, seller := range led {
		of = append(of, entity{safety.EntityAuthor, gate.Key(safety.EntityAuthor, seller.ID.String()), "account"})
	}
	if who.Email != "" {
		of = append(of, entity{safety.EntityMail, gate.Key(safety.EntityMail, strings.ToLower(string(who.Email))), "mail"})
	}
	if who.Phone != "" {
		of = append(of, entity{safety.EntityPhone, gate.Key(safety.EntityPhone, string(who.Phone)), "phone"})
	}
	for _, e := range of {
		labels, err := rulebook.LabelsOn(tx, e.kind, e.key)
		if err != nil {
			return err
		}
		for _, l := range labels {
			h.Labels = append(h.Labels, standing.Label{
				Ref: strings.Join([]string{l.Entity, l.Name, l.Value}, " "), On: e.on, Name: l.Name, Reason: l.Reason, ByRule: !strings.HasPrefix(l.Author, string(value.Staff)),
				By: l.Author, Made: l.Made, Expires: l.Expires,
			})
		}
	}
	return nil
}

// limited adds how much somebody may do now.
func limited(tx *db.Tx, s *site.Site, who account.Account, led []message.Seller, h *standing.Holdings) error {
	kind := listing.Private
	if len(led) > 0 && led[0].Business {
		kind = listing.Business
	}
	most := limitsOf(s)(listing.Seller{Kind: kind})
	h.Limits = []standing.Limit{{Name: "posts", Count: most.PerDay}, {Name: "live", Count: most.Live}, {Name: "begins", Count: message.MostBegun}}
	held, err := message.HeldOf(tx, who.ID)
	if err != nil {
		return err
	}
	if held > 0 {
		h.Limits = append(h.Limits, standing.Limit{Name: "held", Count: held, Own: true})
	}
	misuse, err := notice.MisuseOf(tx, s, who.Email)
	switch {
	case err != nil:
		return err
	case misuse.Limited.After(tx.Now()):
		h.Limits = append(h.Limits, standing.Limit{Name: "reports_limited", Until: misuse.Limited, Own: true})
	case !misuse.Warned.IsZero():
		h.Limits = append(h.Limits, standing.Limit{Name: "reports_warned", Own: true})
	}
	return nil
}

const mostScreened = 100 // listings of a seller that are looked through

// stopped are the states of listings in which the check has something to say.
var stopped = []listing.State{listing.IsChecked, listing.NeedsChange, listing.IsRefused, listing.IsRestricted}

// screened adds what the check said about listings that are not simply shown.
func screened(tx *db.Tx, led []message.Seller, h *standing.Holdings) error {
	ctx := tx.Context()
	for _, seller := range led {
		all, err := listing.List(tx, listing.Filter{Seller: seller.ID, Limit: mostScreened})
		if err != nil {
			return err
		}
		for _, l := range all {
			stands, err := listing.StandingOf(tx, l)
			if err != nil {
				return err
			}
			if !slices.Contains(stopped, stands.State) {
				continue
			}
			one := standing.Screened{
				ID: l.ID, Title: l.Title, State: text.T(ctx, stands.State.Key()), Reasons: []string{text.T(ctx, stands.State.Key()+".hint")}, Href: "/my/listings", Made: l.Updated,
				Waits: stands.State == listing.IsChecked || stands.State == listing.NeedsChange,
			}
			for _, reason := range stands.Reasons {
				one.Reasons = append(one.Reasons, reason.Words.In(text.FromContext(ctx).Locale()))
			}
			h.Listings = append(h.Listings, one)
		}
	}
	return nil
}

// notedAbout adds the safety notes that others were shown.
func notedAbout(tx *db.Tx, of value.ID, h *standing.Holdings) error {
	notes, err := message.NotesAbout(tx, of)
	for _, n := range notes {
		one := standing.Note{ID: n.ID, Made: n.Made.Truncate(24 * time.Hour), Withdrawn: !n.Withdrawn.IsZero()}
		for _, r := range n.Reasons {
			one.Reasons = append(one.Reasons, r.Words(tx.Context()))
		}
		h.Notes = append(h.Notes, one)
	}
	return err
}

// correct puts right what a person found wrong of what is held about a member.
func correct(tx *db.Tx, c standing.Contest) error {
	section, what := c.Of()
	switch section {
	case "note":
		id, err := value.ParseID(message.NoteKind, what)
		if err != nil {
			return err
		}
		return message.WithdrawNote(tx, id)
	case "label":
		parts := strings.SplitN(what, " ", 3)
		if len(parts) < 3 {
			return value.Errorf(value.NotFound, "there is no such label any more")
		}
		return rulebook.DropLabel(tx, parts[0], parts[2], parts[1])
	default:
		return nil // it is put right where it is made
	}
}

// contested brings contests to the desk. They are answered on their own page.
type contested struct{}

func (contested) open(tx *db.Tx, c standing.Contest) error {
	section, _ := c.Of()
	_, err := moderation.OpenCase(tx, moderation.Case{
		Kind: moderation.AppealCase, Object: standing.Object, Record: c.ID, Severity: moderation.Ordinary, Language: c.Locale, Policy: section, Barred: staffOf(c.DecidedBy),
	})
	return err
}

// staffOf is the account of an actor who is staff, 0 of any other.
func staffOf(actor string) value.ID {
	id, ok := strings.CutPrefix(actor, string(value.Staff)+":")
	n, err := strconv.ParseInt(id, 10, 64)
	if !ok || err != nil {
		return 0
	}
	return value.ID(n)
}

var errContested = value.Errorf(value.Conflict, "a contest is answered on its own page")

// Release refuses: a contest is answered, not published.
func (contested) Release(*db.Tx, value.ID, string) (bool, error) { return false, errContested }

// Refuse refuses for the same reason.
func (contested) Refuse(*db.Tx, value.ID, bool, string) error { return errContested }

// Waits reports whether nobody has answered a contest.
func (contested) Waits(tx *db.Tx, record value.ID) (bool, error) { return standing.Waits(tx, record) }

// shownContest is a contest in the queue of cases.
func shownContest(tx *db.Tx, c moderation.Case) console.Foreign {
	return console.Foreign{Title: text.T(tx.Context(), "app.case.contest"), Text: text.T(tx.Context(), "standing.section."+c.Policy+"s"), Href: standing.HrefOf(c.Record)}
}
