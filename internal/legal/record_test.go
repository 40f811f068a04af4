package legal_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"fairground/internal/legal"
	"fairground/internal/safety"
	"fairground/internal/value"
)

func aStatement() legal.Statement {
	return legal.Statement{ID: 11, Decision: 77, Object: "listing", Record: 42, Measure: legal.Remove, Ground: "scam", Source: legal.FromNotice,
		Parts:   legal.Parts{Explanation: "It asks for a deposit before a viewing."},
		Content: time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC), Made: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}
}

func aRecord() legal.Record { return legal.RecordOf(aStatement(), "lake", time.UTC, "", legal.About{}) }

// Every rule of the database has a line here that breaks it, and nothing else.
func TestEveryRuleOfTheDatabase(t *testing.T) {
	t.Parallel()
	if faults := aRecord().Faults(); len(faults) != 0 {
		t.Fatalf("the record to begin with: %v", faults)
	}
	long := func(n int) string { return strings.Repeat("ä", n) }
	illegal := func(r *legal.Record) {
		r.DecisionGround, r.IllegalGround, r.IllegalExplanation = "DECISION_GROUND_ILLEGAL_CONTENT", "Law", "Because"
		r.IncompatibleGround, r.IncompatibleExplanation = "", ""
	}
	for _, test := range []struct {
		name, field string
		spoil       func(r *legal.Record)
	}{
		{"no decision at all", "decision_visibility", func(r *legal.Record) { r.DecisionVisibility = nil }},
		{"unknown visibility", "decision_visibility", func(r *legal.Record) { r.DecisionVisibility = []string{"DECISION_VISIBILITY_GONE"} }},
		{"other visibility without words", "decision_visibility_other", func(r *legal.Record) { r.DecisionVisibility = []string{"DECISION_VISIBILITY_OTHER"} }},
		{"words of visibility too long", "decision_visibility_other", func(r *legal.Record) {
			r.DecisionVisibility, r.DecisionVisibilityOther = []string{"DECISION_VISIBILITY_OTHER"}, long(501)
		}},
		{"unknown monetary", "decision_monetary", func(r *legal.Record) { r.DecisionMonetary = "DECISION_MONETARY_FINE" }},
		{"other monetary without words", "decision_monetary_other", func(r *legal.Record) { r.DecisionMonetary = "DECISION_MONETARY_OTHER" }},
		{"words of monetary too long", "decision_monetary_other", func(r *legal.Record) {
			r.DecisionMonetary, r.DecisionMonetaryOther = "DECISION_MONETARY_OTHER", long(501)
		}},
		{"unknown provision", "decision_provision", func(r *legal.Record) { r.DecisionProvision = "DECISION_PROVISION_SOME" }},
		{"unknown account", "decision_account", func(r *legal.Record) { r.DecisionAccount = "DECISION_ACCOUNT_WARNED" }},
		{"unknown type of account", "account_type", func(r *legal.Record) { r.AccountType = "ACCOUNT_TYPE_CLUB" }},
		{"no ground", "decision_ground", func(r *legal.Record) { r.DecisionGround = "" }},
		{"unknown ground", "decision_ground", func(r *legal.Record) { r.DecisionGround = "DECISION_GROUND_TASTE" }},
		{"illegal without law", "illegal_content_legal_ground", func(r *legal.Record) { illegal(r); r.IllegalGround = " " }},
		{"law too long", "illegal_content_legal_ground", func(r *legal.Record) { illegal(r); r.IllegalGround = long(501) }},
		{"illegal without explanation", "illegal_content_explanation", func(r *legal.Record) { illegal(r); r.IllegalExplanation = "" }},
		{"illegal, explanation too long", "illegal_content_explanation", func(r *legal.Record) { illegal(r); r.IllegalExplanation = long(2001) }},
		{"incompatible without clause", "incompatible_content_ground", func(r *legal.Record) { r.IncompatibleGround = "" }},
		{"clause too long", "incompatible_content_ground", func(r *legal.Record) { r.IncompatibleGround = long(501) }},
		{"incompatible without explanation", "incompatible_content_explanation", func(r *legal.Record) { r.IncompatibleExplanation = "" }},
		{"incompatible, explanation too long", "incompatible_content_explanation", func(r *legal.Record) { r.IncompatibleExplanation = long(2001) }},
		{"no type of content", "content_type", func(r *legal.Record) { r.ContentType = nil }},
		{"unknown type of content", "content_type", func(r *legal.Record) { r.ContentType = []string{"CONTENT_TYPE_SMELL"} }},
		{"other content without words", "content_type_other", func(r *legal.Record) { r.ContentType = []string{"CONTENT_TYPE_OTHER"} }},
		{"words of content too long", "content_type_other", func(r *legal.Record) {
			r.ContentType, r.ContentTypeOther = []string{"CONTENT_TYPE_OTHER"}, long(501)
		}},
		{"no category", "category", func(r *legal.Record) { r.Category = "" }},
		{"unknown category", "category", func(r *legal.Record) { r.Category = "STATEMENT_CATEGORY_RUDE" }},
		{"unknown keyword", "category_specification", func(r *legal.Record) { r.Keywords = []string{"KEYWORD_RUDE"} }},
		{"other keyword without words", "category_specification_other", func(r *legal.Record) { r.Keywords = []string{"KEYWORD_OTHER"} }},
		{"words of keyword too long", "category_specification_other", func(r *legal.Record) {
			r.Keywords, r.KeywordOther = []string{"KEYWORD_OTHER"}, long(501)
		}},
		{"a territory outside", "territorial_scope", func(r *legal.Record) { r.Territories = []string{"CH"} }},
		{"no date of content", "content_date", func(r *legal.Record) { r.ContentDate = "" }},
		{"date of content in another form", "content_date", func(r *legal.Record) { r.ContentDate = "20.02.2026" }},
		{"a day that is none", "content_date", func(r *legal.Record) { r.ContentDate = "2026-02-30" }},
		{"content before 2000", "content_date", func(r *legal.Record) { r.ContentDate = "1999-12-31" }},
		{"no date of application", "application_date", func(r *legal.Record) { r.ApplicationDate = "" }},
		{"application with an hour", "application_date", func(r *legal.Record) { r.ApplicationDate = "2026-03-02-10" }},
		{"application before 2020", "application_date", func(r *legal.Record) { r.ApplicationDate = "2019-12-31" }},
		{"application too late", "application_date", func(r *legal.Record) { r.ApplicationDate = "2038-01-02" }},
		{"an end that is no date", "end_date_visibility_restriction", func(r *legal.Record) { r.EndVisibility = "soon" }},
		{"an end too late", "end_date_account_restriction", func(r *legal.Record) { r.EndAccount = "2040-01-01" }},
		{"no facts", "decision_facts", func(r *legal.Record) { r.Facts = "" }},
		{"facts too long", "decision_facts", func(r *legal.Record) { r.Facts = long(5001) }},
		{"no source", "source_type", func(r *legal.Record) { r.SourceType = "" }},
		{"unknown source", "source_type", func(r *legal.Record) { r.SourceType = "SOURCE_NEIGHBOUR" }},
		{"no detection", "automated_detection", func(r *legal.Record) { r.AutomatedDetection = "" }},
		{"detection is not yes or no", "automated_detection", func(r *legal.Record) { r.AutomatedDetection = "yes" }},
		{"no automation", "automated_decision", func(r *legal.Record) { r.AutomatedDecision = "" }},
		{"unknown automation", "automated_decision", func(r *legal.Record) { r.AutomatedDecision = "Yes" }},
		{"no puid", "puid", func(r *legal.Record) { r.PUID = "" }},
		{"puid too long", "puid", func(r *legal.Record) { r.PUID = strings.Repeat("a", 501) }},
		{"puid with a blank", "puid", func(r *legal.Record) { r.PUID = "a b" }},
		{"puid with a line feed at its end", "puid", func(r *legal.Record) { r.PUID = "ab\n" }},
	} {
		r := aRecord()
		test.spoil(&r)
		if faults := r.Faults(); len(faults) != 1 || faults[0].Field != test.field {
			t.Errorf("%s: %v, want one at %s", test.name, faults, test.field)
		}
		if legal.Invalid([]legal.Record{aRecord(), r}) != 1 {
			t.Errorf("%s: not counted", test.name)
		}
	}
}

func TestLengthsAreOfCharacters(t *testing.T) {
	t.Parallel()
	r := aRecord()
	r.IncompatibleGround, r.IncompatibleExplanation, r.Facts = strings.Repeat("ü", 500), strings.Repeat("ü", 2000), strings.Repeat("ü", 5000)
	if faults := r.Faults(); len(faults) != 0 {
		t.Error(faults)
	}
}

func TestAPuidOccursOnce(t *testing.T) {
	t.Parallel()
	if n := legal.Invalid([]legal.Record{aRecord(), aRecord(), aRecord()}); n != 2 {
		t.Errorf("%d of three equal ones are invalid, want 2", n)
	}
	again := aStatement()
	again.ID, again.Code = 12345, "ANOTHER"
	if legal.RecordOf(again, "lake", time.UTC, "", legal.About{}).PUID != aRecord().PUID {
		t.Error("the puid of one decision is not stable")
	}
	again.Decision++
	if legal.RecordOf(again, "lake", time.UTC, "", legal.About{}).PUID == aRecord().PUID {
		t.Error("two decisions share a puid")
	}
}

func TestEveryStatementMakesAValidRecord(t *testing.T) {
	t.Parallel()
	n := value.ID(0)
	var all []legal.Record
	for _, measure := range legal.Measures {
		for _, ground := range []string{"scam", "prohibited", "exploitation", "counterfeit", "rights", "privacy", "duplicate", "category", "other", "", "brand new"} {
			for _, source := range legal.Sources {
				for _, object := range []string{"listing", "account", "message", "seller", "trade_review", "something else"} {
					n++
					s := aStatement()
					s.Decision, s.Measure, s.Ground, s.Source, s.Object = n, measure, ground, source, object
					s.Automatic, s.Parts.Explanation = n%3 == 0, strings.Repeat("Why? ", int(n%900))
					if n%4 == 0 {
						s.Rule, s.Until = "rule-1", s.Made.AddDate(int(n%20), 0, 0)
					}
					if n%7 == 0 {
						s.Content = time.Time{}.AddDate(int(n%2000), 0, 0)
					}
					about := legal.About{Photos: make([]string, n%3)}
					r := legal.RecordOf(s, "lake-side_1", time.UTC, []string{"", "VIOLENCE", "STATEMENT_CATEGORY_SELF_HARM", "NONSENSE"}[n%4], about)
					if faults := r.Faults(); len(faults) > 0 {
						t.Fatalf("%+v: %v", s, faults)
					}
					all = append(all, r)
				}
			}
		}
	}
	if bad := legal.Invalid(all); bad != 0 {
		t.Errorf("%d of %d are invalid", bad, len(all))
	}
}

func TestARecordIsWrittenAsTheDatabaseReadsIt(t *testing.T) {
	t.Parallel()
	text, err := aRecord().JSON()
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"decision_visibility": "[DECISION_VISIBILITY_CONTENT_REMOVED]", "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
		"content_type": "[CONTENT_TYPE_PRODUCT CONTENT_TYPE_TEXT]", "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "content_date": "2026-02-20",
		"application_date": "2026-03-02", "source_type": "SOURCE_ARTICLE_16", "automated_detection": "No",
		"automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED", "puid": "lake-77", "category_specification": "[KEYWORD_INAUTHENTIC_LISTINGS]",
	} {
		if fmt.Sprint(got[key]) != want {
			t.Errorf("%s is %v, want %s", key, got[key], want)
		}
	}
	if got["decision_monetary"] != nil || got["illegal_content_explanation"] != nil {
		t.Errorf("empty fields are written: %s", text)
	}
	if read, err := legal.ParseRecord(text); err != nil || len(read.Faults()) > 0 {
		t.Errorf("read again: %v %v", read.Faults(), err)
	}
}

func TestThePolicyOfARuleReachesTheRecord(t *testing.T) {
	tests := []struct{ policy, category, ground, wantCategory, wantKeyword string }{
		{"provider/7", "SCAMS_AND_FRAUD", "", "SCAMS_AND_FRAUD", "KEYWORD_INAUTHENTIC_LISTINGS"},
		{"provider/3", "PROTECTION_OF_MINORS", "exploitation", "PROTECTION_OF_MINORS", "KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS"},
		{"provider/2", "SCAMS_AND_FRAUD", "", "SCAMS_AND_FRAUD", "KEYWORD_INAUTHENTIC_LISTINGS"},
		{"provider/5", "UNSAFE_AND_PROHIBITED_PRODUCTS", "prohibited", "UNSAFE_AND_PROHIBITED_PRODUCTS", "KEYWORD_PROHIBITED_PRODUCTS"},
		{"provider/3", "PROTECTION_OF_MINORS", "duplicate", "OTHER_VIOLATION_TC", "KEYWORD_OTHER"}, // decided on another ground
		{"site/9", "SCAMS_AND_FRAUD", "counterfeit", "INTELLECTUAL_PROPERTY_INFRINGEMENTS", "KEYWORD_TRADEMARK_INFRINGEMENT"},
		{"", "", "scam", "SCAMS_AND_FRAUD", "KEYWORD_INAUTHENTIC_LISTINGS"},
	}
	each(t, func(w *world) {
		for i, test := range tests {
			d := aDecision(value.ID(100 + i))
			d.Notice, d.Rule, d.Policy, d.Category, d.Ground = 0, "provider/a-rule", test.policy, test.category, test.ground
			s := w.state(d, anAuthor("en"))
			r, err := legal.ParseRecord(s.DSA)
			w.ok(err)
			if r.Category != "STATEMENT_CATEGORY_"+test.wantCategory || len(r.Keywords) != 1 || r.Keywords[0] != test.wantKeyword || len(r.Faults()) > 0 || s.Delivery != legal.Waiting {
				w.Errorf("%+v: %s %v %v", test, r.Category, r.Keywords, r.Faults())
			}
			if r.AutomatedDetection != "Yes" || s.Since != d.Since {
				w.Errorf("%+v: detected %s, since %s", test, r.AutomatedDetection, s.Since)
			}
		}
	})
}

func TestARuleNamesTheCategory(t *testing.T) {
	t.Parallel()
	r := legal.RecordOf(aStatement(), "lake", time.UTC, "PROTECTION_OF_MINORS", legal.About{})
	if r.Category != "STATEMENT_CATEGORY_PROTECTION_OF_MINORS" || len(r.Keywords) != 0 {
		t.Errorf("%s %v", r.Category, r.Keywords)
	}
}

func TestRecordsHaveNoPersonalData(t *testing.T) {
	t.Parallel()
	phones := []string{"+41 79 123 45 67", "079 123 45 67", "0171 2345678", "06 12 34 56 78", "oh seven nine one two three four five six seven", "zero seven nine 123 four five six seven"}
	mails := []string{"anna.muster@example.org", "anna (at) example (dot) org", "ANNA@EXAMPLE.ORG"}
	source := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		phone, mail := phones[source.IntN(len(phones))], mails[source.IntN(len(mails))]
		s := aStatement()
		s.Title = "Call " + phone
		s.Parts.Explanation = fmt.Sprintf("The text says to call Anna on %s or write to %s %s before a viewing, says Muster.", phone, mail, strings.Repeat("or "+phone+" ", i%4))
		r := legal.RecordOf(s, "lake", time.UTC, "", legal.About{Name: "Anna Muster", Title: s.Title})
		for _, text := range r.Texts() {
			found := safety.Extract(text, "CH", "DE", "FR", "AT", "GB", "US")
			if len(found.Phones)+len(found.Mails)+len(found.Links)+len(found.Handles) > 0 {
				t.Fatalf("%q still has %+v", text, found)
			}
			if strings.Contains(text, "Anna") || strings.Contains(text, "Muster") {
				t.Fatalf("%q names the author", text)
			}
		}
		if !strings.Contains(r.IncompatibleExplanation, "before a viewing") || !strings.Contains(r.IncompatibleExplanation, "[…]") {
			t.Fatalf("masked too much or nothing: %q", r.IncompatibleExplanation)
		}
	}
}

func TestMasking(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "nothing to hide": "nothing to hide", "Ann is not Anna": "Ann is not […]",
		"write to a@example.org or b@example.org now": "write to […] or […] now",
		"ask Anna, Muster":                            "ask […], […]",
	} {
		if got := legal.Masked(text, "Anna Muster"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
