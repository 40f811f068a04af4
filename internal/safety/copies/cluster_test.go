package copies

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"fairground/internal/value"
)

func TestTheBridgeTest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b   int
		weight float64
		ends   int
		want   bool
	}{
		{1, 1, .2, 1, false}, {1, 1, .3, 1, true}, {1, 4, .3, 1, true}, {1, 5, .3, 1, false}, {1, 500, .5, 1, true}, {500, 1, .5, 1, true},
		{2, 500, .6, 1, true}, {5, 500, .44, 2, false}, {5, 500, .6, 1, false}, {5, 500, .6, 2, true}, {12, 12, 1, 1, false}, {12, 12, 9, 1, false}, {12, 500, 9, 2, false}, {12, 12, 1.5, 3, false}, {12, 12, 1.6, 3, true},
	}
	for _, test := range tests {
		if got := enough(test.a, test.b, test.weight, test.ends); got != test.want {
			t.Errorf("enough(%d, %d, %.2f, %d) = %t", test.a, test.b, test.weight, test.ends, got)
		}
	}
}

func phoneOf(n int) []string { return []string{fmt.Sprintf("+4179%07d", 5550000+n)} }

// chain adds a group of documents that share a telephone number.
func chain(x *Index, from, n, phone int) Match {
	var match Match
	for i := range n {
		match = x.Add(Doc{ID: value.ID(from + i), Account: value.ID(from + i), Phones: phoneOf(phone)})
	}
	return match
}

func TestOneListingWithTwoNumbersDoesNotJoinBigClusters(t *testing.T) {
	t.Parallel()
	x := New(Options{})
	a, b := chain(x, 100, 20, 1), chain(x, 200, 20, 2)
	both := append(phoneOf(1), phoneOf(2)...)
	for i := range needEnds - 1 {
		match := x.Add(Doc{ID: value.ID(300 + i), Account: value.ID(300 + i), Phones: both})
		if len(match.Merged) != 0 || x.ClusterOf(100) == x.ClusterOf(200) {
			t.Fatalf("after %d listings: %+v", i+1, match)
		}
	}
	match := x.Add(Doc{ID: 400, Account: 400, Phones: both})
	for i := 0; len(match.Merged) == 0 && i < 5; i++ {
		match = x.Add(Doc{ID: value.ID(401 + i), Account: value.ID(401 + i), Phones: both})
	}
	if len(match.Merged) != 1 || match.Merged[0] != (Event{Old: b.Cluster, New: a.Cluster}) {
		t.Fatalf("merged %v, want %v into %v", match.Merged, b.Cluster, a.Cluster)
	}
	if x.ClusterOf(100) != a.Cluster || x.ClusterOf(219) != a.Cluster || match.Cluster != a.Cluster {
		t.Error("the older id does not stay")
	}
	if _, found := x.Cluster(b.Cluster); found {
		t.Error("the id that was given up still names a cluster")
	}
}

func TestNoClusterOutgrowsMost(t *testing.T) {
	t.Parallel()
	x := New(Options{Most: 10})
	chain(x, 1, 35, 1)
	members := 0
	for _, id := range x.Clusters(1) {
		c, _ := x.Cluster(id)
		if len(c.Members) > 10 {
			t.Errorf("%d members", len(c.Members))
		}
		members += len(c.Members)
	}
	if members < 20 {
		t.Errorf("only %d of 35 are in clusters", members)
	}
}

func TestARemovalThatTearsAClusterApart(t *testing.T) {
	t.Parallel()
	var told []Event
	x := New(Options{Event: func(e Event) { told = append(told, e) }})
	chain(x, 1, 2, 1)
	x.Add(Doc{ID: 9, Phones: append(phoneOf(1), phoneOf(2)...)})
	match := chain(x, 20, 3, 2)
	if match.Size != 6 {
		t.Fatalf("size %d, want 6", match.Size)
	}
	told = nil
	x.Remove(9)
	if x.ClusterOf(20) != match.Cluster || x.ClusterOf(22) != match.Cluster {
		t.Error("the largest part lost its id")
	}
	if part := x.ClusterOf(1); part == 0 || part == match.Cluster || x.ClusterOf(2) != part || len(told) != 1 || told[0] != (Event{match.Cluster, part, true}) {
		t.Errorf("the other part is %v, told %v", part, told)
	}
	if x.ClusterOf(9) != 0 || x.Len() != 5 {
		t.Error("the removed document is still there")
	}
}

func TestReplacingADocumentKeepsTheClusterItWasIn(t *testing.T) {
	t.Parallel()
	x := New(Options{})
	before := chain(x, 1, 2, 1).Cluster
	if match := x.Add(Doc{ID: 1, Phones: phoneOf(1), Text: "another text"}); match.Cluster != before || match.Size != 2 || x.Len() != 2 {
		t.Errorf("after a change: %+v, was %v", match, before)
	}
	if match := x.Add(Doc{ID: 1, Phones: phoneOf(5)}); match.Size != 1 || x.ClusterOf(2) != 0 {
		t.Errorf("after the number is another: %+v", match)
	}
	if match := x.Add(Doc{ID: 3, Phones: phoneOf(5)}); match.Size != 2 || match.Cluster == before {
		t.Errorf("a founder's second cluster: %+v", match)
	}
}

func TestAProbeLeavesNoTrace(t *testing.T) {
	t.Parallel()
	x := background(50)
	x.Add(Doc{ID: 1, Account: 1, Text: work3, Phones: phoneOf(1), Place: "Ashford"})
	before := snapshotOf(t, x)
	d := Doc{ID: 2, Account: 2, Text: work3 + " unheard words", Phones: phoneOf(1), Place: "Birchley"}
	joined, found := x.Joined(d)
	if !bytes.Equal(before, snapshotOf(t, x)) {
		t.Fatal("the index changed")
	}
	match := x.Add(d)
	if joined.ID != match.Cluster || joined.Size != match.Size || len(joined.Edges) != len(match.Edges) {
		t.Errorf("joined %+v, add %+v", joined, match)
	}
	c, _ := x.Cluster(2)
	if !found || joined.ID != c.ID || len(joined.Members) != 2 || joined.Accounts != c.Accounts || joined.Places != 2 || joined.Phones != 1 || joined.Score != c.Score {
		t.Errorf("joined %+v, is %+v", joined, c)
	}
	if _, found := x.Joined(Doc{ID: 3, Text: "Oak table with four chairs"}); found {
		t.Error("a stranger joins")
	}
}

func TestSeveralGoroutines(t *testing.T) {
	t.Parallel()
	x := New(Options{})
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range 40 {
				id := value.ID(worker*100 + i + 1)
				x.Add(Doc{ID: id, Account: id, Text: work3})
				x.Joined(Doc{ID: id, Text: work3})
				x.Summary(id)
				x.Cluster(id)
				x.Template(id)
				if i%5 == 0 {
					x.Remove(id)
				}
			}
		})
	}
	all.Wait()
	if c, found := x.Cluster(2); !found || len(c.Members) != 4*32 || x.Len() != 4*32 {
		t.Errorf("%d members of %d", len(c.Members), x.Len())
	}
}

func TestADocumentWithoutAnIdIsNotKept(t *testing.T) {
	t.Parallel()
	x := New(Options{})
	if match := x.Add(Doc{Text: work3}); match.Size != 1 || x.Len() != 0 {
		t.Errorf("%+v, %d documents", match, x.Len())
	}
	x.Remove(5)
	if _, found := x.Cluster(5); found {
		t.Error("found what was never there")
	}
}

func TestALargeClusterThatIsTornApartIsPartedSoon(t *testing.T) {
	t.Parallel()
	const half = 150
	x := New(Options{})
	chain(x, 1000, half, 1)
	chain(x, 2000, half, 2)
	both, bridges := append(phoneOf(1), phoneOf(2)...), 0
	for ; x.ClusterOf(1000) != x.ClusterOf(2000); bridges++ {
		x.Add(Doc{ID: value.ID(3000 + bridges), Account: value.ID(3000 + bridges), Phones: both})
	}
	for i := range bridges {
		x.Remove(value.ID(3000 + i))
	}
	for i := range 2 * half / lookEach {
		x.Remove(value.ID(1000 + i))
	}
	one, other := x.ClusterOf(1000+half-1), x.ClusterOf(2000)
	if one == 0 || other == 0 || one == other {
		t.Errorf("clusters %v and %v", one, other)
	}
}
