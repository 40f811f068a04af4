package copies

import (
	"bytes"
	"fmt"
	"image"
	"testing"

	"fairground/internal/media/part"
	"fairground/internal/media/pdq"
	"fairground/internal/media/pdq/edit"
	"fairground/internal/value"
)

// offered is a listing that shows one photo, as a site reads it.
func offered(id int, text string, photo image.Image) Doc {
	hash, _ := pdq.Of(photo)
	return Doc{ID: value.ID(id), Account: value.ID(1000 + id), Text: text, Images: []pdq.Hash{hash}, Parts: [][]part.Part{part.Of(photo)}}
}

// One photo, cut differently, under four accounts that say nothing in common and share no number, is one cluster.
func TestCroppedPhotosAreOneCluster(t *testing.T) {
	t.Parallel()
	scene := edit.Scene(800, 600, 3)
	cuts := []image.Rectangle{scene.Rect, image.Rect(80, 60, 720, 540), image.Rect(0, 0, 660, 600), image.Rect(90, 70, 800, 600)}
	texts := []string{"Work in a hotel by the lake, room included.", "Kitchen staff wanted from Monday.",
		"We look for drivers, weekends free.", "Cleaning of offices at night, paid weekly."}
	x := New(Options{})
	for i := range 20 {
		x.Add(offered(100+i, fmt.Sprintf("Quite another listing, number %d of many.", i), edit.Scene(800, 600, uint64(50+i))))
	}
	for i, cut := range cuts {
		match := x.Add(offered(1+i, texts[i], edit.Copy(scene.SubImage(cut))))
		if match.Size != i+1 {
			t.Fatalf("photo %d: %+v", i, match)
		}
		for _, e := range match.Edges {
			if e.Reason != "photo" || e.Shared != "cropped" || e.B > 4 {
				t.Errorf("photo %d: %+v", i, e)
			}
		}
	}
	var file bytes.Buffer
	if err := x.Snapshot(&file); err != nil {
		t.Fatal(err)
	}
	loaded, err := Load(&file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c, is := loaded.Joined(offered(9, "Something else.", edit.Copy(scene.SubImage(image.Rect(40, 60, 760, 560))))); !is || len(c.Members) != 5 {
		t.Errorf("after loading: %+v", c)
	}
}

// What is shown by everybody, such as a maker's own photo cut to measure, ties nobody.
func TestCommonCroppedPhotosTieNobody(t *testing.T) {
	t.Parallel()
	x := New(Options{})
	scene := edit.Scene(400, 300, 5)
	whole, cut := part.Of(scene), part.Of(edit.Copy(scene.SubImage(image.Rect(40, 0, 400, 300))))
	if _, is := part.Match(whole, cut); !is {
		t.Fatal("the photos do not match")
	}
	keep := func(docs []uint32) []uint32 { return docs }
	for doc := range uint32(3 * plentyOfPhoto) {
		x.photos.crops.add(whole, doc, keep)
	}
	x.photos.crops.near(cut, nil, func(doc uint32) { t.Fatalf("document %d", doc) })
}
