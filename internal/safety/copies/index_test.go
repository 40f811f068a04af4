package copies

import (
	"testing"
	"time"

	"fairground/internal/value"
)

const room = "Bright furnished room near the station, quiet house with garden, kitchen and washing machine to share, " +
	"trams every ten minutes, deposit of two months, long stay preferred, call 079 555 12 34 in the evening"

func TestTheSameTextFromTwoAccountsIsACluster(t *testing.T) {
	t.Parallel()
	x := New(Options{})
	first := x.Add(Doc{ID: 1, Text: room, Account: 10, At: time.Unix(1e9, 0)})
	if first.Cluster != 0 || first.Size != 1 || len(first.Edges) != 0 {
		t.Fatalf("the first document: %+v", first)
	}
	x.Add(Doc{ID: 2, Text: "Oak table with six chairs, some scratches, must be collected this week from the second floor", Account: 11})
	probe, _ := x.Joined(Doc{ID: 3, Text: room, Account: 12})
	match := x.Add(Doc{ID: 3, Text: room, Account: 12, At: time.Unix(1e9+60, 0)})
	if match.Size != 2 || match.Cluster == 0 || match.Cluster != probe.ID || probe.Size != 2 {
		t.Fatalf("match %+v, probe %+v", match, probe)
	}
	c, found := x.Cluster(3)
	if !found || c.ID != match.Cluster || c.Accounts != 2 || c.Phones != 1 || len(c.Members) != 2 {
		t.Fatalf("cluster %+v", c)
	}
	if _, found := x.Cluster(2); found {
		t.Error("the table is in a cluster")
	}
	reasons := map[string]bool{}
	for _, e := range c.Edges {
		reasons[e.Reason] = true
	}
	if !reasons["text"] || !reasons["phone"] {
		t.Errorf("reasons %v", reasons)
	}
	x.Remove(1)
	if _, found := x.Cluster(value.ID(3)); found {
		t.Error("a cluster of one is still told")
	}
}
