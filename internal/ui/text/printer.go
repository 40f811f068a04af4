package text

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bojanz/currency"
	"github.com/go-playground/locales"

	"fairground/internal/value"
)

//go:embed messages.*.json
var own embed.FS

// Settings say for whom a Printer writes. The zero value writes English, in UTC, by the machine's clock.
type Settings struct {
	Locale   value.Locale
	Zone     *time.Location
	Currency string      // ISO 4217; amounts in another currency show theirs all the same
	Clock    value.Clock // for "2 hours ago"
	Units    string      // "metric" or "imperial", as site.Units; empty: as the locale's region does
}

// Printer writes messages, numbers, dates and money for one locale. It never changes, so goroutines may share one.
// The nil Printer works and writes English figures and bare keys.
type Printer struct {
	settings Settings
	messages []map[string]message
	rules    locales.Translator
	money    currency.Locale
}

// Printer makes a printer. Making one is cheap, yet a site should keep one per language.
func (c *Catalogue) Printer(s Settings) *Printer {
	if s.Locale == "" {
		s.Locale = "en"
	}
	if s.Zone == nil {
		s.Zone = time.UTC
	}
	if s.Clock == nil {
		s.Clock = value.SystemClock{}
	}
	return &Printer{
		settings: s,
		messages: c.chain(string(s.Locale)),
		rules:    rulesOf(string(s.Locale)),
		money:    currency.NewLocale(string(s.Locale)),
	}
}

type printerKey struct{}

// WithPrinter returns a context that carries a printer to every component below.
func WithPrinter(ctx context.Context, p *Printer) context.Context {
	return context.WithValue(ctx, printerKey{}, p)
}

// FromContext returns the printer of a context, or one that writes English figures and bare keys.
func FromContext(ctx context.Context) *Printer {
	if p, ok := ctx.Value(printerKey{}).(*Printer); ok && p != nil {
		return p
	}
	return (&Catalogue{}).Printer(Settings{})
}

// T writes the message of a key in the context's language. The arguments are names and values in turn:
//
//	text.T(ctx, "results.count", "count", 1199)
func T(ctx context.Context, key string, args ...any) string {
	return FromContext(ctx).T(key, args...)
}

// Error writes an error for a person: the translated message of a *value.Error, or its own message, or "" for an
// error that is not meant for people.
func Error(ctx context.Context, err error) string {
	var known *value.Error
	if !errors.As(err, &known) {
		return ""
	}
	p := FromContext(ctx)
	if known.Key != "" && p.Has(known.Key) {
		return p.T(known.Key, known.Args...)
	}
	return known.Message
}

// Locale is the locale the printer writes for.
func (p *Printer) Locale() value.Locale { return p.settings.Locale }

// Zone is the time zone the printer writes times in.
func (p *Printer) Zone() *time.Location { return p.settings.Zone }

// Currency is the currency of the site, such as "CHF".
func (p *Printer) Currency() string { return p.settings.Currency }

// Direction is "rtl" for a locale written from right to left, else "ltr".
func (p *Printer) Direction() string {
	if p.settings.Locale.RightToLeft() {
		return "rtl"
	}
	return "ltr"
}

// Has reports whether a key has a message in this locale or one it falls back to.
func (p *Printer) Has(key string) bool {
	_, ok := p.find(key)
	return ok
}

// T writes the message of a key; a key without a message is written itself, so that the gap is seen.
func (p *Printer) T(key string, args ...any) string {
	m, ok := p.find(key)
	if !ok {
		return key
	}
	return p.fill(p.form(m, args), args)
}

func (p *Printer) find(key string) (message, bool) {
	for _, messages := range p.messages {
		if m, ok := messages[key]; ok {
			return m, true
		}
	}
	return nil, false
}

// form chooses the plural form by the argument named count.
func (p *Printer) form(m message, args []any) string {
	for i := 0; len(m) > 1 && i+1 < len(args); i += 2 {
		if args[i] != "count" {
			continue
		}
		if n, isNumber := number(args[i+1]); isNumber {
			if form, ok := m[formName(p.rules.CardinalPluralRule(n, decimals(n)))]; ok {
				return form
			}
		}
	}
	return m["other"]
}

// fill puts the arguments into the gaps of a form. A gap without an argument stays as it is written.
func (p *Printer) fill(form string, args []any) string {
	if !strings.Contains(form, "{") {
		return form
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", args[i]), p.argument(args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(form)
}

func (p *Printer) argument(arg any) string {
	switch arg := arg.(type) {
	case string:
		return arg
	case value.Money:
		return p.Money(arg)
	case time.Time:
		return p.Date(arg)
	}
	if n, isNumber := number(arg); isNumber {
		return p.Number(n)
	}
	return fmt.Sprint(arg)
}

func number(arg any) (float64, bool) {
	switch n := arg.(type) {
	case int:
		return float64(n), true
	case int32:
		return float64(n), true
	case int64:
		return float64(n), true
	case uint64:
		return float64(n), true
	case float64:
		return n, true
	default:
		return 0, false
	}
}
