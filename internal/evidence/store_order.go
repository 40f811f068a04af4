package evidence

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

const orderColumns = `id, evidence, kind, purpose, proposed_by, proposed_us, inner_keys, confirmed_by, confirmed_us, granted, until_us, ended_us`

func scanOrder(row db.Scanner) (o Order, err error) {
	var proposed, until int64
	var confirmer, confirmed, ended *int64
	err = row.Scan(&o.ID, &o.Evidence, &o.Kind, &o.Purpose, &o.ProposedBy, &proposed, &o.inner, &confirmer, &confirmed, &o.granted, &until, &ended)
	o.Proposed, o.Until, o.Confirmed, o.Ended = value.FromMicros(proposed), value.FromMicros(until), moment(confirmed), moment(ended)
	if confirmer != nil {
		o.ConfirmedBy = value.ID(*confirmer)
	}
	return o, err
}

func insertOrder(tx *db.Tx, o Order) error {
	return tx.Insert("evidence_order", []string{"id", "evidence", "kind", "purpose", "proposed_by", "proposed_us", "inner_keys", "until_us"},
		[][]any{{o.ID, o.Evidence, o.Kind, o.Purpose, o.ProposedBy, value.Micros(o.Proposed), o.inner, value.Micros(o.Until)}})
}

func findOrder(tx *db.Tx, id value.ID) (Order, error) {
	o, err := db.One(tx, scanOrder, "select "+orderColumns+" from evidence_order where id = $1", id)
	if value.KindOf(err) == value.NotFound {
		return o, value.Errorf(value.NotFound, "there is no such proposal").Because(err)
	}
	return o, err
}

func findOpenOrder(tx *db.Tx, evidence value.ID, kind OrderKind) (Order, error) {
	return db.One(tx, scanOrder, "select "+orderColumns+" from evidence_order where evidence = $1 and kind = $2 and ended_us is null", evidence, kind)
}

func findOrders(tx *db.Tx, evidence value.ID) ([]Order, error) {
	return db.All(tx, scanOrder, "select "+orderColumns+" from evidence_order where evidence = $1 order by id desc limit 50", evidence)
}

// confirmOrder is refused by the table when whoever proposed confirms.
func confirmOrder(tx *db.Tx, id, by value.ID, granted string, until time.Time) (int64, error) {
	return tx.Exec(`
		update evidence_order
		set confirmed_by = $2, confirmed_us = $3, granted = $4, until_us = $5, inner_keys = ''
		where id = $1 and confirmed_by is null and ended_us is null`, id, by, value.Micros(tx.Now()), granted, value.Micros(until))
}

// endOrder also forgets the keys that lay open for the two.
func endOrder(tx *db.Tx, id value.ID) error {
	_, err := tx.Exec("update evidence_order set ended_us = $2, inner_keys = '', granted = '' where id = $1 and ended_us is null", id, value.Micros(tx.Now()))
	return err
}

func findOverdue(tx *db.Tx) ([]Order, error) {
	return db.All(tx, scanOrder, "select "+orderColumns+" from evidence_order where ended_us is null and until_us <= $1 order by id limit 200", value.Micros(tx.Now()))
}

func insertView(tx *db.Tx, look View) error {
	return tx.Insert("evidence_view", []string{"id", "evidence", "ordered", "actor", "kind", "name", "at_us"},
		[][]any{{look.ID, look.Evidence, look.Order, look.Actor, look.Kind, look.Name, value.Micros(look.At)}})
}

func findViews(tx *db.Tx, evidence value.ID, limit int) ([]View, error) {
	return db.All(tx, func(row db.Scanner) (v View, err error) {
		var at int64
		err = row.Scan(&v.ID, &v.Evidence, &v.Order, &v.Actor, &v.Kind, &v.Name, &at)
		v.At = value.FromMicros(at)
		return v, err
	}, "select id, evidence, coalesce(ordered, 0), actor, kind, name, at_us from evidence_view where evidence = $1 order by id desc limit $2", evidence, limit)
}
