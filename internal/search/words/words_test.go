package words

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

var plain = New([]string{"en", "de"}, nil)

func TestStemsOfOneWordMeet(t *testing.T) {
	t.Parallel()
	for _, forms := range [][]string{
		{"bicycle", "bicycles", "Bicycle"}, {"battery", "batteries", "Batterie", "Batterien"}, {"house", "houses"},
		{"Haus", "Häuser", "Haeuser", "Haeusers"}, {"Fahrrad", "Fahrräder", "FAHRRAEDER"}, {"Wohnung", "Wohnungen"}, {"box", "boxes"},
		{"dress", "dresses"}, {"Straße", "Strasse", "STRASSEN"}, {"Kind", "Kinder"}, {"Stuhl", "Stühle"}, {"computer", "computers"},
		{"party", "parties", "Partys"}, {"Müller", "Mueller"}, {"café", "cafe", "cafés"}, {"Ærø", "Aeroe"}, {"ﬁn", "fin"}, {"Ｋ１", "k1"},
	} {
		want := plain.Terms(forms[0], 9)
		for _, form := range forms {
			if got := plain.Terms(form, 9); !slices.Equal(got, want) {
				t.Errorf("%s becomes %v, but %s becomes %v", form, got, forms[0], want)
			}
		}
	}
}

func TestStemsOfDifferentWordsDiffer(t *testing.T) {
	t.Parallel()
	seen := make(map[string]string)
	for _, word := range []string{"car", "card", "cart", "bus", "glass", "water", "house", "mouse", "lease", "queen", "bed", "bench", "320i", "320", "desk", "disk"} {
		s := plain.Term(plain.Words(word, 1)[0])
		if other, taken := seen[s]; taken {
			t.Errorf("%s and %s both become %s", word, other, s)
		}
		seen[s] = word
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"E-Bike, 28\" (new)": "e bike 28 new", "": "", " \t\n": "", "_e_": "e", "自転車 ok": "自 転 車 ok", "a🚲b": "a 🚲 b",
		strings.Repeat("x", 90): strings.Repeat("x", 40), "O'Neil": "o neil", "\xffred\xff": "red", "Ελλάς": "ελλασ", "queue": "queu",
	} {
		if got := strings.Join(plain.Words(text, 50), " "); got != want {
			t.Errorf("%q holds the words %q, want %q", text, got, want)
		}
	}
	if n := len(plain.Words(strings.Repeat("a ", 1_000), 7)); n != 7 {
		t.Errorf("%d words, want 7", n)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"red bike", `"red bike" -old`, "-", `"`, "自転車", "a-b-c", "\xff\"", `-"x`, "ﷺ", "ĳ", "\u0345"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		clauses := plain.Parse(text)
		if len(clauses) > MostClauses {
			t.Errorf("%d clauses", len(clauses))
		}
		for i, c := range clauses {
			if c.Open && i < len(clauses)-1 {
				t.Errorf("clause %d of %d is open", i, len(clauses))
			}
			for _, a := range c.Ways {
				for _, w := range a.Terms {
					if w == "" || !utf8.ValidString(w) || strings.ContainsFunc(w, isUnsafe) {
						t.Errorf("%q holds the word %q", text, w)
					}
				}
			}
		}
	})
}

// isUnsafe reports letters that could end a quoted word, or that a token could begin with.
func isUnsafe(r rune) bool {
	return r == '_' || unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`"'\*:()&|!<>`, r)
}
