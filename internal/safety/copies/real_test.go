package copies

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"

	"fairground/internal/value"
)

const realTexts = "/work/shared/data/craigslist.jsonl.gz"

// readReal reads real listings: cars, flats, furniture, bicycles, telephones. Nothing is known of their authors.
func readReal(t *testing.T) (texts []string) {
	file, err := os.Open(realTexts)
	if err != nil {
		t.Skip("the real listings are not on this machine")
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for lines := json.NewDecoder(unzipped); lines.More(); {
		var line struct{ Title, Description string }
		if err := lines.Decode(&line); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, line.Title+"\n"+line.Description)
	}
	return texts
}

// What everybody writes about a flat or a car must not chain strangers into one cluster. A chain shows by its template,
// which covers little of its members' texts.
func TestRealTextsAreNotChained(t *testing.T) {
	t.Parallel()
	x := New(Options{})
	for i, text := range readReal(t) {
		x.Add(Doc{ID: value.ID(i + 1), Text: text})
	}
	loose, members, longest := 0, 0, 0
	for _, id := range x.Clusters(3) {
		template, _ := x.Template(id)
		if c, _ := x.Summary(id); template.Coverage < .25 {
			loose++
			members += c.Size
			longest = max(longest, c.Size)
		}
	}
	t.Logf("%d clusters of %d listings have a template that covers less than a quarter; the largest has %d", loose, members, longest)
	if members > 100 || longest > 25 {
		t.Errorf("%d listings are in clusters that nothing holds together, %d in one", members, longest)
	}
}
