package rulebook_test

import (
	"bytes"
	"html"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/rulebook"
	"fairground/internal/safety"
	"fairground/internal/site/sitetest"
)

const rules, lists = "/console/safety/rules", "/console/safety/lists"

var bareKey = regexp.MustCompile(`[>"]rulebook\.[a-z]`)

// whole checks that a page has words for everything.
func (a answer) whole() answer {
	a.w.Helper()
	if at := bareKey.FindStringIndex(a.body); at != nil {
		a.w.Errorf("a message is missing: %.80s", a.body[at[0]:])
	}
	return a
}

func TestOnlyWhoMaySeesRules(t *testing.T) {
	pages(t, func(t *testing.T, w *world) {
		w.save(deposit(), 0)
		for _, path := range []string{rules, rules + "/new", rules + "/site/parking-deposit", rules + "/site/parking-deposit/versions", rules + "/learned", lists} {
			w.get(w.sam, path).want(http.StatusOK).whole()
			w.get(w.sam, path, "Accept-Language", "de").want(http.StatusOK).whole()
			w.get(w.vera, path).want(http.StatusForbidden)
			w.get(0, path).want(http.StatusSeeOther)
		}
		for _, path := range []string{rules, rules + "/check", rules + "/learned", rules + "/site/parking-deposit", rules + "/site/parking-deposit/restore", lists, lists + "/x", "/console/safety/labels"} {
			w.post(w.vera, path, url.Values{}).want(http.StatusForbidden)
			w.post(0, path, url.Values{}).want(http.StatusUnauthorized)
		}
		w.get(w.sam, rules+"/site/none").want(http.StatusNotFound)
		w.get(w.sam, rules+"/provider/none").want(http.StatusNotFound)
		w.get(w.sam, rules+"/trials/nonsense").want(http.StatusNotFound)
		w.get(w.sam, lists+"/none").want(http.StatusNotFound)
	})
}

func TestARuleIsWrittenInTheEditor(t *testing.T) {
	pages(t, func(t *testing.T, w *world) {
		w.get(w.sam, rules+"/new").want(200, "terms.pay_ahead", "velocity(", "in_list(", "signals.learned", `hx-post="/console/safety/rules/check"`, "telephone numbers in international form")
		w.post(w.sam, rules, formOf(deposit(), "0", "save")).want(http.StatusSeeOther)
		w.get(w.sam, rules).want(200, "Deposit for a parking space", "site/parking-deposit v1").whole()
		w.get(w.sam, rules, "Accept-Language", "de").want(200, "Anzahlung für einen Parkplatz")
		page := w.get(w.sam, rules+"/site/parking-deposit").want(200, "as people kept asking", html.EscapeString(deposit().When), "This can be asked.").whole()
		if strings.Contains(page.body, `name="name"`) {
			t.Error("the name of a stored rule can be changed")
		}
		if got := w.screen(w.gate, "Space", offered).Verdict; got != safety.Hold {
			t.Errorf("after the form it is %s", got)
		}
		w.post(w.sam, rules, formOf(deposit(), "0", "save")).want(http.StatusConflict, "There is a rule of this name already").whole()
		w.post(w.sam, rules+"/site/parking-deposit", formOf(deposit(), "7", "save")).want(http.StatusConflict, "Somebody else changed this rule")
	})
}

func TestNothingTypedIsLost(t *testing.T) {
	pages(t, func(t *testing.T, w *world) {
		d := deposit()
		d.When, d.Fires = "text.contains('parking') && prise > 3", "A garage <b>for rent</b>"
		form := formOf(d, "0", "save")
		page := w.post(w.sam, rules, form).want(http.StatusUnprocessableEntity, `id="when-error"`, "price", "Line 1, character 29").whole()
		for field, values := range form {
			for _, text := range values {
				if field != "do" && !strings.Contains(page.body, html.EscapeString(text)) {
					t.Errorf("%s is lost: %q", field, text)
				}
			}
		}
		d = deposit()
		d.Fires = "A garage"
		w.post(w.sam, rules, formOf(d, "0", "save")).want(422, `id="fires-error"`, "does not fire on", "A garage")
		form = formOf(deposit(), "0", "save")
		form.Set("reason", "")
		form.Del("stages")
		w.post(w.sam, rules, form).want(422, `id="reason-error"`, `id="stages-error"`).whole()
		w.post(w.sam, rules, url.Values{}).want(422, `id="name-error"`, `id="title_en-error"`, `id="when-error"`).whole()
		w.post(w.sam, rules, formOf(deposit(), "0", "try")).want(200, "Fires:", "Does not fire:", "as people kept asking").whole()
		w.read(func(tx *db.Tx) error {
			all, err := rulebook.Rules(tx)
			if len(all) != 0 {
				t.Errorf("trying stored %v", all)
			}
			return err
		})
	})
}

func TestTheConditionIsCheckedWhileOneTypes(t *testing.T) {
	pages(t, func(t *testing.T, w *world) {
		w.list("hosts", rulebook.LinkList, "example.net")
		for when, want := range map[string]string{
			"price > 3.0": "This can be asked.", "": "", "words > 3 &&\n  prise > 2.0": "price", "price": "bool", "(": "Syntax error", "in_list('hosts', links)": "This can be asked.",
			"in_list('guests', links)": "guests", "velocity('phone', 'listing', '99x') > 1": "window", "terms.no_such > 0": "terms.no_such",
		} {
			part := w.post(w.sam, rules+"/check", url.Values{"when": {when}}).want(200, want)
			if strings.Contains(part.body, "<html") {
				t.Errorf("%s is answered with a whole page", when)
			}
		}
		w.post(w.sam, rules+"/check", url.Values{"when": {"words > 3 &&\n  prise > 2.0"}}).want(200, "Line 2, character 3")
	})
}

func TestTheWayOfARejectingRule(t *testing.T) {
	pages(t, func(t *testing.T, w *world) {
		w.busyPast()
		d := deposit()
		d.Outcome = safety.Reject
		w.post(w.sam, rules, formOf(d, "0", "save")).want(422, `id="mode-error"`, "back-test").whole()
		begun := w.post(w.sam, rules, formOf(d, "0", "trial")).want(http.StatusSeeOther)
		trial := begun.header.Get("Location")
		w.get(w.sam, trial).want(200, "Replaying what came in").whole()
		w.get(w.sam, trial+"/progress").want(200, "0 of 0")
		w.work()
		w.get(w.sam, trial+"/progress").want(200, "The back-test is done.").whole()
		w.get(w.sam, trial).want(200, "10 outcomes would change", "Space 0", "/console/listings/lst_", "refused by people", "reject").whole()
		w.get(w.sam, trial, "Accept-Language", "de").want(200, "10 Ergebnisse wären anders").whole()
		from := "?from=" + trial[strings.LastIndexByte(trial, '/')+1:]
		w.get(w.sam, trial).want(200, rules+"/new"+from)
		w.get(w.sam, rules+"/new"+from).want(200, html.EscapeString(d.When), d.Title["de"], `value="reject" selected`)
		w.get(w.sam, rules+"/new?from=nonsense").want(http.StatusNotFound)
		w.post(w.sam, rules, formOf(d, "0", "save")).want(http.StatusSeeOther)
		w.get(w.sam, trial).want(200, rules+"/site/parking-deposit"+from)
		w.get(w.sam, rules+"/site/parking-deposit").want(200, trial, "10 outcomes would change")
		bad := d
		bad.When = "("
		w.post(w.sam, rules+"/site/parking-deposit", formOf(bad, "1", "trial")).want(422, `id="when-error"`)
	})
}

func TestVersionsAreComparedAndBroughtBack(t *testing.T) {
	pages(t, func(t *testing.T, w *world) {
		w.save(deposit(), 0)
		d := deposit()
		d.Policy = "terms/9"
		w.save(d, 1)
		path := rules + "/site/parking-deposit"
		w.get(w.sam, path+"/versions").want(200, "<del>terms/4</del>", "<ins>terms/9</ins>", "From version 1 to 2").whole()
		w.post(w.sam, path+"/restore", url.Values{"version": {"1"}, "reason": {""}}).want(422, "The version was not brought back").whole()
		w.post(w.sam, path+"/restore", url.Values{"version": {"9"}, "reason": {"x"}}).want(404)
		w.post(w.sam, path+"/restore", url.Values{"version": {"1"}, "reason": {"nine was wrong"}}).want(303)
		w.get(w.sam, path).want(200, `value="terms/4"`, "nine was wrong")
	})
}

func TestTheProvidersRulesAreTightenedOnThePage(t *testing.T) {
	pages(t, func(t *testing.T, w *world) {
		path := rules + "/provider/odd-payment"
		w.get(w.sam, path).want(200, "Make it stricter here", "Payment with gift cards").whole()
		w.post(w.sam, path, url.Values{"outcome": {"challenge"}, "reason": {"x"}}).want(422, `id="outcome-error"`).whole()
		w.post(w.sam, path, url.Values{"outcome": {"reject"}, "reason": {""}}).want(422, `id="reason-error"`)
		w.post(w.sam, path, url.Values{"outcome": {"reject"}, "reason": {"too many of them"}}).want(303)
		w.get(w.sam, rules).want(200, "stricter here")
	})
}

func TestListsAndLabelsOnThePages(t *testing.T) {
	pages(t, func(t *testing.T, w *world) {
		w.post(w.sam, lists, url.Values{"name": {"Bad Name"}, "kind": {"phone"}, "about": {"<i>numbers</i>"}}).want(422, `id="name-error"`, "Bad Name", "&lt;i&gt;numbers&lt;/i&gt;").whole()
		w.post(w.sam, lists, url.Values{"name": {"numbers"}, "kind": {"phone"}, "about": {"known numbers"}}).want(303)
		w.get(w.sam, lists+"/numbers").want(200, "in_list(&#39;numbers&#39;, phones)").whole()
		w.post(w.sam, lists+"/numbers", url.Values{"text": {"+41 44 668 18 00\nno number"}, "reason": {"reported"}}).want(200, "1 line is no such value", "no number</textarea>", "+41 44 668 18 00").whole()
		w.post(w.sam, lists+"/numbers", url.Values{"text": {""}, "reason": {"reported"}}).want(422, `id="text-error"`)
		w.post(w.sam, lists+"/numbers", url.Values{"text": {"+41446681811"}, "reason": {"x"}, "expires": {"tomorrow"}}).want(422, `id="expires-error"`, "+41446681811")
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		w.ok(form.WriteField("reason", "from a file"))
		file, err := form.CreateFormFile("file", "numbers.csv")
		w.ok(err)
		_, err = file.Write([]byte("value,reason\n+41 44 668 18 22,called often\n"))
		w.ok(err)
		w.ok(form.Close())
		r := httptest.NewRequest(http.MethodPost, "http://"+sitetest.Host+lists+"/numbers", &body)
		w.do(w.sam, r, "Content-Type", form.FormDataContentType(), "Sec-Fetch-Site", "same-origin").want(303)
		w.get(w.sam, lists+"/numbers?q=often").want(200, "+41 44 668 18 22", "called often").whole()
		w.post(w.sam, lists+"/numbers", url.Values{"do": {"remove"}, "value": {"+41446681822"}}).want(303)
		w.post(w.sam, lists+"/numbers", url.Values{"do": {"drop"}}).want(303)
		w.get(w.sam, lists+"/numbers").want(404)

		label := url.Values{"entity": {"phone"}, "value": {"12"}, "label": {"asked_to_stop"}, "reason": {"by letter"}, "expires": {"2027-01-31"}}
		w.post(w.sam, "/console/safety/labels", label).want(422, `id="label-value-error"`, "by letter").whole()
		label.Set("value", "+41 44 668 18 00")
		w.post(w.sam, "/console/safety/labels", label).want(303)
		w.get(w.sam, lists).want(200, "asked_to_stop", "by letter", "2027").whole()
		w.post(w.sam, "/console/safety/labels", url.Values{"entity": {"author"}, "value": {w.vera.Text("acc")}, "label": {"trusted"}, "reason": {"known"}}).want(303)
		w.get(w.sam, lists).want(200, w.vera.Text("acc"))
		w.get(w.sam, lists, "Accept-Language", "de").want(200, "Kennzeichen").whole()
		gone := url.Values{"do": {"remove"}, "entity": {"phone"}, "value": {w.gate.Key("phone", "+41446681800")}, "label": {"asked_to_stop"}}
		w.post(w.sam, "/console/safety/labels", gone).want(303)
	})
}

func TestWhatWasLearnedIsShown(t *testing.T) {
	pages(t, func(t *testing.T, w *world) {
		path := rules + "/learned"
		w.get(w.sam, path).want(200, "Nothing was learned yet").whole()
		w.teach(600)
		w.post(w.sam, path, url.Values{"do": {"learn"}}).want(303)
		w.work()
		w.get(w.sam, path).want(200, "Above the bar", "Off", "voucher", "Switch on").whole()
		w.post(w.sam, path, url.Values{"do": {"on"}}).want(303)
		w.get(w.sam, path, "Accept-Language", "de").want(200, "Eingeschaltet", "Ausschalten").whole()
		w.post(w.sam, path, url.Values{"do": {"dance"}}).want(422)
	})
}
