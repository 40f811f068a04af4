package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Entry is what the provider knows of a site.
type Entry struct {
	ID      value.ID
	Slug    string
	Name    string // what the provider calls it; the site's own name is in its settings
	Created time.Time
	State   State
	Hosts   []string
}

func findEntries(tx *db.Tx) ([]Entry, error) {
	entries, err := db.All(tx, scanEntry, "select id, slug, name, created_us, state from site order by slug")
	if err != nil {
		return nil, err
	}
	hosts := make(map[value.ID][]string)
	err = db.Each(tx, func(row db.Scanner) error {
		var host string
		var site value.ID
		err := row.Scan(&host, &site)
		hosts[site] = append(hosts[site], host)
		return err
	}, "select host, site from site_host order by host")
	for i := range entries {
		entries[i].Hosts = hosts[entries[i].ID]
	}
	return entries, err
}

func scanEntry(row db.Scanner) (Entry, error) {
	var e Entry
	var created_us int64
	err := row.Scan(&e.ID, &e.Slug, &e.Name, &created_us, &e.State)
	e.Created = value.FromMicros(created_us)
	return e, err
}

func findEntry(tx *db.Tx, slug string) (Entry, error) {
	entry, err := db.One(tx, scanEntry, "select id, slug, name, created_us, state from site where slug = $1", slug)
	if value.KindOf(err) == value.NotFound {
		return entry, noSite(slug)
	}
	if err != nil {
		return entry, err
	}
	entry.Hosts, err = db.All(tx, db.Column[string], "select host from site_host where site = $1 order by host", entry.ID)
	return entry, err
}

func noSite(slug string) error { return value.Errorf(value.NotFound, "there is no site %q", slug) }

func insertEntry(tx *db.Tx, e Entry) error {
	return tx.Insert("site", []string{"id", "slug", "name", "created_us", "state"}, [][]any{
		{e.ID, e.Slug, e.Name, value.Micros(e.Created), string(e.State)},
	})
}

// replaceHosts gives a site these hosts and no others. A host of another site is a Conflict on the field "hosts".
func replaceHosts(tx *db.Tx, site value.ID, hosts []string) error {
	if _, err := tx.Exec("delete from site_host where site = $1", site); err != nil {
		return err
	}
	for _, host := range hosts {
		taken, err := db.One(tx, db.Column[int64], "select count(*) from site_host where host = $1", host)
		if err != nil {
			return err
		}
		if taken > 0 {
			conflict := value.Fieldf("hosts", "another site answers for %s already", host)
			conflict.Kind = value.Conflict
			return conflict
		}
		if err := tx.Insert("site_host", []string{"host", "site"}, [][]any{{host, site}}); err != nil {
			return err
		}
	}
	return nil
}

func deleteEntry(tx *db.Tx, id value.ID) error {
	if _, err := tx.Exec("delete from site_host where site = $1", id); err != nil {
		return err
	}
	_, err := tx.Exec("delete from site where id = $1", id)
	return err
}

// findSettings reads one row a setting over the defaults; rows of names that are not known stay unread, so an older
// program leaves alone what a newer one stored.
func findSettings(tx *db.Tx) (Settings, error) {
	rows, err := findSettingRows(tx)
	if err != nil {
		return Settings{}, err
	}
	settings := Defaults("", "")
	text, err := json.Marshal(rows)
	if err != nil {
		return settings, fmt.Errorf("site.findSettings: %w", err)
	}
	if err := json.Unmarshal(text, &settings); err != nil {
		return settings, fmt.Errorf("site.findSettings: %w", err)
	}
	return settings, nil
}

func findSettingRows(tx *db.Tx) (map[string]json.RawMessage, error) {
	rows := make(map[string]json.RawMessage)
	err := db.Each(tx, func(row db.Scanner) error {
		var name, text string
		err := row.Scan(&name, &text)
		rows[name] = json.RawMessage(text)
		return err
	}, "select name, value from setting")
	return rows, err
}

// Edit is how the change log tells a field's change.
type Edit struct {
	Old json.RawMessage `json:"old"`
	New json.RawMessage `json:"new"`
}

// storeSettings writes the rows that differ and logs them.
func storeSettings(tx *db.Tx, site value.ID, settings Settings) error {
	text, err := json.Marshal(settings)
	if err != nil {
		return err
	}
	var wanted map[string]json.RawMessage
	if err := json.Unmarshal(text, &wanted); err != nil {
		return err
	}
	stored, err := findSettingRows(tx)
	if err != nil {
		return err
	}
	diff := make(map[string]Edit)
	for name, text := range wanted {
		if sameJSON(stored[name], text) {
			continue
		}
		diff[name] = Edit{Old: stored[name], New: text}
		_, err := tx.Exec(`
			insert into setting (name, value) values ($1, $2)
			on conflict (name) do update set value = excluded.value`, name, string(text))
		if err != nil {
			return err
		}
	}
	if len(diff) > 0 {
		tx.Log(db.Change{Object: "settings", Record: site, Diff: diff})
	}
	return nil
}

// sameJSON ignores spaces and the order of names, which PostgreSQL does not keep.
func sameJSON(a, b json.RawMessage) bool {
	var left, right any
	if json.Unmarshal(a, &left) != nil || json.Unmarshal(b, &right) != nil {
		return false
	}
	first, err1 := json.Marshal(left)
	second, err2 := json.Marshal(right)
	return err1 == nil && err2 == nil && bytes.Equal(first, second)
}
