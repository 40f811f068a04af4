package site_test

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

func TestSettingsProblemsNameTheirField(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*site.Settings){
		"":                func(*site.Settings) {},
		"name":            func(s *site.Settings) { s.Name = "  " },
		"tagline":         func(s *site.Settings) { s.Tagline = "two\nlines" },
		"locales":         func(s *site.Settings) { s.Locales = []value.Locale{"en", "en"} },
		"currency":        func(s *site.Settings) { s.Currency = "chf" },
		"time_zone":       func(s *site.Settings) { s.TimeZone = "Local" },
		"country":         func(s *site.Settings) { s.Country = "EU1" },
		"units":           func(s *site.Settings) { s.Units = "cubits" },
		"centre":          func(s *site.Settings) { s.Centre = value.Point{Lat: 91, Lon: 1} },
		"imprint":         func(s *site.Settings) { s.Imprint = strings.Repeat("x", 5001) },
		"contact_email":   func(s *site.Settings) { s.ContactEmail = "" },
		"from_email":      func(s *site.Settings) { s.FromEmail = "nobody" },
		"posts_per_day":   func(s *site.Settings) { s.PostsPerDay = 0 },
		"live_per_member": func(s *site.Settings) { s.LivePerMember = -1 },
		"reply_domain":    func(s *site.Settings) { s.ReplyDomain = "localhost" },
		"scan_messages":   func(s *site.Settings) { s.ScanMessages = "never" },
	} {
		s := settings()
		spoil(&s)
		problems := s.Problems()
		switch {
		case field == "" && len(problems) > 0:
			t.Errorf("good settings: %v", problems[0])
		case field != "" && (len(problems) != 1 || problems[0].Field != field):
			t.Errorf("%s: got %v", field, problems)
		case field != "" && value.KindOf(s.Check()) != value.Invalid:
			t.Errorf("%s: Check returned %v", field, s.Check())
		}
	}
}

func TestSettingsAreKeptAndLogged(t *testing.T) {
	t.Parallel()
	each(t, site.Limits{OpenSites: 1}, func(t *testing.T, w world) {
		slug, other := w.create(t), w.create(t)
		changed := settings()
		changed.Name, changed.Imprint = `Hill "Market" & Söhne`, "Line one\nLine <two>"
		ok(t, w.Use(t.Context(), slug, func(ctx context.Context, s *site.Site) error {
			if !reflect.DeepEqual(s.Settings(), settings()) {
				t.Errorf("at first: %+v", s.Settings())
			}
			ok(t, s.SaveSettings(ctx, operator, changed))
			if s.Settings().Name != changed.Name {
				t.Error("a change does not show at once")
			}
			wantKind(t, s.SaveSettings(ctx, operator, site.Settings{}), value.Invalid)
			ok(t, s.SaveSettings(ctx, operator, changed))
			return nil
		}))
		ok(t, w.Use(t.Context(), other, func(_ context.Context, s *site.Site) error { return nil }))
		ok(t, w.Use(t.Context(), slug, func(ctx context.Context, s *site.Site) error {
			if !reflect.DeepEqual(s.Settings(), changed) {
				t.Errorf("after opening again: %+v", s.Settings())
			}
			wantLogged(t, s)
			return nil
		}))
	})
}

// wantLogged wants the creation and one change in the log: saving the same again is no change.
func wantLogged(t *testing.T, s *site.Site) {
	t.Helper()
	rows := sitetest.History(t, s, "settings", s.ID)
	if len(rows) != 2 {
		t.Fatalf("%d changes of the settings, want 2", len(rows))
	}
	var diff map[string]struct{ Old, New string }
	if err := json.Unmarshal([]byte(rows[1].Diff), &diff); err != nil || len(diff) != 2 || diff["name"].Old != "Lakeside Market" {
		t.Errorf("the log says %s, %v", rows[1].Diff, err)
	}
}
