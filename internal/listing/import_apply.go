package listing

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"fairground/internal/value"
)

// apply makes a submission out of a row. leftOut counts values of optional attributes that the category does not
// understand: real files are full of them, and a listing without its paint colour is better than none.
func (m Mapping) apply(r row, tree *Tree) (s Submission, leftOut int, err error) {
	s.Source = m.Source
	s.Locale = m.Locale
	if s.External, err = m.external(r); err != nil {
		return s, 0, err
	}
	if s.Title, err = r.fill(m.Title); err != nil {
		return s, 0, err
	}
	s.Title = shorten(s.Title, LongestTitle)
	if s.Body, err = r.fill(m.Body); err != nil {
		return s, 0, err
	}
	kind, err := r.lookUp(m.Kind)
	if err != nil {
		return s, 0, err
	}
	s.Kind = Kind(kind)
	if s.Category, err = m.category(r, tree); err != nil {
		return s, 0, err
	}
	if s.Price, err = m.price(r); err != nil {
		return s, 0, err
	}
	if s.Place, err = m.place(r); err != nil {
		return s, 0, err
	}
	s.Attributes, leftOut, err = m.attributes(r, tree, s.Category)
	return s, leftOut, err
}

const longestExternal = 200 // characters; the key of an index

// external is the row's id at its source, without which the next import could not know the listing again.
func (m Mapping) external(r row) (string, error) {
	id, err := r.fill(m.External)
	if err != nil {
		return "", err
	}
	switch id = tidyLine(strings.ToValidUTF8(id, "�")); {
	case id == "":
		return "", value.Fieldf("external", "the row has no id")
	case utf8.RuneCountInString(id) > longestExternal:
		return "", value.Fieldf("external", "an id may have at most %d characters", longestExternal)
	}
	return id, nil
}

func (m Mapping) category(r row, tree *Tree) (value.ID, error) {
	path, err := r.lookUp(m.Category)
	if err != nil {
		return 0, err
	}
	category, ok := tree.Find(path)
	if !ok {
		return 0, value.Fieldf("category", "there is no category %q on this site; add it to the values of category in the mapping", value.Clip(path, 40))
	}
	return category.ID, nil
}

func (m Mapping) price(r row) (value.Money, error) {
	text, err := r.fill(m.Price)
	if err != nil || text == "" {
		return value.Money{}, err
	}
	return value.ParseMoney(text, m.Currency)
}

func (m Mapping) place(r row) (Place, error) {
	name, err := r.lookUp(m.Place)
	if err != nil {
		return Place{}, err
	}
	lat, err := r.lookUp(m.Lat)
	if err != nil {
		return Place{}, err
	}
	lon, err := r.lookUp(m.Lon)
	if err != nil || lat == "" && lon == "" {
		return Place{Name: name}, err
	}
	latitude, errLat := strconv.ParseFloat(lat, 64)
	longitude, errLon := strconv.ParseFloat(lon, 64)
	if errLat != nil || errLon != nil {
		return Place{}, value.Fieldf("place", "%s, %s are not degrees", value.Clip(lat, 40), value.Clip(lon, 40))
	}
	point, err := value.ParsePoint(latitude, longitude)
	return Place{Name: name, Point: point}, err
}

func (m Mapping) attributes(r row, tree *Tree, category value.ID) (Attributes, int, error) {
	given, leftOut := make(Attributes), 0
	for slug, mapped := range m.Attributes {
		text, err := r.lookUp(mapped)
		if err != nil {
			return nil, 0, err
		}
		if text = strings.TrimSpace(text); text != "" {
			given[slug] = text
		}
	}
	all := make(Attributes, len(given))
	for slug, text := range given {
		a, ok := tree.Attribute(category, slug)
		if ok && !a.Required {
			_, err := tree.parse(category, a, given)
			ok = err == nil
		}
		if !ok {
			leftOut++
			continue
		}
		all[slug] = text
	}
	return all, leftOut, nil
}

// shorten cuts a text at a word's end.
func shorten(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	cut := string(runes[:most-1])
	if space := strings.LastIndexByte(cut, ' '); space > most/2 {
		cut = cut[:space]
	}
	return cut + "…"
}
