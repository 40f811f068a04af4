package posting_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

// save sends what a script sends while one types.
func (b *reader) save(base string, pairs ...string) answer {
	b.w.Helper()
	b.headers["X-Parts"] = "1"
	defer delete(b.headers, "X-Parts")
	return b.post(base+"/save", pairs...)
}

func (a answer) base() string { a.w.Helper(); return a.find(`data-base="(/post/drf_[a-z0-9]+)"`) }

func TestDraftsSaveThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	answer := b.save("/post/new", "title", "Volvo", "changed", "title").want(200)
	draft := answer.base()
	if !strings.Contains(answer.body, `data-rev="1"`) || strings.Contains(answer.body, "<html") {
		t.Errorf("the answer is no parts: %s", answer.body)
	}
	b.save(draft, "pick", "vehicles/cars", "shown", "0", "changed", "shown").want(200, "Vehicles › Cars", "Mileage")
	b.save(draft, "title", "Volvo V60", "shown", w.cars.String()+",", "changed", "title").want(200).without("Mileage")
	// Another window, older, changes the body only; its old title does no harm.
	b.save(draft, "title", "Volvo", "body", "First owner.", "changed", "body").want(200)
	b.get(draft).want(200, "First owner.", "Mileage").find(`(value="Volvo V60")`)
	b.get("/post").want(200, "1 draft is waiting for you", "Volvo V60")
	b.get("/my/listings?tab=drafts").want(200, "Volvo V60", "Go on")
	gone := b.post(draft+"/discard").want(200, "The draft is discarded")
	b.get(draft).want(http.StatusNotFound)
	token := gone.find(`name="token" value="([^"]+)"`)
	w.as(w.bruno).post("/post/new/restore", "token", token).want(http.StatusUnprocessableEntity)
	b.post("/post/new/restore", "token", token[:len(token)-2]+"AA").want(http.StatusUnprocessableEntity)
	b.post("/post/new/restore", "token", token).follow().want(200, "First owner.").find(`(value="Volvo V60")`)
}

// A draft is its author's. To others it is not there, whatever they do with it.
func TestDraftsOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	anna, bruno, visitor := w.as(w.anna), w.as(w.bruno), w.visitor()
	draft := anna.send("/post/new", []file{{"a.jpg", shot(t, 400, 300, 9)}}, with(bicycle, "do", "fields")...).to()
	sha := anna.get(draft).find(`data-photo="([0-9a-f]{64})"`)
	picture := "/media/photo/" + sha[:2] + "/" + sha + "-320.webp"
	anna.get(picture).want(200)
	bruno.get(picture).want(http.StatusNotFound)
	visitor.get(picture).want(http.StatusNotFound)
	for _, path := range []string{draft, draft + "/preview", draft + "/photos/" + sha, draft + "/categories"} {
		bruno.get(path).want(http.StatusNotFound)
	}
	bruno.post(draft, "title", "Mine now", "do", "publish").want(http.StatusNotFound)
	bruno.save(draft, "title", "Mine now").want(http.StatusNotFound)
	bruno.post(draft+"/photos/"+sha, "do", "right").want(http.StatusNotFound)
	bruno.send(draft+"/photos", []file{{"b.jpg", shot(t, 400, 300, 99)}}).want(http.StatusNotFound)
	bruno.post(draft + "/discard").want(http.StatusNotFound)
	own := bruno.post("/post/new", "title", "My own").to()
	bruno.get(own + "/photos/" + sha).want(http.StatusNotFound)
	bruno.post(own, "photo", "later:"+sha).want(http.StatusNotFound)
	l := w.live(w.annas(), "Blue city bicycle", 300)
	for _, form := range [][]string{{"do", "sold"}, {"do", "price", "price", "1"}, {"do", "remove", "sure", "yes"}} {
		bruno.post("/my/listings/"+l.Key(), form...).want(http.StatusNotFound)
	}
	bruno.get("/my/listings/" + l.Key()).want(http.StatusNotFound)
	bruno.post("/my/listings/" + l.Key() + "/edit").want(http.StatusNotFound)
	if w.found(l.ID).Status != listing.Live {
		t.Error("somebody else changed the listing")
	}
	anna.get(draft).want(200)
}

// Whoever was signed out meanwhile finds everything after signing in, with a script and without.
func TestSessionLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	draft := b.post("/post/new", "title", "Volvo V60", "body", "First owner.").to()
	cookie := b.cookies[asCookie]
	delete(b.cookies, asCookie)
	b.save(draft, "body", "Second thoughts", "changed", "body").want(http.StatusUnauthorized, "You are signed out")
	to := b.get(draft).to()
	if to != "/sign-in?next="+strings.ReplaceAll(draft, "/", "%2F") {
		t.Errorf("led to %s", to)
	}
	stashed := b.post(draft, "title", "Volvo V60 Cross Country", "body", "First owner, garaged.", "do", "publish").to()
	next := strings.ReplaceAll(strings.TrimPrefix(stashed, "/sign-in?next="), "%2F", "/")
	b.cookies[asCookie] = cookie
	back := b.get(next)
	if back.to() != draft {
		t.Errorf("back at %s, want %s", back.to(), draft)
	}
	back.follow().want(200, "First owner, garaged.").find(`(value="Volvo V60 Cross Country")`)
	b.get("/my/listings?tab=drafts").want(200, "Drafts 1")
}

// Where visitors may not post, a form of somebody whose session ended is kept all the same.
func TestSessionLostWhereVisitorsMayNotPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	settings := sitetest.Settings()
	settings.GuestPosting = false
	w.ok(w.Site.SaveSettings(t.Context(), operator, settings))
	b := w.as(w.anna)
	draft := b.post("/post/new", "title", "Volvo V60").to()
	delete(b.cookies, asCookie)
	if to := w.visitor().get("/post").to(); to != "/sign-in?next=%2Fpost" {
		t.Errorf("a visitor is led to %s", to)
	}
	b.post(draft, "title", "Volvo V60", "body", "First owner.", "do", "publish").to()
	b.cookies[asCookie] = string(w.anna.Email)
	b.get(draft).want(200, "First owner.")
}

// A visitor's draft comes along when they sign in.
func TestVisitorSignsIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.visitor()
	draft := b.post("/post/new", "title", "A drum kit").to()
	b.cookies[asCookie] = string(w.anna.Email)
	moved := b.get(draft)
	moved.follow().want(200).find(`(value="A drum kit")`)
	if _, kept := b.cookies["draft"]; kept || moved.to() == draft {
		t.Error("the draft is still the visitor's")
	}
}

func TestVisitorsPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.visitor()
	b.get("/post").want(200, "You need no account", "Mail address")
	page := b.post("/post/new", bicycle...)
	draft := page.to()
	if cookie := b.cookies["draft"]; len(cookie) < 32 {
		t.Errorf("the cookie is %q", cookie)
	}
	if set := page.header.Get("Set-Cookie"); !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Lax") {
		t.Errorf("the cookie is set as %q", set)
	}
	w.visitor().get(draft).to()
	b.post(draft, "do", "publish").want(http.StatusUnprocessableEntity, "Write the name that others see", "Write your mail address")
	b.post(draft, "name", "Carla", "email", "carla@example.org", "do", "publish").follow().want(200, "Check your mail")
	letter := w.guests.last(t)
	if letter.To != "carla@example.org" || letter.Title != "Trek FX 3 hybrid, size M" {
		t.Errorf("the letter is %+v", letter)
	}
	link := "/post/confirm/link/" + letter.Token
	b.get(link).want(200, "Press the button to post “Trek FX 3 hybrid, size M”", "c…@example.org")
	w.read(func(tx *db.Tx) error {
		counts, err := listing.StatusCounts(tx)
		if len(counts) > 0 {
			t.Errorf("looking at the link posted something: %v", counts)
		}
		return err
	})
	b.get("/post/confirm/link/wrong").want(http.StatusNotFound, "This link is too old")
	w.visitor().post(link).want(200, "It is live", "Sign in with your mail address")
}

// Limits are said before one types, and nothing that was typed is lost when one is reached after all.
func TestLimitsAreToldFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	w.limits = listing.Limits{PerDay: 1, Live: 5}
	b.get("/post").want(200).without("within a day")
	draft := b.post("/post/new", bicycle...).to()
	other := b.post("/post/new", with(bicycle, "title", "Another bicycle")...).to()
	b.post(draft, "do", "publish").follow().want(200, "It is live")
	b.get("/post").want(200, "You posted 1 listing within a day, which is the most here")
	b.post(other, "do", "publish").want(http.StatusTooManyRequests, "You posted 1 listing within a day").find(`(value="Another bicycle")`)
	w.limits = listing.Limits{Live: 1}
	b.get("/post").want(200, "of your listings is on the market")
}

func TestRelistingOffersToRenew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	l := w.live(w.annas(), "Blue city bicycle with a basket", 300)
	w.ok(w.desk.MarkSold(context.Background(), value.Actor{Kind: value.Member, ID: w.anna.ID}, l.ID))
	b.save("/post/new", "title", "Blue city bicycle with a basket", "body", "Serviced in May, kept indoors.", "changed", "title body").
		want(200, "You offered this before").find(`href="(/my/listings/` + l.Key() + `)"`)
}

func TestScheduled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.anna)
	draft := b.post("/post/new", with(bicycle, "opens", "whenever")...).to()
	b.post(draft, "do", "publish").want(http.StatusUnprocessableEntity, "Choose a day and a time.")
	later := time.Now().AddDate(0, 0, 3).Format("2006-01-02") + "T08:00"
	b.post(draft, "opens", later, "do", "publish").follow().want(200, "It is ready", "From")
	late := b.post("/post/new", with(bicycle, "title", "A racing bicycle of steel", "opens", "2199-01-01T08:00")...).to()
	b.post(late, "do", "publish").want(http.StatusUnprocessableEntity, "within the next 90 days")
}

func TestShopsPost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.as(w.bruno)
	b.get("/post").want(200, "For", "Spoke & Lantern", "Bruno Beispiel")
	shop := w.shop.ID.Text("sel")
	draft := b.post("/post/new?seller="+shop, bicycle...).to()
	b.post(draft, "do", "publish").follow().want(200, "It is live")
	b.get("/my/listings?seller="+shop).want(200, "Trek FX 3")
	// The form of the shop names it, and what was typed can be given to another seller.
	b.get("/post?seller=" + shop).find(`name="seller" value="(` + shop + `)"`)
	of := func() value.ID {
		draft := w.only(w.bruno)
		return draft.Seller
	}
	draft = b.post("/post/new", with(bicycle, "seller", shop, "title", "Tandem of steel")...).to()
	if of() != w.shop.ID {
		t.Error("the draft is not the shop's")
	}
	draft = b.post(draft, "for", "own").to()
	b.get(draft).want(200).find(`(value="Tandem of steel")`)
	if of() != 0 {
		t.Error("the draft is still the shop's")
	}
	b.post(draft, "for", "sel_zzzz").want(http.StatusNotFound)
	w.as(w.anna).post("/post/new", with(bicycle, "seller", shop)...).want(http.StatusNotFound)
	w.as(w.anna).post("/post/new?seller="+shop, bicycle...).want(http.StatusSeeOther)
	w.read(func(tx *db.Tx) error {
		drafts, err := listing.Drafts(tx, listing.Author{Account: w.anna.ID})
		if len(drafts) != 1 || drafts[0].Seller != 0 {
			t.Errorf("Anna posts for the shop: %+v", drafts)
		}
		return err
	})
}
