package transfer

import (
	"testing"

	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/value"
)

func TestReading(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		locale value.Locale
		kind   record.Type
		text   string
		want   string
	}{
		{"de-DE", record.Decimal, "1.234,5", "1234.5"},
		{"de-DE", record.Decimal, "1.234", "1234"},
		{"de-DE", record.Decimal, "1.234.567,00", "1234567.00"},
		{"de-DE", record.Decimal, "12.5", "12.5"},
		{"de-DE", record.Decimal, "1.23.456", "1.23.456"},
		{"de-DE", record.MoneyType, "1.250,50 EUR", "1250.50 EUR"},
		{"de-DE", record.MoneyType, "EUR 1.250", "EUR 1250"},
		{"de-CH", record.Decimal, "1'234.5", "1'234.5"},
		{"de-CH", record.Decimal, "1.250", "1.250"},
		{"fr-FR", record.Decimal, "1 234,5", "1 234.5"},
		{"en-GB", record.Integer, "1,234,567", "1234567"},
		{"en-US", record.Decimal, "1,234.5", "1234.5"},
		{"en-US", record.Decimal, "12,5", "12,5"},
		{"en-US", record.Decimal, "1.5,5", "1.5,5"},
		{"en-US", record.Date, "03/04/2026", "2026-03-04"},
		{"en-GB", record.Date, "3/4/2026", "2026-04-03"},
		{"fr-FR", record.DateTime, "03/04/2026 14:30", "2026-04-03T14:30"},
		{"fr-FR", record.Date, "2026/04/03", "2026/04/03"},
		{"fr-FR", record.Date, "03/04/26", "03/04/26"},
		{"fr-FR", record.Date, "3.4.2026", "3.4.2026"},
	} {
		read := reading(c.kind, Settings{Locale: c.locale, Options: sheet.Options{Format: sheet.CSV}})
		if got := read(c.text); got != c.want {
			t.Errorf("%s %s %q: %q, want %q", c.locale, c.kind, c.text, got, c.want)
		}
	}
	if reading(record.Decimal, Settings{Locale: "de-DE", Options: sheet.Options{Format: sheet.XLSX}}) != nil {
		t.Error("a workbook's 1.125 would become 1125")
	}
	if reading(record.Decimal, Settings{}) != nil || reading(record.Text, Settings{Locale: "de-DE"}) != nil {
		t.Error("what can be read in one way only is changed")
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{`C:\a\b.csv`: "b.csv", "../../etc/list.csv": "list.csv", "a\x00\nb.csv": "ab.csv", "": ".", "grün.xlsx": "grün.xlsx"} {
		if got := cleanName(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
