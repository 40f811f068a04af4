package listing

import (
	"fmt"
	"strings"

	"fairground/internal/record"
)

// SellerObject is what the change log calls a seller.
const SellerObject = "seller"

// Records lends listings, sellers and categories to package record for reading, so that lists, conditions, exports and
// the API serve them like any other object. Writes stay with Desk: what is public is screened (promise 1). currency is
// the site's; prices in others have no value in conditions.
func Records(currency string) []*record.Object {
	return []*record.Object{listingRecords(currency), sellerRecords(), categoryRecords()}
}

func names(en, de string) record.Names { return record.Names{"en": en, "de": de} }

func listingRecords(currency string) *record.Object {
	status := make([]record.Option, len(Statuses))
	codes := make([]string, len(Statuses))
	for i, s := range Statuses {
		status[i] = record.Option{Code: i + 1, Key: string(s), Labels: statusLabels[s], Tone: statusTones[s]}
		codes[i] = string(s)
	}
	status = append(status, record.Option{Code: len(Statuses) + 1, Key: "restricted", Labels: names("Restricted", "Eingeschränkt"), Tone: "alarm"})
	kinds := []string{"sell", "wanted", "swap", "free"}
	base := fmt.Sprintf("case when {t}.currency = '%s' then {t}.price_minor end", code(currency))
	return &record.Object{
		Key: Object, Short: ShortID, Labels: names("Listing", "Inserat"), Plural: names("Listings", "Inserate"), Icon: "list", Title: "title",
		Fields: []*record.Field{
			{Key: "title", Type: record.Text, Labels: names("Title", "Titel")},
			{Key: "status", Type: record.Choice, Labels: names("Status", "Status"), Options: record.Options{Choices: status}},
			{Key: "kind", Type: record.Choice, Labels: names("Kind", "Art"), Options: record.Options{Choices: []record.Option{
				{Code: 1, Key: "sell", Labels: names("For sale", "Zu verkaufen")}, {Code: 2, Key: "wanted", Labels: names("Wanted", "Gesucht")},
				{Code: 3, Key: "swap", Labels: names("Swap", "Tausch")}, {Code: 4, Key: "free", Labels: names("Free", "Gratis")}}}},
			{Key: "price", Type: record.MoneyType, Labels: names("Price", "Preis")},
			{Key: "category", Type: record.Reference, Labels: names("Category", "Rubrik"), Options: record.Options{Target: "category", Related: names("Listings", "Inserate")}},
			{Key: "seller", Type: record.Reference, Labels: names("Seller", "Anbieter"), Options: record.Options{Target: SellerObject, Related: names("Listings", "Inserate")}},
			{Key: "town", Type: record.Text, Labels: names("Town", "Ort")},
			{Key: "source", Type: record.Text, Labels: names("Source", "Herkunft")},
			{Key: "published", Type: record.DateTime, Labels: names("Published", "Veröffentlicht")},
			{Key: "expires", Type: record.DateTime, Labels: names("Expires", "Läuft ab")},
			{Key: "reserved", Type: record.DateTime, Labels: names("Reserved", "Reserviert")},
			{Key: "opens", Type: record.DateTime, Labels: names("Goes live", "Geht online")},
			{Key: "restricted", Type: record.DateTime, Labels: names("Restricted", "Eingeschränkt")},
			{Key: "repeats", Type: record.Reference, Labels: names("Repeats", "Wiederholt"), Options: record.Options{Target: Object, Related: names("Repeated by", "Wiederholt von")}},
		},
		Owned: &record.Owned{
			Table: "listing", Key: "id", Rev: "{t}.rev", Created: "{t}.created_us", Updated: "{t}.updated_us", Log: Object,
			Columns: map[string][]string{
				"title": {"{t}.title"}, "status": {unlisted(coded("{t}.status", codes))}, "kind": {coded("{t}.kind", kinds)},
				"price": {"{t}.price_minor", "{t}.currency", base}, "category": {"{t}.category"}, "seller": {"{t}.seller"},
				"town": {"{t}.place"}, "source": {"{t}.source"}, "published": {"{t}.published_us"}, "expires": {"{t}.expires_us"},
				"reserved": {"{t}.reserved_us"}, "opens": {"{t}.opens_us"}, "repeats": {"{t}.relisted_of"},
				"restricted": {"{t}.restricted_us"},
			},
		},
	}
}

func sellerRecords() *record.Object {
	return &record.Object{
		Key: SellerObject, Short: "sel", Labels: names("Seller", "Anbieter"), Plural: names("Sellers", "Anbieter"), Icon: "store", Title: "name",
		Fields: []*record.Field{
			{Key: "name", Type: record.Text, Labels: names("Name", "Name")},
			{Key: "kind", Type: record.Choice, Labels: names("Kind", "Art"), Options: record.Options{Choices: []record.Option{
				{Code: 1, Key: "private", Labels: names("Private", "Privat")}, {Code: 2, Key: "business", Labels: names("Business", "Gewerblich")}}}},
			{Key: "town", Type: record.Text, Labels: names("Town", "Ort")},
			{Key: "since", Type: record.DateTime, Labels: names("Since", "Seit")},
			{Key: "verified", Type: record.DateTime, Labels: names("Verified", "Geprüft")},
		},
		Owned: &record.Owned{
			Table: "seller", Key: "id", Created: "{t}.since_us", Updated: "{t}.since_us", Log: SellerObject,
			Columns: map[string][]string{
				"name": {"{t}.name"}, "kind": {coded("{t}.kind", []string{"private", "business"})}, "town": {"{t}.town"},
				"since": {"{t}.since_us"}, "verified": {"{t}.verified_us"},
			},
		},
	}
}

func categoryRecords() *record.Object {
	return &record.Object{
		Key: "category", Short: "cat", Labels: names("Category", "Rubrik"), Plural: names("Categories", "Rubriken"), Icon: "tags", Title: "name",
		Fields: []*record.Field{
			{Key: "name", Type: record.Text, Labels: names("Name", "Name")},
			{Key: "parent", Type: record.Reference, Labels: names("Part of", "Gehört zu"), Options: record.Options{Target: "category", Related: names("Parts", "Teile")}},
		},
		Owned: &record.Owned{
			Table: "category", Key: "id", Created: "0", Updated: "0",
			Columns: map[string][]string{"name": {"coalesce({t}.names ->> 'en', {t}.slug)"}, "parent": {"{t}.parent"}},
		},
	}
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

// unlisted gives what is live and restricted a code of its own, so that a list of what is live leaves it out.
func unlisted(coded string) string {
	return fmt.Sprintf("case when {t}.restricted_us is not null and {t}.status = 'live' then %d else %s end", len(Statuses)+1, coded)
}

// code lets nothing but the letters of a currency into SQL.
func code(currency string) string {
	return strings.Map(func(r rune) rune {
		if r < 'A' || r > 'Z' {
			return -1
		}
		return r
	}, currency)
}

var statusTones = map[Status]string{Live: "safe", Held: "paid", Challenged: "paid", Rejected: "alarm", Removed: "alarm"}

var statusLabels = map[Status]record.Names{
	Live: names("Live", "Öffentlich"), Held: names("Held", "Zurückgehalten"), Challenged: names("Challenged", "Rückfrage"),
	Rejected: names("Rejected", "Abgelehnt"), Paused: names("Paused", "Pausiert"), Sold: names("Sold", "Verkauft"),
	Expired: names("Expired", "Abgelaufen"), Removed: names("Removed", "Entfernt"),
}
