package member

import (
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// OwnEstate is what this package holds about people: an Estate.
type OwnEstate struct{}

// Name is the folder of this estate in an export.
func (OwnEstate) Name() string { return "member" }

// Export hands over alerts, preferences, blocks and devices.
func (OwnEstate) Export(tx *db.Tx, of value.ID, put func(name string, rows any) error) error {
	for _, part := range []struct {
		name string
		read func(*db.Tx, value.ID) (any, error)
	}{
		{"alerts", exportAlerts}, {"preferences", exportPreferences}, {"blocked", exportBlocks}, {"devices", exportDevices},
	} {
		rows, err := part.read(tx, of)
		if err == nil {
			err = put(part.name, rows)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func exportAlerts(tx *db.Tx, of value.ID) (any, error) {
	all, err := listNotes(tx, of, place{}, 10_000)
	rows := make([]map[string]any, len(all))
	for i, n := range all {
		rows[i] = map[string]any{"kind": n.kind, "subject": n.subject, "text": n.body, "at": n.at, "seen": n.seen, "mailed": n.mailed}
	}
	return rows, err
}

func exportPreferences(tx *db.Tx, of value.ID) (any, error) {
	all, err := allPreferences(tx, of)
	rows := make([]map[string]any, len(all))
	for i, p := range all {
		rows[i] = map[string]any{"kind": p.kind, "channel": p.channel, "wanted": p.wanted, "since": p.at}
	}
	return rows, err
}

func exportBlocks(tx *db.Tx, of value.ID) (any, error) {
	all, err := listBlocks(tx, of)
	rows := make([]map[string]any, len(all))
	for i, b := range all {
		rows[i] = map[string]any{"known_as": b.KnownAs, "since": b.At}
	}
	return rows, err
}

func exportDevices(tx *db.Tx, of value.ID) (any, error) {
	all, err := listDevices(tx, of)
	rows := make([]map[string]any, len(all))
	for i, d := range all {
		rows[i] = map[string]any{"name": d.Name, "push_service": d.to.Endpoint, "since": d.Since, "reached": d.Reached}
	}
	return rows, err
}

const dropJob = "member.drop_file"

type dropOrder struct {
	Blob string `json:"blob"`
}

// Erase removes everything, blocks by others too: there is nobody left to block. The wish to be erased stays as its proof.
func (OwnEstate) Erase(tx *db.Tx, of value.ID, keep func(what, why, until string)) error {
	exports, err := listExports(tx, of)
	if err != nil {
		return err
	}
	for _, e := range exports {
		if e.Blob == "" {
			continue
		}
		if _, err := job.Enqueue(tx, job.Job{Kind: dropJob, Key: e.Blob, Payload: dropOrder{e.Blob}}); err != nil {
			return err
		}
	}
	if err := eraseRows(tx, of); err != nil {
		return err
	}
	for _, object := range []string{"member_preference", "member_block", "member_export", deviceObject} {
		if _, err := change.Erase(tx, object, of); err != nil {
			return err
		}
	}
	ctx := tx.Context()
	keep(text.T(ctx, "member.kept.wish"), text.T(ctx, "member.kept.wish_why"), text.T(ctx, "member.kept.wish_until"))
	return nil
}
