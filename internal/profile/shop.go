package profile

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"net/http"
	"strings"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

func (m *Room) showNew(w http.ResponseWriter, r *http.Request) error {
	v := m.begin(w, r)
	e := v.newShop(v.site.DB.IDs().Next())
	e.fill(Content{})
	return e.render(http.StatusOK)
}

// newShop is the form that opens a shop under an id. The id is sealed into the form, so that sending it twice opens one.
func (v *visit) newShop(id value.ID) *editor {
	return &editor{v: v, business: true, opening: true, action: "/shop/new", profile: Profile{State: Clear}, shopToken: v.sealShop(id),
		seller: Seller{Business: true, Since: v.site.DB.Clock().Now()}}
}

func (m *Room) openShop(w http.ResponseWriter, r *http.Request) error {
	v := m.begin(w, r)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	id := v.openedShop(form.Raw("shop"))
	return v.newShop(id).save(func(_ int64, c Content) (Profile, error) {
		return v.desk.OpenShop(r.Context(), v.me.Actor(), id, c)
	})
}

func (v *visit) sealShop(id value.ID) string {
	return id.Text(SellerShortID) + "." + base64.RawURLEncoding.EncodeToString(v.mac("shop "+id.String()))
}

// openedShop reads what sealShop wrote; anything else becomes a new id.
func (v *visit) openedShop(token string) value.ID {
	text, _, _ := strings.Cut(token, ".")
	id, err := value.ParseID(SellerShortID, text)
	if err != nil || !hmac.Equal([]byte(token), []byte(v.sealShop(id))) {
		return v.site.DB.IDs().Next()
	}
	return id
}

// shop is the page of a shop's profile, for its owners.
func (v *visit) shop() (*editor, error) {
	id, err := v.seller()
	if err != nil {
		return nil, err
	}
	e := &editor{v: v, business: true, action: shopPath(id, "profile")}
	err = v.read(func(tx *db.Tx) error {
		if e.seller, err = v.desk.lead(tx, id, v.me.Account); err != nil {
			return err
		}
		return e.load(tx)
	})
	return e, err
}

func (m *Room) showShop(w http.ResponseWriter, r *http.Request) error {
	e, err := m.begin(w, r).shop()
	if err != nil {
		return err
	}
	e.fill(e.profile.Written())
	return e.render(http.StatusOK)
}

func (m *Room) saveShop(w http.ResponseWriter, r *http.Request) error {
	v := m.begin(w, r)
	e, err := v.shop()
	if err != nil {
		return err
	}
	return e.save(func(rev int64, c Content) (Profile, error) {
		return v.desk.Save(r.Context(), v.me.Actor(), e.seller.ID, rev, c)
	})
}

// team is the page of a shop's team.
type team struct {
	v           *visit
	seller      Seller
	mine        Seat
	mates       []mate
	invitations []Invitation
	flash       string
	fault       string
	email       string
	emailError  string
	role        Role
}

func (v *visit) team() (*team, error) {
	id, err := v.seller()
	if err != nil {
		return nil, err
	}
	t := &team{v: v, role: Agent}
	err = v.read(func(tx *db.Tx) error {
		if t.seller, t.mine, err = v.desk.enter(tx, id, v.me.Account); err != nil {
			return err
		}
		seats, err := v.desk.Sellers.Seats(tx, id)
		if err != nil {
			return err
		}
		for _, seat := range seats {
			a, err := account.Find(tx, seat.Account)
			if value.KindOf(err) == value.NotFound {
				continue
			}
			if err != nil {
				return err
			}
			t.mates = append(t.mates, mate{Seat: seat, Name: a.Name, Email: a.Email})
		}
		if t.mine.Role.mayLead() {
			t.invitations, err = findInvitations(tx, id)
		}
		return err
	})
	return t, err
}

func (m *Room) showTeam(w http.ResponseWriter, r *http.Request) error {
	t, err := m.begin(w, r).team()
	if err != nil {
		return err
	}
	return t.render(http.StatusOK)
}

func (t *team) render(status int) error {
	t.flash = t.v.flash()
	return t.v.render(status, t.v.t("profile.team_title", "name", t.seller.Name), t.view())
}

func (m *Room) invite(w http.ResponseWriter, r *http.Request) error {
	v := m.begin(w, r)
	t, err := v.team()
	if err != nil {
		return err
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	form.Require("email", "role")
	email, role := form.Email("email"), Role(form.Choice("role", string(Owner), string(Editor), string(Agent)))
	if form.Valid() {
		err = v.desk.Invite(r.Context(), v.me.Account, t.seller.ID, email, role, v.letter(email))
		if err == nil {
			return v.done(shopPath(t.seller.ID, "team"), "profile.invited")
		}
		if err = form.Note(err); err != nil && value.KindOf(err) != value.Limited {
			return err
		}
		t.fault = text.Error(r.Context(), err)
	}
	t.email, t.emailError, t.role = form.Raw("email"), v.problem(form, "email"), role
	return t.render(statusOf(err))
}

// letter mails an invitation to an address that has no account. It says only what is ours or was cleared: whoever invites
// could write what they like into the name of their account.
func (v *visit) letter(to value.Email) func(*db.Tx, Seller, string) error {
	return func(tx *db.Tx, s Seller, path string) error {
		if v.room.config.Letters == nil {
			return nil
		}
		args := []any{"shop", s.Name, "site", v.settings.Name, "link", origin(v.r) + path, "days", int(invitationAge.Hours() / 24)}
		return v.room.config.Letters.Send(tx, account.Letter{To: to, Purpose: "team_invitation",
			Subject: v.t("profile.letter.subject", args...), Text: v.t("profile.letter.text", args...)})
	}
}

// origin is scheme and host by which the visitor came; the host is one the site answers for, or there were no site.
func origin(r *http.Request) string {
	if web.HTTPS(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (m *Room) setRole(w http.ResponseWriter, r *http.Request) error {
	return m.act(w, r, "profile.role_set", func(ctx context.Context, v *visit, seller value.ID, form *web.Form) error {
		who := form.ID("account", account.IDKind)
		role := Role(form.Choice("role", string(Owner), string(Editor), string(Agent)))
		if role == "" || who == 0 {
			return noMate()
		}
		return v.desk.SetRole(ctx, v.me.Account, seller, who, role)
	})
}

func (m *Room) removeMate(w http.ResponseWriter, r *http.Request) error {
	return m.act(w, r, "profile.removed", func(ctx context.Context, v *visit, seller value.ID, form *web.Form) error {
		return v.desk.Remove(ctx, v.me.Account, seller, form.ID("account", account.IDKind))
	})
}

func (m *Room) revoke(w http.ResponseWriter, r *http.Request) error {
	return m.act(w, r, "profile.revoked", func(ctx context.Context, v *visit, seller value.ID, form *web.Form) error {
		return v.desk.Revoke(ctx, v.me.Account, seller, form.ID("invitation", inviteShortID))
	})
}

// act carries one act on the team out. What cannot be done is said on the page of the team.
func (m *Room) act(w http.ResponseWriter, r *http.Request, done string, fn func(context.Context, *visit, value.ID, *web.Form) error) error {
	v := m.begin(w, r)
	id, err := v.seller()
	if err != nil {
		return err
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	err = fn(r.Context(), v, id, form)
	if value.KindOf(err) == value.Conflict {
		t, readErr := v.team()
		if readErr != nil {
			return readErr
		}
		t.fault = text.Error(r.Context(), err)
		return t.render(http.StatusConflict)
	}
	if err != nil {
		return err
	}
	if done == "profile.removed" && form.ID("account", account.IDKind) == v.me.Account {
		return v.done("/account/profile", "profile.left")
	}
	return v.done(shopPath(id, "team"), done)
}

// invited is the page of an invitation.
type invited struct {
	v          *visit
	seller     Seller
	invitation Invitation
	key        string
	path       string
}

// showJoin shows an invitation to whoever holds its link, also before they have an account.
func (m *Room) showJoin(w http.ResponseWriter, r *http.Request) error {
	v := m.begin(w, r)
	id, err := v.seller()
	if err != nil {
		return err
	}
	i := invited{v: v, key: r.URL.Query().Get("key"), path: r.URL.RequestURI()}
	if i.key == "" && v.me.IsZero() {
		return account.SignedIn.Check(r)
	}
	err = v.read(func(tx *db.Tx) (err error) {
		i.invitation, i.seller, err = v.desk.open(tx, id, v.me.Account, i.key)
		return err
	})
	if err != nil {
		return err
	}
	return v.renderIn(v.room.config.Plain, http.StatusOK, v.t("profile.join"), i.view())
}

func (m *Room) join(w http.ResponseWriter, r *http.Request) error {
	v := m.begin(w, r)
	id, err := v.seller()
	if err != nil {
		return err
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	s, err := v.desk.Accept(r.Context(), v.me.Account, id, form.Raw("key"))
	if err != nil {
		return err
	}
	return v.done(shopPath(s.ID, "team"), "profile.joined")
}
