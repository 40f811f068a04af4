package app

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/market"
	"fairground/internal/member"
	"fairground/internal/network"
	"fairground/internal/place"
	"fairground/internal/saved"
	"fairground/internal/search"
	"fairground/internal/search/live"
	"fairground/internal/search/words"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// openIndex makes what answers the searches of a site: memory, when the site wants it, and its database otherwise.
func (a *App) openIndex(s *site.Site, source search.Source) (*search.Database, *live.Index) {
	database := search.New(s.DB, source, search.Config{Stale: countsAge, Languages: languagesOf(s.Settings())})
	index := live.Open(s.DB, source, database, live.Config{
		Directory: a.config.indexes(), Identity: version(), Analyzer: database.Analyzer,
		Most_bytes: func() int64 { return a.config.IndexBytes },
		Eager:      a.Registry.OpenSites() <= fewSites,
		Enabled:    func() bool { return s.Settings().Search == site.SearchMemory },
	})
	a.indexes.Store(s.Slug, index)
	return database, index
}

// fewSites have their indexes in memory before anybody searches; with more, each is loaded at its first search.
const fewSites = 20

// version says by which program the documents of a snapshot were read.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	var built []string
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" || s.Key == "vcs.time" || s.Key == "vcs.modified" {
			built = append(built, s.Value)
		}
	}
	return strings.Join(built, " ")
}

// languagesOf are the languages that a site speaks, without countries, the main one first.
func languagesOf(settings site.Settings) []string {
	var all []string
	for _, locale := range settings.Locales {
		if language := locale.Language(); !slices.Contains(all, language) {
			all = append(all, language)
		}
	}
	return all
}

// closeIndexes writes what has changed since the last snapshots. It must come before the databases close.
func (a *App) closeIndexes() {
	a.indexes.Range(func(slug, index any) bool {
		keepIndex(slug.(string), index.(*live.Index))
		return true
	})
	a.copies.Range(func(slug, desk any) bool {
		closeNetworks(slug.(string), desk.(*network.Desk))
		return true
	})
}

// closeIndex is closeIndexes for a site that closes because nobody uses it.
func (a *App) closeIndex(s *site.Site) {
	if index, ok := a.indexes.LoadAndDelete(s.Slug); ok {
		keepIndex(s.Slug, index.(*live.Index))
	}
	if desk, ok := a.copies.LoadAndDelete(s.Slug); ok {
		closeNetworks(s.Slug, desk.(*network.Desk))
	}
}

// IndexBytes is how much memory the search indexes of this process take.
func (a *App) IndexBytes() (bytes int64) {
	a.indexes.Range(func(_, index any) bool {
		bytes += index.(*live.Index).State().Bytes
		return true
	})
	return bytes
}

func keepIndex(slug string, index *live.Index) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := index.Close(ctx); err != nil {
		slog.Warn("keeping the search index", "site", slug, "error", err)
	}
}

const indexingAtOnce = 2 * time.Second // before other lanes of the site may be noticed to be closed

// index brings the index in memory in step with the change log.
func (r *Rooms) index(ctx context.Context) (worked bool, err error) {
	r.Database.SetLanguages(languagesOf(r.Site.Settings()))
	for began := time.Now(); time.Since(began) < indexingAtOnce; {
		busy, err := r.Index.Step(ctx)
		if err != nil || !busy {
			return worked, err
		}
		worked = true
	}
	return true, nil
}

// tidyIndex merges pieces of the index and writes snapshots.
func (r *Rooms) tidyIndex(ctx context.Context) (worked bool, err error) {
	for {
		busy, err := r.Index.Tidy(ctx)
		if err != nil || !busy {
			return worked, err
		}
		worked = true
	}
}

// renewSearch does what the database's index has to do beside following the log.
func (r *Rooms) renewSearch(ctx context.Context) (bool, error) {
	busy, err := r.Database.Renew(ctx)
	return busy, errors.Join(err, r.Database.FlushMisses(ctx))
}

// atlas is package place as the market asks it.
type atlas struct{}

// Find returns the place that somebody means by a name.
func (atlas) Find(name string, near value.Point, country string) (market.Town, bool) {
	found, ok := place.Load().Find(name, near, country)
	return town(found), ok
}

// Complete returns places that a name being typed may become.
func (atlas) Complete(typed string, near value.Point, country string, most int) []market.Town {
	var all []market.Town
	for _, p := range place.Load().Complete(typed, near, country, most) {
		all = append(all, town(p))
	}
	return all
}

func town(p place.Place) market.Town {
	return market.Town{Name: p.Name, Region: p.Region, Country: p.Country, Point: p.Point, People: p.People}
}

// sought is a site as package saved asks it.
type sought struct {
	app   *App
	site  *site.Site
	rooms *Rooms
}

// ReadSearch reads an address of results.
func (o sought) ReadSearch(ctx context.Context, address string) (saved.Reading, error) {
	found, err := o.app.market.ReadSearch(ctx, o.site, text.FromContext(ctx).Locale(), address)
	return saved.Reading{Address: found.Address, Query: found.Query, Title: found.Title, Chips: found.Chips}, err
}

// Documents are those of the listings that everybody may see.
func (o sought) Documents(tx *db.Tx, ids []value.ID) ([]search.Document, error) {
	return listing.Documents{Gate: o.rooms.Gate}.Documents(tx, ids)
}

// Listings returns those that everybody may see now.
func (o sought) Listings(tx *db.Tx, ids []value.ID) (map[value.ID]saved.Listing, error) {
	found, err := listing.FindMany(tx, ids)
	all := make(map[value.ID]saved.Listing, len(found))
	for _, l := range found {
		if !l.Visible(o.rooms.Gate, tx.Now()) {
			continue
		}
		told := saved.Listing{ID: l.ID, Seller: l.Seller.ID, Title: l.Title, Href: listingHref(l.ID), Price: l.Price, Place: l.Place.Name}
		if len(l.Photos) > 0 {
			p := l.Photos[0]
			told.Photo = saved.Photo{Sha256: p.Sha256, Width: p.Width, Height: p.Height, Colour: p.Colour}
		}
		all[l.ID] = told
	}
	return all, err
}

// Unwelcome returns who of some accounts acts for a seller, or has a block between them and anybody who does.
func (o sought) Unwelcome(tx *db.Tx, seller value.ID, accounts []value.ID) (map[value.ID]bool, error) {
	seats, err := listing.SeatsOf(tx, seller)
	all := make(map[value.ID]bool)
	for _, seat := range seats {
		all[seat.Account] = true
		for _, of := range accounts {
			apart, err := member.Blocked(tx, of, seat.Account)
			if err != nil {
				return nil, err
			}
			all[of] = all[of] || apart
		}
	}
	return all, err
}

// Analyzer takes words apart as the index does.
func (o sought) Analyzer() *words.Analyzer { return o.rooms.Database.Analyzer() }
