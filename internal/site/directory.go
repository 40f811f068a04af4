package site

import (
	"context"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// directory is a snapshot of the provider's list: which host leads to which site. Requests read it without asking
// the database.
type directory struct {
	entries []Entry
	bySlug  map[string]Entry
	byHost  map[string]string // to slugs
	at      time.Time
}

const (
	directoryAge = 10 * time.Second // how long another process's change may go unseen
	secondLook   = time.Second      // an unknown host makes the list be read again, this often at most
)

func newDirectory(entries []Entry, at time.Time) *directory {
	d := &directory{entries: entries, bySlug: make(map[string]Entry), byHost: make(map[string]string), at: at}
	for _, entry := range entries {
		d.bySlug[entry.Slug] = entry
		for _, host := range entry.Hosts {
			d.byHost[host] = entry.Slug
		}
	}
	return d
}

// find returns the site of a host. A machine's own names lead to the only site there is, so that an installation on
// a laptop works without any host set.
func (d *directory) find(host string) (Entry, bool) {
	if slug, ok := d.byHost[host]; ok {
		return d.bySlug[slug], true
	}
	if len(d.entries) == 1 && slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, host) {
		return d.entries[0], true
	}
	return Entry{}, false
}

// lookUp returns the entry that match finds in the list, reading the list again when it is old or has no such entry.
func (r *Registry) lookUp(ctx context.Context, match func(*directory) (Entry, bool)) (Entry, bool, error) {
	now := r.provider.Clock().Now()
	known := r.known.Load()
	if known != nil {
		age := now.Sub(known.at)
		entry, ok := match(known)
		if ok && age < directoryAge || !ok && age < secondLook {
			return entry, ok, nil
		}
	}
	known, err := r.reload(ctx)
	if err != nil {
		return Entry{}, false, err
	}
	entry, ok := match(known)
	return entry, ok, nil
}

func (r *Registry) reload(ctx context.Context) (*directory, error) {
	var entries []Entry
	err := r.provider.Read(ctx, func(tx *db.Tx) (err error) {
		entries, err = findEntries(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	known := newDirectory(entries, r.provider.Clock().Now())
	r.known.Store(known)
	return known, nil
}

var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

// plainHost takes port, brackets and a last dot off a host and lowers it: "[::1]:8080" is "::1".
func plainHost(host string) string {
	if name, port, err := net.SplitHostPort(host); err == nil && strings.Trim(port, "0123456789") == "" {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// checkHosts returns hosts as they are stored: plain, sorted, each once.
func checkHosts(hosts []string) ([]string, error) {
	var all []string
	for _, host := range hosts {
		plain := plainHost(strings.TrimSpace(host))
		if len(plain) > 253 || !hostName.MatchString(plain) && net.ParseIP(plain) == nil {
			return nil, value.Fieldf("hosts", "%q is not a host name; write it as in market.example.org, without https:// and in its xn-- form", host)
		}
		all = append(all, plain)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
