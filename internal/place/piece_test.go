package place

import (
	"encoding/json"
	"math"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"fairground/internal/value"
)

type piece struct {
	Water   [][]int `json:"water"`
	Borders [][]int `json:"borders"`
	Sea     bool    `json:"sea"`
	Places  [][]any `json:"places"`
}

var served = Pieces()

func ask(t *testing.T, path string) (*httptest.ResponseRecorder, piece) {
	t.Helper()
	w := httptest.NewRecorder()
	served.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	var p piece
	if w.Code == 200 {
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	return w, p
}

func TestPieces(t *testing.T) {
	t.Parallel()
	w, coast := ask(t, "/map/"+printed()+"/7/66/46")
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("status %d, %v", w.Code, w.Header())
	}
	if len(coast.Water) == 0 || len(coast.Borders) == 0 || len(coast.Places) < 50 || coast.Sea {
		t.Errorf("around Nice: %d waters, %d borders, %d places", len(coast.Water), len(coast.Borders), len(coast.Places))
	}
	if w, _ := ask(t, "/map/older/7/66/45"); w.Code != 200 || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("an address from before: status %d, %v", w.Code, w.Header())
	}
	if _, ocean := ask(t, "/map/x/7/15/50"); !ocean.Sea || len(ocean.Water) > 0 {
		t.Errorf("the Pacific is no sea: %+v", ocean)
	}
	if _, desert := ask(t, "/map/x/7/68/55"); desert.Sea || len(desert.Water) > 0 {
		t.Errorf("the Sahara has water: %+v", desert)
	}
}

func TestOnlyPiecesAreServed(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/map/", "/map/x", "/map/x/7/66", "/map/x/7/66/45/1", "/map/x/6/1/1", "/map/x/7/128/0", "/map/x/7/0/128", "/map/x/7/-1/0", "/map/x/7/+1/0", "/map/x/7/01/0",
		"/map/x/7/1e1/0", "/map/x/99999999999999999999/0/0", "/map/x/7/a/b", "/map/../dist/land.bin", "/map/x/-7/0/0", "/map/x/7/66/45/"} {
		if w, _ := ask(t, path); w.Code != 404 {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
}

// TestEveryPieceIsSound reads all pieces there are: shapes stay near their square, places within it.
func TestEveryPieceIsSound(t *testing.T) {
	t.Parallel()
	const margin = 64
	sum, most := 0, 0
	for _, z := range Levels {
		step := max(1, (1<<z)/32) // all of the coarse ones, every sixteenth of the finest
		for y := 0; y < 1<<z; y += step {
			for x := 0; x < 1<<z; x += step {
				content, err := Piece(z, x, y)
				if err != nil {
					t.Fatal(err)
				}
				var p piece
				if err := json.Unmarshal(content, &p); err != nil {
					t.Fatalf("%d/%d/%d: %v", z, x, y, err)
				}
				sum, most = sum+len(content), max(most, len(content))
				for _, shape := range append(p.Water, p.Borders...) {
					soundShape(t, shape, margin)
				}
				for _, name := range p.Places {
					if across, down := name[0].(float64), name[1].(float64); across < 0 || down < 0 || across > extent || down > extent {
						t.Fatalf("%d/%d/%d: %v lies outside", z, x, y, name)
					}
				}
			}
		}
	}
	t.Logf("the largest piece has %d bytes", most)
	if most > 250_000 || sum == 0 {
		t.Errorf("a piece has %d bytes", most)
	}
}

func soundShape(t *testing.T, shape []int, margin int) {
	t.Helper()
	if len(shape) < 4 || len(shape)%2 != 0 {
		t.Fatalf("a shape of %d numbers", len(shape))
	}
	var at [2]int
	for i, step := range shape {
		at[i%2] += step
		if len(shape) > 4 && i > 2 && (at[i%2] < -40*margin || at[i%2] > extent+40*margin) {
			t.Fatalf("a shape goes to %d", at[i%2])
		}
	}
}

func TestSquaresCoverTheWorld(t *testing.T) {
	t.Parallel()
	b := square(7, 66, 45)
	if math.Abs(b.West-5.625) > 1e-9 || math.Abs(b.East-8.4375) > 1e-9 || b.South > 46.5 || b.North < 46.6 {
		t.Errorf("%+v", b)
	}
	across, down := units(value.Point{Lat: b.North, Lon: b.West}, 7, 66, 45)
	if across != 0 || down != 0 {
		t.Errorf("the corner lies at %d, %d", across, down)
	}
	if across, down = units(value.Point{Lat: b.South, Lon: b.East}, 7, 66, 45); across != extent || down != extent {
		t.Errorf("the other corner lies at %d, %d", across, down)
	}
}

func TestWithinABox(t *testing.T) {
	t.Parallel()
	g := Load()
	for _, c := range []struct {
		box  value.Box
		want string
	}{
		{value.Box{South: 46.1, West: 6, North: 46.8, East: 7.2}, "Genève"},
		{value.Box{South: -19, West: 177, North: -16, East: 181}, "Suva"},
		{value.Box{South: -19, West: -183, North: -16, East: -179}, "Suva"},
	} {
		all := g.Within(c.box, 3)
		if len(all) == 0 || all[0].Name != c.want {
			t.Errorf("%+v: %v, want %s first", c.box, all, c.want)
		}
	}
	for _, box := range []value.Box{{}, {South: 10, North: 5}, {South: -90, West: -180, North: -80, East: 180}, {South: math.Inf(-1), North: math.Inf(1)}} {
		if len(g.Within(box, 5)) > 5 {
			t.Errorf("%+v has too many", box)
		}
	}
}

func TestAMissingOrBrokenMapIsSaid(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]fstest.MapFS{
		"missing": {}, "empty": {"dist/land.bin": {}}, "short": {"dist/land.bin": {Data: make([]byte, 100)}},
	} {
		if a, err := openAtlas(files); err == nil {
			t.Errorf("%s: opened as %+v", name, a)
		}
	}
	if _, err := read(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "make") {
		t.Errorf("missing places: %v", err)
	}
	if _, err := read(fstest.MapFS{"dist/places.bin": {Data: []byte("no deflate")}}); err == nil {
		t.Error("broken places are taken")
	}
}

func TestAPieceIsMadeQuickly(t *testing.T) {
	begun := time.Now()
	const times = 50
	for range times {
		if _, err := Piece(7, 66, 45); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("a piece takes %v", time.Since(begun)/times)
}
