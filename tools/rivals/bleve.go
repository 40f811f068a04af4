package main

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/keyword"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search"
	bq "github.com/blevesearch/bleve/v2/search/query"
)

// bleveEngine is Bleve with its default index, scorch, on disk.
type bleveEngine struct {
	dir   string
	texts bool
	index bleve.Index
}

// batch is how many documents are given to Bleve at once.
const batch = 5_000

func (b *bleveEngine) build(all iter.Seq2[listing, error]) (time.Duration, error) {
	path := filepath.Join(b.dir, "bleve")
	m, err := b.mapping()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if b.index, err = bleve.NewUsing(path, m, scorch.Name, scorch.Name, map[string]any{"unsafe_batch": true}); err != nil {
		return 0, err
	}
	batches, failed := make(chan *bleve.Batch), make(chan error)
	for range runtime.GOMAXPROCS(0) { // one batch is made by one core
		go func() {
			var err error
			for some := range batches {
				if err == nil {
					err = b.index.Batch(some)
				}
			}
			failed <- err
		}()
	}
	err = b.fill(all, batches)
	close(batches)
	for range runtime.GOMAXPROCS(0) {
		err = errors.Join(err, <-failed)
	}
	return time.Since(began), err
}

func (b *bleveEngine) fill(all iter.Seq2[listing, error], batches chan<- *bleve.Batch) error {
	some := b.index.NewBatch()
	for l, err := range all {
		if err != nil {
			return err
		}
		if err := some.Index(strconv.FormatInt(l.ID, 10), document(l)); err != nil {
			return err
		}
		if some.Size() >= batch {
			batches <- some
			some = b.index.NewBatch()
		}
	}
	batches <- some
	return nil
}

func document(l listing) map[string]any {
	path := make([]string, len(l.Path))
	for i, c := range l.Path {
		path[i] = strconv.FormatInt(c, 10)
	}
	d := map[string]any{
		"title": l.Title, "body": l.Body, "path": path, "year": l.Year, "price": float64(l.Price), "at": float64(l.ID),
		"place": map[string]any{"lat": l.Lat, "lon": l.Lon},
	}
	for name, choice := range l.Choices {
		d[plain(name)] = choice
	}
	return d
}

func plain(attribute string) string { return strings.TrimPrefix(attribute, "$") }

// mapping says how fields are indexed: words cut at spaces or by the English analysis, everything else as it is.
func (b *bleveEngine) mapping() (*mapping.IndexMappingImpl, error) {
	m := bleve.NewIndexMapping()
	err := m.AddCustomAnalyzer("terms", map[string]any{"type": custom.Name, "tokenizer": whitespace.Name})
	if err != nil {
		return nil, err
	}
	d := bleve.NewDocumentStaticMapping()
	add := func(name string, f *mapping.FieldMapping, docValues bool) {
		f.Store, f.IncludeInAll, f.DocValues = false, false, docValues
		d.AddFieldMappingsAt(name, f)
	}
	for _, name := range []string{"title", "body"} {
		f := bleve.NewTextFieldMapping()
		f.Analyzer = "terms"
		if b.texts {
			f.Analyzer = en.AnalyzerName
		}
		add(name, f, false)
	}
	for _, name := range []string{"path", "brand", "color", "condition", "material", "size", "warranty", "delivery", "seller"} {
		f := bleve.NewTextFieldMapping()
		f.Analyzer, f.IncludeTermVectors = keyword.Name, false
		add(name, f, name != "path")
	}
	for _, name := range []string{"year", "price", "at"} {
		add(name, bleve.NewNumericFieldMapping(), true)
	}
	add("place", bleve.NewGeoPointFieldMapping(), true)
	d.AddSubDocumentMapping("_all", bleve.NewDocumentDisabledMapping())
	m.DefaultMapping = d
	m.DefaultAnalyzer = "terms"
	return m, nil
}

// ask searches once with all counts that ignore no filter, and once more for each attribute that is filtered.
func (b *bleveEngine) ask(q query) (answer, error) {
	if b.texts {
		return b.askText(q)
	}
	request := bleve.NewSearchRequestOptions(b.query(q), 24, 0, false)
	switch q.Sort {
	case "price_up":
		request.SortBy([]string{"price", "-at"})
	case "price_down":
		request.SortBy([]string{"-price", "-at"})
	case "relevance":
		request.SortBy([]string{"-_score", "-at"})
	case "distance":
		if err := byDistance(request, q); err != nil {
			return answer{}, err
		}
	default:
		request.SortBy([]string{"-at"})
		request.Score = "none"
	}
	if q.Sort != "relevance" {
		request.Score = "none"
	}
	for _, attribute := range append([]string{"$price"}, q.Facets...) {
		rest, had := q.without(attribute)
		if !had {
			addFacet(request, attribute)
			continue
		}
		more := bleve.NewSearchRequestOptions(b.query(rest), 0, 0, false)
		more.Score = "none"
		addFacet(more, attribute)
		if _, err := b.index.Search(more); err != nil {
			return answer{}, err
		}
	}
	return b.found(request)
}

func (b *bleveEngine) found(request *bleve.SearchRequest) (answer, error) {
	found, err := b.index.Search(request)
	if err != nil {
		return answer{}, err
	}
	a := answer{Total: int(found.Total)}
	for _, hit := range found.Hits {
		id, err := strconv.ParseInt(hit.ID, 10, 64)
		if err != nil {
			return answer{}, err
		}
		a.Listings = append(a.Listings, id)
	}
	return a, nil
}

func addFacet(request *bleve.SearchRequest, attribute string) {
	facet := bleve.NewFacetRequest(plain(attribute), 200)
	if attribute == "$price" {
		for low := 0.0; low < 100*bucketWidth; low += bucketWidth {
			high := low + bucketWidth
			facet.AddNumericRange(fmt.Sprint(low), &low, &high)
		}
	}
	request.AddFacet(attribute, facet)
}

func byDistance(request *bleve.SearchRequest, q query) error {
	near, err := search.NewSortGeoDistance("place", "km", q.Lon, q.Lat, false)
	if err != nil {
		return err
	}
	request.SortByCustom(search.SortOrder{near, &search.SortField{Field: "at", Desc: true}})
	return nil
}

func (b *bleveEngine) query(q query) bq.Query {
	var all []bq.Query
	for _, ways := range q.Clauses {
		var any []bq.Query
		for _, w := range ways {
			any = append(any, wayIn("title", w, 3), wayIn("body", w, 1))
		}
		all = append(all, bleve.NewDisjunctionQuery(any...))
	}
	if q.Category != 0 {
		all = append(all, term("path", strconv.FormatInt(q.Category, 10)))
	}
	for name, choices := range q.Choices {
		var any []bq.Query
		for _, c := range choices {
			any = append(any, term(plain(name), c))
		}
		all = append(all, bleve.NewDisjunctionQuery(any...))
	}
	if q.Year != nil {
		all = append(all, between("year", q.Year[0], q.Year[1]))
	}
	if q.Price != nil {
		all = append(all, between("price", float64(q.Price[0]), float64(q.Price[1])))
	}
	if q.Within_km > 0 {
		near := bleve.NewGeoDistanceQuery(q.Lon, q.Lat, fmt.Sprintf("%gkm", q.Within_km))
		near.SetField("place")
		all = append(all, near)
	}
	if q.Box != nil {
		in := bleve.NewGeoBoundingBoxQuery(q.Box.West, q.Box.North, q.Box.East, q.Box.South)
		in.SetField("place")
		all = append(all, in)
	}
	if len(all) == 0 {
		return bleve.NewMatchAllQuery()
	}
	return bleve.NewConjunctionQuery(all...)
}

func wayIn(field string, w way, boost float64) bq.Query {
	if len(w.Terms) > 1 {
		phrase := bleve.NewPhraseQuery(w.Terms, field)
		phrase.SetBoost(boost)
		return phrase
	}
	if w.Prefix {
		begun := bleve.NewPrefixQuery(w.Terms[0])
		begun.SetField(field)
		begun.SetBoost(boost)
		return begun
	}
	t := term(field, w.Terms[0])
	t.SetBoost(boost)
	return t
}

func term(field, text string) *bq.TermQuery {
	t := bleve.NewTermQuery(text)
	t.SetField(field)
	return t
}

func between(field string, low, high float64) bq.Query {
	yes := true
	r := bleve.NewNumericRangeInclusiveQuery(&low, &high, &yes, &yes)
	r.SetField(field)
	return r
}

// askText wants every typed word in title or body; a word may have a typo, the last one may go on.
func (b *bleveEngine) askText(q query) (answer, error) {
	typed := strings.Fields(q.Typed)
	var all []bq.Query
	for i, word := range typed {
		var any []bq.Query
		for _, field := range []string{"title", "body"} {
			m := bleve.NewMatchQuery(word)
			m.SetField(field)
			m.SetBoost(map[string]float64{"title": 3, "body": 1}[field])
			if len(word) >= 4 {
				m.SetFuzziness(1)
			}
			any = append(any, m)
			if i == len(typed)-1 && len(word) >= 3 {
				begun := bleve.NewPrefixQuery(strings.ToLower(word))
				begun.SetField(field)
				any = append(any, begun)
			}
		}
		all = append(all, bleve.NewDisjunctionQuery(any...))
	}
	return b.found(bleve.NewSearchRequestOptions(bleve.NewConjunctionQuery(all...), 24, 0, false))
}

func (b *bleveEngine) bytes() int64 { return size(filepath.Join(b.dir, "bleve")) }

func (b *bleveEngine) close() error {
	if b.index == nil {
		return nil
	}
	return b.index.Close()
}

// size is the number of bytes of all files below a directory.
func size(dir string) (sum int64) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if entry, err := os.Stat(path); err == nil {
				sum += entry.Size()
			}
		}
		return nil
	})
	return sum
}
