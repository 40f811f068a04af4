package app_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"fairground/internal/app"
	"fairground/internal/ui"
)

// TestPageWeights holds real pages to the budgets of the design: what a first visit loads, compressed, without photos
// and fonts. htmx counts where a page asks for it.
func TestPageWeights(t *testing.T) {
	t.Parallel()
	r := run(t, app.Demo{Listings: 300, Seed: 2026})
	visitor, safety := r.visitor(), r.signedIn("safety@lakeside.example")
	listing := first(t, `href="(/l/[^"]+)"`, visitor.sees("/c/sports/bicycles"))
	for _, c := range []struct {
		who   *person
		path  string
		least int // kB of a page that has its content
		most  int // kB
	}{
		{visitor, "/", 8, 30}, {visitor, "/c/sports/bicycles?place=Lausanne&within=25", 8, 30}, {visitor, "/search", 8, 30}, {visitor, listing, 8, 30},
		{visitor, "/report/" + first(t, `/l/(lst_[a-z0-9]+)`, listing), 8, 30},
		{safety, "/console", 8, 120}, {safety, "/console/safety", 8, 120}, {safety, "/console/listings", 8, 120},
	} {
		markup, page := c.who.loaded(c.path, "gzip")
		total, parts := markup, len(assetsOf(page))
		for _, asset := range assetsOf(page) {
			weight, _ := c.who.loaded(asset, "br")
			total += weight
		}
		t.Logf("%-45s %5.1f kB: markup %4.1f kB and %d files", c.path, float64(total)/1000, float64(markup)/1000, parts)
		if total < c.least*1000 || total > c.most*1000 {
			t.Errorf("%s weighs %d bytes; its budget is %d kB", c.path, total, c.most)
		}
	}
}

var assetLink = regexp.MustCompile(`(?:href|src)="(/static/[^"]+\.(?:css|js))"`)

// assetsOf lists the styles and scripts that a page loads, those included that its script asks for.
func assetsOf(page string) []string {
	var all []string
	for _, match := range assetLink.FindAllStringSubmatch(page, -1) {
		all = append(all, match[1])
	}
	if strings.Contains(page, "hx-get") && strings.Contains(page, ui.AssetURL("public.js")) {
		all = append(all, ui.AssetURL("htmx.esm.js"))
	}
	return all
}

// loaded returns how many bytes an answer has on its way, and the text of one that gzip squeezed.
func (p *person) loaded(path, encoding string) (bytes int, text string) {
	p.Helper()
	request, err := http.NewRequest(http.MethodGet, p.address+path, nil)
	if err != nil {
		p.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", encoding)
	answer, err := p.client.Do(request)
	if err != nil {
		p.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Encoding") != encoding {
		p.Fatalf("%s answered %d, encoded as %q: %v", path, answer.StatusCode, answer.Header.Get("Content-Encoding"), err)
	}
	if encoding != "gzip" {
		return len(body), ""
	}
	unzipped, err := gzip.NewReader(strings.NewReader(string(body)))
	if err != nil {
		p.Fatal(err)
	}
	markup, err := io.ReadAll(unzipped)
	if err != nil {
		p.Fatal(err)
	}
	return len(body), string(markup)
}

func allMatches(pattern, text string) []string {
	var all []string
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		all = append(all, match[1])
	}
	return all
}
