package api

import (
	"encoding/json"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// findAnswer returns what was answered for a key within its age, and the hash of the request.
func findAnswer(tx *db.Tx, k Key) (Answer, string, error) {
	var a Answer
	var hash []byte
	var headers string
	err := tx.Row("select hash, status, headers, body from api_idempotency where token = $1 and key = $2 and at_us > $3",
		k.Token, k.Text, value.Micros(tx.Now().Add(-keyAge))).Scan(&hash, &a.Status, &headers, &a.Body)
	if err != nil {
		return a, "", err
	}
	return a, string(hash), json.Unmarshal([]byte(headers), &a.Header)
}

// insertAnswer keeps an answer, in the place of one that is past its age.
func insertAnswer(tx *db.Tx, k Key, a Answer) error {
	headers, err := json.Marshal(a.Header)
	if err != nil {
		return err
	}
	body := a.Body
	if body == nil {
		body = []byte{}
	}
	return tx.Keep(`
		insert into api_idempotency (token, key, hash, status, headers, body, at_us)
		values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (token, key) do update set
			hash = excluded.hash, status = excluded.status, headers = excluded.headers, body = excluded.body, at_us = excluded.at_us`,
		k.Token, k.Text, k.hash[:], a.Status, string(headers), body, value.Micros(tx.Now()))
}

// purgeAnswers forgets answers past their age, some at a time, and returns how many.
func purgeAnswers(tx *db.Tx, before time.Time) (int64, error) {
	return tx.Exec(`
		delete from api_idempotency
		where (token, key) in (select token, key from api_idempotency where at_us <= $1 order by at_us limit 5000)`, value.Micros(before))
}
