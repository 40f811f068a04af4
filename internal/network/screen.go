package network

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/media/pdq"
	"fairground/internal/safety"
	"fairground/internal/safety/copies"
	"fairground/internal/value"
)

// askTime is how long the database may take while the index is being made.
const askTime = 5 * time.Millisecond

// leastQuality is that of a photo's hash which is compared.
const leastQuality = 50

// Cluster puts a listing that is being screened into the index and returns the cluster it is in, the zero one when it stands alone or is no
// listing. A subject without a record leaves no trace.
func (d *Desk) Cluster(ctx context.Context, s *safety.Subject, found *safety.Slots) (safety.Cluster, error) {
	if err := ctx.Err(); err != nil {
		return safety.Cluster{}, err
	}
	if s.Object != listingObject {
		return safety.Cluster{}, nil
	}
	doc := d.docOf(s, found)
	d.mu.Lock()
	index, ready := d.index, d.phase == Ready
	if s.Record != 0 {
		d.pending[s.Record] = arrival{doc.At, doc}
	}
	d.mu.Unlock()
	c := d.join(index, doc)
	if ready {
		return c, nil
	}
	return d.stored(ctx, doc, found, c), nil
}

// join puts a document into the index, unless it has no record, and returns the cluster it is in.
func (d *Desk) join(index *copies.Index, doc copies.Doc) safety.Cluster {
	if doc.ID == 0 {
		whole, is := index.Joined(doc)
		if !is {
			return safety.Cluster{}
		}
		c := shortly(whole.Summary)
		c.Size = max(c.Size, 2)
		return d.forgiven(whole, c)
	}
	index.Add(doc)
	summary, is := index.Summary(doc.ID)
	if !is {
		return safety.Cluster{}
	}
	if !d.mayBeForgiven(index, summary.ID) {
		return shortly(summary)
	}
	whole, _ := index.Cluster(summary.ID)
	return d.forgiven(whole, shortly(summary))
}

// shortly is a cluster as rules see it.
func shortly(s copies.Summary) safety.Cluster {
	return safety.Cluster{ID: s.ID, Size: s.Size, Accounts: s.Accounts, Phones: s.Phones, Places: s.Places, Coverage: s.Coverage, Score: s.Score}
}

// mayBeForgiven says whether an account of a cluster was forgiven anything. Most never were, and then nobody has to look at
// thousands of members one by one while a listing waits.
func (d *Desk) mayBeForgiven(index *copies.Index, cluster value.ID) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if len(d.pardons) == 0 {
		return false
	}
	return slices.ContainsFunc(index.Accounts(cluster), func(account value.ID) bool { return len(d.pardons[account]) > 0 })
}

func (d *Desk) docOf(s *safety.Subject, found *safety.Slots) copies.Doc {
	doc := copies.Doc{ID: s.Record, Text: textOf(s.Title, s.Body), Place: s.Place, At: d.now()}
	if s.Author.Kind == value.Member {
		doc.Account = s.Author.ID
		doc.Since = doc.At.Add(-time.Duration(s.Author.Age_days) * 24 * time.Hour)
	}
	if found != nil {
		for _, p := range found.Phones {
			doc.Phones = append(doc.Phones, phoneOf(p))
		}
		for _, m := range found.Mails {
			doc.Mails = append(doc.Mails, m.Address)
		}
	}
	doc.Images = hashes(s.Images)
	for _, i := range s.Images {
		doc.Parts = append(doc.Parts, i.Parts)
	}
	return doc
}

func phoneOf(p safety.Phone) string {
	if p.Number != "" {
		return string(p.Number)
	}
	return p.Digits
}

func hashes(images []safety.Image) []pdq.Hash {
	var all []pdq.Hash
	for _, i := range images {
		if i.Quality >= leastQuality {
			all = append(all, i.PDQ)
		}
	}
	return all
}

// stored answers from the networks in the database that share something with a document, if one is larger than what memory knows. It gives
// up quickly: then what memory knows is the answer.
func (d *Desk) stored(ctx context.Context, doc copies.Doc, found *safety.Slots, known safety.Cluster) safety.Cluster {
	entities := d.entitiesOf(doc, found)
	if len(entities) == 0 {
		return known
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	var n Network
	err := d.config.DB.Read(ctx, func(tx *db.Tx) (err error) {
		n, err = findByEntities(tx, entities)
		return err
	})
	if err != nil || n.Listings+1 <= known.Size {
		return known
	}
	return safety.Cluster{ID: n.ID, Size: n.Listings + 1, Accounts: n.Accounts, Phones: n.Phones, Places: n.Places,
		Coverage: n.Coverage, Score: n.Score}
}

func (d *Desk) entitiesOf(doc copies.Doc, found *safety.Slots) []string {
	var all []string
	for _, p := range doc.Phones {
		all = append(all, d.entity("phone", p))
	}
	for _, m := range doc.Mails {
		all = append(all, d.entity("mail", m))
	}
	if found != nil {
		for _, l := range found.Links {
			all = append(all, d.entity("link", l.Host))
		}
		for _, h := range found.Handles {
			all = append(all, d.entity("handle", h.Name))
		}
	}
	return all
}

// entity is the hash of something that ties listings, so that the table tells nobody's number.
func (d *Desk) entity(reason, shared string) string {
	if reason == "phone" {
		shared = lastDigits(shared)
	}
	mac := hmac.New(sha256.New, d.config.Key)
	fmt.Fprintf(mac, "network/%s/%s", reason, strings.ToLower(shared))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// lastDigits is what national and international forms of a number have in common.
func lastDigits(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	return digits[max(0, len(digits)-8):]
}

// masked shows enough of what ties listings to tell two apart (promise 8).
func masked(reason, shared string) string {
	switch reason {
	case "phone":
		digits := lastDigits(shared)
		return "··" + digits[max(0, len(digits)-2):]
	case "mail", "handle":
		name, rest, _ := strings.Cut(shared, "@")
		first, _ := utf8.DecodeRuneInString(name + rest)
		return string(first) + "···"
	default:
		return shared
	}
}
