package network

import (
	"context"
	"fmt"
	"math"
	"slices"

	"fairground/internal/db"
	"fairground/internal/safety/copies"
	"fairground/internal/value"
)

// mostLinks is how many edges of a network are kept, the strongest first.
const mostLinks = 1000

var system = value.SystemActor("network")

// settleDue looks at the networks of listings that changed.
func (d *Desk) settleDue(ctx context.Context) (more bool, err error) {
	due := d.takeDue(mostDue)
	if len(due) == 0 {
		return false, nil
	}
	done := map[value.ID]bool{}
	for i, id := range due {
		c, in := d.index.Cluster(id)
		if in && done[c.ID] {
			continue
		}
		if in {
			done[c.ID] = true
			err = d.settle(ctx, c)
		} else {
			err = d.leave(ctx, id)
		}
		if err != nil {
			d.mu.Lock()
			for _, left := range due[i:] {
				d.due[left] = struct{}{}
			}
			d.mu.Unlock()
			return false, err
		}
	}
	return len(due) == mostDue, nil
}

func (d *Desk) isOrganised(c copies.Cluster) bool {
	return c.Accounts >= leastAccounts && c.Score >= d.config.Bar
}

// settle brings the rows of a cluster's network in step with it. It writes only if something differs.
func (d *Desk) settle(ctx context.Context, c copies.Cluster) error {
	s := &settlement{desk: d, cluster: c}
	for _, m := range c.Members {
		s.ids = append(s.ids, m.ID)
	}
	var change bool
	err := d.config.DB.Read(ctx, func(tx *db.Tx) (err error) {
		change, err = s.prepare(tx)
		return err
	})
	if err != nil || !change {
		return err
	}
	err = d.config.DB.Write(ctx, system, "network.settle", func(tx *db.Tx) error {
		change, err := s.prepare(tx)
		if err != nil || !change { // another process was quicker
			return err
		}
		return s.write(tx)
	})
	if err != nil {
		return fmt.Errorf("network.settle(%s): %w", c.ID, err)
	}
	return nil
}

// settlement is one look at a cluster and its network.
type settlement struct {
	desk     *Desk
	cluster  copies.Cluster
	ids      []value.ID
	listings map[value.ID]Listing // that exist
	known    map[value.ID]value.ID
	network  Network   // zero: there is none yet
	others   []Network // that are merged into it
	joined   []value.ID
	template copies.Template
}

// prepare finds out what there is, and whether anything is to be written.
func (s *settlement) prepare(tx *db.Tx) (bool, error) {
	var err error
	s.network, s.others, s.joined = Network{}, nil, nil
	if s.known, err = membersOf(tx, s.ids); err != nil {
		return false, err
	}
	if len(s.known) == 0 && !s.desk.isOrganised(s.cluster) {
		return false, nil
	}
	if err := s.findNetworks(tx); err != nil {
		return false, err
	}
	if err := s.readListings(tx); err != nil {
		return false, err
	}
	for _, id := range s.ids {
		_, is := s.listings[id]
		if _, known := s.known[id]; is && !known {
			s.joined = append(s.joined, id)
		}
	}
	if s.network.ID == 0 {
		return s.accounts() >= leastAccounts, nil
	}
	return len(s.joined) > 0 || len(s.others) > 0 || s.differs(), nil
}

// accounts counts those of listings that exist: what is only being screened may never be written.
func (s *settlement) accounts() int {
	all := map[value.ID]bool{}
	for _, l := range s.listings {
		if l.Account != 0 {
			all[l.Account] = true
		}
	}
	return len(all)
}

func (s *settlement) differs() bool {
	c, n := s.cluster, s.network
	return math.Abs(c.Score-n.Score) >= .02 || math.Abs(c.Coverage-n.Coverage) >= .05 || c.Places != n.Places || c.Phones != n.Phones
}

func (s *settlement) findNetworks(tx *db.Tx) error {
	var ids []value.ID
	for _, id := range s.known {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for i, id := range ids {
		n, err := find(tx, id)
		if err != nil {
			return err
		}
		if i == 0 {
			s.network = n
			continue
		}
		s.others = append(s.others, n)
	}
	return nil
}

func (s *settlement) readListings(tx *db.Tx) error {
	s.listings = make(map[value.ID]Listing, len(s.ids))
	for some := range slices.Chunk(s.ids, batch) {
		found, err := s.desk.config.Documents.Of(tx, some)
		if err != nil {
			return err
		}
		for _, l := range found {
			s.listings[l.ID] = l
		}
	}
	return nil
}

func (s *settlement) write(tx *db.Tx) error {
	isNew := s.network.ID == 0
	s.template, _ = s.desk.index.Template(s.cluster.ID)
	if isNew {
		s.network = Network{ID: tx.NewID(), State: Open, Opened: tx.Now()}
	}
	before := s.network
	s.fill()
	if isNew {
		if err := insert(tx, s.network); err != nil {
			return err
		}
	}
	if err := s.join(tx, isNew); err != nil {
		return err
	}
	if err := s.merge(tx); err != nil {
		return err
	}
	if err := s.count(tx); err != nil {
		return err
	}
	if err := replaceLinks(tx, s.network.ID, s.links()); err != nil {
		return err
	}
	if err := s.bring(tx, isNew); err != nil {
		return err
	}
	if err := s.screenAgain(tx, before); err != nil {
		return err
	}
	tx.Log(db.Change{Object: Object, Record: s.network.ID, Diff: map[string]any{
		"listings": [2]int{before.Listings, s.network.Listings}, "accounts": [2]int{before.Accounts, s.network.Accounts}, "state": s.network.State}})
	return update(tx, s.network)
}

// fill takes over what the cluster says.
func (s *settlement) fill() {
	n, c := &s.network, s.cluster
	n.Score, n.Coverage, n.Phones, n.Places, n.Template = c.Score, c.Coverage, c.Phones, c.Places, s.template.Text
	n.First, n.Last = c.First, c.Last
}

func (s *settlement) join(tx *db.Tx, isNew bool) error {
	fillings := map[value.ID]copies.Filling{}
	for _, f := range s.template.Members {
		fillings[f.ID] = f
	}
	var members []Member
	for _, id := range s.joined {
		l := s.listings[id]
		members = append(members, Member{Listing: id, Network: s.network.ID, Account: l.Account, Place: l.Place, Point: l.coarse(),
			Fillings: fillings[id].Values, Coverage: fillings[id].Coverage, Made: l.Made, Joined: tx.Now()})
	}
	if err := insertMembers(tx, members); err != nil {
		return err
	}
	for _, id := range s.ids { // slots move when a template changes
		if f, ok := fillings[id]; ok && s.known[id] != 0 {
			if err := updateFillings(tx, id, f.Values, f.Coverage); err != nil {
				return err
			}
		}
	}
	if len(members) == 0 {
		return nil
	}
	kind := "joined"
	if isNew {
		kind = "opened"
	}
	return insertEvent(tx, Event{Network: s.network.ID, Kind: kind, Count: len(members)})
}

func (l Listing) coarse() value.Point {
	if l.Point.IsZero() {
		return l.Point
	}
	return l.Point.Coarse()
}

// merge moves the members of younger networks into the oldest.
func (s *settlement) merge(tx *db.Tx) error {
	for _, n := range s.others {
		if err := moveMembers(tx, n.ID, s.network.ID); err != nil {
			return err
		}
		if err := insertEvent(tx, Event{Network: s.network.ID, Kind: "merged", Count: n.Listings, Other: n.ID}); err != nil {
			return err
		}
		n.State = Merged
		if err := update(tx, n); err != nil {
			return err
		}
		tx.Log(db.Change{Object: Object, Record: n.ID, Diff: map[string]any{"merged": s.network.ID}})
	}
	return nil
}

func (s *settlement) count(tx *db.Tx) (err error) {
	s.network.Listings, s.network.Accounts, err = countMembers(tx, s.network.ID)
	return err
}

// bring opens a case for a new network, and for one that was ruled on and has grown since.
func (s *settlement) bring(tx *db.Tx, isNew bool) error {
	n := &s.network
	grown := n.State == Decided && len(s.joined) > 0 || n.State == Dismissed && n.Accounts >= 2*n.Judged
	if !isNew && !grown {
		return nil
	}
	if grown {
		n.State = Open
		if err := insertEvent(tx, Event{Network: n.ID, Kind: "reopened", Count: len(s.joined)}); err != nil {
			return err
		}
	}
	if s.desk.config.Cases == nil {
		return nil
	}
	why := fmt.Sprintf("%d listings of %d accounts, score %.2f", n.Listings, n.Accounts, n.Score)
	return s.desk.config.Cases.Open(tx, "network", Object, n.ID, why)
}

// screenAgain lets live members be screened again that were cleared before the network was as large as it is: the new ones, and all when it
// has doubled.
func (s *settlement) screenAgain(tx *db.Tx, before Network) error {
	again := s.joined
	if s.network.Listings >= 2*before.Screened {
		again, s.network.Screened = s.ids, s.network.Listings
	}
	for _, id := range again {
		if s.desk.config.Rescreen == nil || !s.listings[id].Live {
			continue
		}
		if err := s.desk.config.Rescreen(tx, listingObject, id); err != nil {
			return fmt.Errorf("screening %s again: %w", id, err)
		}
	}
	return nil
}

// links are the strongest edges between listings that exist.
func (s *settlement) links() []Link {
	edges := slices.Clone(s.cluster.Edges)
	slices.SortStableFunc(edges, func(a, b copies.Edge) int {
		switch {
		case a.Weight > b.Weight:
			return -1
		case a.Weight < b.Weight:
			return 1
		}
		return 0
	})
	var all []Link
	seen := map[Link]bool{}
	for _, e := range edges {
		a, b := min(e.A, e.B), max(e.A, e.B)
		key := Link{A: a, B: b, Stage: string(e.Stage), Reason: e.Reason}
		_, hasA := s.listings[a]
		_, hasB := s.listings[b]
		if !hasA || !hasB || seen[key] || len(all) == mostLinks {
			continue
		}
		seen[key] = true
		link := key
		link.Weight, link.Shown = e.Weight, masked(e.Reason, e.Shared)
		if e.Stage == copies.StageEntity && e.Reason != "account" {
			link.Entity = s.desk.entity(e.Reason, e.Shared)
		}
		all = append(all, link)
	}
	return all
}

// leave takes a listing that was erased out of its network.
func (d *Desk) leave(ctx context.Context, id value.ID) error {
	var in map[value.ID]value.ID
	var found []Listing
	err := d.config.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if in, err = membersOf(tx, []value.ID{id}); err != nil || len(in) == 0 {
			return err
		}
		found, err = d.config.Documents.Of(tx, []value.ID{id})
		return err
	})
	if err != nil || len(in) == 0 || len(found) > 0 {
		return err
	}
	return d.config.DB.Write(ctx, system, "network.leave", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: Object, Record: in[id], Diff: map[string]any{"left": id}})
		return removeMember(tx, in[id], id)
	})
}
