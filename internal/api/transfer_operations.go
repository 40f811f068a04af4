package api

import (
	"time"

	"fairground/internal/transfer"
	"fairground/internal/web"
)

// The time that a request may take.
const (
	uploadTime = 2 * time.Hour   // of two gigabytes on a slow line
	readTime   = 5 * time.Minute // of a file that is looked at anew
)

// transferOperations bring records in and out in files.
func (a *API) transferOperations() []operation {
	if a.config.Transfer == nil {
		return nil
	}
	a.document.Tags = append(a.document.Tags,
		Tagged{"imports", "Files that become records: upload, settle the columns, try, start; and take it back."},
		Tagged{"exports", "Files that records become, made in the background."})
	p := newParts(a.document)
	p.match.Required, p.match.Description = true, "The ETag you have read; 412 when somebody changed the settings since."
	return append(a.importOperations(p), a.exportOperations(p)...)
}

func (a *API) importOperations(p parts) []operation {
	text := &Shape{Type: "string"}
	whole := a.document.Describe(importWhole{})
	file := &Body{Required: true, Description: "The file itself: CSV, NDJSON or XLSX, also packed with gzip.", Content: map[string]Media{"*/*": {Schema: text}}}
	at := func(method, path, id, summary string, h web.Handler, o Operation, options ...web.Option) operation {
		o.ID, o.Summary, o.Scope, o.Tags = id, summary, Import, []string{"imports"}
		return operation{method: method, path: "/imports" + path, handler: h, options: options, Operation: o}
	}
	one, once := []Parameter{p.id}, []Parameter{p.id, p.key}
	accepted := func(about string) map[string]*Response {
		return refusable(map[string]*Response{"202": {Description: about, Content: JSON(whole)}})
	}
	settle := overtakenToo(ok("The import, with its ETag.", whole))
	settle["428"] = &Response{Ref: "#/components/responses/428"}
	return []operation{
		at("POST", "", "uploadImport", "Bring a file", a.uploadImport, Operation{
			Description: "It is kept and looked at; nothing is imported yet. The answer says which column seems to belong to which field. " +
				"An Idempotency-Key stands for the address and the length of the file here.",
			Parameters: []Parameter{{Name: "object", In: "query", Required: true, Schema: p.object.Schema, Description: "What the rows are to become."},
				{Name: "name", In: "query", Schema: text, Description: "Of the file."}, p.key},
			Body: file, Responses: map[string]*Response{"201": {Description: "The import, with Location and ETag.", Content: JSON(whole)}}},
			web.BodyLimit(transfer.MostBytes), web.Timeout(uploadTime)),
		at("GET", "", "listImports", "Imports", a.listImports, Operation{
			Description: "Those of this account; all, when the token may define objects.",
			Parameters:  []Parameter{p.limit}, Responses: ok("Newest first.", a.document.Describe(importList{}))}),
		at("GET", "/{id}", "showImport", "One import", a.showImport, Operation{Parameters: one, Responses: ok("How far it is, with its ETag.", whole)}),
		at("PUT", "/{id}/settings", "setImport", "Settle how a file is imported", a.setImport, Operation{
			Parameters: []Parameter{p.id, p.match, p.key}, Body: body(a.document.Describe(importSettings{})), Responses: settle}, web.Timeout(readTime)),
		at("POST", "/{id}/trial", "tryImport", "What an import would do", a.tryImport, Operation{
			Description: "The file is read as the import would, up to 100,000 rows, and nothing is written.",
			Parameters:  one, Responses: refusable(ok("What it would do.", a.document.Describe(trialShown{})))}, web.Timeout(readTime)),
		at("POST", "/{id}/start", "startImport", "Start an import", a.startImport, Operation{
			Description: "It runs in the background, on behalf of the token's account. One that failed or was cancelled goes on where it stopped.",
			Parameters:  once, Responses: accepted("It runs.")}),
		at("POST", "/{id}/cancel", "cancelImport", "Stop an import", a.cancelImport, Operation{
			Description: "What was imported stays, and can be undone.", Parameters: once, Responses: refusable(ok("The import.", whole))}),
		at("POST", "/{id}/undo", "undoImport", "Take an import back", a.undoImport, Operation{
			Description: "Records that somebody changed since keep what was changed, and are listed.", Parameters: once, Responses: accepted("It is being taken back.")}),
		at("GET", "/{id}/errors", "listImportErrors", "The rows that were refused", a.listFaults, Operation{
			Description: "As they were, with their line and the reason. Mended, the file can be uploaded as it is.", Parameters: one,
			Responses: map[string]*Response{"200": {Description: "The rows.", Content: map[string]Media{"text/csv": {Schema: text}}}}}, web.Timeout(0)),
	}
}

func (a *API) exportOperations(p parts) []operation {
	shown := a.document.Describe(exportShown{})
	at := func(method, path, id, summary string, h web.Handler, o Operation, options ...web.Option) operation {
		o.ID, o.Summary, o.Scope, o.Tags = id, summary, Export, []string{"exports"}
		return operation{method: method, path: "/exports" + path, handler: h, options: options, Operation: o}
	}
	one := []Parameter{p.id}
	return []operation{
		at("POST", "", "startExport", "Let a file be made", a.startExport, Operation{
			Description: "In the background, with what the account sees then. Only the account that asked for it may have it.",
			Parameters:  []Parameter{p.key}, Body: body(a.document.Describe(exportBody{})),
			Responses: map[string]*Response{"202": {Description: "It is being made; with Location.", Content: JSON(shown)}, "404": {Ref: "#/components/responses/404"}}}),
		at("GET", "/{id}", "showExport", "One export", a.showExport, Operation{Parameters: one, Responses: ok("How far it is.", shown)}),
		at("GET", "/{id}/file", "openExport", "The file", a.openExport, Operation{Parameters: one,
			Responses: refusable(map[string]*Response{"200": {Description: "The table.", Content: exportTypeNames()}})}, web.Timeout(0)),
	}
}

// refusable adds that the present state may not allow it.
func refusable(answers map[string]*Response) map[string]*Response {
	answers["409"] = &Response{Ref: "#/components/responses/409"}
	answers["422"] = &Response{Ref: "#/components/responses/422"}
	return answers
}
