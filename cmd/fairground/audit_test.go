package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// inHouse is an installation with SQLite files, which a test can get at as a thief of the disk would.
type inHouse struct {
	*testing.T
	dir string
}

func newHouse(t *testing.T) inHouse {
	t.Helper()
	h := inHouse{t, t.TempDir()}
	h.must("demo", "--listings", "60", "--no-photos")
	return h
}

// run carries out a command of the program.
func (h inHouse) run(args ...string) (string, error) {
	var out bytes.Buffer
	err := run(h.Context(), append([]string{"--data", h.dir, "--unsafe", "--log-level", "error"}, args...), &out, &out)
	if err != nil {
		fmt.Fprintln(&out, explain(err))
	}
	return out.String(), err
}

func (h inHouse) must(args ...string) string {
	h.Helper()
	out, err := h.run(args...)
	if err != nil {
		h.Fatalf("fairground %v: %v\n%s", args, err, out)
	}
	return out
}

// fails runs a command that has to fail and to say something.
func (h inHouse) fails(want string, args ...string) {
	h.Helper()
	out, err := h.run(args...)
	if err == nil || !regexp.MustCompile(want).MatchString(out) {
		h.Errorf("fairground %v: %v; want %q in\n%s", args, err, want, out)
	}
}

// copied is the same installation at another place.
func (h inHouse) copied(t *testing.T) inHouse {
	t.Helper()
	c := inHouse{t, filepath.Join(t.TempDir(), "data")}
	if err := os.CopyFS(c.dir, os.DirFS(h.dir)); err != nil {
		t.Fatal(err)
	}
	return c
}

func (h inHouse) database() string {
	h.Helper()
	found, err := filepath.Glob(filepath.Join(h.dir, "databases", "site_lakeside*"))
	if err != nil || len(found) == 0 {
		h.Fatalf("no database of the site in %s: %v", h.dir, err)
	}
	for _, name := range found {
		if !strings.HasSuffix(name, "-wal") && !strings.HasSuffix(name, "-shm") {
			return name
		}
	}
	return found[0]
}

// tamper changes the site's database behind the program's back.
func (h inHouse) tamper(statements ...string) {
	h.Helper()
	d, err := sql.Open("sqlite", h.database())
	if err != nil {
		h.Fatal(err)
	}
	defer d.Close()
	for _, text := range statements {
		if _, err := d.ExecContext(h.Context(), text); err != nil {
			h.Fatalf("%s: %v", text, err)
		}
	}
}

// Each sort of tampering with a whole site's database fails the command, in plain words.
func TestAuditVerifyFindsEveryTampering(t *testing.T) {
	t.Parallel()
	house := newHouse(t)
	if out := house.must("audit", "verify"); !strings.Contains(out, " 0 problem(s)") {
		t.Fatal(out)
	}
	for name, test := range map[string]struct {
		want       string
		statements []string
	}{
		"a change altered":      {"Change 5 ", []string{"update change set actor = 'staff:9' where seq = 5"}},
		"a time altered":        {"Change 5 ", []string{"update change set at_us = at_us + 1 where seq = 5"}},
		"a change removed":      {"removed .* sealed as 5 is gone", []string{"delete from change where seq = 5"}},
		"a change inserted":     {"6", []string{"update change set seq = -seq where seq > 5", "update change set seq = 1 - seq where seq < 0", "insert into change (seq, id, at_us, actor, action, object, record, diff, salt, digest) select 6, 77, at_us, actor, action, object, record, diff, salt, digest from change where seq = 5"}},
		"two changes swapped":   {"moved", []string{"update change set seq = -1 where seq = 5", "update change set seq = 5 where seq = 9", "update change set seq = 9 where seq = -1"}},
		"a diff swapped":        {"digest .*Change 5 ", []string{"update change set diff = (select diff from change where seq = 9) where seq = 5"}},
		"a salt swapped":        {"digest .*Change 5 ", []string{"update change set salt = (select salt from change where seq = 9) where seq = 5"}},
		"a tile altered":        {"hash", []string{"update audit_tile set hashes = cast(substr(hashes, 33, 32) || substr(hashes, 33) as blob) where level = 0 and number = 0"}},
		"a tile gone":           {"hash", []string{"delete from audit_tile where level = 0 and number = 0"}},
		"a seal altered":        {"signature", []string{"update audit_seal set note = replace(note, 'fairground/lakeside', 'fairground/hillside')"}},
		"the seals gone":        {"seal", []string{"delete from audit_seal"}},
		"the end cut off":       {"truncated", []string{"delete from change where seq > (select max(seq) from change) - 3"}},
		"everything turned off": {"truncated", []string{"delete from change"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := house.copied(t)
			h.tamper(test.statements...)
			h.fails(test.want, "audit", "verify")
			h.fails("does not agree with its seals", "audit", "verify", "--site", "lakeside")
		})
	}
}

// A site's database put back to an earlier day agrees with itself. The provider remembers better, without being asked.
func TestAuditVerifyFindsRollbackAndForkByTheProvider(t *testing.T) {
	t.Parallel()
	house := newHouse(t)
	house.must("audit", "verify")
	earlier, err := os.ReadFile(house.database())
	if err != nil {
		t.Fatal(err)
	}
	house.must("account", "invite", "newcomer@example.org", "--name", "Newcomer", "--role", "viewer")
	if out := house.must("audit", "witness"); !regexp.MustCompile(`^lakeside: \d+ changes sealed, \d+ known before\n$`).MatchString(out) {
		t.Errorf("witness: %s", out)
	}
	house.must("audit", "verify")
	for _, file := range []string{house.database() + "-wal", house.database() + "-shm"} {
		if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(house.database(), earlier, 0o600); err != nil {
		t.Fatal(err)
	}
	house.fails("rollback .*history was rolled back", "audit", "verify")
	house.fails("refused: .*rolled back", "audit", "witness")
	house.fails("alarm .*The provider has known since", "audit", "verify")
	for _, name := range []string{"one", "two", "three"} {
		house.must("account", "invite", name+"@example.org", "--name", "Another", "--role", "viewer")
	}
	house.fails("rollback .*not the one of a remembered checkpoint", "audit", "verify")
	out, err := house.run("audit", "witness")
	if err == nil || !strings.Contains(out, "history was rewritten") {
		t.Errorf("the fork: %v\n%s", err, out)
	}
	for range 2 { // of the rollback and of the fork
		out, _ := house.run("audit", "verify")
		alarm := regexp.MustCompile(`\(alarm (\d+)\)`).FindStringSubmatch(out)
		if alarm == nil {
			t.Fatalf("no alarm stands:\n%s", out)
		}
		house.must("audit", "settle", alarm[1], "--reason", "restored from the backup of Monday", "--forget")
	}
	house.must("audit", "witness")
	house.must("audit", "verify")
}
