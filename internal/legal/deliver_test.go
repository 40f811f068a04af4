package legal_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/legal"
	"fairground/internal/value"
)

// database is the Transparency Database in small: it takes a batch whole or not at all.
type database struct {
	taken  map[string]bool
	spoilt map[string]bool // puids it finds a fault with
	calls  int
	sizes  []int
	down   bool
	odd    string // answers 422 with this
	token  string // that it takes; "secret" when empty
}

func (b *database) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.calls++
	body, _ := io.ReadAll(r.Body)
	var batch struct{ Statements []legal.Record }
	switch err := json.Unmarshal(body, &batch); {
	case b.down:
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	case r.Header.Get("Authorization") != "Bearer "+cmp.Or(b.token, "secret"):
		http.Error(w, "who?", http.StatusUnauthorized)
		return
	case err != nil || len(batch.Statements) == 0 || len(batch.Statements) > 100:
		http.Error(w, "what?", http.StatusBadRequest)
		return
	case b.odd != "":
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, b.odd)
		return
	}
	b.sizes = append(b.sizes, len(batch.Statements))
	faults, known := map[string]any{}, []string{}
	for i, s := range batch.Statements {
		if b.spoilt[s.PUID] {
			faults[fmt.Sprintf("statement_%d", i)] = map[string][]string{"category": {"The selected category is invalid."}}
		}
		if b.taken[s.PUID] {
			known = append(known, s.PUID)
		}
	}
	switch {
	case len(faults) > 0:
		w.WriteHeader(http.StatusUnprocessableEntity)
		_ = json.NewEncoder(w).Encode(map[string]any{"errors": faults})
	case len(known) > 0:
		w.WriteHeader(http.StatusUnprocessableEntity)
		_ = json.NewEncoder(w).Encode(map[string]any{"message": "not unique", "errors": map[string]any{"puid": []string{"not unique"}, "existing_puids": known}})
	default:
		for _, s := range batch.Statements {
			b.taken[s.PUID] = true
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"statements":[]}`)
	}
}

func (w *world) connect() *database {
	w.Helper()
	b := &database{taken: map[string]bool{}, spoilt: map[string]bool{}}
	server := httptest.NewServer(b)
	w.Cleanup(server.Close)
	w.desk.Connector = &legal.API{URL: server.URL, Token: "secret", Client: server.Client()}
	return b
}

func (w *world) states(n int) { w.Helper(); w.statesFrom(0, n) }

// statesFrom makes n statements of the decisions after a number.
func (w *world) statesFrom(after, n int) {
	w.Helper()
	w.desk.Post = nil
	w.write(func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "decision"})
		for i := range n {
			if err := w.desk.State(tx, aDecision(value.ID(after+i+1)), anAuthor("en")); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *world) puid(decision int) string { return fmt.Sprintf("%s-%d", w.Site.Slug, decision) }

func (w *world) deliver() (int, error) { return w.desk.Deliver(context.Background()) }

func (w *world) delivery(decision value.ID) (s legal.Statement) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		s, err = legal.FindByDecision(tx, decision)
		return err
	})
	return s
}

func TestRecordsGoInBatches(t *testing.T) {
	each(t, func(w *world) {
		b := w.connect()
		w.states(230)
		if n, err := w.deliver(); n != 230 || err != nil || fmt.Sprint(b.sizes) != "[100 100 30]" {
			w.Errorf("%d sent in %v: %v", n, b.sizes, err)
		}
		if n, err := w.deliver(); n != 0 || err != nil || b.calls != 3 {
			w.Errorf("sent again: %d, %v", n, err)
		}
		if s := w.delivery(7); s.Delivery != legal.Sent || s.Moved.IsZero() {
			w.Errorf("%+v", s)
		}
	})
}

func TestARefusedRecordIsPutAside(t *testing.T) {
	each(t, func(w *world) {
		b := w.connect()
		w.states(5)
		b.spoilt[w.puid(2)], b.spoilt[w.puid(4)] = true, true
		if n, err := w.deliver(); n != 3 || err != nil || len(b.taken) != 3 {
			w.Errorf("%d sent, %d taken: %v", n, len(b.taken), err)
		}
		if s := w.delivery(4); s.Delivery != legal.Refused || s.Reason != "category: The selected category is invalid." {
			w.Errorf("%s: %s", s.Delivery, s.Reason)
		}
		clear(b.spoilt)
		w.write(func(tx *db.Tx) error {
			n, err := legal.Retry(tx)
			if n != 2 {
				w.Errorf("%d wait again", n)
			}
			return err
		})
		if n, err := w.deliver(); n != 2 || err != nil || len(b.taken) != 5 {
			w.Errorf("%d sent in the end: %v", n, err)
		}
	})
}

func TestAnAnswerThatGotLostIsNoSecondRecord(t *testing.T) {
	each(t, func(w *world) {
		b := w.connect()
		w.states(3)
		b.taken[w.puid(1)] = true
		if n, err := w.deliver(); n != 3 || err != nil || len(b.taken) != 3 {
			w.Errorf("%d sent: %v", n, err)
		}
	})
}

func TestWhatIsNotUnderstoodIsSentLater(t *testing.T) {
	each(t, func(w *world) {
		b := w.connect()
		w.states(2)
		b.down = true
		if _, err := w.deliver(); err == nil || b.calls != 1 {
			w.Errorf("after %d calls: %v", b.calls, err)
		}
		b.down = false
		for _, odd := range []string{"<html>", `{"message":"no"}`, `{"errors":{"statement_x":{}}}`, `{"errors":{"existing_puids":7}}`, `{"errors":{"statement_99":{"puid":["odd"]}}}`} {
			b.odd, b.calls = odd, 0
			if _, err := w.deliver(); err == nil || b.calls != 1 {
				w.Errorf("%s: %d calls, %v", odd, b.calls, err)
			}
		}
		b.odd = ""
		if n, err := w.deliver(); n != 2 || err != nil {
			w.Errorf("%d sent: %v", n, err)
		}
	})
}

func TestOurOwnCheckComesFirst(t *testing.T) {
	each(t, func(w *world) {
		b := w.connect()
		w.states(1)
		w.write(func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "statement"})
			_, err := tx.Exec("update statement set dsa = replace(dsa, 'SOURCE_ARTICLE_16', 'SOURCE_NOBODY'), dsa_state = 'refused', dsa_reason = 'source_type'")
			return err
		})
		w.write(func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "test"})
			n, err := legal.Retry(tx)
			if n != 0 {
				w.Error("an invalid record waits again")
			}
			return err
		})
		if n, err := w.deliver(); n != 0 || err != nil || b.calls != 0 {
			w.Errorf("it was sent: %d %v", n, err)
		}
	})
}

func TestBatchesForUploadByHand(t *testing.T) {
	each(t, func(w *world) {
		w.states(120)
		if n, err := w.deliver(); n != 0 || err != nil {
			w.Errorf("without a connector: %d %v", n, err)
		}
		var batch []legal.Statement
		w.read(func(tx *db.Tx) (err error) {
			batch, err = legal.Batch(tx, 0)
			return err
		})
		whole, err := legal.JSON(batch)
		var read struct{ Statements []legal.Record }
		if err = errors.Join(err, json.Unmarshal(whole, &read)); err != nil || len(read.Statements) != 100 || legal.Invalid(read.Statements) != 0 {
			w.Errorf("%d records: %v", len(read.Statements), err)
		}
		if lines := strings.Split(strings.TrimSpace(string(legal.NDJSON(batch))), "\n"); len(lines) != 100 {
			w.Errorf("%d lines", len(lines))
		}
		w.write(func(tx *db.Tx) error {
			n, err := legal.MarkSent(tx, batch[99].ID)
			if n != 100 {
				w.Errorf("%d marked", n)
			}
			return err
		})
		w.read(func(tx *db.Tx) (err error) {
			if batch, err = legal.Batch(tx, 0); len(batch) != 20 {
				w.Errorf("%d left", len(batch))
			}
			return err
		})
	})
}

func TestFigures(t *testing.T) {
	each(t, func(w *world) {
		for i, at := range []int{-45, -1, 0, 0} { // days
			w.clock.pass(time.Duration(at) * oneDay)
			d := aDecision(value.ID(i + 1))
			d.Since = w.clock.Now().Add(-time.Duration(i+1) * time.Hour)
			if i > 1 {
				d.Measure, d.Rule, d.Notice, d.Automatic = legal.Refuse, "rule-1", 0, i == 3
			}
			w.state(d, anAuthor("en"))
			w.clock.pass(time.Duration(-at) * oneDay)
		}
		w.write(func(tx *db.Tx) error { return w.desk.Revoke(tx, 2, "") })
		w.read(func(tx *db.Tx) error {
			months, figures, err := legal.Months(tx, w.clock.Now(), time.UTC)
			last, before := months[11], months[10]
			if len(months) != 12 || last.All != 3 || last.Automatic != 1 || last.Detected != 2 || last.Reversed != 1 || last.Median != 3*time.Hour {
				w.Errorf("this month: %+v", last)
			}
			if before.All != 0 || months[9].All != 1 || last.Measures[legal.Refuse] != 2 || last.Sources[legal.FromNotice] != 1 || last.Share(1) != 1.0/3 {
				w.Errorf("by part: %+v", months)
			}
			var text strings.Builder
			if werr := legal.WriteCSV(&text, months, figures); werr != nil || strings.Count(text.String(), "\n") != 4 {
				w.Errorf("%v:\n%s", werr, text.String())
			}
			return err
		})
	})
}
