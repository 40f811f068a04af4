package theme

import (
	"fmt"
	"net/http"

	"fairground/internal/site"
)

// icon serves the sign of a site for browsers' tabs: its awning, in its own accent.
func (t *Room) icon(w http.ResponseWriter, r *http.Request) error {
	accent := Skin(site.From(r.Context()).Settings().Theme).AccentColour()
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="%s">`+
		`<path d="M3 5h26v9a4.3 4.3 0 0 1-8.66 0 4.34 4.34 0 0 1-8.68 0A4.3 4.3 0 0 1 3 14z"/><path d="M6 21h3v6H6zm17 0h3v6h-3zM6 24h20v3H6z"/></svg>`, accent)
	return err
}
