package api

import (
	"net/http"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/site"
	"fairground/internal/transfer"
	"fairground/internal/value"
)

// The kinds of the ids of imports and exports.
const (
	ImportKind = "imp"
	ExportKind = "exp"
)

// carrier is the imports and exports of a site as one request sees them. Their jobs act for the account, with the rights
// it had when it asked; what the token may not name is kept out before a job is made.
type carrier struct {
	*shelf
	desk *transfer.Desk
	verb Scope
}

// carrier is for requests that name no object in their address. An object that the request names elsewhere is checked
// before anything is told of it; an empty one is checked later.
func (a *API) carrier(r *http.Request, verb Scope, object string) (*carrier, error) {
	sh, err := a.shelf(r, verb)
	if err != nil {
		return nil, err
	}
	k := &carrier{shelf: sh, desk: a.config.Transfer(site.From(r.Context())), verb: verb}
	if object == "" {
		return k, nil
	}
	if !objectName.MatchString(object) {
		return nil, value.Errorf(value.NotFound, "there is no object %q", short(object))
	}
	if err := k.caller.Require(verb, object); err != nil {
		visitOf(r).lacks = verb
		return nil, err
	}
	k.object = object
	return k, nil
}

// limited reports whether the token names only some objects.
func (k *carrier) limited() bool {
	return !k.caller.Scopes.May(k.verb, "") && !k.caller.Scopes.May(RecordsRead, "")
}

// findImport finds the import of the address. One of another account, or of an object that the token may not import
// into, does not exist.
func (k *carrier) findImport(r *http.Request) (m transfer.Import, err error) {
	id, err := pathID(r, "id", ImportKind)
	if err != nil {
		return m, err
	}
	err = read(r, func(tx *db.Tx) error {
		m, err = k.desk.Find(tx, k.asker, id)
		return err
	})
	if err == nil && !k.caller.May(Import, m.Object) {
		err = value.Errorf(value.NotFound, "there is no such import")
	}
	return m, err
}

// findExport finds the export of the address, in the same way.
func (k *carrier) findExport(r *http.Request) (x transfer.Export, err error) {
	id, err := pathID(r, "id", ExportKind)
	if err != nil {
		return x, err
	}
	err = read(r, func(tx *db.Tx) error {
		x, err = k.desk.FindExport(tx, k.asker, id)
		return err
	})
	if err == nil && !k.caller.May(Export, x.Object) {
		err = value.Errorf(value.NotFound, "there is no such export")
	}
	return x, err
}

// checkFile keeps a file from a token that names fewer objects than the one that asked for it: it may hold what leads to
// the others.
func (k *carrier) checkFile(r *http.Request, x transfer.Export) error {
	if !k.limited() {
		return nil
	}
	k.object = x.Object
	asked := x.Query
	asked.Object = x.Object
	seen, err := k.exported(r, asked)
	if kind := value.KindOf(err); kind != "" && kind != value.Invalid && kind != value.NotFound {
		return err
	}
	if err != nil || slices.ContainsFunc(x.Fields, func(key string) bool { return !holds(seen, key) }) {
		return value.Errorf(value.Forbidden, "this file was made from more than this token may read; ask for a new one")
	}
	return nil
}

// holds reports whether a column of an export shows nothing but what is seen.
func holds(seen *record.Seen, column string) bool {
	return slices.Contains([]string{"id", "rev", "created", "updated"}, column) ||
		seen.Field(column) != nil || seen.Field(strings.TrimSuffix(column, ".title")) != nil
}
