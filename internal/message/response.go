package message

import (
	"slices"
	"time"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Response is how a seller answers those who ask, over the conversations of 90 days.
type Response struct {
	Asked  int           // conversations that were due an answer
	Rate   float64       // the share answered within 24 hours; 0 to 1
	Median time.Duration // to the first answer, of those that were answered
}

const (
	responseSpan = 90 * day
	mostAsked    = 500 // the newest so many count
)

// ResponseOf computes how a seller answers. A question of the last 24 hours that waits still has time and does not count.
func ResponseOf(tx *db.Tx, seller value.ID) (r Response, err error) {
	type asked struct{ at, answer int64 }
	rows, err := db.All(tx, func(row db.Scanner) (a asked, err error) {
		err = row.Scan(&a.at, &a.answer)
		return a, err
	}, `
		select first_us, first_answer_us
		from conversation
		where seller = $1 and first_us >= $2
		order by first_us desc
		limit $3`, seller, value.Micros(tx.Now().Add(-responseSpan)), mostAsked)
	if err != nil {
		return r, err
	}
	var took []time.Duration
	inTime := 0
	for _, a := range rows {
		if a.answer == 0 {
			if tx.Now().Sub(moment(a.at)) >= day {
				r.Asked++
			}
			continue
		}
		r.Asked++
		d := moment(a.answer).Sub(moment(a.at))
		if took = append(took, d); d <= day {
			inTime++
		}
	}
	if r.Asked > 0 {
		r.Rate = float64(inTime) / float64(r.Asked)
	}
	if len(took) > 0 {
		slices.Sort(took)
		r.Median = took[len(took)/2]
	}
	return r, nil
}
