package words

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func small() *Lexicon {
	return NewLexicon([]Entry{
		{"bicycl", "bicycle", 90}, {"bicyclett", "Bicyclette", 3}, {"batteri", "battery", 40}, {"batter", "", 2}, {"lausann", "Lausanne", 70},
		{"bik", "bike", 200}, {"велосипед", "", 8}, {"fahrrad", "Fahrräder", 50}, {"kind", "", 20}, {"kist", "Kiste", 9}, {"3t", "", 1}, {"iphon", "iPhone", 66},
		{"apartment", "", 30}, {"bicycl", "again", 5},
	})
}

func TestLexiconFindsItsTerms(t *testing.T) {
	t.Parallel()
	l := small()
	if l.Len() != 13 {
		t.Fatalf("%d terms, want 13", l.Len())
	}
	for i := range l.Len() {
		e := l.At(i)
		if at, found := l.Find(e.Term); !found || at != i || l.Documents(i) != e.Documents || e.Spelling == "" {
			t.Errorf("%+v is found at %d, %t, want %d", e, at, found, i)
		}
	}
	for _, none := range []string{"", "bic", "zzz", "bicycles"} {
		if _, found := l.Find(none); found {
			t.Errorf("%q is found", none)
		}
	}
	if from, to := l.Range("bi"); to-from != 3 || l.At(from).Term != "bicycl" || l.At(from).Spelling != "bicycle" {
		t.Errorf("Range(bi) is %d to %d", from, to)
	}
	if from, to := l.Range(""); from != 0 || to != 13 {
		t.Errorf("Range of nothing is %d to %d", from, to)
	}
}

func TestLexiconBegun(t *testing.T) {
	t.Parallel()
	l := small()
	for prefix, want := range map[string]string{
		"bi": "bike bicycle Bicyclette", "bicy": "bicycle Bicyclette", "bicycle": "bicycle Bicyclette", "battery": "battery", "batter": "battery batter",
		"fahrrade": "Fahrräder", "вело": "велосипед", "zz": "", "bicycles": "",
	} {
		var got []string
		for _, e := range l.Begun(prefix, 9) {
			got = append(got, e.Spelling)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s goes on as %v, want %s", prefix, got, want)
		}
	}
	if got := l.Begun("b", 1); len(got) != 1 || got[0].Term != "bik" {
		t.Errorf("the most frequent is %v", got)
	}
	if got := NewLexicon(nil).Begun("b", 3); len(got) != 0 {
		t.Errorf("an empty lexicon knows %v", got)
	}
}

func TestNear(t *testing.T) {
	t.Parallel()
	l := small()
	for term, want := range map[string]string{
		"bycicl": "bicycl", "lausan": "lausann", "vicycl": "bicycl", "bciycl": "bicycl", "bicyc": "bicycl", "iphno": "iphon", "ihpon": "iphon",
		"велисопед": "велосипед", "аелосипед": "велосипед", "apartmnet": "apartment", "aparmtent": "apartment", "epartment": "apartment",
		"bicycl": "", "3tt": "", "bk": "", "qqqqqq": "", "kimd": "kind", "fahrra": "fahrrad", "farhrad": "fahrrad", "appartement": "apartment", "320i": "",
	} {
		got := ""
		if all := l.Near(term, 1); len(all) > 0 {
			got = all[0].Term
		}
		if got != want {
			t.Errorf("near %s is %q, want %q", term, got, want)
		}
	}
	if got := l.Near("kisx", 5); len(got) != 1 || got[0].Edits != 1 || got[0].Spelling != "Kiste" {
		t.Errorf("near kisx: %+v", got)
	}
}

// TestNearFindsAllWithinItsEdits compares with every term, by the textbook.
func TestNearFindsAllWithinItsEdits(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 9))
	var entries []Entry
	for range 4_000 {
		entries = append(entries, Entry{Term: randomTerm(r), Documents: r.IntN(100)})
	}
	l := NewLexicon(entries)
	for range 400 {
		word := misspelt(r, entries[r.IntN(len(entries))].Term)
		letters := []rune(word)
		var one, two, got []string
		for i := range l.Len() {
			term := l.At(i).Term
			switch n := distance(letters, []rune(term)); {
			case n == 1 && allowedEdits(letters) >= 1:
				one = append(one, term+" 1")
			case n == 2 && allowedEdits(letters) == 2 && (len(letters) >= fromAnywhere || []rune(term)[0] == letters[0]):
				two = append(two, term+" 2")
			}
		}
		want := one
		if len(one) == 0 {
			want = two
		}
		for _, near := range l.Near(word, 9_999) {
			got = append(got, fmt.Sprint(near.Term, " ", near.Edits))
		}
		slices.Sort(got)
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Fatalf("near %s: %v, want %v", word, got, want)
		}
	}
}

func randomTerm(r *rand.Rand) string {
	letters := []rune("abcdeäя")
	term := make([]rune, 2+r.IntN(9))
	for i := range term {
		term[i] = letters[int(float64(len(letters))*r.Float64()*r.Float64())]
	}
	return string(term)
}

func misspelt(r *rand.Rand, term string) string {
	letters := []rune(term)
	for range r.IntN(3) {
		at := r.IntN(len(letters))
		switch r.IntN(4) {
		case 0:
			letters[at] = 'x'
		case 1:
			letters = slices.Insert(letters, at, 'b')
		case 2:
			if len(letters) > 1 {
				letters = slices.Delete(letters, at, at+1)
			}
		default:
			other := r.IntN(len(letters))
			if at+1 < len(letters) {
				other = at + 1
			}
			letters[at], letters[other] = letters[other], letters[at]
		}
	}
	return string(letters)
}

func TestMeant(t *testing.T) {
	t.Parallel()
	a := New([]string{"en"}, nil)
	l := NewLexicon([]Entry{{"leather", "leather", 500}, {"design", "design", 580}, {"lath", "lathe", 9}, {"rent", "rent", 700}, {"front", "front", 800}, {"bicycl", "bicycles", 90}})
	for word, want := range map[string]string{"elather": "leather", "desing": "design", "bycicle": "bicycl", "bicylces": "bicycl", "ront": "rent", "frnot": "front", "xyzzy": "", "": "", "leather": ""} {
		got := ""
		if all := l.Meant(word, a.Term(word), 1); len(all) > 0 {
			got = all[0].Term
		}
		if got != want {
			t.Errorf("%s meant %q, want %q", word, got, want)
		}
	}
	if all := l.Meant("desing", a.Term("desing"), 0); len(all) > 0 {
		t.Errorf("none wanted: %v", all)
	}
}

func FuzzNear(f *testing.F) {
	for _, text := range []string{"bycicle", "𐌰bcd", "\xff\xfe\xfd\xfc", "велосипед", "", "ab\x00cd", "ﷺﷺﷺﷺ"} {
		f.Add(text, text+"x")
	}
	f.Fuzz(func(t *testing.T, word, other string) {
		l := NewLexicon([]Entry{{"bcd", "", 3}, {"bicycl", "bicycle", 9}, {clip(other, 255), "Other", 1}, {"велосипед", "", 2}})
		for _, near := range l.Meant(word, word, 9) {
			if _, known := l.Find(near.Term); !known || near.Edits < 0 || near.Edits > 3 {
				t.Errorf("%q meant %+v", word, near)
			}
		}
		for _, e := range l.Begun(word, 9) {
			if _, known := l.Find(e.Term); !known {
				t.Errorf("%q goes on as %+v", word, e)
			}
		}
		l.Near(other, 3)
	})
}
