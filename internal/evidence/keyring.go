package evidence

import (
	"context"
	"strings"
	"unicode/utf8"

	"filippo.io/age"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/value"
)

const (
	leastPassphrase = 12 // letters
	mostPassphrase  = 200
	defaultEffort   = 15
)

// keyring is what one person needs to open one package.
type keyring struct {
	vault    *Vault
	evidence Evidence
	order    Order     // that is open or waits; zero without one
	own      custodian // zero without a key
	holders  []value.ID
	envelope string // the person's own, or the site's
	living   []custodian
}

func (v *Vault) keyring(ctx context.Context, account, evidence value.ID) (keyring, error) {
	k := keyring{vault: v}
	err := v.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if k.evidence, err = findEvidence(tx, evidence); err != nil {
			return err
		}
		if k.order, err = findOpenOrder(tx, evidence, Unseal); err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		if k.own, err = findCustodian(tx, account); err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		if k.holders, err = findHolders(tx, evidence); err != nil {
			return err
		}
		if k.living, err = findCustodians(tx); err != nil {
			return err
		}
		mine := k.own.ID
		if k.bySite() {
			mine = 0
		}
		if k.envelope, err = findEnvelope(tx, evidence, mine); value.KindOf(err) == value.NotFound {
			err = nil
		}
		return err
	})
	return k, err
}

// bySite reports whether the site's secret alone locks the package.
func (k keyring) bySite() bool { return len(k.holders) == 1 && k.holders[0] == 0 }

// open returns what the person's own envelope holds; nothing when the site's secret locks the package.
func (k keyring) open(passphrase string) (string, error) {
	if k.bySite() {
		return "", nil
	}
	own, err := k.identity(passphrase)
	if err != nil {
		return "", err
	}
	if k.envelope == "" {
		return "", fault("passphrase", "evidence.error.no_envelope", "your key is newer than this package; two others have to open it once")
	}
	inner, err := decryptText(k.envelope, own)
	return string(inner), err
}

// second opens the package's key for the one who confirms, and locks it again for the two.
func (k keyring) second(o Order, passphrase string) (key *age.X25519Identity, granted string, err error) {
	if o.inner == "" {
		if key, err = k.vault.unlockForSite(k.envelope); err == nil {
			granted, err = k.vault.lockForSite(key)
		}
		return key, granted, err
	}
	own, err := k.identity(passphrase)
	if err != nil {
		return nil, "", err
	}
	inner, err := innerKeys(o.inner)
	if err != nil {
		return nil, "", err
	}
	mine, ok := inner[k.own.ID.String()]
	if !ok {
		return nil, "", fault("passphrase", "evidence.error.no_envelope", "your key is newer than this package; two others have to open it once")
	}
	text, err := decryptText(mine, own)
	if err != nil {
		return nil, "", err
	}
	if key, err = age.ParseX25519Identity(string(text)); err != nil {
		return nil, "", err
	}
	recipients := []string{k.own.Recipient}
	for _, c := range k.living {
		if c.Account == o.ProposedBy {
			recipients = append(recipients, c.Recipient)
		}
	}
	granted, err = lockTo([]byte(key.String()), recipients...)
	return key, granted, err
}

// granted opens the package's key for one of the two, while the opening lasts.
func (k keyring) granted(o Order, passphrase string) (*age.X25519Identity, error) {
	if !strings.Contains(o.granted, "AGE") {
		return nil, value.Errorf(value.Conflict, "this opening is over")
	}
	if key, err := k.vault.unlockForSite(o.granted); err == nil {
		return key, nil
	}
	own, err := k.identity(passphrase)
	if err != nil {
		return nil, err
	}
	text, err := decryptText(o.granted, own)
	if err != nil {
		return nil, value.Errorf(value.Conflict, "your key was made after this package was opened; propose it again").Because(err)
	}
	return age.ParseX25519Identity(string(text))
}

// identity opens the person's own key.
func (k keyring) identity(passphrase string) (*age.X25519Identity, error) {
	if k.own.ID == 0 {
		return nil, fault("passphrase", "evidence.error.no_key", "make your own key first, under Keys")
	}
	text, err := unlockWithPassphrase(k.own.Locked, passphrase)
	if err != nil {
		return nil, fault("passphrase", "evidence.error.passphrase", "this is not the passphrase of your key")
	}
	return age.ParseX25519Identity(string(text))
}

// MakeKey makes the key of a member of staff, or a new one in place of the old. The passphrase is stored nowhere.
// Packages sealed before stay closed for a new key until two others have opened them; so an old key is replaced only if
// others remain who can.
func (v *Vault) MakeKey(ctx context.Context, actor value.Actor, name, passphrase string) error {
	switch n := utf8.RuneCountInString(passphrase); {
	case actor.ID == 0:
		return value.Errorf(value.Forbidden, "only a person can have a key")
	case n < leastPassphrase || n > mostPassphrase:
		return fault("passphrase", "evidence.error.short", "use at least 12 letters, best four words that nobody would guess")
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	effort := v.Effort
	if effort == 0 {
		effort = defaultEffort
	}
	locked, err := lockWithPassphrase([]byte(identity.String()), passphrase, effort)
	if err != nil {
		return err
	}
	c := custodian{Account: actor.ID, Name: name, Recipient: identity.Recipient().String(), Locked: locked}
	return v.DB.Write(ctx, actor, "evidence.key", func(tx *db.Tx) error {
		if err := retire(tx, actor.ID); err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		c.ID, c.Made = tx.NewID(), tx.Now()
		if err := insertCustodian(tx, c); err != nil {
			return err
		}
		tx.Log(db.Change{Object: "evidence_key", Record: c.ID, Diff: map[string]any{"account": int64(actor.ID), "recipient": c.Recipient}})
		all, err := findCustodians(tx)
		if err != nil || len(all) < 2 {
			return err
		}
		_, err = job.Enqueue(tx, job.Job{Kind: resealJob, Key: "all"})
		return err
	})
}

// EndKey takes an account's key back. It is refused while packages would be left that nobody could open; NotFound
// without a key.
func (v *Vault) EndKey(ctx context.Context, actor value.Actor, account value.ID) error {
	return v.DB.Write(ctx, actor, "evidence.end_key", func(tx *db.Tx) error { return retire(tx, account) })
}

func retire(tx *db.Tx, account value.ID) error {
	c, err := findCustodian(tx, account)
	if err != nil {
		return err
	}
	stranded, err := countStranded(tx, c.ID)
	if err != nil {
		return err
	}
	if stranded > 0 {
		return &value.Error{Kind: value.Conflict, Field: "passphrase", Key: "evidence.error.stranded",
			Message: "without this key nobody could open some packages; let two others open them first, or end their holds"}
	}
	tx.Log(db.Change{Object: "evidence_key", Record: c.ID, Diff: map[string]any{"ended": true}})
	return endCustodian(tx, c.ID)
}

// runReseal locks for people what only the site's secret locked until now.
func (v *Vault) runReseal(ctx context.Context, _ job.Claim) error {
	var waiting []value.ID
	var all []custodian
	err := v.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if waiting, err = findSiteSealed(tx); err != nil {
			return err
		}
		all, err = findCustodians(tx)
		return err
	})
	if err != nil || len(all) < 2 {
		return err
	}
	for _, id := range waiting {
		if err := v.reseal(ctx, id, all); err != nil {
			return err
		}
	}
	return nil
}

func (v *Vault) reseal(ctx context.Context, id value.ID, all []custodian) error {
	return v.DB.Write(ctx, collector, "evidence.reseal", func(tx *db.Tx) error {
		sealed, err := findEnvelope(tx, id, 0)
		if err != nil {
			return err
		}
		key, err := v.unlockForSite(sealed)
		if err != nil {
			return err
		}
		locked, err := v.envelopes(key, all)
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: Object, Record: id, Diff: map[string]any{"keys": len(locked)}})
		return saveEnvelopes(tx, id, locked)
	})
}
