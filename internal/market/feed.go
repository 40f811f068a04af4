package market

import (
	"context"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/listing"
	"fairground/internal/search"
	"fairground/internal/value"
	"fairground/internal/web"
)

const feedLength = 50

// feedLink tells programs that read feeds where the feed of a page is.
func feedLink(title, address string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<link rel="alternate" type="application/atom+xml" title="%s" href="%s"/>`, html.EscapeString(title), html.EscapeString(address))
		return err
	})
}

// feedAddress is where the feed of a wish is. Order and look do not matter to it.
func (w *wish) feedAddress() string {
	other := w.but()
	for _, name := range []string{"sort", "view"} {
		other.params.Del(name)
	}
	return other.elsewhere("/feed.atom")
}

// elsewhere is the address of something else about the same search, with the category among the parameters.
func (w *wish) elsewhere(path string) string {
	other := w.but()
	if w.category != 0 {
		other.params.Set("category", w.v.tree.PathSlug(w.category))
	}
	return withPairs(path, pairsOf(other.params))
}

// requested reads the search of a request whose category is among its parameters, and looks its place up.
func (v *visit) requested() (*wish, error) {
	f, err := web.ReadQuery(v.r)
	if err != nil {
		return nil, err
	}
	w, err := v.readWish(0, f)
	if err != nil {
		return nil, err
	}
	g, err := v.gazetteer()
	if err != nil {
		return nil, err
	}
	return w, w.locate(g)
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	Title   string      `xml:"title"`
	ID      string      `xml:"id"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Author  atomAuthor  `xml:"author"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomEntry struct {
	Lang      string     `xml:"xml:lang,attr,omitempty"`
	Title     string     `xml:"title"`
	ID        string     `xml:"id"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Links     []atomLink `xml:"link"`
	Author    atomAuthor `xml:"author"`
	Summary   string     `xml:"summary"`
}

// feed answers with the newest listings of a search.
func (v *visit) feed(w http.ResponseWriter) error {
	wished, err := v.requested()
	if err != nil {
		return err
	}
	wished.params.Del("page")
	for _, fault := range wished.faults { // a program that reads a feed would not notice that a filter was left out
		return value.Errorf(value.Invalid, "%s", fault)
	}
	q := wished.query()
	q.Sort, q.Limit = search.Newest, feedLength
	found, err := v.Index.Search(v.ctx, q)
	if err != nil {
		return err
	}
	listings, err := v.visible(hitIDs(found.Hits))
	if err != nil {
		return err
	}
	return v.sendXML(w, "application/atom+xml; charset=utf-8", v.atom(wished, listings))
}

func (v *visit) atom(wished *wish, listings []listing.Listing) atomFeed {
	here := v.origin() + wished.feedAddress()
	feed := atomFeed{
		Lang: string(v.words.Locale()), Title: wished.title() + " · " + v.settings.Name, ID: here,
		Links:  []atomLink{{Rel: "self", Type: "application/atom+xml", Href: here}, {Rel: "alternate", Type: "text/html", Href: v.origin() + wished.address()}},
		Author: atomAuthor{v.settings.Name},
	}
	newest := time.Unix(0, 0)
	for _, l := range listings {
		if l.Updated.After(newest) {
			newest = l.Updated
		}
		feed.Entries = append(feed.Entries, v.entry(l))
	}
	feed.Updated = stamp(newest)
	return feed
}

func (v *visit) entry(l listing.Listing) atomEntry {
	address := v.origin() + pathOf(l)
	e := atomEntry{
		Title: v.price(l) + " · " + l.Title, ID: v.origin() + "/l/" + l.Key(), Published: stamp(l.Published), Updated: stamp(l.Updated),
		Links: []atomLink{{Rel: "alternate", Type: "text/html", Href: address}}, Author: atomAuthor{l.Seller.Name},
		Summary: joined(l.Place.Name, clip(l.Body, 500)),
	}
	if l.Locale != v.words.Locale() {
		e.Lang = string(l.Locale)
	}
	return e
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func (v *visit) sendXML(w http.ResponseWriter, kind string, document any) error {
	text, err := xml.Marshal(document)
	if err != nil {
		return fmt.Errorf("market: %s: %w", v.r.URL.Path, err)
	}
	return v.send(w, kind, append([]byte(xml.Header), text...))
}
