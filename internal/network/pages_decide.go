package network

import (
	"errors"
	"net/http"
	"regexp"
	"slices"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

var slot = regexp.MustCompile(`\[\d+\]`)

// decide carries out one decision for the network, but for the listings that were ticked.
func (v *visit) decide() error {
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	more := form.Line("show", 10) == "all"
	o, err := v.find(more || form.Line("all", 10) == "yes")
	if err != nil {
		return err
	}
	o.measure, o.ground, o.reason = form.Line("measure", 50), form.Line("ground", 100), form.Text("reason", longestReason)
	var except []value.ID
	for _, name := range form.All("except") {
		if id, err := value.ParseID("lst", name); err == nil {
			except = append(except, id)
			o.except[id] = true
		}
	}
	if more { // of the table; nothing that was typed is lost
		return o.render(http.StatusOK)
	}
	if !has(o.measures(), o.measure) {
		o.problem["measure"] = v.t("network.error.measure")
	}
	if o.measure != Dismiss && o.measure != noGround && !has(o.grounds(), o.ground) {
		o.problem["ground"] = v.t("network.error.ground")
	}
	if err := form.Err(); err != nil || len(o.problem) > 0 {
		o.note(err)
		return o.render(http.StatusUnprocessableEntity)
	}
	made := Decision{o.network.ID, o.measure, o.ground, o.reason}
	o.results, err = v.Decide(v.r.Context(), v.me.Actor(), v.pages.Decider(site.From(v.r.Context())), made, except)
	switch {
	case errors.Is(err, ErrProposed):
		return o.back(v.t("network.proposed"))
	case made.Measure == Dismiss && err == nil:
		return o.back(v.t("network.dismissed"))
	default:
		return o.answer(err, "network.done")
	}
}

// noGround is the measure that takes nothing away.
const noGround = "publish"

// answer says what came of what was done to each listing: the page again with what is in the way, or a word about it.
func (o *oneView) answer(err error, done string) error {
	switch {
	case err != nil && o.note(err):
		return o.render(http.StatusUnprocessableEntity)
	case err != nil:
		return err
	case o.hasFailed():
		o.problem[""] = o.t("network.failed_some")
		return o.render(http.StatusConflict)
	default:
		return o.back(o.t(done, "count", len(o.results)))
	}
}

func (o *oneView) back(said string) error {
	web.SetFlash(o.w, o.r, web.Flash{Text: said})
	return web.Redirect(o.w, o.r, o.href(""))
}

// undo takes the last decision back.
func (v *visit) undo() error {
	o, err := v.find(false)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(v.r)
	if err != nil {
		return err
	}
	reason := form.Text("undo", longestReason)
	if err := form.Err(); err != nil {
		o.note(err)
		return o.render(http.StatusUnprocessableEntity)
	}
	o.results, err = v.Undo(v.r.Context(), v.me.Actor(), v.pages.Decider(site.From(v.r.Context())), o.network.ID, reason)
	return o.answer(err, "network.undone")
}

// statement leads to the reasons that a listing's author was given.
func (v *visit) statement() error {
	o := &oneView{visit: v}
	id, err := value.ParseID(Kind, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	listing, err := value.ParseID("lst", v.r.PathValue("listing"))
	if err != nil {
		return err
	}
	to := ""
	err = v.read(func(tx *db.Tx) (err error) {
		if o.events, err = Events(tx, id); err != nil || v.pages.Statement == nil {
			return err
		}
		to, err = v.pages.Statement(tx, o.acts(), listing)
		return err
	})
	if err == nil && to == "" {
		err = value.Errorf(value.NotFound, "this listing has no statement of reasons")
	}
	if err != nil {
		return err
	}
	return web.Redirect(v.w, v.r, to)
}

func (o *oneView) hasFailed() bool {
	return slices.ContainsFunc(o.results, func(r Result) bool { return r.Err != nil })
}

// note puts an error that is for people at its field, and says whether it was one.
func (o *oneView) note(err error) bool {
	var known *value.Error
	if !errors.As(err, &known) || known.Kind == value.NotFound {
		return false
	}
	field := known.Field
	if !slices.Contains([]string{"reason", "except", "measure", "ground", "undo"}, field) {
		field = ""
	}
	o.problem[field] = text.Error(o.r.Context(), known)
	return true
}

func has(all []ui.Option, value string) bool {
	return value != "" && slices.ContainsFunc(all, func(o ui.Option) bool { return o.Value == value })
}

func (o *oneView) measures() []ui.Option {
	all := []ui.Option{{Value: "", Text: o.t("network.choose")}}
	if o.pages.Measures != nil {
		all = append(all, o.pages.Measures(o.r)...)
	}
	return append(all, ui.Option{Value: Dismiss, Text: o.t("network.dismiss")})
}

func (o *oneView) grounds() []ui.Option {
	all := []ui.Option{{Value: "", Text: o.t("network.choose")}}
	if o.pages.Grounds != nil {
		all = append(all, o.pages.Grounds(o.r)...)
	}
	return all
}

// ruled is the decision that stands; false when none does.
func (o *oneView) ruled() (Event, bool) { return standing(o.network, o.events) }

// undoing says whether the reader may take the decision back, and whether they have to say why.
func (o *oneView) undoing() (may, asked bool) {
	e, stands := o.ruled()
	actor := o.me.Actor()
	own := isOwn(e, actor, o.now())
	return stands && (own || e.Actor != actor.String()), !own
}
