package moderation

import (
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Workload is how much there is to do and how it goes.
type Workload struct {
	Open    int // open or claimed
	Waiting int // for their authors
	Soon    int // due within two hours
	Overdue int
	Median  time.Duration // from opening to decision, of the last seven days; 0 when nothing was decided
	Decided int           // in the last seven days
	People  []PersonsDay
}

// PersonsDay is what one reviewer did today, in UTC.
type PersonsDay struct {
	Account     value.ID
	Decisions   int
	Looks       int // at veiled photos
	SevereLooks int
	Looking     time.Duration
}

const soon = 2 * time.Hour

// Work returns the workload.
func Work(tx *db.Tx) (w Workload, err error) {
	now := tx.Now()
	err = tx.Row(`
		select
			coalesce(sum(case when state in ('open', 'claimed') then 1 else 0 end), 0),
			coalesce(sum(case when state = 'waiting' then 1 else 0 end), 0),
			coalesce(sum(case when state in ('open', 'claimed') and due_us >= $1 and due_us < $2 then 1 else 0 end), 0),
			coalesce(sum(case when state in ('open', 'claimed') and due_us < $1 then 1 else 0 end), 0)
		from safety_case
		where state <> 'decided'`, value.Micros(now), value.Micros(now.Add(soon))).Scan(&w.Open, &w.Waiting, &w.Soon, &w.Overdue)
	if err != nil {
		return w, err
	}
	if w.Decided, w.Median, err = median(tx, now.Add(-7*24*time.Hour)); err != nil {
		return w, err
	}
	w.People, err = day(tx, now.UTC().Truncate(24*time.Hour))
	return w, err
}

// median is the median time to a decision. A clock that was set back makes no negative time.
func median(tx *db.Tx, since time.Time) (int, time.Duration, error) {
	n, err := db.One(tx, db.Column[int], "select count(*) from safety_case where state = 'decided' and decided_by is not null and decided_us >= $1", value.Micros(since))
	if err != nil || n == 0 {
		return 0, 0, err
	}
	us, err := db.One(tx, db.Column[int64], `
		select decided_us - opened_us
		from safety_case
		where state = 'decided' and decided_by is not null and decided_us >= $1
		order by 1
		limit 1 offset $2`, value.Micros(since), n/2)
	return n, max(time.Duration(us)*time.Microsecond, 0), err
}

func day(tx *db.Tx, since time.Time) ([]PersonsDay, error) {
	people := map[value.ID]*PersonsDay{}
	var order []value.ID
	of := func(id value.ID) *PersonsDay {
		if people[id] == nil {
			people[id] = &PersonsDay{Account: id}
			order = append(order, id)
		}
		return people[id]
	}
	err := db.Each(tx, func(row db.Scanner) error {
		var actor string
		var n int
		if err := row.Scan(&actor, &n); err != nil {
			return err
		}
		if id := accountOf(actor); id != 0 {
			of(id).Decisions = n
		}
		return nil
	}, "select actor, count(*) from decision where made_us >= $1 group by actor order by 2 desc, 1", value.Micros(since))
	if err != nil {
		return nil, err
	}
	err = db.Each(tx, func(row db.Scanner) error {
		var id value.ID
		var looks, severe int
		var look_ms int64
		if err := row.Scan(&id, &looks, &severe, &look_ms); err != nil {
			return err
		}
		p := of(id)
		p.Looks, p.SevereLooks, p.Looking = looks, severe, time.Duration(look_ms)*time.Millisecond
		return nil
	}, "select reviewer, count(*), sum(case when severe then 1 else 0 end), cast(sum(look_ms) as bigint) from exposure where made_us >= $1 group by reviewer order by 1", value.Micros(since))
	all := make([]PersonsDay, len(order))
	for i, id := range order {
		all[i] = *people[id]
	}
	return all, err
}
