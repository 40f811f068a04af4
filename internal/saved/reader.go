package saved

import (
	"encoding/json"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
)

// Reader follows the changes of a site's listings. It keeps books and enqueues the job that matches.
func (d *Desk) Reader(*site.Site) *change.Reader {
	return &change.Reader{Name: "saved", Apply: noteDue}
}

const (
	listingObject = "listing"
	live          = "live"

	// tooOld is the age after which a change is news for nobody, such as when the log is read from its beginning.
	tooOld = 24 * time.Hour
)

func noteDue(tx *db.Tx, rows []change.Row) error {
	anybody, err := isAnySearch(tx)
	if err != nil || !anybody {
		return err
	}
	noted := false
	for _, row := range rows {
		if row.Object != listingObject || tx.Now().Sub(row.At) > tooOld {
			continue
		}
		if h := read(row.Diff); !h.becameLive() && h.Price == nil {
			continue
		}
		if err := addDue(tx, due{row.Seq, row.Record, row.At}); err != nil {
			return err
		}
		noted = true
	}
	if !noted {
		return nil
	}
	_, err = job.Enqueue(tx, job.Job{Kind: matchJob, Key: matchJob})
	return err
}

// happened is what a change of a listing says about price and status: each old and new, the old one null for something
// new.
type happened struct {
	Price  []*string `json:"price"` // such as "CHF 450.00", "" for none
	Status []*string `json:"status"`
}

// read takes what it can: a diff that was erased, or says something else, tells nothing.
func read(diff string) (h happened) {
	if json.Unmarshal([]byte(diff), &h) != nil {
		return happened{}
	}
	return h
}

// now is the newer of a pair, and whether there is one.
func now(pair []*string) (string, bool) {
	if len(pair) != 2 || pair[1] == nil {
		return "", false
	}
	return *pair[1], true
}

func (h happened) becameLive() bool {
	status, changed := now(h.Status)
	return changed && status == live
}
