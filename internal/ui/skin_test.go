package ui

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"fairground/internal/value"
)

// TestSkinsAreReadable: whatever a site chooses, once its faults are mended everything on its pages can be read.
func TestSkinsAreReadable(t *testing.T) {
	t.Parallel()
	colours := []string{"", "#c8321f", "#ffff00", "#000000", "#FFFFFF", "#1d4ed8", "#80b0a0", "#f4bf52", "#777777"}
	for _, accent := range colours {
		for _, ground := range colours {
			for _, ink := range colours {
				s := Skin{Accent: accent, Ground: ground, Ink: ink}
				faults, err := s.Faults()
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range faults {
					if f.Ratio >= f.Needed {
						t.Errorf("%+v: no fault: %+v", s, f)
					}
					mend(&s, f)
				}
				if left, _ := s.Faults(); len(left) > 0 {
					t.Errorf("%+v: mended and still %+v", s, left)
				}
				for name, scheme := range map[string]map[string]colour{"light": s.colours().light, "dark": s.colours().dark} {
					for _, pair := range [][2]string{
						{"ink", "paper"}, {"ink", "surface"}, {"ink", "sunken"}, {"ink-2", "paper"}, {"ink-2", "surface"}, {"ink-2", "sunken"},
						{"ink-3", "paper"}, {"ink-3", "surface"}, {"ink-3", "sunken"}, {"pennant", "paper"}, {"pennant", "surface"}, {"on-pennant", "pennant"},
					} {
						if ratio := contrast(scheme[pair[0]], scheme[pair[1]]); ratio < 4.5 {
							t.Errorf("%+v, %s: %s on %s has contrast %.2f, want 4.5", s, name, pair[0], pair[1], ratio)
						}
					}
				}
			}
		}
	}
}

func mend(s *Skin, f SkinFault) {
	*map[string]*string{"accent": &s.Accent, "ground": &s.Ground, "ink": &s.Ink}[f.Field] = f.Better
}

func TestSkinFaultsAreExplained(t *testing.T) {
	t.Parallel()
	faults, err := Skin{Accent: "#ffd400", Ground: "#222222", Ink: "#cccccc"}.Faults()
	if err != nil || len(faults) != 3 {
		t.Fatalf("%+v %v", faults, err)
	}
	for _, wrong := range []string{"red", "#fff", "#c8321f}body{display:none", "#zzzzzz"} {
		if _, err := (Skin{Accent: wrong}).Faults(); value.KindOf(err) != value.Invalid {
			t.Errorf("%q: %v, want an error of kind invalid", wrong, err)
		}
		if css := (Skin{Accent: wrong, Ground: wrong, Ink: wrong, Text: wrong, Ornament: wrong}).CSS(); wrong != "#fff" && strings.Contains(css, wrong) {
			t.Errorf("%q reached the style sheet: %s", wrong, css)
		}
	}
	if css := (Skin{}).CSS(); css != "" {
		t.Errorf("the built-in look has a style sheet: %s", css)
	}
}

// TestBuiltInColours: the colours that skins are made from are those of the style sheets.
func TestBuiltInColours(t *testing.T) {
	t.Parallel()
	tokens := readTokens(t)
	for name, want := range map[string][2]colour{"paper": {paperLight, paperDark}, "ink": {inkLight, inkDark}} {
		if tokens[name][0] != want[0] || tokens[name][1] != want[1] {
			t.Errorf("%s is %v in tokens.css, %v here", name, tokens[name], want)
		}
	}
	if tokens["pennant"][0] != pennantLight || tokens["surface"][1] != surfaceDark || tokens["sunken"][1] != sunkenDark {
		t.Error("pennant, surface or sunken differ from tokens.css")
	}
}

// TestTokensAreReadable measures every pair of text and ground that the components use, on light and dark ground.
func TestTokensAreReadable(t *testing.T) {
	t.Parallel()
	tokens := readTokens(t)
	pairs := map[string][]string{
		"ink": {"paper", "surface", "sunken", "canopy-bg", "marigold-bg", "alarm-bg"}, "ink-2": {"paper", "surface", "sunken"},
		"ink-3": {"paper", "surface", "sunken"}, "pennant": {"paper", "surface"}, "on-pennant": {"pennant"},
		"canopy": {"canopy-bg", "paper", "surface"}, "marigold": {"marigold-bg", "paper"}, "alarm": {"alarm-bg", "paper", "surface", "sunken"},
		"paper": {"ink"},
	}
	for text, grounds := range pairs {
		for _, ground := range grounds {
			for side, scheme := range []string{"light", "dark"} {
				if ratio := contrast(tokens[text][side], tokens[ground][side]); ratio < 4.5 {
					t.Errorf("%s: %s on %s has contrast %.2f, want 4.5", scheme, text, ground, ratio)
				}
			}
		}
	}
	for side, scheme := range []string{"light", "dark"} {
		if ratio := contrast(tokens["edge"][side], tokens["surface"][side]); ratio < 3 {
			t.Errorf("%s: the edge of a field has contrast %.2f, want 3", scheme, ratio)
		}
	}
}

func readTokens(t *testing.T) map[string][2]colour {
	t.Helper()
	css, err := os.ReadFile("styles/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string][2]colour{}
	for _, found := range regexp.MustCompile(`--([a-z0-9-]+): light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\)`).FindAllStringSubmatch(string(css), -1) {
		tokens[found[1]] = [2]colour{parseColour(long(found[2])), parseColour(long(found[3]))}
	}
	if len(tokens) < 15 {
		t.Fatalf("found %d tokens in tokens.css, want at least 15", len(tokens))
	}
	return tokens
}

// long writes #fff as #ffffff.
func long(hex string) string {
	if len(hex) == 7 {
		return hex
	}
	return "#" + strings.Repeat(hex[1:2], 2) + strings.Repeat(hex[2:3], 2) + strings.Repeat(hex[3:4], 2)
}
