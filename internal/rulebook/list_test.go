package rulebook_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/rulebook"
	"fairground/internal/safety"
	"fairground/internal/value"
)

func (w *world) list(name string, kind rulebook.ListKind, lines ...string) {
	w.Helper()
	_, err := w.book.MakeList(w.ctx(), w.actor(), rulebook.List{Name: name, Kind: kind, About: "for a test"})
	w.ok(err)
	w.add(name, strings.Join(lines, "\n"), time.Time{})
}

func (w *world) add(name, text string, expires time.Time) rulebook.Added {
	w.Helper()
	added, err := w.book.AddEntries(w.ctx(), w.actor(), name, rulebook.Entering{Text: text, Reason: "known from elsewhere", Expires: expires})
	w.ok(err)
	return added
}

func TestListsCompareAsPeopleMeanIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.list("numbers", rulebook.PhoneList, "+41 44 668 18 00", "0049 30 901820")
		w.list("addresses", rulebook.MailList, "Desk@Example.org")
		w.list("hosts", rulebook.LinkList, "https://www.example.net/path?x=1")
		w.list("accounts", rulebook.AccountList, w.vera.Text("acc"))
		w.list("phrases", rulebook.TextList, "Töpfer Ware")
		for _, test := range []struct {
			list, text string
			want       bool
		}{
			{"numbers", "+41446681800", true}, {"numbers", "+41446681801", false}, {"numbers", "+4930901820", true},
			{"addresses", "desk@example.org", true}, {"addresses", "DESK@example.org", true}, {"addresses", "esk@example.org", false},
			{"hosts", "example.net", true}, {"hosts", "shop.example.net", true}, {"hosts", "www.example.net", true}, {"hosts", "badexample.net", false}, {"hosts", "net", false},
			{"accounts", w.vera.String(), true}, {"accounts", w.sam.String(), false},
			{"phrases", "töpfer ware", true}, {"phrases", "TOPFER  WARE", true}, {"phrases", "ware", false}, {"phrases", "", false},
		} {
			if got, err := w.book.In(test.list, test.text); got != test.want || err != nil {
				t.Errorf("%q in %s: %v, %v", test.text, test.list, got, err)
			}
		}
		if _, err := w.book.In("nowhere", "x"); err == nil {
			t.Error("a list that does not exist answers")
		}
	})
}

func TestImportTellsWhatItCannotRead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.list("hosts", rulebook.LinkList, "old.example.org")
		added := w.add("hosts", "host;reason;until\none.example.org;sold what was never sent;2026-12-24\nnot a host\n\"two.example.org\"\nTWO.example.org\nold.example.org;known\nthree.example.org;x;24.12.2026", time.Time{})
		if added.New != 2 || added.Known != 1 || added.Skipped != 2 || added.Refused[0] != "not a host" {
			t.Errorf("added %+v", added)
		}
		w.read(func(tx *db.Tx) error {
			l, err := rulebook.FindList(tx, "hosts")
			w.ok(err)
			all, err := rulebook.Entries(tx, l.ID, "NEVER SENT", 10)
			if len(all) != 1 || all[0].Shown != "one.example.org" || all[0].Author != w.actor().String() || !all[0].Expires.Equal(time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC)) {
				t.Errorf("found %+v", all)
			}
			if none, err := rulebook.Entries(tx, l.ID, "%", 10); len(none) != 0 || err != nil {
				t.Errorf("a per cent sign finds %d entries, %v", len(none), err)
			}
			return err
		})
		for name, text := range map[string]string{"nothing": " \n", "broken": "\"a\nb"} {
			if added, err := w.book.AddEntries(w.ctx(), w.actor(), "hosts", rulebook.Entering{Text: text, Reason: "x"}); err == nil && added.Skipped == 0 {
				t.Errorf("%s: added %+v", name, added)
			}
		}
		var many strings.Builder
		for i := range 20_001 {
			fmt.Fprintf(&many, "h%d.example.org\n", i)
		}
		if _, err := w.book.AddEntries(w.ctx(), w.actor(), "hosts", rulebook.Entering{Text: many.String(), Reason: "x"}); value.KindOf(err) != value.Invalid {
			t.Errorf("too many at once: %v", err)
		}
	})
}

func TestEntriesAndLabelsEndByTheClock(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		end := w.clock.Now().Add(time.Hour)
		w.list("numbers", rulebook.PhoneList, "+41446681811")
		w.add("numbers", "+41446681800", end)
		w.ok(w.book.AddLabel(w.ctx(), w.actor(), "author", w.vera.Text("acc"), "trusted", "met at the counter", end))
		w.ok(w.book.AddLabel(w.ctx(), w.actor(), "phone", "+41 44 668 18 00", "asked_to_stop", "by letter", time.Time{}))
		has := func(entity, text, name string) bool {
			got, err := w.book.Has(entity, []string{"other", w.gate.Key(entity, text)}, name)
			w.ok(err)
			return got
		}
		in := func(text string) bool {
			got, err := w.book.In("numbers", text)
			w.ok(err)
			return got
		}
		if !in("+41446681800") || !has("author", w.vera.String(), "trusted") || !has("phone", "+41446681800", "asked_to_stop") || has("phone", "+41446681800", "trusted") {
			t.Error("before the end something is not there")
		}
		w.clock.pass(2 * time.Hour)
		if in("+41446681800") || !in("+41446681811") || has("author", w.vera.String(), "trusted") || !has("phone", "+41446681800", "asked_to_stop") {
			t.Error("after the end something is still there, or too much is gone")
		}
		w.ok(w.book.RemoveLabel(w.ctx(), w.actor(), "phone", w.gate.Key("phone", "+41446681800"), "asked_to_stop"))
		if has("phone", "+41446681800", "asked_to_stop") {
			t.Error("a label that was taken away is there")
		}
		w.read(func(tx *db.Tx) error {
			all, err := rulebook.EntityLabels(tx, 10)
			for _, l := range all {
				if strings.Contains(l.Value, "668") {
					t.Errorf("the number itself is stored: %q", l.Value)
				}
			}
			return err
		})
	})
}

func TestWordsAreFoundThroughDisguiseUntilTheyEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.list("bad_words", rulebook.WordList, "zeppelin", "airship tour|tours")
		w.add("bad_words", "balloon", w.clock.Now().Add(time.Hour))
		d := deposit()
		d.Name, d.When, d.Fires, d.Passes = "site/flights", "terms.bad_words > 0", "A zeppelin\n\nairship tours", "A bicycle"
		w.save(d, 0)
		if got := w.screen(w.gate, "Flight", "A z e p p e l i n over the lake").Verdict; got != safety.Hold {
			t.Errorf("a disguised word is %s", got)
		}
		if got := w.screen(w.gate, "Flight", "A balloon over the lake").Verdict; got != safety.Hold {
			t.Errorf("before its end a word is %s", got)
		}
		w.clock.pass(2 * time.Hour)
		w.ok(w.book.Fresh(w.ctx()))
		if got := w.screen(w.gate, "Flight", "A balloon over the lake").Verdict; got != safety.Allow {
			t.Errorf("after its end a word is %s", got)
		}
		if err := w.book.RemoveEntry(w.ctx(), w.actor(), "bad_words", "zeppelin"); value.KindOf(err) != value.Invalid {
			t.Errorf("a word that a rule's example needs goes: %v", err)
		}
		if err := w.book.DropList(w.ctx(), w.actor(), "bad_words"); err == nil {
			t.Error("a list that a rule reads is dropped")
		}
		if _, err := w.book.AddEntries(w.ctx(), w.actor(), "bad_words", rulebook.Entering{Text: "one two three four five six seven eight nine", Reason: "x"}); err == nil {
			t.Error("a term of nine words is taken")
		}
	})
}

func TestAListInUseStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.list("hosts", rulebook.LinkList, "example.net")
		d := deposit()
		d.Name, d.When, d.Fires, d.Passes = "site/hosts", "in_list('hosts', links)", "list hosts: example.net\nSee example.net", "See other.example.org"
		w.save(d, 0)
		if got := w.screen(w.gate, "Table", "More at shop.example.net").Verdict; got != safety.Hold {
			t.Errorf("a host below a listed one is %s", got)
		}
		if err := w.book.DropList(w.ctx(), w.actor(), "hosts"); value.KindOf(err) != value.Conflict {
			t.Errorf("dropping it: %v", err)
		}
		d.When = "links.size() > 3"
		d.Mode, d.Outcome, d.Fires, d.Passes = safety.Shadow, safety.Label, "", ""
		w.save(d, 1)
		w.ok(w.book.DropList(w.ctx(), w.actor(), "hosts"))
		if _, err := w.book.In("hosts", "example.net"); err == nil {
			t.Error("a dropped list answers")
		}
	})
}
