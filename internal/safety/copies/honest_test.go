package copies

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fairground/internal/safety/copies/trick"
	"fairground/internal/value"
)

const greeting = "Welcome to our shop, we have been in the trade for thirty years, every vehicle is checked by our own workshop, " +
	"part exchange and finance are possible, open from Monday to Saturday"

// dealers are honest shops: each has an account, a telephone and many listings that differ in a few words, and all of them
// begin with the same greeting, which a maker of shop pages gave to them.
func dealers(shops, each int) []Doc {
	texts := trick.Campaigns(9, trick.Options{Documents: shops * (2*each + 1), CampaignShare: 1e-12})
	var all []Doc
	for shop := range shops {
		own := texts[shop].Text
		for i := range each {
			id := shop*each + i + 1
			all = append(all, Doc{
				ID: value.ID(id), Account: value.ID(9000 + shop), Phones: []string{fmt.Sprintf("+4144%07d", 5550000+shop)}, Place: "Ashford",
				Text: greeting + ". " + own + fmt.Sprintf(". %s, %d km", texts[shops+2*id-2].Text+". "+texts[shops+2*id-1].Text, 1000*i),
				At:   time.Unix(1e9, 0).Add(time.Duration(i) * 48 * time.Hour), Since: time.Unix(8e8, 0),
			})
		}
	}
	return all
}

func TestShopsWithTheSameGreetingStayApart(t *testing.T) {
	t.Parallel()
	const shops, each = 20, 15
	x := New(Options{})
	docs := dealers(shops, each)
	for i := range each { // as they come in, from all shops in turn
		for shop := range shops {
			x.Add(docs[shop*each+i])
		}
	}
	for _, id := range x.Clusters(2) {
		c, _ := x.Cluster(id)
		if c.Accounts != 1 {
			t.Errorf("a cluster of %d listings has %d accounts", len(c.Members), c.Accounts)
		}
		if c.Score > .1 {
			t.Errorf("the score of one account's %d listings is %.2f: %+v", len(c.Members), c.Score, c.Activity)
		}
	}
	if n := len(x.Clusters(each)); n != shops {
		t.Errorf("%d shops have all their listings in one cluster, want %d", n, shops)
	}
}

func TestManyListingsOfOneAccountInADayKeepALowScore(t *testing.T) {
	t.Parallel()
	x := New(Options{})
	for i := range 200 {
		x.Add(Doc{ID: value.ID(i + 1), Account: 7, Text: fmt.Sprintf("%s, number %d", work3, i), At: time.Unix(1e9+int64(i)*60, 0), Since: time.Unix(1e9, 0)})
	}
	c, found := x.Cluster(1)
	if !found || len(c.Members) != 200 || c.Score > .1 {
		t.Errorf("%d members, score %.2f", len(c.Members), c.Score)
	}
}

func TestANetworkScoresHigherTheMoreOrganisedItIs(t *testing.T) {
	t.Parallel()
	score := func(accounts, places, gap_h int, old bool) float64 {
		x := New(Options{})
		since := time.Unix(1e9, 0)
		if old {
			since = time.Unix(5e8, 0)
		}
		for i := range 12 {
			x.Add(Doc{
				ID: value.ID(i + 1), Account: value.ID(100 + i%accounts), Text: work3, Place: fmt.Sprint("town ", i%places),
				At: time.Unix(1e9, 0).Add(time.Duration(i*gap_h) * time.Hour), Since: since,
			})
		}
		c, _ := x.Cluster(1)
		if c.Accounts != accounts || len(c.Members) != 12 || c.Score < 0 || c.Score > 1 {
			t.Errorf("%d members of %d accounts, score %.2f", len(c.Members), c.Accounts, c.Score)
		}
		return c.Score
	}
	one, two, four := score(1, 1, 100, true), score(2, 1, 100, true), score(4, 1, 100, true)
	towns, quick, fresh := score(4, 3, 100, true), score(4, 3, 1, true), score(4, 3, 1, false)
	all := []float64{one, two, four, towns, quick, fresh}
	for i := 1; i < len(all); i++ {
		if all[i] <= all[i-1] {
			t.Errorf("scores do not rise: %.3f", all)
		}
	}
	if one > .1 || fresh < .6 {
		t.Errorf("scores %.3f", all)
	}
}

func TestShortTextsThatEverybodyWritesTieNobody(t *testing.T) {
	t.Parallel()
	x := New(Options{})
	for i, text := range strings.Split(strings.Repeat("Bicycle for sale|Oak table|Room to let|", 50), "|") {
		if match := x.Add(Doc{ID: value.ID(i + 1), Account: value.ID(i + 1), Text: text}); match.Size != 1 {
			t.Fatalf("%q: %+v", text, match)
		}
	}
}

func TestIgnoredEntitiesTieNobody(t *testing.T) {
	t.Parallel()
	for _, ignore := range [][]string{nil, {"+41 44 668 18 00", "Desk@lakeside.example"}} {
		x := New(Options{Ignore: ignore})
		x.Add(Doc{ID: 1, Phones: []string{"044 668 18 00"}, Mails: []string{"desk@lakeside.example"}})
		match := x.Add(Doc{ID: 2, Phones: []string{"044 668 18 00"}, Mails: []string{"desk@lakeside.example"}})
		if want := 2 - min(len(ignore), 1); match.Size != want {
			t.Errorf("ignoring %v: size %d, want %d", ignore, match.Size, want)
		}
	}
}
