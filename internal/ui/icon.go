package ui

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// Icon draws an icon by its name in icons.txt, inline, in the colour of the text. It is decoration: a screen reader
// hears the words beside it. A name that is not built draws nothing; a test finds such names.
func Icon(name string, classes ...string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		a, err := built()
		if err != nil || a.icons[name] == "" {
			return nil
		}
		class := strings.Join(append([]string{"icon"}, classes...), " ")
		_, err = io.WriteString(w, `<svg class="`+templ.EscapeString(class)+`" viewBox="0 0 24 24" aria-hidden="true">`+a.icons[name]+`</svg>`)
		return err
	})
}
