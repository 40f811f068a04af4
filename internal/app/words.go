package app

import (
	"net/http"
	"slices"
	"time"

	"golang.org/x/text/language"

	"fairground/internal/account"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

const languageCookie = "language"

// speak puts the words of the reader's language into a request: the one chosen on the page, else the account's, else
// the one the browser asks for, of those the site speaks.
func (a *App) speak(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
	s := site.From(r.Context())
	settings := s.Settings()
	p := a.printer(settings, chooseLocale(r, settings.Locales))
	w.Header().Add("Vary", "Accept-Language, Cookie")
	return r.WithContext(text.WithPrinter(r.Context(), p)), nil
}

// printerKey is everything that a printer depends on.
type printerKey struct {
	locale         value.Locale
	zone, currency string
	units          site.Units
}

func (a *App) printer(settings site.Settings, locale value.Locale) *text.Printer {
	key := printerKey{locale, settings.TimeZone, settings.Currency, settings.Units}
	if p, ok := a.printers.Load(key); ok {
		return p.(*text.Printer)
	}
	p, _ := a.printers.LoadOrStore(key, a.words.Printer(text.Settings{
		Locale: locale, Zone: settings.Location(), Currency: settings.Currency, Clock: a.clock, Units: string(settings.Units),
	}))
	return p.(*text.Printer)
}

func chooseLocale(r *http.Request, spoken []value.Locale) value.Locale {
	if len(spoken) == 0 {
		return "en"
	}
	if cookie, err := r.Cookie(languageCookie); err == nil && slices.Contains(spoken, value.Locale(cookie.Value)) {
		return value.Locale(cookie.Value)
	}
	if locale := account.From(r.Context()).Locale; slices.Contains(spoken, locale) {
		return locale
	}
	tags := make([]language.Tag, len(spoken))
	for i, locale := range spoken {
		tags[i] = language.Make(string(locale))
	}
	wanted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(wanted) == 0 {
		return spoken[0]
	}
	_, i, confidence := language.NewMatcher(tags).Match(wanted...)
	if confidence == language.No {
		return spoken[0]
	}
	return spoken[i]
}

// chooseLanguage remembers the language that was chosen on a page and goes back to that page.
func chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	locale := value.Locale(r.PathValue("locale"))
	if !slices.Contains(site.From(r.Context()).Settings().Locales, locale) {
		return value.Errorf(value.NotFound, "this site does not speak %s", locale)
	}
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: string(locale), Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: web.HTTPS(r),
	})
	return web.Redirect(w, r, web.LocalPath(r.URL.Query().Get("next"), "/"))
}
