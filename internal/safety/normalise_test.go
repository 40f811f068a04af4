package safety

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestNormalise(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Town  Bicycle":           "town bicycle",
		" \t two\n\n lines \r\n ": "two\nlines",
		"Zürich, Straße":          "zurich, strasse",
		"ＦＵＬＬ ｗｉｄｔｈ":              "full width",
		"𝐛𝐨𝐥𝐝 𝟎𝟏𝟐𝟗":               "bold 0129",
		"z\u200be\u00adr\u2060o":  "zero",
		"z\u0336e\u0336r\u0336o":  "zero",
		"Вісусlе":                 "bicycle",
		"٠٧٩ १२३":                 "079 123",
		"①②③ 🅰🅱 7️⃣":              "123 ab 7",
		"ᴡᴀᴛᴄʜ ½ ﬁne":             "watch 1⁄2 fine",
		"a\x00b\xffc":             "ab c",
		"日本語 한국어":                 "日本語 한국어",
		"":                        "",
	} {
		if got := Normalise(text).String(); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestSpanFindsTheOriginal(t *testing.T) {
	t.Parallel()
	for text, words := range map[string]map[string]string{
		"  A  Größe\n\n M":             {"a": "A", "grosse": "Größe", "m": "M"},
		"s\u200be\u0301ll e\u0301 now": {"sell": "s\u200be\u0301ll", "e n": "e\u0301 n", "now": "now"},
		"x 𝐛𝐨𝐥𝐝 y":                     {"bold": "𝐛𝐨𝐥𝐝", "y": "y"},
		"ﷺ end":                        {"end": "end"},
	} {
		norm := Normalise(text)
		for word, want := range words {
			at := strings.Index(norm.String(), word)
			span := norm.Span(at, at+len(word))
			if got := text[span.From:span.To]; got != want {
				t.Errorf("%q in %q came from %q, want %q", word, text, got, want)
			}
		}
	}
}

func TestSpanKnowsItsField(t *testing.T) {
	t.Parallel()
	text := &Text{}
	text.add("title", "  Größe  M ")
	text.add("body", "")
	text.add("attributes.colour", "Grün")
	at := strings.Index(text.String(), "grun")
	if span := text.Span(at, at+4); span != (Span{"attributes.colour", 0, 5}) {
		t.Errorf("the span is %+v", span)
	}
	at = strings.Index(text.String(), "m")
	if span := text.Span(at, at+1); span.Field != "title" || "  Größe  M "[span.From:span.To] != "M" {
		t.Errorf("the span is %+v", span)
	}
}

// TestEveryRuneFoldsOnce folds each rune there is; the result must be stable.
func TestEveryRuneFoldsOnce(t *testing.T) {
	t.Parallel()
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		once := Normalise(string(r)).String()
		if twice := Normalise(once).String(); twice != once {
			t.Errorf("%U becomes %q and then %q", r, once, twice)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	for _, seed := range []string{"", "Größe ﷺ \u0301x", "a\xff\u200b\n\nb", "𝟎①🅰 ½", " \u0300 "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		norm := Normalise(text)
		once := norm.String()
		if twice := Normalise(once).String(); twice != once {
			t.Errorf("%q becomes %q and then %q", text, once, twice)
		}
		for i := range once {
			span := norm.Span(i, i+1)
			if span.From < 0 || span.From >= span.To || span.To > len(text) {
				t.Fatalf("byte %d of %q spans %+v of %q", i, once, span, text)
			}
		}
	})
}
