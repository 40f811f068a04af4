package value

import (
	"strings"
	"testing"
)

func TestVisible(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"ci\u200bty bi\u00adcy\u2060cle":                   "city bicycle",
		"gift\u202e drac\u202c card":                       "gift drac card",
		"\ufeffcity\u200d bike\u200c":                      "city bike",
		"b\u200di\u200dk\u200de":                           "bike",
		"bike\u3164\u2800\u115f":                           "bike",
		"bike \U000e0062\U000e0069":                        "bike ",
		"a" + strings.Repeat("\u0301", 40):                 "a" + strings.Repeat("\u0301", 4),
		"\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", // Persian needs it
		"\U0001F468\u200d\U0001F469\u200d\U0001F467":       "\U0001F468\u200d\U0001F469\u200d\U0001F467",
		"café Zürich\n\ttwo lines":                         "café Zürich\n\ttwo lines",
		"\xff\u200b":                                       "\xff\u200b",
	} {
		if got := Visible(written); got != want {
			t.Errorf("%q became %q, want %q", written, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", "häh": "häh", "hähä": "häh…", "🚲🚲🚲🚲🚲": "🚲🚲🚲…"} {
		if got := Clip(text, 3); got != want {
			t.Errorf("%q is cut to %q, want %q", text, got, want)
		}
	}
}

func FuzzVisible(f *testing.F) {
	for _, seed := range []string{"plain", "a\u202eb", "\U0001f469\u200d\U0001f527", "\u0628\u200d\u200bx", "x\u0334\u0334\u0334\u200d\u0334\u0334"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Visible(text)
		if again := Visible(got); again != got {
			t.Errorf("%q becomes %q and then %q", text, got, again)
		}
	})
}
