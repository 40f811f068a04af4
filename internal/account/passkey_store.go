package account

import (
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"fairground/internal/db"
	"fairground/internal/value"
)

const passkeyColumns = "id, account, host, credential, public_key, flags, counter, transports, name, created_us, coalesce(used_us, 0), coalesce(copied_us, 0)"

func scanPasskey(row db.Scanner) (p passkeyRow, err error) {
	var flags, counter, created_us, used_us, copied_us int64
	var transports string
	err = row.Scan(&p.ID, &p.account, &p.Host, &p.credential.ID, &p.credential.PublicKey, &flags, &counter, &transports,
		&p.Name, &created_us, &used_us, &copied_us)
	p.Created, p.Used, p.Copied = value.FromMicros(created_us), timeOrZero(used_us), timeOrZero(copied_us)
	p.credential.Flags = webauthn.NewCredentialFlags(protocol.AuthenticatorFlags(flags))
	p.credential.Authenticator.SignCount = uint32(counter)
	for _, transport := range strings.Fields(transports) {
		p.credential.Transport = append(p.credential.Transport, protocol.AuthenticatorTransport(transport))
	}
	return p, err
}

// findPasskey is the passkey of a host that an authenticator knows by an id.
func findPasskey(tx *db.Tx, host string, credential []byte) (passkeyRow, error) {
	return db.One(tx, scanPasskey, "select "+passkeyColumns+" from passkey where host = $1 and credential = $2", host, credential)
}

// findPasskeys lists an account's, the newest first.
func findPasskeys(tx *db.Tx, account value.ID) ([]passkeyRow, error) {
	return db.All(tx, scanPasskey, "select "+passkeyColumns+" from passkey where account = $1 order by id desc", account)
}

func insertPasskey(tx *db.Tx, account value.ID, host, name string, c *webauthn.Credential) error {
	if _, err := findPasskey(tx, host, c.ID); value.KindOf(err) != value.NotFound {
		if err == nil {
			err = badPasskey(nil)
		}
		return err
	}
	have, err := db.One(tx, db.Column[int], "select count(*) from passkey where account = $1", account)
	if err != nil {
		return err
	}
	if have >= mostPasskeys {
		return &value.Error{Kind: value.Limited, Key: "account.passkey_many", Message: "you have many passkeys already; remove one first"}
	}
	return tx.Insert("passkey", []string{"id", "account", "host", "credential", "public_key", "flags", "counter", "transports", "name", "created_us"},
		[][]any{{tx.NewID(), account, host, c.ID, c.PublicKey, int64(c.Flags.ProtocolValue()), int64(c.Authenticator.SignCount),
			transportsOf(c), name, value.Micros(tx.Now())}})
}

// transportsOf are the ways by which a browser says that it reaches the authenticator, as far as they are names.
func transportsOf(c *webauthn.Credential) string {
	var names []string
	for _, transport := range c.Transport {
		name := string(transport)
		if len(names) < 8 && len(name) < 20 && !strings.ContainsFunc(name, func(c rune) bool { return c != '-' && (c < 'a' || c > 'z') }) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// updatePasskey keeps what an answer said of the authenticator. Of two answers at once with one counter, one succeeds.
func updatePasskey(tx *db.Tx, id value.ID, c *webauthn.Credential) error {
	n, err := tx.Exec(`
		update passkey set counter = $2, flags = $3, used_us = $4
		where id = $1 and (counter < $2 or counter = 0 and $2 = 0)`,
		id, int64(c.Authenticator.SignCount), int64(c.Flags.ProtocolValue()), value.Micros(tx.Now()))
	if err == nil && n == 0 {
		err = over()
	}
	return err
}
