package site

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Limits bounds what a registry holds.
type Limits struct {
	OpenSites int // databases kept open at once, more only while they are in use; 0 means 64
}

// Registry is the provider's list of sites and the way to open them. It is safe for use by several goroutines.
type Registry struct {
	// Prepare does what a site needs after its database opened and before anybody holds it; nil for nothing. It is set
	// before the first site opens.
	Prepare func(context.Context, *Site) error
	// Closing frees what others keep for a site before its database closes; nil for nothing. It is set as Prepare is.
	Closing func(*Site)
	// Dropped deletes what others keep outside of a site's database, named here, when the site is destroyed; nil for
	// nothing. It is set as Prepare is.
	Dropped func(database string) error

	cluster  *db.Cluster
	provider *db.DB
	keys     keys
	schemas  []db.Schema
	limits   Limits
	known    atomic.Pointer[directory]

	mu      sync.Mutex
	open    map[string]*opened
	removed map[string]bool // sites being dropped; they do not open
	tick    int64           // orders uses, for closing the one idle longest
}

// New opens the provider's database, making it at the first start. The schemas are complete: those of the provider
// must hold change.Schema and ProviderSchema, those of sites change.Schema and Schema. keysDir holds the secrets and
// should not be part of any backup of the databases.
func New(ctx context.Context, cluster *db.Cluster, keysDir string, providerSchemas, siteSchemas []db.Schema, limits Limits) (*Registry, error) {
	const name = "provider"
	exists, err := cluster.Exists(ctx, name)
	if err != nil {
		return nil, err
	}
	open := cluster.Open
	if !exists {
		open = cluster.Create
	}
	provider, err := open(ctx, name, providerSchemas)
	if !exists && value.KindOf(err) == value.Conflict { // another process of the installation made it meanwhile
		provider, err = cluster.Open(ctx, name, providerSchemas)
	}
	if err != nil {
		return nil, err
	}
	return NewIn(provider, cluster, keysDir, siteSchemas, limits), nil
}

// NewIn is New with a provider's database that is open already, whatever its name.
func NewIn(provider *db.DB, cluster *db.Cluster, keysDir string, siteSchemas []db.Schema, limits Limits) *Registry {
	if limits.OpenSites <= 0 {
		limits.OpenSites = 64
	}
	return &Registry{
		cluster: cluster, provider: provider, keys: keys{keysDir}, schemas: siteSchemas, limits: limits,
		open: make(map[string]*opened), removed: make(map[string]bool),
	}
}

// Provider is the provider's own database.
func (r *Registry) Provider() *db.DB { return r.provider }

// List returns all sites by their slugs.
func (r *Registry) List(ctx context.Context) ([]Entry, error) {
	known, err := r.reload(ctx)
	if err != nil {
		return nil, err
	}
	return known.entries, nil
}

// Rename changes what the provider calls a site. The name its visitors see is one of its settings.
func (r *Registry) Rename(ctx context.Context, actor value.Actor, slug, name string) error {
	name = strings.TrimSpace(name)
	if !line(name, 1, 60) {
		return value.Fieldf("name", "write a name of 1 to 60 characters on one line")
	}
	return r.change(ctx, actor, "site.rename", slug, func(tx *db.Tx, entry Entry) (any, error) {
		_, err := tx.Exec("update site set name = $2 where id = $1", entry.ID, name)
		return map[string]any{"name": map[string]string{"old": entry.Name, "new": name}}, err
	})
}

// SetHosts makes a site answer for these hosts and no others.
func (r *Registry) SetHosts(ctx context.Context, actor value.Actor, slug string, hosts ...string) error {
	hosts, err := checkHosts(hosts)
	if err != nil {
		return err
	}
	return r.change(ctx, actor, "site.set_hosts", slug, func(tx *db.Tx, entry Entry) (any, error) {
		return map[string]any{"hosts": map[string][]string{"old": entry.Hosts, "new": hosts}}, replaceHosts(tx, entry.ID, hosts)
	})
}

// Suspend closes a site to the public for a reason, which is logged. Its rows stay and it opens by its slug.
func (r *Registry) Suspend(ctx context.Context, actor value.Actor, slug, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return value.Fieldf("reason", "write why the site is suspended")
	}
	return r.setState(ctx, actor, "site.suspend", slug, Suspended, reason)
}

// Resume opens a suspended site to the public again.
func (r *Registry) Resume(ctx context.Context, actor value.Actor, slug, reason string) error {
	return r.setState(ctx, actor, "site.resume", slug, Active, reason)
}

func (r *Registry) setState(ctx context.Context, actor value.Actor, action, slug string, state State, reason string) error {
	return r.change(ctx, actor, action, slug, func(tx *db.Tx, entry Entry) (any, error) {
		if entry.State == state {
			return nil, value.Errorf(value.Conflict, "site %s is %s already", slug, state)
		}
		_, err := tx.Exec("update site set state = $2 where id = $1", entry.ID, string(state))
		return map[string]any{"state": map[string]State{"old": entry.State, "new": state}, "reason": reason}, err
	})
}

// change runs one logged change of a site's entry; fn returns what the log says. The list is read anew after it.
func (r *Registry) change(ctx context.Context, actor value.Actor, action, slug string, fn func(*db.Tx, Entry) (any, error)) error {
	err := r.provider.Write(ctx, actor, action, func(tx *db.Tx) error {
		entry, err := findEntry(tx, slug)
		if err != nil {
			return err
		}
		diff, err := fn(tx, entry)
		if err == nil {
			tx.Log(db.Change{Object: "site", Record: entry.ID, Diff: diff})
		}
		return err
	})
	r.known.Store(nil)
	return err
}

var slugForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func checkSlug(slug string) error {
	if len(slug) > 40 || !slugForm.MatchString(slug) {
		return value.Fieldf("slug", "%q cannot name a site: use lower-case letters, digits and single hyphens, beginning with a letter, at most 40", slug)
	}
	return nil
}

// databaseName is the cluster's name of a site's database. Slugs hold no underscore, so two never meet.
func databaseName(slug string) string { return "site_" + strings.ReplaceAll(slug, "-", "_") }

// SlugOf is the site of a host; empty when there is none.
func (r *Registry) SlugOf(ctx context.Context, host string) (string, error) {
	entry, ok, err := r.lookUp(ctx, func(d *directory) (Entry, bool) { return d.find(plainHost(host)) })
	if err != nil || !ok {
		return "", err
	}
	return entry.Slug, nil
}

// HostOf is the first host of a site, for addresses in mails; empty when it has none.
func (r *Registry) HostOf(ctx context.Context, slug string) (string, error) {
	entry, ok, err := r.lookUp(ctx, func(d *directory) (Entry, bool) {
		entry, ok := d.bySlug[slug]
		return entry, ok
	})
	if err != nil || !ok || len(entry.Hosts) == 0 {
		return "", err
	}
	return entry.Hosts[0], nil
}
