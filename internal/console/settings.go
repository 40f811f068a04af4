package console

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

// settingsView is the form of the site's settings, as they are or as they were typed.
type settingsView struct {
	v      *visit
	typed  map[string]string
	faults faults
}

// settingFields are the fields of the form, named as in site.Settings.
var settingFields = []string{"name", "tagline", "locales", "currency", "time_zone", "country", "units", "centre", "imprint", "contact_email", "from_email",
	"posts_per_day", "live_per_member", "guest_posting", "reply_domain", "scan_messages", "search", "rates", "tiles", "tiles_credit"}

func (v *visit) settingsForm(w http.ResponseWriter) error {
	s := v.site.Settings()
	locales := make([]string, len(s.Locales))
	for i, locale := range s.Locales {
		locales[i] = string(locale)
	}
	return v.showSettings(w, http.StatusOK, &settingsView{typed: map[string]string{
		"name": s.Name, "tagline": s.Tagline, "locales": strings.Join(locales, ", "), "currency": s.Currency,
		"time_zone": s.TimeZone, "country": s.Country, "units": string(s.Units), "centre": centreText(s.Centre),
		"imprint": s.Imprint, "contact_email": string(s.ContactEmail), "from_email": string(s.FromEmail),
		"posts_per_day": strconv.Itoa(s.PostsPerDay), "live_per_member": strconv.Itoa(s.LivePerMember), "guest_posting": yes(s.GuestPosting),
		"reply_domain": s.ReplyDomain, "scan_messages": string(s.ScanMessages),
		"search": string(s.Search), "rates": ratesText(s.Rates), "tiles": s.Tiles, "tiles_credit": s.TilesCredit,
	}})
}

func (v *visit) showSettings(w http.ResponseWriter, status int, view *settingsView) error {
	view.v = v
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		wait, err = v.waiting(tx)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(w, status, v.page(v.t("console.settings"), "/console/settings", wait), view.view())
}

func (s *settingsView) mayEdit() bool { return s.v.may(account.SettingsEdit) }

// saveSettings stores what was typed; settings the form does not show stay as they are.
func (v *visit) saveSettings(w http.ResponseWriter) error {
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	view := &settingsView{typed: make(map[string]string)}
	for _, field := range settingFields {
		view.typed[field] = f.Raw(field)
	}
	settings, err := v.typedSettings(f)
	if err == nil {
		err = v.site.SaveSettings(v.ctx, v.me.Actor(), settings)
	}
	if err == nil {
		return v.goOn(w, "/console/settings", v.t("console.settings_saved"))
	}
	known, unknown := v.faultsOf(err, settingFields...)
	if unknown != nil {
		return unknown
	}
	view.faults = known
	return v.showSettings(w, statusOf(err), view)
}

func (v *visit) typedSettings(f *web.Form) (site.Settings, error) {
	s := v.site.Settings()
	s.Name, s.Tagline = f.Line("name", 1000), f.Line("tagline", 1000)
	s.Locales = nil
	for _, tag := range strings.FieldsFunc(f.Line("locales", 200), func(c rune) bool { return c == ',' || c == ' ' }) {
		s.Locales = append(s.Locales, value.Locale(tag))
	}
	s.Currency, s.Country = strings.ToUpper(f.Line("currency", 10)), strings.ToUpper(f.Line("country", 10))
	s.TimeZone, s.Units = f.Line("time_zone", 60), site.Units(f.Line("units", 20))
	s.Imprint = f.Text("imprint", longestTyped)
	s.ContactEmail, s.FromEmail = value.Email(strings.TrimSpace(f.Raw("contact_email"))), value.Email(strings.TrimSpace(f.Raw("from_email")))
	s.PostsPerDay, s.LivePerMember = int(f.Int("posts_per_day", 1, 1000)), int(f.Int("live_per_member", 1, 10_000))
	s.GuestPosting, s.ReplyDomain = f.Bool("guest_posting"), strings.ToLower(f.Line("reply_domain", 300))
	s.ScanMessages = site.Scanning(f.Line("scan_messages", 20))
	s.Search, s.Tiles, s.TilesCredit = site.Searching(f.Line("search", 20)), f.Line("tiles", 300), f.Line("tiles_credit", 1000)
	rates, err := parseRates(f.Text("rates", 5000))
	if err != nil {
		f.Add(err)
	}
	s.Rates = rates
	centre, err := parseCentre(f.Line("centre", 60))
	if err != nil {
		f.Add(err)
	}
	s.Centre = centre
	return s, f.Err()
}

func centreText(p value.Point) string {
	if p.IsZero() {
		return ""
	}
	return strconv.FormatFloat(p.Lat, 'f', -1, 64) + ", " + strconv.FormatFloat(p.Lon, 'f', -1, 64)
}

// parseCentre reads "46.45, 6.65"; nothing is no centre.
func parseCentre(text string) (value.Point, *value.Error) {
	if text == "" {
		return value.Point{}, nil
	}
	left, right, _ := strings.Cut(text, ",")
	lat, err1 := strconv.ParseFloat(strings.TrimSpace(left), 64)
	lon, err2 := strconv.ParseFloat(strings.TrimSpace(right), 64)
	p, err3 := value.ParsePoint(lat, lon)
	if err1 != nil || err2 != nil || err3 != nil {
		return value.Point{}, value.Fieldf("centre", "write latitude and longitude, such as 46.45, 6.65")
	}
	return p, nil
}

// ratesText writes rates as people type them: one currency a line.
func ratesText(rates map[string]float64) string {
	var text strings.Builder
	for _, code := range slices.Sorted(maps.Keys(rates)) {
		text.WriteString(code + " " + strconv.FormatFloat(rates[code], 'f', -1, 64) + "\n")
	}
	return text.String()
}

// parseRates reads lines such as "EUR 0.95"; a comma is a point, and nothing is no rates.
func parseRates(text string) (map[string]float64, *value.Error) {
	rates := make(map[string]float64)
	for line := range strings.Lines(text) {
		parts := strings.FieldsFunc(line, func(c rune) bool { return unicode.IsSpace(c) || c == '=' || c == ':' })
		if len(parts) == 0 {
			continue
		}
		code := strings.ToUpper(parts[0])
		if len(parts) != 2 || rates[code] != 0 {
			return nil, value.Fieldf("rates", "write one currency a line, such as EUR 0.95")
		}
		rate, err := strconv.ParseFloat(strings.Replace(parts[1], ",", ".", 1), 64)
		if err != nil || !(rate > 0) {
			return nil, value.Fieldf("rates", "write one currency a line, such as EUR 0.95")
		}
		rates[code] = rate
	}
	if len(rates) == 0 {
		return nil, nil
	}
	return rates, nil
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}
