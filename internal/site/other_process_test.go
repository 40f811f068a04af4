package site_test

import (
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// TestChangesOfAnotherProcessShowWithinTenSeconds lets two registries share the same files, as serve and a command do.
func TestChangesOfAnotherProcessShowWithinTenSeconds(t *testing.T) {
	t.Parallel()
	clock := &value.FixedClock{At: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	files, keys := t.TempDir(), t.TempDir()
	process := func(node int) *site.Registry {
		cluster, err := db.NewCluster(t.Context(), db.Config{Directory: files, Unsafe: true, Clock: clock, IDs: value.NewIDs(clock, node), Log: change.Append})
		ok(t, err)
		t.Cleanup(cluster.Close)
		r, err := site.New(t.Context(), cluster, keys, providerSchemas, siteSchemas, site.Limits{})
		ok(t, err)
		return r
	}
	serve, command := process(1), process(2)
	_, err := command.Create(t.Context(), operator, "lake", settings(), "lake.example.org")
	ok(t, err)

	here, err := serve.ByHost(t.Context(), "lake.example.org")
	ok(t, err)
	there, err := command.BySlug(t.Context(), "lake")
	ok(t, err)
	changed := settings()
	changed.Name = "Hill Market"
	ok(t, there.SaveSettings(t.Context(), operator, changed))
	clock.At = clock.At.Add(11 * time.Second)
	_, err = serve.ByHost(t.Context(), "lake.example.org")
	ok(t, err)
	if got := here.Settings().Name; got != "Hill Market" {
		t.Errorf("after eleven seconds the name is still %q", got)
	}

	ok(t, command.SetHosts(t.Context(), operator, "lake", "lake.example.org", "new.example.org"))
	clock.At = clock.At.Add(2 * time.Second)
	_, err = serve.ByHost(t.Context(), "new.example.org") // an unknown host makes it look again, once a second
	ok(t, err)
	ok(t, command.Suspend(t.Context(), operator, "lake", "test"))
	clock.At = clock.At.Add(11 * time.Second)
	_, err = serve.ByHost(t.Context(), "lake.example.org")
	wantKind(t, err, value.Unavailable)
}
