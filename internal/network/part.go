package network

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"fairground/internal/db"
	"fairground/internal/safety/copies"
	"fairground/internal/value"
)

// groups are the members of a network as the index ties them now.
type groups struct {
	kept  []value.ID              // of the cluster that most are in
	parts map[value.ID][]value.ID // of other clusters, by their ids
	alone []value.ID              // that nothing ties any more, or that do not exist
}

// groupsOf sorts members by the clusters they are in. The largest cluster keeps the network; of two alike, the one with
// the oldest listing.
func (d *Desk) groupsOf(members []Member) (g groups) {
	by := map[value.ID][]value.ID{}
	for _, m := range members {
		if c := d.index.ClusterOf(m.Listing); c != 0 {
			by[c] = append(by[c], m.Listing)
		} else {
			g.alone = append(g.alone, m.Listing)
		}
	}
	var keeper value.ID
	for id, in := range by {
		if was := by[keeper]; len(in) > len(was) || len(in) == len(was) && in[0] < was[0] {
			keeper = id
		}
	}
	g.kept = by[keeper]
	delete(by, keeper)
	g.parts = by
	return g
}

func (g groups) whole() bool { return len(g.parts) == 0 && len(g.alone) == 0 }

// part takes out of a network what the index does not tie to the rest of it: a part that is organised by itself becomes a network of
// its own, with what was ruled about it; the others leave. An index that is behind the log says nothing about that.
func (d *Desk) part(ctx context.Context, id value.ID) error {
	d.mu.RLock()
	behind := d.lag > 0
	d.mu.RUnlock()
	if behind {
		return nil
	}
	var members []Member
	err := d.config.DB.Read(ctx, func(tx *db.Tx) (err error) {
		members, err = Members(tx, id)
		return err
	})
	if err != nil || d.groupsOf(members).whole() {
		return err
	}
	var moved []value.ID
	err = d.config.DB.Write(ctx, system, "network.part", func(tx *db.Tx) (err error) {
		moved, err = d.partNow(tx, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("network.part(%s): %w", id, err)
	}
	if err := d.learnPardons(ctx); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, listing := range moved {
		d.due[listing] = struct{}{}
	}
	return nil
}

func (d *Desk) partNow(tx *db.Tx, id value.ID) (moved []value.ID, err error) {
	n, err := find(tx, id)
	if err != nil {
		return nil, err
	}
	members, err := Members(tx, id)
	if err != nil {
		return nil, err
	}
	g := d.groupsOf(members)
	if g.whole() || n.State == Merged {
		return nil, nil
	}
	left := slices.Clone(g.alone)
	for _, c := range slices.Sorted(maps.Keys(g.parts)) {
		part := g.parts[c]
		cluster, in := d.index.Cluster(c)
		elsewhere, err := d.elsewhere(tx, cluster, id)
		if err != nil {
			return nil, err
		}
		moved = append(moved, part[0])
		if !in || !d.isOrganised(cluster) || elsewhere {
			left = append(left, part...)
			continue
		}
		if err := d.split(tx, n, cluster, part); err != nil {
			return nil, err
		}
	}
	for _, listing := range left {
		if err := removeMember(tx, id, listing); err != nil {
			return nil, err
		}
	}
	tx.Log(db.Change{Object: Object, Record: id, Diff: map[string]any{"left": len(left), "parts": len(g.parts)}})
	if len(left) > 0 {
		if err := insertEvent(tx, Event{Network: id, Kind: "left", Count: len(left)}); err != nil {
			return nil, err
		}
	}
	return moved, d.afterPart(tx, id)
}

// afterPart lets the network be looked at again.
func (d *Desk) afterPart(tx *db.Tx, id value.ID) error {
	_, err := tx.Exec("update network set stale = true, drawing = '', picture = '' where id = $1", int64(id))
	return err
}

// elsewhere reports whether members of a cluster are in another network than this one.
func (d *Desk) elsewhere(tx *db.Tx, c copies.Cluster, than value.ID) (bool, error) {
	ids := make([]value.ID, len(c.Members))
	for i, m := range c.Members {
		ids[i] = m.ID
	}
	known, err := membersOf(tx, ids)
	for _, m := range known {
		if m.Network != than {
			return true, err
		}
	}
	return false, err
}

// split makes a network of a part of another one. What was ruled about the whole was ruled about its parts.
func (d *Desk) split(tx *db.Tx, n Network, c copies.Cluster, part []value.ID) (err error) {
	made := Network{ID: tx.NewID(), State: n.State, Score: c.Score, Coverage: c.Coverage, Phones: c.Phones, Places: c.Places, First: c.First, Last: c.Last,
		Opened: tx.Now(), Screened: len(part), Ruled: n.Ruled, Judged: min(n.Judged, c.Accounts), stale: true}
	if made.Number, err = nextNumber(tx); err != nil {
		return err
	}
	if err := insert(tx, made); err != nil {
		return err
	}
	if err := moveSome(tx, n.ID, made.ID, part); err != nil {
		return err
	}
	count, err := countMembers(tx, made.ID)
	if err != nil {
		return err
	}
	made.Listings, made.Active, made.Accounts = count.listings, count.active, count.accounts
	if err := update(tx, made); err != nil {
		return err
	}
	if err := inherit(tx, n.ID, made.ID); err != nil {
		return err
	}
	for _, e := range []Event{{Network: n.ID, Kind: "split", Count: len(part), Other: made.ID}, {Network: made.ID, Kind: "parted", Count: len(part), Other: n.ID}} {
		if err := insertEvent(tx, e); err != nil {
			return err
		}
	}
	if err := d.passOn(tx, n, made.ID); err != nil {
		return err
	}
	tx.Log(db.Change{Object: Object, Record: made.ID, Diff: map[string]any{"split": n.ID, "listings": len(part), "state": made.State}})
	if made.State != Open || d.config.Cases == nil {
		return nil
	}
	return d.config.Cases.Open(tx, "network", Object, made.ID, because(made, len(part), c.Accounts))
}

// moveSome moves some members to another network, without what ties them.
func moveSome(tx *db.Tx, from, to value.ID, listings []value.ID) error {
	for some := range slices.Chunk(listings, batch) {
		args := append([]any{int64(to)}, arguments(some)...)
		marks := placeholders(2, len(some))
		if _, err := tx.Exec("update network_member set network = $1 where listing in ("+marks+")", args...); err != nil {
			return err
		}
		args[0] = int64(from)
		if _, err := tx.Exec("delete from network_link where network = $1 and (a in ("+marks+") or b in ("+marks+"))", args...); err != nil {
			return err
		}
	}
	return nil
}

// passOn lets a part know that the whole was dismissed, so that this can be taken back for the part too. Decisions about listings are
// taken back where they were made.
func (d *Desk) passOn(tx *db.Tx, from Network, to value.ID) error {
	events, err := Events(tx, from.ID)
	if err != nil {
		return err
	}
	last, stands := standing(from, events)
	if !stands || last.Kind != string(Dismissed) {
		return nil
	}
	last.Network = to
	return insertEvent(tx, last)
}

func because(n Network, listings, accounts int) string {
	return fmt.Sprintf("%d listings of %d accounts, score %.2f", listings, accounts, n.Score)
}
