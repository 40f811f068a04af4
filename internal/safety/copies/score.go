package copies

import (
	"slices"
	"time"

	"fairground/internal/value"
)

// fill counts what belongs to a cluster and reckons its score. Edges must be there already.
func (c *Cluster) fill(docs []*document) {
	accounts, phones, places := make(map[value.ID]int64), make(map[string]bool), make(map[string]bool)
	var times []int64
	for _, d := range docs {
		c.Members = append(c.Members, Member{ID: d.id, Account: d.account, Place: d.place, At: timeOf(d.at), Phones: d.phones()})
		for _, phone := range d.phones() {
			phones[lastDigits(phone)] = true
		}
		if d.place != "" {
			places[d.place] = true
		}
		if d.at != noTime {
			times = append(times, d.at)
		}
		if d.account != 0 {
			accounts[d.account] = youngest(accounts, d)
		}
	}
	c.Accounts, c.Phones, c.Places = len(accounts), len(phones), len(places)
	if slices.Sort(times); len(times) > 0 {
		c.First, c.Last = timeOf(times[0]), timeOf(times[len(times)-1])
	}
	c.Activity = Activity{
		Accounts: several(c.Accounts, 2), Places: several(c.Places, 3),
		Velocity: several(busiest(times, day_us), 10), New: newShare(accounts),
	}
	c.Activity.Shared, c.Activity.Copied = c.across(docs, len(accounts))
	c.Score = c.Activity.score()
}

const day_us = int64(24 * time.Hour / time.Microsecond)

// several rises from 0 for one towards 1; it is a half at half more than one.
func several(n, half int) float64 {
	if n <= 1 {
		return 0
	}
	return float64(n-1) / float64(n-1+half)
}

// busiest is the most listings in any stretch of so long.
func busiest(times []int64, long int64) int {
	most, from := 0, 0
	for i, at := range times {
		for at-times[from] > long {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

const newAge_us = 7 * day_us

// youngest is the least age of an account when it offered something, in microseconds; negative when it is not known.
func youngest(accounts map[value.ID]int64, d *document) int64 {
	age, known := accounts[d.account]
	if d.since == noTime || d.at == noTime {
		if known {
			return age
		}
		return -1
	}
	fresh := max(0, d.at-d.since)
	if !known || age < 0 {
		return fresh
	}
	return min(age, fresh)
}

func newShare(accounts map[value.ID]int64) float64 {
	if len(accounts) == 0 {
		return 0
	}
	fresh := 0
	for _, age := range accounts {
		if age >= 0 && age < newAge_us {
			fresh++
		}
	}
	return float64(fresh) / float64(len(accounts))
}

// across returns which share of the accounts has a telephone, mail address, handle or photo in common with another, and
// which has text in common with another.
func (c *Cluster) across(docs []*document, accounts int) (shared, copied float64) {
	if accounts < 2 {
		return 0, 0
	}
	of := make(map[value.ID]value.ID, len(docs))
	for _, d := range docs {
		of[d.id] = d.account
	}
	sharing, copying := make(map[value.ID]bool), make(map[value.ID]bool)
	for _, e := range c.Edges {
		a, b := of[e.A], of[e.B]
		if a == b || a == 0 || b == 0 {
			continue
		}
		with := sharing
		if e.Stage == StageText || e.Stage == StagePhrase {
			with = copying
		}
		with[a], with[b] = true, true
	}
	return float64(len(sharing)) / float64(accounts), float64(len(copying)) / float64(accounts)
}

// score weighs the parts. One account alone, however much it offers, stays at .1 at most: a dealer is not a network.
func (a Activity) score() float64 {
	alone := .1 * a.Velocity
	tied := .3*max(a.Shared, a.Copied) + .15*min(a.Shared, a.Copied) + .15*a.Places + .2*a.Velocity + .2*a.New
	return min(1, max(alone, a.Accounts*(.25+.75*tied)*1.4))
}
