package appeal

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// target is when an appeal has to be answered: the site's own time, which the duty has as well.
const target = 14 * 24 * time.Hour

// sitting is what one request of staff has at hand.
type sitting struct {
	*visit
	me  account.Session
	now time.Time
}

func (p *Pages) sit(w http.ResponseWriter, r *http.Request) *sitting {
	v := p.begin(w, r)
	return &sitting{visit: v, me: account.From(r.Context()), now: v.now()}
}

func (s *sitting) read(fn func(tx *db.Tx) error) error {
	return site.From(s.r.Context()).DB.Read(s.r.Context(), fn)
}

func (s *sitting) page(status int, heading string, content templ.Component) error {
	page, err := s.pages.Shell(s.r, heading, consolePath)
	if err != nil {
		return err
	}
	page.Heading = ""
	if flash, ok := web.TakeFlash(s.w, s.r); ok {
		page.Flash = append(page.Flash, ui.Notice{Text: flashText(s.words, flash), Tone: ui.Safe})
	}
	s.w.Header().Set("Cache-Control", "no-store")
	return web.Render(s.w, s.r, status, templ.ComponentFunc(inside(page, content)))
}

func flashText(words *text.Printer, f web.Flash) string {
	if f.Key != "" {
		return words.T(f.Key)
	}
	return f.Text
}

// queueView is the list of appeals, with the form for passes.
type queueView struct {
	*sitting
	open   bool
	all    []row
	number string // of the decision, as it was typed for a pass
	fault  string
	pass   string // the code of a pass that was just made
}

// row is an appeal with what it is about.
type row struct {
	Appeal
	title string
	due   time.Time
}

func (r row) late(now time.Time) bool { return r.State == Open && now.After(r.due) }

func hrefOf(a Appeal) string { return consolePath + "/" + a.ID.Text(Kind) }

func (p *Pages) queue(w http.ResponseWriter, r *http.Request) error {
	return p.sit(w, r).queue(http.StatusOK, &queueView{open: r.URL.Query().Get("state") != "answered"})
}

func (s *sitting) queue(status int, q *queueView) error {
	q.sitting = s
	err := s.read(func(tx *db.Tx) error {
		found, err := List(tx, q.open)
		if err != nil {
			return err
		}
		for _, a := range found {
			ruling, err := s.desk.Rulings.ByDecision(tx, a.Decision)
			if err != nil && value.KindOf(err) != value.NotFound {
				return err
			}
			q.all = append(q.all, row{a, ruling.Title, a.Made.Add(target)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.page(status, s.t("appeal.console.title"), q.view())
}

// oneView is one appeal with its decision and the form that answers it.
type oneView struct {
	*sitting
	a      Appeal
	ruling Ruling
	gone   bool              // the decision
	names  map[string]string // of actors
	how    State
	with   Instead
	until  string   // of a suspension, as it was typed
	lesser []string // measures that can take the decision's place
	answer string
	faults map[string]string // by field; "" for what belongs to none
}

func (p *Pages) one(w http.ResponseWriter, r *http.Request) error {
	id, err := value.ParseID(Kind, r.PathValue("id"))
	if err != nil {
		return err
	}
	return p.sit(w, r).one(http.StatusOK, id, &oneView{})
}

func (s *sitting) one(status int, id value.ID, o *oneView) error {
	o.sitting, o.names = s, map[string]string{}
	err := s.read(func(tx *db.Tx) (err error) {
		if o.a, err = Find(tx, id); err != nil {
			return err
		}
		o.ruling, err = s.desk.Rulings.ByDecision(tx, o.a.Decision)
		if o.gone = value.KindOf(err) == value.NotFound; err != nil && !o.gone {
			return err
		}
		if o.a.State == Open && !o.gone {
			if o.lesser, err = s.desk.lesser(tx, o.a.Decision); err != nil {
				return err
			}
		}
		for _, actor := range []string{o.a.DecidedBy, o.a.SecondedBy, o.a.AnsweredBy} {
			if o.names[actor], err = s.who(tx, actor); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.page(status, s.t("appeal.console.one"), o.view())
}

func (s *sitting) who(tx *db.Tx, actor string) (string, error) {
	if s.pages.Who == nil || actor == "" {
		return actor, nil
	}
	return s.pages.Who(tx, actor)
}

// own reports whether the reader took part in the decision.
func (o *oneView) own() bool {
	me := o.me.Actor().String()
	return o.a.DecidedBy == me || o.a.SecondedBy == me
}

func (o *oneView) decisionFacts() []ui.Fact {
	r := o.ruling
	facts := []ui.Fact{
		{Name: o.t("appeal.what"), Value: r.Title},
		{Name: o.t("appeal.console.measure"), Value: named(o.words, "console.measure.", r.Measure)},
		{Name: o.t("appeal.console.ground"), Value: named(o.words, "console.ground.", r.Ground)},
		{Name: o.t("appeal.console.reason"), Value: r.Reason},
		{Name: o.t("appeal.console.decided"), Value: o.words.Moment(r.Made)},
		{Name: o.t("appeal.console.decided_by"), Value: o.names[o.a.DecidedBy]},
	}
	if o.a.SecondedBy != "" {
		facts = append(facts, ui.Fact{Name: o.t("appeal.console.confirmed_by"), Value: o.names[o.a.SecondedBy]})
	}
	return shown(facts)
}

// named writes a word of the database in the reader's language, or as it is when there is none.
func named(words *text.Printer, family, word string) string {
	if key := family + word; words.Has(key) {
		return words.T(key)
	}
	return word
}

func shown(facts []ui.Fact) (kept []ui.Fact) {
	for _, f := range facts {
		if f.Value != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

func (o *oneView) appealFacts() []ui.Fact {
	reachable := o.t("appeal.console.yes")
	if o.a.Email == "" {
		reachable = o.t("appeal.console.no")
	}
	return shown([]ui.Fact{
		{Name: o.t("appeal.console.who"), Value: o.t("appeal.party." + string(o.a.Party))},
		{Name: o.t("appeal.console.name"), Value: o.a.Name},
		{Name: o.t("appeal.console.language"), Value: string(o.a.Locale)},
		{Name: o.t("appeal.console.reachable"), Value: reachable},
		{Name: o.t("appeal.console.made"), Value: o.words.Moment(o.a.Made)},
		{Name: o.t("appeal.console.due"), Value: o.words.Moment(o.a.Made.Add(target))},
	})
}

func (p *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	s := p.sit(w, r)
	id, err := value.ParseID(Kind, r.PathValue("id"))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	o := &oneView{how: State(form.Raw("outcome")), answer: form.Raw("answer"), until: form.Raw("until"), faults: map[string]string{}}
	if o.with.Measure = form.Raw("measure"); o.how == Partly {
		err = s.inPart(id, o)
	} else {
		err = s.desk.Answer(r.Context(), s.me.Actor(), id, o.how, o.answer)
	}
	if err == nil {
		web.SetFlash(w, r, web.Flash{Tone: "good", Key: "appeal.console.done"})
		return web.Redirect(w, r, consolePath)
	}
	var known *value.Error
	if !errors.As(err, &known) || known.Kind == value.NotFound {
		return err
	}
	o.faults[known.Field] = text.Error(r.Context(), known)
	status := http.StatusUnprocessableEntity
	switch known.Kind {
	case value.Conflict:
		status = http.StatusConflict
	case value.Forbidden:
		status = http.StatusForbidden
	}
	switch known.Field {
	case "outcome", "answer", "measure", "until":
	case "reason": // of the decision that takes the place of the first; the answer is its reason
		o.faults["answer"] = o.faults["reason"]
	default:
		o.faults[""] = o.faults[known.Field]
	}
	return s.one(status, id, o)
}

// inPart answers an appeal that is right in part. The day on which a suspension ends is one of the site's calendar.
func (s *sitting) inPart(id value.ID, o *oneView) error {
	if o.with.Measure == Suspend {
		day, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(o.until), s.desk.zone())
		if err != nil {
			return fieldWrong("until", "appeal.fault.until", "choose the day on which the suspension ends")
		}
		o.with.Until = day
	}
	return s.desk.AnswerInPart(s.r.Context(), s.me.Actor(), id, o.with, o.answer)
}

// lesserOptions are the measures to choose from.
func (o *oneView) lesserOptions() (all []ui.Option) {
	for _, measure := range o.lesser {
		all = append(all, ui.Option{Value: measure, Text: o.t("appeal.console.instead." + measure)})
	}
	return all
}

// tomorrow is the first day on which a suspension can end.
func (o *oneView) tomorrow() string {
	return o.now.In(o.desk.zone()).AddDate(0, 0, 1).Format(time.DateOnly)
}

// admit makes a pass and shows its code, this once.
func (p *Pages) admit(w http.ResponseWriter, r *http.Request) error {
	s := p.sit(w, r)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	q := &queueView{open: true, number: strings.TrimSpace(form.Raw("decision"))}
	number, err := strconv.ParseInt(q.number, 10, 64)
	if err == nil {
		q.pass, err = s.desk.Admit(r.Context(), s.me.Actor(), value.ID(number))
		if err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
	}
	if err != nil {
		q.fault = s.t("appeal.console.pass_fault")
		return s.queue(http.StatusUnprocessableEntity, q)
	}
	q.number = ""
	return s.queue(http.StatusOK, q)
}
