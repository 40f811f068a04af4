package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"fairground/internal/audit"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// changesView is a page of the change log.
type changesView struct {
	v      *visit
	filter change.Filter
	staff  []ui.Option
	events []event
	last   int64 // number of the newest entry
	sealed int64 // number of the last entry under a seal
	before int64
	older  string
	alarms []audit.Alarm // of the provider's witness
}

const changesShown = 100

// objects are what the filter offers; the field takes any.
var objects = []string{"listing", "screening", "review", "decision", "notice", "seller", "category", "attribute", "account", "session", "settings", "mail", "job"}

func (v *visit) changes(w http.ResponseWriter) error {
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	view := &changesView{v: v, before: q.Int("before", 0, 1<<62), filter: change.Filter{
		Object: q.Line("object", 60), Actor: q.Line("actor", 60), Action: q.Line("action", 80),
	}}
	if err := q.Err(); err != nil {
		return err
	}
	if err := numbered(v.ctx, v.site.DB); err != nil {
		return err
	}
	if alarms := v.Alarms; alarms != nil {
		if view.alarms, err = alarms(v.ctx); err != nil {
			return err
		}
	}
	var wait waiting
	err = v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		return view.readLog(tx)
	})
	if err != nil {
		return err
	}
	return v.show(w, http.StatusOK, v.page(v.t("console.changes"), "/console/changes", wait), view.view())
}

func (c *changesView) readLog(tx *db.Tx) (err error) {
	if c.last, err = change.Last(tx); err != nil {
		return err
	}
	if c.sealed, err = sealed(tx); err != nil {
		return err
	}
	who, err := c.v.people(tx)
	if err != nil {
		return err
	}
	for id, name := range who.names {
		c.staff = append(c.staff, ui.Option{Value: value.Actor{Kind: value.Staff, ID: id}.String(), Text: name})
	}
	rows, err := change.Newest(tx, c.filter, c.before, changesShown+1)
	if err != nil {
		return err
	}
	if len(rows) > changesShown {
		rows = rows[:changesShown]
		c.older = c.path(rows[changesShown-1].Seq)
	}
	c.events, err = c.v.events(tx, who, rows)
	return err
}

// sealed is the number of the last entry under a seal: the size in the newest checkpoint's second line.
func sealed(tx *db.Tx) (int64, error) {
	note, err := audit.Checkpoint(tx)
	if value.KindOf(err) == value.NotFound {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	parts := strings.SplitN(note, "\n", 3)
	if len(parts) < 3 {
		return 0, value.Errorf(value.Internal, "the newest seal cannot be read")
	}
	return strconv.ParseInt(parts[1], 10, 64)
}

// alarmText says what the witness refused, and since when.
func (c *changesView) alarmText(a audit.Alarm) string {
	return c.v.t("console.alarm."+string(a.Kind), "offered", audit.SizeOf(a.Offered), "remembered", audit.SizeOf(a.Remembered)) + " " +
		c.v.t("console.alarm.since", "first", c.v.words.Moment(a.First), "alarm", int64(a.ID))
}

func (c *changesView) path(before int64) string {
	query := url.Values{}
	for name, text := range map[string]string{"object": c.filter.Object, "actor": c.filter.Actor, "action": c.filter.Action} {
		if text != "" {
			query.Set(name, text)
		}
	}
	if before > 0 {
		query.Set("before", strconv.FormatInt(before, 10))
	}
	if len(query) == 0 {
		return "/console/changes"
	}
	return "/console/changes?" + query.Encode()
}

func (c *changesView) newest() string {
	if c.before == 0 {
		return ""
	}
	return c.path(0)
}

func (c *changesView) objectOptions() []ui.Option {
	options := []ui.Option{{Text: c.v.t("console.any_object")}}
	for _, object := range objects {
		options = append(options, ui.Option{Value: object, Text: c.v.orRaw("console.object."+object, object)})
	}
	return options
}

func (c *changesView) actorOptions() []ui.Option {
	options := []ui.Option{{Text: c.v.t("console.anybody")}}
	for _, kind := range []value.ActorKind{value.Staff, value.Member, value.Visitor, value.System} {
		options = append(options, ui.Option{Value: string(kind), Text: c.v.t("console.actors." + string(kind))})
	}
	return append(options, sortedByText(c.staff)...)
}
