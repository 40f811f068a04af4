package api

import (
	"fmt"
	"io"
	"net/http"
	"strconv"

	"fairground/internal/sheet"
	"fairground/internal/value"
)

// startExport lets a file be made in the background. Its columns are settled here, as the token sees them: the job acts
// for the account, which may see more.
func (a *API) startExport(w http.ResponseWriter, r *http.Request) error {
	var b exportBody
	body, err := readInto(r, &b)
	if err != nil {
		return err
	}
	if b.Object == "" {
		return value.Fieldf("object", "say which records are wanted")
	}
	k, err := a.carrier(r, Export, b.Object)
	if err != nil {
		return err
	}
	return a.afterwards(w, r, body, func() (Answer, error) { return k.startExport(r, b) })
}

func (k *carrier) startExport(r *http.Request, b exportBody) (Answer, error) {
	format := sheet.Format(b.Format)
	if format == "" {
		format = sheet.CSV
	}
	if exportTypes[format] == "" {
		return Answer{}, value.Fieldf("format", "format is csv, ndjson or xlsx")
	}
	q := recordQuery{Filter: b.Filter, Search: b.Search, Sort: b.Sort, Trash: b.Trash}
	asked := q.query(b.Object)
	seen, err := k.exported(r, asked)
	if err != nil {
		return Answer{}, err
	}
	columns := b.Fields
	if columns == nil {
		columns = []string{}
		for _, f := range seen.Fields {
			columns = append(columns, f.Key)
		}
	}
	x, err := k.desk.StartExport(r.Context(), k.asker, asked, columns, format)
	if err != nil {
		return Answer{}, err
	}
	if err := k.noteExport(r, seen, q, format); err != nil {
		return Answer{}, err
	}
	answer, err := AnswerJSON(http.StatusAccepted, showExport(x))
	if err == nil {
		answer.Header["Location"] = Path + "/exports/" + x.ID.Text(ExportKind)
	}
	return answer, err
}

// showExport answers with how far an export is.
func (a *API) showExport(w http.ResponseWriter, r *http.Request) error {
	k, err := a.carrier(r, Export, "")
	if err != nil {
		return err
	}
	x, err := k.findExport(r)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, http.StatusOK, showExport(x))
}

// openExport sends the file of an export that is done.
func (a *API) openExport(w http.ResponseWriter, r *http.Request) error {
	k, err := a.carrier(r, Export, "")
	if err != nil {
		return err
	}
	x, err := k.findExport(r)
	if err != nil {
		return err
	}
	if err := k.checkFile(r, x); err != nil {
		return err
	}
	file, x, err := k.desk.OpenExport(r.Context(), k.asker, x.ID)
	if err != nil {
		return err
	}
	defer file.Close()
	h := w.Header()
	h.Set("Content-Type", exportTypes[x.Format])
	h.Set("Content-Length", strconv.FormatInt(x.Bytes, 10))
	h.Set("Content-Disposition", attachment(x.Name()))
	h.Set("Cache-Control", "no-store")
	out := &patientWriter{w: w, control: http.NewResponseController(w)}
	if _, err := io.CopyBuffer(out, struct{ io.Reader }{file}, make([]byte, 256<<10)); err != nil {
		return fmt.Errorf("api: sending export %s: %w", x.ID, err)
	}
	return nil
}
