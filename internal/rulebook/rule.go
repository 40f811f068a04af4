package rulebook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"fairground/internal/safety"
	"fairground/internal/value"
)

// RuleKind is the prefix of a rule's id in the log.
const RuleKind = "rul"

// Draft is a rule as somebody writes it. It has no word for mandatory: only the provider has.
type Draft struct {
	Name     string         `json:"name"` // site/…
	Title    safety.Words   `json:"title"`
	Ground   safety.Words   `json:"ground"`
	Policy   string         `json:"policy"`
	Category string         `json:"category"` // of the DSA Transparency Database, without STATEMENT_CATEGORY_
	Stages   []safety.Stage `json:"stages"`
	When     string         `json:"when"`
	Outcome  safety.Verdict `json:"outcome"`
	Mode     safety.Mode    `json:"mode"`
	Preserve bool           `json:"preserve,omitempty"` // what it finds is sealed as evidence at once
	Fires    string         `json:"fires"`              // examples as typed, parted by empty lines; see ParseExamples
	Passes   string         `json:"passes"`             // the same
}

// Rule is a stored rule at one of its versions.
type Rule struct {
	ID      value.ID
	Draft   Draft
	Version int
	Author  string
	Reason  string
	Made    time.Time
}

// Categories are those of the DSA Transparency Database, without STATEMENT_CATEGORY_.
var categories = []string{
	"ANIMAL_WELFARE", "CONSUMER_INFORMATION", "CYBER_VIOLENCE", "CYBER_VIOLENCE_AGAINST_WOMEN", "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
	"ILLEGAL_OR_HARMFUL_SPEECH", "INTELLECTUAL_PROPERTY_INFRINGEMENTS", "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS", "OTHER_VIOLATION_TC",
	"PROTECTION_OF_MINORS", "RISK_FOR_PUBLIC_SECURITY", "SCAMS_AND_FRAUD", "SELF_HARM", "UNSAFE_AND_PROHIBITED_PRODUCTS", "VIOLENCE",
}

const (
	prefix        = "site/"
	longestReason = 500
	longestWhen   = 4000
	longestWords  = 400
	longestPolicy = 100
	mostExamples  = 40
	mostTyped     = 20_000 // characters of all examples of one kind
)

var ruleName = regexp.MustCompile(`^site/[a-z][a-z0-9-]{1,58}$`)

// restricts reports whether a firing keeps something from the public.
func (d Draft) restricts() bool { return d.Mode == safety.Live && d.Outcome >= safety.Challenge }

// rejects reports whether a firing refuses without a person.
func (d Draft) rejects() bool { return d.Mode == safety.Live && d.Outcome >= safety.Reject }

// mark is the same for drafts that decide alike: a back-test of one is a back-test of the other.
func (d Draft) mark() string {
	text, err := json.Marshal([]any{d.Name, d.Stages, strings.TrimSpace(d.When), d.Outcome})
	if err != nil {
		return "" // an outcome that does not exist; no trial has this mark
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// rule is the draft as the gate reads it.
func (d Draft) rule(version int, owner string) (safety.Rule, error) {
	r := safety.Rule{
		ID: d.Name, Version: version, Title: d.Title, Policy: d.Policy, Ground: d.Ground, Category: d.Category, Stages: d.Stages,
		Mode: d.Mode, When: d.When, Outcome: d.Outcome, Owner: owner, Preserve: d.Preserve,
	}
	var err error
	if r.Fires, err = ParseExamples(d.Fires); err != nil {
		return r, fmt.Errorf("fires: %w", err)
	}
	if r.Passes, err = ParseExamples(d.Passes); err != nil {
		return r, fmt.Errorf("passes: %w", err)
	}
	return r, nil
}

// tidy trims what people type around words.
func (d *Draft) tidy() {
	for _, text := range []*string{&d.Name, &d.Policy, &d.When} {
		*text = strings.TrimSpace(strings.ReplaceAll(*text, "\r\n", "\n"))
	}
	d.Title, d.Ground = trimmed(d.Title), trimmed(d.Ground)
	d.Fires, d.Passes = normalLines(d.Fires), normalLines(d.Passes)
	if d.Name != "" && !strings.HasPrefix(d.Name, prefix) && !strings.Contains(d.Name, "/") {
		d.Name = prefix + d.Name
	}
}

func trimmed(words safety.Words) safety.Words {
	kept := safety.Words{}
	for tag, text := range words {
		if text = strings.TrimSpace(text); text != "" {
			kept[tag] = text
		}
	}
	return kept
}

func normalLines(text string) string {
	return strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text))
}

// Faults is what is wrong with a draft, by field.
type Faults map[string]*value.Error

// Error lists them.
func (f Faults) Error() string {
	var all []string
	for field, fault := range f {
		all = append(all, field+": "+fault.Message)
	}
	return "the rule cannot be saved: " + strings.Join(all, "; ")
}

// Unwrap makes a set of faults an error of kind Invalid.
func (f Faults) Unwrap() error { return value.Errorf(value.Invalid, "the rule cannot be saved") }

func (f Faults) add(field, key, english string, args ...any) {
	if f[field] == nil {
		f[field] = worded(value.Invalid, key, english, args...)
		f[field].Field = field
	}
}

// look checks what can be seen without compiling.
func (d Draft) look(faults Faults) {
	if !ruleName.MatchString(d.Name) {
		faults.add("name", "rulebook.fault.name", "use 2 to 59 small letters, digits and hyphens, beginning with a letter")
	}
	if d.Title["en"] == "" {
		faults.add("title_en", "rulebook.fault.title", "every rule needs an English title")
	}
	if d.When == "" {
		faults.add("when", "rulebook.fault.when", "write when the rule fires")
	}
	if len(d.Stages) == 0 {
		faults.add("stages", "rulebook.fault.stages", "choose where the rule is asked")
	}
	if d.Outcome < safety.Allow || d.Outcome > safety.Escalate {
		faults.add("outcome", "rulebook.fault.outcome", "choose what follows")
	}
	if d.Mode != safety.Live && d.Mode != safety.Shadow && d.Mode != safety.Expired {
		faults.add("mode", "rulebook.fault.mode", "choose whether the rule counts")
	}
	d.lookLengths(faults)
	if d.Outcome >= safety.Challenge {
		d.lookRestricting(faults)
	}
}

func (d Draft) lookLengths(faults Faults) {
	for _, f := range []struct {
		field, text string
		most        int
	}{
		{"title_en", d.Title["en"], longestWords}, {"title_de", d.Title["de"], longestWords}, {"ground_en", d.Ground["en"], longestWords},
		{"ground_de", d.Ground["de"], longestWords}, {"policy", d.Policy, longestPolicy}, {"when", d.When, longestWhen},
		{"fires", d.Fires, mostTyped}, {"passes", d.Passes, mostTyped},
	} {
		if utf8.RuneCountInString(f.text) > f.most {
			faults.add(f.field, "rulebook.fault.long", "write at most so many characters", "most", f.most)
		}
	}
}

// lookRestricting checks what a rule that restricts owes to whoever it concerns (promise 3).
func (d Draft) lookRestricting(faults Faults) {
	if d.Ground["en"] == "" {
		faults.add("ground_en", "rulebook.fault.ground", "say why, for the person concerned; every restriction is explained")
	}
	if d.Policy == "" {
		faults.add("policy", "rulebook.fault.policy", "name the paragraph of your terms")
	}
	if d.Category == "" {
		faults.add("category", "rulebook.fault.category", "choose a category for the statement of reasons")
	}
	if d.Fires == "" {
		faults.add("fires", "rulebook.fault.fires", "give at least one text on which the rule must fire")
	}
	if d.Passes == "" {
		faults.add("passes", "rulebook.fault.passes", "give at least one text on which the rule must not fire")
	}
}

// worded makes an error with its key in the catalogues. Args are names and values.
func worded(kind value.Kind, key, english string, args ...any) *value.Error {
	return &value.Error{Kind: kind, Message: english, Key: key, Args: args}
}

func fielded(field, key, english string, args ...any) *value.Error {
	err := worded(value.Invalid, key, english, args...)
	err.Field = field
	return err
}
