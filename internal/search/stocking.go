package search

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"fairground/internal/value"
)

// stocking makes a stock of packed documents.
type stocking struct {
	stock
	places  []int64
	slots   map[string]slot // what an entry such as "color=red" means
	tooMany bool            // documents, or choices of one attribute
}

// slot is where a choice goes.
type slot struct {
	column *choiceColumn
	choice uint16
}

// newStock takes apart what gather read. It returns nil when there are more documents, or an attribute has more
// choices, than a stock can number.
func newStock(version int64, packed, withPhotos string) (*stock, error) {
	s := &stocking{slots: make(map[string]slot), stock: stock{version: version, choices: make(map[string]*choiceColumn),
		numbers: make(map[string]*numberColumn)}}
	for packed != "" && !s.tooMany {
		var document string
		document, packed, _ = strings.Cut(packed, betweenDocuments)
		if err := s.add(document); err != nil {
			return nil, fmt.Errorf("search.newStock: %w", err)
		}
	}
	if s.tooMany {
		return nil, nil
	}
	if err := s.addPhotos(withPhotos); err != nil {
		return nil, fmt.Errorf("search.newStock: %w", err)
	}
	made := s.stock
	made.finish()
	return &made, nil
}

// add reads one document: place, listing, price and currency, each with an end as entries have, then its entries.
func (s *stocking) add(document string) error {
	var head [4]string
	for i := range head {
		head[i], document, _ = strings.Cut(document, string(betweenEntries))
	}
	place, err := strconv.ParseInt(head[0], 10, 64)
	if err != nil {
		return err
	}
	listing, err := strconv.ParseInt(head[1], 10, 64)
	if err != nil {
		return err
	}
	at := position(len(s.listings))
	if len(s.listings) > 0 && s.places[len(s.places)-1] <= place {
		return fmt.Errorf("place %d is not in order", place)
	}
	s.tooMany = s.tooMany || len(s.listings) == mostPositions
	s.places, s.listings = append(s.places, place), append(s.listings, value.ID(listing))
	if err := s.addPrice(at, head[2], head[3]); err != nil {
		return err
	}
	for document != "" {
		var entry string
		entry, document, _ = strings.Cut(document, string(betweenEntries))
		s.addEntry(at, entry)
	}
	return nil
}

func (s *stocking) addPrice(at position, minor, currency string) error {
	if minor == "" {
		return nil
	}
	n, err := strconv.ParseInt(minor, 10, 64)
	if err != nil {
		return err
	}
	in := slices.Index(s.currencies, currency)
	if in < 0 {
		in = len(s.currencies)
		s.currencies = append(s.currencies, strings.Clone(currency))
	}
	s.prices = append(s.prices, price{minor: n, document: at, currency: uint16(in)})
	return nil
}

func (s *stocking) addEntry(at position, entry string) {
	in, known := s.slots[entry]
	if !known {
		attribute, text, _ := strings.Cut(entry, "=")
		if name, numeric := strings.CutPrefix(attribute, "#"); numeric {
			s.addNumber(at, name, text)
			return
		}
		in = s.newSlot(attribute, text)
		s.slots[strings.Clone(entry)] = in
	}
	in.column.documents = append(in.column.documents, at)
	in.column.choices = append(in.column.choices, in.choice)
}

// newSlot makes room for a choice that was not met before.
func (s *stocking) newSlot(attribute, choice string) slot {
	column := s.choices[attribute]
	if column == nil {
		column = &choiceColumn{}
		s.choices[strings.Clone(attribute)] = column
	}
	column.names = append(column.names, strings.Clone(choice))
	s.tooMany = s.tooMany || len(column.names) > math.MaxUint16
	return slot{column, uint16(len(column.names) - 1)}
}

func (s *stocking) addNumber(at position, name, text string) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return // as tally does
	}
	column := s.numbers[name]
	if column == nil {
		column = &numberColumn{}
		s.numbers[strings.Clone(name)] = column
	}
	if last := len(column.documents) - 1; last >= 0 && column.documents[last] == at {
		column.several = true
	}
	column.documents, column.numbers = append(column.documents, at), append(column.numbers, n)
}

// addPhotos reads the places of documents with photos, newest first.
func (s *stocking) addPhotos(places string) error {
	s.photos = newSet(len(s.listings))
	at := 0
	for places != "" {
		var text string
		text, places, _ = strings.Cut(places, betweenDocuments)
		place, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return err
		}
		for at < len(s.places) && s.places[at] > place {
			at++
		}
		if at == len(s.places) || s.places[at] != place {
			return fmt.Errorf("place %d has photos but no document", place)
		}
		s.photos.add(position(at))
	}
	return nil
}

// finish sorts what is searched by size, and gives back the room that growing lists took in advance.
func (s *stock) finish() {
	slices.SortStableFunc(s.prices, func(a, b price) int { return cmp.Compare(a.minor, b.minor) })
	s.listings, s.prices = slices.Clone(s.listings), slices.Clone(s.prices)
	for _, column := range s.choices {
		column.documents, column.choices = slices.Clone(column.documents), slices.Clone(column.choices)
	}
	for _, column := range s.numbers {
		column.sort()
	}
}

func (c *numberColumn) sort() {
	order := make([]int, len(c.numbers))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(c.numbers[a], c.numbers[b]) })
	documents, numbers := make([]position, len(order)), make([]float64, len(order))
	for i, from := range order {
		documents[i], numbers[i] = c.documents[from], c.numbers[from]
	}
	c.documents, c.numbers = documents, numbers
}
