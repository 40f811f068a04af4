package main

import (
	"context"
	"strings"

	"fairground/internal/app"
	"fairground/internal/site"
	"fairground/internal/value"
)

type siteCommand struct {
	Create  siteCreate  `cmd:"" help:"Create a site."`
	List    siteList    `cmd:"" help:"List the sites."`
	Hosts   siteHosts   `cmd:"" help:"Set the host names a site answers to."`
	Mail    siteMail    `cmd:"" help:"Print what to publish in the domain name system for a site's mail."`
	Suspend siteSuspend `cmd:"" help:"Close a site to the public; its rows stay."`
	Resume  siteResume  `cmd:"" help:"Open a suspended site again."`
	Drop    siteDrop    `cmd:"" help:"Destroy a site and everything in it."`
}

var operator = value.SystemActor("command")

type siteCreate struct {
	Slug     string   `arg:"" help:"Short name, such as lakeside."`
	Name     string   `help:"Name on the pages." required:""`
	Contact  string   `help:"Mail address the public may write to." required:""`
	Hosts    []string `help:"Host names it answers to." sep:","`
	Locales  []string `help:"Languages, the default first." default:"en" sep:","`
	Currency string   `help:"ISO 4217." default:"EUR"`
	Country  string   `help:"ISO 3166." default:"CH"`
	Zone     string   `help:"IANA time zone." default:"UTC"`
	Tree     bool     `help:"Give it the category tree of the demonstration to begin with." default:"true" negatable:""`
}

// Run creates the site.
func (c siteCreate) Run(e *environment) error {
	email, err := value.ParseEmail(c.Contact)
	if err != nil {
		return err
	}
	settings := site.Defaults(c.Name, email)
	settings.Currency, settings.Country, settings.TimeZone, settings.Locales = c.Currency, c.Country, c.Zone, nil
	for _, text := range c.Locales {
		locale, err := value.ParseLocale(text)
		if err != nil {
			return err
		}
		settings.Locales = append(settings.Locales, locale)
	}
	return e.withApp(func(a *app.App) error {
		entry, err := a.Registry.Create(e.ctx, operator, c.Slug, settings, c.Hosts...)
		if err != nil {
			return err
		}
		if c.Tree {
			if err := a.PlantTree(e.ctx, operator, c.Slug); err != nil {
				return err
			}
		}
		e.printf("created %s (%s)\n", entry.Slug, settings.Name)
		return nil
	})
}

type siteList struct{}

// Run lists the sites, one a line.
func (siteList) Run(e *environment) error {
	return e.withApp(func(a *app.App) error {
		sites, err := a.Registry.List(e.ctx)
		for _, s := range sites {
			e.printf("%-20s %-10s %-30s %s\n", s.Slug, s.State, s.Name, strings.Join(s.Hosts, " "))
		}
		return err
	})
}

type siteHosts struct {
	Slug  string   `arg:""`
	Hosts []string `arg:"" help:"All host names; those not named are given up."`
}

// Run sets the host names.
func (c siteHosts) Run(e *environment) error {
	return e.withApp(func(a *app.App) error { return a.Registry.SetHosts(e.ctx, operator, c.Slug, c.Hosts...) })
}

type siteMail struct {
	Slug string `arg:"" optional:"" help:"The only site there is when left out."`
}

// Run prints the records as lines of a zone file, each below what it is for.
func (c siteMail) Run(e *environment) error {
	if e.config.MailName == "" {
		return value.Fieldf("mail-name", "say with --mail-name which machine sends the mail, such as mail.example.org")
	}
	return e.withSite(c.Slug, func(_ context.Context, a *app.App, r *app.Rooms) error {
		records, err := a.DNSRecords(r.Site)
		for _, one := range records {
			e.printf("; %s\n%s\n", one.Why, one.Zone())
		}
		return err
	})
}

type siteSuspend struct {
	Slug   string `arg:""`
	Reason string `help:"Kept in the change log." required:""`
}

// Run suspends the site.
func (c siteSuspend) Run(e *environment) error {
	return e.withApp(func(a *app.App) error { return a.Registry.Suspend(e.ctx, operator, c.Slug, c.Reason) })
}

type siteResume struct {
	Slug   string `arg:""`
	Reason string `help:"Kept in the change log." required:""`
}

// Run opens the site again.
func (c siteResume) Run(e *environment) error {
	return e.withApp(func(a *app.App) error { return a.Registry.Resume(e.ctx, operator, c.Slug, c.Reason) })
}

type siteDrop struct {
	Slug    string `arg:""`
	Confirm string `help:"The slug once more." required:""`
}

// Run destroys the site.
func (c siteDrop) Run(e *environment) error {
	return e.withApp(func(a *app.App) error { return a.Registry.Drop(e.ctx, operator, c.Slug, c.Confirm) })
}
