package search

import (
	"hash/fnv"
	"strconv"

	"fairground/internal/value"
)

// Tokens begin with an underscore, which no word contains.
const (
	everyToken    = "_e" // in every document, for queries that only exclude
	photoToken    = "_p"
	promotedToken = "_v"
)

func categoryToken(category value.ID) string { return "_c" + strconv.FormatInt(int64(category), 36) }

// choiceToken stands for one choice of one attribute: 64 bits of a hash, since choices are any text.
func choiceToken(attribute, choice string) string {
	h := fnv.New64a()
	h.Write([]byte(attribute))
	h.Write([]byte{0})
	h.Write([]byte(cleanText(choice)))
	return "_a" + strconv.FormatUint(h.Sum64(), 36)
}

func choiceTokens(f Filter) []string {
	var tokens []string
	for _, choice := range f.choices() {
		tokens = append(tokens, choiceToken(f.Attribute, choice))
	}
	return tokens
}

// tokens are everything a document can be filtered by through the full text.
func tokens(d Document) []string {
	all := []string{everyToken, choiceToken(BySeller, string(d.Seller)), choiceToken(ByKind, string(d.Kind))}
	for _, category := range path(d) {
		all = append(all, categoryToken(category))
	}
	for _, v := range d.Attributes {
		if choice := v.choice(); choice != "" {
			all = append(all, choiceToken(v.Attribute, choice))
		}
	}
	if d.Photos > 0 {
		all = append(all, photoToken)
	}
	if d.Promoted {
		all = append(all, promotedToken)
	}
	if !d.Point.IsZero() {
		all = append(all, cells(d.Point)...)
	}
	return all
}

// path is a document's category and its ancestors, each once.
func path(d Document) []value.ID {
	all := []value.ID{d.Category}
	for _, category := range d.Path {
		if category != d.Category {
			all = append(all, category)
		}
	}
	return all
}
