package office

import (
	"errors"
	"net/http"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
	"fairground/internal/web"
)

const mostName = 60

// postedLook reads a form that carries an address along.
func (v *visit) postedLook() (*web.Form, *look, []record.View, error) {
	o, err := v.object()
	if err != nil {
		return nil, nil, nil, err
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return nil, nil, nil, err
	}
	var views []record.View
	err = v.read(func(tx *db.Tx) error {
		views, err = v.store.Views(tx, v.asker, o.Key)
		return err
	})
	if err != nil {
		return nil, nil, nil, err
	}
	l, err := lookFrom(form, o, views)
	return form, l, views, err
}

// saveView keeps what the address showed as a new view.
func (v *visit) saveView(w http.ResponseWriter) error {
	form, l, _, err := v.postedLook()
	if err != nil {
		return err
	}
	view := l.asView()
	view.ID, view.Rev, view.Owner = 0, 0, 0
	view.Name, view.Shared = form.Line("name", mostName), form.Bool("shared")
	form.Require("name")
	if err := form.Err(); err != nil {
		return v.goBack(w, l.href(), err)
	}
	return v.storeView(w, view, l.href(), "office.view_saved")
}

// changeView renames a view, shares it or not, or gives it what the address shows.
func (v *visit) changeView(w http.ResponseWriter) error {
	form, l, views, err := v.postedLook()
	if err != nil {
		return err
	}
	view, err := viewOf(views, v.r.PathValue("view"))
	if err != nil {
		return err
	}
	if form.Raw("do") == "save" {
		id, rev, owner, name, shared := view.ID, view.Rev, view.Owner, view.Name, view.Shared
		view = l.asView()
		view.ID, view.Rev, view.Owner, view.Name, view.Shared = id, rev, owner, name, shared
		return v.storeView(w, view, l.href(), "office.view_saved")
	}
	view.Name, view.Shared = form.Line("name", mostName), form.Bool("shared")
	form.Require("name")
	if err := form.Err(); err != nil {
		return v.goBack(w, l.href(), err)
	}
	return v.storeView(w, view, l.href(), "office.view_renamed")
}

func (v *visit) storeView(w http.ResponseWriter, view record.View, back, done string) error {
	saved, err := v.store.SaveView(v.ctx, v.asker, view)
	if err != nil {
		return v.goBack(w, back, err)
	}
	return v.goOn(w, root(view.Object)+"?view="+saved.ID.Text(viewID), v.t(done, "name", saved.Name))
}

// removeView removes a view; its records stay.
func (v *visit) removeView(w http.ResponseWriter) error {
	o, err := v.object()
	if err != nil {
		return err
	}
	id, err := value.ParseID(viewID, v.r.PathValue("view"))
	if err != nil {
		return err
	}
	if err := v.store.RemoveView(v.ctx, v.asker, id); err != nil {
		return v.goBack(w, root(o.Key)+"?view="+id.Text(viewID), err)
	}
	return v.goOn(w, root(o.Key), v.t("office.view_removed"))
}

// goBack leads back to a page that says why something was not done. Errors that no person can mend stay errors.
func (v *visit) goBack(w http.ResponseWriter, path string, err error) error {
	var known *value.Error
	if !errors.As(err, &known) || known.Kind == value.Internal || known.Kind == value.NotFound {
		return err
	}
	web.SetFlash(w, v.r, web.Flash{Tone: "bad", Text: v.error(err)})
	return web.Redirect(w, v.r, path)
}
