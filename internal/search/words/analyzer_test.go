package words

import (
	"fmt"
	"strings"
	"testing"
)

// forms are words of which all forms of a line meet on a site of that language, and on one of all languages together.
var forms = map[string][]string{
	"en": {"bicycle bicycles", "charger chargers", "battery batteries", "furnished furnish", "painted painting paint", "mattress mattresses"},
	"de": {"Schrank Schränke Schränken", "Gerät Geräte Geraeten", "rot rote roter rotes roten", "Küche Küchen", "Buch Bücher Büchern", "Regal Regale"},
	"fr": {"vélo vélos", "maison maisons", "meublé meublée meublés meublées", "jeu jeux", "ancien anciens", "grand grande grandes", "étagère étagères"},
	"it": {"bicicletta biciclette", "macchina macchine", "nuovo nuova nuovi nuove", "libro libri"},
	"es": {"casa casas", "camión camiones", "silla sillas", "usado usada usados"}, "nl": {"stoel stoelen"},
	"pt": {"mesa mesas", "carro carros"}, "sv": {"stol stolar", "lampa lampor"}, "da": {"stol stole"}, "no": {"stol stoler"},
	"fi": {"talo talot", "polkupyörä polkupyörät"}, "ru": {"велосипед велосипеды велосипедов", "новый новая новые", "станция станции"},
	"hu": {"ház házak"}, "ro": {"casa case"}, "tr": {"ev evler"},
}

func TestFormsOfOneWordMeetInEveryLanguage(t *testing.T) {
	t.Parallel()
	for language, lines := range forms {
		alone := New([]string{language}, nil)
		for _, line := range lines {
			meet(t, alone, language, line)
		}
	}
	together := New([]string{"fr", "de-CH", "en", "it"}, nil)
	for _, language := range []string{"en", "de", "fr", "it"} {
		for _, line := range forms[language] {
			meet(t, together, "together", line)
		}
	}
}

func meet(t *testing.T, a *Analyzer, name, line string) {
	t.Helper()
	terms := a.Terms(line, 20)
	for i, term := range terms {
		if term != terms[0] {
			t.Errorf("%s: %s is %s, but %s is %s", name, strings.Fields(line)[i], term, strings.Fields(line)[0], terms[0])
		}
	}
}

func TestPrintIsOfTheLanguages(t *testing.T) {
	t.Parallel()
	print := New([]string{"de", "en"}, nil).Print()
	if New([]string{"en-GB", "de"}, [][]string{{"a", "b"}}).Print() != print || New(nil, nil).Print() != print {
		t.Error("the same languages have another print")
	}
	if New([]string{"de"}, nil).Print() == print || New([]string{"pl"}, nil).Print() == New([]string{"de"}, nil).Print() {
		t.Error("other languages have the same print")
	}
	if got := New([]string{"pl"}, nil).Terms("rowery cars", 9); got[0] != "rowery" || got[1] != "cars" {
		t.Errorf("words of a language without endings became %v", got)
	}
}

func TestSynonyms(t *testing.T) {
	t.Parallel()
	a := New([]string{"en"}, [][]string{{"sofa", "couch", "settee"}, {"mountain bike", "MTB"}, {"e-bike", "pedelec"}, {"one"}, {"", "-"}, {"bike", "bicycle"},
		{"a b c d e f", "long"}})
	for typed, want := range map[string]string{
		"couches ": "couch|sofa~|sette~", "red sofa ": "red & sofa|couch~|sette~", "mtb ": "mtb|mountain bike~",
		"mountain bike ": "mountain|mtb~ & bike|mtb~|bicycl~", "mountain bik": "mountain & bik*", "e bike ": "e|pedelec~ & bike|pedelec~|bicycl~",
		"e-bikes ": "e bike|pedelec~", `"couch" `: "couch", "-couch ": "-couch", "bike -couch sofa ": "bike|bicycl~ & -couch & sofa|couch~|sette~",
		"one ": "one", "long ": "long", "mountain -x bike ": "mountain & -x & bike|bicycl~", "couch": "couch*|sofa~|sette~",
	} {
		if got := written(a.Parse(typed)); got != want {
			t.Errorf("%s means %s, want %s", typed, got, want)
		}
	}
	if got := written(a.Literally("couches sofa ")); got != "couch & sofa" {
		t.Errorf("literally it means %s", got)
	}
	if got := written(a.WithSynonyms(nil).Parse("couches ")); got != "couch" {
		t.Errorf("without synonyms it means %s", got)
	}
	var lists [][]string
	for i := range 50 {
		lists = append(lists, []string{"thing", fmt.Sprint("word", i)})
	}
	if n := len(New(nil, lists).Parse("thing ")[0].Ways); n != mostWays {
		t.Errorf("%d ways", n)
	}
}

// written writes clauses as text: alternatives by |, a synonym with ~, a beginning with *.
func written(clauses []Clause) string {
	var all []string
	for _, c := range clauses {
		var ways []string
		for _, w := range c.Ways {
			text := strings.Join(w.Terms, " ")
			if w.Prefix {
				text += "*"
			}
			if w.Synonym {
				text += "~"
			}
			ways = append(ways, text)
		}
		text := strings.Join(ways, "|")
		if c.Exclude {
			text = "-" + text
		}
		all = append(all, text)
	}
	return strings.Join(all, " & ")
}

func TestStemsAreKeptWithinBounds(t *testing.T) {
	t.Parallel()
	a := New([]string{"en"}, nil)
	for i := range 3 * mostCached {
		word := "word" + strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprint(i)) + "s"
		if got := a.Term(word); got != a.stem(word) {
			t.Fatalf("%s is %s", word, got)
		}
	}
	kept := 0
	for _, m := range []interface{ Range(func(k, v any) bool) }{a.stems.young.Load(), a.stems.old.Load()} {
		m.Range(func(k, v any) bool { kept++; return true })
	}
	if kept < mostCached || kept > 2*mostCached {
		t.Errorf("%d stems are kept", kept)
	}
}

func BenchmarkTerms(b *testing.B) {
	a := New([]string{"de", "fr", "it", "en"}, nil)
	text := strings.Repeat("Gebrauchtes Fahrrad mit neuen Reifen und zwei Schlössern, wenig gefahren. ", 10)
	for b.Loop() {
		a.Terms(text, MostBody)
	}
}
