package app

import (
	"context"
	"errors"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/demo"
	"fairground/internal/listing"
	"fairground/internal/site"
	"fairground/internal/value"
)

// DemoSlug is the slug of the demonstration marketplace.
const DemoSlug = "lakeside"

var founder = value.SystemActor("demo")

// Demo says what demonstration to make.
type Demo struct {
	Listings int
	Seed     uint64 // another number makes another market
	Photos   bool
	Progress func(done, all int) // nil for none
}

// MakeDemo makes Lakeside Market with its people and listings, found and sealed. It makes all of it or nothing: half
// a demonstration would look like a whole one the next time.
func (a *App) MakeDemo(ctx context.Context, d Demo) (tally listing.Tally, err error) {
	settings := site.Defaults("Lakeside Market", "hello@lakeside.example")
	settings.Tagline, settings.Locales = "Buy, sell and give away around the lake", []value.Locale{"en-CH", "de-CH"}
	settings.Currency, settings.TimeZone = demo.Currency, "Europe/Zurich"
	settings.Centre = value.Point{Lat: 46.52, Lon: 6.63}
	settings.Imprint = "Lakeside Market is a demonstration of Fairground.\nThe people, shops and listings in it are made up."
	if _, err := a.Registry.Create(ctx, founder, DemoSlug, settings, "lakeside.localhost"); err != nil {
		return tally, err
	}
	err = a.Registry.Use(ctx, DemoSlug, func(ctx context.Context, s *site.Site) error {
		rooms := a.Rooms(s)
		if err := a.addPeople(ctx, s); err != nil {
			return err
		}
		seed := demo.Seed{Desk: rooms.Listings, Count: d.Listings, Seed: d.Seed, Progress: d.Progress}
		if d.Photos {
			seed.Photos = rooms.Photos
		}
		if tally, err = seed.Plant(ctx); err != nil {
			return err
		}
		if _, err := rooms.CatchUp(ctx); err != nil {
			return err
		}
		members := demo.Members{DB: s.DB, Messages: a.message, Trades: rooms.Trades, Profiles: rooms.Profiles}
		if err := members.Plant(ctx); err != nil {
			return err
		}
		if err := (demo.Customers{Records: rooms.Records}).Plant(ctx); err != nil {
			return err
		}
		if _, err := rooms.CatchUp(ctx); err != nil {
			return err
		}
		if err := rooms.dismissDemo(ctx); err != nil {
			return err
		}
		_, err := rooms.CatchUp(ctx)
		return err
	})
	if err != nil {
		return tally, errors.Join(err, a.Registry.Drop(context.WithoutCancel(ctx), founder, DemoSlug, DemoSlug))
	}
	return tally, nil
}

func (a *App) addPeople(ctx context.Context, s *site.Site) error {
	hash, err := a.door.Passwords().Hash(ctx, demo.Password)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, founder, "account.create", func(tx *db.Tx) error {
		for _, person := range demo.Accounts() {
			person.Password, person.Verified = hash, tx.Now()
			if _, err := account.Create(tx, person); err != nil {
				return err
			}
		}
		return nil
	})
}
