package ui

import (
	"fmt"
	"slices"
	"strings"

	"fairground/internal/value"
)

// Skin is the look that a site gives its public pages; what is empty is the built-in. Colours are written #rrggbb and
// are those of the light scheme; the dark scheme is made from them.
type Skin struct {
	Accent   string // of buttons, links and the awning
	Ground   string // the paper
	Ink      string // the text
	Text     string // a font of Fonts, for text
	Display  string // and one for headings
	Ornament string // one of Ornaments
	Square   bool   // corners
}

// Ornaments are what may stand above the masthead, the built-in first.
var Ornaments = []string{"awning", "line", "none"}

// Font is a font that comes with the program.
type Font struct {
	Name    string // names it in a Skin
	Label   string // as people know it
	stack   string
	file    string // to fetch early; empty for the system's own
	builtin bool   // its face is in every style sheet
}

// Fonts are the fonts a site may choose from.
var Fonts = []Font{
	{"inter", "Inter", `"Inter Variable",system-ui,sans-serif`, "inter-latin-wght-normal.woff2", true},
	{"bricolage", "Bricolage Grotesque", `"Bricolage Grotesque Variable","Inter Variable",sans-serif`, "bricolage-grotesque-latin-wght-normal.woff2", true},
	{"serif", "Source Serif", `"Source Serif 4 Variable",Georgia,serif`, "source-serif-4-latin-wght-normal.woff2", false},
	{"legible", "Atkinson Hyperlegible", `"Atkinson Hyperlegible Next Variable",system-ui,sans-serif`, "atkinson-hyperlegible-next-latin-wght-normal.woff2", false},
	{"round", "Nunito", `"Nunito Variable",system-ui,sans-serif`, "nunito-latin-wght-normal.woff2", false},
	{"system", "System", "system-ui,sans-serif", "", true},
}

func fontOf(name, instead string) Font {
	for _, wanted := range []string{name, instead} {
		if i := slices.IndexFunc(Fonts, func(f Font) bool { return f.Name == wanted }); i >= 0 {
			return Fonts[i]
		}
	}
	return Font{}
}

func (s Skin) text() Font    { return fontOf(s.Text, "inter") }
func (s Skin) display() Font { return fontOf(s.Display, "bricolage") }

// early are the files of fonts that a page needs at once.
func (s Skin) early() []string {
	var files []string
	for _, f := range []Font{s.text(), s.display()} {
		if f.file != "" && !slices.Contains(files, f.file) {
			files = append(files, f.file)
		}
	}
	return files
}

// faces reports whether a page needs the faces that are not in every style sheet.
func (s Skin) faces() bool { return !s.text().builtin || !s.display().builtin }

// ground is the paper of a scheme, for browsers that colour their frame.
func (s Skin) ground() (light, dark string) { return s.GroundColours() }

// GroundColours are the paper of the light and the dark scheme as #rrggbb.
func (s Skin) GroundColours() (light, dark string) {
	c := s.colours()
	return c.light["paper"].String(), c.dark["paper"].String()
}

// AccentColour is the accent of the light scheme as #rrggbb.
func (s Skin) AccentColour() string { return s.colours().light["pennant"].String() }

// SkinFault is a choice that cannot be read, or not well.
type SkinFault struct {
	Field   string  // accent, ground or ink
	Chosen  string  // the colour
	Against string  // the colour it has to stand out from; empty for a ground that is too dark
	Ratio   float64 // of contrast, from 1 to 21
	Needed  float64
	Better  string // the nearest colour that will do
}

// The contrasts that a choice needs. WCAG 2.2 asks for 4.5 (1.4.3); ink has to leave room for softer text on tinted ground.
const (
	readable  = 4.6
	inkNeeds  = 9
	leastPale = .75 // luminance of a ground: the colours of states must be readable on it
)

// Faults lists the choices that cannot be read; nil when all can. A colour that is none is an error of kind Invalid.
func (s Skin) Faults() (faults []SkinFault, err error) {
	for field, hex := range map[string]string{"accent": s.Accent, "ground": s.Ground, "ink": s.Ink} {
		if hex != "" && !hexColour.MatchString(hex) {
			return nil, value.Fieldf(field, "%q is not a colour such as #c8321f", hex)
		}
	}
	ground := chosen(s.Ground, paperLight)
	if luminance(ground) < leastPale {
		better := moved(ground, white, black, leastPale/.05+1)
		faults = append(faults, SkinFault{Field: "ground", Chosen: ground.String(), Ratio: contrast(ground, black), Needed: leastPale/.05 + 1, Better: better.String()})
		ground = better
	}
	for _, c := range []struct {
		field, hex string
		builtin    colour
		needed     float64
	}{{"ink", s.Ink, inkLight, inkNeeds}, {"accent", s.Accent, pennantLight, 4.5}} {
		if c.field == "accent" && c.hex == "" { // the built-in one is moved until it fits
			continue
		}
		if ratio := contrast(chosen(c.hex, c.builtin), ground); ratio < c.needed {
			better := moved(chosen(c.hex, c.builtin), black, ground, c.needed+.1)
			faults = append(faults, SkinFault{c.field, chosen(c.hex, c.builtin).String(), ground.String(), ratio, c.needed, better.String()})
		}
	}
	return faults, nil
}

func chosen(hex string, builtin colour) colour {
	if !hexColour.MatchString(hex) {
		return builtin
	}
	return parseColour(hex)
}

// colours are the tokens of both schemes that follow from the choices.
type schemes struct{ light, dark map[string]colour }

func (s Skin) colours() schemes {
	ground, ink := chosen(s.Ground, paperLight), chosen(s.Ink, inkLight)
	accent := chosen(s.Accent, pennantLight)
	light := tokens(ground, mixed(ground, white, .75), mixed(ground, ink, .035), ink)
	dark := tokens(mixed(ground, black, .915), mixed(ground, black, .885), mixed(ground, black, .93), mixed(ground, white, .1))
	if s.Ground == "" {
		dark = tokens(paperDark, surfaceDark, sunkenDark, inkDark)
	}
	light["pennant"] = moved(accent, black, light["sunken"], readable)
	dark["pennant"] = moved(accent, white, dark["surface"], readable)
	light["on-pennant"], dark["on-pennant"] = standsOut(light["pennant"]), standsOut(dark["pennant"])
	return schemes{light, dark}
}

// tokens are the softer inks and the lines between a ground and its ink. Text that is softened is readable on every ground.
func tokens(paper, surface, sunken, ink colour) map[string]colour {
	hardest := sunken
	if contrast(surface, ink) < contrast(sunken, ink) {
		hardest = surface
	}
	return map[string]colour{
		"paper": paper, "surface": surface, "sunken": sunken, "ink": ink,
		"ink-2": moved(mixed(ink, paper, .3), ink, hardest, readable), "ink-3": moved(mixed(ink, paper, .4), ink, hardest, readable),
		"line": mixed(paper, ink, .12), "line-2": mixed(paper, ink, .21), "edge": moved(mixed(paper, ink, .5), ink, hardest, 3.1),
	}
}

// standsOut is white or near black, whichever can be read better on a colour.
func standsOut(ground colour) colour {
	if contrast(white, ground) >= contrast(paperDark, ground) {
		return white
	}
	return paperDark
}

// CSS is the style sheet of the skin, to be served from the site itself; empty for the built-in look. Everything in it
// comes from numbers and lists of this package, so no text of a site reaches it.
func (s Skin) CSS() string {
	var b strings.Builder
	c := s.colours()
	set := func(names ...string) {
		for _, name := range names {
			fmt.Fprintf(&b, "--%s:light-dark(%s,%s);", name, c.light[name], c.dark[name])
		}
	}
	if s.Ground != "" || s.Ink != "" {
		set("paper", "surface", "sunken", "ink", "ink-2", "ink-3", "line", "line-2", "edge")
	}
	if s.Accent != "" || s.Ground != "" {
		set("pennant", "on-pennant")
	}
	if s.Text != "" {
		b.WriteString("--font-text:" + s.text().stack + ";")
	}
	if s.Display != "" {
		b.WriteString("--font-display:" + s.display().stack + ";")
	}
	if s.Square {
		b.WriteString("--r-1:2px;--r-2:2px;--r-3:3px;--r-round:3px;")
	}
	css := ""
	if b.Len() > 0 {
		css = ":root{" + strings.TrimSuffix(b.String(), ";") + "}"
	}
	switch s.Ornament {
	case "line":
		css += ".awning{block-size:4px;background:var(--pennant);-webkit-mask:none;mask:none}"
	case "none":
		css += ".awning{display:none}"
	}
	if css == "" {
		return ""
	}
	return "@layer features{" + css + "}\n"
}
