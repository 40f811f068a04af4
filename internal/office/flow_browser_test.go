package office_test

import (
	"testing"

	"fairground/internal/office"
	"fairground/internal/record"
	"fairground/internal/ui/browser"
	"fairground/internal/value"
)

// TestAnAutomationInBrowser makes and tries a flow where scripts run: the form follows what is chosen by itself, and keeps
// what was typed. The pages are looked at, wide and narrow.
func TestAnAutomationInBrowser(t *testing.T) {
	browser.Needs(t)
	w := openFlows(t)
	w.make("stall", record.Values{"name": "Long", "size": int64(6)})
	tab := browser.Open(t, w.as("admin"))
	tab.Show(flows+"/-/new?object=stall", 1440, "light")
	tab.Type("[name=name]", "Three days before")
	said := tab.Ask(`await until(() => find("[name=event]").hasAttribute("data-htmx-powered")); ` +
		`const pick = (name, one) => { const it = document.getElementsByName(name)[0]; it.value = one; it.dispatchEvent(new Event("change", {bubbles: true})) }; ` +
		`pick("event", "reached"); await until(() => find("[name=days]")); find("[name=date]").value = "starts"; find("[name=days]").value = "3"; ` +
		`find("[name=side]").value = "before"; await until(() => find("[name='step.0.do']").hasAttribute("data-htmx-powered")); pick("step.0.do", "mail"); await until(() => find("[name='step.0.subject']")); ` +
		`find("[name='step.0.subject']") !== null && find("[name=name]").value === "Three days before" && find("[name=days]").value === "3" && find("[name=side]").value === "before"`)
	if said != "yes" {
		t.Fatalf("the form does not follow: %s, %s", said, tab.Evaluate(`location.href + " " + new URLSearchParams(new FormData(document.getElementById("flow-form")))`))
	}
	tab.Examine("flow-form")
	tab.Shoot("office-flow-form-1440-light")
	at := w.made(opens()...)
	w.post("admin", at+"/test")
	for name, address := range map[string]string{"list": flows, "edit": at, "test": at + "/test", "runs": at + "/runs"} {
		tab.Show(address, 390, "dark")
		tab.Examine("flow-" + name)
		tab.Shoot("office-flow-" + name + "-390-dark")
	}
	tab.Show(at+"/test", 1440, "light")
	tab.Click(".record-form .primary")
	tab.Until(`document.querySelector("form[action$='/switch'] .primary")`)
	tab.Examine("flow-tried")
	tab.Shoot("office-flow-tried-1440-light")
	tab.Quiet()
}

// TestProgramsInBrowser looks at the pages of tokens and webhooks.
func TestProgramsInBrowser(t *testing.T) {
	browser.Needs(t)
	p := openDevelopers(t)
	p.hooks = []office.Webhook{{ID: p.next(), Name: "Shop", URL: "https://shop.example/in", Account: p.accounts["admin"].ID, Events: []string{"stall.created", "trader.*"}, Active: true, Failures: 2, Rev: 1}}
	p.tokens = []office.Token{{ID: p.next(), Name: "Stock sync", LastFour: "9xyz", Account: value.ID(1), Scopes: []string{"records:read:stall"}}}
	p.deliveries = []office.Delivery{{ID: p.next(), Type: "stall.created", State: "failed", Attempts: 4, Status: 503, Error: "the receiver is full", Excerpt: "Sorry", Repeats: true}}
	tab := browser.Open(t, p.as("admin"))
	at := developers + "/webhooks/" + p.hooks[0].ID.Text("whk")
	for name, address := range map[string]string{"tokens": developers, "token": developers + "/tokens/new", "webhooks": developers + "/webhooks", "webhook": at, "deliveries": at + "/deliveries"} {
		for width, scheme := range map[int64]string{1440: "light", 390: "dark"} {
			tab.Show(address, width, scheme)
			tab.Examine("developer-" + name)
			tab.Shoot("office-developer-" + name + "-" + scheme)
		}
	}
	tab.Quiet()
}
