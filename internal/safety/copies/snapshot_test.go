package copies

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"testing"

	"fairground/internal/safety/copies/trick"
)

func snapshotOf(t testing.TB, x *Index) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := x.Snapshot(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestALoadedIndexAnswersAsBefore(t *testing.T) {
	t.Parallel()
	docs := trick.Campaigns(4, trick.Options{Documents: 1200, Replacement: .2, Tied: true})
	x := New(Options{})
	for _, d := range docs[:1000] {
		x.Add(docOf(d))
	}
	x.Remove(docs[3].ID)
	saved := snapshotOf(t, x)
	loaded, err := Load(bytes.NewReader(saved), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(saved, snapshotOf(t, loaded)) {
		t.Error("the snapshot of the loaded index is another")
	}
	for _, d := range docs[1000:] {
		want, got := x.Add(docOf(d)), loaded.Add(docOf(d))
		if want.Cluster != got.Cluster || want.Size != got.Size {
			t.Fatalf("document %d: %v with %d, loaded %v with %d", d.ID, want.Cluster, want.Size, got.Cluster, got.Size)
		}
	}
	for _, id := range x.Clusters(2) {
		want, _ := x.Cluster(id)
		got, found := loaded.Cluster(id)
		if !found || len(want.Members) != len(got.Members) || len(want.Edges) != len(got.Edges) {
			t.Fatalf("cluster %v: %d members and %d edges, want %d and %d", id, len(got.Members), len(got.Edges), len(want.Members), len(want.Edges))
		}
	}
}

func TestASnapshotHoldsNoWordOfWhatWasRemoved(t *testing.T) {
	t.Parallel()
	x := background(20)
	x.Add(Doc{ID: 1, Account: 7, Text: work3 + " quincunxes and Zyzzyvas", Phones: phoneOf(1), Mails: []string{"zyzzyva@lakeside.example"}})
	x.Add(Doc{ID: 2, Account: 8, Text: work3, Phones: phoneOf(1)})
	before := snapshotOf(t, x)
	if !bytes.Contains(before, []byte("quincunxes")) || !bytes.Contains(before, []byte("zyva@lakeside")) {
		t.Fatal("a snapshot without the words of a document")
	}
	x.Remove(1)
	after := snapshotOf(t, x)
	for _, gone := range []string{"quincunxes", "zyzyva", "zyzzyva"} {
		if bytes.Contains(after, []byte(gone)) {
			t.Errorf("%q is still there", gone)
		}
	}
	loaded, err := Load(bytes.NewReader(after), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(after, snapshotOf(t, loaded)) {
		t.Error("the snapshot of the loaded index is another")
	}
	match := loaded.Add(Doc{ID: 3, Account: 9, Text: work3})
	if match.Size != 2 || loaded.ClusterOf(2) != match.Cluster {
		t.Errorf("the copy that stayed is not found: %+v", match)
	}
}

func smallSnapshot(t testing.TB) []byte {
	x := New(Options{})
	for _, d := range trick.Campaigns(6, trick.Options{Documents: 6, CampaignShare: .9, Tied: true}) {
		x.Add(docOf(d))
	}
	return snapshotOf(t, x)
}

func TestADamagedSnapshotIsAnError(t *testing.T) {
	t.Parallel()
	saved := smallSnapshot(t)
	for at := range saved {
		damaged := bytes.Clone(saved)
		damaged[at] ^= 1 << (at % 8)
		if _, err := Load(bytes.NewReader(damaged), Options{}); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("byte %d changed: %v", at, err)
		}
		if at%7 == 0 {
			if _, err := Load(bytes.NewReader(saved[:at]), Options{}); !errors.Is(err, ErrCorrupt) {
				t.Fatalf("cut at %d: %v", at, err)
			}
		}
	}
	if _, err := Load(bytes.NewReader(append(bytes.Clone(saved), 0)), Options{}); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a byte too many: %v", err)
	}
}

// FuzzLoad changes snapshots and mends their sums, so that what contradicts itself must be found by reading.
func FuzzLoad(f *testing.F) {
	f.Add(smallSnapshot(f))
	f.Add(snapshotOf(f, New(Options{})))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, saved []byte) {
		if len(saved) > sha256.Size {
			body := saved[:len(saved)-sha256.Size]
			sum := sha256.Sum256(body)
			saved = append(bytes.Clone(body), sum[:]...)
		}
		x, err := Load(bytes.NewReader(saved), Options{})
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatalf("another error: %v", err)
			}
			return
		}
		x.Add(Doc{ID: 77, Account: 7, Text: work3, Phones: phoneOf(1)})
		for _, id := range x.Clusters(1) {
			x.Cluster(id)
			x.Template(id)
		}
		if _, err := Load(bytes.NewReader(snapshotOf(t, x)), Options{}); err != nil {
			t.Fatalf("its own snapshot: %v", err)
		}
		for id := range x.numbers {
			x.Remove(id)
		}
	})
}
