package console

import (
	"net/http"
	"regexp"
	"strings"

	"fairground/internal/db"
	"fairground/internal/mail"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

const mailKind = "mai" // the kind of a mail's id in addresses

const mailsShown = 200

// mailboxView is the list of mails.
type mailboxView struct {
	v   *visit
	all []mail.Mail
}

// noMailbox answers where mail is really sent: then nobody reads it here.
func (v *visit) noMailbox() error { return value.Errorf(value.NotFound, "there is no such page") }

func (v *visit) mailbox(w http.ResponseWriter) error {
	if !v.Mailbox {
		return v.noMailbox()
	}
	view := &mailboxView{v: v}
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		view.all, err = mail.Messages(tx, mailsShown)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(w, http.StatusOK, v.page(v.t("console.mailbox"), "/console/mailbox", wait), view.view())
}

// letterView is one mail.
type letterView struct {
	v    *visit
	m    mail.Mail
	text []stretch
}

// stretch is a part of a mail's text; Href is set for an address on this site.
type stretch struct{ text, href string }

func (v *visit) letter(w http.ResponseWriter) error {
	if !v.Mailbox {
		return v.noMailbox()
	}
	id, err := value.ParseID(mailKind, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	view := &letterView{v: v}
	var wait waiting
	err = v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		view.m, err = mail.Find(tx, id)
		return err
	})
	if err != nil {
		return err
	}
	view.text = linked(view.m.Text, v.origin())
	page := v.page(view.m.Subject, "/console/mailbox", wait)
	page.Heading = ""
	return v.show(w, http.StatusOK, page, view.view())
}

// origin is the scheme and host of this request.
func (v *visit) origin() string {
	if web.HTTPS(v.r) {
		return "https://" + v.r.Host
	}
	return "http://" + v.r.Host
}

var address = regexp.MustCompile(`https?://[^\s<>"']+`)

// linked cuts a text at its addresses. Only those on this site can be followed, and as a path: where a mail leads
// otherwise is not for the staff's browser to find out.
func linked(text, origin string) []stretch {
	var parts []stretch
	at := 0
	for _, found := range address.FindAllStringIndex(text, -1) {
		path, ours := strings.CutPrefix(text[found[0]:found[1]], origin)
		path = strings.TrimRight(path, ".,;:!?)")
		if !ours || web.LocalPath(path, "") == "" {
			continue
		}
		end := found[0] + len(origin) + len(path)
		parts = append(parts, stretch{text: text[at:found[0]]}, stretch{text: text[found[0]:end], href: path})
		at = end
	}
	return append(parts, stretch{text: text[at:]})
}

func (v *visit) mailTag(s mail.State) ui.Tag {
	tag := ui.Tag{Text: v.t("console.mail." + string(s))}
	switch s {
	case mail.Failed:
		tag.Tone = ui.Alarm
	case mail.Queued:
		tag.Tone = ui.Paid
	case mail.Sent, mail.Kept:
		tag.Tone = ui.Safe
	}
	return tag
}

func mailPath(id value.ID) string { return "/console/mailbox/" + id.Text(mailKind) }
