package bank

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"fairground/internal/media/pdq"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Near is one entry near to a photo.
type Near struct {
	Bank     Bank
	PDQ      *pdq.Hash // of the entry; nil when the SHA-256 is the same
	Distance int       // bits
	Form     int       // 1: as it is; 2 to 8: turned or mirrored, as EXIF numbers it; 0: the same file
}

// Match reports whether a photo is in a bank, and the least distance. An empty name means every bank that restricts. Hashes are
// compared at pdq.Near, and only those of quality pdq.Enough; SHA-256s always. An unknown name is an error, as is a bank that cannot be
// read, so that the rule that asks holds.
func (d *Desk) Match(ctx context.Context, bank string, images []safety.Image) (distance int, matched bool, err error) {
	if bank != "" {
		if _, err := Parse(bank); err != nil {
			return 0, false, fmt.Errorf("bank.Match(%q): %w", bank, err)
		}
	}
	x, err := d.ready(ctx)
	if err != nil {
		return 0, false, fmt.Errorf("bank.Match(%q): %w", bank, err)
	}
	for _, image := range images {
		if err := ctx.Err(); err != nil {
			return 0, false, err
		}
		for _, n := range x.matches(image) {
			if bank == "" && !n.Bank.Restricts() || bank != "" && string(n.Bank) != bank {
				continue
			}
			if !matched || n.Distance < distance {
				distance, matched = n.Distance, true
			}
		}
	}
	return distance, matched, nil
}

// matches are the entries a photo counts as a copy of, the nearest first. What is in the stock bank is not
// prohibited or removed as well, unless it is nearer to those.
func (x *index) matches(image safety.Image) []Near {
	all := x.near(image, pdq.Near)
	harmless := -1
	for _, n := range all {
		if n.Bank == Stock {
			harmless = n.Distance
			break
		}
	}
	if harmless < 0 {
		return all
	}
	return slices.DeleteFunc(all, func(n Near) bool {
		return (n.Bank == Prohibited || n.Bank == Removed) && n.Distance >= harmless
	})
}

// near are the entries within a distance, the nearest first, each only in its nearest form.
func (x *index) near(image safety.Image, most int) []Near {
	var all []Near
	for number, in := range x.exact(sumOf(image.Sha256)) {
		if in && image.Sha256 != "" {
			all = append(all, Near{Bank: Banks()[number]})
		}
	}
	if image.Quality < pdq.Enough || generic(image.PDQ) {
		return all
	}
	x.scan(image.PDQ, most, func(f found) {
		all = append(all, Near{Bank: Banks()[f.bank], PDQ: &f.hash, Distance: f.distance, Form: f.form})
	})
	slices.SortStableFunc(all, func(a, b Near) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Bank.number(), b.Bank.number()), cmp.Compare(a.Form, b.Form))
	})
	return onceEach(all)
}

func onceEach(all []Near) []Near {
	type entry struct {
		bank Bank
		hash pdq.Hash
	}
	seen := map[entry]bool{}
	return slices.DeleteFunc(all, func(n Near) bool {
		if n.PDQ == nil {
			return false
		}
		key := entry{n.Bank, *n.PDQ}
		if seen[key] {
			return true
		}
		seen[key] = true
		return false
	})
}

// LookUp returns up to limit entries within most bits of a photo, the nearest first, whatever its quality.
func (d *Desk) LookUp(ctx context.Context, image safety.Image, most, limit int) ([]Near, error) {
	x, err := d.ready(ctx)
	if err != nil {
		return nil, fmt.Errorf("bank.LookUp: %w", err)
	}
	if image.Quality != pdq.Unhashed {
		image.Quality = max(image.Quality, pdq.Enough)
	}
	all := x.near(image, most)
	return all[:min(limit, len(all))], nil
}

// Size is how much of the memory that is allowed the banks take, in bytes.
func (d *Desk) Size(ctx context.Context) (bytes, most int64, err error) {
	x, err := d.ready(ctx)
	if value.KindOf(err) == value.Unavailable {
		return d.config.Most_bytes, d.config.Most_bytes, err
	}
	if err != nil {
		return 0, 0, err
	}
	return x.bytes(), d.config.Most_bytes, nil
}
