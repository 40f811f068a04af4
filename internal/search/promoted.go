package search

import (
	"slices"
	"time"

	"fairground/internal/db"
)

const mostPromotedRead = 500 // newest promoted listings that take turns

// InTurns says which of so many promoted listings, newest first, are shown at a time: each hour the next ones, so that
// all have their share.
func InTurns(now time.Time, among, most int) []int {
	most = min(most, among)
	if most <= 0 {
		return nil
	}
	turn := int(now.Unix() / int64(time.Hour/time.Second) % int64(among))
	all := make([]int, most)
	for i := range all {
		all[i] = (turn*most + i) % among
	}
	return all
}

// findPromoted returns the promoted listings whose turn it is, of those that a query finds.
func findPromoted(tx *db.Tx, q Query) ([]Hit, error) {
	s := &selection{engine: tx.Engine()}
	m := conditions(q)
	m.groups = append(slices.Clone(m.groups), tokenGroup(promotedToken))
	statement := "select d.listing, " + s.distance(q) + s.from(m, q) + " order by " + s.place(m) + " desc limit " + s.arg(mostPromotedRead)
	found, err := db.All(tx, scanHit, statement, s.all()...)
	if err != nil {
		return nil, err
	}
	var shown []Hit
	for _, i := range InTurns(tx.Now(), len(found), q.Promoted) {
		shown = append(shown, found[i])
	}
	return shown, nil
}
