package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/value"
)

var (
	tester = value.SystemActor("test")
	safe   = value.Actor{Kind: value.Staff, ID: 7} // two of the safety desk
	wise   = value.Actor{Kind: value.Staff, ID: 8}
)

// world is an installation with two sites, each with one category and one seller.
type world struct {
	*testing.T
	app        *App
	lake, town *Rooms
}

func eachWorld(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			config := Config{Directory: t.TempDir(), Unsafe: true}
			if engine == db.Postgres {
				config.PostgresURL = dbtest.PostgresURL(t)
			}
			test(newWorld(t, config))
		})
	}
}

var opening sync.Mutex // one server has one provider's database, which the first to open makes

func newWorld(t *testing.T, config Config) *world {
	t.Helper()
	opening.Lock()
	a, err := Open(t.Context(), config)
	opening.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	w := &world{T: t, app: a}
	w.lake, w.town = w.open("lake"), w.open("town")
	return w
}

func (w *world) open(name string) *Rooms {
	w.Helper()
	settings := site.Defaults(name, "hello@example.org")
	settings.Imprint = "Lake Ltd., 1 Quay, Pully"
	slug := strings.ReplaceAll(dbtest.NewName(), "_", "-") // test servers keep what earlier tests made
	entry, err := w.app.Registry.Create(context.Background(), tester, slug, settings, slug+".example.org")
	if err != nil {
		w.Fatal(err)
	}
	s, err := w.app.Registry.BySlug(context.Background(), entry.Slug)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = w.app.Registry.Drop(context.Background(), tester, entry.Slug, entry.Slug) })
	return w.app.Rooms(s)
}

func (w *world) submit(r *Rooms, body string) listing.Listing {
	w.Helper()
	seller := listing.Seller{ID: r.Site.DB.IDs().Next(), Kind: listing.Private, Name: "Elio T.", Since: r.Site.DB.Clock().Now().AddDate(-2, 0, 0)}
	var category listing.Category
	err := r.Site.DB.Write(context.Background(), tester, "test", func(tx *db.Tx) (err error) {
		category, err = listing.AddCategory(tx, listing.Category{Slug: tx.NewID().Text("cat"), Names: listing.Names{"en": "Bicycles"}, Icon: "bike"})
		if err != nil {
			return err
		}
		return listing.AddSeller(tx, seller)
	})
	if err != nil {
		w.Fatal(err)
	}
	r.Listings.Trees = listing.NewTrees(r.Site.DB) // the new category shows at once
	l, _, err := r.Listings.Submit(context.Background(), tester, listing.Submission{Seller: seller, Content: listing.Content{
		Kind: listing.Sell, Category: category.ID, Locale: "en", Title: "City bicycle, size M", Body: body,
		Photos: []listing.Photo{{Sha256: strings.Repeat("ab", 32), Width: 16, Height: 12, Colour: "#3a7d5c"}},
	}})
	if err != nil {
		w.Fatal(err)
	}
	return l
}

func (w *world) find(r *Rooms, id value.ID) (l listing.Listing) {
	w.Helper()
	err := r.Site.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		l, err = listing.Find(tx, id)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return l
}

func (w *world) decisions(r *Rooms, id value.ID) (n int) {
	w.Helper()
	err := r.Site.DB.Read(context.Background(), func(tx *db.Tx) error {
		all, err := moderation.Decisions(tx, listing.Object, id, 100)
		n = len(all)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return n
}

func decide(r *Rooms, actor value.Actor, id value.ID, outcome moderation.Outcome) error {
	return r.Moderation.Decide(context.Background(), actor, moderation.Decision{
		Object: listing.Object, Record: id, Outcome: outcome, Ground: moderation.Scam, Reason: "looked at it with care"})
}

const (
	plain = "Serviced in May, kept indoors."
	doubt = "I am abroad. Pay the deposit by gift card or Western Union before viewing."
)

func TestDecisionsAboutRealListings(t *testing.T) {
	eachWorld(t, func(w *world) {
		for _, test := range []struct {
			name    string
			body    string
			outcome moderation.Outcome
			kind    value.Kind
			status  listing.Status
		}{
			{"publish what is held", doubt, moderation.Publish, "", listing.Live},
			{"reject what is held", doubt, moderation.Reject, "", listing.Rejected},
			{"remove what is live", plain, moderation.Remove, "", listing.Removed},
			{"keep what is live", plain, moderation.Keep, "", listing.Live},
			{"publish what is live", plain, moderation.Publish, value.Conflict, listing.Live},
		} {
			l := w.submit(w.lake, test.body)
			err := decide(w.lake, safe, l.ID, test.outcome)
			found := w.find(w.lake, l.ID)
			if value.KindOf(err) != test.kind || found.Status != test.status || found.Visible(w.lake.Gate, l.Created) != (test.status == listing.Live) {
				w.Errorf("%s: %v, %s", test.name, err, found.Status)
			}
			if stored := w.decisions(w.lake, l.ID); (stored == 1) != (test.kind == "") {
				w.Errorf("%s: %d decisions stored", test.name, stored)
			}
		}
		if err := decide(w.lake, safe, 12345, moderation.Remove); value.KindOf(err) != value.NotFound {
			w.Errorf("about nothing: %v", err)
		}
		w.sound(w.lake)
	})
}

// sound runs fairground check.
func (w *world) sound(r *Rooms) {
	w.Helper()
	report, err := r.Check(context.Background())
	if err != nil || len(report.Faults) != 0 {
		w.Errorf("%v %v", err, report.Faults)
	}
}

// What a rule of the site's provider refuses for good nobody on the site can publish, and nothing of the try remains.
func TestWhatIsFinalCannotBePublished(t *testing.T) {
	eachWorld(t, func(w *world) {
		l := w.submit(w.lake, plain)
		w.forbid(w.lake)
		if _, _, err := w.lake.Listings.Screen(context.Background(), tester, l.ID); err != nil {
			w.Fatal(err)
		}
		// The rule rejects; that somebody puts it into the queue all the same must not help.
		err := w.lake.Site.DB.Maintain(context.Background(), "attack", func(tx *db.Tx) error {
			_, err := tx.Exec("update listing set status = 'held' where id = $1", int64(l.ID))
			return err
		})
		if err != nil {
			w.Fatal(err)
		}
		before := w.find(w.lake, l.ID)
		if err := decide(w.lake, safe, l.ID, moderation.Publish); value.KindOf(err) != value.Forbidden {
			w.Errorf("published: %v", err)
		}
		after := w.find(w.lake, l.ID)
		if after.Status != listing.Held || after.Rev != before.Rev || w.decisions(w.lake, l.ID) != 0 {
			w.Errorf("%s, rev %d was %d, %d decisions", after.Status, after.Rev, before.Rev, w.decisions(w.lake, l.ID))
		}
		err = w.lake.Site.DB.Read(context.Background(), func(tx *db.Tx) error {
			_, err := safety.FindReview(tx, listing.Object, l.ID, after.Content.Hash())
			return err
		})
		if value.KindOf(err) != value.NotFound {
			w.Errorf("the review remained: %v", err)
		}
	})
}

// forbid makes the fixture's words something that the provider refuses.
func (w *world) forbid(r *Rooms) {
	w.Helper()
	pack, err := safety.ParsePack([]byte(`
lists:
  kept: {terms: [kept indoors]}
rules:
  - id: provider/kept
    version: 1
    title: {en: Kept}
    policy: "provider/1"
    category: OTHER_VIOLATION_TC
    ground: {en: It is refused for this test.}
    stage: [listing]
    mode: live
    when: terms.kept > 0
    outcome: reject
    owner: provider
    mandatory: true
    fires: [A bicycle kept indoors.]
    passes: [A bicycle.]
`))
	if err != nil {
		w.Fatal(err)
	}
	rules, err := safety.Compile(pack, safety.Pack{})
	if err != nil {
		w.Fatal(err)
	}
	if err := r.Gate.Replace(rules); err != nil {
		w.Fatal(err)
	}
}

func TestTwoDecisionsAtOnce(t *testing.T) {
	eachWorld(t, func(w *world) {
		for range 4 {
			l := w.submit(w.lake, doubt)
			var group sync.WaitGroup
			var published, removed error
			group.Go(func() { published = decide(w.lake, safe, l.ID, moderation.Publish) })
			group.Go(func() { removed = decide(w.lake, wise, l.ID, moderation.Remove) })
			group.Wait()
			// Whatever the order, who takes away wins.
			if found := w.find(w.lake, l.ID); removed != nil || found.Status != listing.Removed {
				w.Errorf("%s, published %v, removed %v", found.Status, published, removed)
			}
			if published != nil && value.KindOf(published) != value.Conflict {
				w.Error(published)
			}
		}
		w.sound(w.lake)
	})
}

func TestASecondNoticeAboutWhatIsGoneCanBeAnswered(t *testing.T) {
	eachWorld(t, func(w *world) {
		l := w.submit(w.lake, plain)
		for range 2 {
			n, err := w.lake.Moderation.File(context.Background(), value.Actor{Kind: value.Visitor}, moderation.Notice{
				Object: listing.Object, Record: l.ID, Ground: moderation.Scam, Explanation: "They ask for a deposit before a viewing."})
			if err != nil {
				w.Fatal(err)
			}
			made := moderation.Decision{Outcome: moderation.Remove, Ground: moderation.Scam, Reason: "It asks for money in advance."}
			if err := w.lake.Moderation.Answer(context.Background(), safe, n.ID, made, "Thank you, it is gone."); err != nil {
				w.Error(err)
			}
		}
	})
}

// Promise 7: the files of a site are its own.
func TestNoSiteReachesAnothersFiles(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := context.Background()
		const key = "photos/ab/abcdef.jpg"
		if err := w.lake.Blobs.Put(ctx, key, strings.NewReader("lake"), 4); err != nil {
			w.Fatal(err)
		}
		for _, try := range []string{key, "../" + w.lake.Site.Slug + "/" + key, w.lake.Site.Slug + "/" + key, "/" + key, "../../" + key} {
			if file, err := w.town.Blobs.Open(ctx, try); err == nil {
				file.Close()
				w.Errorf("opened %s", try)
			}
			_ = w.town.Blobs.Delete(ctx, try)
		}
		for key, err := range w.town.Blobs.Keys(ctx, "") {
			w.Errorf("sees %s (%v)", key, err)
		}
		var keys []string
		for key, err := range w.lake.Blobs.Keys(ctx, "photos/") {
			if err != nil {
				w.Fatal(err)
			}
			keys = append(keys, key)
		}
		if !slices.Equal(keys, []string{key}) {
			w.Errorf("its own site sees %v", keys)
		}
	})
}

// A clearance of one site is worth nothing on another: their keys differ.
func TestAClearanceDoesNotCrossSites(t *testing.T) {
	eachWorld(t, func(w *world) {
		l := w.submit(w.lake, plain)
		if l.Cleared(w.lake.Gate) != nil || l.Cleared(w.town.Gate) == nil {
			w.Errorf("lake %v, town %v", l.Cleared(w.lake.Gate), l.Cleared(w.town.Gate))
		}
	})
}

// What one site holds is not answered under another's name.
func TestAListingIsFoundOnItsOwnSiteOnly(t *testing.T) {
	eachWorld(t, func(w *world) {
		l := w.submit(w.lake, plain)
		handler := w.app.Handler()
		ask := func(r *Rooms, path string) int {
			req := httptest.NewRequest(http.MethodGet, "http://"+r.Site.Slug+".example.org"+path, nil)
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, req)
			return answer.Code
		}
		for _, path := range []string{"/l/" + l.Key(), "/report/" + l.Key()} {
			if code := ask(w.lake, path); code >= 400 {
				w.Errorf("%s on its own site: %d", path, code)
			}
			if code := ask(w.town, path); code != http.StatusNotFound {
				w.Errorf("%s on the other site: %d", path, code)
			}
		}
	})
}
