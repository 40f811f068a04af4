package showcase

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/ui"
	"fairground/internal/ui/text"
)

type business struct {
	name, category, standing, owner, stage, touch string
	tone                                          ui.Tone
	spend                                         int64
}

var businesses = []business{
	{"Velo Atelier GmbH", "Bicycles", "Verified trader", "Aya K.", "Renewal", "4 days", ui.Safe, 18400},
	{"Garage du Lac SA", "Cars", "Verified trader", "Jon P.", "Won", "today", ui.Safe, 14250},
	{"Maison Verte", "Furniture", "Papers due", "Aya K.", "Proposal", "2 days", ui.Paid, 6200},
	{"Lac Léman Immobilier", "Homes", "Verified trader", "Lou B.", "Negotiation", "1 h", ui.Safe, 56100},
	{"Second Souffle", "Clothes", "Unverified", "", "New", "6 days", ui.Plain, 840},
	{"Brocante Riponne", "Antiques", "Verified trader", "Lou B.", "Renewal", "3 days", ui.Safe, 3100},
	{"Cycles Perrin", "Bicycles", "Suspended", "Aya K.", "Lost", "12 days", ui.Alarm, 0},
	{"Auto Occasion Nord", "Cars", "Papers due", "Jon P.", "Proposal", "5 h", ui.Paid, 22800},
	{"Studio Nyon", "Homes", "Verified trader", "Lou B.", "Won", "yesterday", ui.Safe, 7400},
	{"Piano Services", "Music", "Verified trader", "Jon P.", "Renewal", "8 days", ui.Safe, 1280},
}

var stages = []string{"New", "Proposal", "Negotiation", "Renewal", "Won", "Lost"}

const chosen = 2 // the business that is shown beside the list

// number finds a business by the number in an address.
func number(r *http.Request) int {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n >= len(businesses) {
		return chosen
	}
	return n
}

func recordsDesk() ui.ConsolePage {
	page := desk("Businesses")
	page.Heading, page.TabsName, page.Actions = "Businesses", "Saved views", recordActions()
	page.Palette = "/showcase/palette"
	return page
}

func views(here int) ui.ViewTabs {
	tabs := []ui.Link{
		{Text: "All", Count: "412", Href: "/showcase/records?all"}, {Text: "Renewals this month", Count: "29", Href: "/showcase/records"}, {Text: "Papers due", Count: "12", Href: "/showcase/records?due"},
		{Text: "By owner", Href: "/showcase/calendar"}, {Text: "Board", Href: "/showcase/board"},
	}
	tabs[here].Current = true
	return ui.ViewTabs{Label: "Saved views", Tabs: tabs, Add: newView()}
}

func chips() ui.Chips {
	return ui.Chips{
		Items: []ui.FilterChip{{Name: "Renews", Words: "this month", RemoveHref: "/showcase/records?all"}, {Name: "Spend", Words: "over CHF 500", RemoveHref: "/showcase/records?all"}},
		Add: ui.FilterForm{
			Action: "/showcase/records", Kept: []ui.Kept{{Name: "view", Value: "renewals"}},
			Fields: []ui.FilterField{
				{Value: "name", Text: "Business", Kind: "text"}, {Value: "spend_year", Text: "Spend, year", Kind: "number"}, {Value: "renews_on", Text: "Renews", Kind: "date"},
				{Value: "stage", Text: "Stage", Kind: "choice", Options: choices(stages...)},
			},
			Operators: []ui.FilterOperator{
				{Value: "eq", Text: "is"}, {Value: "has", Text: "contains", Kinds: []string{"text"}}, {Value: "gt", Text: "over", Kinds: []string{"number"}},
				{Value: "before", Text: "before", Kinds: []string{"date"}}, {Value: "none", Text: "is empty", Alone: true},
			},
		},
	}
}

func choices(words ...string) []ui.Option {
	options := make([]ui.Option, len(words))
	for n, word := range words {
		options[n] = ui.Option{Value: word, Text: word}
	}
	return options
}

const filter = `renews_on < now + duration("720h") && spend_year > 500`

func grid(ctx context.Context) ui.Grid {
	g := ui.Grid{
		Label:    "Businesses",
		Matching: "1,000+",
		Total:    "29 records · " + ui.Words(ctx).Money(francs(131370)) + " in all", Range: "1–29 · 3 ms",
		Bulk: ui.BulkBar{Action: "/showcase/records", More: stageSelect(), Buttons: []ui.Button{{Text: "Set stage", Small: true}, {Text: "Write", Small: true, Icon: "mail"}, {Text: "Delete", Small: true, Look: ui.Danger, Confirm: "Delete the selected businesses?"}}},
		Columns: []ui.Column{
			{Title: "Business", SortHref: "/showcase/records?sort=name"}, {Title: "Category"}, {Title: "Standing", Kind: ui.TagCell}, {Title: "Owner"},
			{Title: "Spend, year", Kind: ui.MoneyCell, SortHref: "/showcase/records?sort=spend"}, {Title: "Stage"}, {Title: "Last touch", Kind: ui.WhenCell},
		},
	}
	for n := range businesses {
		g.Rows = append(g.Rows, row(ctx, n))
	}
	return g
}

func row(ctx context.Context, n int) ui.Row {
	b := businesses[n]
	address := strconv.Itoa(n)
	return ui.Row{
		ID: address, Name: b.name, Href: "/showcase/record", PeekURL: "/showcase/peek/" + address, Current: n == chosen,
		Cells: []ui.Cell{{Text: b.name}, {Text: b.category}, {Text: b.standing, Tone: b.tone}, {Text: b.owner},
			{Text: ui.Words(ctx).Money(francs(b.spend))}, {Text: b.stage, EditURL: "/showcase/cell/" + address}, {Text: b.touch}},
	}
}

// deals is a list within the page of a record.
func deals(ctx context.Context) ui.Grid {
	yes := true
	return ui.Grid{
		ID: "deals", Label: "Deals", Columns: []ui.Column{{Title: "Deal"}, {Title: "Owner", Kind: ui.PersonCell}, {Title: "Signed", Kind: ui.YesNoCell}, {Title: "Amount", Kind: ui.MoneyCell}, {Title: "Listing", Kind: ui.LinkCell}, {Title: "Changed", Kind: ui.WhenCell}},
		Rows: []ui.Row{
			{ID: "1", Name: "Shop 50, second year", Href: "/showcase/record", Cells: []ui.Cell{{Text: "Shop 50, second year"}, {Text: "Aya Keller"}, {Yes: &yes}, {Text: ui.Words(ctx).Money(francs(1068))}, {Text: "Oak table", Href: "/showcase/listing"}, {At: now.Add(-50 * time.Hour)}}},
			{ID: "2", Name: "Autumn furniture week", Href: "/showcase/record", Cells: []ui.Cell{{Text: "Autumn furniture week"}, {}, {}, {Text: ui.Words(ctx).Money(francs(450))}}},
		},
	}
}

func peek(ctx context.Context, n int) ui.PeekCard {
	b := businesses[n]
	return ui.PeekCard{
		Title: b.name, Href: "/showcase/record", CloseHref: "/showcase/records?closed", Tags: []ui.Tag{{Text: b.standing, Tone: b.tone}}, Actions: peekActions(),
		Facts: []ui.Fact{{Name: "Owner", Value: "Aya Keller"}, {Name: "Category", Value: b.category}, {Name: "Renews", Value: "28 Nov 2026"}, {Name: "Plan", Value: "Shop 50 · CHF 89 a month"},
			{Name: "Listings live", Value: "41"}, {Name: "Spend, year", Value: ui.Words(ctx).Money(francs(b.spend))}, {Name: "UID", Value: "CHE-114.220.731"}},
		Timeline: ui.Timeline{{Text: "Asked for the trade register extract", When: "2 d"}, {Text: "Opened “Autumn furniture week”", When: "5 d"}, {Text: "Paid invoice 2026-00418, CHF 89", When: "23 d"}, {Text: "12 listings imported by feed", When: "24 d"}},
	}
}

func board(ctx context.Context) ui.Board {
	b := ui.Board{Label: "Businesses by stage", Refresh: ""}
	for _, stage := range stages {
		column := ui.BoardColumn{Value: stage, Title: stage, Tone: map[string]ui.Tone{"Won": ui.Safe, "Lost": ui.Alarm}[stage]}
		var sum int64
		for n, one := range businesses {
			if one.stage != stage {
				continue
			}
			address := strconv.Itoa(n)
			column.Cards = append(column.Cards, ui.BoardCard{ID: address, Title: one.name, Href: "/showcase/record", PeekURL: "/showcase/peek/" + address, MoveURL: "/showcase/move/" + address,
				Lines: []string{one.category + " · " + ui.Words(ctx).Money(francs(one.spend))}, Tags: []ui.Tag{{Text: one.standing, Tone: one.tone}}, When: one.touch})
			sum += one.spend
		}
		column.Count, column.Sum = strconv.Itoa(len(column.Cards)), ui.Words(ctx).Money(francs(sum))
		b.Columns = append(b.Columns, column)
	}
	return b
}

func calendar() ui.Calendar {
	c := ui.Calendar{Label: "Renewals", Month: now, Today: now, PrevHref: "/showcase/calendar?month=10", NextHref: "/showcase/calendar?month=12", TodayHref: "/showcase/calendar"}
	for n, b := range businesses {
		entry := ui.CalendarEntry{Day: now.AddDate(0, 0, n*3%17-8), Text: b.name, Href: "/showcase/record", PeekURL: "/showcase/peek/" + strconv.Itoa(n), Tone: b.tone}
		if n == 3 {
			entry.Time = "14:30"
		}
		c.Entries = append(c.Entries, entry)
	}
	return c
}

// fragments answer what the pages fetch in part.
func fragments(mux *http.ServeMux, catalogue *text.Catalogue) {
	for pattern, fragment := range map[string]func(r *http.Request) templ.Component{
		"GET /showcase/peek/{n}":  func(r *http.Request) templ.Component { return peek(r.Context(), number(r)) },
		"GET /showcase/cell/{n}":  func(r *http.Request) templ.Component { return cellEditor(number(r), "") },
		"POST /showcase/cell/{n}": edited,
		"GET /showcase/palette":   func(r *http.Request) templ.Component { return found(r.FormValue("q")) },
		"GET /showcase/suggest":   func(r *http.Request) templ.Component { return suggested(r.FormValue("q")) },
		"POST /showcase/check":    func(r *http.Request) templ.Component { return checked(r.FormValue("rule")) },
		"GET /showcase/progress":  func(r *http.Request) templ.Component { return progress(.62) },
	} {
		mux.Handle(pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			printing(catalogue, r, func(r *http.Request) {
				status := http.StatusOK
				if r.Method == http.MethodPost && r.FormValue("stage") == "Lost" {
					status = http.StatusUnprocessableEntity
				}
				templ.Handler(fragment(r), templ.WithStatus(status)).ServeHTTP(w, r)
			})
		}))
	}
	mux.HandleFunc("POST /showcase/move/{n}", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("to") == "Lost" {
			http.Error(w, "needs a reason", http.StatusUnprocessableEntity)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

// edited answers the form of a cell: the row with the new stage, or the form again.
func edited(r *http.Request) templ.Component {
	n, stage := number(r), r.FormValue("stage")
	if stage == "Lost" {
		return cellEditor(n, "Say why it was lost on the record's page")
	}
	changed := row(r.Context(), n)
	changed.Cells[5].Text = stage
	return templ.Join(grid(r.Context()).Row(changed), said(ui.Toast{Text: changed.Name + " is now in " + stage + ".", Undo: "/showcase/records"}))
}

func found(words string) ui.PaletteResults {
	records := ui.PaletteGroup{Title: "Businesses"}
	for _, b := range businesses {
		if strings.Contains(strings.ToLower(b.name), strings.ToLower(words)) && len(records.Items) < 4 {
			records.Items = append(records.Items, ui.PaletteItem{Text: b.name, Detail: b.category, Icon: "building-2", Href: "/showcase/record", Tag: ui.Tag{Text: b.standing, Tone: b.tone}})
		}
	}
	if len(records.Items) == 0 {
		return ui.PaletteResults{}
	}
	actions := ui.PaletteGroup{Title: "Do", Items: []ui.PaletteItem{{Text: "New business", Icon: "plus", Href: "/showcase/inputs"}, {Text: "Import businesses", Icon: "upload", Href: "/showcase/import"}}}
	return ui.PaletteResults{Groups: []ui.PaletteGroup{records, actions}}
}

func suggested(words string) ui.Suggestions {
	var all ui.Suggestions
	for n, b := range businesses {
		if strings.Contains(strings.ToLower(b.name), strings.ToLower(words)) {
			all = append(all, ui.Suggestion{ID: "bu_" + strconv.Itoa(n), Text: b.name, Detail: b.category})
		}
	}
	return all
}

// checked knows one fault.
func checked(source string) ui.ExpressionCheck {
	if at := strings.Index(source, "spend_yer"); at >= 0 {
		return ui.ExpressionCheck{Source: source, Error: "there is no field spend_yer", Line: 1, Column: at + 1, Length: len("spend_yer"), Suggestion: "spend_year"}
	}
	return ui.ExpressionCheck{Source: source, Sound: "Matches 29 records"}
}

func progress(share float64) ui.Progress {
	return ui.Progress{URL: "/showcase/progress", Href: "/showcase/import", Label: "Importing businesses.xlsx", Share: share, Figures: "31’204 of 50’000 rows · 12 set aside", Left: 40 * time.Second}
}
