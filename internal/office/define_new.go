package office

import (
	"net/http"
	"slices"

	"fairground/internal/record"
	"fairground/internal/value"
)

// newView is the form for a new object.
type newView struct {
	*defining
	starter starter
}

// starter is an object to begin with.
type starter struct {
	key    string // of the messages; "" is an empty form
	icon   string
	fields []record.Field
}

// starters are kinds of record that many markets keep. Their labels are messages.
func starters() []starter {
	choices := func(keys ...string) record.Options {
		var o record.Options
		for i, key := range keys {
			o.Choices = append(o.Choices, record.Option{Key: key, Tone: []string{"", "paid", "safe", "alarm"}[i%4]})
		}
		return o
	}
	return []starter{
		{key: "stall", icon: "store", fields: []record.Field{
			{Key: "name", Type: record.Text, Required: true, Searchable: true},
			{Key: "state", Type: record.Choice, Default: `"free"`, Options: choices("free", "reserved", "rented", "closed")},
			{Key: "spot", Type: record.Place}, {Key: "size", Type: record.Decimal, Options: record.Options{Scale: 1, Unit: "m²"}},
			{Key: "rent", Type: record.MoneyType}, {Key: "since", Type: record.Date}, {Key: "power", Type: record.YesNo}, {Key: "notes", Type: record.LongText, Searchable: true},
		}},
		{key: "event", icon: "calendar-days", fields: []record.Field{
			{Key: "name", Type: record.Text, Required: true, Searchable: true},
			{Key: "begins", Type: record.DateTime, Required: true}, {Key: "ends", Type: record.DateTime, Check: "ends == null || ends >= begins"},
			{Key: "place", Type: record.Place}, {Key: "state", Type: record.Choice, Default: `"planned"`, Options: choices("planned", "announced", "held", "cancelled")},
			{Key: "guests", Type: record.Integer}, {Key: "website", Type: record.Link}, {Key: "notes", Type: record.LongText, Searchable: true},
		}},
		{key: "contract", icon: "file-text", fields: []record.Field{
			{Key: "number", Type: record.Autonumber, Options: record.Options{Prefix: "C-", Start: 1000}, Searchable: true},
			{Key: "subject", Type: record.Text, Required: true, Searchable: true},
			{Key: "state", Type: record.Choice, Default: `"draft"`, Options: choices("draft", "sent", "signed", "ended")},
			{Key: "amount", Type: record.MoneyType}, {Key: "begins", Type: record.Date}, {Key: "ends", Type: record.Date, Check: "ends == null || begins == null || ends >= begins"},
			{Key: "document", Type: record.File}, {Key: "notes", Type: record.LongText, Searchable: true},
		}},
	}
}

// objectIcons are the pictures that an object may have.
func objectIcons() []string {
	return []string{"store", "blocks", "calendar-days", "file-text", "briefcase", "users", "building-2", "package", "truck", "ticket", "key", "map-pin", "banknote",
		"scale", "gavel", "wrench", "hammer", "tent", "utensils", "coffee", "music", "book-open", "graduation-cap", "heart-handshake", "leaf", "flower-2", "paw-print",
		"bike", "car", "house", "sofa", "shirt", "gem", "palette", "camera", "phone", "mail", "star", "tag", "flag", "shield", "globe"}
}

// newObject is the form, empty or from a starter.
func (d *defining) newObject(w http.ResponseWriter) error {
	n := &newView{defining: d}
	n.choose(d.r.URL.Query().Get("from"))
	d.form.set("icon", n.starter.icon)
	for _, l := range d.languages() {
		d.form.set("title."+string(l), d.t("office.define.starter.field.name"))
		if n.starter.key == "" {
			continue
		}
		d.form.set("title."+string(l), "")
	}
	if n.starter.key != "" {
		l := "." + string(d.languages()[0])
		d.form.set("label"+l, d.t("office.define.starter."+n.starter.key))
		d.form.set("plural"+l, d.t("office.define.starter."+n.starter.key+"_many"))
		for _, f := range n.starter.fields {
			d.form["field"] = append(d.form["field"], f.Key)
		}
	}
	return n.answer(w)
}

// choose takes a starter by its key; an empty form when there is no such one.
func (n *newView) choose(key string) {
	n.starter = starter{icon: "blocks"}
	for _, s := range starters() {
		if s.key == key {
			n.starter = s
		}
	}
}

func (n *newView) answer(w http.ResponseWriter) error {
	page, err := n.shell(n.t("office.define.new"), nil)
	if err != nil {
		return err
	}
	return n.show(w, n.status(), page, n.view())
}

// makeObject defines an object. Its name for conditions comes from the label, unless one was typed.
func (d *defining) makeObject(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	n := &newView{defining: d}
	n.choose(d.line("from"))
	o := n.object()
	if len(d.faults) > 0 {
		return n.answer(w)
	}
	var err error
	for _, key := range d.keysFor(d.in(o.Labels), "object") {
		o.Key = key
		var plan record.Plan
		plan, err = d.store.Apply(d.ctx, d.asker, d.t("office.define.did.add_object", "object", d.in(o.Labels)), []record.Step{{Op: record.AddObject, Object: key, NewObject: o}})
		if err == nil {
			return d.goOn(w, definedAt(key)+planQuery(plan), d.t("office.define.made_object", "object", d.in(o.Labels)))
		}
		if !isAbout(err, "key") || d.line("key") != "" {
			break
		}
	}
	c := &change{defining: d, again: n.answer, shown: d.shownIn}
	return c.failed(w, err)
}

// object reads the form.
func (n *newView) object() *record.Object {
	d := n.defining
	o := &record.Object{Labels: d.namesFrom("label", nil), Plural: d.namesFrom("plural", nil), Icon: d.line("icon")}
	d.tooLong("label", record.MostLabel)
	d.tooLong("plural", record.MostLabel)
	first := "label." + string(d.languages()[0])
	if d.in(o.Labels) == "" {
		d.blame(first, d.t("office.define.fault.label"))
	}
	if o.Plural == nil {
		o.Plural = record.Names{}
	}
	for l, text := range o.Labels {
		if o.Plural[l] == "" {
			o.Plural[l] = plural(l, text)
		}
	}
	for _, other := range d.catalog.Objects() {
		if d.in(other.Labels) == d.in(o.Labels) && len(o.Labels) > 0 {
			d.blame(first, d.t("office.define.fault.same_object", "name", d.in(o.Labels)))
		}
	}
	if !slices.Contains(objectIcons(), o.Icon) {
		o.Icon = n.starter.icon
	}
	o.Fields = n.fields()
	if len(o.Fields) > 0 {
		o.Title = titleOf(o.Fields)
	}
	return o
}

// plural guesses the word for many where it follows a rule.
func plural(l value.Locale, one string) string {
	if l == "en" {
		return one + "s"
	}
	return one
}

// fields are those of the starter that are ticked, or the one that names the records.
func (n *newView) fields() (fields []*record.Field) {
	d := n.defining
	for _, f := range n.starter.fields {
		if !slices.Contains(d.form["field"], f.Key) && !f.Required {
			continue
		}
		made := f
		made.Labels = d.starterNames("office.define.starter.field." + f.Key)
		made.Options.Choices = slices.Clone(f.Options.Choices)
		for i, choice := range made.Options.Choices {
			made.Options.Choices[i].Labels = d.starterNames("office.define.starter.choice." + choice.Key)
		}
		if made.Check != "" {
			made.Message = d.starterNames("office.define.starter.ends_check")
		}
		fields = append(fields, &made)
	}
	if n.starter.key != "" {
		return fields
	}
	title := &record.Field{Key: "name", Type: record.Text, Labels: d.namesFrom("title", nil), Required: true, Searchable: true}
	if d.in(title.Labels) == "" {
		d.blame("title."+string(d.languages()[0]), d.t("office.define.fault.title"))
	}
	d.tooLong("title", record.MostLabel)
	if key := keyFrom(d.in(title.Labels)); key != "" && !slices.Contains([]string{"id", "rev", "type", "now", "me"}, key) {
		title.Key = key
	}
	return append(fields, title)
}

// starterNames is a word of a starter, in the reader's language.
func (d *defining) starterNames(key string) record.Names {
	return record.Names{baseOf(d.words.Locale()): d.t(key)}
}

// titleOf is the field that names the records: the first text.
func titleOf(fields []*record.Field) string {
	for _, f := range fields {
		if f.Type == record.Text {
			return f.Key
		}
	}
	return fields[0].Key
}

// hasField reports whether a field of the starter is ticked.
func (n *newView) hasField(key string) bool { return slices.Contains(n.form["field"], key) }
