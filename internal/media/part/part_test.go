package part_test

import (
	"image"
	"slices"
	"testing"

	"fairground/internal/media/part"
	"fairground/internal/media/pdq"
	"fairground/internal/media/pdq/edit"
)

// cut takes shares off the four sides.
func cut(p *image.RGBA, left, top, right, low float64) *image.RGBA {
	w, h := float64(p.Rect.Dx()), float64(p.Rect.Dy())
	return edit.Copy(p.SubImage(image.Rect(int(w*left), int(h*top), int(w*(1-right)), int(h*(1-low)))))
}

func named(t *testing.T, name string) func(*image.RGBA) *image.RGBA {
	t.Helper()
	for _, e := range edit.All() {
		if e.Name == name {
			return e.Apply
		}
	}
	t.Fatalf("there is no edit %q", name)
	return nil
}

const photos = 12

// What a crop leaves of drawn photos is found, also when more was done to it; different ones never match, whatever is written on both.
func TestCroppedCopiesAreFound(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name                  string
		left, top, right, low float64
		then                  string
		least                 int
	}{
		{"2 % a side", .02, .02, .02, .02, "none", 12},
		{"5 % a side", .05, .05, .05, .05, "recompress at 50", 12},
		{"10 % a side", .1, .1, .1, .1, "none", 10},
		{"20 % of one side", .2, 0, 0, 0, "half the size", 11},
		{"30 % of one side", 0, 0, .3, 0, "none", 10},
		{"a corner of 20 %", .2, .2, 0, 0, "brighter by 15 %", 10},
		{"10 % of one side, mirrored", 0, .1, 0, 0, "mirrored", 11},
		{"10 % of one side, written on", 0, .1, 0, 0, "text banner 8 %", 10},
	}
	kept := make([][]part.Part, photos)
	scenes := edit.Scenes(photos)
	for i, s := range scenes {
		kept[i] = part.Of(s)
	}
	banner := named(t, "text banner 15 %")
	for _, c := range cases {
		found := 0
		for i, s := range scenes {
			parts := part.Of(named(t, c.then)(cut(s, c.left, c.top, c.right, c.low)))
			for j, k := range kept {
				f, is := part.Match(k, parts)
				if is && j != i {
					t.Errorf("%s: photo %d taken for %d: %+v", c.name, i, j, f)
				}
				if is && j == i {
					found++
					if f.Mirrored != (c.then == "mirrored") || f.Enlarged < .95 {
						t.Errorf("%s: photo %d: %+v", c.name, i, f)
					}
				}
			}
		}
		if found < c.least {
			t.Errorf("%s: %d of %d found, want %d", c.name, found, photos, c.least)
		}
	}
	var written [][]part.Part
	for i, s := range scenes {
		parts := part.Of(banner(s))
		for j, other := range written {
			if f, is := part.Match(other, parts); is {
				t.Errorf("the writing on %d and %d makes them copies: %+v", i, j, f)
			}
		}
		written = append(written, parts)
	}
}

func TestIndexFindsWhatMatches(t *testing.T) {
	t.Parallel()
	var x part.Index
	if got := x.Find(part.Of(edit.Scene(400, 300, 1)), 5); got != nil {
		t.Errorf("an empty index: %v", got)
	}
	scenes := make([]*image.RGBA, 20)
	for i := range scenes {
		scenes[i] = edit.Scene(640, 480, uint64(i+1))
		if number := x.Add(part.Of(scenes[i])); number != uint32(i) {
			t.Fatalf("number %d, want %d", number, i)
		}
	}
	found := 0
	for i, s := range scenes {
		parts := part.Of(cut(s, .1, 0, 0, .1))
		got := x.Find(parts, 5)
		if len(got) > 1 || len(got) == 1 && got[0].Number != uint32(i) {
			t.Errorf("photo %d: %+v", i, got)
		}
		found += len(got)
	}
	if found < 18 {
		t.Errorf("%d of 20 found", found)
	}
	x.Remove(3)
	if got := x.Find(part.Of(scenes[3]), 5); len(got) != 0 || x.Len() != 20 {
		t.Errorf("removed: %+v of %d", got, x.Len())
	}
}

func TestPartsAsBytes(t *testing.T) {
	t.Parallel()
	parts := part.Of(edit.Scene(400, 300, 2))
	raw := part.Pack(parts)
	back, err := part.Unpack(raw)
	if err != nil || len(parts) < 8 || len(parts) > part.Most || !slices.Equal(back, parts) {
		t.Errorf("%d parts, %v", len(parts), err)
	}
	for name, wrong := range map[string][]byte{"cut": raw[1:], "too many": slices.Repeat(raw, 3), "of no size": make([]byte, 38)} {
		if _, err := part.Unpack(wrong); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

// A photo without anything in it, or hardly a photo, has no parts and matches nothing.
func TestBlankAndTinyPhotos(t *testing.T) {
	t.Parallel()
	for _, p := range []image.Image{image.NewGray(image.Rect(0, 0, 500, 400)), image.NewRGBA(image.Rect(0, 0, 3, 3)),
		image.NewRGBA(image.Rectangle{}), edit.Scene(20, 20, 1), image.NewRGBA(image.Rect(7, 9, 700, 40))} {
		if parts := part.Of(p); len(parts) != 0 {
			t.Errorf("%v: %d parts", p.Bounds(), len(parts))
		}
	}
	if _, is := part.Match(nil, nil); is {
		t.Error("nothing matches nothing")
	}
}

// The same pixels give the same parts, however the decoder keeps them.
func TestEveryKindOfPicture(t *testing.T) {
	t.Parallel()
	scene := edit.Scene(400, 300, 4)
	want := part.Of(scene)
	other := image.NewNRGBA64(image.Rect(10, 20, 410, 320))
	paletteless := struct{ image.Image }{scene}
	for y := range 300 {
		for x := range 400 {
			other.Set(10+x, 20+y, scene.At(x, y))
		}
	}
	for _, p := range []image.Image{other, paletteless} {
		got := part.Of(p)
		if _, is := part.Match(want, got); !is || len(got) != len(want) {
			t.Errorf("%T: %d parts, want %d", p, len(got), len(want))
		}
	}
}

func BenchmarkOf(b *testing.B) {
	p := edit.Scene(800, 600, 3)
	for b.Loop() {
		part.Of(p)
	}
}

// BenchmarkFind asks an index of 100,000 photos for a cropped one. Hashes are by chance but in the places of a photo.
func BenchmarkFind(b *testing.B) {
	scene := edit.Scene(800, 600, 3)
	parts := part.Of(scene)
	var x part.Index
	x.Add(parts)
	seed := uint64(1)
	for range 100_000 {
		made := slices.Clone(parts)
		for i := range made {
			var words [4]uint64
			for k := range words {
				seed = seed*6364136223846793005 + 1442695040888963407
				words[k] = seed ^ seed>>29
			}
			made[i].Hash = pdq.FromWords(words)
		}
		x.Add(made)
	}
	query := part.Of(cut(scene, .1, .1, 0, 0))
	for b.Loop() {
		if len(x.Find(query, 5)) != 1 {
			b.Fatal("not found")
		}
	}
}
