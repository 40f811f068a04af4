package main

import (
	"fmt"
	"slices"
	"strings"

	"fairground/internal/app"
	"fairground/internal/demo"
	"fairground/internal/site"
)

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
		known := slices.ContainsFunc(sites, func(s site.Entry) bool { return s.Slug == app.DemoSlug })
		if !known {
			tally, err := a.MakeDemo(e.ctx, app.Demo{
				Listings: c.Listings, Seed: c.Seed, Photos: c.Photos, Progress: drawBar(e, "Making the demonstration"),
			})
			if err != nil {
				return err
			}
			fmt.Fprintf(e.err, "\n%d listings: %d live, %d held, %d rejected\n", tally.Rows, tally.Live, tally.Held, tally.Rejected)
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
