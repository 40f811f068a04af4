package account

import (
	"testing"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Whoever was asked for a number elsewhere comes back there, and never to another site.
func TestAProvenNumberLeadsBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		const next = "?next=%2Fmessages%2Fabout%2Flst_x%3Fdraft%3DK"
		b.get("/account/security"+next).want(t, 200, `action="/account/phone`+next+`"`)
		b.post("/account/phone"+next, "phone", "nonsense").want(t, 422, `action="/account/phone`+next+`"`)
		b.post("/account/phone"+next, "phone", "+41791234567").wantTo(t, "/account/security"+next+"#phone-code")
		code := w.texts.code(t)
		b.post("/account/phone/code"+next, "code", wrongDigits(code)).want(t, 422, `action="/account/phone/code`+next+`"`)
		b.post("/account/phone/code"+next, "code", code).wantTo(t, "/messages/about/lst_x?draft=K")
		b.post("/account/phone?next=https%3A%2F%2Felsewhere.example", "phone", "+41791234568").wantTo(t, "/account/security")
		w.age(`update session set created_us = created_us - $1`, (2 * FreshFor).Microseconds())
		b.post("/account/phone"+next, "phone", "+41791234568").
			wantTo(t, "/sign-in?again=1&next=%2Faccount%2Fsecurity%3Fnext%3D%252Fmessages%252Fabout%252Flst_x%253Fdraft%253DK")
	})
}

// What others may know of a proof is since when; of an erased account nothing.
func TestProvenOf(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		of := func(id value.ID) (p Proven, err error) {
			err = w.Site.DB.Read(t.Context(), func(tx *db.Tx) (err error) { p, err = ProvenOf(tx, id); return err })
			return p, err
		}
		if p, err := of(w.anna.ID); err != nil || p.Joined.IsZero() || !p.Phone.IsZero() {
			t.Errorf("before: %+v, %v", p, err)
		}
		w.age(`update account set phone = '+41791234567', phone_us = $1, verified_us = $1 where id = $2`, 1_700_000_000_000_000, w.anna.ID)
		if p, err := of(w.anna.ID); err != nil || p.Phone.Unix() != 1_700_000_000 || p.Mail != p.Phone {
			t.Errorf("proven: %+v, %v", p, err)
		}
		w.age(`update account set erased_us = $1 where id = $2`, 1_700_000_000_000_000, w.anna.ID)
		for _, id := range []value.ID{w.anna.ID, 1} {
			_, err := of(id)
			wantKind(t, err, value.NotFound, "")
		}
	})
}
