package network

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

const columns = `id, number, state, score, coverage, listings, active, accounts, phones, places, template, first_us, last_us, opened_us, screened,
	decided_us, judged, pending, stale, drawing`

func scan(row db.Scanner) (n Network, err error) {
	var first, last, opened, ruled int64
	var pending string
	err = row.Scan(&n.ID, &n.Number, &n.State, &n.Score, &n.Coverage, &n.Listings, &n.Active, &n.Accounts, &n.Phones, &n.Places, &n.Template,
		&first, &last, &opened, &n.Screened, &ruled, &n.Judged, &pending, &n.stale, &n.drawing)
	n.First, n.Last, n.Opened, n.Ruled, n.Pending = moment(first), moment(last), moment(opened), moment(ruled), idsOf(pending)
	return n, err
}

// idsOf reads ids with a comma between.
func idsOf(text string) (all []value.ID) {
	for one := range strings.SplitSeq(text, ",") {
		if n, err := strconv.ParseInt(one, 10, 64); err == nil {
			all = append(all, value.ID(n))
		}
	}
	return all
}

func idsText(ids []value.ID) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = id.String()
	}
	return strings.Join(all, ",")
}

// moment reads a time, which is zero when it is not known.
func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return value.FromMicros(us)
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return value.Micros(t)
}

// Find returns a network, or an error of kind NotFound.
func Find(tx *db.Tx, id value.ID) (Network, error) { return find(tx, id) }

func find(tx *db.Tx, id value.ID) (Network, error) {
	return db.One(tx, scan, "select "+columns+" from network where id = $1", int64(id))
}

// CountOpen is how many networks wait for a person.
func CountOpen(tx *db.Tx) (int, error) {
	return db.One(tx, db.Column[int], "select count(*) from network where state = 'open'")
}

// Of returns the network that a listing belongs to; false when it belongs to none.
func Of(tx *db.Tx, listing value.ID) (Network, bool, error) {
	n, err := db.One(tx, scan, "select "+columns+` from network
		where id = (select network from network_member where listing = $1)`, int64(listing))
	if value.KindOf(err) == value.NotFound {
		return n, false, nil
	}
	return n, err == nil, err
}

func insert(tx *db.Tx, n Network) error {
	return tx.Insert("network", strings.Split(strings.Join(strings.Fields(columns), ""), ","), [][]any{{int64(n.ID), n.Number, string(n.State), n.Score,
		n.Coverage, n.Listings, n.Active, n.Accounts, n.Phones, n.Places, n.Template, micros(n.First), micros(n.Last), micros(n.Opened),
		n.Screened, micros(n.Ruled), n.Judged, idsText(n.Pending), n.stale, n.drawing}})
}

func nextNumber(tx *db.Tx) (int, error) {
	return db.One(tx, db.Column[int], "select coalesce(max(number), 0) + 1 from network")
}

func update(tx *db.Tx, n Network) error {
	_, err := tx.Exec(`
		update network
		set state = $2, score = $3, coverage = $4, listings = $5, accounts = $6, phones = $7, places = $8, template = $9,
			first_us = $10, last_us = $11, screened = $12, decided_us = $13, judged = $14, active = $15, pending = $16, stale = $17, drawing = $18
		where id = $1`, int64(n.ID), string(n.State), n.Score, n.Coverage, n.Listings, n.Accounts, n.Phones, n.Places, n.Template,
		micros(n.First), micros(n.Last), n.Screened, micros(n.Ruled), n.Judged, n.Active, idsText(n.Pending), n.stale, n.drawing)
	return err
}

const memberColumns = "listing, network, account, place, lat, lon, fillings, coverage, made_us, joined_us, ended"

func scanMember(row db.Scanner) (m Member, err error) {
	var fillings string
	var made, joined int64
	err = row.Scan(&m.Listing, &m.Network, &m.Account, &m.Place, &m.Point.Lat, &m.Point.Lon, &fillings, &m.Coverage, &made, &joined, &m.Ended)
	if err == nil {
		err = json.Unmarshal([]byte(fillings), &m.Fillings)
	}
	m.Made, m.Joined = moment(made), moment(joined)
	return m, err
}

// Members are the listings of a network, the oldest first.
func Members(tx *db.Tx, network value.ID) ([]Member, error) {
	return db.All(tx, scanMember, "select "+memberColumns+" from network_member where network = $1 order by listing", int64(network))
}

func membersOfAccount(tx *db.Tx, account value.ID) ([]Member, error) {
	return db.All(tx, scanMember, "select "+memberColumns+" from network_member where account = $1 order by listing", int64(account))
}

func insertMembers(tx *db.Tx, members []Member) error {
	var rows [][]any
	for _, m := range members {
		fillings, err := json.Marshal(m.Fillings)
		if err != nil {
			return err
		}
		rows = append(rows, []any{int64(m.Listing), int64(m.Network), int64(m.Account), m.Place, m.Point.Lat, m.Point.Lon,
			string(fillings), m.Coverage, micros(m.Made), micros(m.Joined), m.Ended})
	}
	return tx.Insert("network_member", strings.Split(memberColumns, ", "), rows)
}

func updateMember(tx *db.Tx, m Member) error {
	text, err := json.Marshal(m.Fillings)
	if err != nil {
		return err
	}
	_, err = tx.Exec("update network_member set fillings = $2, coverage = $3, ended = $4 where listing = $1", int64(m.Listing), string(text), m.Coverage, m.Ended)
	return err
}

// membersOf are those of some listings that are in a network.
func membersOf(tx *db.Tx, listings []value.ID) (map[value.ID]Member, error) {
	all := map[value.ID]Member{}
	for some := range slices.Chunk(listings, batch) {
		members, err := db.All(tx, scanMember, "select "+memberColumns+" from network_member where listing in ("+holders(len(some))+")", arguments(some)...)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			all[m.Listing] = m
		}
	}
	return all, nil
}

func holders(n int) string { return placeholders(1, n) }

// placeholders are $from, $from+1 … for n arguments.
func placeholders(from, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("$%d", from+i)
	}
	return strings.Join(all, ", ")
}

func arguments(ids []value.ID) []any {
	all := make([]any, len(ids))
	for i, id := range ids {
		all[i] = int64(id)
	}
	return all
}

func moveMembers(tx *db.Tx, from, to value.ID) error {
	if _, err := tx.Exec("update network_member set network = $2 where network = $1", int64(from), int64(to)); err != nil {
		return err
	}
	_, err := tx.Exec("delete from network_link where network = $1", int64(from))
	return err
}

// removeMember takes a listing out of a network, with all that tied it. The network is to be looked at again.
func removeMember(tx *db.Tx, network, listing value.ID) error {
	for _, text := range []string{"delete from network_member where network = $1 and listing = $2",
		"delete from network_link where network = $1 and (a = $2 or b = $2)"} {
		if _, err := tx.Exec(text, int64(network), int64(listing)); err != nil {
			return err
		}
	}
	count, err := countMembers(tx, network)
	if err == nil {
		_, err = tx.Exec("update network set listings = $2, active = $3, accounts = $4, stale = true, drawing = '', picture = '' where id = $1",
			int64(network), count.listings, count.active, count.accounts)
	}
	return err
}

type counted struct{ listings, active, accounts int }

func countMembers(tx *db.Tx, network value.ID) (c counted, err error) {
	err = tx.Row("select count(*), count(case when ended then null else 1 end), count(distinct nullif(account, 0)) from network_member where network = $1",
		int64(network)).Scan(&c.listings, &c.active, &c.accounts)
	return c, err
}

func replaceLinks(tx *db.Tx, network value.ID, links []Link) error {
	if _, err := tx.Exec("delete from network_link where network = $1", int64(network)); err != nil {
		return err
	}
	var rows [][]any
	for _, l := range links {
		rows = append(rows, []any{int64(network), int64(l.A), int64(l.B), l.Stage, l.Reason, l.Weight, l.Entity, l.Shown})
	}
	return tx.Insert("network_link", []string{"network", "a", "b", "stage", "reason", "weight", "entity", "shown"}, rows)
}

// Links are what ties the listings of a network, the strongest first.
func Links(tx *db.Tx, network value.ID) ([]Link, error) {
	return strongestLinks(tx, network, 2*mostLinks)
}

func strongestLinks(tx *db.Tx, network value.ID, limit int) ([]Link, error) {
	return db.All(tx, func(row db.Scanner) (l Link, err error) {
		return l, row.Scan(&l.A, &l.B, &l.Stage, &l.Reason, &l.Weight, &l.Entity, &l.Shown)
	}, `select a, b, stage, reason, weight, entity, shown from network_link
		where network = $1
		order by weight desc, a, b, stage, reason
		limit $2`, int64(network), limit)
}

// findByEntities returns the largest open or decided network that shares one of these; the zero one when none does.
func findByEntities(tx *db.Tx, entities []string) (Network, error) {
	entities = entities[:min(len(entities), 20)]
	args := make([]any, len(entities))
	for i, e := range entities {
		args[i] = e
	}
	n, err := db.One(tx, scan, "select "+columns+` from network
		where state in ('open', 'decided') and id in (select network from network_link where entity <> '' and entity in (`+holders(len(entities))+`))
		order by listings desc, id
		limit 1`, args...)
	if value.KindOf(err) == value.NotFound {
		return Network{}, nil
	}
	return n, err
}

func insertEvent(tx *db.Tx, e Event) error {
	if e.Actor == "" {
		e.Actor = tx.Actor().String()
	}
	if e.At.IsZero() {
		e.At = tx.Now()
	}
	return tx.Insert("network_event", []string{"id", "network", "kind", "at_us", "actor", "count", "other", "note", "acts", "second"}, [][]any{{
		int64(tx.NewID()), int64(e.Network), e.Kind, micros(e.At), e.Actor, e.Count, int64(e.Other), e.Note, idsText(e.Acts), e.Second}})
}

// Events are what happened to a network, the oldest first.
func Events(tx *db.Tx, network value.ID) ([]Event, error) {
	return db.All(tx, func(row db.Scanner) (e Event, err error) {
		var at int64
		var acts string
		err = row.Scan(&e.ID, &e.Network, &e.Kind, &at, &e.Actor, &e.Count, &e.Other, &e.Note, &acts, &e.Second)
		e.At, e.Acts = moment(at), idsOf(acts)
		return e, err
	}, "select id, network, kind, at_us, actor, count, other, note, acts, second from network_event where network = $1 order by id", int64(network))
}
