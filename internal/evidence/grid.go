package evidence

import (
	"context"

	"fairground/internal/ui"
	"fairground/internal/ui/text"
)

// grid is the table of preservations.
func (p listPage) grid(ctx context.Context) ui.Grid {
	g := ui.Grid{
		Label: text.T(ctx, "evidence.title"), NextHref: p.Next,
		Columns: []ui.Column{
			{Title: text.T(ctx, "evidence.column.id"), Kind: ui.LinkCell},
			{Title: text.T(ctx, "evidence.column.state"), Kind: ui.TagCell},
			{Title: text.T(ctx, "evidence.column.reason")},
			{Title: text.T(ctx, "evidence.column.about")},
			{Title: text.T(ctx, "evidence.column.made"), Kind: ui.WhenCell},
			{Title: text.T(ctx, "evidence.column.until")},
			{Title: text.T(ctx, "evidence.column.kb"), Kind: ui.NumberCell},
		},
	}
	for _, e := range p.All {
		id := e.ID.Text(Kind)
		g.Rows = append(g.Rows, ui.Row{ID: id, Name: id, Href: pathOf(e), Cells: []ui.Cell{
			{Text: id, Href: pathOf(e)},
			{Text: text.T(ctx, "evidence.state."+string(e.State)), Tone: tone(e, p.Now)},
			{Text: text.T(ctx, "evidence.reason."+string(e.Reason))},
			{Text: e.Object + " " + e.Record.String()},
			{At: e.Made},
			{Text: text.FromContext(ctx).Date(e.HoldUntil)},
			{Text: text.FromContext(ctx).Decimal(kilobytes(e.Bytes), 0)},
		}})
	}
	return g
}
