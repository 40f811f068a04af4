package api

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestRecordFromItsMakingToTheTrash(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:read", "records:write")
		ann := o.create(secret, "person", `{"name": "Ann Muster", "email": "ann@example.org"}`)
		made := o.do("POST", "/records/deal", secret, `{"values": {"name": "Bike stand", "size": 2, "weight": "12.5", "price": {"amount": "1250.00", "currency": "CHF"},
			"covered": true, "starts": "2026-03-31", "seen_at": "2026-03-31T10:00:00Z", "person": "`+ann.ID+`", "others": ["`+ann.ID+`"], "subject": "`+ann.ID+`"}}`).want(201)
		deal := into[shown](made)
		at := "/records/deal/" + deal.ID
		if made.Header.Get("Location") != Path+at || made.Header.Get("ETag") != `"1"` || deal.Rev != 1 {
			t.Errorf("%+v %v", deal, made.Header)
		}
		want := map[string]string{
			"name": "Bike stand", "size": "2", "weight": "12.50", "price": "map[amount:1250.00 currency:CHF]", "covered": "true", "starts": "2026-03-31",
			"seen_at": "2026-03-31T10:00:00Z", "status": "new", "person": ann.ID, "others": "[map[id:" + ann.ID + "]]", "subject": ann.ID, "triple": "6", "person_name": "Ann Muster",
			"code": "<nil>", "margin": "<nil>",
		}
		read := into[shown](o.do("GET", at, secret, "").want(200))
		for key, text := range want {
			if fmt.Sprint(read.Values[key]) != text || fmt.Sprint(deal.Values[key]) != text {
				t.Errorf("%s: made %v, read %v, want %s", key, deal.Values[key], read.Values[key], text)
			}
		}
		changed := o.do("PATCH", at, secret, `{"values": {"size": 3, "starts": null}}`, "If-Match", `"1"`).want(200)
		if rec := into[shown](changed); rec.Rev != 2 || rec.Values["starts"] != nil || fmt.Sprint(rec.Values["triple"]) != "9" || changed.Header.Get("ETag") != `"2"` {
			t.Errorf("%+v %v", rec, changed.Header)
		}
		if n := into[shown](o.do("GET", "/records/person/"+ann.ID, secret, "").want(200)).Values["deals"]; fmt.Sprint(n) != "1" {
			t.Errorf("the roll-up is %v", n)
		}
		o.do("DELETE", at, secret, "", "If-Match", `"1"`).problem(412)
		o.do("DELETE", at, secret, "", "If-Match", `"2"`).want(204)
		o.do("GET", at, secret, "").problem(404)
		if rec := into[shown](o.do("GET", at+"?trash=true", secret, "").want(200)); rec.Deleted == "" {
			t.Errorf("%+v", rec)
		}
		if page := o.list(secret, "deal", "trash", "true"); page.names() != "Bike stand" {
			t.Errorf("%+v", page)
		}
		if rec := into[shown](o.do("POST", at+"/restore", secret, "").want(200)); rec.Rev != 4 || rec.Deleted != "" {
			t.Errorf("%+v", rec)
		}
		history := into[pastList](o.do("GET", at+"/history", secret, "").want(200))
		if len(history.Events) != 4 || history.Events[3].Action != "record.create" || history.Events[3].Actor != "staff" || history.Events[2].Changes[0].Field != "size" {
			t.Errorf("%+v", history)
		}
		why := into[reasonList](o.do("GET", at+"/why", secret, "").want(200))
		if len(why.Reasons) != 3 || !why.Reasons[1].Allowed {
			t.Errorf("%+v", why)
		}
	})
}

// Twenty programs change one record that all of them have read: one succeeds, the others get 412 and the revision.
func TestOneOfManyChangesTheRevision(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:read", "records:write")
		deal := o.create(secret, "deal", `{"name": "Stand", "size": 1}`)
		var all sync.WaitGroup
		answers := make([]answer, 20)
		for i := range answers {
			all.Go(func() {
				answers[i] = o.do("PATCH", "/records/deal/"+deal.ID, secret, fmt.Sprintf(`{"values": {"size": %d}}`, i+2), "If-Match", `"1"`)
			})
		}
		all.Wait()
		won := 0
		for _, a := range answers {
			if a.Status == 200 {
				won++
				continue
			}
			if p := a.problem(412, "size"); p.Rev != 2 || a.Header.Get("ETag") != `"2"` || strings.Contains(a.Body, "staff:") {
				t.Errorf("%+v %v", p, a.Header)
			}
		}
		if won != 1 {
			t.Errorf("%d won", won)
		}
		o.do("PATCH", "/records/deal/"+deal.ID, secret, `{"values": {"size": 9}}`, "If-Match", "*").want(200)
		for _, match := range []string{`"0"`, `"x"`, `"1", "2"`, "3"} {
			o.do("PATCH", "/records/deal/"+deal.ID, secret, `{"values": {"size": 9}}`, "If-Match", match).problem(412)
		}
	})
}

// What a client has is not sent again, unless the record or what is defined has changed.
func TestNotModified(t *testing.T) {
	oneOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:read", "records:write", "schema:write", "schema:read")
		ledger := o.create(secret, "ledger", `{"name": "Main"}`)
		at := "/records/ledger/" + ledger.ID
		tag := o.do("GET", at, secret, "").want(200).Header.Get("ETag")
		o.do("GET", at, secret, "", "If-None-Match", tag).want(304)
		o.do("PATCH", at, secret, `{"values": {"name": "Other"}}`, "If-Match", tag).want(200)
		tag = o.do("GET", at, secret, "", "If-None-Match", tag).want(200).Header.Get("ETag")
		o.do("POST", "/schema/apply", secret, `{"objects": [{"key": "ledger", "short": "led", "labels": {"en": "Ledger"}, "plural": {"en": "Ledgers"}, "icon": "list", "title": "name",
			"fields": [{"key": "name", "labels": {"en": "name"}, "type": "text", "required": true}, {"key": "place", "labels": {"en": "Place"}, "type": "text"}]}]}`).want(200)
		o.do("GET", at, secret, "", "If-None-Match", tag).want(200, `"place":null`)
		person := o.create(secret, "person", `{"name": "Ann"}`) // a roll-up changes without a revision
		tag = o.do("GET", "/records/person/"+person.ID, secret, "").Header.Get("ETag")
		o.do("GET", "/records/person/"+person.ID, secret, "", "If-None-Match", tag).want(200)
	})
}

func TestListsAndCursors(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:read", "records:write")
		ann := o.create(secret, "person", `{"name": "Ann"}`)
		for i, name := range []string{"alder", "beech", "cedar", "dogwood", "elm"} {
			o.create(secret, "deal", fmt.Sprintf(`{"name": %q, "size": %d, "status": %q, "person": %q}`, name, i+1, []string{"new", "won"}[i%2], ann.ID))
		}
		first := o.do("GET", "/records/deal?"+pairs([]string{"filter", "size > 1"})+"&sort=-size&limit=2&count=capped&fields=size&expand=person", secret, "").want(200)
		page := into[shownPage](first)
		if page.names() != "elm dogwood" || page.Count.N != 4 || page.Count.More || page.Next == "" || len(page.Records[0].Values) != 2 {
			t.Errorf("%s", first.Body)
		}
		if linked := page.Records[0].Expanded["person"]; len(linked) != 1 || linked[0].Values["name"] != "Ann" {
			t.Errorf("%+v", page.Records[0])
		}
		link := first.Header.Get("Link")
		next := strings.TrimPrefix(link[:strings.Index(link, ">")], "<"+Path)
		if second := into[shownPage](o.do("GET", next, secret, "").want(200)); second.names() != "cedar beech" || second.Next != "" {
			t.Errorf("%+v", second)
		}
		cursor := []string{"cursor", page.Next, "limit", "2"}
		for _, other := range [][]string{
			{"filter", "size > 2", "sort", "-size"}, {"filter", "size > 1", "sort", "size"}, {"filter", "size > 1"}, {"filter", "size > 1", "sort", "-size", "trash", "true"},
			{"filter", "size > 1", "sort", "-size", "search", "elm"},
		} {
			o.do("GET", "/records/deal?"+pairs(append(other, cursor...)), secret, "").problem(400, "cursor")
		}
		o.do("GET", "/records/person?"+pairs(cursor), secret, "").problem(400, "cursor")
		colleague := o.as(o.vic, "records:read")
		o.do("GET", "/records/deal?"+pairs(append([]string{"filter", "size > 1", "sort", "-size"}, cursor...)), colleague, "").problem(400, "cursor")
		if page := o.list(secret, "deal", "search", "ced"); page.names() != "cedar" {
			t.Errorf("%+v", page)
		}
		body := into[shownPage](o.do("POST", "/records/deal/query", secret, `{"filter": "status == \"won\"", "sort": ["name"], "limit": 1, "fields": ["name"]}`).want(200))
		if body.names() != "beech" || body.Next == "" {
			t.Errorf("%+v", body)
		}
		body = into[shownPage](o.do("POST", "/records/deal/query", secret, `{"filter": "status == \"won\"", "sort": ["name"], "cursor": "`+body.Next+`"}`).want(200))
		if body.names() != "dogwood" {
			t.Errorf("%+v", body)
		}
		groups := o.do("POST", "/records/deal/query", secret, `{"group": [{"field": "status"}], "measures": [{"op": "count"}, {"op": "sum", "field": "size"}]}`).want(200)
		if groups.Body != `{"groups":[{"keys":["new"],"labels":["New"],"values":[3,9]},{"keys":["won"],"labels":["Won"],"values":[2,6]}]}`+"\n" {
			t.Errorf("%s", groups.Body)
		}
	})
}

func TestQuestionsThatMakeNoSense(t *testing.T) {
	oneOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:read", "records:write")
		for _, query := range []string{
			"limit=0", "limit=1001", "limit=x", "cursor=abc", "sort=nothing", "fields=nothing", "expand=name", "expand=nothing", "filter=siez+%3E+1", "filter=size",
			"filter=1%3D%3D1)+or+(1%3D1", "filter=" + strings.Repeat("(", 5000), "count=all", "trash=perhaps", "filtre=size+%3E+1", "filter=name+%3D%3D+%27%27%27%3Bdrop+table+o_1--%27",
		} {
			o.do("GET", "/records/deal?"+query, secret, "").problem(400)
		}
		for _, path := range []string{"/records/nothing", "/records/o_1", "/records/Deal", "/records/deal/dea_0000000000001", "/records/deal/per_0000000000001", "/records/deal/x", "/records/deal%22"} {
			o.do("GET", path, secret, "").problem(404)
		}
		for _, body := range []string{`{"filter": 5}`, `{"sort": "name"}`, `{"grup": []}`, `{"limit": 0}`, `{"group": [{"field": "nothing"}]}`, `{"group": [{"field": "status"}], "cursor": "x"}`} {
			o.do("POST", "/records/deal/query", secret, body).problem(422)
		}
		// What is in a value stays a value.
		o.create(secret, "deal", `{"name": "'; drop table o_2; --", "size": 1}`)
		if page := o.list(secret, "deal", "filter", `name == "'; drop table o_2; --"`); len(page.Records) != 1 {
			t.Errorf("%+v", page)
		}
	})
}

func TestErrorsStandAtTheirFields(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:read", "records:write")
		o.create(secret, "deal", `{"name": "One", "code": "A-1", "size": 1}`)
		cases := []struct {
			body   string
			status int
			at     []string
		}{
			{`{"values": {"size": 1}}`, 422, []string{"#/values/name"}},
			{`{"values": {"name": "x", "size": 0}}`, 422, []string{"#/values/size"}},
			{`{"values": {"name": "x", "siez": 1}}`, 422, []string{"#/values/siez"}},
			{`{"values": {"name": "x", "size": "many", "starts": "soon", "status": "lost", "person": "per_0000000000001"}}`, 422,
				[]string{"#/values/size", "#/values/starts", "#/values/status"}},
			{`{"values": {"name": "x", "triple": 3}}`, 422, []string{"#/values/triple"}},
			{`{"values": {"name": "x", "size": 1, "code": "a-1"}}`, 409, []string{"#/values/code"}},
			{`{"values": {"name": "x", "a/b~c": 1}}`, 422, []string{"#/values/a~1b~0c"}},
			{`{"name": "x"}`, 422, []string{"#/name"}},
			{`{}`, 422, []string{"#/values"}},
			{`{"values": 5}`, 422, []string{"#/values"}},
			{`{"values": {"name": "x"}`, 400, nil},
			{`{"values": {"name": "x"}} {}`, 400, nil},
			{`[]`, 422, nil},
			{`{"values": {"name": "a\u0000b"}}`, 400, nil},
			{"{\"values\": {\"name\": \"\xff\"}}", 400, nil},
			{strings.Repeat(`{"values":`, 20000), 400, nil},
		}
		for _, c := range cases {
			p := o.do("POST", "/records/deal", secret, c.body).problem(c.status)
			var at []string
			for _, e := range p.Errors {
				at = append(at, e.Pointer)
			}
			if c.at != nil && strings.Join(at, " ") != strings.Join(c.at, " ") {
				t.Errorf("%s: %v, want %v (%+v)", c.body, at, c.at, p)
			}
		}
		if n := len(o.list(secret, "deal").Records); n != 1 {
			t.Errorf("%d deals", n)
		}
	})
}

func TestSameRequestSameRecord(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:read", "records:write")
		body := `{"values": {"name": "Stand", "size": 1}}`
		first := o.do("POST", "/records/deal", secret, body, keyHeader, "k").want(201)
		again := o.do("POST", "/records/deal", secret, body, keyHeader, "k").want(201)
		if again.Body != first.Body || again.Header.Get("Location") != first.Header.Get("Location") || again.Header.Get("ETag") != `"1"` {
			t.Errorf("%s, then %s", first.Body, again.Body)
		}
		o.do("POST", "/records/person", secret, body, keyHeader, "k").problem(422)
		at := "/records/deal/" + into[shown](first).ID
		same := `{"values": {"size": 1}}` // changes nothing, and is kept too
		o.do("PATCH", at, secret, same, keyHeader, "k2").want(200)
		o.do("PATCH", at, secret, same, keyHeader, "k2").want(200, `"rev":1`)
		batch := `{"operations": [{"op": "create", "values": {"name": "a"}}, {"op": "create", "values": {"name": "b"}}]}`
		one := o.do("POST", "/records/deal/batch", secret, batch, keyHeader, "k3").want(200)
		two := o.do("POST", "/records/deal/batch", secret, batch, keyHeader, "k3").want(200)
		if one.Body != two.Body || two.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s, then %s", one.Body, two.Body)
		}
		undo := "/records/batches/" + into[shownBatch](one).Batch + "/undo"
		o.do("POST", undo, secret, "", keyHeader, "k4").want(200, `"undone":2`)
		o.do("POST", undo, secret, "", keyHeader, "k4").want(200, `"undone":2`)
		o.do("POST", undo, secret, "").problem(404)
		if page := o.list(secret, "deal"); page.names() != "Stand" {
			t.Errorf("%s", page.names())
		}
	})
}

func TestMerge(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		secret := o.secret("records:read", "records:write")
		ann := o.create(secret, "person", `{"name": "Ann"}`)
		anna := o.create(secret, "person", `{"name": "Anna", "email": "anna@example.org"}`)
		deal := o.create(secret, "deal", `{"name": "Stand", "person": "`+anna.ID+`"}`)
		at := "/records/person/" + ann.ID + "/merge"
		o.do("POST", at, secret, `{"others": ["`+deal.ID+`"]}`).problem(422, "#/others/0")
		o.do("POST", at, secret, `{"others": ["`+anna.ID+`"], "choose": {"nothing": "`+anna.ID+`"}}`).problem(422, "#/choose/nothing")
		merged := into[shown](o.do("POST", at, secret, `{"others": ["`+anna.ID+`"], "choose": {"name": "`+anna.ID+`"}}`, keyHeader, "m").want(200))
		if merged.Values["name"] != "Anna" || merged.Values["email"] != "anna@example.org" || merged.Batch == "" {
			t.Errorf("%+v", merged)
		}
		if rec := into[shown](o.do("GET", "/records/deal/"+deal.ID, secret, "").want(200)); rec.Values["person"] != ann.ID {
			t.Errorf("%+v", rec)
		}
		o.do("POST", at, secret, `{"others": ["`+anna.ID+`"], "choose": {"name": "`+anna.ID+`"}}`, keyHeader, "m").want(200, merged.Batch)
		o.do("POST", "/records/batches/"+merged.Batch+"/undo", secret, "").want(200)
		if rec := into[shown](o.do("GET", "/records/deal/"+deal.ID, secret, "").want(200)); rec.Values["person"] != anna.ID {
			t.Errorf("%+v", rec)
		}
	})
}
