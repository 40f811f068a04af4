package site

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // time zones must be known on machines that have none installed
	"unicode/utf8"

	"github.com/bojanz/currency"
	"golang.org/x/text/language"

	"fairground/internal/value"
)

// Units is how a site writes distances.
type Units string

// The systems of units.
const (
	Metric   Units = "metric"
	Imperial Units = "imperial"
)

// Settings are what an operator decides about a site. A Settings from Site.Settings is shared: change a copy.
type Settings struct {
	Name         string         `json:"name"`
	Tagline      string         `json:"tagline"`       // one line under the name, may be empty
	Locales      []value.Locale `json:"locales"`       // what the site speaks; the first is the default
	Currency     string         `json:"currency"`      // ISO 4217
	TimeZone     string         `json:"time_zone"`     // IANA, such as "Europe/Zurich"
	Country      string         `json:"country"`       // ISO 3166, two letters
	Units        Units          `json:"units"`         //
	Centre       value.Point    `json:"centre"`        // where maps begin; zero when the site has no place
	Imprint      string         `json:"imprint"`       // who answers for the site, as plain text
	ContactEmail value.Email    `json:"contact_email"` // shown to the public
	FromEmail    value.Email    `json:"from_email"`    // sender of its mail; empty means ContactEmail

	PostsPerDay   int      `json:"posts_per_day"`   // listings a private member may post in 24 hours
	LivePerMember int      `json:"live_per_member"` // listings a private member may have live at once
	GuestPosting  bool     `json:"guest_posting"`   // visitors may post, confirmed by mail
	ReplyDomain   string   `json:"reply_domain"`    // of the masked addresses that conversations are answered at; empty means the site's first host
	ScanMessages  Scanning `json:"scan_messages"`   // which messages between members the rules read

	Search      Searching          `json:"search"`       // what answers searches
	Rates       map[string]float64 `json:"rates"`        // how many units of Currency one unit of another currency is worth
	Tiles       string             `json:"tiles"`        // address of map tiles with {z}, {x} and {y}; empty: the map that Fairground brings along
	TilesCredit string             `json:"tiles_credit"` // whose tiles they are, shown on the map

	Theme Theme `json:"theme"` // how the public pages look
}

// Scanning says which messages between members are read by the safety rules.
type Scanning string

// The choices. Whatever the site chose, a conversation that somebody reported is read.
const (
	ScanAll      Scanning = "all"      // every message, before it is delivered
	ScanReported Scanning = "reported" // none before somebody reports a conversation
)

// Searching says what answers searches.
type Searching string

// The choices. While the index in memory loads, or has no room, the database answers.
const (
	SearchMemory   Searching = "memory"   // an index in memory: typos, instant counts
	SearchDatabase Searching = "database" // the site's database alone: less memory
)

// Defaults are the settings of a site that has only a name and a contact.
func Defaults(name string, contact value.Email) Settings {
	return Settings{
		Name: name, Locales: []value.Locale{"en"}, Currency: "EUR", TimeZone: "UTC", Country: "CH",
		Units: Metric, ContactEmail: contact,
		PostsPerDay: 10, LivePerMember: 50, GuestPosting: true, ScanMessages: ScanAll,
		Search: SearchMemory,
	}
}

// Locale is the site's default locale.
func (s Settings) Locale() value.Locale {
	if len(s.Locales) == 0 {
		return "en"
	}
	return s.Locales[0]
}

// Location is the site's time zone; UTC when it is not known.
func (s Settings) Location() *time.Location {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Sender is the address the site's mail comes from.
func (s Settings) Sender() value.Email {
	if s.FromEmail != "" {
		return s.FromEmail
	}
	return s.ContactEmail
}

// Problems lists what is wrong, each with the field it belongs to (named as in JSON); nil when nothing is.
func (s Settings) Problems() []*value.Error {
	var found []*value.Error
	check := func(ok bool, field, message string) {
		if !ok {
			found = append(found, value.Fieldf(field, "%s", message))
		}
	}
	check(line(s.Name, 1, 60), "name", "write a name of 1 to 60 characters on one line")
	check(line(s.Tagline, 0, 160), "tagline", "write at most 160 characters on one line")
	check(knownLocales(s.Locales), "locales", "choose at least one language, each once, such as en or de-CH")
	check(currency.IsValid(s.Currency), "currency", "choose a currency by its three letters, such as CHF")
	check(knownZone(s.TimeZone), "time_zone", "choose a time zone such as Europe/Zurich")
	check(knownCountry(s.Country), "country", "choose a country by its two letters, such as CH")
	check(s.Units == Metric || s.Units == Imperial, "units", "choose metric or imperial")
	check(knownCentre(s.Centre), "centre", "choose a point on the globe, or none")
	check(utf8.ValidString(s.Imprint) && utf8.RuneCountInString(s.Imprint) <= 5000, "imprint", "write at most 5000 characters")
	check(knownEmail(s.ContactEmail), "contact_email", "write the mail address at which people reach you")
	check(s.PostsPerDay >= 1 && s.PostsPerDay <= 1000, "posts_per_day", "write a number from 1 to 1000")
	check(s.LivePerMember >= 1 && s.LivePerMember <= 10_000, "live_per_member", "write a number from 1 to 10000")
	check(s.ReplyDomain == "" || knownDomain(s.ReplyDomain), "reply_domain", "write a host name such as reply.example.org, or leave it empty")
	check(s.ScanMessages == ScanAll || s.ScanMessages == ScanReported, "scan_messages", "choose which messages are read")
	check(s.FromEmail == "" || knownEmail(s.FromEmail), "from_email", "write a mail address, or leave it empty")
	check(s.Search == SearchMemory || s.Search == SearchDatabase, "search", "choose what answers searches")
	check(knownRates(s.Rates, s.Currency), "rates", "write each currency once, by its three letters, with a positive rate")
	check(knownTiles(s.Tiles), "tiles", "write an address that begins with https:// and holds {z}, {x} and {y}, or leave it empty")
	check(line(s.TilesCredit, 0, 200) && (s.Tiles == "" || s.TilesCredit != ""), "tiles_credit", "write on one line whose tiles these are")
	s.Theme.problems(check)
	return found
}

// Check returns all problems as one error of kind Invalid, nil when there are none.
func (s Settings) Check() error {
	var all []error
	for _, problem := range s.Problems() {
		all = append(all, problem)
	}
	return errors.Join(all...)
}

// line reports whether text is one line of so many characters that can be seen.
func line(text string, least, most int) bool {
	n := utf8.RuneCountInString(text)
	control := strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError })
	return n >= least && n <= most && !control && strings.TrimSpace(text) == text
}

func knownLocales(locales []value.Locale) bool {
	for i, locale := range locales {
		parsed, err := value.ParseLocale(string(locale))
		if err != nil || parsed != locale || slices.Contains(locales[:i], locale) {
			return false
		}
	}
	return len(locales) > 0
}

// knownZone refuses "Local" too: it means another zone on every machine.
func knownZone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil && name != "" && name != "Local"
}

func knownCountry(code string) bool {
	region, err := language.ParseRegion(code)
	return err == nil && len(code) == 2 && region.IsCountry() && region.String() == code
}

func knownCentre(centre value.Point) bool {
	_, err := value.ParsePoint(centre.Lat, centre.Lon)
	return centre.IsZero() || err == nil
}

// knownDomain reports whether mail can be sent to a host: a name with two labels at least.
func knownDomain(host string) bool {
	return len(host) <= 253 && hostName.MatchString(host) && strings.Contains(host, ".")
}

// knownRates reports whether every rate belongs to another currency than the site's own, and could be one.
func knownRates(rates map[string]float64, own string) bool {
	for code, rate := range rates {
		if !currency.IsValid(code) || code == own || !(rate > 1e-9 && rate < 1e9) {
			return false
		}
	}
	return len(rates) <= 50
}

func knownTiles(address string) bool {
	if address == "" {
		return true
	}
	u, err := url.Parse(tileAt(address))
	for _, part := range []string{"{z}", "{x}", "{y}"} {
		if strings.Count(address, part) != 1 {
			return false
		}
	}
	whole := err == nil && strings.HasPrefix(address, "https://"+u.Host+"/") // no sign of ours stands in the host
	return whole && knownDomain(u.Hostname()) && u.User == nil && len(address) <= 300
}

// tileAt is the address of one tile.
func tileAt(address string) string {
	return strings.NewReplacer("{z}", "1", "{x}", "1", "{y}", "1").Replace(address)
}

func knownEmail(email value.Email) bool {
	parsed, err := value.ParseEmail(string(email))
	return err == nil && parsed == email
}
