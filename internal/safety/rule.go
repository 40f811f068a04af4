package safety

import (
	"fmt"
	"slices"

	"fairground/internal/expr"
	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

// Words is a sentence in several languages, by language tag.
type Words map[string]string

// In returns the sentence in a language, or in English, or in any.
func (w Words) In(l value.Locale) string {
	for _, tag := range []string{string(l), l.Language(), "en"} {
		if text := w[tag]; text != "" {
			return text
		}
	}
	return ""
}

// Mode says whether a rule counts.
type Mode string

// The modes of a rule. A shadow rule is evaluated and recorded and decides nothing.
const (
	Live    Mode = "live"
	Shadow  Mode = "shadow"
	Expired Mode = "expired"
)

// Rule is one condition and what follows when it is true.
type Rule struct {
	ID        string    `yaml:"id"`
	Version   int       `yaml:"version"`
	Title     Words     `yaml:"title"`
	Policy    string    `yaml:"policy"`   // the paragraph of the site's terms
	Ground    Words     `yaml:"ground"`   // the sentence for the statement of reasons
	Category  string    `yaml:"category"` // of the DSA Transparency Database, without STATEMENT_CATEGORY_
	Stages    []Stage   `yaml:"stage"`
	Mode      Mode      `yaml:"mode"`
	When      string    `yaml:"when"`
	Outcome   Verdict   `yaml:"outcome"`
	Owner     string    `yaml:"owner"`
	Mandatory bool      `yaml:"mandatory"` // the provider's; a site may only make it stricter
	Preserve  bool      `yaml:"preserve"`  // what it finds is sealed as evidence at once
	Fires     []Example `yaml:"fires"`     // must fire, or the rule does not load
	Passes    []Example `yaml:"passes"`    // must not fire, or the rule does not load
}

// rule is a Rule made ready.
type rule struct {
	Rule
	program *expr.Program
	needs   [][]uint64 // clauses of bits, see names; of each clause one bit must be set
	reads   []variable // terms and slots it reads, also through features, to mark what fired
	reason  Words      // Ground or, without one, Title
}

// decides reports whether a firing of the rule counts.
func (r *rule) decides() bool { return r.Mode == Live }

// at reports whether the rule is asked at a stage. What a feed brings is a listing: it obeys the rules of both, so that no
// import is a way round them.
func (r *rule) at(stage Stage) bool {
	return slices.Contains(r.Stages, stage) || stage == StageFeed && slices.Contains(r.Stages, StageListing)
}

// final reports whether no person on the site may overrule the rule.
func (r *rule) final() bool { return r.Mandatory && r.Outcome >= Reject }

// Example is a text on which a rule is tried when it is loaded. In a file it may be just the text.
type Example struct {
	Title      string             `yaml:"title"`
	Text       string             `yaml:"text"`
	Category   string             `yaml:"category"`
	Price      int64              `yaml:"price"` // whole units
	Currency   string             `yaml:"currency"`
	Attributes map[string]string  `yaml:"attributes"`
	Age_days   int                `yaml:"age_days"`
	Photos     int                `yaml:"photos"`
	Signals    map[string]float64 `yaml:"signals"`
	Place      string             `yaml:"place"`

	// What memory answers; nothing and zero unless stated.
	Counts  map[string]int64    `yaml:"counts"`        // "distinct phone author 7d": 3
	Labels  []string            `yaml:"labels"`        // "author name"
	Lists   map[string][]string `yaml:"lists"`         // the values of a list, by its name
	Matches []string            `yaml:"photo_matches"` // banks in which a photo is found; "" stands for any
	Cluster Cluster             `yaml:"cluster"`
}

// UnmarshalYAML accepts a bare text as well as all fields.
func (e *Example) UnmarshalYAML(decode func(any) error) error {
	if decode(&e.Text) == nil {
		return nil
	}
	type plain Example // without this method
	return decode((*plain)(e))
}

func (e Example) subject(stage Stage) Subject {
	currency := e.Currency
	if currency == "" {
		currency = "EUR"
	}
	s := Subject{
		Stage: stage, Category: e.Category, Title: e.Title, Body: e.Text, Attributes: e.Attributes, Photos: e.Photos, Place: e.Place,
		Price: value.MoneyFromUnits(e.Price, currency), Author: Author{Kind: value.Member, ID: 1, Age_days: e.Age_days},
	}
	for i := range e.Photos {
		s.Images = append(s.Images, Image{Sha256: fmt.Sprint("example photo ", i+1), Quality: pdq.Unhashed})
	}
	return s
}
