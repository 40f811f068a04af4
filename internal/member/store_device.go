package member

import (
	"fairground/internal/db"
	"fairground/internal/value"
)

const deviceColumns = "id, account, endpoint, key, auth, mark, name, session, at_us, ok_us, refused"

func scanDevice(row db.Scanner) (Device, error) {
	var d Device
	var at_us int64
	var ok_us *int64
	err := row.Scan(&d.ID, &d.Account, &d.to.Endpoint, &d.to.Key, &d.to.Auth, &d.Mark, &d.Name, &d.session, &at_us, &ok_us, &d.refused)
	d.Since, d.Reached = value.FromMicros(at_us), db.TimeOf(ok_us)
	return d, err
}

func findDevice(tx *db.Tx, endpoint string) (Device, error) {
	return db.One(tx, scanDevice, "select "+deviceColumns+" from member_push where endpoint = $1", endpoint)
}

func deviceByID(tx *db.Tx, id value.ID) (Device, error) {
	return db.One(tx, scanDevice, "select "+deviceColumns+" from member_push where id = $1", id)
}

// listDevices are those of an account, the newest first.
func listDevices(tx *db.Tx, of value.ID) ([]Device, error) {
	return db.All(tx, scanDevice, "select "+deviceColumns+" from member_push where account = $1 order by at_us desc, id desc", of)
}

// saveDevice adds a device, or gives a known endpoint to whoever asked last.
func saveDevice(tx *db.Tx, d Device) error {
	_, err := tx.Exec(`
		insert into member_push (id, account, endpoint, key, auth, mark, name, session, at_us, refused)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)
		on conflict (endpoint) do update
		set account = excluded.account, name = excluded.name, session = excluded.session, at_us = excluded.at_us, refused = 0`,
		d.ID, d.Account, d.to.Endpoint, d.to.Key, d.to.Auth, d.Mark, d.Name, d.session, value.Micros(d.Since))
	return err
}

func deleteDevice(tx *db.Tx, id value.ID) error {
	_, err := tx.Exec("delete from member_push where id = $1", id)
	return err
}

// markReached is bookkeeping, as markRefused is.
func markReached(tx *db.Tx, id value.ID) error {
	return tx.Keep("update member_push set ok_us = $2, refused = 0 where id = $1", id, value.Micros(tx.Now()))
}

func markRefused(tx *db.Tx, id value.ID) error {
	return tx.Keep("update member_push set refused = refused + 1 where id = $1", id)
}

// lastPushed is when somebody was last told on their devices about the same, or is to be next.
func lastPushed(tx *db.Tx, about note) (int64, error) {
	return db.One(tx, db.Column[int64], `
		select coalesce(max(pushed_us), 0) from member_alert
		where account = $1 and kind = $2 and record = $3`, about.account, about.kind, about.record)
}
