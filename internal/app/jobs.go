package app

import (
	"embed"
	"io/fs"
	"net/netip"
	"slices"
	"time"

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
	return mail.Handlers(s.DB, transport{a}, a.sender(s), keepMail)
}

// calls are the handlers that wait for servers of others, such as push services. They have a worker of their own, so that mail does not wait
// with them.
func (a *App) calls(s *site.Site) []job.Handler {
	return slices.Concat(a.api.Jobs(s), a.member.Calls(s), []job.Handler{a.callJob(s)})
}
