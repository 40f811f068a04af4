package app

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"fairground/internal/db"
	"fairground/internal/mail"
	"fairground/internal/moderation"
	"fairground/internal/notice"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// noticeDesk takes notices in by lanes and files them with package moderation.
func (a *App) noticeDesk() *notice.Desk {
	return notice.New(notice.Config{
		Clock: a.clock, Find: a.shownAt, File: fileNotice, Outcome: outcomeOf, Began: clocks{}.filed,
		Code: func(tx *db.Tx, id value.ID) (string, error) {
			n, err := moderation.FindNotice(tx, id)
			return n.Code, err
		},
		Post: func(tx *db.Tx, to value.Email, subject, text string) error {
			return mail.Send(tx, mail.Message{Kind: noticeMail, To: to, Subject: subject, Text: text})
		},
		Letters: a.lettersIn, Origin: a.origin, Grounds: groundOptions, Page: a.formPage, Shell: a.console.SafetyPage,
	})
}

// noticeMail carries codes that lead to answers, so it is not kept once it is sent.
var noticeMail = mail.Kind{Name: "notice", Secret: true}

// shownAt returns what an address of the site shows: a whole address, a path, or an outside id alone.
func (a *App) shownAt(r *http.Request, address string) (notice.Target, error) {
	key := address
	if u, err := url.Parse(address); err == nil && (u.Host != "" || strings.HasPrefix(address, "/")) {
		parts := strings.Split(strings.Trim(u.Path, "/"), "/")
		ours := u.Host == "" || strings.EqualFold(u.Hostname(), web.Host(r))
		if !ours || len(parts) < 2 || parts[0] != "l" && parts[0] != "s" && parts[0] != "report" {
			return notice.Target{}, value.Errorf(value.NotFound, "this address shows nothing on this site")
		}
		key = parts[1]
	}
	shown, err := a.market.Shown(r, key)
	return notice.Target(shown), err
}

func fileNotice(tx *db.Tx, f notice.Filing) (value.ID, string, error) {
	n, err := moderation.FileIn(tx, moderation.Notice{
		Object: f.Object, Record: f.Record, Ground: moderation.Ground(f.Ground), Explanation: f.Explanation,
		Name: f.Name, Email: f.Email, Locale: f.Locale,
	})
	return n.ID, n.Code, err
}

// outcomeOf says whether a notice was answered, and whether what it was about was taken away for it.
func outcomeOf(tx *db.Tx, id value.ID) (notice.Outcome, error) {
	n, err := moderation.FindNotice(tx, id)
	if err != nil || n.State != moderation.Answered {
		return notice.Outcome{}, err
	}
	made, err := moderation.Decisions(tx, n.Object, n.Record, 100)
	o := notice.Outcome{Answered: true}
	for _, d := range made {
		o.Founded = o.Founded || d.Notice == id && d.Outcome != moderation.Keep
	}
	return o, err
}

// groundOptions are the reasons for a report, in the reader's words.
func groundOptions(ctx context.Context) []ui.Option {
	var all []ui.Option
	for _, g := range moderation.Grounds {
		all = append(all, ui.Option{Value: string(g), Text: text.T(ctx, "market.ground."+string(g))})
	}
	return all
}
