package console

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"time"

	"fairground/internal/account"
	"fairground/internal/audit"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

//go:embed messages.*.json
var messages embed.FS

// Messages are the words of the console, for text.New.
func Messages() fs.FS { return messages }

// Services are the rooms of one site that its staff work in.
type Services struct {
	Listings   *listing.Desk
	Moderation *moderation.Desk
	Mailbox    bool // mail is kept for reading instead of being sent
	// Texts are what waits for a look beside listings, the longest waiting first; nil: nothing.
	Texts func(tx *db.Tx, limit int) ([]HeldText, error)
	// Photo reads a photo for a look that is recorded, shown as its reviewer wants, with its media type. One that nobody
	// may ever see is an error of kind Forbidden, one that is not stored NotFound. nil: there are none.
	Photo func(ctx context.Context, sha256 string, shown moderation.Shown) (kind string, content []byte, err error)
	// Arrivals counts the listings that came in since a moment, by hour and present status, in any order. Without it
	// the page of today has no chart.
	Arrivals func(tx *db.Tx, since time.Time) ([]Arrival, error)
	// Foreign shows cases whose rooms are elsewhere: appeals, networks, photos. An error of kind NotFound names them by
	// their number; so does nil.
	Foreign func(tx *db.Tx, c moderation.Case) (Foreign, error)
	// Network finds the network of a listing; nil for none, and without it nothing is shown.
	Network func(tx *db.Tx, listing value.ID) (*Network, error)
	// Alarms are those of the provider's witness about the change log that nobody has settled; nil: nobody watches it.
	Alarms func(context.Context) ([]audit.Alarm, error)
	// Lane tells by which way a notice came, and what its author swore or referred to; nil: all are alike. An error of kind
	// NotFound says that it came by none.
	Lane func(tx *db.Tx, notice value.ID) (Lane, error)
	// Takedowns finds and removes the copies of photos; without it notices about photos are like all others.
	Takedowns Takedowns
	// Search is what finds listings; nil: its pages are left out.
	Search *Search
}

// Arrival is how many of the listings that came in during one hour have a status now.
type Arrival struct {
	Hour     time.Time // its beginning
	Status   listing.Status
	Listings int
}

// Console answers for the staff's pages of all sites.
type Console struct {
	Services func(*site.Site) Services
	Account  func(*http.Request) ui.Account // the signed-in person as the shell shows them
	// Rail returns the parts of the rail that other rooms bring along, such as the objects of records; nil: none. They
	// stand below the market's.
	Rail    func(*http.Request) ([]ui.Section, error)
	Palette string // address that answers the palette; none leaves it out
	// SafetyTabs are the pages of the safety desk that other rooms serve.
	SafetyTabs []SafetyTab
}

// SafetyTab is a page of the safety desk that another room serves.
type SafetyTab struct {
	Href  string
	Key   string // of its name, in that room's messages
	Needs account.Permission
	// Count is how many of what it shows wait; nil or 0: no figure.
	Count func(tx *db.Tx) (int, error)
}

// Routes registers the pages; doc.go lists them.
func (c *Console) Routes(m *web.Router) {
	for _, route := range []struct {
		pattern    string
		permission account.Permission
		answer     func(*visit, http.ResponseWriter) error
	}{
		{"GET /console", account.ConsoleSee, (*visit).today},
		{"GET /console/find", account.ConsoleSee, (*visit).find},
		{"GET /console/listings", account.ListingsSee, (*visit).listings},
		{"GET /console/listings/{id}", account.ListingsSee, (*visit).record},
		{"POST /console/listings/{id}/decision", account.ListingsDecide, (*visit).decide},
		{"POST /console/listings/{id}/feature", account.ListingsFeature, (*visit).feature},
		{"GET /console/safety", account.ListingsDecide, (*visit).queue},
		{"POST /console/safety/next", account.ListingsDecide, (*visit).takeNext},
		{"POST /console/safety/cases/{id}/claim", account.ListingsDecide, (*visit).claimCase},
		{"POST /console/safety/cases/{id}/release", account.ListingsDecide, (*visit).unclaimCase},
		{"POST /console/safety/cases/{id}/judgement", account.ListingsDecide, (*visit).judge},
		{"POST /console/safety/looks", account.ListingsDecide, (*visit).look},
		{"POST /console/safety/looks/end", account.ListingsDecide, (*visit).looked},
		{"POST /console/safety/decisions/{id}/undo", account.ListingsDecide, (*visit).undo},
		{"GET /console/safety/second", account.ListingsDecide, (*visit).second},
		{"POST /console/safety/second/{id}/confirmation", account.MembersSuspend, (*visit).confirm},
		{"POST /console/safety/second/{id}/refusal", account.ListingsDecide, (*visit).decline},
		{"GET /console/safety/work", account.ListingsDecide, (*visit).work},
		{"POST /console/safety/work", account.ListingsDecide, (*visit).saveWork},
		{"GET /console/safety/replies", account.ListingsDecide, (*visit).savedReplies},
		{"POST /console/safety/replies", account.ListingsDecide, (*visit).saveReply},
		{"GET /console/safety/routing", account.ListingsDecide, (*visit).routing},
		{"POST /console/safety/routing", account.RulesEdit, (*visit).saveRouting},
		{"GET /console/safety/quality", account.ListingsDecide, (*visit).quality},
		{"GET /console/safety/notices", account.NoticesSee, (*visit).notices},
		{"GET /console/safety/notices/{id}", account.NoticesSee, (*visit).notice},
		{"POST /console/safety/notices/{id}", account.NoticesDecide, (*visit).answerNotice},
		{"POST /console/safety/notices/{id}/removal", account.NoticesDecide, (*visit).removeCopies},
		{"POST /console/safety/notices/{id}/removal/undo", account.NoticesDecide, (*visit).undoRemoval},
		{"POST /console/safety/notices/{id}/looks", account.NoticesDecide, (*visit).lookCopies},
		{"POST /console/safety/notices/{id}/looks/end", account.NoticesDecide, (*visit).looked},
		{"GET /console/safety/texts", account.ListingsDecide, (*visit).texts},
		{"POST /console/safety/texts/{object}/{record}", account.ListingsDecide, (*visit).decideText},
		{"GET /console/changes", account.AuditSee, (*visit).changes},
		{"GET /console/mailbox", account.OperationsSee, (*visit).mailbox},
		{"GET /console/mailbox/{id}", account.OperationsSee, (*visit).letter},
		{"GET /console/settings", account.SettingsSee, (*visit).settingsForm},
		{"POST /console/settings", account.SettingsEdit, (*visit).saveSettings},
		{"GET /console/search", account.ListingsSee, (*visit).searching},
		{"POST /console/search/misses", account.SettingsEdit, (*visit).forgetMiss},
		{"GET /console/search/synonyms", account.ListingsSee, (*visit).synonyms},
		{"GET /console/search/synonyms/trial", account.ListingsSee, (*visit).trial},
		{"POST /console/search/synonyms", account.SettingsEdit, (*visit).saveSynonyms},
		{"GET /console/search/why", account.ListingsSee, (*visit).why},
		{"GET /console/staff", account.StaffSee, (*visit).staff},
		{"POST /console/staff", account.StaffEdit, (*visit).invite},
		{"POST /console/staff/{id}/role", account.StaffEdit, (*visit).setRole},
		{"POST /console/staff/{id}/suspension", account.StaffEdit, (*visit).suspend},
		{"POST /console/staff/{id}/restoration", account.StaffEdit, (*visit).restore},
	} {
		m.Handle(route.pattern, account.May(route.permission), func(w http.ResponseWriter, r *http.Request) error {
			v, err := c.begin(r)
			if err != nil {
				return err
			}
			return route.answer(v, w)
		}, web.BodyLimit(64<<10))
	}
}
