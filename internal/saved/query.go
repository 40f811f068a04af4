package saved

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"fairground/internal/search"
	"fairground/internal/value"
)

// kept is a query as it is stored: what decides whether it finds a listing, and nothing of how results are shown.
type kept struct {
	Words    string       `json:"words,omitempty"`
	Category value.ID     `json:"category,omitempty"`
	Filters  []keptFilter `json:"filters,omitempty"`
	Currency string       `json:"currency,omitempty"`
	Price    *[2]int64    `json:"price,omitempty"`
	Near     *[2]float64  `json:"near,omitempty"`
	Within   float64      `json:"within_km,omitempty"`
	Box      *[4]float64  `json:"box,omitempty"`
	Seller   string       `json:"seller,omitempty"`
	Kind     string       `json:"kind,omitempty"`
	Photos   bool         `json:"photos,omitempty"`
	Literal  bool         `json:"literal,omitempty"`
}

// keptFilter leaves out an open end of a range, since JSON has no infinity.
type keptFilter struct {
	Attribute string   `json:"attribute"`
	Choices   []string `json:"choices,omitempty"`
	Yes       *bool    `json:"yes,omitempty"`
	Low       *float64 `json:"low,omitempty"`
	High      *float64 `json:"high,omitempty"`
}

// finished is a query whose last word nobody goes on typing. What asks for new listings only loses that: what is found
// later is new.
func finished(q search.Query) search.Query {
	if q.Words = strings.TrimSpace(q.Words); q.Words != "" {
		q.Words += " "
	}
	return q
}

func encode(q search.Query) (string, error) {
	k := kept{
		Words: q.Words, Category: q.Category, Currency: q.Currency, Within: q.Within_km, Seller: string(q.Seller), Kind: string(q.Kind),
		Photos: q.WithPhotos, Literal: q.Literal,
	}
	if q.Price != nil {
		k.Price = &[2]int64{q.Price.Low, q.Price.High}
	}
	if !q.Near.IsZero() {
		k.Near = &[2]float64{q.Near.Lat, q.Near.Lon}
	}
	if b := q.Box; b != nil {
		k.Box = &[4]float64{b.South, b.West, b.North, b.East}
	}
	for _, f := range q.Filters {
		kf := keptFilter{Attribute: f.Attribute, Choices: f.Choices, Yes: f.Yes}
		if f.Range != nil {
			kf.Low, kf.High = finite(f.Range.Low), finite(f.Range.High)
		}
		k.Filters = append(k.Filters, kf)
	}
	text, err := json.Marshal(k)
	if err != nil {
		return "", fmt.Errorf("saved.encode: %w", err)
	}
	return string(text), nil
}

func finite(n float64) *float64 {
	if math.IsInf(n, 0) {
		return nil
	}
	return &n
}

func decode(text string) (search.Query, error) {
	var k kept
	if err := json.Unmarshal([]byte(text), &k); err != nil {
		return search.Query{}, fmt.Errorf("saved.decode: %w", err)
	}
	q := search.Query{
		Words: k.Words, Category: k.Category, Currency: k.Currency, Within_km: k.Within, Seller: search.Seller(k.Seller), Kind: search.Kind(k.Kind),
		WithPhotos: k.Photos, Literal: k.Literal,
	}
	if k.Price != nil {
		q.Price = &search.Span{Low: k.Price[0], High: k.Price[1]}
	}
	if k.Near != nil {
		q.Near = value.Point{Lat: k.Near[0], Lon: k.Near[1]}
	}
	if b := k.Box; b != nil {
		q.Box = &search.Box{South: b[0], West: b[1], North: b[2], East: b[3]}
	}
	for _, kf := range k.Filters {
		f := search.Filter{Attribute: kf.Attribute, Choices: kf.Choices, Yes: kf.Yes}
		if len(f.Choices) == 0 && f.Yes == nil {
			f.Range = &search.Range{Low: orElse(kf.Low, math.Inf(-1)), High: orElse(kf.High, math.Inf(1))}
		}
		q.Filters = append(q.Filters, f)
	}
	return q, nil
}

func orElse(n *float64, otherwise float64) float64 {
	if n == nil {
		return otherwise
	}
	return *n
}
