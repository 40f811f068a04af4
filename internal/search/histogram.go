package search

import (
	"math"
	"slices"
)

const mostBuckets = 24

// buckets sorts numbers into at most mostBuckets of equal, round width. The last bucket takes what lies beyond the
// 98th percentile, so that a few absurd numbers do not squeeze all others into one.
func buckets(numbers []float64) []Bucket {
	if len(numbers) == 0 {
		return nil
	}
	slices.Sort(numbers)
	least, greatest := numbers[0], numbers[len(numbers)-1]
	usual := numbers[len(numbers)*98/100]
	step := roundStep((usual - least) / (mostBuckets - 1))
	start := math.Floor(least/step) * step
	count := int((usual-start)/step) + 1
	all := make([]Bucket, min(count, mostBuckets))
	for i := range all {
		all[i].Low, all[i].High = start+float64(i)*step, start+float64(i+1)*step
	}
	last := len(all) - 1
	all[last].High = math.Max(all[last].High, greatest)
	at := 0
	for _, n := range numbers {
		for at < last && n >= all[at].High {
			at++
		}
		all[at].Listings++
	}
	return all
}

// roundStep is the next greater of 1, 2, 2.5 and 5 times a power of ten.
func roundStep(width float64) float64 {
	if width <= 0 || math.IsInf(width, 0) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(width)))
	for _, factor := range []float64{1, 2, 2.5, 5} {
		if step := factor * power; step >= width {
			return step
		}
	}
	return 10 * power
}
