package safety

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
	"strings"
	"sync"
)

// The entities that rules count by, and that labels are attached to.
const (
	EntityAuthor = "author"
	EntityPhone  = "phone"
	EntityMail   = "mail"
	EntityLink   = "link"
	EntityHandle = "handle"
	EntityPhoto  = "photo"
	EntityPlace  = "place"
)

// fieldRecord is what distinct may count besides entities.
const fieldRecord = "record"

var entities = []string{EntityAuthor, EntityPhone, EntityMail, EntityLink, EntityHandle, EntityPhoto, EntityPlace}

// Entities are all of them, in the order in which sightings store them.
func Entities() []string { return slices.Clone(entities) }

// Fields are what distinct can count: every entity, and records.
func Fields() []string { return append(Entities(), fieldRecord) }

// mostKeys bounds how many keys of one entity a subject is counted under.
const mostKeys = 20

// keyer turns values of entities into keys: HMAC-SHA-256 under the site's key, so that whoever reads the table learns no
// telephone number from it, and cannot compare two sites.
type keyer struct{ pool sync.Pool }

const keyPurpose = "fairground entity 1\x00"

func newKeyer(key []byte) *keyer {
	key = slices.Clone(key)
	return &keyer{pool: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

func (k *keyer) key(entity, text string) string {
	if entity == EntityAuthor { // an id says nothing about a person
		return text
	}
	mac := k.pool.Get().(hash.Hash)
	defer k.pool.Put(mac)
	mac.Reset()
	mac.Write([]byte(keyPurpose + entity + "\x00" + foldValue(text)))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// foldValue is a value as it is compared: without case and blanks at its ends.
func foldValue(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

// Key is how sightings and labels know a value of an entity: a telephone number in E.164, a mail address, a host, a handle,
// the SHA-256 of a photo, the name of a place. An author's key is the id in digits.
func (g *Gate) Key(entity, text string) string { return g.keys.key(entity, text) }

// Keys are the keys of one entity that a subject has, given the slots that were found in it. There may be none.
func (g *Gate) Keys(s *Subject, found *Slots, entity string) []string {
	var keys []string
	for _, text := range entityValues(s, found, entity) {
		if key := g.keys.key(entity, text); len(keys) < mostKeys && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// entityValues are the plain values of one entity in a subject.
func entityValues(s *Subject, found *Slots, entity string) (all []string) {
	switch entity {
	case EntityAuthor:
		if s.Author.ID != 0 {
			all = append(all, s.Author.ID.String())
		}
	case EntityPhone:
		for _, p := range found.Phones {
			all = append(all, p.text())
		}
	case EntityMail:
		for _, m := range found.Mails {
			all = append(all, m.Address)
		}
	case EntityLink:
		for _, l := range found.Links {
			all = append(all, strings.TrimPrefix(l.Host, "www."))
		}
	case EntityHandle:
		for _, h := range found.Handles {
			all = append(all, h.Name)
		}
	case EntityPhoto:
		for _, i := range s.Images {
			if i.Sha256 != "" {
				all = append(all, i.Sha256)
			}
		}
	case EntityPlace:
		if place := Normalise(s.Place).String(); place != "" {
			all = append(all, place)
		}
	}
	return all
}
