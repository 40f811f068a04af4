package market

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/site"
	"fairground/internal/value"
)

const (
	partLength = 10_000 // addresses; search engines take 50,000
	sitemapAge = time.Hour
	atOnce     = 500 // listings read at once
)

type sitemapIndex struct {
	XMLName xml.Name       `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
	Parts   []sitemapPlace `xml:"sitemap"`
}

type sitemapPart struct {
	XMLName xml.Name       `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	Places  []sitemapPlace `xml:"url"`
}

type sitemapPlace struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// borders says where the parts of a site's sitemap begin: part n holds the listings older than the nth id. It is
// walked through once an hour, so that a part always holds the same listings until then.
type borders struct {
	before []value.ID
	read   time.Time
}

type borderKeeper struct{ present atomic.Pointer[borders] }

func (v *visit) sitemapIndex(w http.ResponseWriter) error {
	b, err := v.borders()
	if err != nil {
		return err
	}
	index := sitemapIndex{Parts: []sitemapPlace{{Loc: v.origin() + "/sitemap/pages.xml"}}}
	for n := range b.before {
		index.Parts = append(index.Parts, sitemapPlace{Loc: fmt.Sprintf("%s/sitemap/%d.xml", v.origin(), n+1)})
	}
	return v.sendXML(w, "application/xml; charset=utf-8", index)
}

func (v *visit) sitemapPart(w http.ResponseWriter) error {
	name, ok := strings.CutSuffix(v.r.PathValue("part"), ".xml")
	if ok && name == "pages" {
		return v.sendXML(w, "application/xml; charset=utf-8", v.pagesPart())
	}
	b, err := v.borders()
	if err != nil {
		return err
	}
	n := atoi(name)
	if !ok || n < 1 || n > len(b.before) || itoa(n) != name {
		return value.Errorf(value.NotFound, "there is no such part of the sitemap")
	}
	part := sitemapPart{}
	end := value.ID(0)
	if n < len(b.before) {
		end = b.before[n]
	}
	err = v.walk(b.before[n-1], func(l listing.Listing) bool {
		if l.ID < end {
			return false
		}
		if l.Visible(v.Desk.Gate, v.now) && len(part.Places) < partLength {
			part.Places = append(part.Places, sitemapPlace{v.origin() + pathOf(l), stamp(l.Updated)})
		}
		return true
	})
	if err != nil {
		return err
	}
	return v.sendXML(w, "application/xml; charset=utf-8", part)
}

func (v *visit) pagesPart() sitemapPart {
	part := sitemapPart{}
	for _, path := range []string{"/", "/safety", "/about", "/imprint"} {
		part.Places = append(part.Places, sitemapPlace{Loc: v.origin() + path})
	}
	for c := range v.tree.All {
		part.Places = append(part.Places, sitemapPlace{Loc: v.origin() + v.categoryPath(c.ID)})
	}
	return part
}

// newestID is greater than every id.
const newestID = value.ID(1<<63 - 1)

func (v *visit) borders() (*borders, error) {
	kept := site.Part(v.site, func(*site.Site) *borderKeeper { return &borderKeeper{} })
	if b := kept.present.Load(); b != nil && v.now.Sub(b.read) < sitemapAge {
		return b, nil
	}
	fresh := &borders{read: v.now}
	n := 0
	err := v.walk(newestID, func(l listing.Listing) bool {
		if n%partLength == 0 {
			fresh.before = append(fresh.before, l.ID+1)
		}
		n++
		return true
	})
	if err != nil {
		return nil, err
	}
	if n > 0 {
		fresh.before[0] = newestID // what comes within the hour is in the first part
	}
	kept.present.Store(fresh)
	return fresh, nil
}

// walk calls yield with live listings, newest first, until it returns false.
func (v *visit) walk(before value.ID, yield func(listing.Listing) bool) error {
	for {
		var some []listing.Listing
		err := v.site.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
			some, err = listing.List(tx, listing.Filter{Status: listing.Live, Listed: true, Before: before, Limit: atOnce})
			return err
		})
		if err != nil {
			return err
		}
		for _, l := range some {
			if !yield(l) {
				return nil
			}
			before = l.ID
		}
		if len(some) < atOnce {
			return nil
		}
	}
}

// robots keeps programs out of the endless combinations of filters.
func (v *visit) robots(w http.ResponseWriter) error {
	text := "User-agent: *\nDisallow: /search\nDisallow: /feed.atom\nDisallow: /report/\nDisallow: /reports\nDisallow: /sign-in\nDisallow: /*?*a.\n" +
		"Sitemap: " + v.origin() + "/sitemap.xml\n"
	return v.send(w, "text/plain; charset=utf-8", []byte(text))
}
