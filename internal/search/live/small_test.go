package live

import (
	"runtime"
	"testing"
)

// TestManySmallIndexes: five hundred sites of fifty listings share one process.
func TestManySmallIndexes(t *testing.T) {
	const sites, most = 500, 200 << 10
	w := newWorld(t, openSQLite(t), newShelf())
	w.stocked(chairs(1, 50)...)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	all := make([]*Index, sites)
	for i := range all {
		all[i] = Open(w.d, w.shelf, w.database, w.index.config)
		if _, err := all[i].Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := finds(t, all[i], "number7 "); len(got) != 1 || all[i].State().Phase != Ready {
			t.Fatalf("found %v: %+v", got, all[i].State())
		}
	}
	if each := (int64(heap()) - int64(before)) / sites; each > most {
		t.Errorf("an index of fifty listings takes %d bytes", each)
	} else {
		t.Logf("an index of fifty listings takes %d bytes", each)
	}
	for _, x := range all {
		if err := x.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if each := (int64(heap()) - int64(before)) / sites; each > most/10 {
		t.Errorf("a closed index takes %d bytes", each)
	}
}
