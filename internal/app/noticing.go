package app

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"fairground/internal/bank"
	"fairground/internal/console"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/mail"
	"fairground/internal/media"
	"fairground/internal/moderation"
	"fairground/internal/notice"
	"fairground/internal/profile"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// noticeDesk takes notices in by lanes and files them with package moderation.
func (a *App) noticeDesk() *notice.Desk {
	return notice.New(notice.Config{
		Clock: a.clock, Find: a.shownAt, File: fileNotice, Outcome: outcomeOf, Began: clocks{}.filed, Urgent: urgent, Author: authorOfNotice,
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

// urgent has a notice looked at before its turn: its case is there at once, and grave when an hour is all there is.
func urgent(tx *db.Tx, id value.ID, u notice.Urgency) error {
	n, err := moderation.FindNotice(tx, id)
	if err != nil {
		return err
	}
	severity := moderation.Serious
	if u == notice.AtOnce {
		severity = moderation.Grave
	}
	_, err = moderation.OpenCase(tx, moderation.Case{Kind: moderation.NoticeCase, Object: "notice", Record: id, Severity: severity, Language: n.Locale, Policy: string(n.Ground)})
	return err
}

func authorOfNotice(tx *db.Tx, id value.ID) (value.Email, value.Locale, error) {
	n, err := moderation.FindNotice(tx, id)
	return n.Email, n.Locale, err
}

// laneShown is the way by which a notice came, as staff read it.
func (a *App) laneShown(tx *db.Tx, id value.ID) (console.Lane, error) {
	about, err := a.notices.AboutOf(tx, id)
	if err != nil {
		return console.Lane{}, err
	}
	t := func(key string) string { return text.T(tx.Context(), key) }
	shown := console.Lane{
		Tag: ui.Tag{Text: t("app.lane." + string(about.Lane))}, Baseless: about.Baseless,
		Mark: "/console/safety/baseless/" + id.Text(noticeKind), Who: "/console/safety/reporters",
	}
	switch about.Lane {
	case notice.Harm, notice.Takedown, notice.Authority:
		shown.Tag.Tone, shown.Mark = ui.Alarm, "" // nobody is limited on these ways
	case notice.Flagger:
		shown.Tag.Tone = ui.Safe
	}
	add := func(key, value string) {
		if value != "" {
			shown.Facts = append(shown.Facts, ui.Fact{Name: t("app.lane." + key), Value: value})
		}
	}
	if about.Lane == notice.Takedown {
		about.Capacity = t("app.lane." + about.Capacity)
	}
	add("capacity", about.Capacity)
	if about.Basis != "" {
		add("basis", t("notice.basis."+string(about.Basis)))
	}
	add("reference", about.Reference)
	if about.Sworn {
		add("sworn", t("app.lane.yes"))
	}
	if share, known := about.Flagger.Precision(); known {
		add("precision", about.Flagger.Name+": "+text.FromContext(tx.Context()).Percent(share))
	} else {
		add("flagger", about.Flagger.Name)
	}
	return shown, nil
}

// noticeMail carries codes that lead to answers, so it is not kept once it is sent.
var noticeMail = mail.Kind{Name: "notice", Secret: true}

// shownAt returns what an address of the site shows: a whole address, a path, or an outside id alone. The address of a photo stands for
// whatever shows it.
func (a *App) shownAt(r *http.Request, address string) (notice.Target, error) {
	key, sha := address, ""
	if u, err := url.Parse(address); err == nil && (u.Host != "" || strings.HasPrefix(address, "/")) {
		ours := u.Host == "" || strings.EqualFold(u.Hostname(), web.Host(r))
		if sha = photoAt(u.Path); ours && sha != "" {
			key, err = a.showing(r, sha)
		} else if parts := strings.Split(strings.Trim(u.Path, "/"), "/"); ours && len(parts) > 1 && slices.Contains(shownUnder, parts[0]) {
			key = parts[1]
		} else {
			err = value.Errorf(value.NotFound, "this address shows nothing on this site")
		}
		if err != nil {
			return notice.Target{}, err
		}
	}
	shown, err := a.market.Shown(r, key)
	if err != nil {
		return notice.Target{}, err
	}
	target := notice.Target{Object: shown.Object, Record: shown.Record, Title: shown.Title, Href: shown.Href, Meant: sha}
	return target, site.From(r.Context()).DB.Read(r.Context(), func(tx *db.Tx) error {
		photos, err := shownPhotos(tx, target.Object, target.Record)
		if target.Object != listing.Object { // the photo that a profile would show next is not public
			photos = slices.DeleteFunc(photos, func(p console.TakenPhoto) bool { return p.Pending })
		}
		for _, p := range photos {
			target.Photos = append(target.Photos, notice.Photo{Sha256: p.Sha256, Picture: p.Picture})
		}
		if value.KindOf(err) == value.NotFound { // a seller without a profile
			return nil
		}
		return err
	})
}

// shownUnder begin the addresses of what can be reported.
var shownUnder = []string{"l", "s", "report"}

var photoName = regexp.MustCompile(`^[0-9a-f]{64}`)

// photoAt returns the SHA-256 of the photo that a path shows; empty: it shows none.
func photoAt(path string) string {
	if !strings.HasPrefix(path, media.Path) {
		return ""
	}
	return photoName.FindString(path[strings.LastIndexByte(path, '/')+1:])
}

// showing returns the outside id of something public that shows a photo.
func (a *App) showing(r *http.Request, sha string) (key string, err error) {
	err = site.From(r.Context()).DB.Read(r.Context(), func(tx *db.Tx) error {
		all, err := bank.ShownBy(tx, sha)
		for _, c := range all {
			if past, fault := isPast(tx, notice.Copy{Object: c.Object, Record: c.Record, Sha256: sha}); fault != nil || past {
				err = errors.Join(err, fault)
				continue
			}
			if kind := map[string]string{listing.Object: listing.ShortID, profile.Object: profile.SellerShortID}[c.Object]; kind != "" {
				key = c.Record.Text(kind)
			}
		}
		return err
	})
	if err == nil && key == "" {
		err = value.Errorf(value.NotFound, "nothing public shows this photo")
	}
	return key, err
}

// reports takes in what the form beside a listing, a seller or a review was filled in with.
type reports struct {
	app  *App
	site *site.Site
}

// File files a notice by the way for everything else.
func (r reports) File(ctx context.Context, actor value.Actor, n moderation.Notice) (moderation.Notice, error) {
	report := notice.Report{Lane: notice.Other, Ground: string(n.Ground), Explanation: n.Explanation, Name: n.Name, Email: string(n.Email), Locale: n.Locale}
	network, _ := ctx.Value(networkKey{}).(string)
	filed, err := r.app.notices.Take(ctx, r.site, actor, network, report, notice.Target{Object: n.Object, Record: n.Record})
	if value.KindOf(err) == value.Limited { // it stands on the form, so that nothing typed is lost
		err = &value.Error{Kind: value.Invalid, Field: "limited", Message: text.Error(ctx, err)}
	}
	n.Code = filed.Code
	return n, err
}

type networkKey struct{}

// fromNetwork keeps from which network a request came, for reports of people who give no address.
func fromNetwork(_ http.ResponseWriter, r *http.Request) (*http.Request, error) {
	return r.WithContext(context.WithValue(r.Context(), networkKey{}, web.ClientNetwork(r))), nil
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
