package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

// recordQuery is what a request asks of a list, in its address or its body.
type recordQuery struct {
	Filter   string           `json:"filter,omitempty" doc:"A condition in CEL over the record's fields, such as size > 3 && status == \"open\"."`
	Search   string           `json:"search,omitempty" doc:"Words that its searchable fields hold."`
	Sort     []string         `json:"sort,omitempty" doc:"Fields, or created and updated; with - before them from high to low."`
	Fields   []string         `json:"fields,omitempty" doc:"The fields to answer with; all without it."`
	Expand   []string         `json:"expand,omitempty" doc:"References whose records come along, such as owner or owner.business."`
	Limit    int              `json:"limit,omitempty" doc:"Records on a page, 1 to 1000; 50 without it."`
	Cursor   string           `json:"cursor,omitempty" doc:"The next of the page before."`
	Trash    bool             `json:"trash,omitempty" doc:"Those in the trash instead."`
	Count    string           `json:"count,omitempty" enum:"capped" doc:"capped counts them, up to 1000."`
	Group    []record.Bucket  `json:"group,omitempty" doc:"Answer with groups instead of records, by these fields."`
	Measures []record.Measure `json:"measures,omitempty" doc:"What to compute of each group: count, sum, average, min, max."`
}

const (
	usualPage  = 50
	mostCount  = 1000 // what a count counts to
	cursorName = "records"
)

// listParameters are those that a list knows. A slip in a name must not widen what is found.
var listParameters = []string{"filter", "search", "sort", "fields", "expand", "limit", "cursor", "trash", "count"}

func known(query url.Values, names ...string) error {
	for name := range query {
		if !slices.Contains(names, name) {
			return badRequest(value.Fieldf(short(name), "there is no parameter %q here; it knows %s", short(name), strings.Join(names, ", ")))
		}
	}
	return nil
}

func readRecordQuery(r *http.Request) (recordQuery, error) {
	query := r.URL.Query()
	if err := known(query, listParameters...); err != nil {
		return recordQuery{}, err
	}
	page, err := ReadPage(r, usualPage)
	if err != nil {
		return recordQuery{}, err
	}
	q := recordQuery{
		Filter: query.Get("filter"), Search: query.Get("search"), Sort: list(query, "sort"), Fields: list(query, "fields"),
		Expand: list(query, "expand"), Limit: page.Limit, Cursor: page.Cursor, Count: query.Get("count"),
	}
	q.Trash, err = yes(query, "trash")
	return q, err
}

// list reads a parameter with commas between; nil when it is not there.
func list(query url.Values, name string) []string {
	var all []string
	for _, text := range query[name] {
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, part)
			}
		}
	}
	return all
}

func yes(query url.Values, name string) (bool, error) {
	switch query.Get(name) {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, badRequest(value.Fieldf(name, "%s is true or false", name))
}

// query is the question as records understand it.
func (q recordQuery) query(object string) record.Query {
	asked := record.Query{Object: object, Filter: q.Filter, Search: q.Search, Fields: q.Fields, Expand: q.Expand, Limit: q.Limit, Trash: q.Trash}
	for _, name := range q.Sort {
		field, down := strings.CutPrefix(name, "-")
		asked.Sort = append(asked.Sort, record.Sort{Field: field, Down: down})
	}
	if q.Fields != nil { // a reference leads on only when it is read
		asked.Fields = slices.Clone(q.Fields)
		for _, path := range q.Expand {
			first, _, _ := strings.Cut(path, ".")
			asked.Fields = append(asked.Fields, first)
		}
	}
	return asked
}

// about is what a cursor belongs to.
func (q recordQuery) about(sh *shelf) string {
	text, _ := json.Marshal([]any{cursorName, sh.object, q.Filter, q.Search, q.Sort, q.Trash, sh.caller.Account.ID, sh.caller.Role()}) // texts and numbers
	return string(text)
}

// listRecords answers with a page of records.
func (a *API) listRecords(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.shelf(r, RecordsRead)
	if err != nil {
		return err
	}
	q, err := readRecordQuery(r)
	if err != nil {
		return err
	}
	body, next, err := sh.page(r, q)
	if value.KindOf(err) == value.Invalid {
		err = badRequest(err)
	}
	if err != nil {
		return err
	}
	if next != "" {
		LinkNext(w, r, next)
	}
	return writeBody(w, body)
}

// queryRecords is listRecords with the question in the body, which has room for long ones, and for groups.
func (a *API) queryRecords(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.shelf(r, RecordsRead)
	if err != nil {
		return err
	}
	q := recordQuery{Limit: usualPage}
	if _, err := readInto(r, &q); err != nil {
		return err
	}
	if len(q.Group)+len(q.Measures) > 0 {
		return sh.groups(w, r, q)
	}
	if q.Limit < 1 || q.Limit > LargestPage {
		return value.Fieldf("limit", "limit is a number from 1 to %d", LargestPage)
	}
	body, _, err := sh.page(r, q)
	if err != nil {
		return err
	}
	return writeBody(w, body)
}

// page finds a page and writes it, with the sealed cursor of the next one.
func (sh *shelf) page(r *http.Request, q recordQuery) (body []byte, next string, err error) {
	if q.Count != "" && q.Count != "capped" {
		return nil, "", value.Fieldf("count", "count is capped, or left out")
	}
	asked, cursors := q.query(sh.object), CursorsOf(sh.site)
	if q.Cursor != "" {
		if err := cursors.Open(q.about(sh), q.Cursor, &asked.After); err != nil {
			return nil, "", err
		}
	}
	var page record.Page
	count := -1
	more := false
	err = sh.read(r, func(in *record.Reader, _ *db.Tx) (err error) {
		if page, err = in.Find(sh.asker, asked); err == nil && q.Count != "" {
			count, more, err = in.Count(sh.asker, asked, mostCount)
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	fields, err := shownFields(page.Object, q.Fields)
	if err != nil {
		return nil, "", err
	}
	if page.Next != "" {
		if next, err = cursors.Seal(q.about(sh), page.Next); err != nil {
			return nil, "", err
		}
	}
	body = make([]byte, 0, 64+256*len(page.Records))
	body = append(body, `{"records":[`...)
	for i, rec := range page.Records {
		if i > 0 {
			body = append(body, ',')
		}
		body = appendRecord(body, rec, fields)
	}
	body = append(body, ']')
	if next != "" {
		body = appendText(append(body, `,"next":`...), next)
	}
	if count >= 0 {
		body = fmt.Appendf(body, `,"count":{"n":%d,"more":%t}`, count, more)
	}
	return append(body, "}\n"...), next, nil
}

// groups answers with groups of records and what is computed of each.
func (sh *shelf) groups(w http.ResponseWriter, r *http.Request, q recordQuery) error {
	if q.Cursor != "" || len(q.Fields)+len(q.Expand)+len(q.Sort) > 0 || q.Count != "" {
		return value.Fieldf("group", "groups have no cursor, fields, expand, sort or count")
	}
	asked := record.GroupQuery{Query: q.query(sh.object), By: q.Group, Measures: q.Measures}
	asked.Query.Limit = 0
	var rows []record.GroupRow
	var seen *record.Seen
	err := sh.read(r, func(in *record.Reader, tx *db.Tx) (err error) {
		if seen, err = sh.seen(tx); err != nil {
			return err
		}
		rows, err = in.Group(sh.asker, asked)
		return err
	})
	if err != nil {
		return err
	}
	b := []byte(`{"groups":[`)
	for i, row := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendGroup(b, seen, q.Group, row)
	}
	return writeBody(w, append(b, "]}\n"...))
}

func appendGroup(b []byte, seen *record.Seen, by []record.Bucket, row record.GroupRow) []byte {
	b = append(b, `{"keys":[`...)
	for i, key := range row.Keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendKey(b, seen.Field(by[i].Field), key)
	}
	b = append(b, `],"labels":[`...)
	for i, label := range row.Labels {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, label)
	}
	b = append(b, `],"values":[`...)
	for i, v := range row.Values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendValue(b, nil, v)
	}
	return append(b, `]}`...)
}

// appendKey writes the key of a group. That of a reference is the outside id, also where there are several.
func appendKey(b []byte, f *record.Field, key any) []byte {
	if id, ok := key.(value.ID); ok && f != nil && f.Type == record.References {
		items, _ := f.JSON([]record.RefValue{{ID: id}}).([]any)
		if len(items) == 1 {
			if one, ok := items[0].(map[string]any); ok {
				return appendValue(b, nil, one["id"])
			}
		}
	}
	return appendValue(b, f, key)
}

// writeBody answers with JSON that is written already.
func writeBody(w http.ResponseWriter, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	_, err := w.Write(body)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	return nil
}
