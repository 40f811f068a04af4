package search

import "math"

// What follows is shared with the other implementations of Index, so that all give the same results.

// CleanText makes a choice what it is in every index: valid UTF-8 without control characters.
func CleanText(text string) string { return cleanText(text) }

// SortCounts brings counts in the order of a Facet: most first, then by name.
func SortCounts(all []Count) { sortCounts(all) }

// Buckets is the histogram of some numbers, which it sorts.
func Buckets(numbers []float64) []Bucket { return buckets(numbers) }

// BucketsCounted is the histogram of numbers that are counted already: the n-th of all in order, and how many are below a
// number. It is what Buckets gives for the same numbers.
func BucketsCounted(total int, ranked func(n int) float64, below func(number float64) int) []Bucket {
	if total == 0 {
		return nil
	}
	least, greatest, usual := ranked(0), ranked(total-1), ranked(total*98/100)
	step := roundStep((usual - least) / (mostBuckets - 1))
	start := math.Floor(least/step) * step
	all := make([]Bucket, min(int((usual-start)/step)+1, mostBuckets))
	counted := 0
	for i := range all {
		all[i].Low, all[i].High = start+float64(i)*step, start+float64(i+1)*step
		upTo := total
		if i < len(all)-1 {
			upTo = below(all[i].High)
		}
		all[i].Listings = upTo - counted
		counted = upTo
	}
	last := len(all) - 1
	all[last].High = math.Max(all[last].High, greatest)
	return all
}
