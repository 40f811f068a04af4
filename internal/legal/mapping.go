package legal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fairground/internal/value"
)

// RecordOf makes the record of a statement. The slug of the site and the decision's number make its puid, so the same
// decision always has the same. category is the one a rule names, without STATEMENT_CATEGORY_; empty: by the ground.
// about is used to leave out what names its author.
func RecordOf(s Statement, slug string, zone *time.Location, category string, about About) Record {
	r := Record{
		Territories:     slices.Clone(territories),
		ContentDate:     day(s.Content, zone, firstContent),
		ApplicationDate: day(s.Made, zone, firstApplication),
		SourceType:      sourceOf(s), AutomatedDetection: "No", AutomatedDecision: "AUTOMATED_DECISION_NOT_AUTOMATED",
		PUID: fmt.Sprintf("%s-%d", slug, int64(s.Decision)),
	}
	r.decide(s, zone)
	r.describe(s, about)
	r.reason(s, category, about)
	if s.Detected() {
		r.AutomatedDetection, r.AutomatedDecision = "Yes", "AUTOMATED_DECISION_PARTIALLY"
	}
	if s.Automatic {
		r.AutomatedDecision = "AUTOMATED_DECISION_FULLY"
	}
	return r
}

// The first days that the database knows.
var (
	firstContent     = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	firstApplication = time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// day writes a date. One before the first, as a broken clock makes it, is the first.
func day(t time.Time, zone *time.Location, first time.Time) string {
	return max(t.In(zone).Format(time.DateOnly), first.Format(time.DateOnly))
}

func (r *Record) decide(s Statement, zone *time.Location) {
	end := ""
	if !s.Until.IsZero() {
		end = min(s.Until.In(zone).Format(time.DateOnly), lastDate)
	}
	switch s.Measure {
	case Suspend:
		r.DecisionAccount, r.EndAccount = "DECISION_ACCOUNT_SUSPENDED", end
		if s.Taken {
			r.DecisionVisibility = []string{"DECISION_VISIBILITY_CONTENT_REMOVED"}
		}
		return
	case Remove:
		r.DecisionVisibility = []string{"DECISION_VISIBILITY_CONTENT_REMOVED"}
	case Restrict:
		r.DecisionVisibility = []string{"DECISION_VISIBILITY_CONTENT_DEMOTED", "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED"}
	default:
		r.DecisionVisibility = []string{"DECISION_VISIBILITY_CONTENT_DISABLED"}
	}
	r.EndVisibility = end
}

// things are what records call what a decision is about. The title is not among it: it may name somebody.
var things = map[string]string{
	"listing": "A classified listing", "message": "A message between members", "conversation": "A conversation between members",
	"trade_review": "A review of a trade", "seller": "The profile of a seller", "profile": "The profile of a seller", "account": "The account of a member",
}

// describe says what content it is.
func (r *Record) describe(s Statement, about About) {
	thing, known := things[s.Object]
	if !known {
		thing = "A contribution of a member"
	}
	switch s.Object {
	case "listing":
		r.ContentType = []string{contentProduct, contentText}
	case "seller", "profile", "account":
		r.ContentType, r.ContentTypeOther = []string{contentOther}, "Profile or account of a member"
	default:
		r.ContentType = []string{contentText}
	}
	if len(about.Photos) > 0 {
		r.ContentType = append(r.ContentType, contentImage)
	}
	r.Facts = thing + " of " + r.ContentDate + ". " + looked(about) + " " + origins[s.Source]
}

func looked(about About) string {
	switch photos := len(about.Photos); {
	case photos == 1:
		return "Its text and one photo were looked at."
	case photos > 1:
		return fmt.Sprintf("Its text and %d photos were looked at.", photos)
	default:
		return "Its text was looked at."
	}
}

var origins = map[Source]string{
	FromNotice: "A notice pointed it out.", FromTrusted: "A trusted flagger pointed it out.",
	FromOwn: "Staff came across it while checking the site.", FromAutomation: "An automatic check of the site pointed it out.",
}

func sourceOf(s Statement) string {
	switch s.Source {
	case FromNotice:
		return "SOURCE_ARTICLE_16"
	case FromTrusted:
		return "SOURCE_TRUSTED_FLAGGER"
	default:
		return "SOURCE_VOLUNTARY"
	}
}

// filing is how a ground of ours stands in the database.
type filing struct {
	category string
	keywords []string
	illegal  bool // by law; otherwise by the site's terms
}

// filings are those of the grounds. Signs of exploitation are filed under the terms: a site suspects, a court finds.
var filings = map[string]filing{
	"scam":         {category: "SCAMS_AND_FRAUD", keywords: []string{"KEYWORD_INAUTHENTIC_LISTINGS"}},
	"prohibited":   {category: "UNSAFE_AND_PROHIBITED_PRODUCTS", keywords: []string{"KEYWORD_GOODS_SERVICES_NOT_PERMITTED"}},
	"exploitation": {category: "VIOLENCE", keywords: []string{"KEYWORD_HUMAN_EXPLOITATION"}},
	"counterfeit":  {category: "INTELLECTUAL_PROPERTY_INFRINGEMENTS", keywords: []string{"KEYWORD_TRADEMARK_INFRINGEMENT"}, illegal: true},
	"rights":       {category: "INTELLECTUAL_PROPERTY_INFRINGEMENTS", keywords: []string{"KEYWORD_COPYRIGHT_INFRINGEMENT"}, illegal: true},
	"privacy":      {category: "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", illegal: true},
	"duplicate":    {category: "OTHER_VIOLATION_TC", keywords: []string{keywordOther}},
	"category":     {category: "OTHER_VIOLATION_TC", keywords: []string{keywordOther}},
	"other":        {category: "OTHER_VIOLATION_TC"},
}

// policies are the paragraphs of the provider's terms that rules name, as grounds.
var policies = map[string]string{
	"provider/1": "prohibited", "provider/2": "exploitation", "provider/3": "exploitation", "provider/4": "prohibited", "provider/5": "prohibited",
	"provider/6": "counterfeit", "provider/7": "scam", "provider/8": "other",
}

// policyKeywords are what the paragraphs of the provider's terms are called in a category of the database. A paragraph is
// wider than a keyword, so the category that the rule names chooses.
var policyKeywords = map[[2]string]string{
	{"provider/1", "OTHER_VIOLATION_TC"}:                  "KEYWORD_GOODS_SERVICES_NOT_PERMITTED",
	{"provider/2", "VIOLENCE"}:                            "KEYWORD_HUMAN_EXPLOITATION",
	{"provider/2", "SCAMS_AND_FRAUD"}:                     "KEYWORD_INAUTHENTIC_LISTINGS",
	{"provider/3", "PROTECTION_OF_MINORS"}:                "KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS",
	{"provider/4", "UNSAFE_AND_PROHIBITED_PRODUCTS"}:      "KEYWORD_PROHIBITED_PRODUCTS",
	{"provider/5", "UNSAFE_AND_PROHIBITED_PRODUCTS"}:      "KEYWORD_PROHIBITED_PRODUCTS",
	{"provider/5", "SCAMS_AND_FRAUD"}:                     "KEYWORD_INAUTHENTIC_LISTINGS",
	{"provider/6", "INTELLECTUAL_PROPERTY_INFRINGEMENTS"}: "KEYWORD_TRADEMARK_INFRINGEMENT",
	{"provider/6", "SCAMS_AND_FRAUD"}:                     "KEYWORD_INAUTHENTIC_LISTINGS",
	{"provider/6", "OTHER_VIOLATION_TC"}:                  "KEYWORD_GOODS_SERVICES_NOT_PERMITTED",
	{"provider/7", "SCAMS_AND_FRAUD"}:                     "KEYWORD_INAUTHENTIC_LISTINGS",
	{"provider/8", "SCAMS_AND_FRAUD"}:                     "KEYWORD_INAUTHENTIC_LISTINGS",
}

// categoryIn is the category that the rule of a decision names, unless somebody decided on another ground than the rule's.
func categoryIn(d Decision) string {
	category := strings.TrimPrefix(d.Category, prefix)
	switch ruled, known := policies[d.Policy]; {
	case d.Ground == "" || category == "":
		return category
	case filings[groundOf(d.Ground)].category == category || known && ruled == groundOf(d.Ground):
		return category
	default:
		return ""
	}
}

// groundIn is the ground of a decision: its own, or that of the policy which the rule names.
func groundIn(d Decision) string {
	if d.Ground == "" && policies[d.Policy] != "" {
		return policies[d.Policy]
	}
	return groundOf(d.Ground)
}

// reason files the ground and explains it.
func (r *Record) reason(s Statement, category string, about About) {
	ground := groundOf(s.Ground)
	file := filings[ground]
	r.Category, r.Keywords = prefix+file.category, slices.Clone(file.keywords)
	if category = prefix + strings.TrimPrefix(category, prefix); slices.Contains(categories, category) && category != r.Category {
		r.Category, r.Keywords = category, nil
	}
	if slices.Contains(r.Keywords, keywordOther) {
		r.KeywordOther = "A listing that is repeated, or in the wrong category"
	}
	english := newSpeaker("en", time.UTC, "", "")
	clause := value.Clip(english.T("legal.say.clause."+ground), longestShort-1)
	explanation := english.T("legal.say.ground." + ground)
	if reason := Masked(s.Parts.Explanation, about.Name, about.Title, s.Title); reason != "" {
		explanation += " " + reason
	}
	explanation = value.Clip(explanation, longestExplanation-1)
	if file.illegal {
		r.DecisionGround, r.IllegalGround, r.IllegalExplanation = groundIllegal, clause, explanation
	} else {
		r.DecisionGround, r.IncompatibleGround, r.IncompatibleExplanation = groundIncompatible, clause, explanation
	}
}

const prefix = "STATEMENT_CATEGORY_"
