package office

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/ui"
	"fairground/internal/value"
)

func (d *developing) hookAt() string { return webhookRoot + "/" + d.hook.ID.Text(webhookKind) }

func (d *developing) ticked(name, text string) bool { return slices.Contains(d.form[name], text) }

type hookList struct {
	*developing
	all []Webhook
}

func (d *developing) webhooks(w http.ResponseWriter) (err error) {
	l := &hookList{developing: d}
	if l.all, err = d.programs.Webhooks(d.ctx, d.site); err != nil {
		return err
	}
	page, err := d.developerShell(d.t("office.developer.webhooks"), webhookRoot)
	if err != nil {
		return err
	}
	page.Actions = l.actions()
	return d.show(w, http.StatusOK, page, l.view())
}

// hookTag says whether a webhook is told anything, and whether that arrives.
func (d *developing) hookTag(h Webhook) ui.Tag {
	switch {
	case !h.Active:
		return ui.Tag{Text: d.t("office.developer.disabled")}
	case h.Failures > 0:
		return ui.Tag{Text: d.t("office.developer.failing", "count", h.Failures), Tone: ui.Alarm}
	default:
		return ui.Tag{Text: d.t("office.developer.active"), Tone: ui.Safe}
	}
}

// hookView is the page of a webhook; secret is shown once, after it was made.
type hookView struct {
	*developing
	secret string
	said   string // above the secret
}

func (d *developing) newWebhook(w http.ResponseWriter) error {
	d.form.set("account", d.me.Account.Text(account.IDKind))
	d.form.set("active", "yes")
	return (&hookView{developing: d}).show(w)
}

func (d *developing) editWebhook(w http.ResponseWriter) error {
	d.putWebhook()
	return (&hookView{developing: d}).show(w)
}

// putWebhook fills the form in with the webhook of the address.
func (d *developing) putWebhook() {
	h := d.hook
	for name, text := range map[string]string{
		"name": h.Name, "url": h.URL, "condition": h.Condition, "account": h.Account.Text(account.IDKind), "rev": strconv.FormatInt(h.Rev, 10),
	} {
		d.form.set(name, text)
	}
	if h.Active {
		d.form.set("active", "yes")
	}
	var listed, others []string
	for _, event := range h.Events {
		if d.isListed(event) {
			listed = append(listed, event)
		} else {
			others = append(others, event)
		}
	}
	d.form.set("events", listed...)
	d.form.set("others", strings.Join(others, " "))
}

// eventVerbs are what can happen to a record, in the words of events; * is all of it.
var eventVerbs = []string{"*", "created", "updated", "deleted"}

// isListed reports whether an event has a box of its own.
func (d *developing) isListed(event string) bool {
	object, verb, _ := strings.Cut(event, ".")
	_, err := d.sees.Object(object)
	return event == "*" || err == nil && slices.Contains(eventVerbs, verb)
}

// verbName is how a verb is called in keys of words.
func verbName(verb string) string {
	if verb == "*" {
		return "any"
	}
	return verb
}

func (v *hookView) show(w http.ResponseWriter) error {
	heading := v.hook.Name
	if v.hook.ID == 0 {
		heading = v.t("office.developer.new_webhook")
	}
	page, err := v.developerShell(heading, webhookRoot)
	if err != nil {
		return err
	}
	return v.developing.show(w, v.status(), page, v.view())
}

// saveWebhook makes a webhook, or changes the one of the address.
func (d *developing) saveWebhook(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	h := Webhook{
		ID: d.hook.ID, Account: d.sentAccount(), Name: d.line("name"), URL: d.line("url"), Condition: d.line("condition"), Active: d.line("active") != "",
	}
	h.Rev, _ = strconv.ParseInt(d.line("rev"), 10, 64)
	h.Events = append(slices.Clone(d.form["events"]), strings.FieldsFunc(d.line("others"), func(r rune) bool { return strings.ContainsRune(" ,;\n", r) })...)
	if h.ID == 0 {
		return d.makeWebhook(w, h)
	}
	changed, err := d.programs.EditWebhook(d.ctx, d.site, d.me.Actor(), h)
	if value.KindOf(err) == value.Conflict {
		d.form.set("rev", strconv.FormatInt(d.hook.Rev, 10))
		d.blame("", d.t("office.developer.fault.stale"))
		return (&hookView{developing: d}).show(w)
	}
	if err != nil {
		return d.wrongWebhook(w, err)
	}
	return d.goOn(w, d.hookAt(), d.t("office.developer.saved", "name", changed.Name))
}

func (d *developing) makeWebhook(w http.ResponseWriter, h Webhook) error {
	made, secret, err := d.programs.MakeWebhook(d.ctx, d.site, d.me.Actor(), h)
	if err != nil {
		return d.wrongWebhook(w, err)
	}
	d.hook, d.form = made, filled{}
	d.putWebhook()
	return (&hookView{developing: d, secret: secret, said: d.t("office.developer.webhook_made", "name", made.Name)}).show(w)
}

// wrongWebhook shows the form again with what is wrong.
func (d *developing) wrongWebhook(w http.ResponseWriter, err error) error {
	if err := d.blameAll(err, "name", "account", "url", "events", "condition"); err != nil {
		return err
	}
	return (&hookView{developing: d}).show(w)
}

// rotate gives the webhook a new secret and shows it, this once.
func (d *developing) rotate(w http.ResponseWriter) error {
	secret, err := d.programs.RotateSecret(d.ctx, d.site, d.me.Actor(), d.hook.ID)
	if err != nil {
		return err
	}
	if d.hook, err = d.programs.Webhook(d.ctx, d.site, d.hook.ID); err != nil { // its revision is another
		return err
	}
	d.putWebhook()
	return (&hookView{developing: d, secret: secret, said: d.t("office.developer.rotated")}).show(w)
}

// removeWebhook asks first, and then removes it with the log of its deliveries.
func (d *developing) removeWebhook(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	if !d.isConfirmed() {
		page, err := d.developerShell(d.hook.Name, webhookRoot)
		if err != nil {
			return err
		}
		return d.show(w, http.StatusOK, page, d.removal())
	}
	if err := d.programs.RemoveWebhook(d.ctx, d.site, d.me.Actor(), d.hook.ID); err != nil {
		return err
	}
	return d.goOn(w, webhookRoot, d.t("office.developer.removed", "name", d.hook.Name))
}

// ping sends a trial message; how that went stands in the log.
func (d *developing) ping(w http.ResponseWriter) error {
	sent, err := d.programs.Ping(d.ctx, d.site, d.me.Actor(), d.hook.ID)
	if err != nil {
		return err
	}
	said := d.t("office.developer.ping_arrived", "ms", int(sent.Took.Milliseconds()))
	if sent.State != "delivered" {
		said = d.t("office.developer.ping_failed")
	}
	return d.goOn(w, d.hookAt()+"/deliveries", said)
}

// mostDeliveries is how many deliveries one page shows.
const mostDeliveries = 50

// deliveryStates are those that the log can be narrowed to; the first is all.
var deliveryStates = []string{"", "waiting", "delivered", "failed"}

type deliveryLog struct {
	*developing
	state string
	all   []Delivery
	older string // the page that follows; "" at the end
}

// deliveries is the log of what was sent.
func (d *developing) deliveries(w http.ResponseWriter) error {
	l := &deliveryLog{developing: d, state: d.r.URL.Query().Get("state")}
	if !slices.Contains(deliveryStates, l.state) {
		l.state = ""
	}
	var before value.ID
	if text := d.r.URL.Query().Get("before"); text != "" {
		id, err := value.ParseID(deliveryKind, text)
		if err != nil {
			return value.Errorf(value.NotFound, "there is no such page of the log")
		}
		before = id
	}
	all, err := d.programs.Deliveries(d.ctx, d.site, d.hook.ID, l.state, before, mostDeliveries+1)
	if err != nil {
		return err
	}
	if l.all = all; len(all) > mostDeliveries {
		l.all = all[:mostDeliveries]
		l.older = l.stateAt(l.state) + "&before=" + l.all[mostDeliveries-1].ID.Text(deliveryKind)
	}
	page, err := d.developerShell(d.hook.Name, webhookRoot)
	if err != nil {
		return err
	}
	return d.show(w, d.status(), page, l.view())
}

func (l *deliveryLog) stateAt(state string) string { return l.hookAt() + "/deliveries?state=" + state }

func (l *deliveryLog) stateWords(state string) string {
	if state == "" {
		return l.t("office.developer.delivery.all")
	}
	return l.t("office.developer.delivery." + state)
}

func (l *deliveryLog) stateTag(state string) ui.Tag {
	tones := map[string]ui.Tone{"waiting": ui.Paid, "delivered": ui.Safe, "failed": ui.Alarm}
	return ui.Tag{Text: l.stateWords(state), Tone: tones[state]}
}

// answered is the status and how long the answer took.
func (l *deliveryLog) answered(one Delivery) string {
	if one.Status == 0 {
		return ""
	}
	return strconv.Itoa(one.Status) + " · " + strconv.FormatInt(one.Took.Milliseconds(), 10) + " ms"
}

// replay sends one message again.
func (d *developing) replay(w http.ResponseWriter) error {
	id, err := d.pathID("delivery", deliveryKind)
	if err != nil {
		return err
	}
	err = d.programs.ReplayDelivery(d.ctx, d.site, d.me.Actor(), d.hook.ID, id)
	if err != nil {
		if err := d.blameAll(err); err != nil {
			return err
		}
		return d.deliveries(w)
	}
	return d.goOn(w, d.hookAt()+"/deliveries", d.t("office.developer.replayed"))
}

// replaySince sends everything since a moment again.
func (d *developing) replaySince(w http.ResponseWriter) error {
	if err := d.send(); err != nil {
		return err
	}
	since, err := time.ParseInLocation("2006-01-02T15:04", d.line("since"), d.words.Zone())
	if err != nil {
		d.blame("since", d.t("office.developer.fault.since"))
		return d.deliveries(w)
	}
	if err := d.programs.ReplaySince(d.ctx, d.site, d.me.Actor(), d.hook.ID, since); err != nil {
		if err := d.blameAll(err, "since"); err != nil {
			return err
		}
		return d.deliveries(w)
	}
	return d.goOn(w, d.hookAt()+"/deliveries", d.t("office.developer.replay_begun"))
}

func (v *hookView) action() string {
	if v.hook.ID == 0 {
		return webhookRoot
	}
	return v.hookAt()
}
