package copies

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"fairground/internal/safety/copies/trick"
	"fairground/internal/value"
)

// recount counts a cluster anew, as one that was never followed.
func recount(x *Index, c *cluster) *tally {
	fresh := *c
	fresh.tally = nil
	return x.tallyOf(&fresh)
}

func TestATallyFollowsItsCluster(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 4))
	docs := trick.Campaigns(31, trick.Options{Documents: 900, CampaignShare: .7, Replacement: .2, Tied: true})
	x := New(Options{})
	for i := range 2500 {
		d := docOf(docs[min(i, rng.IntN(len(docs)))])
		switch rng.IntN(6) {
		case 0:
			x.Remove(d.ID)
		case 1: // the same again, at another time and elsewhere
			d.At, d.Place, d.Since = d.At.Add(time.Duration(rng.IntN(300))*time.Hour), fmt.Sprint("town ", rng.IntN(4)), time.Time{}
			x.Add(d)
		default:
			x.Add(d)
		}
		if number, known := x.numbers[d.ID]; known && x.docs[number].cluster != nil {
			x.Summary(d.ID) // from now on it is followed
		}
	}
	followed := 0
	for id, c := range x.live {
		if c.tally == nil {
			continue
		}
		followed++
		if want := recount(x, c); !reflect.DeepEqual(c.tally, want) {
			t.Fatalf("cluster %v of %d: %s, counted anew %s", id, len(c.members), c.tally, want)
		}
		told, _ := x.Cluster(id)
		if summary, _ := x.Summary(id); len(c.members) > 1 && (told.Summary != summary || summary.Size != len(told.Members)) {
			t.Errorf("cluster %+v, summary %+v", told.Summary, summary)
		}
	}
	if followed < 20 {
		t.Errorf("only %d clusters were followed", followed)
	}
}

func (t *tally) String() string {
	text := fmt.Sprint(t.phones, t.places, t.times, t.fresh, t.sharing, t.copying)
	for _, id := range slices.Sorted(maps.Keys(t.accounts)) {
		text += fmt.Sprint(" ", id, *t.accounts[id])
	}
	return text
}

func TestTheSameListingAgainIsNoNews(t *testing.T) {
	t.Parallel()
	x := New(Options{})
	at := time.Unix(1e9, 0)
	x.Add(Doc{ID: 1, Account: 1, Text: work3, Place: "Ashford", At: at})
	before := x.Add(Doc{ID: 2, Account: 2, Text: work3, Place: "Ashford", At: at})
	again := x.Add(Doc{ID: 2, Account: 2, Text: work3, Place: "Birchley", At: at.Add(time.Hour)})
	if again.Cluster != before.Cluster || again.Size != 2 || len(again.Edges) != len(before.Edges) || len(x.docs) != 2 {
		t.Errorf("%+v, was %+v; %d places taken", again, before, len(x.docs))
	}
	c, _ := x.Cluster(2)
	if c.Places != 2 || !c.Last.Equal(at.Add(time.Hour)) || c.Members[1].Place != "Birchley" {
		t.Errorf("the cluster keeps the old time and place: %+v", c)
	}
	if x.Add(Doc{ID: 2, Account: 2, Text: work3 + " Call 079 555 12 34"}); len(x.docs) != 3 {
		t.Error("a telephone more is no change")
	}
	accounts := x.Accounts(c.ID)
	if slices.Sort(accounts); !slices.Equal(accounts, []value.ID{1, 2}) || x.Accounts(999) != nil {
		t.Errorf("accounts %v", accounts)
	}
}

// A gate asks for each listing that comes; what it is told must not cost more in a cluster of thousands.
func TestASummaryOfALargeClusterCostsNoMore(t *testing.T) { // not in parallel: others' allocations would count
	cost := func(members int) float64 {
		x := New(Options{})
		for i := range members {
			x.Add(Doc{ID: value.ID(i + 1), Account: 7, Text: fmt.Sprintf("%s, number %d", work3, i), At: time.Unix(1e9+int64(i), 0)})
			x.Summary(value.ID(i + 1))
		}
		n := 0
		return testing.AllocsPerRun(20, func() {
			n++
			x.Add(Doc{ID: 5, Account: 7, Text: fmt.Sprintf("%s, edited %d times", work3, n), At: time.Unix(1e9, 0)})
			x.Summary(5)
		})
	}
	if few, many := cost(60), cost(1500); many > 2*few {
		t.Errorf("an edit in a cluster of 1,500 allocates %.0f times, in one of 60 %.0f times", many, few)
	}
}
