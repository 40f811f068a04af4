package api

import (
	"time"

	"fairground/internal/web"
)

// recordOperations are those over records of any object. The document has those over each object beside them.
func (a *API) recordOperations() []operation {
	if a.config.Records == nil {
		return nil
	}
	a.document.Tags = append(a.document.Tags,
		Tagged{"records", "The records of every object, through one set of operations."},
		Tagged{"schema", "What is defined: objects and their fields, and plans that change them."})
	p := newParts(a.document)
	read := func(method, path, id, summary string, h web.Handler, o Operation) operation {
		o.ID, o.Summary, o.Scope, o.Tags = id, summary, RecordsRead, []string{"records"}
		return operation{method: method, path: "/records" + path, handler: h, Operation: o}
	}
	write := func(method, path, id, summary string, h web.Handler, o Operation) operation {
		made := read(method, path, id, summary, h, o)
		made.Scope = RecordsWrite
		made.Parameters = append(made.Parameters, p.key)
		return made
	}
	batch := write("POST", "/{object}/batch", "batchRecords", "Many writes at once", a.batchRecords, Operation{
		Description: "Up to 10,000 operations in one transaction, in their order, with a result for each.",
		Parameters:  []Parameter{p.object}, Body: body(a.document.Describe(batchBody{})), Responses: ok("A result for each operation.", batchShape())})
	batch.options = []web.Option{web.BodyLimit(largestBatch), web.Timeout(2 * time.Minute)}
	export := read("GET", "/{object}/export", "exportRecords", "All records as a table", a.exportRecords, Operation{
		Description: "Streamed, so it may be of any size. It breaks off when something goes wrong on the way.",
		Parameters:  append([]Parameter{p.object, choiceParameter("format", "csv", "csv", "ndjson", "xlsx")}, p.narrow...),
		Responses:   map[string]*Response{"200": {Description: "The table.", Content: exportTypeNames()}}})
	export.Scope, export.options = Export, []web.Option{web.Timeout(0)}
	one := []Parameter{p.object, p.id}
	return append(a.schemaOperations(p),
		read("GET", "/{object}", "listRecords", "A page of records", a.listRecords, Operation{Parameters: append([]Parameter{p.object}, p.list...), Responses: ok("A page.", p.page)}),
		write("POST", "/{object}", "createRecord", "Make a record", a.createRecord, Operation{Parameters: []Parameter{p.object}, Body: body(p.values), Responses: made(p.record)}),
		read("POST", "/{object}/query", "queryRecords", "A page of records, or groups of them", a.queryRecords, Operation{
			Parameters: []Parameter{p.object}, Body: body(a.document.Describe(recordQuery{})), Responses: ok("A page, or groups.", &Shape{OneOf: []*Shape{p.page, p.groups}})}),
		batch, export,
		write("POST", "/batches/{id}/undo", "undoBatch", "Take a batch back", a.undoBatch, Operation{
			Description: "Records that somebody changed since keep what was changed, and are listed.",
			Parameters:  []Parameter{p.id}, Responses: ok("What was taken back.", a.document.Describe(undoShown{}))}),
		read("GET", "/{object}/{id}", "showRecord", "One record", a.showRecord, Operation{Parameters: append(one[:2:2], p.shape...), Responses: seen(p.record)}),
		write("PATCH", "/{object}/{id}", "changeRecord", "Change a record", a.changeRecord, Operation{
			Description: "Only the fields that are named change; null empties one.",
			Parameters:  append(one[:2:2], p.match), Body: body(p.values), Responses: overtakenToo(ok("The record as it is now.", p.record))}),
		write("DELETE", "/{object}/{id}", "removeRecord", "Put a record into the trash", a.removeRecord, Operation{
			Parameters: append(one[:2:2], p.match), Responses: overtakenToo(map[string]*Response{"204": {Description: "It is in the trash."}})}),
		write("POST", "/{object}/{id}/restore", "restoreRecord", "Take a record out of the trash", a.restoreRecord, Operation{Parameters: one, Responses: ok("The record.", p.record)}),
		write("POST", "/{object}/{id}/merge", "mergeRecords", "Make one record of several", a.mergeRecords, Operation{
			Description: "What refers to the others refers to this one then, and they go to the trash. The answer names a batch that can be undone.",
			Parameters:  one, Body: body(a.document.Describe(mergeBody{})), Responses: ok("The record that was kept.", p.record)}),
		read("GET", "/{object}/{id}/history", "showHistory", "What happened to a record", a.showHistory, Operation{
			Parameters: append(one[:2:2], p.limit), Responses: ok("Newest first.", a.document.Describe(pastList{}))}),
		read("GET", "/{object}/{id}/why", "showWhy", "Why you may, or may not", a.showWhy, Operation{Parameters: one, Responses: ok("Right by right.", a.document.Describe(reasonList{}))}),
	)
}

func (a *API) schemaOperations(p parts) []operation {
	file := a.document.Define("Schema", &Shape{
		Type: "object", Description: "What is defined. Objects and fields that are not named stay as they are; remove: true removes one.",
		Properties: map[string]*Shape{"objects": {Type: "array", Items: &Shape{Type: "object"}}, "title": {Type: "string", Description: "What the change is for."}},
		Required:   []string{"objects"},
	})
	both := map[string]Media{"application/json": {Schema: file}, yamlType: {Schema: file}}
	plan := a.document.Describe(planShown{})
	at := func(method, path, id, summary string, scope Scope, h web.Handler, o Operation) operation {
		o.ID, o.Summary, o.Scope, o.Tags = id, summary, scope, []string{"schema"}
		return operation{method: method, path: "/schema" + path, handler: h, Operation: o, options: []web.Option{web.BodyLimit(4 << 20), web.Timeout(time.Minute)}}
	}
	refused := func(answers map[string]*Response) map[string]*Response {
		answers["409"] = &Response{Ref: "#/components/responses/409"}
		return answers
	}
	return []operation{
		at("GET", "", "showSchema", "What is defined", SchemaRead, a.showSchema, Operation{
			Description: "As far as you see it, in JSON or YAML by Accept.",
			Responses:   map[string]*Response{"200": {Description: "The schema.", Content: both}}}),
		at("POST", "/plan", "planSchema", "What a change would do", SchemaRead, a.planSchema, Operation{
			Body: &Body{Required: true, Content: both}, Responses: ok("The steps, and what they would break.", plan)}),
		at("POST", "/apply", "applySchema", "Change what is defined", SchemaWrite, a.applySchema, Operation{
			Parameters: []Parameter{p.key}, Body: &Body{Required: true, Content: both}, Responses: refused(ok("What was done.", plan))}),
		at("GET", "/plans", "listPlans", "What was changed", SchemaRead, a.listPlans, Operation{
			Parameters: []Parameter{p.limit}, Responses: ok("Newest first.", a.document.Describe(planList{}))}),
		at("POST", "/plans/{rev}/undo", "undoPlan", "Take a change back", SchemaWrite, a.undoPlan, Operation{
			Parameters: []Parameter{{Name: "rev", In: "path", Required: true, Schema: &Shape{Type: "integer"}}, p.key},
			Responses:  refused(ok("What was done.", plan))}),
	}
}
