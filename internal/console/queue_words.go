package console

import (
	"strconv"

	"fairground/internal/account"
	"fairground/internal/moderation"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// overdue counts what should have been decided, in all queues.
func (q *queueView) overdue() int {
	all := 0
	for _, one := range q.counts {
		all += one.Overdue
	}
	return all
}

func (q *queueView) pagePath(page int) string {
	path := queueRoot + "?page=" + strconv.Itoa(page)
	if q.queue != "" {
		path += "&q=" + q.queue
	}
	return path
}

// keyLines are the keys of the desk.
func (q *queueView) keyLines() []ui.Fact {
	var lines []ui.Fact
	for _, key := range [][2]string{{"j k", "walk"}, {"n", "next"}, {"t", "take"}, {"v", "look"}, {"1–9", "figure"}, {"/", "reply"}, {"esc", "leave"},
		{"p", "publish"}, {"a", "change"}, {"r", "reject"}, {"l", "restrict"}, {"s", "suspend"}, {"e", "escalate"}, {"o", "open"}, {"?", "help"}} {
		lines = append(lines, ui.Fact{Name: key[0], Value: q.v.t("console.key." + key[1])})
	}
	return lines
}

// caseState says how far a case is, and its clock.
func (v *visit) caseState(c moderation.Case) string {
	switch c.State {
	case moderation.CaseDecided:
		return v.t("console.case_decided")
	case moderation.CaseWaiting:
		return v.t("console.case_waiting")
	default:
		return v.due(c)
	}
}

func (o *otherCase) facts() []ui.Fact {
	v := o.v
	rows := []ui.Fact{
		{Name: v.t("console.field.queue"), Value: v.queueName(o.kase.Queue)},
		{Name: v.t("console.field.severity"), Value: v.t("console.severity." + strconv.Itoa(int(o.kase.Severity)))},
		{Name: v.t("console.field.opened"), Value: v.words.Moment(o.kase.Opened)},
		{Name: v.t("console.field.due"), Value: v.words.Moment(o.kase.Due)},
	}
	if o.kase.Language != "" {
		rows = append(rows, ui.Fact{Name: v.t("console.field.locale"), Value: string(o.kase.Language)})
	}
	return rows
}

// outcome names a decision: what was rejected before anybody saw it is told apart from what was removed.
func (v *visit) outcome(d moderation.Decision) string {
	switch d.Measure {
	case moderation.ToSuspend, moderation.ToEscalate, moderation.ToChange, moderation.ToRestrict:
		return v.t("console.measure." + string(d.Measure))
	default:
		return v.t("console.outcome." + string(d.Outcome))
	}
}

// mayUndo reports whether the reader may take a decision back: their own soon, that of others later.
func (c *card) mayUndo(d decided) bool {
	if !c.v.may(account.ListingsDecide) || !d.Undone.IsZero() || d.Automatic || d.Measure == moderation.ToKeep {
		return false
	}
	return d.Actor != c.v.me.Actor().String() || d.Undoable(c.v.me.Actor(), c.v.now)
}

// standing is the newest decision that changed something and was not taken back; what was before it cannot be undone.
func (c *card) standing() value.ID {
	for _, d := range c.decisions {
		if d.Undone.IsZero() && d.Measure != moderation.ToKeep {
			return d.ID
		}
	}
	return 0
}

// failure says what follows from the log failed, why, and when it is tried again.
func (q *queueView) failure(f moderation.Failure) string {
	return q.v.t("console.case_failing", "object", q.v.orRaw("console.object."+f.Object, f.Object), "entry", q.v.words.Count(int(f.Seq)), "attempts", f.Attempts,
		"time", q.v.words.Time(f.Next)) + " " + f.Fault
}
