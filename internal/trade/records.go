package trade

import (
	"fmt"
	"strings"

	"fairground/internal/record"
)

// Records lends trades and reviews to package record for reading, so that staff see them in lists, conditions and
// exports. Writes stay with Desk. currency is the site's; prices in others have no value in conditions.
func Records(currency string) []*record.Object {
	return []*record.Object{tradeRecords(currency), reviewRecords()}
}

func names(en, de string) record.Names { return record.Names{"en": en, "de": de} }

func tradeRecords(currency string) *record.Object {
	statuses := make([]string, len(Statuses))
	for i, s := range Statuses {
		statuses[i] = string(s)
	}
	base := fmt.Sprintf("case when {t}.currency = '%s' then {t}.price_minor end", letters(currency))
	return &record.Object{
		Key: Object, Short: ShortID, Labels: names("Agreement", "Einigung"), Plural: names("Agreements", "Einigungen"), Icon: "handshake", Title: "title",
		Fields: []*record.Field{
			{Key: "title", Type: record.Text, Labels: names("Listing", "Inserat")},
			{Key: "status", Type: record.Choice, Labels: names("Status", "Status"), Options: record.Options{Choices: choices(statuses, statusLabels)}},
			{Key: "price", Type: record.MoneyType, Labels: names("Price", "Preis")},
			{Key: "listing", Type: record.Reference, Labels: names("Listing page", "Inseratseite"), Options: record.Options{Target: "listing", Related: names("Agreements", "Einigungen")}},
			{Key: "seller", Type: record.Reference, Labels: names("Seller", "Anbieter"), Options: record.Options{Target: "seller", Related: names("Agreements", "Einigungen")}},
			{Key: "linked", Type: record.YesNo, Labels: names("Linked sides", "Verbundene Seiten")},
			{Key: "agreed", Type: record.DateTime, Labels: names("Agreed", "Einig seit")},
			{Key: "ended", Type: record.DateTime, Labels: names("Ended", "Beendet")},
		},
		Owned: &record.Owned{
			Table: "trade", Key: "id", Rev: "{t}.rev", Created: "{t}.made_us", Updated: "coalesce({t}.ended_us, {t}.agreed_us, {t}.made_us)", Log: Object,
			Columns: map[string][]string{
				"title": {"{t}.title"}, "status": {coded("{t}.status", statuses)}, "price": {"{t}.price_minor", "{t}.currency", base},
				"listing": {"{t}.listing"}, "seller": {"{t}.seller"}, "linked": {"{t}.linked"}, "agreed": {"{t}.agreed_us"}, "ended": {"{t}.ended_us"},
			},
		},
	}
}

func reviewRecords() *record.Object {
	statuses := make([]string, len(ReviewStatuses))
	for i, s := range ReviewStatuses {
		statuses[i] = string(s)
	}
	return &record.Object{
		Key: ReviewObject, Short: ReviewShortID, Labels: names("Review", "Bewertung"), Plural: names("Reviews", "Bewertungen"), Icon: "star", Title: "body",
		Fields: []*record.Field{
			{Key: "body", Type: record.Text, Labels: names("Text", "Text")},
			{Key: "status", Type: record.Choice, Labels: names("Status", "Status"), Options: record.Options{Choices: choices(statuses, reviewLabels)}},
			{Key: "stars", Type: record.Integer, Labels: names("Stars", "Sterne")},
			{Key: "part", Type: record.Choice, Labels: names("Part", "Teil"), Options: record.Options{Choices: choices([]string{"review", "answer"}, partLabels)}},
			{Key: "side", Type: record.Choice, Labels: names("Written by", "Geschrieben von"), Options: record.Options{Choices: choices([]string{"buyer", "seller"}, sideLabels)}},
			{Key: "trade", Type: record.Reference, Labels: names("Agreement", "Einigung"), Options: record.Options{Target: Object, Related: names("Reviews", "Bewertungen")}},
			{Key: "counted", Type: record.YesNo, Labels: names("Counts", "Zählt")},
			{Key: "linked", Type: record.YesNo, Labels: names("Linked sides", "Verbundene Seiten")},
			{Key: "reason", Type: record.Text, Labels: names("Refused because", "Abgelehnt, weil")},
			{Key: "appeal", Type: record.Text, Labels: names("Appeal", "Einspruch")},
			{Key: "appealed", Type: record.DateTime, Labels: names("Appealed", "Einspruch am")},
			{Key: "published", Type: record.DateTime, Labels: names("Published", "Veröffentlicht")},
		},
		Owned: &record.Owned{
			Table: "trade_review", Key: "id", Rev: "{t}.rev", Created: "{t}.written_us", Updated: "{t}.changed_us", Log: ReviewObject,
			Columns: map[string][]string{
				"body": {"{t}.body"}, "status": {coded("{t}.status", statuses)}, "stars": {"nullif({t}.stars, 0)"},
				"part": {coded("{t}.part", []string{"review", "answer"})}, "side": {coded("{t}.side", []string{"buyer", "seller"})},
				"trade": {"{t}.trade"}, "counted": {"{t}.counted"}, "linked": {"{t}.linked"}, "reason": {"{t}.reason"}, "appeal": {"{t}.appeal"},
				"appealed": {"{t}.appealed_us"}, "published": {"{t}.published_us"},
			},
		},
	}
}

// label is the words of a choice and the tone of its tag.
type label struct {
	words record.Names
	tone  string
}

func choices(keys []string, labels map[string]label) []record.Option {
	options := make([]record.Option, len(keys))
	for i, key := range keys {
		options[i] = record.Option{Code: i + 1, Key: key, Labels: labels[key].words, Tone: labels[key].tone}
	}
	return options
}

// coded turns a column of words into the codes of a choice, which count from 1.
func coded(column string, words []string) string {
	var b strings.Builder
	b.WriteString("case " + column)
	for i, word := range words {
		fmt.Fprintf(&b, " when '%s' then %d", word, i+1)
	}
	return b.String() + " end"
}

// letters lets nothing but the letters of a currency into SQL.
func letters(currency string) string {
	return strings.Map(func(r rune) rune {
		if r < 'A' || r > 'Z' {
			return -1
		}
		return r
	}, currency)
}

var statusLabels = map[string]label{
	"proposed": {names("Proposed", "Vorgeschlagen"), "paid"}, "agreed": {names("Agreed", "Einig"), "safe"}, "done": {names("Done", "Abgeschlossen"), "safe"},
	"fell_through": {names("Fell through", "Geplatzt"), "alarm"}, "declined": {names("Declined", "Abgelehnt"), ""}, "lapsed": {names("Lapsed", "Verfallen"), ""},
}

var reviewLabels = map[string]label{
	"held": {names("Held", "Zurückgehalten"), "paid"}, "waiting": {names("Waits for the other side", "Wartet auf die Gegenseite"), ""},
	"published": {names("Published", "Veröffentlicht"), "safe"}, "rejected": {names("Rejected", "Abgelehnt"), "alarm"}, "removed": {names("Removed", "Entfernt"), "alarm"},
}

var partLabels = map[string]label{"review": {names("Review", "Bewertung"), ""}, "answer": {names("Answer", "Antwort"), ""}}

var sideLabels = map[string]label{"buyer": {names("Buyer", "Käufer"), ""}, "seller": {names("Seller", "Anbieter"), ""}}
