package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"

	"fairground/internal/db"
	"fairground/internal/record"
)

const stall = `{"title": "stalls", "objects": [{"key": "stall", "short": "stl", "labels": {"en": "Stall"}, "plural": {"en": "Stalls"}, "icon": "list", "title": "name",
	"fields": [{"key": "name", "labels": {"en": "Name"}, "type": "text", "required": true}, {"key": "rent", "labels": {"en": "Rent"}, "type": "money"}]}]}`

// What the schema says, as YAML, leads to no step; what is added, planned, applied and undone does what it says.
func TestSchemaPlans(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("schema:read", "schema:write", "records:read", "records:write")
		text := o.do("GET", "/schema", secret, "", "Accept", "application/yaml").want(200, "key: deal")
		if text.Header.Get("Content-Type") != yamlType {
			t.Errorf("%v", text.Header)
		}
		var file record.SchemaFile
		o.ok(yaml.Unmarshal([]byte(text.Body), &file))
		same := into[planShown](o.do("POST", "/schema/plan", secret, text.Body, "Content-Type", "application/yaml").want(200))
		if len(same.Steps) != 0 || len(file.Objects) != 3 {
			t.Errorf("%+v", same)
		}
		plan := into[planShown](o.do("POST", "/schema/plan", secret, stall).want(200))
		if len(plan.Steps) != 1 || plan.Steps[0].Op != record.AddObject || plan.Rev != 0 {
			t.Errorf("%+v", plan)
		}
		o.do("GET", "/records/stall", secret, "").problem(404)
		done := into[planShown](o.do("POST", "/schema/apply", secret, stall, keyHeader, "s").want(200))
		again := into[planShown](o.do("POST", "/schema/apply", secret, stall, keyHeader, "s").want(200))
		if done.Rev == 0 || again.Rev != done.Rev || done.Actor != "staff" || done.Title != "stalls" {
			t.Errorf("%+v, %+v", done, again)
		}
		o.create(secret, "stall", `{"name": "First", "rent": {"amount": "5.00", "currency": "CHF"}}`)
		if plans := into[planList](o.do("GET", "/schema/plans?limit=1", secret, "").want(200)).Plans; len(plans) != 1 || plans[0].Rev != done.Rev {
			t.Errorf("%+v", plans)
		}
		broken := `{"objects": [{"key": "person", "remove": true}]}`
		if plan := into[planShown](o.do("POST", "/schema/plan", secret, broken).want(200)); len(plan.Breaks) == 0 {
			t.Errorf("%+v", plan)
		}
		if p := o.do("POST", "/schema/apply", secret, broken).problem(409, "force"); len(p.Errors) < 2 {
			t.Errorf("%+v", p)
		}
		at := fmt.Sprintf("/schema/plans/%d/undo", done.Rev)
		if undone := into[planShown](o.do("POST", at, secret, "").want(200)); undone.Undoes != done.Rev {
			t.Errorf("%+v", undone)
		}
		o.do("POST", at, secret, "").problem(409)
		o.do("GET", "/records/stall", secret, "").problem(404)
		o.do("POST", "/schema/plans/999999/undo", secret, "").problem(404)
		o.do("POST", "/schema/plans/x/undo", secret, "").problem(404)
	})
}

func TestSchemasThatAreRefused(t *testing.T) {
	oneOffice(t, func(t *testing.T, o *office) {
		reader, viewer := o.secret("schema:read"), o.as(o.vic, "schema:read")
		for body, status := range map[string]int{
			`{}`: 422, `{"objects": []}`: 422, `{"objects": [{"key": "deal", "tittle": "x"}]}`: 422, `{"objects": "x"}`: 422, `{"objects": [`: 400,
			`{"objects": [{"key": "Robert'); drop table o_1; --", "short": "rob"}]}`: 422, `{"objects": [{"key": "select"}]}`: 422,
		} {
			o.do("POST", "/schema/plan", reader, body).problem(status)
		}
		o.do("POST", "/schema/plan", reader, "objects: [", "Content-Type", "application/yaml").problem(400)
		o.do("POST", "/schema/plan", reader, "a: &a [*a]", "Content-Type", "application/yaml").problem(400)
		o.do("POST", "/schema/apply", reader, stall).problem(403)
		for _, path := range []string{"/schema/plan"} {
			o.do("POST", path, viewer, stall).problem(403)
		}
		o.do("GET", "/schema/plans", viewer, "").problem(403)
		shown := o.do("GET", "/schema", viewer, "").want(200, `"deal"`)
		for _, word := range []string{"margin", "ledger", "size > 0", "grants", "hidden"} {
			if strings.Contains(shown.Body, word) {
				t.Errorf("%q is in %s", word, shown.Body)
			}
		}
	})
}

// What records answer fits what the document of the caller says, and what it says may be written can be.
func TestRecordsFitTheDocument(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:read", "records:write", "schema:read")
		doc := o.load(secret)
		fits := func(a answer, method, path string) {
			t.Helper()
			response := doc.Paths.Value(path).GetOperation(method).Responses.Status(a.Status)
			var v any
			o.ok(json.Unmarshal([]byte(a.Body), &v))
			if err := response.Value.Content.Get("application/json").Schema.Value.VisitJSON(v, openapi3.EnableJSONSchema2020()); err != nil {
				t.Errorf("%s %s: %v\n%s", method, path, err, a.Body)
			}
		}
		body := doc.Paths.Value("/records/deal").Post.RequestBody.Value.Content.Get("application/json")
		example, err := json.Marshal(body.Example)
		o.ok(err)
		made := o.do("POST", "/records/deal", secret, string(example)).want(201)
		fits(made, "POST", "/records/deal")
		fits(o.do("POST", "/records/person", secret, `{"values": {"name": "Ann", "email": "ann@example.org"}}`).want(201), "POST", "/records/person")
		ann := o.list(secret, "person").Records[0].ID
		full := `{"values": {"name": "x", "size": 1, "weight": "2.5", "price": {"amount": "1.00", "currency": "CHF"}, "covered": false, "starts": "2026-01-01", "seen_at": "2026-01-01T00:00:00Z",
			"status": "won", "person": "` + ann + `", "others": ["` + ann + `"], "subject": "` + ann + `"}}`
		fits(o.do("POST", "/records/deal", secret, full).want(201), "POST", "/records/deal")
		fits(o.do("GET", "/records/deal?expand=person&limit=1&count=capped", secret, ""), "GET", "/records/deal")
		at := "/records/deal/" + into[shown](made).ID
		fits(o.do("GET", at, secret, ""), "GET", "/records/deal/{id}")
		fits(o.do("PATCH", at, secret, `{"values": {"size": 2}}`), "PATCH", "/records/deal/{id}")
		for path, generic := range map[string]string{"/history": "/records/{object}/{id}/history", "/why": "/records/{object}/{id}/why"} {
			fits(o.do("GET", at+path, secret, ""), "GET", generic)
		}
		fits(o.do("POST", "/records/deal/query", secret, `{"group": [{"field": "status"}]}`), "POST", "/records/{object}/query")
		fits(o.do("POST", "/records/deal/batch", secret, `{"operations": [{"op": "delete", "id": "x"}]}`), "POST", "/records/{object}/batch")
		fits(o.do("POST", "/schema/plan", secret, stall), "POST", "/schema/plan")
		deal := doc.Components.Schemas["deal"].Value.Properties["values"].Value
		if !deal.Properties["triple"].Value.ReadOnly || len(deal.Properties["status"].Value.Enum) != 3 || deal.Properties["margin"] == nil {
			t.Errorf("%+v", deal.Properties)
		}
		create := doc.Components.Schemas["deal.create"].Value
		if len(create.Required) != 1 || create.Required[0] != "name" || create.Properties["triple"] != nil {
			t.Errorf("%+v", create)
		}
		if text := doc.Components.Schemas["person.create"].Value.Properties["name"].Value.Description; text != "As it is written on letters." {
			t.Errorf("%q", text)
		}
	})
}

// The document is made once for a catalog, a role and scopes, and anew when one of them changes.
func TestDocumentIsKept(t *testing.T) {
	oneOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:read", "schema:write", "schema:read")
		_, token := o.token(o.ada, "records:read")
		doc := func(secret string) *Document {
			var c Caller
			o.read(func(tx *db.Tx) (err error) { c, _, err = authenticate(tx, secret); return err })
			d, err := o.api.documentFor(context.Background(), o.Site, c)
			o.ok(err)
			return d
		}
		first := doc(secret)
		if doc(secret) != first || doc(token) == first || doc(token).Paths["/records/deal"]["post"] != nil {
			t.Error("kept wrongly")
		}
		o.do("POST", "/schema/apply", secret, stall).want(200)
		if now := doc(secret); now == first || now.Paths["/records/stall"] == nil || first.Paths["/records/stall"] != nil {
			t.Error("a new object is missing")
		}
		if now := o.load(secret); now.Paths.Value("/records/stall") == nil {
			t.Error("a new object is missing")
		}
	})
}

// A change stream and webhooks call objects by their keys, and tell only what the caller sees.
func TestChangesOfRecords(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:read", "records:write", "changes:read", "schema:write", "schema:read")
		deal := o.create(secret, "deal", `{"name": "Stand", "size": 2, "margin": 9}`)
		o.do("POST", "/records/deal/batch", secret, `{"operations": [{"op": "create", "values": {"name": "b"}}, {"op": "update", "id": "`+deal.ID+`", "values": {"size": 3}}]}`).want(200)
		o.do("DELETE", "/records/deal/"+deal.ID, secret, "").want(204)
		o.create(secret, "person", `{"name": "Ann"}`)
		changes := into[ChangePage](o.do("GET", "/changes?format=json&after=0&object=deal", secret, "").want(200)).Changes
		if len(changes) != 4 || changes[0].Object != "deal" || changes[0].ID != deal.ID || !strings.Contains(string(changes[0].Diff), `"margin":{"new":9}`) || string(changes[3].Diff) != `{"deleted":true}` {
			t.Errorf("%+v", changes)
		}
		var verbs []string
		sight := o.api.sight(o.Site)
		for _, row := range o.rows() {
			c := Caller{Account: o.ada, Scopes: Verbs()}
			if _, verb, ok := see(t.Context(), sight, c, row); ok {
				verbs = append(verbs, nameOf(t.Context(), sight, row)+"."+string(verb))
			}
		}
		if got := strings.Join(verbs, " "); got != "deal.created deal.created deal.updated deal.deleted person.created" {
			t.Errorf("%s", got)
		}
		// What is hidden from now on is hidden in the next change, and in what is read again.
		seller := o.as(o.sal, "changes:read")
		if got := into[ChangePage](o.do("GET", "/changes?format=json&object=deal", seller, "").want(200)).Changes; len(got) == 0 || !strings.Contains(string(got[0].Diff), "name") {
			t.Fatalf("%+v", got)
		}
		_, err := o.store.Apply(t.Context(), record.System("test"), "hide", []record.Step{{Op: record.ChangeField, Object: "deal", Field: "name",
			NewField: field("name", record.Text, needed, secretField)}})
		o.ok(err)
		o.create(secret, "deal", `{"name": "Other", "size": 1}`)
		for _, c := range into[ChangePage](o.do("GET", "/changes?format=json&object=deal", seller, "").want(200)).Changes {
			if strings.Contains(string(c.Diff), "name") {
				t.Errorf("%s", c.Diff)
			}
		}
	})
}

func secretField(f *record.Field) { secret(f); f.Searchable = true }

// A thousand followers of a hundred changes need no query each.
func TestFollowersNeedNoQueries(t *testing.T) {
	oneOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:write")
		var ops []string
		for i := range 100 {
			ops = append(ops, fmt.Sprintf(`{"op": "create", "values": {"name": "deal %d", "size": 1}}`, i))
		}
		o.do("POST", "/records/deal/batch", secret, `{"operations": [`+strings.Join(ops, ",")+`]}`).want(200)
		rows := o.rows()
		sight := o.api.sight(o.Site)
		shown := 0
		began := time.Now()
		for i := range 1000 {
			c := Caller{Account: o.ada, Scopes: Scopes{ChangesRead}}
			if i%2 == 0 {
				c = Caller{Account: o.sal, Scopes: Scopes{ChangesRead + ":deal"}}
			}
			for _, row := range rows {
				if _, _, ok := see(t.Context(), sight, c, row); ok {
					shown++
				}
			}
		}
		seconds := int64(time.Since(began).Seconds()) // the catalog is looked at once a second besides
		if n := o.api.room(o.Site).lookout.reads.Load(); shown != 100_000 || n > 5+seconds {
			t.Errorf("%d changes shown, %d reads", shown, n)
		}
	})
}
