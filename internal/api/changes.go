package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

const (
	heartbeat   = 15 * time.Second
	writeTime   = 20 * time.Second // for one batch; a client that takes longer is cut and comes back with its last id
	reconnectIn = 3 * time.Second
	mostBatches = 20 // of the log, that one page for a poller looks through
)

// asked is what a request wants of the log.
type asked struct {
	objects []string
	after   int64 // -1 means from now on
	limit   int
}

func readAsked(r *http.Request) (asked, error) {
	query := r.URL.Query()
	q := asked{after: -1}
	page, err := ReadPage(r, 100)
	if q.limit = page.Limit; err != nil {
		return q, err
	}
	for _, list := range query["object"] {
		for name := range strings.SplitSeq(list, ",") {
			if !objectName.MatchString(name) {
				return q, badRequest(value.Fieldf("object", "%q is not the name of an object", short(name)))
			}
			q.objects = append(q.objects, name)
		}
	}
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = query.Get("after")
	}
	if text == "" {
		return q, nil
	}
	if q.after, err = strconv.ParseInt(text, 10, 64); err != nil || q.after < 0 {
		return q, badRequest(value.Fieldf("after", "after is the number of a change"))
	}
	return q, nil
}

// changes answers with a stream, or with one page to those who ask for JSON.
func (a *API) changes(w http.ResponseWriter, r *http.Request) error {
	q, err := readAsked(r)
	if err != nil {
		return err
	}
	accept := r.Header.Get("Accept")
	wantsJSON := strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/event-stream")
	if r.URL.Query().Get("format") == "json" || wantsJSON {
		return a.pageOfChanges(w, r, q)
	}
	return a.streamChanges(w, r, q)
}

// ChangePage is a page of changes for those who poll.
type ChangePage struct {
	Changes []Change `json:"changes"`
	Next    int64    `json:"next" doc:"Ask with after= this for what comes next."`
	More    bool     `json:"more" doc:"Whether there is more already."`
}

func (a *API) pageOfChanges(w http.ResponseWriter, r *http.Request, q asked) error {
	s := site.From(r.Context())
	f := a.follower(r, s, q)
	page := ChangePage{Changes: []Change{}, Next: max(0, q.after), More: true}
	for range mostBatches {
		rows, err := f.hub.page(r.Context(), page.Next)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if len(page.Changes) == q.limit {
				return writeJSON(w, http.StatusOK, page)
			}
			page.Next = row.Seq
			if seen, ok := f.see(r.Context(), row); ok {
				page.Changes = append(page.Changes, seen)
			}
		}
		if page.More = len(rows) == batch; !page.More {
			break
		}
	}
	return writeJSON(w, http.StatusOK, page)
}

// follower is one program that follows the log.
type follower struct {
	api     *API
	site    *site.Site
	hub     *hub
	sight   Sight
	caller  Caller
	objects []string
	at      int64 // the number of the last change it was shown or spared
	out     bytes.Buffer
}

func (a *API) follower(r *http.Request, s *site.Site, q asked) *follower {
	a.room(s).lookout.begin()
	return &follower{api: a, site: s, hub: a.room(s).hub, sight: a.sight(s), caller: CallerFrom(r.Context()), objects: q.objects, at: q.after}
}

func (f *follower) see(ctx context.Context, row change.Row) (Change, bool) {
	if len(f.objects) > 0 && !slices.Contains(f.objects, nameOf(ctx, f.sight, row)) {
		return Change{}, false
	}
	seen, _, ok := see(ctx, f.sight, f.caller, row)
	return seen, ok
}

// streamChanges sends changes as server-sent events until the client or the server ends it, or the token does.
func (a *API) streamChanges(w http.ResponseWriter, r *http.Request, q asked) error {
	s := site.From(r.Context())
	f := a.follower(r, s, q)
	last, leave, err := f.hub.join(r.Context())
	if err != nil {
		return err
	}
	defer leave()
	if f.at < 0 {
		f.at = last
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // proxies that gather would keep changes back
	fmt.Fprintf(&f.out, "retry: %d\nid: %d\n\n", reconnectIn.Milliseconds(), f.at)
	return f.follow(r.Context(), w)
}

func (f *follower) follow(ctx context.Context, w http.ResponseWriter) error {
	beat := time.NewTicker(f.api.config.heartbeat())
	defer beat.Stop()
	stop := web.Stopping(ctx) // a stream must not keep the server from stopping
	for !closed(stop) {
		if f.out.Len() > 0 {
			if err := f.send(w); err != nil {
				return nil // the client is gone, or too slow; it comes back with its last id
			}
		}
		rows, err := f.hub.next(ctx, f.at, beat.C, stop)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case !f.site.DB.Clock().Now().Before(f.caller.Expires):
			return nil
		case len(rows) == 0:
			fmt.Fprintf(&f.out, ": still here\nid: %d\n\n", f.at) // so that a client spared many changes does not repeat them
		}
		if err := f.write(ctx, rows); err != nil {
			return nil // the token or its account ended; the next request says so
		}
	}
	return nil
}

func closed(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}

// write puts what the caller may see of the changes into the next batch.
func (f *follower) write(ctx context.Context, rows []change.Row) error {
	for _, row := range rows {
		f.at = row.Seq
		if f.concerns(row) {
			if err := f.again(ctx); err != nil {
				return err
			}
		}
		seen, ok := f.see(ctx, row)
		if !ok {
			continue
		}
		text, err := json.Marshal(seen)
		if err != nil {
			return err
		}
		fmt.Fprintf(&f.out, "id: %d\nevent: change\ndata: %s\n\n", row.Seq, text)
	}
	return nil
}

// concerns reports whether a change is about the caller: a token that was revoked, a role that was changed, an account
// that was suspended. So those end or narrow a stream at once, without a look at the database by everybody.
func (f *follower) concerns(row change.Row) bool {
	return row.Object == tokenObject && row.Record == f.caller.Token || row.Object == "account" && row.Record == f.caller.Account.ID
}

// again finds out what the caller may do now.
func (f *follower) again(ctx context.Context) error {
	return f.site.DB.Read(ctx, func(tx *db.Tx) error {
		t, err := findToken(tx, f.caller.Token)
		if err != nil {
			return err
		}
		if f.caller, err = callerOf(tx, t); err != nil {
			return err
		}
		if !f.caller.Role().May(ChangesRead.Permission()) {
			return noToken()
		}
		return nil
	})
}

// send writes the batch and gives the client a time to take it.
func (f *follower) send(w http.ResponseWriter) error {
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(writeTime)) // a writer without deadlines, as in tests, has none to set
	_, err := w.Write(f.out.Bytes())
	if f.out.Reset(); f.out.Cap() > largestKept {
		f.out = bytes.Buffer{}
	}
	if err == nil {
		err = control.Flush()
	}
	_ = control.SetWriteDeadline(time.Time{}) // HTTP/2 ends a stream whose deadline passes, idle or not
	return err
}

const largestKept = 64 << 10 // bytes of a buffer worth keeping, for a thousand followers
