package network

import (
	"fairground/internal/db"
	"fairground/internal/value"
)

// Place is where a page of the list goes on: after the network with this score and id. The zero Place is its beginning.
type Place struct {
	Score float64
	ID    value.ID
}

// List returns networks in a state, the highest score first.
func List(tx *db.Tx, state NetworkState, limit int) ([]Network, error) {
	return ListAfter(tx, state, Place{}, limit)
}

// ListAfter goes on with the list after a place.
func ListAfter(tx *db.Tx, state NetworkState, after Place, limit int) ([]Network, error) {
	if after.ID == 0 {
		return db.All(tx, scan, "select "+columns+` from network
			where state = $1
			order by score desc, id
			limit $2`, string(state), limit)
	}
	return db.All(tx, scan, "select "+columns+` from network
		where state = $1 and score <= $2 and (score < $2 or id > $3)
		order by score desc, id
		limit $4`, string(state), after.Score, int64(after.ID), limit)
}

// CountStates is how many networks there are in each state.
func CountStates(tx *db.Tx) (map[NetworkState]int, error) {
	type count struct {
		state NetworkState
		n     int
	}
	rows, err := db.All(tx, func(row db.Scanner) (c count, err error) { return c, row.Scan(&c.state, &c.n) },
		"select state, count(*) from network group by state")
	all := map[NetworkState]int{}
	for _, c := range rows {
		all[c.state] = c.n
	}
	return all, err
}

func findNumber(tx *db.Tx, number int) ([]Network, error) {
	return db.All(tx, scan, "select "+columns+" from network where number = $1", number)
}

// listOfListings returns the networks that some listings are in, the highest score first.
func listOfListings(tx *db.Tx, listings []value.ID, limit int) ([]Network, error) {
	return db.All(tx, scan, "select "+columns+" from network where id in (select network from network_member where listing in ("+
		holders(len(listings))+")) order by score desc, id limit "+number(float64(limit)), arguments(listings)...)
}

// listOfAccounts returns the networks that some accounts are in, the highest score first.
func listOfAccounts(tx *db.Tx, accounts []value.ID, limit int) ([]Network, error) {
	return db.All(tx, scan, "select "+columns+" from network where id in (select network from network_member where account in ("+
		holders(len(accounts))+")) order by score desc, id limit "+number(float64(limit)), arguments(accounts)...)
}

// listOfEntity returns the networks whose listings share something, the highest score first.
func listOfEntity(tx *db.Tx, entity string, limit int) ([]Network, error) {
	return db.All(tx, scan, "select "+columns+` from network
		where id in (select network from network_link where entity <> '' and entity = $1)
		order by score desc, id
		limit $2`, entity, limit)
}

// Owners of pending acts are few: what waits is looked for in the index of them.
func listUnsettled(tx *db.Tx, limit int) ([]Network, error) {
	return db.All(tx, scan, "select "+columns+" from network where (stale or pending <> '') and state <> 'merged' order by id limit $1", limit)
}
