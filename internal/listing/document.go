package listing

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/search"
	"fairground/internal/value"
)

// Documents feeds the search index with what the public may see.
type Documents struct {
	Gate *safety.Gate
}

// Documents returns the documents of those listings that are visible now; the others have no place in the index.
func (d Documents) Documents(tx *db.Tx, ids []value.ID) ([]search.Document, error) {
	tree, err := LoadTree(tx)
	if err != nil {
		return nil, err
	}
	const atOnce = 500
	var all []search.Document
	for len(ids) > 0 {
		part := ids[:min(len(ids), atOnce)]
		ids = ids[len(part):]
		listings, err := FindMany(tx, part)
		if err != nil {
			return nil, err
		}
		featured, err := Featured(tx, part)
		if err != nil {
			return nil, err
		}
		for _, l := range listings {
			if l.Visible(d.Gate, tx.Now()) {
				doc := document(l, tree)
				doc.Promoted = !featured[l.ID].IsZero()
				all = append(all, doc)
			}
		}
	}
	return all, nil
}

func document(l Listing, tree *Tree) search.Document {
	doc := search.Document{
		Listing: l.ID, Title: l.Title, Category: l.Category, Price: l.Price, Point: l.Place.Coarse(),
		Kind: search.Kind(l.Kind), Seller: search.Seller(l.Seller.Kind), Photos: len(l.Photos), At: l.Published,
	}
	for _, c := range tree.Path(l.Category) {
		doc.Path = append(doc.Path, c.ID)
	}
	words := []string{l.Body, l.Place.Name}
	for _, a := range tree.Attributes(l.Category) {
		text, given := l.Attributes[a.Slug]
		if !given {
			continue
		}
		v, readable := indexed(a, text)
		if v != nil {
			doc.Attributes = append(doc.Attributes, *v)
		}
		words = append(words, readable...)
	}
	doc.Body = strings.Join(words, "\n")
	return doc
}

// indexed gives the form of a value that filters use, and the words by which it should be found.
func indexed(a Attribute, text string) (*search.Value, []string) {
	v := &search.Value{Attribute: a.Slug}
	switch a.Type {
	case ChoiceType:
		v.Choice = text
		option, ok := a.Option(text)
		if !ok {
			return v, nil
		}
		var words []string
		for _, language := range slices.Sorted(maps.Keys(option.Names)) {
			words = append(words, option.Names[language])
		}
		return v, words
	case IntegerType, DecimalType:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, nil
		}
		v.Number = &n
		return v, nil
	case BooleanType:
		yes := text == "true"
		v.Yes = &yes
		return v, nil
	default:
		return nil, []string{text}
	}
}
