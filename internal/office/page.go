package office

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// pageView is the page of one record, and its short form beside a list.
type pageView struct {
	v        *visit
	o        *record.Seen
	rec      *record.Record
	trashed  bool
	events   []happening
	related  []record.RelatedList
	reasons  []record.Reason
	list     string // where it was opened from
	newer    string
	older    string
	note     string // what was written and not saved
	fault    string // why not
	fileFail string
}

func (v *visit) page(w http.ResponseWriter) error {
	o, id, err := v.named()
	if err != nil {
		return err
	}
	p, err := v.pageOf(o, id)
	if err != nil {
		return err
	}
	return p.show(w, http.StatusOK)
}

// pageOf reads a record with all about it. One in the trash has less.
func (v *visit) pageOf(o *record.Seen, id value.ID) (*pageView, error) {
	p := &pageView{v: v, o: o, list: root(o.Key)}
	rec, err := v.store.Get(v.ctx, v.asker, o.Key, id)
	if value.KindOf(err) == value.NotFound {
		if rec, err = v.inTrash(o, id); err != nil {
			return nil, err
		}
		p.trashed = true
	}
	if err != nil {
		return nil, err
	}
	p.rec = rec
	if p.events, err = v.happenings(o, rec, mostEvents); err != nil {
		return nil, err
	}
	if p.trashed {
		return p, nil
	}
	if p.related, err = v.store.Related(v.ctx, v.asker, rec); err != nil {
		return nil, err
	}
	if p.reasons, err = v.store.Why(v.ctx, v.asker, o.Key, id); err != nil {
		return nil, err
	}
	return p, p.readNeighbours()
}

// inTrash finds a record that was deleted.
func (v *visit) inTrash(o *record.Seen, id value.ID) (*record.Record, error) {
	page, err := v.store.Find(v.ctx, v.asker, record.Query{Object: o.Key, Filter: "id == " + strconv.FormatInt(int64(id), 10), Trash: true, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(page.Records) == 0 {
		return nil, value.Errorf(value.NotFound, "there is no such record")
	}
	return page.Records[0], nil
}

// readNeighbours finds the records that were made before and after this one, among those of the list it was opened from.
func (p *pageView) readNeighbours() error {
	q, err := web.ReadQuery(p.v.r)
	if err != nil {
		return err
	}
	var views []record.View
	err = p.v.read(func(tx *db.Tx) error {
		views, err = p.v.store.Views(tx, p.v.asker, p.o.Key)
		return err
	})
	if err != nil {
		return err
	}
	l, err := lookFrom(q, p.o, views)
	if err != nil {
		l = &look{object: p.o}
	}
	p.list = l.href()
	id := strconv.FormatInt(int64(p.rec.ID), 10)
	if p.newer, err = p.neighbour(l, "id > "+id, false); err != nil {
		return err
	}
	p.older, err = p.neighbour(l, "id < "+id, true)
	return err
}

func (p *pageView) neighbour(l *look, condition string, down bool) (string, error) {
	page, err := p.v.store.Find(p.v.ctx, p.v.asker, record.Query{
		Object: p.o.Key, Filter: and(l.filter, condition), Search: l.search, Sort: []record.Sort{{Field: "id", Down: down}}, Fields: []string{}, Limit: 1,
	})
	if value.KindOf(err) == value.Invalid || err == nil && len(page.Records) == 0 {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return address(pathOf(p.o.Object, page.Records[0].ID), l.values()), nil
}

func (p *pageView) show(w http.ResponseWriter, status int) error {
	page, err := p.v.office.Shell.Page(p.v.r, "", root(p.o.Key))
	if err != nil {
		return err
	}
	page.Title = p.rec.Title()
	content, err := p.content()
	if err != nil {
		return err
	}
	return p.v.show(w, status, page, content)
}

func (p *pageView) content() (templ.Component, error) {
	v := p.v
	related, err := p.relatedLists()
	if err != nil {
		return nil, err
	}
	line, err := p.line()
	if err != nil {
		return nil, err
	}
	timeline, err := v.timeline(p.events)
	if err != nil {
		return nil, err
	}
	page := ui.RecordPage{
		Back: ui.Link{Text: v.in(p.o.Plural), Href: p.list}, Title: p.rec.Title(), Icon: iconOf(p.o.Object), Line: line,
		Tags: p.tags(), Actions: p.actions(), Sections: p.sections(), Related: related, Timeline: timeline, Aside: p.aside(),
	}
	if p.trashed {
		page.Notices = []ui.Notice{{Text: v.t("office.in_trash"), Tone: ui.Paid, Icon: "trash-2"}}
		return page, nil
	}
	if v.notes().may() {
		page.Notes = ui.NotesForm{Action: p.path() + "/notes", Value: p.note, Error: p.fault}
	}
	page.Files, page.FileForm = p.files(), p.fileForm()
	return page, nil
}

func (p *pageView) path() string { return pathOf(p.o.Object, p.rec.ID) }

// line says below the title what the record's number is, and when it was made and changed.
func (p *pageView) line() (string, error) {
	by, err := p.v.who(p.rec.By)
	if err != nil {
		return "", err
	}
	last, err := p.v.who(p.rec.LastBy)
	if err != nil {
		return "", err
	}
	line := joined(p.o.ID(p.rec.ID), p.v.t("office.made_by", "when", p.v.words.Date(p.rec.Created), "name", by))
	if p.rec.Rev > 1 {
		line = joined(line, p.v.t("office.changed_by", "when", p.v.words.Ago(p.rec.Updated), "name", last))
	}
	return line, nil
}

// tags are the first choices of a record: where it stands.
func (p *pageView) tags() (tags []ui.Tag) {
	const few = 2
	for _, f := range p.o.Fields {
		if f.Type == record.Choice && p.rec.Values[f.Key] != nil && len(tags) < few {
			tags = append(tags, p.v.tags(f, p.rec.Values[f.Key])...)
		}
	}
	return tags
}

// factOf is one value on the page.
type factOf struct {
	label string
	view  templ.Component
	edit  string // address of its editor
}

// sections are the record's values, section by section.
func (p *pageView) sections() (sections []ui.FactSection) {
	for _, g := range p.v.groups(p.o, p.factFields()) {
		section := ui.FactSection{Title: g.title}
		if p.mayEdit() {
			section.Edit = p.path() + "/edit?section=" + url.QueryEscape(g.key)
		}
		for _, f := range g.fields {
			fact := p.fact(f)
			section.Facts = append(section.Facts, ui.Fact{Name: fact.label, View: factValue(p, fact)})
		}
		sections = append(sections, section)
	}
	return sections
}

func (p *pageView) factFields() (fields []*record.Field) {
	for _, f := range p.o.Fields {
		if f.Type != record.File && f.Key != p.o.Title || f.Key == p.o.Title && f.Type != record.Text {
			fields = append(fields, f)
		}
	}
	return fields
}

func (p *pageView) mayEdit() bool { return !p.trashed && p.o.May(record.Edit) }

func (p *pageView) fact(f *record.Field) factOf {
	fact := factOf{label: p.v.in(f.Labels), view: p.v.valueView(f, p.rec.Values[f.Key], p.rec.Titles)}
	if p.mayEdit() && isTyped(p.o, f) {
		fact.edit = p.path() + "/cells/" + f.Key + "?page=1"
	}
	return fact
}

// valueView is a value as facts show it.
func (v *visit) valueView(f *record.Field, x any, names titles) templ.Component {
	text := v.shown(f, x, names)
	switch {
	case x == nil:
		return plainText("")
	case v.typeOf(f) == record.Choice || v.typeOf(f) == record.Choices:
		return tagList(v.tags(f, x))
	case f.Type == record.References:
		return v.referenceLinks(f, x, names)
	}
	if href := v.linkOf(f, x); href != "" {
		return linkedText(text, href)
	}
	return plainText(text)
}

func (v *visit) referenceLinks(f *record.Field, x any, names titles) templ.Component {
	refs, _ := x.([]record.RefValue)
	o := v.target(f.Options.Target)
	var links []ui.Link
	for _, ref := range refs {
		link := ui.Link{Text: names.of(ref.ID)}
		if o != nil {
			link.Href = pathOf(o.Object, ref.ID)
		}
		for _, a := range f.Options.Attributes {
			link.Count = joined(link.Count, v.shown(a, ref.Attributes[a.Key], nil))
		}
		links = append(links, link)
	}
	return linkList(links)
}

// relatedLists are the records that refer to this one. What was done about it stands in the timeline instead.
func (p *pageView) relatedLists() (lists []ui.Related, err error) {
	for n, r := range p.related {
		if r.Object.Key == activityObject {
			continue
		}
		lists = append(lists, p.relatedList(n, r))
	}
	return lists, nil
}

func (p *pageView) relatedList(n int, r record.RelatedList) ui.Related {
	v := p.v
	title := v.in(r.Field.Options.Related)
	if title == "" {
		title = v.in(r.Object.Plural)
	}
	all := &look{object: r.Object, kind: record.ListView}
	list := ui.Related{Title: title, Href: all.with(func(l *look) { l.filter = refersTo(r.Field, p.o.Key, p.rec.ID) })}
	if len(r.Records) > 0 {
		list.Count = v.capped(len(r.Records), r.More)
	}
	if r.Object.May(record.Make) && r.Object.Editable(r.Field) && r.Field.Type != record.References {
		list.AddHref = root(r.Object.Key) + "/new?" + url.Values{r.Field.Key: {p.o.ID(p.rec.ID)}}.Encode()
		list.AddText = v.t("office.new", "object", v.within(r.Object.Labels))
	}
	if len(r.Records) > 0 {
		list.View = v.relatedGrid(n, r, title)
	}
	return list
}

// refersTo is the condition that a field names a record.
func refersTo(f *record.Field, object string, id value.ID) string {
	number := strconv.FormatInt(int64(id), 10)
	switch f.Type {
	case record.References:
		return f.Key + ".exists(one, one.id == " + number + ")"
	case record.AnyReference:
		return f.Key + ".type == " + strconv.Quote(object) + " && " + f.Key + ".id == " + number
	default:
		return f.Key + ".id == " + number
	}
}

// relatedGrid shows a few columns of related records.
func (v *visit) relatedGrid(n int, r record.RelatedList, title string) ui.Grid {
	const few = 4
	l := &look{object: r.Object}
	g := ui.Grid{ID: "related-" + strconv.Itoa(n), Label: title}
	var shown []string
	for _, key := range l.shown() {
		if key != r.Field.Key && len(shown) < few {
			shown = append(shown, key)
			g.Columns = append(g.Columns, ui.Column{Title: v.label(r.Object, key), Kind: v.cellKind(r.Object, key)})
		}
	}
	g.Columns[0].Kind = ui.TextCell
	for _, rec := range r.Records {
		row := v.row(l, rec, shown)
		row.PeekURL = ""
		for i := range row.Cells {
			row.Cells[i].EditURL = ""
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}
