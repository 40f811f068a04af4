package posting

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/ui"
	"fairground/internal/web"
)

// standingView says how one listing stands.
type standingView struct {
	row
	reasons []reason
	appeal  string // where to appeal; empty when there is nothing to
	mail    string // or to whom
	looked  int    // how often the page looked again
}

// reason is why a listing is not shown as it is, at which part of it.
type reason struct {
	field string
	words string
}

func (v *visit) showStanding() error {
	l, err := v.myListing()
	if err != nil {
		return err
	}
	s, err := v.viewStanding(l)
	if err != nil {
		return err
	}
	if wantsParts(v.r) {
		return web.Render(v.w, v.r, http.StatusOK, standingPart(s))
	}
	return v.mine(http.StatusOK, l.Title, standingPage(s))
}

func (v *visit) viewStanding(l listing.Listing) (*standingView, error) {
	var rows []row
	appeal := ""
	err := v.read(func(tx *db.Tx) (err error) {
		if rows, err = v.rowsOf(tx, []listing.Listing{l}); err == nil && v.posting.config.AppealHref != nil {
			appeal, err = v.posting.config.AppealHref(tx, l)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	s := &standingView{row: rows[0]}
	s.looked, _ = strconv.Atoi(v.r.URL.Query().Get("looked")) // what is no number begins anew
	for _, r := range s.standing.Reasons {
		s.reasons = append(s.reasons, reason{v.fieldName(l, r.Field), r.Words.In(v.words.Locale())})
	}
	if s.standing.MayAppeal {
		if s.appeal = appeal; appeal == "" {
			s.mail = string(v.site.Settings().ContactEmail)
		}
	}
	return s, nil
}

// fieldName is what the form calls a part of a listing; empty for the whole.
func (v *visit) fieldName(l listing.Listing, field string) string {
	switch field {
	case "":
		return ""
	case "title", "body", "place", "photos", "price", "category":
		return v.t("posting." + field)
	case "seller":
		return v.t("posting.name")
	}
	if a, ok := v.tree.Attribute(l.Category, field); ok {
		return a.Names.In(v.words.Locale())
	}
	return ""
}

// often is how many times the page looks every second; then it looks every 15 seconds.
const often = 10

// polls makes the part look again by itself while the listing is being checked.
func (s *standingView) polls() templ.Attributes {
	if s.standing.State != listing.IsChecked {
		return nil
	}
	every := "every 1s"
	if s.looked >= often {
		every = "every 15s"
	}
	return templ.Attributes{
		"hx-get": fmt.Sprintf("%s?looked=%d", mineHref(s.Listing), min(s.looked+1, often)), "hx-trigger": every, "hx-swap": "outerHTML", "hx-sync": "this:drop",
	}
}

// look is what a state looks like.
func look(state listing.State) (icon string, tone ui.Tone) {
	switch state {
	case listing.IsLive:
		return "circle-check", ui.Safe
	case listing.IsReserved:
		return "handshake", ui.Safe
	case listing.IsRestricted:
		return "eye-off", ui.Alarm
	case listing.IsChecked:
		return "hourglass", ui.Paid
	case listing.IsScheduled:
		return "calendar", ui.Paid
	case listing.NeedsChange:
		return "triangle-alert", ui.Paid
	case listing.IsRefused:
		return "circle-x", ui.Alarm
	case listing.IsPaused:
		return "eye-off", ui.Plain
	case listing.IsSold:
		return "handshake", ui.Plain
	case listing.IsExpired:
		return "clock", ui.Plain
	default:
		return "trash-2", ui.Plain
	}
}
