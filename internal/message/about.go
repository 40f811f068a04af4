package message

import (
	"context"
	"io"

	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Render writes the form.
func (a Ask) Render(ctx context.Context, w io.Writer) error { return a.View().Render(ctx, w) }

func (a Ask) rows() int {
	if a.Small {
		return 3
	}
	return 6
}

func (v reportView) options(ctx context.Context) []ui.Option {
	options := []ui.Option{{Text: text.T(ctx, "message.report.choose")}}
	for _, g := range v.Grounds {
		options = append(options, ui.Option{Value: g.Value, Text: g.Text})
	}
	return options
}

func (r Reported) sideName(ctx context.Context, s Side) string {
	if s == BuyerSide {
		return withName(ctx, r.Buyer.Name)
	}
	return withName(ctx, r.Listing.Seller.Name)
}

func problemAt(id, at value.ID, problem string) string {
	if id == at {
		return problem
	}
	return ""
}
