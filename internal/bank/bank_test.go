package bank

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/media"
	"fairground/internal/media/pdq"
	"fairground/internal/safety"
	"fairground/internal/value"
)

var mara = value.Actor{Kind: value.Staff, ID: 7}

// sealer remembers what was sealed.
type sealer struct {
	mu   sync.Mutex
	hits []Hit
	fail error
}

func (s *sealer) Seal(_ *db.Tx, h Hit) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hits = append(s.hits, h)
	return s.fail
}

type world struct {
	*testing.T
	db       *db.DB
	desk     *Desk
	seal     *sealer
	again    []value.ID
	worker   *job.Worker
	chance   *rand.Rand
	provided *shelf
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, []db.Schema{job.Schema(), Schema()}, func(t *testing.T, d *db.DB) {
		w := &world{T: t, db: d, seal: &sealer{}, chance: rand.New(rand.NewPCG(11, 12)), provided: &shelf{}}
		blobs, err := media.LocalBlobs(t.TempDir())
		w.ok(err)
		t.Cleanup(func() { w.ok(blobs.Close()) })
		w.desk = New(Config{DB: d, Seal: w.seal, Blobs: blobs, Providers: []Provider{w.provided},
			Rescreen: func(_ *db.Tx, _ string, record value.ID) error {
				w.again = append(w.again, record)
				return nil
			}})
		w.worker = job.NewWorker(d, 1, w.desk.Jobs()...)
		test(w)
	})
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) write(fn func(tx *db.Tx) error) error {
	return w.db.Write(w.Context(), mara, "test", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "test"})
		return fn(tx)
	})
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.db.Read(w.Context(), fn))
}

// photo is an image that nobody has seen.
func (w *world) photo() safety.Image {
	h := hashByChance(w.chance)
	return safety.Image{Sha256: fmt.Sprintf("%x", sha256.Sum256(h[:])), PDQ: h, Quality: 90}
}

// like is a copy of an image that differs in n bits, in another file.
func (w *world) like(image safety.Image, n int) safety.Image {
	other := w.photo()
	other.PDQ = flipped(image.PDQ, n)
	return other
}

func (w *world) learn(bank Bank, images ...safety.Image) {
	w.Helper()
	w.ok(w.write(func(tx *db.Tx) error { return w.desk.Learn(tx, images, bank, "a test") }))
}

func (w *world) match(d *Desk, bank string, images ...safety.Image) (int, bool) {
	w.Helper()
	distance, found, err := d.Match(w.Context(), bank, images)
	w.ok(err)
	return distance, found
}

func (w *world) note(record value.ID, images ...safety.Image) []Hit {
	w.Helper()
	var hits []Hit
	w.ok(w.write(func(tx *db.Tx) (err error) {
		hits, err = w.desk.Note(tx, "listing", record, images)
		return err
	}))
	return hits
}

func (w *world) jobs() {
	w.Helper()
	for range 10 {
		n, err := w.worker.RunDue(w.Context())
		w.ok(err)
		if n == 0 {
			return
		}
	}
}

func (w *world) severe(sha string) (severe bool) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		severe, err = Severe(tx, sha)
		return err
	})
	return severe
}

func TestLearnedPhotoIsFoundAtOnce(t *testing.T) {
	each(t, func(w *world) {
		photo := w.photo()
		if _, found := w.match(w.desk, "", photo); found {
			w.Error("found in empty banks")
		}
		w.learn(Removed, photo)
		for _, c := range []struct {
			name     string
			bank     string
			image    safety.Image
			found    bool
			distance int
		}{
			{"the same file", "", photo, true, 0},
			{"the same file, never hashed", "removed", safety.Image{Sha256: photo.Sha256, Quality: pdq.Unhashed}, true, 0},
			{"a copy", "", w.like(photo, 20), true, 20},
			{"at the edge", "removed", w.like(photo, 31), true, 31},
			{"beyond it", "", w.like(photo, 32), false, 0},
			{"in another bank", "illegal", photo, false, 0},
			{"something else", "", w.photo(), false, 0},
			{"mirrored", "", safety.Image{PDQ: photo.PDQ.Turned(2), Quality: 90}, true, 0},
			{"of poor quality", "", safety.Image{PDQ: photo.PDQ, Quality: 49}, false, 0},
			{"unhashed", "", safety.Image{PDQ: photo.PDQ, Quality: pdq.Unhashed}, false, 0},
		} {
			if distance, found := w.match(w.desk, c.bank, c.image); found != c.found || distance != c.distance {
				w.Errorf("%s: %d, %v", c.name, distance, found)
			}
		}
		if _, _, err := w.desk.Match(w.Context(), "other", []safety.Image{photo}); err == nil {
			w.Error("an unknown bank is no error, so a rule would pass")
		}
	})
}

// Another process has a Desk of its own over the same database.
func TestOtherProcessSeesChanges(t *testing.T) {
	each(t, func(w *world) {
		other := New(Config{DB: w.db})
		photo, second := w.photo(), w.photo()
		if _, found := w.match(other, "", photo); found {
			w.Fatal("found in empty banks")
		}
		w.learn(Prohibited, photo, second)
		eventually := func(image safety.Image, want bool) {
			w.Helper()
			for end := time.Now().Add(time.Second); ; time.Sleep(20 * time.Millisecond) {
				if _, found := w.match(other, "", image); found == want {
					return
				}
				if time.Now().After(end) {
					w.Fatalf("not seen within a second: %v", want)
				}
			}
		}
		eventually(photo, true)
		w.ok(w.write(func(tx *db.Tx) error {
			return w.desk.Unlearn(tx, []string{photo.Sha256}, Prohibited, "it was a mistake")
		}))
		if _, found := w.match(w.desk, "", photo); found {
			w.Error("this process still finds it")
		}
		eventually(photo, false)
		if _, found := w.match(other, "", second); !found {
			w.Error("another one went as well")
		}
		if h, s := other.memory.index.Load().size(); h != 1 || s != 1 {
			w.Errorf("%d hashes, %d sums in memory", h, s)
		}
	})
}

func TestRolledBackWritesAreNotSeen(t *testing.T) {
	each(t, func(w *world) {
		photo := w.photo()
		w.match(w.desk, "", photo)
		stop := errors.New("stop")
		if err := w.write(func(tx *db.Tx) error {
			return errors.Join(w.desk.Learn(tx, []safety.Image{photo}, Removed, "a test"), stop)
		}); !errors.Is(err, stop) {
			w.Fatal(err)
		}
		w.desk.memory.asked.Store(0)
		if _, found := w.match(w.desk, "", photo); found {
			w.Error("found what was never written")
		}
	})
}

func TestStockIsHarmless(t *testing.T) {
	each(t, func(w *world) {
		photo := w.photo()
		w.learn(Stock, photo)
		if _, found := w.match(w.desk, "", photo); found {
			w.Error("the stock bank restricts")
		}
		if _, found := w.match(w.desk, "stock", photo); !found {
			w.Error("the stock bank does not know its own")
		}
		w.learn(Removed, w.like(photo, 8))
		if _, found := w.match(w.desk, "", photo); found {
			w.Error("a stock photo that somebody else abused is held")
		}
		w.learn(Illegal, photo)
		if _, found := w.match(w.desk, "", photo); !found {
			w.Error("the stock bank hides a severe match")
		}
	})
}

func TestSevereHitIsSealedAndVeiled(t *testing.T) {
	each(t, func(w *world) {
		known := w.photo()
		w.learn(Illegal, known)
		photo, other := w.like(known, 12), w.photo()
		w.match(w.desk, "", photo)
		if w.severe(photo.Sha256) || !w.severe(known.Sha256) || w.severe(other.Sha256) || w.severe("") {
			w.Error("severe before it was ever seen, or the listed file is not")
		}
		w.seal.fail = errors.New("the vault is full")
		if err := w.write(func(tx *db.Tx) error { _, err := w.desk.Note(tx, "listing", 55, []safety.Image{photo}); return err }); !errors.Is(err, w.seal.fail) {
			w.Errorf("kept without evidence: %v", err)
		}
		w.seal.fail, w.seal.hits = nil, nil
		hits := w.note(55, other, photo)
		if len(hits) != 1 || hits[0].Bank != Illegal || hits[0].Distance != 12 || hits[0].Record != 55 || len(w.seal.hits) != 1 {
			w.Fatalf("hits %+v, sealed %+v", hits, w.seal.hits)
		}
		if again := w.note(55, other, photo); len(again) != 0 || len(w.seal.hits) != 1 {
			w.Errorf("again: %v, sealed %v", again, w.seal.hits)
		}
		if !w.severe(photo.Sha256) || w.severe(other.Sha256) {
			w.Error("the photo is not veiled, or another one is")
		}
		w.ok(w.write(func(tx *db.Tx) error { return w.desk.Remove(tx, hits[0].Entry, "a false entry of the list") }))
		if w.severe(photo.Sha256) || w.severe(known.Sha256) {
			w.Error("still veiled after its entry was removed")
		}
		w.read(func(tx *db.Tx) error {
			all, err := Hits(tx, 10)
			if len(all) != 1 || all[0].Lifted.IsZero() {
				w.Errorf("%+v", all)
			}
			return err
		})
		if hits := w.note(60, photo); len(hits) != 0 {
			w.Errorf("a removed entry still hits: %v", hits)
		}
	})
}

func TestProhibitedHitIsNotSealed(t *testing.T) {
	each(t, func(w *world) {
		photo := w.photo()
		w.learn(Prohibited, photo)
		hits := w.note(55, photo) // as the first thing ever asked
		if len(hits) != 1 || len(w.seal.hits) != 0 || w.severe(photo.Sha256) {
			w.Errorf("hits %v, sealed %v", hits, w.seal.hits)
		}
		w.read(func(tx *db.Tx) error {
			all, err := HitsOf(tx, "listing", 55)
			if len(all) != 1 {
				w.Errorf("%v", all)
			}
			return err
		})
	})
}

func TestEarlierPhotosAreComparedLater(t *testing.T) {
	each(t, func(w *world) {
		photo, unhashed := w.photo(), w.photo()
		unhashed.Quality = pdq.Unhashed
		w.match(w.desk, "", photo)
		for record := range value.ID(5) {
			w.note(100+record, w.photo(), w.photo())
		}
		w.note(200, w.like(photo, 9))
		w.note(201, unhashed)
		w.jobs()
		if len(w.again) != 0 {
			w.Fatalf("screened again without a reason: %v", w.again)
		}
		w.learn(Intimate, photo, unhashed)
		w.jobs()
		if len(w.again) != 2 || len(w.seal.hits) != 2 || w.again[0] != 200 || w.again[1] != 201 {
			w.Errorf("screened again %v, sealed %v", w.again, w.seal.hits)
		}
		w.learn(Removed, w.photo())
		w.jobs()
		if len(w.again) != 2 {
			w.Errorf("old hits came again: %v", w.again)
		}
		w.ok(w.write(func(tx *db.Tx) error { return Forget(tx, "listing", 200) }))
		w.read(func(tx *db.Tx) error {
			copies, err := Copies(tx, []safety.Image{photo, unhashed})
			if len(copies) != 1 || copies[0].Record != 201 || copies[0].Distance != 0 {
				w.Errorf("%v", copies)
			}
			return err
		})
	})
}

func TestCopiesOfAPhoto(t *testing.T) {
	each(t, func(w *world) {
		photo := w.photo()
		upright := photo
		upright.PDQ = photo.PDQ.Turned(6)
		w.note(1, photo, upright)
		w.note(2, w.like(photo, 15))
		w.note(3, w.photo())
		w.read(func(tx *db.Tx) error {
			copies, err := Copies(tx, []safety.Image{photo})
			if len(copies) != 2 || copies[0].Record != 1 || copies[0].Distance != 0 || copies[1].Record != 2 || copies[1].Distance != 15 {
				w.Errorf("%+v", copies)
			}
			return err
		})
	})
}

// Banks that are too large for the memory are refused clearly, and a rule that asks them holds.
func TestTooLargeBanksAreRefused(t *testing.T) {
	each(t, func(w *world) {
		images := make([]safety.Image, 50)
		for i := range images {
			images[i] = w.photo()
		}
		w.learn(Prohibited, images...)
		small := New(Config{DB: w.db, Most_bytes: 60_000})
		_, _, err := small.Match(w.Context(), "", images[:1])
		var e *value.Error
		if !errors.As(err, &e) || e.Kind != value.Unavailable || e.Key != "bank.too_large" || !strings.Contains(err.Error(), "memory") {
			w.Errorf("%v", err)
		}
		large := New(Config{DB: w.db, Most_bytes: 200_000})
		if _, found := w.match(large, "", images[9]); !found {
			w.Error("not found, although there is room")
		}
		if bytes, most, err := large.Size(w.Context()); bytes <= 0 || bytes > most || most != 200_000 || err != nil {
			w.Errorf("%d of %d bytes, %v", bytes, most, err)
		}
	})
}

func TestMatchStopsWithItsContext(t *testing.T) {
	each(t, func(w *world) {
		w.desk.memory.turn <- struct{}{} // somebody reads and does not end
		ctx, cancel := context.WithTimeout(w.Context(), 20*time.Millisecond)
		defer cancel()
		if _, _, err := w.desk.Match(ctx, "", []safety.Image{w.photo()}); !errors.Is(err, context.DeadlineExceeded) {
			w.Errorf("%v", err)
		}
	})
}

func TestFollowReadsByItself(t *testing.T) {
	each(t, func(w *world) {
		photo := w.photo()
		w.learn(Removed, photo)
		ctx, cancel := context.WithCancel(w.Context())
		done := make(chan struct{})
		go func() {
			w.desk.Follow(ctx)
			close(done)
		}()
		for end := time.Now().Add(5 * time.Second); w.desk.memory.index.Load() == nil && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
		cancel()
		<-done
		if got := nearest(w.desk.memory.index.Load(), photo.PDQ); len(got) != 1 {
			w.Errorf("%v", got)
		}
	})
}

func TestCounts(t *testing.T) {
	each(t, func(w *world) {
		photo := w.photo()
		w.learn(Prohibited, photo, w.photo(), safety.Image{Sha256: w.photo().Sha256, Quality: pdq.Unhashed})
		w.note(1, photo)
		w.read(func(tx *db.Tx) error {
			counts, err := Counts(tx)
			if err != nil || len(counts) != bankCount {
				w.Fatalf("%v, %v", counts, err)
			}
			for i, c := range counts {
				if c.Bank != Banks()[i] {
					w.Errorf("%d is %s", i, c.Bank)
				}
			}
			c := counts[Prohibited.number()]
			if c.Hashes != 2 || c.Sums != 3 || c.Hits != 1 || c.Lifted != 0 || c.Newest.IsZero() {
				w.Errorf("%+v", c)
			}
			return nil
		})
	})
}
