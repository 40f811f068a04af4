package theme

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"net/url"

	"fairground/internal/account"
	"fairground/internal/media"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/web"
)

//go:embed messages.*.json
var messages embed.FS

// Messages are the words of this package, for text.New.
func Messages() fs.FS { return messages }

// Room answers for the themes of all sites.
type Room struct {
	// Shell returns the shell of a console page with a heading; at is its entry of the rail.
	Shell func(r *http.Request, heading, at string) (ui.ConsolePage, error)
	Files func(s *site.Site) media.Blobs
	// Home shows the home page of the request's site with the settings of its context.
	Home web.Handler
	// Categories are the categories of the request's site, as paths of slugs with their names.
	Categories func(r *http.Request) ([]ui.Option, error)
}

const (
	editorPath  = "/console/setup/theme"
	previewPath = editorPath + "/preview"
	formBytes   = 256 << 10
)

// Routes registers the pages; doc.go lists them.
func (t *Room) Routes(m *web.Router) {
	m.Handle("GET /theme.css", account.Public, t.css)
	m.Handle("GET /theme/logo/{name}", account.Public, t.logo)
	m.Handle("GET /theme/icon.svg", account.Public, t.icon)
	for pattern, handler := range installRoutes(t) {
		m.Handle(pattern, account.Public, handler)
	}
	see, edit := account.May(account.SettingsSee), account.May(account.SettingsEdit)
	m.Handle("GET "+editorPath, see, t.editor)
	m.Handle("POST "+editorPath, edit, t.save, web.BodyLimit(formBytes))
	m.Handle("POST "+editorPath+"/logo", edit, t.takeLogo, web.BodyLimit(4*logoBytes)) // a file somewhat too large is explained at its field
	m.Handle("POST "+previewPath, see, t.preview, web.BodyLimit(formBytes))
	m.Handle("GET "+previewPath+".css", see, t.previewCSS)
}

// Skin is a theme as package ui draws it.
func Skin(t site.Theme) ui.Skin {
	return ui.Skin{
		Accent: t.Accent, Ground: t.Ground, Ink: t.Ink, Text: t.Text, Display: t.Display, Ornament: t.Ornament, Square: t.Square,
	}
}

// Dress gives a public page the look of its site; tried tells that the settings are those of a preview.
func Dress(p *ui.PublicPage, t site.Theme, tried bool) {
	p.Skin = Skin(t)
	p.Manifest, p.TouchIcon = "/manifest.webmanifest", "/theme/icon-180.png"
	if css := p.Skin.CSS(); css != "" {
		p.SkinURL = "/theme.css?v=" + stamp(css)
		if tried {
			p.SkinURL = previewPath + ".css?" + asked(t).Encode()
		}
	}
	if t.Logo.Sum != "" {
		p.Logo = ui.Picture{Src: "/theme/logo/" + t.Logo.Sum + ".webp", Width: t.Logo.Width, Height: t.Logo.Height}
	}
}

func stamp(css string) string {
	sum := sha256.Sum256([]byte(css))
	return hex.EncodeToString(sum[:6])
}

// css serves the skin. Under the address that pages name it never changes.
func (t *Room) css(w http.ResponseWriter, r *http.Request) error {
	css := Skin(site.From(r.Context()).Settings().Theme).CSS()
	w.Header().Set("Cache-Control", "public, max-age=300")
	if r.URL.Query().Get("v") == stamp(css) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if web.NotModified(w, r, stamp(css)) {
		return nil
	}
	return writeCSS(w, css)
}

func (t *Room) previewCSS(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	skin := ui.Skin{
		Accent: q.Get("accent"), Ground: q.Get("ground"), Ink: q.Get("ink"), Text: q.Get("text"), Display: q.Get("display"),
		Ornament: q.Get("ornament"), Square: q.Get("square") != "",
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeCSS(w, skin.CSS())
}

func writeCSS(w http.ResponseWriter, css string) error {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, err := w.Write([]byte(css))
	return err
}

// asked is a skin as the query of previewCSS.
func asked(t site.Theme) url.Values {
	q := url.Values{}
	for name, text := range map[string]string{
		"accent": t.Accent, "ground": t.Ground, "ink": t.Ink, "text": t.Text, "display": t.Display, "ornament": t.Ornament,
	} {
		if text != "" {
			q.Set(name, text)
		}
	}
	if t.Square {
		q.Set("square", "yes")
	}
	return q
}
