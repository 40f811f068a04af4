package site

import "testing"

func TestTilesOrigin(t *testing.T) {
	t.Parallel()
	for tiles, want := range map[string]string{
		"":                                      "",
		"https://tiles.example/{z}/{x}/{y}.png": "https://tiles.example",
		"https://tiles.example:8443/{z}/{x}/{y}?key=1":       "https://tiles.example:8443",
		"http://tiles.example/{z}/{x}/{y}.png":               "",
		"https://tiles.example/{z}/{x}.png":                  "",
		"https://tiles.example;script-src */{z}/{x}/{y}.png": "",
		"https://*/{z}/{x}/{y}.png":                          "",
		"https://{x}.example/{z}/{y}.png":                    "",
	} {
		if got := (Settings{Tiles: tiles}).TilesOrigin(); got != want {
			t.Errorf("%q: %q, want %q", tiles, got, want)
		}
	}
}
