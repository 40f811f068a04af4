package office

import (
	"net/http"
	"strconv"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// cellView is the editor of one value: in a list, or on the record's page.
type cellView struct {
	v     *visit
	o     *record.Seen
	field *record.Field
	rec   *record.Record
	look  *look
	page  bool // on the record's page
	typed filled
	fault string
}

// cellOf reads the address of one value and the record as it is.
func (v *visit) cellOf(q *web.Form) (*cellView, error) {
	o, id, err := v.named()
	if err != nil {
		return nil, err
	}
	f := o.Field(v.r.PathValue("field"))
	if f == nil {
		return nil, value.Errorf(value.NotFound, "there is no such field")
	}
	if !isTyped(o, f) || !o.May(record.Edit) {
		return nil, forbidden()
	}
	rec, err := v.store.Get(v.ctx, v.asker, o.Key, id)
	if err != nil {
		return nil, err
	}
	var views []record.View
	err = v.read(func(tx *db.Tx) error {
		views, err = v.store.Views(tx, v.asker, o.Key)
		return err
	})
	if err != nil {
		return nil, err
	}
	l, err := lookFrom(q, o, views)
	return &cellView{v: v, o: o, field: f, rec: rec, look: l, page: q.Bool("page"), typed: filled{}}, err
}

// cellForm answers the pencil of a value with its editor. Opened as a page it is the form of the record.
func (v *visit) cellForm(w http.ResponseWriter) error {
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	c, err := v.cellOf(q)
	if err != nil {
		return err
	}
	if !web.Fragment(v.r) {
		return web.Redirect(w, v.r, pathOf(c.o.Object, c.rec.ID)+"/edit#field-"+c.field.Key)
	}
	v.fill(c.typed, c.field, c.rec.Values[c.field.Key], c.rec.Titles)
	return v.part(w, http.StatusOK, c.editor())
}

// saveCell saves one value and answers with the row it stands in. A value that cannot be saved comes back with its editor.
func (v *visit) saveCell(w http.ResponseWriter) error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	c, err := v.cellOf(form)
	if err != nil {
		return err
	}
	in := v.readForm(form, []*record.Field{c.field})
	c.typed, c.fault = in.typed, in.faults[c.field.Key]
	rev := form.Int("rev", 0, 1<<62)
	if err := form.Err(); err != nil {
		return err
	}
	if c.fault != "" {
		return c.again(w)
	}
	rec, err := v.store.Update(v.ctx, v.asker, c.o.Key, c.rec.ID, rev, in.values)
	if err != nil {
		return c.failed(w, err)
	}
	c.rec = rec
	switch path := pathOf(c.o.Object, rec.ID); {
	case c.page:
		return v.goOn(w, path, v.t("office.saved", "name", rec.Title()))
	case !web.Fragment(v.r):
		return v.goOn(w, c.look.href(), v.t("office.saved", "name", rec.Title()))
	}
	l := &listView{v: v, o: c.o, look: c.look, page: record.Page{Records: []*record.Record{rec}}}
	g := l.grid()
	return v.part(w, http.StatusOK, g.Row(g.Rows[0]))
}

// failed says what is wrong. When somebody was faster, the present value is shown beside what was written; saving again
// replaces it.
func (c *cellView) failed(w http.ResponseWriter, err error) error {
	if isStale(err) {
		now := c.v.shown(c.field, c.rec.Values[c.field.Key], c.rec.Titles)
		c.fault = c.v.t("office.stale_cell", "theirs", orDash(now))
		return c.again(w)
	}
	found, failure := c.v.faultsOf(err, func(field string) bool { return field == c.field.Key })
	if failure != nil {
		return failure
	}
	if c.fault = found[c.field.Key]; c.fault == "" {
		c.fault = found[""]
	}
	return c.again(w)
}

func (c *cellView) again(w http.ResponseWriter) error {
	if !web.Fragment(c.v.r) {
		f := &formView{v: c.v, o: c.o, rec: c.rec, section: allSections, typed: filled{}}
		f.fillRecord(c.rec)
		for name, texts := range c.typed {
			f.typed[name] = texts
		}
		f.faults = faults{c.field.Key: c.fault}
		f.typed.set("rev", strconv.FormatInt(c.rec.Rev, 10))
		return f.show(w, http.StatusUnprocessableEntity)
	}
	return c.v.part(w, http.StatusUnprocessableEntity, c.editor())
}

func (c *cellView) action() string {
	return pathOf(c.o.Object, c.rec.ID) + "/cells/" + c.field.Key
}

func (c *cellView) kept() []ui.Kept {
	kept := append(c.look.kept(), ui.Kept{Name: "rev", Value: strconv.FormatInt(c.rec.Rev, 10)})
	if c.page {
		kept = append(kept, ui.Kept{Name: "page", Value: "1"})
	}
	return kept
}
