package legal

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Record is one statement as the DSA Transparency Database takes it. The names are the database's own.
type Record struct {
	DecisionVisibility      []string `json:"decision_visibility,omitempty"`
	DecisionVisibilityOther string   `json:"decision_visibility_other,omitempty"`
	DecisionMonetary        string   `json:"decision_monetary,omitempty"`
	DecisionMonetaryOther   string   `json:"decision_monetary_other,omitempty"`
	DecisionProvision       string   `json:"decision_provision,omitempty"`
	DecisionAccount         string   `json:"decision_account,omitempty"`
	AccountType             string   `json:"account_type,omitempty"`
	EndVisibility           string   `json:"end_date_visibility_restriction,omitempty"` // Y-m-d
	EndAccount              string   `json:"end_date_account_restriction,omitempty"`    // Y-m-d

	DecisionGround          string `json:"decision_ground"`
	IllegalGround           string `json:"illegal_content_legal_ground,omitempty"`
	IllegalExplanation      string `json:"illegal_content_explanation,omitempty"`
	IncompatibleGround      string `json:"incompatible_content_ground,omitempty"`
	IncompatibleExplanation string `json:"incompatible_content_explanation,omitempty"`

	ContentType      []string `json:"content_type"`
	ContentTypeOther string   `json:"content_type_other,omitempty"`
	Category         string   `json:"category"`
	Keywords         []string `json:"category_specification,omitempty"`
	KeywordOther     string   `json:"category_specification_other,omitempty"`
	Territories      []string `json:"territorial_scope,omitempty"`
	ContentDate      string   `json:"content_date"`     // Y-m-d
	ApplicationDate  string   `json:"application_date"` // Y-m-d

	Facts              string `json:"decision_facts"`
	SourceType         string `json:"source_type"`
	AutomatedDetection string `json:"automated_detection"`
	AutomatedDecision  string `json:"automated_decision"`
	PUID               string `json:"puid"`
}

// JSON is the record as it is sent.
func (r Record) JSON() (string, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("legal.JSON(%s): %w", r.PUID, err)
	}
	return string(text), nil
}

// ParseRecord reads what JSON wrote.
func ParseRecord(text string) (r Record, err error) {
	if err = json.Unmarshal([]byte(text), &r); err != nil {
		err = fmt.Errorf("legal.ParseRecord: %w", err)
	}
	return r, err
}

// Texts are all free texts of a record.
func (r Record) Texts() []string {
	all := []string{r.DecisionVisibilityOther, r.DecisionMonetaryOther, r.IllegalGround, r.IllegalExplanation, r.IncompatibleGround,
		r.IncompatibleExplanation, r.ContentTypeOther, r.KeywordOther, r.Facts}
	return slices.DeleteFunc(all, func(text string) bool { return text == "" })
}

// The values that the database knows, by the field they belong to.
var (
	visibilities = []string{"DECISION_VISIBILITY_CONTENT_REMOVED", "DECISION_VISIBILITY_CONTENT_DISABLED", "DECISION_VISIBILITY_CONTENT_DEMOTED",
		"DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED", "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED", "DECISION_VISIBILITY_CONTENT_LABELLED", visibilityOther}
	monetaries = []string{"DECISION_MONETARY_SUSPENSION", "DECISION_MONETARY_TERMINATION", monetaryOther}
	provisions = []string{"DECISION_PROVISION_PARTIAL_SUSPENSION", "DECISION_PROVISION_TOTAL_SUSPENSION", "DECISION_PROVISION_PARTIAL_TERMINATION",
		"DECISION_PROVISION_TOTAL_TERMINATION"}
	accounts     = []string{"DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED"}
	accountTypes = []string{"ACCOUNT_TYPE_BUSINESS", "ACCOUNT_TYPE_PRIVATE"}
	groundTypes  = []string{groundIllegal, groundIncompatible}
	contentTypes = []string{"CONTENT_TYPE_APP", "CONTENT_TYPE_AUDIO", contentImage, contentProduct, "CONTENT_TYPE_SYNTHETIC_MEDIA", contentText,
		"CONTENT_TYPE_VIDEO", contentOther}
	sourceTypes   = []string{"SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER", "SOURCE_TYPE_OTHER_NOTIFICATION", "SOURCE_VOLUNTARY"}
	yesNo         = []string{"Yes", "No"}
	automatedness = []string{"AUTOMATED_DECISION_FULLY", "AUTOMATED_DECISION_PARTIALLY", "AUTOMATED_DECISION_NOT_AUTOMATED"}
	categories    = []string{"STATEMENT_CATEGORY_ANIMAL_WELFARE", "STATEMENT_CATEGORY_CONSUMER_INFORMATION", "STATEMENT_CATEGORY_CYBER_VIOLENCE",
		"STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN", "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
		"STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH", "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
		"STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS", "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
		"STATEMENT_CATEGORY_OTHER_VIOLATION_TC", "STATEMENT_CATEGORY_PROTECTION_OF_MINORS", "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY",
		"STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "STATEMENT_CATEGORY_SELF_HARM", "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
		"STATEMENT_CATEGORY_VIOLENCE"}
	keywords = []string{"KEYWORD_HUMAN_TRAFFICKING", "KEYWORD_HUMAN_EXPLOITATION", "KEYWORD_TRAFFICKING_WOMEN_GIRLS", "KEYWORD_ADULT_SEXUAL_MATERIAL",
		"KEYWORD_AGE_SPECIFIC_RESTRICTIONS_MINORS", "KEYWORD_INAUTHENTIC_ACCOUNTS", "KEYWORD_INAUTHENTIC_LISTINGS", "KEYWORD_PHISHING",
		"KEYWORD_PYRAMID_SCHEMES", "KEYWORD_PROHIBITED_PRODUCTS", "KEYWORD_UNSAFE_PRODUCTS", "KEYWORD_GOODS_SERVICES_NOT_PERMITTED",
		"KEYWORD_INSUFFICIENT_INFORMATION_ON_TRADERS", "KEYWORD_COPYRIGHT_INFRINGEMENT", "KEYWORD_TRADEMARK_INFRINGEMENT",
		"KEYWORD_UNLAWFUL_SALE_ANIMALS", "KEYWORD_DISCRIMINATION", "KEYWORD_HIDDEN_ADVERTISEMENT", "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING", keywordOther}
	territories = []string{"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV",
		"MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}
)

const (
	visibilityOther    = "DECISION_VISIBILITY_OTHER"
	monetaryOther      = "DECISION_MONETARY_OTHER"
	groundIllegal      = "DECISION_GROUND_ILLEGAL_CONTENT"
	groundIncompatible = "DECISION_GROUND_INCOMPATIBLE_CONTENT"
	contentImage       = "CONTENT_TYPE_IMAGE"
	contentProduct     = "CONTENT_TYPE_PRODUCT"
	contentText        = "CONTENT_TYPE_TEXT"
	contentOther       = "CONTENT_TYPE_OTHER"
	keywordOther       = "KEYWORD_OTHER"
)
