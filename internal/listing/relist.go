package listing

import (
	"context"
	"hash/fnv"
	"math/bits"
	"strings"
	"time"
	"unicode"

	"fairground/internal/db"
	"fairground/internal/value"
)

const (
	relistWindow    = 60 * 24 * time.Hour // since the earlier listing last changed
	mostCompared    = 500                 // listings of one seller
	nearBits        = 5                   // of the 32 of each half that may differ
	digitWeight     = 3                   // of a piece with a digit in it: another model number is another thing
	fingerprintHalf = 32
)

// fingerprint tells near-identical texts: those that differ in a few letters, marks or blanks have fingerprints that
// differ in a few bits. The upper half is of the title, the lower of the body.
func fingerprint(title, body string) int64 {
	return int64(uint64(simHash(pieces(title)))<<fingerprintHalf | uint64(simHash(pairs(body))))
}

// near reports whether title and body are almost the same.
func near(a, b int64) bool {
	differ := uint64(a ^ b)
	return bits.OnesCount32(uint32(differ>>fingerprintHalf)) <= nearBits && bits.OnesCount32(uint32(differ)) <= nearBits
}

// simHash sums the bits of the hashes of all features and keeps the sign of each sum.
func simHash(features []string) uint32 {
	var sums [fingerprintHalf]int
	for _, feature := range features {
		h := fnv.New64a()
		h.Write([]byte(feature))
		sum, weight := uint32(h.Sum64()*0x9e3779b97f4a7c15>>fingerprintHalf), 1
		if strings.ContainsFunc(feature, unicode.IsDigit) {
			weight = digitWeight
		}
		for i := range sums {
			if sum>>i&1 == 1 {
				sums[i] += weight
			} else {
				sums[i] -= weight
			}
		}
	}
	var hash uint32
	for i, sum := range sums {
		if sum > 0 {
			hash |= 1 << i
		}
	}
	return hash
}

// words cuts a text into its words, in lower case, without what is neither letter nor digit.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// pieces are the runs of three characters of a short text, blanks left out.
func pieces(text string) []string {
	runes := []rune(strings.Join(words(text), ""))
	if len(runes) < 3 {
		return []string{string(runes)}
	}
	all := make([]string, 0, len(runes))
	for i := range len(runes) - 2 {
		all = append(all, string(runes[i:i+3]))
	}
	return all
}

// pairs are the words of a text, and each with the one after it.
func pairs(text string) []string {
	found := words(text)
	all := make([]string, 0, 2*len(found))
	for i, word := range found {
		all = append(all, word)
		if i > 0 {
			all = append(all, found[i-1]+" "+word)
		}
	}
	return all
}

// Earlier is a listing of the same seller that says almost the same.
type Earlier struct {
	ID        value.ID
	Status    Status
	Published time.Time // zero when it was never live
	refused   bool      // by screening or by staff; or restricted
}

// MayRenew reports whether renewing the earlier listing is the better way than posting it again.
func (e Earlier) MayRenew() bool { return e.Status.ended() || e.Status == Live }

// FindEarlier returns the listing that a content of a seller repeats, or an error of kind NotFound. A form asks it to
// offer renewing instead. It looks at what the seller ended within 60 days, of a private person also at what is still
// on the market, and compares at most the 500 newest.
func FindEarlier(tx *db.Tx, seller Seller, title, body string) (Earlier, error) {
	return findEarlier(tx, seller, fingerprint(tidyLine(title), tidyText(body)))
}

func findEarlier(tx *db.Tx, seller Seller, print int64) (Earlier, error) {
	statuses := "'paused', 'sold', 'expired', 'removed', 'rejected'"
	if seller.Kind == Private {
		statuses += ", 'live', 'held', 'challenged'"
	}
	found := Earlier{}
	err := db.Each(tx, func(row db.Scanner) error {
		var e Earlier
		var endedBy value.ActorKind
		var other int64
		var published_us *int64
		if err := row.Scan(&e.ID, &e.Status, &endedBy, &other, &published_us, &e.refused); err != nil {
			return err
		}
		if found.ID == 0 && near(print, other) {
			found = e
			found.Published = db.TimeOf(published_us)
			found.refused = e.refused || e.Status == Rejected || e.Status == Removed && endedBy == value.Staff
		}
		return nil
	}, `select id, status, ended_by, fingerprint, published_us, watched or refused <> '' or restricted_us is not null from listing
		where seller = $1 and updated_us >= $2 and fingerprint is not null and status in (`+statuses+`)
		order by created_us desc limit $3`, int64(seller.ID), value.Micros(tx.Now().Add(-relistWindow)), mostCompared)
	if err == nil && found.ID == 0 {
		err = value.Errorf(value.NotFound, "no listing of this seller says the same")
	}
	return found, err
}

// recognise marks a new listing that repeats an earlier one of its seller. It keeps the earlier one's time of
// publication, so that deleting and posting again does not win a place among the newest; and when the earlier one was
// refused, a person looks at this one first. It reads before the write: inside one, PostgreSQL would have submissions of
// different sellers collide.
func (d *Desk) recognise(ctx context.Context, l *Listing) error {
	var earlier Earlier
	err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		earlier, err = findEarlier(tx, l.Seller, l.fingerprint)
		return err
	})
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	if err == nil {
		l.repeat(earlier)
	}
	return err
}

func (l *Listing) repeat(earlier Earlier) {
	l.RelistedOf = earlier.ID
	if !earlier.Published.IsZero() && (l.Published.IsZero() || earlier.Published.Before(l.Published)) {
		l.Published = earlier.Published
	}
	if !earlier.refused {
		return
	}
	l.watched = true
	if l.Status == Live || l.Status == Paused {
		l.uncover()
		l.Status = Held
	}
}
