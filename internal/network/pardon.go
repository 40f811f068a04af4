package network

import (
	"context"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/safety/copies"
	"fairground/internal/value"
)

// pardon is what somebody found harmless when they dismissed a network: that these accounts belong together, and what they
// share. It is about ties, not about texts: what the same people have in common tomorrow is no news, somebody who joins
// them and a new telephone between them are.
type pardon struct {
	accounts map[value.ID]bool
	entities map[string]bool // hashes
}

func (p *pardon) add(other *pardon) {
	for id := range other.accounts {
		p.accounts[id] = true
	}
	for e := range other.entities {
		p.entities[e] = true
	}
}

func newPardon() *pardon { return &pardon{map[value.ID]bool{}, map[string]bool{}} }

// forgive keeps what a dismissed network was tied by.
func forgive(tx *db.Tx, network value.ID) error {
	if err := unforgive(tx, network); err != nil {
		return err
	}
	for _, text := range []string{
		`insert into network_pardon (network, account, entity)
		select distinct network, account, '' from network_member where network = $1 and account <> 0`,
		`insert into network_pardon (network, account, entity)
		select distinct network, 0, entity from network_link where network = $1 and entity <> ''`,
	} {
		if _, err := tx.Exec(text, int64(network)); err != nil {
			return err
		}
	}
	return nil
}

// unforgive drops what a network was forgiven, because it is open again.
func unforgive(tx *db.Tx, network value.ID) error {
	_, err := tx.Exec("delete from network_pardon where network = $1", int64(network))
	return err
}

// inherit gives one network what another was forgiven as well.
func inherit(tx *db.Tx, from, to value.ID) error {
	_, err := tx.Exec(`
		insert into network_pardon (network, account, entity)
		select $2, account, entity from network_pardon where network = $1
		on conflict do nothing`, int64(from), int64(to))
	return err
}

// pardonsOf reads what one network was forgiven, or all were when it is zero.
func pardonsOf(tx *db.Tx, network value.ID) (map[value.ID]*pardon, error) {
	type row struct {
		network, account value.ID
		entity           string
	}
	rows, err := db.All(tx, func(from db.Scanner) (r row, err error) { return r, from.Scan(&r.network, &r.account, &r.entity) },
		"select network, account, entity from network_pardon where network = $1 or $1 = 0", int64(network))
	all := map[value.ID]*pardon{}
	for _, r := range rows {
		p := all[r.network]
		if p == nil {
			p = newPardon()
			all[r.network] = p
		}
		if r.account != 0 {
			p.accounts[r.account] = true
		} else {
			p.entities[r.entity] = true
		}
	}
	return all, err
}

// learnPardons reads what was forgiven into memory, by account.
func (d *Desk) learnPardons(ctx context.Context) error {
	var all map[value.ID]*pardon
	err := d.config.DB.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = pardonsOf(tx, 0)
		return err
	})
	if err != nil {
		return err
	}
	by := map[value.ID][]*pardon{}
	for _, p := range all {
		for account := range p.accounts {
			by[account] = append(by[account], p)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pardons = by
	return nil
}

// pardonOf is all that accounts of a cluster were forgiven; nil for nothing.
func (d *Desk) pardonOf(c copies.Cluster) (found *pardon) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if len(d.pardons) == 0 {
		return nil
	}
	seen := map[*pardon]bool{}
	for _, m := range c.Members {
		for _, p := range d.pardons[m.Account] {
			if seen[p] {
				continue
			}
			seen[p] = true
			if found == nil {
				found = newPardon()
			}
			found.add(p)
		}
	}
	return found
}

// freshIn are the accounts of a cluster that have ties nobody has forgiven.
func (d *Desk) freshIn(c copies.Cluster, p *pardon) map[value.ID]bool {
	fresh, of := map[value.ID]bool{}, map[value.ID]value.ID{}
	for _, m := range c.Members {
		of[m.ID] = m.Account
		if m.Account != 0 && !p.accounts[m.Account] {
			fresh[m.Account] = true
		}
	}
	for _, e := range c.Edges {
		one, other := of[e.A], of[e.B]
		if e.Stage != copies.StageEntity || e.Reason == "account" || one == other || !p.accounts[one] || !p.accounts[other] {
			continue
		}
		if !p.entities[d.entity(e.Reason, e.Shared)] {
			fresh[one], fresh[other] = true, true
		}
	}
	return fresh
}

// forgiven is a cluster as the gate should see it: accounts that were found to belong together count as one, and if there is
// nothing else, it is none.
func (d *Desk) forgiven(c copies.Cluster, of safety.Cluster) safety.Cluster {
	p := d.pardonOf(c)
	if p == nil {
		return of
	}
	fresh := d.freshIn(c, p)
	if len(fresh) == 0 {
		return safety.Cluster{ID: of.ID, Size: 1, Accounts: 1}
	}
	size := 0
	for _, m := range c.Members {
		if m.Account == 0 || fresh[m.Account] {
			size++
		}
	}
	if len(fresh) < c.Accounts {
		of.Accounts, of.Size = len(fresh)+1, size+1
	}
	return of
}
