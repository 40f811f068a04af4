package office

import (
	"net/http"
	"net/url"

	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// mostMerged is how many records one merge makes one of.
const mostMerged = 5

// mergeView is several records side by side.
type mergeView struct {
	v     *visit
	o     *record.Seen
	all   []*record.Record
	fault string
	chose map[string]value.ID
	keep  value.ID
}

// mergeRow is one field of them; same tells that all have one value.
type mergeRow struct {
	field *record.Field
	texts []string
	same  bool
}

// mergeForm shows records side by side. With one record it asks for another.
func (v *visit) mergeForm(w http.ResponseWriter) error {
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	m, err := v.mergeOf(q)
	if err != nil {
		return err
	}
	if q.Raw("with") != "" || q.Raw("with_id") != "" {
		other, err := v.readReference(m.o.Key, q.Line("with", 200), q.Raw("with_id"))
		if err == nil && len(m.all) > 0 && other.(value.ID) != m.all[0].ID {
			return web.Redirect(w, v.r, m.addressWith(other.(value.ID)))
		}
		m.fault = v.t("office.fault.merge_other")
		if err != nil {
			m.fault = v.fault(err)
		}
	}
	return m.show(w, http.StatusOK)
}

func (v *visit) mergeOf(form *web.Form) (*mergeView, error) {
	o, err := v.object()
	if err != nil {
		return nil, err
	}
	if !o.May(record.Edit) || !o.May(record.Delete) {
		return nil, forbidden()
	}
	m := &mergeView{v: v, o: o, chose: map[string]value.ID{}}
	for _, text := range distinct(form.All("id")) {
		id, err := o.ParseID(text)
		if err != nil {
			return nil, err
		}
		rec, err := v.store.Get(v.ctx, v.asker, o.Key, id)
		if err != nil {
			return nil, err
		}
		m.all = append(m.all, rec)
	}
	if len(m.all) == 0 || len(m.all) > mostMerged {
		return nil, &value.Error{Kind: value.Invalid, Key: "office.fault.merge_count", Message: "select two to five records to merge"}
	}
	m.keep = m.all[0].ID
	return m, nil
}

func (m *mergeView) addressWith(other value.ID) string {
	q := url.Values{}
	for _, rec := range m.all {
		q.Add("id", m.o.ID(rec.ID))
	}
	q.Add("id", m.o.ID(other))
	return root(m.o.Key) + "/merge?" + q.Encode()
}

func (m *mergeView) show(w http.ResponseWriter, status int) error {
	if m.fault != "" {
		status = http.StatusUnprocessableEntity
	}
	page, err := m.v.office.Shell.Page(m.v.r, m.v.t("office.merge_title", "objects", m.v.within(m.o.Plural)), root(m.o.Key))
	if err != nil {
		return err
	}
	return m.v.show(w, status, page, m.view())
}

// rows are the fields in which something stands; those that differ are asked about.
func (m *mergeView) rows() (rows []mergeRow) {
	for _, f := range m.o.Fields {
		if !f.Written() {
			continue
		}
		row := mergeRow{field: f, same: true}
		any := false
		for _, rec := range m.all {
			text := m.v.shown(f, rec.Values[f.Key], rec.Titles)
			row.same = row.same && (len(row.texts) == 0 || row.texts[0] == text)
			any = any || text != ""
			row.texts = append(row.texts, text)
		}
		if any {
			rows = append(rows, row)
		}
	}
	return rows
}

// chosen is the record whose value of a field is ticked: the kept one's, or the first that has one.
func (m *mergeView) chosen(row mergeRow) value.ID {
	if id, ok := m.chose[row.field.Key]; ok {
		return id
	}
	for i, rec := range m.all {
		if row.texts[i] != "" {
			return rec.ID
		}
	}
	return m.keep
}

// merge keeps one of the records, with the chosen values; the others go to the trash and what referred to them moves.
func (v *visit) merge(w http.ResponseWriter) error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	m, err := v.mergeOf(form)
	if err != nil {
		return err
	}
	m.keep = form.ID("keep", m.o.Short)
	for _, f := range m.o.Fields {
		if id := form.ID("choose."+f.Key, m.o.Short); id != 0 {
			m.chose[f.Key] = id
		}
	}
	if err := form.Err(); err != nil {
		return err
	}
	var others []value.ID
	for _, rec := range m.all {
		if rec.ID != m.keep {
			others = append(others, rec.ID)
		}
	}
	if len(others) == 0 || len(others) == len(m.all) {
		m.fault = v.t("office.fault.merge_keep")
		return m.show(w, http.StatusUnprocessableEntity)
	}
	rec, err := v.store.Merge(v.ctx, v.asker, m.o.Key, m.keep, others, m.chose)
	if err != nil {
		found, failure := v.faultsOf(err, func(string) bool { return false })
		if failure != nil {
			return failure
		}
		m.fault = found[""]
		return m.show(w, web.StatusOf(kindly(err)))
	}
	return v.goOn(w, pathOf(m.o.Object, rec.ID), v.t("office.merged", "name", rec.Title()))
}

func (m *mergeView) picker() ui.LinkPicker {
	return ui.LinkPicker{Input: ui.Input{Name: "with", Label: m.v.t("office.merge_with"), Error: m.fault, Required: true}, URL: root(m.o.Key) + "/suggest"}
}
