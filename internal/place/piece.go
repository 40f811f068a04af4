package place

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Pieces serves the pieces of the map. It answers 404 for a piece that does not exist, and 503 where the map was not
// built into the program. It keeps those asked for last, a few megabytes at most.
func Pieces() http.Handler { return &server{kept: make(map[[3]int][]byte)} }

type server struct {
	mu   sync.Mutex
	kept map[[3]int][]byte
}

const mostKept = 300 // pieces, of about 15 kB

// piece is one kept, or made now.
func (s *server) piece(z, x, y int) ([]byte, error) {
	key := [3]int{z, x, y}
	s.mu.Lock()
	known := s.kept[key]
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	made, err := Piece(z, x, y)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) >= mostKept { // those still in use come back
		clear(s.kept)
	}
	s.kept[key] = made
	return made, nil
}

// ServeHTTP answers one request.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	digest, z, x, y, ok := parsePiece(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	piece, err := s.piece(z, x, y)
	if err != nil {
		http.Error(w, "the map is not there", http.StatusServiceUnavailable)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("X-Content-Type-Options", "nosniff")
	if digest == printed() {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else { // a page from before an update: its map still works
		header.Set("Cache-Control", "public, max-age=300")
	}
	_, _ = w.Write(piece) // who is gone needs no piece
}

// parsePiece reads /map/{print}/{z}/{x}/{y}.
func parsePiece(path string) (digest string, z, x, y int, ok bool) {
	parts := strings.Split(strings.TrimPrefix(path, "/map/"), "/")
	if len(parts) != 4 {
		return "", 0, 0, 0, false
	}
	var numbers [3]int
	for i, text := range parts[1:] {
		n, err := strconv.Atoi(text)
		if err != nil || strconv.Itoa(n) != text {
			return "", 0, 0, 0, false
		}
		numbers[i] = n
	}
	z, x, y = numbers[0], numbers[1], numbers[2]
	ok = slices.Contains(Levels[:], z) && x >= 0 && y >= 0 && x < 1<<z && y < 1<<z
	return parts[0], z, x, y, ok
}

// printed is the digest of the data, which addresses of pieces have.
func printed() string {
	text, err := dist.ReadFile("dist/print")
	if err != nil {
		return ""
	}
	return string(text)
}

// Piece is the JSON of one piece of the map: what lies in it, and the names of places; see the package comment. The
// piece must exist: 0 ≤ x, y < 2^z, and z one of Levels.
func Piece(z, x, y int) ([]byte, error) {
	a, err := land()
	if err != nil {
		return nil, err
	}
	shapes, err := a.shapes(z, x, y)
	if err != nil {
		return nil, fmt.Errorf("place.Piece(%d, %d, %d): %w", z, x, y, err)
	}
	var b bytes.Buffer
	b.WriteByte('{')
	if len(shapes) > 0 {
		b.Write(shapes)
		b.WriteByte(',')
	}
	b.WriteString(`"places":[`)
	Load().writeNames(&b, z, x, y)
	b.WriteString("]}")
	return b.Bytes(), nil
}

func (g *Gazetteer) writeNames(b *bytes.Buffer, z, x, y int) {
	if g.Places() == 0 {
		return
	}
	for n, i := range g.within(square(z, x, y), mostNames[z]) {
		if n > 0 {
			b.WriteByte(',')
		}
		across, down := units(g.point(i), z, x, y)
		name, _ := json.Marshal(g.name(i)) // a string always has JSON
		weight := g.weight(i)
		if g.kind[i] == part {
			weight = -weight
		}
		fmt.Fprintf(b, "[%d,%d,%s,%d]", across, down, name, weight)
	}
}
