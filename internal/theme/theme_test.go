package theme_test

import (
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/site"
	"fairground/internal/site/sitetest"
	"fairground/internal/theme"
	"fairground/internal/ui"
	"fairground/internal/value"
)

func TestALookIsSavedAsItWasChosen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post("admin", editor, "do", "save", "accent", "#0B6E4F", "ground", "#fffdf5", "ink", "", "text", "serif", "display", "round", "ornament", "line", "square", "yes",
		"tagline.en", "All that floats", "lead.en", "Boats and parts.", "footer.de-CH", "Am See",
		"block.0", "text", "block.0.title.en", "Hello", "block.0.body.en", "One.\r\n\r\nTwo.", "block.1", "category", "block.1.category", "sports/boats", "block.2", "newest").saved()
	want := site.Theme{
		Accent: "#0b6e4f", Ground: "#fffdf5", Text: "serif", Display: "round", Ornament: "line", Square: true,
		Texts: map[value.Locale]site.Texts{"en": {Tagline: "All that floats", Lead: "Boats and parts."}, "de-CH": {Footer: "Am See"}},
		Blocks: []site.Block{
			{Kind: site.BlockText, Title: map[value.Locale]string{"en": "Hello", "de-CH": ""}, Body: map[value.Locale]string{"en": "One.\n\nTwo.", "de-CH": ""}},
			{Kind: site.BlockCategory, Category: "sports/boats"}, {Kind: site.BlockNewest},
		},
	}
	if got := w.theme(); !reflect.DeepEqual(got, want) {
		t.Errorf("saved:\n%+v\nwant\n%+v", got, want)
	}
	w.get("admin", editor).want(200, `value="#0b6e4f"`, "All that floats", "Two.</textarea>", `value="sports/boats" selected`, `value="serif" selected`, `lang="de-CH"`)
	rows := sitetest.History(t, w.Site, "settings", w.Site.ID)
	if last := rows[len(rows)-1]; last.Action != "settings.save" || !strings.Contains(last.Actor, "7") {
		t.Errorf("the log says %+v", last)
	}
}

func TestTheBuiltInLookIsStoredAsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post("admin", editor, "text", "inter", "display", "bricolage", "ornament", "awning", "block.0", "categories", "block.1", "newest", "block.2", "promise").saved()
	got := w.theme()
	got.Blocks = nil
	if len(got.Texts) > 0 || theme.Skin(got) != (ui.Skin{}) {
		t.Errorf("stored: %+v", got)
	}
	w.get("", "/theme.css").want(200).lacks(":root")
}

var kinds = regexp.MustCompile(`name="block\.\d+" value="([a-z]+)"`)

// blocks are the kinds of blocks of the form on a page, in order.
func (p page) blocks() string {
	var all []string
	for _, found := range kinds.FindAllStringSubmatch(p.body, -1) {
		all = append(all, found[1])
	}
	return strings.Join(all, " ")
}

func TestEveryStepChangesTheFormOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.theme()
	three := []string{"block.0", "categories", "block.1", "newest", "block.2", "promise"}
	for _, c := range []struct {
		name, do, add string
		blocks        []string
		want          string
	}{
		{"up", "up.1", "", three, "newest categories promise"},
		{"up at the top", "up.0", "", three, "categories newest promise"},
		{"down", "down.1", "", three, "categories promise newest"},
		{"down at the bottom", "down.2", "", three, "categories newest promise"},
		{"drop", "drop.1", "", three, "categories promise"},
		{"drop the last", "drop.0", "", []string{"block.0", "text"}, "text"},
		{"add", "add", "category", three, "categories newest promise category"},
		{"add nothing known", "add", "program", three, "categories newest promise"},
		{"add to the built-in ones", "add", "text", nil, "categories newest promise text"},
		{"a step nobody knows", "turn.1", "", three, "categories newest promise"},
		{"beyond the end", "drop.99", "", three, "categories newest promise"},
		{"below the beginning", "drop.-1", "", three, "categories newest promise"},
		{"no number", "up.x", "", three, "categories newest promise"},
		{"a colour nobody knows", "take.shadow", "", three, "categories newest promise"},
	} {
		form := append([]string{"do", c.do, "add", c.add, "accent", "#0b6e4f", "tagline.en", "All that floats"}, c.blocks...)
		got := w.post("admin", editor, form...).want(200, `value="#0b6e4f"`, "All that floats")
		if got.blocks() != c.want {
			t.Errorf("%s: %q, want %q", c.name, got.blocks(), c.want)
		}
	}
	if !reflect.DeepEqual(w.theme(), before) {
		t.Errorf("a step was stored: %+v", w.theme())
	}
}

func TestNoMoreBlocksThanThereMayBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := []string{}
	for i := range site.MostBlocks + 1 {
		form = append(form, "block."+value.ID(i).String(), "newest")
	}
	full := append([]string{"do", "add", "add", "text"}, form[:2*site.MostBlocks]...)
	w.post("admin", editor, full...).want(200).lacks(`value="add"`, `value="text"/>`)
	w.post("admin", editor, form...).want(422, "Choose at most 12 blocks")
	if len(w.theme().Blocks) > 0 {
		t.Error("13 blocks were saved")
	}
	w.post("admin", editor, form[:2*site.MostBlocks]...).saved()
}

func TestAColourThatCannotBeReadIsExplainedAndMended(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	offered := regexp.MustCompile(`value="take\.(\w+)"[^>]*>[^<]*(#[0-9a-f]{6})`)
	for field, hex := range map[string]string{"accent": "#ffd400", "ground": "#203040", "ink": "#999999"} {
		typed := []string{field, hex, "tagline.en", "All that floats", "block.0", "text", "block.0.body.de-CH", "Am See."}
		said := map[string]string{"ground": "too dark for the light scheme"}[field]
		if said == "" {
			said = "has a contrast of"
		}
		refused := w.post("admin", editor, typed...).want(422, `id="`+field+`-error"`, `value="`+hex+`"`, said, "nearest colour that will do is #", "All that floats", "Am See.</textarea>")
		better := offered.FindStringSubmatch(refused.body)
		if better == nil || better[1] != field || !strings.Contains(refused.body, "will do is "+better[2]) {
			t.Fatalf("%s: no button takes the better colour: %v", field, better)
		}
		w.post("admin", editor, append(typed, "do", "take."+field)...).want(200, `value="`+better[2]+`"`, "All that floats").lacks("-error\"", said)
		typed[1] = better[2]
		w.post("admin", editor, typed...).saved()
	}
	for _, hex := range []string{"red", "#fff", "#12345g", "rgb(1,2,3)", "#0b6e4f;}", strings.Repeat("#", 300)} {
		w.post("admin", editor, "accent", hex, "ink", "#999999").want(422, `id="accent-error"`, `id="ink-error"`, "Write a colour such as #c8321f", `value="`+hex+`"`)
	}
}

func TestWhatIsTooLongOrUnknownIsExplainedAtItsField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := strings.Repeat("long ", 100)
	long = long[:len(long)-1]
	for _, c := range []struct {
		name, field, said string
		form              []string
	}{
		{"a tagline of 500 characters", "tagline.en", "at most 160 characters", []string{"tagline.en", long}},
		{"a lead of 500 characters", "lead.en", "400 in the others", []string{"lead.en", long}},
		{"a footer in another language", "footer.de-CH", "400 in the others", []string{"footer.de-CH", long}},
		{"a heading of 500 characters", "block.0.title.en", "at most 120 characters", []string{"block.0", "text", "block.0.title.en", long}},
		{"a text without end", "block.0.body.de-CH", "at most 2,000 characters", []string{"block.0", "text", "block.0.body.de-CH", long + long + long + long + long}},
		{"a category nobody has", "block.1.category", "Choose a category of this site", []string{"block.0", "newest", "block.1", "category", "block.1.category", "castles"}},
		{"no category", "block.0.category", "Choose a category of this site", []string{"block.0", "category"}},
		{"a font nobody has", "text", "please choose one of the options", []string{"text", "url(//evil.example/x)"}},
		{"an ornament nobody has", "ornament", "please choose one of the options", []string{"ornament", "fireworks;}"}},
	} {
		got := w.post("admin", editor, append(c.form, "tagline.de-CH", "Bleibt stehen")...).want(422, `id="`+c.field+`-error"`, "Bleibt stehen")
		if !strings.Contains(strings.ToLower(got.body), strings.ToLower(c.said)) {
			t.Errorf("%s: the page does not say %q", c.name, c.said)
		}
		if typed := c.form[len(c.form)-1]; strings.HasPrefix(typed, "long") && !strings.Contains(got.body, typed) {
			t.Errorf("%s: what was typed is lost", c.name)
		}
	}
	w.post("admin", editor, "block.0", "program").want(422, "Choose at most 12 blocks, a category")
	w.post("admin", editor, "tagline.fr", "Une langue que ce site ne parle pas").saved()
	if len(w.theme().Texts) > 0 {
		t.Errorf("texts of a language that is not spoken are stored: %v", w.theme().Texts)
	}
}

func TestNoTextBecomesMarkupOrStyle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const hostile = `</style><script>alert(1)</script><img src=x onerror=y>`
	w.post("admin", editor, "accent", "#0b6e4f", "tagline.en", hostile, "footer.en", hostile, "block.0", "text", "block.0.title.en", hostile).saved()
	for _, path := range []string{editor, "/theme.css"} {
		raw := w.raw("admin", path)
		if strings.Contains(raw, "<script>alert") || strings.Contains(raw, "<img src=x") {
			t.Errorf("%s has the hostile text as markup", path)
		}
	}
	q := url.Values{}
	for _, name := range []string{"accent", "ground", "ink", "text", "display", "ornament"} {
		q.Set(name, `#000000;}body{background:url(//evil.example)}`)
	}
	css := w.get("admin", editor+"/preview.css?"+q.Encode()).want(200).lacks("evil", "url(", "body{")
	if strings.ContainsAny(css.body, "<>\\") || css.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the preview's style sheet: %s %v", css.body, css.Header)
	}
	shown := w.raw("admin", editor+"/preview", "accent", `"><script>alert(1)</script>`, "tagline.en", hostile, "footer.en", hostile, "block.0", "<script>alert(1)</script>")
	if strings.Contains(shown, "<script>alert") {
		t.Error("the preview has the hostile text as markup")
	}
}

// raw is the text of an answer as it is sent; with pairs it posts.
func (w *world) raw(as, path string, pairs ...string) string {
	w.Helper()
	w.keepEntities = true
	defer func() { w.keepEntities = false }()
	if pairs == nil {
		return w.get(as, path).body
	}
	return w.post(as, path, pairs...).body
}

func TestOnlyThoseWhoMaySetUpSeeAndSave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.theme()
	for _, role := range account.Roles() {
		if role.May(account.SettingsEdit) {
			w.get(string(role), editor).want(200, `value="save"`)
			continue
		}
		w.get(string(role), editor).want(403)
		w.get(string(role), editor+"/preview.css").want(403)
		w.post(string(role), editor+"/preview").want(403)
		w.post(string(role), editor, "accent", "#0b6e4f").want(403)
		w.post(string(role), editor+"/logo", "remove", "yes").want(403)
		w.upload(string(role), "logo.png", png(t, 64, 32)).want(403)
	}
	if got := w.post("", editor, "accent", "#0b6e4f").StatusCode; got == http.StatusOK || got == http.StatusSeeOther && w.theme().Accent != "" {
		t.Errorf("a visitor is answered %d", got)
	}
	if !reflect.DeepEqual(w.theme(), before) {
		t.Errorf("stored: %+v", w.theme())
	}
}

func TestThePreviewShowsTheFormAndStoresNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.theme()
	p := w.post("admin", editor+"/preview", "accent", "#ffd400", "ground", "nonsense", "tagline.en", "All that floats", "footer.en", "By the lake", "block.0", "promise").
		want(200, "<h1>All that floats</h1>", "By the lake", "block promise", editor+"/preview.css?accent=%23ffd400").lacks("block newest", "nonsense")
	if policy := p.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'self'") || p.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the preview's headers: %v", p.Header)
	}
	for path, frames := range map[string]string{editor: "frame-src 'self'", "/theme.css": ""} {
		policy := w.get("admin", path).Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "frame-ancestors 'none'") || !strings.Contains(policy, frames) {
			t.Errorf("%s: %s", path, policy)
		}
	}
	w.get("admin", editor+"/preview.css?accent=%230b6e4f").want(200, "--pennant:")
	if !reflect.DeepEqual(w.theme(), before) {
		t.Errorf("the preview stored %+v", w.theme())
	}
}

func TestTheSkinIsKeptUnderItsStamp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post("admin", editor, "accent", "#0b6e4f").saved()
	address := func() string {
		var p ui.PublicPage
		theme.Dress(&p, w.theme(), false)
		return p.SkinURL
	}
	first := address()
	if got := w.get("", first).want(200, "--pennant:light-dark(#0b6e4f"); !strings.Contains(got.Header.Get("Cache-Control"), "immutable") || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/css") {
		t.Errorf("%s: %v", first, got.Header)
	}
	w.post("admin", editor, "accent", "#3a3a8c").saved()
	if address() == first {
		t.Error("another look has the same address")
	}
	for _, path := range []string{first, "/theme.css", "/theme.css?v="} {
		got := w.get("", path).want(200, "#3a3a8c")
		if strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is kept for ever", path)
		}
		w.get("", path, "If-None-Match", got.Header.Get("ETag")).want(304)
	}
}

func TestAnotherSiteKeepsItsLook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const town = "town.example.org"
	_, err := w.Create(t.Context(), value.SystemActor("test"), "town", sitetest.Settings(), town)
	w.ok(err)
	w.post("admin", editor, "accent", "#0b6e4f", "tagline.en", "All that floats").saved()
	w.upload("admin", "logo.png", png(t, 64, 32)).saved()
	w.host = town
	w.get("", "/theme.css").want(200).lacks("#0b6e4f")
	w.get("admin", editor).want(200).lacks("#0b6e4f", "All that floats", "/theme/logo/")
	w.get("", logoPath(w.theme())).want(404)
	w.host = ""
	w.get("", logoPath(w.theme())).want(200)
}
