package record

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"

	"fairground/internal/value"
)

// market is a directory of two objects for fields that name records.
type market struct{ objects []*Object }

func (m market) Objects() []*Object { return m.objects }

func (m market) Object(key string) (*Object, error) {
	for _, o := range m.objects {
		if o.Key == key {
			return o, nil
		}
	}
	return nil, value.Errorf(value.NotFound, "there is no object %q", key)
}

func (m market) ByNumber(n int) *Object {
	for _, o := range m.objects {
		if o.Number == n {
			return o
		}
	}
	return nil
}

func (m market) ByShort(short string) *Object {
	for _, o := range m.objects {
		if o.Short == short {
			return o
		}
	}
	return nil
}

var square = market{[]*Object{
	{Number: 1, Key: "trader", Short: "trd", Labels: en("Trader")}, {Number: 2, Key: "market_day", Short: "mkd", Labels: en("Market day")},
}}

// every is a field of a type as the world has it.
func every(t Type) *Field {
	for _, f := range stall().Fields {
		if f.Type == t {
			f.Number, f.Check = 12, ""
			f.settled = settled{objects: square, currency: "CHF", local: true}
			if t == Choice || t == Choices {
				f.Options.Choices[0].Code, f.Options.Choices[1].Code, f.Options.Choices[2].Code = 1, 2, 3
				f.Options.Choices[1].Labels["de"] = "Bücher"
			}
			return f
		}
	}
	return &Field{Number: 12, Key: "total", Type: t}
}

func id(n value.ID) string { return n.Text("trd") }

func TestParse(t *testing.T) {
	t.Parallel()
	place := func(name string, lat, lon float64) PlaceValue {
		return PlaceValue{name, &value.Point{Lat: lat, Lon: lon}}
	}
	for _, c := range []struct {
		kind Type
		in   any
		want any
	}{
		{Text, "  Bread ", "Bread"}, {Text, "", nil}, {Text, " ", nil}, {Text, float64(8001), "8001"}, {Text, "日本", "日本"},
		{LongText, "a\r\nb\tc", "a\nb\tc"}, {LongText, " \n ", nil},
		{Integer, "1'250", int64(1250)}, {Integer, "-3", int64(-3)}, {Integer, float64(4), int64(4)}, {Integer, json.Number("9007199254740993"), int64(9007199254740993)},
		{Integer, "1,234,567", int64(1234567)}, {Integer, "5e+05", int64(500000)}, {Integer, "12.0", int64(12)}, {Integer, "−7", int64(-7)}, {Integer, "", nil},
		{Decimal, "12.5", Number{12500, 3}}, {Decimal, "12,5", Number{12500, 3}}, {Decimal, "-0.001", Number{-1, 3}}, {Decimal, 0.1, Number{100, 3}},
		{Decimal, "1.234.567,25", Number{1234567250, 3}}, {Decimal, "1,234,567.25", Number{1234567250, 3}}, {Decimal, Number{5, 0}, Number{5000, 3}}, {Decimal, Number{}, Number{0, 3}},
		{MoneyType, "CHF 12.50", value.Money{Minor: 1250, Currency: "CHF"}}, {MoneyType, "12,50 eur", value.Money{Minor: 1250, Currency: "EUR"}},
		{MoneyType, map[string]any{"amount": "12.50", "currency": "CHF"}, value.Money{Minor: 1250, Currency: "CHF"}},
		{MoneyType, map[string]any{"amount": 12.5, "currency": "chf"}, value.Money{Minor: 1250, Currency: "CHF"}},
		{MoneyType, "JPY 1,200", value.Money{Minor: 1200, Currency: "JPY"}}, {MoneyType, "CHF 1,200", value.Money{Minor: 120000, Currency: "CHF"}},
		{MoneyType, "CHF -3", value.Money{Minor: -300, Currency: "CHF"}}, {MoneyType, "CHF 1'200.-", value.Money{Minor: 120000, Currency: "CHF"}}, {MoneyType, "", nil},
		{YesNo, "Ja", true}, {YesNo, "no", false}, {YesNo, true, true}, {YesNo, float64(0), false}, {YesNo, "", nil},
		{Date, "2026-03-31", Day(20543)}, {Date, "31.3.2026", Day(20543)}, {Date, "31/03/2026", Day(20543)}, {Date, "03/31/2026", Day(20543)},
		{Date, "2026/03/31", Day(20543)}, {Date, "4/4/2026", Day(20547)}, {Date, "1969-12-31", Day(-1)}, {Date, "2026-03-31T00:00:00Z", Day(20543)},
		{DateTime, "2026-03-31T12:00:00+02:00", time.Date(2026, 3, 31, 10, 0, 0, 0, time.UTC)}, {DateTime, "2026-03-31 10:00", time.Date(2026, 3, 31, 10, 0, 0, 0, time.UTC)},
		{DateTime, "31.3.2026", time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)},
		{Choice, "open", "open"}, {Choice, "OPEN", "open"}, {Choice, "", nil}, {Choice, "bücher", "open"},
		{Choices, "plants, BIKES", []string{"bikes", "plants"}}, {Choices, []any{"Bücher", "books"}, []string{"books"}}, {Choices, []any{}, nil},
		{Mail, " Anna@Example.org", "anna@example.org"}, {Phone, "+41 44 668 18 00", "+41446681800"}, {Phone, "0041446681800", "+41446681800"},
		{Link, "https://example.org/a?b=c", "https://example.org/a?b=c"}, {Link, "example.org", "https://example.org"}, {Link, "mailto:a@example.org", "mailto:a@example.org"},
		{Place, "Lausanne (46.52, 6.63)", place("Lausanne", 46.52, 6.63)}, {Place, "Lausanne", PlaceValue{Name: "Lausanne"}}, {Place, "(46.52, 6.63)", place("", 46.52, 6.63)},
		{Place, map[string]any{"name": "x", "lat": 1.5, "lon": json.Number("2.5")}, place("x", 1.5, 2.5)}, {Place, "Basel (West)", PlaceValue{Name: "Basel (West)"}},
		{Reference, id(5), value.ID(5)}, {Reference, value.ID(5), value.ID(5)}, {Reference, "", nil}, {Reference, map[string]any{"id": id(5)}, value.ID(5)},
		{References, value.ID(5).Text("mkd") + "," + value.ID(6).Text("mkd"), []RefValue{{ID: 5}, {ID: 6}}},
		{References, []any{map[string]any{"id": value.ID(5).Text("mkd"), "pitch": "A", "tables": 2.0}}, []RefValue{{ID: 5, Attributes: Values{"pitch": "A", "tables": int64(2)}}}},
		{AnyReference, id(5), AnyValue{"trader", 5}}, {AnyReference, value.ID(7).Text("mkd"), AnyValue{"market_day", 7}},
		{Autonumber, "S-7", int64(7)}, {Autonumber, "7", int64(7)},
	} {
		got, err := every(c.kind).Parse(c.in)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %#v gives %#v, %v; want %#v", c.kind, c.in, got, err, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind Type
		in   any
	}{
		{Text, "a\x00b"}, {Text, "a\nb"}, {Text, "a\u202eb"}, {Text, "\xff"}, {Text, true}, {Text, strings.Repeat("ä", 501)}, {Text, []any{}}, {Text, "a\u2028b"},
		{LongText, "a\x00"}, {LongText, "a\x1bb"}, {LongText, strings.Repeat("x", 20_001)},
		{Integer, "1,234"}, {Integer, "1.5"}, {Integer, "9223372036854775808"}, {Integer, "abc"}, {Integer, math.NaN()}, {Integer, math.Inf(1)}, {Integer, 1e300}, {Integer, "1e99"}, {Integer, "-"}, {Integer, "1-2"}, {Integer, "12,34,567"},
		{Decimal, "0.0001"}, {Decimal, "NaN"}, {Decimal, "Inf"}, {Decimal, "1,234"}, {Decimal, "1.2.3"}, {Decimal, math.NaN()}, {Decimal, "10000000000000000"},
		{MoneyType, "CHF 12.505"}, {MoneyType, "XXQ 3"}, {MoneyType, "12.50"}, {MoneyType, map[string]any{"currency": "CHF"}}, {MoneyType, "CHF 99999999999999999"}, {MoneyType, []any{}},
		{YesNo, "maybe"}, {YesNo, float64(2)}, {YesNo, []any{}},
		{Date, "03/04/2026"}, {Date, "31.2.2026"}, {Date, "31.3.26"}, {Date, "2026-13-01"}, {Date, "yesterday"}, {Date, "2026-03-31T10:00:00Z"}, {Date, 5.0},
		{DateTime, "noon"}, {DateTime, "10000-01-01T00:00:00Z"}, {DateTime, true},
		{Choice, "gone"}, {Choice, true}, {Choices, "bikes, cars"}, {Choices, 7.5}, {Choices, true},
		{Mail, "anna"}, {Mail, "a@b"}, {Phone, "044 668 18 00"}, {Phone, "+1"},
		{Link, "javascript:alert(1)"}, {Link, "data:text/html,x"}, {Link, "https://"}, {Link, "https://a b"}, {Link, "ftp://example.org"}, {Link, "https://a:b@example.org"}, {Link, "//example.org"},
		{Place, "x (0, 0)"}, {Place, "x (91, 0)"}, {Place, map[string]any{"lat": 1.0}}, {Place, map[string]any{"name": "x (1, 2)"}}, {Place, 5.0},
		{Reference, "Anna"}, {Reference, "stl_0000000000005"}, {Reference, true}, {References, "Anna"}, {References, []any{map[string]any{"id": value.ID(5).Text("mkd"), "colour": "red"}}},
		{AnyReference, "zzz_0000000000005"}, {AnyReference, "Anna"}, {AnyReference, AnyValue{"nothing", 4}},
		{File, "name.pdf"}, {File, []any{map[string]any{"sha256": "x", "name": "a", "type": "a/b"}}},
		{Autonumber, "S-x"},
	} {
		got, err := every(c.kind).Parse(c.in)
		if err == nil {
			t.Errorf("%s: %#v gives %#v", c.kind, c.in, got)
			continue
		}
		if value.KindOf(err) != value.Invalid || err.(*value.Error).Field != every(c.kind).Key {
			t.Errorf("%s: %#v: %v", c.kind, c.in, err)
		}
	}
}

// Whatever a field holds, its text, its JSON and its columns give the same value back.
func TestValuesSurvive(t *testing.T) {
	t.Parallel()
	for kind, gen := range generators() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			f := every(kind)
			rapid.Check(t, func(t *rapid.T) {
				v, err := f.Parse(gen.Draw(t, "value"))
				if err != nil {
					t.Fatalf("%v", err)
				}
				if v == nil {
					return
				}
				again(t, f, "text", v, f.Show(v))
				text, err := json.Marshal(f.JSON(v))
				if err != nil {
					t.Fatal(err)
				}
				var decoded any
				decoder := json.NewDecoder(strings.NewReader(string(text)))
				decoder.UseNumber()
				if err := decoder.Decode(&decoded); err != nil {
					t.Fatal(err)
				}
				again(t, f, "JSON", v, decoded)
				again(t, f, "itself", v, v)
				k := kindOf(kind)
				if len(k.columns(f)) != len(k.store(f, v)) || len(k.columns(f)) != len(k.store(f, nil)) {
					t.Fatalf("%d columns, %d values", len(k.columns(f)), len(k.store(f, v)))
				}
				if len(k.columns(f)) == 0 {
					return
				}
				loaded, err := k.load(f, k.store(f, v))
				if err != nil || !reflect.DeepEqual(loaded, v) {
					t.Fatalf("stored as %#v, %#v is loaded as %#v, %v", k.store(f, v), v, loaded, err)
				}
				if empty, err := k.load(f, k.store(f, nil)); empty != nil || err != nil {
					t.Fatalf("empty is loaded as %#v, %v", empty, err)
				}
			})
		})
	}
}

func again(t *rapid.T, f *Field, how string, v, in any) {
	got, err := f.Parse(in)
	if err != nil || !reflect.DeepEqual(got, v) {
		t.Fatalf("%s: %#v written as %#v (%s) is read as %#v, %v", f.Type, v, in, how, got, err)
	}
}

func generators() map[Type]*rapid.Generator[any] {
	line := rapid.StringOfN(rapid.RuneFrom([]rune("aäß日𝄞 (),;.\"'<&1-9e")), 1, 40, -1)
	degree := func(most float64) *rapid.Generator[float64] { return rapid.Float64Range(0.1, most) }
	ids := rapid.Int64Range(1, math.MaxInt64)
	return map[Type]*rapid.Generator[any]{
		Text:     line.AsAny(),
		LongText: rapid.StringOfN(rapid.RuneFrom([]rune("aä\n\t \"{[")), 1, 60, -1).AsAny(),
		Integer:  rapid.Int64().AsAny(),
		Decimal:  rapid.Custom(func(t *rapid.T) any { return Number{rapid.Int64().Draw(t, "units"), 3} }),
		MoneyType: rapid.Custom(func(t *rapid.T) any {
			code := rapid.SampledFrom([]string{"CHF", "JPY", "KWD", "EUR"}).Draw(t, "currency")
			return value.Money{Minor: rapid.Int64Range(-1e15, 1e15).Draw(t, "minor"), Currency: code}
		}),
		YesNo: rapid.Bool().AsAny(),
		Date:  rapid.Custom(func(t *rapid.T) any { return Day(rapid.Int64Range(-719162, 2932896).Draw(t, "day")) }),
		DateTime: rapid.Custom(func(t *rapid.T) any {
			return value.FromMicros(rapid.Int64Range(-62135596800000000, 253402300799999999).Draw(t, "us"))
		}),
		Choice:  rapid.SampledFrom([]string{"new", "open", "closed"}).AsAny(),
		Choices: rapid.SliceOfN(rapid.SampledFrom([]string{"bikes", "books", "plants"}), 0, 4).AsAny(),
		Mail:    rapid.StringMatching(`[a-z]{1,8}\.[a-z]{1,8}@[a-z]{1,9}\.org`).AsAny(),
		Phone:   rapid.StringMatching(`\+4144668[0-9]{4}`).AsAny(),
		Link:    rapid.StringMatching(`https://[a-z]{1,9}\.org/[a-z0-9/%]{0,9}`).Filter(func(s string) bool { return !strings.Contains(s, "%") }).AsAny(),
		Place: rapid.Custom(func(t *rapid.T) any {
			p := PlaceValue{Name: rapid.StringOfN(rapid.RuneFrom([]rune("abcä (")), 0, 12, -1).Draw(t, "name")}
			if rapid.Bool().Draw(t, "point") {
				p.Point = &value.Point{Lat: degree(90).Draw(t, "lat"), Lon: -degree(180).Draw(t, "lon")}
			}
			return p
		}),
		File: rapid.Custom(func(t *rapid.T) any {
			return []FileValue{{Sha256: strings.Repeat("ab", 32), Name: rapid.StringMatching(`[a-z"{}]{1,9}\.pdf`).Draw(t, "name"),
				Type: "application/pdf", Bytes: rapid.Int64Range(0, 1e12).Draw(t, "bytes")}}
		}),
		Reference: rapid.Custom(func(t *rapid.T) any { return value.ID(ids.Draw(t, "id")) }),
		References: rapid.Custom(func(t *rapid.T) any {
			var refs []RefValue
			for _, n := range rapid.SliceOfN(ids, 0, 4).Draw(t, "ids") {
				r := RefValue{ID: value.ID(n)}
				if rapid.Bool().Draw(t, "attributes") {
					r.Attributes = Values{"pitch": "A, \"1\"", "tables": rapid.Int64().Draw(t, "tables")}
				}
				refs = append(refs, r)
			}
			return refs
		}),
		AnyReference: rapid.Custom(func(t *rapid.T) any {
			return AnyValue{rapid.SampledFrom([]string{"trader", "market_day"}).Draw(t, "object"), value.ID(ids.Draw(t, "id"))}
		}),
		Autonumber: rapid.Int64Range(0, math.MaxInt64).AsAny(),
		Formula:    rapid.Int64().AsAny(),
		Rollup:     rapid.Int64().AsAny(),
	}
}

// What a type cannot use is refused when the field is defined, and the error names it.
func TestDefineRefusesOptions(t *testing.T) {
	t.Parallel()
	least, most := 5.0, 1.0
	for _, c := range []struct {
		field *Field
		want  string
	}{
		{&Field{Type: Text, Options: Options{Scale: 2}}, "scale"}, {&Field{Type: Text, Options: Options{Length: -1}}, "length"},
		{&Field{Type: LongText, Unique: true}, "unique"}, {&Field{Type: Decimal, Options: Options{Scale: 10}}, "scale"},
		{&Field{Type: Integer, Options: Options{Least: &least, Most: &most}}, "least"}, {&Field{Type: MoneyType, Options: Options{Currency: "zzz"}}, "currency"},
		{&Field{Type: Choice}, "choices"}, {&Field{Type: Choice, Options: Options{Choices: []Option{{Key: "a"}, {Key: "a"}}}}, "choices"},
		{&Field{Type: Choice, Options: Options{Choices: []Option{{Key: "a,b"}}}}, "choices"},
		{&Field{Type: Reference}, "target"}, {&Field{Type: Reference, Options: Options{Target: "x", OnDelete: "explode"}}, "on_delete"},
		{&Field{Type: References, Options: Options{Target: "x", Attributes: []*Field{{Key: "a", Type: File}}}}, "attributes"},
		{&Field{Type: File, Options: Options{Files: 1000}}, "files"}, {&Field{Type: Autonumber, Options: Options{Prefix: "A1"}}, "prefix"},
		{&Field{Type: Autonumber, Required: true}, "required"}, {&Field{Type: Formula, Options: Options{Formula: "1", Result: File}}, "result"},
		{&Field{Type: Rollup, Options: Options{Rollup: &RollupPlan{Op: "median"}}}, "rollup"}, {&Field{Type: YesNo, Unique: true}, "unique"},
	} {
		c.field.Key = "f"
		err := kindOf(c.field.Type).define(nil, nil, c.field)
		if value.KindOf(err) != value.Invalid || err.(*value.Error).Field != c.want {
			t.Errorf("%s %+v: %v, want an error at %s", c.field.Type, c.field.Options, err, c.want)
		}
	}
}

func TestOptionCodesAreNeverUsedAgain(t *testing.T) {
	t.Parallel()
	f := &Field{Key: "f", Type: Choice, Options: Options{Choices: []Option{{Key: "c", Code: 7, Retired: true}, {Key: "a"}, {Key: "b", Code: 3}, {Key: "d"}}}}
	if err := (choiceKind{}).define(nil, nil, f); err != nil {
		t.Fatal(err)
	}
	var codes []int
	for _, o := range f.Options.Choices {
		codes = append(codes, o.Code)
	}
	if want := []int{7, 8, 3, 9}; !reflect.DeepEqual(codes, want) {
		t.Errorf("codes %v, want %v", codes, want)
	}
}

func TestBareValuesWaitForTheWriter(t *testing.T) {
	t.Parallel()
	for kind, text := range map[Type]string{MoneyType: "12.50", Phone: "044 668 18 00", Reference: "Anna", References: "Anna, Bela"} {
		v, err := every(kind).parse(text)
		if err != nil || !isBare(v) {
			t.Errorf("%s %q: %#v, %v", kind, text, v, err)
		}
	}
}

func TestFoldIsThatOfConditions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"ZÜRICH": "zürich", "Straße": "strasse", "ＡＢＣ": "abc", "plain Text": "plain text", "ﬁn": "fin"} {
		if got := fold(text); got != want {
			t.Errorf("%q folds to %q, want %q", text, got, want)
		}
	}
}

// Numbers that are read the short way are those that the long way leaves as they are.
func TestPhonesInE164(t *testing.T) {
	t.Parallel()
	short := 0
	for region := range phonenumbers.GetSupportedRegions() {
		example := phonenumbers.GetExampleNumber(region)
		if example == nil {
			continue
		}
		text := phonenumbers.Format(example, phonenumbers.E164)
		long, err := readPhone(text, "")
		if err != nil || long != text {
			t.Errorf("%s: %v, %v", text, long, err)
		}
		if inE164(text) {
			short++
		}
	}
	if short < 200 {
		t.Errorf("only %d regions are read the short way", short)
	}
	for _, text := range []string{"+41", "+4144", "+0446681800", "+41044668180", "+999123456789", "+4144668180012345"} {
		if inE164(text) {
			t.Errorf("%s is taken for a number", text)
		}
	}
}
