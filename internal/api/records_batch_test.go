package api

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"fairground/internal/record"
	"fairground/internal/sheet"
)

func TestBatch(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:read", "records:write")
		one := o.create(secret, "deal", `{"name": "one", "code": "A-1", "size": 1}`)
		two := o.create(secret, "deal", `{"name": "two", "size": 2}`)
		body := func(more string) string {
			return `{"operations": [
			{"op": "create", "values": {"name": "three", "size": 3, "weight": 1.25}},
			{"op": "update", "id": "` + one.ID + `", "rev": 1, "values": {"size": 11}},
			{"op": "upsert", "key": "code", "values": {"code": "A-9", "name": "nine"}},
			{"op": "delete", "id": "` + two.ID + `"},
			{"op": "update", "id": "` + two.ID + `", "rev": 7, "values": {"size": 3}},
			{"op": "create", "values": {"size": 0, "siez": 1}},
			{"op": "update", "id": "per_0000000000001", "values": {"size": 3}},
			{"op": "update", "id": "` + one.ID + `", "rev": 1, "values": {"size": 12}}]` + more + `}`
		}
		dry := into[shownBatch](o.do("POST", "/records/deal/batch", secret, body(`, "dry_run": true`)).want(200))
		if dry.Results[0].Status != 201 || dry.Results[0].ID != "" || dry.Batch != "" {
			t.Errorf("%+v", dry)
		}
		p := o.do("POST", "/records/deal/batch", secret, body(`, "atomic": true`)).problem(422, "#/operations/5/values/siez")
		if len(p.Errors) < 3 || strings.Contains(fmt.Sprint(p), "staff:") {
			t.Errorf("%+v", p)
		}
		if page := o.list(secret, "deal", "sort", "name"); page.names() != "one two" || fmt.Sprint(page.Records[0].Values["size"]) != "1" {
			t.Fatalf("something happened: %+v", page)
		}
		done := into[shownBatch](o.do("POST", "/records/deal/batch", secret, body("")).want(200))
		var statuses []string
		for _, r := range done.Results {
			statuses = append(statuses, fmt.Sprint(r.Status))
		}
		if got := strings.Join(statuses, " "); got != "201 200 201 204 404 422 404 412" || done.Done != 4 || done.Failed != 4 {
			t.Errorf("%s: %+v", got, done)
		}
		if e := done.Results[5].Errors; len(e) == 0 || e[0].Pointer != "#/operations/5/values/siez" || done.Results[7].Rev != 2 {
			t.Errorf("%+v", done.Results)
		}
		o.do("PATCH", "/records/deal/"+one.ID, secret, `{"values": {"size": 20}}`).want(200)
		undone := into[undoShown](o.do("POST", "/records/batches/"+done.Batch+"/undo", secret, "").want(200))
		if undone.Undone != 3 || undone.Kept != 1 || len(undone.Why) != 1 || undone.Why[0].ID != one.ID || undone.Why[0].Fields[0] != "size" || undone.Why[0].By != "staff" {
			t.Errorf("%+v", undone)
		}
		if page := o.list(secret, "deal", "sort", "name"); page.names() != "one two" {
			t.Errorf("%+v", page)
		}
	})
}

func TestBatchesThatAreRefused(t *testing.T) {
	oneOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:write")
		many := `{"op": "create", "values": {"name": "x"}}` + strings.Repeat(`,{"op": "create", "values": {"name": "x"}}`, 10_000)
		for body, status := range map[string]int{
			`{"operations": [` + many + `]}`: 422, `{"operations": []}`: 422, `{}`: 422, `{"operations": [{"op": "create", "id": "x"}]}`: 422,
			`{"operations": [{"op": "update", "rev": -1}]}`: 422, `{"operations": [{"op": "create", "value": {}}]}`: 422, `{"operations": "x"}`: 422,
			`{"operations": [{"op": "create", "values": []}]}`: 422, `{"operations": [{"op": "create"`: 400,
		} {
			o.do("POST", "/records/deal/batch", secret, body).problem(status)
		}
		o.do("POST", "/records/deal/batch", secret, `{"operations": [{"op": "drop"}]}`).want(200, `"status":422`)
		o.do("POST", "/records/batches/bat_0000000000001/undo", secret, "").problem(404)
		o.do("POST", "/records/batches/x/undo", secret, "").problem(404)
		if n := o.logged(); n != 0 {
			t.Errorf("%d changes", n)
		}
	})
}

func TestExport(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		secret, narrow := o.secret("records:read", "records:write", "export"), o.secret("records:read")
		ann := o.create(secret, "person", `{"name": "Ann"}`)
		o.create(secret, "deal", `{"name": "=1+1", "size": 1, "weight": "1.5", "price": {"amount": "12.50", "currency": "CHF"}, "covered": true, "starts": "2026-03-31", "person": "`+ann.ID+`"}`)
		o.create(secret, "deal", `{"name": "two", "size": 2}`)
		o.do("GET", "/records/deal/export", narrow, "").problem(403)
		o.do("GET", "/records/deal/export?format=pdf", secret, "").problem(400)
		o.do("GET", "/records/deal/export?filter=siez", secret, "").problem(400)
		o.do("GET", "/records/deal/export?fields=nothing", secret, "").problem(400)
		csv := o.do("GET", "/records/deal/export?sort=size&fields=name,size,weight,price,covered,starts,person", secret, "").want(200)
		lines := strings.Split(strings.TrimSpace(csv.Body), "\n")
		if len(lines) != 3 || strings.TrimSpace(lines[0]) != "id,name,size,weight,price,covered,starts,person" ||
			!strings.Contains(lines[1], ",'=1+1,1,1.50,CHF 12.50,true,2026-03-31,"+ann.ID) || csv.Header.Get("Content-Disposition") != "attachment; filename=deal.csv" {
			t.Errorf("%s %v", csv.Body, csv.Header)
		}
		nd := o.do("GET", "/records/deal/export?format=ndjson&filter=size+%3E+1&fields=name", secret, "").want(200)
		if !strings.Contains(nd.Body, `"values":{"name":"two"}}`) || strings.Count(nd.Body, "\n") != 1 {
			t.Errorf("%s", nd.Body)
		}
		xlsx := o.do("GET", "/records/deal/export?format=xlsx&sort=size", secret, "").want(200)
		table, err := sheet.Open(bytes.NewReader([]byte(xlsx.Body)), int64(len(xlsx.Body)), "deal.xlsx", sheet.Options{})
		o.ok(err)
		row, err := table.Next()
		o.ok(err)
		if row.Cells[1] != "=1+1" || table.Columns()[0] != "id" {
			t.Errorf("%v %v", table.Columns(), row.Cells)
		}
		o.do("GET", "/records/deal/export", o.as(o.vic, "records:read"), "").problem(403)
		log := o.do("GET", "/changes?format=json", o.secret("changes:read"), "").want(200)
		if strings.Contains(log.Body, "record_export") {
			t.Errorf("%s", log.Body)
		}
	})
}

// Of sixteen programs that make records of one unique value at once, one succeeds, and the others are told which field.
func TestOneOfManyTakesAUniqueValue(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:read", "records:write")
		for round := range 3 {
			var all sync.WaitGroup
			answers := make([]answer, 16)
			for i := range answers {
				all.Go(func() {
					answers[i] = o.do("POST", "/records/deal", secret, fmt.Sprintf(`{"values": {"name": "n%d", "code": "U-%d"}}`, i, round))
				})
			}
			all.Wait()
			made := 0
			for _, a := range answers {
				if a.Status == 201 {
					made++
				} else if p := a.problem(409); len(p.Errors) != 1 || p.Errors[0].Pointer != "#/values/code" {
					t.Errorf("%+v", p)
				}
			}
			if made != 1 {
				t.Errorf("%d were made", made)
			}
		}
	})
}

// An object that a feature owns is read here, and written by its owner only.
func TestOwnedObjects(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		owned := &record.Object{Key: "member", Short: "mem", Labels: name("Member"), Plural: name("Members"), Icon: "users", Title: "name",
			Fields: []*record.Field{field("name", record.Text)},
			Owned:  &record.Owned{Table: "account", Key: "id", Created: "{t}.created_us", Updated: "{t}.created_us", Log: "account", Columns: map[string][]string{"name": {"{t}.name"}}},
		}
		o.store = record.New(o.Site.DB, record.Config{Owned: []*record.Object{owned}})
		o.ok(o.store.Ensure(t.Context()))
		o.serve(o.config())
		secret := o.secret("records:read", "records:write", "changes:read")
		page := o.list(secret, "member", "filter", `name != ""`)
		if len(page.Records) != 3 {
			t.Fatalf("%+v", page)
		}
		at := "/records/member/" + page.Records[0].ID
		tag := o.do("GET", at, secret, "").want(200).Header.Get("ETag")
		o.do("GET", at, secret, "", "If-None-Match", tag).want(200) // it counts no revisions
		for method, body := range map[string]string{"PATCH": `{"values": {"name": "x"}}`, "DELETE": ""} {
			o.do(method, at, secret, body).problem(403)
		}
		o.do("POST", "/records/member", secret, `{"values": {"name": "x"}}`).problem(403)
		o.do("POST", "/records/member/batch", secret, `{"operations": [{"op": "delete", "id": "`+page.Records[0].ID+`"}]}`).want(200, `"status":403`)
		o.log("account.update", "account", map[string]string{"password": "hash"})
		changes := o.do("GET", "/changes?format=json&after=0&object=member", secret, "").want(200, `"object":"member"`)
		if strings.Contains(changes.Body, "hash") || strings.Contains(changes.Body, "password") {
			t.Errorf("%s", changes.Body)
		}
	})
}
