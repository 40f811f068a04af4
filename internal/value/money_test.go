package value_test

import (
	"testing"

	"pgregory.net/rapid"

	"fairground/internal/value"
)

func TestParseMoney(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"1250": 125000, "12.50": 1250, "12.5": 1250, "12,50": 1250, "1'250.-": 125000, "1’250.00": 125000,
		"CHF 12": 1200, "12 CHF": 1200, "1,250.00": 125000, "1,250": 125000, "5e+05": 50000000, "1.5E3": 150000,
		"0": 0, " 7 ": 700, "12.500": 1250, "1 250": 125000,
	} {
		got, err := value.ParseMoney(text, "CHF")
		if err != nil || got.Minor != want {
			t.Errorf("%q: %d, %v; want %d", text, got.Minor, err, want)
		}
	}
	for _, text := range []string{"", "-5", "12.505", "abc", "1.2.3", "1e99", "1e-3", "99999999999999999", "NaN", "12 EUR", "0x10", "."} {
		if got, err := value.ParseMoney(text, "CHF"); value.KindOf(err) != value.Invalid {
			t.Errorf("%q was read as %d, %v", text, got.Minor, err)
		}
	}
	if yen, err := value.ParseMoney("1250", "JPY"); err != nil || yen.Minor != 1250 || yen.Decimal() != "1250" {
		t.Errorf("yen: %v, %v", yen, err)
	}
	if _, err := value.ParseMoney("12.50", "JPY"); err == nil {
		t.Error("half a yen was read")
	}
}

func TestMoneyIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := value.Money{
			Minor:    rapid.Int64Range(0, 1e15).Draw(t, "minor"),
			Currency: rapid.SampledFrom([]string{"CHF", "JPY", "KWD", "EUR"}).Draw(t, "currency"),
		}
		got, err := value.ParseMoney(m.Decimal(), m.Currency)
		if err != nil || got != m {
			t.Fatalf("%v was written %s and read %v, %v", m, m.Decimal(), got, err)
		}
	})
}

func FuzzParseMoney(f *testing.F) {
	f.Add("1'250.-")
	f.Fuzz(func(t *testing.T, text string) {
		if m, err := value.ParseMoney(text, "CHF"); err == nil && m.Minor < 0 {
			t.Errorf("%q is %d", text, m.Minor)
		}
	})
}
