package legal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/value"
)

// BatchSize is how many records the Transparency Database takes at once.
const BatchSize = 100

// Verdicts is what the database said of a batch.
type Verdicts struct {
	Faults map[int]string  // what is wrong, by the place of a record in the batch; none: the whole batch was taken
	Known  map[string]bool // the puids that it has already
}

// Connector sends a batch of up to BatchSize records to the Transparency Database. When it returns any verdict, the
// database stored nothing of the batch. An error means that nothing is known, and the batch is sent again later.
type Connector interface {
	Send(ctx context.Context, records []json.RawMessage) (Verdicts, error)
}

// DeliverJob is the name of the job that sends records.
const DeliverJob = "legal.deliver"

// deliverAttempts is how often a delivery is tried before the next hour, with the pauses of package job.
const deliverAttempts = 4

// Handler sends what waits every hour. Without a connection it does nothing.
func (d *Statements) Handler() job.Handler {
	return job.Handler{Kind: DeliverJob, Every: time.Hour, Attempts: deliverAttempts, Timeout: 10 * time.Minute, Run: func(ctx context.Context, _ job.Claim) error {
		_, err := d.Deliver(ctx)
		return err
	}}
}

const mostBatches = 50 // in one run; the next continues

// Deliver sends the records that wait and returns how many were taken. A record that is refused is put aside with the
// reason, and the others of its batch go again.
func (d *Statements) Deliver(ctx context.Context) (sent int, err error) {
	to, err := d.connector(ctx)
	if to == nil || err != nil {
		return 0, err
	}
	sent, err = d.deliver(ctx, to)
	if sent == 0 && err == nil {
		return 0, nil
	}
	return sent, errors.Join(err, d.note(ctx, err))
}

func (d *Statements) deliver(ctx context.Context, to Connector) (sent int, err error) {
	for range mostBatches {
		batch, err := d.batch(ctx)
		if err != nil || len(batch) == 0 {
			return sent, err
		}
		verdicts, err := to.Send(ctx, payload(batch))
		if err != nil {
			return sent, fmt.Errorf("legal.Deliver(%d records): %w", len(batch), err)
		}
		n, err := d.settle(ctx, batch, verdicts)
		sent += n
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

func (d *Statements) batch(ctx context.Context) (batch []Statement, err error) {
	err = d.Site.DB.Read(ctx, func(tx *db.Tx) error {
		batch, err = Batch(tx, 0)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("legal.Deliver: %w", err)
	}
	return batch, nil
}

// Batch returns up to BatchSize statements whose records wait, those after an id, oldest first.
func Batch(tx *db.Tx, after value.ID) ([]Statement, error) {
	return db.All(tx, scanStatement, "select "+statementColumns+" from statement where dsa_state = 'waiting' and id > $1 order by id limit $2",
		int64(after), BatchSize)
}

func payload(batch []Statement) []json.RawMessage {
	all := make([]json.RawMessage, len(batch))
	for i, s := range batch {
		all[i] = json.RawMessage(s.DSA)
	}
	return all
}

// settle stores what became of a batch. With verdicts, only what they name is settled. Verdicts that name nothing of the
// batch would be sent again for ever; they are an error.
func (d *Statements) settle(ctx context.Context, batch []Statement, v Verdicts) (sent int, err error) {
	err = d.Site.DB.Write(ctx, value.SystemActor(DeliverJob), "statement.deliver", func(tx *db.Tx) error {
		sent = 0
		settled := 0
		for i, s := range batch {
			state, reason, done := verdict(v, i, s)
			if !done {
				continue
			}
			settled++
			if state == Sent {
				sent++
			}
			if err := move(tx, s.ID, state, reason); err != nil {
				return err
			}
		}
		if settled == 0 {
			return value.Errorf(value.Unavailable, "the database refused a batch and named none of its records")
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("legal.settle: %w", err)
	}
	return sent, nil
}

func verdict(v Verdicts, at int, s Statement) (state Delivery, reason string, done bool) {
	if len(v.Faults) == 0 && len(v.Known) == 0 {
		return Sent, "", true
	}
	if fault := v.Faults[at]; fault != "" {
		return Refused, fault, true
	}
	if r, err := ParseRecord(s.DSA); err == nil && v.Known[r.PUID] {
		return Sent, "", true // an answer of before got lost
	}
	return Waiting, "", false
}

const longestRefusal = 1000 // characters

func move(tx *db.Tx, id value.ID, to Delivery, reason string) error {
	tx.Log(db.Change{Object: "statement", Record: id, Diff: map[string]any{"record": to}})
	_, err := tx.Exec("update statement set dsa_state = $2, dsa_reason = $3, dsa_us = $4 where id = $1",
		int64(id), string(to), value.Clip(reason, longestRefusal), value.Micros(tx.Now()))
	return err
}

// MarkSent notes that staff uploaded the batch of waiting records up to and including an id.
func MarkSent(tx *db.Tx, last value.ID) (int, error) {
	batch, err := Batch(tx, 0)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, s := range batch {
		if s.ID > last {
			break
		}
		if err := move(tx, s.ID, Sent, ""); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Retry lets records that the database refused wait again. Those that break a rule stay, because they would be refused
// again.
func Retry(tx *db.Tx) (int, error) {
	all, err := db.All(tx, scanStatement, "select "+statementColumns+" from statement where dsa_state = 'refused' order by id limit $1", mostListed)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, s := range all {
		r, err := ParseRecord(s.DSA)
		if err != nil {
			return n, err
		}
		if len(r.Faults()) > 0 {
			continue
		}
		if err := move(tx, s.ID, Waiting, ""); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// JSON is a batch as the database takes it.
func JSON(batch []Statement) ([]byte, error) {
	return json.Marshal(map[string]any{"statements": payload(batch)})
}

// NDJSON is a batch with one record a line.
func NDJSON(batch []Statement) []byte {
	var all bytes.Buffer
	for _, s := range batch {
		all.WriteString(strings.TrimSpace(s.DSA) + "\n")
	}
	return all.Bytes()
}
