package safety

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"os"
	"testing"

	"fairground/internal/value"
)

type realListing struct {
	ID          string  `json:"id"`
	Category    string  `json:"category"`
	Title       string  `json:"title"`
	Description string  `json:"description"`
	Price       float64 `json:"price"`
	Attributes  map[string]string
}

// realSubjects reads the real listings, if they are on this machine.
func realSubjects(t testing.TB) []Subject {
	t.Helper()
	f, err := os.Open("../../../shared/data/craigslist.jsonl.gz")
	if err != nil {
		return nil
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []Subject
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l realListing
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		all = append(all, Subject{
			Stage: StageListing, Object: "listing", Record: value.ID(len(all) + 1), Hash: ContentHash{1},
			Category: l.Category, Title: l.Title, Body: l.Description, Attributes: l.Attributes,
			Price: value.Money{Minor: int64(l.Price * 100), Currency: "USD"},
		})
	}
	return all
}

// TestRealListings holds the provider pack to its aim: on real listings nothing is rejected that should not be, and few
// are held. Nearly all that is held hides a telephone number.
func TestRealListings(t *testing.T) {
	t.Parallel()
	gate := providerGate(t)
	verdicts, rules := map[Verdict]int{}, map[string]int{}
	subjects := realSubjects(t)
	if len(subjects) == 0 {
		t.Skip("the real listings are not on this machine")
	}
	for _, s := range subjects {
		out := gate.Screen(context.Background(), s, Review{})
		verdicts[out.Verdict]++
		for _, f := range out.Firings {
			rules[f.Rule]++
			if f.Rule != "provider/hidden-contact" {
				t.Logf("%s %s: %q %v", out.Verdict, f.Rule, s.Title, f.Explanation)
			}
		}
	}
	t.Log(verdicts, rules)
	if n := verdicts[Reject] + verdicts[Escalate]; n > 0 {
		t.Errorf("%d real listings are rejected", n)
	}
	if held := verdicts[Hold]; held*1000 > len(subjects)*5 {
		t.Errorf("%d of %d real listings are held", held, len(subjects))
	}
	if others := verdicts[Hold] - rules["provider/hidden-contact"]; others > 3 {
		t.Errorf("%d real listings are held for other reasons than a hidden number", others)
	}
}
