package media

import (
	"encoding/binary"
	"testing"
)

func TestOrientationReader(t *testing.T) {
	t.Parallel()
	for turn := range uint16(10) {
		want := int(turn)
		if turn < 1 || turn > 8 {
			want = upright
		}
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			if got := orientation(tiffBlock(order, turn, "x")); got != want {
				t.Errorf("orientation %d in %v read as %d", turn, order, got)
			}
		}
	}
}

func TestOrientationOfNonsenseIsUpright(t *testing.T) {
	t.Parallel()
	good := tiffBlock(binary.LittleEndian, 6, "x")
	for cut := range 8 + 2 + 12 {
		if got := orientation(good[:cut]); got != upright {
			t.Errorf("the first %d bytes read as %d", cut, got)
		}
	}
	for name, change := range map[string]func([]byte){
		"order":      func(b []byte) { b[0] = 'X' },
		"magic":      func(b []byte) { b[2] = 43 },
		"far away":   func(b []byte) { b[7] = 0xff },
		"wrong type": func(b []byte) { b[12] = 4 },
	} {
		bad := tiffBlock(binary.LittleEndian, 6, "x")
		if change(bad); orientation(bad) != upright {
			t.Errorf("%s: read as %d", name, orientation(bad))
		}
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add(tiffBlock(binary.LittleEndian, 6, "x"))
	f.Add(tiffBlock(binary.BigEndian, 8, "x"))
	f.Add([]byte("II*\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, tiff []byte) {
		if got := orientation(tiff); got < 1 || got > 8 {
			t.Errorf("orientation %d", got)
		}
	})
}
