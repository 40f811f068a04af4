package app_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"image"
	"image/color"
	"image/jpeg"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"fairground/internal/app"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/ui/browser"
)

// bicycleTitle is what the stories sell. No listing of the demonstration has these words.
const bicycleTitle = "Trek hybrid bicycle with wicker basket"

// TestTheStory is how the market is meant to be used, from the first visit to the last word: Nora joins with a passkey
// and sells a bicycle from her phone; Mina finds it at her desk, in German, and buys it; both say how it was. Then Mina
// opens a shop, and Nora works in it.
func TestTheStory(t *testing.T) {
	t.Parallel()
	browser.Needs(t)
	s := newStory(t)
	s.join()
	s.post()
	s.find()
	s.talk()
	s.offer()
	s.deal()
	s.review()
	s.openShop()
	s.joinShop()
	s.shareInbox()
	s.nora.Quiet()
	s.mina.Quiet()
}

// story is the market with two people at their browsers, and what they made so far.
type story struct {
	*running
	nora, mina *browser.Tab
	visitor    *person // looks at public pages
	listing    string  // address of the bicycle
	seller     string  // address of Nora's public page
	key        string  // of the bicycle
	talkPath   string  // of the conversation about it
	shop       string  // key of the shop
	shopName   string
}

const phone, desk = 390, 1440

func newStory(t *testing.T) *story {
	t.Helper()
	r := run(t, app.Demo{Listings: 24, Seed: 7})
	s := &story{running: r, nora: browser.Open(t, r.app.Handler()), mina: browser.Open(t, r.app.Handler()), visitor: r.visitor(), shopName: "Velo Quai"}
	s.nora.Passkeys()
	s.nora.Height = 844 // her telephone
	s.mina.Show("/language/de-CH?next=/", desk, "light")
	signIn(s.mina, "mina")
	s.mina.Until(`location.pathname !== "/sign-in" && document.readyState === "complete" && document.documentElement.lang.startsWith("de")`)
	return s
}

func (s *story) join() {
	s.Helper()
	s.nora.Show("/join", phone, "light")
	s.nora.Type("[name=name]", "Nora Blanc")
	s.nora.Type("[name=email]", "nora.blanc@example.org"+browser.Enter)
	s.nora.At("/join/sent")
	s.nora.Show(s.mailed(`(/join/confirm/[A-Za-z0-9_-]+)`), phone, "light")
	s.nora.Click("main form button")
	s.nora.At("/account/welcome")
	s.nora.Click("[data-passkey=make] button")
	s.nora.At("/")
	s.nora.Evaluate(`fetch("/sign-out", {method: "POST"}).then(r => r.url)`)
	s.nora.Show("/sign-in?next=/post", phone, "light")
	s.nora.At("/post") // the browser offers the passkey by itself
}

// mailed waits for the newest mail to have what a pattern finds, and returns it.
func (r *running) mailed(pattern string) (found string) {
	r.Helper()
	admin := r.signedIn("admin@lakeside.example")
	r.inTime("the mail is there", func() bool {
		_, box, _ := admin.get("/console/mailbox")
		for _, letter := range allMatches(`href="(/console/mailbox/[a-z0-9_]+)"`, box) {
			if match := regexp.MustCompile(pattern).FindStringSubmatch(admin.sees(letter)); match != nil {
				found = match[1]
				return true
			}
		}
		return false
	})
	return found
}

// inTime waits for what has to happen; the machine may be busy with other tests.
func (r *running) inTime(what string, is func() bool) {
	r.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.Fatalf("it took too long until %s", what)
		}
	}
}

// fill writes into a field as typing would, without its keys; a field that shows choices takes one.
func fill(tab *browser.Tab, name, text string) {
	words, _ := json.Marshal(text)
	tab.Evaluate(`(() => { const field = document.querySelector("main form [name='` + name + `']:not([type=hidden])"); field.value = ` + string(words) + `;
		for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, {bubbles: true})); return ""; })()`)
}

// drawn is a small photo as a telephone makes it, of one colour with a mark.
func drawn(t *testing.T, n int) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			shade := color.RGBA{uint8(40 + 50*n), uint8(x / 4), uint8(y / 3), 255}
			if (x/40+y/40)%(n+2) == 0 {
				shade = color.RGBA{250, 246, 238, 255}
			}
			picture.SetRGBA(x, y, shade)
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// givePhotos chooses photos as the file picker of a telephone does.
func (s *story) givePhotos(tab *browser.Tab, count int) {
	s.Helper()
	var files []string
	for n := range count {
		files = append(files, base64.StdEncoding.EncodeToString(drawn(s.T, n)))
	}
	list, _ := json.Marshal(files)
	tab.Evaluate(`(() => { const all = new DataTransfer();
		` + string(list) + `.forEach((text, n) => all.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], "photo-" + n + ".jpg", {type: "image/jpeg"})));
		const input = document.querySelector("input[name=photos]"); input.files = all.files; input.dispatchEvent(new Event("change", {bubbles: true})); return ""; })()`)
}

func (s *story) post() {
	s.Helper()
	tab := s.nora
	tab.Type("#title", bicycleTitle)
	tab.Until(`location.pathname.startsWith("/post/drf_") && document.querySelector("button[name=pick]")`)
	tab.Until(`[...document.querySelectorAll("button[name=pick]")].some(b => b.value === "sports/bicycles")`)
	tab.Click(`button[name=pick][value="sports/bicycles"]`)
	tab.Until(`document.querySelector("[name='a.type']") && document.querySelector(".chosen")`)
	s.givePhotos(tab, 4)
	tab.Until(`document.querySelectorAll("#part-photos > li").length === 4 && !document.querySelector("[data-uploads] li")`)
	tab.Examine("the form on a phone")
	tab.Click("#part-foot button[value=publish]")
	tab.Until(`document.querySelector("#faults")`) // the type and the condition are missing; nothing else is lost
	tab.Until(`document.querySelectorAll("#part-photos > li").length === 4`)
	fill(tab, "a.condition", s.choice(tab, "a.condition"))
	fill(tab, "a.type", "city")
	fill(tab, "body", "Serviced in May, kept indoors. The basket comes along.")
	fill(tab, "price", "420")
	fill(tab, "place", "Pully")
	tab.Until(`document.querySelector("#part-card .price").textContent.includes("420")`)
	tab.Shoot("story-1-form-phone")
	tab.Click("#part-foot button[value=publish]")
	tab.Until(`location.pathname.startsWith("/my/listings/lst_") && document.querySelector("#standing")`)
	first := tab.Evaluate(`document.querySelector("#standing h2").textContent`)
	s.Logf("at first it says %q", first)
	tab.Until(`document.querySelector("#standing").classList.contains("safe")`) // by itself
	s.key = strings.TrimPrefix(tab.Evaluate("location.pathname"), "/my/listings/")
	tab.Shoot("story-2-live-phone")
}

// choice is the first choice of a field that is not "none".
func (s *story) choice(tab *browser.Tab, name string) string {
	return tab.Evaluate(`[...document.querySelectorAll("main form [name='` + name + `'] option")].map(o => o.value).find(v => v)`)
}

func (s *story) find() {
	s.Helper()
	s.inTime("the search finds it", func() bool { return s.visitor.finds(s.key, bicycleTitle) })
	tab := s.mina
	tab.Show("/", desk, "light")
	tab.Type("main .search [name=q]", "wicker basket"+browser.Enter)
	tab.Until(`location.pathname === "/search" && document.querySelector('.cards a[href*="` + s.key + `"]')`)
	tab.Click(`.cards a[href*="` + s.key + `"]`)
	tab.Until(`location.pathname.startsWith("/l/` + s.key + `") && document.readyState === "complete" && document.documentElement.lang.startsWith("de")`)
	s.listing = tab.Evaluate("location.pathname")
	s.seller = tab.Evaluate(`new URL(document.querySelector("main a[href*='/s/sel_']").href).pathname`)
	tab.Click(`form[action="/favourites/` + s.key + `"] button`)
	tab.Until(`document.querySelector('form[action="/favourites/` + s.key + `"] [aria-pressed=true]')`)
	tab.Show("/favourites", desk, "light")
	tab.Until(`document.querySelector('a[href*="` + s.key + `"]')`)
}

func (s *story) talk() {
	s.Helper()
	s.nora.Show("/messages", phone, "light")
	s.nora.Until(`document.querySelector("[data-news]") && !document.querySelector(".talk-entry")`)
	s.mina.Show(s.listing, desk, "light")
	s.mina.Type(`form[action="/messages/about/`+s.key+`"] [name=text]`, "Guten Tag! Ist das Velo noch da?")
	s.mina.Click(`form[action="/messages/about/` + s.key + `"] button`)
	s.mina.Until(`location.pathname.startsWith("/messages/cnv_") && document.querySelector(".talk-bubble")`)
	s.talkPath = s.mina.Evaluate("location.pathname")
	s.nora.Until(`document.querySelector('.talk-entry.unread[href="` + s.talkPath + `"]')`) // by itself
	s.nora.Click(`.talk-entry`)
	s.nora.At(s.talkPath)
	s.nora.Until(`document.querySelector("#thread").textContent.includes("Ist das Velo noch da?")`)
	s.nora.Type("#text", "Yes, it is. You can try it on Saturday.")
	s.nora.Click("#composer .button.primary")
	s.mina.Until(`document.querySelector("#thread").textContent.includes("You can try it on Saturday.")`) // by itself
	s.mina.Examine("a conversation")
	s.mina.Shoot("story-3-conversation-desk")
}

func (s *story) offer() {
	s.Helper()
	s.mina.Click("#offer summary")
	s.mina.Type("#offer [name=amount]", "380")
	s.mina.Click("#offer form button")
	s.mina.Until(`document.querySelector(".talk-offer.open")`)
	s.nora.Until(`document.querySelector(".talk-offer.open button[formaction$='/accept']")`) // by itself
	s.nora.Shoot("story-4-offer-phone")
	s.nora.Click(".talk-offer.open button[formaction$='/accept']")
	s.nora.Until(`document.querySelector(".talk-offer.accepted")`)
	s.mina.Until(`document.querySelector(".talk-offer.accepted")`)
	s.inTime("the listing is reserved", func() bool {
		_, page, _ := s.visitor.get(s.listing)
		return strings.Contains(page, "Reserved")
	})
}

// deal lets both say that it happened.
func (s *story) deal() {
	s.Helper()
	for _, at := range []struct {
		tab   *browser.Tab
		width int64
	}{{s.nora, phone}, {s.mina, desk}} {
		at.tab.Show("/trades", at.width, "light")
		at.tab.Until(`[...document.querySelectorAll(".deals a")].some(a => a.textContent.includes("` + bicycleTitle + `"))`)
		at.tab.Evaluate(`([...document.querySelectorAll(".deals a")].find(a => a.textContent.includes("` + bicycleTitle + `")).click(), "")`)
		at.tab.Until(`location.pathname.startsWith("/trades/trd_") && document.readyState === "complete"`)
		at.tab.Click("form[action$='/completion'] button")
		at.tab.Until(`location.pathname.startsWith("/trades/trd_") && document.readyState === "complete" && !document.querySelector("form[action$='/completion']")`)
	}
	s.inTime("the listing is sold", func() bool {
		return s.nora.Evaluate(`fetch("/my/listings/`+s.key+`").then(r => r.text()).then(t => String(t.includes("It is sold")))`) == "true"
	})
	if s.visitor.finds(s.key, bicycleTitle) {
		s.inTime("the search forgets it", func() bool { return !s.visitor.finds(s.key, bicycleTitle) })
	}
}

func (s *story) review() {
	s.Helper()
	write := func(tab *browser.Tab, width int64, words string) {
		s.Helper()
		tab.Show(tab.Evaluate("location.pathname"), width, "light")
		tab.Until(`document.querySelector("form[action$='/review']")`)
		tab.Evaluate(`(document.querySelector("form[action$='/review'] [name=stars][value='5']").click(), "")`)
		tab.Type("form[action$='/review'] [name=body]", words)
		tab.Click("form[action$='/review'] .button.primary")
		tab.Until(`document.readyState === "complete" && document.querySelector("main").textContent.includes("` + words + `")`)
	}
	write(s.mina, desk, "Das Velo ist wie beschrieben.")
	if strings.Contains(s.visitor.sees(s.seller), "wie beschrieben") {
		s.Error("a review shows before the other side has written")
	}
	write(s.nora, phone, "Friendly, and on time.")
	s.inTime("the review is on the seller's page", func() bool {
		_, page, _ := s.visitor.get(s.seller)
		return strings.Contains(page, "Das Velo ist wie beschrieben.")
	})
	s.nora.Show(s.seller, phone, "light")
	s.nora.Examine("the seller's page")
	s.nora.Shoot("story-5-seller-phone")
}

func (s *story) openShop() {
	s.Helper()
	tab := s.mina
	tab.Show("/shop/new", desk, "light")
	for name, text := range map[string]string{
		"name": s.shopName, "about": "We mend and sell bicycles by the lake.", "street": "Quai 7", "postcode": "1009", "town": "Pully",
		"imprint": s.shopName + ", Quai 7, 1009 Pully",
	} {
		fill(tab, name, text)
	}
	tab.Click("main form .button.primary")
	tab.Until(`location.pathname.startsWith("/shop/sel_") && document.readyState === "complete"`)
	s.shop = first(s.T, `/shop/(sel_[a-z0-9]+)`, tab.Evaluate("location.pathname"))
	tab.Show("/shop/"+s.shop+"/team", desk, "light")
	tab.Examine("the team")
	fill(tab, "email", "nora.blanc@example.org")
	tab.Evaluate(`(document.querySelector("form[action$='/team'] [name=role]").value = "editor", "")`)
	tab.Click("form[action$='/team'] .button.primary")
	tab.Until(`document.readyState === "complete" && document.querySelector("form[action$='/team/revoke']")`)
}

func (s *story) joinShop() {
	s.Helper()
	tab := s.nora
	tab.Show("/account/alerts", phone, "light")
	invited := `[...document.querySelectorAll("main a[href^='/account/alerts/']")].find(a => a.textContent.includes("` + s.shopName + `"))`
	tab.Until(invited)
	tab.Evaluate(`(` + invited + `.click(), "")`)
	tab.Until(`location.pathname === "/shop/` + s.shop + `/join" && document.readyState === "complete"`)
	tab.Click("form[action$='/join'] button")
	tab.Until(`location.pathname !== "/shop/` + s.shop + `/join" && document.readyState === "complete"`)
	tab.Show("/post", phone, "light")
	tab.Until(`document.querySelector("button[name=for][aria-pressed]")`)
	tab.Evaluate(`([...document.querySelectorAll("button[name=for]")].find(b => b.textContent.includes("` + s.shopName + `")).click(), "")`)
	tab.Until(`document.readyState === "complete" && document.querySelector("button[name=for][aria-pressed=true]")?.textContent.includes("` + s.shopName + `")`)
	tab.Type("#title", "Cargo bicycle, serviced by us")
	tab.Until(`location.pathname.startsWith("/post/drf_") && document.querySelector("button[name=pick][value='sports/bicycles']")`)
	tab.Click(`button[name=pick][value="sports/bicycles"]`)
	tab.Until(`document.querySelector("[name='a.type']") && document.querySelector(".chosen")`)
	fill(tab, "a.condition", s.choice(tab, "a.condition"))
	fill(tab, "a.type", "cargo")
	fill(tab, "body", "Two children fit in. You can try it at the shop.")
	fill(tab, "price", "2400")
	fill(tab, "place", "Pully")
	tab.Until(`document.querySelector("#part-card .price").textContent.includes("400")`)
	tab.Click("#part-foot button[value=publish]")
	tab.Until(`location.pathname.startsWith("/my/listings/lst_") && document.querySelector("#standing.safe")`)
}

// shareInbox lets Elio ask the shop; Mina and Nora both see it, and the answer of one of them.
func (s *story) shareInbox() {
	s.Helper()
	key := strings.TrimPrefix(s.nora.Evaluate("location.pathname"), "/my/listings/")
	elio := s.signedIn("elio@lakeside.example")
	page := elio.sees("/l/"+key, s.shopName)
	status, _, talk := elio.post("/messages/about/"+key, "key", first(s.T, `name="key" value="([^"]+)"`, page), "text", "May I try it tomorrow?")
	if status != 200 || !strings.HasPrefix(talk, "/messages/cnv_") {
		s.Fatalf("the message was answered %d at %s", status, talk)
	}
	box := "/messages?shop=" + url.QueryEscape(s.shop)
	for _, at := range []struct {
		tab   *browser.Tab
		width int64
	}{{s.nora, phone}, {s.mina, desk}} {
		at.tab.Show(box, at.width, "light")
		at.tab.Until(`document.querySelector('.talk-entry.unread[href="` + talk + `"]')`)
	}
	s.nora.Click(".talk-entry")
	s.nora.At(talk)
	s.nora.Type("#text", "With pleasure; we open at nine.")
	s.nora.Click("#composer .button.primary")
	s.nora.Until(`document.querySelector("#thread").textContent.includes("we open at nine")`)
	s.mina.Show(talk, desk, "light")
	s.mina.Until(`document.querySelector("#thread").textContent.includes("we open at nine") && document.querySelector("#thread").textContent.includes("Nora") && document.querySelector(".talk-entry").textContent.includes("Nora Blanc: With pleasure")`)
	s.mina.Examine("the shop's inbox")
	s.mina.Shoot("story-6-inbox-desk")
	if page := elio.sees(talk, "we open at nine", s.shopName); strings.Contains(page, "Nora") {
		s.Error("the buyer learns who of the shop wrote")
	}
}

// postPlainly posts a bicycle with the plain form and returns its key.
func (p *person) postPlainly(title string) (key string) {
	p.Helper()
	fields := []string{"kind", "sell", "title", title, "pick", "sports/bicycles", "price", "420", "place", "Pully", "body", "Serviced in May, kept indoors.", "locale", "en", "a.type", "city"}
	status, page, draft := p.post("/post/new", fields...)
	if status != 200 || !strings.HasPrefix(draft, "/post/drf_") {
		p.Fatalf("the form was answered %d at %s", status, draft)
	}
	condition := first(p.T, `(?s)name="a\.condition".*?<option value="([a-z]+)"`, page)
	status, page, at := p.post(draft, append(fields, "a.condition", condition, "do", "publish")...)
	if status != 200 || !strings.HasPrefix(at, "/my/listings/lst_") {
		p.Fatalf("publishing was answered %d at %s: %s", status, at, strings.Join(allMatches(`(?s)class="error"[^>]*>(.*?)</p>`, page), " "))
	}
	return strings.TrimPrefix(at, "/my/listings/")
}

// soonLive waits until a listing of one's own is live.
func (p *person) soonLive(key string) {
	p.Helper()
	p.inTime("it is live", func() bool {
		_, page, _ := p.get("/my/listings/" + key)
		return strings.Contains(page, "It is live")
	})
}

// writeAbout sends the form of a listing's page.
func (p *person) writeAbout(key, words string) (status int, page, at string) {
	p.Helper()
	form := p.sees("/l/" + key)
	return p.post("/messages/about/"+key, "key", first(p.T, `(?s)action="/messages/about/.*?name="key" value="([^"]+)"`, form), "text", words)
}

// write sends the form of a conversation.
func (p *person) write(talk, words string) {
	p.Helper()
	key := first(p.T, `(?s)id="composer".*?name="key" value="([^"]+)"`, p.sees(talk))
	if status, page, at := p.post(talk, "key", key, "text", words); status != 200 || at != talk || !strings.Contains(page, html.EscapeString(words)) {
		p.Fatalf("the message was answered %d at %s", status, at)
	}
}

// TestTheStoryWithoutScripts is its heart with plain forms only, on both engines: join, post, ask, answer, agree.
func TestTheStoryWithoutScripts(t *testing.T) {
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
			plainStory(t, runWith(t, config, app.Demo{Listings: 12, Seed: 7}))
		})
	}
}

func plainStory(t *testing.T, r *running) {
	t.Helper()
	nora, mina := r.visitor(), r.signedIn("mina@lakeside.example")
	if status, _, at := nora.post("/join", "name", "Nora Blanc", "email", "nora.blanc@example.org"); status != 200 || at != "/join/sent" {
		t.Fatalf("joining was answered %d at %s", status, at)
	}
	if status, _, _ := nora.post(r.mailed(`(/join/confirm/[A-Za-z0-9_-]+)`)); status != 200 {
		t.Fatalf("the link was answered %d", status)
	}
	key := nora.postPlainly(bicycleTitle)
	nora.soonLive(key)
	mina.inTime("the search finds it", func() bool { return mina.finds(key, bicycleTitle) })
	status, _, talk := mina.writeAbout(key, "Is it still there?")
	if status != 200 || !strings.HasPrefix(talk, "/messages/cnv_") {
		t.Fatalf("the message was answered %d at %s", status, talk)
	}
	nora.sees("/messages", "Is it still there?")
	nora.write(talk, "Yes, it is. You can try it on Saturday.")
	page := mina.sees(talk, "You can try it on Saturday.")
	mina.post(talk+"/offer", "key", first(t, `(?s)/offer" method="post">\s*<input type="hidden" name="key" value="([^"]+)"`, page), "amount", "380")
	accept := first(t, `formaction="([^"]+/accept)"`, nora.sees(talk))
	if status, page, at := nora.post(accept); status != 200 || at != talk || !strings.Contains(page, "Accepted") {
		t.Fatalf("accepting was answered %d at %s", status, at)
	}
	visitor := r.visitor()
	visitor.inTime("the listing is reserved", func() bool { _, page, _ := visitor.get("/l/" + key); return strings.Contains(page, "Reserved") })
	made := mina.sees("/trades", bicycleTitle)
	deal, deals := first(t, `href="(/trades/trd_[a-z0-9]+)"`, made), len(allMatches(`href="(/trades/trd_[a-z0-9]+)"`, made))
	for _, who := range []*person{mina, nora} {
		if status, _, at := who.post(deal + "/completion"); status != 200 || at != deal {
			t.Errorf("saying that it happened was answered %d at %s", status, at)
		}
	}
	nora.inTime("the listing is sold", func() bool {
		_, page, _ := nora.get("/my/listings/" + key)
		return strings.Contains(page, "It is sold")
	})
	nora.post(accept) // again, from a page that was left open
	if all := allMatches(`href="(/trades/trd_[a-z0-9]+)"`, mina.sees("/trades")); len(all) != deals {
		t.Errorf("an offer that was accepted twice made %d deals of %d", len(all), deals)
	}
	if status, _, _ := r.signedIn("elio@lakeside.example").get(talk); status != 404 {
		t.Errorf("a stranger's look into the conversation was answered %d", status)
	}
}
