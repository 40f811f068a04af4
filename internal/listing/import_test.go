package listing_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
)

const carsMapping = `
source: cars
currency: CHF
locale: en
seller: {name: Garage, kind: business}
external: "{id}"
title: "{make} {model} in good order"
body: "{text}"
price: "{price}"
category: cars
place: "{town}"
lat: "{lat}"
lon: "{lon}"
attributes: {make: "{make}", model: "{model}"}
`

const carsHeader = "id,make,model,price,text,town,lat,lon\n"

type imported struct {
	tally  listing.Tally
	errors []map[string]any
	err    error
}

func (w *world) mapping(text string) listing.Mapping {
	w.Helper()
	tree, err := w.desk.Trees.Tree(context.Background())
	if err != nil {
		w.Fatal(err)
	}
	m, err := listing.ReadMapping(strings.NewReader(text), tree)
	if err != nil {
		w.Fatal(err)
	}
	return m
}

func (w *world) importText(name, mapping, text string) imported {
	w.Helper()
	return w.importFrom(name, mapping, strings.NewReader(text))
}

func (w *world) importFrom(name, mapping string, r io.Reader) imported {
	w.Helper()
	var errors bytes.Buffer
	job := listing.Import{Desk: w.desk, Mapping: w.mapping(mapping), Actor: tester, Errors: &errors}
	tally, err := job.Run(context.Background(), name, "sum of "+name, r)
	result := imported{tally: tally, err: err}
	for decoder := json.NewDecoder(&errors); decoder.More(); {
		var line map[string]any
		if err := decoder.Decode(&line); err != nil {
			w.Fatal(err)
		}
		result.errors = append(result.errors, line)
	}
	return result
}

// accounted fails the test unless every row is in exactly one column of the tally.
func (w *world) accounted(i imported, rows int) {
	w.Helper()
	t := i.tally
	if i.err != nil {
		w.Fatal(i.err)
	}
	if sum := t.Live + t.Held + t.Challenged + t.Rejected + t.Updated + t.Unchanged + t.Repeated + t.Failed; t.Rows != rows || sum != rows {
		w.Fatalf("%d rows, %d accounted for, want %d: %+v", t.Rows, sum, rows, t)
	}
}

func TestImportTakesGoodRowsAndNamesBadOnes(t *testing.T) {
	eachWorld(t, func(w *world) {
		i := w.importText("cars.csv", carsMapping, carsHeader+
			"1,Audi,A1,12500,\"Clean, one owner\",Nyon,46.38,6.23\n"+
			"2,Audi,Focus,900,wrong model for the make,Nyon,,\n"+ // optional: left out
			"3,Ford,Focus,-5,negative price,Nyon,,\n"+
			"4,Ford,Focus,12.505,too many decimals,Nyon,,\n"+
			"5,Ford,Focus,900,impossible place,Nyon,123,6\n"+
			"6,Ford,Focus,900,too few columns\n"+
			"7,Ford,Focus,900,a stray \" quote,Nyon,,\n"+
			"8,Ford,Focus,900,\"never closed,Nyon,,\n"+
			"9,Ford,Focus,900,fine,Nyon,,\n"+
			"10,Ford,Focus,900,Pay by gift card or Western Union before viewing; I am abroad.,Nyon,,\n")
		w.accounted(i, 10)
		if i.tally.Live != 3 || i.tally.Failed != 6 || i.tally.Held+i.tally.Rejected != 1 || i.tally.LeftOut != 1 {
			w.Errorf("%+v", i.tally)
		}
		fields := map[float64]string{}
		for _, line := range i.errors {
			fields[line["row"].(float64)] = fmt.Sprint(line["field"])
		}
		for row, field := range map[float64]string{3: "price", 4: "price", 5: "place", 6: "row", 7: "row", 8: "row"} {
			if fields[row] != field {
				w.Errorf("row %.0f: error at %q, want %q", row, fields[row], field)
			}
		}
	})
}

func TestImportIsIdempotent(t *testing.T) {
	eachWorld(t, func(w *world) {
		text := carsHeader + "1,Audi,A1,12500,clean,Nyon,,\n2,Ford,Focus,900,clean,Nyon,,\n"
		w.accounted(w.importText("a.csv", carsMapping, text), 2)
		again := w.importText("a.csv", carsMapping, text)
		w.accounted(again, 2)
		if again.tally.Unchanged != 2 {
			w.Errorf("the same file again: %+v", again.tally)
		}
		changed := w.importText("b.csv", carsMapping, strings.Replace(text, "900", "850", 1))
		w.accounted(changed, 2)
		if changed.tally.Updated != 1 || changed.tally.Unchanged != 1 {
			w.Errorf("one row changed: %+v", changed.tally)
		}
		w.read(func(tx *db.Tx) error {
			n, err := listing.Count(tx, listing.Filter{}, 100)
			if n != 2 {
				w.Errorf("%d listings", n)
			}
			return err
		})
	})
}

func TestImportCountsTheLastOfRowsWithOneID(t *testing.T) {
	eachWorld(t, func(w *world) {
		i := w.importText("a.csv", carsMapping, carsHeader+"1,Audi,A1,100,clean,Nyon,,\n1,Audi,A1,200,clean,Nyon,,\n")
		w.accounted(i, 2)
		if i.tally.Live != 1 || i.tally.Repeated != 1 || w.first().Price.Minor != 20000 {
			w.Errorf("%+v", i.tally)
		}
	})
}

// brokenReader stops in the middle, as a lost connection or a full disk would.
type brokenReader struct {
	io.Reader
	left int
}

func (r *brokenReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := r.Reader.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

func TestImportGoesOnWhereItStopped(t *testing.T) {
	eachWorld(t, func(w *world) {
		var text strings.Builder
		text.WriteString(carsHeader)
		for n := range 1500 {
			fmt.Fprintf(&text, "%d,Audi,A1,%d,clean,Nyon,,\n", n, 1000+n)
		}
		first := w.importFrom("a.csv", carsMapping, &brokenReader{strings.NewReader(text.String()), 30_000})
		if value.KindOf(first.err) != value.Invalid || first.tally.Rows < 500 || first.tally.Rows%500 != 0 {
			w.Fatalf("%v, %+v", first.err, first.tally)
		}
		second := w.importText("a.csv", carsMapping, text.String())
		w.accounted(second, 1500)
		if second.tally.Live != 1500 || second.tally.Unchanged != 0 {
			w.Errorf("%+v", second.tally)
		}
	})
}

func TestImportReadsOldEncodingsMarksAndPackedFiles(t *testing.T) {
	eachWorld(t, func(w *world) {
		latin1 := carsHeader + "1,Audi,A1,100,gepr\xfcft,Z\xfcrich,,\n"
		if i := w.importText("a.csv", carsMapping, latin1); i.tally.Failed != 1 || !strings.Contains(fmt.Sprint(i.errors), "latin1") {
			w.Errorf("undeclared latin1: %+v %v", i.tally, i.errors)
		}
		i := w.importText("b.csv", carsMapping+"encoding: latin1\n", latin1)
		if i.tally.Live != 1 || w.first().Place.Name != "Zürich" {
			w.Errorf("latin1: %+v", i.tally)
		}
		if i := w.importText("c.csv", carsMapping, "\ufeff"+carsHeader+"2,Audi,A1,100,x,Bern,,\n"); i.tally.Live != 1 {
			w.Errorf("with a byte order mark: %+v", i.tally)
		}
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		z.Write([]byte(carsHeader + "3,Audi,A1,100,x,Bern,,\n"))
		z.Close()
		if i := w.importFrom("d.csv.gz", carsMapping, &packed); i.tally.Live != 1 {
			w.Errorf("gzip: %+v", i.tally)
		}
	})
}

func (w *world) first() (l listing.Listing) {
	w.Helper()
	w.read(func(tx *db.Tx) error {
		all, err := listing.List(tx, listing.Filter{Limit: 1})
		if len(all) == 1 {
			l = all[0]
		}
		return err
	})
	return l
}

func TestImportSurvivesHugeRowsAndBombs(t *testing.T) {
	eachWorld(t, func(w *world) {
		huge := carsHeader + "1,Audi,A1,100," + strings.Repeat("x", 3<<20) + ",Nyon,,\n2,Audi,A1,100,fine,Nyon,,\n"
		i := w.importText("a.csv", carsMapping, huge)
		w.accounted(i, 2)
		if i.tally.Live != 1 || i.tally.Failed != 1 {
			w.Errorf("a row of 3 MB: %+v", i.tally)
		}
		var bomb bytes.Buffer
		z := gzip.NewWriter(&bomb)
		zeros := make([]byte, 1<<20)
		for range 200 {
			z.Write(zeros)
		}
		z.Close()
		if i := w.importFrom("b.csv.gz", carsMapping, &bomb); i.err == nil {
			w.Error("a bomb was taken")
		}
		long := `{"id":"1","title":"` + strings.Repeat("y", 10<<20) + `"}` + "\n" + `{"id":"2","make":"Audi","model":"A1","price":100}` + "\n"
		i = w.importText("c.jsonl", strings.Replace(carsMapping, "source: cars", "source: json", 1), long)
		w.accounted(i, 2)
		if i.tally.Live != 1 {
			w.Errorf("10 MB of JSON: %+v", i.tally)
		}
	})
}

func TestImportReadsNestedJSON(t *testing.T) {
	eachWorld(t, func(w *world) {
		mapping := strings.NewReplacer(`"{make}"`, `"{a.make}"`, `"{model}"`, `"{a.model}"`, "source: cars", "source: nested").Replace(carsMapping)
		i := w.importText("a.jsonl", mapping, `{"id":7,"make":"x","a":{"make":"audi","model":"a1"},"price":"1'200.-","lat":46.5,"lon":6.6}
not json
[1,2]
{"id":8} {"id":9}
`)
		w.accounted(i, 4)
		l := w.first()
		if i.tally.Live != 1 || l.External != "7" || l.Price.Minor != 120000 || l.Attributes["model"] != "a1" {
			w.Errorf("%+v %+v", i.tally, l)
		}
	})
}

func TestDryRunStoresNothing(t *testing.T) {
	eachWorld(t, func(w *world) {
		job := listing.Import{Desk: w.desk, Mapping: w.mapping(carsMapping), Actor: tester, DryRun: true}
		tally, err := job.Run(context.Background(), "a.csv", "sum", strings.NewReader(carsHeader+"1,Audi,A1,100,fine,Nyon,,\n"))
		if err != nil || tally.Live != 1 {
			w.Fatalf("%v %+v", err, tally)
		}
		if l := w.first(); l.ID != 0 {
			w.Error("a dry run stored a listing")
		}
	})
}

func TestMappingsAreCheckedBeforeTheFirstRow(t *testing.T) {
	eachWorld(t, func(w *world) {
		tree, err := w.desk.Trees.Tree(context.Background())
		if err != nil {
			w.Fatal(err)
		}
		for name, change := range map[string][2]string{
			"an unknown key":        {"source: cars", "sources: cars"},
			"no source":             {"source: cars", ""},
			"an unknown category":   {"category: cars", "category: boats"},
			"an unknown currency":   {"currency: CHF", "currency: XXQ"},
			"a seller without kind": {"kind: business", "kind: alien"},
			"an unknown format":     {"locale: en", "format: xml"},
		} {
			_, err := listing.ReadMapping(strings.NewReader(strings.Replace(carsMapping, change[0], change[1], 1)), tree)
			if value.KindOf(err) != value.Invalid {
				w.Errorf("%s: %v", name, err)
			}
		}
		i := w.importText("a.csv", strings.Replace(carsMapping, "{text}", "{description}", 1), carsHeader+"1,Audi,A1,100,fine,Nyon,,\n")
		if i.tally.Failed != 1 || i.errors[0]["field"] != "description" {
			w.Errorf("a column that is not there: %+v %v", i.tally, i.errors)
		}
		if i := w.importText("b.csv", carsMapping, "id,make,make\n"); value.KindOf(i.err) != value.Invalid {
			w.Errorf("a header with one name twice: %v", i.err)
		}
	})
}
