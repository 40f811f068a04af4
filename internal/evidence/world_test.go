package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"fairground/internal/audit"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/evidence"
	"fairground/internal/job"
	"fairground/internal/media"
	"fairground/internal/value"
)

var (
	mina  = value.Actor{Kind: value.Staff, ID: 11}
	otto  = value.Actor{Kind: value.Staff, ID: 12}
	petra = value.Actor{Kind: value.Staff, ID: 13}
)

const (
	minasWords  = "four words nobody guesses"
	ottosWords  = "eleven green bicycles ring"
	petrasWords = "a kettle beside the river"
)

// setClock is moved on by a test. Leases are counted by it too, so it does not run by itself.
type setClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *setClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Microsecond)
	return c.at
}

func (c *setClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// shelf stands for what app collects. It fails as often as it is told to.
type shelf struct {
	mu     sync.Mutex
	calls  int
	fails  int
	during func() // called while it collects
}

var photo = bytes.Repeat([]byte("pixels "), 500)

func (s *shelf) Collect(_ context.Context, object string, record value.ID, about evidence.About) (evidence.Package, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.during != nil {
		s.during()
	}
	if s.calls <= s.fails {
		return evidence.Package{}, errors.New("the photos do not answer")
	}
	return evidence.Package{
		Parts: []evidence.Part{
			{Name: "listing.json", Bytes: fmt.Appendf(nil, `{"title":%q}`, about.Title), Source: object},
			{Name: "photo/0001.webp", Bytes: photo, Source: "the listing's photos", PDQ: "00ff"},
		},
		Members: []value.ID{77},
		Missing: []string{"photo 0002: was deleted before"},
	}, nil
}

// unsteady is a store of files that can fail between the moment a file is stored and the moment that is known.
type unsteady struct {
	media.Blobs
	mu        sync.Mutex
	breakOnce bool
}

func (u *unsteady) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.breakOnce {
		u.breakOnce = false
		return nil, errors.New("the disk went away")
	}
	return u.Blobs.Open(ctx, key)
}

func (u *unsteady) keys(t testing.TB) (all []string) {
	t.Helper()
	for key, err := range u.Keys(t.Context(), "evidence/") {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, key)
	}
	return all
}

type world struct {
	testing.TB
	db     *db.DB
	clock  *setClock
	shelf  *shelf
	files  *unsteady
	vault  *evidence.Vault
	worker *job.Worker
	key    audit.Key
}

var schemas = []db.Schema{audit.Schema(), job.Schema(), evidence.Schema()}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			clock := &setClock{at: time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)}
			cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Clock, c.IDs = clock, value.NewIDs(clock, 1) })
			test(t, newWorld(t, dbtest.Open(t, cluster, schemas), clock))
		})
	}
}

func newWorld(t testing.TB, d *db.DB, clock *setClock) *world {
	t.Helper()
	blobs, err := media.LocalBlobs(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	key, err := audit.NewKey("lakeside", bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, db: d, clock: clock, shelf: &shelf{}, files: &unsteady{Blobs: blobs}, key: key}
	w.vault = &evidence.Vault{
		DB: d, Files: w.files, Collector: w.shelf, Secret: bytes.Repeat([]byte{9}, 32), Effort: 2,
		SealLog: func(ctx context.Context) error {
			_, err := audit.Sealer(key).CatchUp(ctx, d)
			return err
		},
	}
	w.worker = job.NewWorker(d, 1, w.vault.Jobs()...)
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// run runs what is due, and once more what failed.
func (w *world) run() {
	w.Helper()
	_, err := w.worker.RunDue(context.Background())
	w.ok(err)
}

// decide is a severe decision about listing 500 of account 42.
func (w *world) decide(decision value.ID) value.ID {
	w.Helper()
	w.ok(w.db.Write(context.Background(), mina, "decide", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "listing", Record: 500, Diff: map[string]any{"status": "removed"}})
		return w.vault.Preserve(tx, "listing", 500, decision, evidence.About{
			Author: 42, Name: "Elio T.", Email: "elio@example.org", Title: "Room by the lake", Texts: []string{"Bright room."}, Photos: []string{"0001"},
		})
	}))
	all := w.list()
	return all[0].ID
}

func (w *world) list() (all []evidence.Evidence) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		all, err = evidence.List(tx, "", 0, 100)
		return err
	})
	return all
}

func (w *world) find(id value.ID) (e evidence.Evidence) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		e, err = evidence.Find(tx, id)
		return err
	})
	return e
}

func (w *world) read(fn func(tx *db.Tx) error) {
	w.Helper()
	w.ok(w.db.Read(context.Background(), fn))
}

func (w *world) held(record, account value.ID) (listing, member bool) {
	w.Helper()
	w.read(func(tx *db.Tx) (err error) {
		if listing, err = evidence.Held(tx, "listing", record); err != nil {
			return err
		}
		until, err := evidence.HeldUntil(tx, account)
		member = !until.IsZero()
		return err
	})
	return listing, member
}

// keys makes keys for mina and otto.
func (w *world) keys() {
	w.Helper()
	w.ok(w.vault.MakeKey(context.Background(), mina, "Mina", minasWords))
	w.ok(w.vault.MakeKey(context.Background(), otto, "Otto", ottosWords))
	w.run()
}

func (w *world) count(query string, args ...any) (n int) {
	w.Helper()
	w.read(func(tx *db.Tx) error { return tx.Row(query, args...).Scan(&n) })
	return n
}

// release has two people end a hold.
func (w *world) release(id value.ID) {
	w.Helper()
	o, err := w.vault.Propose(context.Background(), mina, id, evidence.Release, "the proceedings are over", minasWords)
	w.ok(err)
	w.ok(w.vault.Confirm(context.Background(), otto, o.ID, ottosWords))
}

func (w *world) open(id value.ID) evidence.Order {
	w.Helper()
	o, err := w.vault.Propose(context.Background(), mina, id, evidence.Unseal, "request 17 of the court", minasWords)
	w.ok(err)
	w.ok(w.vault.Confirm(context.Background(), otto, o.ID, ottosWords))
	return o
}
