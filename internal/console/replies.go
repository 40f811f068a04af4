package console

import (
	"net/http"

	"fairground/internal/db"
	"fairground/internal/moderation"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// repliesView is the saved replies, and the form for one.
type repliesView struct {
	v      *visit
	all    []moderation.Reply
	edited moderation.Reply
	faults faults
}

const repliesPath = queueRoot + "/replies"

func (v *visit) savedReplies(w http.ResponseWriter) error {
	view := &repliesView{}
	if text := v.r.URL.Query().Get("reply"); text != "" {
		id, err := value.ParseID(moderation.ShortReply, text)
		if err != nil {
			return err
		}
		view.edited.ID = id
	}
	return v.showReplies(w, http.StatusOK, view)
}

func (v *visit) showReplies(w http.ResponseWriter, status int, view *repliesView) error {
	view.v = v
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		view.all, err = moderation.Replies(tx, "")
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range view.all {
		if r.ID == view.edited.ID && view.faults == nil {
			view.edited = r
		}
	}
	if view.edited.Language == "" {
		view.edited.Language = v.words.Locale().Language()
	}
	page := v.page(v.t("console.replies"), queueRoot, wait)
	v.safetyTabs(&page, workPath, wait)
	return v.show(w, status, page, view.view())
}

func (v *visit) saveReply(w http.ResponseWriter) error {
	f, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	r := moderation.Reply{Name: f.Line("name", 200), Language: f.Line("language", 10), Measure: moderation.Measure(f.Line("measure", 20)),
		Ground: moderation.Ground(f.Line("ground", 40)), Body: f.Text("body", longestTyped)}
	if f.Raw("reply") != "" {
		r.ID = f.ID("reply", moderation.ShortReply)
	}
	if err = f.Err(); err == nil && f.Bool("forget") {
		if err := v.Moderation.ForgetReply(v.ctx, v.me.Actor(), r.ID); err != nil {
			return err
		}
		return v.goOn(w, repliesPath, v.t("console.reply_forgotten"))
	}
	if err == nil {
		_, err = v.Moderation.SaveReply(v.ctx, v.me.Actor(), r)
	}
	if err == nil {
		return v.goOn(w, repliesPath, v.t("console.reply_saved"))
	}
	known, unknown := v.faultsOf(err, "name", "language", "measure", "ground", "body")
	if unknown != nil {
		return unknown
	}
	return v.showReplies(w, statusOf(err), &repliesView{edited: r, faults: known})
}

func (v *visit) measureOptions() []ui.Option {
	options := []ui.Option{{Text: v.t("console.any_measure")}}
	for _, m := range moderation.Measures {
		options = append(options, ui.Option{Value: string(m), Text: v.t("console.measure." + string(m))})
	}
	return options
}
