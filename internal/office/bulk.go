package office

import (
	"net/http"
	"net/url"
	"slices"

	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// selection is which records of a list are meant: those ticked, or all that match.
type selection struct {
	v    *visit
	look *look
	ids  []value.ID
	all  bool
}

// bulkView is the form that changes many records at once.
type bulkView struct {
	selection
	count  int
	more   bool
	fields []*record.Field
	ticked []string
	typed  filled
	faults faults
}

// bulkForm opened by itself has nothing selected; the list is the place to begin.
func (v *visit) bulkForm(w http.ResponseWriter) error {
	o, err := v.object()
	if err != nil {
		return err
	}
	return web.Redirect(w, v.r, root(o.Key))
}

// bulk does to the selected records what the pressed button says.
func (v *visit) bulk(w http.ResponseWriter) error {
	form, l, _, err := v.postedLook()
	if err != nil {
		return err
	}
	s := selection{v: v, look: l, all: form.Bool("all")}
	for _, text := range form.All("id") {
		id, err := l.object.ParseID(text)
		if err != nil {
			return err
		}
		s.ids = append(s.ids, id)
	}
	if len(s.ids) == 0 && !s.all {
		return v.goBack(w, l.href(), &value.Error{Kind: value.Invalid, Key: "office.fault.none_selected", Message: "select some records first"})
	}
	switch form.Raw("do") {
	case "merge":
		return s.toMerge(w)
	case "delete":
		return s.delete(w)
	case "save":
		return s.save(w, form)
	default:
		return s.show(w, http.StatusOK, &bulkView{selection: s, typed: filled{}})
	}
}

// editable are the fields that one value may be given to many records; a unique one may not.
func (s selection) editable() (fields []*record.Field) {
	for _, f := range s.look.object.Fields {
		if isTyped(s.look.object, f) && !f.Unique {
			fields = append(fields, f)
		}
	}
	return fields
}

func (s selection) show(w http.ResponseWriter, status int, b *bulkView) (err error) {
	if !s.look.object.May(record.Edit) {
		return forbidden()
	}
	b.fields, b.count = s.editable(), len(s.ids)
	if s.all {
		if b.count, b.more, err = s.v.store.Count(s.v.ctx, s.v.asker, s.query(), mostCounted); err != nil {
			return err
		}
	}
	page, err := s.v.office.Shell.Page(s.v.r, b.heading(), root(s.look.object.Key))
	if err != nil {
		return err
	}
	return s.v.show(w, status, page, b.view())
}

func forbidden() error { return value.Errorf(value.Forbidden, "your role may not do this") }

func (s selection) query() record.Query {
	q := s.look.query()
	q.After = ""
	return q
}

// save gives the ticked fields their new values.
func (s selection) save(w http.ResponseWriter, form *web.Form) error {
	var chosen []*record.Field
	ticked := form.All("change")
	for _, f := range s.editable() {
		if slices.Contains(ticked, f.Key) {
			chosen = append(chosen, f)
		}
	}
	in := s.v.readForm(form, chosen)
	b := &bulkView{selection: s, ticked: ticked, typed: in.typed, faults: in.faults}
	if len(chosen) == 0 {
		b.faults[""] = s.v.t("office.fault.nothing_ticked")
	}
	if len(b.faults) > 0 {
		return s.show(w, http.StatusUnprocessableEntity, b)
	}
	batch := s.v.site.DB.IDs().Next()
	changed, err := s.change(in.values, batch)
	if err != nil {
		if b.faults, err = s.v.faultsOf(err, func(field string) bool { return slices.Contains(ticked, field) }); err != nil {
			return err
		}
		return s.show(w, http.StatusUnprocessableEntity, b)
	}
	return s.done(w, batch, s.v.t("office.bulk_changed", "count", changed))
}

// change writes all or none of what is ticked, and what matches in chunks.
func (s selection) change(values record.Values, batch value.ID) (int, error) {
	if s.all {
		return s.v.store.Bulk(s.v.ctx, s.v.asker, s.query(), values, batch)
	}
	ops := make([]record.Write, len(s.ids))
	for i, id := range s.ids {
		ops[i] = record.Write{Op: record.DoUpdate, ID: id, Values: values}
	}
	return s.write(ops, batch)
}

func (s selection) write(ops []record.Write, batch value.ID) (int, error) {
	done := 0
	for chunk := range slices.Chunk(ops, record.MostWrites) {
		results, err := s.v.store.Batch(s.v.ctx, s.v.asker, s.look.object.Key, chunk, record.BatchOptions{Atomic: true, Batch: batch})
		for _, r := range results {
			if r.Err != nil {
				return done, r.Err
			}
		}
		if err != nil {
			return done, err
		}
		done += len(results)
	}
	return done, nil
}

// delete puts the selected records into the trash.
func (s selection) delete(w http.ResponseWriter) error {
	if s.all {
		s.ids = nil
		q := s.query()
		q.Fields = []string{}
		err := s.v.store.Each(s.v.ctx, s.v.asker, q, func(rec *record.Record) error {
			s.ids = append(s.ids, rec.ID)
			return nil
		})
		if err != nil {
			return err
		}
	}
	ops := make([]record.Write, len(s.ids))
	for i, id := range s.ids {
		ops[i] = record.Write{Op: record.DoDelete, ID: id}
	}
	batch := s.v.site.DB.IDs().Next()
	n, err := s.write(ops, batch)
	if err != nil {
		return s.v.goBack(w, s.look.href(), err)
	}
	return s.done(w, batch, s.v.t("office.bulk_deleted", "count", n))
}

// done leads back to the list, which says what was done and offers to undo it.
func (s selection) done(w http.ResponseWriter, batch value.ID, text string) error {
	web.SetFlash(w, s.v.r, web.Flash{Tone: "good", Text: text})
	q := s.look.place()
	q.Set("batch", batch.Text(batchID))
	return web.Redirect(w, s.v.r, address(root(s.look.object.Key), q))
}

// undo takes a bulk change back. Records that somebody changed since stay as they are, and are named.
func (v *visit) undo(w http.ResponseWriter) error {
	o, err := v.object()
	if err != nil {
		return err
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	batch := form.ID("batch", batchID)
	if err := form.Err(); err != nil {
		return err
	}
	result, err := v.store.UndoBatch(v.ctx, v.asker, batch)
	if err != nil {
		return v.goBack(w, root(o.Key), err)
	}
	text := v.t("office.undone", "count", result.Undone)
	if result.Kept > 0 {
		text += " " + v.t("office.undo_kept", "count", result.Kept)
	}
	return v.goOn(w, root(o.Key), text)
}

// toMerge leads to the records side by side.
func (s selection) toMerge(w http.ResponseWriter) error {
	if s.all || len(s.ids) < 2 || len(s.ids) > mostMerged {
		return s.v.goBack(w, s.look.href(), &value.Error{Kind: value.Invalid, Key: "office.fault.merge_count", Message: "select two to five records to merge"})
	}
	q := url.Values{}
	for _, id := range s.ids {
		q.Add("id", s.look.object.ID(id))
	}
	return web.Redirect(w, s.v.r, root(s.look.object.Key)+"/merge?"+q.Encode())
}

func (b *bulkView) heading() string {
	return b.v.t("office.bulk_title", "count", b.v.capped(b.count, b.more), "objects", b.v.within(b.look.object.Plural))
}

func (b *bulkView) isTicked(f *record.Field) bool { return slices.Contains(b.ticked, f.Key) }

func (b *bulkView) notices() (all []ui.Notice) {
	if fault := b.faults[""]; fault != "" {
		all = append(all, ui.Notice{Text: fault, Tone: ui.Alarm})
	}
	return all
}
