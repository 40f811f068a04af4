package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"fairground/internal/change"
	"fairground/internal/job"
	"fairground/internal/site"
)

// Attend does the work that nobody waits for, for every active site, until ctx ends: the readers of the change log
// (search index, seals), jobs that are due, listings that expire. A site in use is attended as soon as something
// changes; one that nobody uses is opened now and then, less and less often, up to once a minute.
func (a *App) Attend(ctx context.Context, group *job.Group) {
	attended := make(map[string]bool)
	for ctx.Err() == nil {
		sites, err := a.Registry.List(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("listing the sites to attend", "error", err)
		}
		for _, entry := range sites {
			if entry.State != site.Active || attended[entry.Slug] {
				continue
			}
			attended[entry.Slug] = true
			for _, l := range lanes {
				group.Go(l.name+" "+entry.Slug, func(ctx context.Context) { a.attendSite(ctx, entry.Slug, l) })
			}
		}
		pause(ctx, 5*time.Second, nil, nil)
	}
}

// lane is work that is done one after the other. What may take long has a lane of its own, so that nothing else waits:
// a receiver of webhooks that does not answer, an import of a million rows.
type lane struct {
	name string
	work func(*Rooms, context.Context) (busy bool, err error)
	rest time.Duration // between two looks at least
}

var lanes = []lane{
	{"attend", (*Rooms).follow, 0},
	{"index", (*Rooms).index, 20 * time.Millisecond}, // a little rest makes batches of what comes quickly
	{"tidy", (*Rooms).tidyIndex, time.Second},
	{"copies", (*Rooms).cluster, 20 * time.Millisecond},
	{"calls", (*Rooms).call, 250 * time.Millisecond},
	{"loads", (*Rooms).carry, 250 * time.Millisecond},
}

const (
	shortestPause = 500 * time.Millisecond
	longestPause  = time.Minute
	failurePause  = 10 * time.Second
)

func (a *App) attendSite(ctx context.Context, slug string, l lane) {
	wait := shortestPause
	for ctx.Err() == nil {
		var changed, wake <-chan struct{}
		busy := false
		err := a.Registry.Use(ctx, slug, func(ctx context.Context, s *site.Site) (err error) {
			rooms := a.Rooms(s)
			changed, wake = s.DB.Changed(), rooms.Index.Wake()
			busy, err = l.work(rooms, ctx)
			return err
		})
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			slog.Error("attending a site", "site", slug, "lane", l.name, "retry_s", failurePause.Seconds(), "error", err)
			changed, wait = nil, failurePause
		case busy:
			wait = shortestPause
		default:
			wait = min(2*wait, longestPause)
		}
		if pause(ctx, wait, changed, wake) {
			wait = shortestPause
		}
		pause(ctx, l.rest, nil, nil)
	}
}

// CatchUp does everything that is due for a site now and reports whether there was anything. What fails does not keep
// the rest from being done: without an index, listings still expire and mail still goes out.
func (r *Rooms) CatchUp(ctx context.Context) (busy bool, err error) {
	var errs []error
	for _, l := range lanes {
		did, err := l.work(r, ctx)
		busy, errs = busy || did, append(errs, err)
	}
	return busy, errors.Join(errs...)
}

// follow does what should be done at once: readers of the change log, expiry, mail and automations.
func (r *Rooms) follow(ctx context.Context) (busy bool, err error) {
	var errs []error
	did := func(n int, err error) {
		busy, errs = busy || n > 0, append(errs, err)
	}
	r.Memory.refresh(ctx)
	for _, reader := range r.Readers() {
		did(reader.CatchUp(ctx, r.Site.DB))
	}
	renewing, err := r.renewSearch(ctx)
	busy, errs = busy || renewing, append(errs, err)
	did(r.Moderation.Retry(ctx))
	did(r.Listings.Expire(ctx))
	did(r.Jobs.RunDue(ctx))
	did(0, r.Reach.Flush(ctx))
	return busy, errors.Join(errs...)
}

// call calls servers of others.
func (r *Rooms) call(ctx context.Context) (bool, error) {
	n, err := r.Calls.RunDue(ctx)
	return n > 0, err
}

// carry brings files in and out, and computes what follows from new definitions.
func (r *Rooms) carry(ctx context.Context) (bool, error) {
	worked, workErr := r.Records.Work(ctx)
	loaded, loadErr := r.Loads.RunDue(ctx)
	return worked+loaded > 0, errors.Join(workErr, loadErr)
}

// Readers are what follows the change log of a site.
func (r *Rooms) Readers() []*change.Reader {
	return append([]*change.Reader{r.Database.Reader(), r.Sealer, r.Automation.Reader()}, r.followers...)
}

// pause waits for a while, for one of the channels, or for the end; it reports whether it was a channel.
func pause(ctx context.Context, most time.Duration, changed, wake <-chan struct{}) bool {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-changed:
		return true
	case <-wake:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}
