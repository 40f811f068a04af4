package appeal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// Party is what somebody who appeals has to do with the decision.
type Party string

// The parties.
const (
	Author   Party = "author"   // wrote what the decision restricts
	Notifier Party = "notifier" // reported it
	Named    Party = "named"    // is concerned in another way
)

// State is how far an appeal is, and how it ended.
type State string

// The states. Partly means that the decision was too hard or too soft, and that another one took its place.
const (
	Open       State = "open"
	Upheld     State = "upheld"     // the decision stands
	Overturned State = "overturned" // the decision is taken back
	Partly     State = "partly"
)

// Appeal is one appeal against one decision.
type Appeal struct {
	ID         value.ID
	Code       string // lets its author see what became of it
	Decision   value.ID
	Object     string
	Record     value.ID
	DecidedBy  string
	SecondedBy string // who confirmed the decision; may be empty
	Party      Party
	PartyKey   string   // one for each code that can appeal
	Account    value.ID // of the author of what was restricted, when Party is Author; otherwise zero
	Text       string
	Name       string      // may be empty
	Email      value.Email // may be empty
	Locale     value.Locale
	State      State
	Answer     string
	AnsweredBy string
	Answered   time.Time // zero while it is open
	Made       time.Time
	Instead    Instead  // what took the decision's place, when State is Partly
	Successor  value.ID // the decision that did
}

// Instead is what takes the place of a decision that was wrong in part.
type Instead struct {
	Measure string    // one of Replacer.Lesser
	Until   time.Time // the end of a suspension that is shortened; zero otherwise
}

// Suspend is the measure of a suspension; as a lesser one it has an end.
const Suspend = "suspend"

// Replacer makes another decision in the place of one that was appealed.
type Replacer interface {
	// Lesser lists the measures that can take a decision's place, the mildest first; none: it stands or is taken back.
	Lesser(tx *db.Tx, decision value.ID) ([]string, error)
	// Replace takes the decision back and carries the other one out, with its own statement of reasons, in the
	// transaction of the answer. Errors for people stand at the fields measure, until and answer.
	Replace(tx *db.Tx, decision value.ID, with Instead, reason string) (successor value.ID, err error)
	// Statement is the code of the statement of a decision; empty: it has none.
	Statement(tx *db.Tx, decision value.ID) (code string, err error)
}

// Object is what the log calls an appeal, and Kind the kind of its id in addresses.
const (
	Object = "appeal"
	Kind   = "apl"
)

// Ruling is a decision that can be appealed, with what the party may know of it.
type Ruling struct {
	Decision   value.ID
	Object     string
	Record     value.ID
	Measure    string
	Ground     string
	Reason     string // as it was written for whoever is concerned
	DecidedBy  string // as value.Actor writes it
	SecondedBy string // who confirmed it; may be empty
	Made       time.Time
	Title      string
	Statement  []Part // of the statement of reasons, in its words; nil for parties that have none
	Account    value.ID
	Email      value.Email // where the party is reached; may be empty, is never shown
	Locale     value.Locale
	Reversed   bool   // it was taken back already
	Href       string // where staff look at the record; may be empty
}

// Part is a paragraph of a statement of reasons.
type Part struct{ Heading, Text string }

// Rulings finds decisions. Errors for what there is none of are of kind NotFound. A notice that was not answered yet has
// no ruling: its error is of kind Conflict.
type Rulings interface {
	ByStatement(tx *db.Tx, code string) (Ruling, error)
	ByNotice(tx *db.Tx, code string) (Ruling, error)
	ByDecision(tx *db.Tx, decision value.ID) (Ruling, error)
}

// Duties are the clocks of what the law asks; nil leaves them out.
type Duties interface {
	Begin(tx *db.Tx, kind string, object string, record value.ID) error
	Discharge(tx *db.Tx, kind, object string, record value.ID, by string) error
}

const duty = "appeal"

// Post queues a mail in the writer's transaction.
type Post func(tx *db.Tx, to value.Email, locale value.Locale, subject, text string) error

// Desk takes appeals against the decisions of one site in, and answers them.
type Desk struct {
	Site    *site.Site
	Origin  func(*site.Site) string // where the site is on the web, without a slash at the end
	Rulings Rulings
	// Overturn takes a decision back and restores what it took away, in the answer's transaction.
	Overturn func(tx *db.Tx, decision value.ID, reason string) error
	Replacer Replacer // nil: no decision is wrong in part
	Duties   Duties
	Post     Post // nil: nothing is mailed
}

// Months is how long a decision can be appealed.
const Months = 6

// Until is the last instant at which a decision can be appealed: six months later, at the end of that day.
func Until(made time.Time, zone *time.Location) time.Time {
	y, m, d := made.In(zone).Date()
	return time.Date(y, m+Months, d+1, 0, 0, 0, 0, zone).Add(-time.Microsecond)
}

// newCode makes a code that can be read out on the telephone and not be guessed: 100 bits.
func newCode() string {
	text := rand.Text()[:20]
	return strings.Join([]string{text[:5], text[5:10], text[10:15], text[15:]}, "-")
}

// markOf is what a code is looked up by. Nobody can choose its beginning, so how long a search takes tells nothing about
// the codes that exist.
func markOf(code string) string {
	sum := sha256.Sum256([]byte("fairground appeal " + code))
	return hex.EncodeToString(sum[:])
}

// TidyCode forgives small letters, and spaces or nothing between the groups of five.
func TidyCode(typed string) string {
	letters := strings.Map(func(c rune) rune {
		if c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, strings.ToUpper(value.Clip(typed, 100)))
	var groups []string
	for len(letters) > 5 && len(groups) < 8 {
		groups, letters = append(groups, letters[:5]), letters[5:]
	}
	return strings.Join(append(groups, letters), "-")
}

// tidy drops what no text has and not every database takes: bytes that are not UTF-8 and control characters.
func tidy(text string) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\uFFFD")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text))
}

const (
	shortestText = 10   // characters
	longestText  = 4000 // characters
	longestName  = 120  // characters
)

// wrong is an error with a message in English and its key in the catalogues.
func wrong(kind value.Kind, key, english string, args ...any) *value.Error {
	return &value.Error{Kind: kind, Message: english, Key: key, Args: args}
}

func fieldWrong(field, key, english string, args ...any) *value.Error {
	err := wrong(value.Invalid, key, english, args...)
	err.Field = field
	return err
}

// check tidies what somebody wrote.
func (a *Appeal) check() error {
	a.Text, a.Name = tidy(a.Text), tidy(strings.ReplaceAll(a.Name, "\n", " "))
	if n := utf8.RuneCountInString(a.Text); n < shortestText || n > longestText {
		return fieldWrong("text", "appeal.fault.text", "say in 10 to 4000 characters why the decision is wrong", "least", shortestText, "most", longestText)
	}
	if utf8.RuneCountInString(a.Name) > longestName {
		return fieldWrong("name", "appeal.fault.name", "a name may have at most 120 characters", "most", longestName)
	}
	if a.Email == "" {
		return nil
	}
	email, err := value.ParseEmail(string(a.Email))
	if err != nil {
		return fieldWrong("email", "appeal.fault.email", "write a mail address such as name@example.org, or leave it empty")
	}
	a.Email = email
	return nil
}
