package console

import (
	"strings"
	"testing"

	"fairground/internal/safety"
	"fairground/internal/ui/text"
)

func TestRatesAsTheyAreTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"": "", " \n\n": "", "EUR 0.95": "EUR 0.95\n", "usd = 0,9\r\n\tEUR:1.5 ": "EUR 1.5\nUSD 0.9\n", "JPY 0.0061": "JPY 0.0061\n",
	} {
		rates, err := parseRates(typed)
		if err != nil || ratesText(rates) != want {
			t.Errorf("%q: %q, %v", typed, ratesText(rates), err)
		}
	}
	for _, typed := range []string{"EUR", "EUR dear", "EUR 0", "EUR -1", "EUR NaN", "EUR 1 2", "EUR 1\neur 2", "0.95"} {
		if rates, err := parseRates(typed); err == nil {
			t.Errorf("%q is read as %v", typed, rates)
		}
	}
}

func TestMarked(t *testing.T) {
	t.Parallel()
	span := func(from, to int) safety.Span { return safety.Span{Field: "body", From: from, To: to} }
	for _, c := range []struct {
		name, text string
		spans      []safety.Span
		want       string
	}{
		{"nothing", "plain", nil, "plain"},
		{"one", "a red sail", []safety.Span{span(2, 5)}, "a [red] sail"},
		{"all", "red", []safety.Span{span(0, 3)}, "[red]"},
		{"overlapping, touching and twice", "abcdef", []safety.Span{span(3, 5), span(1, 3), span(1, 3), span(2, 4)}, "a[bcde]f"},
		{"one inside the other", "abcdef", []safety.Span{span(1, 5), span(2, 3)}, "a[bcde]f"},
		{"another field", "abc", []safety.Span{{Field: "title", From: 0, To: 2}}, "abc"},
		{"beyond the text", "abc", []safety.Span{span(1, 9), span(-1, 2), span(2, 1)}, "abc"},
		{"inside a letter", "aé", []safety.Span{span(1, 2)}, "aé"},
		{"letters of several bytes", "für übel", []safety.Span{span(5, 10)}, "für [übel]"},
	} {
		var got strings.Builder
		for _, p := range marked(c.text, "body", c.spans) {
			if p.marked {
				got.WriteString("[" + p.text + "]")
			} else {
				got.WriteString(p.text)
			}
		}
		if got.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, &got, c.want)
		}
	}
}

func TestMarkedLosesNoText(t *testing.T) {
	t.Parallel()
	const whole = "Größe: 12 m², “wie neu” 🚤"
	for from := range len(whole) {
		for to := from + 1; to <= len(whole); to++ {
			var got string
			for _, p := range marked(whole, "body", []safety.Span{{Field: "body", From: from, To: to}, {Field: "body", From: 3, To: 9}}) {
				got += p.text
			}
			if got != whole {
				t.Fatalf("%d to %d: %q", from, to, got)
			}
		}
	}
}

func TestLinkedCutsOnlyOwnAddresses(t *testing.T) {
	t.Parallel()
	const origin = "http://lake.example.org"
	for letter, want := range map[string]string{
		"see http://lake.example.org/a?b=c.":       "/a?b=c",
		"(http://lake.example.org/a)":              "/a",
		"http://lake.example.org.evil.example/a":   "",
		"http://lake.example.org//evil.example":    "",
		"http://lake.example.org@evil.example/a":   "",
		"https://lake.example.org/a":               "",
		"javascript:alert(1) //lake.example.org/a": "",
		`http://lake.example.org/\evil.example`:    "",
	} {
		var whole, hrefs string
		for _, part := range linked(letter, origin) {
			whole += part.text
			hrefs += part.href
		}
		if hrefs != want || whole != letter {
			t.Errorf("%q: leads to %q, want %q; text %q", letter, hrefs, want, whole)
		}
	}
}

func TestMessagesAreComplete(t *testing.T) {
	t.Parallel()
	problems, err := text.Check(".", "en", "de")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Key, "console.") {
			t.Error(p)
		}
	}
}
