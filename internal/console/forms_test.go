package console_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/mail"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

// settingsForm is the form as the page shows it.
func settingsForm(changes ...string) []string {
	fields := map[string]string{
		"name": "Lakeside Market", "tagline": "", "locales": "en, de-CH", "currency": "CHF", "time_zone": "Europe/Zurich", "country": "CH",
		"units": "metric", "centre": "46.45, 6.65", "imprint": "", "contact_email": "desk@lakeside.example", "from_email": "",
		"posts_per_day": "5", "live_per_member": "20", "guest_posting": "yes", "reply_domain": "reply.lakeside.example", "scan_messages": "reported",
		"search": "memory", "rates": "EUR 0.95", "tiles": "", "tiles_credit": "Tiles by Example",
	}
	for i := 0; i < len(changes); i += 2 {
		fields[changes[i]] = changes[i+1]
	}
	var pairs []string
	for name, text := range fields {
		pairs = append(pairs, name, text)
	}
	return pairs
}

func TestSettingsAreSavedAndLogged(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.get("admin", "/console/settings").want(http.StatusOK, `value="Lakeside Market"`, `value="46.45, 6.65"`, `value="en, de-CH"`)
		for field, c := range map[string][2]string{
			"name": {"", "Write a name"}, "currency": {"XYZZY", "three letters"}, "country": {"Swiss", "two letters"}, "locales": {"en, en", "each once"},
			"time_zone": {"Local", "time zone"}, "centre": {"north", "latitude and longitude"}, "contact_email": {"desk", "mail address"}, "units": {"leagues", "kilometres or miles"},
			"imprint": {strings.Repeat("x", 5001), "5000"}, "posts_per_day": {"0", "from 1 to 1,000"}, "live_per_member": {"many", "whole number"},
			"reply_domain": {"local host", "host name"}, "scan_messages": {"none", "which messages"},
			"search": {"guessing", "what answers"}, "rates": {"EUR dear", "EUR 0.95"}, "tiles": {"http://tiles.example/{z}/{x}/{y}", "https://"}, "tiles_credit": {"two\nlines", "one line"},
		} {
			w.post("admin", "/console/settings", settingsForm(field, c[0], "tagline", "Kept as typed")...).
				want(http.StatusUnprocessableEntity, c[1], `id="`+field+`-error"`, "Kept as typed", "One field needs your attention")
		}
		w.post("admin", "/console/settings", settingsForm("name", "Harbour Market", "centre", "", "imprint", "Harbour Association")...).wantTo("/console/settings")
		got := w.Site.Settings()
		if got.Name != "Harbour Market" || !got.Centre.IsZero() || got.Imprint != "Harbour Association" || got.Units != site.Metric ||
			got.PostsPerDay != 5 || got.LivePerMember != 20 || !got.GuestPosting || got.ReplyDomain != "reply.lakeside.example" || got.ScanMessages != site.ScanReported ||
			got.Search != site.SearchMemory || len(got.Rates) != 1 || got.Rates["EUR"] != 0.95 || got.Tiles != "" || got.TilesCredit != "Tiles by Example" {
			t.Errorf("saved: %+v", got)
		}
		w.get("admin", "/console/settings").want(http.StatusOK, ">EUR 0.95\n</textarea>")
		w.post("admin", "/console/settings", settingsForm("name", "Harbour Market", "centre", "", "imprint", "Harbour Association", "rates", "", "search", "database",
			"tiles", "https://tiles.example/{z}/{x}/{y}.png")...).wantTo("/console/settings")
		if got := w.Site.Settings(); got.Search != site.SearchDatabase || len(got.Rates) != 0 || got.TilesOrigin() != "https://tiles.example" {
			t.Errorf("saved: %+v", got)
		}
		w.settle()
		w.get("admin", "/console/changes?object=settings").want(http.StatusOK, "Lakeside Market</del>", "Harbour Market</ins>", "Person of admin")
	})
}

func TestStaffAreInvitedAndChanged(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.post("admin", "/console/staff", "name", "", "email", "x", "role", "captain").want(http.StatusUnprocessableEntity, `value="x"`)
		w.post("admin", "/console/staff", "name", "Ida Muster", "email", "SAFETY@lakeside.example", "role", "safety").want(http.StatusConflict, "already", "Ida Muster")
		made := w.post("admin", "/console/staff", "name", "Ida Muster", "email", "ida@lakeside.example", "role", "support").want(http.StatusOK, "Ida Muster", "http://"+sitetest.Host+"/sign-in/link/")
		link := regexp.MustCompile(`/sign-in/link/[\w-]+`).FindString(made.body)
		w.get("admin", "/console/staff").want(http.StatusOK, "Ida Muster").lacks(link)
		w.settle()
		w.get("admin", "/console/changes").want(http.StatusOK, "Invited").lacks(link, strings.TrimPrefix(link, "/sign-in/link/"))

		sales := "/console/staff/" + w.accounts["sales"].ID.Text(account.IDKind)
		w.post("admin", sales+"/role", "role", "captain").want(http.StatusUnprocessableEntity)
		w.post("admin", sales+"/role", "role", "support").wantTo("/console/staff")
		w.post("admin", sales+"/suspension", "reason", "").want(http.StatusUnprocessableEntity)
		w.post("admin", sales+"/suspension", "reason", "Left in May").wantTo("/console/staff")
		w.get("admin", "/console/staff").want(http.StatusOK, "Suspended", sales+"/restoration")
		w.post("admin", sales+"/restoration").wantTo("/console/staff")

		self := "/console/staff/" + w.accounts["admin"].ID.Text(account.IDKind)
		w.post("admin", self+"/suspension", "reason", "Tired of it").want(http.StatusConflict, "cannot suspend yourself")
		w.post("admin", self+"/role", "role", "viewer").want(http.StatusConflict, "last administrator")
		member := "/console/staff/" + w.accounts["member"].ID.Text(account.IDKind)
		w.post("admin", member+"/suspension", "reason", "Not ours to change here").want(http.StatusNotFound)
	})
}

func TestTheMailboxFollowsNoLinkAway(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.get("admin", "/console/mailbox").want(http.StatusOK, "No mail yet")
		w.write("mail.queue", func(tx *db.Tx) error {
			return mail.Send(tx, mail.Message{Kind: mail.Kind{Name: "sign_in"}, To: "aya@lakeside.example", Subject: "Your <b>link</b>",
				Text: "Here: http://" + sitetest.Host + "/sign-in/link/abc.\nNot here: http://" + sitetest.Host + ".evil.example/x or https://elsewhere.example/y or http://" + sitetest.Host + "//elsewhere.example"})
		})
		var id value.ID
		w.read(func(tx *db.Tx) error {
			all, err := mail.Messages(tx, 1)
			if err == nil {
				id = all[0].ID
			}
			return err
		})
		letter := "/console/mailbox/" + id.Text("mai")
		w.get("admin", "/console/mailbox").want(http.StatusOK, letter, "Your &lt;b&gt;link&lt;/b&gt;")
		p := w.get("admin", letter).want(http.StatusOK, `<a href="/sign-in/link/abc">`, "elsewhere.example")
		if n := strings.Count(p.body[strings.Index(p.body, "letter"):], "<a "); n != 1 {
			t.Errorf("%d links in the mail, want one", n)
		}
		w.get("admin", "/console/mailbox/mai_0000000000001").want(http.StatusNotFound)
		w.mailbox = false
		w.get("admin", letter).want(http.StatusNotFound)
	})
}

func TestListingsAreFilteredAndPaged(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for range 51 {
			w.submit(w.boat("Blue sail", "One."))
		}
		held := w.submit(w.boat("Red sail", "One."))
		part := w.boat("Rudder 100%", "One.")
		part.Category = w.parts
		w.submit(part)
		first := w.get("viewer", "/console/listings").want(http.StatusOK, "53 listings", "Rudder 100%", "Older").lacks("Newest")
		older := regexp.MustCompile(`/console/listings\?before=lst_\w+`).FindString(first.body)
		w.get("viewer", older).want(http.StatusOK, "53 listings", "Newest").lacks("Rudder", "Older")
		w.get("viewer", "/console/listings?status=held").want(http.StatusOK, "1 listing<", held.Key()).lacks("Blue sail")
		w.get("viewer", "/console/listings?category=boats%2Fparts").want(http.StatusOK, "Rudder", "Boats › Parts").lacks("Blue sail")
		w.get("viewer", "/console/listings?q=100%25").want(http.StatusOK, "Rudder").lacks("Blue sail")
		w.get("viewer", "/console/listings?q=RED&status=held").want(http.StatusOK, held.Key(), `href="/console/listings?q=RED"`, `href="/console/listings?status=held"`)
		w.get("viewer", "/console/listings?seller="+w.shop.ID.Text("sel")).want(http.StatusOK, "No listing fits")
		w.get("viewer", "/console/listings?seller="+w.person.ID.Text("sel")).want(http.StatusOK, "Elio Tanner")
		for _, nonsense := range []string{"status=odd", "category=nowhere", "seller=1", "before=lst_x"} {
			w.get("viewer", "/console/listings?"+nonsense).want(http.StatusNotFound)
		}
	})
}

func TestFind(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		l := w.submit(w.boat("Blue sail", "One."))
		n := w.file(l, "They asked me to pay before I could see it.")
		search := func(as, words string) page { return w.get(as, "/console/find?q="+url.QueryEscape(words)) }
		search("viewer", l.Key()).wantTo(path(l))
		search("viewer", "https://example.org/l/"+strings.ToUpper(l.Key())+"/blue-sail").wantTo(path(l))
		search("safety", strings.ToLower(n.Code)).wantTo(noticePath(n))
		search("viewer", n.Code).want(http.StatusOK, "Nothing found")
		search("finance", l.Key()).want(http.StatusOK, "Nothing found")
		search("finance", "blue").want(http.StatusOK, "Nothing found")
		search("viewer", "blue").want(http.StatusOK, "Blue sail", path(l))
		search("viewer", "").want(http.StatusOK, "What are you looking for?")
		search("viewer", "lst_0000000000001").want(http.StatusOK, "Nothing found")
	})
}

func TestHostileTextIsInertEverywhere(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		const attack = `<img src=x onerror=alert(1)>`
		content := w.boat("Red sail "+attack, "red sail "+attack+"\n<script>alert(2)</script>")
		content.Place.Name, content.Photos[0].Alt = attack, `"`+attack
		w.write("seller.save", func(tx *db.Tx) error {
			w.person.ID, w.person.Name, w.person.Town = tx.NewID(), attack, attack
			return listing.AddSeller(tx, w.person)
		})
		l, _, err := w.desk.Submit(context.Background(), tester, listing.Submission{Content: content, Seller: w.person, Source: attack, External: attack})
		w.ok(err)
		n := w.file(l, "Look at this: "+attack)
		w.write(attack, func(tx *db.Tx) error {
			tx.Log(db.Change{Object: attack, Record: l.ID, Diff: map[string]any{attack: []string{attack, attack + "2"}, "x": map[string]string{attack: attack}}})
			return nil
		})
		w.settle()
		for _, address := range []string{"/console", "/console/listings", path(l), "/console/safety", "/console/safety/notices", noticePath(n), "/console/changes", "/console/find?q=" + url.QueryEscape(attack), "/console/listings?q=" + url.QueryEscape(attack)} {
			w.get("admin", address).want(http.StatusOK, "&lt;img").lacks("<img src=x", "<script>alert")
		}
		w.post("safety", path(l)+"/decision", "queued", "yes", "rev", rev(l), "outcome", attack, "ground", attack[:20], "reason", attack, "next", "//evil.example").lacks("<img src=x")
	})
}

func TestPhotosOfWhatIsNotPublicAreVeiled(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		veiled := regexp.MustCompile(`class="thumb veil"><a [^>]*tabindex="-1"`)
		for title, want := range map[string]bool{"Red sail": true, "Rusty anchor": true, "An old lantern": true, "Blue sail": false} {
			l := w.submit(w.boat(title, "One."))
			body := w.get("safety", path(l)).want(http.StatusOK, `class="thumb`).body
			if strings.Contains(body, "/media/photo/") == want || strings.Contains(body, "data:image/") {
				t.Errorf("%s is %s: veiled %v, and the page has the photo's address or its bytes", title, l.Status, want)
			}
			if veiled.MatchString(body) != want || strings.Contains(body, "data-lift") != want {
				t.Errorf("%s is %s: veiled %v, want %v", title, l.Status, !want, want)
			}
		}
	})
}
