package account

import (
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/site/sitetest"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

func TestAccountsThatCannotBe(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		good := Account{Kind: value.Member, Email: "new@example.org", Name: "New Muster"}
		for field, spoil := range map[string]func(*Account){
			"email":  func(a *Account) { a.Email = "nobody" },
			"name":   func(a *Account) { a.Name = " \t " },
			"locale": func(a *Account) { a.Locale = "not a tag" },
			"role":   func(a *Account) { a.Role = Admin },
			"kind":   func(a *Account) { a.Kind = value.System },
		} {
			a := good
			spoil(&a)
			err := w.Site.DB.Write(t.Context(), operator, "test", func(tx *db.Tx) error {
				_, err := Create(tx, a)
				return err
			})
			wantKind(t, err, value.Invalid, field)
		}
		for _, role := range []Role{"", "root", "ADMIN"} {
			err := w.Site.DB.Write(t.Context(), operator, "test", func(tx *db.Tx) error {
				_, err := Invite(tx, "x@example.org", "X", role)
				return err
			})
			wantKind(t, err, value.Invalid, "role")
		}
		a := w.create(Account{Kind: value.Member, Email: " New@Example.ORG", Name: "  New \n Muster ", Locale: "de-ch"})
		if a.Email != "new@example.org" || a.Name != "New Muster" || a.Locale != "de-CH" || a.State != Active {
			t.Errorf("stored as %+v", a)
		}
		again := good
		err := w.Site.DB.Write(t.Context(), operator, "test", func(tx *db.Tx) error {
			_, err := Create(tx, again)
			return err
		})
		wantKind(t, err, value.Conflict, "email")
	})
}

func TestTheLastAdminStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one := w.create(Account{Kind: value.Staff, Role: Admin, Email: "one@example.org", Name: "One"})
		try := func(fn func(*db.Tx) error) error { return w.Site.DB.Write(t.Context(), operator, "test", fn) }
		wantKind(t, try(func(tx *db.Tx) error { return SetRole(tx, one.ID, Viewer) }), value.Conflict, "")
		wantKind(t, try(func(tx *db.Tx) error { return Suspend(tx, one.ID, "test") }), value.Conflict, "")
		two := w.create(Account{Kind: value.Staff, Role: Admin, Email: "two@example.org", Name: "Two"})
		w.ok(try(func(tx *db.Tx) error { return Suspend(tx, two.ID, "test") }))
		wantKind(t, try(func(tx *db.Tx) error { return SetRole(tx, one.ID, Viewer) }), value.Conflict, "")
		w.ok(try(func(tx *db.Tx) error { return Restore(tx, two.ID, "test") }))
		w.ok(try(func(tx *db.Tx) error { return SetRole(tx, one.ID, Viewer) }))
		wantKind(t, try(func(tx *db.Tx) error { return SetRole(tx, w.anna.ID, Viewer) }), value.Invalid, "role")
		wantKind(t, try(func(tx *db.Tx) error { return SetRole(tx, 1, Viewer) }), value.NotFound, "")
		wantKind(t, try(func(tx *db.Tx) error { return Suspend(tx, w.sam.ID, "  ") }), value.Invalid, "reason")
		if err := try(func(tx *db.Tx) error { return SetPassword(tx, w.sam.ID, "plain text") }); err == nil {
			t.Error("a password was stored as it is")
		}
	})
}

func TestStaffAreListed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create(Account{Kind: value.Staff, Role: Finance, Email: "bo@example.org", Name: "Bo Muster"})
		w.ok(w.Site.DB.Read(t.Context(), func(tx *db.Tx) error {
			staff, err := Staff(tx)
			if len(staff) != 2 || staff[0].Name != "Bo Muster" || staff[1].Role != Safety {
				t.Errorf("the staff is %+v", staff)
			}
			return err
		}))
	})
}

func TestAnotherSiteKnowsNobody(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.signedIn(w.anna)
		other := sitetest.New(t, w.Cluster, []db.Schema{Schema()})
		if string(mark(w.Site, w.anna.Email)) == mark(other.Site, w.anna.Email) {
			t.Error("two sites mark an address alike")
		}
		w.World = other
		w.router = w.newRouter()
		b.get("/mine").wantTo(t, "/sign-in?next=%2Fmine")
		b.signIn(w.anna.Email, rightPassword).want(t, 422, sorry)
	})
}

func TestWordsAreThereInEveryLanguage(t *testing.T) {
	t.Parallel()
	problems, err := text.Check(".", "en", "de")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if !strings.HasPrefix(p.Key, "account.") {
			continue
		}
		t.Error(p)
	}
}

func TestRolesHaveALabel(t *testing.T) {
	t.Parallel()
	words, err := text.New(Messages())
	if err != nil {
		t.Fatal(err)
	}
	for _, locale := range []value.Locale{"en", "de"} {
		ctx := text.WithPrinter(t.Context(), words.Printer(text.Settings{Locale: locale}))
		for _, role := range Roles() {
			if label := role.Label(ctx); label == "" || strings.Contains(label, ".") {
				t.Errorf("%s is called %q in %s", role, label, locale)
			}
		}
	}
}

func TestDevicesAreNamed(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0": "Edge, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1": "Safari, iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36":                  "Chrome, Android",
		"curl/8.5": "curl",
		"":         "",
		"<script>": "",
	} {
		if got := deviceName(agent); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
}
