package console

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// visit is what one request has at hand.
type visit struct {
	Services
	console *Console
	r       *http.Request
	ctx     context.Context
	site    *site.Site
	me      account.Session
	words   *text.Printer
	tree    *listing.Tree
	now     time.Time
	brought []ui.Section // of the rail, from other rooms
}

func (c *Console) begin(r *http.Request) (*visit, error) {
	ctx := r.Context()
	s := site.From(ctx)
	v := &visit{
		Services: c.Services(s), console: c, r: r, ctx: ctx, site: s, me: account.From(ctx),
		words: text.FromContext(ctx), now: s.DB.Clock().Now(),
	}
	var err error
	if v.tree, err = v.Listings.Trees.Tree(ctx); err != nil || c.Rail == nil {
		return v, err
	}
	v.brought, err = c.Rail(r)
	return v, err
}

// Page is the shell of a page that another room serves: at is the address of its entry in the rail.
func (c *Console) Page(r *http.Request, heading, at string) (ui.ConsolePage, error) {
	v, err := c.begin(r)
	if err != nil {
		return ui.ConsolePage{}, err
	}
	var wait waiting
	err = v.read(func(tx *db.Tx) error {
		wait, err = v.waiting(tx)
		return err
	})
	return v.page(heading, at, wait), err
}

// t writes a message in the reader's language.
func (v *visit) t(key string, args ...any) string { return v.words.T(key, args...) }

// orRaw writes the message of a key, or the word itself when there is none: for names that come from the database.
func (v *visit) orRaw(key, word string) string {
	if v.words.Has(key) {
		return v.words.T(key)
	}
	return word
}

func (v *visit) may(p account.Permission) bool { return v.me.May(p) }

func (v *visit) read(fn func(tx *db.Tx) error) error { return v.site.DB.Read(v.ctx, fn) }

// mostCounted bounds what is counted for a label; beyond it stands "1,000+".
const mostCounted = 1000

// capped writes a count that went no further than mostCounted + 1.
func (v *visit) capped(n int) string {
	if n > mostCounted {
		return v.words.Count(mostCounted) + "+"
	}
	return v.words.Count(n)
}

// waiting is what wants somebody's attention, for the rail and the tabs.
type waiting struct {
	cases, notices, second int   // cases are those that the reader may take
	brought                []int // by the tabs of other rooms, in their order
}

func (v *visit) waiting(tx *db.Tx) (w waiting, err error) {
	if v.may(account.ListingsDecide) {
		if w.cases, err = v.Moderation.CountFor(tx, v.me.Account, mostCounted+1); err != nil {
			return w, err
		}
		if w.second, err = moderation.CountProposals(tx); err != nil {
			return w, err
		}
	}
	if v.may(account.NoticesSee) {
		if w.notices, err = moderation.CountNotices(tx); err != nil {
			return w, err
		}
	}
	w.brought, err = v.countBrought(tx)
	return w, err
}

// page is the shell of a page with a heading.
func (v *visit) page(title string, here string, w waiting) ui.ConsolePage {
	return ui.ConsolePage{
		Title: title, Heading: title, Site: v.site.Settings().Name, Sections: v.rail(here, w), Find: "/console/find", Palette: v.console.Palette,
		Account: v.console.Account(v.r),
	}
}

// place is an entry of the rail.
type place struct {
	href       string
	key, icon  string
	permission account.Permission
	count      int
}

// rail shows where the role may go.
func (v *visit) rail(here string, w waiting) []ui.Section {
	var sections []ui.Section
	for _, part := range []struct {
		title  string
		places []place
	}{
		{"", []place{{href: "/console", key: "console.today", icon: "sun", permission: account.ConsoleSee}}},
		{"console.rail.market", []place{
			{href: "/console/listings", key: "console.listings", icon: "list", permission: account.ListingsSee},
			{href: "/console/safety", key: "console.safety", icon: "shield-check", permission: account.ListingsDecide, count: w.cases},
			{href: "/console/safety/notices", key: "console.notices", icon: "flag", permission: account.NoticesSee, count: w.notices},
		}},
		{"console.rail.insight", []place{
			{href: searchPath, key: "console.search", icon: "search", permission: account.ListingsSee},
			{href: "/console/safety/rules", key: "console.rules", icon: "scale", permission: account.RulesSee},
			{href: "/console/changes", key: "console.changes", icon: "history", permission: account.AuditSee},
		}},
		{"console.rail.setup", []place{
			{href: "/console/settings", key: "console.settings", icon: "settings", permission: account.SettingsSee},
			{href: "/console/setup/theme", key: "console.theme", icon: "palette", permission: account.SettingsSee},
			{href: "/console/setup/objects", key: "console.objects", icon: "blocks", permission: account.SettingsSee},
			{href: "/console/setup/automations", key: "console.automations", icon: "workflow", permission: account.SettingsSee},
			{href: "/console/setup/developers", key: "console.developers", icon: "key-round", permission: account.SettingsSee},
			{href: "/console/staff", key: "console.staff", icon: "users", permission: account.StaffSee},
			{href: "/console/mailbox", key: "console.mailbox", icon: "mail", permission: account.OperationsSee},
		}},
	} {
		if links := v.links(part.places, here); len(links) > 0 {
			title := part.title
			if title != "" {
				title = v.t(title)
			}
			sections = append(sections, ui.Section{Title: title, Links: links})
		}
		if part.title == "console.rail.market" {
			sections = append(sections, v.broughtAt(here)...)
		}
	}
	return sections
}

// broughtAt marks the entry of the page in what other rooms bring along.
func (v *visit) broughtAt(here string) []ui.Section {
	sections := make([]ui.Section, len(v.brought))
	for i, section := range v.brought {
		sections[i] = ui.Section{Title: section.Title, Links: slices.Clone(section.Links)}
		for j := range sections[i].Links {
			sections[i].Links[j].Current = sections[i].Links[j].Href == here
		}
	}
	return sections
}

func (v *visit) links(places []place, here string) []ui.Link {
	var links []ui.Link
	for _, p := range places {
		if !v.may(p.permission) || p.href == "/console/mailbox" && !v.Mailbox || p.href == searchPath && v.Search == nil {
			continue
		}
		link := ui.Link{Text: v.t(p.key), Href: p.href, Icon: p.icon, Current: p.href == here}
		if p.count > 0 {
			link.Count, link.Hot = v.capped(p.count), true
		}
		links = append(links, link)
	}
	return links
}

// show writes a page, with what the form before it did.
func (v *visit) show(w http.ResponseWriter, status int, page ui.ConsolePage, content templ.Component) error {
	if flash, ok := web.TakeFlash(w, v.r); ok {
		tone := ui.Safe
		if flash.Tone == "bad" {
			tone = ui.Alarm
		}
		page.Flash = append(page.Flash, ui.Notice{Text: flash.Text, Tone: tone})
	}
	w.Header().Set("Cache-Control", "no-store") // what staff see stays in no cache
	return web.Render(w, v.r, status, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return page.Render(templ.WithChildren(ctx, content), out)
	}))
}

// goOn leads to another page, which says what was done.
func (v *visit) goOn(w http.ResponseWriter, path, done string) error {
	web.SetFlash(w, v.r, web.Flash{Tone: "good", Text: done})
	return web.Redirect(w, v.r, path)
}

// faults are what is wrong with a form: sentences by the field they belong to, "" for the form as a whole.
type faults map[string]string

// faultsOf sorts an error that a person can act on, joined ones included, by field. Fields the form does not have
// belong to the whole. Anything else is returned as it is.
func (v *visit) faultsOf(err error, fields ...string) (faults, error) {
	found := make(faults)
	for _, one := range split(err) {
		var known *value.Error
		if !errors.As(one, &known) || known.Kind == value.Internal || known.Kind == value.NotFound {
			return nil, err
		}
		field := ""
		for _, name := range fields {
			if name == known.Field {
				field = name
			}
		}
		if found[field] == "" {
			found[field] = v.sentence(known)
		}
	}
	return found, nil
}

// worded gives errors of a kind a message in the reader's language where their maker gave none.
func worded(err error, keys map[value.Kind]string) error {
	var known *value.Error
	if !errors.As(err, &known) || known.Key != "" || known.Field != "" || keys[known.Kind] == "" {
		return err
	}
	said := *known
	said.Key = keys[known.Kind]
	if errors.Is(err, moderation.ErrSamePerson) {
		said.Key = "console.same_person"
	}
	return &said
}

// split takes a joined error apart.
func split(err error) []error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		return joined.Unwrap()
	}
	return []error{err}
}

// sentence is an error in the reader's language, with a capital and a full stop.
func (v *visit) sentence(err *value.Error) string {
	if err.Field != "" {
		if key := "console.fault." + err.Field; err.Key == "" && err.Kind == value.Invalid && v.words.Has(key) {
			return v.t(key)
		}
	}
	return capital(text.Error(v.ctx, err))
}

func capital(sentence string) string {
	if sentence == "" {
		return ""
	}
	if first := sentence[0]; first >= 'a' && first <= 'z' {
		sentence = string(first-'a'+'A') + sentence[1:]
	}
	if last := sentence[len(sentence)-1]; last != '.' && last != '!' && last != '?' {
		sentence += "."
	}
	return sentence
}

// statusOf is the HTTP status of a form that is shown again.
func statusOf(err error) int {
	if err == nil {
		return http.StatusOK
	}
	return web.StatusOf(err)
}
