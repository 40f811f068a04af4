package legal

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// boardView is the board of duties.
type boardView struct {
	*visit
	filter  DutyFilter
	mine    bool
	all     []Duty
	running int
	overdue int
	months  []Punctual
	names   map[string]string // of actors
}

func (v *visit) asked() *boardView {
	query := v.r.URL.Query()
	b := &boardView{visit: v, filter: DutyFilter{State: query.Get("state"), Kind: query.Get("kind")}, mine: query.Get("owner") == "me", names: map[string]string{}}
	if b.filter.State != "overdue" && b.filter.State != "done" {
		b.filter.State = ""
	}
	if _, known := kindOf(b.filter.Kind); !known {
		b.filter.Kind = ""
	}
	if b.mine {
		b.filter.Owner = v.me.Account
	}
	return b
}

func (p *Pages) board(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	b := v.asked()
	err := v.read(func(tx *db.Tx) (err error) {
		if b.running, b.overdue, err = CountDuties(tx, v.now); err != nil {
			return err
		}
		if b.months, err = Punctuality(tx, b.filter.Kind, v.now, v.site.Settings().Location()); err != nil {
			return err
		}
		return b.readDuties(tx)
	})
	if err != nil {
		return err
	}
	return v.console(http.StatusOK, v.t("legal.duties"), dutiesPath, b.view())
}

// readDuties finds the duties and the names of who has to do with them.
func (b *boardView) readDuties(tx *db.Tx) (err error) {
	if b.all, err = Board(tx, b.filter, b.now); err != nil || b.pages.Who == nil {
		return err
	}
	for _, d := range b.all {
		for _, actor := range []string{d.By, ownerActor(d)} {
			if actor == "" || b.names[actor] != "" {
				continue
			}
			if b.names[actor], err = b.pages.Who(tx, actor); err != nil {
				return err
			}
		}
	}
	return nil
}

// ownerActor is the owner as value.Actor writes them; empty for nobody.
func ownerActor(d Duty) string {
	if d.Owner == 0 {
		return ""
	}
	return value.Actor{Kind: value.Staff, ID: d.Owner}.String()
}

// named is the name of an actor, what sort it is when it has none, or how the log writes it.
func (b *boardView) named(actor string) string {
	kind, _, _ := strings.Cut(actor, ":")
	switch name := b.names[actor]; {
	case value.ActorKind(kind) == value.System:
		return b.t("legal.actor.system")
	case value.ActorKind(kind) == value.Visitor:
		return b.t("legal.actor.visitor")
	case name != "":
		return name
	default:
		return actor
	}
}

// at is the address of the board with another state, kind or owner.
func (b *boardView) at(state, kind string, mine bool) string {
	return dutiesPath + b.query(state, kind, mine)
}

func (b *boardView) query(state, kind string, mine bool) string {
	query := url.Values{}
	if state != "" {
		query.Set("state", state)
	}
	if kind != "" {
		query.Set("kind", kind)
	}
	if mine {
		query.Set("owner", "me")
	}
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}

// here is the address of the board as it is shown.
func (b *boardView) here() string { return b.at(b.filter.State, b.filter.Kind, b.mine) }

// tag says how a duty stands.
func (b *boardView) tag(d Duty) ui.Tag {
	switch late := d.Overdue(b.now); {
	case !d.Open() && late:
		return ui.Tag{Text: b.t("legal.duty.done_late"), Icon: "clock", Tone: ui.Paid}
	case !d.Open():
		return ui.Tag{Text: b.t("legal.duty.done"), Icon: "circle-check", Tone: ui.Safe}
	case late:
		return ui.Tag{Text: b.t("legal.duty.overdue"), Icon: "circle-alert", Tone: ui.Alarm}
	case !b.now.Before(d.Warn):
		return ui.Tag{Text: b.t("legal.duty.soon"), Icon: "hourglass", Tone: ui.Paid}
	default:
		return ui.Tag{Text: b.t("legal.duty.running"), Icon: "clock"}
	}
}

// renewable reports whether the reader may renew a preservation here. That of evidence is renewed with its hold.
func (b *boardView) renewable(d Duty) bool {
	return d.Open() && (d.Kind == PreservationDuty || d.Kind == PreservationYearDuty) && d.Object != "evidence" && b.me.May(account.EvidenceSee)
}

// about is what a duty is about, in words.
func (b *boardView) about(d Duty) string {
	if key := "legal.object." + d.Object; b.words.Has(key) {
		return b.t(key)
	}
	return d.Object
}

// total adds up the months of the chart.
func (b *boardView) total() (inTime, late int) {
	for _, m := range b.months {
		inTime, late = inTime+m.InTime, late+m.Late
	}
	return inTime, late
}

// share is how many of a hundred were done in time.
func (b *boardView) share() string {
	inTime, late := b.total()
	if inTime+late == 0 {
		return "–"
	}
	return b.words.Percent(float64(inTime) / float64(inTime+late))
}

// bars are those of one month, stacked, in units of the drawing.
func (b *boardView) bars(at int) (all []bar) {
	most := 1
	for _, m := range b.months {
		most = max(most, m.InTime+m.Late)
	}
	slot, top, month := chartWidth/float64(len(b.months)), chartHeight, b.months[at]
	for _, part := range []struct {
		class, key string
		count      int
	}{{"in-time", "legal.punctual.in_time", month.InTime}, {"late", "legal.punctual.late", month.Late}} {
		if part.count == 0 {
			continue
		}
		tall := chartHeight * float64(part.count) / float64(most)
		top -= tall
		all = append(all, bar{class: part.class, x: unit(slot*float64(at) + 4), y: unit(top), width: unit(slot - 8), height: unit(tall),
			says: b.words.Month(month.Begins) + ": " + b.words.Count(part.count) + " " + b.t(part.key)})
	}
	return all
}

func lawOf(d Duty) string {
	kind, _ := kindOf(d.Kind)
	return kind.Law
}

const mostExported = 20_000

// dutiesCSV is the board as a table, as it is filtered.
func (p *Pages) dutiesCSV(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	b := v.asked()
	b.filter.Most = mostExported
	var content bytes.Buffer
	err := v.read(func(tx *db.Tx) error {
		if err := b.readDuties(tx); err != nil {
			return err
		}
		owners := map[value.ID]string{}
		for _, d := range b.all {
			if d.Owner != 0 {
				owners[d.Owner] = b.named(ownerActor(d))
			}
		}
		content.Reset()
		return WriteDuties(&content, b.all, v.now, owners)
	})
	if err != nil {
		return err
	}
	return download(w, "text/csv; charset=utf-8", "duties.csv", content.Bytes())
}

// take makes a duty the reader's own, or nobody's.
func (p *Pages) take(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	id, err := value.ParseID(DutyKind, r.PathValue("id"))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	owner, said := v.me.Account, "legal.taken"
	if form.Raw("leave") != "" {
		owner, said = 0, "legal.left"
	}
	if err := v.write("duty.take", func(tx *db.Tx) error { return Duties{}.Take(tx, id, owner) }); err != nil {
		return err
	}
	return v.goOn(web.LocalPath(form.Raw("next"), dutiesPath), v.t(said))
}

func (p *Pages) renew(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	id, err := value.ParseID(DutyKind, r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := v.write("duty.renew", func(tx *db.Tx) error { return Duties{}.Renew(tx, id) }); err != nil {
		return err
	}
	return v.goOn(dutiesPath, v.t("legal.renewed"))
}
