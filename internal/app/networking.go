package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"fairground/internal/account"
	"fairground/internal/appeal"
	"fairground/internal/console"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/media/pdq"
	"fairground/internal/moderation"
	"fairground/internal/network"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// networks links the copies and accounts of a site.
func (a *App) networks(s *site.Site, desk *listing.Desk, photos *media.Photos) *network.Desk {
	made := network.New(network.Config{
		DB: s.DB, Documents: offered{photos}, Cases: networkCases{}, Rescreen: rescreen(desk), Key: s.Key("network"),
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
				Made: l.Created, Since: l.Seller.Since, Live: l.Status == listing.Live,
			}
			for _, photo := range l.Photos {
				if hash, quality, err := o.photos.Hash(tx.Context(), photo.Sha256); err == nil && quality >= pdq.Enough {
					one.Images = append(one.Images, hash)
				}
			}
			all = append(all, one)
		}
		return all, err
	}
}

// networkCases brings networks to the desk.
type networkCases struct{}

// Open opens a case about a network; it is serious: several accounts act as one.
func (networkCases) Open(tx *db.Tx, kind, object string, record value.ID, why string) error {
	_, err := moderation.OpenCase(tx, moderation.Case{Kind: moderation.CaseKind(kind), Object: object, Record: record, Severity: moderation.Serious, Policy: why})
	return err
}

// wholesale decides about the listings of a network at once.
type wholesale struct{ desk *moderation.Desk }

// Decide carries a decision out, or proposes it to a second person when it is severe or large.
func (w wholesale) Decide(ctx context.Context, actor value.Actor, items []network.Item, d network.Decision) ([]network.Result, error) {
	all := make([]moderation.Item, len(items))
	for i, item := range items {
		all[i] = moderation.Item{Object: item.Object, Record: item.Record}
	}
	made := moderation.Decision{Measure: moderation.Measure(d.Measure), Ground: moderation.Ground(d.Ground), Reason: d.Reason}
	err := w.desk.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := moderation.FindCaseOf(tx, network.Object, d.Network)
		if err == nil && c.State != moderation.CaseDecided {
			made.Case = c.ID
		}
		if value.KindOf(err) == value.NotFound {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	done, err := w.desk.DecideAll(ctx, actor, all, made)
	if errors.Is(err, moderation.ErrTwo) {
		if _, err = w.desk.Propose(ctx, actor, all, made); err == nil {
			err = network.ErrProposed
		}
	}
	results := make([]network.Result, len(done))
	for i, r := range done {
		results[i] = network.Result{Item: network.Item{Object: r.Item.Object, Record: r.Item.Record}, Err: r.Err}
	}
	return results, err
}

// networkPages are the pages of networks.
func (a *App) networkPages() *network.Pages {
	return &network.Pages{
		Shell: a.console.SafetyPage, Of: func(s *site.Site) *network.Desk { return a.Rooms(s).Networks },
		Decider:  func(s *site.Site) network.Decider { return wholesale{a.Rooms(s).Moderation} },
		Listings: shownListings,
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

// shownListings is how listings look to staff.
func shownListings(tx *db.Tx, ids []value.ID) (map[value.ID]network.Shown, error) {
	found, err := listing.FindMany(tx, ids)
	all := make(map[value.ID]network.Shown, len(found))
	for _, l := range found {
		all[l.ID] = network.Shown{
			Title: l.Title, Href: linkOf(listing.Object, l.ID), Account: l.Seller.Name, State: text.T(tx.Context(), "console.status."+string(l.Status)),
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
		return console.Foreign{Title: t("app.case.network") + " " + c.Record.Text(network.Kind), Text: c.Policy, Href: "/console/safety/networks/" + c.Record.Text(network.Kind)}, nil
	case appeal.Object:
		return console.Foreign{Title: t("app.case.appeal"), Text: c.Policy, Href: "/console/safety/appeals/" + c.Record.Text(appeal.Kind)}, nil
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
		Title: n.ID.Text(network.Kind), Href: "/console/safety/networks/" + n.ID.Text(network.Kind),
		Text: text.T(tx.Context(), "app.case.linked", "listings", n.Listings, "accounts", n.Accounts, "places", n.Places),
	}, nil
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
// and that is what a network looks like.
func (r *Rooms) dismissDemo(ctx context.Context) error {
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
