package office

import (
	"net/http"
	"strings"

	"fairground/internal/account"
	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/web"
)

// eachFound is how many records of one object the palette shows.
const eachFound = 5

// palette finds records by their words, objects and actions by theirs. With pick it answers a picker of any record.
func (v *visit) palette(w http.ResponseWriter) error {
	q, err := web.ReadQuery(v.r)
	if err != nil {
		return err
	}
	words, err := v.typedWords()
	if err != nil {
		return err
	}
	pages, err := v.findAll(words)
	if err != nil {
		return err
	}
	if q.Bool("pick") {
		return v.part(w, http.StatusOK, v.anySuggestions(pages))
	}
	results := ui.PaletteResults{Groups: v.foundGroups(pages)}
	sight, err := v.sight()
	if err != nil {
		return err
	}
	for _, group := range []ui.PaletteGroup{{Title: v.t("office.go_to"), Items: v.placeItems(sight, words)}, {Title: v.t("office.do"), Items: v.actionItems(sight, words)}} {
		if len(group.Items) > 0 {
			results.Groups = append(results.Groups, group)
		}
	}
	if !web.Fragment(v.r) {
		page, err := v.office.Shell.Page(v.r, v.t("office.palette"), "")
		if err != nil {
			return err
		}
		page.Words = words
		return v.show(w, http.StatusOK, page, paletteView(results))
	}
	return v.part(w, http.StatusOK, results)
}

func (v *visit) findAll(words string) ([]record.Page, error) {
	if words == "" {
		return nil, nil
	}
	if found, ok := v.anyOf(words); ok {
		if rec, err := v.store.Get(v.ctx, v.asker, found.Object, found.ID); err == nil {
			return []record.Page{{Object: v.target(found.Object), Records: []*record.Record{rec}}}, nil
		}
	}
	return v.store.SearchAll(v.ctx, v.asker, words, eachFound)
}

func (v *visit) foundGroups(pages []record.Page) (groups []ui.PaletteGroup) {
	for _, page := range pages {
		group := ui.PaletteGroup{Title: v.in(page.Object.Plural)}
		for _, rec := range page.Records {
			group.Items = append(group.Items, ui.PaletteItem{Text: rec.Title(), Detail: v.detail(rec), Icon: iconOf(page.Object.Object), Href: pathOf(page.Object.Object, rec.ID)})
		}
		if len(group.Items) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

func (v *visit) anySuggestions(pages []record.Page) (all ui.Suggestions) {
	for _, page := range pages {
		for _, rec := range page.Records {
			all = append(all, ui.Suggestion{ID: page.Object.ID(rec.ID), Text: rec.Title(), Detail: v.in(page.Object.Labels)})
		}
	}
	return all
}

// places are the pages of the console that the palette leads to, besides objects.
var places = []struct {
	key, icon, href string
	permission      account.Permission
}{
	{"office.place.today", "sun", "/console", account.ConsoleSee},
	{"office.place.listings", "list", "/console/listings", account.ListingsSee},
	{"office.place.safety", "shield-check", "/console/safety", account.ListingsDecide},
	{"office.place.notices", "flag", "/console/safety/notices", account.NoticesSee},
	{"office.place.changes", "history", "/console/changes", account.AuditSee},
	{"office.place.search", "search", "/console/search", account.ListingsSee},
	{"office.place.settings", "settings", "/console/settings", account.SettingsSee},
	{"office.place.staff", "users", "/console/staff", account.StaffSee},
}

func (v *visit) placeItems(sight *record.Sight, words string) (items []ui.PaletteItem) {
	for _, o := range sight.Objects() {
		items = v.offer(items, words, ui.PaletteItem{Text: v.in(o.Plural), Icon: iconOf(o.Object), Href: root(o.Key)})
	}
	for _, p := range places {
		if v.may(p.permission) {
			items = v.offer(items, words, ui.PaletteItem{Text: v.t(p.key), Icon: p.icon, Href: p.href})
		}
	}
	return items
}

// actionItems are what the asker may do right away.
func (v *visit) actionItems(sight *record.Sight, words string) (items []ui.PaletteItem) {
	for _, o := range sight.Objects() {
		if o.May(record.Make) {
			items = v.offer(items, words, ui.PaletteItem{Text: v.t("office.new", "object", v.within(o.Labels)), Icon: "plus", Href: root(o.Key) + "/new"})
		}
	}
	for _, o := range sight.Objects() {
		if o.May(record.Make) && words != "" {
			items = v.offer(items, words, ui.PaletteItem{Text: v.t("office.import_objects", "objects", v.within(o.Plural)), Icon: "upload", Href: importPath(o.Key)})
		}
		if v.mayDefine() && words != "" {
			items = v.offer(items, words, ui.PaletteItem{Text: v.t("office.fields_of", "objects", v.within(o.Plural)), Icon: "sliders-horizontal", Href: definePath(o.Key)})
		}
	}
	return items
}

// offer adds an item that has every word somewhere in its text.
func (v *visit) offer(items []ui.PaletteItem, words string, item ui.PaletteItem) []ui.PaletteItem {
	text := strings.ToLower(item.Text)
	for _, word := range strings.Fields(strings.ToLower(words)) {
		if !strings.Contains(text, word) {
			return items
		}
	}
	return append(items, item)
}
