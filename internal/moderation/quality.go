package moderation

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Sampling picks the decisions that somebody else makes a second time without knowing the first.
type Sampling struct {
	Percent float64 // of decided cases; 0 means 5, below 0 none
	Seed    []byte  // secret of the site: nobody can tell beforehand what is picked
}

const usualPercent = 5

// Picks reports whether a decision is sampled. The same seed always picks the same decisions.
func (s Sampling) Picks(decision value.ID) bool {
	percent := s.Percent
	if percent == 0 {
		percent = usualPercent
	}
	mac := hmac.New(sha256.New, s.Seed)
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], uint64(decision))
	mac.Write(id[:])
	return float64(binary.BigEndian.Uint64(mac.Sum(nil))>>11)/(1<<53)*100 < percent
}

// sample opens a case for the second look at a decision that was picked.
func (d *Desk) sample(tx *db.Tx, c Case, decision Decision) error {
	if c.Kind != ListingCase && c.Kind != TextCase || !d.Sampling.Picks(decision.ID) {
		return nil
	}
	_, err := OpenCase(tx, Case{Kind: SampleCase, Object: "decision", Record: decision.ID, Severity: Minor, Language: c.Language, Category: c.Category,
		Policy: c.Policy, Barred: decision.by})
	return err
}

// Judge stores a second, blind decision about what a sample is about. It has no effect on the record. Nobody judges their
// own decision; the table refuses it too.
func (d *Desk) Judge(ctx context.Context, actor value.Actor, sample value.ID, measure Measure, reason string) error {
	if err := onlyStaff(actor); err != nil {
		return err
	}
	if !slices.Contains(Measures, measure) {
		return value.Fieldf("outcome", "choose what you would have decided")
	}
	err := d.DB.Write(ctx, actor, "moderation.judge", func(tx *db.Tx) error {
		c, err := FindCase(tx, sample)
		if err != nil {
			return err
		}
		if c.Kind != SampleCase {
			return value.Errorf(value.Conflict, "this case is no sample")
		}
		if err := d.take(tx, &c); err != nil {
			return err
		}
		first, err := FindDecision(tx, c.Record)
		if err != nil {
			return err
		}
		err = tx.Insert("second_look", []string{"decision", "first", "second", "policy", "measure", "other", "reason", "made_us"}, [][]any{
			{int64(first.ID), int64(accountOf(first.Actor)), int64(actor.ID), c.Policy, string(first.Measure), string(measure), value.Clip(tidy(reason), longestReason), value.Micros(tx.Now())}})
		if err != nil {
			return err
		}
		return settle(tx, c, 0, actor.ID)
	})
	if err != nil {
		return fmt.Errorf("moderation.Judge(%s): %w", sample, err)
	}
	return nil
}

// Pair is what two people decided about the same, independently.
type Pair struct{ First, Second Measure }

// Agreement is how well people agree: the share of equal decisions, and Cohen's kappa, which takes out what chance alone
// would give (1: always, 0: as by chance). Without any spread in the decisions kappa says nothing and is 1 when all agree.
type Agreement struct {
	Policy string // empty: over all
	Pairs  int
	Raw    float64
	Kappa  float64
}

// Agree computes the agreement of pairs.
func Agree(pairs []Pair) Agreement {
	a := Agreement{Pairs: len(pairs)}
	if len(pairs) == 0 {
		return a
	}
	first, second := map[Measure]float64{}, map[Measure]float64{}
	share := 1 / float64(len(pairs))
	for _, p := range pairs {
		first[p.First] += share
		second[p.Second] += share
		if p.First == p.Second {
			a.Raw += share
		}
	}
	chance := 0.0
	for measure, is := range first {
		chance += is * second[measure]
	}
	if chance > 1-1e-9 {
		a.Raw, a.Kappa = 1, 1
		return a
	}
	a.Kappa = (a.Raw - chance) / (1 - chance)
	return a
}

// Disagreement is a sample in which two people decided differently.
type Disagreement struct {
	Decision      value.ID
	First, Second value.ID // accounts
	Pair          Pair
	Policy        string
	Reason        string
	Made          time.Time
}

const mostPairs = 5000

// Quality returns the agreement over all and per policy since a moment, and the newest disagreements.
func Quality(tx *db.Tx, since time.Time) (all Agreement, by []Agreement, apart []Disagreement, err error) {
	made, err := db.All(tx, func(row db.Scanner) (d Disagreement, err error) {
		var made_us int64
		err = row.Scan(&d.Decision, &d.First, &d.Second, &d.Policy, &d.Pair.First, &d.Pair.Second, &d.Reason, &made_us)
		d.Made = moment(made_us)
		return d, err
	}, "select decision, first, second, policy, measure, other, reason, made_us from second_look where made_us >= $1 order by made_us desc limit $2",
		value.Micros(since), mostPairs)
	if err != nil {
		return all, nil, nil, err
	}
	pairs := map[string][]Pair{}
	var every []Pair
	for _, d := range made {
		every = append(every, d.Pair)
		pairs[d.Policy] = append(pairs[d.Policy], d.Pair)
		if d.Pair.First != d.Pair.Second {
			apart = append(apart, d)
		}
	}
	for policy, some := range pairs {
		a := Agree(some)
		a.Policy = policy
		by = append(by, a)
	}
	slices.SortFunc(by, func(a, b Agreement) int { return b.Pairs - a.Pairs })
	return Agree(every), by, apart, nil
}
