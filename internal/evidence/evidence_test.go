package evidence_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"fairground/internal/audit"
	"fairground/internal/db"
	"fairground/internal/evidence"
	"fairground/internal/job"
	"fairground/internal/value"
)

func TestADecisionHoldsAtOnceAndIsSealedLater(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.decide(900)
		if listing, member := w.held(500, 42); !listing || !member {
			t.Fatalf("not held before the job ran: listing %v, member %v", listing, member)
		}
		if listing, member := w.held(501, 43); listing || member {
			t.Errorf("held what nothing was decided about: listing %v, member %v", listing, member)
		}
		w.run()
		e := w.find(id)
		if e.State != evidence.Sealed || e.About != nil || e.Sha256 == "" || len(w.files.keys(t)) != 1 {
			t.Fatalf("%+v, files %v", e, w.files.keys(t))
		}
		if _, member := w.held(500, 77); !member {
			t.Error("whom the collector named is not held")
		}
		if want := e.Made.AddDate(1, 0, 0); !e.HoldUntil.Equal(want) {
			t.Errorf("held until %v, want %v", e.HoldUntil, want)
		}
		names := ""
		for _, p := range e.Manifest.Parts {
			names += p.Name + " "
		}
		if !strings.HasPrefix(names, "decision.json listing.json photo/0001.webp receipt/") || e.Manifest.Parts[2].PDQ != "00ff" || len(e.Manifest.Missing) != 1 {
			t.Errorf("parts %s, %+v", names, e.Manifest)
		}
		logged := w.count("select count(*) from change where object = 'evidence' and action = 'evidence.seal' and diff like '%" + e.Sha256 + "%'")
		if logged != 1 {
			t.Errorf("the log has %d entries with the hash of the package", logged)
		}
	})
}

func TestADecisionThatFailsHoldsNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		stop := errors.New("stop")
		err := w.db.Write(t.Context(), mina, "decide", func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "listing", Record: 500})
			if err := w.vault.Preserve(tx, "listing", 500, 900, evidence.About{Author: 42}); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		if listing, member := w.held(500, 42); listing || member || w.count("select count(*) from job where kind = 'evidence.collect'") != 0 {
			t.Errorf("a decision that was not made left a hold: %v, %v", listing, member)
		}
	})
}

func TestDecidingTwicePreservesOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.decide(900)
		if w.decide(900) != first || len(w.list()) != 1 {
			t.Error("one decision was preserved twice")
		}
		w.run()
		if w.decide(900) != first || w.decide(901) == first {
			t.Error("the sealed one was not recognised, or another decision was")
		}
	})
}

// A crash at any moment: while collecting, after the file was stored, and a second run beside the first.
func TestAnInterruptedJobRepeatsAndLeavesOnePackage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shelf.fails = 2
		w.files.breakOnce = true // strikes in the third run, after the file was stored
		id := w.decide(900)
		for range 4 {
			w.run()
			if listing, member := w.held(500, 42); !listing || !member {
				t.Fatal("the hold fell while the job failed")
			}
			w.clock.pass(10 * time.Minute)
		}
		if e := w.find(id); e.State != evidence.Sealed || w.shelf.calls != 4 {
			t.Fatalf("%s after %d runs", e.State, w.shelf.calls)
		}
		if n := len(w.files.keys(t)); n != 2 {
			t.Fatalf("%d files, want the package and what the interrupted run left", n)
		}
		w.clock.pass(time.Hour)
		w.run()
		if keys := w.files.keys(t); len(keys) != 1 || keys[0] != w.find(id).File {
			t.Errorf("after tidying: %v", keys)
		}
		w.keys()
		w.open(id)
		if part, err := w.vault.Open(t.Context(), mina, id, "photo/0001.webp", minasWords); err != nil || !bytes.Equal(part, photo) {
			t.Errorf("%d bytes, %v", len(part), err)
		}
	})
}

func TestTwoRunsAtOnceSealOnePackage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.decide(900)
		inside := false
		w.shelf.during = func() {
			if inside {
				return
			}
			inside = true
			w.shelf.mu.Unlock()
			defer w.shelf.mu.Lock()
			w.clock.pass(time.Minute) // the lease is lost: another worker takes the job over, and is faster
			other := job.NewWorker(w.db, 1, w.vault.Jobs()...)
			if n, err := other.RunDue(context.Background()); err != nil || n == 0 {
				t.Errorf("the other worker ran %d jobs: %v", n, err)
			}
		}
		w.run()
		if keys := w.files.keys(t); w.shelf.calls != 2 || len(keys) != 1 || keys[0] != w.find(id).File {
			t.Errorf("%d runs left %v", w.shelf.calls, keys)
		}
		if n := w.count("select count(*) from change where action = 'evidence.seal'"); n != 1 {
			t.Errorf("sealed %d times", n)
		}
	})
}

func TestAPackageHoldsWhatItSays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keys()
		id := w.decide(900)
		w.run()
		w.open(id)
		packed, err := w.vault.Open(t.Context(), otto, id, "", ottosWords)
		w.ok(err)
		parts := map[string][]byte{}
		for r := tar.NewReader(bytes.NewReader(packed)); ; {
			head, err := r.Next()
			if err == io.EOF {
				break
			}
			w.ok(err)
			parts[head.Name], err = io.ReadAll(r)
			w.ok(err)
		}
		var m evidence.Manifest
		w.ok(json.Unmarshal(parts["manifest.json"], &m))
		if len(m.Parts) != len(parts)-1 || len(m.Changes) < 2 || m.Record != 500 || m.Decision != 900 {
			t.Fatalf("%+v", m)
		}
		for _, c := range m.Changes {
			row, err := audit.CheckProof(string(parts[c.Receipt]), w.key.Public())
			if err != nil || row.Seq != c.Seq {
				t.Errorf("receipt of change %d: %v", c.Seq, err)
			}
		}
		if !strings.Contains(string(parts["decision.json"]), "elio@example.org") {
			t.Errorf("what the decision knew is not in the package: %s", parts["decision.json"])
		}
		stored, err := w.files.Open(t.Context(), w.find(id).File)
		w.ok(err)
		defer stored.Close()
		text, err := io.ReadAll(stored)
		w.ok(err)
		if !bytes.HasPrefix(text, []byte("age-encryption.org/v1\n")) || bytes.Contains(text, []byte("pixels")) {
			t.Error("the stored package is not encrypted")
		}
	})
}

func TestAnAlteredPackageIsNotShown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keys()
		id := w.decide(900)
		w.run()
		w.open(id)
		other := "another package altogether"
		w.ok(w.files.Put(t.Context(), w.find(id).File, strings.NewReader(other), int64(len(other))))
		if _, err := w.vault.Open(t.Context(), mina, id, "listing.json", minasWords); value.KindOf(err) != value.Conflict {
			t.Errorf("opened: %v", err)
		}
	})
}

func TestHoldsAreRenewedAndLapse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.decide(900)
		other := w.decide(901)
		if id == other {
			t.Error("two decisions share a hold")
		}
		w.run()
		made := w.find(id).Made
		if _, err := w.vault.Extend(t.Context(), mina, id, "short"); value.KindOf(err) != value.Invalid {
			t.Errorf("renewed without a purpose: %v", err)
		}
		until, err := w.vault.Extend(t.Context(), mina, id, "the court asks for it")
		if err != nil || !until.Equal(made.Add(730*24*time.Hour)) {
			t.Errorf("until %v, %v", until, err)
		}
		w.clock.pass(366 * 24 * time.Hour)
		if listing, member := w.held(500, 42); !listing || !member {
			t.Error("a hold that was renewed is over")
		}
		w.clock.pass(365 * 24 * time.Hour)
		if listing, member := w.held(500, 42); listing || member {
			t.Error("still held after its time")
		}
		w.run()
		if w.find(id).State != evidence.Sealed {
			t.Fatal("destroyed within the grace")
		}
		w.clock.pass(31 * 24 * time.Hour)
		w.run()
		if e := w.find(id); e.State != evidence.Released || e.Destroyed.IsZero() || e.Sha256 == "" || len(w.files.keys(t)) != 0 {
			t.Errorf("after the grace: %+v, files %v", e, w.files.keys(t))
		}
	})
}

func TestWhoAskedIsErasedWhenTheLastHoldEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var erased []value.ID
		w.vault.Erase = func(ctx context.Context, account value.ID) error {
			return w.db.Write(ctx, value.SystemActor("test"), "erase", func(tx *db.Tx) error {
				may, err := evidence.MayErase(tx, account)
				if err != nil || !may {
					tx.Log(db.Change{Object: "test", Record: account})
					return err
				}
				tx.After(func() { erased = append(erased, account) })
				return evidence.Erased(tx, account, 1)
			})
		}
		w.keys()
		first, second := w.decide(900), w.decide(901)
		w.run()
		ask := func(account value.ID) {
			w.ok(w.db.Write(t.Context(), value.Actor{Kind: value.Member, ID: account}, "erase", func(tx *db.Tx) error {
				tx.Log(db.Change{Object: "member_erasure", Record: account})
				return evidence.AwaitErasure(tx, account)
			}))
		}
		ask(42)
		ask(42)
		w.release(first)
		w.clock.pass(2 * time.Hour)
		w.run()
		if len(erased) != 0 {
			t.Fatalf("erased %v while another hold lasts", erased)
		}
		w.release(second)
		w.run()
		if len(erased) != 1 || erased[0] != 42 {
			t.Fatalf("two people ended the last hold, erased %v", erased)
		}
		w.clock.pass(2 * time.Hour)
		w.run()
		if len(erased) != 1 {
			t.Errorf("erased again: %v", erased)
		}
		third := w.decide(902) // whoever comes back and is held again
		w.run()
		ask(42)
		w.clock.pass(364 * 24 * time.Hour)
		w.run()
		if len(erased) != 1 {
			t.Errorf("erased a day before the hold ends: %v", erased)
		}
		w.clock.pass(25 * time.Hour)
		w.run()
		if len(erased) != 2 || w.find(third).State != evidence.Sealed {
			t.Errorf("its time ended the hold, erased %v", erased)
		}
	})
}
