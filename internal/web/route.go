package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"fairground/internal/value"
)

// Route is one registered pattern and who may use it.
type Route struct {
	Pattern string
	Guard   Guard

	handler     Handler
	timeout     time.Duration
	body        int64
	bare        bool
	crossOrigin bool
}

// String names the pattern and its guard.
func (r Route) String() string { return fmt.Sprintf("%s  %v", r.Pattern, guardName(r.Guard)) }

// Option changes a route's limits.
type Option func(*Route)

// BodyLimit sets how many bytes of body the route reads. More is answered with 413.
func BodyLimit(bytes int64) Option { return func(r *Route) { r.body = bytes } }

// Timeout sets how long the handler may take: its context ends then, and so do reading and writing. 0 means as long
// as the client stays, for streams.
func Timeout(d time.Duration) Option { return func(r *Route) { r.timeout = d } }

// Bare leaves out the steps, for routes that need neither site nor session, such as /healthz.
func Bare() Option { return func(r *Route) { r.bare = true } }

// CrossOrigin accepts forms from other origins, for routes that prove their caller otherwise, such as signed webhooks.
func CrossOrigin() Option { return func(r *Route) { r.crossOrigin = true } }

// run takes a request through the route. Errors are written with the request as far as the steps had brought it, so
// that an error page has the site and the language.
func (m *Router) run(w http.ResponseWriter, r *http.Request, route *Route) {
	answer := w.(*response)
	stateOf(r).route = route
	r, cancel := route.limit(answer, r)
	defer cancel()
	r, err := m.handle(answer, r, route)
	if err != nil {
		m.fail(answer, r, err)
	}
	if r.MultipartForm != nil {
		// net/http clears away the files of its own request only, and steps have made copies of that.
		_ = r.MultipartForm.RemoveAll()
	}
}

func (m *Router) handle(w *response, r *http.Request, route *Route) (*http.Request, error) {
	if r.ContentLength > route.body {
		return r, &http.MaxBytesError{Limit: route.body}
	}
	if !route.crossOrigin {
		if err := m.origins.Check(r); err != nil {
			return r, words(value.Forbidden, "web.origin", "this form was sent from another site").Because(err)
		}
	}
	if !route.bare {
		for _, step := range m.steps {
			next, err := step(w, r)
			if err != nil {
				return r, err
			}
			r = next
		}
	}
	if err := route.Guard.Check(r); err != nil {
		return r, err
	}
	return r, route.handler(w, r)
}

// limit bounds the body and the time. A server's deadlines fit pages; a route with more time moves them.
func (route *Route) limit(w *response, r *http.Request) (*http.Request, context.CancelFunc) {
	control := http.NewResponseController(w.ResponseWriter)
	var ctx context.Context
	var cancel context.CancelFunc
	var end time.Time // the zero time takes the deadlines away
	if route.timeout > 0 {
		ctx, cancel = context.WithTimeout(r.Context(), route.timeout)
		end = time.Now().Add(route.timeout + deadlineSlack)
	} else {
		ctx, cancel = context.WithCancel(r.Context())
	}
	if route.timeout == 0 || route.timeout > defaultTimeout {
		// An http.ResponseWriter without deadlines, as tests use it, has nothing to move.
		_ = control.SetReadDeadline(end)
		_ = control.SetWriteDeadline(end)
	}
	r = r.WithContext(ctx)
	if r.Body != nil {
		r.Body = http.MaxBytesReader(w.ResponseWriter, r.Body, route.body)
	}
	return r, cancel
}

const deadlineSlack = 15 * time.Second // to write the answer after a handler has used all its time
