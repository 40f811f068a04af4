package legal

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

const newestShown = 15

// figuresView is the page of figures, with what concerns the Transparency Database.
type figuresView struct {
	*visit
	months  []Month
	newest  []Statement
	refused []Statement
	counts  map[Delivery]int
	last    value.ID // of the batch that waits, for marking it as sent
	batch   int      // records in it
	redress Redress
	faults  map[string]string
	linked  bool // a connector sends by itself
	able    bool // a connection can be set
	to      Database
	address string // as it was typed
}

func (p *Pages) figures(w http.ResponseWriter, r *http.Request) error {
	return p.begin(w, r).figures(http.StatusOK, nil)
}

// figures shows the page; typed is a form for the out-of-court body that has to be mended.
func (v *visit) figures(status int, typed *figuresView) error {
	desk := v.pages.Of(v.site)
	view := &figuresView{visit: v, able: desk.Client != nil}
	err := v.read(func(tx *db.Tx) (err error) {
		if view.months, _, err = Months(tx, v.now, v.site.Settings().Location()); err != nil {
			return err
		}
		if view.newest, err = newest(tx, newestShown); err != nil {
			return err
		}
		if view.counts, err = deliveries(tx); err != nil {
			return err
		}
		if view.refused, err = refusals(tx); err != nil {
			return err
		}
		batch, err := Batch(tx, 0)
		if err != nil {
			return err
		}
		if view.batch = len(batch); view.batch > 0 {
			view.last = batch[len(batch)-1].ID
		}
		if view.to, err = FindDatabase(tx); err != nil {
			return err
		}
		view.redress, err = FindRedress(tx)
		return err
	})
	if err != nil {
		return err
	}
	view.linked, view.address = desk.Connector != nil || view.to.Set(), view.to.Address
	if typed != nil {
		view.faults = typed.faults
		if typed.address != "" {
			view.address = typed.address
		} else if typed.redress != (Redress{}) {
			view.redress = typed.redress
		}
	}
	return v.console(status, v.t("legal.statements"), statementsPath, view.view())
}

func (f *figuresView) may() bool { return f.me.May(account.SettingsEdit) }

// total adds up all months shown.
func (f *figuresView) total() (t Month) {
	t.Measures, t.Grounds, t.Sources = map[Measure]int{}, map[string]int{}, map[Source]int{}
	for _, m := range f.months {
		t.All, t.Detected, t.Automatic, t.Reversed = t.All+m.All, t.Detected+m.Detected, t.Automatic+m.Automatic, t.Reversed+m.Reversed
		for measure, n := range m.Measures {
			t.Measures[measure] += n
		}
		for ground, n := range m.Grounds {
			t.Grounds[ground] += n
		}
		for source, n := range m.Sources {
			t.Sources[source] += n
		}
	}
	return t
}

func (f *figuresView) this() Month { return f.months[len(f.months)-1] }

// took writes how long something took.
func (v *visit) took(d time.Duration) string {
	switch {
	case d < time.Hour:
		return v.t("legal.minutes", "count", int(d.Round(time.Minute)/time.Minute))
	case d < 2*oneDay:
		return v.t("legal.hours", "count", int(d.Round(time.Hour)/time.Hour))
	default:
		return v.t("legal.days", "count", int(d.Round(oneDay)/oneDay))
	}
}

// bar is one rectangle of the chart.
type bar struct {
	class, says         string
	x, y, width, height string
}

const (
	chartWidth  = 720.0
	chartHeight = 150.0
)

// bars are the parts of one month, stacked, in units of the drawing.
func (f *figuresView) bars(at int) (all []bar) {
	most := 1
	for _, m := range f.months {
		most = max(most, m.All)
	}
	slot := chartWidth / float64(len(f.months))
	month, top := f.months[at], chartHeight
	for _, measure := range Measures {
		n := month.Measures[measure]
		if n == 0 {
			continue
		}
		tall := chartHeight * float64(n) / float64(most)
		top -= tall
		all = append(all, bar{class: "m-" + string(measure), x: unit(slot*float64(at) + 4), y: unit(top), width: unit(slot - 8), height: unit(tall),
			says: f.words.Month(month.Begins) + ": " + f.words.Count(n) + " " + f.t("legal.measure."+string(measure))})
	}
	return all
}

func unit(n float64) string { return strconv.FormatFloat(n, 'f', 2, 64) }

// deliveryTag says how far a record is.
func (v *visit) deliveryTag(d Delivery) ui.Tag {
	tag := ui.Tag{Text: v.t("legal.delivery." + string(d))}
	switch d {
	case Sent:
		tag.Tone = ui.Safe
	case Refused:
		tag.Tone = ui.Alarm
	case Waiting:
		tag.Tone = ui.Paid
	}
	return tag
}

func (p *Pages) csv(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	var content bytes.Buffer
	err := v.read(func(tx *db.Tx) error {
		months, figures, err := Months(tx, v.now, v.site.Settings().Location())
		if err != nil {
			return err
		}
		content.Reset()
		return WriteCSV(&content, months, figures)
	})
	if err != nil {
		return err
	}
	return download(w, "text/csv; charset=utf-8", "statements.csv", content.Bytes())
}

// oneView is a statement as staff see it, with its record.
type oneView struct {
	*visit
	s      Statement
	spoken speaker
	record string
}

func (p *Pages) one(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	id, err := value.ParseID(StatementKind, r.PathValue("id"))
	if err != nil {
		return err
	}
	view := &oneView{visit: v}
	err = v.read(func(tx *db.Tx) (err error) {
		view.s, err = Find(tx, id)
		return err
	})
	if err != nil {
		return err
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(view.s.DSA), "", "  "); err != nil {
		return err
	}
	settings := v.site.Settings()
	view.record, view.spoken = pretty.String(), newSpeaker(view.s.Locale, settings.Location(), settings.Name, view.s.Title)
	return v.console(http.StatusOK, v.t("legal.statement"), statementsPath, view.view())
}

func statementHref(s Statement) string { return statementsPath + "/" + s.ID.Text(StatementKind) }

// sent notes that a batch was uploaded by hand.
func (p *Pages) sent(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	last, err := value.ParseID(StatementKind, form.Raw("last"))
	if err != nil {
		return err
	}
	n := 0
	err = v.write("statement.sent", func(tx *db.Tx) error {
		n, err = MarkSent(tx, last)
		return err
	})
	if err != nil {
		return err
	}
	return v.goOn(statementsPath, v.t("legal.marked", "count", n))
}

func (p *Pages) retry(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	n := 0
	err := v.write("statement.retry", func(tx *db.Tx) (err error) {
		n, err = Retry(tx)
		return err
	})
	if err != nil {
		return err
	}
	return v.goOn(statementsPath, v.t("legal.retried", "count", n))
}

// redress names the out-of-court body. A body needs an address, and the other way round.
func (p *Pages) redress(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	body := Redress{Body: form.Line("body", 200), Address: form.Line("address", 300)}
	if (body.Body == "") != (body.Address == "") {
		empty := "address"
		if body.Body == "" {
			empty = "body"
		}
		form.Require(empty)
	}
	if !form.Valid() {
		typed := &figuresView{redress: Redress{Body: strings.TrimSpace(form.Raw("body")), Address: strings.TrimSpace(form.Raw("address"))}, faults: map[string]string{}}
		for _, fault := range form.Errors() {
			typed.faults[fault.Field] = fieldWords(v, fault)
		}
		return v.figures(http.StatusUnprocessableEntity, typed)
	}
	if err := v.write("statement.redress", func(tx *db.Tx) error { return SetRedress(tx, body) }); err != nil {
		return err
	}
	return v.goOn(statementsPath, v.t("legal.redress_saved"))
}

func fieldWords(v *visit, fault *value.Error) string {
	if fault.Key != "" {
		return v.t(fault.Key, fault.Args...)
	}
	return fault.Message
}
