package office_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fairground/internal/listing"
	"fairground/internal/record"
)

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// was is the mark of what a form was opened on.
func (p page) was() string {
	for _, found := range hiddenInput.FindAllStringSubmatch(p.body, -1) {
		if found[1] == "was" {
			return found[2]
		}
	}
	p.world.Errorf("the form has no mark of what it was opened on")
	return ""
}

func TestWordsOfAFieldChangeAtOnceAndTheRestIsPreviewed(t *testing.T) {
	t.Parallel()
	w := booth(t)
	w.added("Size", record.Integer)
	size := setup + "/booth/fields/size"
	w.get("admin", size).want(http.StatusOK, "A record is good when", `name="least"`, "What can be used").lacks(`name="choices"`)
	w.post("admin", size, "label.en", "Width", "help.en", "In metres.").wantTo("admin", size).want(http.StatusOK, "In metres.", `class="toast`)
	if f := w.defined("booth").Field("size"); f.Labels["en"] != "Width" || f.Help["en"] != "In metres." {
		t.Errorf("the field is %v, %v", f.Labels, f.Help)
	}
	change := []string{"label.en", "Width", "box", "required", "required", "yes", "least", "1", "check", "size < 100", "message.en", "Too wide."}
	w.post("admin", size, change...).want(http.StatusOK, "What this does", "Changes Width of Booths", `name="message.en" value="Too wide."`, `name="confirm"`)
	if w.defined("booth").Field("size").Required {
		t.Error("a preview changed the field")
	}
	w.post("admin", size, append(change, "again", "yes")...).want(http.StatusOK, "Too wide.", "size &lt; 100", `name="required" value="yes" checked`)
	w.post("admin", size, append(change, "confirm", "yes")...).wantTo("admin", size).want(http.StatusOK, "Too wide.")
	if f := w.defined("booth").Field("size"); !f.Required || *f.Options.Least != 1 || f.Check != "size < 100" {
		t.Errorf("the field is %+v", f)
	}
	w.post("admin", size, "label.en", "Width", "check", "sise < 3").want(http.StatusUnprocessableEntity, "no &#34;sise&#34;", "Did you mean", "sise &lt; 3")
	w.post("admin", size, "label.en", "", "least", "few").want(http.StatusUnprocessableEntity, "2 fields need", "Give it a label", `value="few"`)
	w.post("admin", size, "label.en", "Width", "key", "name", "confirm", "yes").want(http.StatusUnprocessableEntity, "has a field", `value="name"`)
	w.post("admin", size, "label.en", "Width", "key", "width", "confirm", "yes").wantTo("admin", setup+"/booth/fields/width").want(http.StatusOK, "width &lt; 100")
}

func TestTwoWhoChangeOneFieldAreTold(t *testing.T) {
	t.Parallel()
	w := booth(t)
	w.added("Size", record.Integer)
	size := setup + "/booth/fields/size"
	was := w.get("admin", size).was()
	w.post("admin", size, "was", was, "label.en", "Width").wantTo("admin", size)
	late := w.post("admin", size, "was", was, "label.en", "Breadth").want(http.StatusUnprocessableEntity, "Somebody else changed this", `value="Breadth"`)
	w.post("admin", size, "was", late.was(), "label.en", "Breadth").wantTo("admin", size).want(http.StatusOK, "Breadth")
}

func TestChoicesAreEdited(t *testing.T) {
	t.Parallel()
	w := booth(t)
	w.added("State", record.Choice, "choices", "Free\nRented\nGone")
	w.make("booth", record.Values{"name": "First", "state": "rented"})
	state := setup + "/booth/fields/state"
	codes := regexp.MustCompile(`name="(choice\.\d+)\.tone"`).FindAllStringSubmatch(w.get("admin", state).want(http.StatusOK, "Free", "Rented").body, -1)
	if len(codes) != 3 {
		t.Fatalf("the form has %d choices", len(codes))
	}
	w.post("admin", state, "label.en", "State", codes[1][1]+".label.en", "Let", codes[1][1]+".tone", "paid", codes[2][1]+".label.en", "Gone", codes[2][1]+".tone", "", codes[2][1]+".retired", "yes",
		"choices", "Reserved", "confirm", "yes").wantTo("admin", state).want(http.StatusOK, "Let", "Reserved")
	var got []string
	for _, c := range w.defined("booth").Field("state").Options.Choices {
		got = append(got, fmt.Sprint(c.Key, c.Labels["en"], c.Tone, c.Retired))
	}
	if want := []string{"freeFreefalse", "rentedLetpaidfalse", "goneGonetrue", "reservedReservedfalse"}; !slices.Equal(got, want) {
		t.Errorf("the choices are %q", got)
	}
	w.get("admin", "/console/records/booth").want(http.StatusOK, `<span class="tag paid">Let</span>`)
}

func TestRemovingAFieldSaysWhatBreaks(t *testing.T) {
	t.Parallel()
	w := booth(t)
	w.added("Size", record.Integer)
	w.added("Area", record.Formula, "formula", "size * 3")
	rec := w.make("booth", record.Values{"name": "First", "size": int64(4)})
	removal := setup + "/booth/fields/size/removal"
	w.post("admin", removal, "x", "").want(http.StatusOK, "Something still needs it", "The formula", "booth.area", "Remove these too").lacks(`name="confirm"`)
	w.post("admin", removal, "confirm", "yes").want(http.StatusConflict, "Something still needs it", "booth.area")
	w.post("admin", removal, "force", "yes").want(http.StatusOK, `name="confirm"`, `name="force" value="yes"`, "values in 1 records are kept")
	w.post("admin", removal, "force", "yes", "confirm", "yes").wantTo("admin", setup+"/booth").want(http.StatusOK, "Removed fields (2)", "Restore", `class="toast`)
	if o := w.defined("booth"); len(o.Fields) != 1 {
		t.Errorf("%d fields are left", len(o.Fields))
	}
	numbers := regexp.MustCompile(`name="number" value="(\d+)"`).FindAllStringSubmatch(w.get("admin", setup+"/booth").body, -1)
	for _, n := range numbers {
		w.post("admin", setup+"/booth/restoration", "number", n[1])
	}
	w.post("admin", setup+"/booth/restoration", "number", numbers[0][1]).wantTo("admin", setup+"/booth")
	if got := w.find("booth", rec.ID); w.defined("booth").Field("size") == nil || got.Values["size"] != int64(4) {
		t.Errorf("after its restoration the record is %v", got.Values)
	}
	w.post("admin", setup+"/booth/restoration", "number", "9999").want(http.StatusSeeOther)
	w.post("admin", setup+"/stall/fields/name/removal", "confirm", "yes").wantTo("admin", setup+"/stall/fields/name").want(http.StatusOK, "belongs to the program")
}

func TestAnotherTypeIsTriedFirst(t *testing.T) {
	t.Parallel()
	w := booth(t)
	w.added("Size", record.Text)
	for i, size := range []string{"12", "3.00", "about four", "7"} {
		w.make("booth", record.Values{"name": fmt.Sprintf("Booth %d", i), "size": size})
	}
	w.make("booth", record.Values{"name": "Empty"})
	address := setup + "/booth/fields/size/type"
	w.get("admin", address).want(http.StatusOK, "Whole number", "Choices").lacks(`value="formula"`)
	w.post("admin", address, "type", "decimal", "scale", "1").want(http.StatusOK, "5 records were tried: 4 have a value, 3 of these convert", "about four", "1 values cannot be converted", `name="confirm"`)
	w.post("admin", address, "type", "reference").want(http.StatusUnprocessableEntity, "Choose one of the types")
	w.post("admin", address, "type", "choice").want(http.StatusOK, "4 of these convert", "about four")
	w.post("admin", address, "type", "decimal", "scale", "1", "confirm", "yes").wantTo("admin", setup+"/booth/fields/size").want(http.StatusOK, "Decimal", `class="toast`)
	rev := regexp.MustCompile(`/-/plans/(\d+)/undo`).FindStringSubmatch(w.get("admin", setup+"/-/plans").want(http.StatusOK, "Size becomes: Decimal", "Aya Keller", "Done").body)
	w.post("admin", setup+"/-/plans/"+rev[1]+"/undo", "back", setup+"/booth/fields/size").wantTo("admin", setup+"/booth").want(http.StatusOK, "The change is undone")
	if f := w.defined("booth").Field("size"); f.Type != record.Text {
		t.Errorf("after the undo it is a %s", f.Type)
	}
}

func TestAnUndoThatCannotBeSaysWhy(t *testing.T) {
	t.Parallel()
	w := booth(t)
	w.added("Size", record.Integer)
	w.post("admin", setup+"/booth/fields/size", "label.en", "Width").wantTo("admin", setup+"/booth/fields/size")
	revs := regexp.MustCompile(`/-/plans/(\d+)/undo`).FindAllStringSubmatch(w.get("admin", setup+"/-/plans").body, -1)
	added := setup + "/-/plans/" + revs[1][1] + "/undo"
	w.post("admin", added, "back", setup+"/booth").want(http.StatusConflict, "cannot be undone by itself", "Width of Booth changed", "undo it first")
	w.post("admin", setup+"/-/plans/"+revs[0][1]+"/undo", "back", "//elsewhere.example/").wantTo("admin", setup+"/-/plans").want(http.StatusOK, "undone", "Undone")
	w.post("admin", added, "back", setup+"/booth").wantTo("admin", setup+"/booth").want(http.StatusOK, "Removed fields (1)")
	w.post("admin", added, "x", "").want(http.StatusConflict, "undone already")
	w.post("admin", setup+"/-/plans/99999/undo", "x", "").want(http.StatusNotFound)
	w.post("admin", setup+"/-/plans/none/undo", "x", "").want(http.StatusNotFound)
}

func TestAccessSaysInWordsWhatResults(t *testing.T) {
	t.Parallel()
	w := booth(t)
	w.added("Size", record.Integer)
	access := setup + "/booth/access"
	w.get("admin", access).want(http.StatusOK, "Sees all Booths", "May make, change or delete them", "May not export them", "so has all rights")
	row := func(role string) []string { return []string{"right." + role, "see", "right." + role, "edit"} }
	all := append(row("sales"), "right.support", "see", "right.support", "make", "right.support", "edit", "right.support", "delete", "right.viewer", "see", "right.finance", "see", "right.safety", "see",
		"rows.sales", "size > 3")
	w.post("admin", access, all...).want(http.StatusOK, "Then", "Sees Booths only where", "size &gt; 3", "May change them", "May not make, delete or export them", "Does not know that there are Booths", `name="confirm"`)
	w.post("admin", access, append(all, "change.sales", "siez > 4")...).want(http.StatusUnprocessableEntity, "Did you mean", "siez &gt; 4", "size &gt; 3")
	w.post("admin", access, append(all, "confirm", "yes")...).wantTo("admin", access).want(http.StatusOK, "Sees Booths only where")
	w.make("booth", record.Values{"name": "Small booth", "size": int64(2)})
	w.make("booth", record.Values{"name": "Large booth", "size": int64(9)})
	w.get("sales", "/console/records/booth").want(http.StatusOK, "Large booth").lacks("Small booth")
	w.get("marketing", "/console/records/booth").want(http.StatusNotFound)
	w.get("support", "/console/records/booth").want(http.StatusOK, "Large booth", "Small booth")
	if got := len(w.defined("booth").Grants); got != 2 {
		t.Errorf("there are %d grants, want those of sales and marketing", got)
	}
	fields := access + "/fields"
	w.post("admin", fields, "field.size.viewer", "hidden", "field.size.support", "locked", "field.name.viewer", "").want(http.StatusOK, "Changes Size of Booths", `name="confirm"`)
	w.post("admin", fields, "field.size.viewer", "hidden", "field.size.support", "locked", "confirm", "yes").wantTo("admin", access).want(http.StatusOK, "Does not know of: Size", "Sees, but may not change: Size")
	w.get("viewer", "/console/records/booth").want(http.StatusOK, "Large booth").lacks("Size")
	w.post("admin", fields, "field.size.viewer", "", "confirm", "yes").wantTo("admin", access)
	if f := w.defined("booth").Field("size"); len(f.Hidden) != 0 || !slices.Equal(f.Locked, []string{"support"}) {
		t.Errorf("hidden from %v, locked for %v", f.Hidden, f.Locked)
	}
}

func TestChecksAndIndexes(t *testing.T) {
	t.Parallel()
	w := booth(t)
	w.added("Size", record.Integer)
	w.added("Since", record.Date)
	rules := setup + "/booth/rules"
	w.get("admin", rules).want(http.StatusOK, "Check 1").lacks("Check 2")
	w.post("admin", rules, "check.0.when", "size > ", "check.0.message.en", "Too small.").want(http.StatusUnprocessableEntity, "Too small.", "size &gt;", "Syntax error")
	w.post("admin", rules, "check.0.when", "size > 1", "check.0.message.en", "Too small.", "check.0.field", "size", "confirm", "yes").wantTo("admin", rules).want(http.StatusOK, "Too small.", "Check 2")
	if _, err := w.store.Create(w.Context(), system, "booth", record.Values{"name": "First", "size": int64(1)}); err == nil || !strings.Contains(err.Error(), "Too small") {
		t.Errorf("a record against the check: %v", err)
	}
	indexes := setup + "/booth/indexes"
	w.post("admin", indexes, "index", "", "index", "").wantTo("admin", rules).want(http.StatusOK, "at least one field")
	w.post("admin", indexes, "index", "since", "index", "size").want(http.StatusOK, "Adds an index", `name="confirm"`)
	w.post("admin", indexes, "index", "since", "index", "size", "confirm", "yes").wantTo("admin", rules).want(http.StatusOK, "Since, Size")
	w.post("admin", indexes, "do", "remove", "fields", "since,size", "confirm", "yes").wantTo("admin", rules).want(http.StatusOK).lacks("Since, Size")
	w.post("admin", rules, "check.0.when", "", "confirm", "yes").wantTo("admin", rules).want(http.StatusOK).lacks("Too small.")
}

func TestAnObjectIsRenamedRemovedAndRestored(t *testing.T) {
	t.Parallel()
	w := booth(t)
	w.post("admin", setup, "label.en", "Guest", "title.en", "Name").wantTo("admin", setup+"/guest")
	w.post("admin", setup+"/guest/fields", "label.en", "Booth", "type", "reference", "target", "booth").wantTo("admin", setup+"/guest")
	details := setup + "/booth/details"
	w.post("admin", details, "label.en", "Cabin", "plural.en", "Cabins", "icon", "tent", "title", "name").wantTo("admin", details).want(http.StatusOK, "Cabins")
	w.post("admin", details, "label.en", "", "plural.en", "Cabins").want(http.StatusUnprocessableEntity, "Give it a label")
	w.post("admin", details, "label.en", "Cabin", "plural.en", "Cabins", "key", "cabin").want(http.StatusOK, `name="confirm"`)
	w.post("admin", details, "label.en", "Cabin", "plural.en", "Cabins", "key", "cabin", "confirm", "yes").wantTo("admin", setup+"/cabin/details")
	w.post("admin", setup+"/cabin/removal", "x", "").want(http.StatusOK, "Something still needs it", "guest.booth", "Remove these too")
	w.post("admin", setup+"/cabin/removal", "force", "yes", "confirm", "yes").wantTo("admin", setup).want(http.StatusOK, "Removed objects (1)").lacks(`href="/console/setup/objects/cabin"`)
	number := regexp.MustCompile(`name="number" value="(\d+)"`).FindStringSubmatch(w.get("admin", setup).body)
	w.post("admin", setup+"/-/restoration", "number", number[1]).wantTo("admin", setup).want(http.StatusOK, "Cabins")
	w.post("admin", setup+"/trader/removal", "confirm", "yes").wantTo("admin", setup+"/trader/details").want(http.StatusOK, "belongs to the program")
}

func TestTheSchemaComesAndGoesAsText(t *testing.T) {
	t.Parallel()
	w := booth(t)
	w.added("Size", record.Integer)
	text := w.get("admin", setup+"/-/schema/file").want(http.StatusOK, "key: booth", "key: size").body
	schema := setup + "/-/schema"
	w.post("admin", schema, "schema", text).wantTo("admin", schema).want(http.StatusOK, "Nothing was changed")
	more := "objects:\n- key: booth\n  labels: {en: Booth}\n  plural: {en: Booths}\n  icon: blocks\n  title: name\n  fields:\n  - {key: height, labels: {en: Height}, type: integer}\n"
	w.post("admin", schema, "schema", more).want(http.StatusOK, "Adds Height to Booths", `name="confirm"`)
	w.post("admin", schema, "schema", more, "again", "yes").want(http.StatusOK, "key: height")
	w.post("admin", schema, "schema", more, "confirm", "yes").wantTo("admin", schema).want(http.StatusOK, `class="toast`)
	if w.defined("booth").Field("height") == nil {
		t.Error("the field is missing")
	}
	for wrong, want := range map[string]string{
		"": "Paste a schema", "objects: [": "line 1", "objects:\n- key: x\n  colour: red\n": "colour", "objects:\n- key: \"drop table\"\n  labels: {en: X}\n  plural: {en: X}\n": "cannot be a name",
	} {
		w.post("admin", schema, "schema", wrong).want(http.StatusUnprocessableEntity, want, `aria-invalid="true"`)
	}
}

func TestARollUpIsDefinedByTheShortForm(t *testing.T) {
	t.Parallel()
	w := booth(t)
	w.post("admin", setup, "label.en", "Guest", "title.en", "Name").wantTo("admin", setup+"/guest")
	w.post("admin", setup+"/guest/fields", "label.en", "Booth", "type", "reference", "target", "booth").wantTo("admin", setup+"/guest")
	w.post("admin", setup+"/guest/fields", "label.en", "Persons", "type", "integer").wantTo("admin", setup+"/guest")
	w.get("admin", setup+"/booth").want(http.StatusOK, "Guests by Booth", "Guests: Persons")
	sum := []string{"rollup_from", "guest.booth", "rollup_op", "sum", "rollup_of", "guest.persons", "rollup_where", "persons > 1"}
	w.add("Visitors", record.Rollup, "rollup_from", "guest.booth", "rollup_op", "sum").want(http.StatusUnprocessableEntity, "Choose the field", `value="Visitors"`)
	w.add("Visitors", record.Rollup, append(sum[:6:6], "rollup_where", "size > 1")...).want(http.StatusUnprocessableEntity, "There is no &#34;size&#34;")
	check := setup + "/booth/check?name=rollup_where&for=gather"
	w.post("admin", check, sum...).want(http.StatusOK, "True now for 0 records")
	w.added("Visitors", record.Rollup, sum...)
	b := w.make("booth", record.Values{"name": "First"})
	for _, persons := range []int64{1, 2, 3} {
		w.make("guest", record.Values{"name": "A guest", "booth": b.ID, "persons": persons})
	}
	if got := w.find("booth", b.ID).Values["visitors"]; got != int64(5) {
		t.Errorf("the booth has %v visitors", got)
	}
	visitors := setup + "/booth/fields/visitors"
	w.get("admin", visitors).want(http.StatusOK, `value="guest.booth" selected`, `value="guest.persons" selected`, "persons &gt; 1").lacks(`name="default"`)
	w.post("admin", visitors, append([]string{"label.en", "Visitors"}, "rollup_from", "guest.booth", "rollup_op", "count", "rollup_of", "", "rollup_where", "", "confirm", "yes")...).wantTo("admin", visitors)
	if r := w.defined("booth").Field("visitors").Options.Rollup; r.Op != "count" || r.Of != "" {
		t.Errorf("the roll-up is %+v", r)
	}
}

func TestWhatOthersKeepIsOnlyNamedHere(t *testing.T) {
	t.Parallel()
	w := worldOf(t, record.Config{Owned: listing.Records("CHF")})
	w.get("admin", setup).want(http.StatusOK, "Kept by the program")
	w.get("admin", setup+"/listing").want(http.StatusOK, "Another part of the program keeps these records").lacks("Add a field", `href="/console/setup/objects/listing/rules"`, "data-move")
	w.post("admin", setup+"/listing/fields", "label.en", "Extra", "type", "text").wantTo("admin", setup+"/listing").want(http.StatusOK, `class="notice alarm`)
	first := w.defined("listing").Fields[0]
	address := setup + "/listing/fields/" + first.Key
	w.post("admin", address, "label.en", "Other words", "key", "changed", "required", "yes", "box", "required").wantTo("admin", address).want(http.StatusOK, "Other words")
	if now := w.defined("listing").Fields[0]; now.Key != first.Key || now.Labels["en"] != "Other words" {
		t.Errorf("the field is %s, %v", now.Key, now.Labels)
	}
	w.get("admin", setup+"/listing/access").want(http.StatusOK, "Sees all").lacks(`value="make"`)
	w.post("admin", setup+"/listing/access/fields", "field."+first.Key+".viewer", "hidden", "confirm", "yes").wantTo("admin", setup+"/listing/access").want(http.StatusOK, "Does not know of: Other words")
	w.post("admin", setup+"/listing/removal", "confirm", "yes").want(http.StatusSeeOther)
	w.get("admin", setup+"/listing").want(http.StatusOK)
}

// TestEveryPageIsInTwoLanguages: no key of a message stands where its words should.
func TestEveryPageIsInTwoLanguages(t *testing.T) {
	t.Parallel()
	w, pages := setUp(t)
	for name, address := range pages {
		p := w.do("admin", "GET", address, nil, "Accept-Language", "de").want(http.StatusOK)
		if at := strings.Index(p.body, "office.define."); at >= 0 {
			t.Errorf("%s shows a key: %s", name, p.body[at:at+40])
		}
	}
	w.do("admin", "POST", setup+"/booth/fields/area/removal", form("x", ""), "Accept-Language", "de").want(http.StatusOK, "Was das bewirkt", "Entfernt das Feld Area")
}
