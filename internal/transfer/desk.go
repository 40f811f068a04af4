package transfer

import (
	"context"
	"embed"
	"reflect"
	"slices"
	"time"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/media"
	"fairground/internal/record"
	"fairground/internal/value"
)

//go:embed schema
var files embed.FS

// Schema returns the package's tables.
func Schema() db.Schema { return db.Schema{Feature: "transfer", Files: files} }

// The change log's names of what is written here.
const (
	ImportObject = "import"
	ExportObject = "export"
)

// Desk does the imports and exports of one site.
type Desk struct {
	DB      *db.DB
	Records *record.Store
	Files   media.Blobs

	// Asker is what an account may do at this moment; NotFound or Forbidden when it may not act any more.
	Asker func(tx *db.Tx, account value.ID) (record.Asker, error)

	chunk int // rows of a transaction; 0 = chunkRows
}

const (
	importKind = "transfer.import"
	undoKind   = "transfer.undo"
	exportKind = "transfer.export"
	attempts   = 8
	longest    = 12 * time.Hour // of one attempt; the next one goes on
)

// Jobs are the handlers that carry imports and exports out.
func (d *Desk) Jobs() []job.Handler {
	return []job.Handler{
		{Kind: importKind, Run: d.runImport, Attempts: attempts, Timeout: longest},
		{Kind: undoKind, Run: d.runUndo, Attempts: attempts, Timeout: longest},
		{Kind: exportKind, Run: d.runExport, Attempts: attempts, Timeout: longest},
		{Kind: "transfer.tidy", Run: func(ctx context.Context, _ job.Claim) error { return d.Tidy(ctx) }, Every: 24 * time.Hour},
	}
}

// errand is the payload of the jobs.
type errand struct {
	ID value.ID `json:"id"`
}

// agent is on whose behalf a job acts: an account, with what it was allowed when it started the job.
type agent struct {
	Account value.ID       `json:"account"`
	Actor   value.Actor    `json:"actor"`
	Rights  []record.Right `json:"rights"`
}

// agentOf is Forbidden for an asker whom nobody can ask for again later.
func agentOf(a record.Asker) (agent, error) {
	if a.Account == 0 && !isProgram(a) {
		return agent{}, value.Errorf(value.Forbidden, "files are imported and exported on behalf of an account")
	}
	return agent{a.Account, a.Actor, a.Rights}, nil
}

// isProgram reports whether the asker is record.System and nothing less.
func isProgram(a record.Asker) bool { return reflect.DeepEqual(a, record.System(a.Actor.Name)) }

// askerOf is the agent as they are now: never with more rights than when they started.
func (d *Desk) askerOf(tx *db.Tx, g agent) (record.Asker, error) {
	if g.Account == 0 {
		return record.System(g.Actor.Name), nil
	}
	asker, err := d.Asker(tx, g.Account)
	if err != nil {
		return asker, err
	}
	asker.Rights = slices.DeleteFunc(slices.Clone(asker.Rights), func(r record.Right) bool { return !slices.Contains(g.Rights, r) })
	return asker.As(g.Actor), nil
}

// seen finds an object by its number, as the asker sees it: NotFound when it was removed or is hidden.
func (d *Desk) seen(tx *db.Tx, a record.Asker, number int) (*record.Seen, error) {
	gone := value.Errorf(value.NotFound, "the object was removed, or your role may not see it")
	catalog, err := d.Records.Catalog(tx)
	if err != nil {
		return nil, err
	}
	o := catalog.ByNumber(number)
	if o == nil || !o.Retired.IsZero() {
		return nil, gone
	}
	sight, err := d.Records.Sight(tx, a)
	if err != nil {
		return nil, err
	}
	seen, err := sight.Object(o.Key)
	if value.KindOf(err) == value.NotFound {
		return nil, gone
	}
	return seen, err
}

// mine reports whether the asker may know of what belongs to an account.
func mine(a record.Asker, account value.ID) bool {
	return a.Define || a.Account == account && a.Account != 0
}
