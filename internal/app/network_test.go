package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"fairground/internal/app"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/safety/copies/trick"
	"fairground/internal/site"
	"fairground/internal/value"
)

// TestOneTemplateUnderFourAccountsIsOneNetwork posts one offer from four new accounts in three towns, the telephone number in
// words and the letters disguised. None of it is seen by anybody, and staff get it as one.
func TestOneTemplateUnderFourAccountsIsOneNetwork(t *testing.T) {
	t.Parallel()
	r := run(t, app.Demo{Listings: 60, Seed: 7})
	posted := r.postTemplate()
	stranger, safety := r.visitor(), r.signedIn("safety@lakeside.example")
	for _, l := range posted {
		if l.Status == listing.Live {
			t.Errorf("%q is %s", l.Body, l.Status)
		}
		if status, _, _ := stranger.get("/l/" + l.Key()); status == http.StatusOK {
			t.Errorf("a stranger sees %s", l.Key())
		}
	}
	page := ""
	safety.soon("the network is brought to people", func() bool {
		_, list, _ := safety.get("/console/safety/networks")
		if !strings.Contains(list, "/console/safety/networks/nwk_") {
			return false
		}
		page = first(t, `href="(/console/safety/networks/nwk_[a-z0-9]+)"`, list)
		return true
	})
	shown := safety.sees(page)
	for _, l := range posted {
		if !strings.Contains(shown, l.Key()) {
			t.Errorf("%s is not in the network", l.Key())
		}
	}
	status, body, _ := safety.post(page+"/decision", "measure", "remove", "ground", "exploitation", "reason", "One hand behind four accounts offers work that binds people.")
	if status != http.StatusOK || strings.Contains(body, `class="error"`) {
		t.Fatalf("the decision was answered %d", status)
	}
	for _, l := range posted {
		safety.sees("/console/listings/"+l.Key(), "One hand behind four accounts")
	}
}

// postTemplate posts the template as members would, past the form.
func (r *running) postTemplate() (all []listing.Listing) {
	r.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	err := r.app.Registry.Use(context.Background(), app.DemoSlug, func(ctx context.Context, s *site.Site) error {
		desk := r.app.Rooms(s).Listings
		tree, err := desk.Trees.Tree(ctx)
		if err != nil {
			return err
		}
		for i, town := range []string{"Nyon", "Morges", "Vevey", "Nyon"} {
			seller := listing.Seller{Kind: listing.Private, Name: fmt.Sprintf("Person %d", i), Town: town, Since: time.Now().Add(-time.Hour)}
			if err := s.DB.Write(ctx, value.SystemActor("test"), "test.seller", func(tx *db.Tx) error {
				seller.ID = tx.NewID()
				tx.Log(db.Change{Object: "test", Record: seller.ID})
				return listing.AddSeller(tx, seller)
			}); err != nil {
				return err
			}
			body := fmt.Sprintf("Kitchen hands for a hotel near %s can begin on Monday. Travel is paid, a bed in a shared room is provided, nobody asks for papers, "+
				"and the boss keeps all documents safe for the season. Ask for %s. Call %s after noon.", town, []string{"Ana", "Bea", "Cleo", "Dora"}[i], trick.Spell("0446681800"))
			if i%2 == 1 {
				body = trick.ZeroWidth(trick.Homoglyph(body, rng), rng)
			}
			l, err := r.submitAnywhere(ctx, desk, tree, listing.Content{
				Kind: listing.Sell, Locale: "en", Title: "Work with a room in " + town, Body: body, Place: listing.Place{Name: town},
			}, seller)
			if err != nil {
				return err
			}
			all = append(all, l)
		}
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
	return all
}

// submitAnywhere submits to the first category that takes a content without attributes.
func (r *running) submitAnywhere(ctx context.Context, desk *listing.Desk, tree *listing.Tree, content listing.Content, seller listing.Seller) (l listing.Listing, err error) {
	for c := range tree.All {
		content.Category = c.ID
		if _, err = tree.Check(content); err != nil {
			continue
		}
		l, _, err = desk.Submit(ctx, value.SystemActor("test"), listing.Submission{Content: content, Seller: seller})
		return l, err
	}
	return l, err
}
