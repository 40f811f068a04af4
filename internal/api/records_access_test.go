package api

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
)

// Hidden fields are in no answer, error, document or stream, and cannot be asked about.
func TestHiddenFieldsAreNowhere(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		admin := o.secret("records:read", "records:write")
		seller := o.as(o.sal, "records:read", "records:write", "changes:read", "schema:read")
		ann := o.create(admin, "person", `{"name": "Ann", "note": "xylophone"}`)
		deal := o.create(admin, "deal", `{"name": "Stand", "size": 2, "margin": 48151623, "person": "`+ann.ID+`"}`)
		o.do("PATCH", "/records/deal/"+deal.ID, admin, `{"values": {"margin": 48151624}}`).want(200)
		o.do("PATCH", "/records/deal/"+deal.ID, admin, `{"values": {"margin": 48151625, "size": 1}}`).want(200)
		ledger := o.create(admin, "ledger", `{"name": "Secret ledger"}`)
		quiet := func(a answer) {
			t.Helper()
			for _, word := range []string{"margin", "4815162", "9630324", "xylophone", `"note"`, "ledger", "Secret ledger"} {
				if strings.Contains(a.Body, word) {
					t.Errorf("%d %s: %q is in it", a.Status, a.Body, word)
				}
			}
		}
		at := "/records/deal/" + deal.ID
		for _, path := range []string{
			at, at + "?expand=person", at + "/history", at + "/why", "/records/deal", "/records/deal?expand=person,others", "/records/person", "/records/person/" + ann.ID,
			"/changes?format=json&after=0", "/openapi.json", "/schema", "/records/person?search=xylo",
		} {
			quiet(o.do("GET", path, seller, "").want(200))
		}
		if page := o.list(seller, "person", "search", "xylo"); len(page.Records) != 0 {
			t.Errorf("%+v", page)
		}
		o.do("GET", "/records/ledger/"+ledger.ID, seller, "").problem(404)
		o.do("GET", "/records/ledger", seller, "").problem(404)
		o.do("POST", "/records/ledger", seller, `{"values": {"name": "x"}}`).problem(404)
		for _, hidden := range []string{"margin", "twice_margin"} {
			for _, query := range []string{"filter=" + hidden + "+%3E+1", "sort=" + hidden, "fields=" + hidden, "expand=" + hidden} {
				real := o.do("GET", "/records/deal?"+query, seller, "").problem(400)
				fake := o.do("GET", "/records/deal?"+strings.ReplaceAll(query, hidden, "qqqqqq"), seller, "").problem(400)
				if strings.ReplaceAll(real.Detail, hidden, "qqqqqq") != fake.Detail {
					t.Errorf("%s: %q for a hidden field, %q for none", query, real.Detail, fake.Detail)
				}
			}
			o.do("POST", "/records/deal/query", seller, `{"group": [{"field": "`+hidden+`"}]}`).problem(422)
			o.do("POST", "/records/deal/query", seller, `{"group": [{"field": "status"}], "measures": [{"op": "sum", "field": "`+hidden+`"}]}`).problem(422)
			p := o.do("PATCH", at, seller, `{"values": {"`+hidden+`": 5}}`).problem(422)
			fake := o.do("PATCH", at, seller, `{"values": {"qqqqqq": 5}}`).problem(422)
			if strings.ReplaceAll(p.Detail, hidden, "qqqqqq") != fake.Detail {
				t.Errorf("%q and %q", p.Detail, fake.Detail)
			}
		}
		o.do("GET", "/records/deal?filter=person.note+%3D%3D+%22xylophone%22", seller, "").problem(400)
		o.do("PATCH", at, admin, `{"values": {"margin": 48151626}}`, "If-Match", `"3"`).want(200)
		quiet(o.do("PATCH", at, seller, `{"values": {"size": 3}}`, "If-Match", `"3"`)) // somebody changed what sales do not see
	})
}

func TestRowRules(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		admin, seller := o.secret("records:read", "records:write"), o.as(o.sal, "records:read", "records:write", "changes:read")
		small := o.create(admin, "deal", `{"name": "small", "code": "S", "size": 2}`)
		large := o.create(admin, "deal", `{"name": "large", "code": "L", "size": 5}`)
		if page := o.list(seller, "deal", "count", "capped"); page.names() != "small" || page.Count.N != 1 {
			t.Errorf("%+v", page)
		}
		for _, method := range []string{"GET", "PATCH", "DELETE"} {
			body := ""
			if method == "PATCH" {
				body = `{"values": {"size": 1}}`
			}
			o.do(method, "/records/deal/"+large.ID, seller, body).problem(404)
		}
		for _, part := range []string{"/history", "/why"} {
			o.do("GET", "/records/deal/"+large.ID+part, seller, "").problem(404)
		}
		o.do("POST", "/records/deal/"+small.ID+"/merge", seller, `{"others": ["`+large.ID+`"]}`).problem(404)
		groups := o.do("POST", "/records/deal/query", seller, `{"measures": [{"op": "sum", "field": "size"}]}`).want(200)
		if !strings.Contains(groups.Body, `"values":[2]`) {
			t.Errorf("%s", groups.Body)
		}
		batch := into[shownBatch](o.do("POST", "/records/deal/batch", seller, `{"operations": [{"op": "update", "id": "`+large.ID+`", "values": {"size": 1}}, {"op": "delete", "id": "`+large.ID+`"}]}`).want(200))
		if batch.Results[0].Status != 404 || batch.Results[1].Status != 404 || batch.Batch != "" {
			t.Errorf("%+v", batch)
		}
		// The stream tells of what shows by itself that it is a small deal, and of nothing else.
		o.do("PATCH", "/records/deal/"+small.ID, admin, `{"values": {"name": "tiny"}}`).want(200)
		o.do("PATCH", "/records/deal/"+large.ID, admin, `{"values": {"name": "huge"}}`).want(200)
		o.do("PATCH", "/records/deal/"+large.ID, admin, `{"values": {"size": 3}}`).want(200)
		o.do("PATCH", "/records/deal/"+large.ID, admin, `{"values": {"size": 30}}`).want(200)
		changes := into[ChangePage](o.do("GET", "/changes?format=json&after=0", seller, "").want(200)).Changes
		var told []string
		for _, c := range changes {
			told = append(told, fmt.Sprint(c.Object, " ", c.ID == small.ID, " ", c.Action))
		}
		if got := strings.Join(told, ", "); got != "deal true record.create, deal false record.update" {
			t.Errorf("%s", got)
		}
	})
}

// A token that names an object sees no other, though its account may: not by address, link, filter, formula or stream.
func TestScopesLimitWhatExists(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		admin := o.secret("records:read", "records:write")
		ann := o.create(admin, "person", `{"name": "Ann", "email": "ann@example.org"}`)
		deal := o.create(admin, "deal", `{"name": "Stand", "size": 2, "person": "`+ann.ID+`", "others": ["`+ann.ID+`"], "subject": "`+ann.ID+`"}`)
		deals := o.secret("records:read:deal", "records:write:deal", "changes:read:deal", "schema:read")
		for _, path := range []string{"/records/person", "/records/person/" + ann.ID, "/records/person/" + ann.ID + "/history", "/records/person/export", "/records/nothing"} {
			a := o.do("GET", path, deals, "")
			a.problem(403)
		}
		o.do("POST", "/records/person", deals, `{"values": {"name": "x"}}`).problem(403)
		o.do("POST", "/records/person/batch", deals, `{"operations": [{"op": "create", "values": {"name": "x"}}]}`).problem(403)
		for _, query := range []string{"expand=person", "filter=person.name+%3D%3D+%22Ann%22", "filter=person+!%3D+null", "sort=person", "fields=person_name", "filter=others.exists(x,+x.name+%3D%3D+%22Ann%22)"} {
			o.do("GET", "/records/deal?"+query, deals, "").problem(400)
		}
		for _, path := range []string{"/records/deal", "/records/deal/" + deal.ID, "/records/deal/" + deal.ID + "/history", "/changes?format=json&after=0", "/openapi.json", "/records/deal/" + deal.ID + "/why"} {
			a := o.do("GET", path, deals, "").want(200)
			if strings.Contains(a.Body, ann.ID) || strings.Contains(a.Body, "Ann") || path == "/openapi.json" && strings.Contains(a.Body, `"/records/person"`) {
				t.Errorf("%s: %s", path, a.Body)
			}
		}
		if n := len(into[ChangePage](o.do("GET", "/changes?format=json&after=0", deals, "").want(200)).Changes); n != 1 {
			t.Errorf("%d changes", n)
		}
		o.do("PATCH", "/records/deal/"+deal.ID, deals, `{"values": {"person": null}}`).problem(422)
		o.do("PATCH", "/records/deal/"+deal.ID, deals, `{"values": {"size": 3}}`).want(200)
		// One that may only write learns no values by writing.
		writer := o.secret("records:write:deal")
		o.do("GET", "/records/deal/"+deal.ID, writer, "").problem(403)
		if a := o.do("PATCH", "/records/deal/"+deal.ID, writer, `{"values": {}}`).want(200); strings.Contains(a.Body, "Stand") || !strings.Contains(a.Body, `"rev"`) {
			t.Errorf("%s", a.Body)
		}
		// One that reads one object and writes another cannot take back what was written of the first.
		batch := into[shownBatch](o.do("POST", "/records/person/batch", admin, `{"operations": [{"op": "update", "id": "`+ann.ID+`", "values": {"name": "Bea"}}]}`).want(200)).Batch
		mixed := o.secret("records:read", "records:write:deal")
		if a := o.do("POST", "/records/batches/"+batch+"/undo", mixed, ""); a.Status == 200 && !strings.Contains(a.Body, `"undone":0`) {
			t.Errorf("%s", a.Body)
		}
		if rec := into[shown](o.do("GET", "/records/person/"+ann.ID, admin, "").want(200)); rec.Values["name"] != "Bea" {
			t.Errorf("%+v", rec)
		}
	})
}

// The role counts, whatever the scopes were when the token was made.
func TestRoleCountsToo(t *testing.T) {
	oneOffice(t, func(t *testing.T, o *office) {
		viewer := o.as(o.vic, "records:read")
		o.do("POST", "/records/deal", viewer, `{"values": {"name": "x"}}`).problem(403)
		o.do("GET", "/records/deal", viewer, "").want(200)
		o.do("GET", "/records/deal", "", "").problem(401)
		seller := o.as(o.sal, "records:read", "records:write")
		o.create(seller, "deal", `{"name": "x", "size": 1}`)
		o.write("test.role", func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "account", Record: o.sal.ID, Diff: "role"})
			return account.SetRole(tx, o.sal.ID, account.Viewer)
		})
		o.clock.add(callerMoment)
		o.do("POST", "/records/deal", seller, `{"values": {"name": "x"}}`).problem(403)
		o.do("GET", "/records/deal?"+url.Values{"filter": {"size < 3"}}.Encode(), seller, "").want(200)
		o.do("GET", "/records/deal?"+url.Values{"filter": {"size < 3"}}.Encode(), seller, "").want(200)
	})
}
