package safety

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
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

func realSubjects(t testing.TB) []Subject {
	f, err := os.Open("../../../shared/data/craigslist.jsonl.gz")
	if err != nil {
		t.Skip("the real listings are not on this machine")
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

func providerGate(t testing.TB) *Gate {
	t.Helper()
	pack, err := ProviderPack()
	if err != nil {
		t.Fatal(err)
	}
	set, err := Compile(pack, Pack{})
	if err != nil {
		t.Fatal(err)
	}
	gate, err := NewGate(make([]byte, 32), value.NewIDs(value.SystemClock{}, 1), set)
	if err != nil {
		t.Fatal(err)
	}
	return gate
}

func TestMeasure(t *testing.T) {
	gate := providerGate(t)
	counts := map[string]int{}
	for _, s := range realSubjects(t) {
		out := gate.Screen(context.Background(), s, Review{})
		counts[out.Verdict.String()]++
		for _, f := range out.Firings {
			counts[f.Rule]++
			text := ""
			for _, sp := range f.Spans {
				src := s.Body
				if sp.Field == "title" {
					src = s.Title
				}
				if sp.Field != "title" && sp.Field != "body" {
					src = s.Attributes[sp.Field[11:]]
				}
				text += fmt.Sprintf(" %q", src[max(0, sp.From-25):min(len(src), sp.To+25)])
			}
			fmt.Println(f.Outcome, f.Rule, f.Error, s.Title, "|", text)
		}
	}
	fmt.Println(counts)
}
