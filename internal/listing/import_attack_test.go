package listing_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/value"
)

const oneCar = carsHeader + "1,Audi,A1,100,clean,Nyon,,\n"

func (w *world) end(id value.ID, status listing.Status) {
	w.Helper()
	w.write(func(tx *db.Tx) error { return listing.End(tx, id, status, "a reason") })
}

// An import is no way around what people decided, whatever the file says now.
func TestImportDoesNotBringBackWhatPeopleTookAway(t *testing.T) {
	for status, want := range map[listing.Status]listing.Status{
		listing.Removed: listing.Removed, listing.Rejected: listing.Held, listing.Paused: listing.Paused, listing.Sold: listing.Sold,
		listing.Expired: listing.Live,
	} {
		t.Run(string(status), func(t *testing.T) {
			eachWorld(t, func(w *world) {
				w.accounted(w.importText("a.csv", carsMapping, oneCar), 1)
				l := w.first()
				w.end(l.ID, status)
				again := w.importText("b.csv", carsMapping, strings.Replace(oneCar, "clean", "clean and washed", 1))
				w.accounted(again, 1)
				if got := w.find(l.ID); got.Status != want || w.visible(l.ID) != (want == listing.Live) {
					w.Errorf("%s and imported again with another text: %s, want %s", status, got.Status, want)
				}
				if status != listing.Rejected {
					return
				}
				back := w.importText("c.csv", carsMapping, oneCar)
				w.accounted(back, 1)
				if back.tally.Failed != 1 || w.find(l.ID).Status == listing.Live {
					w.Errorf("back to what was refused: %+v, %s", back.tally, w.find(l.ID).Status)
				}
			})
		})
	}
}

func TestImportKeepsSellerAndPhotosOfWhatItUpdates(t *testing.T) {
	eachWorld(t, func(w *world) {
		withPhotos := carsMapping + "photos: \"{text}\"\n"
		run := func(name, mapping, text string, photos listing.PhotoSource) {
			w.Helper()
			job := listing.Import{Desk: w.desk, Mapping: w.mapping(mapping), Actor: tester, Photos: photos}
			if tally, err := job.Run(context.Background(), name, name, strings.NewReader(text)); err != nil || tally.Failed != 0 {
				w.Fatalf("%v %+v", err, tally)
			}
		}
		run("a.csv", withPhotos, oneCar, photoNames{})
		l := w.first()
		if len(l.Photos) != 1 {
			w.Fatalf("photos %v", l.Photos)
		}
		renamed := strings.Replace(carsMapping, "name: Garage", "name: Another garage", 1)
		run("b.csv", renamed, strings.Replace(oneCar, ",100,", ",90,", 1), nil)
		if got := w.find(l.ID); got.Seller.Name != "Garage" || len(got.Photos) != 1 || got.Price.Minor != 9000 {
			w.Errorf("seller %q, %d photos, price %d", got.Seller.Name, len(got.Photos), got.Price.Minor)
		}
		run("c.csv", withPhotos, strings.Replace(oneCar, "clean", "", 1), photoNames{})
		if got := w.find(l.ID); len(got.Photos) != 0 {
			w.Error("the file names no photos any more and they are still there")
		}
	})
}

// photoNames makes a photo out of every name.
type photoNames struct{}

func (photoNames) Photo(_ context.Context, name string) (listing.Photo, error) {
	if name == "missing" {
		return listing.Photo{}, errors.New("no such file")
	}
	return photo("d"), nil
}

func TestExternalIDsOfSourcesDoNotMeet(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.accounted(w.importText("a.csv", carsMapping, oneCar), 1)
		other := w.importText("b.csv", strings.Replace(carsMapping, "source: cars", "source: others", 1), oneCar)
		if other.tally.Live != 1 {
			w.Errorf("%+v", other.tally)
		}
	})
}

// None of these rows may end the import, be lost or be taken for another.
func TestRowsWithoutAUsableIDFailAlone(t *testing.T) {
	eachWorld(t, func(w *world) {
		long := strings.Repeat("abcdefgh9876", 1000)
		i := w.importText("a.csv", carsMapping, carsHeader+
			",Audi,A1,100,no id,Nyon,,\n,Audi,A1,100,nor has this,Nyon,,\n"+
			long+",Audi,A1,100,too long for an index,Nyon,,\n"+
			"a\x00b,Audi,A1,100,with a nought,Nyon,,\n"+
			"2,Audi,A1,100,fine,Nyon,,\n")
		w.accounted(i, 5)
		if i.tally.Failed != 3 || i.tally.Live != 2 || i.tally.Repeated != 0 {
			w.Errorf("%+v %v", i.tally, i.errors)
		}
	})
}

// errorsBeside is an error file that lets staff act between the import's look at a listing and its writing of it.
type errorsBeside struct{ act func() }

func (e *errorsBeside) Write(p []byte) (int, error) {
	if e.act != nil {
		act := e.act
		e.act = nil
		act()
	}
	return len(p), nil
}

func TestStaffWinAgainstAnImportThatRunsBeside(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.accounted(w.importText("a.csv", carsMapping, oneCar), 1)
		l := w.first()
		// The error file is written after the import has looked at its listings and before it stores them.
		beside := &errorsBeside{act: func() { w.end(l.ID, listing.Removed) }}
		job := listing.Import{Desk: w.desk, Mapping: w.mapping(carsMapping), Actor: tester, Errors: beside}
		tally, err := job.Run(context.Background(), "b.csv", "b", strings.NewReader(
			strings.Replace(oneCar, ",100,", ",90,", 1)+"2,Audi,A1,-1,fails,Nyon,,\n3,Audi,A1,100,fine,Nyon,,\n"))
		if err != nil || tally.Rows != 3 || tally.Live != 1 || tally.Failed != 1 || tally.Unchanged != 1 {
			w.Errorf("%v %+v", err, tally)
		}
		if got := w.find(l.ID); got.Status != listing.Removed || got.Price.Minor != 10000 {
			w.Errorf("%s for %d", got.Status, got.Price.Minor)
		}
	})
}

func TestAnotherMappingBeginsAnew(t *testing.T) {
	eachWorld(t, func(w *world) {
		var text strings.Builder
		text.WriteString(carsHeader)
		for n := range 700 {
			fmt.Fprintf(&text, "%d,Audi,A1,%d,clean,Nyon,,\n", n, 1000+n)
		}
		wrong := strings.Replace(carsMapping, "{text}", "{description}", 1)
		broken := w.importFrom("a.csv", wrong, &brokenReader{strings.NewReader(text.String()), 20_000})
		if broken.tally.Failed != 500 {
			w.Fatalf("%v %+v", broken.err, broken.tally)
		}
		mended := w.importText("a.csv", carsMapping, text.String())
		w.accounted(mended, 700)
		if mended.tally.Live != 700 {
			w.Errorf("the rows that failed under the wrong mapping were passed over: %+v", mended.tally)
		}
	})
}

func TestATallyIsNotCountedTwice(t *testing.T) {
	eachWorld(t, func(w *world) {
		w.accounted(w.importText("a.csv", carsMapping, oneCar), 1)
		// The second time it breaks before its first portion, the third time it goes on.
		if i := w.importFrom("a.csv", carsMapping, &brokenReader{strings.NewReader(oneCar), len(carsHeader) + 5}); i.err == nil {
			w.Fatal("nothing broke")
		}
		w.accounted(w.importText("a.csv", carsMapping, oneCar), 1)
	})
}

func TestPhotosThatCannotBeUsedFailTheirRow(t *testing.T) {
	eachWorld(t, func(w *world) {
		var report bytes.Buffer
		job := listing.Import{Desk: w.desk, Mapping: w.mapping(carsMapping + "photos: \"{text}\"\n"), Actor: tester, Photos: photoNames{}, Errors: &report}
		tally, err := job.Run(context.Background(), "a.csv", "a", strings.NewReader(carsHeader+
			"1,Audi,A1,100,missing,Nyon,,\n2,Audi,A1,100,a.jpg; b.jpg|c.jpg;,Nyon,,\n3,Audi,A1,100,"+strings.Repeat("x;", 21)+",Nyon,,\n"))
		if err != nil || tally.Failed != 2 || tally.Live != 1 || len(w.first().Photos) != 3 || !strings.Contains(report.String(), "no such file") {
			w.Errorf("%v %+v %s", err, tally, report.String())
		}
	})
}

// The mappings that we hand out fit the tree that we hand out.
func TestTheExampleMappingsWork(t *testing.T) {
	eachWorld(t, func(w *world) {
		file, err := os.Open("../../docs/imports/tree.yaml")
		if err != nil {
			w.Fatal(err)
		}
		defer file.Close()
		branches, err := listing.ReadTree(file)
		if err != nil {
			w.Fatal(err)
		}
		var tree *listing.Tree
		if err := errors.Join(w.attack("delete from attribute"), w.attack("delete from category")); err != nil {
			w.Fatal(err)
		}
		if err := listing.PlantTree(context.Background(), w.db, tester, branches); err != nil {
			w.Fatal(err)
		}
		w.read(func(tx *db.Tx) error {
			tree, err = listing.LoadTree(tx)
			return err
		})
		names, _ := filepath.Glob("../../docs/imports/*.yaml")
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				w.Fatal(err)
			}
			if filepath.Base(name) == "tree.yaml" {
				continue
			}
			m, err := listing.ReadMapping(bytes.NewReader(text), tree)
			if err != nil {
				w.Errorf("%s: %v", name, err)
			}
			for slug := range m.Attributes {
				if !knownSomewhere(tree, slug) {
					w.Errorf("%s: no category has the attribute %s", name, slug)
				}
			}
		}
	})
}

func knownSomewhere(tree *listing.Tree, slug string) bool {
	for c := range tree.All {
		if _, ok := tree.Attribute(c.ID, slug); ok {
			return true
		}
	}
	return false
}
