package office

import (
	"strconv"
	"strings"
	"time"

	"fairground/internal/record"
	"fairground/internal/ui"
	"fairground/internal/value"
)

// titles are the names of the records that references name.
type titles map[value.ID]string

// shown writes a value as text in the reader's language; "" for an empty one.
func (v *visit) shown(f *record.Field, x any, names titles) string {
	switch x := x.(type) {
	case nil:
		return ""
	case string:
		return v.shownText(f, x)
	case int64:
		return v.shownWhole(f, x)
	case float64:
		return unit(v.words.Number(x), f)
	case record.Number:
		return unit(v.words.Decimal(number(x), x.Scale), f)
	case value.Money:
		return v.words.Money(x)
	case bool:
		return v.t("office.yes_no." + strconv.FormatBool(x))
	case record.Day:
		return v.words.Date(v.noon(x))
	case time.Time:
		return v.words.Moment(x)
	case []string:
		return strings.Join(v.optionTexts(f, x), ", ")
	case record.PlaceValue:
		return v.shownPlace(x)
	case []record.FileValue:
		return v.shownFiles(x)
	case value.ID:
		return names.of(x)
	case []record.RefValue:
		return names.ofAll(x)
	case record.AnyValue:
		return names.of(x.ID)
	default:
		return f.Show(x)
	}
}

// of names a record; one that the reader may not see has no name.
func (t titles) of(id value.ID) string {
	if title, known := t[id]; known {
		return title
	}
	return "…"
}

func (t titles) ofAll(refs []record.RefValue) string {
	all := make([]string, len(refs))
	for i, ref := range refs {
		all[i] = t.of(ref.ID)
	}
	return strings.Join(all, ", ")
}

func (v *visit) shownText(f *record.Field, x string) string {
	if option, ok := f.Option(x); ok {
		return v.in(option.Labels)
	}
	return x
}

func (v *visit) shownWhole(f *record.Field, x int64) string {
	if f.Type == record.Autonumber {
		return f.Options.Prefix + strconv.FormatInt(x, 10)
	}
	return unit(v.words.Count(int(x)), f)
}

func (v *visit) optionTexts(f *record.Field, keys []string) []string {
	all := make([]string, len(keys))
	for i, key := range keys {
		all[i] = v.shownText(f, key)
	}
	return all
}

func (v *visit) shownPlace(p record.PlaceValue) string {
	if p.Name != "" || p.Point == nil {
		return p.Name
	}
	return degrees(p.Point.Lat) + ", " + degrees(p.Point.Lon)
}

func (v *visit) shownFiles(files []record.FileValue) string {
	if len(files) == 1 {
		return files[0].Name
	}
	return v.t("office.files_count", "count", len(files))
}

func degrees(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func number(n record.Number) float64 {
	x := float64(n.Units)
	for range n.Scale {
		x /= 10
	}
	return x
}

func unit(text string, f *record.Field) string {
	if f.Options.Unit == "" {
		return text
	}
	return text + "\u00a0" + f.Options.Unit
}

// noon is a moment of a day that is on that day in the reader's zone.
func (v *visit) noon(d record.Day) time.Time {
	at := time.Unix(int64(d)*86400, 0).UTC()
	return time.Date(at.Year(), at.Month(), at.Day(), 12, 0, 0, 0, v.words.Zone())
}

// dayOf is the day of a moment where the reader is.
func (v *visit) dayOf(at time.Time) record.Day {
	at = at.In(v.words.Zone())
	return record.Day(time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// tags are the choices of a value, in their colours.
func (v *visit) tags(f *record.Field, x any) []ui.Tag {
	var keys []string
	switch x := x.(type) {
	case string:
		keys = []string{x}
	case []string:
		keys = x
	}
	tags := make([]ui.Tag, len(keys))
	for i, key := range keys {
		option, _ := f.Option(key)
		tags[i] = ui.Tag{Text: v.shownText(f, key), Tone: ui.Tone(option.Tone)}
	}
	return tags
}

// linkOf is where a value leads: a record, an address, a telephone.
func (v *visit) linkOf(f *record.Field, x any) string {
	switch x := x.(type) {
	case value.ID:
		if o := v.target(f.Options.Target); o != nil {
			return pathOf(o.Object, x)
		}
	case record.AnyValue:
		if o := v.target(x.Object); o != nil {
			return pathOf(o.Object, x.ID)
		}
	case string:
		switch f.Type {
		case record.Mail:
			return "mailto:" + x
		case record.Phone:
			return "tel:" + x
		case record.Link:
			return x
		}
	}
	return ""
}

// target is an object that a reference leads to, nil for one the asker may not see.
func (v *visit) target(key string) *record.Seen {
	if v.around == nil {
		sight, err := v.sight()
		if err != nil {
			return nil
		}
		v.around = sight
	}
	o, err := v.around.Object(key)
	if err != nil {
		return nil
	}
	return o
}

// cell is a value in a list.
func (v *visit) cell(rec *record.Record, o *record.Seen, key string) ui.Cell {
	f := o.Field(key)
	if f == nil {
		return ui.Cell{At: systemTime(rec, key)}
	}
	x := rec.Values[key]
	cell := ui.Cell{Text: v.shown(f, x, rec.Titles)}
	switch {
	case x == nil:
		return ui.Cell{}
	case v.typeOf(f) == record.Choice || v.typeOf(f) == record.Choices:
		cell.Tags = v.tags(f, x)
	case v.typeOf(f) == record.YesNo:
		yes, _ := x.(bool)
		cell.Yes = &yes
	case v.typeOf(f) == record.DateTime:
		at, _ := x.(time.Time)
		return ui.Cell{At: at}
	default:
		cell.Href = v.linkOf(f, x)
	}
	if f.Type == record.LongText {
		cell.Text = clipped(cell.Text, longShown)
	}
	return cell
}

// longShown is how much of a long text a list shows.
const longShown = 200

func clipped(text string, most int) string {
	letters := []rune(text)
	if len(letters) <= most {
		return text
	}
	return strings.TrimSpace(string(letters[:most])) + "…"
}

func systemTime(rec *record.Record, key string) time.Time {
	if key == createdColumn {
		return rec.Created
	}
	return rec.Updated
}
