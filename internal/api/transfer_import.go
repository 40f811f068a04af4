package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/transfer"
	"fairground/internal/value"
	"fairground/internal/web"
)

// uploadImport keeps a file that is sent as the body, whatever type it claims to have: the content decides. It is too
// large to be read twice, so the Idempotency-Key of an upload stands for its address and length.
func (a *API) uploadImport(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if err := known(query, "object", "name"); err != nil {
		return err
	}
	object, name := query.Get("object"), query.Get("name")
	if object == "" {
		return badRequest(value.Fieldf("object", "say in object which records these are to become"))
	}
	k, err := a.carrier(r, Import, object)
	if err != nil {
		return err
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); strings.HasPrefix(kind, "multipart/") {
		return web.Status(http.StatusUnsupportedMediaType, value.Errorf(value.Invalid, "send the file itself as the body, not a form"))
	}
	if name == "" {
		name = object
	}
	return a.afterwards(w, r, []byte(strconv.FormatInt(r.ContentLength, 10)), func() (Answer, error) {
		file := &incoming{Reader: r.Body}
		m, err := k.desk.Upload(r.Context(), k.asker, object, name, file)
		if err != nil {
			return Answer{}, file.blame(err)
		}
		return k.answer(r, http.StatusCreated, m)
	})
}

// incoming is a file on its way here.
type incoming struct {
	io.Reader
	err error // why it ended too early
}

// Read reads a part.
func (f *incoming) Read(b []byte) (int, error) {
	n, err := f.Reader.Read(b)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

// blame tells a file that did not arrive from what is wrong with one that did.
func (f *incoming) blame(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case f.err == nil:
		return err
	case errors.As(f.err, &tooLarge):
		return web.Status(http.StatusRequestEntityTooLarge, value.Errorf(value.Invalid, "a file has at most %d bytes; divide it", tooLarge.Limit))
	}
	return badRequest(malformed("the file could not be read to its end").Because(err))
}

// answer is an import as the answer of a write.
func (k *carrier) answer(r *http.Request, status int, m transfer.Import) (Answer, error) {
	shown, err := k.whole(r, m)
	if err != nil {
		return Answer{}, err
	}
	answer, err := AnswerJSON(status, shown)
	if err != nil {
		return Answer{}, err
	}
	answer.Header["ETag"] = Tag(m.Rev)
	if status != http.StatusOK {
		answer.Header["Location"] = Path + "/imports/" + shown.ID
	}
	return answer, nil
}

// listImports lists the newest imports that the token may know of.
func (a *API) listImports(w http.ResponseWriter, r *http.Request) error {
	if err := known(r.URL.Query(), "limit"); err != nil {
		return err
	}
	page, err := ReadPage(r, usualPage)
	if err != nil {
		return err
	}
	k, err := a.carrier(r, Import, "")
	if err != nil {
		return err
	}
	var all []transfer.Import
	err = read(r, func(tx *db.Tx) error {
		all, err = k.desk.List(tx, k.asker, page.Limit)
		return err
	})
	if err != nil {
		return err
	}
	shown := importList{Imports: []importShown{}}
	for _, m := range all {
		if k.caller.May(Import, m.Object) {
			shown.Imports = append(shown.Imports, showImport(m))
		}
	}
	return writeJSON(w, http.StatusOK, shown)
}

// oneImport is the import of the address.
func (a *API) oneImport(r *http.Request) (*carrier, transfer.Import, error) {
	k, err := a.carrier(r, Import, "")
	if err != nil {
		return nil, transfer.Import{}, err
	}
	m, err := k.findImport(r)
	return k, m, err
}

// showImport answers with an import. Its ETag is for If-Match only, because progress does not change it.
func (a *API) showImport(w http.ResponseWriter, r *http.Request) error {
	k, m, err := a.oneImport(r)
	if err != nil {
		return err
	}
	answer, err := k.answer(r, http.StatusOK, m)
	if err != nil {
		return err
	}
	return answer.Write(w)
}

// setImport settles how the file is read and where its columns go.
func (a *API) setImport(w http.ResponseWriter, r *http.Request) error {
	k, m, err := a.oneImport(r)
	if err != nil {
		return err
	}
	var b importSettings
	body, err := readInto(r, &b)
	if err != nil {
		return err
	}
	return a.afterwards(w, r, body, func() (Answer, error) {
		if err := CheckMatch(r, m.Rev, true); err != nil {
			return Answer{}, err
		}
		settings, err := b.settings()
		if err != nil {
			return Answer{}, err
		}
		done, err := k.desk.Configure(r.Context(), k.asker, m.ID, m.Rev, settings)
		if err != nil {
			return Answer{}, err
		}
		return k.answer(r, http.StatusOK, done)
	})
}

// tryImport tells what an import would do.
func (a *API) tryImport(w http.ResponseWriter, r *http.Request) error {
	k, m, err := a.oneImport(r)
	if err != nil {
		return err
	}
	trial, err := k.desk.Try(r.Context(), k.asker, m.ID)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, showTrial(trial))
}

func (a *API) startImport(w http.ResponseWriter, r *http.Request) error {
	return a.moveImport(w, r, http.StatusAccepted, (*transfer.Desk).Start)
}

func (a *API) cancelImport(w http.ResponseWriter, r *http.Request) error {
	return a.moveImport(w, r, http.StatusOK, (*transfer.Desk).Cancel)
}

func (a *API) undoImport(w http.ResponseWriter, r *http.Request) error {
	return a.moveImport(w, r, http.StatusAccepted, (*transfer.Desk).Undo)
}

// moveImport brings an import into another state.
func (a *API) moveImport(w http.ResponseWriter, r *http.Request, status int, move func(*transfer.Desk, context.Context, record.Asker, value.ID) (transfer.Import, error)) error {
	k, m, err := a.oneImport(r)
	if err != nil {
		return err
	}
	return a.afterwards(w, r, nil, func() (Answer, error) {
		moved, err := move(k.desk, r.Context(), k.asker, m.ID)
		if err != nil {
			return Answer{}, err
		}
		return k.answer(r, status, moved)
	})
}

// listFaults streams the rows that were refused as CSV, with the reason beside each.
func (a *API) listFaults(w http.ResponseWriter, r *http.Request) error {
	k, m, err := a.oneImport(r)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", attachment(m.Object+"-errors.csv"))
	h.Set("Cache-Control", "no-store")
	return k.desk.ErrorFile(r.Context(), k.asker, m.ID, &patientWriter{w: w, control: http.NewResponseController(w)})
}

func attachment(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}
