package profile

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/value"
)

func private(name string) Content {
	return Content{Name: name, About: "I mend bicycles in the evening.", Town: "Pully", Languages: []value.Locale{"fr", "en"}}
}

func TestWhatIsClearedIsShownAndNamesTheSeller(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.mustSave(0, private("Mina R."))
		if p.State != Clear || !p.Visible(w.desk.Gate) {
			t.Fatalf("the profile is %s", p.State)
		}
		s := w.shown(p.Seller)
		if !s.HasProfile || s.DisplayName() != "Mina R." || s.Seller.Name != "Mina R." || s.Seller.Town != "Pully" || s.About == "" {
			t.Errorf("shown: %+v", s)
		}
		again := w.mustSave(1, private("Mina Rossi"))
		if again.Rev != 2 || w.shown(p.Seller).Seller.Name != "Mina Rossi" {
			t.Errorf("after renaming: %+v", w.shown(p.Seller))
		}
		if p, err := w.saveMine(1, private("Mina Rossi")); err != nil || p.Rev != 2 { // the form sent twice
			t.Errorf("sent twice: rev %d, %v", p.Rev, err)
		}
		if _, err := w.saveMine(1, private("Mina")); value.KindOf(err) != value.Conflict {
			t.Errorf("an old revision: %v", err)
		}
	})
}

func TestWhatIsHeldLeavesTheOldOnePublic(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.mustSave(0, private("Mina R."))
		held := private("Depot of Mina")
		held.About = "I sell " + heldWords + "."
		p = w.mustSave(1, held)
		if p.State != Held {
			t.Fatalf("the profile is %s", p.State)
		}
		if s := w.shown(p.Seller); s.DisplayName() != "Mina R." || s.Seller.Name != "Mina R." || strings.Contains(s.About, "depot") {
			t.Errorf("what is held is shown: %+v", s)
		}
		w.decide(func(tx *db.Tx) error {
			published, err := w.desk.Release(tx, p.Seller, "It is a bicycle depot.")
			if !published {
				t.Error("a released profile is not published")
			}
			return err
		})
		if s := w.shown(p.Seller); s.DisplayName() != "Depot of Mina" || s.Seller.Name != "Depot of Mina" {
			t.Errorf("what was released is not shown: %+v", s)
		}
		if n := len(w.mail.alerts); n != 1 || w.mail.alerts[0].Kind != "profile.decided" || w.mail.alerts[0].To != w.mina.ID {
			t.Errorf("alerts: %+v", w.mail.alerts)
		}
	})
}

func TestARejectedTextNeverShows(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bad := private("Mina R.")
		bad.About = "I sell " + refusedWords + "."
		p := w.mustSave(0, bad)
		if p.State != Rejected || w.shown(p.Seller).HasProfile {
			t.Fatalf("%s, shown %+v", p.State, w.shown(p.Seller))
		}
		if _, err := w.saveMine(1, bad); value.KindOf(err) != value.Conflict {
			t.Errorf("the same again: %v", err)
		}
		p = w.mustSave(1, private("Mina R.")) // what comes after a refusal waits for a person
		if p.State != Held || w.shown(p.Seller).HasProfile {
			t.Errorf("after a refusal: %s", p.State)
		}
		w.decide(func(tx *db.Tx) error { _, err := w.desk.Release(tx, p.Seller, "fine now"); return err })
		if !w.shown(p.Seller).HasProfile {
			t.Error("what staff released is not shown")
		}
		if p = w.mustSave(3, private("Mina Rossi")); p.State != Clear {
			t.Errorf("after a release the profile is %s", p.State)
		}
	})
}

func TestEveryTextOfAShopIsScreened(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		seller := w.shop("Spoke & Lantern")
		base := w.profile(seller).Shown
		for name, spoil := range map[string]func(*Content){
			"name": func(c *Content) { c.Name = "Counterfeit stamps" }, "about": func(c *Content) { c.About = refusedWords },
			"town": func(c *Content) { c.Town = "Counterfeit Stamps" }, "street": func(c *Content) { c.Street = "Counterfeit stamps 3" },
			"imprint": func(c *Content) { c.Imprint = refusedWords }, "closed": func(c *Content) {
				c.Hours.Closed = []Closed{{From: "2099-01-01", To: "2099-01-02", Note: "counterfeit stamps"}}
			},
			"hidden by a mark of no width": func(c *Content) { c.About = "counter\u200bfeit sta\u00admps" },
		} {
			c := base
			spoil(&c)
			p, err := w.desk.Save(context.Background(), w.mina.Actor(), seller, w.profile(seller).Rev, c)
			if err != nil || p.State != Rejected {
				t.Errorf("%s: %s %v", name, p.State, err)
			}
		}
		if s := w.shown(seller); s.DisplayName() != "Spoke & Lantern" || s.Seller.Name != "Spoke & Lantern" {
			t.Errorf("shown: %+v", s)
		}
	})
}

func TestAShopWhoseNameIsNotClearedBearsAPlainOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, err := w.desk.OpenShop(context.Background(), w.mina.Actor(), w.Site.DB.IDs().Next(), Content{Name: "Western Depot", Imprint: "Mina, 1 Quai, Nyon"})
		w.ok(err)
		if s := w.shown(p.Seller); p.State != Held || strings.Contains(s.Seller.Name, "Depot") || !strings.HasPrefix(s.DisplayName(), "Shop ") {
			t.Errorf("%s, %+v", p.State, s)
		}
	})
}

// A row that was edited behind the program's back is not shown, whichever part was edited.
func TestARowEditedBehindTheBackIsNotShown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.mustSave(0, private("Mina R."))
		original := toJSON(p.Shown)
		other := w.shop("Spoke & Lantern")
		for name, edit := range map[string]func(){
			"the text": func() {
				c := p.Shown
				c.About = "Something else."
				w.behind("update profile set shown = $2 where seller = $1", int64(p.Seller), toJSON(c))
			},
			"the seal": func() {
				w.behind("update profile set clearance_seal = $2 where seller = $1", int64(p.Seller), make([]byte, 32))
			},
			"the seal of another": func() {
				w.behind("update profile set clearance_seal = (select clearance_seal from profile where seller = $2) where seller = $1", int64(p.Seller), int64(other))
			},
			"a language": func() {
				c := p.Shown
				c.Languages = []value.Locale{"fr", "en", "de"}
				w.behind("update profile set shown = $2 where seller = $1", int64(p.Seller), toJSON(c))
			},
		} {
			w.behind("update profile set shown = $2, clearance_seal = $3 where seller = $1", int64(p.Seller), original, p.seal)
			if !w.shown(p.Seller).HasProfile {
				t.Fatalf("before %s nothing is shown", name)
			}
			edit()
			if s := w.shown(p.Seller); s.HasProfile || s.About != "" {
				t.Errorf("after editing %s it is shown: %+v", name, s)
			}
			w.read(func(tx *db.Tx) error {
				faults, _, err := w.desk.Check(tx)
				if len(faults) != 1 {
					t.Errorf("after editing %s the check finds %v", name, faults)
				}
				return err
			})
		}
	})
}

// The table itself refuses what has no clearance.
func TestTheTableDemandsAClearance(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.mustSave(0, private("Mina R."))
		for name, statement := range map[string]string{
			"none":           "update profile set clearance = null where seller = $1",
			"one of nothing": "update profile set clearance = 1 where seller = $1",
			"another hash":   "update profile set shown_hash = $2 where seller = $1",
		} {
			err := w.Site.DB.Maintain(context.Background(), "test", func(tx *db.Tx) error {
				args := []any{int64(p.Seller)}
				if strings.Contains(statement, "$2") {
					args = append(args, make([]byte, 32))
				}
				_, err := tx.Exec(statement, args...)
				return err
			})
			if err == nil {
				t.Errorf("the table takes a profile with %s", name)
			}
		}
	})
}

func TestStaffRefuseAndRemove(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.mustSave(0, private("Mina R."))
		held := private("Mina of the Western Depot")
		p = w.mustSave(1, held)
		w.decide(func(tx *db.Tx) error { return w.desk.Refuse(tx, p.Seller, false, "Not a depot.") })
		if p = w.profile(p.Seller); p.State != Rejected || p.Reason != "Not a depot." || !w.shown(p.Seller).HasProfile {
			t.Errorf("refused: %s %q", p.State, p.Reason)
		}
		if _, err := w.saveMine(p.Rev, held); value.KindOf(err) != value.Conflict {
			t.Errorf("what staff refused comes back: %v", err)
		}
		w.decide(func(tx *db.Tx) error { return w.desk.Refuse(tx, p.Seller, true, "The whole of it misleads.") })
		s := w.shown(p.Seller)
		if s.HasProfile || strings.Contains(s.DisplayName(), "Mina") {
			t.Errorf("removed, and shown: %+v", s)
		}
		if _, err := w.saveMine(w.profile(p.Seller).Rev, private("Mina R.")); value.KindOf(err) != value.Conflict {
			t.Errorf("what was removed comes back: %v", err)
		}
		if w.decideErr(func(tx *db.Tx) error { return w.desk.Refuse(tx, p.Seller, true, "Again.") }) != nil {
			t.Error("removing twice is an error")
		}
		outcomes := []string{}
		for _, a := range w.mail.alerts {
			outcomes = append(outcomes, a.Words(context.Background()).Subject)
		}
		if !slices.Equal(outcomes, []string{"profile.alert.refused", "profile.alert.removed"}) {
			t.Errorf("told: %v", outcomes)
		}
	})
}

// Nobody but staff releases: not a member, not the system.
func TestOnlyStaffRelease(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.mustSave(0, private("Western Depot"))
		for _, actor := range []value.Actor{w.mina.Actor(), value.SystemActor("helpful")} {
			err := w.Site.DB.Write(context.Background(), actor, "test", func(tx *db.Tx) error {
				_, err := w.desk.Release(tx, p.Seller, "I like it.")
				return err
			})
			wantKind(t, err, value.Forbidden)
		}
		if w.shown(p.Seller).HasProfile {
			t.Error("it is shown all the same")
		}
	})
}

// A release is for what was looked at: content that changed meanwhile is not covered.
func TestAReleaseIsForOneContent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.mustSave(0, private("Western Depot"))
		w.decide(func(tx *db.Tx) error { _, err := w.desk.Release(tx, p.Seller, "fine"); return err })
		p = w.mustSave(2, private("Western Depot of parcels"))
		if p.State != Held || w.shown(p.Seller).DisplayName() != "Western Depot" {
			t.Errorf("%s, %q", p.State, w.shown(p.Seller).DisplayName())
		}
	})
}

func TestGoingBackToWhatIsShownDropsWhatWaits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.mustSave(0, private("Mina R."))
		w.mustSave(1, private("Western Depot"))
		if p := w.mustSave(2, private("Mina R.")); p.State != Clear || !p.Visible(w.desk.Gate) {
			t.Errorf("%s", p.State)
		}
	})
}

func TestAPhoneIsShownOnlyWhenTheShopWants(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		seller := w.shop("Spoke & Lantern")
		c := w.profile(seller).Shown
		c.Phone = "+41446681800"
		_, err := w.desk.Save(context.Background(), w.mina.Actor(), seller, 1, c)
		w.ok(err)
		if s := w.shown(seller); s.Phone != "" {
			t.Errorf("a number that nobody wanted to show: %q", s.Phone)
		}
		c.ShowPhone = true
		_, err = w.desk.Save(context.Background(), w.mina.Actor(), seller, 2, c)
		w.ok(err)
		if s := w.shown(seller); s.Phone != "+41446681800" {
			t.Errorf("the number is not shown: %q", s.Phone)
		}
	})
}

func TestAnswersAreShownFromFiveConversationsOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		seller := w.shop("Spoke & Lantern")
		w.answers = Answering{Conversations: 4, Share: 1}
		if a := w.shown(seller).Answers; a != (Answering{}) {
			t.Errorf("four are enough: %+v", a)
		}
		w.answers.Conversations = 5
		if a := w.shown(seller).Answers; a != w.answers {
			t.Errorf("five are not enough: %+v", a)
		}
	})
}

func TestPhotosAreSeenWithTheirProfile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		sha := strings.Repeat("ab", 32)
		c := private("Western Depot")
		c.Photo = Photo{Sha256: sha, Width: 400, Height: 400, Colour: "#3a7d5c"}
		p := w.mustSave(0, c)
		see := func() (public, mina, jon bool) {
			w.read(func(tx *db.Tx) (err error) {
				if public, err = w.desk.PhotoShown(tx, sha); err != nil {
					return err
				}
				if mina, err = w.desk.PhotoOf(tx, w.mina.ID, sha); err != nil {
					return err
				}
				jon, err = w.desk.PhotoOf(tx, w.jon.ID, sha)
				return err
			})
			return public, mina, jon
		}
		if public, mina, jon := see(); public || !mina || jon {
			t.Errorf("held: public %v, hers %v, his %v", public, mina, jon)
		}
		w.decide(func(tx *db.Tx) error { _, err := w.desk.Release(tx, p.Seller, "fine"); return err })
		if public, _, _ := see(); !public {
			t.Error("the photo of a public profile is not public")
		}
	})
}

func TestTheLogKeepsNoNumbersAndNoTexts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		seller := w.shop("Spoke & Lantern")
		c := w.profile(seller).Shown
		c.Phone, c.Imprint, c.Street = "+41446681800", "Somebody at desk@example.org", "1 Quai"
		_, err := w.desk.Save(context.Background(), w.mina.Actor(), seller, 1, c)
		w.ok(err)
		diff := toJSON(difference(w.profile(seller), Profile{Pending: c, State: Held}))
		for _, secret := range []string{"4466", "desk@", "Quai"} {
			if strings.Contains(diff, secret) {
				t.Errorf("the log says %s", diff)
			}
		}
	})
}

func (w *world) decide(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.decideErr(fn))
}

func (w *world) decideErr(fn func(tx *db.Tx) error) error {
	return w.Site.DB.Write(context.Background(), w.sam.Actor(), "moderation", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "decision", Record: 1, Diff: map[string]any{}})
		return fn(tx)
	})
}

func TestABadFormIsToldAtEveryField(t *testing.T) {
	t.Parallel()
	_, err := Content{Name: "x", Street: "1 Quai", Website: "javascript:alert(1)", Imprint: "me", About: strings.Repeat("a", 2001),
		Languages: []value.Locale{"de", "no such language!"}}.check(true)
	got := fieldsIn(err)
	for _, want := range []string{"name", "about", "languages", "imprint", "town", "website"} {
		if !slices.Contains(got, want) {
			t.Errorf("nothing is said at %s: %v", want, got)
		}
	}
	c, err := Content{Name: "  Mi\u202ena \u200b R. ", About: "a\r\n\r\n\r\n\r\nb", Street: "dropped"}.check(false)
	if err != nil || c.Name != "Mina R." || c.About != "a\n\nb" || c.Street != "" {
		t.Errorf("%+v %v", c, err)
	}
}

func TestWebsites(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"": "", "www.example.org": "https://www.example.org", "http://example.org/a?b=c#d": "http://example.org/a?b=c",
		"javascript:alert(1)": "!", "https://anna:secret@example.org": "!", "ftp://example.org": "!", "https://localhost": "!",
		"https://exa mple.org": "!", "data://text.html": "!", "//example.org": "!", "https://example.org/\u202e": "!", "https:\\\\example.org": "!",
	} {
		got, err := parseWebsite(written)
		if err != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("%q became %q, want %q", written, got, want)
		}
	}
}

// hashes differ whenever anything differs that a reader could see.
func TestHashesTellContentsApart(t *testing.T) {
	t.Parallel()
	base := Content{Name: "Mina", About: "a", Languages: []value.Locale{"de", "fr"}, Town: "Nyon", Street: "1", Postcode: "2", Website: "w", Phone: "3", Imprint: "i"}
	seen := map[string]string{base.Hash().String(): "nothing"}
	for name, change := range map[string]func(*Content){
		"name": func(c *Content) { c.Name = "Min" }, "border": func(c *Content) { c.Name, c.About = "Minaa", "" }, "languages": func(c *Content) { c.Languages = c.Languages[:1] },
		"town": func(c *Content) { c.Town = "" }, "photo": func(c *Content) { c.Photo.Sha256 = "ab" }, "colour": func(c *Content) { c.Photo.Colour = "#000000" },
		"street": func(c *Content) { c.Street = "" }, "postcode": func(c *Content) { c.Postcode = "" }, "website": func(c *Content) { c.Website = "" },
		"phone": func(c *Content) { c.Phone = "" }, "showing it": func(c *Content) { c.ShowPhone = true }, "imprint": func(c *Content) { c.Imprint = "" },
		"hours": func(c *Content) { c.Hours.Week[1] = []Span{{1, 2}} }, "another day": func(c *Content) { c.Hours.Week[2] = []Span{{1, 2}} },
		"closed": func(c *Content) { c.Hours.Closed = []Closed{{From: "a", To: "b"}} }, "why": func(c *Content) { c.Hours.Closed = []Closed{{From: "a", To: "b", Note: "c"}} },
	} {
		c := base
		change(&c)
		if twin := seen[c.Hash().String()]; twin != "" {
			t.Errorf("%s has the hash of %s", name, twin)
		}
		seen[c.Hash().String()] = name
	}
}

var _ account.Teller = (*mailbox)(nil)

// FuzzWebsite takes only addresses that lead to a web page elsewhere.
func FuzzWebsite(f *testing.F) {
	for _, seed := range []string{"www.example.org", "javascript:alert(1)", "https://a.b/%00", "http://[::1]/", "//x.y"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, written string) {
		address, err := parseWebsite(written)
		if err != nil || address == "" {
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(address, " <>\"\\\n") {
			t.Errorf("%q became %q", written, address)
		}
	})
}
