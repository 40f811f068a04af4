package app

import (
	"net/http"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/web"
)

// Public pages are kept for visitors for as long as nothing changes in the site, whichever process changed it. A
// listing that is taken away is gone with the next request.
const (
	pagesAge   = 30 * time.Second // pages say "2 hours ago", and listings expire without a change
	pagesBytes = 24 << 20
)

// pageState is what a public page depends on: the site, the language, every change in the log, and how far the index
// has followed it. A visitor who sends any other cookie than the language's may see a page of their own, and gets it
// made.
func (a *App) pageState(r *http.Request) (web.State, error) {
	for _, cookie := range r.Cookies() {
		if cookie.Name != languageCookie {
			return web.State{}, nil
		}
	}
	s := site.From(r.Context())
	index := a.Rooms(s).Index
	var position string
	var version string
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if position, err = change.Position(tx); err != nil || position == "" {
			return err
		}
		version, err = index.Version(tx)
		return err
	})
	if err != nil || position == "" {
		return web.State{}, err
	}
	return web.State{
		Key:     s.Slug + " " + string(text.FromContext(r.Context()).Locale()),
		Version: position + " " + version,
	}, nil
}
