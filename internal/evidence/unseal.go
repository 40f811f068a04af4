package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"filippo.io/age"

	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/value"
)

// OrderKind is what two people decide together.
type OrderKind string

// The kinds.
const (
	Unseal  OrderKind = "unseal"
	Release OrderKind = "release"
)

const (
	proposalLasts = 72 * time.Hour
	openingLasts  = time.Hour
	leastPurpose  = 10 // letters
)

// Order is a proposal to open a package or to release its hold, and what came of it.
type Order struct {
	ID          value.ID
	Evidence    value.ID
	Kind        OrderKind
	Purpose     string
	ProposedBy  value.ID // account
	Proposed    time.Time
	ConfirmedBy value.ID // account; 0 until then
	Confirmed   time.Time
	Until       time.Time // of the proposal, then of the opening
	Ended       time.Time

	inner, granted string
}

// Waits reports whether the order waits for another person.
func (o Order) Waits(now time.Time) bool { return o.ConfirmedBy == 0 && o.live(now) }

// Open reports whether the two may look into the package.
func (o Order) Open(now time.Time) bool { return o.Kind == Unseal && o.ConfirmedBy != 0 && o.live(now) }

func (o Order) live(now time.Time) bool { return o.Ended.IsZero() && o.Until.After(now) }

// Between reports whether an account is one of the two.
func (o Order) Between(account value.ID) bool {
	return account != 0 && (o.ProposedBy == account || o.ConfirmedBy == account)
}

// Propose asks for a package to be opened, or for its hold to end, with the purpose. It needs the passphrase of whoever
// proposes when the package is locked by people and is to be opened. Errors stand at the fields purpose and passphrase.
func (v *Vault) Propose(ctx context.Context, actor value.Actor, id value.ID, kind OrderKind, purpose, passphrase string) (Order, error) {
	purpose = strings.TrimSpace(purpose)
	if utf8.RuneCountInString(purpose) < leastPurpose {
		return Order{}, fault("purpose", "evidence.error.purpose", "say in a sentence what this is for")
	}
	o := Order{Evidence: id, Kind: kind, Purpose: purpose, ProposedBy: actor.ID}
	k, err := v.keyring(ctx, actor.ID, id)
	if err != nil {
		return o, err
	}
	if kind == Unseal {
		if k.evidence.State != Sealed {
			return o, value.Errorf(value.Conflict, "this package is %s; only one that is sealed can be opened", k.evidence.State)
		}
		if o.inner, err = k.open(passphrase); err != nil {
			return o, err
		}
	}
	err = v.DB.Write(ctx, actor, "evidence.propose", func(tx *db.Tx) error {
		if err := endOverdue(tx, id, kind); err != nil {
			return err
		}
		o.ID, o.Proposed, o.Until = tx.NewID(), tx.Now(), tx.Now().Add(proposalLasts)
		tx.Log(db.Change{Object: Object, Record: id, Diff: map[string]any{"order": o.ID, "kind": kind, "purpose": purpose}})
		return insertOrder(tx, o)
	})
	return o, err
}

// endOverdue makes room for a new proposal, unless one is under way.
func endOverdue(tx *db.Tx, evidence value.ID, kind OrderKind) error {
	e, err := findEvidence(tx, evidence)
	if err != nil {
		return err
	}
	if e.State == Released {
		return value.Errorf(value.Conflict, "this hold is over")
	}
	last, err := findOpenOrder(tx, evidence, kind)
	switch {
	case value.KindOf(err) == value.NotFound:
		return nil
	case err != nil:
		return err
	case last.live(tx.Now()):
		return fault("purpose", "evidence.error.under_way", "this was proposed already; it waits for another person, or is open")
	}
	return endOrder(tx, last.ID)
}

// Confirm is the second person's yes. It must be another than the one who proposed. Opening lasts an hour; a release
// ends the hold at once.
func (v *Vault) Confirm(ctx context.Context, actor value.Actor, order value.ID, passphrase string) error {
	var o Order
	err := v.DB.Read(ctx, func(tx *db.Tx) (err error) {
		o, err = findOrder(tx, order)
		return err
	})
	if err != nil {
		return err
	}
	if !o.Waits(v.DB.Clock().Now()) {
		return value.Errorf(value.Conflict, "this proposal is over")
	}
	if actor.ID == 0 || o.ProposedBy == actor.ID {
		return &value.Error{Kind: value.Forbidden, Key: "evidence.error.same", Message: "another person has to confirm what you proposed"}
	}
	if o.Kind == Release {
		return v.confirmRelease(ctx, actor, o)
	}
	return v.confirmUnseal(ctx, actor, o, passphrase)
}

func (v *Vault) confirmUnseal(ctx context.Context, actor value.Actor, o Order, passphrase string) error {
	k, err := v.keyring(ctx, actor.ID, o.Evidence)
	if err != nil {
		return err
	}
	key, granted, err := k.second(o, passphrase)
	if err != nil {
		return err
	}
	locked, err := v.envelopes(key, k.living)
	if err != nil {
		return err
	}
	return v.DB.Write(ctx, actor, "evidence.unseal", func(tx *db.Tx) error {
		n, err := confirmOrder(tx, o.ID, actor.ID, granted, tx.Now().Add(openingLasts))
		if err == nil && n == 0 {
			err = value.Errorf(value.Conflict, "this proposal is over")
		}
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: Object, Record: o.Evidence, Diff: map[string]any{"order": o.ID, "kind": Unseal, "confirmed": true}})
		return saveEnvelopes(tx, o.Evidence, locked) // everybody who has a key by now
	})
}

func (v *Vault) confirmRelease(ctx context.Context, actor value.Actor, o Order) error {
	return v.DB.Write(ctx, actor, "evidence.release", func(tx *db.Tx) error {
		n, err := confirmOrder(tx, o.ID, actor.ID, "", tx.Now())
		if err == nil && n == 0 {
			err = value.Errorf(value.Conflict, "this proposal is over")
		}
		if err != nil {
			return err
		}
		return v.release(tx, o.Evidence, map[string]any{"state": Released, "order": o.ID})
	})
}

// release ends a hold and has the package destroyed.
func (v *Vault) release(tx *db.Tx, id value.ID, diff any) error {
	if err := markReleased(tx, id); err != nil {
		return err
	}
	for _, kind := range []OrderKind{Unseal, Release} {
		open, err := findOpenOrder(tx, id, kind)
		if value.KindOf(err) == value.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		if err := endOrder(tx, open.ID); err != nil {
			return err
		}
	}
	tx.Log(db.Change{Object: Object, Record: id, Diff: diff})
	if v.Duties != nil {
		if err := v.Duties.Discharge(tx, holdDuty, Object, id, ""); err != nil {
			return err
		}
	}
	if err := freed(tx, id); err != nil {
		return err
	}
	_, err := job.Enqueue(tx, job.Job{Kind: destroyJob, Key: id.String(), Payload: collecting{id}})
	return err
}

// Withdraw ends a proposal or an opening before its time.
func (v *Vault) Withdraw(ctx context.Context, actor value.Actor, order value.ID) error {
	return v.DB.Write(ctx, actor, "evidence.withdraw", func(tx *db.Tx) error {
		o, err := findOrder(tx, order)
		if err != nil {
			return err
		}
		tx.Log(db.Change{Object: Object, Record: o.Evidence, Diff: map[string]any{"order": o.ID, "withdrawn": true}})
		return endOrder(tx, o.ID)
	})
}

// Open returns one part of a package that is open for the actor, or the whole tar file when the name is empty. The
// look is written down first.
func (v *Vault) Open(ctx context.Context, actor value.Actor, id value.ID, name, passphrase string) ([]byte, error) {
	k, err := v.keyring(ctx, actor.ID, id)
	if err != nil {
		return nil, err
	}
	o := k.order
	if !o.Open(v.DB.Clock().Now()) || !o.Between(actor.ID) {
		return nil, value.Errorf(value.Forbidden, "this package is not open for you; it has to be proposed by one person and confirmed by another")
	}
	key, err := k.granted(o, passphrase)
	if err != nil {
		return nil, err
	}
	kind := "part"
	if name == "" {
		kind = "package"
	}
	if err := v.viewed(ctx, actor, View{Evidence: id, Order: o.ID, Kind: kind, Name: value.Clip(name, 200)}); err != nil {
		return nil, err
	}
	sealed, err := v.stored(ctx, k.evidence)
	if err != nil {
		return nil, fmt.Errorf("evidence.Open(%d): %w", id, err)
	}
	opened, err := age.Decrypt(bytes.NewReader(sealed), key)
	if err != nil {
		return nil, fmt.Errorf("evidence.Open(%d): %w", id, err)
	}
	packed, err := io.ReadAll(opened)
	if err != nil || name == "" {
		return packed, err
	}
	return unpack(packed, name)
}

// View is one look at a preservation.
type View struct {
	ID       value.ID
	Evidence value.ID
	Order    value.ID // under which a package was open; 0 for a look at the manifest
	Actor    string
	Kind     string // manifest, part or package
	Name     string // of the part
	At       time.Time
}

func (v *Vault) viewed(ctx context.Context, actor value.Actor, look View) error {
	return v.DB.Write(ctx, actor, "evidence.view", func(tx *db.Tx) error {
		look.ID, look.Actor, look.At = tx.NewID(), actor.String(), tx.Now()
		diff := map[string]any{"kind": look.Kind}
		if look.Name != "" {
			diff["name"] = look.Name
		}
		tx.Log(db.Change{Object: Object, Record: look.Evidence, Diff: diff})
		return insertView(tx, look)
	})
}

// innerKeys reads the opened envelope of whoever proposed.
func innerKeys(text string) (all map[string]string, err error) {
	err = json.Unmarshal([]byte(text), &all)
	return all, err
}

// fault is an error at a field, with its words in the catalogue.
func fault(field, key, english string) error {
	return &value.Error{Kind: value.Invalid, Field: field, Key: key, Message: english}
}
