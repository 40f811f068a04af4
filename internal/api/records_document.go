package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/value"
)

// documents keeps the documents of a site: by catalog, role and scopes, and what else they show.
type documents struct {
	mu   sync.Mutex
	kept map[string]*Document
}

const mostDocuments = 50

func (k *documents) find(name string) *Document {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept[name]
}

func (k *documents) keep(name string, d *Document) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || len(k.kept) >= mostDocuments {
		k.kept = make(map[string]*Document)
	}
	k.kept[name] = d
}

// documentFor makes or finds the document of a site as a caller may know it. It must not be changed.
func (a *API) documentFor(ctx context.Context, s *site.Site, c Caller) (*Document, error) {
	revision, err := a.catalogRev(ctx, s)
	if err != nil {
		return nil, err
	}
	settings := s.Settings()
	name := fmt.Sprintf("%d %q %q %s %s", revision, settings.Name, settings.Locales, c.Role(), strings.Join(c.Scopes.Texts(), " "))
	kept := &a.room(s).documents
	if d := kept.find(name); d != nil {
		return d, nil
	}
	d := a.document.clone()
	d.Info.Title = settings.Name
	if a.config.Records != nil && !c.IsZero() {
		if err := a.describeRecords(ctx, s, c, d); err != nil {
			return nil, err
		}
	}
	if a.config.Extend != nil {
		if err := a.config.Extend(ctx, s, c, d); err != nil {
			return nil, err
		}
	}
	kept.keep(name, d)
	return d, nil
}

func (a *API) catalogRev(ctx context.Context, s *site.Site) (rev int64, err error) {
	if a.config.Records == nil {
		return 0, nil
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		catalog, err := a.config.Records(s).Catalog(tx)
		if err == nil {
			rev = catalog.Rev
		}
		return err
	})
	return rev, err
}

// describeRecords adds each object that the caller may read or write: a schema with its fields, and its operations.
func (a *API) describeRecords(ctx context.Context, s *site.Site, c Caller, d *Document) error {
	if !c.Role().May(RecordsRead.Permission()) {
		return nil
	}
	return s.DB.Read(ctx, func(tx *db.Tx) error {
		sight, err := a.config.Records(s).Sight(tx, a.asker(c, RecordsRead, RecordsWrite))
		if err != nil {
			return err
		}
		for _, seen := range sight.Objects() {
			describer{d: d, seen: seen, sight: sight, locale: s.Settings().Locales[0]}.describe(c)
		}
		return nil
	})
}

// describer describes one object.
type describer struct {
	d      *Document
	seen   *record.Seen
	sight  *record.Sight
	locale value.Locale
}

// describe adds the object's schemas and operations. Schemas are called after its key, which begins with a small letter,
// as those of the API itself never do.
func (k describer) describe(c Caller) {
	key := k.seen.Key
	k.d.Tags = append(k.d.Tags, Tagged{key, strings.TrimSpace(k.seen.Plural.In(k.locale) + ". " + k.seen.About.In(k.locale))})
	whole := k.d.Define(key, recordShape(k.values(true, false)))
	p := newParts(k.d)
	if c.May(RecordsRead, key) {
		k.add("", "GET", "list_", "A page of "+k.name(), RecordsRead, Operation{Parameters: p.list, Responses: ok("A page.", pageShape(whole))})
		k.add("/{id}", "GET", "show_", "One record of "+k.name(), RecordsRead, Operation{
			Parameters: append([]Parameter{p.id}, p.shape...), Responses: seen(whole)})
	}
	if !c.May(RecordsWrite, key) {
		return
	}
	if k.seen.May(record.Make) {
		sent := k.sent("create", true)
		k.add("", "POST", "create_", "Make a record of "+k.name(), RecordsWrite, Operation{Parameters: []Parameter{p.key}, Body: sent, Responses: made(whole)})
	}
	if k.seen.May(record.Edit) {
		k.add("/{id}", "PATCH", "change_", "Change a record of "+k.name(), RecordsWrite, Operation{
			Parameters: []Parameter{p.id, p.match, p.key}, Body: k.sent("change", false), Responses: overtakenToo(ok("The record as it is now.", whole))})
	}
	if k.seen.May(record.Delete) {
		k.add("/{id}", "DELETE", "remove_", "Put a record of "+k.name()+" into the trash", RecordsWrite, Operation{
			Parameters: []Parameter{p.id, p.match, p.key}, Responses: overtakenToo(map[string]*Response{"204": {Description: "It is in the trash."}})})
	}
}

func (k describer) name() string { return k.seen.Plural.In(k.locale) }

func (k describer) add(path, method, id, summary string, scope Scope, o Operation) {
	o.ID, o.Summary, o.Scope, o.Tags = id+k.seen.Key, summary, scope, []string{k.seen.Key}
	k.d.Add("/records/"+k.seen.Key+path, method, o)
}

// sent is the body of a write, with an example.
func (k describer) sent(verb string, whole bool) *Body {
	values := k.d.Define(k.seen.Key+"."+verb, k.values(false, whole))
	example := make(map[string]any)
	for _, f := range k.seen.Fields {
		if v := exampleOf(f); v != nil && k.seen.Editable(f) && (f.Required || len(example) < 3) {
			example[f.Key] = v
		}
	}
	shape := &Shape{Type: "object", Properties: map[string]*Shape{"values": values}, Required: []string{"values"}, AdditionalProperties: false}
	return &Body{Required: true, Content: map[string]Media{"application/json": {Schema: shape, Example: map[string]any{"values": example}}}}
}

// values are the fields: those that are read, or those that may be written.
func (k describer) values(read, whole bool) *Shape {
	s := &Shape{Type: "object", Properties: make(map[string]*Shape)}
	if !read {
		s.AdditionalProperties = false
	}
	for _, f := range k.seen.Fields {
		if !read && !k.seen.Editable(f) {
			continue
		}
		shape := k.field(f, read)
		shape.Title = f.Labels.In(k.locale)
		shape.Description = strings.TrimSpace(f.Help.In(k.locale) + " " + shape.Description)
		shape.ReadOnly = read && !k.seen.Editable(f)
		if whole && f.Required && f.Default == "" {
			s.Required = append(s.Required, f.Key)
		}
		if read || !f.Required {
			shape.nullable()
		}
		s.Properties[f.Key] = shape
	}
	return s
}

// nullable lets a value be empty.
func (s *Shape) nullable() {
	if name, ok := s.Type.(string); ok {
		s.Type = []string{name, "null"}
	} // anything else may be empty already
	if s.Enum != nil {
		s.Enum = append(s.Enum[:len(s.Enum):len(s.Enum)], nil)
	}
}

// field is what a value of a field looks like.
func (k describer) field(f *record.Field, read bool) *Shape {
	switch f.Type {
	case record.Formula:
		return k.field(&record.Field{Type: f.Options.Result, Options: record.Options{Scale: f.Options.Scale}}, read)
	case record.Rollup:
		return k.rollup(f)
	case record.References:
		return k.references(f)
	case record.Choice:
		return &Shape{Type: "string", Enum: choicesOf(f, read)}
	case record.Choices:
		return &Shape{Type: "array", Items: &Shape{Type: "string", Enum: choicesOf(f, read)}}
	case record.MoneyType:
		return moneyShape(f)
	}
	return plainShape(f)
}

func plainShape(f *record.Field) *Shape {
	text := func(format string) *Shape { return &Shape{Type: "string", Format: format} }
	switch f.Type {
	case record.Integer, record.Autonumber:
		return &Shape{Type: "integer", Format: "int64", Minimum: f.Options.Least, Maximum: f.Options.Most, Description: unit(f)}
	case record.Decimal:
		return &Shape{Type: "string", Pattern: `^-?[0-9]+(\.[0-9]+)?$`, Description: strings.TrimSpace("A decimal with " + strconv.Itoa(f.Options.Scale) + " digits behind the point. " + unit(f))}
	case record.YesNo:
		return &Shape{Type: "boolean"}
	case record.Date:
		return text("date")
	case record.DateTime:
		return text("date-time")
	case record.Mail:
		return text("email")
	case record.Link:
		return text("uri")
	case record.Phone:
		return &Shape{Type: "string", Description: "With the country code: +41446681800."}
	case record.Place:
		n := &Shape{Type: "number"}
		return &Shape{Type: "object", Properties: map[string]*Shape{"name": text(""), "lat": n, "lon": n}}
	case record.File:
		return &Shape{Type: "array", Items: &Shape{Type: "object", Properties: map[string]*Shape{
			"sha256": text(""), "name": text(""), "type": text(""), "bytes": {Type: "integer", Format: "int64"}}}}
	case record.Reference:
		return &Shape{Type: "string", Description: "The id of a record of " + f.Options.Target + "."}
	case record.AnyReference:
		return &Shape{Type: "string", Description: "The id of a record of any object."}
	}
	s := text("")
	if f.Options.Length > 0 {
		s.MaxLength = &f.Options.Length
	}
	return s
}

func unit(f *record.Field) string {
	if f.Options.Unit == "" {
		return ""
	}
	return "In " + f.Options.Unit + "."
}

func moneyShape(f *record.Field) *Shape {
	currency := &Shape{Type: "string", Pattern: "^[A-Z]{3}$", Description: "ISO 4217."}
	if f.Options.Currency != "" {
		currency = &Shape{Type: "string", Enum: []any{f.Options.Currency}}
	}
	return &Shape{Type: "object", Required: []string{"amount"}, Properties: map[string]*Shape{
		"amount": {Type: "string", Pattern: `^-?[0-9]+(\.[0-9]+)?$`}, "currency": currency}}
}

// choicesOf are the keys that a record may hold, or those that may still be chosen.
func choicesOf(f *record.Field, read bool) []any {
	keys := []any{}
	for _, o := range f.Options.Choices {
		if read || !o.Retired {
			keys = append(keys, o.Key)
		}
	}
	return keys
}

func (k describer) references(f *record.Field) *Shape {
	one := &Shape{Type: "object", Required: []string{"id"}, Properties: map[string]*Shape{"id": {Type: "string"}}}
	for _, attribute := range f.Options.Attributes {
		one.Properties[attribute.Key] = k.field(attribute, true)
	}
	return &Shape{Type: "array", Items: one, Description: "Records of " + f.Options.Target + "."}
}

func (k describer) rollup(f *record.Field) *Shape {
	plan := f.Options.Rollup
	if plan.Op == "count" {
		return &Shape{Type: "integer", Format: "int64"}
	}
	from, err := k.sight.Object(plan.From)
	if err != nil || from.Field(plan.Of) == nil || plan.Op == "average" {
		return anything()
	}
	return k.field(from.Field(plan.Of), true)
}

// exampleOf is a value that a field may have; nil for those that need something to refer to.
func exampleOf(f *record.Field) any {
	switch f.Type {
	case record.Text, record.LongText:
		return f.Labels.In("en")
	case record.Integer:
		if f.Options.Least != nil {
			return int64(*f.Options.Least)
		}
		return 3
	case record.MoneyType:
		code := f.Options.Currency
		if code == "" {
			code = "CHF"
		}
		return map[string]string{"amount": "12.50", "currency": code}
	case record.Decimal:
		return "1.5"
	case record.YesNo:
		return true
	case record.Date:
		return "2026-03-31"
	case record.DateTime:
		return "2026-03-31T15:04:05Z"
	case record.Mail:
		return "somebody@example.org"
	case record.Choice:
		if keys := choicesOf(f, false); len(keys) > 0 {
			return keys[0]
		}
	}
	return nil
}
