package app

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"fairground/internal/bank"
	"fairground/internal/db"
	"fairground/internal/evidence"
	"fairground/internal/job"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/moderation"
	"fairground/internal/network"
	"fairground/internal/rulebook"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/value"
)

// memory is what the gate of one site may ask beyond the text, and what keeps it up to date.
type memory struct {
	db     *db.DB
	recent *safety.Recent
	book   *rulebook.Book
	banks  *bank.Desk

	loaded atomic.Bool
	mu     sync.Mutex // held while reading
	looked time.Time
}

// refreshEvery is how old what other processes wrote may be.
const refreshEvery = 500 * time.Millisecond

// remember gives a gate its memory.
func (a *App) remember(s *site.Site, gate *safety.Gate, banks *bank.Desk, networks *network.Desk) *memory {
	m := &memory{db: s.DB, recent: safety.NewRecent(a.clock, safety.MostRecent), banks: banks}
	m.book = rulebook.New(rulebook.Config{DB: s.DB, Gate: gate, Provider: a.pack, Past: past})
	if err := gate.Connect(m.book.Signal()); err != nil {
		panic(err) // the gate is new and has no signal of this name
	}
	gate.Remember(safety.Memory{Sightings: m.recent, Lists: m.book, Labels: m.book, Banks: banks, Networks: networks, Refresh: m.refresh})
	return m
}

// refresh fetches what other processes wrote. While one caller does, others go on with what there is; the first time they
// wait, for nobody must be screened against an empty memory. What cannot be read stays as it was.
func (m *memory) refresh(ctx context.Context) {
	if !m.loaded.Load() {
		m.mu.Lock()
	} else if !m.mu.TryLock() {
		return
	}
	defer m.mu.Unlock()
	now := m.db.Clock().Now()
	if age := now.Sub(m.looked); age >= 0 && age < refreshEvery {
		return
	}
	if err := m.fetch(ctx); err != nil {
		if ctx.Err() == nil {
			slog.Error("what the gate remembers is not up to date", "error", err)
		}
		return
	}
	m.looked = now
}

func (m *memory) fetch(ctx context.Context) error {
	if err := m.book.Fresh(ctx); err != nil {
		return err
	}
	err := m.db.Read(ctx, func(tx *db.Tx) (err error) {
		if !m.loaded.Load() {
			return m.recent.Load(tx)
		}
		_, err = m.recent.Poll(tx)
		return err
	})
	if err == nil {
		m.loaded.Store(true)
	}
	return err
}

// tidySafety forgets, once a day, what was seen and stored for back-tests longer ago than 90 days. One call removes a part
// at most, so that a clock which jumps ahead does not empty everything.
func tidySafety(s *site.Site) job.Handler {
	return job.Handler{Kind: "safety.tidy", Every: 24 * time.Hour, Run: func(ctx context.Context, _ job.Claim) error {
		return s.DB.Maintain(ctx, "safety.tidy", func(tx *db.Tx) error {
			if _, err := safety.Tidy(tx); err != nil {
				return err
			}
			_, err := rulebook.Tidy(tx)
			return err
		})
	}}
}

// past is what rules are tried on and measured by.
var past = rulebook.Past{Decided: decidedSince, Href: linkOf}

const mostPast = 20_000 // decisions that are looked at

// decidedSince are the decisions of people that refused something, or let it through.
func decidedSince(tx *db.Tx, since time.Time) ([]rulebook.Decided, error) {
	made, err := moderation.DecisionsSince(tx, since, mostPast)
	var all []rulebook.Decided
	for _, d := range made {
		refused := d.Outcome == moderation.Reject || d.Outcome == moderation.Remove || d.Outcome == moderation.Restrict
		if !d.Automatic && (refused || d.Outcome == moderation.Publish || d.Outcome == moderation.Keep && d.Measure == moderation.ToKeep) {
			all = append(all, rulebook.Decided{Object: d.Object, Record: d.Record, Refused: refused, At: d.Made})
		}
	}
	return all, err
}

// images gives rules the hashes of photos, and banks the photos that listings show.
type images struct {
	photos *media.Photos
	banks  *bank.Desk
}

// Image returns what is known of a photo without looking at it.
func (i images) Image(ctx context.Context, sha256 string) (safety.Image, error) {
	photo, err := i.photos.Hashed(ctx, sha256)
	return safety.Image{Sha256: sha256, PDQ: photo.Hash, Quality: photo.Quality, Parts: photo.Parts}, err
}

// Note remembers which photos a listing shows and what they match.
func (i images) Note(tx *db.Tx, record value.ID, all []safety.Image) error {
	_, err := i.banks.Note(tx, listing.Object, record, all)
	return err
}

// sealed preserves what shows a photo of a severe bank.
type sealed struct{ vault *evidence.Vault }

// Seal begins to hold the record. There is no decision yet: the hit stands for it.
func (s sealed) Seal(tx *db.Tx, h bank.Hit) error {
	return s.vault.Preserve(tx, h.Object, h.Record, h.ID, evidence.About{Photos: []string{h.Sha256}})
}

// rescreen screens a listing again because a bank learned of one of its photos.
func rescreen(desk *listing.Desk) func(tx *db.Tx, object string, record value.ID) error {
	return func(tx *db.Tx, object string, record value.ID) error {
		if object != listing.Object {
			return nil
		}
		_, _, err := desk.ScreenIn(tx, record)
		if value.KindOf(err) == value.Conflict || value.KindOf(err) == value.NotFound {
			return nil // it was removed meanwhile
		}
		return err
	}
}
