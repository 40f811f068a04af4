package trade

import (
	"math"
	"slices"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// How a rating is computed. It is a mean that leans on a prior and forgets:
//
//	rating = (prior_weight·prior_mean + Σ wᵢ·starsᵢ) / (prior_weight + Σ wᵢ),  wᵢ = 2^(−ageᵢ / half-life)
//
// Leaning on a prior is what ranking lists of films and the beta reputation system do, so that two sham reviews do not
// beat fifty honest ones; forgetting by age is the latter's longevity factor (A. Jøsang and R. Ismail, The Beta Reputation
// System, 15th Bled Electronic Commerce Conference, 2002). The figures are ours: people who trade rate each other high, with
// means of 4.5 to 4.8 of 5 wherever both sides review (the J-shape: N. Hu, J. Zhang, P. A. Pavlou, Communications of the
// ACM 52(10), 2009), so the prior stands below that: a newcomer has to earn the last tenths, and is not marked down for
// being new. It weighs as much as the three counterparties from which on a rating is shown at all.
const (
	PriorMean   = 4.3
	PriorWeight = 3.0
	HalfLife    = 365 * 24 * time.Hour
	PairTime    = 90 * 24 * time.Hour // in which a pair counts once
	MinParties  = 3                   // different counterparties, before a rating is shown
)

// ratingEpoch is the moment in whose units decayed sums are stored: a review's share is fixed when it appears,
// 2^((published − epoch) / half-life), and all shares shrink together as time passes. So no sum changes by time alone.
var ratingEpoch = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)

func share(published time.Time) float64 {
	return math.Exp2(float64(published.Sub(ratingEpoch)) / float64(HalfLife))
}

// Rating is what the counted reviews about a seller, or about a buyer, come to.
type Rating struct {
	Subject   value.ID
	Stars     float64 // 1 to 5 with one decimal; 0 while it is not shown
	Shown     bool    // there are reviews of enough different people
	Reviews   int     // counted
	Parties   int     // different people among them
	Histogram [5]int  // counted reviews with one star, two, … five
}

// rate computes the mean at a moment from decayed sums.
func rate(stars, weight float64, now time.Time) float64 {
	faded := 1 / share(now)
	mean := (PriorWeight*PriorMean + stars*faded) / (PriorWeight + weight*faded)
	return math.Round(min(5, max(1, mean))*10) / 10
}

// Summary returns the rating of a seller, or of a buyer's account. Nobody's is an empty one, not an error.
func Summary(tx *db.Tx, subject value.ID) (Rating, error) {
	all, err := Summaries(tx, []value.ID{subject})
	if err != nil {
		return Rating{}, err
	}
	if r, ok := all[subject]; ok {
		return r, nil
	}
	return Rating{Subject: subject}, nil
}

// Summaries returns the ratings of those sellers, or buyers' accounts, that have any counted review, by one query.
func Summaries(tx *db.Tx, subjects []value.ID) (map[value.ID]Rating, error) {
	all := make(map[value.ID]Rating, len(subjects))
	if len(subjects) == 0 {
		return all, nil
	}
	marks, args := db.List(1, subjects)
	err := db.Each(tx, func(row db.Scanner) error {
		t, err := scanTally(row)
		all[t.subject] = t.rating(tx.Now())
		return err
	}, "select "+tallyColumns+" from trade_rating where subject in ("+marks+")", args...)
	return all, err
}

// tally is a row of trade_rating.
type tally struct {
	subject value.ID
	parties int64
	counts  [5]int64
	stars   float64
	weight  float64
}

func (t tally) rating(now time.Time) Rating {
	r := Rating{Subject: t.subject, Parties: int(t.parties)}
	for i, n := range t.counts {
		r.Histogram[i] = int(n)
		r.Reviews += int(n)
	}
	if r.Shown = r.Parties >= MinParties; r.Shown {
		r.Stars = rate(t.stars, t.weight, now)
	}
	return r
}

func (t *tally) add(b ballot, sign int64) {
	t.counts[b.stars-1] += sign
	t.stars += float64(sign) * float64(b.stars) * share(b.published)
	t.weight += float64(sign) * share(b.published)
}

// ballot is a review that has appeared, as far as counting goes.
type ballot struct {
	id        value.ID
	stars     int
	published time.Time
	fit       bool // may count: public, author not suspended, no link
	counted   bool
}

// choose says which of one pair's ballots count: the newest, and then each that is older than the last counted one by
// at least PairTime. The newest counts, so that a bad end of a good acquaintance is not lost.
func choose(pair []ballot) map[value.ID]bool {
	slices.SortFunc(pair, func(a, b ballot) int {
		if c := b.published.Compare(a.published); c != 0 {
			return c
		}
		return int(max(-1, min(1, b.id-a.id)))
	})
	chosen := make(map[value.ID]bool)
	var last time.Time
	for _, b := range pair {
		if b.fit && (last.IsZero() || !b.published.After(last.Add(-PairTime))) {
			chosen[b.id], last = true, b.published
		}
	}
	return chosen
}

// recount counts the reviews of one pair anew and brings the subject's rating up to date with what changed. It costs as
// much as the pair has reviews, however many the subject has.
func recount(tx *db.Tx, subject, pair value.ID) error {
	ballots, err := findBallots(tx, subject, pair)
	if err != nil {
		return err
	}
	t := tally{subject: subject}
	chosen, before, changed := choose(ballots), 0, false
	for _, b := range ballots {
		if b.counted {
			before++
		}
		if b.counted == chosen[b.id] {
			continue
		}
		changed = true
		if b.counted {
			t.add(b, -1)
		} else {
			t.add(b, 1)
		}
		if err := setCounted(tx, b.id, chosen[b.id]); err != nil {
			return err
		}
	}
	if !changed {
		return nil
	}
	t.parties = sign(len(chosen)) - sign(before)
	return addTally(tx, t)
}

// sign is 1 for a number above nought.
func sign(n int) int64 {
	if n > 0 {
		return 1
	}
	return 0
}
