package message_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/message"
	"fairground/internal/value"
)

const away = "Lovely. Please pay the deposit in advance, then I send it to you."

func (w *world) young(id value.ID, days int) {
	w.person(id, func(p *message.Person) {
		p.Age_days, p.Joined, p.Phone = days, w.clock.Now().Add(-time.Duration(days)*24*time.Hour), false
	})
}

// codes are those of the notes beside messages of an account, oldest note first.
func (w *world) codes(about value.ID) (all []string) {
	w.Helper()
	w.read(func(tx *db.Tx) error {
		notes, err := message.NotesAbout(tx, about)
		slices.Reverse(notes)
		for _, n := range notes {
			var codes []string
			for _, r := range n.Reasons {
				codes = append(codes, r.Code)
			}
			all = append(all, strings.Join(codes, " "))
		}
		return err
	})
	return all
}

// A note states facts, to its reader alone, and can be put away; the sender sees nothing of it.
func TestANoteSaysWhy(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.young(w.ines, 2)
		for _, l := range w.offerMore(3, w.own) {
			w.start(w.ines, l, away)
		}
		c := w.start(w.ines, w.lamp, away)
		w.get(w.aya, c.Href()).want(200, "Before you answer", "This account is 2 days old.", "Money sent like that is seldom seen again", "3 others were sent the same words within a day.",
			"No telephone number of this account is proven.", `/safety/notes#copies`, "Do not pay before you have met", "/report").lacks("fraudster", "reported")
		w.get(w.ines, c.Href()).want(200).lacks("Before you answer", "days old", "Why do I see this")
		if n := strings.Count(w.get(w.aya, c.Href()).body, "Money sent like that"); n != 1 {
			t.Errorf("the warning stands %d times", n)
		}
		if page := w.get(w.mina, c.Href()); page.status != 404 {
			t.Errorf("a stranger reads it: %d", page.status)
		}

		w.send(w.ines, c, "Please pay the deposit first.") // nothing new in it
		if notes := w.codes(w.ines); len(notes) != 4 {
			t.Errorf("notes: %q", notes)
		}
		told := len(w.market.to(w.ines))
		w.post(w.ines, c.Href()+"/dismiss").want(303) // the other side's note stays
		w.get(w.aya, c.Href()).want(200, "Before you answer")
		w.post(w.mina, c.Href()+"/dismiss").want(404)
		w.post(w.aya, c.Href()+"/dismiss").want(303)
		w.get(w.aya, c.Href()).want(200).lacks("Before you answer")
		w.get(w.aya, c.Href()).want(200, "Money sent like that") // the warning stays where it was
		w.send(w.ines, c, "Or see www.example.com, and call 044 668 18 00.")
		w.get(w.aya, c.Href()).want(200, "Before you answer", "leads away from this site")
		if len(w.market.to(w.ines)) != told {
			t.Error("the sender was told")
		}
	})
}

// The same conduct gives the same note, and who has a history here is not doubted for a word.
func TestNotesFollowFromConduct(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		offered := w.offerMore(30, w.shop)
		for i, c := range []struct {
			name  string
			days  int
			words string
			want  string // codes; empty: no note
		}{
			{"somebody known asks", 400, "Is it still available?", ""},
			{"somebody known writes a number", 400, "Call 044 668 18 00.", ""},
			{"somebody very new writes first", 3, "Is it still available, and could I come on Saturday?", "new unproven"},
			{"somebody a little new writes first", 9, "Hello, may I see it?", ""},
			{"a new account leads away", 9, "Write to me at anna@example.com.", "new mail unproven"},
			{"somebody known asks for money ahead", 400, away, "payment unproven"},
			{"somebody known refuses money ahead", 400, "I never pay in advance.", ""},
		} {
			w.young(w.ines, c.days)
			before := len(w.codes(w.ines))
			w.start(w.ines, offered[i], c.words)
			got := strings.Join(w.codes(w.ines)[before:], "; ")
			if got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
		w.young(w.ines, 400)
		for i := range 16 {
			w.start(w.ines, offered[10+i], fmt.Sprintf("Is number %d there?", i))
		}
		if all := w.codes(w.ines); all[len(all)-1] != "many unproven" {
			t.Errorf("many conversations: %q", all)
		}
	})
}

// What a rule pointed at is said to be that; what staff released after a look is not.
func TestARuleThatPointsIsNamed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.elio, w.lamp, "Is the lamp there?")
		m := w.send(w.elio, c, doubtful)
		if len(w.codes(w.elio)) != 0 {
			t.Fatal("a note stands beside what was not delivered")
		}
		released, err := w.decideHeld(m, true, "a joke between friends")
		if err != nil || !released {
			t.Fatal(err)
		}
		if all := w.codes(w.elio); len(all) != 1 || all[0] != "payment" {
			t.Errorf("released: %q", all)
		}
	})
}

// Staff take a wrong note away, and an erased account takes its name with it.
func TestNotesAreWithdrawnAndUnnamed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.young(w.ines, 2)
		c := w.start(w.ines, w.lamp, away)
		var notes []message.Note
		w.read(func(tx *db.Tx) (err error) { notes, err = message.NotesAbout(tx, w.ines); return err })
		if len(notes) != 1 || notes[0].Conversation != 0 || notes[0].Message != 0 {
			t.Fatalf("the account sees %+v", notes)
		}
		staff := value.Actor{Kind: value.Staff, ID: w.staff}
		for range 2 {
			w.ok(w.write(staff, func(tx *db.Tx) error {
				tx.Log(db.Change{Object: "test", Record: 1})
				return message.WithdrawNote(tx, notes[0].ID)
			}))
		}
		w.get(w.aya, c.Href()).want(200).lacks("Before you answer")
		exported := map[string]any{}
		w.read(func(tx *db.Tx) error {
			return message.Estate{}.Export(tx, w.ines, func(name string, rows any) error { exported[name] = rows; return nil })
		})
		if said := fmt.Sprint(exported["safety_notes"]); !strings.Contains(said, "payment") || strings.Contains(said, c.ID.Text("cnv")) {
			t.Errorf("exported: %s", said)
		}
		w.ok(w.write(member(w.ines), func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "test", Record: 1})
			return message.Estate{}.Erase(tx, w.ines, func(_, _, _ string) {})
		}))
		if len(w.codes(w.ines)) != 0 {
			t.Error("the note names an erased account")
		}
	})
}

// Every reason has its explanation, for everybody, in both languages.
func TestReasonsAreExplained(t *testing.T) {
	w := newWorld(t, db.SQLite)
	for language, words := range map[string]string{"en": "No score lies behind it", "de": "Kein Punktestand steckt dahinter"} {
		page := w.get(0, "/safety/notes", "Accept-Language", language).want(200, words).lacks("message.note")
		for _, code := range message.Reasons {
			page.want(200, `id="`+code+`"`)
		}
	}
}
