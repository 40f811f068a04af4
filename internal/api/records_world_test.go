package api

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/site"
)

// office is the world of records: people and their deals, and a ledger that only admins see. Sales sees small deals, and
// neither sales nor viewers see margins and notes.
type office struct {
	*world
	store *record.Store
	sal   account.Account // sales
}

func name(text string) record.Names { return record.Names{"en": text} }

func field(key string, t record.Type, change ...func(*record.Field)) *record.Field {
	f := &record.Field{Key: key, Type: t, Labels: name(strings.ReplaceAll(key, "_", " "))}
	for _, fn := range change {
		fn(f)
	}
	return f
}

func needed(f *record.Field) { f.Required = true }
func unique(f *record.Field) { f.Unique = true }
func secret(f *record.Field) { f.Hidden = []string{"viewer", "sales"} }

func personObject() *record.Object {
	return &record.Object{Key: "person", Short: "per", Labels: name("Person"), Plural: name("People"), Icon: "users", Title: "name",
		Fields: []*record.Field{
			field("name", record.Text, needed, func(f *record.Field) { f.Searchable, f.Help = true, name("As it is written on letters.") }),
			field("email", record.Mail, unique),
			field("note", record.Text, secret, func(f *record.Field) { f.Searchable = true }),
			field("deals", record.Rollup, func(f *record.Field) {
				f.Options.Rollup = &record.RollupPlan{From: "deal", By: "person", Op: "count"}
			}),
		}}
}

func dealObject() *record.Object {
	return &record.Object{Key: "deal", Short: "dea", Labels: name("Deal"), Plural: name("Deals"), Icon: "list", Title: "name",
		Grants: []record.Grant{{Role: "sales", Rights: []record.Right{record.See, record.Make, record.Edit, record.Delete}, Rows: "size <= 3"}},
		Fields: []*record.Field{
			field("name", record.Text, needed, func(f *record.Field) { f.Searchable = true }),
			field("code", record.Text, unique),
			field("size", record.Integer, func(f *record.Field) { f.Check, f.Message = "size > 0", name("A deal is at least one.") }),
			field("weight", record.Decimal, func(f *record.Field) { f.Options.Scale = 2 }),
			field("price", record.MoneyType),
			field("covered", record.YesNo),
			field("starts", record.Date),
			field("seen_at", record.DateTime),
			field("status", record.Choice, func(f *record.Field) {
				f.Options.Choices = []record.Option{{Key: "new", Labels: name("New")}, {Key: "won", Labels: name("Won")}}
				f.Default = `"new"`
			}),
			field("margin", record.Integer, secret),
			field("person", record.Reference, func(f *record.Field) { f.Options.Target = "person" }),
			field("others", record.References, func(f *record.Field) { f.Options.Target = "person" }),
			field("subject", record.AnyReference),
			field("triple", record.Formula, func(f *record.Field) { f.Options.Formula, f.Options.Result = "size * 3", record.Integer }),
			field("twice_margin", record.Formula, func(f *record.Field) { f.Options.Formula, f.Options.Result = "margin * 2", record.Integer }),
			field("person_name", record.Formula, func(f *record.Field) { f.Options.Formula, f.Options.Result = "person.name", record.Text }),
		}}
}

func ledgerObject() *record.Object {
	o := &record.Object{Key: "ledger", Short: "led", Labels: name("Ledger"), Plural: name("Ledgers"), Icon: "list", Title: "name",
		Fields: []*record.Field{field("name", record.Text, needed)}}
	for _, role := range []string{"viewer", "sales"} {
		o.Grants = append(o.Grants, record.Grant{Role: role})
	}
	return o
}

// askerFor is what app gives the API.
func askerFor(c Caller) record.Asker {
	a := record.Asker{Actor: c.Actor(), Account: c.Account.ID, Role: string(c.Role()), Define: c.Role().May(account.SettingsEdit)}
	for permission, rights := range map[account.Permission][]record.Right{
		account.RecordsSee: {record.See}, account.RecordsEdit: {record.Make, record.Edit, record.Delete}, account.RecordsExport: {record.Export},
	} {
		if c.Role().May(permission) {
			a.Rights = append(a.Rights, rights...)
		}
	}
	return a
}

func eachOffice(t *testing.T, test func(t *testing.T, o *office)) {
	t.Helper()
	each(t, func(t *testing.T, w *world) { test(t, openOffice(t, w)) })
}

func oneOffice(t *testing.T, test func(t *testing.T, o *office)) {
	t.Helper()
	one(t, func(t *testing.T, w *world) { test(t, openOffice(t, w)) })
}

func openOffice(t *testing.T, w *world) *office {
	t.Helper()
	o := &office{world: w, store: record.New(w.Site.DB, record.Config{Currency: func() string { return "CHF" }})}
	w.ok(o.store.Ensure(t.Context()))
	steps := []record.Step{
		{Op: record.AddObject, NewObject: personObject()}, {Op: record.AddObject, NewObject: dealObject()}, {Op: record.AddObject, NewObject: ledgerObject()},
	}
	_, err := o.store.Apply(t.Context(), record.System("test"), "test", steps)
	w.ok(err)
	o.sal = w.staff("sal@example.org", account.Sales)
	w.serve(o.config())
	return o
}

func (o *office) config() Config {
	return Config{
		Records: func(*site.Site) *record.Store { return o.store }, Asker: askerFor, Limit: Limit{PerSecond: 1_000_000, Burst: 1_000_000},
		Sight: func(*site.Site) Sight { return nil },
	}
}

func (o *office) as(a account.Account, scopes ...string) string {
	o.t.Helper()
	_, secret := o.token(a, scopes...)
	return secret
}

// shown is a record as a client reads it.
type shown struct {
	ID       string             `json:"id"`
	Rev      int64              `json:"rev"`
	Values   map[string]any     `json:"values"`
	Expanded map[string][]shown `json:"expanded"`
	Deleted  string             `json:"deleted"`
	Batch    string             `json:"batch"`
}

type shownPage struct {
	Records []shown `json:"records"`
	Next    string  `json:"next"`
	Count   struct {
		N    int  `json:"n"`
		More bool `json:"more"`
	} `json:"count"`
}

type shownBatch struct {
	Results []struct {
		Status int    `json:"status"`
		ID     string `json:"id"`
		Rev    int64  `json:"rev"`
		Errors []FieldProblem
	} `json:"results"`
	Done, Failed int
	Batch        string `json:"batch"`
}

func (o *office) create(secret, object, values string) shown {
	o.t.Helper()
	return into[shown](o.do("POST", "/records/"+object, secret, `{"values":`+values+`}`).want(201))
}

func (o *office) list(secret, object string, query ...string) shownPage {
	o.t.Helper()
	return into[shownPage](o.do("GET", "/records/"+object+"?"+pairs(query), secret, "").want(200))
}

func pairs(query []string) string {
	v := url.Values{}
	for i := 0; i < len(query); i += 2 {
		v.Set(query[i], query[i+1])
	}
	return v.Encode()
}

func (p shownPage) names() string {
	var all []string
	for _, rec := range p.Records {
		all = append(all, fmt.Sprint(rec.Values["name"]))
	}
	return strings.Join(all, " ")
}

// logged counts the changes of records in the log.
func (o *office) logged() (n int64) {
	o.t.Helper()
	o.read(func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Column[int64], "select count(*) from change where object like 'o_%'")
		return err
	})
	return n
}
