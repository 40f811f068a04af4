package api

// parts are what descriptions of operations over records are put together from.
type parts struct {
	object, id, key, match, limit Parameter
	narrow, shape, list           []Parameter
	record, values, page, groups  *Shape
}

func newParts(d *Document) parts {
	text := &Shape{Type: "string"}
	query := func(name, about string) Parameter {
		return Parameter{Name: name, In: "query", Schema: text, Description: about}
	}
	trash := Parameter{Name: "trash", In: "query", Schema: &Shape{Type: "boolean"}, Description: "Those in the trash."}
	fields := query("fields", "The fields to answer with, with commas between.")
	p := parts{
		object: Parameter{Name: "object", In: "path", Required: true, Schema: &Shape{Type: "string", Pattern: objectName.String()}, Description: "The key of the object."},
		id:     Parameter{Name: "id", In: "path", Required: true, Schema: text},
		key:    Parameter{Name: keyHeader, In: "header", Schema: text, Description: "Lets this request be repeated for a day without a second effect."},
		match:  Parameter{Name: "If-Match", In: "header", Schema: text, Description: "The ETag you have read; 412 when somebody changed the record since."},
		limit:  Parameter{Name: "limit", In: "query", Schema: &Shape{Type: "integer", Minimum: number(1), Maximum: number(LargestPage)}},
		narrow: []Parameter{
			query("filter", `A condition in CEL, such as size > 3 && status == "open".`), query("search", "Words to find."),
			query("sort", "Fields with commas between, - before those from high to low: -price,name."), fields, trash,
		},
		shape:  []Parameter{fields, query("expand", "References whose records come along."), trash},
		record: d.Define("Record", recordShape(&Shape{Type: "object"})),
		values: &Shape{Type: "object", Properties: map[string]*Shape{"values": {Type: "object"}}, Required: []string{"values"}},
	}
	p.list = append(p.narrow[:len(p.narrow):len(p.narrow)], query("expand", "References whose records come along."), p.limit,
		query("cursor", "The next of the page before."), choiceParameter("count", "", "capped"))
	p.page = pageShape(p.record)
	p.groups = &Shape{Type: "object", Required: []string{"groups"}, Properties: map[string]*Shape{"groups": {Type: "array", Items: &Shape{Type: "object", Properties: map[string]*Shape{
		"keys": {Type: "array", Items: anything()}, "labels": {Type: "array", Items: text}, "values": {Type: "array", Items: anything()},
	}}}}}
	return p
}

func choiceParameter(name, usual string, choices ...any) Parameter {
	s := &Shape{Type: "string", Enum: choices}
	if usual != "" {
		s.Default = usual
	}
	return Parameter{Name: name, In: "query", Schema: s}
}

// recordShape is a record with these values.
func recordShape(values *Shape) *Shape {
	moment := &Shape{Type: "string", Format: "date-time"}
	return &Shape{Type: "object", Required: []string{"id", "rev", "created", "updated"}, Properties: map[string]*Shape{
		"id": {Type: "string"}, "rev": {Type: "integer", Format: "int64", Description: "Counts its changes."},
		"created": moment, "updated": moment, "deleted": {Type: "string", Format: "date-time", Description: "When it went to the trash."},
		"values": values, "expanded": {Type: "object", Description: "Records that references lead to, as far as you see them."},
		"batch": {Type: "string", Description: "After a merge: what takes it back."},
	}}
}

func pageShape(record *Shape) *Shape {
	return &Shape{Type: "object", Required: []string{"records"}, Properties: map[string]*Shape{
		"records": {Type: "array", Items: record}, "next": {Type: "string", Description: "The cursor of the next page; none on the last."},
		"count": {Type: "object", Properties: map[string]*Shape{"n": {Type: "integer"}, "more": {Type: "boolean", Description: "Whether there are more than n."}}},
	}}
}

func batchShape() *Shape {
	text, whole := &Shape{Type: "string"}, &Shape{Type: "integer"}
	fault := &Shape{Type: "object", Properties: map[string]*Shape{"detail": text, "field": text, "pointer": text}}
	return &Shape{Type: "object", Required: []string{"results", "done", "failed", "dry_run"}, Properties: map[string]*Shape{
		"results": {Type: "array", Items: &Shape{Type: "object", Required: []string{"status"}, Properties: map[string]*Shape{
			"status": {Type: "integer", Description: "As of a request by itself: 200, 201, 204, or what went wrong."},
			"id":     text, "rev": {Type: "integer", Format: "int64"}, "errors": {Type: "array", Items: fault},
		}}},
		"done": whole, "failed": whole, "dry_run": {Type: "boolean"}, "batch": {Type: "string", Description: "By which it can be taken back."},
	}}
}

func body(s *Shape) *Body { return &Body{Required: true, Content: JSON(s)} }

func ok(about string, s *Shape) map[string]*Response {
	return map[string]*Response{"200": {Description: about, Content: JSON(s)}}
}

func made(s *Shape) map[string]*Response {
	return map[string]*Response{"201": {Description: "The record, with Location and ETag.", Content: JSON(s)}, "409": {Ref: "#/components/responses/409"}}
}

// seen answers with a record or that the client has it already.
func seen(s *Shape) map[string]*Response {
	answers := ok("The record, with its ETag.", s)
	answers["304"] = &Response{Description: "You have it as it is."}
	return answers
}

func overtakenToo(answers map[string]*Response) map[string]*Response {
	answers["412"] = &Response{Ref: "#/components/responses/412"}
	answers["409"] = &Response{Ref: "#/components/responses/409"}
	return answers
}
