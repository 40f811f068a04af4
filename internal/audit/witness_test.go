package audit_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"fairground/internal/audit"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/value"
)

// watched is a site and the provider that watches it.
type watched struct {
	*testing.T
	site, provider *db.DB
	key            audit.Key
	watch          audit.Watch
	told           []audit.Alarm
	clock          *value.FixedClock
}

func eachWatched(t *testing.T, test func(w *watched)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			w := &watched{T: t, key: newKey(t, "lakeside"), clock: &value.FixedClock{At: time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)}}
			cluster := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Clock, c.IDs = w.clock, value.NewIDs(w.clock, 1) })
			w.site = dbtest.Open(t, cluster, []db.Schema{audit.Schema(), job.Schema()})
			w.provider = dbtest.Open(t, cluster, []db.Schema{audit.Schema()})
			w.watch = audit.Watch{
				Provider: w.provider, Log: "lakeside", Site: w.site, Key: w.key, Sealer: audit.Sealer(newKey(t, "provider")),
				Tell: func(_ context.Context, a audit.Alarm) error { w.told = append(w.told, a); return nil },
			}
			test(w)
		})
	}
}

func (w *watched) look() audit.Sighting {
	w.Helper()
	seen, err := w.watch.Look(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return seen
}

func (w *watched) remembered() (note string) {
	w.Helper()
	if err := w.provider.Read(w.Context(), func(tx *db.Tx) (err error) {
		note, err = audit.Remembered(tx, "lakeside")
		return err
	}); err != nil {
		w.Fatal(err)
	}
	return note
}

// entries are what the provider's log says of checkpoints.
func (w *watched) entries() (all []string) {
	w.Helper()
	err := w.provider.Read(w.Context(), func(tx *db.Tx) error {
		rows, err := change.Since(tx, 0, 1000)
		for _, row := range rows {
			all = append(all, row.Action+" "+row.Diff)
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return all
}

// rollBack puts the site's database back to its first 300 changes, in agreement with itself.
func (w *watched) rollBack() {
	w.Helper()
	tamper(w, w.site, "delete from change where seq > 300", "delete from audit_seal where size > 300",
		"delete from audit_tile where level = 0 and number = 2",
		"update audit_tile set hashes = substr(hashes, 1, 44 * 32) where level = 0 and number = 1",
		"update audit_tile set hashes = substr(hashes, 1, 32) where level = 1 and number = 0",
		"update change_reader set seq = 300 where name = 'audit'")
}

func TestTheProviderIsAWitness(t *testing.T) {
	eachWatched(t, func(w *watched) {
		if seen := w.look(); seen.Size != 0 || seen.Alarm != nil {
			w.Fatalf("an empty log: %+v", seen)
		}
		sealed(w, w.site, w.key)
		if seen := w.look(); seen.Size != 700 || seen.Before != 0 || seen.Alarm != nil {
			w.Fatalf("first sight: %+v", seen)
		}
		if seen := w.look(); seen.Size != 700 || seen.Before != 700 || len(w.entries()) != 1 {
			w.Errorf("nothing new: %+v, %v", seen, w.entries())
		}
		write(w, w.site, 333)
		seal(w, w.site, w.key)
		if seen := w.look(); seen.Size != 1033 || seen.Before != 700 || seen.Alarm != nil {
			w.Errorf("grown: %+v", seen)
		}
		if note := w.remembered(); note != checkpointOf(w, w.site) || !strings.Contains(w.entries()[1], `"before":700`) {
			w.Errorf("remembered %s, logged %v", note, w.entries())
		}
		report, err := audit.Verify(w.Context(), w.provider, newKey(w, "provider").Public())
		if err != nil || !report.OK() || report.Sealed != 2 {
			w.Errorf("the provider's own log: %+v, %v", report, err)
		}
	})
}

func TestAWitnessRefusesARollback(t *testing.T) {
	eachWatched(t, func(w *watched) {
		sealed(w, w.site, w.key)
		w.look()
		before := w.remembered()
		w.rollBack()
		seen := w.look()
		if seen.Alarm == nil || seen.Alarm.Kind != audit.RolledBack || !strings.Contains(seen.Alarm.String(), "rolled back") || w.remembered() != before {
			w.Fatalf("%+v", seen)
		}
		if len(w.told) != 1 || !strings.Contains(w.entries()[1], `"refused":"rollback"`) {
			w.Errorf("told %v, logged %v", w.told, w.entries())
		}
		w.look()
		if len(w.told) != 1 || len(w.entries()) != 2 {
			w.Errorf("told %d times, logged %d", len(w.told), len(w.entries()))
		}
		w.clock.At = w.clock.At.Add(25 * time.Hour)
		if seen := w.look(); len(w.told) != 2 || seen.Alarm.Times != 3 {
			w.Errorf("told %d times, %+v", len(w.told), seen.Alarm)
		}
	})
}

func TestAWitnessRefusesAFork(t *testing.T) {
	eachWatched(t, func(w *watched) {
		sealed(w, w.site, w.key)
		w.look()
		before := w.remembered()
		w.rollBack()
		write(w, w.site, 500)
		seal(w, w.site, w.key)
		if report := verify(w, w.site, w.key); !report.OK() || report.Sealed != 800 {
			w.Fatalf("the fork does not agree with itself: %+v", report)
		}
		if seen := w.look(); seen.Alarm == nil || seen.Alarm.Kind != audit.Forked || w.remembered() != before {
			w.Fatalf("%+v", seen)
		}
		var alarms []audit.Alarm
		read := func() error {
			return w.provider.Read(w.Context(), func(tx *db.Tx) (err error) { alarms, err = audit.Alarms(tx); return err })
		}
		if err := read(); err != nil || len(alarms) != 1 {
			w.Fatalf("%v, %v", alarms, err)
		}
		staff := value.Actor{Kind: value.Staff, ID: 3}
		if err := audit.Settle(w.Context(), w.provider, staff, alarms[0].ID, "", true); value.KindOf(err) != value.Invalid {
			w.Errorf("settled without a reason: %v", err)
		}
		if err := audit.Settle(w.Context(), w.provider, staff, alarms[0].ID, "restored from the backup of Monday", true); err != nil {
			w.Fatal(err)
		}
		if err := audit.Settle(w.Context(), w.provider, staff, alarms[0].ID, "again", true); value.KindOf(err) != value.NotFound {
			w.Errorf("settled twice: %v", err)
		}
		if seen := w.look(); seen.Size != 800 || seen.Alarm != nil {
			w.Errorf("after it was settled: %+v", seen)
		}
		if err := read(); err != nil || len(alarms) != 0 {
			w.Errorf("%v, %v", alarms, err)
		}
	})
}

func TestAWitnessRefusesEveryFalseOffer(t *testing.T) {
	eachWatched(t, func(w *watched) {
		sealed(w, w.site, w.key)
		w.look()
		older := w.remembered()
		write(w, w.site, 10)
		seal(w, w.site, w.key)
		newest, path, err := audit.Consistency(w.Context(), w.site, older, w.key.Public())
		if err != nil {
			w.Fatal(err)
		}
		other, err := audit.NewKey("lakeside", bytes.Repeat([]byte{8}, 32))
		if err != nil {
			w.Fatal(err)
		}
		for name, test := range map[string]struct {
			offer audit.Offer
			kind  audit.AlarmKind
		}{
			"another key":       {audit.Offer{Log: "lakeside", PublicKey: other.Public(), Checkpoint: newest, Proof: path}, audit.OtherKey},
			"no proof":          {audit.Offer{Log: "lakeside", PublicKey: w.key.Public(), Checkpoint: newest}, audit.Forked},
			"half a proof":      {audit.Offer{Log: "lakeside", PublicKey: w.key.Public(), Checkpoint: newest, Proof: path[1:]}, audit.Forked},
			"a size raised":     {audit.Offer{Log: "lakeside", PublicKey: w.key.Public(), Checkpoint: strings.Replace(newest, "\n710\n", "\n711\n", 1), Proof: path}, audit.BadlySigned},
			"no seal any more":  {audit.Offer{Log: "lakeside", PublicKey: w.key.Public()}, audit.RolledBack},
			"void, for another": {audit.Offer{Log: "lakeside", PublicKey: w.key.Public(), Checkpoint: newest, Against: "what another process saw"}, ""},
			"void, for nothing": {audit.Offer{Log: "lakeside", PublicKey: w.key.Public(), Checkpoint: newest, Against: audit.Nothing}, ""},
		} {
			seen, err := audit.Witness(w.Context(), w.provider, test.offer)
			if err != nil || (seen.Alarm == nil) != (test.kind == "") || seen.Alarm != nil && seen.Alarm.Kind != test.kind || w.remembered() != older {
				w.Errorf("%s: %+v, %v", name, seen, err)
			}
		}
		if seen, err := audit.Witness(w.Context(), w.provider, audit.Offer{Log: "lakeside", PublicKey: w.key.Public(), Checkpoint: newest, Proof: path}); err != nil || seen.Size != 710 {
			w.Errorf("an honest offer after all: %+v, %v", seen, err)
		}
		if _, err := audit.Witness(w.Context(), w.provider, audit.Offer{Log: "hillside", PublicKey: other.Public(), Checkpoint: newest}); value.KindOf(err) != value.Invalid {
			w.Errorf("a first sight with a wrong signature: %v", err)
		}
	})
}

func TestAnAlarmThatCouldNotBeToldIsToldAgain(t *testing.T) {
	eachWatched(t, func(w *watched) {
		sealed(w, w.site, w.key)
		w.look()
		w.rollBack()
		tell := w.watch.Tell
		w.watch.Tell = func(context.Context, audit.Alarm) error { return errors.New("no mail today") }
		if _, err := w.watch.Look(w.Context()); err == nil {
			w.Error("nobody was told, and nobody learned of that")
		}
		w.watch.Tell = tell
		worker := job.NewWorker(w.site, 1, w.watch.Job())
		if n, err := worker.RunDue(w.Context()); err != nil || n != 1 || len(w.told) != 1 {
			w.Errorf("%d jobs ran, told %d times: %v", n, len(w.told), err)
		}
	})
}

func TestTheProviderIsToldWhateverHappensToTheSite(t *testing.T) {
	eachWatched(t, func(w *watched) {
		sealed(w, w.site, w.key)
		w.look()
		var reported []audit.Alarm
		var standing int
		w.watch.Report = func(tx *db.Tx, a audit.Alarm) error {
			tx.Log(db.Change{Object: "mail", Record: tx.NewID()})
			tx.After(func() { reported = append(reported, a) })
			return nil
		}
		w.watch.Standing = func(_ context.Context, all []audit.Alarm) error { standing = len(all); return nil }
		w.watch.Tell = func(context.Context, audit.Alarm) error { return errors.New("the site's database is read only") }
		w.look()
		w.rollBack()
		for range 3 {
			if _, err := w.watch.Look(w.Context()); err == nil {
				w.Error("the site's people were not told, and nobody learned of that")
			}
		}
		if len(reported) != 1 || reported[0].Kind != audit.RolledBack || standing != 1 {
			w.Errorf("reported %d times, %d stand", len(reported), standing)
		}
		w.clock.At = w.clock.At.Add(24 * time.Hour)
		_, _ = w.watch.Look(w.Context())
		if len(reported) != 2 {
			w.Errorf("a day later reported %d times", len(reported))
		}
		w.clock.At = w.clock.At.AddDate(-1, 0, 0) // a clock that is put back does not silence it
		_, _ = w.watch.Look(w.Context())
		if len(reported) != 3 {
			w.Errorf("with the clock put back reported %d times", len(reported))
		}
		if err := audit.Settle(w.Context(), w.provider, value.SystemActor("test"), reported[0].ID, "restored from the backup", true); err != nil {
			w.Fatal(err)
		}
		w.look()
		if standing != 0 {
			w.Errorf("%d alarms stand after it was settled", standing)
		}
	})
}

func TestWatchersAreNamedAndDropped(t *testing.T) {
	eachWatched(t, func(w *watched) {
		actor := value.SystemActor("command line")
		if err := audit.AddWatcher(w.Context(), w.provider, actor, audit.Watcher{Email: "not an address"}); value.KindOf(err) != value.Invalid {
			w.Errorf("a wrong address: %v", err)
		}
		for _, one := range []audit.Watcher{{Email: "Ops@provider.example"}, {Email: "ops@provider.example", Locale: "de"}, {Email: "b@provider.example"}} {
			if err := audit.AddWatcher(w.Context(), w.provider, actor, one); err != nil {
				w.Fatal(err)
			}
		}
		if err := audit.DropWatcher(w.Context(), w.provider, actor, "b@provider.example"); err != nil {
			w.Error(err)
		}
		if err := audit.DropWatcher(w.Context(), w.provider, actor, "b@provider.example"); value.KindOf(err) != value.NotFound {
			w.Errorf("dropped twice: %v", err)
		}
		var all []audit.Watcher
		if err := w.provider.Read(w.Context(), func(tx *db.Tx) (err error) { all, err = audit.Watchers(tx); return err }); err != nil {
			w.Fatal(err)
		}
		if len(all) != 1 || all[0] != (audit.Watcher{Email: "ops@provider.example", Locale: "de"}) {
			w.Errorf("%+v", all)
		}
	})
}

// A clock that is put back years changes neither the order of changes nor that of seals.
func TestTheTimeOfASealDecidesNothing(t *testing.T) {
	eachWatched(t, func(w *watched) {
		write(w, w.site, 300)
		seal(w, w.site, w.key)
		w.look()
		old := checkpointOf(w, w.site)
		for _, years := range []int{-20, 50, -1} {
			w.clock.At = w.clock.At.AddDate(years, 0, 0)
			write(w, w.site, 100)
			seal(w, w.site, w.key)
			if seen := w.look(); seen.Alarm != nil {
				w.Errorf("%d years on: %+v", years, seen)
			}
		}
		if note := checkpointOf(w, w.site); !strings.HasPrefix(note, "fairground/lakeside\n600\n") {
			w.Errorf("the newest checkpoint is\n%s", note)
		}
		tamper(w, w.site, "update audit_seal set at_us = -at_us")
		if report := verify(w, w.site, w.key, old); !report.OK() || report.Sealed != 600 || report.Seals != 4 {
			w.Errorf("%+v", report)
		}
		if _, err := audit.Proof(w.Context(), w.site, 600); err != nil {
			w.Error(err)
		}
	})
}
