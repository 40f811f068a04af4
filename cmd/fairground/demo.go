package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"fairground/internal/account"
	"fairground/internal/app"
	"fairground/internal/db"
	"fairground/internal/demo"
	"fairground/internal/site"
	"fairground/internal/value"
)

const demoSlug = "lakeside"

type demoCommand struct {
	Listings int    `help:"How many." default:"3000"`
	Seed     uint64 `help:"Another number makes another market." default:"2026"`
	Photos   bool   `help:"Draw photos." default:"true" negatable:""`
}

// Run makes Lakeside Market, unless it is there, and prints how to sign in.
func (c demoCommand) Run(e *environment) error {
	return e.withApp(func(a *app.App) error {
		sites, err := a.Registry.List(e.ctx)
		if err != nil {
			return err
		}
		known := slices.ContainsFunc(sites, func(s site.Entry) bool { return s.Slug == demoSlug })
		if !known {
			if err := c.make(e, a); err != nil {
				return err
			}
		}
		e.printf("\nLakeside Market, the demonstration. Everybody signs in with the password %q:\n", demo.Password)
		for _, person := range demo.Accounts() {
			role := string(person.Role)
			if role == "" {
				role = "member"
			}
			e.printf("  %-12s %s\n", role, person.Email)
		}
		e.printf("\n")
		return nil
	})
}

func (c demoCommand) make(e *environment, a *app.App) error {
	settings := site.Settings{
		Name: "Lakeside Market", Tagline: "Buy, sell and give away around the lake", Locales: []value.Locale{"en-CH", "de-CH"},
		Currency: demo.Currency, TimeZone: "Europe/Zurich", Country: "CH", Units: site.Metric,
		Centre: value.Point{Lat: 46.52, Lon: 6.63}, ContactEmail: "hello@lakeside.example",
		Imprint: "Lakeside Market is a demonstration of Fairground.\nThe people, shops and listings in it are made up.",
	}
	if _, err := a.Registry.Create(e.ctx, operator, demoSlug, settings, "lakeside.localhost"); err != nil {
		return err
	}
	if err := c.fill(e, a); err != nil {
		// Half a demonstration would look like a whole one the next time.
		return errors.Join(err, a.Registry.Drop(context.WithoutCancel(e.ctx), operator, demoSlug, demoSlug))
	}
	return nil
}

func (c demoCommand) fill(e *environment, a *app.App) error {
	return a.Registry.Use(e.ctx, demoSlug, func(ctx context.Context, s *site.Site) error {
		rooms := a.Rooms(s)
		if err := addAccounts(ctx, a, s); err != nil {
			return err
		}
		seed := demo.Seed{Desk: rooms.Listings, Count: c.Listings, Seed: c.Seed, Progress: drawBar(e, "Making the demonstration")}
		if c.Photos {
			seed.Photos = rooms.Photos
		}
		tally, err := seed.Plant(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(e.err, "\n%d listings: %d live, %d held, %d rejected\n", tally.Rows, tally.Live, tally.Held, tally.Rejected)
		_, err = rooms.CatchUp(ctx)
		return err
	})
}

func addAccounts(ctx context.Context, a *app.App, s *site.Site) error {
	hash, err := a.HashPassword(ctx, demo.Password)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, operator, "account.create", func(tx *db.Tx) error {
		for _, person := range demo.Accounts() {
			person.Password = hash
			if _, err := account.Create(tx, person); err != nil {
				return err
			}
		}
		return nil
	})
}

// drawBar draws one line of progress that is written over, at most once for each percent.
func drawBar(e *environment, title string) func(done, all int) {
	shown := -1
	return func(done, all int) {
		percent := 100 * done / max(all, 1)
		if percent <= shown {
			return
		}
		shown = percent
		fmt.Fprintf(e.err, "\r%s  %s%s %3d %%", title, strings.Repeat("█", percent*30/100), strings.Repeat("░", 30-percent*30/100), percent)
	}
}
