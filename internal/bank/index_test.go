package bank

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"fairground/internal/media/pdq"
	"fairground/internal/value"
)

// flipped is a hash with n different bits changed.
func flipped(h pdq.Hash, n int) pdq.Hash {
	for i := range n {
		k := i * 7 % 256
		h[k/8] ^= 1 << (k % 8)
	}
	return h
}

func filled(count int) *index {
	x, chance := newIndex(), rand.New(rand.NewPCG(1, 2))
	for range count {
		h := hashByChance(chance)
		x.add(2, &h, nil)
	}
	return x
}

func nearest(x *index, h pdq.Hash) (all []found) {
	x.scan(h, pdq.Near, func(f found) { all = append(all, f) })
	return all
}

func TestIndexFindsAllWithinNear(t *testing.T) {
	t.Parallel()
	x, chance := filled(20_000), rand.New(rand.NewPCG(3, 4))
	h := hashByChance(chance)
	x.add(1, &h, nil)
	for d := range 60 {
		got := nearest(x, flipped(h, d))
		if want := d <= pdq.Near; want != (len(got) == 1) {
			t.Errorf("distance %d: %v", d, got)
		}
		if len(got) == 1 && (got[0].distance != d || got[0].bank != 1 || got[0].hash != h || got[0].form != 1) {
			t.Errorf("distance %d: %+v", d, got[0])
		}
	}
	for form := 2; form <= 8; form++ {
		if got := nearest(x, h.Turned(form)); len(got) != 1 || got[0].distance != 0 {
			t.Errorf("turned to %d: %v", form, got)
		}
	}
}

func TestIndexRemoves(t *testing.T) {
	t.Parallel()
	x := newIndex()
	chance := rand.New(rand.NewPCG(5, 6))
	hashes := make([]pdq.Hash, blockSize+3)
	for i := range hashes {
		hashes[i] = hashByChance(chance)
		x.add(0, &hashes[i], nil)
	}
	for _, i := range []int{0, blockSize + 2, 1, blockSize - 1, blockSize, blockSize + 1} {
		x.remove(1, &hashes[i], nil) // of another bank: stays
		if got := nearest(x, hashes[i]); len(got) != 1 {
			t.Fatalf("%d: %v", i, got)
		}
		x.remove(0, &hashes[i], nil)
		x.remove(0, &hashes[i], nil)
		if got := nearest(x, hashes[i]); len(got) != 0 {
			t.Errorf("%d: still there: %v", i, got)
		}
	}
	if x.hashes != blockSize-3 || len(x.blocks) != 1 {
		t.Errorf("%d hashes in %d blocks", x.hashes, len(x.blocks))
	}
	if got := nearest(x, hashes[7]); len(got) != 1 {
		t.Errorf("another one was lost: %v", got)
	}
}

func TestIndexCountsSums(t *testing.T) {
	t.Parallel()
	x, s := newIndex(), sum{1}
	x.add(0, nil, &s)
	x.add(0, nil, &s)
	x.add(3, nil, &s)
	x.remove(0, nil, &s)
	if in := x.exact(s); !in[0] || in[1] || !in[3] {
		t.Errorf("%v", in)
	}
	x.remove(0, nil, &s)
	x.remove(0, nil, &s)
	x.remove(3, nil, &s)
	if in := x.exact(s); in != [bankCount]bool{} || len(x.sums) != 0 {
		t.Errorf("%v", in)
	}
	for range 300 {
		x.add(4, nil, &s)
	}
	for range 290 {
		x.remove(4, nil, &s)
	}
	if in := x.exact(s); !in[4] {
		t.Error("an entry that is still there was lost")
	}
}

// A bank of ten million hashes stays within what bytes says, and that within Config.Most_bytes' default.
func TestTenMillionHashes(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 330 MB")
	}
	const count = 10_000_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := filled(count)
	runtime.GC()
	runtime.ReadMemStats(&after)
	grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	if x.hashes != count || grown > x.bytes()*105/100 || x.bytes() > 34*count || x.bytes() > defaultMost_bytes {
		t.Errorf("%d hashes take %d bytes, reckoned %d", x.hashes, grown, x.bytes())
	}
	if x.bytes() != bytesFor(count, 0) {
		t.Errorf("reckoned %d before, %d after", bytesFor(count, 0), x.bytes())
	}
	h := x.blocks[1234].head[56]
	whole := pdq.FromParities([4]uint64{h[0], h[1], x.blocks[1234].tail[56][0], x.blocks[1234].tail[56][1]})
	if got := nearest(x, flipped(whole, 20)); len(got) != 1 || got[0].hash != whole {
		t.Errorf("%v", got)
	}
}

func TestSumsTakeWhatIsReckoned(t *testing.T) {
	const count = 200_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x, chance := newIndex(), rand.New(rand.NewPCG(7, 8))
	for i := range count {
		s := sum{byte(i), byte(i >> 8), byte(i >> 16), byte(chance.Uint32())}
		x.add(0, nil, &s)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	if grown > x.bytes() || grown < x.bytes()/2 {
		t.Errorf("%d bytes, reckoned %d", grown, x.bytes())
	}
}

// BenchmarkMillion is what Match does for one photo: a million hashes in all eight forms.
func BenchmarkMillion(b *testing.B) {
	x, q := filled(1_000_000), hashByChance(rand.New(rand.NewPCG(9, 9)))
	for b.Loop() {
		x.scan(q, pdq.Near, func(found) {})
	}
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	m := Measure(value.SystemClock{}, 1, 50_000, 64)
	if m.Missed != 0 || m.Mistaken != 0 || m.Hashes != 50_000 || m.Bytes > 34*60_000 || m.Query_ms <= 0 {
		t.Errorf("%+v", m)
	}
}
