package network

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// office is the console of one site, as far as these pages go.
type office struct {
	*world
	site    *sitetest.World
	decider *decider
	router  *web.Router

	looked, over int // looks at photos that began and ended
}

func eachOffice(t *testing.T, test func(w *office)) {
	t.Helper()
	t.Parallel()
	sitetest.Each(t, []db.Schema{Schema()}, func(t *testing.T, base *sitetest.World) {
		test(newOffice(t, base))
	})
}

func newOffice(t testing.TB, base *sitetest.World) *office {
	w := &office{world: &world{TB: t, db: base.Site.DB, shelf: &shelf{all: map[value.ID]Listing{}}, directory: t.TempDir()}, site: base, decider: &decider{}}
	w.desk = w.another()
	w.router = w.serve()
	return w
}

func (w *office) serve() *web.Router {
	words, err := text.New(ui.Messages(), web.Messages(), Messages())
	w.ok(err)
	pages := &Pages{
		Of:      func(*site.Site) *Desk { return w.desk },
		Decider: func(*site.Site) Decider { return w.decider },
		Listings: func(_ *db.Tx, ids []value.ID) (map[value.ID]Shown, error) {
			return map[value.ID]Shown{1000: {Title: "Room and <work>", Href: "/console/listings/lst_1", State: "held", Account: "Sandra88"}}, nil
		},
		Measures: func(*http.Request) []ui.Option { return []ui.Option{{Value: "remove", Text: "Remove"}} },
		Grounds:  func(*http.Request) []ui.Option { return []ui.Option{{Value: "scam", Text: "Scam"}} },
		Shell: func(_ *http.Request, heading, at string) (ui.ConsolePage, error) {
			return ui.ConsolePage{Desk: true, Title: heading, Heading: heading, Site: "Lakeside Market", Tabs: []ui.Link{{Text: "Networks", Href: at, Current: true}}}, nil
		},
	}
	r := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	r.Before(w.site.Step)
	r.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		ctx := text.WithPrinter(r.Context(), words.Printer(text.Settings{Locale: "en", Zone: site.From(r.Context()).Settings().Location(), Currency: "CHF"}))
		for name, role := range map[string]account.Role{"mara": account.Safety, "bela": account.Safety, "sam": account.Sales} {
			if c, err := r.Cookie("who"); err == nil && c.Value == name {
				ctx = account.With(ctx, account.Session{Account: map[string]value.ID{"mara": 7, "bela": 8, "sam": 9}[name], Kind: value.Staff, Name: name, Role: role})
			}
		}
		return r.WithContext(ctx), nil
	})
	w.extend(pages)
	r.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	pages.Routes(r)
	return r
}

// ruledBy are outcomes as the desk would tell them: every item of the decider's last decision was removed.
func (w *office) ruledBy(_ *db.Tx, acts []value.ID) (map[value.ID]Outcome, error) {
	all := map[value.ID]Outcome{}
	for range acts {
		for _, item := range w.decider.items {
			all[item.Record] = Outcome{Measure: "remove", Explained: true, Undone: len(w.decider.undone) > 0}
		}
	}
	return all, nil
}

// extend gives pages what they may also have.
func (w *office) extend(p *Pages) {
	p.Outcomes = w.ruledBy
	p.Second = "/console/safety/second"
	p.Statement = func(_ *db.Tx, acts []value.ID, listing value.ID) (string, error) {
		if len(acts) == 0 {
			return "", value.Errorf(value.NotFound, "nothing was decided")
		}
		return "/console/safety/statements/of-" + listing.Text("lst"), nil
	}
	p.Name = func(_ *db.Tx, actor string) (string, error) {
		return map[string]string{"staff:7": "Mara Vogt", "staff:8": "Bela Horn"}[actor], nil
	}
	p.Accounts = func(_ *db.Tx, name string) ([]value.ID, error) {
		if name == "sandra@lakeside.example" {
			return []value.ID{5002}, nil
		}
		return nil, nil
	}
	p.Photos = func(_ *db.Tx, ids []value.ID) (map[value.ID][]Photo, error) {
		all := map[value.ID][]Photo{}
		for _, id := range ids {
			all[id] = []Photo{{fmt.Sprintf("%064x", int64(id)), 800, 600}}
		}
		return all, nil
	}
	p.Looks = func(*site.Site) Looks { return w }
}

// Seen says that the first photo was looked at.
func (w *office) Seen(_ *db.Tx, reviewer value.ID, hashes []string) (map[string]bool, error) {
	return map[string]bool{hashes[0]: w.looked > 0}, nil
}

// See gives photos, but only one time.
func (w *office) See(_ context.Context, actor value.Actor, photos map[string]value.ID, again bool) (got Looked, err error) {
	if w.looked > 0 && !again {
		return Looked{Said: "You have seen it."}, nil
	}
	got.Photos = map[string]string{}
	for sha := range photos {
		w.looked++
		got.Looks = append(got.Looks, value.ID(w.looked))
		got.Photos[sha] = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
	}
	return got, nil
}

// Looked notes that a look is over.
func (w *office) Looked(context.Context, value.Actor, []value.ID, time.Duration) error {
	w.over++
	return nil
}

func (w *office) ask(who, path string, fields url.Values) *httptest.ResponseRecorder {
	w.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://"+sitetest.Host+path, nil)
	if fields != nil {
		r = httptest.NewRequest(http.MethodPost, "http://"+sitetest.Host+path, strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Host = sitetest.Host
	r.AddCookie(&http.Cookie{Name: "who", Value: who})
	answer := httptest.NewRecorder()
	w.router.ServeHTTP(answer, r)
	return answer
}

// wants checks status and texts of a page; a text that begins with "!" must not be there.
func (w *office) wants(answer *httptest.ResponseRecorder, status int, texts ...string) {
	w.Helper()
	if answer.Code != status {
		w.Errorf("status %d, want %d: %.300s", answer.Code, status, answer.Body)
	}
	for _, t := range texts {
		absent, not := strings.CutPrefix(t, "!")
		if strings.Contains(answer.Body.String(), absent) == not {
			w.Errorf("%q in the page: %t", absent, not)
		}
	}
}

func (w *office) campaign() Network {
	w.Helper()
	w.write(recruiting(0), recruiting(1), recruiting(2), recruiting(3))
	w.settle(w.desk)
	return w.networks(Open)[0]
}

func TestPagesOfNetworks(t *testing.T) {
	eachOffice(t, func(w *office) {
		w.wants(w.ask("mara", pagesPath, nil), 200, "No network waits for you", "Listings are still being read")
		w.wants(w.ask("sam", pagesPath, nil), 403, "!No network")
		n := w.campaign()
		w.wants(w.ask("mara", pagesPath, nil), 200, "4 listings, 4 accounts", "··79", "free room near the station", "<svg", "!079 555", "!Listings are still")
		one := w.ask("mara", href(n.ID), nil)
		w.wants(one, 200, "Room and &lt;work&gt;", "Sandra88", "the same telephone, ··79", "decides nothing", "<mark>[1]</mark>",
			"Except these listings", `value="dismiss"`, "berta", "<svg class=\"network-graph\"", `role="group" aria-label="Graph of `, "#listing-4", "Olten", "!network.", "!46.6")
		w.wants(w.ask("sam", href(n.ID), nil), 403)
		w.wants(w.ask("mara", pagesPath+"/nwk_0000000000001", nil), 404)
		w.wants(w.ask("mara", pagesPath+"?state=dismissed", nil), 200, "found to be harmless")
	})
}

func TestTheMapShowsCoarsePoints(t *testing.T) {
	eachOffice(t, func(w *office) {
		n := w.campaign()
		var got struct{ Clusters []circle }
		w.ok(json.Unmarshal(w.ask("mara", href(n.ID)+"/map", nil).Body.Bytes(), &got))
		if len(got.Clusters) != 4 {
			w.Fatalf("circles: %+v", got)
		}
		for i, c := range got.Clusters {
			if exact := recruiting(i).Point; c.Lat == exact.Lat || c.Lat != exact.Coarse().Lat || c.Count != 1 {
				w.Errorf("circle %+v for %+v", c, exact)
			}
		}
	})
}

func TestTheFormOfTheDecision(t *testing.T) {
	eachOffice(t, func(w *office) {
		n := w.campaign()
		path := href(n.ID) + "/decision"
		w.wants(w.ask("sam", path, url.Values{"measure": {"remove"}}), 403)
		w.wants(w.ask("mara", path, url.Values{"measure": {"burn"}, "reason": {"I saw it."}}), 422, "Choose what is to be done", "Choose the ground", "I saw it.")
		w.wants(w.ask("mara", path, url.Values{"measure": {"remove"}, "ground": {"scam"}, "reason": {" "}}), 422, "Say in a sentence")
		everybody := url.Values{"measure": {"remove"}, "ground": {"scam"}, "reason": {"One template."}}
		for i := range 4 {
			everybody.Add("except", value.ID(1000+i).Text("lst"))
		}
		w.wants(w.ask("mara", path, everybody), 422, "at least one listing", "checked")
		if w.decider.items != nil {
			t.Errorf("decided about %v", w.decider.items)
		}
		w.decider.fail = ErrProposed
		w.wants(w.ask("mara", path, url.Values{"measure": {"remove"}, "ground": {"scam"}, "reason": {"One template."}}), 303)
		if len(w.networks(Open)) != 1 {
			t.Error("what waits for a second person is not open any more")
		}
		w.decider.fail = nil
		w.wants(w.ask("mara", path, url.Values{"measure": {"remove"}, "ground": {"scam"}, "reason": {"One template."}, "except": {value.ID(1002).Text("lst")}}), 303)
		if len(w.decider.items) != 3 || slices.Contains(w.decider.items, Item{listingObject, 1002}) || len(w.networks(Decided)) != 1 {
			t.Errorf("decided about %v", w.decider.items)
		}
		w.wants(w.ask("mara", href(n.ID), nil), 200, "Decided about 3 listings", "One template.")
		w.decider.items = nil
		w.wants(w.ask("mara", path, url.Values{"measure": {Dismiss}, "reason": {"A choir and its members."}}), 303)
		if w.decider.items != nil || len(w.networks(Dismissed)) != 1 {
			t.Errorf("a dismissal decided about %v", w.decider.items)
		}
	})
}

func TestAGraphIsAlwaysDrawnTheSameAndInside(t *testing.T) {
	t.Parallel()
	for _, count := range []int{1, 4, 24, 25, 60, 500} {
		var members []Member
		var links []Link
		for i := range count {
			members = append(members, Member{Listing: value.ID(i + 1), Account: value.ID(1000 + i%7), Place: []string{"Nyon", "Morges", "Vevey"}[i%3]})
			if i > 0 {
				links = append(links, Link{A: 1, B: value.ID(i + 1), Stage: "D", Reason: "phone", Entity: "e", Shown: "··79", Weight: .9},
					Link{A: value.ID(i), B: value.ID(i + 1), Stage: "A", Reason: "text", Weight: .8})
			}
		}
		for _, on := range []canvas{large, small} {
			g := graphOf(members, links, on)
			if !reflect.DeepEqual(g, graphOf(members, links, on)) {
				t.Errorf("%d: drawn twice, it looks different", count)
			}
			at, listings, accounts := map[[2]float64]bool{}, 0, 0
			for _, n := range g.Nodes {
				if at[[2]float64{n.X, n.Y}] || !(n.X >= 0 && n.X <= on.width && n.Y >= 0 && n.Y <= on.height) {
					t.Errorf("%d: %+v is outside or on another", count, n)
				}
				at[[2]float64{n.X, n.Y}] = true
				switch n.Kind {
				case "listing", "listings":
					listings += n.Count
				case "account":
					accounts++
				}
			}
			if listings != count {
				t.Errorf("%d listings are drawn of %d", listings, count)
			}
			if on == large && count <= on.listings && accounts != min(7, count) {
				t.Errorf("%d listings: %d accounts are drawn", count, accounts)
			}
		}
	}
	if empty := graphOf(nil, nil, large); len(empty.Nodes) != 0 {
		t.Error("nothing is drawn as something")
	}
}
