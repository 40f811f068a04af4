package place

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"sync"

	"fairground/internal/value"
)

// Levels are the zooms of Web Mercator whose squares are the pieces of the map.
var Levels = [...]int{1, 3, 5, 7}

// extent is how many units a piece is wide and high.
const extent = 2048

// mostNames of places a piece has, by level: a large square cannot show more.
var mostNames = map[int]int{1: 90, 3: 120, 5: 160, 7: 320}

// atlas reads land.bin where it lies in the program, so it takes no memory: for each level the ends of its pieces, four
// bytes each, then the pieces, deflated.
type atlas struct {
	file  io.ReaderAt
	start map[int]int64 // of each level
}

const isSea = 1 << 31 // in the end of a piece that is water alone

var land = sync.OnceValues(func() (*atlas, error) { return openAtlas(dist) })

func openAtlas(files fs.FS) (*atlas, error) {
	file, err := files.Open("dist/land.bin")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNotBuilt
	}
	if err != nil {
		return nil, fmt.Errorf("place: %w", err)
	}
	reader, ok := file.(io.ReaderAt)
	if !ok {
		return nil, errors.New("place: land.bin cannot be read piece by piece")
	}
	a := &atlas{file: reader, start: make(map[int]int64)}
	at := int64(0)
	for _, z := range Levels {
		a.start[z] = at
		pieces := int64(1) << (2 * z)
		last, err := a.uint32(at + 4*(pieces-1))
		if err != nil {
			return nil, fmt.Errorf("place: land.bin: level %d: %w", z, err)
		}
		at += 4*pieces + int64(last&^isSea)
	}
	return a, nil
}

func (a *atlas) uint32(at int64) (uint32, error) {
	var b [4]byte
	if _, err := a.file.ReadAt(b[:], at); err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(b[:]), nil
}

// mostPiece is more than any piece takes.
const mostPiece = 1 << 20

// shapes are the members "water" and "borders" or "sea" of a piece's JSON; empty for land without anything.
func (a *atlas) shapes(z, x, y int) ([]byte, error) {
	number, start := int64(y)<<z+int64(x), a.start[z]
	end, err := a.uint32(start + 4*number)
	if err != nil || end&isSea != 0 {
		return []byte(`"sea":true`), err
	}
	begin := uint32(0)
	if number > 0 {
		if begin, err = a.uint32(start + 4*(number-1)); err != nil {
			return nil, err
		}
		begin &^= isSea
	}
	if end <= begin || end-begin > mostPiece {
		return nil, nil
	}
	packed := make([]byte, end-begin)
	if _, err := a.file.ReadAt(packed, start+4<<(2*z)+int64(begin)); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), 8*mostPiece))
}

// square is the box of a piece.
func square(z, x, y int) value.Box {
	wide := 360 / math.Pow(2, float64(z))
	return value.Box{
		North: latitude(z, float64(y)), South: latitude(z, float64(y+1)),
		West: float64(x)*wide - 180, East: float64(x+1)*wide - 180,
	}
}

func latitude(z int, y float64) float64 {
	return math.Atan(math.Sinh(math.Pi*(1-2*y/math.Pow(2, float64(z))))) * 180 / math.Pi
}

// units is where a point lies in a piece.
func units(p value.Point, z, x, y int) (int, int) {
	tiles := math.Pow(2, float64(z))
	sine := math.Sin(p.Lat * math.Pi / 180)
	across := (p.Lon/360+.5)*tiles - float64(x)
	down := (.5-math.Log((1+sine)/(1-sine))/(4*math.Pi))*tiles - float64(y)
	return int(math.Round(across * extent)), int(math.Round(down * extent))
}
