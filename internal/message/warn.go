package message

import (
	"regexp"
	"strings"

	"fairground/internal/safety"
)

// Warning is something in a message that its reader should think about before acting on it.
type Warning string

// The warnings. Their words are "message.warn." and the name.
const (
	WarnPayment Warning = "payment" // away from the site, or in a way that cannot be taken back
	WarnLink    Warning = "link"
	WarnMail    Warning = "mail"
	WarnPhone   Warning = "phone"
)

// Warnings says what is in a text. Regions are those in whose national form telephone numbers are read.
func Warnings(text string, regions ...string) []Warning {
	slots := safety.Extract(text, regions...)
	var found []Warning
	if asksForMoney(text) {
		found = append(found, WarnPayment)
	}
	if len(slots.Links) > 0 {
		found = append(found, WarnLink)
	}
	if len(slots.Mails) > 0 {
		found = append(found, WarnMail)
	}
	if len(slots.Phones)+len(slots.Handles) > 0 {
		found = append(found, WarnPhone)
	}
	return found
}

// account and payAway are matched against the text in lower case with its runs of blanks made one.
var (
	bankAccount = regexp.MustCompile(`\b[a-z]{2}\d{2} ?(?:[a-z0-9]{4} ?){2,7}[a-z0-9]{1,4}\b`)
	payAway     = regexp.MustCompile(`\b(?:` + strings.Join([]string{
		`gift ?cards?`, `voucher codes?`, `bitcoins?`, `crypto(?:currency)?`, `usdt`, `wire (?:transfer|the|me|it)`, `money transfer`,
		`(?:pay|send|transfer)(?: \w+){0,4} (?:in advance|up ?front|first|beforehand|outside)`, `(?:deposit|payment|money) (?:first|in advance|up ?front|before)`,
		`outside (?:of )?(?:the|this) (?:site|platform)`, `friends and family`, `courier (?:will )?(?:collects?|pays?)`,
		`geschenkkarten?`, `gutscheincodes?`, `vorkasse`, `anzahlung`, `vorauszahlung`, `im voraus`, `überweis\w*(?: \w+){0,3} (?:vorab|zuerst|vorher)`,
		`vorab (?:über|be|zahl)\w*`, `ausserhalb der (?:plattform|seite)`, `außerhalb der (?:plattform|seite)`, `per kurier bezahl\w*`,
	}, "|") + `)\b`)
	refusesIt = regexp.MustCompile(`\b(?:no|not|never|don't|do not|without|keine?n?|nicht|nie|ohne)(?: \w+){0,2} $`)
)

// asksForMoney finds talk of paying ahead or elsewhere, unless the words before it say that this is not wanted.
func asksForMoney(text string) bool {
	text = strings.Join(strings.Fields(strings.ToLower(text)), " ")
	if bankAccount.MatchString(text) {
		return true
	}
	for _, at := range payAway.FindAllStringIndex(text, 20) {
		if !refusesIt.MatchString(text[:at[0]]) {
			return true
		}
	}
	return false
}

func joinWarnings(all []Warning) string {
	texts := make([]string, len(all))
	for i, w := range all {
		texts[i] = string(w)
	}
	return strings.Join(texts, " ")
}

func splitWarnings(text string) []Warning {
	var all []Warning
	for name := range strings.FieldsSeq(text) {
		all = append(all, Warning(name))
	}
	return all
}
