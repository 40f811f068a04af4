package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"fairground/internal/site"
)

// load reads a site's document with a validator that knows OpenAPI 3.1.
func (w *world) load(secret string) *openapi3.T {
	w.t.Helper()
	a := w.do("GET", "/openapi.json", secret, "").want(200)
	doc, err := openapi3.NewLoader().LoadFromData([]byte(a.Body))
	w.ok(err)
	if !doc.IsOpenAPI31OrLater() {
		w.t.Errorf("it is %s", doc.OpenAPI)
	}
	w.ok(doc.Validate(context.Background()))
	return doc
}

func TestDocumentIsValid(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		doc := w.load("")
		if doc.Info.Title != "Lakeside Market" || doc.Components.SecuritySchemes["token"].Value.Scheme != "bearer" {
			t.Errorf("%+v", doc.Info)
		}
	})
}

// Every route has its operation with its guard's scope, every operation its route, and all ids are different.
func TestRoutesAndDocumentAgree(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		doc := w.load("")
		routes := make(map[string]string)
		for _, route := range w.router.Routes() {
			if g, ok := route.Guard.(guard); ok {
				routes[route.Pattern] = string(g.scope)
			}
		}
		ids := make(map[string]bool)
		for path, item := range doc.Paths.Map() {
			for method, o := range item.Operations() {
				scope, ok := routes[method+" "+Path+path]
				if !ok || scope != "" && !strings.Contains(o.Description, "`"+scope+"`") {
					t.Errorf("%s %s: route %v, scope %q, described as %q", method, path, ok, scope, o.Description)
				}
				delete(routes, method+" "+Path+path)
				if ids[o.OperationID] || o.Summary == "" || len(o.Tags) == 0 {
					t.Errorf("%s %s: %+v", method, path, o)
				}
				ids[o.OperationID] = true
			}
		}
		if len(routes) > 0 || len(ids) < 10 {
			t.Errorf("%d operations; not in the document: %v", len(ids), routes)
		}
	})
}

// What the API answers fits what the document says of it.
func TestAnswersFitTheDocument(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		secret := w.secret("webhooks:write", "changes:read")
		doc := w.load(secret)
		fits := func(a answer, method, path, status string) {
			t.Helper()
			o := doc.Paths.Value(path).GetOperation(method)
			response := o.Responses.Value(status)
			if response == nil {
				t.Fatalf("%s %s does not describe %s", method, path, status)
			}
			kind, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
			var v any
			if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
				t.Fatal(err)
			}
			schema := response.Value.Content.Get(kind).Schema.Value
			if err := schema.VisitJSON(v, openapi3.EnableJSONSchema2020()); err != nil {
				t.Errorf("%s %s %s: %v", method, path, status, err)
			}
		}
		made := w.do("POST", "/webhooks", secret, `{"name": "shop", "url": "`+r.URL+`", "events": ["bike.*"]}`).want(201)
		at := "/webhooks/" + into[webhookShown](made).ID
		fits(made, "POST", "/webhooks", "201")
		fits(w.do("GET", "/webhooks", secret, ""), "GET", "/webhooks", "200")
		fits(w.do("GET", "/token", secret, ""), "GET", "/token", "200")
		fits(w.do("GET", "/token", "", ""), "GET", "/token", "401")
		fits(w.do("POST", "/webhooks", secret, `{"name": ""}`), "POST", "/webhooks", "422")
		fits(w.do("GET", at+"x", secret, ""), "GET", "/webhooks/{id}", "404")
		fits(w.do("POST", at+"/ping", secret, ""), "POST", "/webhooks/{id}/ping", "200")
		fits(w.do("GET", at+"/deliveries", secret, ""), "GET", "/webhooks/{id}/deliveries", "200")
		w.log("bike.create", "bike", 1)
		fits(w.do("GET", "/changes?format=json", secret, ""), "GET", "/changes", "200")
	})
}

// A site's own objects come into the document as far as the caller may know them, and stay out of the shared part.
func TestExtend(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		type bike struct {
			Name  string   `json:"name" doc:"What it is called."`
			Price *float64 `json:"price"`
			Tags  []string `json:"tags,omitempty"`
		}
		w.serve(Config{Extend: func(_ context.Context, _ *site.Site, c Caller, d *Document) error {
			if c.May(RecordsRead, "bike") {
				d.Tags = append(d.Tags, Tagged{Name: "bikes"})
				d.Add("/records/bike/{id}", "GET", Operation{ID: "showBike", Summary: "One bike", Tags: []string{"bikes"}, Scope: RecordsRead,
					Parameters: []Parameter{{Name: "id", In: "path", Required: true, Schema: &Shape{Type: "string"}}},
					Responses:  map[string]*Response{"200": {Description: "It.", Content: JSON(d.Describe(bike{}))}}})
			}
			return nil
		}})
		if doc := w.load(w.secret("changes:read")); doc.Paths.Value("/records/bike/{id}") != nil {
			t.Error("known without the scope")
		}
		doc := w.load(w.secret("records:read:bike"))
		o := doc.Paths.Value("/records/bike/{id}")
		if o == nil || o.Get.Responses.Value("404") == nil || o.Get.Responses.Value("401") == nil {
			t.Fatalf("%+v", o)
		}
		schema := doc.Components.Schemas["Bike"].Value
		if len(schema.Required) != 1 || schema.Properties["name"].Value.Description != "What it is called." || schema.Properties["tags"].Value.Items == nil {
			t.Errorf("%+v", schema)
		}
		if doc := w.load(""); doc.Paths.Value("/records/bike/{id}") != nil || doc.Components.Schemas["Bike"] != nil {
			t.Error("it stayed in the shared part")
		}
	})
}

func TestPageForPeople(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		w.serve(Config{Page: nil})
		a := w.do("GET", "/", "", "", "Accept", "text/html").want(200, "curl "+address+Path+"/token", "/webhooks/{id}/replay", `id="problem-limited"`, "records:read")
		if a.Header.Get("Content-Type") != "text/html; charset=utf-8" || strings.Contains(a.Body, "<style") || strings.Contains(a.Body, "api.") && strings.Contains(a.Body, ">api.") {
			t.Errorf("%v", a.Header)
		}
		rec := httptest.NewRecorder()
		w.router.ServeHTTP(rec, httptest.NewRequest("GET", address+Path, nil))
		if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != Path+"/" {
			t.Errorf("%d %v", rec.Code, rec.Header())
		}
	})
}
