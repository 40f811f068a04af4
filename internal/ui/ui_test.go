package ui

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/a-h/templ"

	"fairground/internal/ui/text"
	"fairground/internal/value"
)

func TestMain(m *testing.M) {
	if err := Check(); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func speaking(t *testing.T, locale value.Locale) context.Context {
	t.Helper()
	catalogue, err := text.New(Messages())
	if err != nil {
		t.Fatal(err)
	}
	clock := &value.FixedClock{At: time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC)}
	return text.WithPrinter(context.Background(), catalogue.Printer(text.Settings{Locale: locale, Currency: "CHF", Clock: clock}))
}

func render(t *testing.T, ctx context.Context, c templ.Component) string {
	t.Helper()
	var page strings.Builder
	if err := c.Render(ctx, &page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

const hostile = `"><script>alert(1)</script> ' onx="y`

// TestHostileTextStaysText puts hostile text into every text a component takes.
func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	ctx := speaking(t, "en-CH")
	link := Link{Text: hostile, Href: hostile, Icon: hostile, Count: hostile, Lang: hostile, Title: hostile}
	picture := Picture{Src: hostile, Alt: hostile, Large: hostile, Tone: hostile, Sizes: hostile}
	local := Picture{Src: "/a.webp", Alt: hostile, Large: hostile, Tone: hostile, Sizes: hostile, Sources: []Source{{hostile, 1}}}
	for name, c := range map[string]templ.Component{
		"button":   Button{Text: hostile, Icon: hostile, Name: hostile, Value: hostile, Key: hostile, Confirm: hostile, Action: hostile},
		"link":     Button{Text: hostile, Href: hostile, Key: hostile, Attrs: templ.Attributes{"data-x": hostile}},
		"chip":     Chip{Text: hostile, Href: hostile, On: true, Removes: true},
		"tag":      Tag{Text: hostile, Tone: Tone(hostile)},
		"notice":   Notice{Text: hostile, Tone: Tone(hostile), Icon: hostile},
		"avatar":   Avatar{Name: hostile},
		"panel":    Panel{Title: hostile},
		"field":    Field{Name: hostile, Label: hostile, Value: hostile, Hint: hostile, Error: hostile, Type: hostile},
		"area":     Field{Name: hostile, Label: hostile, Value: hostile, Rows: 3},
		"select":   Select{Name: hostile, Label: hostile, Value: hostile, Options: []Option{{hostile, hostile}}},
		"checkbox": Checkbox{Name: hostile, Label: hostile, Hint: hostile, Error: hostile, Value: hostile},
		"crumbs":   Breadcrumb{link, {Text: hostile}},
		"pages":    Pagination{Page: 1, PrevHref: hostile, NextHref: hostile},
		"map":      Map{ID: hostile, Label: hostile, Clusters: hostile, Card: hostile, Area: hostile, Tiles: hostile, TilesCredit: hostile, Small: true},
		"empty":    EmptyState{Icon: hostile, Title: hostile, Text: hostile},
		"facts":    Facts{Rows: []Fact{{Name: hostile, Value: hostile}}},
		"timeline": Timeline{{Text: hostile, By: hostile, When: hostile, Href: hostile, Tone: Tone(hostile)}},
		"entry":    Timeline{{Text: hostile, Icon: hostile, Body: hostile, Lines: []Edit{{hostile, hostile, hostile}}}},
		"views":    ViewTabs{Label: hostile, Tabs: []Link{link}, AddHref: hostile},
		"chips": Chips{Items: []FilterChip{{hostile, hostile, hostile}}, Add: FilterForm{Action: hostile, Kept: []Kept{{hostile, hostile}}, Error: hostile,
			Fields: []FilterField{{hostile, hostile, hostile, []Option{{hostile, hostile}}}}, Operators: []FilterOperator{{hostile, hostile, []string{hostile}, true}}}},
		"filter": FilterText{Action: hostile, Name: hostile, Value: hostile, Error: hostile, Suggestion: hostile, SuggestHref: hostile},
		"grid": Grid{ID: hostile, Label: hostile, Columns: []Column{{Title: hostile, SortHref: hostile}, {Title: hostile, Kind: LinkCell}}, Total: hostile, Range: hostile, PrevHref: hostile, Matching: hostile,
			Bulk: BulkBar{Action: hostile, Kept: []Kept{{hostile, hostile}}, Buttons: []Button{{Text: hostile}}},
			Rows: []Row{{ID: hostile, Name: hostile, Href: hostile, PeekURL: hostile, Tone: Tone(hostile), Cells: []Cell{{Text: hostile, Title: hostile, EditURL: hostile}, {Text: hostile, Href: hostile}}}}},
		"editor":      CellEditor{Action: hostile, Kept: []Kept{{hostile, hostile}}},
		"toast":       Toast{Text: hostile, Undo: hostile, Tone: Tone(hostile)},
		"partial":     Partial{Target: hostile, Swap: hostile},
		"peek":        PeekCard{Title: hostile, Href: hostile, CloseHref: hostile, Tags: []Tag{{Text: hostile}}},
		"board":       Board{Label: hostile, Refresh: hostile, Columns: []BoardColumn{{Value: hostile, Title: hostile, Sum: hostile, MoreHref: hostile, Cards: []BoardCard{{ID: hostile, Title: hostile, Href: hostile, PeekURL: hostile, Lines: []string{hostile}, Person: hostile, MoveURL: hostile}}}}},
		"calendar":    Calendar{Label: hostile, PrevHref: hostile, Entries: []CalendarEntry{{Text: hostile, Time: hostile, Href: hostile, PeekURL: hostile, Tone: Tone(hostile)}}},
		"record":      RecordPage{Back: link, Title: hostile, Line: hostile, Sections: []FactSection{{Title: hostile, Edit: hostile}}, Related: []Related{{Title: hostile, Href: hostile, AddHref: hostile, AddText: hostile}}, Notes: NotesForm{Action: hostile, Value: hostile}, Files: []File{{Name: hostile, Href: hostile, By: hostile, Remove: hostile}}, FileForm: FileForm{Action: hostile, Hint: hostile, Accept: hostile}},
		"results":     PaletteResults{Groups: []PaletteGroup{{Title: hostile, Items: []PaletteItem{{Text: hostile, Detail: hostile, Icon: hostile, Href: hostile}}}}},
		"steps":       Steps{Label: hostile, At: 1, Items: []Step{{hostile, hostile}, {Text: hostile}}},
		"progress":    Progress{ID: hostile, URL: hostile, Href: hostile, Label: hostile, Figures: hostile},
		"mapping":     MappingTable{Label: hostile, Columns: []MappedColumn{{Name: hostile, Header: hostile, Samples: []string{hostile}, Note: hostile, Tone: Tone(hostile)}}},
		"text":        TextInput{Input: Input{Name: hostile, Label: hostile, Hint: hostile, Error: hostile}, Value: hostile, Unit: hostile},
		"money":       MoneyInput{Input: Input{Name: hostile, Label: hostile}, Amount: hostile, Currencies: []string{hostile, hostile}},
		"choices":     ChoicesInput{Input: Input{Name: hostile, Label: hostile}, Options: []Option{{hostile, hostile}}},
		"place":       PlaceInput{Input: Input{Name: hostile, Label: hostile}, Text: hostile, Lat: hostile, Lon: hostile},
		"picker":      LinkPicker{Input: Input{Name: hostile, Label: hostile}, Value: hostile, Text: hostile, URL: hostile},
		"pickers":     LinksPicker{Input: Input{Name: hostile, Label: hostile}, Chosen: []Option{{hostile, hostile}}, URL: hostile},
		"suggestions": Suggestions{{hostile, hostile, hostile}},
		"expression":  ExpressionInput{Input: Input{Name: hostile, Label: hostile}, Value: hostile, CheckURL: hostile, Check: ExpressionCheck{Source: hostile, Error: hostile, Line: 1, Column: 3, Suggestion: hostile}, Groups: []NameGroup{{hostile, []ExpressionName{{hostile, hostile, hostile}}}}},
		"error":       ErrorPage{Title: hostile, Text: hostile, ID: hostile},
		"image":       Image(local),
		"gallery":     Gallery{Label: hostile, Pictures: []Picture{local, picture}},
		"meter":       Meter{Label: hostile, Tone: Tone(hostile)},
		"signal":      Signal{Score: hostile, Title: hostile, Rule: hostile, Text: hostile, Tone: Tone(hostile)},
		"tile":        Tile{Label: hostile, Figure: hostile, Text: hostile, Href: hostile, Icon: hostile},
		"share":       Share(hostile),
		"card":        Card{Href: hostile, Picture: local, Price: hostile, Title: hostile, Place: hostile, Badges: []Tag{{Text: hostile}}},
		"choice":      Choice{Name: hostile, Value: hostile, Text: hostile},
		"facets":      Facets{Action: hostile, Target: hostile},
		"public": PublicPage{Title: hostile, Description: hostile, Site: hostile, Home: hostile, Canonical: hostile, SkinURL: hostile, Logo: Picture{Src: hostile, Alt: hostile}, Skin: Skin{Accent: hostile, Text: hostile, Display: hostile, Ornament: hostile}, Nav: []Link{link},
			Account: Account{Name: hostile, Href: hostile, SignOut: hostile}, Languages: []Link{link, link}, Footer: []Link{link}, Flash: []Notice{{Text: hostile}},
			Search: Search{Action: hostile, Words: hostile, Place: hostile, Category: hostile, CategoryName: hostile, Radii: []Option{{hostile, hostile}}}},
		"console": ConsolePage{Title: hostile, Site: hostile, Sections: []Section{{hostile, []Link{link}}}, Find: hostile, Words: hostile, Heading: hostile,
			Account: Account{Name: hostile, Role: hostile, Links: []Link{link}, SignOut: hostile}, Tabs: []Link{link}},
	} {
		html := render(t, ctx, c)
		if strings.Contains(html, "<script>") || strings.Contains(html, `onx="`) {
			t.Errorf("%s: hostile text became markup:\n%s", name, html)
		}
	}
}

func TestNoInlineStyleOrScript(t *testing.T) {
	t.Parallel()
	inline := regexp.MustCompile(`(?i) style=| on[a-z]+=|<style|<script>|javascript:`)
	ctx := speaking(t, "en-CH")
	for name, c := range map[string]templ.Component{
		"public":    PublicPage{Title: "Start", Site: "Market", Search: Search{Action: "/search"}},
		"console":   ConsolePage{Title: "Today", Find: "/find"},
		"histogram": Histogram{Counts: []int{1, 2, 0}, From: 1, To: 2},
		"meter":     Meter{Share: .5},
		"gallery":   Gallery{Pictures: []Picture{{Src: "/a.webp", Tone: "#aabbcc"}}},
		"link":      Button{Text: "x", Href: "javascript:alert(1)"},
		"palette":   ConsolePage{Title: "Today", Find: "/find", Palette: "/palette", Toasts: []Toast{{Text: "Done", Undo: "/undo"}}},
		"grid": Grid{Columns: []Column{{Title: "Name", Width: 12, SortHref: "javascript:alert(1)"}}, NextHref: "javascript:alert(1)", Bulk: BulkBar{Buttons: []Button{{Text: "Write"}}},
			Rows: []Row{{ID: "1", Href: "javascript:alert(1)", PeekURL: "/1", Cells: []Cell{{EditURL: "/1/name"}}}}},
		"board":    Board{Columns: []BoardColumn{{Title: "New", MoreHref: "javascript:alert(1)", Cards: []BoardCard{{ID: "1", Href: "javascript:alert(1)", MoveURL: "/1/move"}}}}},
		"progress": Progress{URL: "/job", Share: .5},
		"record":   RecordPage{Title: "One", Notes: NotesForm{Action: "/notes"}, FileForm: FileForm{Action: "/files"}, Files: []File{{Name: "a.pdf", Href: "javascript:alert(1)", Remove: "/remove"}}},
	} {
		if found := inline.FindString(render(t, ctx, c)); found != "" {
			t.Errorf("%s: the page's policy would block %q", name, found)
		}
	}
}

func TestImageShowsOnlyOurOwn(t *testing.T) {
	t.Parallel()
	ctx := speaking(t, "en-CH")
	for _, src := range []string{"", "https://elsewhere.example/a.jpg", "//elsewhere.example/a.jpg", "/\\elsewhere.example/a.jpg", "data:image/png;base64,AA", "javascript:alert(1)", "a.jpg", "/a.jpg x, /b.jpg"} {
		if html := render(t, ctx, Image(Picture{Src: src})); strings.Contains(html, "<img") {
			t.Errorf("%q is shown: %s", src, html)
		}
	}
	html := render(t, ctx, Image(Picture{Src: "/a-640.webp", Width: 640, Height: 480, Alt: "A bicycle", Tone: "#dfe7d8", Sizes: "50vw",
		Sources: []Source{{"/a-320.webp", 320}, {"//elsewhere.example/a.webp", 900}, {"/a-640.webp", 640}}}))
	for _, want := range []string{`src="/a-640.webp"`, `srcset="/a-320.webp 320w, /a-640.webp 640w"`, `sizes="50vw"`, `width="640"`, `height="480"`, `alt="A bicycle"`, `loading="lazy"`, `fill="#dfe7d8"`} {
		if !strings.Contains(html, want) {
			t.Errorf("missing %s in %s", want, html)
		}
	}
}

func TestFieldSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	html := render(t, speaking(t, "en-CH"), Field{Name: "price", Label: "Price", Hint: "In francs", Error: "Too large", Required: true})
	for _, want := range []string{`for="price"`, `id="price"`, `aria-describedby="price-hint price-error"`, `aria-invalid="true"`, ` required`, `id="price-error"`, "Too large"} {
		if !strings.Contains(html, want) {
			t.Errorf("missing %s in %s", want, html)
		}
	}
	if html := render(t, speaking(t, "de"), Field{Name: "a", Label: "Ort"}); !strings.Contains(html, "(freiwillig)") || strings.Contains(html, "required") || strings.Contains(html, "aria-") {
		t.Errorf("an optional field without remarks: %s", html)
	}
}

func TestPaginationWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		page, pages int
		want        []int
	}{
		{1, 1, []int{1}}, {1, 3, []int{1, 2, 3}}, {1, 50, []int{1, 2, 0, 50}}, {5, 50, []int{1, 0, 4, 5, 6, 0, 50}}, {50, 50, []int{1, 0, 49, 50}},
	} {
		got := Pagination{Page: c.page, Pages: c.pages}.window()
		if len(got) != len(c.want) {
			t.Errorf("page %d of %d: %v, want %v", c.page, c.pages, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("page %d of %d: %v, want %v", c.page, c.pages, got, c.want)
			}
		}
	}
	if html := render(t, speaking(t, "en"), Pagination{Page: 1, Pages: 1}); html != "" {
		t.Errorf("a single page needs no pagination, got %s", html)
	}
	if html := render(t, speaking(t, "en"), Pagination{NextHref: "/next"}); !strings.Contains(html, `rel="next"`) || strings.Contains(html, `rel="prev"`) {
		t.Errorf("steps only: %s", html)
	}
}

func TestInitials(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Mina Rossi": "MR", "elio": "E", "": "?", "88": "?", "Ann-Marie de la Tour": "AT", "Ève": "È", "山田 太郎": "山太", "O'Neil": "O"} {
		if got := initials(name); got != want {
			t.Errorf("initials(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestShellsSpeakTheLanguage(t *testing.T) {
	t.Parallel()
	for locale, want := range map[value.Locale]string{"de-CH": `lang="de-CH" dir="ltr"`, "ar": `lang="ar" dir="rtl"`, "en": `lang="en" dir="ltr"`} {
		for _, page := range []templ.Component{PublicPage{Title: "T"}, ConsolePage{Title: "T"}} {
			if html := render(t, speaking(t, locale), page); !strings.Contains(html, want) {
				t.Errorf("%s: missing %s", locale, want)
			}
		}
	}
}

// TestIconsExist walks the whole tree for icons asked for by name.
func TestIconsExist(t *testing.T) {
	t.Parallel()
	a, err := built()
	if err != nil {
		t.Fatal(err)
	}
	asked := regexp.MustCompile(`(?:\bIcon\(|\bIcon: ?)"([^"]+)"`)
	count := 0
	err = filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		isSource := strings.HasSuffix(name, ".templ") || strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_templ.go") && !strings.HasSuffix(name, "_test.go")
		if err != nil || entry.IsDir() || !isSource {
			return err
		}
		content, err := os.ReadFile(name)
		for _, found := range asked.FindAllStringSubmatch(string(content), -1) {
			count++
			if a.icons[found[1]] == "" {
				t.Errorf("%s asks for the icon %q, which is not in icons.txt", name, found[1])
			}
		}
		return err
	})
	if err != nil || count < 20 {
		t.Fatalf("walked the tree and found %d icons: %v", count, err)
	}
}

func TestWordsAreComplete(t *testing.T) {
	t.Parallel()
	problems, err := text.Check(".", "en", "de")
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Error(problem)
	}
}

func TestMissingBuildIsSaid(t *testing.T) {
	t.Parallel()
	if _, err := readAssets(fstest.MapFS{"dist/.keep": {}}); err == nil || !strings.Contains(err.Error(), "make") {
		t.Errorf("without a build: %v, want an error that names make", err)
	}
	broken := fstest.MapFS{"dist/manifest.json": {Data: []byte("{")}, "dist/icons.json": {Data: []byte("{}")}}
	if _, err := readAssets(broken); err == nil {
		t.Error("a broken manifest is taken")
	}
}

func TestTilesComeFromOneHost(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"": "", "https://tiles.example.org/{z}/{x}/{y}.png": "https://tiles.example.org", "https://tiles.example.org:8443/{z}/{x}/{y}": "https://tiles.example.org:8443",
		"http://tiles.example.org/{z}/{x}/{y}": "", "https://{x}.example.org/{z}/{y}": "https://1.example.org", "https://a b/{z}/{x}/{y}": "", "https://*/{z}/{x}/{y}": "",
		"https://tiles.example.org;script-src/{z}/{x}/{y}": "", "javascript:alert({z}{x}{y})": "", "//tiles.example.org/{z}/{x}/{y}": "",
	} {
		if got := (Map{Tiles: address}).TileOrigin(); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}
