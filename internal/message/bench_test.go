package message_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/message"
	"fairground/internal/value"
)

var benchMessages = flag.Int("messages", 1_000_000, "how many messages the benchmarks of the inbox write first")

// crowd is a world with many conversations: one in twenty with a big shop.
type crowd struct {
	*world
	buyers []value.ID
}

func newCrowd(b *testing.B, engine db.Engine, messages int) *crowd {
	b.Helper()
	w := newWorld(b, engine)
	c := &crowd{world: w}
	id := w.Site.DB.IDs().Next
	f := message.Filling{Messages: messages, Seed: 7}
	for i := range 20_000 {
		who := id()
		c.buyers = append(c.buyers, who)
		w.market.persons[who] = message.Person{Name: fmt.Sprintf("Member %d", i), Locale: "en", Email: value.Email(fmt.Sprintf("m%d@example.org", i)), Verified: true, SeenMarks: true}
	}
	f.Buyers = c.buyers
	for i := range 20_000 {
		s := w.shop
		if i%20 != 0 {
			s = message.Seller{ID: id(), Name: fmt.Sprintf("Seller %d", i)}
			w.market.seats[s.ID] = []value.ID{c.buyers[i]}
			w.market.sellers[s.ID] = s
		}
		l := w.listing(fmt.Sprintf("Bicycle number %d", i), s, 100)
		w.market.listings[l.ID] = l
		f.Listings = append(f.Listings, message.Offered{Listing: l.ID, Seller: s.ID})
	}
	begin := time.Now()
	w.ok(message.Fill(b.Context(), w.Site.DB, f))
	b.Logf("%d messages written in %s", messages, time.Since(begin).Round(time.Second))
	if engine == db.Postgres {
		w.ok(w.Site.DB.Maintain(b.Context(), "analyse", func(tx *db.Tx) error {
			_, err := tx.Exec(`analyze`)
			return err
		}))
	}
	return c
}

// index makes the fake find sellers as quickly as a table would.
func (c *crowd) index() {
	byAccount := map[value.ID][]message.Seller{}
	for seller, seats := range c.market.seats {
		for _, seat := range seats {
			byAccount[seat] = append(byAccount[seat], c.market.sellers[seller])
		}
	}
	c.market.byAccount = byAccount
}

func report(b *testing.B, name string, took []time.Duration) {
	slices.Sort(took)
	for _, p := range []int{50, 95, 99} {
		b.ReportMetric(float64(took[len(took)*p/100].Microseconds())/1000, fmt.Sprintf("%s_p%d_ms", name, p))
	}
}

// processorTime is what this process has used of processors, which other programs on the machine do not change.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err) // this process exists
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkInbox asks for pages of the inbox, through the whole handler, at so many messages.
func BenchmarkInbox(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			c := newCrowd(b, engine, *benchMessages)
			c.index()
			random := rand.New(rand.NewPCG(1, 2))
			b.ResetTimer()
			for _, q := range []struct{ name, path string }{{"inbox", "/messages"}, {"unread", "/messages?show=unread"}, {"search", "/messages?q=saturday"}} {
				var took, shop, work []time.Duration
				for range 300 {
					who := c.buyers[random.IntN(len(c.buyers))]
					begin, used := time.Now(), processorTime()
					c.get(who, q.path).want(200)
					took, work = append(took, time.Since(begin)), append(work, processorTime()-used)
				}
				for range 60 {
					begin := time.Now()
					c.get(c.aya, q.path).want(200)
					shop = append(shop, time.Since(begin))
				}
				report(b, q.name, took)
				report(b, q.name+"_cpu", work)
				report(b, "shop_"+q.name, shop)
			}
		})
	}
}

// BenchmarkReceive takes in mails as fast as they come, each screened and told.
func BenchmarkReceive(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			w := newWorld(b, engine)
			var aliases []string
			for _, l := range w.offerMore(100, w.shop) {
				w.start(w.mina, l, "Is the wheel number "+l.Title+" still there?")
				aliases = append(aliases, w.aliasOf(w.aya))
			}
			var next atomic.Int64
			b.SetParallelism(4) // as a server of mail does, which has several visitors
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					i := int(next.Add(1))
					in := mailFrom("aya@example.org", fmt.Sprintf("Yes, number %d is still there; come by on Saturday.", i))
					if err := w.desk.Receive(w.ctx(), aliases[i%len(aliases)], in); err != nil {
						b.Error(err)
					}
					w.clock.pass(time.Minute)
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "received/s")
		})
	}
}
