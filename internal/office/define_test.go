package office_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

const setup = "/console/setup/objects"

// booth is the market with an object of the operator's own: booths, with a name.
func booth(t testing.TB) *world {
	t.Helper()
	w := market(t)
	w.post("admin", setup, "label.en", "Booth", "title.en", "Name").wantTo("admin", setup+"/booth").want(http.StatusOK, "“Booth” is there", "Booths")
	return w
}

// add adds a field through the short form.
func (w *world) add(label string, kind record.Type, more ...string) page {
	w.Helper()
	return w.post("admin", setup+"/booth/fields", append([]string{"label.en", label, "type", string(kind), "box", "required"}, more...)...)
}

func (w *world) added(label string, kind record.Type, more ...string) {
	w.Helper()
	w.add(label, kind, more...).wantTo("admin", setup+"/booth").want(http.StatusOK, "“"+label+"” is added", `class="toast`)
}

func (w *world) defined(key string) *record.Object {
	w.Helper()
	var o *record.Object
	w.ok(w.Site.DB.Read(w.Context(), func(tx *db.Tx) error {
		c, err := w.store.Catalog(tx)
		if err == nil {
			o, err = c.Object(key)
		}
		return err
	}))
	return o
}

func TestOnlyWhoEditsSettingsDefines(t *testing.T) {
	t.Parallel()
	w := booth(t)
	pages := []string{"", "/-/new", "/-/plans", "/-/schema", "/-/schema/file", "/booth", "/booth/details", "/booth/access", "/booth/rules", "/booth/fields/name"}
	for role := range w.accounts {
		for _, address := range pages {
			want := http.StatusForbidden
			if role == "admin" {
				want = http.StatusOK
			}
			w.get(role, setup+address).want(want)
		}
		if role != "admin" {
			w.post(role, setup+"/booth/fields", "label.en", "Size", "type", "integer").want(http.StatusForbidden)
			w.post(role, setup+"/booth/removal", "confirm", "yes").want(http.StatusForbidden)
		}
	}
	if o := w.defined("booth"); len(o.Fields) != 1 {
		t.Errorf("booths have %d fields", len(o.Fields))
	}
}

func TestTheListSaysWhoseAnObjectIs(t *testing.T) {
	t.Parallel()
	w := booth(t)
	w.make("trader", record.Values{"name": "Velo Atelier"})
	w.get("admin", setup).want(http.StatusOK, "Booths", "1 field", "Yours", "Traders", "1 record", "Comes with the program", "Contract")
	w.do("admin", "GET", setup, nil, "Accept-Language", "de").want(http.StatusOK, "Neues Objekt", "Eigenes", "Mitgeliefert")
}

func TestAnObjectIsMadeFromAStarter(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]int{"event": 8, "contract": 8} {
		w := market(t)
		form := w.get("admin", setup+"/-/new?from="+key).want(http.StatusOK, `value="`+key+`"`)
		if strings.Count(form.body, `name="field"`) != want {
			t.Errorf("%s offers %d fields, want %d", key, strings.Count(form.body, `name="field"`), want)
		}
		all := []string{"from", key, "label.en", "Gathering", "plural.en", "Gatherings", "icon", "calendar-days"}
		for _, f := range []string{"name", "number", "subject", "begins", "ends", "place", "state", "guests", "website", "amount", "document", "notes"} {
			all = append(all, "field", f)
		}
		w.post("admin", setup, all...).wantTo("admin", setup+"/gathering").want(http.StatusOK, "Gatherings")
		if o := w.defined("gathering"); len(o.Fields) != want || o.Icon != "calendar-days" || o.Plural["en"] != "Gatherings" {
			t.Errorf("%s made %d fields, icon %s", key, len(o.Fields), o.Icon)
		}
		values := record.Values{w.defined("gathering").Title: "First"}
		if key == "event" {
			values["begins"], values["ends"] = "2026-11-28T10:00", "2026-11-28T09:00"
			if _, err := w.store.Create(w.Context(), system, "gathering", values); value.KindOf(err) != value.Invalid {
				t.Errorf("an event that ends before it begins: %v", err)
			}
			delete(values, "ends")
		}
		w.make("gathering", values)
	}
}

func TestAFormForAnObjectKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := market(t)
	w.post("admin", setup, "label.en", "", "plural.en", "Kiosks", "title.en", "Name").want(http.StatusUnprocessableEntity, "Give it a label", "Kiosks", `aria-invalid="true"`)
	w.post("admin", setup, "label.en", "Kiosk", "key", "No Spaces!", "title.en", "Name").want(http.StatusUnprocessableEntity, "cannot be a name", `value="Kiosk"`, "No Spaces!")
	w.post("admin", setup, "label.en", strings.Repeat("long ", 30), "title.en", "Name").want(http.StatusUnprocessableEntity, "at most 80 characters")
	w.post("admin", setup, "label.en", "Stall", "title.en", "Name").want(http.StatusUnprocessableEntity, "an object called “Stall” already")
	w.post("admin", setup, "label.en", "Type", "title.en", "Id").wantTo("admin", setup+"/type_object").want(http.StatusOK)
}

// TestNamesAreOnlyNames: what is typed as a label is never anything else, on no page and in no statement.
func TestNamesAreOnlyNames(t *testing.T) {
	t.Parallel()
	w := booth(t)
	evil := `"); drop table o_1; --<script>alert(1)</script>`
	w.add(evil, record.Text).wantTo("admin", setup+"/booth").want(http.StatusOK, "&lt;script&gt;").lacks("<script>alert")
	w.add("Kind", record.Choice, "choices", "a;b,c\n<b>x</b>\n' or 1=1").wantTo("admin", setup+"/booth").want(http.StatusOK).lacks("<b>x</b>")
	w.add("Über Größe (m²)", record.Integer).wantTo("admin", setup+"/booth").want(http.StatusOK, "ueber_groesse_m2")
	w.add("日本", record.Text).wantTo("admin", setup+"/booth").want(http.StatusOK, "<code class=\"small muted key\">field</code>")
	w.add("Bad", record.Text, "key", "x; drop").want(http.StatusUnprocessableEntity, "cannot be a name", `value="Bad"`)
	w.add("New\x01line", record.Text).want(http.StatusUnprocessableEntity)
	w.make("booth", record.Values{"name": "First"})
	for _, address := range []string{"/-/plans", "/booth/access", "/booth/rules", "/-/schema"} {
		w.get("admin", setup+address).want(http.StatusOK).lacks("<script>alert")
	}
}

func TestFieldsOfEveryTypeAreAddedByTheShortForm(t *testing.T) {
	t.Parallel()
	w := booth(t)
	w.added("Size", record.Integer, "unit", "m", "required", "yes")
	w.added("Weight", record.Decimal, "scale", "3")
	w.added("State", record.Choice, "choices", "Free\nRented out\n\nFree")
	w.added("Goods", record.Choices, "choices", "Bikes\r\nBooks")
	w.added("Trader", record.Reference, "target", "trader")
	w.added("Days", record.References, "target", "market_day")
	w.added("Rent", record.MoneyType, "currency", "chf")
	w.added("Area", record.Formula, "formula", "size * 3")
	w.added("Share", record.Formula, "formula", "weight / 2.0")
	w.added("Series", record.Autonumber)
}

func TestShortForm(t *testing.T) {
	t.Parallel()
	w := booth(t)
	for _, c := range []struct {
		label string
		kind  record.Type
		more  []string
		want  string
	}{
		{"", record.Text, nil, "Give it a label"},
		{"Name", record.Text, nil, "a field called “Name” already"},
		{"X", "nothing", nil, "Choose one of the types"},
		{"X", record.Choice, []string{"choices", " \n "}, "at least one choice"},
		{"X", record.Reference, nil, "which object it leads to"},
		{"X", record.Decimal, []string{"scale", "many"}, "whole number"},
		{"X", record.Formula, []string{"formula", ""}, "Write a formula"},
		{"X", record.Formula, []string{"formula", "nmae + 1"}, "nmae"},
		{"X", record.Formula, []string{"formula", "x + 1"}, "x"},
		{"X", record.MoneyType, []string{"currency", "zzz"}, "ISO 4217"},
		{"X", record.Rollup, []string{"rollup_from", "", "rollup_op", "count"}, "Choose the records"},
		{"X", record.Rollup, []string{"rollup_from", "trader.name", "rollup_op", "count"}, "no reference"},
	} {
		w.add(c.label, c.kind, c.more...).want(http.StatusUnprocessableEntity, c.want, `value="`+c.label+`"`)
	}
	if o := w.defined("booth"); len(o.Fields) != 1 {
		t.Errorf("%d fields were added", len(o.Fields)-1)
	}
}

func TestTextsAreCheckedWhileOneTypes(t *testing.T) {
	t.Parallel()
	w := booth(t)
	w.added("Size", record.Integer)
	w.make("booth", record.Values{"name": "First", "size": int64(4)})
	check := func(name, purpose, text string) page {
		return w.post("admin", setup+"/booth/check?"+url.Values{"name": {name}, "for": {purpose}}.Encode(), name, text)
	}
	check("formula", "formula", "size * 2").want(http.StatusOK, "It yields: Whole number")
	check("formula", "formula", "siez * 2").want(http.StatusOK, "Line 1, character 1", "<mark", "<code>size</code>")
	check("rows.sales", "rule", "size > 3").want(http.StatusOK, "True now for 1 record.")
	check("rows.sales", "rule", "size + 3").want(http.StatusOK, "bool is needed")
	check("check", "check", "").want(http.StatusOK).lacks("Good")
}

func TestFieldsAreMoved(t *testing.T) {
	t.Parallel()
	w := booth(t)
	for _, label := range []string{"A", "B", "C"} {
		w.added(label, record.Text)
	}
	order := func(want string) {
		t.Helper()
		var keys []string
		for _, f := range w.defined("booth").Fields {
			keys = append(keys, strings.Trim(f.Section+":"+f.Key, ":"))
		}
		if got := strings.Join(keys, " "); got != want {
			t.Errorf("the order is %s, want %s", got, want)
		}
	}
	move := func(pairs ...string) {
		t.Helper()
		w.post("admin", setup+"/booth/order", pairs...).wantTo("admin", setup+"/booth")
	}
	move("field", "a", "step", "up")
	order("a name b c")
	move("field", "a", "step", "down")
	order("name a b c")
	move("field", "a", "step", "down")
	order("name b a c")
	move("field", "a", "step", "down")
	order("name b c a")
	move("field", "a", "step", "down")
	order("name b c a")
	w.post("admin", setup+"/booth/sections", "title.en", "Where it is").wantTo("admin", setup+"/booth").want(http.StatusOK, "Where it is")
	w.add("D", record.Text, "section", "where_it_is").wantTo("admin", setup+"/booth").want(http.StatusOK, `value="where_it_is" selected`)
	w.post("admin", setup+"/booth/fields/d/removal", "confirm", "yes").wantTo("admin", setup+"/booth")
	moved := w.do("admin", "POST", setup+"/booth/order?field=b", form("to", "where_it_is", "before", ""), "HX-Request", "true")
	moved.want(http.StatusNoContent)
	order("name where_it_is:b c a")
	w.do("admin", "POST", setup+"/booth/order?field=a", form("to", "where_it_is", "before", "b"), "HX-Request", "true").want(http.StatusNoContent)
	order("name where_it_is:a where_it_is:b c")
	w.do("admin", "POST", setup+"/booth/order?field=gone", form("to", "", "before", ""), "HX-Request", "true").want(http.StatusNotFound)
	w.post("admin", setup+"/booth/sections", "section", "where_it_is", "title.en", "Whereabouts").wantTo("admin", setup+"/booth").want(http.StatusOK, "Whereabouts")
	w.post("admin", setup+"/booth/sections", "section", "where_it_is", "do", "remove").wantTo("admin", setup+"/booth").want(http.StatusOK).lacks(">Whereabouts<")
}
