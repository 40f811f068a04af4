package profile

import (
	"fmt"
	"slices"
	"strings"

	"fairground/internal/safety"
	"fairground/internal/value"
)

// Content is what somebody says about themselves or their shop: everything that screening looks at and a clearance
// covers. The fields after Photo are a shop's.
type Content struct {
	Name      string         `json:"name"`
	About     string         `json:"about,omitempty"`
	Languages []value.Locale `json:"languages,omitempty"` // spoken, the best first
	Town      string         `json:"town,omitempty"`
	Photo     Photo          `json:"photo,omitzero"`

	Street    string      `json:"street,omitempty"` // with the number
	Postcode  string      `json:"postcode,omitempty"`
	Hours     Hours       `json:"hours,omitzero"`
	Website   string      `json:"website,omitempty"` // http or https
	Phone     value.Phone `json:"phone,omitempty"`
	ShowPhone bool        `json:"show_phone,omitempty"` // otherwise the number is for the staff of the site only
	Imprint   string      `json:"imprint,omitempty"`    // who answers for the shop
}

// Photo refers to a stored photo (package media).
type Photo struct {
	Sha256 string `json:"sha256"` // of the original bytes, hex
	Width  int    `json:"width"`  // pixels
	Height int    `json:"height"`
	Colour string `json:"colour"` // shown until the photo is there, #rrggbb
}

// IsZero reports whether there is no photo.
func (p Photo) IsZero() bool { return p == Photo{} }

// HasAddress reports whether people can come by.
func (c Content) HasAddress() bool { return c.Street != "" }

// Hash identifies the content: two contents have the same hash only if nothing a reader or a rule could see differs.
// Every field is written with its length, so that no text can imitate a border between fields.
func (c Content) Hash() safety.ContentHash {
	w := safety.NewContent("fairground/profile/1")
	w.Text(c.Name, c.About, c.Town)
	w.Number(int64(len(c.Languages)))
	for _, language := range c.Languages {
		w.Text(string(language))
	}
	w.Text(c.Photo.Sha256, c.Photo.Colour)
	w.Number(int64(c.Photo.Width)<<32 | int64(c.Photo.Height))
	w.Text(c.Street, c.Postcode, c.Website, string(c.Phone), c.Imprint)
	if c.ShowPhone {
		w.Number(1)
	} else {
		w.Number(0)
	}
	c.Hours.write(w)
	return w.Hash()
}

// write adds the hours to a hash.
func (h Hours) write(w safety.ContentWriter) {
	for _, day := range h.Week {
		w.Number(int64(len(day)))
		for _, span := range day {
			w.Number(int64(span.From)<<32 | int64(span.To))
		}
	}
	w.Number(int64(len(h.Closed)))
	for _, c := range h.Closed {
		w.Text(c.From, c.To, c.Note)
	}
}

// texts are all texts the public sees beside name and about, by what they are.
func (c Content) texts() map[string]string {
	all := map[string]string{"town": c.Town, "street": c.Street, "postcode": c.Postcode, "website": c.Website, "imprint": c.Imprint}
	if c.ShowPhone {
		all["phone"] = string(c.Phone)
	}
	for i, closed := range c.Hours.Closed {
		all[fmt.Sprintf("closed.%d", i+1)] = closed.Note
	}
	for name, text := range all {
		if strings.TrimSpace(text) == "" {
			delete(all, name)
		}
	}
	return all
}

// Said is everything else that readers would see beside the name, each on its own: for somebody who decides about it.
func (c Content) Said() []string {
	c = c.public()
	languages := make([]string, len(c.Languages))
	for i, language := range c.Languages {
		languages[i] = string(language)
	}
	all := []string{c.About, strings.Join(languages, ", "), c.Street, strings.TrimSpace(c.Postcode + " " + c.Town), string(c.Phone), c.Website, c.Imprint}
	for _, closed := range c.Hours.Closed {
		all = append(all, closed.Note)
	}
	return slices.DeleteFunc(all, func(s string) bool { return strings.TrimSpace(s) == "" })
}

// public is the content without what its author keeps to themselves.
func (c Content) public() Content {
	if !c.ShowPhone {
		c.Phone = ""
	}
	return c
}
