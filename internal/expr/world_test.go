package expr_test

import (
	"fmt"
	"io/fs"
	"maps"
	"math"
	"math/rand/v2"
	"testing/fstest"
	"time"

	"fairground/internal/expr"
	"fairground/internal/value"
)

// The world of the tests: people who link to a firm, a firm to a country, a country to its head, who is one of the
// people. A firm is visible when it is open or its keeper asks; people are always; some firms lie in the trash.

const tables = `
create table "case" (id bigint primary key, name text%[1]s, population bigint, head_id bigint, size_c bigint);
create table firm (id bigint primary key, title text%[1]s, title_k text%[1]s, open boolean, keeper_id bigint, country_id bigint, worth bigint, worth_c text%[1]s, since bigint, deleted_us bigint, kind bigint);
create table person (id bigint primary key, name text%[1]s, name_k text%[1]s, nick text%[1]s not null, age bigint, points bigint not null, price bigint, rate bigint not null,
	budget bigint, budget_c text%[1]s, active boolean, born bigint, seen bigint, stage bigint, phase bigint not null, firm_id bigint, other_id bigint, subject_o text%[1]s, subject_id bigint, lat bigint, lon bigint);
create table m_tags (rec bigint not null, opt bigint not null, primary key (rec, opt));
create table l_firms (a bigint not null, b bigint not null, primary key (a, b));
create table l_staff (a bigint not null, b bigint not null, primary key (a, b));
`

func schema() fs.FS {
	return fstest.MapFS{
		"schema/0001_world.sqlite.sql":   {Data: fmt.Appendf(nil, tables, "")},
		"schema/0001_world.postgres.sql": {Data: fmt.Appendf(nil, tables, ` collate "und-x-icu"`)},
	}
}

var stages = []expr.Option{{Key: "open", Code: 7}, {Key: "won", Code: 3}, {Key: "Zürich", Code: 12}, {Key: "lost", Code: 1}}

func column(name string) []string { return []string{"{t}." + name} }

func objects() []expr.Object {
	return []expr.Object{
		{Name: "person", Table: "person", Fields: []expr.Field{
			{Name: "name", Type: expr.FieldText, Columns: column("name"), Folded: "{t}.name_k", Nullable: true},
			{Name: "nick", Type: expr.FieldText, Columns: column("nick")},
			{Name: "age", Type: expr.FieldInt, Columns: column("age"), Nullable: true},
			{Name: "points", Type: expr.FieldInt, Columns: column("points")},
			{Name: "price", Type: expr.FieldDecimal, Scale: 2, Columns: column("price"), Nullable: true},
			{Name: "rate", Type: expr.FieldDecimal, Scale: 4, Columns: column("rate")},
			{Name: "budget", Type: expr.FieldMoney, Scale: 2, Columns: []string{"{t}.budget", "{t}.budget_c"}, Nullable: true},
			{Name: "active", Type: expr.FieldBool, Columns: column("active"), Nullable: true},
			{Name: "born", Type: expr.FieldDate, Columns: column("born"), Nullable: true},
			{Name: "seen", Type: expr.FieldTime, Columns: column("seen"), Nullable: true},
			{Name: "stage", Type: expr.FieldChoice, Columns: column("stage"), Options: stages, Nullable: true},
			{Name: "phase", Type: expr.FieldChoice, Columns: column("phase"), Options: stages},
			{Name: "tags", Type: expr.FieldChoices, Options: stages, Side: expr.Side{Table: "m_tags", Owner: "rec", Other: "opt"}},
			{Name: "firm", Type: expr.FieldLink, Target: "firm", Columns: column("firm_id"), Nullable: true},
			{Name: "other", Type: expr.FieldLink, Target: "firm", Columns: column("other_id"), Nullable: true},
			{Name: "firms", Type: expr.FieldLinks, Target: "firm", Side: expr.Side{Table: "l_firms", Owner: "a", Other: "b"}},
			{Name: "subject", Type: expr.FieldAnyRef, Columns: []string{"{t}.subject_o", "{t}.subject_id"}, Nullable: true},
			{Name: "spot", Type: expr.FieldPlace, Columns: []string{"{t}.lat", "{t}.lon"}, Nullable: true},
		}},
		{Name: "firm", Table: "firm", Read: `open || keeper_id == me.id`, Alive: "{t}.deleted_us is null",
			Inner: []expr.Field{{Name: "keeper_id", Type: expr.FieldInt, Columns: column("keeper_id"), Nullable: true}},
			Fields: []expr.Field{
				{Name: "title", Type: expr.FieldText, Columns: column("title"), Folded: "{t}.title_k", Nullable: true},
				{Name: "open", Type: expr.FieldBool, Columns: column("open"), Nullable: true},
				{Name: "country", Type: expr.FieldLink, Target: "country", Columns: column("country_id"), Nullable: true},
				{Name: "worth", Type: expr.FieldMoney, Scale: 2, Columns: []string{"{t}.worth", "{t}.worth_c"}, Nullable: true},
				{Name: "since", Type: expr.FieldDate, Columns: column("since"), Nullable: true},
				{Name: "kind", Type: expr.FieldChoice, Columns: column("kind"), Options: stages, Nullable: true},
				{Name: "staff", Type: expr.FieldLinks, Target: "person", Side: expr.Side{Table: "l_staff", Owner: "a", Other: "b"}},
			}},
		{Name: "country", Table: "case", Fields: []expr.Field{
			{Name: "name", Type: expr.FieldText, Columns: column("name"), Nullable: true},
			{Name: "size", Type: expr.FieldChoice, Columns: column("size_c"), Options: stages, Nullable: true},
			{Name: "population", Type: expr.FieldInt, Columns: column("population"), Nullable: true},
			{Name: "head", Type: expr.FieldLink, Target: "person", Columns: column("head_id"), Nullable: true},
		}},
	}
}

func constants() expr.Constants {
	return expr.Constants{Now: time.Date(2026, 3, 9, 17, 30, 1, 500_000_000, time.UTC), Me: map[string]any{"id": int64(3), "role": "sales", "roles": []string{"won", "sales"}}}
}

// world is the rows of the tables, and the same as records.
type world struct {
	people  []expr.Fields
	rows    map[string][][]any
	columns map[string][]string
}

var (
	texts  = []any{nil, "", "a", "B", "ab", "Ä", "ä", "Zürich", "ZÜRICH", "50%", "under_score", "ß", "ss", "ﬁ", "\U0001F6B2 bike", "a\nb", `back\slash`, "'quote'", "won", "open", "I", "ı", "İ", "e\u0301", "\u00e9", "{t}", "$1", "\ue000", "\uffff", "\ud7ffx"}
	ints   = []any{nil, int64(0), int64(1), int64(-1), int64(2), int64(7), int64(18), int64(-40), int64(math.MaxInt64), int64(math.MinInt64), int64(math.MaxInt64 - 1), int64(1 << 53), int64(1<<53 + 1), int64(3037000500), int64(4294967296)}
	days   = []any{nil, int64(0), int64(-1), int64(-719162), int64(2932896), int64(20521), int64(20520), int64(20522), int64(11016), int64(11017), int64(19782)}
	times  = []any{nil, int64(0), int64(-1), int64(1773077401500000), int64(1773077401500001), int64(-62135596800000000), int64(253402300799999999), int64(1772991001500000), int64(951782400000000), int64(1709164800000000 - 1), int64(4102444800000000)}
	codes  = []any{nil, int64(7), int64(3), int64(12), int64(1)}
	places = []value.Point{{}, {Lat: 47.3769, Lon: 8.5417}, {Lat: 47.3859, Lon: 8.5417}, {Lat: 90, Lon: 1}, {Lat: -90, Lon: -180}, {Lat: 0.0000001, Lon: 180}, {Lat: -33.8688, Lon: 151.2093}, {Lat: 46.2, Lon: 6.15}}
	moneys = []any{nil, "CHF", "EUR", "chf"}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func sure(r *rand.Rand, from []any) any { return from[1+r.IntN(len(from)-1)] }

func key(code any) any {
	for _, o := range stages {
		if o.Code == code {
			return o.Key
		}
	}
	return nil
}

func foldedOf(s any) any {
	if s == nil {
		return nil
	}
	return expr.Fold(s.(string))
}

func newWorld(r *rand.Rand, people int) *world {
	w := &world{rows: map[string][][]any{}, columns: map[string][]string{
		`"case"`: {"id", "name", "population", "head_id", "size_c"},
		"firm":   {"id", "title", "title_k", "open", "keeper_id", "country_id", "worth", "worth_c", "since", "deleted_us", "kind"},
		"person": {"id", "name", "name_k", "nick", "age", "points", "price", "rate", "budget", "budget_c", "active", "born", "seen", "stage", "phase", "firm_id", "other_id", "subject_o", "subject_id", "lat", "lon"},
		"m_tags": {"rec", "opt"}, "l_firms": {"a", "b"}, "l_staff": {"a", "b"},
	}}
	for i := range people {
		w.people = append(w.people, expr.Fields{"id": int64(i + 1)})
	}
	var countries, firms []expr.Record
	for i := range 5 {
		c := expr.Fields{"id": int64(i + 1), "name": pick(r, texts), "population": pick(r, ints)}
		size := pick(r, codes)
		c["size"] = key(size)
		var head any
		if n := r.IntN(people + 2); n < people {
			c["head"], head = expr.Record(w.people[n]), int64(n+1)
		}
		countries = append(countries, c)
		w.rows[`"case"`] = append(w.rows[`"case"`], []any{int64(i + 1), c["name"], c["population"], head, size})
	}
	for i := range 12 {
		firms = append(firms, w.firm(r, int64(i+1), countries))
	}
	for i := range w.people {
		w.person(r, w.people[i], firms)
	}
	return w
}

func (w *world) firm(r *rand.Rand, id int64, countries []expr.Record) expr.Record {
	f := expr.Fields{"id": id, "title": pick(r, texts), "open": pick(r, []any{nil, true, true, false}), "keeper_id": pick(r, []any{nil, int64(3), int64(4)}),
		"worth": pick(r, ints), "since": pick(r, days)}
	if f["worth"] != nil {
		f["worth_currency"] = sure(r, moneys)
	}
	kind := pick(r, codes)
	f["kind"] = key(kind)
	var country, deleted any
	if n := r.IntN(len(countries) + 1); n < len(countries) {
		f["country"], country = countries[n], int64(n+1)
	} else if r.IntN(2) == 0 {
		f["country"], country = expr.Gone{ID: 99}, int64(99) // there is no such country
	}
	var staff []expr.Record
	for _, n := range r.Perm(len(w.people))[:r.IntN(4)] {
		staff = append(staff, w.people[n])
		w.rows["l_staff"] = append(w.rows["l_staff"], []any{id, int64(n + 1)})
	}
	f["staff"] = staff
	trashed := r.IntN(5) == 0
	if trashed {
		deleted = int64(1)
	}
	w.rows["firm"] = append(w.rows["firm"], []any{id, f["title"], foldedOf(f["title"]), f["open"], f["keeper_id"], country, f["worth"], f["worth_currency"], f["since"], deleted, kind})
	if trashed {
		return expr.Gone{ID: id}
	}
	return f
}

func (w *world) person(r *rand.Rand, p expr.Fields, firms []expr.Record) {
	stage, phase := pick(r, codes), sure(r, codes)
	own := expr.Fields{"name": pick(r, texts), "nick": sure(r, texts), "age": pick(r, ints), "points": sure(r, ints), "price": pick(r, ints), "rate": sure(r, ints), "budget": pick(r, ints),
		"active": pick(r, []any{nil, true, false}), "born": pick(r, days), "seen": pick(r, times), "stage": key(stage), "phase": key(phase)}
	maps.Copy(p, own)
	if p["budget"] != nil {
		p["budget_currency"] = sure(r, moneys)
	}
	var firm, other, subject, subjectID, lat, lon any
	if n := r.IntN(len(firms) + 3); n < len(firms) {
		p["firm"], firm = firms[n], int64(n+1)
	}
	if n := r.IntN(len(firms) + 3); n < len(firms) {
		p["other"], other = firms[n], int64(n+1)
	}
	if r.IntN(3) > 0 {
		ref := expr.AnyRef{Object: pick(r, []string{"listing", "firm", "a"}), ID: int64(r.IntN(4))}
		p["subject"], subject, subjectID = ref, ref.Object, ref.ID
	}
	if at := pick(r, places); at != (value.Point{}) {
		p["spot"], lat, lon = at, int64(math.Round(at.Lat*1e7)), int64(math.Round(at.Lon*1e7))
	}
	id := p["id"]
	var tags []string
	for _, n := range r.Perm(len(stages))[:r.IntN(4)] {
		tags = append(tags, stages[n].Key)
		w.rows["m_tags"] = append(w.rows["m_tags"], []any{id, stages[n].Code})
	}
	p["tags"] = tags
	var linked []expr.Record
	for _, n := range r.Perm(len(firms))[:r.IntN(4)] {
		w.rows["l_firms"] = append(w.rows["l_firms"], []any{id, int64(n + 1)})
		if _, gone := firms[n].(expr.Gone); !gone {
			linked = append(linked, firms[n])
		}
	}
	p["firms"] = linked
	w.rows["person"] = append(w.rows["person"], []any{id, p["name"], foldedOf(p["name"]), p["nick"], p["age"], p["points"], p["price"], p["rate"], p["budget"], p["budget_currency"],
		p["active"], p["born"], p["seen"], stage, phase, firm, other, subject, subjectID, lat, lon})
}
