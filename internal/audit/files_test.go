package audit_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fairground/internal/audit"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

func TestTreeIsTlogs(t *testing.T) {
	t.Parallel()
	audit.TreeOf(t, 66_000) // past the second full tile of level 1
}

func TestLeafSaysEverythingButTheDiff(t *testing.T) {
	t.Parallel()
	row := change.Row{
		Seq: 7, ID: 8, At: value.FromMicros(9), Actor: "staff:3", Action: "edit", Object: "listing", Record: 10,
		Diff: "secret", Salt: []byte("salt"), Digest: []byte("digest"),
	}
	got, err := audit.DecodeLeaf(audit.EncodeLeaf(row))
	row.Diff, row.Salt = "", nil
	if err != nil || got.Seq != row.Seq || got.ID != row.ID || !got.At.Equal(row.At) || got.Actor != row.Actor ||
		got.Action != row.Action || got.Object != row.Object || got.Record != row.Record || !bytes.Equal(got.Digest, row.Digest) {
		t.Errorf("%+v, %v", got, err)
	}
	if bytes.Contains(audit.EncodeLeaf(change.Row{Diff: "secret"}), []byte("secret")) {
		t.Error("the leaf shows the diff")
	}
	one := audit.EncodeLeaf(change.Row{Actor: "ab", Action: "c"})
	if other := audit.EncodeLeaf(change.Row{Actor: "a", Action: "bc"}); bytes.Equal(one, other) {
		t.Error("two changes share a leaf")
	}
	long := audit.EncodeLeaf(change.Row{Action: strings.Repeat("x", 70_000)})
	if got, err := audit.DecodeLeaf(long); err != nil || !strings.HasPrefix(got.Action, "sha256:") || len(long) > 1000 {
		t.Errorf("a long action: %d bytes, %v", len(long), err)
	}
}

func FuzzDecodeLeaf(f *testing.F) {
	f.Add(audit.EncodeLeaf(change.Row{Seq: 1, Actor: "visitor", Action: "report", Object: "notice", Digest: []byte{1}}))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, leaf []byte) {
		row, err := audit.DecodeLeaf(leaf)
		if err != nil || strings.Contains(row.Actor+row.Action+row.Object+string(row.Digest), "sha256:") {
			return
		}
		if !bytes.Equal(audit.EncodeLeaf(row), leaf) {
			t.Errorf("%x decodes to what encodes otherwise", leaf)
		}
	})
}

func export(t testing.TB, d *db.DB, key audit.Key) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := audit.Export(t.Context(), d, dir, key); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestExportVerifiesOffline(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		key := newKey(t, "lakeside")
		if _, err := audit.Export(t.Context(), d, t.TempDir(), key); value.KindOf(err) != value.NotFound {
			t.Errorf("exported nothing: %v", err)
		}
		sealed(t, d, key)
		write(t, d, 3)
		dir := export(t, d, key)
		public, err := os.ReadFile(filepath.Join(dir, "key.pub"))
		if err != nil {
			t.Fatal(err)
		}
		report, err := audit.VerifyExport(t.Context(), dir, string(public), checkpointOf(t, d))
		if err != nil || !report.OK() || report.Sealed != 700 || report.Unsealed != 0 {
			t.Fatalf("%+v, %v", report, err)
		}
		seal(t, d, key)
		if _, err := audit.Export(t.Context(), d, dir, key); err != nil {
			t.Fatal(err)
		}
		if report, err := audit.VerifyExport(t.Context(), dir, key.Public()); err != nil || !report.OK() || report.Sealed != 703 {
			t.Errorf("exported again: %+v, %v", report, err)
		}
	})
}

func TestExportRefusesADamagedLog(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		key := newKey(t, "lakeside")
		sealed(t, d, key)
		tamper(t, d, "update change set actor = 'staff:9' where seq = 5")
		if _, err := audit.Export(t.Context(), d, t.TempDir(), key); value.KindOf(err) != value.Conflict {
			t.Errorf("exported: %v", err)
		}
	})
}

func TestTamperedFilesAreFound(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.Cluster(t, db.SQLite), []db.Schema{audit.Schema()})
	key := newKey(t, "lakeside")
	sealed(t, d, key)
	replace := func(old, new string) func([]byte) []byte {
		return func(content []byte) []byte { return bytes.Replace(content, []byte(old), []byte(new), 1) }
	}
	flip := func(content []byte) []byte { content[len(content)-40] ^= 1; return content }
	lines := func(change func(lines [][]byte) [][]byte) func([]byte) []byte {
		return func(content []byte) []byte { return bytes.Join(change(bytes.SplitAfter(content, []byte("\n"))), nil) }
	}
	tests := []struct {
		name, file   string
		change       func([]byte) []byte
		kind         audit.Kind
		seq, through int64
	}{
		{"a change", "changes.ndjson", replace(`"seq":5,`, `"seq":5,"action":"x",`), "", 0, 0}, // the later key counts
		{"an action", "changes.ndjson", replace(`"listing.edit","object":"listing","record":5,`, `"view","object":"listing","record":5,`), audit.Altered, 5, 5},
		{"a diff", "changes.ndjson", replace("[5,15]", "[5,14]"), audit.Digest, 5, 5},
		{"a line gone", "changes.ndjson", lines(func(l [][]byte) [][]byte { return append(l[:4:4], l[5:]...) }), audit.Removed, 5, 5},
		{"a line twice", "changes.ndjson", lines(func(l [][]byte) [][]byte { return append(l[:5:5], l[4:]...) }), audit.Inserted, 5, 5},
		{"the end gone", "changes.ndjson", lines(func(l [][]byte) [][]byte { return l[:600] }), audit.Truncated, 601, 700},
		{"a leaf's hash", "tile/0/001", flip, audit.Hash, 511, 511},
		{"an upper hash", "tile/1/000.p/2", flip, audit.Hash, 1, 700},
		{"a tile gone", "tile/0/002.p/188", nil, audit.Hash, 513, 700},
		{"an entry", "tile/entries/001", flip, audit.Entries, 257, 512},
		{"entries gone", "tile/entries/000", nil, audit.Entries, 1, 256},
		{"a smaller checkpoint", "checkpoint", replace("\n700\n", "\n699\n"), audit.Signature, 0, 0},
		{"a larger checkpoint", "checkpoint", replace("\n700\n", "\n9000000000000000000\n"), audit.Signature, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if _, err := audit.Export(t.Context(), d, dir, key); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, test.file)
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if test.change == nil {
				err = os.Remove(file)
			} else if changed := test.change(bytes.Clone(content)); bytes.Equal(changed, content) {
				t.Fatal("nothing was changed")
			} else {
				err = os.WriteFile(file, changed, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			report, err := audit.VerifyExport(t.Context(), dir, key.Public())
			if err != nil {
				t.Fatal(err)
			}
			if test.kind == "" {
				if !report.OK() {
					t.Errorf("found %+v", report.Problems)
				}
			} else if !has(report, test.kind, test.seq, test.through) {
				t.Errorf("want %s %d to %d, found %+v", test.kind, test.seq, test.through, report.Problems)
			}
		})
	}
}

func TestExportWithoutCheckpointOrChanges(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, dbtest.Cluster(t, db.SQLite), []db.Schema{audit.Schema()})
	key := newKey(t, "lakeside")
	sealed(t, d, key)
	dir := export(t, d, key)
	if err := os.WriteFile(filepath.Join(dir, "changes.ndjson"), []byte("{\"seq\":1}\n{\"seq\":"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := audit.VerifyExport(t.Context(), dir, key.Public()); value.KindOf(err) != value.Invalid {
		t.Errorf("half a line was read: %v", err)
	}
	if _, err := audit.VerifyExport(t.Context(), t.TempDir(), key.Public()); err == nil {
		t.Error("an empty directory verified")
	}
	if _, err := audit.VerifyExport(t.Context(), dir, "not a key"); value.KindOf(err) != value.Invalid {
		t.Errorf("a key that is none: %v", err)
	}
	dir = export(t, d, key)
	if err := os.Remove(filepath.Join(dir, "checkpoint")); err != nil {
		t.Fatal(err)
	}
	report, err := audit.VerifyExport(t.Context(), dir, key.Public(), checkpointOf(t, d))
	if err != nil || !has(report, audit.Rollback, 1, 700) {
		t.Errorf("without its checkpoint: %+v, %v", report.Problems, err)
	}
}

func TestProofs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		key := newKey(t, "lakeside")
		sealed(t, d, key)
		for _, seq := range []int64{1, 2, 256, 257, 512, 513, 699, 700} {
			receipt, err := audit.Proof(t.Context(), d, seq)
			if err != nil {
				t.Fatal(err)
			}
			row, err := audit.CheckProof(receipt, key.Public())
			if err != nil || row.Seq != seq || row.Record != value.ID(seq) || row.Action != "listing.edit" {
				t.Errorf("receipt of %d: %+v, %v", seq, row, err)
			}
			for _, bad := range []string{
				strings.Replace(receipt, "index ", "index 1", 1), strings.Replace(receipt, "extra A", "extra B", 1),
				strings.Replace(receipt, "\n700\n", "\n701\n", 1), receipt[:40], "",
			} {
				if _, err := audit.CheckProof(bad, key.Public()); value.KindOf(err) != value.Invalid {
					t.Errorf("a forged receipt of %d passed: %v\n%s", seq, err, bad)
				}
			}
		}
		for _, seq := range []int64{-1, 0, 701} {
			if _, err := audit.Proof(t.Context(), d, seq); value.KindOf(err) != value.NotFound {
				t.Errorf("proof of %d: %v", seq, err)
			}
		}
	})
}

// The outside check: set FAIRGROUND_FSCK to the program fsck of the Tessera project.
func TestOutsideCheck(t *testing.T) {
	program := os.Getenv("FAIRGROUND_FSCK")
	if program == "" {
		t.Skip("FAIRGROUND_FSCK is not set")
	}
	d := dbtest.Open(t, dbtest.Cluster(t, db.SQLite), []db.Schema{audit.Schema()})
	key := newKey(t, "lakeside")
	sealed(t, d, key)
	for range 66 { // 100,000 with those of sealed
		write(t, d, 1500)
	}
	write(t, d, 300)
	began := time.Now()
	seal(t, d, key)
	t.Logf("sealed 99,300 changes in %v", time.Since(began))
	dir := export(t, d, key)
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	run := func() string {
		command := exec.CommandContext(t.Context(), "timeout", "60", program, "--ui=false", "--N=8", "--storage_url="+server.URL+"/",
			"--public_key="+filepath.Join(dir, "key.pub"), "--origin=fairground/lakeside")
		out, err := command.CombinedOutput()
		t.Logf("%v\n%.600s", err, out)
		return string(out)
	}
	began = time.Now()
	if out := run(); !strings.Contains(out, "Successfully fsck'd") {
		t.Error("the outside check did not verify the export")
	}
	t.Logf("took %v", time.Since(began))
	file := filepath.Join(dir, "tile/entries/001")
	bundle, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bundle[100] ^= 1
	if err := os.WriteFile(file, bundle, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := run(); strings.Contains(out, "Successfully fsck'd") {
		t.Error("the outside check did not see a broken entry")
	}
}

func BenchmarkAudit(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			d := dbtest.Open(b, dbtest.ClusterWith(b, engine, func(c *db.Config) { c.Unsafe = false }), []db.Schema{audit.Schema()})
			key := newKey(b, "lakeside")
			const n = 40_000
			for range n / 2000 {
				write(b, d, 2000)
			}
			if err := change.Number(b.Context(), d); err != nil {
				b.Fatal(err)
			}
			began := time.Now()
			seal(b, d, key)
			sealing := time.Since(began)
			began = time.Now()
			if report := verify(b, d, key); !report.OK() {
				b.Fatal(report.Problems)
			}
			verifying := time.Since(began)
			proofs := int64(0)
			for b.Loop() {
				proofs++
				if _, err := audit.Proof(b.Context(), d, 1+proofs*199%n); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(n/sealing.Seconds(), "appends/s")
			b.ReportMetric(n/verifying.Seconds(), "verified/s")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(proofs), "proof_ms")
		})
	}
}
