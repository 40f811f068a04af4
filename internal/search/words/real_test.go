package words

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// TestMeantOnRealWords misspells words of real titles, when they are on this machine, and looks for what was meant.
func TestMeantOnRealWords(t *testing.T) {
	t.Parallel()
	a := New([]string{"en"}, nil)
	times := realWords(t, a)
	documents, spellings := make(map[string]int), make(map[string]string)
	for word, n := range times {
		term := a.Term(word)
		documents[term] += n
		if times[spellings[term]] < n {
			spellings[term] = word
		}
	}
	var entries []Entry
	var common []string
	for term, n := range documents {
		entries = append(entries, Entry{Term: term, Spelling: spellings[term], Documents: n})
		if letters := len(spellings[term]); n >= 5 && letters >= 5 && letters <= 14 && allowedEdits([]rune(spellings[term])) > 0 {
			common = append(common, term)
		}
	}
	slices.Sort(common)
	l := NewLexicon(entries)
	r := rand.New(rand.NewPCG(6, 28))
	tries, first, among := 0, 0, 0
	for range 4_000 {
		meant := common[r.IntN(len(common))]
		word := mistyped(r, spellings[meant])
		typed := a.Term(word)
		if _, known := l.Find(typed); known {
			continue
		}
		tries++
		for i, near := range l.Meant(word, typed, 3) {
			if near.Term == meant {
				among++
				if i == 0 {
					first++
				}
			}
		}
	}
	t.Logf("%d terms, %d words; of %d misspelt ones %.1f%% are found first, %.1f%% among three", l.Len(), len(common), tries,
		100*float64(first)/float64(tries), 100*float64(among)/float64(tries))
	if first*100 < 84*tries {
		t.Errorf("only %d of %d are found", first, tries)
	}
}

// mistyped makes one mistake: a letter left out, doubled, taken for its neighbour on the keyboard, or changed with the
// next.
func mistyped(r *rand.Rand, word string) string {
	letters := []byte(word)
	at := r.IntN(len(letters) - 1)
	switch r.IntN(4) {
	case 0:
		letters = slices.Delete(letters, at, at+1)
	case 1:
		letters = slices.Insert(letters, at, letters[at])
	case 2:
		const keys = "qwertyuiopasdfghjklzxcvbnm"
		if i := slices.Index([]byte(keys), letters[at]); i > 0 {
			letters[at] = keys[i-1]
		}
	default:
		letters[at], letters[at+1] = letters[at+1], letters[at]
	}
	return string(letters)
}

func realWords(t *testing.T, a *Analyzer) map[string]int {
	t.Helper()
	f, err := os.Open("../../../../shared/data/craigslist.jsonl.gz")
	if err != nil {
		t.Skip("the real listings are not on this machine")
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	times := make(map[string]int)
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var one struct{ Title, Description string }
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		words := a.Words(one.Title+" "+one.Description, 400)
		slices.Sort(words)
		for _, word := range slices.Compact(words) {
			times[word]++
		}
	}
	return times
}
