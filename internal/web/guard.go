package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"fairground/internal/value"
)

// Guard decides whether a request may reach a route's handler. Check returns nil to let it through; an error is
// answered like a handler's. A guard with a String method appears under that name in Routes.
type Guard interface {
	Check(r *http.Request) error
}

// GuardFunc makes a guard of a name and a function.
func GuardFunc(name string, check func(r *http.Request) error) Guard {
	if check == nil {
		panic("web.GuardFunc: there is no function")
	}
	return namedGuard{name, check}
}

type namedGuard struct {
	name  string
	check func(r *http.Request) error
}

func (g namedGuard) Check(r *http.Request) error { return g.check(r) }
func (g namedGuard) String() string              { return g.name }

// All lets through what every guard lets through, asked in order.
func All(guards ...Guard) Guard {
	names := make([]string, len(guards))
	for i, g := range guards {
		if isNil(g) {
			panic("web.All: a guard is missing")
		}
		names[i] = guardName(g)
	}
	return namedGuard{strings.Join(names, " and "), func(r *http.Request) error {
		for _, g := range guards {
			if err := g.Check(r); err != nil {
				return err
			}
		}
		return nil
	}}
}

// FromNetworks lets through clients of the given networks, for routes such as /metrics. Others see that there is no
// such page.
func FromNetworks(networks ...netip.Prefix) Guard {
	return namedGuard{fmt.Sprintf("from %v", networks), func(r *http.Request) error {
		if within(Client(r), networks) {
			return nil
		}
		return words(value.NotFound, "web.not_found", "there is no such page")
	}}
}

func within(address netip.Addr, networks []netip.Prefix) bool {
	for _, n := range networks {
		if n.Contains(address) {
			return true
		}
	}
	return false
}

func guardName(g Guard) string {
	if named, ok := g.(fmt.Stringer); ok {
		return named.String()
	}
	return fmt.Sprintf("%T", g)
}
