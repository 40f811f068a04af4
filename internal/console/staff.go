package console

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// staffView is who works here, with the form that invites.
type staffView struct {
	v           *visit
	all         []account.Account
	name, email string
	role        account.Role
	faults      faults
	invitation  *account.Invitation // shown once, right after it was made
	wrong       value.ID            // whose form failed
	problem     string              // and why
}

func (v *visit) staff(w http.ResponseWriter) error {
	return v.showStaff(w, http.StatusOK, &staffView{})
}

func (v *visit) showStaff(w http.ResponseWriter, status int, view *staffView) error {
	view.v = v
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		view.all, err = account.Staff(tx)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(w, status, v.page(v.t("console.staff"), "/console/staff", wait), view.view())
}

func (s *staffView) mayEdit() bool { return s.v.may(account.StaffEdit) }

// invite adds somebody and shows the link by which they sign in, this once: it is not kept in clear.
func (v *visit) invite(w http.ResponseWriter) error {
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	view := &staffView{name: f.Line("name", 200), email: strings.TrimSpace(f.Raw("email")), role: account.Role(f.Line("role", 40))}
	var made account.Invitation
	if err = f.Err(); err == nil {
		err = v.site.DB.Write(v.ctx, v.me.Actor(), "account.invite", func(tx *db.Tx) (err error) {
			made, err = account.Invite(tx, value.Email(view.email), view.name, view.role)
			return err
		})
	}
	if err == nil {
		return v.showStaff(w, http.StatusOK, &staffView{invitation: &made})
	}
	known, unknown := v.faultsOf(err, "name", "email", "role")
	if unknown != nil {
		return unknown
	}
	view.faults = known
	return v.showStaff(w, statusOf(err), view)
}

func (v *visit) setRole(w http.ResponseWriter) error {
	return v.changeStaff(w, "account.set_role", v.t("console.role_set"), func(tx *db.Tx, id value.ID, f *web.Form) error {
		return account.SetRole(tx, id, account.Role(f.Line("role", 40)))
	})
}

func (v *visit) suspend(w http.ResponseWriter) error {
	return v.changeStaff(w, "account.suspend", v.t("console.suspended"), func(tx *db.Tx, id value.ID, f *web.Form) error {
		if id == v.me.Account {
			return &value.Error{Kind: value.Conflict, Key: "console.self_suspend", Message: "you cannot suspend yourself"}
		}
		return account.Suspend(tx, id, f.Line("reason", 500))
	})
}

func (v *visit) restore(w http.ResponseWriter) error {
	return v.changeStaff(w, "account.restore", v.t("console.restored"), func(tx *db.Tx, id value.ID, f *web.Form) error {
		return account.Restore(tx, id, f.Line("reason", 500))
	})
}

// changeStaff changes one account of the staff; other accounts are not found here.
func (v *visit) changeStaff(w http.ResponseWriter, action, done string, change func(*db.Tx, value.ID, *web.Form) error) error {
	id, err := value.ParseID(account.IDKind, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	err = v.site.DB.Write(v.ctx, v.me.Actor(), action, func(tx *db.Tx) error {
		a, err := account.Find(tx, id)
		if err != nil {
			return err
		}
		if a.Kind != value.Staff {
			return value.Errorf(value.NotFound, "there is no such account")
		}
		if err := change(tx, id, f); err != nil {
			return err
		}
		return f.Err()
	})
	if err == nil {
		return v.goOn(w, "/console/staff", done)
	}
	known, unknown := v.faultsOf(err)
	if unknown != nil {
		return unknown
	}
	return v.showStaff(w, statusOf(err), &staffView{wrong: id, problem: known[""]})
}

func (s *staffView) roles() []ui.Option {
	var options []ui.Option
	for _, role := range account.Roles() {
		options = append(options, ui.Option{Value: string(role), Text: role.Label(s.v.ctx)})
	}
	return options
}

// invited is the role that the form of invitations begins with: the one that may least.
func (s *staffView) invited() string { return string(cmp.Or(s.role, account.Viewer)) }

func staffPath(id value.ID) string { return "/console/staff/" + id.Text(account.IDKind) }

func sortedByText(options []ui.Option) []ui.Option {
	slices.SortFunc(options, func(a, b ui.Option) int { return strings.Compare(a.Text+a.Value, b.Text+b.Value) })
	return options
}
