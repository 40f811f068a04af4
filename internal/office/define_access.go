package office

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/expr"
	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// accessView is who may do what with an object: roles by rights, and roles by fields.
type accessView struct {
	*defining
	roles []roleAccess
}

// roleAccess is one role's row. Whole is what its permissions include at all; a grant only narrows it.
type roleAccess struct {
	role  string
	name  string
	whole []record.Right
	grant record.Grant // what it has, as the form says
	fixed bool         // whoever may change the set-up could change this too
}

func allRights() []record.Right {
	return []record.Right{record.See, record.Make, record.Edit, record.Delete, record.Export}
}

// included are the rights that a role's permissions include for an object.
func (d *defining) included(role account.Role) []record.Right {
	asker := d.office.Asker(account.Session{Account: 1, Kind: value.Staff, Role: role})
	return slices.DeleteFunc(slices.Clone(asker.Rights), func(r record.Right) bool {
		return d.o.Owned != nil && (r == record.Make || r == record.Delete || r == record.Edit && d.o.Owned.Update == nil)
	})
}

// grantOf is what a role has by the catalog.
func (d *defining) grantOf(role string, whole []record.Right) record.Grant {
	for _, g := range d.o.Grants {
		if g.Role == role {
			return g
		}
	}
	return record.Grant{Role: role, Rights: whole}
}

// access shows who may do what.
func (d *defining) access(w http.ResponseWriter) error {
	for _, role := range account.Roles() {
		g := d.grantOf(string(role), d.included(role))
		rights := make([]string, len(g.Rights))
		for i, r := range g.Rights {
			rights[i] = string(r)
		}
		d.form.set("right."+string(role), rights...)
		d.form.set("rows."+string(role), g.Rows)
		d.form.set("change."+string(role), g.Change)
	}
	d.form.set("was", stamp(d.o.Grants))
	d.planToast()
	return d.showAccess(w)
}

func (d *defining) showAccess(w http.ResponseWriter) error {
	v := &accessView{defining: d}
	for _, role := range account.Roles() {
		whole := d.included(role)
		v.roles = append(v.roles, roleAccess{
			role: string(role), name: role.Label(d.ctx), whole: whole, grant: d.grantFrom(string(role), whole), fixed: role.May(account.SettingsEdit),
		})
	}
	page, err := d.objectShell(d.at() + "/access")
	if err != nil {
		return err
	}
	return d.show(w, d.status(), page, v.view())
}

// grantFrom reads a role's row of the form.
func (d *defining) grantFrom(role string, whole []record.Right) record.Grant {
	g := record.Grant{Role: role, Rows: d.line("rows." + role), Change: d.line("change." + role)}
	for _, r := range allRights() {
		if slices.Contains(d.form["right."+role], string(r)) && slices.Contains(whole, r) {
			g.Rights = append(g.Rights, r)
		}
	}
	return g
}

// saveAccess replaces the grants of the roles. A role that keeps all its permissions include needs none.
func (d *defining) saveAccess(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	d.isStale(d.o.Grants)
	o := d.spoken()
	o.Grants = nil
	after := &accessAfter{d: d}
	for _, role := range account.Roles() {
		whole := d.included(role)
		if len(whole) == 0 || role.May(account.SettingsEdit) {
			o.Grants = append(o.Grants, d.present(string(role))...)
			continue
		}
		g := d.grantFrom(string(role), whole)
		for input, text := range map[string]string{"rows." + g.Role: g.Rows, "change." + g.Role: g.Change} {
			if text != "" {
				d.blameText(input, d.o, text, expr.Bool)
			}
		}
		after.add(role, g)
		if len(g.Rights) < len(whole) || g.Rows != "" || g.Change != "" {
			o.Grants = append(o.Grants, g)
		}
	}
	o.Grants = append(o.Grants, d.grantsOfOthers()...)
	c := &change{
		defining: d, title: d.t("office.define.did.access", "object", d.in(d.o.Labels)), done: d.at() + "/access", back: d.at() + "/access",
		again: d.showAccess, shown: d.shownIn, extra: after.view(),
	}
	if stamp(o.Grants) != stamp(d.spoken().Grants) {
		c.steps = []record.Step{{Op: record.ChangeObject, Object: d.o.Key, NewObject: o}}
	}
	return c.run(w)
}

// present is the grant that a role has, if it has one.
func (d *defining) present(role string) (all []record.Grant) {
	for _, g := range d.o.Grants {
		if g.Role == role {
			all = append(all, g)
		}
	}
	return all
}

// grantsOfOthers are those for roles that the program does not know, such as of a schema from elsewhere.
func (d *defining) grantsOfOthers() (all []record.Grant) {
	for _, g := range d.o.Grants {
		if !account.Role(g.Role).Known() {
			all = append(all, g)
		}
	}
	return all
}

// accessAfter says what a change of access results in.
type accessAfter struct {
	d     *defining
	roles []roleWords
}

type roleWords struct {
	name string
	said []sentence
}

func (a *accessAfter) add(role account.Role, g record.Grant) {
	a.roles = append(a.roles, roleWords{role.Label(a.d.ctx), a.d.accessWords(a.d.o, g.Role, g)})
}

// The ways in which a role may have a field.
const (
	fieldOpen   = ""
	fieldLocked = "locked"
	fieldHidden = "hidden"
)

// fieldsAtATime is how many rows of the matrix of roles and fields are on one page: a form holds so many values.
const fieldsAtATime = 40

// shownFields are the rows of the matrix on this page.
func (v *accessView) shownFields() []*record.Field {
	from := 0
	v.takeFrom(&from)
	from = min(from, len(v.o.Fields))
	return v.o.Fields[from:min(from+fieldsAtATime, len(v.o.Fields))]
}

// pages lead to the other parts of a long matrix.
func (v *accessView) pages() (links []ui.Link) {
	at := 0
	v.takeFrom(&at)
	for from := 0; from < len(v.o.Fields) && len(v.o.Fields) > fieldsAtATime; from += fieldsAtATime {
		to := min(from+fieldsAtATime, len(v.o.Fields))
		links = append(links, ui.Link{
			Text: v.words.Count(from+1) + "–" + v.words.Count(to), Href: v.at() + "/access?from=" + numberText(from), Current: at >= from && at < to,
		})
	}
	return links
}

// ofField is how a role has a field.
func ofField(f *record.Field, role string) string {
	switch {
	case slices.Contains(f.Hidden, role):
		return fieldHidden
	case slices.Contains(f.Locked, role):
		return fieldLocked
	default:
		return fieldOpen
	}
}

// saveFieldAccess hides fields from roles, or locks them, for those of the matrix that the form had.
func (d *defining) saveFieldAccess(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	c := &change{
		defining: d, title: d.t("office.define.did.field_access", "object", d.in(d.o.Labels)), done: d.at() + "/access", back: d.at() + "/access",
	}
	for _, f := range d.o.Fields {
		if made := d.fieldAccess(f); stamp(made) != stamp(f) {
			c.steps = append(c.steps, record.Step{Op: record.ChangeField, Object: d.o.Key, Field: f.Key, NewField: made})
		}
	}
	c.again = c.backWith
	return c.run(w)
}

func (d *defining) fieldAccess(f *record.Field) *record.Field {
	made := *f
	made.Hidden, made.Locked = slices.Clone(f.Hidden), slices.Clone(f.Locked)
	for _, role := range account.Roles() {
		how, sent := d.sent("field." + f.Key + "." + string(role))
		if !sent || how == ofField(f, string(role)) {
			continue
		}
		is := func(other string) bool { return other == string(role) }
		made.Hidden, made.Locked = slices.DeleteFunc(made.Hidden, is), slices.DeleteFunc(made.Locked, is)
		switch how {
		case fieldHidden:
			made.Hidden = append(made.Hidden, string(role))
		case fieldLocked:
			made.Locked = append(made.Locked, string(role))
		}
	}
	if len(made.Hidden) == 0 {
		made.Hidden = nil
	}
	if len(made.Locked) == 0 {
		made.Locked = nil
	}
	return &made
}

// matrixRoles are the roles from which fields can be kept: all but those who could change that themselves.
func matrixRoles() []account.Role {
	return slices.DeleteFunc(account.Roles(), func(r account.Role) bool { return r.May(account.SettingsEdit) })
}

// lockedAttrs keep an input from those who may only look.
func (d *defining) lockedAttrs() templ.Attributes {
	if d.mayDefine() {
		return nil
	}
	return templ.Attributes{"disabled": true}
}
