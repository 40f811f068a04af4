package saved

import (
	"context"
	"strings"

	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

// form is what somebody wishes of a search, as fields, with what has to be mended.
type form struct {
	Name       string
	Often      Often
	Drops      bool
	NameError  string
	OftenError string
	ID         string // tells the fields of several forms on a page apart
}

func formOf(s Search) form {
	return form{Name: s.Name, Often: s.Often, Drops: s.Drops, ID: s.ID.Text(searchID)}
}

// readWish takes daily for a form that does not ask.
func readWish(f *web.Form) Wish {
	w := Wish{Name: strings.Join(strings.Fields(value.Visible(f.Raw("name"))), " "), Often: Often(f.Raw("often")), Drops: f.Bool("drops")}
	if !f.Has("often") {
		w.Often = Daily
	}
	return w
}

// faults are the errors of a form by field, in words.
type faults struct {
	name, often string
	id          string
}

// faults tells what is wrong with the fields; nil when nothing is. Other errors are returned.
func (v *visit) faults(sent *web.Form, err error) (*faults, error) {
	if err := sent.Note(err); err != nil {
		return nil, err
	}
	if sent.Valid() {
		return nil, nil
	}
	in := func(field string) string {
		if err := sent.Error(field); err != nil {
			return text.Error(v.ctx, err)
		}
		return ""
	}
	return &faults{name: in("name"), often: in("often"), id: v.r.PathValue("search")}, nil
}

func (f faults) form(w Wish) form {
	return form{Name: w.Name, Often: w.Often, Drops: w.Drops, NameError: f.name, OftenError: f.often, ID: f.id}
}

func oftenOptions(ctx context.Context) []ui.Option {
	all := make([]ui.Option, len(oftens))
	for i, o := range oftens {
		all[i] = ui.Option{Value: string(o), Text: text.T(ctx, "saved.often."+string(o))}
	}
	return all
}
