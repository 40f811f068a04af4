package legal

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Fault is one rule of the Transparency Database that a record breaks.
type Fault struct {
	Field   string // as the database names it
	Problem string
}

// Faults are all of a record; none means that the database takes it.
type Faults []Fault

// Error says all of them on one line.
func (f Faults) Error() string {
	said := make([]string, len(f))
	for i, one := range f {
		said[i] = one.Field + ": " + one.Problem
	}
	return strings.Join(said, "; ")
}

// Lengths in characters, as the database counts them.
const (
	longestShort       = 500
	longestExplanation = 2000
	longestFacts       = 5000
)

// Faults checks a record by the rules that the database itself applies.
func (r Record) Faults() Faults {
	c := &checker{}
	c.decisions(r)
	c.ground(r)
	c.content(r)
	c.times(r)
	c.text("decision_facts", r.Facts, longestFacts, true)
	c.one("source_type", r.SourceType, sourceTypes, true)
	c.one("automated_detection", r.AutomatedDetection, yesNo, true)
	c.one("automated_decision", r.AutomatedDecision, automatedness, true)
	c.puid(r.PUID)
	return c.found
}

// Invalid counts the records that the database would refuse. A puid that occurs twice counts from the second time on.
func Invalid(records []Record) int {
	seen := make(map[string]bool, len(records))
	bad := 0
	for _, r := range records {
		if len(r.Faults()) > 0 || seen[r.PUID] {
			bad++
		}
		seen[r.PUID] = true
	}
	return bad
}

type checker struct{ found Faults }

func (c *checker) add(field, problem string) { c.found = append(c.found, Fault{field, problem}) }

func (c *checker) decisions(r Record) {
	if len(r.DecisionVisibility) == 0 && r.DecisionMonetary == "" && r.DecisionProvision == "" && r.DecisionAccount == "" {
		c.add("decision_visibility", "one of the four kinds of decision is required")
	}
	c.many("decision_visibility", r.DecisionVisibility, visibilities, false)
	c.text("decision_visibility_other", r.DecisionVisibilityOther, longestShort, slices.Contains(r.DecisionVisibility, visibilityOther))
	c.one("decision_monetary", r.DecisionMonetary, monetaries, false)
	c.text("decision_monetary_other", r.DecisionMonetaryOther, longestShort, r.DecisionMonetary == monetaryOther)
	c.one("decision_provision", r.DecisionProvision, provisions, false)
	c.one("decision_account", r.DecisionAccount, accounts, false)
	c.one("account_type", r.AccountType, accountTypes, false)
}

func (c *checker) ground(r Record) {
	c.one("decision_ground", r.DecisionGround, groundTypes, true)
	illegal, incompatible := r.DecisionGround == groundIllegal, r.DecisionGround == groundIncompatible
	c.text("illegal_content_legal_ground", r.IllegalGround, longestShort, illegal)
	c.text("illegal_content_explanation", r.IllegalExplanation, longestExplanation, illegal)
	c.text("incompatible_content_ground", r.IncompatibleGround, longestShort, incompatible)
	c.text("incompatible_content_explanation", r.IncompatibleExplanation, longestExplanation, incompatible)
}

func (c *checker) content(r Record) {
	c.many("content_type", r.ContentType, contentTypes, true)
	c.text("content_type_other", r.ContentTypeOther, longestShort, slices.Contains(r.ContentType, contentOther))
	c.one("category", r.Category, categories, true)
	c.many("category_specification", r.Keywords, keywords, false)
	c.text("category_specification_other", r.KeywordOther, longestShort, slices.Contains(r.Keywords, keywordOther))
	c.many("territorial_scope", r.Territories, territories, false)
}

const lastDate = "2038-01-01"

func (c *checker) times(r Record) {
	c.date("content_date", r.ContentDate, "2000-01-01", true)
	c.date("application_date", r.ApplicationDate, "2020-01-01", true)
	c.date("end_date_visibility_restriction", r.EndVisibility, "", false)
	c.date("end_date_account_restriction", r.EndAccount, "", false)
}

func (c *checker) one(field, text string, allowed []string, required bool) {
	switch {
	case text == "" && required:
		c.add(field, "is required")
	case text != "" && !slices.Contains(allowed, text):
		c.add(field, "does not know "+text)
	}
}

func (c *checker) many(field string, all, allowed []string, required bool) {
	if len(all) == 0 && required {
		c.add(field, "is required")
	}
	for _, text := range all {
		if !slices.Contains(allowed, text) {
			c.add(field, "does not know "+text)
		}
	}
}

func (c *checker) text(field, text string, most int, required bool) {
	switch {
	case required && strings.TrimSpace(text) == "":
		c.add(field, "is required")
	case utf8.RuneCountInString(text) > most:
		c.add(field, "is too long")
	}
}

// date takes dates as the database writes them, which compare as texts.
func (c *checker) date(field, text, first string, required bool) {
	if text == "" {
		if required {
			c.add(field, "is required")
		}
		return
	}
	day, err := time.Parse(time.DateOnly, text)
	switch {
	case err != nil || day.Format(time.DateOnly) != text:
		c.add(field, "is no date")
	case text < first || text > lastDate:
		c.add(field, "is out of range")
	}
}

var puidShape = regexp.MustCompile(`^[a-zA-Z0-9\-_]+$`)

func (c *checker) puid(text string) {
	switch {
	case text == "":
		c.add("puid", "is required")
	case len(text) > longestShort:
		c.add("puid", "is too long")
	case !puidShape.MatchString(text):
		c.add("puid", "has other signs than letters, digits, - and _")
	}
}
