package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/record"
	"fairground/internal/value"
)

// showRecord answers with one record, or with 304 when the client has it as it is.
func (a *API) showRecord(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.shelf(r, RecordsRead)
	if err != nil {
		return err
	}
	query := r.URL.Query()
	if err := known(query, "fields", "expand", "trash"); err != nil {
		return err
	}
	trash, err := yes(query, "trash")
	if err != nil {
		return err
	}
	var rec *record.Record
	var fields []*record.Field
	var revision int64
	err = sh.read(r, func(in *record.Reader, tx *db.Tx) error {
		seen, err := sh.seen(tx)
		if err != nil {
			return err
		}
		if fields, err = shownFields(seen, list(query, "fields")); err != nil {
			return badRequest(err)
		}
		id, err := seen.ParseID(r.PathValue("id"))
		if err != nil {
			return err
		}
		get := in.Get
		if trash {
			get = in.Trashed
		}
		if rec, err = get(sh.asker, sh.object, id, list(query, "expand")...); err != nil {
			return err
		}
		catalog, err := sh.store.Catalog(tx)
		if err == nil {
			revision = catalog.Rev
		}
		return err
	})
	if err != nil {
		return err
	}
	if query.Has("expand") || looksElsewhere(rec.Object) {
		w.Header().Set("ETag", Tag(rec.Rev)) // for If-Match
	} else if notModified(w, r, tagIn(rec.Rev, revision)) {
		return nil
	}
	return writeBody(w, append(appendRecord(nil, rec, fields), '\n'))
}

// looksElsewhere reports whether records of an object can look otherwise while their revision stays: through roll-ups,
// through formulas that read the time or other records, or because a feature counts no revisions.
func looksElsewhere(o *record.Object) bool {
	return o.Owned != nil && o.Owned.Rev == "" || slices.ContainsFunc(o.Fields, func(f *record.Field) bool { return f.Type == record.Rollup || !f.Stored() })
}

// notModified sets the ETag and reports whether the client has that already; then 304 was answered.
func notModified(w http.ResponseWriter, r *http.Request, tag string) bool {
	w.Header().Set("ETag", tag)
	for candidate := range strings.SplitSeq(strings.Join(r.Header.Values("If-None-Match"), ","), ",") {
		if candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/"); candidate == tag || candidate == "*" {
			w.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	return false
}

// recordBody is what a request says of a record.
type recordBody struct {
	Values record.Values `json:"values"`
}

func readRecordBody(r *http.Request) ([]byte, record.Values, error) {
	var b recordBody
	body, err := ReadBody(r)
	if err != nil {
		return nil, nil, err
	}
	if err := decodeNumbers(body, &b); err != nil {
		return nil, nil, err
	}
	if b.Values == nil {
		return nil, nil, value.Fieldf("values", `send the fields in an object: {"values": {…}}`)
	}
	return body, b.Values, nil
}

// createRecord makes a record.
func (a *API) createRecord(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.shelf(r, RecordsWrite)
	if err != nil {
		return err
	}
	body, values, err := readRecordBody(r)
	if err != nil {
		return err
	}
	return sh.write(w, r, body, "record.create", func(in *record.Writer, _ *db.Tx) (Answer, error) {
		rec, err := in.Create(sh.object, values)
		if err != nil {
			return Answer{}, under("/values", err)
		}
		answer := sh.answer(http.StatusCreated, rec)
		answer.Header["Location"] = Path + "/records/" + sh.object + "/" + rec.Object.ID(rec.ID)
		return answer, nil
	})
}

// answer is a record as the answer of a write. A token that may not read the object learns id and revision only.
func (sh *shelf) answer(status int, rec *record.Record) Answer {
	b := make([]byte, 0, 512)
	if sh.reads() {
		b = appendRecord(b, rec, nil)
	} else {
		b = append(appendHead(b, rec), '}')
	}
	return Answer{Status: status, Header: map[string]string{"ETag": Tag(rec.Rev)}, Body: append(b, '\n')}
}

// expected is the revision that If-Match asks for; 0 is any.
func expected(r *http.Request) (int64, error) {
	rev, named, err := ExpectedRev(r)
	if err == nil && named && rev < 1 {
		err = changed(0, "there was never such a revision; read the record again and repeat your change")
	}
	return rev, err
}

// stale turns the refusal of a write for another revision into 412.
func stale(err error) error {
	rev, fields, ok := overtaken(err)
	if !ok {
		return err
	}
	message := "somebody changed this record first; it is at revision " + strconv.FormatInt(rev, 10) + " now; read it again and repeat your change"
	if len(fields) > 0 {
		message += ". These fields differ from yours: " + strings.Join(fields, ", ")
	}
	return changed(rev, message)
}

// changeRecord changes the fields that the body names, and no others; null empties one.
func (a *API) changeRecord(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.shelf(r, RecordsWrite)
	if err != nil {
		return err
	}
	body, values, err := readRecordBody(r)
	if err != nil {
		return err
	}
	rev, err := expected(r)
	if err != nil {
		return err
	}
	return sh.write(w, r, body, "record.update", func(in *record.Writer, tx *db.Tx) (Answer, error) {
		id, err := sh.id(r, tx)
		if err != nil {
			return Answer{}, err
		}
		rec, err := in.Update(sh.object, id, rev, values)
		if err != nil {
			return Answer{}, stale(under("/values", err))
		}
		return sh.answer(http.StatusOK, rec), nil
	})
}

// removeRecord puts a record into the trash.
func (a *API) removeRecord(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.shelf(r, RecordsWrite)
	if err != nil {
		return err
	}
	rev, err := expected(r)
	if err != nil {
		return err
	}
	return sh.write(w, r, nil, "record.delete", func(in *record.Writer, tx *db.Tx) (Answer, error) {
		id, err := sh.id(r, tx)
		if err != nil {
			return Answer{}, err
		}
		return Answer{Status: http.StatusNoContent}, stale(in.Delete(sh.object, id, rev))
	})
}

// restoreRecord takes a record out of the trash.
func (a *API) restoreRecord(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.shelf(r, RecordsWrite)
	if err != nil {
		return err
	}
	return sh.write(w, r, nil, "record.restore", func(in *record.Writer, tx *db.Tx) (Answer, error) {
		id, err := sh.id(r, tx)
		if err != nil {
			return Answer{}, err
		}
		if err := in.Restore(sh.object, id); err != nil {
			return Answer{}, err
		}
		rec, err := sh.store.In(tx).Get(sh.asker, sh.object, id)
		if err != nil {
			return Answer{}, err
		}
		return sh.answer(http.StatusOK, rec), nil
	})
}

// mergeBody says which records become one.
type mergeBody struct {
	Others []string          `json:"others" doc:"The records that go into this one, at most 50."`
	Choose map[string]string `json:"choose,omitempty" doc:"For a field, the record whose value is taken."`
}

// mergeRecords makes one record of several.
func (a *API) mergeRecords(w http.ResponseWriter, r *http.Request) error {
	sh, err := a.shelf(r, RecordsWrite)
	if err != nil {
		return err
	}
	var b mergeBody
	body, err := readInto(r, &b)
	if err != nil {
		return err
	}
	return a.afterwards(w, r, body, func() (Answer, error) {
		keep, others, choose, err := sh.merging(r, b)
		if err != nil {
			return Answer{}, err
		}
		batch := sh.site.DB.IDs().Next()
		rec, err := sh.store.MergeAs(r.Context(), sh.asker, sh.object, keep, others, choose, batch)
		if err != nil {
			return Answer{}, under("/choose", err)
		}
		answer := sh.answer(http.StatusOK, rec)
		answer.Body = append(answer.Body[:len(answer.Body)-2], `,"batch":"`+batch.Text(BatchKind)+"\"}\n"...)
		return answer, nil
	})
}

// merging reads the ids of a merge.
func (sh *shelf) merging(r *http.Request, b mergeBody) (keep value.ID, others []value.ID, choose map[string]value.ID, err error) {
	err = sh.read(r, func(_ *record.Reader, tx *db.Tx) error {
		seen, err := sh.seen(tx)
		if err != nil {
			return err
		}
		if keep, err = seen.ParseID(r.PathValue("id")); err != nil {
			return err
		}
		for i, text := range b.Others {
			id, err := seen.ParseID(text)
			if err != nil {
				return value.Fieldf("/others/"+strconv.Itoa(i), "there is no such record of %s", seen.Key)
			}
			others = append(others, id)
		}
		choose = make(map[string]value.ID, len(b.Choose))
		for field, text := range b.Choose {
			if choose[field], err = seen.ParseID(text); err != nil {
				return value.Fieldf("/choose/"+short(field), "there is no such record of %s", seen.Key)
			}
		}
		return nil
	})
	return keep, others, choose, err
}

// pastChange is what a write did to one field.
type pastChange struct {
	Field string `json:"field"`
	Old   any    `json:"old"`
	New   any    `json:"new"`
}

// pastEvent is one write of a record.
type pastEvent struct {
	Seq     int64        `json:"seq" doc:"The place in the log of this site."`
	At      time.Time    `json:"at"`
	Actor   string       `json:"actor" doc:"In which capacity it was done: member, staff, visitor or system."`
	Action  string       `json:"action"`
	Changes []pastChange `json:"changes"`
}

type pastList struct {
	Events []pastEvent `json:"events"`
}

// showHistory lists what happened to a record, newest first.
func (a *API) showHistory(w http.ResponseWriter, r *http.Request) error {
	sh, id, err := a.oneOf(r)
	if err != nil {
		return err
	}
	page, err := ReadPage(r, 100)
	if err != nil {
		return err
	}
	events, err := sh.store.History(r.Context(), sh.asker, sh.object, id, page.Limit)
	if err != nil {
		return err
	}
	shown := pastList{Events: []pastEvent{}}
	for _, e := range events {
		capacity, _, _ := strings.Cut(e.Actor, ":")
		past := pastEvent{Seq: e.Seq, At: e.At, Actor: capacity, Action: e.Action, Changes: []pastChange{}}
		for _, c := range e.Changes {
			past.Changes = append(past.Changes, pastChange{c.Field.Key, pastValue(c.Field, c.Old), pastValue(c.Field, c.New)})
		}
		shown.Events = append(shown.Events, past)
	}
	return writeJSON(w, http.StatusOK, shown)
}

// pastValue is a value of the log. One of a field that had another type then is a text.
func pastValue(f *record.Field, v any) any {
	if text, ok := v.(string); ok {
		return text
	}
	return f.JSON(v)
}

// oneOf reads the record of the address, for what is read of it.
func (a *API) oneOf(r *http.Request) (sh *shelf, id value.ID, err error) {
	if sh, err = a.shelf(r, RecordsRead); err != nil {
		return nil, 0, err
	}
	err = sh.read(r, func(_ *record.Reader, tx *db.Tx) error {
		id, err = sh.id(r, tx)
		return err
	})
	return sh, id, err
}

// reasonShown says why a caller may do something with a record, or may not.
type reasonShown struct {
	Right   string      `json:"right" enum:"see,edit,delete"`
	Allowed bool        `json:"allowed"`
	Field   string      `json:"field,omitempty" doc:"Set for a field that is hidden or locked."`
	Rule    string      `json:"rule,omitempty" doc:"The condition that decided."`
	Parts   []expr.Part `json:"parts,omitempty" doc:"What its parts yielded."`
	Text    string      `json:"text" doc:"The whole in a sentence."`
}

type reasonList struct {
	Reasons []reasonShown `json:"reasons"`
}

// showWhy explains what the caller may do with a record.
func (a *API) showWhy(w http.ResponseWriter, r *http.Request) error {
	sh, id, err := a.oneOf(r)
	if err != nil {
		return err
	}
	reasons, err := sh.store.Why(r.Context(), sh.asker, sh.object, id)
	if err != nil {
		return err
	}
	shown := reasonList{Reasons: []reasonShown{}}
	for _, one := range reasons {
		shown.Reasons = append(shown.Reasons, reasonShown{string(one.Right), one.Allowed, one.Field, one.Rule, one.Parts, one.Text})
	}
	return writeJSON(w, http.StatusOK, shown)
}
