package legal

import (
	"net/http"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// boardView is the board of duties.
type boardView struct {
	*visit
	filter  DutyFilter
	all     []Duty
	running int
	overdue int
}

func (p *Pages) board(w http.ResponseWriter, r *http.Request) error {
	v := p.begin(w, r)
	query := r.URL.Query()
	b := &boardView{visit: v, filter: DutyFilter{State: query.Get("state"), Kind: query.Get("kind")}}
	if _, known := kindOf(b.filter.Kind); !known {
		b.filter.Kind = ""
	}
	err := v.read(func(tx *db.Tx) (err error) {
		if b.running, b.overdue, err = CountDuties(tx, v.now); err != nil {
			return err
		}
		b.all, err = Board(tx, b.filter, v.now)
		return err
	})
	if err != nil {
		return err
	}
	return v.console(http.StatusOK, v.t("legal.duties"), dutiesPath, b.view())
}

// at is the address of the board with another state or kind.
func (b *boardView) at(state, kind string) string {
	to := dutiesPath
	sign := "?"
	if state != "" {
		to, sign = to+sign+"state="+state, "&"
	}
	if kind != "" {
		to += sign + "kind=" + kind
	}
	return to
}

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

// renewable reports whether the reader may renew a preservation.
func (b *boardView) renewable(d Duty) bool {
	return d.Open() && (d.Kind == PreservationDuty || d.Kind == PreservationYearDuty) && b.me.May(account.EvidenceSee)
}

func lawOf(d Duty) string {
	kind, _ := kindOf(d.Kind)
	return kind.Law
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
