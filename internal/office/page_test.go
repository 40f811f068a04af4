package office_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fairground/internal/record"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

func TestARecordIsMade(t *testing.T) {
	t.Parallel()
	w := market(t)
	tr := w.make("trader", record.Values{"name": "Velo Atelier"})
	w.get("admin", stalls+"/new").want(http.StatusOK, `name="name"`, `name="spot_lat"`, `name="rent_currency"`, `<option value="new" selected>`).lacks(`name="number"`, `name="area"`, `name="papers"`)
	w.get("support", stalls+"/new").want(http.StatusForbidden)
	w.get("admin", stalls+"/new?trader="+tr.Object.ID(tr.ID)+"&size=4").want(http.StatusOK, `value="Velo Atelier"`, `value="`+tr.Object.ID(tr.ID), `value="4"`)
	w.get("admin", stalls+"/new?trader=trd_0000000000001").want(http.StatusNotFound)
	w.post("admin", stalls, "name", "", "size", "many", "mail", "nobody", "spot_lat", "95", "spot_lon", "1", "trader", "Nobody known", "inspected", "soon").
		want(http.StatusUnprocessableEntity, `id="field-size-error"`, `id="field-spot-error"`, `id="field-trader-error"`, `id="field-inspected-error"`, `value="many"`, `value="nobody"`, `value="Nobody known"`)
	w.post("admin", stalls, "name", "", "size", "many", "mail", "nobody").
		want(http.StatusUnprocessableEntity, `id="field-name-error"`, `id="field-mail-error"`, `id="field-size-error"`, "fields need your attention")
	made := w.post("admin", stalls, "name", "Blue awning", "size", "12", "rent", "1’250.50", "rent_currency", "CHF", "starts", "2026-11-28", "inspected", "2026-11-21T14:30",
		"covered", "no", "goods", "bikes", "goods", "books", "weight", "1.25", "about", "First line\r\nsecond", "mail", "Stall@Lakeside.example", "phone", "+41 79 000 00 00",
		"spot", "Pully", "spot_lat", "46.5", "spot_lon", "6.66", "trader", "velo atelier", "website", "https://lakeside.example/").wantTo("admin", stalls+"/stl_")
	made.want(http.StatusOK, "“Blue awning” is made", "CHF\u00a01,250.50", "Nov 28, 2026", "2:30", "Bikes", "Books", "1.25", "First line\nsecond", "stall@lakeside.example",
		"Pully", "Velo Atelier", "S-100", "New", "Made", "Aya Keller")
}

func TestWhatMustBeUniqueLeadsToWhoHasIt(t *testing.T) {
	t.Parallel()
	w := market(t)
	s := w.make("stall", record.Values{"name": "Blue awning"})
	w.post("admin", stalls, "name", "BLUE awning").want(http.StatusUnprocessableEntity, `id="field-name-error"`, "There is one already", `href="`+path(s)+`"`)
}

func TestARecordIsChanged(t *testing.T) {
	t.Parallel()
	w := market(t)
	s := w.make("stall", record.Values{"name": "Blue awning", "size": int64(12), "mail": "stall@lakeside.example"})
	w.get("admin", path(s)+"/edit").want(http.StatusOK, `value="Blue awning"`, `value="12"`, `name="rev" value="1"`)
	w.get("admin", path(s)+"/edit?section=contact").want(http.StatusOK, `name="mail"`, `name="section" value="contact"`).lacks(`name="size"`)
	w.post("admin", path(s), "rev", "1", "section", "contact", "mail", "desk@lakeside.example").wantTo("admin", path(s)).want(http.StatusOK, "is saved", "desk@lakeside.example", "<del>stall@lakeside.example</del>")
	if now := w.find("stall", s.ID); now.Values["size"] != int64(12) {
		t.Errorf("a form of one section emptied another: %v", now.Values)
	}
	w.post("admin", path(s), "rev", "2", "name", "", "size", "1").want(http.StatusUnprocessableEntity, `id="field-name-error"`)
	late := w.post("support", path(s), "rev", "1", "name", "Green awning", "size", "12").want(http.StatusConflict, "Somebody changed this record", "Blue awning", "Green awning", `name="rev" value="2"`, `value="Green awning"`)
	if now := w.find("stall", s.ID); now.Title() != "Blue awning" {
		t.Errorf("a late form won: %s", late.body)
	}
	w.post("support", path(s), "rev", "2", "name", "Green awning", "size", "").wantTo("support", path(s))
	now := w.find("stall", s.ID)
	if now.Title() != "Green awning" || now.Values["size"] != nil {
		t.Errorf("%v", now.Values)
	}
	w.part("admin", path(s)+"/cells/size?page=1").want(http.StatusOK, "fact-editor", `name="page" value="1"`)
	w.do("admin", "POST", path(s)+"/cells/size", form("size", "5", "rev", fmt.Sprint(now.Rev), "page", "1"), "HX-Request", "true")
	if now := w.find("stall", s.ID); now.Values["size"] != int64(5) {
		t.Errorf("not saved: %v", now.Values["size"])
	}
}

func TestReferencesHaveAttributes(t *testing.T) {
	t.Parallel()
	w := market(t)
	day, other := w.make("market_day", record.Values{"name": "Saturday"}), w.make("market_day", record.Values{"name": "Sunday"})
	id := day.Object.ID(day.ID)
	s := w.make("stall", record.Values{"name": "Blue awning", "days": []record.RefValue{{ID: day.ID, Attributes: record.Values{"pitch": "A 7", "tables": int64(2)}}}})
	w.get("admin", path(s)).want(http.StatusOK, "Saturday", "A 7 · 2")
	input := "days." + id
	w.get("admin", path(s)+"/edit").want(http.StatusOK, "<legend class=\"small\">Saturday</legend>", `name="`+input+`.pitch"`, `value="A 7"`)
	w.post("admin", path(s), "rev", "1", "name", "Blue awning", "days", id, input+".pitch", "B 1", input+".tables", "many", "days_add", "").want(http.StatusUnprocessableEntity, `value="B 1"`, `value="many"`, "Saturday")
	w.post("admin", path(s), "rev", "1", "name", "Blue awning", "days", id, input+".pitch", "B 1", input+".tables", "3", "days_add", "sunday").wantTo("admin", path(s)).want(http.StatusOK, "B 1 · 3", "Sunday")
	refs := w.find("stall", s.ID).Values["days"].([]record.RefValue)
	if len(refs) != 2 || refs[0].Attributes["pitch"] != "B 1" || refs[0].Attributes["tables"] != int64(3) || refs[1].ID != other.ID {
		t.Errorf("%+v", refs)
	}
	w.post("admin", path(s), "rev", "2", "name", "Blue awning", "size", "3").wantTo("admin", path(s)).lacks("Sunday</a>")
}

func TestAPageTellsWhatIsRelatedAndWhatHappened(t *testing.T) {
	t.Parallel()
	w := market(t)
	tr := w.make("trader", record.Values{"name": "Velo Atelier", "mail": "velo@lakeside.example", "credit": value.Money{Minor: 777_00, Currency: "CHF"}})
	w.make("stall", record.Values{"name": "Blue awning", "trader": tr.ID})
	_, err := w.store.Update(t.Context(), asker(sessionOf(w, "sales")), "trader", tr.ID, 0, record.Values{"mail": "desk@lakeside.example"})
	w.ok(err)
	p := w.get("admin", path(tr)).want(http.StatusOK, "Stalls of the trader", "Blue awning", "Jon Perret", "<del>velo@lakeside.example</del>", "<ins>desk@lakeside.example</ins>",
		"/console/records/stall/new?trader="+tr.Object.ID(tr.ID), "What you may do here, and why")
	p.lacks("Activities</h2>")
	w.post("admin", path(tr)+"/notes", "text", "  ").want(http.StatusUnprocessableEntity, `id="note-error"`)
	w.post("admin", path(tr)+"/notes", "text", "Asked for the trade register extract\nWill send it on Monday.").wantTo("admin", path(tr)).
		want(http.StatusOK, "Note added", "Asked for the trade register extract", "Will send it on Monday.", "Note · Aya Keller")
	w.post("viewer", path(tr)+"/notes", "text", "Mine").want(http.StatusForbidden)
	w.part("admin", path(tr)+"/peek").want(http.StatusOK, "Velo Atelier", "desk@lakeside.example", "Asked for the trade register extract", "kind=call").lacks("<html")
	w.part("viewer", path(tr)+"/peek").want(http.StatusOK, "Velo Atelier").lacks("777", "kind=call", "/edit")
	w.get("admin", path(tr)+"/peek").wantTo("admin", path(tr))
	w.get("admin", "/console/records/trader/trd_0000000000001").want(http.StatusNotFound)
	w.get("admin", "/console/records/nothing").want(http.StatusNotFound)
}

func TestNeighboursAreThoseOfTheList(t *testing.T) {
	t.Parallel()
	w := market(t)
	var all []*record.Record
	for n := range 4 {
		all = append(all, w.make("stall", record.Values{"name": fmt.Sprintf("Stall %d", n), "status": []string{"open", "closed"}[n%2]}))
	}
	w.get("admin", path(all[1])).want(http.StatusOK, `href="`+path(all[0])+`"`, `href="`+path(all[2])+`"`, `href="/console/records/stall"`)
	state := "filter=status+%3D%3D+%22open%22&own=1"
	rows := w.get("admin", "/console/records/stall?"+state).want(http.StatusOK)
	rows.want(http.StatusOK, `href="`+path(all[2])+"?"+strings.ReplaceAll(state, "&", "&amp;")+`"`)
	w.get("admin", path(all[2])+"?"+state).want(http.StatusOK, `href="`+path(all[0])+"?", `href="/console/records/stall?`+strings.ReplaceAll(state, "&", "&amp;")).lacks(path(all[1]), path(all[3]))
}

func TestRecordsAreMerged(t *testing.T) {
	t.Parallel()
	w := market(t)
	a := w.make("trader", record.Values{"name": "Velo Atelier", "mail": "velo@lakeside.example"})
	b := w.make("trader", record.Values{"name": "Velo-Atelier GmbH", "mail": "desk@lakeside.example"})
	s := w.make("stall", record.Values{"name": "Blue awning", "trader": b.ID})
	ids := []string{a.Object.ID(a.ID), b.Object.ID(b.ID)}
	merge := "/console/records/trader/merge"
	w.get("admin", merge).want(http.StatusUnprocessableEntity)
	w.get("admin", merge+"?id="+ids[0]).want(http.StatusOK, `name="with"`)
	w.get("admin", merge+"?id="+ids[0]+"&with=Nobody").want(http.StatusUnprocessableEntity, "Nothing is called")
	w.get("admin", merge+"?id="+ids[0]+"&with=velo-atelier+gmbh").wantTo("admin", merge+"?id="+ids[0]+"&id="+ids[1]).want(http.StatusOK, "velo@lakeside.example", "desk@lakeside.example", `name="choose.mail"`)
	w.post("admin", "/console/records/trader/bulk", "do", "merge", "id", ids[0], "id", ids[1]).wantTo("admin", merge+"?id=")
	w.post("admin", merge, "id", ids[0], "id", ids[1]).want(http.StatusUnprocessableEntity, "Choose which of the records stays")
	w.post("viewer", merge, "id", ids[0], "id", ids[1], "keep", ids[0]).want(http.StatusForbidden)
	w.post("admin", merge, "id", ids[0], "id", ids[1], "keep", ids[0], "choose.name", ids[0], "choose.mail", ids[1]).wantTo("admin", path(a)).want(http.StatusOK, "Velo Atelier", "desk@lakeside.example", "Blue awning")
	if now := w.find("stall", s.ID); now.Values["trader"] != a.ID {
		t.Errorf("the stall refers to %v", now.Values["trader"])
	}
	w.get("admin", path(b)).want(http.StatusOK, "in the trash")
}

func TestFiles(t *testing.T) {
	t.Parallel()
	w := market(t)
	s := w.make("stall", record.Values{"name": "Blue awning"})
	files := func() string { return path(s) + "/files?field=papers&rev=" + fmt.Sprint(w.find("stall", s.ID).Rev) }
	w.get("admin", path(s)).want(http.StatusOK, `enctype="multipart/form-data"`)
	w.get("viewer", path(s)).want(http.StatusOK).lacks(`enctype="multipart/form-data"`)
	w.upload("admin", files(), "plan.html", "<html><script>alert(1)</script>").want(http.StatusUnprocessableEntity, "Only pictures")
	w.upload("viewer", files(), "plan.txt", "Two tables.").want(http.StatusForbidden)
	w.upload("admin", files(), `..\..\pl"an.txt`, "Two tables.").wantTo("admin", path(s)).want(http.StatusOK, "File added", "pl_an.txt")
	file := w.find("stall", s.ID).Values["papers"].([]record.FileValue)[0]
	p := w.get("viewer", path(s)+"/files/"+file.Sha256).want(http.StatusOK, "Two tables.")
	if h := p.Header; !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Type") != "text/plain" {
		t.Errorf("served as %v", p.Header)
	}
	w.get("finance", path(s)+"/files/"+file.Sha256).want(http.StatusNotFound)
	w.get("admin", path(s)+"/files/"+strings.Repeat("a", 64)).want(http.StatusNotFound)
	w.post("viewer", files()+"&remove="+file.Sha256).want(http.StatusForbidden)
	w.post("admin", files()+"&remove="+file.Sha256).wantTo("admin", path(s)).want(http.StatusOK, "File removed")
	w.get("admin", path(s)+"/files/"+file.Sha256).want(http.StatusNotFound)
}

func (w *world) upload(as, address, name, content string) page {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	w.ok(err)
	_, err = part.Write([]byte(content))
	w.ok(err)
	w.ok(form.Close())
	r := httptest.NewRequestWithContext(context.Background(), "POST", "http://"+sitetest.Host+address, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("As", as)
	return w.send(r)
}
