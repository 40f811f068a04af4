package member

import (
	"archive/zip"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/media"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

const (
	exportJob      = "member.export"
	exportAttempts = 5
	exportEvery    = 24 * time.Hour     // between two asked for
	exportAge      = 7 * 24 * time.Hour // after which the file is removed
	exportID       = "exp"              // kind of its outside id
)

// exportState is how far an export is.
type exportState string

const (
	exportWaiting exportState = "waiting"
	exportDone    exportState = "ready"
	exportFailed  exportState = "failed"
)

// export is a copy of somebody's records, wanted or made.
type export struct {
	ID, Account value.ID
	State       exportState
	Steps, Done int
	Blob        string
	Size        int64 // bytes
	Asked       time.Time
	Ready       time.Time
}

// Until is when the file is removed.
func (e export) Until() time.Time { return e.Ready.Add(exportAge) }

type exportOrder struct {
	Export value.ID `json:"export"`
}

// Ask queues an export of everything that is held about an account. More than one a day is Limited.
func (d *Desk) Ask(tx *db.Tx, of value.ID) error {
	s := site.From(tx.Context())
	all, err := listExports(tx, of)
	if err != nil {
		return err
	}
	if len(all) > 0 && mayAskAt(all).After(tx.Now()) {
		return &value.Error{Kind: value.Limited, Key: "member.export.daily", Message: "you asked for your records already today; please come back tomorrow"}
	}
	e := export{ID: tx.NewID(), Account: of, State: exportWaiting, Steps: len(d.config.Estates(s)), Asked: tx.Now()}
	if err := insertExport(tx, e); err != nil {
		return err
	}
	tx.Log(db.Change{Object: "member_export", Record: of, Diff: map[string]any{"state": exportWaiting}})
	_, err = job.Enqueue(tx, job.Job{Kind: exportJob, Key: e.ID.String(), Payload: exportOrder{e.ID}})
	return err
}

// mayAskAt is when the next export may be asked for; exports are newest first.
func mayAskAt(all []export) time.Time {
	if len(all) == 0 || all[0].State == exportFailed {
		return time.Time{}
	}
	return all[0].Asked.Add(exportEvery)
}

// export makes the file. It can run any number of times: the file has the same name each time.
func (d *Desk) export(ctx context.Context, s *site.Site, c job.Claim) error {
	var order exportOrder
	if err := c.Payload(&order); err != nil {
		return err
	}
	e, to, err := d.readExport(ctx, s, order.Export)
	if value.KindOf(err) == value.NotFound || err == nil && e.State != exportWaiting {
		return nil
	}
	if err == nil {
		ctx = d.config.Letters(ctx, locale(s, to))
		e.Blob = exportKey(s, e.ID)
		e.Size, err = d.makeFile(ctx, s, e)
	}
	if err == nil {
		return d.finishExport(ctx, s, c, e)
	}
	if c.Attempt < exportAttempts {
		return err
	}
	note := s.DB.Write(ctx, value.SystemActor("member"), "member.export_failed", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "member_export", Record: e.Account, Diff: map[string]any{"state": exportFailed}})
		return setExport(tx, order.Export, exportFailed, "", 0)
	})
	return errors.Join(err, note)
}

func (d *Desk) readExport(ctx context.Context, s *site.Site, id value.ID) (e export, to account.Account, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if e, err = findExport(tx, id); err == nil {
			to, err = account.Find(tx, e.Account)
		}
		return err
	})
	return e, to, err
}

// exportKey names the file so that nobody can guess it, and each run of the job the same.
func exportKey(s *site.Site, id value.ID) string {
	mac := hmac.New(sha256.New, s.Key("member export"))
	mac.Write([]byte(id.Text(exportID)))
	return "exports/" + hex.EncodeToString(mac.Sum(nil)[:16]) + ".zip"
}

// makeFile gathers everything in a temporary file and stores it. It returns the number of bytes.
func (d *Desk) makeFile(ctx context.Context, s *site.Site, e export) (size int64, err error) {
	draft, err := os.CreateTemp("", "export-*.zip")
	if err != nil {
		return 0, fmt.Errorf("member: a file for an export: %w", err)
	}
	defer func() { err = errors.Join(err, draft.Close(), os.Remove(draft.Name())) }()
	if err := d.gather(ctx, s, e, draft); err != nil {
		return 0, err
	}
	if size, err = draft.Seek(0, io.SeekEnd); err != nil {
		return 0, err
	}
	if _, err := draft.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	return size, d.config.Files(s).Put(ctx, e.Blob, draft, size)
}

func (d *Desk) gather(ctx context.Context, s *site.Site, e export, into io.Writer) error {
	archive := zip.NewWriter(into)
	g := gathering{ctx: ctx, archive: archive, files: d.config.Files(s)}
	if err := g.add("README.txt", []byte(text.T(ctx, "member.export.readme", "site", s.Settings().Name)+"\n")); err != nil {
		return err
	}
	for i, estate := range d.config.Estates(s) {
		g.folder = estate.Name()
		err := s.DB.Read(ctx, func(tx *db.Tx) error { return estate.Export(tx, e.Account, g.put) })
		if err != nil {
			return fmt.Errorf("member: the export of %s: %w", estate.Name(), err)
		}
		if err := g.copyBlobs(); err != nil {
			return err
		}
		err = s.DB.Maintain(ctx, "member: progress of an export", func(tx *db.Tx) error { return setProgress(tx, e.ID, i+1) })
		if err != nil {
			return err
		}
	}
	return archive.Close()
}

// gathering writes what estates hand over into an archive.
type gathering struct {
	ctx     context.Context
	archive *zip.Writer
	files   media.Blobs
	folder  string      // of the estate that hands over
	blobs   [][2]string // name and key of stored files, copied when the estate's read is over
}

var entryName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*(\.[a-z0-9]+)*$`)

// put takes one document or file; see Estate.Export.
func (g *gathering) put(name string, rows any) error {
	if !entryName.MatchString(name) {
		return fmt.Errorf("%q is no name for a part of an export", name)
	}
	name = g.folder + "/" + name
	if !strings.Contains(name, ".") {
		written, err := json.MarshalIndent(rows, "", "  ")
		if err != nil {
			return fmt.Errorf("the part %s: %w", name, err)
		}
		return g.add(name+".json", append(written, '\n'))
	}
	switch rows := rows.(type) {
	case []byte:
		return g.add(name, rows)
	case string:
		g.blobs = append(g.blobs, [2]string{name, rows})
		return nil
	default:
		return fmt.Errorf("the file %s of an export must be bytes or the key of a stored file, not %T", name, rows)
	}
}

func (g *gathering) add(name string, content []byte) error {
	w, err := g.archive.Create(name)
	if err == nil {
		_, err = w.Write(content)
	}
	return err
}

func (g *gathering) copyBlobs() error {
	for _, blob := range g.blobs {
		if err := g.copyBlob(blob[0], blob[1]); err != nil {
			return fmt.Errorf("the file %s of an export: %w", blob[0], err)
		}
	}
	g.blobs = nil
	return nil
}

func (g *gathering) copyBlob(name, key string) error {
	content, err := g.files.Open(g.ctx, key)
	if value.KindOf(err) == value.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	defer content.Close()
	w, err := g.archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store}) // photos are compressed already
	if err == nil {
		_, err = io.Copy(w, content)
	}
	return err
}

// finishExport makes the file known to its owner. When the export is not wanted any more, because its owner was erased
// meanwhile, the file goes again.
func (d *Desk) finishExport(ctx context.Context, s *site.Site, c job.Claim, e export) error {
	wanted := false
	err := s.DB.Write(ctx, value.SystemActor("member"), "member.export", func(tx *db.Tx) error {
		present, err := findExport(tx, e.ID)
		if wanted = err == nil && present.State == exportWaiting; !wanted {
			if value.KindOf(err) == value.NotFound {
				err = nil
			}
			return err
		}
		if err := setExport(tx, e.ID, exportDone, e.Blob, e.Size); err != nil {
			return err
		}
		tx.Log(db.Change{Object: "member_export", Record: e.Account, Diff: map[string]any{"state": exportDone, "bytes": e.Size}})
		if err := d.Tell(tx, exportAlert(e)); err != nil {
			return err
		}
		return c.Finish(tx)
	})
	if err == nil && !wanted {
		return d.config.Files(s).Delete(ctx, e.Blob)
	}
	return err
}

func exportAlert(e export) account.Alert {
	return account.Alert{
		To: e.Account, Kind: exportReady, Href: "/account/my-data", Record: e.ID,
		Words: func(ctx context.Context) account.Words {
			return account.Words{
				Subject: text.T(ctx, "member.export.subject"),
				Text:    text.T(ctx, "member.export.text", "days", int(exportAge.Hours()/24)),
			}
		},
	}
}
