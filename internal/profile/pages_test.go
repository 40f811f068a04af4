package profile

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/value"
)

func shopAt(seller value.ID, page string) string { return shopPath(seller, page) }

var revField = regexp.MustCompile(`name="rev" value="(\d+)"`)

func TestAMemberWritesTheirProfile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.get(account.Account{}, "/account/profile").wantTo(t, "/sign-in?next=%2Faccount%2Fprofile")
		w.get(w.mina, "/account/profile").want(t, 200, "Nothing is public yet", `value="Mina Muster"`)
		w.post(w.mina, "/account/profile", "rev", "0", "name", "Mina R.", "about", "I mend bicycles.", "town", "Pully", "languages", "fr", "languages", "it",
			"@photo", drawing(t, 200)).wantTo(t, "/account/profile")
		page := w.get(w.mina, "/account/profile").want(t, 200, "This is public", "French, Italian", "I mend bicycles.", "/media/photo/")
		if rev := revField.FindStringSubmatch(page.body); rev == nil || rev[1] != "1" {
			t.Errorf("rev %v", rev)
		}
		s := w.shown(w.ownOf(w.mina))
		if s.DisplayName() != "Mina R." || s.Photo.IsZero() {
			t.Errorf("%+v", s)
		}
		// An edit without a new photo keeps the one that was there; ticking takes it away.
		kept := keptPhoto.FindStringSubmatch(page.body)[1]
		w.post(w.mina, "/account/profile", "rev", "1", "name", "Mina R.", "photo_kept", kept).wantTo(t, "/account/profile")
		if w.shown(s.ID).Photo.IsZero() {
			t.Error("the photo went away by itself")
		}
		w.post(w.mina, "/account/profile", "rev", "2", "name", "Mina R.", "photo_kept", kept, "photo_remove", "yes").wantTo(t, "/account/profile")
		if !w.shown(s.ID).Photo.IsZero() {
			t.Error("the photo stayed")
		}
	})
}

var keptPhoto = regexp.MustCompile(`name="photo_kept" value="([^"]+)"`)

func (w *world) ownOf(a account.Account) (seller value.ID) {
	w.Helper()
	w.read(func(tx *db.Tx) error {
		s, err := w.desk.own(tx, a.ID)
		seller = s.ID
		return err
	})
	return seller
}

func TestNothingTypedIsLost(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		page := w.post(w.mina, "/shop/new", "name", "Spoke & Lantern", "about", "Since 1998", "street", "1 Quai", "town", "Nyon", "postcode", "1260", "website", "not a site",
			"phone", "12", "hours_monday", "whenever", "closed_0_from", "", "closed_0_note", "Holidays", "languages", "de", "imprint", "", "@photo", drawing(t, 90))
		page.want(t, 422, "Write an address such as", "Write a telephone number such as", "Write hours such as", "Choose the first day", "at least 10 characters",
			`value="Spoke &amp; Lantern"`, "Since 1998", `value="1 Quai"`, `value="whenever"`, `value="Holidays"`, `value="not a site"`, `value="de" checked`)
		kept := keptPhoto.FindStringSubmatch(page.body)
		if kept == nil {
			t.Fatal("the photo that was sent is lost")
		}
		done := w.post(w.mina, "/shop/new", "name", "Spoke & Lantern", "town", "Nyon", "imprint", "Mina Muster, 1 Quai, 1260 Nyon", "hours_monday", "9-12, 13:30-18", "photo_kept", kept[1])
		if done.status != http.StatusSeeOther || !strings.HasSuffix(done.location, "/profile") {
			t.Fatalf("%d to %s", done.status, done.location)
		}
		w.get(w.mina, done.location).want(t, 200, "Spoke &amp; Lantern", "09:00–12:00, 13:30–18:00", "/media/photo/", "This is public")
	})
}

// A photo is taken from the form only when it was sealed there for this member.
func TestAPhotoOfSomebodyElseIsNotTaken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.post(w.mina, "/account/profile", "rev", "0", "name", "Mina R.", "@photo", drawing(t, 200)).wantTo(t, "/account/profile")
		kept := keptPhoto.FindStringSubmatch(w.get(w.mina, "/account/profile").body)[1]
		for _, token := range []string{kept, kept[:20] + "x" + kept[21:], "x.y", strings.Repeat("a", 5000)} {
			rev := "0"
			if m := revField.FindStringSubmatch(w.get(w.jon, "/account/profile").body); m != nil {
				rev = m[1]
			}
			w.post(w.jon, "/account/profile", "rev", rev, "name", "Jon M.", "photo_kept", token).wantTo(t, "/account/profile")
			if !w.shown(w.ownOf(w.jon)).Photo.IsZero() {
				t.Errorf("Jon has Mina's photo by %q", token)
			}
		}
		w.post(w.jon, "/account/profile", "rev", "4", "name", "Jon M.", "@photo", "no photo at all").want(t, 422, `id="photo-error"`)
	})
}

func TestTheAuthorSeesHonestlyWhatIsPublic(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.post(w.mina, "/account/profile", "rev", "0", "name", "Mina R.", "about", "I mend bicycles.").wantTo(t, "/account/profile")
		w.post(w.mina, "/account/profile", "rev", "1", "name", "Mina R.", "about", "I have "+heldWords).wantTo(t, "/account/profile")
		page := w.get(w.mina, "/account/profile").want(t, 200, "Until then everybody sees your profile of", "Parcels need a look.", "So it would look", "So others see you now")
		if strings.Count(page.body, heldWords) != 2 { // in the form and in the preview of what waits
			t.Errorf("what waits stands on the page %d times", strings.Count(page.body, heldWords))
		}
		w.post(w.mina, "/account/profile", "rev", "2", "name", "Mina R.", "about", "I have "+refusedWords).wantTo(t, "/account/profile")
		w.get(w.mina, "/account/profile").want(t, 200, "Everybody still sees your profile of", "Stamps are not sold here.", "desk@lakeside.example")
		w.post(w.mina, "/account/profile", "rev", "3", "name", "Mina R.", "about", "I have "+refusedWords).want(t, 409, "Exactly this was refused", refusedWords)
		w.post(w.mina, "/account/profile", "rev", "1", "name", "Mina R.", "about", "Old page").want(t, 409, "Somebody else changed this profile meanwhile", "Old page")
	})
}

func TestWhoMayDoWhatInAShop(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		shop := w.shop("Spoke & Lantern")
		w.give(shop, w.jon, Agent)
		form := []string{"rev", "1", "name", "Jon's shop", "imprint", "Jon Muster, Nyon, 1260"}
		for name, try := range map[string]struct {
			who    account.Account
			answer int
		}{"a stranger": {w.lu, 404}, "an agent": {w.jon, 403}} {
			w.get(try.who, shopAt(shop, "profile")).want(t, try.answer)
			w.post(try.who, shopAt(shop, "profile"), form...).want(t, try.answer)
			w.post(try.who, shopAt(shop, "team"), "email", "x@example.org", "role", "owner").want(t, pick(name == "a stranger", 404, 403))
			for _, act := range []string{"team/role", "team/remove", "team/revoke"} {
				w.post(try.who, shopAt(shop, act), "account", w.mina.ID.Text(account.IDKind), "role", "agent", "invitation", value.ID(5).Text(inviteShortID)).want(t, try.answer)
			}
		}
		if s := w.shown(shop); s.DisplayName() != "Spoke & Lantern" {
			t.Errorf("the shop is called %q", s.DisplayName())
		}
		w.give(shop, w.jon, Editor)
		w.get(w.jon, shopAt(shop, "profile")).want(t, 403)
		w.get(w.jon, shopAt(shop, "team")).want(t, 200, "Mina Muster")
		if page := w.get(w.jon, shopAt(shop, "team")); strings.Contains(page.body, "mina@example.org") || strings.Contains(page.body, "Invite somebody") {
			t.Error("an editor sees addresses or the form to invite")
		}
		// The private seller of a member has no team and no shop's pages.
		w.mustSave(0, private("Mina R."))
		w.get(w.mina, shopAt(w.ownOf(w.mina), "team")).want(t, 404)
		w.get(w.mina, "/shop/sel_nonsense/team").want(t, 404)
	})
}

func pick(is bool, yes, no int) int {
	if is {
		return yes
	}
	return no
}

func TestInvitations(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		shop := w.shop("Spoke & Lantern")
		team := shopAt(shop, "team")
		// With an account: an alert, whose page only this account can use. The owner sees the same in both cases.
		known := w.post(w.mina, team, "email", "jon@example.org", "role", "editor")
		unknown := w.post(w.mina, team, "email", "new@example.net", "role", "agent")
		if known.status != unknown.status || known.location != unknown.location {
			t.Errorf("an account shows: %v and %v", known, unknown)
		}
		if len(w.mail.alerts) != 1 || w.mail.alerts[0].To != w.jon.ID || len(w.mail.letters) != 1 || w.mail.letters[0].To != "new@example.net" {
			t.Fatalf("told %+v, mailed %+v", w.mail.alerts, w.mail.letters)
		}
		if text := w.mail.letters[0].Text; strings.Contains(text, "Mina") || !strings.Contains(text, "Spoke & Lantern") {
			t.Errorf("the letter says %q", text)
		}
		w.get(w.mina, team).want(t, 200, "jon@example.org", "new@example.net", "open until")
		if w.mail.alerts[0].Href != shopAt(shop, "join") {
			t.Errorf("the alert leads to %s", w.mail.alerts[0].Href)
		}
		w.get(w.lu, shopAt(shop, "join")).want(t, 404)
		w.post(w.lu, shopAt(shop, "join")).want(t, 404)
		w.get(w.jon, shopAt(shop, "join")).want(t, 200, "Spoke &amp; Lantern", "Join the team")
		w.post(w.jon, shopAt(shop, "join")).wantTo(t, team)
		w.post(w.jon, shopAt(shop, "join")).want(t, 404) // once
		if last := w.mail.alerts[len(w.mail.alerts)-1]; last.Kind != "profile.joined" || last.To != w.mina.ID {
			t.Errorf("the owner was told %+v", last)
		}
		// Without an account: the link, by whoever holds it, once.
		link := linkIn.FindString(w.mail.letters[0].Text)
		path := strings.TrimPrefix(link, "http://lake.example.org")
		w.get(account.Account{}, path).want(t, 200, "/join?next=%2Fshop%2F", "/sign-in?next=")
		key := path[strings.Index(path, "key=")+4:]
		w.post(account.Account{}, shopAt(shop, "join"), "key", key).want(t, 401)
		w.post(w.lu, shopAt(shop, "join"), "key", key[:40]+"x").want(t, 404)
		w.get(w.lu, path).want(t, 200, "You accept as Lu Muster")
		w.post(w.lu, shopAt(shop, "join"), "key", key).wantTo(t, team)
		w.get(account.Account{}, path).want(t, 404)
		w.get(w.lu, team).want(t, 200, "Jon Muster", "Lu Muster")
		w.post(w.mina, team, "email", "lu@example.org", "role", "owner").want(t, 422, "in the team already", `value="lu@example.org"`)
		w.post(w.mina, team, "email", "nobody", "role", "owner").want(t, 422, `id="email-error"`)
		w.post(w.mina, team, "email", "a@example.org", "role", "emperor").want(t, 422)
	})
}

var linkIn = regexp.MustCompile(`http://\S+`)

// A link of one shop opens no other, and one that was taken back or is too old opens nothing.
func TestInvitationsEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		shop, other := w.shop("Spoke & Lantern"), w.shop("Lakeside Lamps")
		w.post(w.mina, shopAt(shop, "team"), "email", "new@example.net", "role", "owner")
		link := strings.TrimPrefix(linkIn.FindString(w.mail.letters[0].Text), "http://lake.example.org")
		w.get(w.jon, strings.Replace(link, shop.Text(SellerShortID), other.Text(SellerShortID), 1)).want(t, 404)
		w.behind("update team_invitation set expires_us = 1")
		w.get(w.jon, link).want(t, 404)
		w.post(w.mina, shopAt(shop, "team"), "email", "new@example.net", "role", "owner")
		link = strings.TrimPrefix(linkIn.FindString(w.mail.letters[1].Text), "http://lake.example.org")
		id := regexp.MustCompile(`name="invitation" value="([^"]+)"`).FindStringSubmatch(w.get(w.mina, shopAt(shop, "team")).body)[1]
		w.post(w.mina, shopAt(other, "team/revoke"), "invitation", id).want(t, 404)
		w.get(w.jon, link).want(t, 200)
		w.post(w.mina, shopAt(shop, "team/revoke"), "invitation", id).wantTo(t, shopAt(shop, "team"))
		w.get(w.jon, link).want(t, 404)
	})
}

func TestTheLastOwnerStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		shop := w.shop("Spoke & Lantern")
		mina, jon := w.mina.ID.Text(account.IDKind), w.jon.ID.Text(account.IDKind)
		w.post(w.mina, shopAt(shop, "team/remove"), "account", mina).want(t, 409, "last owner")
		w.post(w.mina, shopAt(shop, "team/role"), "account", mina, "role", "agent").want(t, 409, "last owner")
		w.give(shop, w.jon, Agent)
		w.post(w.mina, shopAt(shop, "team/role"), "account", jon, "role", "owner").wantTo(t, shopAt(shop, "team"))
		w.post(w.mina, shopAt(shop, "team/remove"), "account", mina).wantTo(t, "/account/profile")
		w.get(w.mina, shopAt(shop, "team")).want(t, 404)
		w.get(w.jon, shopAt(shop, "profile")).want(t, 200)
		w.give(shop, w.lu, Agent)
		w.get(w.lu, "/account/profile").want(t, 200, "My shops", `href="`+shopAt(shop, "team")+`"`)
		w.get(w.jon, "/account/profile").want(t, 200, `href="`+shopAt(shop, "profile")+`"`)
		w.post(w.lu, shopAt(shop, "team/remove"), "account", w.lu.ID.Text(account.IDKind)).wantTo(t, "/account/profile")
		w.get(w.lu, shopAt(shop, "team")).want(t, 404)
	})
}

func TestShopsAreBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range mostShops {
			w.shop("Spoke & Lantern")
		}
		w.post(w.mina, "/shop/new", "name", "One more", "imprint", "Mina Muster, Nyon").want(t, 429, "You own 5 shops already", `value="One more"`)
	})
}

// A form that is sent twice opens one shop; a seal that was made for somebody else opens a new one.
func TestAFormSentTwiceOpensOneShop(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token := regexp.MustCompile(`name="shop" value="([^"]+)"`).FindStringSubmatch(w.get(w.mina, "/shop/new").body)[1]
		form := []string{"shop", token, "name", "Spoke & Lantern", "imprint", "Mina Muster, Nyon"}
		first, again, other := w.post(w.mina, "/shop/new", form...), w.post(w.mina, "/shop/new", form...), w.post(w.jon, "/shop/new", form...)
		if first.status != 303 || again.location != first.location || other.status != 303 || other.location == first.location {
			t.Errorf("%d %s, %d %s, %d %s", first.status, first.location, again.status, again.location, other.status, other.location)
		}
		w.get(w.jon, first.location).want(t, 404)
		team := strings.Replace(first.location, "/profile", "/team", 1)
		for range 3 {
			w.post(w.mina, team, "email", "new@example.net", "role", "agent").wantTo(t, team)
		}
		if len(w.mail.letters) != 1 {
			t.Errorf("%d letters to one address", len(w.mail.letters))
		}
	})
}

func TestMarkupStaysText(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.post(w.mina, "/account/profile", "rev", "0", "name", `<b>Mina</b>`, "about", `<script>alert(1)</script> "x"`).wantTo(t, "/account/profile")
		page := w.get(w.mina, "/account/profile").want(t, 200, "&lt;b&gt;Mina&lt;/b&gt;", "&lt;script&gt;alert(1)")
		if strings.Contains(page.body, "<b>Mina</b>") || strings.Contains(page.body, "<script>alert") {
			t.Error("markup came through")
		}
	})
}
