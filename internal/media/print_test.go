package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fairground/internal/media/part"
	"fairground/internal/media/pdq"
	"fairground/internal/media/pdq/edit"
	"fairground/internal/value"
)

// mosaic is a picture with enough edges to be hashed well.
func mosaic(width, height int) *image.RGBA {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			tile := uint32(x*9/width)*2654435761 ^ uint32(y*7/height)*2246822519
			picture.SetRGBA(x, y, color.RGBA{uint8(tile >> 24), uint8(tile >> 16), uint8(tile >> 8), 255})
		}
	}
	return picture
}

func TestProcessHashes(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	picture := mosaic(900, 600)
	want, quality := pdq.Of(picture)
	if quality < 80 {
		t.Fatalf("the picture has quality %d", quality)
	}
	photo := process(t, p, asPNG(t, picture))
	if photo.Hash != want || photo.Upright != want || photo.Quality != quality {
		t.Errorf("%s, %s, %d", photo.Hash, photo.Upright, photo.Quality)
	}
	known, err := p.Known(t.Context(), photo.Sha256)
	if err != nil || known.Hash != want || known.Upright != want || known.Quality != quality {
		t.Errorf("known: %+v, %v", known, err)
	}
	if hash, q, err := p.Hash(t.Context(), photo.Sha256); hash != want || q != quality || err != nil {
		t.Errorf("Hash: %s, %d, %v", hash, q, err)
	}
	again := process(t, p, asPNG(t, picture))
	if again.Hash != want || again.Quality != quality {
		t.Errorf("the second time: %+v", again)
	}
	_, _, err = p.Hash(t.Context(), strings.Repeat("0", 64))
	if value.KindOf(err) != value.NotFound {
		t.Errorf("a photo that is not there: %v", err)
	}
}

// A photo that its file turns has the hash of its pixels, as lists have it, and that of what people see.
func TestTurnedPhotoHasTwoHashes(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	picture := mosaic(900, 600)
	sent, _ := pdq.Of(picture)
	for o := uint16(2); o <= 8; o++ {
		raw := withChunk(asPNG(t, picture), "eXIf", tiffBlock(binary.BigEndian, o, "secret"))
		photo := process(t, p, raw)
		shown, _ := pdq.Of(turn(picture, int(o)))
		if photo.Hash != sent || photo.Upright != shown || sent == shown {
			t.Errorf("orientation %d: %s, %s; want %s, %s", o, photo.Hash, photo.Upright, sent, shown)
		}
		known, err := p.Known(t.Context(), photo.Sha256)
		if err != nil || known.Upright != shown {
			t.Errorf("orientation %d: kept %s, %v", o, known.Upright, err)
		}
		printSent, printShown, quality, err := p.Print(t.Context(), raw)
		if printSent != sent || printShown != shown || quality != photo.Quality || err != nil {
			t.Errorf("orientation %d: Print %s, %s, %d, %v", o, printSent, printShown, quality, err)
		}
	}
}

// forget rewrites a record as it was before photos were hashed.
func forget(t *testing.T, p *Photos, photo Photo) {
	t.Helper()
	kept, err := p.recorded(t.Context(), photo.Sha256)
	must(t, err)
	text := `{"width":` + itoa(kept.Width) + `,"height":` + itoa(kept.Height) + `,"colour":"` + kept.Colour + `","of":"` + kept.Of + `"}`
	must(t, p.blobs.Put(t.Context(), recordKey(photo.Sha256), strings.NewReader(text), int64(len(text))))
}

func itoa(n int) string { return strconv.Itoa(n) }

func TestOldRecordIsHashedWhenAsked(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	photo := process(t, p, asPNG(t, mosaic(900, 600)))
	origin := photo
	photo, err := p.Turn(t.Context(), photo.Sha256, 1)
	must(t, err)
	forget(t, p, photo)
	old, err := p.Known(t.Context(), photo.Sha256)
	if err != nil || old.Quality != pdq.Unhashed || old.Width != photo.Width || len(old.Sizes) != len(photo.Sizes) {
		t.Fatalf("old: %+v, %v", old, err)
	}
	hashed, err := p.Hashed(t.Context(), photo.Sha256)
	if err != nil || hashed.Hash.Distance(photo.Upright) > 8 || hashed.Quality < 80 {
		t.Errorf("hashed: %+v, %v", hashed, err)
	}
	kept, err := p.recorded(t.Context(), photo.Sha256)
	if err != nil || kept.Hash == nil || kept.Of != origin.Sha256 {
		t.Errorf("kept %+v, %v", kept, err)
	}
}

func TestHashedOfWhatIsBroken(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	var all []Photo
	for i := range 3 {
		all = append(all, process(t, p, asPNG(t, mosaic(400+i, 300))))
		forget(t, p, all[i])
	}
	must(t, p.blobs.Delete(t.Context(), all[0].Sizes[1].Key)) // half deleted
	text := "not a picture"
	must(t, p.blobs.Put(t.Context(), all[1].Sizes[1].Key, strings.NewReader(text), int64(len(text))))
	if _, err := p.Hashed(t.Context(), all[0].Sha256); value.KindOf(err) != value.NotFound {
		t.Errorf("half deleted: %v", err)
	}
	if _, err := p.Hashed(t.Context(), all[1].Sha256); err == nil || value.KindOf(err) == value.NotFound {
		t.Errorf("unreadable: %v", err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Hashed(stopped, all[2].Sha256); err == nil {
		t.Error("went on after its end")
	}
	hashed, err := p.Hashed(t.Context(), all[2].Sha256)
	known, fault := p.Known(t.Context(), all[2].Sha256)
	if err != nil || fault != nil || known.Quality < 0 || !slices.Equal(known.Parts, hashed.Parts) {
		t.Errorf("%+v, %v, %v", known, err, fault)
	}
}

// A cropped copy of a stored photo is found by its parts, also when the record is from before photos had any.
func TestPartsOfAStoredPhoto(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	scene := edit.Scene(1200, 900, 7)
	photo := process(t, p, asJPEG(t, scene))
	cropped := process(t, p, asJPEG(t, edit.Copy(scene.SubImage(image.Rect(150, 100, 1150, 850)))))
	if _, is := part.Match(photo.Parts, cropped.Parts); !is || photo.Hash.Distance(cropped.Hash) <= pdq.Near {
		t.Fatalf("%d and %d parts; %d bits apart", len(photo.Parts), len(cropped.Parts), photo.Hash.Distance(cropped.Hash))
	}
	forget(t, p, photo)
	again, err := p.Hashed(t.Context(), photo.Sha256)
	if _, is := part.Match(again.Parts, cropped.Parts); !is || err != nil {
		t.Errorf("hashed later: %d parts, %v", len(again.Parts), err)
	}
}

func TestPrintKeepsNothing(t *testing.T) {
	t.Parallel()
	p := newPhotos(t)
	raw := asJPEG(t, mosaic(900, 600))
	_, _, quality, err := p.Print(t.Context(), raw)
	if err != nil || quality < 80 {
		t.Errorf("quality %d, %v", quality, err)
	}
	for key := range p.blobs.Keys(t.Context(), "") {
		t.Errorf("kept %s", key)
	}
	for name, wrong := range map[string][]byte{"nothing": nil, "a text": []byte("no picture"), "cut off": raw[:len(raw)/3],
		"too much": bytes.Repeat([]byte{1}, MaxBytes+1)} {
		if _, _, _, err := p.Print(t.Context(), wrong); value.KindOf(err) != value.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
