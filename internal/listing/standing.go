package listing

import (
	"slices"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// State is what a seller is told about a listing. The words are in the catalogue as "listing.state.STATE" and
// "listing.state.STATE.hint".
type State string

// The states.
const (
	IsChecked    State = "checking" // a person looks at it
	IsLive       State = "live"
	IsReserved   State = "reserved"
	IsRestricted State = "restricted" // reached by its address only; Reasons say why; it can be appealed
	IsScheduled  State = "scheduled"
	NeedsChange  State = "change"  // Reasons say what and why
	IsRefused    State = "refused" // Reasons say why; it can be appealed
	IsPaused     State = "paused"
	IsSold       State = "sold"
	IsExpired    State = "expired"
	IsRemoved    State = "removed" // by its author
)

// Key is the state's words in the catalogue; with ".hint" after it, a sentence that explains it.
func (s State) Key() string { return "listing.state." + string(s) }

// Reason is why a listing may not be seen as it is, in words for its author. What a rule looks for is not in it.
type Reason struct {
	Field  string       // the form field it is about: title, body, place, photos, an attribute; empty for the whole
	Words  safety.Words // by language
	Policy string       // the paragraph of the site's terms; may be empty
}

// Standing is the honest answer to "what about my listing?".
type Standing struct {
	State      State
	At         time.Time // when it opens (scheduled, or checked before that) or expires (live, reserved); else zero
	Reasons    []Reason
	ByStaff    bool // a person decided it
	MayEdit    bool
	MayRenew   bool
	MayPause   bool
	MayReserve bool
	MaySell    bool
	MayAppeal  bool
}

// StandingOf says where a listing stands. It reads the latest screening of those that were refused or need a change.
func StandingOf(tx *db.Tx, l Listing) (Standing, error) {
	s := l.standing(tx.Now())
	if s.MayAppeal && !l.Restricted.IsZero() {
		s.Reasons = []Reason{{Words: l.inWords(l.Restricted.Reason)}}
	}
	if s.State != NeedsChange && s.State != IsRefused {
		return s, nil
	}
	if l.Reason != "" {
		s.Reasons = []Reason{{Words: l.inWords(l.Reason)}}
	}
	screening, err := safety.FindScreening(tx, l.ID)
	if value.KindOf(err) == value.NotFound {
		return s, nil
	}
	if err != nil || screening.Object != Object {
		return s, err
	}
	s.explain(l, screening)
	return s, nil
}

// inWords is a reason of staff, who write in the language of the listing.
func (l Listing) inWords(reason string) safety.Words {
	return safety.Words{string(l.Locale): reason, "en": reason}
}

// explain adds the grounds of the rules that decided. A rule that nobody on the site overrules refuses; any other asks
// for a change.
func (s *Standing) explain(l Listing, screening safety.Screening) {
	if s.ByStaff || screening.Hash != l.hash {
		return
	}
	final := false
	for _, firing := range screening.Firings {
		if firing.Shadow || firing.Error != "" || firing.Outcome != screening.Verdict {
			continue
		}
		final = final || firing.Final
		for _, field := range fieldsOf(firing.Spans) {
			s.add(Reason{Field: field, Words: firing.Ground, Policy: firing.Policy})
		}
	}
	if l.Status == Rejected && !final {
		s.State = NeedsChange
	}
}

// add leaves out what was said already.
func (s *Standing) add(r Reason) {
	for _, known := range s.Reasons {
		if known.Field == r.Field && known.Policy == r.Policy && known.Words["en"] == r.Words["en"] {
			return
		}
	}
	s.Reasons = append(s.Reasons, r)
}

// fieldsOf names the form fields that spans lie in, each once; the empty name when there is none.
func fieldsOf(spans []safety.Span) []string {
	var fields []string
	for _, span := range spans {
		if field := formField(span.Field); !slices.Contains(fields, field) {
			fields = append(fields, field)
		}
	}
	if len(fields) == 0 {
		return []string{""}
	}
	return fields
}

// formField turns the name screening has for a text into that of the form's field.
func formField(screened string) string {
	name := strings.TrimPrefix(screened, "attributes.")
	switch {
	case name == "place.":
		return "place"
	case strings.HasPrefix(name, "photo."):
		return "photos"
	case name == "seller.", name == "town.":
		return "seller"
	default:
		return name
	}
}

// standing is what follows from the listing alone. A restriction can be appealed whatever its author made of the listing.
func (l Listing) standing(now time.Time) Standing {
	s := l.statusStanding(now)
	if l.Restricted.IsZero() || l.Status == Removed {
		return s
	}
	s.MayAppeal = true
	if s.State == IsLive || s.State == IsReserved {
		s.State, s.ByStaff = IsRestricted, true
	}
	return s
}

func (l Listing) statusStanding(now time.Time) Standing {
	switch l.Status {
	case Live:
		return l.liveStanding(now)
	case Held:
		s := Standing{State: IsChecked, MayEdit: true}
		if l.Opens.After(now) {
			s.At = l.Opens
		}
		return s
	case Challenged:
		return Standing{State: NeedsChange, MayEdit: true}
	case Rejected:
		return Standing{State: IsRefused, ByStaff: l.EndedBy == value.Staff, MayEdit: true, MayAppeal: true}
	case Paused:
		if l.Scheduled() {
			return Standing{State: IsScheduled, At: l.Opens, MayEdit: true, MayRenew: true, MayPause: true, MaySell: true}
		}
		return Standing{State: IsPaused, MayEdit: true, MayRenew: true, MaySell: true}
	case Sold:
		return Standing{State: IsSold, MayEdit: true, MayRenew: true}
	case Expired:
		return Standing{State: IsExpired, MayEdit: true, MayRenew: true, MaySell: true}
	default:
		if l.EndedBy == value.Staff {
			return Standing{State: IsRefused, ByStaff: true, MayAppeal: true}
		}
		return Standing{State: IsRemoved}
	}
}

func (l Listing) liveStanding(now time.Time) Standing {
	s := Standing{State: IsLive, At: l.Expires, MayEdit: true, MayRenew: true, MayPause: true, MayReserve: true, MaySell: true}
	switch {
	case !now.Before(l.Expires): // the job that ends it has not come by yet
		return Standing{State: IsExpired, MayEdit: true, MayRenew: true, MaySell: true}
	case !l.Reserved.IsZero():
		s.State = IsReserved
	}
	return s
}
