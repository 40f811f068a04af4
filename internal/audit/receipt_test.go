package audit_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"fairground/internal/audit"
	"fairground/internal/db"
	"fairground/internal/value"
)

func TestReceiptsProveARecordsChanges(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		key := newKey(t, "lakeside")
		sealed(t, d, key)
		err := d.Write(t.Context(), value.SystemActor("test"), "moderation.decide", func(tx *db.Tx) error {
			tx.Log(db.Change{Object: "listing", Record: 5, Diff: map[string]string{"status": "removed"}})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		all, err := audit.Receipts(t.Context(), d, "listing", 5)
		if err != nil || all[0].Proof == "" || len(all) > 1 && all[1].Proof != "" {
			t.Fatalf("before it was sealed: %+v, %v", all, err)
		}
		seal(t, d, key)
		if all, err = audit.Receipts(t.Context(), d, "listing", 5); err != nil || len(all) != 2 || all[0].Row.Seq != 5 || all[1].Row.Seq != 701 {
			t.Fatalf("%+v, %v", all, err)
		}
		for _, r := range all {
			row, err := audit.CheckReceipt(r.Proof, key.Public())
			if err != nil || row.Seq != r.Row.Seq || row.Diff != "" {
				t.Errorf("%+v, %v", row, err)
			}
			disclosed, err := r.Disclose()
			if err != nil {
				t.Fatal(err)
			}
			row, err = audit.CheckReceipt("\ufeff"+strings.ReplaceAll(disclosed, "\n", "\r\n"), key.Public())
			if err != nil || row.Diff != r.Row.Diff || row.Diff == "" {
				t.Errorf("disclosed: %+v, %v", row, err)
			}
		}
		if none, err := audit.Receipts(t.Context(), d, "listing", 9999); err != nil || len(none) != 0 {
			t.Errorf("%+v, %v", none, err)
		}
	})
}

// Every line of a receipt, every byte of its leaf, and every field of its content.
func TestForgedReceiptsFail(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		key := newKey(t, "lakeside")
		sealed(t, d, key)
		receipt, err := audit.Proof(t.Context(), d, 300)
		if err != nil {
			t.Fatal(err)
		}
		refused := func(name, text string) {
			t.Helper()
			if row, err := audit.CheckReceipt(text, key.Public()); value.KindOf(err) != value.Invalid {
				t.Errorf("%s: passed as %+v, %v", name, row, err)
			}
		}
		lines := strings.Split(receipt, "\n")
		for i, line := range lines {
			if line == "" && i == len(lines)-1 {
				continue
			}
			gone := append(append([]string{}, lines[:i]...), lines[i+1:]...)
			refused("without line "+line, strings.Join(gone, "\n"))
			for _, at := range []int{0, len(line) / 2, max(0, len(line)-3)} {
				altered := append([]string{}, lines...)
				altered[i] = flipped(line, at)
				refused("altered line "+altered[i], strings.Join(altered, "\n"))
			}
		}
		leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
		if err != nil {
			t.Fatal(err)
		}
		for i := range leaf {
			forged := bytes.Clone(leaf)
			forged[i] ^= 1
			altered := append([]string{}, lines...)
			altered[1] = "extra " + base64.StdEncoding.EncodeToString(forged)
			refused("another leaf", strings.Join(altered, "\n"))
		}
		all, err := audit.Receipts(t.Context(), d, "listing", 300)
		if err != nil {
			t.Fatal(err)
		}
		other, err := audit.Proof(t.Context(), d, 301)
		if err != nil {
			t.Fatal(err)
		}
		good := audit.Disclosure{Receipt: all[0].Proof, Diff: all[0].Row.Diff, Salt: all[0].Row.Salt}
		for name, forged := range map[string]audit.Disclosure{
			"another content": {Receipt: good.Receipt, Diff: strings.Replace(good.Diff, "300", "301", 1), Salt: good.Salt},
			"no content":      {Receipt: good.Receipt, Salt: good.Salt},
			"another salt":    {Receipt: good.Receipt, Diff: good.Diff, Salt: bytes.Repeat([]byte{1}, len(good.Salt))},
			"no salt":         {Receipt: good.Receipt, Diff: good.Diff},
			"another receipt": {Receipt: other, Diff: good.Diff, Salt: good.Salt},
			"no receipt":      {Diff: good.Diff, Salt: good.Salt},
		} {
			text, err := json.Marshal(forged)
			if err != nil {
				t.Fatal(err)
			}
			refused(name, string(text))
		}
		refused("half a file", `{"receipt": "`)
		if _, err := audit.CheckReceipt(receipt, newKey(t, "hillside").Public()); value.KindOf(err) != value.Invalid {
			t.Errorf("passed with another site's key: %v", err)
		}
		if _, err := audit.CheckReceipt(receipt, key.Public()); err != nil {
			t.Errorf("the true one: %v", err)
		}
	})
}

func flipped(line string, at int) string {
	if line == "" {
		return "x"
	}
	b := []byte(line)
	if b[at] == 'A' {
		b[at] = 'B'
	} else {
		b[at] = 'A'
	}
	return string(b)
}

func TestCodesNameOneRecordAndCannotBeGuessed(t *testing.T) {
	t.Parallel()
	codes, err := audit.NewCodes(bytes.Repeat([]byte{3}, 32))
	if err != nil {
		t.Fatal(err)
	}
	code := codes.Of("decision", 42)
	if object, record, err := codes.Open(" " + strings.ToUpper(code) + " "); err != nil || object != "decision" || record != 42 {
		t.Errorf("%s %d, %v", object, record, err)
	}
	for i := range code {
		b := []byte(code)
		if b[i] == 'a' {
			b[i] = 'b'
		} else {
			b[i] = 'a'
		}
		if object, record, err := codes.Open(string(b)); err == nil && (object != "decision" || record != 42) {
			t.Errorf("%s opens %s %d", b, object, record)
		}
	}
	for _, bad := range []string{"", "a", strings.Repeat("a", 400), code[:len(code)-2], code + "aa", "näh"} {
		if _, _, err := codes.Open(bad); value.KindOf(err) != value.NotFound {
			t.Errorf("%q: %v", bad, err)
		}
	}
	others, err := audit.NewCodes(bytes.Repeat([]byte{4}, 32))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := others.Open(code); value.KindOf(err) != value.NotFound {
		t.Errorf("another site's code: %v", err)
	}
	if _, err := audit.NewCodes(nil); err == nil {
		t.Error("codes without a secret")
	}
}

// The served tiles are enough to rebuild the root, and end where the seal ends.
func TestTilesAreServedAsSealed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *db.DB) {
		key := newKey(t, "lakeside")
		sealed(t, d, key)
		tile := func(path string) (hashes []byte, full bool, err error) {
			err = d.Read(t.Context(), func(tx *db.Tx) (err error) {
				hashes, full, err = audit.Tile(tx, path)
				return err
			})
			return hashes, full, err
		}
		for path, hashes := range map[string]int{"0/000": 256, "0/001": 256, "0/002.p/188": 188, "0/002.p/7": 7, "0/000.p/256": -1, "1/000.p/2": 2, "1/000.p/1": 1,
			"0/002": -1, "0/002.p/189": -1, "1/000": -1, "1/000.p/3": -1, "2/000.p/1": -1, "0/003.p/1": -1, "entries/000": -1, "data/000": -1, "0/../0/000": -1,
			"": -1, "63/000": -1, "0/x999/999": -1, "-1/000": -1, "0/x999/x999/x999/x999/999": -1} {
			got, full, err := tile(path)
			if hashes < 0 {
				if value.KindOf(err) != value.NotFound {
					t.Errorf("%s: %d bytes, %v", path, len(got), err)
				}
				continue
			}
			if err != nil || len(got) != hashes*32 || full != (hashes == 256) {
				t.Errorf("%s: %d bytes, full %v, %v", path, len(got), full, err)
			}
		}
		var stored []tlog.Hash
		n := int64(0)
		for _, path := range []string{"0/000", "0/001", "0/002.p/188"} {
			hashes, _, err := tile(path)
			if err != nil {
				t.Fatal(err)
			}
			for at := 0; at < len(hashes); at += 32 {
				var h tlog.Hash
				copy(h[:], hashes[at:])
				more, err := tlog.StoredHashesForRecordHash(n, h, reader(stored))
				if err != nil {
					t.Fatal(err)
				}
				stored, n = append(stored, more...), n+1
			}
		}
		root, err := tlog.TreeHash(700, reader(stored))
		if err != nil || !strings.Contains(checkpointOf(t, d), root.String()) {
			t.Errorf("root %s, %v\n%s", root, err, checkpointOf(t, d))
		}
	})
}

func reader(stored []tlog.Hash) tlog.HashReaderFunc {
	return func(indexes []int64) ([]tlog.Hash, error) {
		all := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			all[i] = stored[index]
		}
		return all, nil
	}
}
