package place

import (
	"bytes"
	"compress/flate"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"

	"fairground/internal/value"
)

//go:embed all:dist
var dist embed.FS

// Place is a populated place.
type Place struct {
	Name    string
	Region  string // what the country's division is called there; empty where it is not known
	Country string // ISO 3166, two letters
	Point   value.Point
	People  int // rounded to three figures; 0 where nobody counted
}

// Gazetteer answers questions about places. It never changes, so goroutines may share it. The empty one knows no place.
type Gazetteer struct {
	names   texts // in the order of keys
	keys    texts // folded, ascending
	regions []region
	region  []uint16
	lat     []int32 // in thousandths of a degree
	lon     []int32
	people  []uint32
	kind    []uint8
	aliases []alias        // ascending
	own     map[int]string // names in place of those of the data
	cells   grid
}

// The kinds of places, as build_places.mjs writes them.
const (
	town uint8 = iota
	capital
	seat // of a region
	part // of another place
)

// texts are many short texts in one.
type texts struct {
	all string
	end []uint32
}

func (t texts) at(i int) string {
	if i == 0 {
		return t.all[:t.end[0]]
	}
	return t.all[t.end[i-1]:t.end[i]]
}

var loaded = sync.OnceValues(func() (*Gazetteer, error) { return read(dist) })

// Load returns the embedded gazetteer. The first call decodes it, which takes about a tenth of a second; from then on it
// holds Bytes of memory. Where the browser parts were not built it is empty, and Check says so.
func Load() *Gazetteer {
	g, err := loaded()
	if err != nil {
		return &Gazetteer{}
	}
	return g
}

// Check reports whether the places and the map were built into this program.
func Check() error {
	if _, err := loaded(); err != nil {
		return err
	}
	_, err := land()
	return err
}

var errNotBuilt = errors.New("the places and the map are not built into this program: run `make`, which runs `npm ci` and `npm run build`, then build again")

func read(files fs.FS) (*Gazetteer, error) {
	packed, err := fs.ReadFile(files, "dist/places.bin")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNotBuilt
	}
	if err != nil {
		return nil, fmt.Errorf("place: %w", err)
	}
	content, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return nil, fmt.Errorf("place: places.bin: %w", err)
	}
	g, err := decode(content)
	if err != nil {
		return nil, fmt.Errorf("place: places.bin: %w", err)
	}
	return g, nil
}

// decode reads the sections in the order in which build_places.mjs writes them.
func decode(content []byte) (*Gazetteer, error) {
	var sections [7][]byte
	for i := range sections {
		long, used := binary.Uvarint(content)
		if used <= 0 || long > uint64(len(content)-used) {
			return nil, fmt.Errorf("section %d is cut short", i)
		}
		sections[i], content = content[used:used+int(long)], content[used+int(long):]
	}
	g := &Gazetteer{kind: bytes.Clone(sections[6]), own: make(map[int]string)}
	g.fill(string(sections[1]))
	count := g.Places()
	g.regions = readRegions(string(sections[0]))
	var err error
	column := func(section []byte, into func(uint64)) {
		if err == nil {
			err = each(section, count, into)
		}
	}
	column(sections[2], func(n uint64) { g.region = append(g.region, uint16(min(n, uint64(len(g.regions)-1)))) })
	column(sections[3], func(n uint64) { g.lat = append(g.lat, unzigzag(n)) })
	column(sections[4], func(n uint64) { g.lon = append(g.lon, unzigzag(n)) })
	column(sections[5], func(n uint64) { g.people = append(g.people, uint32(n)) })
	if err == nil && len(g.kind) != count {
		err = fmt.Errorf("%d kinds of %d places", len(g.kind), count)
	}
	if err != nil {
		return nil, err
	}
	g.cells = newGrid(g)
	g.aliases = g.readAliases()
	g.nameRegions()
	return g, nil
}

// fill reads the names, one a line, and folds each.
func (g *Gazetteer) fill(names string) {
	var name, key strings.Builder
	name.Grow(len(names))
	key.Grow(len(names))
	for line := range strings.SplitSeq(names, "\n") {
		name.WriteString(line)
		key.WriteString(fold(line))
		g.names.end = append(g.names.end, uint32(name.Len()))
		g.keys.end = append(g.keys.end, uint32(key.Len()))
	}
	g.names.all, g.keys.all = name.String(), key.String()
}

func each(section []byte, count int, into func(uint64)) error {
	for range count {
		n, used := binary.Uvarint(section)
		if used <= 0 {
			return errors.New("a column is cut short")
		}
		section = section[used:]
		into(n)
	}
	return nil
}

func unzigzag(n uint64) int32 { return int32(n>>1) ^ -int32(n&1) }

// Places is how many places there are.
func (g *Gazetteer) Places() int { return len(g.names.end) }

// Bytes is about how much memory the gazetteer holds.
func (g *Gazetteer) Bytes() int {
	const columns = 4 + 4 + 2 + 4 + 4 + 4 + 1 + 4 // both ends of texts, region, point, people, kind, order in the grid
	return len(g.names.all) + len(g.keys.all) + columns*g.Places() + 4*len(g.cells.first) + 48*len(g.aliases) + 200*len(g.regions)
}

func (g *Gazetteer) place(i int) Place {
	r := g.regions[g.region[i]]
	return Place{Name: g.name(i), Region: r.name, Country: r.country, Point: g.point(i), People: int(g.people[i])}
}

func (g *Gazetteer) point(i int) value.Point {
	return value.Point{Lat: float64(g.lat[i]) / 1000, Lon: float64(g.lon[i]) / 1000}
}
