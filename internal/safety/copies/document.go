package copies

import (
	"slices"
	"strings"
	"time"

	"fairground/internal/media/part"
	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

// document is what the index keeps of a Doc: its words as numbers, never its text.
type document struct {
	id, account value.ID
	place       string
	at, since   int64    // microseconds of Unix time; noTime: not known
	words       []uint32 // with a number below slotKinds for each slot
	fills       []string // what stood in the slots, in order
	entities    []entity
	images      []pdq.Hash
	parts       [][]part.Part
	sketch      sketch
	sketched    bool
	rare        uint16  // sampled phrases that were not common when it came
	bits        float32 // what all its words say
	cluster     *cluster
}

// entity is something by which documents are tied whatever they say.
type entity struct {
	kind  entityKind
	value string
}

type entityKind byte

const (
	entityPhone entityKind = iota + 1
	entityMail
	entityHandle
	entityLink
	entityAccount
	entityKinds
)

// ties says how an entity is called and how much it ties two documents to each other.
var ties = [entityKinds]struct {
	reason string
	weight float64
}{
	entityPhone: {"phone", .9}, entityMail: {"mail", .9}, entityHandle: {"handle", .8}, entityLink: {"link", .25}, entityAccount: {"account", .6},
}

// comparedDigits is how many of the last digits of a telephone number are compared, so that the national and the
// international form of a number are the same.
const comparedDigits = 9

func (e entity) key() uint64 {
	h := uint64(e.kind) * 0x9e3779b97f4a7c15
	text := e.value
	if e.kind == entityPhone {
		text = lastDigits(text)
	}
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 0x100000001b3
	}
	return mix(h)
}

func (e entity) same(other entity) bool {
	if e.kind != other.kind {
		return false
	}
	return e.value == other.value || e.kind == entityPhone && lastDigits(e.value) == lastDigits(other.value)
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

func lastDigits(text string) string {
	digits := digitsOf(text)
	return digits[max(0, len(digits)-comparedDigits):]
}

const noTime = -1 << 63

func micros(at time.Time) int64 {
	if at.IsZero() {
		return noTime
	}
	return at.UnixMicro()
}

func timeOf(micros int64) time.Time {
	if micros == noTime {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// entitiesOf gathers what ties a document, each once.
func (x *Index) entitiesOf(d *Doc, cuts []cut) []entity {
	var all []entity
	add := func(kind entityKind, text string) {
		e := entity{kind, strings.ToLower(strings.TrimSpace(text))}
		if e.value == "" || kind == entityPhone && len(digitsOf(e.value)) < 7 || x.ignored(e) {
			return
		}
		for _, had := range all {
			if had.same(e) {
				return
			}
		}
		all = append(all, e)
	}
	for _, phone := range d.Phones {
		add(entityPhone, phone)
	}
	for _, mail := range d.Mails {
		add(entityMail, mail)
	}
	for _, c := range cuts[:min(len(cuts), mostEntities)] {
		if kind := entityOf[c.kind]; kind != 0 {
			add(kind, c.text)
		}
	}
	if d.Account != 0 {
		add(entityAccount, d.Account.String())
	}
	return all
}

// saysTheSame says whether nothing differs by which documents are tied.
func (d *document) saysTheSame(other *document) bool {
	if d.account != other.account || len(d.entities) != len(other.entities) {
		return false
	}
	for _, e := range d.entities {
		if !slices.Contains(other.entities, e) {
			return false
		}
	}
	return slices.Equal(d.words, other.words) && slices.Equal(d.fills, other.fills) && slices.Equal(d.images, other.images) && slices.EqualFunc(d.parts, other.parts, slices.Equal)
}

// mostEntities bounds what of one text is looked up.
const mostEntities = 40

var entityOf = [slotKinds]entityKind{slotPhone: entityPhone, slotMail: entityMail, slotLink: entityLink, slotHandle: entityHandle}

func (x *Index) ignored(e entity) bool {
	for _, other := range x.ignore {
		if e.value == other || e.kind == entityPhone && lastDigits(other) == lastDigits(e.value) && lastDigits(other) != "" {
			return true
		}
	}
	return false
}

func (d *document) phones() []string {
	var all []string
	for _, e := range d.entities {
		if e.kind == entityPhone {
			all = append(all, e.value)
		}
	}
	return all
}
