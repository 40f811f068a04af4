package saved

import (
	"context"
	"slices"
	"time"

	"fairground/internal/account"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/search"
	"fairground/internal/search/reverse"
	"fairground/internal/site"
	"fairground/internal/value"
)

const (
	matchJob   = "saved.match"
	dueAtOnce  = 100 // listings matched in one go
	toldAtOnce = 50  // searches told in one write

	stint = 2 * time.Second // of work in one run, so that other jobs get their turn
)

var author = value.SystemActor("saved")

// match finds out which searches the listings that are due interest, and tells. Run again, it finds what is there
// already and tells nobody twice.
func (d *Desk) match(ctx context.Context, s *site.Site, _ job.Claim) error {
	clock := s.DB.Clock()
	for until := clock.Now().Add(stint); clock.Now().Before(until); {
		m, err := d.matcher(ctx, s, until)
		if err != nil {
			return err
		}
		if m == nil {
			break
		}
		if more, err := d.matchSome(ctx, s, m); err != nil || !more {
			return err
		}
	}
	return s.DB.Maintain(ctx, "saved: go on matching", func(tx *db.Tx) error {
		_, err := job.Enqueue(tx, job.Job{Kind: matchJob, Key: matchJob})
		return err
	})
}

// matchSome matches the next listings. It reports whether there were any.
func (d *Desk) matchSome(ctx context.Context, s *site.Site, m *reverse.Matcher) (more bool, err error) {
	var all []due
	var news []news
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if all, err = nextDue(tx, dueAtOnce); err != nil {
			return err
		}
		news, err = d.newsOf(tx, d.config.Rooms(s), m, all)
		return err
	})
	if err != nil || len(all) == 0 {
		return false, err
	}
	for _, n := range news {
		for some := range slices.Chunk(n.searches, toldAtOnce) {
			if err := d.spread(ctx, s, n, some); err != nil {
				return false, err
			}
		}
	}
	return true, s.DB.Maintain(ctx, "saved: listings are matched", func(tx *db.Tx) error { return dropDue(tx, all) })
}

// news is a listing that some searches may be told of.
type news struct {
	listing  value.ID
	kind     findKind
	at       time.Time
	searches []value.ID
	entered  []value.ID // of these, those whose price it did not meet before, ascending
}

// newsOf matches each of the listings once, whatever happened to it.
func (d *Desk) newsOf(tx *db.Tx, rooms Rooms, m *reverse.Matcher, all []due) ([]news, error) {
	first := make(map[value.ID]due)
	var ids []value.ID
	for _, one := range all {
		if _, twice := first[one.listing]; !twice {
			first[one.listing] = one
			ids = append(ids, one.listing)
		}
	}
	if len(ids) == 0 || m.Queries() == 0 {
		return nil, nil
	}
	documents, err := rooms.Documents(tx, ids)
	if err != nil {
		return nil, err
	}
	var found []news
	for _, doc := range documents {
		n, err := newsIn(tx, m, doc, first[doc.Listing])
		if err != nil {
			return nil, err
		}
		if len(n.searches) > 0 {
			found = append(found, n)
		}
	}
	return found, nil
}

// newsIn is what is new about one listing, and to whom. Its history is read only when a search finds it.
func newsIn(tx *db.Tx, m *reverse.Matcher, doc search.Document, since due) (news, error) {
	n := news{listing: doc.Listing, kind: isNew, at: since.at, searches: m.Match(doc)}
	if len(n.searches) == 0 {
		return n, nil
	}
	history, err := change.History(tx, listingObject, doc.Listing, mostHistory)
	if err != nil {
		return n, err
	}
	before := pastOf(history, since.seq)
	if !before.seen {
		return n, nil
	}
	if before.lowest.Currency != doc.Price.Currency || doc.Price.Currency == "" || doc.Price.Minor >= before.lowest.Minor {
		return news{}, nil
	}
	n.kind = cheaper
	dearer := doc
	dearer.Price = before.lowest
	matched := m.Match(dearer)
	n.entered = slices.DeleteFunc(slices.Clone(n.searches), func(id value.ID) bool {
		_, had := slices.BinarySearch(matched, id)
		return had
	})
	return n, nil
}

// spread writes down which of some searches found a listing, and tells those of whom it is time.
func (d *Desk) spread(ctx context.Context, s *site.Site, n news, ids []value.ID) error {
	return s.DB.Write(ctx, author, "saved.find", func(tx *db.Tx) error {
		rooms := d.config.Rooms(s)
		shown, err := rooms.Listings(tx, []value.ID{n.listing})
		if err != nil {
			return err
		}
		found := 0
		defer func() {
			tx.Log(db.Change{Object: "saved_find", Record: n.listing, Diff: map[string]any{"searches": found}})
		}()
		l, visible := shown[n.listing]
		if !visible {
			return nil
		}
		searches, err := d.welcome(tx, rooms, l.Seller, n, ids)
		if err != nil {
			return err
		}
		for _, one := range searches {
			first, err := addFind(tx, find{one.ID, n.listing, n.kind, tx.Now()})
			if err != nil {
				return err
			}
			if !first {
				continue
			}
			found++
			if err := d.note(tx, s, rooms, one); err != nil {
				return err
			}
		}
		return nil
	})
}

// welcome are those of the searches that may be told of a listing of a seller.
func (d *Desk) welcome(tx *db.Tx, rooms Rooms, seller value.ID, n news, ids []value.ID) ([]Search, error) {
	all, err := searchesAmong(tx, ids)
	if err != nil {
		return nil, err
	}
	var accounts []value.ID
	for _, one := range all {
		if !slices.Contains(accounts, one.Account) {
			accounts = append(accounts, one.Account)
		}
	}
	unwelcome, err := rooms.Unwelcome(tx, seller, accounts)
	if err != nil {
		return nil, err
	}
	active := make(map[value.ID]bool, len(accounts))
	for _, of := range accounts {
		if active[of], err = isActive(tx, of); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(all, func(one Search) bool {
		_, entered := slices.BinarySearch(n.entered, one.ID)
		return unwelcome[one.Account] || !active[one.Account] || one.Created.After(n.at) || n.kind == cheaper && !entered && !one.Drops
	}), nil
}

// isActive reports whether somebody may be told anything: they are neither suspended nor erased.
func isActive(tx *db.Tx, of value.ID) (bool, error) {
	a, err := account.Find(tx, of)
	if value.KindOf(err) == value.NotFound {
		return false, nil
	}
	return err == nil && a.State == account.Active && a.Erased.IsZero(), err
}

// note counts a find and sees to it that somebody is told of it in time.
func (d *Desk) note(tx *db.Tx, s *site.Site, rooms Rooms, one Search) error {
	one.tally = one.tally.at(tx.Now())
	one.tally.hits++
	if err := countHits(tx, one); err != nil {
		return err
	}
	switch one.Often {
	case Instant:
		return d.tellInTime(tx, rooms, one)
	case Daily, Weekly:
		return enqueueDigest(tx, one.Account, nextMorning(one.Often, tx.Now(), s.Settings().Location()))
	default:
		return nil
	}
}
