package api

import (
	"strings"
	"testing"

	"fairground/internal/change"
	"fairground/internal/db"
)

func (o *office) rows() (rows []change.Row) {
	o.t.Helper()
	o.ok(change.Number(o.t.Context(), o.Site.DB))
	o.read(func(tx *db.Tx) (err error) {
		rows, err = change.Since(tx, 0, 1000)
		return err
	})
	return rows
}

// A webhook is told of the records for which its condition holds.
func TestWebhookOverRecords(t *testing.T) {
	eachHook(t, func(t *testing.T, w *world, r *receiver) {
		o := openOffice(t, w)
		config := o.config()
		config.Loopback = true
		o.serve(config)
		secret := o.secret("records:read", "records:write", "webhooks:write", "changes:read")
		for condition, words := range map[string]string{"siez > 1": "siez", "size": "condition", "(": "condition", "person.qqq == 1": "qqq"} {
			o.do("POST", "/webhooks", secret, `{"name": "x", "url": "`+r.URL+`", "events": ["deal.*"], "condition": "`+condition+`"}`).problem(422, words)
		}
		o.do("POST", "/webhooks", secret, `{"name": "x", "url": "`+r.URL+`", "events": ["*"], "condition": "size > 1"}`).problem(422, "condition")
		o.do("POST", "/webhooks", secret, `{"name": "big", "url": "`+r.URL+`", "events": ["deal.created", "deal.deleted"], "condition": "size > 2"}`).want(201)
		o.create(secret, "deal", `{"name": "small", "size": 1}`)
		large := o.create(secret, "deal", `{"name": "large", "size": 5}`)
		o.do("PATCH", "/records/deal/"+large.ID, secret, `{"values": {"size": 6}}`).want(200)
		o.do("DELETE", "/records/deal/"+large.ID, secret, "").want(204)
		o.attend()
		var bodies []string
		for _, m := range r.take() {
			bodies = append(bodies, string(m.body))
		}
		if all := strings.Join(bodies, "\n"); len(bodies) != 2 || !strings.Contains(all, `"type":"deal.created"`) || !strings.Contains(all, `"type":"deal.deleted"`) || strings.Contains(all, "small") {
			t.Errorf("%v", bodies)
		}
	})
}
