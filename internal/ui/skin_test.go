package ui

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"fairground/internal/value"
)

func TestSkinIsReadable(t *testing.T) {
	t.Parallel()
	colours := regexp.MustCompile(`#[0-9a-f]{6}`)
	for _, accent := range []string{"#c8321f", "#ffff00", "#000000", "#FFFFFF", "#1d4ed8", "#80b0a0"} {
		css, err := SkinCSS(accent)
		if err != nil {
			t.Fatal(err)
		}
		found := colours.FindAllString(css, -1)
		if len(found) != 4 {
			t.Fatalf("%s: %q has %d colours, want 4", accent, css, len(found))
		}
		for _, pair := range [][2]string{{found[0], found[2]}, {found[1], found[3]}, {found[0], onLight.String()}, {found[1], onDark.String()}} {
			if ratio := contrast(parseColour(pair[0]), parseColour(pair[1])); ratio < 4.5 {
				t.Errorf("%s: %s on %s has contrast %.2f, want 4.5", accent, pair[0], pair[1], ratio)
			}
		}
	}
	for _, wrong := range []string{"", "red", "#fff", "#c8321f}body{display:none", "#zzzzzz"} {
		if css, err := SkinCSS(wrong); value.KindOf(err) != value.Invalid {
			t.Errorf("SkinCSS(%q) = %q, %v, want an error of kind invalid", wrong, css, err)
		}
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
