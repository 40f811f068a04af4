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

var system = value.SystemActor("network")

// settleDue looks at the networks of listings that changed, and at those that something left.
func (d *Desk) settleDue(ctx context.Context) (more bool, err error) {
	due := d.takeDue(mostDue)
	if len(due) == 0 {
		return false, nil
	}
	done := map[value.ID]bool{}
	for i, id := range due {
		if err := d.settleOne(ctx, id, done); err != nil {
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

// settleOne looks at the cluster and at the network of one listing; done are clusters that were looked at.
func (d *Desk) settleOne(ctx context.Context, id value.ID, done map[value.ID]bool) error {
	c, in := d.index.Cluster(id)
	if in && done[c.ID] {
		return nil
	}
	if in {
		done[c.ID] = true
		if err := d.partAll(ctx, c); err != nil {
			return err
		}
		return d.settle(ctx, c)
	}
	var known map[value.ID]Member
	err := d.config.DB.Read(ctx, func(tx *db.Tx) (err error) {
		known, err = membersOf(tx, []value.ID{id})
		return err
	})
	if err != nil || known[id].Network == 0 {
		return err
	}
	return d.lookAgain(ctx, known[id].Network, done)
}

// lookAgain brings a network in step when it is not known which of its listings changed.
func (d *Desk) lookAgain(ctx context.Context, id value.ID, done map[value.ID]bool) error {
	if err := d.part(ctx, id); err != nil {
		return err
	}
	var members []Member
	err := d.config.DB.Read(ctx, func(tx *db.Tx) (err error) {
		members, err = Members(tx, id)
		return err
	})
	if err != nil {
		return err
	}
	for _, m := range members {
		if c, in := d.index.Cluster(m.Listing); in {
			if done[c.ID] {
				return nil
			}
			done[c.ID] = true
			return d.settle(ctx, c)
		}
	}
	return d.dissolve(ctx, id)
}

// partAll parts the networks that a cluster's members are in.
func (d *Desk) partAll(ctx context.Context, c copies.Cluster) error {
	var known map[value.ID]Member
	err := d.config.DB.Read(ctx, func(tx *db.Tx) (err error) {
		known, err = membersOf(tx, idsIn(c))
		return err
	})
	if err != nil {
		return err
	}
	seen := map[value.ID]bool{}
	for _, m := range known {
		if seen[m.Network] {
			continue
		}
		seen[m.Network] = true
		if err := d.part(ctx, m.Network); err != nil {
			return err
		}
	}
	return nil
}

func idsIn(c copies.Cluster) []value.ID {
	all := make([]value.ID, len(c.Members))
	for i, m := range c.Members {
		all[i] = m.ID
	}
	return all
}

func (d *Desk) isOrganised(c copies.Cluster) bool {
	return c.Accounts >= leastAccounts && c.Score >= d.config.Bar
}

// settle brings the rows of a cluster's network in step with it. It writes only if something differs.
func (d *Desk) settle(ctx context.Context, c copies.Cluster) error {
	s := &settlement{desk: d, cluster: c, ids: idsIn(c)}
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
	return d.learnPardons(ctx) // one that is open again, or merged, may have lost some
}

// settlement is one look at a cluster and its network.
type settlement struct {
	desk     *Desk
	cluster  copies.Cluster
	ids      []value.ID
	listings map[value.ID]Listing // that exist
	known    map[value.ID]Member
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
		return s.accounts() >= leastAccounts && s.anyActive(), nil
	}
	return len(s.joined) > 0 || len(s.others) > 0 || s.differs(), nil
}

func (s *settlement) anyActive() bool {
	for _, l := range s.listings {
		if !l.Ended {
			return true
		}
	}
	return false
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
	for id, m := range s.known {
		if l, is := s.listings[id]; is && l.Ended != m.Ended {
			return true
		}
	}
	return n.stale || math.Abs(c.Score-n.Score) >= .02 || math.Abs(c.Coverage-n.Coverage) >= .05 || c.Places != n.Places || c.Phones != n.Phones
}

func (s *settlement) findNetworks(tx *db.Tx) error {
	var ids []value.ID
	for _, m := range s.known {
		if !slices.Contains(ids, m.Network) {
			ids = append(ids, m.Network)
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

func (s *settlement) write(tx *db.Tx) (err error) {
	isNew := s.network.ID == 0
	s.template, _ = s.desk.index.Template(s.cluster.ID)
	if isNew {
		s.network = Network{ID: tx.NewID(), State: Open, Opened: tx.Now()}
		if s.network.Number, err = nextNumber(tx); err != nil {
			return err
		}
	}
	before := s.network
	s.fill()
	if isNew {
		if err := insert(tx, s.network); err != nil {
			return err
		}
	}
	for _, step := range []func(*db.Tx) error{func(tx *db.Tx) error { return s.join(tx, isNew) }, s.merge, s.count, s.tie,
		func(tx *db.Tx) error { return s.bring(tx, isNew) }, func(tx *db.Tx) error { return s.screenAgain(tx, before) }} {
		if err := step(tx); err != nil {
			return err
		}
	}
	tx.Log(db.Change{Object: Object, Record: s.network.ID, Diff: map[string]any{
		"listings": [2]int{before.Listings, s.network.Listings}, "accounts": [2]int{before.Accounts, s.network.Accounts}, "state": s.network.State}})
	return update(tx, s.network)
}

// fill takes over what the cluster says.
func (s *settlement) fill() {
	n, c := &s.network, s.cluster
	n.Score, n.Coverage, n.Phones, n.Places, n.Template = c.Score, c.Coverage, c.Phones, c.Places, s.template.Text
	n.First, n.Last, n.stale = c.First, c.Last, false
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
			Fillings: s.slots(fillings[id]), Coverage: fillings[id].Coverage, Made: l.Made, Joined: tx.Now(), Ended: l.Ended})
	}
	if err := insertMembers(tx, members); err != nil {
		return err
	}
	if err := s.refresh(tx, fillings); err != nil || len(members) == 0 {
		return err
	}
	kind := "joined"
	if isNew {
		kind = "opened"
	}
	return insertEvent(tx, Event{Network: s.network.ID, Kind: kind, Count: len(members)})
}

// refresh brings known members in step: slots move when a template changes, and listings end.
func (s *settlement) refresh(tx *db.Tx, fillings map[value.ID]copies.Filling) error {
	for _, id := range s.ids {
		m, known := s.known[id]
		l, is := s.listings[id]
		if !known || !is {
			continue
		}
		was := m
		m.Ended = l.Ended
		if f, ok := fillings[id]; ok {
			m.Fillings, m.Coverage = s.slots(f), f.Coverage
		}
		if slices.Equal(was.Fillings, m.Fillings) && was.Coverage == m.Coverage && was.Ended == m.Ended {
			continue
		}
		if err := updateMember(tx, m); err != nil {
			return err
		}
	}
	return nil
}

// slots are what a listing puts into the template. Numbers and addresses are masked.
func (s *settlement) slots(f copies.Filling) []string {
	all := slices.Clone(f.Values)
	for _, p := range s.template.Parts {
		if at := p.Slot - 1; at >= 0 && at < len(all) && all[at] != "" {
			all[at] = hidden(p.Kind, all[at])
		}
	}
	return all
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
		for _, e := range []Event{{Network: s.network.ID, Kind: "merged", Count: n.Listings, Other: n.ID},
			{Network: n.ID, Kind: "absorbed", Count: n.Listings, Other: s.network.ID}} {
			if err := insertEvent(tx, e); err != nil {
				return err
			}
		}
		if err := inherit(tx, n.ID, s.network.ID); err != nil {
			return err
		}
		if err := unforgive(tx, n.ID); err != nil {
			return err
		}
		s.network.Pending = append(s.network.Pending, n.Pending...)
		s.network.Judged = max(s.network.Judged, n.Judged)
		n.State, n.Pending, n.stale, n.drawing = Merged, nil, false, ""
		if err := update(tx, n); err != nil {
			return err
		}
		if err := updatePicture(tx, n.ID, ""); err != nil {
			return err
		}
		tx.Log(db.Change{Object: Object, Record: n.ID, Diff: map[string]any{"merged": s.network.ID}})
	}
	return nil
}

func (s *settlement) count(tx *db.Tx) error {
	c, err := countMembers(tx, s.network.ID)
	s.network.Listings, s.network.Active, s.network.Accounts = c.listings, c.active, c.accounts
	return err
}

// tie writes down what ties the listings, and draws it.
func (s *settlement) tie(tx *db.Tx) error {
	links := s.links()
	if err := replaceLinks(tx, s.network.ID, links); err != nil {
		return err
	}
	members, err := Members(tx, s.network.ID)
	if err != nil {
		return err
	}
	s.network.drawing = draw(members, links)
	return updatePicture(tx, s.network.ID, pictureOf(members, links).text())
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
