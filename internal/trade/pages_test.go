package trade_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/trade"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// serve is the pages in front of the world's desk; a request is signed in by the account's id in a header.
func (w *world) serve() http.Handler {
	w.Helper()
	words, err := text.New(ui.Messages(), web.Messages(), account.Messages(), trade.Messages())
	w.ok(err)
	pages := trade.NewPages(value.SystemClock{}, trade.Config{
		Desk: func(*site.Site) *trade.Desk { return w.desk },
		Page: func(_ *http.Request, title string, content templ.Component) templ.Component {
			return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
				page := ui.PublicPage{Title: title, Member: true, Hidden: true, Site: "Lakeside Market"}
				return page.Render(templ.WithChildren(ctx, content), w)
			})
		},
	})
	m := web.NewRouter(web.Config{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	m.Before(w.Step)
	m.Before(func(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
		locale := value.Locale("en")
		if r.Header.Get("Accept-Language") == "de" {
			locale = "de-CH"
		}
		ctx := text.WithPrinter(r.Context(), words.Printer(text.Settings{Locale: locale, Zone: time.UTC, Currency: "CHF"}))
		if id, err := value.ParseID(account.IDKind, r.Header.Get("X-Account")); err == nil {
			ctx = account.With(ctx, account.Session{Account: id, Kind: value.Member, Name: "Somebody"})
		}
		return r.WithContext(ctx), nil
	})
	m.Mount("GET /static/", account.Public, ui.Static(), web.Bare())
	pages.Routes(m)
	return m
}

type answer struct {
	status   int
	body     string
	location string
}

func (w *world) request(h http.Handler, as account.Account, method, path string, form url.Values) answer {
	w.Helper()
	r := httptest.NewRequest(method, "http://"+sitetest.Host+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if as.ID != 0 {
		r.Header.Set("X-Account", as.ID.Text(account.IDKind))
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return answer{rec.Code, rec.Body.String(), rec.Header().Get("Location")}
}

func (w *world) wants(a answer, status int, words ...string) {
	w.Helper()
	if a.status != status {
		w.Errorf("%d, want %d: %.300s", a.status, status, a.body)
	}
	for _, word := range words {
		if !strings.Contains(a.body, word) {
			w.Errorf("the page does not say %q", word)
		}
	}
}

func TestTheStoryOfADealOnPages(t *testing.T) {
	each(t, func(w *world) {
		h := w.serve()
		listing := w.near.offer(w.db.IDs().Next(), w.private)
		conversation := w.db.IDs().Next()
		w.desk.Neighbours.Talk = func(_ *db.Tx, id, who value.ID) (trade.Agreement, error) {
			if id != conversation || who != w.anna.ID && who != w.ben.ID {
				return trade.Agreement{}, value.Errorf(value.NotFound, "no such conversation")
			}
			return trade.Agreement{Conversation: conversation, Listing: listing, Seller: w.private, Buyer: w.anna.ID}, nil
		}
		cnv := conversation.Text("cnv")
		w.wants(w.request(h, w.anna, "GET", "/trades", nil), 200, "No deals yet")
		w.wants(w.request(h, w.anna, "GET", "/trades/new?conversation="+cnv, nil), 200, "City bicycle", "Price in CHF")
		w.wants(w.request(h, w.cleo, "GET", "/trades/new?conversation="+cnv, nil), 404)
		w.wants(w.request(h, w.anna, "POST", "/trades", url.Values{"conversation": {cnv}, "price": {"a lot"}}), 422, "a lot")
		made := w.request(h, w.anna, "POST", "/trades", url.Values{"conversation": {cnv}, "price": {"170.50"}})
		w.wants(made, 303)
		path := made.location
		w.wants(w.request(h, w.anna, "GET", path, nil), 200, "Take it back", "170.50")
		w.wants(w.request(h, w.ben, "GET", path, nil), 200, "Yes, we made a deal", "Anna M.")
		w.wants(w.request(h, w.cleo, "GET", path, nil), 404)
		w.wants(w.request(h, account.Account{}, "GET", path, nil), 303)
		w.wants(w.request(h, w.ben, "GET", "/trades?of="+w.private.Text("sel"), nil), 200, "Confirm or decline")
		w.wants(w.request(h, w.ben, "GET", "/trades", nil), 200, "Confirm or decline") // who only sells sees that at once
		w.wants(w.request(h, w.ben, "GET", "/trades?of=buyer", nil), 200, "No deals yet")
		w.wants(w.request(h, w.ben, "GET", "/trades?of="+w.shop.Text("sel"), nil), 404)
		w.wants(w.request(h, w.ben, "POST", path+"/confirmation", nil), 303)
		w.wants(w.request(h, w.ben, "POST", path+"/confirmation", nil), 409, "not possible any more")

		w.wants(w.request(h, w.anna, "POST", path+"/review", url.Values{"stars": {"5"}}), 409, "a day after the agreement")
		w.passes(2 * day)
		w.wants(w.request(h, w.anna, "GET", "/trades", nil), 200, "Write a review")
		w.wants(w.request(h, w.anna, "POST", path+"/review", url.Values{"stars": {"2"}, "tags": {"late"}, "body": {"<b>no"}}), 422, "&lt;b&gt;no", "Say in a sentence")
		w.wants(w.request(h, w.anna, "POST", path+"/review", url.Values{"body": {"without stars"}}), 422, "Choose one to five stars")
		w.wants(w.request(h, w.anna, "POST", path+"/review", url.Values{"stars": {"4"}, "tags": {"friendly"}, "body": {"<script>alert(1)</script> A fine bicycle."}}), 303)
		mine := w.request(h, w.anna, "GET", path, nil)
		w.wants(mine, 200, "&lt;script&gt;", "Change your review")
		if theirs := w.request(h, w.ben, "GET", path, nil); strings.Contains(theirs.body, "fine bicycle") {
			w.Error("the other side reads a review that has not appeared")
		}
		w.wants(w.request(h, w.ben, "POST", path+"/review", url.Values{"stars": {"5"}}), 303)
		w.wants(w.request(h, w.ben, "GET", path, nil), 200, "fine bicycle", "Answer publicly", "Report this review")
		w.wants(w.request(h, w.ben, "POST", path+"/answer", url.Values{"body": {"Thank you, enjoy the ride."}}), 303)
		w.wants(w.request(h, w.anna, "GET", path, nil), 200, "Ben B. answers", "enjoy the ride")
	})
}

func TestRefusalsOnPages(t *testing.T) {
	each(t, func(w *world) {
		h, staff := w.serve(), w.staff()
		deal := w.agree(w.anna, w.private)
		path := "/trades/" + deal.Key()
		w.passes(2 * day)
		r := w.review(w.anna, deal.ID, says(2, "The frame had a crack that no photo showed."))
		w.refuse(staff, r.ID, false, "it names another shop")
		w.wants(w.request(h, w.anna, "GET", path, nil), 200, "it names another shop", "Send appeal")
		w.wants(w.request(h, w.anna, "POST", path+"/appeal", url.Values{"part": {"review"}, "appeal": {"short"}}), 422, ">short</textarea>", "10 to 2,000")
		w.wants(w.request(h, w.anna, "POST", path+"/appeal", url.Values{"part": {"review"}, "appeal": {"There is no shop named in it at all."}}), 303)
		w.wants(w.request(h, w.anna, "GET", path, nil), 200, "Your appeal is with us")
		w.wants(w.request(h, w.ben, "GET", path+"x", nil), 404)
		w.wants(w.request(h, w.ben, "GET", "/trades?before=nonsense", nil), 404)
	})
}

var untranslated = regexp.MustCompile(`>[^<]*\btrade\.[a-z_.]+`)

func TestNoPageShowsAKey(t *testing.T) {
	each(t, func(w *world) {
		h := w.serve()
		deal := w.agree(w.anna, w.shop)
		w.passes(2 * day)
		w.review(w.anna, deal.ID, trade.Content{Stars: 5, Tags: []string{"punctual"}, Locale: "de"})
		for _, who := range []account.Account{w.anna, w.cleo} {
			for _, path := range []string{"/trades", "/trades/" + deal.Key()} {
				a := w.request(h, who, "GET", path, nil)
				w.wants(a, 200, "<h1")
				if key := untranslated.FindString(a.body); key != "" {
					w.Errorf("%s shows %s", path, key)
				}
			}
		}
	})
}
