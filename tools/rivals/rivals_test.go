package main

import (
	"fmt"
	"iter"
	"os"
	"os/exec"
	"slices"
	"testing"
)

// some are ten listings: odd ones are red, the n-th costs n hundred, lies n tenths of a degree north, and even ones say
// lamp in their body.
func some(yield func(listing, error) bool) {
	for n := range int64(10) {
		l := listing{ID: 100 + n, Title: "desk", Body: "oak", Path: []int64{5, 1}, Choices: map[string]string{"color": "blue", "$seller": "private"},
			Year: float64(2000 + n), Price: n * 100_00, Lat: 47 + float64(n)/10, Lon: 8}
		if n%2 == 1 {
			l.Choices["color"] = "red"
		} else {
			l.Body += " lamp"
		}
		if !yield(l, nil) {
			return
		}
	}
}

var _ iter.Seq2[listing, error] = some

func TestEnginesFindTheSame(t *testing.T) {
	engines := map[string]func(dir string) engine{"bleve": func(dir string) engine { return &bleveEngine{dir: dir} }}
	if _, err := exec.LookPath("searchd"); err == nil {
		engines["sphinx"] = func(dir string) engine { return &sphinx{dir: dir} }
	}
	facets := []string{"color", "$seller"}
	word := func(w string, prefix bool) [][]way { return [][]way{{{Terms: []string{w}, Prefix: prefix}}} }
	for name, open := range engines {
		dir, err := os.MkdirTemp("", "rivals-") // a socket's path must be short
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		e := open(dir)
		defer e.close()
		if took, err := e.build(some); err != nil || took <= 0 {
			t.Fatalf("%s: %v, %v", name, took, err)
		}
		for _, c := range []struct {
			q    query
			want []int64
		}{
			{query{Clauses: word("lamp", false), Facets: facets}, []int64{108, 106, 104, 102, 100}},
			{query{Clauses: word("lam", true), Sort: "price_up", Facets: facets}, []int64{100, 102, 104, 106, 108}},
			{query{Clauses: word("desk", false), Choices: map[string][]string{"color": {"red"}}, Price: &[2]int64{300_00, 700_00}, Sort: "price_down", Facets: facets}, []int64{107, 105, 103}},
			{query{Category: 5, Lat: 47.5, Lon: 8, Within_km: 12, Sort: "distance", Facets: facets}, []int64{105, 106, 104}},
			{query{Category: 5, Box: &box{47.15, 7, 47.35, 9}, Facets: facets}, []int64{103, 102}},
			{query{Clauses: word("desk", false), Year: &[2]float64{2008, 2030}, Sort: "relevance", Facets: facets}, []int64{109, 108}},
		} {
			got, err := e.ask(c.q)
			if err != nil || !slices.Equal(got.Listings, c.want) && c.q.Sort != "distance" || got.Total != len(c.want) {
				t.Errorf("%s: %+v finds %v, %d, %v; want %v", name, c.q, got.Listings, got.Total, err, c.want)
			}
			if fmt.Sprint(got.Listings[0]) != fmt.Sprint(c.want[0]) {
				t.Errorf("%s: %v, want %v", name, got.Listings, c.want)
			}
		}
		if e.bytes() == 0 {
			t.Errorf("%s takes no room", name)
		}
	}
}
