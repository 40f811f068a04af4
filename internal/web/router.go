package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"

	"fairground/internal/value"
)

// Config is what a Router needs to know. The zero Config works.
type Config struct {
	OnError OnError        // writes error pages; nil writes plain text
	Log     *slog.Logger   // nil is slog.Default
	Clock   value.Clock    // for the times in logs and metrics; nil is the machine's
	Metrics *Metrics       // nil counts nothing
	HTTPS   bool           // visitors come by HTTPS even when the proxy does not say so
	Proxies []netip.Prefix // networks whose X-Forwarded-For, X-Forwarded-Proto and X-Request-Id are believed
	Origins []string       // other origins (scheme://host) whose forms are accepted
	Timeout time.Duration  // for a handler, unless its route says otherwise; 0 is 15 s
	Body    int64          // bytes of a request body, unless its route says otherwise; 0 is 1 MB
}

// OnError writes the answer to a request that failed. The id is what the person may quote and what the log has. err is
// always a *value.Error without a cause, so nothing internal can leak through it. Headers such as Allow and
// Retry-After are set already; OnError sets the content type and writes the status.
type OnError func(w http.ResponseWriter, r *http.Request, status int, id string, err error)

// Handler answers a request or returns why it could not. After an error it must not have written much: the first
// kilobyte is taken back, later bytes cut the connection.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Step runs before guard and handler of every route that is not Bare. It returns the request to go on with, usually
// with more in its context: the site, the session, the printer of words.
type Step func(w http.ResponseWriter, r *http.Request) (*http.Request, error)

// Router is an http.Handler of guarded routes. Routes and steps are added before the first request.
type Router struct {
	config  Config
	mux     *http.ServeMux
	origins *http.CrossOriginProtection
	steps   []Step
	routes  []Route
}

const (
	defaultTimeout = 15 * time.Second
	defaultBody    = 1 << 20
)

// NewRouter returns a router without routes. It panics when an origin is not one, since that is written in code or
// checked when the settings are read.
func NewRouter(c Config) *Router {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Clock == nil {
		c.Clock = value.SystemClock{}
	}
	if c.OnError == nil {
		c.OnError = plainError
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.Body == 0 {
		c.Body = defaultBody
	}
	origins := http.NewCrossOriginProtection()
	for _, origin := range c.Origins {
		if err := origins.AddTrustedOrigin(origin); err != nil {
			panic(fmt.Sprintf("web.NewRouter: %v", err))
		}
	}
	return &Router{config: c, mux: http.NewServeMux(), origins: origins}
}

// Before adds a step. Steps run in the order in which they were added.
func (m *Router) Before(s Step) { m.steps = append(m.steps, s) }

// Handle registers a handler for a pattern of net/http, such as "GET /listing/{id}". It panics without a guard, and on
// a pattern that conflicts with another: both are mistakes of the program that a first start shows.
func (m *Router) Handle(pattern string, guard Guard, h Handler, options ...Option) {
	if isNil(guard) {
		panic(fmt.Sprintf("web: the route %q has no guard", pattern))
	}
	if h == nil {
		panic(fmt.Sprintf("web: the route %q has no handler", pattern))
	}
	route := Route{Pattern: pattern, Guard: guard, handler: h, timeout: m.config.Timeout, body: m.config.Body}
	for _, option := range options {
		option(&route)
	}
	m.routes = append(m.routes, route)
	m.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { m.run(w, r, &route) })
}

// Mount registers an http.Handler, such as one that serves files, that writes its own errors.
func (m *Router) Mount(pattern string, guard Guard, h http.Handler, options ...Option) {
	if h == nil {
		panic(fmt.Sprintf("web: the route %q has no handler", pattern))
	}
	m.Handle(pattern, guard, func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	}, options...)
}

// Routes lists all routes, sorted by pattern.
func (m *Router) Routes() []Route {
	sorted := slices.Clone(m.routes)
	slices.SortFunc(sorted, func(a, b Route) int { return strings.Compare(a.Pattern, b.Pattern) })
	return sorted
}

// ServeHTTP answers one request.
func (m *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := m.newState(r)
	r = r.WithContext(context.WithValue(r.Context(), stateKey{}, s))
	answer := newResponse(w, r)
	w.Header().Set("X-Request-Id", s.id)
	secure(w.Header(), s.https)
	m.config.Metrics.begin()
	defer m.end(answer, r, s)
	defer m.recover(answer, r, s)
	m.dispatch(answer, r, s)
	answer.finish()
}

func (m *Router) dispatch(w *response, r *http.Request, s *state) {
	if !validHost(r.Host) {
		m.fail(w, r, Status(http.StatusBadRequest, words(value.Invalid, "web.host", "the address of this site is malformed")))
		return
	}
	if _, pattern := m.mux.Handler(r); pattern == "" {
		m.miss(w, r)
		return
	}
	m.mux.ServeHTTP(w, r)
}

// miss answers what the mux does not know, in the way errors of handlers are answered.
func (m *Router) miss(w *response, r *http.Request) {
	var answer missed
	m.mux.ServeHTTP(&answer, r)
	if allow := answer.Header().Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
	}
	// The error page may show the site's name, which a step finds out; a step that fails changes nothing here.
	for _, step := range m.steps {
		next, err := step(w, r)
		if err != nil {
			break
		}
		r = next
	}
	if answer.status == http.StatusMethodNotAllowed {
		m.fail(w, r, Status(answer.status, words(value.Invalid, "web.method", "this page cannot be used in that way")))
		return
	}
	m.fail(w, r, words(value.NotFound, "web.not_found", "there is no such page"))
}

// missed takes the mux's own answer, of which only the status and Allow matter.
type missed struct {
	header http.Header
	status int
}

func (m *missed) Header() http.Header {
	if m.header == nil {
		m.header = make(http.Header)
	}
	return m.header
}

func (m *missed) WriteHeader(status int) { m.status = status }

func (m *missed) Write(p []byte) (int, error) { return len(p), nil }

// isNil also finds a nil pointer or function inside an interface.
func isNil(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Interface:
		return r.IsNil()
	}
	return false
}
