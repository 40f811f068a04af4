package profile

import (
	"net/http"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui/browser"
)

// TestInBrowser opens every page wide, narrow, dark and in German, and finds faults of accessibility and of layout.
func TestInBrowser(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t, sitetest.New(t, dbtest.Cluster(t, db.SQLite), schemas()))
	shop := w.stage(t)
	who, language := w.mina, "en"
	tab := browser.Open(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Host = sitetest.Host
		r.AddCookie(&http.Cookie{Name: "language", Value: language})
		if who.ID != 0 {
			r.AddCookie(&http.Cookie{Name: "who", Value: string(who.Email)})
		}
		w.router.ServeHTTP(rw, r)
	}))
	for _, page := range []struct {
		name, path string
		who        account.Account
	}{
		{"profile-mine", "/account/profile", w.mina},
		{"profile-first", "/account/profile", w.lu},
		{"profile-new-shop", "/shop/new", w.mina},
		{"profile-shop", shop + "/profile", w.mina},
		{"profile-team", shop + "/team", w.mina},
		{"profile-team-agent", shop + "/team", w.jon},
		{"profile-join", strings.TrimPrefix(linkIn.FindString(w.mail.letters[0].Text), "http://lake.example.org"), account.Account{}},
	} {
		for _, look := range []struct {
			width            int64
			scheme, language string
		}{{1440, "light", "en"}, {390, "light", "de"}, {1440, "dark", "de"}, {390, "dark", "en"}} {
			who, language = page.who, look.language
			name := page.name + "-" + pickText(look.width > 600, "desk", "phone") + "-" + look.scheme
			tab.Show(page.path, look.width, look.scheme)
			tab.Examine(name)
			tab.Shoot(name)
			for _, part := range []string{"week", "spoken", "mates"} {
				if tab.Ask(`find(".`+part+`") !== null`) == "yes" {
					tab.Evaluate(`document.querySelector(".` + part + `").scrollIntoView({behavior: "instant"}); ""`)
					tab.Shoot(name + "-" + part)
				}
			}
		}
	}
	tab.Quiet()
}

func pickText(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

// stage fills a shop and a profile as they may be found, and returns the shop's address.
func (w *world) stage(t *testing.T) string {
	w.answers = Answering{Conversations: 40, Share: 0.92, Typical: 2_400_000_000_000 * 4}
	w.post(w.mina, "/account/profile", "rev", "0", "name", "Mina R.", "about", "I mend bicycles in the evening and give old parts away.\n\nMessages are best after six.", "town", "Pully",
		"languages", "fr", "languages", "en", "@photo", drawing(t, 200)).wantTo(t, "/account/profile")
	w.post(w.mina, "/account/profile", "rev", "1", "name", "Mina R.", "about", "Ask me about "+heldWords+".", "languages", "fr").wantTo(t, "/account/profile")
	opened := w.post(w.mina, "/shop/new", "name", "Spoke & Lantern", "about", "Bicycles, lamps and everything that makes both last. Since 1998 on the quay.\n\nWe take old bicycles in exchange.",
		"street", "Quai des Alpes 7", "postcode", "1260", "town", "Nyon", "website", "www.example.org/spoke", "phone", "044 668 18 00", "show_phone", "yes",
		"hours_tuesday", "9-12, 13:30-18:30", "hours_wednesday", "9-12, 13:30-18:30", "hours_thursday", "9-12, 13:30-20", "hours_friday", "9-12, 13:30-18:30", "hours_saturday", "9-16",
		"closed_0_from", "2099-12-24", "closed_0_to", "2100-01-03", "closed_0_note", "Holidays", "languages", "de", "languages", "fr", "languages", "it",
		"imprint", "Spoke & Lantern GmbH\nQuai des Alpes 7\n1260 Nyon\ndesk@example.org", "@photo", drawing(t, 60))
	path := strings.TrimSuffix(opened.location, "/profile")
	team := path + "/team"
	w.post(w.mina, team, "email", "new@example.net", "role", "agent").wantTo(t, team)
	w.post(w.mina, team, "email", "jon@example.org", "role", "agent").wantTo(t, team)
	w.post(w.jon, path+"/join").wantTo(t, team)
	return path
}

// TestWithoutScripts saves a profile and answers an invitation in a browser that runs no scripts.
func TestWithoutScripts(t *testing.T) {
	browser.Needs(t)
	w := newWorld(t, sitetest.New(t, dbtest.Cluster(t, db.SQLite), schemas()))
	path := w.stage(t)
	tab := browser.Open(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Host = sitetest.Host
		r.AddCookie(&http.Cookie{Name: "who", Value: string(w.mina.Email)})
		w.router.ServeHTTP(rw, r)
	}))
	tab.WithoutScripts()
	tab.Show(path+"/profile", 390, "light")
	tab.Type("#hours_monday", "13:30-18")
	tab.Click(".profile-columns form button.primary")
	tab.Until(`document.querySelector(".hours")?.textContent.includes("13:30–18:00")`)
	tab.Show("/shop/new", 390, "light")
	tab.Type("#name", "Lakeside Lamps")
	tab.Type("#imprint", "Mina Muster, Quai 7, Nyon")
	tab.Click("form[action='/shop/new'] button.primary")
	tab.Until(`document.querySelector("h1")?.textContent.includes("Lakeside Lamps")`)
}
