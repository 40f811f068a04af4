package evidence_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"fairground/internal/db"
	"fairground/internal/evidence"
	"fairground/internal/value"
)

const purpose = "request 17 of the court"

func TestNobodyOpensAPackageAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keys()
		id := w.decide(900)
		w.run()
		if _, err := w.vault.Open(t.Context(), mina, id, "listing.json", minasWords); value.KindOf(err) != value.Forbidden {
			t.Errorf("opened without asking: %v", err)
		}
		if _, err := w.vault.Propose(t.Context(), mina, id, evidence.Unseal, "because", minasWords); value.KindOf(err) != value.Invalid {
			t.Errorf("proposed without a purpose: %v", err)
		}
		if _, err := w.vault.Propose(t.Context(), mina, id, evidence.Unseal, purpose, "not her passphrase"); value.KindOf(err) != value.Invalid {
			t.Errorf("proposed with a wrong passphrase: %v", err)
		}
		if _, err := w.vault.Propose(t.Context(), petra, id, evidence.Unseal, purpose, petrasWords); value.KindOf(err) != value.Invalid {
			t.Errorf("proposed without a key: %v", err)
		}
		o, err := w.vault.Propose(t.Context(), mina, id, evidence.Unseal, purpose, minasWords)
		w.ok(err)
		if _, err := w.vault.Propose(t.Context(), otto, id, evidence.Unseal, purpose, ottosWords); value.KindOf(err) != value.Invalid {
			t.Errorf("proposed a second time: %v", err)
		}
		if err := w.vault.Confirm(t.Context(), mina, o.ID, minasWords); value.KindOf(err) != value.Forbidden {
			t.Errorf("confirmed her own proposal: %v", err)
		}
		if err := w.vault.Confirm(t.Context(), otto, o.ID, minasWords); value.KindOf(err) != value.Invalid {
			t.Errorf("confirmed with another's passphrase: %v", err)
		}
		if _, err := w.vault.Open(t.Context(), mina, id, "listing.json", minasWords); value.KindOf(err) != value.Forbidden {
			t.Errorf("opened what was only proposed: %v", err)
		}
		w.ok(w.vault.Confirm(t.Context(), otto, o.ID, ottosWords))
		for actor, words := range map[value.Actor]string{mina: minasWords, otto: ottosWords} {
			part, err := w.vault.Open(t.Context(), actor, id, "listing.json", words)
			if err != nil || !strings.Contains(string(part), "Room by the lake") {
				t.Errorf("%v: %s, %v", actor, part, err)
			}
		}
		if _, err := w.vault.Open(t.Context(), petra, id, "listing.json", petrasWords); value.KindOf(err) != value.Forbidden {
			t.Errorf("a third one opened it: %v", err)
		}
		if _, err := w.vault.Open(t.Context(), mina, id, "nothing.json", minasWords); value.KindOf(err) != value.NotFound {
			t.Errorf("a part that is not there: %v", err)
		}
		if n := w.count("select count(*) from evidence_view where evidence = $1 and kind = 'part'", id); n != 3 {
			t.Errorf("%d looks are written down, want 3", n)
		}
		if n := w.count("select count(*) from change where object = 'evidence' and action = 'evidence.view'"); n != 3 {
			t.Errorf("%d looks are in the log, want 3", n)
		}
		w.clock.pass(61 * time.Minute)
		if _, err := w.vault.Open(t.Context(), mina, id, "listing.json", minasWords); value.KindOf(err) != value.Forbidden {
			t.Errorf("opened after its hour: %v", err)
		}
		w.run()
		if n := w.count("select count(*) from evidence_order where granted <> '' or inner_keys <> ''"); n != 0 {
			t.Error("keys of an opening that is over are still there")
		}
	})
}

// The table, not only the code, refuses the same person twice.
func TestTheTableRefusesTheSamePersonTwice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keys()
		id := w.decide(900)
		w.run()
		o, err := w.vault.Propose(t.Context(), mina, id, evidence.Release, purpose, "")
		w.ok(err)
		for _, by := range []value.ID{mina.ID, 0} {
			err = w.db.Maintain(t.Context(), "tamper", func(tx *db.Tx) error {
				_, err := tx.Exec("update evidence_order set confirmed_by = $2, confirmed_us = 1 where id = $1", o.ID, by)
				return err
			})
			if err == nil {
				t.Errorf("the table took %d as the second person", by)
			}
		}
	})
}

// What lies in the database and the site's secret together open nothing: each envelope needs a passphrase, and what is
// in it needs another's.
func TestOneKeyOpensAnEnvelopeWithAnEnvelope(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keys()
		id := w.decide(900)
		w.run()
		keys, envelopes := map[int64]string{}, map[int64]string{}
		w.read(func(tx *db.Tx) error {
			pair := func(into map[int64]string) func(db.Scanner) error {
				return func(row db.Scanner) error {
					var id int64
					var text string
					err := row.Scan(&id, &text)
					into[id] = text
					return err
				}
			}
			if err := db.Each(tx, pair(keys), "select id, locked from evidence_custodian"); err != nil {
				return err
			}
			return db.Each(tx, pair(envelopes), "select custodian, sealed from evidence_envelope where evidence = $1", id)
		})
		if len(envelopes) != 2 || envelopes[0] != "" {
			t.Fatalf("%d envelopes; the site has one: %v", len(envelopes), envelopes[0] != "")
		}
		// By hand, with age alone, as docs/proof.md tells.
		var ids []int64
		for id := range keys {
			ids = append(ids, id)
		}
		passphrases := map[int64]string{min(ids[0], ids[1]): minasWords, max(ids[0], ids[1]): ottosWords}
		first, second := ids[0], ids[1]
		inner := map[string]string{}
		w.ok(json.Unmarshal(decrypt(t, envelopes[first], identity(t, keys[first], passphrases[first])), &inner))
		if _, err := age.Decrypt(armor.NewReader(strings.NewReader(inner[value.ID(second).String()])), identity(t, keys[first], passphrases[first])); err == nil {
			t.Fatal("one key opened both layers")
		}
		packageKey, err := age.ParseX25519Identity(string(decrypt(t, inner[value.ID(second).String()], identity(t, keys[second], passphrases[second]))))
		w.ok(err)
		stored, err := w.files.Open(t.Context(), w.find(id).File)
		w.ok(err)
		defer stored.Close()
		opened, err := age.Decrypt(stored, packageKey)
		w.ok(err)
		if packed, err := io.ReadAll(opened); err != nil || !bytes.Contains(packed, photo) {
			t.Errorf("%d bytes, %v", len(packed), err)
		}
	})
}

func identity(t *testing.T, locked, passphrase string) age.Identity {
	t.Helper()
	by, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	found, err := age.ParseX25519Identity(string(decrypt(t, locked, by)))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func decrypt(t *testing.T, sealed string, by age.Identity) []byte {
	t.Helper()
	opened, err := age.Decrypt(armor.NewReader(strings.NewReader(sealed)), by)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(opened)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestBeforeTwoKeysTheSiteSealsAndTwoPeopleStillDecide(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.decide(900)
		w.run()
		o, err := w.vault.Propose(t.Context(), mina, id, evidence.Unseal, purpose, "")
		w.ok(err)
		if err := w.vault.Confirm(t.Context(), mina, o.ID, ""); value.KindOf(err) != value.Forbidden {
			t.Errorf("confirmed her own proposal: %v", err)
		}
		w.ok(w.vault.Confirm(t.Context(), otto, o.ID, ""))
		if part, err := w.vault.Open(t.Context(), otto, id, "photo/0001.webp", ""); err != nil || !bytes.Equal(part, photo) {
			t.Errorf("%d bytes, %v", len(part), err)
		}
		w.ok(w.vault.Withdraw(t.Context(), mina, o.ID))
		w.keys() // now two people can: the site's own envelope goes
		if n := w.count("select count(*) from evidence_envelope where custodian = 0"); n != 0 {
			t.Fatal("the site can still open it")
		}
		w.open(id)
		if part, err := w.vault.Open(t.Context(), mina, id, "photo/0001.webp", minasWords); err != nil || !bytes.Equal(part, photo) {
			t.Errorf("%d bytes, %v", len(part), err)
		}
	})
}

func TestANewKeyOpensWhatTwoOthersHaveOpened(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keys()
		id := w.decide(900)
		w.run()
		w.ok(w.vault.MakeKey(t.Context(), petra, "Petra", petrasWords))
		if _, err := w.vault.Propose(t.Context(), petra, id, evidence.Unseal, purpose, petrasWords); value.KindOf(err) != value.Invalid {
			t.Errorf("a key opened a package older than itself: %v", err)
		}
		if err := w.vault.EndKey(t.Context(), mina, otto.ID); value.KindOf(err) != value.Conflict {
			t.Errorf("took back a key without which nobody can open: %v", err)
		}
		o := w.open(id)
		w.ok(w.vault.Withdraw(t.Context(), mina, o.ID))
		o, err := w.vault.Propose(t.Context(), petra, id, evidence.Unseal, purpose, petrasWords)
		w.ok(err)
		w.ok(w.vault.Confirm(t.Context(), otto, o.ID, ottosWords))
		if _, err := w.vault.Open(t.Context(), petra, id, "listing.json", petrasWords); err != nil {
			t.Error(err)
		}
		w.ok(w.vault.EndKey(t.Context(), mina, mina.ID))
		if err := w.vault.EndKey(t.Context(), otto, otto.ID); value.KindOf(err) != value.Conflict {
			t.Errorf("the last but one: %v", err)
		}
		if err := w.vault.MakeKey(t.Context(), mina, "Mina", "too short"); value.KindOf(err) != value.Invalid {
			t.Errorf("a short passphrase: %v", err)
		}
	})
}

func TestAHoldEndsByTwo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keys()
		id := w.decide(900)
		w.run()
		file := w.find(id).File
		o, err := w.vault.Propose(t.Context(), mina, id, evidence.Release, "the court has closed the case", "")
		w.ok(err)
		if err := w.vault.Confirm(t.Context(), mina, o.ID, ""); value.KindOf(err) != value.Forbidden {
			t.Errorf("released alone: %v", err)
		}
		w.ok(w.vault.Confirm(t.Context(), otto, o.ID, ""))
		if listing, member := w.held(500, 42); listing || member {
			t.Error("still held")
		}
		w.run()
		if e := w.find(id); e.State != evidence.Released || e.Destroyed.IsZero() || e.File != file || len(w.files.keys(t)) != 0 {
			t.Errorf("%+v, files %v", e, w.files.keys(t))
		}
		if _, err := w.vault.Propose(t.Context(), mina, id, evidence.Unseal, purpose, minasWords); value.KindOf(err) != value.Conflict {
			t.Errorf("opened what is gone: %v", err)
		}
		if _, err := w.vault.Extend(t.Context(), mina, id, purpose); value.KindOf(err) != value.Conflict {
			t.Errorf("renewed what is over: %v", err)
		}
	})
}

func TestAProposalEndsByItsTime(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.keys()
		id := w.decide(900)
		w.run()
		o, err := w.vault.Propose(t.Context(), mina, id, evidence.Unseal, purpose, minasWords)
		w.ok(err)
		w.clock.pass(73 * time.Hour)
		if err := w.vault.Confirm(t.Context(), otto, o.ID, ottosWords); value.KindOf(err) != value.Conflict {
			t.Errorf("confirmed too late: %v", err)
		}
		w.open(id)
	})
}
