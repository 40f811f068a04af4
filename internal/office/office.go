package office

import (
	"embed"
	"io/fs"
	"net/http"
	"time"

	"fairground/internal/account"
	"fairground/internal/media"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/transfer"
	"fairground/internal/ui"
	"fairground/internal/web"
)

//go:embed messages.*.json
var messages embed.FS

// Messages are the words of the office, for text.New.
func Messages() fs.FS { return messages }

// Shell is what surrounds every page of the console.
type Shell interface {
	// Page returns the shell of a page with a heading; at is the address of the entry of the rail that it belongs to.
	Page(r *http.Request, heading, at string) (ui.ConsolePage, error)
}

// Office answers for the record pages of all sites.
type Office struct {
	Store func(*site.Site) *record.Store
	Files func(*site.Site) media.Blobs       // nil: files of records can be neither added nor fetched
	Asker func(account.Session) record.Asker // what a role's permissions include
	Shell Shell

	Transfer func(*site.Site) *transfer.Desk // nil: no files are imported; its worker is app's

	Brief time.Duration // how long a page waits for counts and sums before it goes without; 0 is usualBrief
}

// usualBrief keeps the first page of a list quick when a view is slow to count; see visit.briefly.
const usualBrief = 15 * time.Millisecond

// seer guards every route; what else a request needs is asked of record for the object at hand.
var seer = account.May(account.RecordsSee)

// The most that comes with a form; files bring more.
const (
	formBytes = 256 << 10
	fileBytes = 20 << 20
)

// route is one address and what answers it.
type route struct {
	pattern string
	answer  func(*visit, http.ResponseWriter) error
	bytes   int64 // of the body; formBytes when 0
	slow    bool  // it may touch every record
}

// patience is how long a slow route may take: a million records in the trash, an export of all of them.
const patience = 5 * time.Minute

func routes() []route {
	return []route{
		{pattern: "GET /console/palette", answer: (*visit).palette},
		{pattern: "GET /console/records/{object}", answer: (*visit).list},
		{pattern: "POST /console/records/{object}", answer: (*visit).create},
		{pattern: "GET /console/records/{object}/new", answer: (*visit).newForm},
		{pattern: "GET /console/records/{object}/trash", answer: (*visit).trash},
		{pattern: "POST /console/records/{object}/trash", answer: (*visit).emptyTrash},
		{pattern: "GET /console/records/{object}/suggest", answer: (*visit).suggest},
		{pattern: "GET /console/records/{object}/export", answer: (*visit).export, slow: true},
		{pattern: "GET /console/records/{object}/bulk", answer: (*visit).bulkForm},
		{pattern: "POST /console/records/{object}/bulk", answer: (*visit).bulk, slow: true},
		{pattern: "POST /console/records/{object}/undo", answer: (*visit).undo, slow: true},
		{pattern: "GET /console/records/{object}/merge", answer: (*visit).mergeForm},
		{pattern: "POST /console/records/{object}/merge", answer: (*visit).merge},
		{pattern: "POST /console/views/{object}", answer: (*visit).saveView},
		{pattern: "POST /console/views/{object}/{view}", answer: (*visit).changeView},
		{pattern: "POST /console/views/{object}/{view}/removal", answer: (*visit).removeView},
		{pattern: "GET /console/records/{object}/{id}", answer: (*visit).page},
		{pattern: "POST /console/records/{object}/{id}", answer: (*visit).save},
		{pattern: "GET /console/records/{object}/{id}/edit", answer: (*visit).editForm},
		{pattern: "GET /console/records/{object}/{id}/peek", answer: (*visit).peek},
		{pattern: "POST /console/records/{object}/{id}/deletion", answer: (*visit).remove},
		{pattern: "POST /console/records/{object}/{id}/restoration", answer: (*visit).restore},
		{pattern: "POST /console/records/{object}/{id}/move", answer: (*visit).move},
		{pattern: "POST /console/records/{object}/{id}/notes", answer: (*visit).note},
		{pattern: "POST /console/records/{object}/{id}/files", answer: (*visit).changeFiles, bytes: fileBytes},
		{pattern: "GET /console/records/{object}/{id}/files/{sha256}", answer: (*visit).file},
		{pattern: "GET /console/records/{object}/{id}/cells/{field}", answer: (*visit).cellForm},
		{pattern: "POST /console/records/{object}/{id}/cells/{field}", answer: (*visit).saveCell},
	}
}

// Routes registers the pages; doc.go lists them.
func (o *Office) Routes(m *web.Router) {
	for _, route := range routes() {
		options := []web.Option{web.BodyLimit(max(route.bytes, formBytes))}
		if route.slow {
			options = append(options, web.Timeout(patience))
		}
		m.Handle(route.pattern, seer, func(w http.ResponseWriter, r *http.Request) error {
			v, err := o.begin(r)
			if err != nil {
				return err
			}
			return route.answer(v, w)
		}, options...)
	}
	o.defineRoutes(m)
	o.importRoutes(m)
}
