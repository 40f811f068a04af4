package office_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/automation"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/office"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/value"
)

const flows = "/console/setup/automations"

// flowWorld is the market with automations; called are the addresses they called.
type flowWorld struct {
	*world
	desk   *automation.Desk
	called []string
}

func openFlows(t testing.TB) *flowWorld {
	t.Helper()
	w := &flowWorld{world: market(t)}
	w.desk = &automation.Desk{DB: w.Site.DB, Records: w.store, Staff: w, Hooks: w}
	w.office.FlowRoutes(w.router, office.Flows{
		Desk:   func(*site.Site) *automation.Desk { return w.desk },
		Secret: func(_ *site.Site, flow value.ID) string { return "whsec_of_" + flow.Text("flw") },
	})
	return w
}

// Asker, Mail and Parse make the world its own staff.
func (w *flowWorld) Asker(_ *db.Tx, id value.ID) (record.Asker, error) {
	for role, who := range w.accounts {
		if who.ID == id {
			return asker(sessionOf(w.world, role)), nil
		}
	}
	return record.Asker{}, value.Errorf(value.NotFound, "nobody has this id")
}

func (w *flowWorld) Mail(*db.Tx, value.ID) (value.Email, error) { return "aya@lakeside.example", nil }

func (w *flowWorld) Parse(text string) (value.ID, error) { return value.ParseID(account.IDKind, text) }

// Call makes it its own web.
func (w *flowWorld) Call(tx *db.Tx, _ value.ID, address string, _ any) error {
	tx.After(func() { w.called = append(w.called, address) })
	return nil
}

// settle lets automations follow what happened.
func (w *flowWorld) settle() {
	w.Helper()
	jobs := job.NewWorker(w.Site.DB, 1, w.desk.Jobs()...)
	reader := w.desk.Reader()
	for range 20 {
		read, err := reader.CatchUp(w.Context(), w.Site.DB)
		w.ok(err)
		ran, err := jobs.RunDue(w.Context())
		w.ok(err)
		if read+ran == 0 {
			return
		}
	}
	w.Fatal("the automations do not come to rest")
}

func (w *flowWorld) flows() (all []automation.Flow) {
	w.Helper()
	w.ok(w.Site.DB.Read(w.Context(), func(tx *db.Tx) (err error) {
		all, err = automation.Flows(tx)
		return err
	}))
	return all
}

// opens is a good form: a new stall that is long is opened.
func opens(more ...string) []string {
	return append([]string{"name", "Open long stalls", "object", "stall", "event", "created", "if", "size > 3", "steps", "1",
		"step.0.do", "set", "step.0.key.0", "status", "step.0.value.0", `"open"`}, more...)
}

// made makes the flow of a form and returns the address of its pages.
func (w *flowWorld) made(pairs ...string) string {
	w.Helper()
	to := w.post("admin", flows, pairs...)
	to.wantTo("admin", flows+"/flw_").want(http.StatusOK, "is saved", "Try it")
	return strings.TrimSuffix(to.Header.Get("Location"), "/test")
}

// with changes values of a form.
func with(pairs []string, changes ...string) []string {
	pairs = append([]string(nil), pairs...)
	for c := 0; c < len(changes); c += 2 {
		found := false
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == changes[c] {
				pairs[i+1], found = changes[c+1], true
			}
		}
		if !found {
			pairs = append(pairs, changes[c], changes[c+1])
		}
	}
	return pairs
}

func TestOnlyWhoEditsSettingsAutomates(t *testing.T) {
	t.Parallel()
	w := openFlows(t)
	at := w.made(opens()...)
	for role := range w.accounts {
		want := http.StatusForbidden
		if role == "admin" {
			want = http.StatusOK
		}
		for _, address := range []string{flows, flows + "/-/new", at, at + "/test", at + "/runs"} {
			w.get(role, address).want(want)
		}
		if role == "admin" {
			continue
		}
		for _, address := range []string{flows, flows + "/-/check", at, at + "/test", at + "/switch", at + "/removal"} {
			w.post(role, address, opens("confirm", "yes", "on", "yes")...).want(http.StatusForbidden)
		}
	}
	w.get("admin", flows+"/flw_zzz").want(http.StatusNotFound)
	if len(w.flows()) != 1 {
		t.Errorf("there are %d automations", len(w.flows()))
	}
}

// TestAFlowFromFormToRun is the whole way: make, try, switch on, run, read the log, switch off, remove.
func TestAFlowFromFormToRun(t *testing.T) {
	t.Parallel()
	w := openFlows(t)
	w.get("admin", flows).want(http.StatusOK, "No automations yet")
	long := w.make("stall", record.Values{"name": "Long", "size": int64(6)})
	w.make("stall", record.Values{"name": "Short", "size": int64(2)})
	at := w.made(opens()...)

	w.get("admin", at+"/test").want(http.StatusOK, "Stalls: when one is made", "size &gt; 3", "Status = &#34;open&#34;").lacks("Switch on")
	w.post("admin", at+"/switch", "on", "yes").want(http.StatusUnprocessableEntity, "Try it on some records first")
	w.post("admin", at+"/test").want(http.StatusOK, "holds for 1 of 2 records", "Long", "Short", "Switch on", "on behalf of Aya Keller")
	w.post("admin", at+"/test", "sample", long.Object.ID(long.ID)).want(http.StatusOK, "holds for 1 of 1 records").lacks("Short")
	w.post("admin", at+"/test", "sample", "stl_nobody").want(http.StatusUnprocessableEntity, "no such record", "stl_nobody").lacks("Switch on")
	if got := w.find("stall", long.ID).Values["status"]; got != "new" {
		t.Errorf("trying changed the stall to %v", got)
	}

	w.post("admin", at+"/switch", "on", "yes").wantTo("admin", at+"/runs").want(http.StatusOK, "is on", "It has not run yet")
	w.settle()
	third := w.make("stall", record.Values{"name": "Third", "size": int64(5)})
	w.settle()
	if got := w.find("stall", third.ID).Values["status"]; got != "open" {
		t.Errorf("the new stall is %v, want open", got)
	}
	w.get("admin", at+"/runs").want(http.StatusOK, `href="`+path(third)+`"`, "Third", "Done", "set status")
	w.get("admin", flows).want(http.StatusOK, "Open long stalls", ">On<", "Done")
	w.do("admin", "GET", flows, nil, "Accept-Language", "de").want(http.StatusOK, "Automatisierungen", "bei jedem neuen Eintrag", "Erledigt")

	w.get("admin", at).want(http.StatusOK, "Saving a change switches it off", `value="Open long stalls"`)
	w.post("admin", at+"/switch").wantTo("admin", at).want(http.StatusOK, "is off")
	w.post("admin", at+"/removal").want(http.StatusOK, "Remove “Open long stalls”")
	if len(w.flows()) != 1 {
		t.Fatal("it was removed without being confirmed")
	}
	w.post("admin", at+"/removal", "confirm", "yes").wantTo("admin", flows).want(http.StatusOK, "is removed")
	w.get("admin", at).want(http.StatusNotFound)
}

func TestTheFormOfAFlowKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := openFlows(t)
	mail := with(opens(), "step.0.do", "mail", "step.0.to", w.accounts["sales"].ID.Text("acc"), "step.0.subject", "About {{ name }}", "step.0.text", "Call today.")
	for _, c := range []struct {
		pairs []string
		at    string // the input that is wrong
		want  string
	}{
		{with(opens(), "name", " "), "name", "80 characters"},
		{with(opens(), "object", "booth"), "object", "kind of record"},
		{with(opens(), "event", "sometimes"), "event", "when it runs"},
		{with(opens(), "if", "siez > 3"), "if", "siez"},
		{with(opens(), "if", "size + 3"), "if", "bool"},
		{with(opens(), "event", "reached", "date", "name", "days", "2"), "date", "holds a date"},
		{with(opens(), "event", "reached", "date", "starts", "days", "two"), "days", "whole number"},
		{with(opens(), "event", "reached", "date", "starts", "days", "900"), "days", "365"},
		{with(opens(), "event", "schedule", "every", "yearly"), "every", "how often"},
		{with(opens(), "step.0.do", "dance"), "step.0.do", "Choose what to do"},
		{with(opens(), "step.0.key.0", "", "step.0.value.0", ""), "step.0.key.0", "at least one field"},
		{with(opens(), "step.0.key.0", ""), "step.0.key.0", "Choose the field"},
		{with(opens(), "step.0.key.0", "area"), "step.0.key.0", "Choose the field"},
		{with(opens(), "step.0.value.0", "open now"), "step.0.value.0", "open"},
		{with(opens(), "step.0.key.1", "status", "step.0.value.1", `"new"`), "step.0.key.1", "set twice"},
		{with(opens(), "step.0.do", "create"), "step.0.object", "Choose what to make"},
		{with(opens(), "step.0.do", "assign", "step.0.field", "trader"), "step.0.to", "Choose whom"},
		{with(mail, "step.0.to", ""), "step.0.to", "Choose whom"},
		{with(mail, "step.0.subject", ""), "step.0.subject", "Write a subject"},
		{with(mail, "step.0.text", "Hello {{ nmae }}"), "step.0.text", "nmae"},
		{with(opens(), "step.0.do", "webhook", "step.0.url", "ftp://x"), "step.0.url", "https://"},
	} {
		p := w.post("admin", flows, c.pairs...).want(http.StatusUnprocessableEntity, c.want)
		if !strings.Contains(p.body, `id="`+c.at+`-error"`) {
			t.Errorf("%s: the mistake does not stand at its input: %s", c.at, clip(p.body))
		}
		if c.at != "name" {
			p.want(http.StatusUnprocessableEntity, `value="Open long stalls"`)
		}
	}
	w.post("admin", flows, with(opens(), "event", "deleted")...).want(http.StatusUnprocessableEntity, "cannot be changed")
	if len(w.flows()) != 0 {
		t.Errorf("%d automations were made", len(w.flows()))
	}
}

func TestTheFormOfAFlowFollowsWhatIsChosen(t *testing.T) {
	t.Parallel()
	w := openFlows(t)
	again := func(button string, pairs ...string) page {
		t.Helper()
		return w.post("admin", flows, with(opens(), append(pairs, "again", button)...)...).want(http.StatusOK, `value="Open long stalls"`)
	}
	again("form", "event", "changed").want(http.StatusOK, `name="fields"`, `value="goods"`)
	again("form", "event", "reached").want(http.StatusOK, `name="date"`, `value="starts"`, `value="inspected"`).lacks(`name="fields"`)
	again("form", "event", "schedule").want(http.StatusOK, `name="every"`, `name="hour"`)
	again("form", "step.0.do", "create", "step.0.object", "trader").want(http.StatusOK, `value="credit"`)
	again("form", "step.0.do", "assign").want(http.StatusOK, `value="trader"`, "Aya Keller").lacks("Mina Rochat")
	two := again("more").want(http.StatusOK, `name="step.1.do"`, `name="steps" value="2"`, "Remove this step")
	if n := strings.Count(two.body, `>Step `); n != 2 {
		t.Errorf("%d steps are shown", n)
	}
	again("drop.0", "steps", "2", "step.1.do", "webhook", "step.1.url", "https://hooks.example/in").
		want(http.StatusOK, `name="step.0.url"`, "https://hooks.example/in", `name="steps" value="1"`).lacks(`name="step.0.key.0"`)
	again("more", "steps", "10").lacks("Add a step", `name="step.10.do"`)
	w.post("admin", flows+"/-/check", "object", "stall", "if", "siez > 3").want(http.StatusOK, "Line 1, character 1")
	w.post("admin", flows+"/-/check", "object", "stall", "if", "size > 3").want(http.StatusOK, "True now for 0 records")
}

func TestAFlowKeepsAllItWasGiven(t *testing.T) {
	t.Parallel()
	w := openFlows(t)
	at := w.made("name", "Before it starts", "object", "stall", "event", "reached", "date", "starts", "days", "3", "side", "before", "steps", "4",
		"step.0.do", "create", "step.0.object", "activity", "step.0.key.0", "subject", "step.0.value.0", `"Prepare " + name`,
		"step.0.key.1", "kind", "step.0.value.1", `"task"`, "step.0.key.2", "about", "step.0.value.2", "this",
		"step.1.do", "mail", "step.1.to", w.accounts["sales"].ID.Text("acc"), "step.1.subject", "{{ name }} starts", "step.1.text", "Soon.",
		"step.2.do", "webhook", "step.2.url", "https://hooks.example/in",
		"step.3.do", "set", "step.3.key.0", "about", "step.3.value.0", "")
	w.get("admin", at+"/test").want(http.StatusOK, "Stalls: 3 days before From", "Make a record in Activities", "Write to Jon Perret", "Call https://hooks.example/in", "About = (empty)", "whsec_of_flw_")
	w.get("admin", at).want(http.StatusOK, `name="days"`, `value="3"`, "&#34;Prepare &#34; + name", "{{ name }} starts")
	w.make("stall", record.Values{"name": "Corner", "size": int64(2)})
	w.post("admin", at+"/test").want(http.StatusOK, "holds for 1 of 1 records").lacks("Would fail")
	if len(w.called) != 0 {
		t.Errorf("trying called %v", w.called)
	}

	flow := w.flows()[0]
	if flow.When.Days != -3 || len(flow.Actions) != 4 || flow.Actions[0].Values["about"] != "this" {
		t.Errorf("it was saved as %+v", flow)
	}
	sent := formOf(w.get("admin", at).body)
	w.post("admin", at, with(sent, "name", "Two days before", "days", "2")...).wantTo("admin", at+"/test").want(http.StatusOK, "2 days before")
	flow.Name, flow.When.Days, flow.Rev = "Two days before", -2, flow.Rev+1
	now := w.flows()[0]
	if now.Name != flow.Name || now.When.Days != -2 || now.Rev != flow.Rev || len(now.Actions) != 4 || now.Actions[1].Subject != flow.Actions[1].Subject {
		t.Errorf("it was changed to %+v", now)
	}
	stale := w.post("admin", at, with(sent, "name", "Late")...).want(http.StatusUnprocessableEntity, "while you were writing", `value="Late"`)
	w.post("admin", at, with(formOf(stale.body), "name", "Late")...).wantTo("admin", at+"/test")
}

var (
	inputs  = regexp.MustCompile(`<input[^>]*? name="([^"]*)"[^>]*? value="([^"]*)"`)
	areas   = regexp.MustCompile(`(?s)<textarea[^>]*? name="([^"]*)"[^>]*>(.*?)</textarea>`)
	selects = regexp.MustCompile(`(?s)<select[^>]*? name="([^"]*)"[^>]*>(.*?)</select>`)
	chosen  = regexp.MustCompile(`<option value="([^"]*)"[^>]* selected`)
)

// formOf is what a browser would send of the form of a flow.
func formOf(body string) (pairs []string) {
	_, body, _ = strings.Cut(body, `id="flow-form"`)
	add := func(name, text string) {
		pairs = append(pairs, name, strings.NewReplacer("&#34;", `"`, "&gt;", ">", "&lt;", "<", "&#39;", "'", "&amp;", "&").Replace(text))
	}
	for _, m := range inputs.FindAllStringSubmatch(body, -1) {
		add(m[1], m[2])
	}
	for _, m := range areas.FindAllStringSubmatch(body, -1) {
		add(m[1], m[2])
	}
	for _, m := range selects.FindAllStringSubmatch(body, -1) {
		if one := chosen.FindStringSubmatch(m[2]); one != nil {
			add(m[1], one[1])
		}
	}
	return pairs
}
