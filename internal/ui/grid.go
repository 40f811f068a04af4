package ui

import (
	"fmt"
	"time"

	"github.com/a-h/templ"
)

// Sort is the way a column is sorted at present.
type Sort string

// The ways. The zero Sort is not sorted.
const (
	Ascending  Sort = "ascending"
	Descending Sort = "descending"
)

// CellKind is how the cells of a column look.
type CellKind string

// The kinds. The zero CellKind is a text.
const (
	TextCell   CellKind = ""
	NumberCell CellKind = "number" // at the end of the column, figures of one width
	MoneyCell  CellKind = "money"  // the same
	TagCell    CellKind = "tag"
	PersonCell CellKind = "person" // with initials
	LinkCell   CellKind = "link"
	WhenCell   CellKind = "when"  // how long ago
	YesNoCell  CellKind = "yesno" // by Yes
	LongCell   CellKind = "long"  // breaks lines
)

// Column is a column of a Grid. The first is the main one: its cells link to the records and stay in sight.
type Column struct {
	Title    string
	Kind     CellKind
	Sort     Sort
	SortHref string // the page sorted by this column, or the other way; none for columns that cannot be sorted
	Width    int    // in rem, from 4 to 40 in steps of 2; 0 lets the words decide
}

// Cell is one value, already formatted. A cell with nothing to show is a dash.
type Cell struct {
	Text    string
	Href    string // LinkCell
	Tone    Tone   // TagCell
	Tags    []Tag  // TagCell with several
	At      time.Time
	Yes     *bool
	Title   string // what a pointer is told
	EditURL string // answers a CellEditor by GET
	View    templ.Component
}

// Row is one record. Href is its page; PeekURL answers its PeekCard.
type Row struct {
	ID      string
	Name    string // how its box is called
	Href    string
	PeekURL string
	Current bool // shown in the peek
	Tone    Tone
	Cells   []Cell // one per column
}

// Grid is a dense table of records. A row is selected by the box before it, opened by its link; keys do both: j and k
// or arrows move, Enter opens the peek, o the page, x selects, e edits, Escape closes, a slash goes to the filter.
type Grid struct {
	ID       string // "grid" when empty; the region that sorting and paging swap
	Label    string
	Columns  []Column
	Rows     []Row
	Bulk     BulkBar // without buttons rows have no boxes
	Matching string  // "1,000+": how many there are, when more than these rows; offers to select them all
	Peek     string  // id of the Peek's panel, "peek" when empty
	Total    string  // the foot: "29 records · CHF 131'370 in all"
	Range    string  // "1–29 · 3 ms"
	PrevHref string
	NextHref string
	Empty    templ.Component // instead of rows
}

func (g Grid) id() string   { return firstOf(g.ID, "grid") }
func (g Grid) peek() string { return firstOf(g.Peek, "peek") }
func (g Grid) form() string { return g.id() + "-bulk" }

func (g Grid) selects() bool { return len(g.Bulk.Buttons) > 0 || g.Bulk.More != nil }

// moves makes a link of the grid swap the grid alone and keep the address true.
func (g Grid) moves(href string) templ.Attributes {
	region := "#" + g.id()
	return templ.Attributes{"hx-get": local(href), "hx-target": region, "hx-select": region, "hx-swap": "outerHTML", "hx-push-url": "true"}
}

// opens makes a row's link load the peek; without a script it leads to the record.
func (g Grid) opens(r Row) templ.Attributes {
	if r.PeekURL == "" {
		return nil
	}
	return templ.Attributes{"hx-get": local(r.PeekURL), "hx-target": "#" + g.peek(), "hx-swap": "innerHTML", "hx-sync": "#" + g.peek() + ":replace"}
}

func (g Grid) rowID(r Row) string         { return g.id() + "-" + r.ID }
func (g Grid) cellID(r Row, n int) string { return fmt.Sprintf("%s-%d", g.rowID(r), n) }
func (g Grid) columnID(n int) string      { return fmt.Sprintf("%s-column-%d", g.id(), n) }
func (c Column) isFigure() bool           { return c.Kind == NumberCell || c.Kind == MoneyCell }
func (c Column) class() string {
	return classes(when(c.isFigure(), "num"), when(c.Kind == LongCell, "wrap-text"), when(c.Kind == WhenCell, "muted"))
}
func (c Column) icon() string {
	return map[Sort]string{Ascending: "arrow-up", Descending: "arrow-down"}[c.Sort]
}
func (c Cell) isEmpty() bool {
	return c.Text == "" && len(c.Tags) == 0 && c.At.IsZero() && c.Yes == nil && c.View == nil
}

// at is the cell of a column; a row may be short of some.
func (r Row) at(n int) Cell {
	if n < len(r.Cells) {
		return r.Cells[n]
	}
	return Cell{}
}

// width names the class of a column's width.
func (c Column) width() string {
	if c.Width <= 0 {
		return ""
	}
	return fmt.Sprintf("w%d", min(max(c.Width, 4), 40)/2*2)
}
