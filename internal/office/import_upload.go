package office

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"fairground/internal/db"
	"fairground/internal/transfer"
	"fairground/internal/ui"
	"fairground/internal/value"
	"fairground/internal/web"
)

// acceptedTables is what a browser offers to import.
const acceptedTables = ".csv,.tsv,.txt,.xlsx,.ndjson,.jsonl,.json,.gz"

const (
	mostEarlier = 10  // earlier imports of an object that are shown
	mostLooked  = 200 // of all imports, to find them
)

// uploadForm asks for a file, and shows what was imported before.
func (i *importing) uploadForm(w http.ResponseWriter) error {
	var earlier []transfer.Import
	err := i.read(func(tx *db.Tx) error {
		all, err := i.desk.List(tx, i.asker, mostLooked)
		for _, m := range all {
			if m.Object == i.o.Key && len(earlier) < mostEarlier {
				earlier = append(earlier, m)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return i.page(w, importStep{at: uploadStep, body: i.uploadView(earlier)})
}

// upload takes the file as it comes: it lies on this machine once, however large it is.
func (i *importing) upload(w http.ResponseWriter) error {
	file, err := i.filePart()
	if err == nil {
		defer file.Close()
		i.m, err = i.desk.Upload(i.ctx, i.asker, i.o.Key, file.FileName(), file)
	}
	if err == nil {
		return web.Redirect(w, i.r, i.path("/mapping"))
	}
	if value.KindOf(err) != value.Invalid {
		return err
	}
	if err := i.refuse(err, func(string) bool { return false }); err != nil {
		return err
	}
	return i.uploadForm(w)
}

// filePart is the file of the form.
func (i *importing) filePart() (*multipart.Part, error) {
	missing := &value.Error{Kind: value.Invalid, Key: "office.fault.no_file", Message: "choose a file"}
	parts, err := i.r.MultipartReader()
	if err != nil {
		return nil, missing
	}
	for {
		part, err := parts.NextPart()
		var tooLarge *http.MaxBytesError
		switch {
		case errors.Is(err, io.EOF):
			return nil, missing
		case errors.As(err, &tooLarge):
			return nil, err
		case err != nil:
			return nil, missing
		case part.FormName() == "file" && part.FileName() != "":
			return part, nil
		}
	}
}

// earlierGrid is what was imported before.
func (i *importing) earlierGrid(all []transfer.Import) ui.Grid {
	g := ui.Grid{Label: i.t("office.import.earlier"), Columns: []ui.Column{
		{Title: i.t("office.import.file")}, {Title: i.t("office.import.state"), Kind: ui.TagCell},
		{Title: i.t("office.import.made"), Kind: ui.NumberCell}, {Title: i.t("office.import.changed"), Kind: ui.NumberCell},
		{Title: i.t("office.import.failed"), Kind: ui.NumberCell}, {Title: i.t("office.import.when"), Kind: ui.WhenCell},
	}}
	for _, m := range all {
		id := m.ID.Text(transfer.Short)
		g.Rows = append(g.Rows, ui.Row{ID: id, Name: m.Name, Href: importAt(m), Cells: []ui.Cell{
			{Text: orDash(m.Name)}, {Text: i.stateName(m), Tone: toneOf(m)},
			{Text: i.count(m.Made)}, {Text: i.count(m.Changed)}, {Text: i.count(m.Failed)}, {At: m.Created},
		}})
	}
	return g
}

func (i *importing) count(n int64) string { return i.words.Count(int(n)) }

func (i *importing) stateName(m transfer.Import) string {
	return i.t("office.import.state." + string(m.State))
}

// toneOf colours how an import ended.
func toneOf(m transfer.Import) ui.Tone {
	switch m.State {
	case transfer.Failed:
		return ui.Alarm
	case transfer.Cancelled:
		return ui.Paid
	case transfer.Done:
		if m.Failed > 0 {
			return ui.Paid
		}
		return ui.Safe
	default:
		return ui.Plain
	}
}
