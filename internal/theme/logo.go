package theme

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	_ "image/jpeg" // what logos come as
	_ "image/png"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/gen2brain/webp"
	"golang.org/x/image/draw"

	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// What a logo may be, and how large it is kept: twice the size it is shown in.
const (
	logoBytes  = 2 << 20
	logoPixels = 16_000_000
	logoWidth  = 448
	logoHeight = 72
)

func logoKey(sum string) string { return "theme/" + sum + ".webp" }

// takeLogo takes a picture in, or the present one away.
func (t *Room) takeLogo(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	s := site.From(r.Context())
	settings := s.Settings()
	settings.Theme.Logo = site.Logo{}
	if !f.Bool("remove") {
		if settings.Theme.Logo, err = t.storeLogo(r, s, f); err != nil {
			if value.KindOf(err) != value.Invalid {
				return err
			}
			e := t.edit(r, s.Settings().Theme)
			e.faults["logo"] = text.Error(r.Context(), err)
			return e.show(w, http.StatusUnprocessableEntity)
		}
	}
	return t.keep(w, r, settings)
}

func (t *Room) storeLogo(r *http.Request, s *site.Site, f *web.Form) (site.Logo, error) {
	header := f.File("logo", logoBytes)
	if err := f.Err(); err != nil {
		return site.Logo{}, err
	}
	if header == nil {
		return site.Logo{}, fault("theme.fault.no_logo", "choose a picture first")
	}
	file, err := header.Open()
	if err != nil {
		return site.Logo{}, err
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, logoBytes))
	if err != nil {
		return site.Logo{}, err
	}
	drawn, logo, err := drawLogo(raw)
	if err != nil {
		return site.Logo{}, err
	}
	return logo, t.Files(s).Put(r.Context(), logoKey(logo.Sum), bytes.NewReader(drawn), int64(len(drawn)))
}

func fault(key, message string) error {
	return &value.Error{Kind: value.Invalid, Field: "logo", Key: key, Message: message}
}

// drawLogo draws a picture anew, small and with its transparency.
func drawLogo(raw []byte) ([]byte, site.Logo, error) {
	size, kind, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || !slices.Contains([]string{"png", "jpeg", "webp"}, kind) { // other packages may bring other decoders along
		return nil, site.Logo{}, fault("theme.fault.logo_kind", "send a PNG, JPEG or WebP picture")
	}
	if size.Width*size.Height > logoPixels || size.Width < 16 || size.Height < 16 {
		return nil, site.Logo{}, fault("theme.fault.logo_size", "send a picture of at least 16 by 16 and at most 16 million pixels")
	}
	picture, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, site.Logo{}, fault("theme.fault.logo_kind", "send a PNG, JPEG or WebP picture")
	}
	share := min(1, float64(logoWidth)/float64(size.Width), float64(logoHeight)/float64(size.Height))
	small := image.NewNRGBA(image.Rect(0, 0, max(1, int(float64(size.Width)*share)), max(1, int(float64(size.Height)*share))))
	draw.CatmullRom.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if err := webp.Encode(&out, small, webp.Options{Lossless: true, Method: 4}); err != nil {
		return nil, site.Logo{}, err
	}
	sum := sha256.Sum256(out.Bytes())
	return out.Bytes(), site.Logo{Sum: hex.EncodeToString(sum[:]), Width: small.Rect.Dx(), Height: small.Rect.Dy()}, nil
}

var logoName = regexp.MustCompile(`^[0-9a-f]{64}\.webp$`)

// logo serves a logo; its name changes with its bytes.
func (t *Room) logo(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	if !logoName.MatchString(name) {
		return value.Errorf(value.NotFound, "there is no such picture")
	}
	file, err := t.Files(site.From(r.Context())).Open(r.Context(), logoKey(strings.TrimSuffix(name, ".webp")))
	if err != nil {
		return err
	}
	defer file.Close()
	w.Header().Set("Content-Type", "image/webp")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, err = io.Copy(w, file)
	return err
}
