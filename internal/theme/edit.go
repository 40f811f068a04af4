package theme

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"fairground/internal/account"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// editing is the form of a theme, as it is or as it was typed.
type editing struct {
	room    *Room
	r       *http.Request
	ctx     context.Context
	words   *text.Printer
	locales []value.Locale
	theme   site.Theme
	faults  map[string]string
	better  map[string]string // the colour to take instead, by field
	options []ui.Option       // categories
}

func (t *Room) edit(r *http.Request, theme site.Theme) *editing {
	return &editing{
		room: t, r: r, ctx: r.Context(), words: text.FromContext(r.Context()), locales: site.From(r.Context()).Settings().Locales,
		theme: theme, faults: map[string]string{}, better: map[string]string{},
	}
}

func (t *Room) editor(w http.ResponseWriter, r *http.Request) error {
	return t.edit(r, site.From(r.Context()).Settings().Theme).show(w, http.StatusOK)
}

func (e *editing) t(key string, args ...any) string { return e.words.T(key, args...) }

func (e *editing) show(w http.ResponseWriter, status int) (err error) {
	page, err := e.room.Shell(e.r, e.t("theme.title"), editorPath)
	if err != nil {
		return err
	}
	if e.options == nil {
		if e.options, err = e.room.Categories(e.r); err != nil {
			return err
		}
	}
	if flash, ok := web.TakeFlash(w, e.r); ok {
		page.Flash = append(page.Flash, ui.Notice{Text: flash.Text, Tone: ui.Safe})
	}
	w.Header().Set("Cache-Control", "no-store")
	web.Frames(w.Header())
	return web.Render(w, e.r, status, templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return page.Render(templ.WithChildren(ctx, e.view()), out)
	}))
}

func (e *editing) mayEdit() bool { return account.From(e.ctx).May(account.SettingsEdit) }

// save takes one step of editing, which changes the form only, or saves all of it.
func (t *Room) save(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	e := t.edit(r, site.Theme{})
	settings := site.From(r.Context()).Settings()
	e.read(f, settings.Theme)
	if e.options, err = t.Categories(r); err != nil {
		return err
	}
	if step := f.Raw("do"); step != "" && step != "save" {
		e.step(step, f.Raw("add"))
		e.measure()
		return e.show(w, http.StatusOK)
	}
	e.measure()
	settings.Theme = e.theme
	e.check(settings)
	if len(e.faults) > 0 {
		return e.show(w, http.StatusUnprocessableEntity)
	}
	return t.keep(w, r, settings)
}

// keep stores a theme and goes back to the editor.
func (t *Room) keep(w http.ResponseWriter, r *http.Request, settings site.Settings) error {
	err := site.From(r.Context()).SaveSettings(r.Context(), account.From(r.Context()).Actor(), settings)
	if err != nil {
		return err
	}
	web.SetFlash(w, r, web.Flash{Tone: "good", Text: text.T(r.Context(), "theme.saved")})
	return web.Redirect(w, r, editorPath)
}

// preview shows the home page as the form would have it. Colours that cannot be read are shown all the same: one sees
// why. What is no colour is left out; texts that are too long are shown, since nothing is stored.
func (t *Room) preview(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	settings := site.From(r.Context()).Settings()
	e := t.edit(r, site.Theme{})
	e.read(f, settings.Theme)
	settings.Theme = sound(e.theme)
	web.Framed(w.Header())
	w.Header().Set("Cache-Control", "no-store")
	return t.Home(w, r.WithContext(site.WithSettings(r.Context(), settings)))
}

// longestTyped is how many characters of a field are read, so that what is too long is shown again; site.Theme says what
// is too long.
const longestTyped = 20_000

// read takes the form as it was typed; the logo has a form of its own.
func (e *editing) read(f *web.Form, before site.Theme) {
	line := func(name string) string { return f.Line(name, longestTyped) }
	e.theme = site.Theme{
		Accent: strings.ToLower(line("accent")), Ground: strings.ToLower(line("ground")), Ink: strings.ToLower(line("ink")),
		Text: own(f.Choice("text", fontNames()...), builtinText), Display: own(f.Choice("display", fontNames()...), builtinDisplay),
		Ornament: own(f.Choice("ornament", ui.Ornaments...), ui.Ornaments[0]),
		Square:   f.Bool("square"), Logo: before.Logo, Texts: map[value.Locale]site.Texts{},
	}
	for _, locale := range e.locales {
		words := site.Texts{Tagline: line("tagline." + string(locale)), Lead: f.Text("lead."+string(locale), longestTyped), Footer: f.Text("footer."+string(locale), longestTyped)}
		if words != (site.Texts{}) {
			e.theme.Texts[locale] = words
		}
	}
	for i := range site.MostBlocks + 1 { // one too many is seen, and explained
		at := "block." + strconv.Itoa(i)
		if kind := site.BlockKind(f.Raw(at)); kind != "" {
			e.theme.Blocks = append(e.theme.Blocks, e.readBlock(f, at, kind))
		}
	}
	for _, wrong := range f.Errors() {
		e.faults[wrong.Field] = text.Error(e.ctx, wrong)
	}
}

func (e *editing) readBlock(f *web.Form, at string, kind site.BlockKind) site.Block {
	b := site.Block{Kind: kind, Category: f.Line(at+".category", longestTyped)}
	if kind != site.BlockText {
		return b
	}
	b.Title, b.Body = map[value.Locale]string{}, map[value.Locale]string{}
	for _, locale := range e.locales {
		b.Title[locale] = f.Line(at+".title."+string(locale), longestTyped)
		b.Body[locale] = f.Text(at+".body."+string(locale), longestTyped)
	}
	return b
}

// step is one change of the form: up.2, down.2, drop.2, add, take.accent.
func (e *editing) step(step, kind string) {
	verb, what, _ := strings.Cut(step, ".")
	if len(e.theme.Blocks) == 0 {
		e.theme.Blocks = slices.Clone(site.DefaultBlocks)
	}
	blocks := e.theme.Blocks
	n, err := strconv.Atoi(what)
	there := err == nil && n >= 0 && n < len(blocks)
	switch {
	case verb == "add" && len(blocks) < site.MostBlocks && slices.Contains(site.BlockKinds, site.BlockKind(kind)):
		e.theme.Blocks = append(blocks, site.Block{Kind: site.BlockKind(kind)})
	case verb == "up" && there && n > 0:
		blocks[n-1], blocks[n] = blocks[n], blocks[n-1]
	case verb == "down" && there && n < len(blocks)-1:
		blocks[n+1], blocks[n] = blocks[n], blocks[n+1]
	case verb == "drop" && there && len(blocks) > 1: // a page of none is the built-in one
		e.theme.Blocks = slices.Delete(blocks, n, n+1)
	case verb == "take":
		e.measure()
		if colour := e.colour(what); colour != nil && e.better[what] != "" {
			*colour = e.better[what]
		}
		for _, field := range colourFields {
			delete(e.faults, field)
			delete(e.better, field)
		}
	}
}

var colourFields = []string{"accent", "ground", "ink"}

func (e *editing) colour(field string) *string {
	return map[string]*string{"accent": &e.theme.Accent, "ground": &e.theme.Ground, "ink": &e.theme.Ink}[field]
}

// sound is a theme without what is no colour.
func sound(theme site.Theme) site.Theme {
	for _, hex := range []*string{&theme.Accent, &theme.Ground, &theme.Ink} {
		if !isColour(*hex) {
			*hex = ""
		}
	}
	return theme
}

func isColour(hex string) bool {
	_, err := ui.Skin{Accent: hex}.Faults()
	return err == nil
}

// measure explains what is no colour, and the colours that cannot be read.
func (e *editing) measure() {
	for _, field := range colourFields {
		if !isColour(*e.colour(field)) {
			e.faults[field] = e.t("theme.fault.colour")
		}
	}
	faults, err := Skin(sound(e.theme)).Faults()
	if err != nil {
		return
	}
	for _, f := range faults {
		e.faults[f.Field] = e.t("theme.fault."+f.Field, "colour", f.Chosen, "ground", f.Against, "ratio", oneDigit(f.Ratio), "needed", oneDigit(f.Needed), "better", f.Better)
		e.better[f.Field] = f.Better
	}
}

func oneDigit(n float64) string { return strconv.FormatFloat(n, 'f', 1, 64) }

// check adds what the settings say of words and blocks, and whether the categories of blocks are there.
func (e *editing) check(settings site.Settings) {
	for _, wrong := range settings.Problems() {
		field, ours := strings.CutPrefix(wrong.Field, "theme.")
		rest, inBlocks := strings.CutPrefix(field, "blocks")
		switch {
		case !ours:
			e.faults["words"] = text.Error(e.ctx, wrong)
		case inBlocks:
			e.faults["blocks"] = e.t("theme.fault.blocks")
			if strings.Count(rest, ".") > 1 {
				e.faults["block"+rest] = e.t("theme.fault.block." + strings.Split(rest, ".")[2])
			}
		case e.faults[field] == "" && e.colour(field) == nil:
			e.faults[field], e.faults["words"] = e.t("theme.fault.long"), e.t("theme.fault.long")
		}
	}
	for i, b := range e.theme.Blocks {
		if b.Kind == site.BlockCategory && !e.offers(b.Category) {
			e.faults["blocks"], e.faults["block."+strconv.Itoa(i)+".category"] = e.t("theme.fault.blocks"), e.t("theme.fault.block.category")
		}
	}
}

func (e *editing) offers(category string) bool {
	return slices.ContainsFunc(e.options, func(o ui.Option) bool { return o.Value == category })
}

// What a form calls the built-in choices.
const (
	builtinText    = "inter"
	builtinDisplay = "bricolage"
)

// own is a choice that is not the built-in.
func own(chosen, builtin string) string {
	if chosen == builtin {
		return ""
	}
	return chosen
}

func orBuiltin(chosen, builtin string) string {
	if chosen == "" {
		return builtin
	}
	return chosen
}

func fontNames() []string {
	var names []string
	for _, f := range ui.Fonts {
		names = append(names, f.Name)
	}
	return names
}

func (e *editing) fontOptions(builtin string) []ui.Option {
	var all []ui.Option
	for _, f := range ui.Fonts {
		if f.Name == builtin {
			all = slices.Insert(all, 0, ui.Option{Value: f.Name, Text: e.t("theme.builtin", "name", f.Label)})
			continue
		}
		label := f.Label
		if f.Name == "system" {
			label = e.t("theme.font.system")
		}
		all = append(all, ui.Option{Value: f.Name, Text: label})
	}
	return all
}

func (e *editing) ornaments() []ui.Option {
	var all []ui.Option
	for _, name := range ui.Ornaments {
		all = append(all, ui.Option{Value: name, Text: e.t("theme.ornament." + name)})
	}
	return all
}

func (e *editing) kinds() []ui.Option {
	var all []ui.Option
	for _, kind := range site.BlockKinds {
		all = append(all, ui.Option{Value: string(kind), Text: e.t("theme.block." + string(kind))})
	}
	return all
}

func (e *editing) locked(attrs templ.Attributes) templ.Attributes {
	if e.mayEdit() {
		return attrs
	}
	return templ.Attributes{"disabled": true}
}
