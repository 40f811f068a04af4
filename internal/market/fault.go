package market

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Error writes the page for a request that failed, in the shell of the site, for web.Config.OnError. It returns an error,
// having written nothing, when the request is for no site or the page itself fails; the caller then writes plain text.
func (m *Market) Error(w http.ResponseWriter, r *http.Request, status int, id string, err error) error {
	if _, ok := site.Found(r.Context()); !ok {
		return value.Errorf(value.NotFound, "the request is for no site")
	}
	ctx := r.Context()
	page := m.Shell(r)
	page.Hidden, page.Title = true, faultTitle(ctx, status)
	content := faultView(ui.ErrorPage{Status: status, Title: page.Title, Text: faultText(ctx, status, err)}, status, id)
	var written bytes.Buffer
	whole := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), w)
	})
	if err := whole.Render(ctx, &written); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(written.Bytes()) // a client that went away needs no answer
	return nil
}

func faultTitle(ctx context.Context, status int) string {
	switch {
	case status == http.StatusNotFound:
		return text.T(ctx, "market.error.missing")
	case status == http.StatusForbidden || status == http.StatusUnauthorized:
		return text.T(ctx, "market.error.forbidden")
	case status == http.StatusTooManyRequests:
		return text.T(ctx, "market.error.limited")
	case status == http.StatusServiceUnavailable:
		return text.T(ctx, "market.error.unavailable")
	case status >= 500:
		return text.T(ctx, "market.error.internal")
	default:
		return text.T(ctx, "market.error.invalid")
	}
}

// faultText is the error's own sentence where it has one in the reader's language, else what the status means.
func faultText(ctx context.Context, status int, err error) string {
	said := text.Error(ctx, err)
	switch {
	case status == http.StatusNotFound:
		return text.T(ctx, "market.error.missing_text")
	case status >= 500 && status != http.StatusServiceUnavailable:
		return text.T(ctx, "market.error.internal_text")
	case said != "":
		return said
	default:
		return text.T(ctx, "market.error.again")
	}
}
