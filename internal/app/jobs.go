package app

import (
	"context"
	"embed"
	"io/fs"
	"net/netip"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/mail"
	"fairground/internal/site"
)

//go:embed messages.*.json
var messages embed.FS

// Messages returns the words of this package.
func Messages() fs.FS { return messages }

// localNetworks may read the metrics: the machine itself. A collector elsewhere comes through a proxy or a tunnel.
var localNetworks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

const keepMail = 30 * 24 * time.Hour

// jobs are the handlers of a site's queue.
func (a *App) jobs(s *site.Site) []job.Handler {
	return mail.Handlers(s.DB, transport{a, s}, func(*db.Tx) (mail.From, error) {
		settings := s.Settings()
		return mail.From{Name: settings.Name, Address: settings.Sender()}, nil
	}, keepMail)
}

// calls are the handlers that wait for servers of others. They have a worker of their own, so that mail does not wait
// with them.
func (a *App) calls(s *site.Site) []job.Handler { return append(a.api.Jobs(s), a.callJob(s)) }

// transport delivers a site's mail: to the configured server, or, in development, to the mailbox page.
type transport struct {
	app  *App
	site *site.Site
}

// Deliver sends one mail under the site's own domain.
func (t transport) Deliver(ctx context.Context, from mail.From, m mail.Mail) (mail.State, error) {
	if t.app.config.SMTP == "" {
		return mail.Mailbox{}.Deliver(ctx, from, m)
	}
	config, err := mail.ParseSMTP(t.app.config.SMTP, domainOf(string(from.Address)))
	if err != nil {
		return "", err
	}
	server, err := mail.NewSMTP(config)
	if err != nil {
		return "", err
	}
	return server.Deliver(ctx, from, m)
}

func domainOf(address string) string {
	for i := len(address) - 1; i >= 0; i-- {
		if address[i] == '@' {
			return address[i+1:]
		}
	}
	return ""
}
