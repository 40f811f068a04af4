package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/appeal"
	"fairground/internal/console"
	"fairground/internal/db"
	"fairground/internal/legal"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/media/pdq"
	"fairground/internal/moderation"
	"fairground/internal/network"
	"fairground/internal/site"
	"fairground/internal/standing"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// networks links the copies and accounts of a site.
func (a *App) networks(s *site.Site, desk *listing.Desk, photos *media.Photos) *network.Desk {
	made := network.New(network.Config{
		DB: s.DB, Documents: offered{photos}, Cases: networkCases{}, Acts: networkActs{}, Rescreen: rescreen(desk), Key: s.Key("network"),
		Directory: a.config.indexes(), Regions: a.pack.Regions,
	})
	a.copies.Store(s.Slug, made)
	return made
}

// offered reads listings for the index of copies.
type offered struct{ photos *media.Photos }

// After reads listings by their id, upwards.
func (o offered) After(tx *db.Tx, after value.ID, limit int) ([]network.Listing, error) {
	return o.read(tx)(listing.After(tx, after, limit))
}

// Of reads some listings.
func (o offered) Of(tx *db.Tx, ids []value.ID) ([]network.Listing, error) {
	return o.read(tx)(listing.FindMany(tx, ids))
}

func (o offered) read(tx *db.Tx) func([]listing.Listing, error) ([]network.Listing, error) {
	return func(found []listing.Listing, err error) ([]network.Listing, error) {
		var all []network.Listing
		for _, l := range found {
			if l.Seller.Name == listing.ErasedName {
				continue
			}
			one := network.Listing{
				ID: l.ID, Account: l.Seller.ID, Title: l.Title, Body: l.Body, Place: l.Place.Name, Point: l.Place.Point,
				Made: l.Created, Since: l.Seller.Since, Live: l.Status == listing.Live, Ended: isOver(l.Status),
			}
			for _, photo := range l.Photos {
				known, err := o.photos.Hashed(tx.Context(), photo.Sha256)
				if err == nil {
					one.Parts = append(one.Parts, known.Parts)
				}
				if err == nil && known.Quality >= pdq.Enough {
					one.Images = append(one.Images, known.Hash)
				}
			}
			all = append(all, one)
		}
		return all, err
	}
}

// isOver reports whether nobody sees a listing and it waits for nobody. What its author paused, or has to prove, may come back.
func isOver(status listing.Status) bool {
	switch status {
	case listing.Rejected, listing.Sold, listing.Expired, listing.Removed:
		return true
	default:
		return false
	}
}

// networkCases brings networks to the desk.
type networkCases struct{}

// Open opens a case about a network; it is serious: several accounts act as one.
func (networkCases) Open(tx *db.Tx, kind, object string, record value.ID, why string) error {
	_, err := moderation.OpenCase(tx, moderation.Case{Kind: moderation.CaseKind(kind), Object: object, Record: record, Severity: moderation.Serious, Policy: why})
	return err
}

// wholesale decides about the listings of a network at once, and takes it back.
type wholesale struct{ desk *moderation.Desk }

// mostAtOnce is how many listings one act of the desk is about; a larger network takes several.
const mostAtOnce = 500

// Decide carries a decision out, or proposes it to a second person when it is severe or large.
func (w wholesale) Decide(ctx context.Context, actor value.Actor, items []network.Item, d network.Decision) (made network.Made, err error) {
	decision := moderation.Decision{Measure: moderation.Measure(d.Measure), Ground: moderation.Ground(d.Ground), Reason: d.Reason}
	if decision.Case, err = w.caseOf(ctx, d.Network); err != nil {
		return made, err
	}
	proposed := false
	for some := range slices.Chunk(items, mostAtOnce) {
		all := make([]moderation.Item, len(some))
		for i, item := range some {
			all[i] = moderation.Item{Object: item.Object, Record: item.Record}
		}
		done, err := w.desk.DecideAll(ctx, actor, all, decision)
		if errors.Is(err, moderation.ErrTwo) {
			p, err := w.desk.Propose(ctx, actor, all, decision)
			if err != nil {
				return made, err
			}
			proposed, made.Acts = true, append(made.Acts, p.ID)
			continue
		}
		if err != nil {
			return made, err
		}
		made.Results = append(made.Results, resultsOf(done)...)
		if made.Acts, err = w.actsOf(ctx, made.Acts, done); err != nil {
			return made, err
		}
	}
	if proposed {
		return made, network.ErrProposed
	}
	return made, nil
}

// caseOf is the case of a network that waits, or 0.
func (w wholesale) caseOf(ctx context.Context, id value.ID) (open value.ID, err error) {
	err = w.desk.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := moderation.FindCaseOf(tx, network.Object, id)
		if err == nil && c.State != moderation.CaseDecided {
			open = c.ID
		}
		if value.KindOf(err) == value.NotFound {
			return nil
		}
		return err
	})
	return open, err
}

// actsOf adds the act that bound some decisions together.
func (w wholesale) actsOf(ctx context.Context, acts []value.ID, done []moderation.Result) ([]value.ID, error) {
	at := slices.IndexFunc(done, func(r moderation.Result) bool { return r.Decision != 0 })
	if at < 0 {
		return acts, nil
	}
	err := w.desk.DB.Read(ctx, func(tx *db.Tx) error {
		one, err := moderation.FindDecision(tx, done[at].Decision)
		acts = append(acts, one.Act)
		return err
	})
	return acts, err
}

func resultsOf(done []moderation.Result) []network.Result {
	all := make([]network.Result, len(done))
	for i, r := range done {
		all[i] = network.Result{Item: network.Item{Object: r.Item.Object, Record: r.Item.Record}, Err: r.Err}
	}
	return all
}

// Undo takes back all decisions of an act that stand.
func (w wholesale) Undo(ctx context.Context, actor value.Actor, act value.ID, reason string) ([]network.Result, error) {
	done, err := w.desk.UndoAll(ctx, actor, act, reason)
	return resultsOf(done), err
}

// networkActs tells how far decisions about networks are.
type networkActs struct{}

// Act reads an act that was proposed.
func (networkActs) Act(tx *db.Tx, id value.ID) (network.Act, error) {
	p, err := moderation.FindProposal(tx, id)
	if err != nil {
		return network.Act{}, err
	}
	staff := func(id value.ID) string { return value.Actor{Kind: value.Staff, ID: id}.String() }
	a := network.Act{Waits: p.State == moderation.Proposed, Declined: p.State == moderation.Declined, By: staff(p.Proposer), Note: p.Decision.Reason,
		Count: len(p.Items), At: p.Made}
	switch {
	case a.Declined:
		a.Note = p.Note
		if p.Confirmer != 0 { // otherwise its own author withdrew it
			a.By = staff(p.Confirmer)
		}
	case p.State == moderation.Confirmed:
		a.Second = staff(p.Confirmer)
	}
	return a, nil
}

// outcomesOf are the decisions of acts, by listing; the newest of each.
func outcomesOf(tx *db.Tx, acts []value.ID) (map[value.ID]network.Outcome, error) {
	all := map[value.ID]network.Outcome{}
	for _, act := range acts {
		made, err := moderation.DecisionsOf(tx, act)
		if err != nil {
			return nil, err
		}
		for _, d := range made {
			all[d.Record] = network.Outcome{
				Measure: string(d.Measure), Undone: !d.Undone.IsZero(),
				Explained: slices.Contains([]moderation.Measure{moderation.ToRemove, moderation.ToSuspend, moderation.ToRestrict, moderation.ToChange}, d.Measure),
			}
		}
	}
	return all, nil
}

// statementOf is the page of the statement that a listing's author was given by the newest of some acts.
func statementOf(tx *db.Tx, acts []value.ID, record value.ID) (string, error) {
	for _, act := range slices.Backward(acts) {
		made, err := moderation.DecisionsOf(tx, act)
		if err != nil {
			return "", err
		}
		for _, d := range made {
			if d.Record != record {
				continue
			}
			s, err := legal.FindByDecision(tx, d.ID)
			return "/console/safety/statements/" + s.ID.Text(legal.StatementKind), err
		}
	}
	return "", value.Errorf(value.NotFound, "nothing was decided about this listing")
}

// ownSellers are the private sellers of a member: what a shop offers stays when somebody leaves it.
func ownSellers(tx *db.Tx, of value.ID) (all []value.ID, err error) {
	seats, err := listing.SeatsHeldBy(tx, of)
	if err != nil {
		return nil, err
	}
	for _, seat := range seats {
		s, err := listing.FindSeller(tx, seat.Seller)
		if err != nil {
			return nil, err
		}
		if s.Kind == listing.Private {
			all = append(all, s.ID)
		}
	}
	return all, nil
}

// sellersNamed are those of the member with a mail address.
func sellersNamed(tx *db.Tx, name string) ([]value.ID, error) {
	email, err := value.ParseEmail(name)
	if err != nil {
		return nil, nil
	}
	a, err := account.FindByEmail(tx, email)
	if value.KindOf(err) == value.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return heldBy(tx, a.ID, func(listing.SeatRole) bool { return true })
}

// staffName is the name of a member of staff, as events write who they are.
func staffName(tx *db.Tx, actor string) (string, error) {
	_, rest, _ := strings.Cut(actor, ":")
	id, err := strconv.ParseInt(rest, 10, 64)
	if err != nil {
		return actor, nil
	}
	a, err := account.Find(tx, value.ID(id))
	if value.KindOf(err) == value.NotFound {
		return text.T(tx.Context(), "console.actor.former"), nil
	}
	return a.Name, err
}

// networkPages are the pages of networks.
func (a *App) networkPages() *network.Pages {
	return &network.Pages{
		Shell: a.console.SafetyPage, Of: func(s *site.Site) *network.Desk { return a.Rooms(s).Networks },
		Decider:  func(s *site.Site) network.Decider { return wholesale{a.Rooms(s).Moderation} },
		Looks:    func(s *site.Site) network.Looks { return networkLooks{a.Rooms(s).Moderation, a.givenPhoto(s)} },
		Listings: shownListings, Photos: photosOf, Outcomes: outcomesOf, Statement: statementOf, Name: staffName, Accounts: sellersNamed,
		Second: "/console/safety/second",
		Measures: func(r *http.Request) []ui.Option {
			var all []ui.Option
			for _, m := range []moderation.Measure{moderation.ToPublish, moderation.ToChange, moderation.ToRestrict, moderation.ToRemove, moderation.ToSuspend, moderation.ToEscalate} {
				all = append(all, ui.Option{Value: string(m), Text: text.T(r.Context(), "console.measure."+string(m))})
			}
			return all
		},
		Grounds: func(r *http.Request) []ui.Option { return groundOptions(r.Context()) },
	}
}

// tones of the statuses that a reviewer has to tell apart at a glance.
var tones = map[listing.Status]ui.Tone{listing.Live: ui.Safe, listing.Held: ui.Paid, listing.Challenged: ui.Paid}

// shownListings is how listings look to staff.
func shownListings(tx *db.Tx, ids []value.ID) (map[value.ID]network.Shown, error) {
	found, err := listing.FindMany(tx, ids)
	all := make(map[value.ID]network.Shown, len(found))
	for _, l := range found {
		all[l.ID] = network.Shown{
			Title: l.Title, Href: linkOf(listing.Object, l.ID), Account: l.Seller.Name, State: text.T(tx.Context(), "console.status."+string(l.Status)), Tone: tones[l.Status],
		}
	}
	return all, err
}

const clusteringAtOnce = 2 * time.Second // before other lanes of the site may be noticed to be closed

// cluster keeps the index of copies in step and brings networks to people.
func (r *Rooms) cluster(ctx context.Context) (worked bool, err error) {
	for began := time.Now(); time.Since(began) < clusteringAtOnce; {
		busy, err := r.Networks.Step(ctx)
		if err != nil || !busy {
			return worked, errors.Join(err, r.Networks.Save())
		}
		worked = true
	}
	return true, nil
}

// closeNetworks writes what has changed since the last snapshot of copies.
func closeNetworks(slug string, desk *network.Desk) {
	if err := desk.Close(); err != nil {
		slog.Warn("keeping the index of copies", "site", slug, "error", err)
	}
}

// networkTab is the tab of networks in the safety desk.
var networkTab = console.SafetyTab{Href: "/console/safety/networks", Key: "app.tab.networks", Needs: account.NetworksSee, Count: network.CountOpen}

// elsewhere shows cases whose rooms have pages of their own.
func elsewhere(tx *db.Tx, c moderation.Case) (console.Foreign, error) {
	t := func(key string) string { return text.T(tx.Context(), key) }
	switch c.Object {
	case network.Object:
		n, err := network.Find(tx, c.Record)
		return console.Foreign{Title: t("app.case.network") + " " + n.Name(), Text: c.Policy, Href: "/console/safety/networks/" + c.Record.Text(network.Kind)}, err
	case appeal.Object:
		return console.Foreign{Title: t("app.case.appeal"), Text: c.Policy, Href: "/console/safety/appeals/" + c.Record.Text(appeal.Kind)}, nil
	case standing.Object:
		return shownContest(tx, c), nil
	default:
		return console.Foreign{}, value.Errorf(value.NotFound, "no other room shows a %s", c.Object)
	}
}

// linked is the network of a listing as its card shows it.
func linked(tx *db.Tx, record value.ID) (*console.Network, error) {
	n, found, err := network.Of(tx, record)
	if err != nil || !found || n.State == network.Dismissed {
		return nil, err
	}
	return &console.Network{
		Title: n.Name(), Graph: pictured(n.Drawing()), Href: "/console/safety/networks/" + n.ID.Text(network.Kind),
		Text: text.T(tx.Context(), "app.case.linked", "listings", n.Listings, "accounts", n.Accounts, "places", n.Places),
	}, nil
}

// pictured is the small graph of a network as a card draws it. What has no words of its own is told apart by its colour.
func pictured(g network.Graph) (picture console.Graph) {
	for _, n := range g.Nodes {
		one := console.GraphNode{X: n.X, Y: n.Y, Kind: n.Kind}
		if n.Kind != "listing" {
			one.Text = n.Label
		}
		picture.Nodes = append(picture.Nodes, one)
	}
	for _, t := range g.Ties {
		picture.Lines = append(picture.Lines, [2]int{t.A, t.B})
	}
	return picture
}

// asWhole is a network as the desk knows it: it is decided about on its own page, and its case is settled when it was.
type asWhole struct{}

var errWhole = value.Errorf(value.Conflict, "a network is decided about on its own page")

// Release refuses: what is published are listings.
func (asWhole) Release(*db.Tx, value.ID, string) (bool, error) { return false, errWhole }

// Refuse refuses: what is taken away are listings.
func (asWhole) Refuse(*db.Tx, value.ID, bool, string) error { return errWhole }

// Waits reports whether nobody has ruled about a network.
func (asWhole) Waits(tx *db.Tx, record value.ID) (bool, error) {
	n, err := network.Find(tx, record)
	return n.State == network.Open, err
}

// dismissDemo says of the networks of a new demonstration that they are none: its texts are drawn from one box of sentences,
// and its photos by one hand. It looks as they grew, and then as a start of the program will find them.
func (r *Rooms) dismissDemo(ctx context.Context) error {
	for range 3 {
		if err := r.dismissOpen(ctx); err != nil {
			return err
		}
		r.Networks.Restart()
	}
	return nil
}

func (r *Rooms) dismissOpen(ctx context.Context) error {
	for busy := true; busy; {
		var err error
		if busy, err = r.Networks.Step(ctx); err != nil {
			return err
		}
	}
	var all []network.Network
	err := r.Site.DB.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = network.List(tx, network.Open, 100)
		return err
	})
	for _, n := range all {
		made := network.Decision{Network: n.ID, Measure: network.Dismiss, Reason: "The texts of the demonstration are made of one box of sentences."}
		if _, fault := r.Networks.Decide(ctx, founder, nil, made, nil); fault != nil {
			return fault
		}
	}
	return err
}
