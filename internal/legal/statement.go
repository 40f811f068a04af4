package legal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"fairground/internal/value"
)

// Measure is what a decision does to what somebody wrote, or to their account.
type Measure string

// The measures that restrict somebody and so need a statement.
const (
	Change   Measure = "change"   // not visible until its author has changed it
	Restrict Measure = "restrict" // reached by its address only, and not to be answered
	Remove   Measure = "remove"   // was visible and is taken away
	Refuse   Measure = "refuse"   // was never visible and will not be
	Suspend  Measure = "suspend"  // the account cannot be used
)

// Measures lists them in the order in which tables show them.
var Measures = []Measure{Change, Restrict, Refuse, Remove, Suspend}

// Restricts reports whether a measure is one of those that need a statement.
func (m Measure) Restricts() bool { return slices.Contains(Measures, m) }

// MeasureOf finds the measure of a decision from its two words: what was decided, and what that did to the record. To
// escalate is no measure by itself; what it took away is. The second result reports whether a suspension took the record
// away as well.
func MeasureOf(measure, outcome string) (m Measure, taken bool) {
	taken = outcome == "remove" || outcome == "reject"
	switch {
	case measure == string(Suspend):
		return Suspend, taken
	case outcome == "reject":
		return Refuse, true
	case outcome == "remove":
		return Remove, true
	default:
		return Measure(measure), false
	}
}

// Source is how a site came to look.
type Source string

// The sources.
const (
	FromNotice     Source = "notice"     // somebody told the site
	FromTrusted    Source = "trusted"    // a trusted flagger did
	FromOwn        Source = "own"        // staff looked by themselves
	FromAutomation Source = "automation" // a rule found it
)

// Sources lists them in the order in which tables show them.
var Sources = []Source{FromNotice, FromTrusted, FromOwn, FromAutomation}

// Decision is what a statement needs of a decision. Who reported something is not part of it.
type Decision struct {
	ID        value.ID
	Object    string // "listing", "account", …
	Record    value.ID
	Measure   Measure   // of MeasureOf
	Taken     bool      // a suspension that also took the record away; of MeasureOf
	Ground    string    // why, by the name that the provider's rules use: "scam", "rights", …
	Reason    string    // in words, for the author
	Rule      string    // the rule that found it; empty: a person did
	Policy    string    // the paragraph of the provider's terms that the rule names; used when there is no Ground
	Category  string    // of the Transparency Database, when the rule names one, such as "VIOLENCE"
	Notice    value.ID  // what it answers; zero: none
	Trusted   bool      // that notice came from a trusted flagger
	Automatic bool      // no person decided
	Actor     string    // who decided, as value.Actor writes it; empty: the author of the transaction
	Since     time.Time // when the site began to look: notice or hold; zero: when the content was made
	Until     time.Time // when the measure ends by itself; zero: not
	Replaces  value.ID  // the decision that it takes the place of after an appeal; zero: none
	Locale    value.Locale
}

// source says how the site came to look.
func (d Decision) source() Source {
	switch {
	case d.Notice != 0 && d.Trusted:
		return FromTrusted
	case d.Notice != 0:
		return FromNotice
	case d.Rule != "":
		return FromAutomation
	default:
		return FromOwn
	}
}

// About is what a decision is about. Its fields are those of moderation.About in the same order, so that one converts
// into the other.
type About struct {
	Author   value.ID // zero: nobody is known
	Name     string
	Email    value.Email // empty: nobody can be written to
	Locale   value.Locale
	Title    string
	Href     string
	Category string
	Texts    []string
	Photos   []string // SHA-256
	Made     time.Time
}

// Delivery is how far the record of a statement has come on its way to the Transparency Database.
type Delivery string

// The states of a record.
const (
	Waiting Delivery = "waiting"
	Sent    Delivery = "sent"
	Refused Delivery = "refused" // by the database, or by our own check before
)

// Statement is the reasons of one decision, as they were given.
type Statement struct {
	ID        value.ID
	Code      string // opens its page and the form to appeal
	Decision  value.ID
	Object    string
	Record    value.ID
	Author    value.ID
	DecidedBy string
	Locale    value.Locale // the words are in
	Measure   Measure
	Taken     bool // the account is suspended, and the record is taken away
	Ground    string
	Rule      string
	Source    Source
	Automatic bool
	Title     string
	Parts     Parts
	Content   time.Time // when what it is about was made
	Since     time.Time // when the site began to look
	Made      time.Time
	Until     time.Time // zero: no end
	Reversed  time.Time // when an appeal took the measure back; zero: not
	Replaces  value.ID  // the decision that this one took the place of after an appeal; zero: none
	DSA       string    // the JSON of its Record
	Delivery  Delivery
	Reason    string    // why it was refused
	Moved     time.Time // when Delivery last changed; zero: never
}

// StatementKind is the kind of a statement's id in addresses.
const StatementKind = "sor"

// Path is where its author reads it.
func (s Statement) Path() string { return "/statement/" + s.Code }

// AppealMonths is how long decisions can be appealed.
const AppealMonths = 6

// AppealUntil is the last instant at which a decision can be appealed: six months later, at the end of that day.
func AppealUntil(made time.Time, zone *time.Location) time.Time {
	y, m, d := made.In(zone).Date()
	return time.Date(y, m+AppealMonths, d+1, 0, 0, 0, 0, zone).Add(-time.Microsecond)
}

// newCode makes a code that can be read out on the telephone and not be guessed: 100 bits.
func newCode() string {
	text := rand.Text()[:20]
	return strings.Join([]string{text[:5], text[5:10], text[10:15], text[15:]}, "-")
}

// markOf is what a code is looked up by. Nobody can choose its beginning, so how long a search takes tells nothing about
// the codes that exist.
func markOf(code string) string {
	sum := sha256.Sum256([]byte("fairground statement " + code))
	return hex.EncodeToString(sum[:])
}
