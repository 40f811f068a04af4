package theme_test

import (
	"bytes"
	"encoding/json"
	"image/color"
	stdpng "image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fairground/internal/site"
	"fairground/internal/value"
)

func TestTheManifestIsTheSites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.keepEntities = true
	settings := w.Site.Settings()
	settings.Name, settings.Tagline, settings.Theme = "Boats & Bicycles of the Lake", `All "sorts"`, site.Theme{Accent: "#0b6e4f", Ground: "#fdf6e9"}
	w.ok(w.Site.SaveSettings(t.Context(), value.SystemActor("test"), settings))
	answer := w.get("", "/manifest.webmanifest")
	var got struct {
		ID, Name, Description, Lang, Display string
		ShortName                            string `json:"short_name"`
		Start                                string `json:"start_url"`
		Scope                                string
		Background                           string `json:"background_color"`
		Icons                                []struct{ Src, Sizes, Type, Purpose string }
	}
	w.ok(json.Unmarshal([]byte(answer.body), &got))
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "application/manifest+json" {
		t.Errorf("%d, %v", answer.StatusCode, answer.Header)
	}
	if got.Name != settings.Name || got.ShortName != "Boats & Bicy" || got.Description != `All "sorts"` || got.Scope != "/" || got.Start != "/" ||
		got.Background != "#fdf6e9" || got.Display != "standalone" || len(got.Icons) != 5 {
		t.Errorf("%+v", got)
	}
	for _, icon := range got.Icons {
		if served := w.get("", icon.Src); served.StatusCode != 200 || served.Header.Get("Content-Type") != icon.Type {
			t.Errorf("%s: %d, %v", icon.Src, served.StatusCode, served.Header)
		}
	}
}

func TestTheSignIsDrawnInTheSitesColours(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.keepEntities = true
	before := w.get("", "/theme/icon-512.png")
	settings := w.Site.Settings()
	settings.Theme = site.Theme{Accent: "#0b6e4f", Ground: "#fdf6e9"}
	w.ok(w.Site.SaveSettings(t.Context(), value.SystemActor("test"), settings))
	after := w.get("", "/theme/icon-512.png")
	if before.body == after.body || before.Header.Get("ETag") == after.Header.Get("ETag") {
		t.Error("the sign keeps its old colours")
	}
	if again := w.get("", "/theme/icon-512.png", "If-None-Match", after.Header.Get("ETag")); again.StatusCode != 304 {
		t.Errorf("the same sign is sent again: %d", again.StatusCode)
	}
	if dir := os.Getenv("FAIRGROUND_SHOTS"); dir != "" {
		w.ok(os.WriteFile(filepath.Join(dir, "sign.png"), []byte(after.body), 0o600))
	}
	picture, err := stdpng.Decode(bytes.NewReader([]byte(after.body)))
	w.ok(err)
	for at, want := range map[[2]int]color.RGBA{
		{2, 2}: {0xfd, 0xf6, 0xe9, 0xff}, {256, 170}: {0x0b, 0x6e, 0x4f, 0xff}, {256, 330}: {0xfd, 0xf6, 0xe9, 0xff}, {256, 360}: {0x0b, 0x6e, 0x4f, 0xff},
	} {
		if got := color.RGBAModel.Convert(picture.At(at[0], at[1])); got != want || picture.Bounds().Dx() != 512 {
			t.Errorf("at %v: %v, want %v", at, got, want)
		}
	}
	if status := w.get("", "/theme/icon-9999.png").StatusCode; status != 404 {
		t.Errorf("any size is drawn: %d", status)
	}
	if !strings.HasPrefix(w.get("", "/theme/icon-180.png").body, "\x89PNG") {
		t.Error("there is no picture for home screens")
	}
}
