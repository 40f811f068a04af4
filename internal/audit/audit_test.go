package audit_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"fairground/internal/audit"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

func newKey(t testing.TB, slug string) audit.Key {
	t.Helper()
	key, err := audit.NewKey(slug, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// write logs n changes in one write; records are numbered from 1 over the whole log.
func write(t testing.TB, d *db.DB, n int) {
	t.Helper()
	var from int64
	err := d.Write(t.Context(), value.SystemActor("test"), "listing.edit", func(tx *db.Tx) (err error) {
		if from, err = db.One(tx, db.Column[int64], "select count(*) from change"); err != nil {
			return err
		}
		for i := range n {
			record := from + int64(i) + 1
			tx.Log(db.Change{Object: "listing", Record: value.ID(record), Diff: map[string]any{"price": []int64{record, record + 10}}})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func seal(t testing.TB, d *db.DB, key audit.Key) {
	t.Helper()
	if _, err := audit.Sealer(key).CatchUp(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// sealed makes a log of 700 changes under three seals: two tiles are full and one is not.
func sealed(t testing.TB, d *db.DB, key audit.Key) {
	t.Helper()
	for _, n := range []int{300, 1, 399} {
		write(t, d, n)
		seal(t, d, key)
	}
}

func checkpointOf(t testing.TB, d *db.DB) string {
	t.Helper()
	var note string
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		note, err = audit.Checkpoint(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return note
}

// tamper runs statements as somebody with access to the database would.
func tamper(t testing.TB, d *db.DB, statements ...string) {
	t.Helper()
	err := d.Maintain(t.Context(), "tamper", func(tx *db.Tx) error {
		for _, text := range statements {
			n, err := tx.Exec(text)
			if err != nil {
				return err
			}
			if n == 0 {
				return fmt.Errorf("%s changed nothing", text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	dbtest.Each(t, []db.Schema{audit.Schema()}, test)
}

func verify(t testing.TB, d *db.DB, key audit.Key, remembered ...string) audit.Report {
	t.Helper()
	report, err := audit.Verify(t.Context(), d, key.Public(), remembered...)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func has(report audit.Report, kind audit.Kind, seq, through int64) bool {
	for _, p := range report.Problems {
		if p.Kind == kind && p.Seq == seq && p.Through == through {
			return true
		}
	}
	return false
}

func TestAnHonestLogVerifies(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		key := newKey(t, "lakeside")
		if report := verify(t, d, key); !report.OK() || report.Sealed != 0 {
			t.Fatalf("empty log: %+v", report)
		}
		sealed(t, d, key)
		old := checkpointOf(t, d)
		write(t, d, 5)
		if err := change.Number(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		report := verify(t, d, key, old)
		if !report.OK() || report.Sealed != 700 || report.Unsealed != 5 || report.Seals != 3 {
			t.Fatalf("%+v", report)
		}
		seal(t, d, key)
		if report := verify(t, d, key, old); !report.OK() || report.Sealed != 705 {
			t.Fatalf("%+v", report)
		}
		if !strings.HasPrefix(old, "fairground/lakeside\n700\n") {
			t.Errorf("checkpoint: %s", old)
		}
	})
}

func TestAnErasedDiffKeepsItsSeal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		key := newKey(t, "lakeside")
		sealed(t, d, key)
		err := d.Write(t.Context(), value.Actor{Kind: value.Staff, ID: 3}, "erase", func(tx *db.Tx) error {
			n, err := change.Erase(tx, "listing", 5)
			if n != 1 {
				t.Errorf("erased %d diffs", n)
			}
			tx.Log(db.Change{Object: "listing", Record: 5})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		seal(t, d, key)
		if report := verify(t, d, key); !report.OK() || report.Erased != 1 || report.Sealed != 701 {
			t.Errorf("%+v", report)
		}
	})
}

// tampering is what somebody with access to the database may try, and what must be found.
var tampering = []struct {
	name         string
	statements   []string
	kind         audit.Kind
	seq, through int64
}{
	{"another author", []string{"update change set actor = 'staff:9' where seq = 5"}, audit.Altered, 5, 5},
	{"another action", []string{"update change set action = 'listing.view' where seq = 256"}, audit.Altered, 256, 256},
	{"another object", []string{"update change set object = 'person' where seq = 257"}, audit.Altered, 257, 257},
	{"another record", []string{"update change set record = 1 where seq = 700"}, audit.Altered, 700, 700},
	{"another time", []string{"update change set at_us = at_us + 1 where seq = 1"}, audit.Altered, 1, 1},
	{"another id", []string{"update change set id = 1 where seq = 300"}, audit.Altered, 300, 300},
	{"another digest", []string{"update change set digest = salt where seq = 301"}, audit.Altered, 301, 301},
	{"another diff", []string{`update change set diff = '{"price":[5,1]}' where seq = 5`}, audit.Digest, 5, 5},
	{"another salt", []string{"update change set salt = digest where seq = 5"}, audit.Digest, 5, 5},
	{"diff without salt", []string{"update change set salt = null where seq = 5"}, audit.Digest, 5, 5},
	{"salt without diff", []string{"update change set diff = null where seq = 5"}, audit.Digest, 5, 5},
	{"diff of an unsealed change", []string{"update change set diff = '1' where seq = 702"}, audit.Digest, 702, 702},
	{"removed", []string{"delete from change where seq = 5"}, audit.Removed, 5, 5},
	{"unsealed removed", []string{"delete from change where seq = 702"}, audit.Removed, 702, 702},
	{"end removed", []string{"delete from change where seq > 650"}, audit.Truncated, 651, 700},
	{"removed and closed up", []string{"delete from change where seq = 5", "update change set seq = -seq where seq > 5",
		"update change set seq = -seq - 1 where seq < 0"}, audit.Removed, 5, 5},
	{"inserted", []string{"update change set seq = -seq where seq > 5", "update change set seq = -seq + 1 where seq < 0", insertSixth}, audit.Inserted, 6, 6},
	{"swapped", []string{"update change set seq = -1 where seq = 5", "update change set seq = 5 where seq = 300",
		"update change set seq = 300 where seq = -1"}, audit.Moved, 5, 5},
	{"stored hashes gone", []string{"delete from audit_tile where level = 0 and number = 1"}, audit.Hash, 257, 512},
	{"upper hashes gone", []string{"delete from audit_tile where level = 1"}, audit.Hash, 1, 700},
	{"newest seals removed", []string{"delete from audit_seal where size > 300"}, audit.Seal, 301, 700},
	{"all seals removed", []string{"delete from audit_seal"}, audit.Seal, 1, 700},
	{"seal of another size", []string{"update audit_seal set size = 699 where size = 700"}, audit.Seal, 0, 0},
	{"seal signed wrongly", []string{"update audit_seal set note = replace(note, '700', '699') where size = 700"}, audit.Signature, 0, 0},
}

const insertSixth = `insert into change (seq, id, at_us, actor, action, object, record, diff, salt, digest)
	select 6, 77, at_us, actor, action, object, record, diff, salt, digest from change where seq = 5`

func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, first *db.DB) {
		key := newKey(t, "lakeside")
		sealed(t, first, key)
		write(t, first, 4)
		if err := change.Number(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		for _, test := range tampering {
			t.Run(test.name, func(t *testing.T) {
				undo := errUndo{}
				// Tampered inside a write that is undone afterwards, so that one log serves all cases.
				err := first.Maintain(t.Context(), "tamper", func(tx *db.Tx) error {
					for _, text := range test.statements {
						if n, err := tx.Exec(text); err != nil || n == 0 {
							return fmt.Errorf("%s: %d rows, %w", text, n, err)
						}
					}
					report, err := audit.VerifyInside(tx, key.Public())
					if err != nil {
						return err
					}
					if !has(report, test.kind, test.seq, test.through) {
						t.Errorf("want %s %d to %d, found %+v", test.kind, test.seq, test.through, report.Problems)
					}
					return undo
				})
				if err == nil || !strings.Contains(err.Error(), undo.Error()) {
					t.Error(err)
				}
			})
		}
		if report := verify(t, first, key); !report.OK() {
			t.Errorf("after all was undone: %+v", report.Problems)
		}
	})
}

type errUndo struct{}

func (errUndo) Error() string { return "undo this" }

// Whoever alters a change and recomputes its stored hash is betrayed by the seals, which say between which sizes.
func TestRecomputedHashIsFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		key := newKey(t, "lakeside")
		sealed(t, d, key)
		tamper(t, d, "update change set actor = 'staff:9' where seq = 301")
		audit.RecomputeLeaf(t, d, 301)
		report := verify(t, d, key)
		if !has(report, audit.Seal, 301, 301) {
			t.Errorf("%+v", report.Problems)
		}
	})
}

func TestAlteredStoredHashIsFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		key := newKey(t, "lakeside")
		sealed(t, d, key)
		audit.BreakLeaf(t, d, 300)
		report := verify(t, d, key)
		if !has(report, audit.Hash, 300, 300) || len(report.Problems) != 1 {
			t.Errorf("%+v", report.Problems)
		}
		if _, err := audit.Proof(t.Context(), d, 299); value.KindOf(err) != value.Conflict {
			t.Errorf("a proof over broken hashes: %v", err)
		}
	})
}

// Rows, hashes and seals put back to an earlier day agree with each other; a remembered checkpoint does not.
func TestRollbackIsFoundByARememberedCheckpoint(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		key := newKey(t, "lakeside")
		sealed(t, d, key)
		remembered := checkpointOf(t, d)
		tamper(t, d, "delete from change where seq > 300", "delete from audit_seal where size > 300",
			"delete from audit_tile where level = 0 and number = 2",
			"update audit_tile set hashes = substr(hashes, 1, 44 * 32) where level = 0 and number = 1",
			"update audit_tile set hashes = substr(hashes, 1, 32) where level = 1 and number = 0")
		if report := verify(t, d, key); !report.OK() {
			t.Fatalf("the earlier day does not agree with itself: %+v", report.Problems)
		}
		if report := verify(t, d, key, remembered); !has(report, audit.Rollback, 301, 700) {
			t.Errorf("rolled back: %+v", report.Problems)
		}
		tamper(t, d, "update change_reader set seq = 300 where name = 'audit'")
		write(t, d, 500)
		seal(t, d, key)
		if report := verify(t, d, key, remembered); !has(report, audit.Rollback, 301, 700) {
			t.Errorf("forked: %+v", report.Problems)
		}
		if _, _, err := audit.Consistency(t.Context(), d, remembered, key.Public()); err != nil {
			t.Fatal(err)
		}
		newest, path, _ := audit.Consistency(t.Context(), d, remembered, key.Public())
		if err := audit.CheckConsistency(remembered, newest, path, key.Public()); value.KindOf(err) != value.Invalid {
			t.Errorf("a fork passed for a continuation: %v", err)
		}
	})
}

func TestConsistencyOfAGrowingLog(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		key := newKey(t, "lakeside")
		sealed(t, d, key)
		older := checkpointOf(t, d)
		write(t, d, 333)
		seal(t, d, key)
		newest, path, err := audit.Consistency(t.Context(), d, older, key.Public())
		if err != nil {
			t.Fatal(err)
		}
		if err := audit.CheckConsistency(older, newest, path, key.Public()); err != nil {
			t.Error(err)
		}
		if err := audit.CheckConsistency(newest, older, path, key.Public()); err == nil {
			t.Error("a log that shrank passed")
		}
	})
}

func TestSealerRefusesToSealOverDamage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		key := newKey(t, "lakeside")
		sealed(t, d, key)
		write(t, d, 3)
		if err := change.Number(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		tamper(t, d, "delete from change where seq = 701")
		if _, err := audit.Sealer(key).CatchUp(t.Context(), d); err == nil || !strings.Contains(err.Error(), "701 is missing") {
			t.Errorf("sealed over a gap: %v", err)
		}
		audit.BreakLeaf(t, d, 700)
		if _, err := audit.Sealer(key).CatchUp(t.Context(), d); err == nil || !strings.Contains(err.Error(), "do not fit the seal") {
			t.Errorf("sealed over broken hashes: %v", err)
		}
	})
}

func TestRewoundSealerSealsNothingTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		key := newKey(t, "lakeside")
		sealed(t, d, key)
		if err := d.Maintain(t.Context(), "rewind", audit.Sealer(key).Rewind); err != nil {
			t.Fatal(err)
		}
		write(t, d, 2)
		seal(t, d, key)
		if report := verify(t, d, key); !report.OK() || report.Sealed != 702 {
			t.Errorf("%+v", report)
		}
	})
}

func TestAnotherSitesKeyDoesNotVerify(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		sealed(t, d, newKey(t, "lakeside"))
		report := verify(t, d, newKey(t, "hillside"))
		if !has(report, audit.Signature, 0, 0) || report.Sealed != 0 {
			t.Errorf("%+v", report)
		}
	})
}

func TestKeyNeedsAWholeSeed(t *testing.T) {
	t.Parallel()
	if _, err := audit.NewKey("lakeside", make([]byte, 16)); err == nil {
		t.Error("a short seed made a key")
	}
}
