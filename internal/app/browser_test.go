package app_test

import (
	"fmt"
	"testing"
	"time"

	"fairground/internal/app"
	"fairground/internal/demo"
	"fairground/internal/ui/browser"
)

// TestAVisitorFindsAndReports walks the market as a visitor with a mouse, a keyboard and scripts does, and then the
// safety desk as the person does who answers.
func TestAVisitorFindsAndReports(t *testing.T) {
	t.Parallel()
	browser.Needs(t)
	r := run(t, app.Demo{Listings: 24, Seed: 7, Photos: true})
	tab := browser.Open(t, r.app.Handler())

	tab.Show("/", 1440, "light")
	tab.Click(`.categories a[href="/c/sports"]`)
	tab.At("/c/sports")
	filter(t, tab)
	key, title := r.withTwoPhotos()
	tab.Show("/search", 1440, "light")
	tab.Type(`.masthead [name=q]`, title+browser.Enter)
	tab.Until(`document.querySelector('.cards a[href*="` + key + `"]')`)
	tab.Click(`.cards a[href*="` + key + `"]`)
	tab.Until(`location.pathname.startsWith("/l/` + key + `") && document.readyState === "complete"`)
	gallery(tab)
	onPaper(t, tab)

	tab.Show("/report/"+key, 390, "light")
	tab.Until(`(document.querySelector("[name=ground]").value = "scam")`)
	tab.Type("[name=explanation]", "They asked me to pay before I could see it.")
	tab.Click("main form button[type=submit]")
	tab.Until(`location.pathname.startsWith("/reports/")`)
	receipt := tab.Evaluate("location.pathname")

	signIn(tab, "safety")
	tab.At("/console")
	tab.Click(`main a[href^="/console/safety/notices/"]`)
	tab.Until(`document.querySelector("#outcome-remove")`)
	tab.Click("#outcome-remove")
	tab.Until(`(document.querySelector("main [name=ground]").value = "scam")`)
	tab.Type("main [name=reason]", "Payment ahead is asked for.")
	tab.Type("main [name=answer]", "Thank you. The listing has been taken away."+"\t"+browser.Enter)
	visitor := r.visitor()
	r.quickly("the removed listing is gone", func() bool { status, _, _ := visitor.get("/l/" + key); return status == 410 })
	r.quickly("the search forgets it", func() bool { return !visitor.finds(key, title) })
	visitor.sees(receipt, "The listing has been taken away.")
	tab.Quiet()
}

// filter presses the first filter there is: the list is renewed without the page, the address follows, and back leads
// back.
func filter(t *testing.T, tab *browser.Tab) {
	t.Helper()
	if answer := tab.Ask(`await until(() => find("main").dataset.live !== undefined); window.samePage = true; const all = find(".found b").textContent; click("main form [name=photos]");
		await until(() => location.search !== "" && find("#results").ariaBusy !== "true"); const filtered = location.search; history.back();
		await until(() => location.search === ""); await until(() => find(".found b")?.textContent === all); filtered !== "" && find(".found b").textContent === all`); answer != "yes" {
		t.Errorf("filter and back: %s", answer)
	}
}

// gallery looks at the photos with keys alone.
func gallery(tab *browser.Tab) {
	tab.Focus("photo-gallery li a")
	tab.Press(browser.Enter)
	tab.Until(`document.querySelector("photo-gallery dialog").open`)
	first := tab.Evaluate(`document.querySelector("photo-gallery dialog img").src`)
	tab.Press(browser.ArrowRight)
	tab.Until(`document.querySelector("photo-gallery dialog img").src !== "` + first + `"`)
	tab.Press(browser.Escape)
	tab.Until(`!document.querySelector("photo-gallery dialog").open && document.activeElement.closest("photo-gallery")`)
}

// onPaper sees that a printed listing has its words and nothing to press.
func onPaper(t *testing.T, tab *browser.Tab) {
	t.Helper()
	tab.Print()
	if answer := tab.Ask(`const shown = s => [...document.querySelectorAll(s)].filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 80));
		const left = shown("nav, form, button, .awning, .crumbs"); if (left.length) throw left.join(" "); find("h1").checkVisibility()`); answer != "yes" {
		t.Errorf("on paper: %s", answer)
	}
}

// TestTheQueueByKeyboard publishes what was held without touching a mouse.
func TestTheQueueByKeyboard(t *testing.T) {
	t.Parallel()
	browser.Needs(t)
	r := run(t, app.Demo{Listings: 12, Seed: 7})
	tab := browser.Open(t, r.app.Handler())
	signIn(tab, "safety")
	tab.At("/console")
	tab.Show("/console/safety", 1440, "dark")
	tab.Until(`document.readyState === "complete"`)
	tab.Press("j")
	tab.Until(`document.activeElement.matches(".case") && !document.activeElement.matches("[aria-current]")`)
	key := tab.Evaluate(`new URL(document.activeElement.href).searchParams.get("l")`)
	title := tab.Evaluate(`document.activeElement.querySelector(".subject").textContent`)
	visitor := r.visitor()
	if visitor.finds(key, title) {
		t.Errorf("%q is held and can be found", title)
	}
	tab.Press(browser.Enter)
	tab.Until(`location.search.includes("` + key + `") && document.readyState === "complete" && document.querySelector(".decision [data-key=p] kbd").checkVisibility()`)
	tab.Press("5p") // a reason at hand, publish
	r.quickly("the published listing is found", func() bool { return visitor.finds(key, title) })
	tab.Until(`document.querySelector(".notice.safe")`)
	tab.Show("/console/listings?status=rejected", 1440, "light")
	tab.Click("#results tbody a")
	tab.Until(`location.pathname.startsWith("/console/listings/lst_")`)
	if answer := tab.Ask(`find("[value=publish]") === null`); answer != "yes" {
		t.Errorf("what a mandatory rule refused can be published: %s", answer)
	}
	tab.Quiet()
}

// TestWithoutScripts does the same with plain forms, in a browser that runs none.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	browser.Needs(t)
	r := run(t, app.Demo{Listings: 24, Seed: 7})
	tab := browser.Open(t, r.app.Handler())
	tab.WithoutScripts()
	tab.Show("/", 390, "light")
	tab.Type(".search [name=q]", "bicycle"+browser.Enter)
	tab.At("/search")
	tab.Show("/search", 1440, "light")
	tab.Type(".search [name=place]", "Lausanne")
	tab.Click("main form .without-js")
	tab.Until(`location.search.includes("place=Lausanne") && document.querySelector(".chip.on")`)
	tab.Click(".cards a")
	tab.Until(`location.pathname.startsWith("/l/")`)
	tab.Click(`a[href^="/report/"]`)
	tab.Until(`location.pathname.startsWith("/report/") && (document.querySelector("[name=ground]").value = "scam")`)
	tab.Type("[name=explanation]", "They asked me to pay before I could see it.")
	tab.Click("main form button[type=submit]")
	tab.Until(`location.pathname.startsWith("/reports/")`)
	tab.Click(`.footer a[hreflang="de-CH"], .footer a[lang="de-CH"]`)
	tab.Until(`document.documentElement.lang.startsWith("de") && location.pathname.startsWith("/reports/")`)
	signIn(tab, "mina")
	tab.At("/my/listings")
	tab.Until(`document.documentElement.lang.startsWith("de") && document.body.textContent.includes("Mina Rochat")`)
	tab.Quiet()
}

// TestEveryOtherPageInBrowser examines in German, which is longer, what TestEveryPageInBrowser leaves out.
func TestEveryOtherPageInBrowser(t *testing.T) {
	t.Parallel()
	browser.Needs(t)
	r := run(t, app.Demo{Listings: 40, Seed: 7})
	visitor := r.visitor()
	key := first(t, `href="/l/(lst_[a-z0-9]+)`, visitor.sees("/search"))
	_, _, receipt := visitor.post("/report/"+key, "ground", "scam", "explanation", "They asked me to pay before I could see it.")
	notice := first(t, `href="(/console/safety/notices/[a-z0-9_]+)"`, r.signedIn("admin@lakeside.example").sees("/console/safety/notices"))
	tab := browser.Open(t, r.app.Handler())
	tab.Show("/language/de-CH?next=/", 1440, "light")
	examine := func(paths ...string) {
		for _, path := range paths {
			for _, look := range []struct {
				width  int64
				scheme string
			}{{1440, "dark"}, {390, "light"}} {
				tab.Show(path, look.width, look.scheme)
				tab.Examine(fmt.Sprint(path, " ", look.width, " ", look.scheme))
			}
		}
	}
	examine("/", "/c/vehicles?view=list", "/search?q=nothing+at+all+like+this", "/l/"+key, "/report/"+key, receipt, "/reports", "/safety", "/about", "/imprint", "/sign-in", "/nowhere")
	signIn(tab, "admin")
	tab.At("/console")
	examine("/account/sessions", notice, "/console", "/console/safety", "/console/safety/rules", "/console/changes", "/console/listings/"+key,
		"/console/setup/theme", "/console/safety/texts", "/console/messages",
		"/console/settings", "/console/staff", "/console/mailbox", "/console/find?q=a",
		"/console/records/person", "/console/setup/objects", "/console/setup/objects/deal", "/console/setup/automations",
		"/console/setup/developers", "/console/records/deal/import")
	tab.Quiet()
}

// TestMembersPagesInBrowser examines in German what members have for themselves: every other one on a phone.
func TestMembersPagesInBrowser(t *testing.T) {
	t.Parallel()
	browser.Needs(t)
	r := run(t, app.Demo{Listings: 12, Seed: 7})
	visitor := r.visitor()
	seller := first(t, `href="(/s/[^"?]+)`, visitor.sees("/l/"+first(t, `href="/l/(lst_[a-z0-9]+)`, visitor.sees("/search"))))
	tab := browser.Open(t, r.app.Handler())
	tab.Show("/language/de-CH?next=/", 1440, "light")
	examine := func(paths ...string) {
		for i, path := range paths {
			width, scheme := int64(390), "light"
			if i%2 == 1 {
				width, scheme = 1440, "dark"
			}
			tab.Show(path, width, scheme)
			tab.Examine(fmt.Sprint(path, " ", width, " ", scheme))
		}
	}
	examine("/join", seller)
	signIn(tab, "mina")
	tab.At("/my/listings")
	examine("/my/listings", "/post", "/messages", "/favourites", "/following", "/trades", "/account/profile", "/account/security",
		"/account/alerts", "/account/preferences", "/account/blocked", "/account/my-data")
	tab.Quiet()
}

// signIn fills in the form as people do.
func signIn(tab *browser.Tab, name string) {
	tab.Show("/sign-in", 1440, "light")
	tab.Type("[name=email]", name+"@lakeside.example")
	tab.Type("[name=password]", demo.Password+browser.Enter)
}

// quickly waits for what has to show within a second, and logs how long it took. A machine that is busy with other tests
// gets more time before the test fails.
func (r *running) quickly(what string, is func() bool) {
	r.Helper()
	began := time.Now()
	for !is() {
		if time.Since(began) > 5*time.Second {
			r.Fatalf("it took too long until %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.Logf("%s after %d ms", what, time.Since(began).Milliseconds())
}

// withTwoPhotos finds a listing that has more than one.
func (r *running) withTwoPhotos() (key, title string) {
	r.Helper()
	v := r.visitor()
	for _, match := range allMatches(`href="/l/(lst_[a-z0-9]+)`, v.sees("/search")) {
		page := v.sees("/l/" + match)
		if len(allMatches(`(class="gallery (?:two|three|many))`, page)) > 0 || len(allMatches(`(data-step)`, page)) > 0 {
			return match, first(r.T, `<h1[^>]*>([^<]+)<`, page)
		}
	}
	r.Fatal("no listing has two photos")
	return "", ""
}

// TestTheLogSpeaksGerman sees that fields and choices in the change log have their words.
func TestTheLogSpeaksGerman(t *testing.T) {
	t.Parallel()
	r := run(t, app.Demo{Listings: 5, Seed: 7})
	safety := r.signedIn("safety@lakeside.example")
	safety.sees("/language/de-CH?next=/console")
	safety.sees("/console/changes?object=account", "Netz", "Passwort")
	safety.sees("/console/changes?object=listing", "Elektrowerkzeug", "Ungefährer Ort")
}
