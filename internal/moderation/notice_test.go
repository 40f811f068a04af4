package moderation_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"fairground/internal/db"
	"fairground/internal/moderation"
	"fairground/internal/value"
)

func TestANoticeIsStoredAndItsCodeFindsIt(t *testing.T) {
	eachWorld(t, func(w *world) {
		filed := w.file(aNotice())
		if !regexp.MustCompile(`^([A-Z2-7]{5}-){3}[A-Z2-7]{5}$`).MatchString(filed.Code) || filed.State != moderation.Open || filed.ID == 0 {
			w.Errorf("%+v", filed)
		}
		w.read(func(tx *db.Tx) error {
			found, err := moderation.FindNoticeByCode(tx, filed.Code)
			if err != nil || found.ID != filed.ID || found.Explanation != filed.Explanation || found.Email != filed.Email || found.Locale != "de" {
				w.Errorf("%v %+v", err, found)
			}
			return nil
		})
	})
}

// The person reported must not learn who reported: history is seen by more people than a notice.
func TestTheLogDoesNotNameWhoReported(t *testing.T) {
	eachWorld(t, func(w *world) {
		filed := w.file(aNotice())
		rows := w.log()
		if len(rows) != 1 || rows[0].Record != filed.ID || rows[0].Action != "notice.file" {
			w.Fatalf("%+v", rows)
		}
		for _, secret := range []string{"Ines", "ines@example.org", filed.Code, "deposit"} {
			if strings.Contains(rows[0].Diff, secret) {
				w.Errorf("%q is in the log: %s", secret, rows[0].Diff)
			}
		}
	})
}

func TestNoticesThatSayTooLittleOrTooMuch(t *testing.T) {
	eachWorld(t, func(w *world) {
		for name, test := range map[string]struct {
			change func(n *moderation.Notice)
			field  string
		}{
			"no ground":        {func(n *moderation.Notice) { n.Ground = "" }, "ground"},
			"an unknown one":   {func(n *moderation.Notice) { n.Ground = "dislike" }, "ground"},
			"too short":        {func(n *moderation.Notice) { n.Explanation = "  bad  \n\n\x00\x01\x02\x03\x04\x05" }, "explanation"},
			"too long":         {func(n *moderation.Notice) { n.Explanation = strings.Repeat("ä", 4001) }, "explanation"},
			"a long name":      {func(n *moderation.Notice) { n.Name = strings.Repeat("n", 121) }, "name"},
			"no address":       {func(n *moderation.Notice) { n.Email = "not an address" }, "email"},
			"about nothing":    {func(n *moderation.Notice) { n.Record = 0 }, ""},
			"of no known kind": {func(n *moderation.Notice) { n.Object = "" }, ""},
		} {
			n := aNotice()
			test.change(&n)
			_, err := w.desk.File(context.Background(), visitor, n)
			if known := (*value.Error)(nil); !asError(err, &known) || known.Kind != value.Invalid || known.Field != test.field {
				w.Errorf("%s: %v", name, err)
			}
		}
		n := aNotice()
		n.Explanation, n.Name, n.Email = strings.Repeat("ä", 4000)+"\x00\xff"[:1], "A\x00\nB", ""
		if filed := w.file(n); filed.Name != "A B" || strings.ContainsRune(filed.Explanation, 0) {
			w.Errorf("name %q", filed.Name)
		}
		if rows := w.log(); len(rows) != 1 {
			w.Errorf("%d entries in the log, want that of the one that was taken", len(rows))
		}
	})
}

func TestCodesThatAreNone(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.file(aNotice())
		for _, code := range []string{"", "a\x00b", "\xff", "AAAAA-AAAAA-AAAAA-AAAAA", "%", "' or 1=1 --"} {
			err := w.db.Read(context.Background(), func(tx *db.Tx) error {
				_, err := moderation.FindNoticeByCode(tx, code)
				return err
			})
			if value.KindOf(err) != value.NotFound {
				w.Errorf("%q: %v", code, err)
			}
		}
	})
}

func TestCodesDiffer(t *testing.T) {
	eachWorld(t, func(w *world) {
		var group sync.WaitGroup
		var mu sync.Mutex
		codes := make(map[string]bool)
		for n := range 40 {
			group.Go(func() {
				one := aNotice()
				one.Explanation = fmt.Sprintf("This is report number %d.", n)
				filed, err := w.desk.File(context.Background(), visitor, one)
				if err != nil {
					w.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				codes[filed.Code] = true
			})
		}
		group.Wait()
		if len(codes) != 40 {
			w.Errorf("%d codes of 40", len(codes))
		}
	})
}

func TestListsOfNotices(t *testing.T) {
	eachWorld(t, func(w *world) {
		var ids []value.ID
		for range 3 {
			ids = append(ids, w.file(aNotice()).ID)
		}
		for _, id := range ids[:2] {
			w.answer(id, moderation.Keep)
		}
		w.read(func(tx *db.Tx) error {
			open, err := moderation.Notices(tx, moderation.Open, -1)
			if err != nil || len(open) != 1 || open[0].ID != ids[2] {
				w.Errorf("%v open %v", err, open)
			}
			answered, err := moderation.Notices(tx, moderation.Answered, 10)
			if err != nil || len(answered) != 2 || answered[0].ID != ids[1] || answered[0].Answered.IsZero() {
				w.Errorf("%v answered %v", err, answered)
			}
			n, err := moderation.CountNotices(tx)
			if n != 1 {
				w.Errorf("%d open", n)
			}
			return err
		})
	})
}

func (w *world) answer(id value.ID, outcome moderation.Outcome) {
	w.Helper()
	made := moderation.Decision{Outcome: outcome, Ground: moderation.Scam, Reason: "looked at it"}
	if err := w.desk.Answer(context.Background(), staff, id, made, "Thank you, we looked at it."); err != nil {
		w.Fatal(err)
	}
}
