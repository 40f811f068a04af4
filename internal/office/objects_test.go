package office_test

import (
	"fairground/internal/account"
	"fairground/internal/record"
)

func en(text string) record.Names { return record.Names{"en": text, "de": text + " (de)"} }

func field(key, label string, t record.Type, changes ...func(*record.Field)) *record.Field {
	f := &record.Field{Key: key, Labels: en(label), Type: t, Declared: true}
	for _, change := range changes {
		change(f)
	}
	return f
}

func required(f *record.Field)   { f.Required = true }
func unique(f *record.Field)     { f.Unique = true }
func searchable(f *record.Field) { f.Searchable = true }

func to(object, related string) func(*record.Field) {
	return func(f *record.Field) { f.Options.Target, f.Options.Related = object, en(related) }
}

func choices(all ...record.Option) func(*record.Field) {
	return func(f *record.Field) {
		for i := range all {
			all[i].Code = i + 1
		}
		f.Options.Choices = all
	}
}

func option(key, label, tone string) record.Option {
	return record.Option{Key: key, Labels: en(label), Tone: tone}
}

// objects are those of the weekly market. Support does not see rents and changes no closed stall; finance sees open
// stalls only; sales may not change where a stall stands with us.
func objects() []*record.Object {
	return []*record.Object{trader(), marketDay(), stall(), activity()}
}

func trader() *record.Object {
	return &record.Object{Key: "trader", Short: "trd", Labels: en("Trader"), Plural: en("Traders"), Icon: "users", Title: "name", Declared: "office",
		Fields: []*record.Field{
			field("name", "Name", record.Text, required, searchable),
			field("mail", "E-mail", record.Mail, unique),
			field("credit", "Credit", record.MoneyType, func(f *record.Field) { f.Hidden = []string{string(account.Viewer)} }),
		}}
}

func marketDay() *record.Object {
	return &record.Object{Key: "market_day", Short: "mkd", Labels: en("Market day"), Plural: en("Market days"), Icon: "calendar", Title: "name", Declared: "office",
		Fields: []*record.Field{field("name", "Name", record.Text, required, searchable), field("day", "Day", record.Date)}}
}

func stall() *record.Object {
	return &record.Object{Key: "stall", Short: "stl", Labels: en("Stall"), Plural: en("Stalls"), Icon: "store", Title: "name", Declared: "office",
		Sections: []record.Section{{Key: "contact", Labels: en("Contact")}},
		Grants: []record.Grant{
			{Role: string(account.Support), Rights: []record.Right{record.See, record.Edit}, Change: `status != "closed"`},
			{Role: string(account.Finance), Rights: []record.Right{record.See}, Rows: `status == "open"`},
			{Role: string(account.Marketing)},
		},
		Fields: []*record.Field{
			field("name", "Name", record.Text, required, unique, searchable),
			field("status", "Status", record.Choice, choices(option("new", "New", ""), option("open", "Open", "safe"), option("closed", "Closed", "alarm")),
				func(f *record.Field) { f.Default, f.Locked = `"new"`, []string{string(account.Sales)} }),
			field("rent", "Rent", record.MoneyType, func(f *record.Field) { f.Hidden = []string{string(account.Support)} }),
			field("size", "Size", record.Integer, func(f *record.Field) {
				f.Options.Unit, f.Check, f.Message = "m", "size > 0", en("A stall is at least one metre long.")
			}),
			field("trader", "Trader", record.Reference, to("trader", "Stalls of the trader")),
			field("starts", "From", record.Date),
			field("covered", "Covered", record.YesNo),
			field("goods", "Goods", record.Choices, choices(option("bikes", "Bikes", ""), option("books", "Books", ""))),
			field("inspected", "Inspected", record.DateTime),
			field("weight", "Weight", record.Decimal, func(f *record.Field) { f.Options.Scale = 2 }),
			field("days", "Days", record.References, to("market_day", "Stalls of the day"), func(f *record.Field) {
				f.Options.Attributes = []*record.Field{{Key: "pitch", Labels: en("Pitch"), Type: record.Text}, {Key: "tables", Labels: en("Tables"), Type: record.Integer}}
			}),
			field("about", "About", record.LongText, searchable),
			field("mail", "E-mail", record.Mail, func(f *record.Field) { f.Section = "contact" }),
			field("phone", "Phone", record.Phone, func(f *record.Field) { f.Section = "contact" }),
			field("website", "Website", record.Link, func(f *record.Field) { f.Section = "contact" }),
			field("spot", "Spot", record.Place, func(f *record.Field) { f.Section = "contact" }),
			field("papers", "Papers", record.File),
			field("number", "Number", record.Autonumber, func(f *record.Field) { f.Options.Prefix, f.Options.Start = "S-", 100 }),
			field("area", "Area", record.Formula, func(f *record.Field) { f.Options.Formula, f.Options.Result = "size * 3", record.Integer }),
		}}
}

func activity() *record.Object {
	return &record.Object{Key: "activity", Short: "act", Labels: en("Activity"), Plural: en("Activities"), Icon: "calendar", Title: "subject", Declared: "office",
		Fields: []*record.Field{
			field("subject", "Subject", record.Text, required, searchable),
			field("kind", "Kind", record.Choice, required, choices(option("note", "Note", ""), option("call", "Call", ""), option("task", "Task", "paid"))),
			field("about", "About", record.AnyReference),
			field("trader", "Trader", record.Reference, to("trader", "Activities")),
			field("text", "Text", record.LongText, searchable),
		}}
}
