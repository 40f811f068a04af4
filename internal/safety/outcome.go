package safety

import (
	"fmt"
	"strings"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// Outcome is the answer of one screening.
type Outcome struct {
	Verdict Verdict
	Stage   Stage
	Object  string
	Record  value.ID
	Hash    ContentHash
	Rules   string   // version of the rule set
	Firings []Firing // all rules that fired, strictest first
	Review  value.ID // the review that turned the verdict into allow, or 0
	Slots   Slots    // the phones, mails, links and handles in the text

	clearance Clearance
	trace     *trace
}

// Clearance returns the clearance, if the outcome is one.
func (o Outcome) Clearance() (Clearance, bool) { return o.clearance, o.clearance.id != 0 }

// Plain reports an allow that nothing fired on: there is nothing to tell anybody.
func (o Outcome) Plain() bool { return o.Verdict == Allow && len(o.Firings) == 0 && o.Review == 0 }

// Firing is one rule that was true, or that could not be answered.
type Firing struct {
	Rule        string      `json:"rule"`
	Version     int         `json:"version"`
	Title       Words       `json:"title"`
	Outcome     Verdict     `json:"outcome"`
	Policy      string      `json:"policy,omitempty"`
	Category    string      `json:"category,omitempty"`
	Ground      Words       `json:"ground"`
	Spans       []Span      `json:"spans,omitempty"`       // what it fired on, in the text as written
	Explanation []expr.Part `json:"explanation,omitempty"` // the parts of its condition and their values
	Shadow      bool        `json:"shadow,omitempty"`      // recorded only
	Final       bool        `json:"final,omitempty"`       // no review on the site overrules it
	Preserve    bool        `json:"preserve,omitempty"`    // its rule asks for evidence at once
	Error       string      `json:"error,omitempty"`       // why it could not be answered
}

// The firings that the gate itself makes when it cannot finish. All of them hold.
const (
	gateLate    = "gate/late"
	gateLong    = "gate/too-long"
	gateCrowded = "gate/too-many-terms"
	gateFailed  = "gate/failed"
	gateVague   = "gate/incomplete"
)

var gateTitles = map[string]Words{
	gateLate:    {"en": "The check took too long", "de": "Die Prüfung dauerte zu lange"},
	gateLong:    {"en": "The text is too long to check", "de": "Der Text ist zu lang für die Prüfung"},
	gateCrowded: {"en": "The text is too dense to check", "de": "Der Text ist zu dicht für die Prüfung"},
	gateFailed:  {"en": "The check failed", "de": "Die Prüfung schlug fehl"},
	gateVague:   {"en": "Content without a record or a hash", "de": "Inhalt ohne Datensatz oder Prüfsumme"},
}

var unfinished = Words{
	"en": "The automatic check could not be completed, so a person looks at this first.",
	"de": "Die automatische Prüfung konnte nicht abgeschlossen werden; deshalb sieht es sich zuerst ein Mensch an.",
}

// stopped is the firing for a screening that could not be finished. No review overrules it: the mandatory rules have not
// all been asked. It goes away by screening again.
func stopped(id string, cause any) Firing {
	f := Firing{Rule: id, Version: 1, Title: gateTitles[id], Outcome: Hold, Ground: unfinished, Final: true}
	if cause != nil {
		f.Error = strings.ReplaceAll(fmt.Sprint(cause), "\x00", "")
	}
	return f
}
