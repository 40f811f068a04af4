package legal_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/legal"
	"fairground/internal/value"
)

// oneDuty is the only one that runs of a kind.
func (w *world) oneDuty(kind string) (d legal.Duty) {
	w.Helper()
	w.read(func(tx *db.Tx) error {
		all, err := legal.Board(tx, legal.DutyFilter{Kind: kind}, tx.Now())
		if len(all) != 1 {
			w.Fatalf("%d duties of %s", len(all), kind)
		}
		d = all[0]
		return err
	})
	return d
}

func TestADutyIsTakenAndLeft(t *testing.T) {
	each(t, func(w *world) {
		w.begin("notice", 5)
		w.begin("takedown", 6)
		h, d := w.serve(), w.oneDuty("notice")
		path := "/console/safety/duties/" + d.ID.Text(legal.DutyKind) + "/owner"
		if got := w.ask(h, account.Sales, path, url.Values{}); got.Code != http.StatusForbidden {
			t.Errorf("sales takes a duty: %d", got.Code)
		}
		got := w.ask(h, account.Safety, path, url.Values{"next": {"/console/safety/duties?kind=notice"}})
		if got.Code != http.StatusSeeOther || got.Header().Get("Location") != "/console/safety/duties?kind=notice" || w.oneDuty("notice").Owner != 7 {
			t.Errorf("%d to %s, owner %s", got.Code, got.Header().Get("Location"), w.oneDuty("notice").Owner)
		}
		if got := w.ask(h, account.Safety, path, url.Values{"next": {"https://elsewhere.example/"}}); got.Header().Get("Location") != "/console/safety/duties" {
			t.Errorf("led to %s", got.Header().Get("Location"))
		}
		mine := w.ask(h, account.Safety, "/console/safety/duties?owner=me", nil).Body.String()
		if table := mine[strings.Index(mine, "<tbody>"):]; !strings.Contains(table, "Answer a notice") || strings.Contains(table, "Take down a private picture") {
			t.Error("mine are not mine")
		}
		w.ask(h, account.Safety, path, url.Values{"leave": {"yes"}})
		if w.oneDuty("notice").Owner != 0 {
			t.Error("it was not left")
		}
		w.write(func(tx *db.Tx) error { return legal.Duties{}.Discharge(tx, "notice", "notice", 5, "") })
		if got := w.ask(h, account.Safety, path, url.Values{}); got.Code != http.StatusConflict {
			t.Errorf("what is done is taken: %d", got.Code)
		}
	})
}

func TestPunctualityAndItsTable(t *testing.T) {
	each(t, func(w *world) {
		done := func(kind string, record value.ID, after time.Duration) {
			w.begin(kind, record)
			w.clock.pass(after)
			w.write(func(tx *db.Tx) error {
				tx.Log(db.Change{Object: "test"})
				return legal.Duties{}.Discharge(tx, kind, "notice", record, "")
			})
		}
		done("takedown", 1, 47*time.Hour)
		done("takedown", 2, 49*time.Hour)
		done("notice", 3, time.Hour)
		w.clock.pass(40 * 24 * time.Hour)
		done("notice", 4, 8*24*time.Hour)
		w.write(func(tx *db.Tx) error { return legal.Duties{}.Acknowledged(tx, "notice", 5) })
		w.read(func(tx *db.Tx) error {
			all, err := legal.Punctuality(tx, "", tx.Now(), time.UTC)
			if len(all) != 12 || all[11].InTime != 0 || all[11].Late != 1 || all[10].InTime+all[9].InTime != 2 || all[10].Late+all[9].Late != 1 {
				t.Errorf("%+v", all)
			}
			one, err2 := legal.Punctuality(tx, "takedown", tx.Now(), time.UTC)
			if one[11].Late != 0 || one[10].InTime+one[9].InTime != 1 {
				t.Errorf("%+v", one)
			}
			if err == nil {
				err = err2
			}
			return err
		})
		h := w.serve()
		if page := w.ask(h, account.Safety, "/console/safety/duties?state=done", nil).Body.String(); !strings.Contains(page, "Punctuality") || !strings.Contains(page, "50% in time, of 4 duties") {
			t.Error("the board does not say how punctual")
		}
		got := w.ask(h, account.Safety, "/console/safety/duties.csv?state=done&kind=takedown", nil)
		rows, err := csv.NewReader(got.Body).ReadAll()
		if err != nil || len(rows) != 3 || rows[1][1] != "takedown" || rows[1][10] != "3600" || rows[2][10] != "0" {
			t.Errorf("%v, %v", rows, err)
		}
		if got := w.ask(h, account.Sales, "/console/safety/duties.csv", nil); got.Code != http.StatusForbidden {
			t.Errorf("sales takes the table: %d", got.Code)
		}
	})
}

func TestADutyWithAnEndOfItsOwn(t *testing.T) {
	each(t, func(w *world) {
		end := w.clock.Now().AddDate(0, 0, 100)
		w.write(func(tx *db.Tx) error {
			if err := (legal.Duties{}).BeginUntil(tx, legal.PreservationYearDuty, "evidence", 3, w.clock.Now().Add(-time.Hour)); value.KindOf(err) != value.Invalid {
				t.Errorf("it ends before it begins: %v", err)
			}
			return legal.Duties{}.BeginUntil(tx, legal.PreservationYearDuty, "evidence", 3, end)
		})
		if d := w.oneDuty(legal.PreservationYearDuty); !d.Due.Equal(end) || d.Warn != d.Due.AddDate(0, 0, -25) {
			t.Errorf("%+v", d)
		}
	})
}
