package site_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

var (
	providerSchemas = []db.Schema{change.Schema(), site.ProviderSchema()}
	siteSchemas     = []db.Schema{change.Schema(), site.Schema()}
	operator        = value.SystemActor("test")
)

// world is a registry on an engine, with a provider's database of its own.
type world struct {
	*site.Registry
	cluster *db.Cluster
	keys    string
}

func each(t *testing.T, limits site.Limits, test func(t *testing.T, w world)) {
	t.Helper()
	dbtest.EachCluster(t, func(t *testing.T, cluster *db.Cluster) {
		keys := filepath.Join(t.TempDir(), "keys")
		provider, err := cluster.Create(t.Context(), dbtest.NewName(), providerSchemas)
		ok(t, err)
		r := site.NewIn(provider, cluster, keys, siteSchemas, limits)
		test(t, world{r, cluster, keys})
	})
}

func (w world) create(t *testing.T, hosts ...string) string {
	t.Helper()
	slug := strings.ReplaceAll(dbtest.NewName(), "_", "-")
	_, err := w.Create(t.Context(), operator, slug, settings(), hosts...)
	ok(t, err)
	t.Cleanup(func() {
		err := w.Drop(context.Background(), operator, slug, slug)
		if err != nil && value.KindOf(err) != value.NotFound && value.KindOf(err) != value.Conflict {
			t.Errorf("dropping %s: %v", slug, err)
		}
	})
	return slug
}

func settings() site.Settings { return sitetest.Settings() }

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, kind value.Kind) {
	t.Helper()
	if value.KindOf(err) != kind {
		t.Fatalf("got %v (%s), want an error of kind %s", err, value.KindOf(err), kind)
	}
}

func TestHostsLeadToTheirSite(t *testing.T) {
	t.Parallel()
	each(t, site.Limits{}, func(t *testing.T, w world) {
		lake := w.create(t, "Lake.example.org.", "lake.example.net:8080")
		for host, want := range map[string]string{
			"lake.example.org":     lake,
			"LAKE.example.org:443": lake,
			"lake.example.net":     lake,
			"localhost:8080":       lake,
			"127.0.0.1":            lake,
			"[::1]:9000":           lake,
			"example.org":          "",
			"x.lake.example.org":   "",
			"":                     "",
			"lake.example.org@x":   "",
		} {
			s, err := w.ByHost(t.Context(), host)
			switch {
			case want == "":
				wantKind(t, err, value.NotFound)
			case err != nil || s.Slug != want:
				t.Errorf("ByHost(%q) = %v, %v; want %s", host, s, err, want)
			}
		}
		w.create(t, "hill.example.org")
		_, err := w.ByHost(t.Context(), "localhost")
		wantKind(t, err, value.NotFound) // with two sites nobody can tell which is meant
	})
}

func TestAHostBelongsToOneSite(t *testing.T) {
	t.Parallel()
	each(t, site.Limits{}, func(t *testing.T, w world) {
		first, second := w.create(t, "one.example.org"), w.create(t, "two.example.org")
		wantKind(t, w.SetHosts(t.Context(), operator, second, "one.example.org"), value.Conflict)
		third := strings.ReplaceAll(dbtest.NewName(), "_", "-")
		_, err := w.Create(t.Context(), operator, third, settings(), "one.example.org")
		wantKind(t, err, value.Conflict)
		if exists, err := w.cluster.Exists(t.Context(), "site_"+strings.ReplaceAll(third, "-", "_")); err != nil || exists {
			t.Errorf("after a failed Create the database exists: %v, %v", exists, err)
		}
		if _, err := os.Stat(filepath.Join(w.keys, third+".key")); !os.IsNotExist(err) {
			t.Errorf("after a failed Create the secret is there: %v", err)
		}
		ok(t, w.SetHosts(t.Context(), operator, first, "other.example.org"))
		ok(t, w.SetHosts(t.Context(), operator, second, "one.example.org"))
		s, err := w.ByHost(t.Context(), "one.example.org")
		if err != nil || s.Slug != second {
			t.Errorf("ByHost = %v, %v; want %s", s, err, second)
		}
	})
}

func TestNamesThatCannotBe(t *testing.T) {
	t.Parallel()
	each(t, site.Limits{}, func(t *testing.T, w world) {
		for _, slug := range []string{"", "Lake", "a_b", "-a", "a-", "a--b", "1a", "../x", "a/b", "é", strings.Repeat("a", 41)} {
			_, err := w.Create(t.Context(), operator, slug, settings())
			wantKind(t, err, value.Invalid)
		}
		slug := w.create(t)
		_, err := w.Create(t.Context(), operator, slug, settings())
		wantKind(t, err, value.Conflict)
		for _, host := range []string{"", "http://a.example", "a b", "a..b", "-a.example", "ä.example", "a.example/x", strings.Repeat("a.", 130) + "a"} {
			wantKind(t, w.SetHosts(t.Context(), operator, slug, host), value.Invalid)
		}
		wantKind(t, w.Rename(t.Context(), operator, slug, " \n"), value.Invalid)
		wantKind(t, w.Rename(t.Context(), operator, "nowhere", "Name"), value.NotFound)
		_, err = w.BySlug(t.Context(), "nowhere")
		wantKind(t, err, value.NotFound)
	})
}

func TestSuspendedSitesAnswerNothing(t *testing.T) {
	t.Parallel()
	each(t, site.Limits{}, func(t *testing.T, w world) {
		slug := w.create(t, "lake.example.org")
		wantKind(t, w.Suspend(t.Context(), operator, slug, " "), value.Invalid)
		ok(t, w.Suspend(t.Context(), operator, slug, "unpaid for three months"))
		_, err := w.ByHost(t.Context(), "lake.example.org")
		wantKind(t, err, value.Unavailable)
		ok(t, w.Use(t.Context(), slug, func(context.Context, *site.Site) error { return nil }))
		wantKind(t, w.Suspend(t.Context(), operator, slug, "again"), value.Conflict)
		ok(t, w.Resume(t.Context(), operator, slug, "paid"))
		_, err = w.ByHost(t.Context(), "lake.example.org")
		ok(t, err)
	})
}

func TestStepGivesEachRequestItsSite(t *testing.T) {
	t.Parallel()
	each(t, site.Limits{}, func(t *testing.T, w world) {
		lake, hill := w.create(t, "lake.example.org"), w.create(t, "hill.example.org")
		for host, want := range map[string]string{"lake.example.org": lake, "hill.example.org:81": hill} {
			ctx, end := context.WithCancel(t.Context())
			r, err := w.Step(httptest.NewRecorder(), request(ctx, host))
			if err != nil || site.From(r.Context()).Slug != want {
				t.Errorf("%s: %v, want %s", host, err, want)
			}
			end()
		}
		_, err := w.Step(httptest.NewRecorder(), request(t.Context(), "no.example.org"))
		wantKind(t, err, value.NotFound)
		if _, found := site.Found(t.Context()); found {
			t.Error("a context without a site has one")
		}
	})
}

func request(ctx context.Context, host string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, "GET", "/", nil)
	r.Host = host
	return r
}

func TestKeysDifferByPurposeAndSiteAndLast(t *testing.T) {
	t.Parallel()
	each(t, site.Limits{OpenSites: 1}, func(t *testing.T, w world) {
		one, two := w.create(t), w.create(t)
		key := func(slug, purpose string) (key string) {
			ok(t, w.Use(t.Context(), slug, func(_ context.Context, s *site.Site) error {
				key = string(s.Key(purpose))
				return nil
			}))
			return key
		}
		first := key(one, "clearance")
		if len(first) != 32 || first == key(one, "seal") || first == key(two, "clearance") || first != key(one, "clearance") {
			t.Error("keys must differ by purpose and site, and stay the same otherwise")
		}
		file := filepath.Join(w.keys, one+".key")
		about, err := os.Stat(file)
		if err != nil || about.Mode().Perm() != 0o600 {
			t.Errorf("the secret's file: %v, %v; want mode 0600", about, err)
		}
		key(two, "close the first")
		ok(t, os.Rename(file, file+".away"))
		_, err = w.BySlug(t.Context(), one)
		wantKind(t, err, value.Unavailable)
		if !strings.Contains(err.Error(), file) {
			t.Errorf("%v does not name %s", err, file)
		}
		ok(t, os.WriteFile(file, []byte("abc"), 0o600))
		_, err = w.BySlug(t.Context(), one)
		wantKind(t, err, value.Unavailable)
		ok(t, os.Rename(file+".away", file))
		if key(one, "clearance") != first {
			t.Error("the key changed")
		}
	})
}

func TestVisitorsDoNotSeeWhereSecretsLie(t *testing.T) {
	t.Parallel()
	each(t, site.Limits{}, func(t *testing.T, w world) {
		slug := w.create(t, "lake.example.org")
		ok(t, os.Remove(filepath.Join(w.keys, slug+".key")))
		_, err := w.ByHost(t.Context(), "lake.example.org")
		var shown *value.Error
		if !errors.As(err, &shown) || shown.Kind != value.Unavailable || strings.Contains(shown.Message, w.keys) {
			t.Errorf("visitors would see %q of %v", shown.Message, err)
		}
	})
}

func TestIdleSitesCloseAndUsedOnesStay(t *testing.T) {
	t.Parallel()
	each(t, site.Limits{OpenSites: 2}, func(t *testing.T, w world) {
		held := w.create(t)
		ctx, release := context.WithCancel(t.Context())
		first, err := w.BySlug(ctx, held)
		ok(t, err)
		for range 4 {
			slug := w.create(t)
			ok(t, w.Use(t.Context(), slug, func(_ context.Context, s *site.Site) error { return readable(s) }))
		}
		if n := w.OpenSites(); n > 2 {
			t.Errorf("%d sites are open, want at most 2", n)
		}
		ok(t, readable(first))
		again, err := w.BySlug(ctx, held)
		if err != nil || again != first {
			t.Errorf("a site in use was opened twice: %v", err)
		}
		wantKind(t, w.Drop(t.Context(), operator, held, held), value.Conflict)
		release()
	})
}

func readable(s *site.Site) error {
	return s.DB.Read(context.Background(), func(tx *db.Tx) error {
		_, err := change.Last(tx)
		return err
	})
}

// TestStormOfOpening lets many open more sites at once than may stay open; nobody may meet a closed database.
func TestStormOfOpening(t *testing.T) {
	t.Parallel()
	each(t, site.Limits{OpenSites: 2}, func(t *testing.T, w world) {
		slugs := []string{w.create(t), w.create(t), w.create(t), w.create(t)}
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				for round := range 8 {
					err := w.Use(t.Context(), slugs[(i+round)%len(slugs)], func(_ context.Context, s *site.Site) error { return readable(s) })
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if n := w.OpenSites(); n > 2 {
			t.Errorf("%d sites are open after the storm, want at most 2", n)
		}
	})
}

func TestDropNeedsTheSlugTwice(t *testing.T) {
	t.Parallel()
	each(t, site.Limits{}, func(t *testing.T, w world) {
		slug := w.create(t, "lake.example.org")
		for _, typed := range []string{"", "yes", strings.ToUpper(slug), slug + " "} {
			wantKind(t, w.Drop(t.Context(), operator, slug, typed), value.Invalid)
		}
		ok(t, w.Use(t.Context(), slug, func(_ context.Context, s *site.Site) error { return readable(s) }))
		ok(t, w.Drop(t.Context(), operator, slug, slug))
		_, err := w.ByHost(t.Context(), "lake.example.org")
		wantKind(t, err, value.NotFound)
		wantKind(t, w.Drop(t.Context(), operator, slug, slug), value.NotFound)
		if left, err := os.ReadDir(w.keys); err != nil || len(left) > 0 {
			t.Errorf("secrets left: %v, %v", left, err)
		}
		_, err = w.Create(t.Context(), operator, slug, settings(), "lake.example.org")
		ok(t, err)
		ok(t, w.Drop(t.Context(), operator, slug, slug))
	})
}

func TestAdoptTakesInARestoredSite(t *testing.T) {
	t.Parallel()
	each(t, site.Limits{}, func(t *testing.T, w world) {
		slug := strings.ReplaceAll(dbtest.NewName(), "_", "-")
		name := "site_" + strings.ReplaceAll(slug, "-", "_")
		d, err := w.cluster.Create(t.Context(), name, siteSchemas)
		ok(t, err)
		ok(t, d.Close())
		_, err = w.Create(t.Context(), operator, slug, settings())
		wantKind(t, err, value.Conflict)
		_, err = w.Adopt(t.Context(), operator, slug, nil)
		wantKind(t, err, value.Unavailable)
		secret := []byte(strings.Repeat("k", 32))
		_, err = w.Adopt(t.Context(), operator, slug, secret, "back.example.org")
		ok(t, err)
		kept, err := w.Secret(slug)
		if err != nil || string(kept) != string(secret) {
			t.Errorf("Secret = %x, %v", kept, err)
		}
		ok(t, w.Drop(t.Context(), operator, slug, slug))
	})
}

func TestTheProvidersDatabaseIsMadeOnceAndOpenedAgain(t *testing.T) {
	t.Parallel()
	cluster := dbtest.Cluster(t, db.SQLite)
	keys := filepath.Join(t.TempDir(), "keys")
	for range 2 {
		r, err := site.New(t.Context(), cluster, keys, providerSchemas, siteSchemas, site.Limits{})
		ok(t, err)
		list, err := r.List(t.Context())
		ok(t, err)
		if len(list) == 0 {
			_, err = r.Create(t.Context(), operator, "lake", settings(), "lake.example.org")
			ok(t, err)
			continue
		}
		s, err := r.ByHost(t.Context(), "lake.example.org")
		if err != nil || s.ID != list[0].ID || list[0].Name != "Lakeside Market" {
			t.Errorf("after opening again: %+v, %v", list, err)
		}
		ok(t, r.Provider().Close())
	}
}
