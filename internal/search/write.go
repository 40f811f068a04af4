package search

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/search/words"
	"fairground/internal/value"
)

// row is a document as it is stored.
type row struct {
	document            Document
	title, body, tokens []string
	numbers, facets     string
	digest              int64
}

// known is what the index holds about a listing already.
type known struct {
	listing value.ID
	place   int64
	digest  int64
}

// write brings the rows of some listings in step with their documents: those without a document go, those that differ
// are written anew, the others are left alone.
func write(tx *db.Tx, a *words.Analyzer, ids []value.ID, documents []Document) error {
	present, err := findKnown(tx, ids)
	if err != nil {
		return err
	}
	var fresh []row
	places := make(map[value.ID]int64)
	for _, d := range documents {
		r, old := newRow(a, d), present[d.Listing]
		if old.place != 0 && old.digest == r.digest {
			delete(present, d.Listing)
			continue
		}
		if old.place>>placeBits == millis(d) {
			places[d.Listing] = old.place
		}
		fresh = append(fresh, r)
	}
	if len(present)+len(fresh) == 0 {
		return nil
	}
	if err := deleteRows(tx, present); err != nil {
		return err
	}
	slices.SortFunc(fresh, func(a, b row) int {
		return cmp.Or(a.document.At.Compare(b.document.At), cmp.Compare(a.document.Listing, b.document.Listing))
	})
	if err := givePlaces(tx, fresh, places); err != nil {
		return err
	}
	if err := insertRows(tx, fresh, places); err != nil {
		return err
	}
	return raiseVersion(tx)
}

const (
	placeBits     = 22
	placeEpoch_ms = 946684800000 // 2000-01-01T00:00:00Z
)

// millis is the upper part of a place.
func millis(d Document) int64 { return millisOf(d.At) }

func millisOf(at time.Time) int64 {
	return min(max(at.UnixMilli()-placeEpoch_ms, 1), 1<<(63-placeBits)-1)
}

// givePlaces numbers the documents of one millisecond behind those that are there. Rows are in order of time.
func givePlaces(tx *db.Tx, rows []row, places map[value.ID]int64) error {
	var current, next int64
	for _, r := range rows {
		if places[r.document.Listing] != 0 {
			continue
		}
		if at := millis(r.document); at != current {
			last, err := findLastPlace(tx, at<<placeBits, (at+1)<<placeBits)
			if err != nil {
				return err
			}
			current, next = at, last+1
			for _, kept := range places { // given back to their listings, and not in the table now
				if kept>>placeBits == at {
					next = max(next, kept+1)
				}
			}
		}
		if next>>placeBits != current {
			return fmt.Errorf("more than %d listings were published in one millisecond", 1<<placeBits)
		}
		places[r.document.Listing] = next
		next++
	}
	return nil
}

func newRow(a *words.Analyzer, d Document) row {
	r := row{
		document: d, title: a.Terms(d.Title, words.MostTitle), body: a.Terms(d.Body, words.MostBody), tokens: tokens(d),
		numbers: numbers(d), facets: pack(d),
	}
	h := fnv.New64a()
	for _, part := range [][]string{r.title, r.body, r.tokens, {r.numbers, r.facets}} {
		for _, text := range part {
			h.Write([]byte(text))
			h.Write([]byte{0})
		}
		h.Write([]byte{1})
	}
	fmt.Fprint(h, d.Price, d.Point, millis(d))
	r.digest = int64(h.Sum64())
	return r
}

// numbers are the numeric attributes as a JSON object, "" when there are none.
func numbers(d Document) string {
	all := make(map[string]float64)
	for _, v := range d.Attributes {
		if v.Number != nil && isFinite(*v.Number) {
			all[cleanText(v.Attribute)] = *v.Number
		}
	}
	if len(all) == 0 {
		return ""
	}
	text, _ := json.Marshal(all) // finite numbers under texts always can be written
	return string(text)
}

func isFinite(n float64) bool { return !math.IsNaN(n) && !math.IsInf(n, 0) }

// Separators of packed facets: cleanText leaves no such sign in any text.
const (
	betweenEntries   = '\x1f'
	betweenDocuments = "\x1e"
)

// pack writes what is counted of a document: entries such as "color=red", for numbers "#km=1200".
func pack(d Document) string {
	var b strings.Builder
	entry := func(attribute, text string) {
		if text != "" {
			b.WriteString(strings.ReplaceAll(cleanText(attribute), "=", " "))
			b.WriteByte('=')
			b.WriteString(text)
			b.WriteByte(betweenEntries)
		}
	}
	for _, category := range path(d) {
		entry(ByCategory, category.String())
	}
	entry(BySeller, string(d.Seller))
	entry(ByKind, string(d.Kind))
	if d.Price.Currency != "" {
		entry("#"+ByPrice+d.Price.Currency, strconv.FormatFloat(d.Price.Units(), 'g', -1, 64))
	}
	for _, v := range d.Attributes {
		if v.Number != nil && isFinite(*v.Number) {
			entry("#"+v.Attribute, strconv.FormatFloat(*v.Number, 'g', -1, 64))
		} else {
			entry(v.Attribute, cleanText(v.choice()))
		}
	}
	return b.String()
}
