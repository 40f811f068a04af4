package console

import (
	"net/http"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/ui"
)

// SafetyPage is the shell of a page of the safety desk that another room serves: at is the address of its tab.
func (c *Console) SafetyPage(r *http.Request, heading, at string) (ui.ConsolePage, error) {
	v, err := c.begin(r)
	if err != nil {
		return ui.ConsolePage{}, err
	}
	var wait waiting
	err = v.read(func(tx *db.Tx) error {
		wait, err = v.waiting(tx)
		return err
	})
	if err != nil {
		return ui.ConsolePage{}, err
	}
	page := v.page(heading, queueRoot, wait)
	v.safetyTabs(&page, at, wait)
	return page, nil
}

// safetyTabs are the pages of the safety desk.
func (v *visit) safetyTabs(page *ui.ConsolePage, here string, w waiting) {
	page.TabsName, page.Desk = v.t("console.safety"), true
	tabs := []place{
		{href: queueRoot, key: "console.queue", permission: account.ListingsDecide, count: w.cases},
		{href: textsPath, key: "console.texts", permission: account.ListingsDecide},
		{href: heldMessages, key: "console.messages", permission: account.ConversationsSee},
		{href: "/console/safety/notices", key: "console.notices", permission: account.NoticesSee, count: w.notices},
	}
	for i, tab := range v.console.SafetyTabs {
		brought := place{href: tab.Href, key: tab.Key, permission: tab.Needs}
		if i < len(w.brought) {
			brought.count = w.brought[i]
		}
		tabs = append(tabs, brought)
	}
	tabs = append(tabs,
		place{href: secondPath, key: "console.second", permission: account.ListingsDecide, count: w.second},
		place{href: workPath, key: "console.work", permission: account.ListingsDecide},
		place{href: qualityPath, key: "console.quality", permission: account.ListingsDecide})
	for _, tab := range tabs {
		if !v.may(tab.permission) {
			continue
		}
		link := ui.Link{Text: v.t(tab.key), Href: tab.href, Current: tab.href == here}
		if tab.count > 0 {
			link.Count = v.capped(tab.count)
		}
		page.Tabs = append(page.Tabs, link)
	}
}

// countBrought counts what waits in the tabs of other rooms.
func (v *visit) countBrought(tx *db.Tx) ([]int, error) {
	counts := make([]int, len(v.console.SafetyTabs))
	for i, tab := range v.console.SafetyTabs {
		if tab.Count == nil || !v.may(tab.Needs) {
			continue
		}
		n, err := tab.Count(tx)
		if err != nil {
			return nil, err
		}
		counts[i] = n
	}
	return counts, nil
}
