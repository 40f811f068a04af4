package site

import (
	"context"
	"errors"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Create makes a site: its secret, its database, its settings, its hosts. When a step fails, the steps before it are
// undone. A slug or host in use is a Conflict. A database of that name without a site, left by a crash or put there by
// a restore, is a Conflict too: Adopt takes it in.
func (r *Registry) Create(ctx context.Context, actor value.Actor, slug string, settings Settings, hosts ...string) (Entry, error) {
	hosts, err := r.checkNew(ctx, slug, hosts)
	if err != nil {
		return Entry{}, err
	}
	if err := settings.Check(); err != nil {
		return Entry{}, err
	}
	exists, err := r.cluster.Exists(ctx, databaseName(slug))
	if err != nil {
		return Entry{}, err
	}
	if exists {
		return Entry{}, value.Errorf(value.Conflict, "there is a database %s without a site; adopt it, or remove it first", databaseName(slug))
	}
	if err := r.keys.make(slug); err != nil {
		return Entry{}, err
	}
	entry, err := r.makeSite(ctx, actor, slug, settings, hosts)
	if err != nil {
		return entry, fmt.Errorf("site.Create(%s): %w", slug, errors.Join(err, r.keys.remove(slug)))
	}
	return entry, nil
}

func (r *Registry) makeSite(ctx context.Context, actor value.Actor, slug string, settings Settings, hosts []string) (Entry, error) {
	entry := Entry{ID: r.provider.IDs().Next(), Slug: slug, Name: settings.Name, State: Active, Hosts: hosts}
	d, err := r.cluster.Create(ctx, databaseName(slug), r.schemas)
	if err != nil {
		return entry, err
	}
	err = d.Write(ctx, actor, "site.create", func(tx *db.Tx) error { return storeSettings(tx, entry.ID, settings) })
	if err = errors.Join(err, d.Close()); err == nil {
		entry, err = r.register(ctx, actor, "site.create", entry)
	}
	if err != nil {
		return entry, errors.Join(err, r.cluster.Drop(context.WithoutCancel(ctx), databaseName(slug)))
	}
	return entry, nil
}

// Adopt registers a database that is there already, such as one put back from a backup, with the secret it was made
// with (32 bytes), or nil when the secret's file is in place.
func (r *Registry) Adopt(ctx context.Context, actor value.Actor, slug string, secret []byte, hosts ...string) (Entry, error) {
	hosts, err := r.checkNew(ctx, slug, hosts)
	if err != nil {
		return Entry{}, err
	}
	if secret != nil {
		if err := r.keys.write(slug, secret); err != nil {
			return Entry{}, err
		}
	}
	s, err := r.load(ctx, Entry{Slug: slug})
	if err != nil {
		return Entry{}, fmt.Errorf("site.Adopt(%s): %w", slug, err)
	}
	if err := s.DB.Close(); err != nil {
		return Entry{}, err
	}
	entry := Entry{ID: r.provider.IDs().Next(), Slug: slug, Name: s.Settings().Name, State: Active, Hosts: hosts}
	return r.register(ctx, actor, "site.adopt", entry)
}

// Secret returns a site's secret for a backup that is kept apart from those of the databases.
func (r *Registry) Secret(slug string) ([]byte, error) {
	if err := checkSlug(slug); err != nil {
		return nil, err
	}
	return r.keys.read(slug)
}

// checkNew refuses a slug that is malformed or taken, and returns the hosts as they are stored.
func (r *Registry) checkNew(ctx context.Context, slug string, hosts []string) ([]string, error) {
	if err := checkSlug(slug); err != nil {
		return nil, err
	}
	known, err := r.reload(ctx)
	if err != nil {
		return nil, err
	}
	if _, taken := known.bySlug[slug]; taken {
		conflict := value.Fieldf("slug", "there is a site %s already", slug)
		conflict.Kind = value.Conflict
		return nil, conflict
	}
	return checkHosts(hosts)
}

func (r *Registry) register(ctx context.Context, actor value.Actor, action string, entry Entry) (Entry, error) {
	err := r.provider.Write(ctx, actor, action, func(tx *db.Tx) error {
		entry.Created = tx.Now()
		if err := insertEntry(tx, entry); err != nil {
			return err
		}
		tx.Log(db.Change{Object: "site", Record: entry.ID, Diff: map[string]any{"slug": entry.Slug, "name": entry.Name, "hosts": entry.Hosts}})
		return replaceHosts(tx, entry.ID, entry.Hosts)
	})
	r.known.Store(nil)
	return entry, err
}

// Drop destroys a site: its database with everything in it, its secret, its hosts. It cannot be undone, so the
// slug has to be given twice, the second time as typed by the person who decides. A site in use is a Conflict. After a
// failure half way, Drop can be called again.
func (r *Registry) Drop(ctx context.Context, actor value.Actor, slug, confirmation string) error {
	if confirmation != slug {
		return value.Fieldf("confirmation", "type %s to confirm; everything in the site will be gone", slug)
	}
	err := r.provider.Read(ctx, func(tx *db.Tx) error {
		_, err := findEntry(tx, slug)
		return err
	})
	if err != nil {
		return err
	}
	if err := r.takeOut(slug); err != nil {
		return err
	}
	defer r.putBack(slug)
	if err := r.destroy(ctx, slug); err != nil {
		return fmt.Errorf("site.Drop(%s): %w", slug, err)
	}
	return r.change(ctx, actor, "site.drop", slug, func(tx *db.Tx, entry Entry) (any, error) {
		return map[string]any{"slug": entry.Slug, "name": entry.Name, "hosts": entry.Hosts}, deleteEntry(tx, entry.ID)
	})
}

// takeOut closes a site that nobody uses and keeps it from opening.
func (r *Registry) takeOut(slug string) error {
	r.mu.Lock()
	o := r.open[slug]
	if r.removed[slug] || o != nil && o.uses > 0 {
		r.mu.Unlock()
		return value.Errorf(value.Conflict, "site %s is in use; suspend it and try again", slug)
	}
	r.removed[slug] = true
	delete(r.open, slug)
	r.mu.Unlock()
	if o != nil {
		r.closeAll([]*opened{o})
	}
	return nil
}

func (r *Registry) putBack(slug string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.removed, slug)
}

func (r *Registry) destroy(ctx context.Context, slug string) error {
	exists, err := r.cluster.Exists(ctx, databaseName(slug))
	if err == nil && exists {
		err = r.cluster.Drop(ctx, databaseName(slug))
	}
	if err == nil && r.Dropped != nil {
		err = r.Dropped(databaseName(slug))
	}
	if err != nil {
		return err
	}
	return r.keys.remove(slug)
}
