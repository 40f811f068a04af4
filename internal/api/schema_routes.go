package api

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
	"fairground/internal/web"
)

const yamlType = "application/yaml"

// showSchema answers with what is defined, as the caller sees it, in the form that plans are made of.
func (a *API) showSchema(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.definitions(r, SchemaRead)
	if err != nil {
		return err
	}
	var file record.SchemaFile
	var revision int64
	err = sh.read(r, func(_ *record.Reader, tx *db.Tx) error {
		catalog, err := sh.store.Catalog(tx)
		if err != nil {
			return err
		}
		revision = catalog.Rev
		if sh.asker.Define {
			file, err = sh.store.SchemaText(tx, sh.asker)
			return err
		}
		file, err = sh.visibleSchema(tx)
		return err
	})
	if err != nil || Fresh(w, r, revision) {
		return err
	}
	if !wantsYAML(r) {
		return writeJSON(w, http.StatusOK, file)
	}
	text, err := yaml.Marshal(file)
	if err != nil {
		return fmt.Errorf("api: the schema as YAML: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", yamlType)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	_, err = w.Write(text)
	return err
}

// definitions is the shelf for what is defined, which no scope limits to some objects.
func (a *API) definitions(r *http.Request, verb Scope) (*shelf, error) {
	sh, err := a.shelf(r, verb)
	if err != nil {
		return nil, err
	}
	sh.asker = a.asker(sh.caller, verb)
	return sh, nil
}

// wantsYAML reports whether a client names YAML and not JSON.
func wantsYAML(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "yaml") && !strings.Contains(accept, "application/json")
}

// visibleSchema is what somebody sees who may not define: their objects and fields, without rules, checks and defaults,
// which may name what they do not see.
func (sh *shelf) visibleSchema(tx *db.Tx) (record.SchemaFile, error) {
	file := record.SchemaFile{Objects: []record.SchemaObject{}}
	sight, err := sh.store.Sight(tx, sh.asker)
	if err != nil {
		return file, err
	}
	for _, seen := range sight.Objects() {
		o := record.SchemaObject{Object: record.Object{
			Key: seen.Key, Short: seen.Short, Labels: seen.Labels, Plural: seen.Plural, About: seen.About, Icon: seen.Icon,
			Title: seen.Title, Sections: seen.Sections,
		}}
		for _, f := range seen.Fields {
			o.Fields = append(o.Fields, record.SchemaField{Field: visibleField(f)})
		}
		file.Objects = append(file.Objects, o)
	}
	return file, nil
}

func visibleField(f *record.Field) record.Field {
	options := f.Options
	options.Choices = nil
	for _, choice := range f.Options.Choices {
		choice.Code = 0
		options.Choices = append(options.Choices, choice)
	}
	options.Attributes = nil
	for _, attribute := range f.Options.Attributes {
		shown := visibleField(attribute)
		options.Attributes = append(options.Attributes, &shown)
	}
	return record.Field{
		Key: f.Key, Labels: f.Labels, Help: f.Help, Type: f.Type, Section: f.Section, Required: f.Required, Unique: f.Unique,
		Indexed: f.Indexed, Searchable: f.Searchable, Options: options,
	}
}

// schemaBody is what a request wants to be defined.
type schemaBody struct {
	Title   string                `json:"title"`
	Objects []record.SchemaObject `json:"objects"`
}

// readSchema reads JSON or YAML. Names it does not know are errors, since they are most often slips.
func readSchema(r *http.Request) (body []byte, b schemaBody, err error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); strings.HasSuffix(kind, "yaml") {
		plain := r.Clone(r.Context())
		plain.Header.Set("Content-Type", "application/json")
		if body, err = ReadBody(plain); err != nil {
			return nil, b, err
		}
		var loose any
		if err := yaml.Unmarshal(body, &loose); err != nil {
			return nil, b, badRequest(malformed("this is not YAML: %v", err))
		}
		text, err := json.Marshal(loose)
		if err != nil {
			return nil, b, badRequest(malformed("this is not a schema: its names must be texts"))
		}
		return body, b, readSchemaText(text, &b)
	}
	if body, err = ReadBody(r); err != nil {
		return nil, b, err
	}
	return body, b, readSchemaText(body, &b)
}

func readSchemaText(text []byte, b *schemaBody) error {
	if err := Decode(text, b); err != nil {
		return err
	}
	if len(b.Objects) == 0 {
		return value.Fieldf("objects", "name the objects to define or change")
	}
	if len(b.Title) > 200 {
		return value.Fieldf("title", "a title has at most 200 characters")
	}
	return nil
}

// planShown is a change of what is defined.
type planShown struct {
	Rev    int64         `json:"rev,omitempty" doc:"The revision of the catalog that it made; none of what is only planned."`
	At     *time.Time    `json:"at,omitempty"`
	Actor  string        `json:"actor,omitempty" doc:"In which capacity it was done."`
	Title  string        `json:"title,omitempty"`
	State  string        `json:"state,omitempty" doc:"running while values are converted, done, or undone."`
	Undoes int64         `json:"undoes,omitempty" doc:"The plan that it took back."`
	Steps  []record.Step `json:"steps"`
	Breaks []brokenShown `json:"breaks" doc:"What stands in the way, or goes with it when the schema says force."`
	Notes  []string      `json:"notes" doc:"What it does and costs."`
}

// brokenShown is something that reads what a step takes away.
type brokenShown struct {
	What string `json:"what" doc:"view, formula, check, grant, rollup, default, title or index."`
	Name string `json:"name"`
	Why  string `json:"why"`
}

type planList struct {
	Plans []planShown `json:"plans"`
}

func showPlan(p record.Plan) planShown {
	shown := planShown{
		Rev: p.Rev, Title: p.Title, State: string(p.State), Undoes: p.Undoes,
		Steps: p.Steps, Breaks: []brokenShown{}, Notes: p.Notes,
	}
	shown.Actor, _, _ = strings.Cut(p.Actor, ":")
	if !p.At.IsZero() {
		shown.At = &p.At
	}
	if shown.Steps == nil {
		shown.Steps = []record.Step{}
	}
	if shown.Notes == nil {
		shown.Notes = []string{}
	}
	for _, broken := range p.Breaks {
		shown.Breaks = append(shown.Breaks, brokenShown{broken.What, broken.Name, broken.Why})
	}
	return shown
}

// planSchema tells what would be done to get to a schema, and changes nothing.
func (a *API) planSchema(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.definitions(r, SchemaRead)
	if err != nil {
		return err
	}
	_, b, err := readSchema(r)
	if err != nil {
		return err
	}
	steps, err := sh.store.Diff(r.Context(), sh.asker, record.SchemaFile{Objects: b.Objects})
	if err != nil {
		return err
	}
	var plan record.Plan
	if len(steps) > 0 {
		if plan, err = sh.store.Preview(r.Context(), sh.asker, steps); err != nil {
			return err
		}
	}
	return writeJSON(w, http.StatusOK, showPlan(plan))
}

// applySchema does what planSchema tells, in one transaction.
func (a *API) applySchema(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.definitions(r, SchemaWrite)
	if err != nil {
		return err
	}
	body, b, err := readSchema(r)
	if err != nil {
		return err
	}
	return a.afterwards(w, r, body, func() (Answer, error) {
		steps, err := sh.store.Diff(r.Context(), sh.asker, record.SchemaFile{Objects: b.Objects})
		if err != nil {
			return Answer{}, err
		}
		if len(steps) == 0 {
			return AnswerJSON(http.StatusOK, showPlan(record.Plan{}))
		}
		plan, err := sh.store.Apply(r.Context(), sh.asker, b.Title, steps)
		if err != nil {
			return Answer{}, brokenPlan(plan, err)
		}
		return AnswerJSON(http.StatusOK, showPlan(plan))
	})
}

// brokenPlan adds to a refusal what would break.
func brokenPlan(p record.Plan, err error) error {
	if value.KindOf(err) != value.Conflict || len(p.Breaks) == 0 {
		return err
	}
	var all faults
	for _, broken := range p.Breaks {
		one := value.Errorf(value.Conflict, "%s %s: %s", broken.What, broken.Name, broken.Why)
		all = append(all, one)
	}
	all = append(all, value.Errorf(value.Conflict, "say force where these may go too"))
	return all
}

// listPlans lists what was done to the definitions, newest first.
func (a *API) listPlans(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.definitions(r, SchemaRead)
	if err != nil {
		return err
	}
	if !sh.asker.Define {
		return value.Errorf(value.Forbidden, "the account this token acts for may not see how records are defined")
	}
	page, err := ReadPage(r, usualPage)
	if err != nil {
		return err
	}
	list := planList{Plans: []planShown{}}
	err = sh.read(r, func(_ *record.Reader, tx *db.Tx) error {
		plans, err := record.Plans(tx, page.Limit)
		for _, p := range plans {
			list.Plans = append(list.Plans, showPlan(p))
		}
		return err
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, list)
}

// undoPlan takes a plan back with a new one.
func (a *API) undoPlan(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.definitions(r, SchemaWrite)
	if err != nil {
		return err
	}
	rev, err := strconv.ParseInt(r.PathValue("rev"), 10, 64)
	if err != nil || rev < 1 {
		return web.Status(http.StatusNotFound, value.Errorf(value.NotFound, "there is no plan %q", short(r.PathValue("rev"))))
	}
	return a.afterwards(w, r, nil, func() (Answer, error) {
		plan, err := sh.store.UndoPlan(r.Context(), sh.asker, rev)
		if err != nil {
			return Answer{}, brokenPlan(plan, err)
		}
		return AnswerJSON(http.StatusOK, showPlan(plan))
	})
}
