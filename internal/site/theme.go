package site

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"fairground/internal/value"
)

// Theme is how a site's public pages look; the zero Theme is the built-in look. Colours are #rrggbb or empty; the names
// of fonts and ornaments are those of package ui.
type Theme struct {
	Accent   string                 `json:"accent,omitempty"`
	Ground   string                 `json:"ground,omitempty"`
	Ink      string                 `json:"ink,omitempty"`
	Text     string                 `json:"text,omitempty"`    // font of text
	Display  string                 `json:"display,omitempty"` // font of headings
	Ornament string                 `json:"ornament,omitempty"`
	Square   bool                   `json:"square,omitempty"` // corners
	Logo     Logo                   `json:"logo,omitzero"`
	Texts    map[value.Locale]Texts `json:"texts,omitempty"`
	Blocks   []Block                `json:"blocks,omitempty"` // of the home page below the search; none is the built-in order
}

// Logo is a picture in place of the site's name. The zero Logo is none.
type Logo struct {
	Sum    string `json:"sum"` // SHA-256 of the stored picture, hexadecimal
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// Texts are the site's own words in one language; an empty one is the built-in.
type Texts struct {
	Tagline string `json:"tagline,omitempty"` // heading of the home page
	Lead    string `json:"lead,omitempty"`    // the sentence below it
	Footer  string `json:"footer,omitempty"`  // below every page
}

// BlockKind is a sort of block of the home page.
type BlockKind string

// The blocks.
const (
	BlockCategories BlockKind = "categories"
	BlockNewest     BlockKind = "newest"   // the newest listings of all categories
	BlockCategory   BlockKind = "category" // the newest of one
	BlockText       BlockKind = "text"     // a heading and paragraphs of the site's own
	BlockPromise    BlockKind = "promise"  // that everything is checked
)

// BlockKinds lists all of them in the order in which an editor offers them.
var BlockKinds = []BlockKind{BlockCategories, BlockNewest, BlockCategory, BlockText, BlockPromise}

// Block is one part of the home page.
type Block struct {
	Kind     BlockKind               `json:"kind"`
	Category string                  `json:"category,omitempty"` // path of slugs, of BlockCategory
	Title    map[value.Locale]string `json:"title,omitempty"`    // of BlockText
	Body     map[value.Locale]string `json:"body,omitempty"`     // of BlockText; an empty line begins a paragraph
}

// DefaultBlocks are the blocks of a home page that has none of its own.
var DefaultBlocks = []Block{{Kind: BlockCategories}, {Kind: BlockNewest}, {Kind: BlockPromise}}

// The most a theme may hold.
const (
	MostBlocks  = 12
	mostHeading = 120  // characters
	mostProse   = 2000 // characters
)

// HomeBlocks are the blocks of the home page in their order.
func (t Theme) HomeBlocks() []Block {
	if len(t.Blocks) == 0 {
		return DefaultBlocks
	}
	return t.Blocks
}

// TaglineIn is the heading of the home page in a language.
func (s Settings) TaglineIn(locale value.Locale) string {
	if own := s.Theme.In(locale).Tagline; own != "" {
		return own
	}
	return s.Tagline
}

// In are the texts of a language; none of its own are those of the same language elsewhere.
func (t Theme) In(locale value.Locale) Texts { return spoken(t.Texts, locale) }

// Words are what a block says in a language.
func (b Block) Words(locale value.Locale) (title, body string) {
	return spoken(b.Title, locale), spoken(b.Body, locale)
}

func spoken[T comparable](all map[value.Locale]T, locale value.Locale) T {
	var none T
	if own := all[locale]; own != none {
		return own
	}
	for other, text := range all {
		if other.Language() == locale.Language() {
			return text
		}
	}
	return none
}

var (
	themeColour = regexp.MustCompile(`^(#[0-9a-fA-F]{6})?$`)
	themeName   = regexp.MustCompile(`^[a-z]{0,20}$`)
	sha256Hex   = regexp.MustCompile(`^([0-9a-f]{64})?$`)
)

func (t Theme) problems(check func(ok bool, field, message string)) {
	for field, hex := range map[string]string{"accent": t.Accent, "ground": t.Ground, "ink": t.Ink} {
		check(themeColour.MatchString(hex), "theme."+field, "write a colour such as #c8321f, or leave it empty")
	}
	check(themeName.MatchString(t.Text) && themeName.MatchString(t.Display) && themeName.MatchString(t.Ornament), "theme.text", "choose one of the list")
	check(sha256Hex.MatchString(t.Logo.Sum), "theme.logo", "choose a picture")
	for locale, texts := range t.Texts {
		check(line(texts.Tagline, 0, 160), "theme.tagline."+string(locale), "write at most 160 characters on one line")
		check(prose(texts.Lead, 400), "theme.lead."+string(locale), "write at most 400 characters")
		check(prose(texts.Footer, 400), "theme.footer."+string(locale), "write at most 400 characters")
	}
	check(len(t.Blocks) <= MostBlocks, "theme.blocks", "choose at most 12 blocks")
	for i, b := range t.Blocks {
		b.problems("theme.blocks."+strconv.Itoa(i), check)
	}
}

// problems names its fields from where the block stands: theme.blocks.2.title.en.
func (b Block) problems(at string, check func(ok bool, field, message string)) {
	check(slices.Contains(BlockKinds, b.Kind), at, "choose a block of the list")
	check(b.Kind != BlockCategory || b.Category != "", at+".category", "choose the category that a block shows")
	for locale, title := range b.Title {
		check(line(title, 0, mostHeading), at+".title."+string(locale), "write headings of at most 120 characters on one line")
	}
	for locale, body := range b.Body {
		check(prose(body, mostProse), at+".body."+string(locale), "write at most 2000 characters in a block")
	}
}

func prose(text string, most int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= most && !strings.ContainsRune(text, 0)
}

type previewKey struct{}

// WithSettings returns a context in which pages show the site with other settings than its own: a preview.
func WithSettings(ctx context.Context, s Settings) context.Context {
	return context.WithValue(ctx, previewKey{}, s)
}

// SettingsOf are the settings that the page of a request shows, and whether they are only tried.
func SettingsOf(ctx context.Context) (s Settings, tried bool) {
	if s, tried = ctx.Value(previewKey{}).(Settings); tried {
		return s, true
	}
	return From(ctx).Settings(), false
}
