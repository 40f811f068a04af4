package office

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// notes is how the object "activity" holds what was done about a record. Its fields are found by their types: the first
// reference to any object is what it is about, the first choice its kind, the first long text what was said.
type notes struct {
	object                  *record.Seen // nil: there is none, or the asker may not see it
	about, kind, body, when *record.Field
}

func (v *visit) notes() *notes {
	if v.log == nil {
		v.log = &notes{}
		if o := v.target(activityObject); o != nil {
			v.log.find(o)
		}
	}
	return v.log
}

func (n *notes) find(o *record.Seen) {
	n.object = o
	first := func(field **record.Field, f *record.Field) {
		if *field == nil {
			*field = f
		}
	}
	for _, f := range o.Fields {
		switch f.Type {
		case record.AnyReference:
			first(&n.about, f)
		case record.Choice:
			first(&n.kind, f)
		case record.LongText:
			first(&n.body, f)
		case record.DateTime:
			first(&n.when, f)
		}
	}
}

// referring are the fields of activities that can name a record of an object.
func (n *notes) referring(object string) (fields []*record.Field) {
	if n.object == nil {
		return nil
	}
	for _, f := range n.object.Fields {
		if f.Type == record.AnyReference || f.Type == record.Reference && f.Options.Target == object {
			fields = append(fields, f)
		}
	}
	return fields
}

// at is when an activity was, or was written down.
func (n *notes) at(activity *record.Record) time.Time {
	if n.when != nil {
		if at, ok := activity.Values[n.when.Key].(time.Time); ok {
			return at
		}
	}
	return activity.Created
}

// may reports whether the asker can write notes.
func (n *notes) may() bool {
	return n.object != nil && n.about != nil && n.object.May(record.Make) && n.object.Editable(n.about)
}

// kinds are what can be logged.
func (n *notes) kinds() []record.Option {
	if !n.may() || n.kind == nil {
		return nil
	}
	var kinds []record.Option
	for _, o := range n.kind.Options.Choices {
		if !o.Retired {
			kinds = append(kinds, o)
		}
	}
	return kinds
}

// logLinks lead to the forms of activities about a record.
func (p *pageView) logLinks() (links []ui.Link) {
	n := p.v.notes()
	for _, kind := range n.kinds() {
		q := url.Values{n.kind.Key: {kind.Key}}
		for _, f := range n.referring(p.o.Key) {
			q.Set(f.Key, p.o.ID(p.rec.ID))
		}
		links = append(links, ui.Link{Text: p.v.in(kind.Labels), Icon: activityIcon(kind.Key), Href: root(n.object.Key) + "/new?" + q.Encode()})
	}
	return links
}

// mostNote is how many characters a note may have.
const mostNote = 20_000

// note writes an activity of the kind "note" about a record.
func (v *visit) note(w http.ResponseWriter) error {
	o, id, err := v.named()
	if err != nil {
		return err
	}
	n := v.notes()
	if !n.may() {
		return forbidden()
	}
	p, err := v.pageOf(o, id)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	said := form.Text("text", mostNote)
	form.Require("text")
	err = form.Err()
	if err == nil {
		_, err = v.store.Create(v.ctx, v.asker, n.object.Key, n.values(o, id, said))
	}
	if err == nil {
		return v.goOn(w, p.path(), v.t("office.noted"))
	}
	found, failure := v.faultsOf(err, func(string) bool { return false })
	if failure != nil {
		return failure
	}
	p.note, p.fault = form.Raw("text"), found[""]
	return p.show(w, http.StatusUnprocessableEntity)
}

// values are a note about a record: its first line is its name.
func (n *notes) values(o *record.Seen, id value.ID, said string) record.Values {
	values := record.Values{}
	for _, f := range n.referring(o.Key) {
		switch {
		case f.Type == record.AnyReference:
			values[f.Key] = record.AnyValue{Object: o.Key, ID: id}
		case n.object.Editable(f):
			values[f.Key] = id
		}
	}
	line, _, _ := strings.Cut(said, "\n")
	const mostTitle = 80
	if title := n.object.Field(n.object.Title); title != nil && title.Written() && title != n.body {
		values[title.Key] = clipped(line, mostTitle)
	}
	if n.body != nil {
		values[n.body.Key] = said
	}
	if n.kind != nil {
		if _, ok := n.kind.Option("note"); ok {
			values[n.kind.Key] = "note"
		}
	}
	return values
}
