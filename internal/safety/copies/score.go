package copies

import "time"

const day_us = int64(24 * time.Hour / time.Microsecond)

// several rises from 0 for one towards 1; it is a half at half more than one.
func several(n, half int) float64 {
	if n <= 1 {
		return 0
	}
	return float64(n-1) / float64(n-1+half)
}

// busiest is the most listings in any stretch of so long.
func busiest(times []int64, long int64) int {
	most, from := 0, 0
	for i, at := range times {
		for at-times[from] > long {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

const newAge_us = 7 * day_us

// score weighs the parts. One account alone, however much it offers, stays at .1 at most: a dealer is not a network.
func (a Activity) score() float64 {
	alone := .1 * a.Velocity
	tied := .3*max(a.Shared, a.Copied) + .15*min(a.Shared, a.Copied) + .15*a.Places + .2*a.Velocity + .2*a.New
	return min(1, max(alone, a.Accounts*(.25+.75*tied)*1.4))
}

// leastTemplate is the share of their texts that a template of one author covers. Sentences that a whole trade writes tie
// listings pairwise, and what is left that all of them say covers less.
const leastTemplate = .25

// covered says how much of the texts their template covers, and weighs what the texts have in common by it.
func (s *Summary) covered(coverage float64) {
	s.Coverage = coverage
	s.Activity.Copied *= min(1, coverage/leastTemplate)
	s.Score = s.Activity.score()
}
