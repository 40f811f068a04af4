package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"iter"
	"os"
	"time"
)

// listing is what is searched for. Words are cut to terms already.
type listing struct {
	ID      int64             `json:"id"`
	Title   string            `json:"title"`
	Body    string            `json:"body"`
	Path    []int64           `json:"path"`
	Choices map[string]string `json:"choices"`
	Year    float64           `json:"year"`
	Price   int64             `json:"price"`
	Lat     float64           `json:"lat"`
	Lon     float64           `json:"lon"`
}

// query is what is asked.
type query struct {
	Kind      string              `json:"kind"`  // of the queries of one kind, those after the patience are left out
	Typed     string              `json:"typed"` // only with --texts
	Clauses   [][]way             `json:"clauses"`
	Category  int64               `json:"category"`
	Choices   map[string][]string `json:"choices"`
	Year      *[2]float64         `json:"year"`
	Price     *[2]int64           `json:"price"`
	Lat       float64             `json:"lat"`
	Lon       float64             `json:"lon"`
	Within_km float64             `json:"within_km"`
	Box       *box                `json:"box"`
	Sort      string              `json:"sort"`
	Facets    []string            `json:"facets"`
}

type way struct {
	Terms  []string `json:"terms"`
	Prefix bool     `json:"prefix"`
}

type box struct{ South, West, North, East float64 }

// answer is what was found. At is the number of the query.
type answer struct {
	At       int     `json:"at"`
	Listings []int64 `json:"listings"`
	Total    int     `json:"total"`
	Took_ms  float64 `json:"took_ms"`
}

// built is the last line: what building took, and what the index takes on disk at the end.
type built struct {
	Build_s float64 `json:"build_s"`
	Bytes   int64   `json:"bytes"`
}

// engine is one of those compared.
type engine interface {
	build(all iter.Seq2[listing, error]) (took time.Duration, err error)
	bytes() int64 // on disk
	ask(q query) (answer, error)
	close() error
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "rivals:", err)
		os.Exit(1)
	}
}

const bucketWidth = 100_00 // minor units of the price

func run(args []string, out io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("say which engine: bleve or sphinx")
	}
	flags := flag.NewFlagSet("rivals", flag.ContinueOnError)
	dir := flags.String("dir", "", "an empty directory for the index")
	listings := flags.String("listings", "", "file of listings")
	queries := flags.String("queries", "", "file of queries")
	patience_s := flags.Float64("patience_s", 20, "seconds for the queries of one kind")
	texts := flags.Bool("texts", false, "index texts as they are")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	var e engine
	switch args[0] {
	case "bleve":
		e = &bleveEngine{dir: *dir, texts: *texts}
	case "sphinx":
		e = &sphinx{dir: *dir}
	default:
		return fmt.Errorf("there is no engine %q", args[0])
	}
	defer e.close()
	write := json.NewEncoder(out)
	took, err := e.build(lines[listing](*listings))
	if err != nil {
		return fmt.Errorf("building: %w", err)
	}
	if err := askAll(e, lines[query](*queries), time.Duration(*patience_s*float64(time.Second)), write); err != nil {
		return err
	}
	return write.Encode(built{Build_s: took.Seconds(), Bytes: e.bytes()})
}

// askAll asks in order. At least twenty of each kind are asked, however slow.
func askAll(e engine, queries iter.Seq2[query, error], patience time.Duration, write *json.Encoder) error {
	began, count, at := make(map[string]time.Time), make(map[string]int), -1
	for q, err := range queries {
		at++
		if err != nil {
			return err
		}
		if began[q.Kind].IsZero() {
			began[q.Kind] = time.Now()
		}
		if count[q.Kind]++; count[q.Kind] > 20 && time.Since(began[q.Kind]) > patience {
			continue
		}
		start := time.Now()
		a, err := e.ask(q)
		if err != nil {
			return fmt.Errorf("query %d: %w", at, err)
		}
		a.At, a.Took_ms = at, float64(time.Since(start).Microseconds())/1000
		if err := write.Encode(a); err != nil {
			return err
		}
	}
	return nil
}

// lines reads one JSON object a line.
func lines[T any](name string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		file, err := os.Open(name)
		if err != nil {
			yield(zero, err)
			return
		}
		defer file.Close()
		d := json.NewDecoder(bufio.NewReaderSize(file, 1<<20))
		for {
			var one T
			err := d.Decode(&one)
			if err == io.EOF {
				return
			}
			if !yield(one, err) || err != nil {
				return
			}
		}
	}
}

// without is the query without its filter on an attribute, and whether it had one.
func (q query) without(attribute string) (query, bool) {
	if attribute == "$price" {
		had := q.Price != nil
		q.Price = nil
		return q, had
	}
	_, had := q.Choices[attribute]
	rest := make(map[string][]string)
	for name, choices := range q.Choices {
		if name != attribute {
			rest[name] = choices
		}
	}
	q.Choices = rest
	return q, had
}
