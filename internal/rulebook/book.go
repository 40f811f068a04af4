package rulebook

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"fairground/internal/db"
	"fairground/internal/rulebook/learn"
	"fairground/internal/safety"
)

// Config is what a book needs of one site.
type Config struct {
	DB       *db.DB
	Gate     *safety.Gate
	Provider safety.Pack
	Past     Past // what other rooms remember
}

// Book is the rules of one site as they are in force. It is a safety.Lists and a safety.Labels, and safe for use by
// several goroutines.
type Book struct {
	db       *db.DB
	gate     *safety.Gate
	compiler compiler
	past     Past

	memory  atomic.Pointer[memory]
	learned atomic.Pointer[learn.Model] // nil while it is off
	stale   atomic.Bool

	loading sync.Mutex // held while reading; guards what follows
	seen    revision
	looked  time.Time
	expires time.Time // when the rules must be compiled again because a word ends

	broken atomic.Pointer[[]Broken]
	names  func() []name // that conditions may use
}

// freshness is how old the answer to "did anything change" may be. With the time of one load, a change is in force within
// a second.
const freshness = 500 * time.Millisecond

// New returns the book of a site. Until Load, its lists are empty and only the provider's rules are in force. Whoever
// opens the site connects Signal and gives the book to the gate's memory before Load.
func New(c Config) *Book {
	b := &Book{db: c.DB, gate: c.Gate, compiler: compiler{c.Provider}, past: c.Past.complete()}
	b.memory.Store(&memory{})
	b.broken.Store(&[]Broken{})
	b.seen = revision{-1, -1, -1}
	b.names = sync.OnceValue(b.findNames)
	return b
}

// Fresh looks whether anything changed, at most every half second, and puts it in force. While one caller loads, others
// go on with what there is. On an error what was in force stays so.
func (b *Book) Fresh(ctx context.Context) error {
	if !b.loading.TryLock() {
		return nil
	}
	defer b.loading.Unlock()
	now := b.db.Clock().Now()
	age := now.Sub(b.looked)
	if !b.stale.Load() && age >= 0 && age < freshness { // a clock that was set back counts as old
		return nil
	}
	return b.load(ctx, now)
}

// Load puts in force what the tables say now.
func (b *Book) Load(ctx context.Context) error {
	b.loading.Lock()
	defer b.loading.Unlock()
	return b.load(ctx, b.db.Clock().Now())
}

func (b *Book) load(ctx context.Context, now time.Time) error {
	b.stale.Store(false)
	var at revision
	var found parts
	err := b.db.Read(ctx, func(tx *db.Tx) (err error) {
		if at, err = readRevision(tx); err != nil {
			return err
		}
		if at.entries != b.seen.entries {
			if err := b.recall(tx); err != nil {
				return err
			}
		}
		if at.learned != b.seen.learned {
			if err := b.recallModel(tx); err != nil {
				return err
			}
		}
		if b.mustCompile(at, now) {
			found, err = readParts(tx, now)
		}
		return err
	})
	if err != nil {
		b.stale.Store(true)
		return fmt.Errorf("rulebook.Load: %w", err)
	}
	if b.mustCompile(at, now) {
		if err := b.enforce(found); err != nil {
			b.stale.Store(true)
			return fmt.Errorf("rulebook.Load: %w", err)
		}
	}
	b.seen, b.looked = at, now
	return nil
}

func (b *Book) mustCompile(at revision, now time.Time) bool {
	return at.rules != b.seen.rules || !b.expires.IsZero() && !now.Before(b.expires)
}

func (b *Book) recall(tx *db.Tx) error {
	m, err := readMemory(tx)
	if err == nil {
		b.memory.Store(m)
	}
	return err
}

// enforce puts the parts in force, without those that are broken.
func (b *Book) enforce(p parts) error {
	set, broken, err := b.compiler.compileSound(p.pieces())
	if err != nil {
		return err
	}
	if set.Version() != b.gate.Rules().Version() {
		if err := b.gate.Replace(set); err != nil {
			return err
		}
	}
	b.expires = p.expires
	b.broken.Store(&broken)
	return nil
}

// Broken names what is stored and not in force.
func (b *Book) Broken() []Broken { return *b.broken.Load() }

// recent is how far back decisions and inputs are looked at.
const recent = 90 * 24 * time.Hour
