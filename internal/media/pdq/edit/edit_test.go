package edit

import (
	"bytes"
	"errors"
	"image"
	"io/fs"
	"strings"
	"testing"
)

// What the hash must survive to be of use, measured on drawn photos. Crops and larger turns it does not survive; the table says so, and
// package doc too.
func TestWhatTheHashSurvives(t *testing.T) {
	t.Parallel()
	table := Measure(Scenes(12))
	if table.Photos != 12 || table.FalsePairs != 0 || table.Pairs != 12*11/2*8 {
		t.Errorf("%d photos, %d pairs, %d false", table.Photos, table.Pairs, table.FalsePairs)
	}
	least := map[string]float64{"none": 1, "recompress at 80": 1, "recompress at 50": 1, "recompress at 10": 1, "half the size": 1,
		"a quarter of the size": 1, "twice the size": 1, "narrower by a fifth": 1, "brighter by 15 %": .9, "darker by 15 %": .9,
		"contrast up by half": .7, "grey": 1, "blur, 2 px": 1, "blur, 6 px": 1, "border 2 %": .3, "rotated 1°": .5}
	for _, row := range table.Rows {
		if row.Recall < least[row.Edit] || row.Turned < row.Recall {
			t.Errorf("%s: recall %.2f, with turned forms %.2f", row.Edit, row.Recall, row.Turned)
		}
		mirrored := row.Edit == "mirrored" || row.Edit == "turned by a quarter"
		if mirrored && (row.Recall != 0 || row.Turned < .9) {
			t.Errorf("%s: recall %.2f, with turned forms %.2f", row.Edit, row.Recall, row.Turned)
		}
		delete(least, row.Edit)
	}
	if len(least) > 0 {
		t.Errorf("not measured: %v", least)
	}
}

func TestEditsChangeThePicture(t *testing.T) {
	t.Parallel()
	before := Scene(300, 200, 5)
	kept := bytes.Clone(before.Pix)
	for _, e := range All()[1:] {
		after := e.Apply(before)
		if after.Rect == before.Rect && bytes.Equal(after.Pix, before.Pix) {
			t.Errorf("%s changed nothing", e.Name)
		}
		if after.Rect.Min != (image.Point{}) || after.Rect.Empty() || !after.Opaque() {
			t.Errorf("%s: %v", e.Name, after.Rect)
		}
		if !bytes.Equal(before.Pix, kept) {
			t.Fatalf("%s changed the photo it was given", e.Name)
		}
	}
}

func TestScenesRepeatAndDiffer(t *testing.T) {
	t.Parallel()
	if !bytes.Equal(Scene(80, 60, 3).Pix, Scene(80, 60, 3).Pix) || bytes.Equal(Scene(80, 60, 3).Pix, Scene(80, 60, 4).Pix) {
		t.Error("a seed is not a picture")
	}
}

func TestReferencePhotos(t *testing.T) {
	t.Parallel()
	photos, err := Reference("../../../../../shared/data/pdq")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the reference photos are not on this machine:", err)
	}
	if err != nil || len(photos) != 6 {
		t.Fatalf("%d photos, %v", len(photos), err)
	}
	table := Measure(photos)
	var text strings.Builder
	if err := table.Write(&text); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + text.String())
	if table.Photos != 5 || table.Poor != 1 || table.FalsePairs != 0 || table.Rows[0].Recall != 1 {
		t.Errorf("%+v", table)
	}
}

// BenchmarkMeasure prints the table for photos drawn in code.
func BenchmarkMeasure(b *testing.B) {
	var text strings.Builder
	for b.Loop() {
		text.Reset()
		if err := Measure(Scenes(40)).Write(&text); err != nil {
			b.Fatal(err)
		}
	}
	b.Log("\n" + text.String())
}
