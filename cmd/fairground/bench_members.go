package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"fairground/internal/account"
	"fairground/internal/app"
	"fairground/internal/db"
	"fairground/internal/demo"
	"fairground/internal/listing"
	"fairground/internal/message"
	"fairground/internal/site"
	"fairground/internal/value"
)

// members measures what members do: photos, posting, the inbox, and messages that travel as mail. They have a market of
// their own, so that the figures of visitors stay what they were.
func (b *bench) members() error {
	b.row("\nMembers")
	if err := b.photos(); err != nil {
		return err
	}
	return b.throwAway(func(config app.Config) error {
		t := &town{config: config}
		if err := b.populate(t); err != nil {
			return err
		}
		server, err := b.startServer(config, "FAIRGROUND_PROXIES=127.0.0.0/8")
		if err != nil {
			return err
		}
		err = b.live(t, server)
		if err := errors.Join(err, server.stop()); err != nil {
			return err
		}
		return b.relay(t)
	})
}

// live measures what members do at a server.
func (b *bench) live(t *town, server *child) error {
	if err := b.signIn(t, server.address); err != nil {
		return err
	}
	if err := b.inbox(t); err != nil {
		return err
	}
	if err := b.posts(t); err != nil {
		return err
	}
	b.figure("members_mb", server.memory_mb("RssAnon"))
	b.row("  memory of the server               %8.0f MB, of them %.0f MB private", server.memory_mb("VmRSS"), server.memory_mb("RssAnon"))
	return nil
}

// town is a market with members who have written to each other.
type town struct {
	config  app.Config
	buyers  []account.Account
	owners  []account.Account // each of one seller
	offers  []listing.Listing // live
	busiest account.Account   // the owner with most offers
	people  []*person         // buyers who are signed in
}

const (
	townHost     = "bench.example"
	townPassword = "a password of the benchmark"
)

func (b *bench) messageCount() int {
	switch {
	case b.Messages > 0:
		return b.Messages
	case b.Quick:
		return 20_000
	default:
		return 1_000_000
	}
}

// populate makes the market: listings, an owner for each seller, buyers, and what they wrote to each other.
func (b *bench) populate(t *town) error {
	e := *b.environment
	e.config = t.config
	return e.withApp(func(a *app.App) error {
		settings := site.Defaults("Bench", "bench@bench.example")
		settings.Currency = demo.Currency
		settings.PostsPerDay, settings.LivePerMember = 1000, 10_000 // the highest a site can choose
		settings.ReplyDomain = "reply." + townHost
		if _, err := a.Registry.Create(e.ctx, operator, benchSlug, settings, townHost); err != nil {
			return err
		}
		return e.useSite(a, benchSlug, func(ctx context.Context, rooms *app.Rooms) error {
			return b.settle(ctx, rooms, t)
		})
	})
}

func (b *bench) settle(ctx context.Context, rooms *app.Rooms, t *town) error {
	count := b.messageCount()
	seed := demo.Seed{Desk: rooms.Listings, Count: max(200, min(2000, count/50)), Seed: b.Seed}
	if _, err := seed.Plant(ctx); err != nil {
		return err
	}
	if err := t.move(ctx, rooms.Site.DB, max(200, min(2000, count/50))); err != nil {
		return err
	}
	filling := message.Filling{Messages: count, Seed: b.Seed}
	for _, buyer := range t.buyers {
		filling.Buyers = append(filling.Buyers, buyer.ID)
	}
	for _, l := range t.offers {
		filling.Listings = append(filling.Listings, message.Offered{Listing: l.ID, Seller: l.Seller.ID})
	}
	began := time.Now()
	if err := message.Fill(ctx, rooms.Site.DB, filling); err != nil {
		return err
	}
	b.row("  %d messages between %d members, written in %.0f s", count, len(t.buyers)+len(t.owners), time.Since(began).Seconds())
	return b.ready(ctx, rooms)
}

// ready does what a server would do by itself after so many rows, so that it does not do it while it is measured.
func (b *bench) ready(ctx context.Context, rooms *app.Rooms) error {
	for _, reader := range rooms.Readers() {
		if _, err := reader.CatchUp(ctx, rooms.Site.DB); err != nil {
			return err
		}
	}
	if rooms.Site.DB.Engine() != db.Postgres {
		return nil
	}
	return rooms.Site.DB.Maintain(ctx, "analyse", func(tx *db.Tx) error {
		_, err := tx.Exec("analyze")
		return err
	})
}

// move makes the accounts: an owner for everybody who offers something, and buyers.
func (t *town) move(ctx context.Context, d *db.DB, buyers int) error {
	hash, err := account.NewPasswords(1).Hash(ctx, townPassword)
	if err != nil {
		return err
	}
	if err := d.Read(ctx, t.look); err != nil {
		return err
	}
	if err := d.Write(ctx, operator, "bench.owners", func(tx *db.Tx) error { return t.seat(tx, hash) }); err != nil {
		return err
	}
	const portion = 500
	for from := 0; from < buyers; from += portion {
		var made []account.Account
		err := d.Write(ctx, operator, "bench.buyers", func(tx *db.Tx) (err error) {
			made, err = settlers(tx, "buyer", hash, from, min(from+portion, buyers))
			return err
		})
		if err != nil {
			return err
		}
		t.buyers = append(t.buyers, made...)
	}
	return nil
}

// look finds everything that is live.
func (t *town) look(tx *db.Tx) error {
	t.offers = nil
	var before value.ID
	for {
		page, err := listing.List(tx, listing.Filter{Status: listing.Live, Before: before, Limit: 500})
		if err != nil || len(page) == 0 {
			return err
		}
		t.offers = append(t.offers, page...)
		before = page[len(page)-1].ID
	}
}

// seat gives every seller an owner.
func (t *town) seat(tx *db.Tx, hash string) error {
	t.owners = nil
	offered, ownerOf, most := make(map[value.ID]int), make(map[value.ID]account.Account), 0
	for _, l := range t.offers {
		offered[l.Seller.ID]++
		if offered[l.Seller.ID] == 1 {
			made, err := settlers(tx, "owner", hash, len(t.owners), len(t.owners)+1)
			if err != nil {
				return err
			}
			t.owners, ownerOf[l.Seller.ID] = append(t.owners, made...), made[0]
			if err := listing.GiveSeat(tx, listing.Seat{Seller: l.Seller.ID, Account: made[0].ID, Role: listing.Owner}); err != nil {
				return err
			}
		}
		if offered[l.Seller.ID] > most {
			most, t.busiest = offered[l.Seller.ID], ownerOf[l.Seller.ID]
		}
	}
	return nil
}

func settlers(tx *db.Tx, name, hash string, from, to int) (made []account.Account, err error) {
	for i := from; i < to; i++ {
		a, err := account.Create(tx, account.Account{
			Kind: value.Member, Name: fmt.Sprintf("The %s %d", name, i), Email: value.Email(fmt.Sprintf("%s%d@members.example", name, i)),
			Password: hash, Verified: tx.Now(), Locale: "en",
		})
		if err != nil {
			return nil, err
		}
		made = append(made, a)
	}
	return made, nil
}

// person is a member at a browser, in a network of their own, as a server sees it behind a proxy.
type person struct {
	address string // of the server
	network string
	cookie  string
}

// browser does not follow redirects: where one leads is another page.
var browser = &http.Client{
	Transport: &http.Transport{MaxIdleConnsPerHost: 128}, Timeout: time.Minute,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// ask sends a request, reads the answer to its end and fails unless its status is the one wanted.
func (p *person) ask(method, path, kind string, body io.Reader, want int) (*http.Response, error) {
	r, err := http.NewRequest(method, "http://"+p.address+path, body)
	if err != nil {
		return nil, err
	}
	r.Host = townHost
	r.Header.Set("X-Forwarded-For", p.network)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Cookie", p.cookie)
	answer, err := browser.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != want {
		err = fmt.Errorf("%s %s: %s instead of %d: %.2000s", method, path, answer.Status, want, text)
	}
	return answer, err
}

func (p *person) submit(path string, fields url.Values, want int) (*http.Response, error) {
	return p.ask("POST", path, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()), want)
}

// enter signs somebody in by password.
func enter(address string, a account.Account, number int) (*person, error) {
	p := &person{address: address, network: fmt.Sprintf("10.%d.%d.1", number/250, number%250)}
	answer, err := p.submit("/sign-in", url.Values{"email": {string(a.Email)}, "password": {townPassword}}, http.StatusSeeOther)
	if err != nil {
		return nil, err
	}
	for _, cookie := range answer.Cookies() {
		if cookie.Name == "session" {
			p.cookie = cookie.Name + "=" + cookie.Value
			return p, nil
		}
	}
	return nil, value.Errorf(value.Internal, "%s got no session", a.Email)
}

// signIn lets some of the buyers in: so many that none of them posts more often than a member may.
func (b *bench) signIn(t *town, address string) error {
	t.people = nil
	began := time.Now()
	for i, buyer := range t.buyers[:max(30, min(100, b.messageCount()/1000))] {
		p, err := enter(address, buyer, i)
		if err != nil {
			return err
		}
		t.people = append(t.people, p)
	}
	b.row("  signed in by password              %8.0f/s", float64(len(t.people))/time.Since(began).Seconds())
	return nil
}

// together lets so many do something again and again for a while, and returns how often a second it was done and how
// long it took in ms, sorted. What is done while warming up does not count.
func (b *bench) together(askers int, warming, length time.Duration, do func(asker, turn int) error) (perSecond float64, sorted []float64, err error) {
	all := make([][]float64, askers)
	group, ctx := errgroup.WithContext(b.ctx)
	from := time.Now().Add(warming)
	end := from.Add(length)
	for i := range askers {
		group.Go(func() error {
			for turn := 0; ctx.Err() == nil && time.Now().Before(end); turn++ {
				began := time.Now()
				if err := do(i, turn); err != nil {
					return err
				}
				if now := time.Now(); began.After(from) && now.Before(end) {
					all[i] = append(all[i], milliseconds(now.Sub(began)))
				}
			}
			return nil
		})
	}
	err = group.Wait()
	var took []float64
	for _, one := range all {
		took = append(took, one...)
	}
	return float64(len(took)) / length.Seconds(), sortedCopy(took), errors.Join(err, b.ctx.Err())
}

// inbox asks for pages of it, one after the other, each by another member.
func (b *bench) inbox(t *town) error {
	shop, err := enter(t.people[0].address, t.busiest, len(t.people))
	if err != nil {
		return err
	}
	b.row("  %-34s %9s %9s %9s", "one page at a time", "p50 ms", "p95 ms", "p99 ms")
	for _, round := range []struct {
		title, figure, path string
		people              []*person
	}{
		{"inbox", "inbox", "/messages", t.people},
		{"inbox, unread only", "inbox_unread", "/messages?show=unread", t.people},
		{"inbox, a word", "inbox_search", "/messages?q=saturday", t.people},
		{"inbox of the busiest seller", "inbox_busiest", "/messages", []*person{shop}},
	} {
		n := 0
		_, took, err := b.together(1, b.length(time.Second, time.Second/5), b.length(5*time.Second, time.Second), func(int, int) error {
			n++
			_, err := round.people[n%len(round.people)].ask("GET", round.path, "", nil, http.StatusOK)
			return err
		})
		if err != nil {
			return err
		}
		b.row("  %-34s %9.2f %9.2f %9.2f", round.title, percentile(took, .5), percentile(took, .95), percentile(took, .99))
		b.spread(round.figure, took)
	}
	return nil
}

// spread keeps the percentiles of sorted durations.
func (b *bench) spread(figure string, sorted_ms []float64) {
	for name, share := range map[string]float64{"p50": .5, "p95": .95, "p99": .99} {
		b.figure(figure+"_"+name+"_ms", percentile(sorted_ms, share))
	}
}
