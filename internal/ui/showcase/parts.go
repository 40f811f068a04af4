package showcase

import (
	"context"

	"fairground/internal/ui"
)

// drawn gives the later cards other things than bicycles.
func drawn(n int) int {
	if n >= 6 {
		return n * 2
	}
	return n % len(palettes)
}

func priceOf(ctx context.Context, units int64) string {
	if units == 0 {
		return "Free"
	}
	return ui.Words(ctx).Money(francs(units))
}

func badges(b bike) []ui.Tag {
	if b.badge.Text == "" {
		return nil
	}
	return []ui.Tag{b.badge}
}

func sections(here string) []ui.Section {
	link := func(text, icon, count string) ui.Link {
		return ui.Link{Text: text, Icon: icon, Count: count, Href: "/showcase/queue", Current: text == here, Hot: text == "Safety"}
	}
	return []ui.Section{
		{Links: []ui.Link{link("Today", "sun", "")}},
		{Title: "Market", Links: []ui.Link{link("Listings", "list", "48’210"), link("Safety", "shield-check", "17"), link("Messages", "message-square", "")}},
		{Title: "Members", Links: []ui.Link{link("People", "users", "31’904"), link("Businesses", "briefcase", "412"), link("Deals", "star", "29"), link("Campaigns", "send", "")}},
		{Title: "Money", Links: []ui.Link{link("Payments", "credit-card", ""), link("Invoices", "file-text", "")}},
		{Title: "Insight", Links: []ui.Link{link("Reports", "chart-column", ""), link("Set-up", "settings", "")}},
	}
}

func desk(here string) ui.ConsolePage {
	return ui.ConsolePage{
		Title: here, Site: "Lakeside Market", Sections: sections(here), Find: "/showcase/records",
		Account: ui.Account{Name: "Aya Keller", Role: "Safety lead", SignOut: "/sign-out", Links: []ui.Link{{Text: "Deutsch", Href: "?locale=de-CH", Icon: "languages", Lang: "de"}}},
	}
}

func queueDesk() ui.ConsolePage {
	page := desk("Safety")
	page.TabsName = "Queues"
	for n, tab := range []ui.Link{{Text: "Queue", Count: "17"}, {Text: "Networks", Count: "3"}, {Text: "Notices", Count: "5"}, {Text: "Appeals", Count: "2"}, {Text: "Rules"}, {Text: "Holds & requests"}, {Text: "Transparency"}} {
		tab.Href, tab.Current = "/showcase/queue", n == 0
		page.Tabs = append(page.Tabs, tab)
	}
	return page
}

type waiting struct {
	kind    string
	tone    ui.Tone
	about   string
	subject string
}

var queue = []waiting{
	{"Review", ui.Alarm, "3 signals · 4 min ago", "Room to let, women only, “no questions”"},
	{"Review", ui.Paid, "2 signals · 9 min ago", "iPhone 15, sealed, pay by gift card"},
	{"Notice", ui.Paid, "from a member · 22 min ago", "“This is my photo” · listing 48 112"},
	{"Appeal", ui.Paid, "answer due in 5 h", "Removed: antique hunting knife"},
	{"Network", ui.Alarm, "score 0.91 · 1 h ago", "9 listings, 4 accounts, 1 phone"},
	{"Verify", ui.Plain, "2 h ago", "Velo Atelier GmbH: trader documents"},
}
