package api

import (
	"errors"
	"net/http"
	"slices"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/value"
)

// shelf is the records of a site as one request sees them: what the account's role allows, limited to the objects that
// the token's scopes name. Objects outside them do not exist: no field leads to them, no filter, and no error.
type shelf struct {
	api    *API
	site   *site.Site
	store  *record.Store
	caller Caller
	asker  record.Asker
	object string // of the address; empty when it names none
}

// shelf checks that the caller may do something with the object of the address, before anything is told of it.
func (a *API) shelf(r *http.Request, verb Scope) (*shelf, error) {
	s, c := site.From(r.Context()), CallerFrom(r.Context())
	sh := &shelf{api: a, site: s, store: a.config.Records(s), caller: c, object: r.PathValue("object")}
	if sh.object != "" {
		if !objectName.MatchString(sh.object) {
			return nil, value.Errorf(value.NotFound, "there is no object %q", short(sh.object))
		}
		if err := c.Require(verb, sh.object); err != nil {
			visitOf(r).lacks = verb
			return nil, err
		}
	}
	sh.asker = a.asker(c, verb, RecordsRead)
	return sh, nil
}

// asker is a caller as records know it: limited to the objects for which it has one of these scopes. It defines objects
// only when the token has the scope for that.
func (a *API) asker(c Caller, verbs ...Scope) record.Asker {
	asker := a.config.Asker(c)
	asker.Define = asker.Define && (slices.Contains(c.Scopes, SchemaRead) || slices.Contains(c.Scopes, SchemaWrite))
	objects := []string{}
	for _, scope := range c.Scopes {
		verb, object := scope.split()
		switch {
		case !slices.Contains(verbs, verb):
		case object == "":
			return asker
		default:
			objects = append(objects, object)
		}
	}
	return asker.Only(objects)
}

// reads reports whether the caller may read records of the object, not only write them.
func (sh *shelf) reads() bool { return sh.caller.May(RecordsRead, sh.object) }

// read runs a read with a reader of records.
func (sh *shelf) read(r *http.Request, fn func(in *record.Reader, tx *db.Tx) error) error {
	return sh.site.DB.Read(r.Context(), func(tx *db.Tx) error { return fn(sh.store.In(tx), tx) })
}

// seen is the object of the address as the caller sees it.
func (sh *shelf) seen(tx *db.Tx) (*record.Seen, error) {
	sight, err := sh.store.Sight(tx, sh.asker)
	if err != nil {
		return nil, err
	}
	return sight.Object(sh.object)
}

// id reads the id of the address. One of another object names nothing.
func (sh *shelf) id(r *http.Request, tx *db.Tx) (value.ID, error) {
	seen, err := sh.seen(tx)
	if err != nil {
		return 0, err
	}
	return seen.ParseID(r.PathValue("id"))
}

// mostRaces is how often a write is repeated that lost a race for a unique value: the next time it sees who won.
const mostRaces = 3

// write runs the effect of a request in one transaction, once for its Idempotency-Key, and answers.
func (sh *shelf) write(w http.ResponseWriter, r *http.Request, body []byte, action string, effect func(in *record.Writer, tx *db.Tx) (Answer, error)) error {
	var answer Answer
	var err error
	for range mostRaces {
		answer, err = sh.api.once(r, body, action, func(tx *db.Tx) (Answer, error) {
			in, err := sh.store.Writing(tx, sh.asker)
			if err != nil {
				return Answer{}, err
			}
			return effect(in, tx)
		})
		if !lostRace(err) {
			break
		}
	}
	if err != nil {
		return err
	}
	return answer.Write(w)
}

// lostRace reports whether a constraint of the database refused a write.
func lostRace(err error) bool {
	var known *value.Error
	return errors.As(err, &known) && known.Kind == value.Conflict && known.Err != nil
}

// conflictKey marks the error of a write for a revision that is not the present one; its arguments are the author of
// the present one, the fields that differ, and the present revision.
const conflictKey = "record.conflict"

// overtaken returns the revision and the fields of such an error; ok is false for any other.
func overtaken(err error) (rev int64, fields []string, ok bool) {
	var known *value.Error
	if !errors.As(err, &known) || known.Key != conflictKey || len(known.Args) != 3 {
		return 0, nil, false
	}
	rev, ok = known.Args[2].(int64)
	fields, _ = known.Args[1].([]string)
	return rev, fields, ok
}
