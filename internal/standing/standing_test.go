package standing_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/site/sitetest"
	"fairground/internal/standing"
	"fairground/internal/value"
)

const wrong = "Both listings were of my own flat, and I asked for nothing ahead."

// A member sees everything that is held, in words, and where each line is contested; who reported is nowhere.
func TestWhatStandsAboutMe(t *testing.T) {
	each(t, func(w *world) {
		out := w.ask(anna, "/account/standing", "en")
		said := w.shows(out, 200, "What stands about me", "Here since", "E-mail confirmed in", "Phone not confirmed", "3 finished deals", "2 reviews", "within 3 hours", "1 listing now",
			"Flat by the lake", "We have taken it off the site.", "/statement/AAAAA", "/appeal/AAAAA", "Taken back", "On your account: watch", "Two listings asked for a deposit.",
			"until Dec 12, 2026", "You can post 10 listings", "The same for everybody", "You can report in the lane for people in danger only", "For you alone", "Attic room",
			"Talk of paying ahead", "A decision treated 4 listings as one group", "A copy is sealed", "There is no score", "Who reported something to us")
		w.lacks(said, "staff:7", "Sam", reporter, "standing.")
		if out.Header().Get("Cache-Control") != "no-store" {
			w.Error("the page may be kept")
		}
		w.shows(w.ask(anna, "/account/standing", "de"), 200, "Was über mich steht", "Telefon nicht bestätigt", "Das stimmt nicht")
		bens := w.shows(w.ask(ben, "/account/standing", "en"), 200, "New here, since Nov 20, 2026", "Nothing.")
		w.lacks(bens, "Flat by the lake", "watch", "Attic room")
		if out := w.ask(0, "/account/standing", "en"); out.Code == 200 {
			w.Error("a visitor has a page")
		}
	})
}

// A contest goes to the desk and is answered by somebody else; what was wrong is put right with the answer.
func TestAContestIsAnsweredByAnother(t *testing.T) {
	each(t, func(w *world) {
		const about = "/account/standing/contest?about=label%3Aauthor+watch+31"
		w.shows(w.ask(anna, about, "en"), 200, "On your account: watch", "Two listings asked for a deposit.", `name="text"`)
		w.shows(w.ask(anna, about, "en", "text", "short"), 422, "short", "in 10 to 4,000 characters")
		w.shows(w.ask(anna, about, "en", "text", wrong), 303)
		w.shows(w.ask(anna, about, "en", "text", wrong), 409, "contested this already", wrong)
		if len(w.rooms.cases) != 1 || w.rooms.cases[0].DecidedBy != "staff:7" || w.rooms.cases[0].Account != anna {
			w.Fatalf("the desk has %+v", w.rooms.cases)
		}
		c := w.rooms.cases[0]
		w.shows(w.ask(anna, "/account/standing", "en"), 200, "Somebody is looking at it", "Being looked at", wrong)
		w.shows(w.ask(lou, "/console/safety/contests", "en"), 200, "On your account: watch")
		path := standing.HrefOf(c.ID)
		w.shows(w.ask(sam, path, "en"), 200, "You took part in what is contested")
		for _, by := range []value.Actor{staff(sam), staff(anna)} {
			w.kind(w.desk.Answer(w.ctx(), by, c.ID, standing.Corrected, "I say so myself, it is fine."), value.Forbidden)
		}
		w.kind(w.desk.Answer(w.ctx(), value.SystemActor("rules"), c.ID, standing.Stands, "A program answers this one."), value.Forbidden)
		w.kind(w.desk.Answer(w.ctx(), member(anna), c.ID, standing.Corrected, "I answer my own contest."), value.Forbidden)
		w.shows(w.ask(anna, path, "en", "outcome", "corrected", "answer", "I answer my own contest."), 403)
		w.shows(w.ask(lou, path, "en", "outcome", "", "answer", "You are right, we looked."), 422, "You are right, we looked.", `role="alert"`)
		w.shows(w.ask(lou, path, "en"), 200, "Sam", wrong, "takes the label away")
		w.shows(w.ask(lou, path, "en", "outcome", "corrected", "answer", "You are right, we looked at both."), 303)
		w.kind(w.desk.Answer(w.ctx(), staff(lou), c.ID, standing.Stands, "Once more, the other way."), value.Conflict)
		if fmt.Sprint(w.rooms.corrected) != "[label:author watch 31]" {
			w.Errorf("put right: %q", w.rooms.corrected)
		}
		if len(w.rooms.told) != 1 || w.rooms.told[0].To != anna || !strings.Contains(w.rooms.told[0].Words(w.ctx()).Text, "You are right, we looked at both.") {
			w.Errorf("told: %+v", w.rooms.told)
		}
		said := w.shows(w.ask(anna, "/account/standing", "en"), 200, "You were right: put right", "You are right, we looked at both.")
		w.lacks(said, "Lou", "staff:9")
		w.shows(w.ask(lou, "/console/safety/contests?state=answered", "en"), 200, "On your account: watch")
	})
}

// Nobody contests, reads or answers what is another's, and what stands nowhere cannot be contested.
func TestStrangersReachNothing(t *testing.T) {
	each(t, func(w *world) {
		for _, ref := range []string{"label:author watch 31", "note:" + value.ID(55).Text("not"), "listing:" + value.ID(44).Text("lst"), "", "label:", "decision:1", "limit:posts", "../../x"} {
			_, err := w.desk.File(w.ctx(), member(ben), ref, wrong)
			w.kind(err, value.NotFound)
		}
		w.shows(w.ask(ben, "/account/standing/contest?about=label%3Aauthor+watch+31", "en"), 404)
		for _, path := range []string{"/console/safety/contests", "/console/safety/contests/" + value.ID(5).Text("cts")} {
			for _, as := range []value.ID{0, anna} {
				if out := w.ask(as, path, "en"); out.Code == 200 || strings.Contains(out.Body.String(), "contest") && out.Code < 300 {
					w.Errorf("%s as %d: %d", path, as, out.Code)
				}
			}
		}
		w.shows(w.ask(lou, "/console/safety/contests/"+value.ID(5).Text("cts"), "en"), 404)
		c, err := w.desk.File(w.ctx(), member(anna), "limit:reports_limited", wrong)
		w.ok(err)
		w.lacks(w.shows(w.ask(ben, "/account/standing", "en"), 200), wrong)
		w.kind(w.desk.Answer(w.ctx(), staff(lou), c.ID, "upheld", "An outcome that is none."), value.Invalid)
		for _, row := range sitetest.History(w.T, w.Site, standing.Object, c.ID) {
			w.lacks(row.Diff, "own flat", "deposit")
		}
	})
}

// The table itself refuses an answer by whoever decided, by a program, and one without an answerer.
func TestTheTableRefuses(t *testing.T) {
	each(t, func(w *world) {
		c, err := w.desk.File(w.ctx(), member(anna), "label:author watch 31", wrong)
		w.ok(err)
		for _, by := range []any{"staff:7", "system:desk", "member:31", nil} {
			err := w.Site.DB.Maintain(w.ctx(), "test", func(tx *db.Tx) error {
				_, err := tx.Exec(`update contest set state = 'stands', answered_by = $2, answered_us = 1 where id = $1`, int64(c.ID), by)
				return err
			})
			if err == nil {
				w.Errorf("%v answered", by)
			}
		}
	})
}

// Somebody who contests everything at once waits, and the same line at the same moment is one contest.
func TestContestsAreBounded(t *testing.T) {
	each(t, func(w *world) {
		held := annas()
		for i := range 30 {
			held.Notes = append(held.Notes, standing.Note{ID: value.ID(1000 + i), Reasons: []string{"The account is new"}, Made: now})
		}
		w.rooms.held[anna] = held
		var last error
		for i := range 25 {
			_, last = w.desk.File(w.ctx(), member(anna), "note:"+value.ID(1000+i).Text("not"), wrong)
		}
		w.kind(last, value.Limited)
		w.rooms.held[ben] = held
		done := make(chan error)
		for range 6 {
			go func() {
				_, err := w.desk.File(w.ctx(), member(ben), "limit:reports_limited", wrong)
				done <- err
			}()
		}
		filed := 0
		for range 6 {
			if err := <-done; err == nil {
				filed++
			}
		}
		if filed != 1 {
			w.Errorf("%d contests", filed)
		}
	})
}

// What is held goes along, without staff and reporters, and is erased with its member.
func TestItIsTakenAlongAndErased(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.desk.File(w.ctx(), member(anna), "label:author watch 31", wrong)
		w.ok(err)
		estate := standing.Estate{Desk: w.desk}
		var all bytes.Buffer
		w.ok(w.Site.DB.Read(w.ctx(), func(tx *db.Tx) error {
			return estate.Export(tx, anna, func(_ string, rows any) error { return json.NewEncoder(&all).Encode(rows) })
		}))
		for _, want := range []string{"On your account: watch", "Flat by the lake", "/statement/AAAAA", wrong, "Talk of paying ahead"} {
			if !strings.Contains(all.String(), want) {
				w.Errorf("no %q in the export", want)
			}
		}
		w.lacks(all.String(), "staff:", reporter)
		w.ok(w.Site.DB.Write(w.ctx(), member(anna), "test", func(tx *db.Tx) error { return estate.Erase(tx, anna, nil) }))
		w.ok(w.Site.DB.Read(w.ctx(), func(tx *db.Tx) error {
			left, err := standing.By(tx, anna)
			if len(left) > 0 {
				w.Errorf("%d contests are left", len(left))
			}
			return err
		}))
	})
}

// The facts say plainly who is new, what is proven and what is not, and never more.
func TestFactsInWords(t *testing.T) {
	w := newWorld(t, db.SQLite)
	ago := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	for name, c := range map[string]struct {
		facts standing.Facts
		want  []string
		lacks []string
	}{
		"new":            {standing.Facts{Staffed: true, Joined: ago(2), Mail: ago(2)}, []string{"New here, since Nov 20, 2026", "E-mail confirmed in November 2026", "Phone not confirmed", "No finished deals yet"}, []string{"Here since", "listings"}},
		"shop":           {standing.Facts{Business: true, Sells: true, Staffed: true, Joined: ago(900), Mail: ago(800), Phone: ago(700), Checked: ago(600), Trades: 5000, Reviews: 1, Offers: 12, Answers: standing.Answering{Asked: 9, Typical: 50 * time.Hour}}, []string{"Here since", "Phone confirmed in", "Business papers checked by the site in", "1,000 finished deals or more", "1 review", "within 3 days", "12 listings now"}, []string{"New here", "not confirmed"}},
		"shop unchecked": {standing.Facts{Business: true, Sells: true, Joined: ago(90)}, []string{"Business register, VAT and account number not checked", "Too few questions yet", "No listings now"}, []string{"E-mail", "Phone"}},
	} {
		var whole, brief, head bytes.Buffer
		w.ok(standing.Whole{Facts: c.facts, At: now}.Render(w.ctx(), &whole))
		w.ok(standing.Brief{Facts: c.facts, At: now}.Render(w.ctx(), &brief))
		w.ok(standing.Head{Facts: c.facts, At: now}.Render(w.ctx(), &head))
		for _, want := range c.want {
			if !strings.Contains(whole.String(), want) || !strings.Contains(head.String(), want) {
				t.Errorf("%s: no %q in %s", name, want, whole.String())
			}
		}
		w.lacks(whole.String()+brief.String()+head.String(), append(c.lacks, "standing.", "@", "+41")...)
		if brief.Len() > 4000 {
			t.Errorf("%s: the brief facts weigh %d bytes", name, brief.Len())
		}
	}
	w.shows(w.ask(0, "/safety/facts", "en"), 200, `id="phone"`, "not who they are", "There is no score")
}
