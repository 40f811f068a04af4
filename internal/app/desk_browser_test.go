package app_test

import (
	"fmt"
	"strings"
	"testing"

	"fairground/internal/app"
	"fairground/internal/ui/browser"
)

// TestASellerIsMistakenlyRemovedInBrowser walks from a notice to the listing's return with four people at four windows:
// a stranger on a phone, the reviewer at a desk, the seller on a phone, and another reviewer.
func TestASellerIsMistakenlyRemovedInBrowser(t *testing.T) {
	t.Parallel()
	browser.Needs(t)
	r := run(t, app.Demo{Listings: 24, Seed: 7, Photos: true})
	stranger, desk := browser.Open(t, r.app.Handler()), browser.Open(t, r.app.Handler())
	mina, other := browser.Open(t, r.app.Handler()), browser.Open(t, r.app.Handler())
	key := first(t, `href="/my/listings/(lst_[a-z0-9]+)"`, r.signedIn("mina@lakeside.example").sees("/my/listings"))

	stranger.Show("/l/"+key, 390, "light")
	stranger.Click(`a[href^="/report/"]`)
	stranger.Until(`location.pathname.startsWith("/report/") && document.readyState === "complete" && (document.querySelector("[name=ground]").value = "scam")`)
	stranger.Type("[name=explanation]", "I think this is copied from elsewhere.")
	stranger.Type("[name=email]", "nora@example.org")
	stranger.Click("main form button[type=submit]")
	stranger.Until(`location.pathname.startsWith("/reports/")`)
	receipt := stranger.Evaluate("location.pathname")

	signIn(desk, "safety")
	desk.At("/console")
	desk.Show("/console/safety/notices", 1440, "light")
	desk.Click(`main a[href^="/console/safety/notices/"]`)
	desk.Until(`document.querySelector("#outcome-remove") && document.readyState === "complete"`)
	desk.Click("#outcome-remove")
	desk.Until(`(document.querySelector("main [name=ground]").value = "scam")`)
	desk.Type("main [name=reason]", "The text is copied from another market.")
	desk.Type("main [name=answer]", "Thank you. We have taken it away."+"\t"+browser.Enter)
	visitor := r.visitor()
	r.quickly("the removed listing is gone", func() bool { status, _, _ := visitor.get("/l/" + key); return status == 410 })

	signIn(mina, "mina")
	mina.At("/my/listings")
	mina.Show("/my/listings/"+key, 390, "dark")
	mina.Examine("a removed listing, as its seller sees it")
	mina.Click(`main a[href^="/statement/"]`)
	mina.Until(`location.pathname.startsWith("/statement/") && document.readyState === "complete"`)
	mina.Examine("the statement of reasons, 390 dark")
	if said := mina.Evaluate("document.body.textContent"); strings.Contains(said, "nora@") || !strings.Contains(said, "The text is copied from another market.") {
		t.Errorf("the statement: %s", said)
	}
	mina.Click(`main a[href^="/appeal/"]`)
	mina.Until(`location.pathname.startsWith("/appeal/") && document.readyState === "complete"`)
	mina.Examine("the appeal, 390 dark")
	mina.Type("[name=text]", "I wrote this text myself, and I can show the draft.")
	mina.Click("main form button[type=submit]")
	mina.Until(`document.querySelector(".receipt .big-code")`)
	appealed := mina.Evaluate("location.pathname")

	signIn(other, "admin")
	other.At("/console")
	other.Show("/console/safety/appeals", 1440, "dark")
	other.Click(`main a[href^="/console/safety/appeals/apl_"]`)
	other.Until(`document.querySelector("#outcome-overturned") && document.readyState === "complete"`)
	other.Examine("an appeal at the desk, 1440 dark")
	other.Click("#outcome-overturned")
	other.Type("main [name=answer]", "We were wrong. It is back on the market."+"\t"+browser.Enter)
	r.quickly("the listing is back", func() bool { status, _, _ := visitor.get("/l/" + key); return status == 200 })
	mina.Show(appealed, 390, "light")
	mina.Until(`document.body.textContent.includes("It is back on the market.")`)
	stranger.Show(receipt, 390, "light")
	stranger.Until(`document.body.textContent.includes("We have taken it away.")`)
	for _, tab := range []*browser.Tab{stranger, desk, mina, other} {
		tab.Quiet()
	}
}

// TestANetworkIsDecidedOnceInBrowser lets a reviewer find four disguised offers as one network, read why, and decide once;
// and correct a rule of the site in the shadow, by trying it on what is past.
func TestANetworkIsDecidedOnceInBrowser(t *testing.T) {
	t.Parallel()
	browser.Needs(t)
	r := run(t, app.Demo{Listings: 40, Seed: 7})
	posted := r.postTemplate()
	safety := r.signedIn("safety@lakeside.example")
	safety.soon("the network is brought to people", func() bool {
		_, list, _ := safety.get("/console/safety/networks")
		return strings.Contains(list, "/console/safety/networks/nwk_")
	})
	tab := browser.Open(t, r.app.Handler())
	signIn(tab, "safety")
	tab.At("/console")
	tab.Show("/console/safety", 1440, "light")
	tab.Click(`a[href="/console/safety/networks"]`)
	tab.At("/console/safety/networks")
	tab.Click(`main a[href^="/console/safety/networks/nwk_"]`)
	tab.Until(`location.pathname.startsWith("/console/safety/networks/nwk_") && document.readyState === "complete"`)
	network := tab.Evaluate("location.pathname")
	for _, look := range []struct {
		width  int64
		scheme string
	}{{1440, "dark"}, {390, "light"}, {1440, "light"}} {
		tab.Show(network, look.width, look.scheme)
		tab.Examine(fmt.Sprint("the network ", look.width, " ", look.scheme))
	}
	for _, l := range posted {
		tab.Until(`document.body.textContent.includes("` + l.Place.Name + `")`)
	}
	tab.Until(`document.querySelectorAll("main svg").length >= 2 && (document.querySelector("main [name=ground]").value = "exploitation")`)
	tab.Until(`(document.querySelector("main [name=measure]").value = "remove")`)
	tab.Type("main [name=reason]", "One hand behind four accounts offers work that binds people.")
	tab.Click(`main form[action$="/decision"] button[type=submit]`)
	r.quickly("each listing has its reason", func() bool {
		for _, l := range posted {
			if _, page, _ := safety.get("/console/listings/" + l.Key()); !strings.Contains(page, "One hand behind four accounts") {
				return false
			}
		}
		return true
	})
	tab.Quiet()
}

// TestARuleIsCorrectedInBrowser writes a rule that refuses, is sent to the back-test first, sees there that an honest seller
// would be refused, goes on with the draft, and has it in force once it is right.
func TestARuleIsCorrectedInBrowser(t *testing.T) {
	t.Parallel()
	browser.Needs(t)
	r := run(t, app.Demo{Listings: 60, Seed: 7})
	tab := browser.Open(t, r.app.Handler())
	signIn(tab, "admin")
	tab.At("/console")
	tab.Show("/console/safety/rules/new", 1440, "light")
	tab.Type("[name=name]", "gift-card-sales")
	tab.Type("[name=title_en]", "Trade in gift cards")
	condition(tab, "text.contains('gift cards') || text.contains('garden')")
	tab.Until(`(document.querySelector("main [name=outcome]").value = "reject") && (document.querySelector("main [name=mode]").value = "live") &&
		(document.querySelector("main [name=category]").value = "SCAMS_AND_FRAUD")`)
	tab.Type("[name=ground_en]", "The offer trades in gift cards.")
	tab.Type("[name=policy]", "terms/4")
	tab.Type("[name=fires]", "the gift cards of a shop")
	tab.Type("[name=passes]", "A bicycle")
	tab.Type("main [name=reason]", "People lost money.")
	press := func(do string) { tab.Click(`main form button[value=` + do + `]`) }
	press("save")
	tab.Until(`document.querySelector("#mode-error")?.textContent.includes("back-test") && document.readyState === "complete"`)
	tried := func() {
		press("trial")
		tab.Until(`location.pathname.startsWith("/console/safety/rules/trials/") && document.querySelector("main table, main a[href*='/trials/']")`)
		if tab.Evaluate(`String(document.querySelector("main table"))`) == "null" {
			tab.Click("main a[href*='/trials/']")
			tab.Until(`document.querySelector("main table") && document.readyState === "complete"`)
		}
	}
	tried()
	tab.Until(`document.querySelector("main td .tag")`) // an outcome that would change
	tab.Examine("a back-test with outcomes that change")
	onward := func() {
		tab.Click(`main a[href*="?from="].primary`)
		tab.Until(`location.search.startsWith("?from=") && document.querySelector("#when") && document.readyState === "complete"`)
	}
	onward()
	condition(tab, "text.contains('gift cards') && text.contains('sell')")
	tab.Evaluate(`document.querySelector("[name=fires]").value = "I sell the gift cards of a shop"`)
	tab.Type("main [name=reason]", "It fired on every listing.")
	tried()
	onward()
	tab.Type("main [name=reason]", "Tried on what came in.")
	press("save")
	tab.Until(`location.pathname === "/console/safety/rules/site/gift-card-sales" && document.querySelector("main [name=mode]")?.value === "live"`)
	tab.Quiet()
}

// condition writes a rule's condition and waits until it is known to be sound.
func condition(tab *browser.Tab, when string) {
	tab.Evaluate(`document.querySelector("#when").value = ""`)
	tab.Type("#when", when)
	tab.Until(`document.querySelector("#when-check").textContent.includes("This can be asked")`)
}
