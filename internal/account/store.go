package account

import (
	"database/sql"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

const accountColumns = "id, kind, email, name, coalesce(role, ''), locale, state, created_us, coalesce(verified_us, 0), coalesce(phone, ''), coalesce(erased_us, 0)"

func scanAccount(row db.Scanner) (Account, error) {
	var a Account
	var created_us, verified_us, erased_us int64
	err := row.Scan(&a.ID, &a.Kind, &a.Email, &a.Name, &a.Role, &a.Locale, &a.State, &created_us, &verified_us, &a.Phone, &erased_us)
	a.Created, a.Verified, a.Erased = value.FromMicros(created_us), timeOrZero(verified_us), timeOrZero(erased_us)
	return a, err
}

func timeOrZero(at_us int64) time.Time {
	if at_us == 0 {
		return time.Time{}
	}
	return value.FromMicros(at_us)
}

func insertAccount(tx *db.Tx, a Account) error {
	return tx.Insert("account",
		[]string{"id", "kind", "email", "name", "role", "password", "locale", "state", "created_us", "verified_us"},
		[][]any{{a.ID, string(a.Kind), string(a.Email), a.Name, db.OrNull(string(a.Role)), db.OrNull(a.Password), string(a.Locale),
			string(a.State), value.Micros(a.Created), db.TimeOrNull(a.Verified)}})
}

// credential is what signing in by password needs to know of an account.
type credential struct {
	Account
	hash string
}

func findCredential(tx *db.Tx, email value.Email) (credential, error) {
	return db.One(tx, func(row db.Scanner) (c credential, err error) {
		var hash sql.NullString
		err = row.Scan(&c.ID, &c.Kind, &c.Email, &c.Role, &c.State, &hash)
		c.hash = hash.String
		return c, err
	}, "select id, kind, email, coalesce(role, ''), state, password from account where lower(email) = $1", string(email))
}

func findHash(tx *db.Tx, id value.ID) (string, error) {
	return db.One(tx, db.Column[string], "select coalesce(password, '') from account where id = $1", id)
}

// findSession is the one read of a request that carries a cookie. Suspended accounts have no sessions.
func findSession(tx *db.Tx, hash []byte) (Session, error) {
	return db.One(tx, func(row db.Scanner) (Session, error) {
		s := Session{id: string(hash)}
		var began_us, seen_us int64
		err := row.Scan(&s.Account, &s.Kind, &s.Name, &s.Email, &s.Role, &s.Locale, &began_us, &seen_us)
		s.began, s.seen = value.FromMicros(began_us), value.FromMicros(seen_us)
		return s, err
	}, `
		select a.id, a.kind, a.name, a.email, coalesce(a.role, ''), a.locale, s.created_us, s.seen_us
		from session s
		join account a on a.id = s.account
		where s.id = $1 and s.expires_us > $2 and a.state = 'active'`, hash, value.Micros(tx.Now()))
}

func insertSession(tx *db.Tx, hash []byte, account value.ID, by Way, v visit) error {
	now := tx.Now()
	return tx.Insert("session",
		[]string{"id", "account", "created_us", "seen_us", "expires_us", "device", "ip_short", "way"},
		[][]any{{hash, account, value.Micros(now), value.Micros(now), value.Micros(now.Add(IdleLimit)), v.device, v.network, string(by)}})
}

// touchSession moves the end of a session, at most to the total limit. Of requests that come together one writes.
func touchSession(tx *db.Tx, hash []byte) error {
	now := tx.Now()
	_, err := tx.Exec(`
		update session set seen_us = $2,
			expires_us = case when created_us + $4 < $3 then created_us + $4 else $3 end
		where id = $1 and seen_us < $5`,
		hash, value.Micros(now), value.Micros(now.Add(IdleLimit)), TotalLimit.Microseconds(), value.Micros(now.Add(-touchEvery)))
	return err
}

func findDevices(tx *db.Tx, account value.ID) ([]deviceRow, error) {
	return db.All(tx, func(row db.Scanner) (d deviceRow, err error) {
		var created_us, seen_us int64
		err = row.Scan(&d.id, &d.Name, &d.Network, &d.By, &created_us, &seen_us)
		d.Created, d.Seen = value.FromMicros(created_us), value.FromMicros(seen_us)
		return d, err
	}, `
		select id, device, ip_short, way, created_us, seen_us
		from session
		where account = $1 and expires_us > $2
		order by seen_us desc, created_us desc
		limit 100`, account, value.Micros(tx.Now()))
}

type deviceRow struct {
	Device
	id []byte
}

func deleteSession(tx *db.Tx, hash []byte, account value.ID) (int64, error) {
	return tx.Exec("delete from session where id = $1 and account = $2", hash, account)
}

// deleteSessions ends all sessions of an account but one; keep may be nil.
func deleteSessions(tx *db.Tx, account value.ID, keep []byte) (int64, error) {
	if keep == nil {
		return tx.Exec("delete from session where account = $1", account)
	}
	return tx.Exec("delete from session where account = $1 and id <> $2", account, keep)
}

// mostSessions is how many one account may have; the longest unused end first.
const mostSessions = 50

func pruneSessions(tx *db.Tx, account value.ID) error {
	_, err := tx.Exec(`
		delete from session
		where account = $1 and (expires_us <= $2 or id not in (
			select id from session where account = $1 order by seen_us desc, created_us desc limit $3))`,
		account, value.Micros(tx.Now()), mostSessions)
	return err
}

func insertToken(tx *db.Tx, hash []byte, account value.ID, purpose string, expires time.Time) error {
	return tx.Insert("sign_in_token", []string{"id", "account", "purpose", "created_us", "expires_us"},
		[][]any{{hash, account, purpose, value.Micros(tx.Now()), value.Micros(expires)}})
}

// useToken uses a link up and returns whose it is and what for; NotFound when it is unknown, used or too old. Other
// links of the account are used up with it.
func useToken(tx *db.Tx, hash []byte) (account value.ID, purpose string, err error) {
	now_us := value.Micros(tx.Now())
	err = tx.Row(`
		update sign_in_token set used_us = $2
		where id = $1 and used_us is null and expires_us > $2
		returning account, purpose`, hash, now_us).Scan(&account, &purpose)
	if err != nil {
		return 0, "", err
	}
	_, err = tx.Exec("update sign_in_token set used_us = $2 where account = $1 and used_us is null", account, now_us)
	return account, purpose, err
}

// pruneTokens forgets links that ended a week ago.
func pruneTokens(tx *db.Tx, account value.ID) error {
	const kept = 7 * 24 * time.Hour
	_, err := tx.Exec("delete from sign_in_token where account = $1 and expires_us < $2", account, value.Micros(tx.Now().Add(-kept)))
	return err
}
