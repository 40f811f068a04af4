package member

import (
	"slices"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/value"
)

// Channel is a way to reach somebody.
type Channel string

// The channels.
const (
	Site Channel = "site" // the list of alerts
	Mail Channel = "mail"
	Push Channel = "push" // the devices where they asked for it
)

// Channels lists them in the order of the page.
var Channels = []Channel{Site, Mail, Push}

// wants is where somebody is to be told of one kind of alert.
type wants struct{ site, mail, push bool }

func (w wants) nothing() bool { return !w.site && !w.mail && !w.push }

// byItself is what a kind does while nobody decided otherwise. Nothing is pushed by itself.
func byItself(kind account.AlertKind, c Channel) bool {
	return c == Site || c == Mail && (kind.Service || kind.Duty)
}

// wantsOf is where an account is told of a kind. Mail goes only to an address that was proven, of an account in use;
// duties go there anyway. Duties are not pushed: what concerns somebody's account does not stand on a locked screen.
func (d *Desk) wantsOf(tx *db.Tx, to account.Account, kind account.AlertKind) (wants, error) {
	if kind.Duty {
		return wants{site: true, mail: to.Email != ""}, nil
	}
	w := wants{site: byItself(kind, Site), mail: byItself(kind, Mail)}
	decided, err := findPreferences(tx, to.ID, kind.Name)
	for _, p := range decided {
		switch p.channel {
		case Site:
			w.site = p.wanted
		case Mail:
			w.mail = p.wanted
		case Push:
			w.push = p.wanted && d.config.Push != nil && to.State == account.Active
		}
	}
	w.mail = w.mail && to.State == account.Active && !to.Verified.IsZero()
	return w, err
}

// Prefer decides whether somebody is told of a kind of alert on a channel. A duty cannot be switched off: Conflict.
func (d *Desk) Prefer(tx *db.Tx, of value.ID, kind string, c Channel, wanted bool) error {
	known, ok := d.kinds[kind]
	if !ok || !slices.Contains(Channels, c) {
		return value.Errorf(value.NotFound, "there is no such kind of alert")
	}
	if known.Duty {
		return &value.Error{Kind: value.Conflict, Key: "member.duty", Message: "this cannot be switched off"}
	}
	present, err := d.preferred(tx, of, known)
	if err != nil || present[c] == wanted {
		return err
	}
	tx.Log(db.Change{Object: "member_preference", Record: of, Diff: map[string]any{kind + "." + string(c): [2]bool{present[c], wanted}}})
	return setPreference(tx, of, kind, c, wanted)
}

// preferred is what somebody decided, or the kind does by itself, whether or not mail can reach them now.
func (d *Desk) preferred(tx *db.Tx, of value.ID, kind account.AlertKind) (map[Channel]bool, error) {
	all := map[Channel]bool{Site: byItself(kind, Site), Mail: byItself(kind, Mail), Push: byItself(kind, Push)}
	decided, err := findPreferences(tx, of, kind.Name)
	for _, p := range decided {
		all[p.channel] = p.wanted
	}
	return all, err
}
