package account

import (
	"context"
	"net/url"
	"time"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
	"fairground/internal/web"
)

const (
	// JoinAge is how long the link works that makes an account. Who does not use it by then leaves nothing behind.
	JoinAge = 7 * 24 * time.Hour
	// doubleClick is the time in which asking twice brings one letter.
	doubleClick = 20 * time.Second
)

// wish is what somebody wrote who wants to join.
type wish struct {
	email    value.Email
	name     string
	locale   value.Locale
	password string // empty when none was chosen
	browser  []byte // hash of the cookie of the browser they wrote it in
}

// askToJoin mails a link that makes the account or, when the address has one, a letter that says so. Both are the same
// to who asks: one hash, one write, one letter. There is no account before the address is proven, so nobody can keep
// an address from its owner or wait in an account for them.
func (d *Door) askToJoin(ctx context.Context, w wish, v visit) error {
	s := site.From(ctx)
	if d.config.Screen != nil {
		if err := d.config.Screen(ctx, s, w.name); err != nil {
			return err
		}
	}
	if err := d.config.ByLink.Allow(s.Slug + " " + mark(s, w.email)); err != nil {
		return err
	}
	hash := ""
	if w.password != "" {
		made, err := d.passwords.Hash(ctx, w.password)
		if err != nil {
			return err
		}
		hash = made
	}
	return s.DB.Write(ctx, visitor, "account.ask_to_join", func(tx *db.Tx) error {
		known, err := FindByEmail(tx, w.email)
		if err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		tx.Log(db.Change{Object: "account", Record: known.ID, Diff: map[string]any{"address": mark(s, w.email), "network": v.network}})
		if err == nil {
			return d.greetAgain(tx, s, known, v)
		}
		return d.invite(tx, s, w, hash, v)
	})
}

// invite keeps a wish and mails the link that fulfils it.
func (d *Door) invite(tx *db.Tx, s *site.Site, w wish, password string, v visit) error {
	if err := pruneJoinings(tx); err != nil {
		return err
	}
	recent, err := db.One(tx, db.Column[int], "select count(*) from joining where email = $1 and browser = $2 and created_us > $3",
		string(w.email), w.browser, value.Micros(tx.Now().Add(-doubleClick)))
	if err != nil || recent > 0 {
		return err
	}
	secret, hash := newSecret()
	err = tx.Insert("joining", []string{"id", "email", "name", "locale", "password", "browser", "created_us", "expires_us"},
		[][]any{{hash, string(w.email), w.name, string(w.locale), db.OrNull(password), w.browser, value.Micros(tx.Now()), value.Micros(tx.Now().Add(JoinAge))}})
	if err != nil {
		return err
	}
	ctx, name := tx.Context(), s.Settings().Name
	return d.config.Post.Send(tx, Letter{
		To: w.email, Name: w.name, Purpose: "join",
		Subject: text.T(ctx, "account.join_subject", "site", name),
		Text:    text.T(ctx, "account.join_text", "site", name, "name", w.name, "link", v.origin+joinPath(secret, v.next), "days", int(JoinAge.Hours()/24)),
	})
}

// greetAgain tells the owner of an address who asks to join that they have. Who may not sign in gets no letter.
func (d *Door) greetAgain(tx *db.Tx, s *site.Site, a Account, v visit) error {
	if a.State != Active {
		return nil
	}
	recent, err := db.One(tx, db.Column[int], "select count(*) from sign_in_token where account = $1 and created_us > $2",
		a.ID, value.Micros(tx.Now().Add(-doubleClick)))
	if err != nil || recent > 0 {
		return err
	}
	secret, hash := newSecret()
	if err := insertToken(tx, hash, a.ID, "sign_in", tx.Now().Add(LinkAge)); err != nil {
		return err
	}
	ctx, name := d.inLanguage(tx.Context(), a.Locale), s.Settings().Name
	return d.config.Post.Send(tx, Letter{
		To: a.Email, Name: a.Name, Purpose: "join",
		Subject: text.T(ctx, "account.joined_subject", "site", name),
		Text: text.T(ctx, "account.joined_text", "site", name, "name", a.Name, "link", v.origin+linkPath(secret, v.next),
			"minutes", int(LinkAge.Minutes())),
	})
}

// joinPath is the address of the page with the button that makes an account.
func joinPath(secret, next string) string { return withNext("/join/confirm/"+secret, next) }

// join makes the account of a mailed link and signs its owner in. kept is false when a password was chosen but in
// another browser than the one that proves the address: whoever chose it may be somebody else.
func (d *Door) join(ctx context.Context, secret string, browser []byte, v visit) (in entry, kept bool, err error) {
	hash, ok := hashSecret(secret)
	if !ok {
		return in, false, ended()
	}
	s := site.From(ctx)
	id := s.DB.IDs().Next()
	err = s.DB.Write(ctx, value.Actor{Kind: value.Member, ID: id}, "account.join", func(tx *db.Tx) error {
		w, password, err := takeJoining(tx, hash)
		if value.KindOf(err) == value.NotFound {
			return ended()
		}
		if err != nil {
			return err
		}
		kept = password == "" || string(w.browser) == string(browser)
		if !kept {
			password = ""
		}
		_, err = Create(tx, Account{ID: id, Kind: value.Member, Email: w.email, Name: w.name, Locale: w.locale, Password: password, Verified: tx.Now()})
		if value.KindOf(err) == value.Conflict {
			return ended() // another link of the same address was first
		}
		if err != nil {
			return err
		}
		in, err = admit(tx, id, ByLink, v, map[string]any{"purpose": "join"}, nil)
		return err
	})
	return in, kept, err
}

// takeJoining uses a link up, and with it all others for the address.
func takeJoining(tx *db.Tx, hash []byte) (w wish, password string, err error) {
	err = tx.Row(`
		delete from joining
		where id = $1 and expires_us > $2
		returning email, name, locale, coalesce(password, ''), browser`, hash, value.Micros(tx.Now())).
		Scan(&w.email, &w.name, &w.locale, &password, &w.browser)
	if err != nil {
		return w, "", err
	}
	_, err = tx.Exec("delete from joining where email = $1", string(w.email))
	return w, password, err
}

func pruneJoinings(tx *db.Tx) error {
	return tx.Keep("delete from joining where expires_us <= $1", value.Micros(tx.Now()))
}

// withNext adds where a page leads on to its address.
func withNext(path, next string) string {
	if next = web.LocalPath(next, ""); next == "" || next == "/" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}
