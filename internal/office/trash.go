package office

import (
	"net/http"

	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// trashView is what was deleted of an object.
type trashView struct {
	v    *visit
	o    *record.Seen
	page record.Page
	by   map[value.ID]string
	q    *web.Form
}

func (v *visit) trash(w http.ResponseWriter) error {
	o, err := v.object()
	if err != nil {
		return err
	}
	if !o.May(record.Delete) {
		return forbidden()
	}
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	t := &trashView{v: v, o: o, q: q, by: map[value.ID]string{}}
	t.page, err = v.store.Find(v.ctx, v.asker, record.Query{Object: o.Key, Trash: true, After: q.Line("after", 2000), Limit: pageSize})
	if err != nil {
		return err
	}
	for _, rec := range t.page.Records {
		if t.by[rec.ID], err = v.who(rec.LastBy); err != nil {
			return err
		}
	}
	page, err := v.office.Shell.Page(v.r, v.t("office.trash_of", "objects", v.in(o.Plural)), root(o.Key))
	if err != nil {
		return err
	}
	return v.show(w, http.StatusOK, page, t.view())
}

// emptyTrash restores what is ticked, or deletes it for good.
func (v *visit) emptyTrash(w http.ResponseWriter) error {
	o, err := v.object()
	if err != nil {
		return err
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	var ids []value.ID
	for _, text := range form.All("id") {
		id, err := o.ParseID(text)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	back := root(o.Key) + "/trash"
	if len(ids) == 0 {
		return v.goBack(w, back, &value.Error{Kind: value.Invalid, Key: "office.fault.none_selected", Message: "select some records first"})
	}
	if form.Raw("do") == "purge" {
		if err := v.store.Purge(v.ctx, v.asker, o.Key, ids); err != nil {
			return v.goBack(w, back, err)
		}
		return v.goOn(w, back, v.t("office.purged", "count", len(ids)))
	}
	for _, id := range ids {
		if err := v.store.Restore(v.ctx, v.asker, o.Key, id); err != nil {
			return v.goBack(w, back, err)
		}
	}
	return v.goOn(w, back, v.t("office.restored", "count", len(ids)))
}

func (t *trashView) grid() ui.Grid {
	v := t.v
	g := ui.Grid{Label: v.t("office.trash_of", "objects", v.in(t.o.Plural)), Empty: t.empty(), Columns: []ui.Column{
		{Title: v.in(t.o.Labels)}, {Title: v.t("office.deleted_at"), Kind: ui.WhenCell}, {Title: v.t("office.deleted_by")},
	}, Bulk: ui.BulkBar{Action: root(t.o.Key) + "/trash", Buttons: []ui.Button{
		{Text: v.t("office.restore"), Icon: "undo-2", Small: true, Name: "do", Value: "restore"},
		{Text: v.t("office.purge"), Icon: "trash-2", Small: true, Name: "do", Value: "purge", Look: ui.Danger, Confirm: v.t("office.purge_sure")},
	}}}
	for _, rec := range t.page.Records {
		g.Rows = append(g.Rows, ui.Row{ID: t.o.ID(rec.ID), Name: rec.Title(), Href: pathOf(t.o.Object, rec.ID), Cells: []ui.Cell{
			{Text: rec.Title()}, {At: rec.Deleted}, {Text: t.by[rec.ID]},
		}})
	}
	if t.page.Next != "" {
		g.NextHref = root(t.o.Key) + "/trash?after=" + t.page.Next
	}
	if t.q.Raw("after") != "" {
		g.PrevHref = root(t.o.Key) + "/trash"
	}
	return g
}

// remove puts a record into the trash.
func (v *visit) remove(w http.ResponseWriter) error {
	o, id, err := v.named()
	if err != nil {
		return err
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	rev := form.Int("rev", 0, 1<<62)
	if err := form.Err(); err != nil {
		return err
	}
	batch := v.site.DB.IDs().Next()
	results, err := v.store.Batch(v.ctx, v.asker, o.Key, []record.Write{{Op: record.DoDelete, ID: id, Rev: rev}}, record.BatchOptions{Atomic: true, Batch: batch})
	if err == nil && len(results) == 1 {
		err = results[0].Err
	}
	if err != nil {
		return v.goBack(w, pathOf(o.Object, id), err)
	}
	web.SetFlash(w, v.r, web.Flash{Tone: "good", Text: v.t("office.deleted", "count", 1)})
	return web.Redirect(w, v.r, root(o.Key)+"?batch="+batch.Text(batchID))
}

// restore takes a record out of the trash.
func (v *visit) restore(w http.ResponseWriter) error {
	o, id, err := v.named()
	if err != nil {
		return err
	}
	if err := v.store.Restore(v.ctx, v.asker, o.Key, id); err != nil {
		return v.goBack(w, pathOf(o.Object, id), err)
	}
	return v.goOn(w, pathOf(o.Object, id), v.t("office.restored", "count", 1))
}
