package posting

import (
	"cmp"
	"context"
	"slices"

	"fairground/internal/listing"
	"fairground/internal/ui"
)

// publishWords are those of the button that ends a form.
func publishWords(ctx context.Context, f *formView) string {
	if f.editing.ID != 0 {
		return ui.T(ctx, "posting.save_changes")
	}
	return ui.T(ctx, "posting.publish")
}

// pictures are the photos of a draft for a gallery.
func pictures(ctx context.Context, d listing.Draft) []ui.Picture {
	all := make([]ui.Picture, len(d.Photos))
	for i, p := range d.Photos {
		all[i] = picture(p, "(max-width: 40rem) 100vw, 50rem")
		all[i].Alt = cmp.Or(p.Alt, ui.T(ctx, "posting.photo.number", "number", i+1))
	}
	return all
}

// facts are the fields of the category that were filled in.
func facts(v *visit, f *formView) []ui.Fact {
	var rows []ui.Fact
	for _, one := range f.fields {
		if one.value != "" {
			rows = append(rows, ui.Fact{Name: one.Names.In(v.words.Locale()), Value: v.shown(one)})
		}
	}
	return rows
}

// shown is a value as one reads it.
func (v *visit) shown(f field) string {
	switch f.Type {
	case listing.ChoiceType:
		i := slices.IndexFunc(f.Options, func(o listing.Option) bool { return o.Slug == f.value })
		if i >= 0 {
			return f.Options[i].Names.In(v.words.Locale())
		}
	case listing.BooleanType:
		if yesNo(f.value) == ui.Yes {
			return v.t("ui.yes")
		}
		return v.t("ui.no")
	case listing.IntegerType, listing.DecimalType:
		if f.unit(v.words.T) != "" {
			return f.value + " " + f.Unit
		}
	}
	return f.value
}
