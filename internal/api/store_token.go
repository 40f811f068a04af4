package api

import (
	"encoding/json"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

const tokenColumns = `id, name, last_four, account, scopes, created_us, created_by, expires_us, coalesce(used_us, 0), coalesce(revoked_us, 0)`

func scanToken(row db.Scanner) (Token, error) {
	var t Token
	var scopes string
	var created_us, expires_us, used_us, revoked_us int64
	err := row.Scan(&t.ID, &t.Name, &t.LastFour, &t.Account, &scopes, &created_us, &t.By, &expires_us, &used_us, &revoked_us)
	if err != nil {
		return t, err
	}
	t.Created, t.Expires = value.FromMicros(created_us), value.FromMicros(expires_us)
	t.Used, t.Revoked = orNever(used_us), orNever(revoked_us)
	if err := json.Unmarshal([]byte(scopes), &t.Scopes); err != nil {
		return t, fmt.Errorf("the scopes of token %d: %w", t.ID, err)
	}
	return t, nil
}

// orNever reads a time that may be missing.
func orNever(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return value.FromMicros(us)
}

func insertToken(tx *db.Tx, t Token, hash []byte) error {
	scopes, err := json.Marshal(t.Scopes)
	if err != nil {
		return err
	}
	return tx.Insert("api_token",
		[]string{"id", "hash", "name", "last_four", "account", "scopes", "created_us", "created_by", "expires_us"},
		[][]any{{t.ID, hash, t.Name, t.LastFour, t.Account, string(scopes), value.Micros(t.Created), t.By, value.Micros(t.Expires)}})
}

func findToken(tx *db.Tx, id value.ID) (Token, error) {
	return db.One(tx, scanToken, "select "+tokenColumns+" from api_token where id = $1", id)
}

func findTokenByHash(tx *db.Tx, hash []byte) (Token, error) {
	return db.One(tx, scanToken, "select "+tokenColumns+" from api_token where hash = $1", hash)
}

func findTokens(tx *db.Tx, account value.ID) ([]Token, error) {
	if account == 0 {
		return db.All(tx, scanToken, "select "+tokenColumns+" from api_token order by id desc limit 1000")
	}
	return db.All(tx, scanToken, "select "+tokenColumns+" from api_token where account = $1 order by id desc", account)
}

func countTokens(tx *db.Tx, account value.ID) (int64, error) {
	return db.One(tx, db.Column[int64], `
		select count(*) from api_token
		where account = $1 and revoked_us is null and expires_us > $2`, account, value.Micros(tx.Now()))
}

func revokeToken(tx *db.Tx, id value.ID) error {
	_, err := tx.Exec("update api_token set revoked_us = $2 where id = $1 and revoked_us is null", id, value.Micros(tx.Now()))
	return err
}

// touchToken remembers that a token was used. Of requests that come together one writes.
func touchToken(tx *db.Tx, id value.ID) error {
	now := tx.Now()
	_, err := tx.Exec("update api_token set used_us = $2 where id = $1 and (used_us is null or used_us <= $3)",
		id, value.Micros(now), value.Micros(now.Add(-touchEvery)))
	return err
}
