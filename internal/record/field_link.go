package record

import (
	"net/url"
	"strings"

	"fairground/internal/expr"
)

// linkKind is a web address, or one of e-mail with "mailto:".
type linkKind struct{}

const mostLink = 2_000

func (linkKind) define(_ *Catalog, _ *Object, f *Field) error {
	return f.only("unique", "indexed", "searchable", "default", "required")
}

func (linkKind) columns(*Field) []column { return scalar("text") }

func (linkKind) parse(_ *Field, in any) (any, error) {
	text, err := lineOf(in)
	if err != nil || text == "" {
		return nil, err
	}
	bad := invalid("write a web address such as https://example.org")
	if len(text) > mostLink || strings.ContainsAny(text, " \"<>\\^`{|}") {
		return nil, bad
	}
	parsed, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, bad
	case parsed.Scheme == "mailto" && strings.Contains(parsed.Opaque, "@"):
		return text, nil
	case (parsed.Scheme == "http" || parsed.Scheme == "https") && parsed.Host != "" && parsed.User == nil:
		return text, nil
	case parsed.Scheme == "" && parsed.Host == "" && strings.Contains(strings.SplitN(parsed.Path, "/", 2)[0], "."):
		return linkKind{}.parse(nil, "https://"+text)
	default:
		return nil, bad
	}
}

func (linkKind) store(_ *Field, v any) []any              { return []any{v} }
func (linkKind) load(_ *Field, stored []any) (any, error) { return loadText(stored[0]) }
func (linkKind) show(_ *Field, v any) string              { text, _ := v.(string); return text }
func (linkKind) json(_ *Field, v any) any                 { return v }
func (linkKind) order(f *Field) []string                  { return []string{f.column("")} }
func (linkKind) expr(f *Field) expr.Field                 { return f.condition(expr.FieldText, "") }
