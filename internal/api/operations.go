package api

import (
	"net/http"
	"slices"
	"time"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

// operation is an operation of the document with what carries it out.
type operation struct {
	Operation
	method, path string
	handler      web.Handler
	options      []web.Option
}

// operations are all operations that every site has.
func (a *API) operations() []operation {
	return slices.Concat(a.baseOperations(), a.webhookOperations(), a.recordOperations(), a.transferOperations())
}

func (a *API) baseOperations() []operation {
	d := a.document
	text := &Shape{Type: "string"}
	events := map[string]Media{"text/event-stream": {Schema: text}, "application/json": {Schema: d.Describe(ChangePage{})}}
	return []operation{
		{method: "GET", path: "/token", handler: a.showToken, Operation: Operation{
			ID: "showToken", Summary: "What this token may do", Tags: []string{"token"},
			Responses: map[string]*Response{"200": {Description: "The token.", Content: JSON(d.Describe(tokenShown{}))}},
		}},
		{method: "DELETE", path: "/token", handler: a.endToken, Operation: Operation{
			ID: "revokeToken", Summary: "Revoke this token", Tags: []string{"token"},
			Description: "It ends at once and cannot be used again. Do this when it may have become known to others.",
			Responses:   map[string]*Response{"204": {Description: "It is revoked."}},
		}},
		{method: "GET", path: "/changes", handler: a.changes, options: []web.Option{web.Timeout(0)}, Operation: Operation{
			ID: "listChanges", Summary: "Follow what happens", Tags: []string{"changes"}, Scope: ChangesRead,
			Description: "A stream of server-sent events: `event: change`, `id:` its number, `data:` a Change. It replays from any number, " +
				"even the first. With `Accept: application/json` or `format=json` it is one page, for programs that poll.",
			Parameters: []Parameter{
				{Name: "after", In: "query", Schema: &Shape{Type: "integer", Format: "int64"}, Description: "The number after which to begin; without it a stream begins now, a page at the first change."},
				{Name: "object", In: "query", Schema: text, Description: "Only changes of these objects, with commas between."},
				{Name: "limit", In: "query", Schema: &Shape{Type: "integer", Minimum: number(1), Maximum: number(LargestPage), Default: 100}, Description: "Changes on a page."},
				{Name: "format", In: "query", Schema: &Shape{Type: "string", Enum: []any{"json"}}},
				{Name: "Last-Event-ID", In: "header", Schema: text, Description: "What browsers send when they come back; like after."},
			},
			Responses: map[string]*Response{"200": {Description: "The changes.", Content: events}},
		}},
	}
}

func number(n float64) *float64 { return &n }

// tokenShown is a token as its bearer sees it.
type tokenShown struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Account  string    `json:"account" doc:"The staff account it acts for."`
	Role     string    `json:"role" doc:"The account's role; a token does no more than that."`
	Scopes   []string  `json:"scopes"`
	Expires  time.Time `json:"expires"`
	SiteName string    `json:"site"`
}

func (a *API) showToken(w http.ResponseWriter, r *http.Request) error {
	c := CallerFrom(r.Context())
	return writeJSON(w, http.StatusOK, tokenShown{
		ID: c.Token.Text(TokenKind), Name: c.Name, Account: c.Account.Name, Role: string(c.Role()), Scopes: c.Scopes.Texts(),
		Expires: c.Expires, SiteName: site.From(r.Context()).Settings().Name,
	})
}

func (a *API) endToken(w http.ResponseWriter, r *http.Request) error {
	c := CallerFrom(r.Context())
	if err := RevokeToken(r.Context(), site.From(r.Context()), c.Actor(), c.Token); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// read runs a read of the request's site.
func read(r *http.Request, fn func(tx *db.Tx) error) error {
	return site.From(r.Context()).DB.Read(r.Context(), fn)
}

// pathID reads an id of the address.
func pathID(r *http.Request, name, kind string) (value.ID, error) {
	return value.ParseID(kind, r.PathValue(name))
}
