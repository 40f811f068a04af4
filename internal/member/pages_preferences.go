package member

import (
	"net/http"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/value"
	"fairground/internal/web"
)

// preferencesView is the table of kinds by channels.
type preferencesView struct {
	Rows       []preferenceRow
	Channels   []Channel
	Unverified bool // mail cannot reach them yet
	Devices    devicesView
}

type preferenceRow struct {
	Kind string
	Duty bool
	On   map[Channel]bool
}

// box is the name of the checkbox of a kind on a channel.
func box(kind string, c Channel) string { return string(c) + ":" + kind }

func (d *Desk) showPreferences(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	view := preferencesView{Channels: d.channels()}
	err := v.read(func(tx *db.Tx) error {
		a, err := account.Find(tx, v.session.Account)
		if err != nil {
			return err
		}
		view.Unverified = a.Verified.IsZero()
		if view.Devices, err = v.devices(tx); err != nil {
			return err
		}
		for _, kind := range d.config.Kinds {
			row := preferenceRow{Kind: kind.Name, Duty: kind.Duty, On: map[Channel]bool{Site: true, Mail: true}}
			if !kind.Duty {
				if row.On, err = d.preferred(tx, a.ID, kind); err != nil {
					return err
				}
			}
			view.Rows = append(view.Rows, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "member.preferences.title", preferencesPage(view))
}

// channels are those that this installation has.
func (d *Desk) channels() []Channel {
	if d.config.Push == nil {
		return []Channel{Site, Mail}
	}
	return Channels
}

// savePreferences takes the whole table; a box that was not sent is off. Only a kind that the page showed is changed, so
// that one which came with an update meanwhile keeps what it does by itself.
func (d *Desk) savePreferences(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	err = v.write("member.prefer", func(tx *db.Tx) error {
		for _, name := range form.All("kind") {
			for _, c := range d.channels() {
				if err := d.Prefer(tx, v.session.Account, name, c, form.Bool(box(name, c))); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.done("/account/preferences", "member.preferences.saved")
}

// unsubscribeView is the page behind the link in a mail.
type unsubscribeView struct {
	Token string
	Kind  string
	Done  bool
}

// showUnsubscribe changes nothing: programs open the addresses in mails.
func (d *Desk) showUnsubscribe(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	token := r.PathValue("token")
	_, kind, err := d.readToken(v.site, token)
	if err != nil {
		return err
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	return v.show(http.StatusOK, "member.stop.title", unsubscribePage(unsubscribeView{Token: token, Kind: kind.Name}))
}

// unsubscribe stops one kind of mail for whoever the token was made for; the click of a mail program and the button of
// the page are the same. Whether that account still exists is not said.
func (d *Desk) unsubscribe(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	of, kind, err := d.readToken(v.site, r.PathValue("token"))
	if err != nil {
		return err
	}
	err = v.site.DB.Write(v.ctx, value.Actor{Kind: value.Member, ID: of}, "member.unsubscribe", func(tx *db.Tx) error {
		if _, err := account.Find(tx, of); err != nil {
			return err
		}
		return d.Prefer(tx, of, kind.Name, Mail, false)
	})
	if err != nil && value.KindOf(err) != value.NotFound {
		return err
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	return v.show(http.StatusOK, "member.stop.title", unsubscribePage(unsubscribeView{Kind: kind.Name, Done: true}))
}

func (d *Desk) showBlocked(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	var all []block
	err := v.read(func(tx *db.Tx) (err error) {
		all, err = listBlocks(tx, v.session.Account)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "member.blocked.title", blockedPage(all))
}

func (d *Desk) block(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	form.Require("account")
	blocked, name := form.ID("account", account.IDKind), form.Line("name", 80)
	if err := form.Err(); err != nil {
		return err
	}
	err = v.write("member.block", func(tx *db.Tx) error { return Block(tx, v.session.Account, blocked, name) })
	if err != nil {
		return err
	}
	return v.done(web.LocalPath(form.Raw("next"), "/account/blocked"), "member.blocked.done")
}

func (d *Desk) unblock(w http.ResponseWriter, r *http.Request) error {
	v := d.visit(w, r)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	blocked, err := value.ParseID(account.IDKind, r.PathValue("account"))
	if err != nil {
		return err
	}
	err = v.write("member.unblock", func(tx *db.Tx) error { return Unblock(tx, v.session.Account, blocked) })
	if err != nil {
		return err
	}
	return v.done(web.LocalPath(form.Raw("next"), "/account/blocked"), "member.blocked.ended")
}
