package listing

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// importRun is how far an import of one file is.
type importRun struct {
	id       value.ID
	rowsDone int
	tally    Tally
	seller   Seller
}

// begin finds the run that an earlier try of the same file left unfinished, or starts one. A file that was imported to
// its end before is gone through again: its rows will be found unchanged.
func (i *Import) begin(ctx context.Context, sum string) (*importRun, error) {
	if i.DryRun {
		return &importRun{}, nil
	}
	run := &importRun{}
	sum, err := i.Mapping.over(sum)
	if err != nil {
		return nil, err
	}
	err = i.Desk.DB.Write(ctx, i.Actor, "listing.import", func(tx *db.Tx) error {
		seller, err := importSeller(tx, i.Mapping)
		if err != nil {
			return err
		}
		*run = importRun{seller: seller}
		var tally string
		var ended *int64
		err = tx.Row("select id, rows_done, tally, ended_us from import_run where source = $1 and file_sum = $2", i.Mapping.Source, sum).
			Scan(&run.id, &run.rowsDone, &tally, &ended)
		switch {
		case err == nil && ended == nil:
			return json.Unmarshal([]byte(tally), &run.tally)
		case err == nil:
			run.rowsDone = 0
			_, err = tx.Exec("update import_run set rows_done = 0, tally = '{}', ended_us = null, began_us = $2, updated_us = $2 where id = $1", int64(run.id), value.Micros(tx.Now()))
		case value.KindOf(err) == value.NotFound:
			run.id = tx.NewID()
			err = tx.Insert("import_run", []string{"id", "source", "file_sum", "rows_done", "tally", "began_us", "updated_us"}, [][]any{
				{int64(run.id), i.Mapping.Source, sum, 0, "{}", value.Micros(tx.Now()), value.Micros(tx.Now())}})
		}
		tx.Log(db.Change{Object: "import", Record: run.id, Diff: map[string]any{"source": i.Mapping.Source, "file": sum}})
		return err
	})
	return run, err
}

// over identifies an import: the same file under another mapping is another one, which must not go on in the middle.
func (m Mapping) over(sum string) (string, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("import %s: %w", m.Source, err)
	}
	return fmt.Sprintf("%s %x", sum, sha256.Sum256(text)), nil
}

// importSeller finds the seller that earlier imports from the source made, or makes it.
func importSeller(tx *db.Tx, m Mapping) (Seller, error) {
	s, err := db.One(tx, scanSeller, `
		select id, kind, name, town, since_us, verified_us from seller
		where name = $1 and kind = $2 and id in (select seller from listing where source = $3)
		limit 1`, m.Seller.Name, string(m.Seller.Kind), m.Source)
	if value.KindOf(err) != value.NotFound {
		return s, err
	}
	s = Seller{ID: tx.NewID(), Kind: m.Seller.Kind, Name: m.Seller.Name, Town: m.Seller.Town, Since: tx.Now()}
	return s, AddSeller(tx, s)
}

func scanSeller(row db.Scanner) (Seller, error) {
	var s Seller
	var since_us int64
	var verified_us *int64
	err := row.Scan(&s.ID, &s.Kind, &s.Name, &s.Town, &since_us, &verified_us)
	s.Since, s.Verified = value.FromMicros(since_us), db.TimeOf(verified_us)
	return s, err
}

// store writes one portion and how far the import is with it.
func (i *Import) store(ctx context.Context, run *importRun, batch []candidate, done int, tally Tally, last bool) error {
	return i.Desk.DB.Write(ctx, i.Actor, "listing.import", func(tx *db.Tx) error {
		var made, screened []Listing
		var outcomes []safety.Outcome
		for _, c := range batch {
			if c.err != nil || c.known != nil && !c.changed() {
				continue
			}
			outcomes, screened = append(outcomes, c.outcome), append(screened, c.made)
			if c.known == nil {
				c.made.Seller = run.seller
				made = append(made, c.made)
			}
		}
		if err := i.Desk.keep(tx, outcomes, screened...); err != nil {
			return err
		}
		if err := insertListings(tx, made); err != nil {
			return err
		}
		for _, l := range made {
			logChange(tx, Listing{}, l, nil)
		}
		if err := storeUpdates(tx, batch); err != nil {
			return err
		}
		return noteProgress(tx, run.id, done, tally, last)
	})
}

func storeUpdates(tx *db.Tx, batch []candidate) error {
	for _, c := range batch {
		if c.err != nil || !c.changed() {
			continue
		}
		if err := updateListing(tx, c.made); err != nil {
			return err
		}
		after := c.made
		after.Rev++
		logChange(tx, *c.known, after, nil)
	}
	return nil
}

func noteProgress(tx *db.Tx, id value.ID, done int, tally Tally, last bool) error {
	var ended any
	if last {
		ended = value.Micros(tx.Now())
		tx.Log(db.Change{Object: "import", Record: id, Diff: map[string]any{"tally": tally}})
	}
	_, err := tx.Exec("update import_run set rows_done = $2, tally = $3, updated_us = $4, ended_us = $5 where id = $1",
		int64(id), done, toJSON(tally), value.Micros(tx.Now()), ended)
	if err != nil || last {
		return err
	}
	tx.Log(db.Change{Object: "import", Record: id, Diff: map[string]any{"rows": done}})
	return nil
}
