package memory

import (
	"context"
	"fmt"
	"time"

	"fairground/internal/search"
)

// Search returns one page of hits with counts over all of them. Total and facets are exact, however many there are.
func (x *Index) Search(ctx context.Context, q search.Query) (search.Result, error) {
	began := time.Now()
	var result search.Result
	err := x.inquire(ctx, q, func(n *inquiry) error {
		r, err := n.result(ctx)
		result = r
		return err
	})
	if err != nil {
		return search.Result{}, err
	}
	result.Took = time.Since(began)
	return result, nil
}

// inquire checks a query and looks its words up, for as long as fn runs.
func (x *Index) inquire(ctx context.Context, q search.Query, fn func(*inquiry) error) error {
	v := x.present.Load()
	q, err := q.Checked(v.analyzer)
	if err != nil {
		return err
	}
	room := x.room.Get().(*scratch)
	defer x.room.Put(room)
	defer room.giveBack(loan{})
	n, err := x.ask(ctx, v, q, room)
	if err == nil {
		err = fn(n)
	}
	if err != nil {
		return fmt.Errorf("memory.Search(%q): %w", q.Words, err)
	}
	return nil
}

func (n *inquiry) result(ctx context.Context) (search.Result, error) {
	r := search.Result{Exact: true, Corrected: n.corrected}
	counts := newCounts(n.q)
	best := newBest(n)
	paid := newPaid(n)
	back := n.room.loan()
	for i := range n.parts {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		f := n.narrow(i)
		if f.whole.count+len(f.filters) > 0 {
			r.Total += f.whole.count
			counts.add(n, f)
			best.add(n, f, i)
			paid.add(n, f, i)
		}
		n.room.giveBack(back)
	}
	r.Facets = counts.facets()
	r.Hits = best.page()
	r.Promoted = paid.page()
	r.Meant = n.meant(r.Total)
	return r, nil
}

// Lag is 0: whoever applies changes to the index knows how many it has not applied yet.
func (x *Index) Lag(context.Context) (int64, error) { return 0, nil }
