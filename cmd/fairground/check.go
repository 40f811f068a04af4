package main

import (
	"context"

	"fairground/internal/app"
	"fairground/internal/value"
)

type checkCommand struct {
	Site string `help:"Slug of the site; without it all are checked."`
}

// Run checks the promises that stored rows can break and fails when one is broken.
func (c checkCommand) Run(e *environment) error {
	return e.withApp(func(a *app.App) error {
		slugs := []string{c.Site}
		if c.Site == "" {
			sites, err := a.Registry.List(e.ctx)
			if err != nil {
				return err
			}
			slugs = nil
			for _, s := range sites {
				slugs = append(slugs, s.Slug)
			}
		}
		faults := 0
		for _, slug := range slugs {
			n, err := checkSite(e, a, slug)
			if err != nil {
				return err
			}
			faults += n
		}
		if faults > 0 {
			return value.Errorf(value.Conflict, "%d fault(s) found", faults)
		}
		return nil
	})
}

func checkSite(e *environment, a *app.App, slug string) (int, error) {
	faults := 0
	err := e.useSite(a, slug, func(ctx context.Context, rooms *app.Rooms) error {
		report, err := rooms.Check(ctx)
		if err != nil {
			return err
		}
		for _, fault := range report.Faults {
			e.printf("%s: %s\n", slug, fault)
		}
		faults = len(report.Faults)
		e.printf("%s: %d live listings, %d clearances, %d changes, %d sealed: %d fault(s)\n",
			slug, report.Live, report.Clearances, report.Changes, report.Sealed, faults)
		return nil
	})
	return faults, err
}
