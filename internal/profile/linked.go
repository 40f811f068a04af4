package profile

import (
	"time"
)

// LocalBusiness is a shop in the vocabulary of schema.org, ready to be written as JSON-LD.
type LocalBusiness struct {
	Type        string         `json:"@type"`
	Name        string         `json:"name"`
	URL         string         `json:"url,omitempty"`
	Description string         `json:"description,omitempty"`
	Image       string         `json:"image,omitempty"`
	Telephone   string         `json:"telephone,omitempty"`
	SameAs      string         `json:"sameAs,omitempty"` // the shop's own website
	Languages   []string       `json:"knowsLanguage,omitempty"`
	Address     *PostalAddress `json:"address,omitempty"`
	Hours       []OpenHours    `json:"openingHoursSpecification,omitempty"`
	Closed      []OpenHours    `json:"specialOpeningHoursSpecification,omitempty"`
}

// PostalAddress is where a shop is.
type PostalAddress struct {
	Type     string `json:"@type"`
	Street   string `json:"streetAddress,omitempty"`
	Postcode string `json:"postalCode,omitempty"`
	Town     string `json:"addressLocality,omitempty"`
	Country  string `json:"addressCountry,omitempty"`
}

// OpenHours is a stretch of a day of the week, or of days on which a shop is closed.
type OpenHours struct {
	Type    string `json:"@type"`
	Day     string `json:"dayOfWeek,omitempty"`
	Opens   string `json:"opens"`
	Closes  string `json:"closes"`
	From    string `json:"validFrom,omitempty"`
	Through string `json:"validThrough,omitempty"`
}

const (
	longestDescription = 5000 // bytes, as an about text never reaches
	hoursType          = "OpeningHoursSpecification"
)

// Linked describes a shop for machines, from what is cleared. page is the full address of its page, origin that of the
// site, country its two letters. ok is false for a private person and for a shop without a profile: of them machines
// learn nothing.
func (s Shown) Linked(page, origin, country string) (b LocalBusiness, ok bool) {
	if !s.Business || !s.HasProfile {
		return LocalBusiness{}, false
	}
	b = LocalBusiness{Type: "LocalBusiness", Name: s.DisplayName(), URL: page, Telephone: string(s.Phone), SameAs: s.Website}
	if len(s.About) <= longestDescription {
		b.Description = s.About
	}
	if picture := s.picture(); picture.Src != "" {
		b.Image = origin + picture.Src
	}
	for _, l := range s.Languages {
		b.Languages = append(b.Languages, string(l))
	}
	if s.Street != "" || s.Content.Town != "" {
		b.Address = &PostalAddress{Type: "PostalAddress", Street: s.Street, Postcode: s.Postcode, Town: s.Content.Town, Country: country}
	}
	b.Hours, b.Closed = s.Hours.linked()
	return b, true
}

func (h Hours) linked() (open, closed []OpenHours) {
	for i := range h.Week {
		day := time.Weekday((i + 1) % 7) // Monday first
		for _, span := range h.Week[day] {
			open = append(open, OpenHours{Type: hoursType, Day: "https://schema.org/" + day.String(), Opens: clock(span.From), Closes: closing(span.To)})
		}
	}
	for _, c := range h.Closed {
		closed = append(closed, OpenHours{Type: hoursType, Opens: "00:00", Closes: "00:00", From: c.From, Through: c.To})
	}
	return open, closed
}

// closing writes an end of a stretch; the vocabulary knows no 24:00.
func closing(minute int) string {
	if minute == dayMinutes {
		return "23:59"
	}
	return clock(minute)
}
