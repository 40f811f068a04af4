package main

import (
	"context"
	"errors"
	"math"
	"slices"

	changelog "fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/search"
	"fairground/internal/value"
)

// quality is how well one engine answers the judged questions: means over them, by kind and over all.
type quality struct {
	title, figure    string
	ndcg10, recall24 map[string]float64 // by kind; "" for all
}

// judge asks an engine every question.
func (s *judgedSet) judge(title, figure string, ask func(n int, typed string) ([]value.ID, error)) (quality, error) {
	q := quality{title: title, figure: figure, ndcg10: make(map[string]float64), recall24: make(map[string]float64)}
	count := make(map[string]float64)
	for n, asked := range s.questions {
		found, err := ask(n, asked.typed)
		if err != nil {
			return q, err
		}
		for _, kind := range []string{asked.kind, ""} {
			q.ndcg10[kind] += ndcg(found, asked.grades, 10)
			q.recall24[kind] += recall(found, asked.grades, 24)
			count[kind]++
		}
	}
	for kind, n := range count {
		q.ndcg10[kind] /= n
		q.recall24[kind] /= n
	}
	return q, nil
}

// judgeIndex asks one of our own indexes, the best matches first.
func (s *judgedSet) judgeIndex(ctx context.Context, title, figure string, index search.Index) (quality, error) {
	return s.judge(title, figure, func(_ int, typed string) ([]value.ID, error) {
		found, err := index.Search(ctx, search.Query{Words: typed, Sort: search.Relevance, Limit: 24})
		var ids []value.ID
		for _, hit := range found.Hits {
			ids = append(ids, hit.Listing)
		}
		return ids, err
	})
}

// ndcg is the discounted gain of the first few found, as a share of the greatest there could be. A grade g gains 2^g-1.
func ndcg(found []value.ID, grades map[value.ID]int, most int) float64 {
	gain := func(grade, at int) float64 { return (math.Exp2(float64(grade)) - 1) / math.Log2(float64(at)+2) }
	got, best := 0.0, 0.0
	for at, id := range found[:min(len(found), most)] {
		got += gain(grades[id], at)
	}
	var sorted []int
	for _, grade := range grades {
		sorted = append(sorted, grade)
	}
	slices.Sort(sorted)
	slices.Reverse(sorted)
	for at, grade := range sorted[:min(len(sorted), most)] {
		best += gain(grade, at)
	}
	return got / best
}

// recall is how many of the listings of grade 2 or 3 are among the first few found, as a share of how many could be.
func recall(found []value.ID, grades map[value.ID]int, most int) float64 {
	good := func(id value.ID) bool { return grades[id] >= 2 }
	could, got := 0, 0
	for id := range grades {
		if good(id) {
			could++
		}
	}
	for _, id := range found[:min(len(found), most)] {
		if good(id) {
			got++
		}
	}
	return float64(got) / float64(min(could, most))
}

// judgedShop gives the judged listings to the database's own index.
type judgedShop struct{ documents []search.Document }

// Documents returns them by their ids, which count from the first.
func (s judgedShop) Documents(_ *db.Tx, ids []value.ID) ([]search.Document, error) {
	all := make([]search.Document, len(ids))
	for i, id := range ids {
		all[i] = s.documents[id-s.documents[0].Listing]
	}
	return all, nil
}

// judgeDatabase asks the database's own index.
func (b *bench) judgeDatabase(s *judgedSet, dir string) (q quality, err error) {
	clock := value.SystemClock{}
	cluster, err := db.NewCluster(b.ctx, db.Config{Directory: dir, Unsafe: true, Clock: clock, IDs: value.NewIDs(clock, 1), Log: changelog.Append})
	if err != nil {
		return q, err
	}
	defer cluster.Close()
	d, err := cluster.Create(b.ctx, "judged", []db.Schema{changelog.Schema(), search.Schema()})
	if err != nil {
		return q, err
	}
	defer d.Close()
	err = d.Write(b.ctx, operator, "bench.publish", func(tx *db.Tx) error {
		for _, one := range s.documents {
			tx.Log(db.Change{Object: search.Object, Record: one.Listing, Diff: struct{}{}})
		}
		return nil
	})
	if err != nil {
		return q, err
	}
	index := search.New(d, judgedShop{s.documents}, search.Config{Languages: []string{"en"}, Synonyms: benchSynonyms})
	if _, err := index.Reader().CatchUp(b.ctx, d); err != nil {
		return q, err
	}
	return s.judgeIndex(b.ctx, "Fairground, database", "database", index)
}

func (b *bench) qualityOfFTS5(s *judgedSet, dir string) (q quality, err error) {
	r, err := openFTS5(dir)
	if err != nil {
		return q, err
	}
	defer func() { err = errors.Join(err, r.db.Close()) }()
	return s.judgeFTS5(b.ctx, r)
}

func (b *bench) qualityOfPostgres(s *judgedSet) (q quality, err error) {
	q.title = tsvector{}.title()
	address, stop, err := b.postgresServer()
	if err != nil {
		return q, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	r, err := openTsvector(address)
	if err != nil {
		return q, err
	}
	defer func() { err = errors.Join(err, r.db.Close()) }()
	return s.judgePostgres(b.ctx, r)
}

// qualityOfBleve asks Bleve with its analysis for English, one typo a word of four letters or more, and the last word
// open.
func (b *bench) qualityOfBleve(s *judgedSet, dir string) (q quality, err error) {
	q.title = "Bleve 2.6.1"
	if !b.Rivals {
		return q, errNoRivals
	}
	x, err := b.newExternal(nil, dir)
	if err != nil {
		return q, err
	}
	var listings []rivalListing
	for _, d := range s.documents {
		listings = append(listings, rivalListing{ID: int64(d.Listing), Title: d.Title, Body: d.Body})
	}
	var queries []externalQuery
	for _, asked := range s.questions {
		queries = append(queries, externalQuery{Kind: "judged", Typed: asked.typed})
	}
	if err := errors.Join(writeLines(x.path("listings"), slices.Values(listings)), writeLines(x.path("queries"), slices.Values(queries))); err != nil {
		return q, err
	}
	answers, _, err := b.runExternal(x, "bleve", "--texts")
	if err != nil {
		return q, err
	}
	found := make(map[int][]value.ID)
	for _, a := range answers {
		for _, id := range a.Listings {
			found[a.At] = append(found[a.At], value.ID(id))
		}
	}
	return s.judge(q.title, "bleve", func(n int, _ string) ([]value.ID, error) { return found[n], nil })
}
