package legal

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Client makes the requests to the Transparency Database. It follows no redirect, so that the token goes nowhere else.
type Client interface {
	Do(r *http.Request) (*http.Response, error)
	CheckURL(text string) error // refuses addresses to which no site may send this program
}

// Database is how a site reaches the Transparency Database.
type Database struct {
	Address string // where batches are posted; empty: staff upload them by hand
	Changed time.Time
	By      string    // who set it, as value.Actor writes it
	Tried   time.Time // when it was last spoken to; zero: never
	Problem string    // what came of it; empty: it worked

	sealed string // the token
}

// Set reports whether there is a connection.
func (d Database) Set() bool { return d.Address != "" }

const (
	shortestToken = 8   // bytes
	longestToken  = 500 // bytes
)

// Connect stores address and token. An empty token keeps the one that is stored, if the address stays the same: a token
// is bound to its address, so that nobody can have it sent elsewhere. Errors are of kind Invalid at address or token.
func (d *Statements) Connect(ctx context.Context, actor value.Actor, address, token string) error {
	address, token = strings.TrimSpace(address), strings.TrimSpace(token)
	if d.Client == nil || len(d.Key) == 0 {
		return value.Errorf(value.Unavailable, "this site cannot reach the Transparency Database")
	}
	if err := d.Client.CheckURL(address); err != nil {
		return fieldWrong("address", "legal.fault.address", "write the whole address that takes batches; it begins with https://")
	}
	err := d.Site.DB.Write(ctx, actor, "statement.connect", func(tx *db.Tx) error {
		known, err := FindDatabase(tx)
		if err != nil {
			return err
		}
		sealed := known.sealed
		switch {
		case token == "" && known.Set() && known.Address == address:
		case token == "" && known.Set():
			return fieldWrong("token", "legal.fault.token_anew", "the address is another one; write its token too")
		case len(token) < shortestToken || len(token) > longestToken || strings.ContainsFunc(token, notToken):
			return fieldWrong("token", "legal.fault.token", "write the token as the database shows it: 8 to 500 letters, digits and signs, without spaces")
		default:
			if sealed, err = d.sealToken(address, token); err != nil {
				return err
			}
		}
		tx.Log(db.Change{Object: "statement_database", Record: 1, Diff: map[string]any{"address": []string{known.Address, address}, "token": token != ""}})
		_, err = tx.Exec(`
			insert into statement_database (id, address, token, changed_us, changed_by) values (1, $1, $2, $3, $4)
			on conflict (id) do update
			set address = excluded.address, token = excluded.token, changed_us = excluded.changed_us, changed_by = excluded.changed_by, tried_us = null, problem = ''`,
			address, sealed, value.Micros(tx.Now()), actor.String())
		return err
	})
	if err != nil {
		return fmt.Errorf("legal.Connect: %w", err)
	}
	return nil
}

func notToken(c rune) bool { return c > unicode.MaxASCII || c <= ' ' || c == 0x7f }

// Disconnect forgets address and token. What waits is uploaded by hand again.
func (d *Statements) Disconnect(ctx context.Context, actor value.Actor) error {
	err := d.Site.DB.Write(ctx, actor, "statement.disconnect", func(tx *db.Tx) error {
		n, err := tx.Exec("delete from statement_database where id = 1")
		if err == nil && n == 0 {
			err = value.Errorf(value.NotFound, "there is no connection")
		}
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: "statement_database", Record: 1, Diff: map[string]any{"removed": true}})
		return nil
	})
	if err != nil {
		return fmt.Errorf("legal.Disconnect: %w", err)
	}
	return nil
}

// FindDatabase returns the connection, the zero Database when there is none.
func FindDatabase(tx *db.Tx) (Database, error) {
	d, err := db.One(tx, func(row db.Scanner) (d Database, err error) {
		var changed_us, tried_us int64
		err = row.Scan(&d.Address, &d.sealed, &changed_us, &d.By, &tried_us, &d.Problem)
		d.Changed, d.Tried = value.FromMicros(changed_us), moment(tried_us)
		return d, err
	}, "select address, token, changed_us, changed_by, coalesce(tried_us, 0), problem from statement_database where id = 1")
	if value.KindOf(err) == value.NotFound {
		return Database{}, nil
	}
	return d, err
}

// Try asks whether the Transparency Database takes the address and the token: with an empty batch, which stores nothing.
// The error is Trouble, in words for people, and is kept beside the connection.
func (d *Statements) Try(ctx context.Context) error {
	to, err := d.api(ctx)
	if err != nil {
		return fmt.Errorf("legal.Try: %w", err)
	}
	if to == nil {
		return value.Errorf(value.NotFound, "there is no connection")
	}
	_, err = to.Send(ctx, []json.RawMessage{})
	if errors.Is(err, errEmpty) {
		err = nil
	}
	return errors.Join(err, d.note(ctx, err))
}

// api is the stored connection; nil without one.
func (d *Statements) api(ctx context.Context) (*API, error) {
	if d.Client == nil || len(d.Key) == 0 {
		return nil, nil
	}
	var known Database
	err := d.Site.DB.Read(ctx, func(tx *db.Tx) (err error) {
		known, err = FindDatabase(tx)
		return err
	})
	if err != nil || !known.Set() {
		return nil, err
	}
	token, err := d.openToken(known.Address, known.sealed)
	if err != nil {
		return nil, Trouble{Key: "legal.trouble.sealed", English: "the stored token cannot be read with the site's key; write it again"}
	}
	return &API{URL: known.Address, Token: token, Client: d.Client}, nil
}

// connector is what Deliver sends through: the one that was given, else the stored one; nil for none.
func (d *Statements) connector(ctx context.Context) (Connector, error) {
	if d.Connector != nil {
		return d.Connector, nil
	}
	to, err := d.api(ctx)
	if to == nil {
		return nil, err
	}
	return to, err
}

const longestProblem = 300 // characters

// note keeps what came of speaking to the database.
func (d *Statements) note(ctx context.Context, problem error) error {
	said := ""
	if problem != nil {
		said = value.Clip(troubleOf(problem).Key, longestProblem)
		if status := troubleOf(problem).Status; status != "" {
			said += " " + status
		}
	}
	return d.Site.DB.Maintain(ctx, "legal.note", func(tx *db.Tx) error {
		return tx.Keep("update statement_database set tried_us = $1, problem = $2 where id = 1", value.Micros(tx.Now()), said)
	})
}

// box encrypts under a key that only this site has.
func (d *Statements) box() (cipher.AEAD, error) {
	block, err := aes.NewCipher(d.Key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// sealToken binds a token to its address: a row whose address was altered opens nothing.
func (d *Statements) sealToken(address, token string) (string, error) {
	box, err := d.box()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, box.NonceSize())
	rand.Read(nonce) // never fails
	return base64.RawStdEncoding.EncodeToString(box.Seal(nonce, nonce, []byte(token), []byte(address))), nil
}

func (d *Statements) openToken(address, sealed string) (string, error) {
	box, err := d.box()
	if err != nil {
		return "", err
	}
	text, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil || len(text) < box.NonceSize() {
		return "", errors.New("legal: a token that nobody sealed")
	}
	token, err := box.Open(nil, text[:box.NonceSize()], text[box.NonceSize():], []byte(address))
	return string(token), err
}

// fieldWrong is an error at a field, with its words in the catalogue.
func fieldWrong(field, key, english string) error {
	return &value.Error{Kind: value.Invalid, Field: field, Key: key, Message: english}
}
