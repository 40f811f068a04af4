package trick

import (
	"math"
	"math/rand/v2"
	"testing"
)

// slowly counts over all pairs of documents, with the adjusted Rand index in the form that has the four kinds of pairs in it.
func slowly(truth, found []int) Agreement {
	var both, onlyTruth, onlyFound, neither float64
	for i := range truth {
		for j := range i {
			same := truth[i] == truth[j] && truth[i] != 0
			said := found[i] == found[j] && found[i] != 0
			switch {
			case same && said:
				both++
			case same:
				onlyTruth++
			case said:
				onlyFound++
			default:
				neither++
			}
		}
	}
	a := Agreement{Recall: 1, Precision: 1, Rand: 1}
	if both+onlyTruth > 0 {
		a.Recall = both / (both + onlyTruth)
	}
	if both+onlyFound > 0 {
		a.Precision = both / (both + onlyFound)
	}
	below := (both+onlyTruth)*(onlyTruth+neither) + (both+onlyFound)*(onlyFound+neither)
	if below > 0 {
		a.Rand = 2 * (both*neither - onlyTruth*onlyFound) / below
	}
	return a
}

func TestJudgeAgreesWithCountingPairs(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(8, 8))
	for round := range 400 {
		n := rng.IntN(60)
		truth, found := make([]int, n), make([]int, n)
		labels := 1 + rng.IntN(12)
		for i := range truth {
			truth[i] = rng.IntN(labels)
			found[i] = rng.IntN(labels)
			if round%2 == 0 && rng.IntN(4) > 0 { // mostly right
				found[i] = truth[i]
			}
		}
		got, want := Judge(truth, found), slowly(truth, found)
		if far(got.Recall, want.Recall) || far(got.Precision, want.Precision) || far(got.Rand, want.Rand) {
			t.Fatalf("%v and %v: %+v, counted %+v", truth, found, got, want)
		}
	}
}

func far(a, b float64) bool { return math.Abs(a-b) > 1e-9 }

func TestJudgeOfKnownPartitions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		truth, found []int
		want         Agreement
	}{
		{[]int{1, 1, 2, 2}, []int{5, 5, 3, 3}, Agreement{1, 1, 1}},
		{[]int{1, 1, 2, 2}, []int{0, 0, 0, 0}, Agreement{0, 1, 0}},
		{[]int{1, 1, 2, 2}, []int{1, 1, 1, 1}, Agreement{1, 2.0 / 6, 0}},
		{[]int{0, 0, 0}, []int{0, 0, 0}, Agreement{1, 1, 1}},
		{[]int{1, 1, 1, 0}, []int{1, 1, 0, 0}, Agreement{1.0 / 3, 1, (1 - .5) / (2 - .5)}},
	}
	for _, test := range tests {
		got := Judge(test.truth, test.found)
		if far(got.Recall, test.want.Recall) || far(got.Precision, test.want.Precision) || far(got.Rand, test.want.Rand) {
			t.Errorf("%v and %v: %+v, want %+v", test.truth, test.found, got, test.want)
		}
	}
}
