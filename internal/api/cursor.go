package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"fairground/internal/site"
	"fairground/internal/value"
)

// Cursors seals the places at which pages end, so that a client carries them without reading or making them.
type Cursors struct{ key []byte }

// CursorsOf returns a site's. Those of another site, or of another purpose, do not open.
func CursorsOf(s *site.Site) Cursors { return Cursors{s.Key("api-cursor")} }

const sealLength = 16

// Seal writes a place as an opaque text. about is what the place belongs to: object, filter, sort and whatever else a
// page depends on; the text opens for the same about only.
func (c Cursors) Seal(about string, place any) (string, error) {
	text, err := json.Marshal(place)
	if err != nil {
		return "", fmt.Errorf("api.Cursors.Seal(%T): %w", place, err)
	}
	return base64.RawURLEncoding.EncodeToString(append(c.mac(about, text), text...)), nil
}

// Open reads a place that Seal wrote for the same about. Anything else is Invalid on the field "cursor".
func (c Cursors) Open(about, text string, place any) error {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(sealed) < sealLength || !hmac.Equal(sealed[:sealLength], c.mac(about, sealed[sealLength:])) {
		return wrongCursor()
	}
	if err := json.Unmarshal(sealed[sealLength:], place); err != nil {
		return wrongCursor()
	}
	return nil
}

func wrongCursor() error {
	return badRequest(value.Fieldf("cursor", "this cursor does not belong to this list with this filter and sort; begin again without it"))
}

func (c Cursors) mac(about string, text []byte) []byte {
	mac := hmac.New(sha256.New, c.key)
	fmt.Fprintf(mac, "%d %s", len(about), about)
	mac.Write(text)
	return mac.Sum(nil)[:sealLength]
}

// Page is what a client asks for of a list.
type Page struct {
	Limit  int
	Cursor string // empty for the first page
}

// LargestPage is the most records one page can have.
const LargestPage = 1000

// ReadPage reads limit and cursor from a request's query. usual is the limit when none is given.
func ReadPage(r *http.Request, usual int) (Page, error) {
	query := r.URL.Query()
	p := Page{Limit: usual, Cursor: query.Get("cursor")}
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > LargestPage {
			return p, badRequest(value.Fieldf("limit", "limit is a number from 1 to %d", LargestPage))
		}
		p.Limit = n
	}
	return p, nil
}

// LinkNext names the next page in the header Link: this request with another cursor.
func LinkNext(w http.ResponseWriter, r *http.Request, cursor string) {
	query := r.URL.Query()
	query.Set("cursor", cursor)
	w.Header().Add("Link", fmt.Sprintf(`<%s?%s>; rel="next"`, r.URL.EscapedPath(), query.Encode()))
}
