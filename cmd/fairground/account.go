package main

import (
	"context"
	"time"

	"fairground/internal/account"
	"fairground/internal/app"
	"fairground/internal/db"
	"fairground/internal/value"
)

type accountCommand struct {
	Invite accountInvite `cmd:"" help:"Add somebody to the staff and print the link by which they sign in first."`
}

type accountInvite struct {
	Email string `arg:""`
	Name  string `help:"As colleagues see it." required:""`
	Role  string `help:"admin, safety, support, sales, marketing, finance or viewer." required:""`
	Site  string `help:"Slug of the site; may be left out when there is only one."`
	Base  string `help:"Address of the site, put before the link." default:"http://localhost:8080"`
}

// Run adds the account.
func (c accountInvite) Run(e *environment) error {
	email, err := value.ParseEmail(c.Email)
	if err != nil {
		return err
	}
	return e.withSite(c.Site, func(ctx context.Context, _ *app.App, rooms *app.Rooms) error {
		var invitation account.Invitation
		err := rooms.Site.DB.Write(ctx, operator, "account.invite", func(tx *db.Tx) (err error) {
			invitation, err = account.Invite(tx, email, c.Name, account.Role(c.Role))
			return err
		})
		if err != nil {
			return err
		}
		e.printf("%s may sign in once, until %s, at\n%s%s\n", c.Name, invitation.Expires.Local().Format(time.RFC1123), c.Base, invitation.Path)
		return nil
	})
}
