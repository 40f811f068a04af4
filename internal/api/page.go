package api

import (
	"context"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/web"
)

// showPage is the page for people: what the API does, and how to begin.
func (a *API) showPage(w http.ResponseWriter, r *http.Request) error {
	d, err := a.documentOf(r)
	if err != nil {
		return err
	}
	address := "https://"
	if !web.HTTPS(r) {
		address = "http://"
	}
	shell := a.config.Page
	if shell == nil {
		shell = plainPage
	}
	title := text.T(r.Context(), "api.title")
	return web.Render(w, r, http.StatusOK, shell(r, title, overview(d, address+r.Host+Path)))
}

// plainPage is the shell of an API that was given none.
func plainPage(r *http.Request, title string, content templ.Component) templ.Component {
	page := ui.PublicPage{Title: title, Site: site.From(r.Context()).Settings().Name, Hidden: true}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), w)
	})
}

// row is an operation as the page lists it.
type row struct {
	Method, Path string
	*Operation
}

// rows are the operations of a tag, by path.
func (d *Document) rows(tag string) []row {
	var all []row
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			if o := d.Paths[path][method]; o != nil && slices.Contains(o.Tags, tag) {
				all = append(all, row{strings.ToUpper(method), Path + path, o})
			}
		}
	}
	return all
}
