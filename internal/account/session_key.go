package account

import (
	"encoding/base64"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Key names the session as Device.Key does, for rows that are to end with it; it lets nobody in. A session that came
// with no cookie has none.
func (s Session) Key() string { return base64.RawURLEncoding.EncodeToString([]byte(s.id)) }

// FindDevice returns the session of an account that a key names; NotFound when it has ended. Whether it is the one that
// asks is not said.
func FindDevice(tx *db.Tx, of value.ID, key string) (Device, error) {
	hash, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return Device{}, value.Errorf(value.NotFound, "there is no such session")
	}
	d, err := db.One(tx, func(row db.Scanner) (d Device, err error) {
		var created_us, seen_us int64
		err = row.Scan(&d.Name, &d.Network, &d.By, &created_us, &seen_us)
		d.Created, d.Seen = value.FromMicros(created_us), value.FromMicros(seen_us)
		return d, err
	}, `
		select device, ip_short, way, created_us, seen_us
		from session
		where id = $1 and account = $2 and expires_us > $3`, hash, of, value.Micros(tx.Now()))
	d.Key = key
	return d, err
}
