// Package faulty is read by TestCheckFindsEachProblem; it has faults. T(ctx, "demo.comment") in a comment asks for nothing.
package faulty

import (
	"context"

	"fairground/internal/ui"
)

func page(ctx context.Context, status string) []string {
	return []string{
		ui.T(ctx, "demo.fine"), ui.T(ctx, "demo.untranslated"), ui.T(ctx, "demo.plural", "count", 2),
		ui.T(ctx, "demo.gap", "name", "Mina"), ui.T(ctx, "demo.undefined"), ui.T(ctx, "demo.status."+status),
	}
}
