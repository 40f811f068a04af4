package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"fairground/internal/audit"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/value"
)

var collector = value.SystemActor("evidence")

// runCollect seals one package. It may run twice, also at the same time: what is stored gets a name of its own, and one
// transaction decides which is the package.
func (v *Vault) runCollect(ctx context.Context, c job.Claim) error {
	var order collecting
	if err := c.Payload(&order); err != nil {
		return err
	}
	e, all, err := v.prepare(ctx, order.Evidence)
	if err != nil || e.State != Collecting {
		return err
	}
	m, members, packed, err := v.pack(ctx, e)
	if err != nil {
		return fmt.Errorf("evidence.collect(%d): %w", e.ID, err)
	}
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	locked, err := v.envelopes(key, all)
	if err != nil {
		return fmt.Errorf("evidence.collect(%d): %w", e.ID, err)
	}
	e.Manifest = m
	if err := v.store(ctx, &e, key, packed); err != nil {
		return fmt.Errorf("evidence.collect(%d): %w", e.ID, err)
	}
	return v.finish(ctx, e, members, locked)
}

func (v *Vault) prepare(ctx context.Context, id value.ID) (e Evidence, all []custodian, err error) {
	err = v.DB.Read(ctx, func(tx *db.Tx) error {
		if e, err = findEvidence(tx, id); err != nil {
			return err
		}
		all, err = findCustodians(tx)
		return err
	})
	return e, all, err
}

// pack collects and packs what a preservation is about.
func (v *Vault) pack(ctx context.Context, e Evidence) (m Manifest, members []value.ID, packed []byte, err error) {
	about := About{Author: e.Author}
	if e.About != nil {
		about = *e.About
	}
	found, err := v.Collector.Collect(ctx, e.Object, e.Record, about)
	if err != nil {
		return m, nil, nil, fmt.Errorf("collecting %s %d: %w", e.Object, e.Record, err)
	}
	known, err := json.MarshalIndent(about, "", "\t")
	if err != nil {
		return m, nil, nil, err
	}
	parts := append([]Part{{Name: "decision.json", Bytes: known, Source: "what the decision knew at its moment", At: e.Made}}, found.Parts...)
	seals, receipts, err := v.receipts(ctx, e)
	if err != nil {
		return m, nil, nil, err
	}
	m = Manifest{
		Format: manifestFormat, Site: v.DB.Name(), Evidence: e.ID.Text(Kind), Object: e.Object, Record: int64(e.Record),
		Decision: int64(e.Decision), Reason: e.Reason, Preserved: e.Made, Collected: v.DB.Clock().Now(), Collector: collector.String(),
		Missing: found.Missing, Changes: seals,
	}
	m, packed, err = pack(m, append(parts, receipts...))
	return m, append(found.Members, e.Author), packed, err
}

const mostChanges = 300 // of a record that are enclosed with their receipts; the newest

// receipts encloses what the change log says of the record and of the decision, with proofs for what is sealed.
func (v *Vault) receipts(ctx context.Context, e Evidence) (seals []ListedSeal, parts []Part, err error) {
	if v.SealLog != nil {
		if err := v.SealLog(ctx); err != nil {
			return nil, nil, fmt.Errorf("sealing the log: %w", err)
		}
	}
	var rows []change.Row
	err = v.DB.Read(ctx, func(tx *db.Tx) error {
		if rows, err = change.History(tx, e.Object, e.Record, mostChanges); err != nil {
			return err
		}
		own, err := change.History(tx, Object, e.ID, mostChanges)
		rows = append(rows, own...)
		return err
	})
	for _, row := range rows {
		if err != nil {
			return nil, nil, err
		}
		listed := listedSeal(row)
		receipt, problem := audit.Proof(ctx, v.DB, row.Seq)
		switch {
		case problem == nil:
			listed.Receipt = fmt.Sprintf("receipt/%d.txt", row.Seq)
			parts = append(parts, Part{Name: listed.Receipt, Bytes: []byte(receipt), Source: "the change log's seal", At: row.At})
		case value.KindOf(problem) != value.NotFound:
			err = problem
		}
		seals = append(seals, listed)
	}
	return seals, parts, err
}

// store encrypts, writes and reads back. The name holds the hash of what it names, so two runs never overwrite each
// other.
func (v *Vault) store(ctx context.Context, e *Evidence, key *age.X25519Identity, packed []byte) error {
	var sealed bytes.Buffer
	if err := encrypt(&sealed, packed, key.Recipient()); err != nil {
		return err
	}
	e.Sha256, e.Bytes = sumOf(sealed.Bytes()), int64(sealed.Len())
	e.File = filesOf(e.ID) + e.Sha256 + ".age"
	if err := v.Files.Put(ctx, e.File, bytes.NewReader(sealed.Bytes()), e.Bytes); err != nil {
		return err
	}
	_, err := v.stored(ctx, *e)
	return err
}

const folder = "evidence/"

// filesOf begins the names of all files that were ever stored for a preservation.
func filesOf(id value.ID) string { return folder + id.String() + "/" }

// stored reads a package's file and checks that it is the one that was sealed.
func (v *Vault) stored(ctx context.Context, e Evidence) ([]byte, error) {
	in, err := v.Files.Open(ctx, e.File)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	sealed, err := io.ReadAll(in)
	if err == nil && sumOf(sealed) != e.Sha256 {
		err = value.Errorf(value.Conflict, "the stored package is not the one that was sealed: its SHA-256 is %s", sumOf(sealed))
	}
	return sealed, err
}

// finish makes what was stored the package, unless another run was faster.
func (v *Vault) finish(ctx context.Context, e Evidence, members []value.ID, locked map[value.ID]string) error {
	late := errors.New("another run has sealed it")
	err := v.DB.Write(ctx, collector, "evidence.seal", func(tx *db.Tx) error {
		e.Sealed = tx.Now()
		n, err := markSealed(tx, e)
		if err != nil {
			return err
		}
		if n == 0 {
			return late
		}
		tx.Log(db.Change{Object: Object, Record: e.ID, Diff: map[string]any{
			"state": Sealed, "sha256": e.Sha256, "bytes": e.Bytes, "parts": len(e.Manifest.Parts), "keys": len(locked),
		}})
		return errors.Join(insertMembers(tx, e.ID, members...), saveEnvelopes(tx, e.ID, locked))
	})
	if errors.Is(err, late) {
		return v.Files.Delete(ctx, e.File)
	}
	return err
}

// sweep deletes what interrupted runs have left: files beside the package of a preservation that has one, or that is over.
func (v *Vault) sweep(ctx context.Context) error {
	for key, err := range v.Files.Keys(ctx, folder) {
		if err != nil {
			return err
		}
		id, err := parseNumber(strings.Split(strings.TrimPrefix(key, folder), "/")[0])
		if err != nil {
			continue
		}
		e, _, err := v.prepare(ctx, id)
		switch {
		case value.KindOf(err) == value.NotFound || err == nil && e.State == Collecting:
			continue
		case err != nil:
			return err
		case e.File != key || e.State == Released:
			if err := v.Files.Delete(ctx, key); err != nil {
				return err
			}
		}
	}
	return nil
}
