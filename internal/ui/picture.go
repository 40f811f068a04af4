package ui

import (
	"fmt"
	"regexp"
	"strings"
)

// Picture is a photo that lies on this site. An address elsewhere is not shown: a photo from outside would tell
// strangers who reads which page.
type Picture struct {
	Src     string   // address on this site, such as /media/ab12-640.webp
	Width   int      // of the photo at Src, in pixels
	Height  int      //
	Alt     string   // what it shows; "" when the words beside it say so already
	Sources []Source // the same photo in other widths
	Sizes   string   // how wide it is shown, as in HTML; "100vw" when empty
	Tone    string   // its main colour, #rrggbb, seen while it loads
	Large   string   // address of the largest version, for Gallery
	Eager   bool     // is seen at once: loaded first, not lazily
}

// Source is a photo in one width.
type Source struct {
	Src   string
	Width int // pixels
}

var hexColour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// isLocal reports whether an address is a plain path of this site.
func isLocal(address string) bool {
	return strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") &&
		!strings.ContainsAny(address, "\\ \t\r\n,\"'<>")
}

func (p Picture) isShown() bool { return isLocal(p.Src) }

func (p Picture) tone() string {
	if hexColour.MatchString(p.Tone) {
		return p.Tone
	}
	return ""
}

func (p Picture) srcset() string {
	var parts []string
	for _, s := range p.Sources {
		if isLocal(s.Src) && s.Width > 0 {
			parts = append(parts, fmt.Sprintf("%s %dw", s.Src, s.Width))
		}
	}
	return strings.Join(parts, ", ")
}

func (p Picture) large() string {
	if isLocal(p.Large) {
		return p.Large
	}
	return p.Src
}

// shown leaves out pictures that lie elsewhere.
func (g Gallery) shown() []Picture {
	var shown []Picture
	for _, p := range g.Pictures {
		if p.isShown() {
			shown = append(shown, p)
		}
	}
	return shown
}
