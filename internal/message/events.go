package message

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/web"
)

const (
	heartbeat  = 15 * time.Second // also how often the database is asked for what another process did
	streamLife = 10 * time.Minute // then the browser comes anew, and its session is looked at
	writeTime  = 10 * time.Second
	gatherTime = 100 * time.Millisecond // changes within it are told at once
)

// news is what an event says: how many conversations have something unread. What changed the page fetches itself.
type news struct {
	Unread int   `json:"unread"`
	At     int64 `json:"at"` // the newest moment in any of the reader's inboxes
}

// events is the stream of live updates of one page; at= is the newest moment that the page shows. One account has a few; more are answered with "no content", which
// tells a browser not to try again, and the page works without.
func (d *Desk) events(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, session := site.From(ctx), account.From(ctx)
	m, _, err := d.latest(ctx, session)
	if err != nil {
		return err
	}
	l, leave, ok := hubOf(s).join(session.Account, m.owners())
	if !ok {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	defer leave()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // proxies that gather would keep events back
	if err := say(w, fmt.Sprintf("retry: %d\n\n", (3*time.Second).Milliseconds())); err != nil {
		return nil
	}
	_, now, err := d.latest(ctx, session) // again: what came before the stream was joined must not be missed
	if err != nil {
		return err
	}
	if at := r.URL.Query().Get("at"); at != "" && at != strconv.FormatInt(now.At, 10) {
		if err := say(w, now.event()); err != nil {
			return nil
		}
	}
	return d.follow(ctx, w, session, l, now)
}

// follow tells of what changes until the reader goes, the server stops or the stream's time is over.
func (d *Desk) follow(ctx context.Context, w http.ResponseWriter, session account.Session, l *listener, told news) error {
	beat, end := time.NewTicker(heartbeat), time.NewTimer(streamLife)
	defer beat.Stop()
	defer end.Stop()
	stop := web.Stopping(ctx) // a stream must not keep the server from stopping
	for {
		isBeat := false
		select {
		case <-l.changed:
			pause(ctx, gatherTime)
		case <-beat.C:
			isBeat = true
		case <-end.C:
			return nil
		case <-stop:
			return nil
		case <-ctx.Done():
			return nil
		}
		_, now, err := d.latest(ctx, session)
		if err != nil {
			return nil // the next stream says why
		}
		switch {
		case now != told || !isBeat:
			err = say(w, now.event())
		default:
			err = say(w, ": still here\n\n")
		}
		if err != nil {
			return nil // the reader is gone
		}
		told = now
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (n news) event() string {
	bs, err := json.Marshal(n)
	if err != nil {
		panic(err) // two numbers can be written
	}
	return "event: news\ndata: " + string(bs) + "\n\n"
}

// latest reads what an event would say.
func (d *Desk) latest(ctx context.Context, session account.Session) (m member, n news, err error) {
	err = site.From(ctx).DB.Read(ctx, func(tx *db.Tx) error {
		if m, err = d.member(tx, session.Account); err != nil {
			return err
		}
		n, err = newsOf(tx, m)
		return err
	})
	return m, n, err
}

// newsOf takes two looks into indexes for each inbox.
func newsOf(tx *db.Tx, m member) (n news, err error) {
	for _, owner := range m.owners() {
		at, err := db.One(tx, db.Column[int64], `
			select coalesce(max(last_us), 0)
			from conversation_side
			where owner = $1 and not archived and not hidden`, owner)
		if err != nil {
			return n, err
		}
		n.At = max(n.At, at)
	}
	n.Unread, err = unread(tx, m)
	return n, err
}

func say(w http.ResponseWriter, text string) error {
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(writeTime)) // a writer without deadlines, as in tests, has none to set
	if _, err := w.Write([]byte(text)); err != nil {
		return err
	}
	err := control.Flush()
	_ = control.SetWriteDeadline(time.Time{})
	return err
}
