package automation

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// part of a text is either as written or computed.
type part struct {
	plain     string
	condition *expr.Condition
}

// parseText reads a text with CEL in double braces: "Call {{ name }} today".
func parseText(scope *expr.Scope, text string) ([]part, error) {
	var parts []part
	for rest := text; rest != ""; {
		before, after, found := strings.Cut(rest, "{{")
		if before != "" {
			parts = append(parts, part{plain: before})
		}
		if !found {
			break
		}
		source, end, closed := strings.Cut(after, "}}")
		if !closed {
			return nil, value.Errorf(value.Invalid, "a {{ has no }} behind it")
		}
		condition, err := scope.Compile(strings.TrimSpace(source), 0)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{condition: condition})
		rest = end
	}
	return parts, nil
}

// fill writes a text for one record. What cannot be computed, or is empty, leaves a dash.
func fill(ctx context.Context, scope *expr.Scope, text string, rec expr.Record, constants expr.Constants) (string, error) {
	parts, err := parseText(scope, text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.plain)
		if p.condition != nil {
			b.WriteString(shown(p.condition.Eval(ctx, rec, constants)))
		}
	}
	return b.String(), nil
}

func shown(v any, err error) string {
	switch v := v.(type) {
	case nil:
		return "–"
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04")
	default:
		if err != nil {
			return "–"
		}
		return fmt.Sprint(v)
	}
}
