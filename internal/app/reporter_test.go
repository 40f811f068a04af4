package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/app"
	"fairground/internal/db"
	"fairground/internal/demo"
	"fairground/internal/site"
	"fairground/internal/value"
)

// reporter is somebody who must not be found by the person they reported, with everything that would give them away.
type reporter struct {
	name, email, words string
	marks              []string
}

// TestTheReportedPersonNeverLearnsWhoReported reports a member by every way there is, lets staff act on it, and then reads everything that
// this member can: every page, the answers of the interface, the export of their own data, and their mail.
func TestTheReportedPersonNeverLearnsWhoReported(t *testing.T) {
	t.Parallel()
	r := run(t, app.Demo{Listings: 24, Seed: 7, Photos: true})
	mina, safety, admin := r.signedIn("mina@lakeside.example"), r.signedIn("safety@lakeside.example"), r.signedIn("admin@lakeside.example")
	keys := unique(allMatches(`href="/my/listings/(lst_[a-z0-9]+)"`, mina.sees("/my/listings")))
	if len(keys) == 0 {
		t.Fatal("Mina offers nothing")
	}
	seller := first(t, `href="/s/(sel_[a-z0-9]+)`, mina.sees("/l/"+keys[0]))
	who := reporter{name: "Zacharias Quillfeather", email: "zq.reports@example.org", words: "The word gramophone stands in this report alone."}
	member := r.joined(who)
	codes := r.reportEverywhere(member, who, keys, seller)
	who.marks = append([]string{who.name, "Quillfeather", who.email, "gramophone", r.accountOf(who.email)}, codes...)

	for _, notice := range unique(allMatches(`href="(/console/safety/notices/ntc_[a-z0-9]+)"`, safety.sees("/console/safety/notices"))) {
		page := safety.sees(notice)
		if !strings.Contains(html.UnescapeString(page), "gramophone") {
			continue
		}
		path, form := notice, []string{"outcome", "remove", "ground", "scam", "reason", "It breaks the rules of this site.", "answer", "Thank you. We looked at it and acted."}
		if strings.Contains(page, notice+"/removal") {
			sha := allMatches(`name="photo" value="([0-9a-f]{64})" checked`, page)
			if len(sha) == 0 {
				continue
			}
			path, form = notice+"/removal", []string{"photo", sha[0], "listed", strings.Join(sha, " "), "reason", "Shown without consent.", "answer", "Thank you. It is gone."}
		} else if !strings.Contains(page, "outcome-remove") {
			form[1], form[3] = "keep", ""
		}
		if status, _, _ := safety.post(path, form...); status >= 500 {
			t.Errorf("%s was answered %d", path, status)
		}
	}

	read := mina.readsEverything(who.marks, 700)
	at := slices.IndexFunc(read, func(path string) bool { return strings.HasPrefix(path, "/statement/") })
	if at < 0 || len(read) < 60 {
		t.Fatalf("the walk read %d pages and found no statement: it attacks nothing", len(read))
	}
	mina.sees(read[at], "It breaks the rules of this site.")
	mina.asksTheInterface(who.marks)
	mina.readsTheirExport(who.marks)
	r.mailedTo(admin, "mina@lakeside.example", who.marks)
}

func unique(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

// joined makes an account for the reporter.
func (r *running) joined(who reporter) *person {
	r.Helper()
	p := r.visitor()
	if status, _, at := p.post("/join", "name", who.name, "email", who.email); status != http.StatusOK || at != "/join/sent" {
		r.Fatalf("joining was answered %d at %s", status, at)
	}
	p.post(r.mailed(`(/join/confirm/[A-Za-z0-9_-]+)`))
	return p
}

// accountOf is the id of an account as pages would write it.
func (r *running) accountOf(email string) (id string) {
	r.Helper()
	r.within(func(ctx context.Context, s *site.Site) error {
		return s.DB.Read(ctx, func(tx *db.Tx) error {
			a, err := account.FindByEmail(tx, value.Email(email))
			id = a.ID.Text("acc")
			return err
		})
	})
	return id
}

// reportEverywhere uses each way to report, with an account and without, and returns the codes.
func (r *running) reportEverywhere(member *person, who reporter, keys []string, seller string) (codes []string) {
	r.Helper()
	visitor := r.visitor()
	common := []string{"ground", "scam", "explanation", who.words, "name", who.name, "email", who.email, "sworn", "yes", "capacity", "self", "work", "The mark Velomark", "basis", "hint", "reference", "case 7"}
	for i, lane := range []string{"harm", "takedown", "rights", "other", "authority"} {
		for j, p := range []*person{member, visitor} {
			status, page, at := p.post("/notice/"+lane, append([]string{"addresses", r.address + "/l/" + keys[(i+j)%len(keys)]}, common...)...)
			if status != http.StatusOK || at != "/notice/filed" {
				r.Fatalf("%s was answered %d at %s", lane, status, at)
			}
			codes = append(codes, allMatches(`/reports/([A-Z2-7-]{23})`, page)...)
		}
	}
	for _, key := range []string{keys[0], seller} {
		status, _, at := member.post("/report/"+key, common...)
		if status != http.StatusOK || !strings.HasPrefix(at, "/reports/") {
			r.Fatalf("the report of %s was answered %d at %s", key, status, at)
		}
		codes = append(codes, strings.TrimPrefix(at, "/reports/"))
	}
	return unique(codes)
}

// gives fails the test when a text has one of the marks.
func (p *person) gives(what, body string, marks []string) {
	p.Helper()
	plain := html.UnescapeString(body)
	for _, mark := range marks {
		if at := strings.Index(plain, mark); at >= 0 {
			p.Errorf("%s gives the reporter away: …%s…", what, plain[max(0, at-80):min(len(plain), at+80)])
		}
	}
}

var linked = regexp.MustCompile(`(?:href|src|action|formaction|data-[a-z-]+)="(/[^"#]*)`)

// readsEverything follows every link that a member is shown, up to a number of pages, and returns what was read.
func (p *person) readsEverything(marks []string, most int) (read []string) {
	p.Helper()
	waiting := []string{"/", "/my/listings", "/account/my-data", "/account/alerts", "/account/security", "/account/preferences", "/account/sessions", "/messages", "/trades", "/proof", "/notice", "/reports", "/appeal", "/notice/flaggers", "/feed.atom", "/sitemap.xml"}
	shapes := map[string]int{}
	known := map[string]bool{}
	for len(waiting) > 0 && len(read) < most {
		path := waiting[0]
		waiting = waiting[1:]
		shape := regexp.MustCompile(`[a-z]{3}_[a-z0-9]{8,}|[0-9a-f]{16,}|\d+`).ReplaceAllString(strings.SplitN(path, "?", 2)[0], "*")
		if known[path] || shapes[shape] > 5 || strings.HasPrefix(path, "/sign-out") || strings.HasPrefix(path, "/static/") || strings.HasPrefix(path, "/map/") || strings.HasPrefix(path, "/language/") || strings.Contains(path, ".webp") {
			continue
		}
		known[path] = true
		shapes[shape]++
		answer, err := p.client.Get(p.address + path)
		if err == nil && strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
			answer.Body.Close() // it has no end; what it says is that something changed
			continue
		}
		status, body, _ := p.read(answer, err)
		read = append(read, path)
		p.gives(path+" ("+http.StatusText(status)+")", body+fmt.Sprint(answer.Header), marks)
		for _, found := range linked.FindAllStringSubmatch(body, -1) {
			waiting = append(waiting, html.UnescapeString(found[1]))
		}
	}
	return read
}

// asksTheInterface asks the API what a member can ask, about every object there is and those there is not.
func (p *person) asksTheInterface(marks []string) {
	p.Helper()
	_, document, _ := p.get("/api/v1/openapi.json")
	p.gives("the document of the interface", document, marks)
	var api struct {
		Paths map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal([]byte(document), &api); err != nil {
		p.Logf("the document is %.80s", document)
	}
	paths := []string{"/api/v1/records/notice", "/api/v1/records/notice_lane", "/api/v1/records/decision", "/api/v1/records/listing", "/api/v1/changes", "/api/v1/stream"}
	for path := range api.Paths {
		if !strings.Contains(path, "{") {
			paths = append(paths, path, "/api/v1"+path)
		}
	}
	for _, path := range paths {
		answer, err := p.client.Get(p.address + path)
		if err == nil && strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
			answer.Body.Close()
			p.Errorf("%s opens a stream of changes to a member", path)
			continue
		}
		_, body, _ := p.read(answer, err)
		p.gives(path, body, marks)
	}
}

// readsTheirExport asks for all that is kept of a member and reads every file of it.
func (p *person) readsTheirExport(marks []string) {
	p.Helper()
	p.post("/account/my-data/exports", "password", demo.Password)
	link := ""
	p.inTime("the export is there", func() bool {
		_, page, _ := p.get("/account/my-data")
		if all := allMatches(`href="(/account/my-data/exports/[^"]+)"`, page); len(all) > 0 {
			link = all[0]
		}
		return link != ""
	})
	answer, err := p.client.Get(p.address + link)
	if err != nil {
		p.Fatal(err)
	}
	defer answer.Body.Close()
	packed, err := io.ReadAll(answer.Body)
	if err != nil {
		p.Fatal(err)
	}
	files, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		p.Fatalf("the export at %s: %v", link, err)
	}
	for _, file := range files.File {
		content, err := file.Open()
		if err != nil {
			p.Fatal(err)
		}
		text, err := io.ReadAll(content)
		if err != nil {
			p.Fatal(err)
		}
		p.gives("the export's "+file.Name, string(text), marks)
	}
	if len(files.File) < 3 {
		p.Errorf("the export has %d files", len(files.File))
	}
}

// mailedTo reads the letters to an address.
func (r *running) mailedTo(admin *person, to string, marks []string) {
	r.Helper()
	read := 0
	_, box, _ := admin.get("/console/mailbox?q=" + url.QueryEscape(to))
	for _, letter := range unique(allMatches(`href="(/console/mailbox/[a-z0-9_]+)"`, box)) {
		body := admin.sees(letter)
		main := body[strings.Index(body, "<main"):]
		if strings.Contains(main, to) {
			read++
			admin.gives("the letter "+letter, main, marks)
		}
	}
	if read == 0 {
		r.Error("no letter to " + to + " was found")
	}
}
