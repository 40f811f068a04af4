package app_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/app"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/media/pdq"
	"fairground/internal/profile"
	"fairground/internal/site"
	"fairground/internal/ui/browser"
	"fairground/internal/value"
)

// drawnPhoto is a picture of shapes. Different kinds look different; a mark is a small sign in a corner, so that two pictures look alike and
// are not the same.
func drawnPhoto(kind float64, mark bool, quality int) []byte {
	rng := rand.New(rand.NewPCG(uint64(kind*10), 5))
	picture := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for range 90 {
		x, y := rng.IntN(600), rng.IntN(440)
		fill := color.RGBA{byte(rng.IntN(256)), byte(rng.IntN(256)), byte(rng.IntN(256)), 255}
		draw.Draw(picture, image.Rect(x, y, x+40+rng.IntN(140), y+40+rng.IntN(120)), image.NewUniform(fill), image.Point{}, draw.Src)
	}
	if mark {
		draw.Draw(picture, image.Rect(560, 410, 610, 450), image.NewUniform(color.RGBA{250, 240, 80, 255}), image.Point{}, draw.Src)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}); err != nil {
		panic(err) // a picture in memory can be written
	}
	return out.Bytes()
}

// kept stores a photo as the form does.
func (r *running) kept(raw []byte) (photo media.Photo) {
	r.Helper()
	r.within(func(ctx context.Context, s *site.Site) (err error) {
		photo, err = r.app.Rooms(s).Photos.Process(ctx, bytes.NewReader(raw))
		return err
	})
	return photo
}

func (r *running) within(fn func(ctx context.Context, s *site.Site) error) {
	r.Helper()
	if err := r.app.Registry.Use(context.Background(), app.DemoSlug, fn); err != nil {
		r.Fatal(err)
	}
}

// offers posts a listing with photos, by a seller of their own.
func (r *running) offers(title string, photos ...media.Photo) (l listing.Listing) {
	r.Helper()
	r.within(func(ctx context.Context, s *site.Site) error {
		desk := r.app.Rooms(s).Listings
		tree, err := desk.Trees.Tree(ctx)
		if err != nil {
			return err
		}
		seller := listing.Seller{Kind: listing.Private, Name: "Seller of " + title, Town: "Nyon", Since: time.Now().AddDate(-3, 0, 0)}
		err = s.DB.Write(ctx, value.SystemActor("test"), "test.seller", func(tx *db.Tx) error {
			seller.ID = tx.NewID()
			tx.Log(db.Change{Object: "test", Record: seller.ID})
			return listing.AddSeller(tx, seller)
		})
		if err != nil {
			return err
		}
		content := listing.Content{Kind: listing.Sell, Locale: "en", Title: title, Body: "It stood in the hall of my house for years. " + title + ".", Place: listing.Place{Name: "Nyon"}}
		for _, p := range photos {
			content.Photos = append(content.Photos, listing.Photo{Sha256: p.Sha256, Width: p.Width, Height: p.Height, Colour: p.Colour})
		}
		l, err = r.submitAnywhere(ctx, desk, tree, content, seller)
		return err
	})
	return l
}

// sizeOf is the address of a photo's smallest size.
func sizeOf(p media.Photo) string { return media.Path + p.Sizes[0].Key }

func (p *person) shows(photo media.Photo) bool {
	p.Helper()
	status, _, _ := p.get(sizeOf(photo))
	return status == http.StatusOK
}

// onBothEngines runs a test with the whole program on both databases.
func onBothEngines(t *testing.T, d app.Demo, test func(r *running)) {
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			config := app.Config{}
			if engine == db.Postgres {
				address, err := dbtest.Database(dbtest.PostgresURL(t), t.Cleanup)
				if err != nil {
					t.Fatal(err)
				}
				config.PostgresURL = address
			}
			test(runWith(t, config, d))
		})
	}
}

// asks files a take-down request and returns its status page and the desk's page.
func (r *running) asks(visitor, safety *person, l listing.Listing, photos ...media.Photo) (receipt, notice string) {
	r.Helper()
	form := url.Values{"addresses": {r.address + "/l/" + l.Key()}, "capacity": {"self"}, "explanation": {"I am shown there and never agreed."},
		"name": {"Nora Blanc"}, "email": {"nora@example.org"}, "sworn": {"yes"}}
	for _, p := range photos {
		form.Add("photo", p.Sha256)
	}
	answer, err := visitor.client.PostForm(r.address+"/notice/takedown", form)
	status, page, at := visitor.read(answer, err)
	if status != http.StatusOK || at != "/notice/filed" {
		r.Fatalf("the request was answered %d at %s: %v", status, at, regexp.MustCompile(`class="error"[^>]*>.{0,200}`).FindAllString(page, 5))
	}
	notice = first(r.T, `href="(/console/safety/notices/[a-z0-9_]+)"`, safety.sees("/console/safety/notices", l.Title))
	return first(r.T, `href="(/reports/[A-Z2-7-]{23})"`, page), notice
}

// TestAPhotoIsTakenDownEverywhere walks from a request to take one photo down to a site where no copy of it is shown, stays so, and back.
func TestAPhotoIsTakenDownEverywhere(t *testing.T) {
	onBothEngines(t, app.Demo{Listings: 12, Seed: 7}, func(r *running) {
		t := r.T
		visitor, safety := r.visitor(), r.signedIn("safety@lakeside.example")
		meant, beside := r.kept(drawnPhoto(1, false, 95)), r.kept(drawnPhoto(2.6, false, 90))
		again, alike, unlike := r.kept(drawnPhoto(1, false, 55)), r.kept(drawnPhoto(1, true, 95)), r.kept(drawnPhoto(4.1, false, 90))
		if d := meant.Hash.Distance(alike.Hash); d == 0 || d > pdq.Near {
			t.Fatalf("the picture that looks alike differs by %d bits", d)
		}
		reported, same, recompressed := r.offers("A wardrobe of oak", meant, beside), r.offers("A chest of pine", unlike, meant), r.offers("A mirror in a frame", again)
		spared, other := r.offers("A lamp of brass", alike), r.offers("A stool with three legs", unlike)
		for _, l := range []listing.Listing{reported, same, recompressed, spared, other} {
			if l.Status != listing.Live {
				t.Fatalf("%q is %s", l.Title, l.Status)
			}
		}

		receipt, notice := r.asks(visitor, safety, reported, meant)
		page := safety.sees(notice, same.Title, recompressed.Title, spared.Title, "the same file", "of 256 bits", "h left of 48")
		if strings.Contains(page, other.Title) {
			t.Error("a photo that is not near is among the copies")
		}
		if photo := regexp.MustCompile(`value="` + beside.Sha256 + `" checked`); photo.MatchString(page) {
			t.Error("the photo beside it is ticked, and the request names another one")
		}
		if !strings.Contains(page, `"thumb veil`) || strings.Contains(page, media.Path) {
			t.Error("a photo stands on the page before anybody asked for it")
		}
		except := first(t, `name="spared" value="([^"]*`+alike.Sha256+`)"`, page)
		send := func(pairs ...string) (int, string) {
			status, page, _ := safety.post(notice+"/removal", append(pairs, "listed", meant.Sha256)...)
			return status, page
		}
		if status, page := send("photo", meant.Sha256, "reason", "", "answer", "It is gone."); status != http.StatusUnprocessableEntity || !strings.Contains(page, "It is gone.") {
			t.Errorf("without a reason it was answered %d", status)
		}
		if status, _ := send("reason", "Shown without consent.", "answer", "It is gone."); status != http.StatusUnprocessableEntity {
			t.Errorf("without a photo it was answered %d", status)
		}
		if status, page := send("photo", beside.Sha256, "reason", "Shown without consent.", "answer", "It is gone."); status != http.StatusConflict || strings.Contains(page, same.Title) {
			t.Errorf("a photo whose copies were not listed was answered %d", status)
		}
		if status, _ := send("photo", unlike.Sha256, "reason", "Shown without consent.", "answer", "It is gone."); status != http.StatusConflict {
			t.Errorf("a photo that the notice is not about was answered %d", status)
		}
		if status, page := send("photo", meant.Sha256, "spared", except, "reason", "Shown without consent.", "answer", "It is gone everywhere."); status != http.StatusOK {
			t.Fatalf("the removal was answered %d: %s", status, regexp.MustCompile(`role="alert"[^<]*<[^<]*`).FindString(page))
		}

		r.goneFor(visitor, safety, []listing.Listing{reported, same, recompressed}, meant, again)
		visitor.sees("/l/"+spared.Key(), spared.Title)
		visitor.sees("/l/"+other.Key(), other.Title)
		if l := r.offers("A rug of wool", beside); l.Status != listing.Live {
			t.Errorf("a photo that stood beside it makes a listing %s", l.Status)
		}
		if !visitor.shows(alike) || !visitor.shows(unlike) || !visitor.shows(beside) {
			t.Error("a photo is hidden that nobody asked about")
		}
		visitor.sees(receipt, "It is gone everywhere.")
		r.mailed(`(It is gone everywhere)`)
		safety.sees(notice, "3 records were taken down", "No copy was uploaded again")
		if _, board, _ := safety.get("/console/safety/duties"); strings.Contains(board, strings.TrimPrefix(notice, "/console/safety/notices/")) {
			t.Error("its 48 hours still run")
		}
		for _, l := range []listing.Listing{reported, same, recompressed} {
			safety.sees("/console/listings/"+l.Key(), "Shown without consent.")
		}

		anew, smaller := r.offers("A bench for two", meant), r.kept(drawnPhoto(1, false, 30))
		worse := r.offers("A bucket of zinc", smaller)
		r.keptAway(visitor, safety, notice, []listing.Listing{anew, worse}, meant, smaller)

		if status, _, at := safety.post(notice + "/removal/undo"); status != http.StatusOK || at != notice {
			t.Fatalf("taking it back was answered %d at %s", status, at)
		}
		for _, l := range []listing.Listing{reported, same, recompressed} {
			visitor.sees("/l/"+l.Key(), l.Title)
		}
		r.inTime("the photos are shown again", func() bool { return visitor.shows(meant) && visitor.shows(again) })
	})
}

// goneFor fails unless listings are gone and nobody is shown their photos.
func (r *running) goneFor(visitor, safety *person, all []listing.Listing, photos ...media.Photo) {
	r.Helper()
	for _, l := range all {
		if status, _, _ := visitor.get("/l/" + l.Key()); status != http.StatusGone {
			r.Errorf("%q answers %d", l.Title, status)
		}
	}
	for i, p := range photos {
		if visitor.shows(p) || safety.shows(p) {
			r.Errorf("photo %d is shown", i)
		}
	}
}

// keptAway fails unless what was uploaded again is held, shown to nobody, and stands on the notice's page.
func (r *running) keptAway(visitor, safety *person, notice string, all []listing.Listing, photos ...media.Photo) {
	r.Helper()
	for _, l := range all {
		if l.Status == listing.Live {
			r.Errorf("%q is %s", l.Title, l.Status)
		}
		if status, _, _ := visitor.get("/l/" + l.Key()); status == http.StatusOK {
			r.Errorf("a stranger sees %q", l.Title)
		}
		safety.sees(notice, l.Title, fmt.Sprintf("%d copies came later", len(all)))
	}
	for i, p := range photos {
		if visitor.shows(p) || safety.shows(p) {
			r.Errorf("photo %d of what was uploaded again is shown", i)
		}
	}
}

// TestManyCopiesTakeTwoPeople proposes the removal of more records than one person may decide about. Nothing happens until somebody else
// confirms it; then whoever asked is answered.
func TestManyCopiesTakeTwoPeople(t *testing.T) {
	onBothEngines(t, app.Demo{Listings: 12, Seed: 7}, func(r *running) {
		visitor, safety, admin := r.visitor(), r.signedIn("safety@lakeside.example"), r.signedIn("admin@lakeside.example")
		meant := r.kept(drawnPhoto(5, false, 95))
		var all []listing.Listing
		for i := range 12 {
			all = append(all, r.offers(fmt.Sprintf("A crate of apples %c", 'A'+i), meant))
		}
		receipt, notice := r.asks(visitor, safety, all[0])
		safety.sees(notice, "12 copies on this site", "more than 10 records")
		if status, _, _ := safety.post(notice+"/removal", "photo", meant.Sha256, "listed", meant.Sha256, "reason", "Shown without consent.", "answer", "All of it is gone."); status != http.StatusOK {
			r.Fatalf("the proposal was answered %d", status)
		}
		visitor.sees("/l/" + all[3].Key())
		visitor.sees(receipt, "Waiting for an answer")
		if !visitor.shows(meant) {
			r.Error("the photo is veiled before anybody confirmed that")
		}
		safety.sees(notice, "waits for a second person")
		proposal := first(r.T, `action="(/console/safety/second/[a-z0-9_]+/confirmation)"`, admin.sees("/console/safety/second", all[3].Title))
		if _, _, _ = safety.post(proposal); !visitor.shows(meant) {
			r.Error("whoever proposed it confirmed it")
		}
		if status, _, _ := admin.post(proposal); status != http.StatusOK {
			r.Fatalf("the confirmation was answered %d", status)
		}
		r.goneFor(visitor, safety, all, meant)
		r.inTime("whoever asked is answered", func() bool {
			_, page, _ := visitor.get(receipt)
			return strings.Contains(page, "All of it is gone.")
		})
		safety.sees(notice, "12 records were taken down")

		again := r.kept(drawnPhoto(5, false, 40))
		seller := r.portrayed("mina@lakeside.example", again)
		if visitor.shows(again) || safety.shows(again) || r.signedIn("mina@lakeside.example").shows(again) {
			r.Error("as a portrait the photo is shown")
		}
		r.inTime("the portrait stands on the notice", func() bool {
			_, page, _ := safety.get(notice)
			return strings.Contains(page, "1 copy came later") && strings.Contains(page, seller.Text("sel"))
		})
	})
}

// portrayed gives somebody's profile a photo.
func (r *running) portrayed(email value.Email, p media.Photo) (seller value.ID) {
	r.Helper()
	r.within(func(ctx context.Context, s *site.Site) error {
		desk := r.app.Rooms(s).Profiles
		var who account.Account
		var known profile.Profile
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if who, err = account.FindByEmail(tx, email); err != nil {
				return err
			}
			seats, err := listing.SeatsHeldBy(tx, who.ID)
			if err != nil || len(seats) == 0 {
				return err
			}
			seller = seats[0].Seller
			known, err = profile.FindProfile(tx, seller)
			if value.KindOf(err) == value.NotFound {
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
		content := known.Written()
		if content.Name == "" {
			content.Name = who.Name
		}
		content.Photo = profile.Photo{Sha256: p.Sha256, Width: p.Width, Height: p.Height, Colour: p.Colour}
		_, err = desk.SaveMine(ctx, who.Actor(), known.Rev, content)
		return err
	})
	return seller
}

// TestTheDeskOfATakeDownInBrowser looks at the photos only when asked, spares one that looks alike, and removes the rest.
func TestTheDeskOfATakeDownInBrowser(t *testing.T) {
	t.Parallel()
	browser.Needs(t)
	r := run(t, app.Demo{Listings: 12, Seed: 7})
	meant, alike := r.kept(drawnPhoto(1, false, 95)), r.kept(drawnPhoto(1, true, 95))
	reported, spared := r.offers("A wardrobe of oak", meant), r.offers("A lamp of brass", alike)
	visitor := r.visitor()
	_, notice := r.asks(visitor, r.signedIn("safety@lakeside.example"), reported, meant)
	tab := browser.Open(t, r.app.Handler())
	signIn(tab, "safety")
	tab.At("/console")
	for _, look := range []struct {
		width  int64
		scheme string
	}{{1440, "light"}, {390, "dark"}} {
		tab.Show(notice, look.width, look.scheme)
		tab.Examine("take-down " + look.scheme)
	}
	tab.Show(notice, 1440, "light")
	if answer := tab.Ask(`document.querySelectorAll(".takes img").length === 0`); answer != "yes" {
		t.Error("a photo is there before anybody asked")
	}
	tab.Click("[data-lift]")
	tab.Until(`document.querySelectorAll(".takes img").length === 2`)
	tab.Click("[data-lift]")
	tab.Until(`document.querySelectorAll(".takes img").length === 0`)
	tab.Focus("main [name=spared]")
	tab.Press(" ")
	tab.Focus("#removal-answer")
	tab.Press("\t" + browser.Enter)
	tab.Until(`document.querySelector(".notice.safe")`)
	tab.Examine("taken down")
	if status, _, _ := visitor.get("/l/" + reported.Key()); status != http.StatusGone {
		t.Errorf("what was removed answers %d", status)
	}
	visitor.sees("/l/"+spared.Key(), spared.Title)
	tab.Quiet()
}
