package app

import (
	"context"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"fairground/internal/appeal"
	"fairground/internal/audit"
	"fairground/internal/automation"
	"fairground/internal/bank"
	"fairground/internal/change"
	"fairground/internal/console"
	"fairground/internal/crm"
	"fairground/internal/db"
	"fairground/internal/evidence"
	"fairground/internal/job"
	"fairground/internal/legal"
	"fairground/internal/listing"
	"fairground/internal/media"
	"fairground/internal/moderation"
	"fairground/internal/network"
	"fairground/internal/profile"
	"fairground/internal/reach"
	"fairground/internal/record"
	"fairground/internal/safety"
	"fairground/internal/search"
	"fairground/internal/search/live"
	"fairground/internal/site"
	"fairground/internal/trade"
	"fairground/internal/transfer"
	"fairground/internal/value"
)

// Rooms is what one open site consists of.
type Rooms struct {
	Site       *site.Site
	Gate       *safety.Gate
	Records    *record.Store
	Listings   *listing.Desk
	Suggester  *listing.Suggester
	Profiles   *profile.Desk
	Trades     *trade.Desk
	Reach      *reach.Desk
	Index      *live.Index      // what answers searches
	Database   *search.Database // what answers while memory does not
	Moderation *moderation.Desk
	Vault      *evidence.Vault
	Statements *legal.Statements
	Takedowns  takedowns
	Banks      *bank.Desk
	Appeals    *appeal.Desk
	Networks   *network.Desk
	Memory     *memory
	Automation *automation.Desk
	Transfer   *transfer.Desk
	Photos     *media.Photos
	Blobs      media.Blobs
	SealKey    audit.Key
	Codes      audit.Codes
	Sealer     *change.Reader
	Jobs       *job.Worker
	Calls      *job.Worker // webhooks, which may wait long for an answer
	Loads      *job.Worker // imports and exports, which may take minutes

	followers []*change.Reader // of rooms that serve all sites
}

// countsAge is how old the counts beside filters may be on a busy site; what is listed is never old.
const countsAge = 3 * time.Second

// Rooms returns the rooms of an open site.
func (a *App) Rooms(s *site.Site) *Rooms { return site.Part(s, a.openRooms) }

func (a *App) openRooms(s *site.Site) *Rooms {
	gate, err := safety.NewGate(s.Key("clearance"), s.DB.IDs(), a.rules)
	if err != nil {
		panic(err) // the rules were compiled and the key made when the program started
	}
	key, err := audit.NewKey(s.Slug, s.Key("audit"))
	if err != nil {
		panic(err) // the secret's length was checked when the site opened
	}
	blobs := scoped{a.blobs, s.Slug + "/"}
	photos := media.NewPhotos(blobs, a.decoders)
	desk := &listing.Desk{DB: s.DB, Gate: gate, Trees: listing.NewTrees(s.DB), Limits: limitsOf(s), Teller: a.member, Guests: guestsOf{a}}
	profiles := &profile.Desk{DB: s.DB, Gate: gate, Sellers: sellers{}, Answers: answers, Alerts: a.member}
	trades := &trade.Desk{DB: s.DB, Gate: gate, Tell: a.member, Neighbours: traded(a)}
	zone := func() *time.Location { return s.Settings().Location() }
	views := &reach.Desk{DB: s.DB, Listings: counted{}, Counter: reach.NewCounter(zone), Zone: zone}
	database, index := a.openIndex(s, listing.Documents{Gate: gate})
	records := openRecords(s)
	flows := a.automation(s, records)
	carrier := &transfer.Desk{DB: s.DB, Records: records, Files: blobs, Asker: colleagues{}.Asker}
	sealer := audit.Sealer(key)
	vault := a.vault(s, collector{s.DB, blobs, photos}, func(ctx context.Context) error {
		_, err := sealer.CatchUp(ctx, s.DB)
		return err
	})
	statements := a.statements(s)
	banks := bank.New(bank.Config{DB: s.DB, Seal: sealed{vault}, Rescreen: rescreen(desk), Blobs: blobs})
	desk.Images = images{photos, banks}
	networks := a.networks(s, desk, photos)
	memory := a.remember(s, gate, banks, networks)
	known := images{photos, banks}
	decisions := a.decisions(s, desk, profiles, trades, stated{statements, known}, vault)
	takedowns := takedowns{db: s.DB, images: known, desk: decisions, letters: a.lettersIn}
	return &Rooms{
		Site: s, Gate: gate, Records: records, Listings: desk, Blobs: blobs,
		Photos: photos, Index: index, Database: database,
		Suggester: listing.NewSuggester(index, desk.Trees),
		Profiles:  profiles, Trades: trades, Reach: views,
		Moderation: decisions, Vault: vault, Statements: statements, Takedowns: takedowns, Banks: banks, Memory: memory, Appeals: a.appeals(s, decisions), Networks: networks,
		SealKey: key, Codes: codesOf(s),
		Sealer:     sealer,
		Automation: flows, Transfer: carrier,
		Jobs:      job.NewWorker(s.DB, 4, slices.Concat(a.jobs(s), flows.Jobs(), a.memberJobs(s, desk, trades), []job.Handler{a.watch(s).Handler(), a.witnessJob(s, key), lift(s), tidySafety(s), takedowns.job()}, vault.Jobs())...),
		Calls:     job.NewWorker(s.DB, 2, append(a.calls(s), statements.Handler())...),
		Loads:     job.NewWorker(s.DB, 1, slices.Concat(carrier.Jobs(), banks.Jobs(), memory.book.Jobs())...),
		followers: append(a.api.Readers(s), crm.Sellers(records, sellersFor), a.follow.Reader(s), a.saved.Reader(s), trades.Reader(), views.Reader(), decisions.Reader(), known.portraitReader()),
	}
}

// decided carries decisions of staff out on listings.
type decided struct{ desk *listing.Desk }

// Release keeps the review and screens again, which clears the listing unless something final stands against it. What is on
// the market and restricted is restricted no more.
func (d decided) Release(tx *db.Tx, record value.ID, reason string) (bool, error) {
	l, err := listing.Find(tx, record)
	if err != nil {
		return false, err
	}
	if !l.Restricted.IsZero() && (l.Status == listing.Live || l.Status == listing.Paused) {
		return true, d.desk.LiftIn(tx, record)
	}
	if l.Status != listing.Held && l.Status != listing.Challenged {
		return false, value.Errorf(value.Conflict, "this listing is %s; only what is held can be published", l.Status)
	}
	if _, err := safety.RecordReview(tx, listing.Object, record, l.Content.Hash(), reason); err != nil {
		return false, err
	}
	l, _, err = d.desk.ScreenIn(tx, record)
	return l.ClearedBy() != 0, err // one that is scheduled is cleared and not live yet
}

// Refuse takes a listing out of the queue or off the market.
func (d decided) Refuse(tx *db.Tx, record value.ID, removed bool, reason string) error {
	status := listing.Rejected
	if removed {
		status = listing.Removed
		if l, err := listing.Find(tx, record); err != nil || l.Status == status {
			return err
		}
	}
	return d.desk.EndIn(tx, record, status, reason)
}

// scoped keeps the files of one site apart from those of the others (promise 7).
type scoped struct {
	all    media.Blobs
	prefix string
}

func (s scoped) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	return s.all.Put(ctx, s.prefix+key, r, size)
}

func (s scoped) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	return s.all.Open(ctx, s.prefix+key)
}

func (s scoped) Delete(ctx context.Context, key string) error {
	return s.all.Delete(ctx, s.prefix+key)
}

func (s scoped) Keys(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for key, err := range s.all.Keys(ctx, s.prefix+prefix) {
			if !yield(strings.TrimPrefix(key, s.prefix), err) {
				return
			}
		}
	}
}

// heldTexts are the profiles and reviews that wait for a look, and the refused reviews whose authors appealed.
func heldTexts(tx *db.Tx, limit int) ([]console.HeldText, error) {
	profiles, err := profile.Waiting(tx, limit)
	if err != nil {
		return nil, err
	}
	var all []console.HeldText
	for _, p := range profiles {
		all = append(all, console.HeldText{
			Object: profile.Object, Record: p.Seller, Title: p.Pending.Name, Text: strings.Join(p.Pending.Said(), "\n"), Photo: portrait(p.Pending.Photo),
			Stamp: p.Pending.Hash().String(), Href: sellerHref(p.Seller), Since: p.PendingAt,
		})
	}
	for _, find := range []func(*db.Tx, int) ([]trade.Review, error){trade.AppealedReviews, trade.HeldReviews} {
		reviews, err := find(tx, limit)
		if err != nil {
			return nil, err
		}
		for _, r := range reviews {
			all = append(all, heldReview(r))
		}
	}
	return all, nil
}

func heldReview(r trade.Review) console.HeldText {
	h := console.HeldText{
		Object: trade.ReviewObject, Record: r.ID, Title: strings.Repeat("★", r.Stars), Text: r.Body,
		Stamp: r.Hash().String(), Since: r.Changed,
	}
	if r.Appeal != "" {
		h.Appeal, h.Refused, h.Since = r.Appeal, r.Reason, r.Appealed
	}
	return h
}

// portrait is the address of the smallest size of a profile's photo, empty for none.
func portrait(p profile.Photo) string {
	sizes := media.SizesOf(p.Sha256, p.Width, p.Height)
	if p.IsZero() || len(sizes) == 0 {
		return ""
	}
	return media.Path + sizes[0].Key
}
