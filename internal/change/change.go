package change

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

// Schema returns the package's tables.
func Schema() db.Schema { return db.Schema{Feature: "change", Files: files} }

// Row is one entry of the log.
type Row struct {
	Seq    int64 // its place in the order, from 1, without a gap
	ID     value.ID
	At     time.Time
	Actor  string // as value.Actor.String wrote it
	Action string
	Object string
	Record value.ID
	Diff   string // JSON; empty when it was erased
	Salt   []byte // nil when the diff was erased
	Digest []byte // HMAC-SHA256 of the diff under the salt
}

// Append writes entries to the log inside the transaction whose author they carry. It is the db.Config.Log of every
// cluster; features call db.Tx.Log instead.
func Append(tx *db.Tx, changes []db.Change) error {
	rows := make([][]any, len(changes))
	salts := make([]byte, saltLength*len(changes))
	rand.Read(salts) // never fails
	for i, c := range changes {
		diff, written := c.Diff.(json.RawMessage) // JSON already, as an import has by the thousand
		if !written {
			var err error
			if diff, err = json.Marshal(c.Diff); err != nil {
				return fmt.Errorf("change.Append(%s %d): %w", c.Object, c.Record, err)
			}
		}
		salt := salts[i*saltLength : (i+1)*saltLength]
		rows[i] = []any{int64(tx.NewID()), value.Micros(tx.Now()), tx.Actor().String(), tx.Action(), c.Object, int64(c.Record),
			string(diff), salt, Commit(salt, string(diff))}
	}
	return tx.Insert("change", []string{"id", "at_us", "actor", "action", "object", "record", "diff", "salt", "digest"}, rows)
}

const saltLength = 16

// Commit is the commitment to a diff: HMAC-SHA256 under its salt.
func Commit(salt []byte, diff string) []byte {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(diff))
	return mac.Sum(nil)
}

const columns = "seq, id, at_us, actor, action, object, record, coalesce(diff, ''), salt, digest"

func scan(row db.Scanner) (Row, error) {
	var r Row
	var at_us int64
	err := row.Scan(&r.Seq, &r.ID, &at_us, &r.Actor, &r.Action, &r.Object, &r.Record, &r.Diff, &r.Salt, &r.Digest)
	r.At = value.FromMicros(at_us)
	return r, err
}

// Since returns up to limit entries after a number, in order. On PostgreSQL entries that have no number yet are not
// among them; call Number before.
func Since(tx *db.Tx, seq int64, limit int) ([]Row, error) {
	return db.All(tx, scan, "select "+columns+" from change where seq > $1 order by seq limit $2", seq, limit)
}

// History returns the newest entries about one record, newest first.
func History(tx *db.Tx, object string, record value.ID, limit int) ([]Row, error) {
	return db.All(tx, scan, "select "+columns+` from change
		where record = $1 and object = $2 and seq is not null
		order by seq desc
		limit $3`, record, object, limit)
}

// Last returns the number of the newest entry, 0 when the log is empty.
func Last(tx *db.Tx) (int64, error) {
	return db.One(tx, db.Column[int64], "select coalesce(max(seq), 0) from change")
}

// Position names the state of the log: two equal positions are separated by no change. It is empty while there are
// entries without a number yet, whose place nobody can name.
func Position(tx *db.Tx) (string, error) {
	if tx.Engine() == db.Postgres {
		waiting, err := db.One(tx, db.Column[bool], "select exists (select 1 from change where seq is null)")
		if err != nil || waiting {
			return "", err
		}
	}
	last, err := Last(tx)
	return strconv.FormatInt(last, 10), err
}

// Erase forgets the diffs of one record and the salts that bind them to their digests. What happened when, by whom,
// stays, and so does every seal. It returns how many entries it emptied. The erasure itself is a change to be logged.
func Erase(tx *db.Tx, object string, record value.ID) (int64, error) {
	return tx.Exec("update change set diff = null, salt = null where record = $1 and object = $2 and diff is not null", record, object)
}
