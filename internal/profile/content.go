package profile

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
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
	w := hashWriter{sha256.New()}
	w.texts("fairground/profile/1", c.Name, c.About, c.Town)
	w.number(int64(len(c.Languages)))
	for _, language := range c.Languages {
		w.texts(string(language))
	}
	w.texts(c.Photo.Sha256, c.Photo.Colour)
	w.number(int64(c.Photo.Width)<<32 | int64(c.Photo.Height))
	w.texts(c.Street, c.Postcode, c.Website, string(c.Phone), c.Imprint)
	if c.ShowPhone {
		w.number(1)
	} else {
		w.number(0)
	}
	c.Hours.write(w)
	return safety.ContentHash(w.hash.Sum(nil))
}

// write adds the hours to a hash.
func (h Hours) write(w hashWriter) {
	for _, day := range h.Week {
		w.number(int64(len(day)))
		for _, span := range day {
			w.number(int64(span.From)<<32 | int64(span.To))
		}
	}
	w.number(int64(len(h.Closed)))
	for _, c := range h.Closed {
		w.texts(c.From, c.To, c.Note)
	}
}

type hashWriter struct{ hash hash.Hash }

func (w hashWriter) number(n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	w.hash.Write(b[:])
}

func (w hashWriter) texts(all ...string) {
	for _, s := range all {
		w.number(int64(len(s)))
		w.hash.Write([]byte(s))
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
