package crm

import (
	"fairground/internal/record"
	"fairground/internal/value"
)

// The keys of the objects that this package declares.
const (
	Person   = "person"
	Business = "business"
	Deal     = "deal"
	Activity = "activity"
)

// The keys of objects that its fields refer to and other packages lend.
const (
	Staff  = "staff"
	Seller = "seller"
)

// Objects are the declarations, those that others refer to first. They are made anew at each call.
func Objects() []*record.Object {
	return []*record.Object{business(), person(), deal(), activity()}
}

func named(en, de string) record.Names { return record.Names{"en": en, "de": de} }

// field is a declared field; options are set by what follows it.
func field(key string, kind record.Type, labels record.Names, set ...func(*record.Field)) *record.Field {
	f := &record.Field{Key: key, Type: kind, Labels: labels, Declared: true}
	for _, change := range set {
		change(f)
	}
	return f
}

func required(f *record.Field)   { f.Required = true }
func unique(f *record.Field)     { f.Unique = true }
func searchable(f *record.Field) { f.Searchable = true }

func in(section string) func(*record.Field) { return func(f *record.Field) { f.Section = section } }

func defaultTo(condition string) func(*record.Field) {
	return func(f *record.Field) { f.Default = condition }
}

func to(object string, related record.Names) func(*record.Field) {
	return func(f *record.Field) { f.Options.Target, f.Options.Related = object, related }
}

func options(all ...record.Option) func(*record.Field) {
	return func(f *record.Field) {
		for i := range all {
			all[i].Code = i + 1
		}
		f.Options.Choices = all
	}
}

func option(key, en, de, tone string) record.Option {
	return record.Option{Key: key, Labels: named(en, de), Tone: tone}
}

func rollup(plan record.RollupPlan) func(*record.Field) {
	return func(f *record.Field) { f.Options.Rollup = &plan }
}

// owner is the member of staff who looks after a record.
func owner() *record.Field {
	return field("owner", record.Reference, named("Owner", "Zuständig"), to(Staff, nil))
}

func sections(all ...record.Section) []record.Section { return all }

func section(key, en, de string) record.Section {
	return record.Section{Key: key, Labels: named(en, de)}
}

func person() *record.Object {
	return &record.Object{
		Key: Person, Short: "per", Labels: named("Person", "Person"), Plural: named("People", "Personen"), Icon: "users", Title: "name",
		Declared: "crm",
		Sections: sections(section("contact", "Contact", "Kontakt"), section("market", "On the market", "Auf dem Markt")),
		Fields: []*record.Field{
			field("name", record.Text, named("Name", "Name"), required, searchable),
			owner(),
			field("business", record.Reference, named("Business", "Betrieb"), to(Business, named("People", "Personen"))),
			field("role", record.Text, named("Role", "Funktion")),
			field("tags", record.Choices, named("Tags", "Stichworte"), options(
				option("regular", "Regular", "Stammkundschaft", "safe"), option("press", "Press", "Presse", ""),
				option("partner", "Partner", "Partner", ""), option("complaint", "Complaint", "Beschwerde", "paid"))),
			field("mail", record.Mail, named("E-mail", "E-Mail"), unique, searchable, in("contact")),
			field("phone", record.Phone, named("Phone", "Telefon"), in("contact")),
			field("language", record.Choice, named("Language", "Sprache"), in("contact"), options(
				option("en", "English", "Englisch", ""), option("de", "German", "Deutsch", ""),
				option("fr", "French", "Französisch", ""), option("it", "Italian", "Italienisch", ""))),
			field("town", record.Text, named("Town", "Ort"), searchable, in("contact")),
			field("seller", record.Reference, named("Seller", "Anbieter"), to(Seller, named("Person", "Person")), unique, in("market")),
			field("since", record.Date, named("Since", "Seit"), in("market")),
			field("last_touch", record.Rollup, named("Last touch", "Letzter Kontakt"), in("market"),
				rollup(record.RollupPlan{From: Activity, By: "person", Op: "max", Of: "at"})),
			field("notes", record.LongText, named("Notes", "Bemerkungen"), searchable),
		},
	}
}

func business() *record.Object {
	return &record.Object{
		Key: Business, Short: "biz", Labels: named("Business", "Betrieb"), Plural: named("Businesses", "Betriebe"), Icon: "building-2",
		Title: "name", Declared: "crm",
		Sections: sections(section("contact", "Contact", "Kontakt"), section("market", "On the market", "Auf dem Markt")),
		Fields: []*record.Field{
			field("name", record.Text, named("Business", "Betrieb"), required, searchable),
			field("trade", record.Text, named("Trade", "Branche"), searchable),
			field("standing", record.Choice, named("Standing", "Stand"), defaultTo(`"unverified"`), options(
				option("unverified", "Unverified", "Nicht geprüft", ""), option("papers_due", "Papers due", "Unterlagen fällig", "paid"),
				option("verified", "Verified trader", "Geprüfter Händler", "safe"), option("suspended", "Suspended", "Gesperrt", "alarm"))),
			owner(),
			field("stage", record.Choice, named("Stage", "Phase"), defaultTo(`"new"`), options(
				option("new", "New", "Neu", ""), option("proposal", "Proposal", "Angebot", ""),
				option("negotiation", "Negotiation", "Verhandlung", ""), option("won", "Won", "Gewonnen", "safe"),
				option("renewal", "Renewal", "Verlängerung", "paid"), option("lost", "Lost", "Verloren", ""))),
			field("renews_on", record.Date, named("Renews", "Verlängert sich")),
			field("mail", record.Mail, named("E-mail", "E-Mail"), searchable, in("contact")),
			field("phone", record.Phone, named("Phone", "Telefon"), in("contact")),
			field("website", record.Link, named("Website", "Webseite"), in("contact")),
			field("place", record.Place, named("Address", "Adresse"), in("contact")),
			field("uid", record.Text, named("Business number", "UID"), unique, in("contact")),
			field("seller", record.Reference, named("Seller", "Anbieter"), to(Seller, named("Business", "Betrieb")), unique, in("market")),
			field("people", record.Rollup, named("People", "Personen"), in("market"),
				rollup(record.RollupPlan{From: Person, By: "business", Op: "count"})),
			field("open_deals", record.Rollup, named("Open deals", "Offene Geschäfte"), in("market"),
				rollup(record.RollupPlan{From: Deal, By: "business", Op: "count", Where: `!(stage in ["won", "lost"])`})),
			field("won_value", record.Rollup, named("Won", "Gewonnen"), in("market"),
				rollup(record.RollupPlan{From: Deal, By: "business", Op: "sum", Of: "value", Where: `stage == "won"`})),
			field("last_touch", record.Rollup, named("Last touch", "Letzter Kontakt"), in("market"),
				rollup(record.RollupPlan{From: Activity, By: "business", Op: "max", Of: "at"})),
			field("notes", record.LongText, named("Notes", "Bemerkungen"), searchable),
		},
	}
}

func deal() *record.Object {
	return &record.Object{
		Key: Deal, Short: "dea", Labels: named("Deal", "Geschäft"), Plural: named("Deals", "Geschäfte"), Icon: "handshake", Title: "name",
		Declared: "crm",
		Checks: []record.Check{{
			When: `stage != "lost" || lost_reason != null`, Field: "lost_reason",
			Message: named("Say why the deal was lost.", "Sagen Sie, weshalb das Geschäft verloren ging."),
		}},
		Fields: []*record.Field{
			field("name", record.Text, named("Deal", "Geschäft"), required, searchable),
			field("business", record.Reference, named("Business", "Betrieb"), to(Business, named("Deals", "Geschäfte"))),
			field("person", record.Reference, named("Person", "Person"), to(Person, named("Deals", "Geschäfte"))),
			field("value", record.MoneyType, named("Value", "Wert")),
			field("stage", record.Choice, named("Stage", "Phase"), required, defaultTo(`"new"`), options(
				option("new", "New", "Neu", ""), option("contacted", "Contacted", "Kontaktiert", ""),
				option("proposal", "Proposal", "Angebot", ""), option("negotiation", "Negotiation", "Verhandlung", "paid"),
				option("won", "Won", "Gewonnen", "safe"), option("lost", "Lost", "Verloren", ""))),
			owner(),
			field("closes_on", record.Date, named("Closes", "Abschluss am")),
			field("source", record.Choice, named("Source", "Herkunft"), options(
				option("inbound", "They asked", "Anfrage", ""), option("outbound", "We asked", "Eigene Ansprache", ""),
				option("renewal", "Renewal", "Verlängerung", ""), option("event", "Event", "Veranstaltung", ""))),
			field("lost_reason", record.Text, named("Lost because", "Verloren, weil")),
			field("notes", record.LongText, named("Notes", "Bemerkungen"), searchable),
		},
	}
}

func activity() *record.Object {
	return &record.Object{
		Key: Activity, Short: "act", Labels: named("Activity", "Aktivität"), Plural: named("Activities", "Aktivitäten"), Icon: "calendar",
		Title: "subject", Declared: "crm",
		Fields: []*record.Field{
			field("subject", record.Text, named("Subject", "Betreff"), required, searchable),
			field("kind", record.Choice, named("Kind", "Art"), required, defaultTo(`"note"`), options(
				option("note", "Note", "Notiz", ""), option("call", "Call", "Anruf", ""), option("mail", "Mail", "E-Mail", ""),
				option("meeting", "Meeting", "Treffen", ""), option("task", "Task", "Aufgabe", "paid"))),
			field("at", record.DateTime, named("When", "Wann"), defaultTo("now")),
			field("due", record.Date, named("Due", "Fällig")),
			field("done", record.YesNo, named("Done", "Erledigt")),
			owner(),
			field("about", record.AnyReference, named("About", "Zu")),
			field("person", record.Reference, named("Person", "Person"), to(Person, named("Activities", "Aktivitäten"))),
			field("business", record.Reference, named("Business", "Betrieb"), to(Business, named("Activities", "Aktivitäten"))),
			field("deal", record.Reference, named("Deal", "Geschäft"), to(Deal, named("Activities", "Aktivitäten"))),
			field("text", record.LongText, named("Text", "Text"), searchable),
		},
	}
}

// author names this package in the change log.
var author = value.SystemActor("crm")
