package listing_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fairground/internal/listing"
	"fairground/internal/value"
)

// shop is a small tree: goods, with bicycles and goods/cars below it.
func shop() *listing.Tree {
	names := func(text string) listing.Names { return listing.Names{"en": text, "de": "D-" + text} }
	option := func(slug, name, of string) listing.Option {
		return listing.Option{Slug: slug, Names: listing.Names{"en": name}, For: of}
	}
	return listing.NewTree([]listing.Category{
		{ID: 1, Slug: "goods", Names: names("Goods"), Position: 1},
		{ID: 2, Parent: 1, Slug: "cars", Names: names("Cars"), Position: 2},
		{ID: 3, Parent: 1, Slug: "bicycles", Names: names("Bicycles"), Position: 1},
		{ID: 4, Parent: 3, Slug: "parts", Names: names("Parts")},
		{ID: 5, Parent: 2, Slug: "parts", Names: names("Parts")},
		{ID: 6, Slug: "homes", Names: names("Homes")},
		{ID: 7, Parent: 99, Slug: "lost", Names: names("Lost")},
		{ID: 8, Parent: 9, Slug: "round", Names: names("Round")}, {ID: 9, Parent: 8, Slug: "about", Names: names("About")},
	}, []listing.Attribute{
		{ID: 1, Category: 1, Slug: "condition", Names: names("Condition"), Type: listing.ChoiceType, Options: []listing.Option{option("new", "New", ""), option("used", "Used", "")}},
		{ID: 2, Category: 2, Slug: "make", Names: names("Make"), Type: listing.ChoiceType, Required: true, Position: 1,
			Options: []listing.Option{option("volkswagen", "VW", ""), option("audi", "Audi", "")}},
		{ID: 3, Category: 2, Slug: "model", Names: names("Model"), Type: listing.ChoiceType, DependsOn: "make", Position: 2,
			Options: []listing.Option{option("golf", "Golf", "volkswagen"), option("other", "Other", "audi"), option("other", "Other", "volkswagen")}},
		{ID: 4, Category: 2, Slug: "km", Names: names("Mileage"), Type: listing.IntegerType, Unit: "km", Position: 3},
		{ID: 5, Category: 2, Slug: "litres", Names: names("Litres"), Type: listing.DecimalType, Unit: "l", Position: 4},
		{ID: 6, Category: 2, Slug: "lights", Names: names("Lights"), Type: listing.BooleanType, Position: 5},
		{ID: 7, Category: 2, Slug: "note", Names: names("Note"), Type: listing.TextType, Position: 6},
	})
}

func golf() listing.Content {
	return listing.Content{Kind: listing.Sell, Category: 2, Locale: "en", Title: "A car in good order", Attributes: listing.Attributes{"make": "VW", "model": "golf"}}
}

// fieldsOf lists the fields that an error of Check is about.
func fieldsOf(err error) (fields []string) {
	var known *value.Error
	switch joined := err.(type) {
	case nil:
	case interface{ Unwrap() []error }:
		for _, one := range joined.Unwrap() {
			fields = append(fields, fieldsOf(one)...)
		}
	default:
		if errors.As(err, &known) && known.Kind == value.Invalid {
			fields = append(fields, known.Field)
		} else {
			fields = append(fields, "not of kind Invalid: "+err.Error())
		}
	}
	return fields
}

func TestCheckNamesEveryWrongField(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 20_001)
	for name, test := range map[string]struct {
		change func(c *listing.Content)
		fields []string
	}{
		"nothing wrong":      {func(*listing.Content) {}, nil},
		"a short title":      {func(c *listing.Content) { c.Title = " a\n" }, []string{"title"}},
		"an invisible title": {func(c *listing.Content) { c.Title = "\u200b\u200b\u200b\u2060" }, []string{"title"}},
		"a title of marks":   {func(c *listing.Content) { c.Title = "!!! ***" }, []string{"title"}},
		"a broken title":     {func(c *listing.Content) { c.Title = "abc\xff" }, []string{"title"}},
		"long texts":         {func(c *listing.Content) { c.Title, c.Body, c.Place.Name = long, long, long }, []string{"title", "body", "place"}},
		"no category":        {func(c *listing.Content) { c.Category, c.Attributes = 0, nil }, []string{"category"}},
		"an unknown kind":    {func(c *listing.Content) { c.Kind = "steal" }, []string{"kind"}},
		"no currency":        {func(c *listing.Content) { c.Price = value.Money{Minor: 5} }, []string{"price"}},
		"a negative price":   {func(c *listing.Content) { c.Price = value.Money{Minor: -1, Currency: "CHF"} }, []string{"price"}},
		"an odd currency":    {func(c *listing.Content) { c.Price = value.Money{Minor: 1, Currency: "<b>"} }, []string{"price"}},
		"not on the globe":   {func(c *listing.Content) { c.Place.Point = value.Point{Lat: 91} }, []string{"place"}},
		"no language":        {func(c *listing.Content) { c.Locale = "" }, []string{"locale"}},
		"an odd language":    {func(c *listing.Content) { c.Locale = "\"><script>" }, []string{"locale"}},
		"too many photos":    {func(c *listing.Content) { c.Photos = slices.Repeat([]listing.Photo{photo("a")}, 21) }, []string{"photos"}},
		"a made-up photo": {func(c *listing.Content) {
			c.Photos = []listing.Photo{{Sha256: "../../etc/passwd", Width: 1, Height: 1}}
		}, []string{"photos"}},
		"an odd colour":    {func(c *listing.Content) { c.Photos = []listing.Photo{photo("a")}; c.Photos[0].Colour = "red;x:y" }, []string{"photos"}},
		"a flat photo":     {func(c *listing.Content) { c.Photos = []listing.Photo{photo("a")}; c.Photos[0].Height = -1 }, []string{"photos"}},
		"a long alt":       {func(c *listing.Content) { c.Photos = []listing.Photo{photo("a")}; c.Photos[0].Alt = long }, []string{"photos"}},
		"no make":          {func(c *listing.Content) { c.Attributes = nil }, []string{"make"}},
		"an unknown make":  {func(c *listing.Content) { c.Attributes = listing.Attributes{"make": "Zeppelin"} }, []string{"make"}},
		"another's model":  {func(c *listing.Content) { c.Attributes = listing.Attributes{"make": "audi", "model": "Golf"} }, []string{"model"}},
		"a model, no make": {func(c *listing.Content) { c.Attributes = listing.Attributes{"model": "Golf"} }, []string{"make", "model"}},
		"an unknown one":   {func(c *listing.Content) { c.Attributes["colour"] = "red" }, []string{"colour"}},
		"a long note":      {func(c *listing.Content) { c.Attributes["note"] = long }, []string{"note"}},
		"two things":       {func(c *listing.Content) { c.Title, c.Attributes["km"] = "", "many" }, []string{"title", "km"}},
	} {
		c := golf()
		test.change(&c)
		_, err := shop().Check(c)
		if fields := fieldsOf(err); !slices.Equal(fields, test.fields) {
			t.Errorf("%s: wrong are %v, want %v", name, fields, test.fields)
		}
	}
}

func TestCheckReturnsTheStoredForm(t *testing.T) {
	t.Parallel()
	c := golf()
	c.Title, c.Place.Name, c.Locale = "  A\tcar\r\n in\u202e good\x00 order ", " Nyon\n", "de_ch"
	c.Body = "one\r\ntwo\rthree\x07\u2066\n\n"
	c.Kind, c.Price = listing.Free, value.MoneyFromUnits(5, "CHF")
	c.Attributes = listing.Attributes{"make": " vw ", "model": "OTHER", "km": "12'500 km", "lights": "Ja", "condition": "", "note": "a\n b"}
	got, err := shop().Check(c)
	if err != nil {
		t.Fatal(err)
	}
	if got.Title != "A car in good order" || got.Place.Name != "Nyon" || got.Locale != "de-CH" || got.Body != "one\ntwo\nthree" || got.HasPrice() {
		t.Errorf("%+v", got)
	}
	want := listing.Attributes{"make": "volkswagen", "model": "other", "km": "12500", "lights": "true", "note": "a b"}
	for slug := range c.Attributes {
		if got.Attributes[slug] != want[slug] {
			t.Errorf("%s: %q, want %q", slug, got.Attributes[slug], want[slug])
		}
	}
	again, err := shop().Check(got)
	if err != nil || again.Hash() != got.Hash() {
		t.Errorf("checked again it is another: %v\n%+v\n%+v", err, again, got)
	}
}

func TestNumbersAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	tree := shop()
	litres, _ := tree.Attribute(2, "litres")
	km, _ := tree.Attribute(2, "km")
	for text, want := range map[string]string{
		"1.6": "1.6", "1,6": "1.6", "1.6 l": "1.6", "1'234.5": "1234.5", "1,234.5": "1234.5", "1.234,5": "1234.5", "1.234.567,5": "1234567.5",
		"1,234,567": "1234567", "1.234.567": "1234567", "1\u00a0234,5": "1234.5", "1\u202f234": "1234", "-0": "0", "+2": "2", "-3,50": "-3.5",
		"12,50": "12.5", "1,234": "1234", "1.234": "1.234", "5e+05": "500000", "007": "7", "0.1": "0.1",
		"Inf": "", "-inf": "", "NaN": "", "0x10": "", "0x1p4": "", "1_000": "", "1e400": "", "1e99": "", "1e-300": "", "1e": "", ".": "", ",": "", ",5": "",
		"1.2.": "", "1,2,": "", "--1": "", "1-2": "", "١٢": "", "1/2": "", "1 000 000 000 000 000": "", "": "",
	} {
		got, err := litres.Parse(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, want %q (%v)", text, got, want, err)
		}
	}
	for text, want := range map[string]string{"12500": "12500", "12,500 km": "12500", "12 500": "12500", "1.5": "", "12.0": "12", "12.500": "", "-0": "0"} {
		if got, err := km.Parse(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q km: %q, want %q (%v)", text, got, want, err)
		}
	}
}

func TestTheTreeFindsItsCategories(t *testing.T) {
	t.Parallel()
	tree := shop()
	for path, want := range map[string]value.ID{
		"goods": 1, "goods/cars": 2, "/Goods/Cars/": 2, "cars": 2, "goods/bicycles/parts": 4, "goods/cars/parts": 5, "homes": 6,
		"parts": 0, "": 0, "/": 0, "cars/parts": 0, "lost": 0, "round": 0, "goods//cars": 0,
	} {
		if c, ok := tree.Find(path); c.ID != want || ok != (want != 0) {
			t.Errorf("%q: %d, want %d", path, c.ID, want)
		}
	}
	if got := tree.PathSlug(5); got != "goods/cars/parts" {
		t.Errorf("path %q", got)
	}
	if path := tree.Path(4); len(path) != 3 || path[0].ID != 1 || path[2].ID != 4 {
		t.Errorf("path %v", path)
	}
	var all []value.ID
	for c := range tree.All {
		if all = append(all, c.ID); len(all) == 5 {
			break
		}
	}
	if want := []value.ID{6, 1, 3, 4, 2}; !slices.Equal(all, want) {
		t.Errorf("all %v, want %v: parents first, each in its place", all, want)
	}
	if below := tree.Below(1); len(below) != 5 || below[0] != 1 {
		t.Errorf("below %v", below)
	}
	if len(tree.Top()) != 2 || tree.Children(99) != nil || tree.Path(99) != nil || tree.PathSlug(99) != "" || tree.Attributes(99) != nil {
		t.Error("what is not there has something")
	}
}

func TestAttributesAreInherited(t *testing.T) {
	t.Parallel()
	tree := shop()
	for category, want := range map[value.ID]string{1: "condition", 3: "condition", 5: "condition make model km litres lights note", 6: ""} {
		var slugs []string
		for _, a := range tree.Attributes(category) {
			slugs = append(slugs, a.Slug)
		}
		if got := strings.Join(slugs, " "); got != want {
			t.Errorf("category %d has %q, want %q", category, got, want)
		}
	}
}

func TestNamesFallBack(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		names  listing.Names
		locale value.Locale
		want   string
	}{
		{listing.Names{"en": "Cars", "de": "Autos"}, "de-CH", "Autos"},
		{listing.Names{"en": "Cars", "de": "Autos"}, "fr", "Cars"},
		{listing.Names{"it": "Auto", "de": "Autos"}, "fr", "Autos"},
		{nil, "en", ""},
	} {
		if got := test.names.In(test.locale); got != test.want {
			t.Errorf("%v in %s: %q", test.names, test.locale, got)
		}
	}
}

func TestReadTreeNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	const head = "- slug: a\n  names: {en: A}\n"
	for name, test := range map[string]struct{ text, says string }{
		"in order":             {head + "  attributes:\n  - {slug: make, names: {en: M}, type: choice, options: [Audi, {slug: vw, names: {en: VW}}]}\n  - {slug: model, names: {en: M}, type: choice, depends_on: make, options: [{slug: golf, names: {en: G}, for: vw}]}\n  below: [{slug: b, names: {en: B}}]\n", ""},
		"no YAML":              {"- [", "cannot be read"},
		"an unknown key":       {head + "  nmaes: {}\n", "nmaes"},
		"an unknown option":    {head + "  attributes: [{slug: x, names: {en: X}, type: choice, options: [{slug: y, nmaes: {en: Y}}]}]\n", "nmaes"},
		"two documents":        {head + "---\n" + head, "after its end"},
		"a slug with capitals": {"- {slug: A, names: {en: A}}", "a slug has"},
		"twice":                {head + head, "twice"},
		"no name":              {"- {slug: a}", "no name"},
		"an attribute twice":   {head + "  attributes: [{slug: x, names: {en: X}, type: text}, {slug: x, names: {en: X}, type: text}]\n", "twice"},
		"an inherited one":     {head + "  attributes: [{slug: x, names: {en: X}, type: text}]\n  below: [{slug: b, names: {en: B}, attributes: [{slug: x, names: {en: X}, type: text}]}]\n", "inherited"},
		"an unknown type":      {head + "  attributes: [{slug: x, names: {en: X}, type: colour}]\n", "type"},
		"no options":           {head + "  attributes: [{slug: x, names: {en: X}, type: choice}]\n", "no options"},
		"an option twice":      {head + "  attributes: [{slug: x, names: {en: X}, type: choice, options: [A b, a-B]}]\n", "twice"},
		"an option no slug":    {head + "  attributes: [{slug: x, names: {en: X}, type: choice, options: [日本]}]\n", "needs a slug"},
		"depends on nothing":   {head + "  attributes: [{slug: x, names: {en: X}, type: choice, depends_on: y, options: [A]}]\n", "depends on"},
		"too large":            {head + strings.Repeat("# comment\n", 500_000), "larger"},
		"a bomb of aliases":    {"- &a {slug: a, names: {en: A}, below: [&b {slug: b, names: {en: B}}, *b]}", "twice"},
	} {
		_, err := listing.ReadTree(strings.NewReader(test.text))
		if test.says == "" && err != nil || test.says != "" && (value.KindOf(err) != value.Invalid || !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%s: %v, want %q", name, err, test.says)
		}
	}
}
