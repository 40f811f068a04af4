package notice

import (
	"slices"
	"strings"
	"unicode/utf8"

	"fairground/internal/value"
)

// Lane is the way a report comes in, by who makes it.
type Lane string

// The lanes.
const (
	Harm      Lane = "harm"      // somebody is in danger, or is offered or shown against their will
	Takedown  Lane = "takedown"  // an intimate picture, shown without consent
	Rights    Lane = "rights"    // a trademark, a work, a design
	Flagger   Lane = "flagger"   // a trusted flagger
	Authority Lane = "authority" // police, a court, a supervisory authority
	Other     Lane = "other"
)

// Lanes lists all of them in the order in which people are asked.
var Lanes = []Lane{Harm, Takedown, Rights, Other, Flagger, Authority}

func (l Lane) known() bool { return slices.Contains(Lanes, l) }

// named reports whether the law wants to know who writes.
func (l Lane) named() bool { return l != Harm && l != Other }

// sworn reports whether whoever writes states that it is true to the best of their knowledge.
func (l Lane) sworn() bool { return l == Takedown || l == Rights || l == Flagger }

// limited reports whether misuse closes the lane for somebody. It never does for people who are harmed.
func (l Lane) limited() bool { return l != Harm && l != Takedown && l != Authority }

// Basis is the law by which an authority writes.
type Basis string

// The laws that have a clock or a meaning of their own, and what remains.
const (
	Terrorism   Basis = "terrorism"   // Regulation (EU) 2021/784, article 3: removal within an hour
	IllegalDSA  Basis = "illegal"     // Regulation (EU) 2022/2065, article 9: to act against illegal content
	KnowDSA     Basis = "information" // the same, article 10: to provide information
	NationalLaw Basis = "national"
	Hint        Basis = "hint" // no order: an authority points something out
)

// Bases lists them in the order in which forms show them.
var Bases = []Basis{IllegalDSA, KnowDSA, Terrorism, NationalLaw, Hint}

// Duty is the clock that a report starts, by the names of package legal.
func (r *Report) Duty() string {
	switch {
	case r.Lane == Takedown:
		return "takedown"
	case r.Lane == Authority && r.Basis == Terrorism:
		return "terrorism"
	default:
		return "notice"
	}
}

// Urgency is how soon a person looks at a report.
type Urgency int

// The urgencies.
const (
	InTurn Urgency = iota
	First          // before those that come in turn
	AtOnce
)

// Urgency follows from the lane: what somebody in danger, a trusted flagger or an authority says is read first.
func (r *Report) Urgency() Urgency {
	switch {
	case r.Lane == Authority && r.Basis == Terrorism:
		return AtOnce
	case r.Lane == Other || r.Lane == Rights:
		return InTurn
	default:
		return First
	}
}

// Report is what somebody wrote into the form of a lane.
type Report struct {
	Lane        Lane
	Addresses   []string // of what it is about, on this site
	Photos      []string // takedown: SHA-256 of those that are meant; none: all
	Ground      string
	Explanation string
	Name        string
	Email       string // as typed
	Capacity    string // takedown: self or agent; authority: the office
	Work        string // rights: what is protected, and by what
	Basis       Basis  // authority: the law by which it writes
	Reference   string // authority: file number, and the article where Basis does not say it
	Sworn       bool
	Key         string // of a flagger
	Locale      value.Locale
}

// The most that is read of a report.
const (
	MostAddresses    = 10
	longestLine      = 200   // characters
	longestStatement = 1_800 // characters; two of them and the rest fit one notice
)

// check returns what is wrong, by field: the form shows all of it at once.
func (r *Report) check() map[string]string {
	wrong := map[string]string{}
	say := func(field, key string, bad bool) {
		if bad && wrong[field] == "" {
			wrong[field] = "notice.fault." + key
		}
	}
	say("addresses", "addresses", len(r.Addresses) == 0)
	say("addresses", "many", len(r.Addresses) > MostAddresses)
	say("ground", "ground", r.Ground == "" && r.Lane != Takedown)
	say("explanation", "explanation", !between(r.Explanation, 10, longestStatement))
	say("name", "name", r.Lane.named() && r.Lane != Flagger && !between(r.Name, 2, longestLine) || !between(r.Name, 0, longestLine))
	email, err := value.ParseEmail(r.Email)
	say("email", "email_needed", r.Lane.named() && r.Lane != Flagger && r.Email == "")
	say("email", "email", r.Email != "" && err != nil)
	if err == nil {
		r.Email = string(email)
	}
	say("capacity", "capacity", r.Lane == Takedown && r.Capacity != "self" && r.Capacity != "agent" || r.Lane == Authority && !between(r.Capacity, 2, longestLine))
	say("work", "work", r.Lane == Rights && !between(r.Work, 3, longestStatement))
	say("basis", "basis", r.Lane == Authority && !slices.Contains(Bases, r.Basis))
	say("reference", "reference", r.Lane == Authority && !between(r.Reference, 2, longestLine))
	say("sworn", "sworn", r.Lane.sworn() && !r.Sworn)
	return wrong
}

func between(text string, least, most int) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(text))
	return n >= least && n <= most
}

// ground is the one of the report; a takedown has only one.
func (r *Report) ground() string {
	if r.Lane == Takedown {
		return "privacy"
	}
	return r.Ground
}

// addressesOf parts what somebody pasted: one address a line, or several with blanks or commas between.
func addressesOf(typed string) []string {
	var all []string
	for _, one := range strings.FieldsFunc(typed, func(r rune) bool { return r == '\n' || r == '\r' || r == ' ' || r == ',' || r == '\t' }) {
		if !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}
