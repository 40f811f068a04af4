package text_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"fairground/internal/ui/text"
	"fairground/internal/value"
)

func file(content string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(content)} }

func catalogue(t *testing.T) *text.Catalogue {
	t.Helper()
	c, err := text.New(fstest.MapFS{
		"messages.en.json":    file(`{"demo.count": {"one": "{count} listing", "other": "{count} listings"}, "demo.by": "by {name} for {price}", "demo.only": "English only"}`),
		"messages.de.json":    file(`{"demo.count": {"one": "{count} Anzeige", "other": "{count} Anzeigen"}, "demo.by": "von {name} für {price}", "demo.street": "Straße"}`),
		"messages.de-CH.json": file(`{"demo.street": "Strasse"}`),
		"messages.ar.json":    file(`{"demo.count": {"zero": "صفر", "one": "واحد", "two": "اثنان", "few": "قليل {count}", "many": "كثير {count}", "other": "{count}"}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheSiteChoosesItsUnits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		locale value.Locale
		units  string
		want   string
		km     float64 // of 25
	}{{"en-US", "metric", "10 km", 25}, {"en-CH", "imperial", "6 mi", 40.2336}, {"en-US", "", "6 mi", 40.2336}, {"de", "", "10 km", 25}} {
		p := catalogue(t).Printer(text.Settings{Locale: c.locale, Units: c.units})
		if got := p.Distance(10); strings.ReplaceAll(got, "\u00a0", " ") != c.want {
			t.Errorf("%s, %q: %q, want %q", c.locale, c.units, got, c.want)
		}
		if km := p.Km(25); math.Abs(km-c.km) > 1e-6 {
			t.Errorf("%s, %q: 25 are %g km, want %g", c.locale, c.units, km, c.km)
		}
	}
}

func printer(t *testing.T, locale value.Locale) *text.Printer {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC)
	return catalogue(t).Printer(text.Settings{Locale: locale, Zone: zone, Currency: "CHF", Clock: &value.FixedClock{At: now}})
}

func TestMessages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		locale value.Locale
		key    string
		args   []any
		want   string
	}{
		{"en", "demo.count", []any{"count", 1}, "1 listing"},
		{"en", "demo.count", []any{"count", 1199}, "1,199 listings"},
		{"en-CH", "demo.count", []any{"count", 1199}, "1’199 listings"},
		{"de-CH", "demo.count", []any{"count", int64(1)}, "1 Anzeige"},
		{"de", "demo.count", []any{"count", 0}, "0 Anzeigen"},
		{"de", "demo.count", nil, "{count} Anzeigen"},
		{"ar", "demo.count", []any{"count", 2}, "اثنان"},
		{"ar", "demo.count", []any{"count", 5}, "قليل 5"},
		{"de-CH", "demo.street", nil, "Strasse"},
		{"de-AT", "demo.street", nil, "Straße"},
		{"de-CH", "demo.only", nil, "English only"},
		{"ro", "demo.only", nil, "English only"},
		{"en", "demo.nowhere", nil, "demo.nowhere"},
		{"de-CH", "demo.by", []any{"name", "<b>Mina</b>", "price", value.MoneyFromUnits(1800, "CHF")}, "von <b>Mina</b> für CHF\u00a01’800"},
		{"en", "demo.by", []any{"name", "{price}", "price", 2.5}, "by {price} for 2.5"},
	} {
		if got := printer(t, c.locale).T(c.key, c.args...); got != c.want {
			t.Errorf("%s %s%v = %q, want %q", c.locale, c.key, c.args, got, c.want)
		}
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	moment := time.Date(2026, 11, 21, 13, 2, 0, 0, time.UTC)
	for _, c := range []struct {
		locale value.Locale
		write  func(*text.Printer) string
		want   string
	}{
		{"en-CH", func(p *text.Printer) string { return p.Money(value.MoneyFromUnits(1800, "CHF")) }, "CHF\u00a01’800"},
		{"en-CH", func(p *text.Printer) string { return p.Money(value.Money{Minor: 1250, Currency: "CHF"}) }, "CHF\u00a012.50"},
		{"de", func(p *text.Printer) string { return p.Money(value.MoneyFromUnits(1800, "EUR")) }, "1.800\u00a0€"},
		{"en-US", func(p *text.Printer) string { return p.Money(value.MoneyFromUnits(99, "USD")) }, "$99"},
		{"en-US", func(p *text.Printer) string { return p.Money(value.Money{Minor: 500, Currency: "JPY"}) }, "¥500"},
		{"en-US", func(p *text.Printer) string { return p.Money(value.Money{Minor: 100, Currency: "not one"}) }, "1.00 not one"},
		{"en-CH", func(p *text.Printer) string { return p.Count(48210) }, "48’210"},
		{"de", func(p *text.Printer) string { return p.Number(4.9) }, "4,9"},
		{"de", func(p *text.Printer) string { return p.Decimal(4.9, 2) }, "4,90"},
		{"en", func(p *text.Printer) string { return p.Percent(.87) }, "87%"},
		{"en-CH", func(p *text.Printer) string { return p.Date(moment) }, "21 Nov 2026"},
		{"de-CH", func(p *text.Printer) string { return p.DateLong(moment) }, "21. November 2026"},
		{"de-CH", func(p *text.Printer) string { return p.DateShort(moment) }, "21.11.26"},
		{"en-US", func(p *text.Printer) string { return p.Date(moment) }, "Nov 21, 2026"},
		{"de-CH", func(p *text.Printer) string { return p.Time(moment) }, "14:02"},
		{"en-CH", func(p *text.Printer) string { return p.Moment(moment) }, "21 Nov 2026, 14:02"},
		{"en", func(p *text.Printer) string { return p.Distance(3.4) }, "3 km"},
		{"en", func(p *text.Printer) string { return p.Distance(.52) }, "500 m"},
		{"en", func(p *text.Printer) string { return p.Distance(0) }, "100 m"},
		{"en-GB", func(p *text.Printer) string { return p.Distance(10) }, "6 mi"},
		{"ar", func(p *text.Printer) string { return p.Direction() }, "rtl"},
		{"de", func(p *text.Printer) string { return p.Direction() }, "ltr"},
	} {
		if got := c.write(printer(t, c.locale)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.locale, got, c.want)
		}
	}
}

func TestAgo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		past           time.Duration
		en, de, narrow string
	}{
		{20 * time.Second, "just now", "gerade eben", "just now"},
		{time.Minute, "1 minute ago", "vor 1 Minute", "1 min"},
		{2*time.Hour + 59*time.Minute, "2 hours ago", "vor 2 Stunden", "2 h"},
		{25 * time.Hour, "yesterday", "gestern", "1 d"},
		{6 * 24 * time.Hour, "6 days ago", "vor 6 Tagen", "6 d"},
		{31 * 24 * time.Hour, "21 Oct 2026", "21.10.2026", "21.10.26"},
		{-5 * time.Hour, "in 5 hours", "in 5 Stunden", "5 h"},
		{-25 * time.Hour, "tomorrow", "morgen", "1 d"},
	} {
		english := printer(t, "en-CH")
		if got := english.Ago(now.Add(-c.past)); got != c.en {
			t.Errorf("en %v: got %q, want %q", c.past, got, c.en)
		}
		if got := english.AgoBriefly(now.Add(-c.past)); got != c.narrow {
			t.Errorf("narrow %v: got %q, want %q", c.past, got, c.narrow)
		}
		if got := printer(t, "de-CH").Ago(now.Add(-c.past)); got != c.de {
			t.Errorf("de %v: got %q, want %q", c.past, got, c.de)
		}
	}
}

func TestContext(t *testing.T) {
	t.Parallel()
	ctx := text.WithPrinter(context.Background(), printer(t, "de-CH"))
	if got := text.T(ctx, "demo.count", "count", 2); got != "2 Anzeigen" {
		t.Errorf("T = %q", got)
	}
	if got := text.T(context.Background(), "demo.count", "count", 2); got != "demo.count" {
		t.Errorf("without a printer T = %q, want the key", got)
	}
	withKey := value.Errorf(value.Limited, "too many")
	withKey.Key, withKey.Args = "demo.count", []any{"count", 3}
	for err, want := range map[error]string{
		withKey: "3 Anzeigen",
		value.Errorf(value.Conflict, "changed meanwhile"): "changed meanwhile",
		errors.New("disk on fire"):                        "",
	} {
		if got := text.Error(ctx, err); got != want {
			t.Errorf("Error(%v) = %q, want %q", err, got, want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]fstest.MapFS{
		"broken":         {"messages.en.json": file(`{"a.b": `)},
		"not a text":     {"messages.en.json": file(`{"a.b": 7}`)},
		"unknown form":   {"messages.en.json": file(`{"a.b": {"some": "x", "other": "y"}}`)},
		"no other":       {"messages.en.json": file(`{"a.b": {"one": "x"}}`)},
		"defined twice":  {"messages.en.json": file(`{"text.now": "again"}`)},
		"malformed list": {"messages.en.json": file(`["a"]`)},
	} {
		if _, err := text.New(files); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestCheckFindsEachProblem(t *testing.T) {
	t.Parallel()
	problems, err := text.Check("testdata/faulty", "en", "de")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, p := range problems {
		all.WriteString(p.String() + "\n")
	}
	for _, want := range []string{
		"demo.untranslated: is missing in de",
		"demo.undefined: is asked for in testdata/faulty/page.go",
		"demo.unused: is defined but nothing asks for it",
		"demo.plural: lacks the plural form one in de",
		`demo.gap: has the gaps "" in de and "{name}" in en`,
	} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("not found: %s", want)
		}
	}
	if len(problems) != 5 {
		t.Errorf("found %d problems, want 5:\n%s", len(problems), &all)
	}
}
