package network

import (
	"encoding/json"
	"slices"

	"fairground/internal/db"
	"fairground/internal/value"
)

// picture is what the page of a network shows of its ties. It is made when they change.
type picture struct {
	Graph  Graph        `json:"graph"`
	Ties   []tie        `json:"ties"`
	Photos [][]value.ID `json:"photos"` // listings whose photos show the same
	Count  int          `json:"count"`  // of links
}

// tie is one thing that holds a network together.
type tie struct {
	Kind     string `json:"kind"`
	Shown    string `json:"shown,omitempty"` // masked
	Listings int    `json:"listings"`
	Accounts int    `json:"accounts"`
}

// mostShared is how many things in common are told in words.
const mostShared = 12

func pictureOf(members []Member, links []Link) picture {
	return picture{graphOf(members, links, large), tiesIn(members, links), photoGroups(members, links), len(links)}
}

// text is the picture as it is stored. It has no words of anybody but what is masked, and places.
func (p picture) text() string {
	text, err := json.Marshal(p)
	if err != nil { // numbers that are none: it is drawn anew
		return ""
	}
	return string(text)
}

// findPicture reads the picture of a network, or draws it.
func findPicture(tx *db.Tx, network value.ID, members []Member) (p picture, err error) {
	text, err := db.One(tx, db.Column[string], "select picture from network where id = $1", int64(network))
	if err != nil {
		return p, err
	}
	if text != "" && json.Unmarshal([]byte(text), &p) == nil {
		return p, nil
	}
	links, err := Links(tx, network)
	return pictureOf(members, links), err
}

func updatePicture(tx *db.Tx, network value.ID, text string) error {
	_, err := tx.Exec("update network set picture = $2 where id = $1", int64(network), text)
	return err
}

// tiesIn says what holds a network together, what most share first.
func tiesIn(members []Member, links []Link) (all []tie) {
	b := &drawing{on: canvas{shared: mostShared}, shares: map[value.ID][]string{}}
	b.findShared(members, links)
	for _, t := range b.things {
		accounts := map[value.ID]bool{}
		for _, m := range members {
			if t.listings[m.Listing] {
				accounts[m.Account] = true
			}
		}
		all = append(all, tie{t.kind, t.label, len(t.listings), len(accounts)})
	}
	return all
}

// photoGroups are the listings that photos tie, the largest group first.
func photoGroups(members []Member, links []Link) (all [][]value.ID) {
	of, tied := unions{}, map[value.ID]bool{}
	for _, l := range links {
		if l.Reason == "photo" {
			of.join(l.A, l.B)
			tied[l.A], tied[l.B] = true, true
		}
	}
	at := map[value.ID]int{}
	for _, m := range members {
		if !tied[m.Listing] {
			continue
		}
		root := of.root(m.Listing)
		i, known := at[root]
		if !known {
			i = len(all)
			at[root] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], m.Listing)
	}
	slices.SortStableFunc(all, func(a, b []value.ID) int { return len(b) - len(a) })
	return all[:min(len(all), mostPhotoGroups)]
}
