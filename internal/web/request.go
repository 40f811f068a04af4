package web

import (
	"context"
	"crypto/rand"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// state is what the router knows of a request. One goroutine at a time uses it.
type state struct {
	id     string
	start  time.Time
	client netip.Addr
	https  bool
	gone   bool   // the client went away before the answer
	route  *Route // nil until one matched
}

type stateKey struct{}

// stateOf returns a zero state for requests that did not come through a Router, as in tests of a handler alone.
func stateOf(r *http.Request) *state {
	if s, ok := r.Context().Value(stateKey{}).(*state); ok {
		return s
	}
	return &state{client: peer(r), https: r.TLS != nil}
}

func (s *state) pattern() string {
	if s.route == nil {
		return "none"
	}
	return s.route.Pattern
}

func (m *Router) newState(r *http.Request) *state {
	s := &state{start: m.config.Clock.Now(), client: peer(r), https: m.config.HTTPS || r.TLS != nil}
	if !within(s.client, m.config.Proxies) {
		s.id = newID()
		return s
	}
	s.client = forwarded(r.Header.Values("X-Forwarded-For"), s.client, m.config.Proxies)
	s.https = s.https || r.Header.Get("X-Forwarded-Proto") == "https"
	if s.id = r.Header.Get("X-Request-Id"); !validID(s.id) {
		s.id = newID()
	}
	return s
}

// ID is the id of the request: in the logs, in X-Request-Id, and on error pages.
func ID(ctx context.Context) string {
	if s, ok := ctx.Value(stateKey{}).(*state); ok {
		return s.id
	}
	return ""
}

// Client is the address of the visitor: the peer, or what a trusted proxy says of it. The zero Addr is unknown.
func Client(r *http.Request) netip.Addr { return stateOf(r).client }

// ClientNetwork is the visitor's network, /24 or /48, as text: enough to limit and to log, too little to name a person.
func ClientNetwork(r *http.Request) string { return network(Client(r)) }

// HTTPS reports whether the visitor came by HTTPS, so that cookies are marked Secure.
func HTTPS(r *http.Request) bool { return stateOf(r).https }

// Host is the host name of the request in lower case, without port and final dot; empty when there is none.
func Host(r *http.Request) string {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// validHost accepts a name or an address with an optional port. HTTP/1.0 has no host at all.
func validHost(host string) bool {
	if host == "" {
		return true
	}
	name := host
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		port, err := strconv.ParseUint(host[i+1:], 10, 16)
		if err != nil || port == 0 {
			return false
		}
		name = host[:i]
	}
	if inner, ok := strings.CutPrefix(name, "["); ok {
		address, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		return err == nil && address.Is6()
	}
	return validName(name)
}

func validName(name string) bool {
	name = strings.TrimSuffix(name, ".")
	if name == "" || len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

func peer(r *http.Request) netip.Addr {
	address, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return address.Addr().Unmap().WithZone("")
}

// forwarded walks X-Forwarded-For from its end, where our own proxies write, to the first address that is not a proxy.
// What stands before it was written by the client and proves nothing.
func forwarded(headers []string, from netip.Addr, proxies []netip.Prefix) netip.Addr {
	hops := strings.Split(strings.Join(headers, ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return from
		}
		from = hop.Unmap().WithZone("")
		if !within(from, proxies) {
			return from
		}
	}
	return from
}

func network(address netip.Addr) string {
	bits := 48
	switch {
	case !address.IsValid():
		return "unknown"
	case address.Is4():
		bits = 24
	}
	prefix, err := address.Prefix(bits)
	if err != nil {
		return "unknown"
	}
	return prefix.String()
}

func newID() string { return strings.ToLower(rand.Text()[:16]) }

func validID(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	return strings.Trim(strings.ToLower(id), "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
