package ui

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"fairground/internal/ui/text"
)

//go:embed all:dist
var dist embed.FS

//go:embed messages.*.json
var messages embed.FS

// Messages are the words of the components, for text.New.
func Messages() fs.FS { return messages }

// CSP is the Content-Security-Policy that every page of this package works under.
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// T writes the message of a key in the language of the context; see text.T.
func T(ctx context.Context, key string, args ...any) string { return text.T(ctx, key, args...) }

// Words is the printer of the context, for numbers, dates and money.
func Words(ctx context.Context) *text.Printer { return text.FromContext(ctx) }

// Check reports whether the browser parts were built into this program. The program calls it when it starts.
func Check() error {
	_, err := built()
	return err
}

// assets is what the front-end build left in dist.
type assets struct {
	names map[string]string // plain name to hashed name
	icons map[string]string // icon name to the inside of its svg
}

// built reads dist once; the embedded files cannot change while the program runs.
var built = sync.OnceValues(func() (*assets, error) { return readAssets(dist) })

func readAssets(files fs.FS) (*assets, error) {
	a := &assets{}
	for name, into := range map[string]any{"dist/manifest.json": &a.names, "dist/icons.json": &a.icons} {
		content, err := fs.ReadFile(files, name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, errors.New("the browser parts are not built into this program: run `make`, which runs `npm ci` and `npm run build`, then build again")
		}
		if err != nil {
			return nil, fmt.Errorf("ui: %w", err)
		}
		if err := json.Unmarshal(content, into); err != nil {
			return nil, fmt.Errorf("ui: %s: %w", name, err)
		}
	}
	return a, nil
}

// AssetURL is the address of a built file by its plain name, such as "public.css". The address changes with the
// content, so browsers may keep the file for ever.
func AssetURL(name string) string {
	if a, err := built(); err == nil && a.names[name] != "" {
		return "/static/" + a.names[name]
	}
	return "/static/" + name
}

// LandURL is where the pieces of the built-in map are served, by package place: its data change the address.
func LandURL() string {
	if a, err := built(); err == nil && a.names["land"] != "" {
		return "/map/" + a.names["land"]
	}
	return "/map/0"
}
