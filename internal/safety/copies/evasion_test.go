package copies

import (
	"math/rand/v2"
	"strings"
	"testing"

	"fairground/internal/media/pdq"
	"fairground/internal/safety/copies/trick"
)

// background fills an index with honest listings, so that words and phrases have the frequency they have on a site.
func background(n int) *Index {
	x := New(Options{})
	for _, d := range trick.Campaigns(3, trick.Options{Documents: n, CampaignShare: 1e-12}) {
		d.ID += 1000
		x.Add(docOf(d))
	}
	return x
}

const work3 = "Helpers wanted for the harvest on a large estate. Travel is paid and the work is arranged by our office. " +
	"You share a bright room with two others near the orchard. Meals are cooked for everybody in the evening. " +
	"Start in the second week of the month and stay until the leaves fall. Gloves and boots are handed out on the first morning"

func eachWordOf(text string, change func(string) string) string {
	words := strings.Split(text, " ")
	for i := range words {
		words[i] = change(words[i])
	}
	return strings.Join(words, " ")
}

func TestEveryEvasionIsFound(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	sentences := strings.Split(work3, ". ")
	photo := trick.Photo(rng)
	const phone = "079 555 12 34"
	tests := map[string]struct {
		first, second Doc
		reason        string
	}{
		"unchanged":       {Doc{Text: work3}, Doc{Text: work3}, "text"},
		"lookalikes":      {Doc{Text: work3}, Doc{Text: trick.Homoglyph(work3, rng)}, "text"},
		"invisible":       {Doc{Text: work3}, Doc{Text: trick.ZeroWidth(work3, rng)}, "text"},
		"digits":          {Doc{Text: work3}, Doc{Text: trick.Leet(work3)}, "text"},
		"stretched":       {Doc{Text: work3}, Doc{Text: eachWordOf(work3, func(word string) string { return trick.Stretch(word, rng) })}, "text"},
		"letters apart":   {Doc{Text: work3}, Doc{Text: eachWordOf(work3, trick.Apart)}, "text"},
		"capitals":        {Doc{Text: work3}, Doc{Text: strings.ToUpper(work3)}, "text"},
		"no blanks":       {Doc{Text: work3}, Doc{Text: strings.ReplaceAll(work3, " ", "")}, "text"},
		"order":           {Doc{Text: work3}, Doc{Text: strings.Join([]string{sentences[3], sentences[5], sentences[0], sentences[4], sentences[2], sentences[1]}, ". ")}, "text"},
		"padding":         {Doc{Text: work3}, Doc{Text: "A quiet lake with a view of mountains lies behind the house. " + work3 + ". Bring warm clothes for cold nights in autumn"}, "text"},
		"spelt telephone": {Doc{Text: "Call " + phone}, Doc{Text: "Ring me on " + trick.Spell(phone)}, "phone"},
		"spaced digits":   {Doc{Text: "Call " + phone}, Doc{Text: "write to " + trick.Spaced(phone, " ")}, "phone"},
		"dotted digits":   {Doc{Text: "Call " + phone}, Doc{Text: "number: " + trick.Spaced(phone, ".")}, "phone"},
		"other form":      {Doc{Phones: []string{phone}}, Doc{Phones: []string{"+41 79 555 12 34"}}, "phone"},
		"cropped photo":   {Doc{Images: []pdq.Hash{photo}}, Doc{Images: []pdq.Hash{trick.Cropped(photo, rng)}}, "photo"},
		"hidden mail":     {Doc{Text: "mail to anna.example@gmail.com"}, Doc{Text: "mail to anna.example (at) gmail dot com"}, "mail"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := background(300)
			test.first.ID, test.second.ID = 1, 2
			if match := x.Add(test.first); match.Size != 1 {
				t.Fatalf("the first stands with %d others: %+v", match.Size-1, match.Edges)
			}
			match := x.Add(test.second)
			if match.Size != 2 || match.Cluster == 0 {
				t.Fatalf("found %+v", match)
			}
			for _, e := range match.Edges {
				if e.Reason == test.reason && e.B == 1 {
					return
				}
			}
			t.Errorf("no edge for %q: %+v", test.reason, match.Edges)
		})
	}
}

func TestReplacedWordsAreFoundByPhrases(t *testing.T) {
	t.Parallel()
	x := background(2000)
	docs := trick.Campaigns(21, trick.Options{Documents: 12, CampaignShare: 1, Largest: 13, Replacement: .3})
	stages := map[Stage]int{}
	for _, d := range docs {
		d.Campaign = 1
		for _, e := range x.Add(docOf(d)).Edges {
			stages[e.Stage]++
		}
	}
	if stages[StagePhrase] == 0 {
		t.Errorf("edges by stage: %v", stages)
	}
}
