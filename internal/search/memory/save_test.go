package memory_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"

	"fairground/internal/search"
	"fairground/internal/search/memory"
	"fairground/internal/search/searchtest"
	"fairground/internal/search/words"
)

func save(t testing.TB, x *memory.Index) []byte {
	t.Helper()
	var saved bytes.Buffer
	if err := x.Save(&saved); err != nil {
		t.Fatal(err)
	}
	return saved.Bytes()
}

func reload(t testing.TB, x *memory.Index, c memory.Config) *memory.Index {
	t.Helper()
	loaded, err := memory.Load(bytes.NewReader(save(t, x)), c)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// small is an index with several segments, of which some documents are dead.
func small(t testing.TB) *memory.Index {
	t.Helper()
	x := memory.New(memory.Config{})
	all := searchtest.Generate(rand.New(rand.NewPCG(4, 4)), 60)
	for _, part := range [][]search.Document{all[:40], all[40:55], all[55:], all[:3]} {
		if err := x.Apply(part, nil); err != nil {
			t.Fatal(err)
		}
	}
	return x
}

func TestSavedTwiceIsTheSame(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]*memory.Index{"small": small(t), "empty": memory.New(memory.Config{})} {
		first := save(t, x)
		loaded := reload(t, x, memory.Config{})
		if second := save(t, loaded); !bytes.Equal(first, second) {
			t.Errorf("%s: what was saved, loaded and saved again differs: %d and %d bytes", name, len(first), len(second))
		}
		if x.Documents() != loaded.Documents() || x.Bytes() == 0 != (loaded.Bytes() == 0) {
			t.Errorf("%s: %d documents, %d when loaded", name, x.Documents(), loaded.Documents())
		}
	}
}

func TestLoadRefusesWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	saved := save(t, small(t))
	if _, err := memory.Load(bytes.NewReader(saved), memory.Config{Analyzer: words.New([]string{"fr"}, nil)}); !errors.Is(err, memory.ErrForeign) {
		t.Errorf("of another language: %v", err)
	}
	if _, err := memory.Load(bytes.NewReader(saved), memory.Config{Most_bytes: 4_000}); !errors.Is(err, memory.ErrFull) {
		t.Errorf("without room: %v", err)
	}
	for length := 0; length < len(saved); length += 1 + length/50 {
		if _, err := memory.Load(bytes.NewReader(saved[:length]), memory.Config{}); err == nil {
			t.Errorf("the first %d of %d bytes were accepted", length, len(saved))
		}
	}
	if _, err := memory.Load(io.MultiReader(bytes.NewReader(saved[:200]), errorReader{}), memory.Config{}); err == nil {
		t.Error("a reader that fails was accepted")
	}
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

// TestLoadAsksForNoRoomInAdvance claims lists of many gigabytes where hardly anything follows.
func TestLoadAsksForNoRoomInAdvance(t *testing.T) {
	saved := save(t, small(t))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for at := 35; at < 80; at++ {
		hostile := binary.AppendUvarint(bytes.Clone(saved[:at]), 1<<28)
		hostile = append(binary.AppendUvarint(hostile, 1<<28), make([]byte, 100)...)
		if _, err := memory.Load(bytes.NewReader(hostile), memory.Config{}); err == nil {
			t.Errorf("cut at %d: accepted", at)
		}
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 200<<20 {
		t.Errorf("refusing took %d MB", took>>20)
	}
}

// TestDamageIsFoundOrHarmless changes single bytes. What is accepted all the same can be asked anything.
func TestDamageIsFoundOrHarmless(t *testing.T) {
	t.Parallel()
	saved := save(t, small(t))
	r := rand.New(rand.NewPCG(6, 6))
	refused := 0
	for range 1_200 {
		damaged := bytes.Clone(saved)
		for range 1 + r.IntN(3) {
			damaged[r.IntN(len(damaged))] ^= 1 << r.IntN(8)
		}
		x, err := memory.Load(bytes.NewReader(damaged), memory.Config{})
		if err != nil {
			refused++
			continue
		}
		askAnything(t, x, r)
	}
	if refused < 120 {
		t.Errorf("only %d of 1,200 damaged indexes were refused", refused)
	}
}

func askAnything(t testing.TB, x *memory.Index, r *rand.Rand) {
	t.Helper()
	for range 3 {
		q := searchtest.RandomQuery(r)
		q.Words = searchtest.Word(r.IntN(20)) + ` "` + searchtest.Word(r.IntN(5)) + " " + searchtest.Word(r.IntN(5)) + `"`
		if r.IntN(2) == 0 {
			q.Words, q.Sort = searchtest.Word(r.IntN(10)), search.Relevance
		}
		if _, err := x.Search(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := x.Similar(t.Context(), 1_020, 5); err != nil {
		t.Fatal(err)
	}
	for x.Compact() {
	}
	if err := x.Apply(searchtest.Generate(r, 3), nil); err != nil {
		t.Fatal(err)
	}
}

func FuzzLoad(f *testing.F) {
	tiny := memory.New(memory.Config{})
	for _, d := range searchtest.Generate(rand.New(rand.NewPCG(4, 4)), 4) {
		d.Body = ""
		if err := tiny.Apply([]search.Document{d}, nil); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(save(f, tiny))
	f.Add(save(f, memory.New(memory.Config{})))
	f.Add([]byte("fairground"))
	f.Fuzz(func(t *testing.T, saved []byte) {
		x, err := memory.Load(bytes.NewReader(saved), memory.Config{Most_bytes: 64 << 20})
		if err == nil {
			askAnything(t, x, rand.New(rand.NewPCG(1, 1)))
		}
	})
}
