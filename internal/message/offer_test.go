package message_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/message"
	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

func francs(n int64) value.Money { return value.MoneyFromUnits(n, "CHF") }

func (w *world) bid(by value.ID, c message.Conversation, n int64) message.Offer {
	w.Helper()
	o, err := w.desk.MakeOffer(w.ctx(), member(by), c.ID, francs(n), "")
	w.ok(err)
	return o
}

func (w *world) decide(by value.ID, o message.Offer, verb string) error {
	return w.desk.DecideOffer(w.ctx(), member(by), o.Conversation, o.ID, verb)
}

func (w *world) stateOf(o message.Offer) (state string) {
	w.Helper()
	w.read(func(tx *db.Tx) error {
		return tx.Row(`select state from message_offer where id = $1`, o.ID).Scan(&state)
	})
	return state
}

// TestOffers walks through what may become of an offer, one table row a story. A step is who does what, and what kind of
// error comes of it.
func TestOffers(t *testing.T) {
	type step struct {
		who, verb string
		offer     int // which one, from 0
		want      value.Kind
	}
	stories := map[string]struct {
		steps []step
		ends  []string
	}{
		"accepted":                    {[]step{{"mina", "bid", 0, ""}, {"elio", "accept", 0, ""}}, []string{"accepted"}},
		"declined, then another":      {[]step{{"mina", "bid", 0, ""}, {"elio", "decline", 0, ""}, {"mina", "bid", 1, ""}}, []string{"declined", "open"}},
		"countered and agreed":        {[]step{{"mina", "bid", 0, ""}, {"elio", "bid", 1, ""}, {"mina", "accept", 1, ""}, {"elio", "accept", 0, value.Conflict}}, []string{"countered", "accepted"}},
		"withdrawn":                   {[]step{{"mina", "bid", 0, ""}, {"mina", "withdraw", 0, ""}, {"elio", "accept", 0, value.Conflict}}, []string{"withdrawn"}},
		"one's own":                   {[]step{{"mina", "bid", 0, ""}, {"mina", "accept", 0, value.Forbidden}, {"elio", "withdraw", 0, value.Forbidden}}, []string{"open"}},
		"one open for each side":      {[]step{{"mina", "bid", 0, ""}, {"mina", "bid", 0, value.Conflict}}, []string{"open"}},
		"decided once":                {[]step{{"mina", "bid", 0, ""}, {"elio", "decline", 0, ""}, {"elio", "accept", 0, value.Conflict}, {"mina", "withdraw", 0, value.Conflict}}, []string{"declined"}},
		"by a stranger":               {[]step{{"mina", "bid", 0, ""}, {"ines", "accept", 0, value.NotFound}, {"ines", "bid", 0, value.NotFound}}, []string{"open"}},
		"ran out":                     {[]step{{"mina", "bid", 0, ""}, {"", "wait", 0, ""}, {"elio", "accept", 0, value.Conflict}, {"mina", "bid", 1, ""}}, []string{"expired", "open"}},
		"a verb that there is not":    {[]step{{"mina", "bid", 0, ""}, {"elio", "steal", 0, value.NotFound}}, []string{"open"}},
		"on a listing that is sold":   {[]step{{"mina", "bid", 0, ""}, {"", "sold", 0, ""}, {"elio", "accept", 0, value.Conflict}, {"mina", "bid", 0, value.Conflict}, {"elio", "decline", 0, ""}}, []string{"declined"}},
		"when the deal is not agreed": {[]step{{"mina", "bid", 0, ""}, {"", "refuse", 0, ""}, {"elio", "accept", 0, value.Unavailable}}, []string{"open"}},
	}
	each(t, func(t *testing.T, w *world) {
		people := map[string]value.ID{"mina": w.mina, "elio": w.elio, "ines": w.ines}
		for name, story := range stories {
			l := w.offerMore(1, w.own)[0]
			w.market.refuse = nil
			c := w.start(w.mina, l, "Hello about "+name)
			var offers []message.Offer
			for i, s := range story.steps {
				var err error
				switch s.verb {
				case "wait":
					w.clock.pass(message.OfferAge)
				case "sold":
					w.market.set(l, func(l *message.Listing) { l.Open, l.Status = false, "sold" })
				case "refuse":
					w.market.refuse = value.Errorf(value.Unavailable, "no deal today")
				case "bid":
					var o message.Offer
					if o, err = w.desk.MakeOffer(w.ctx(), member(people[s.who]), c.ID, francs(200+int64(i)), ""); err == nil {
						offers = append(offers, o)
					}
				default:
					err = w.decide(people[s.who], offers[s.offer], s.verb)
				}
				if value.KindOf(err) != s.want {
					t.Errorf("%s: step %d, %s %s: %v, want %q", name, i, s.who, s.verb, err, s.want)
				}
			}
			_, err := message.Tidy(w.ctx(), w.Site.DB)
			w.ok(err)
			for i, o := range offers {
				if got := w.stateOf(o); got != story.ends[i] {
					t.Errorf("%s: offer %d is %s, want %s", name, i, got, story.ends[i])
				}
			}
		}
		accepted := w.count(`select count(*) from message_offer where state = 'accepted'`)
		if len(w.market.agreed) != accepted || accepted == 0 {
			t.Errorf("%d offers were accepted and %d deals agreed", accepted, len(w.market.agreed))
		}
	})
}

func TestAnAcceptedOfferIsADeal(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.lamp, "Hello")
		o := w.bid(w.mina, c, 40)
		w.get(w.aya, c.Href()).want(200, "CHF\u00a040", "Accept", "Name another price").lacks("Withdraw")
		w.get(w.mina, c.Href()).want(200, "CHF\u00a040", "Withdraw").lacks("Accept", "Make an offer")
		w.post(w.jon, c.Href()+"/offers/"+o.ID.Text("ofr")+"/accept").want(303)
		want := message.Agreement{Conversation: c.ID, Listing: w.lamp.ID, Seller: w.shop.ID, Buyer: w.mina, Price: francs(40)}
		if len(w.market.agreed) != 1 || w.market.agreed[0] != want {
			t.Errorf("agreed %+v, want %+v", w.market.agreed, want)
		}
		told := w.market.to(w.mina)
		if len(told) != 1 || told[0].Kind != "message.offer" {
			t.Fatalf("mina was told %+v", told)
		}
		if words := told[0].Words(w.ctx()); words.Subject != "Spoke & Lantern accepts your offer of CHF\u00a040 for “Front lamp”." {
			t.Errorf("mina reads %q", words.Subject)
		}
		w.get(w.mina, c.Href()).want(200, "Accepted", `href="/deals/made"`, "See your deal")
		w.post(w.jon, c.Href()+"/offers/"+o.ID.Text("ofr")+"/decline").want(303)
		w.get(w.jon, c.Href()).want(200, "Accepted")
		if rows := sitetest.History(t, w.Site, "offer", o.ID); len(rows) != 2 {
			t.Errorf("the log has %d entries", len(rows))
		}
	})
}

func TestOffersByForm(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.bike, "Hello")
		for _, bad := range []string{"", "-5", "0", "many", "1e99"} {
			w.post(w.mina, c.Href()+"/offer", "amount", bad).want(422, `id="amount-error"`)
		}
		w.post(w.mina, c.Href()+"/offer", "amount", "250.50", "key", "one").want(303)
		w.post(w.mina, c.Href()+"/offer", "amount", "250.50", "key", "one").want(303)
		w.post(w.mina, c.Href()+"/offer", "amount", "260", "key", "two").want(409, "You have an offer open")
		if n := w.count(`select count(*) from message_offer`); n != 1 {
			t.Errorf("%d offers", n)
		}
	})
}

// Of all who decide an offer at the same moment one does.
func TestOffersAreDecidedOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.lamp, "Hello")
		for range 4 {
			o := w.bid(w.mina, c, 30)
			before := len(w.market.agreed)
			var done, accepted atomic.Int64
			var wait sync.WaitGroup
			for i := range 9 {
				who, verb := []value.ID{w.aya, w.jon, w.mina}[i%3], []string{"accept", "accept", "withdraw"}[i%3]
				wait.Go(func() {
					err := w.decide(who, o, verb)
					if err == nil {
						done.Add(1)
						if verb == "accept" {
							accepted.Add(1)
						}
					} else if value.KindOf(err) != value.Conflict {
						t.Errorf("%s: %v", verb, err)
					}
				})
			}
			wait.Wait()
			if done.Load() != 1 || int64(len(w.market.agreed)-before) != accepted.Load() {
				t.Errorf("%d decided, %d accepted, %d deals", done.Load(), accepted.Load(), len(w.market.agreed)-before)
			}
		}
	})
}

// Both sides name a price at the same moment: each has at most one open, and they never wait for each other.
func TestOffersMadeAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.start(w.mina, w.lamp, "Hello")
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				_, err := w.desk.MakeOffer(w.ctx(), member([]value.ID{w.aya, w.jon, w.mina, w.mina}[i%4]), c.ID, francs(30+int64(i)), "")
				var known *value.Error
				if err != nil && (!errors.As(err, &known) || known.Kind != value.Conflict) {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if n := w.count(`select count(*) from (select side from message_offer where state = 'open' group by side having count(*) > 1) twice`); n != 0 {
			t.Errorf("%d sides have two offers open", n)
		}
		if n := w.count(`select count(*) from message_offer where state = 'open'`); n != 1 {
			t.Errorf("%d offers are open", n)
		}
	})
}

func TestResponse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ask := w.offerMore(6, w.shop)
		for i, l := range ask {
			c := w.start(w.mina, l, "Question "+string(rune('a'+i))+": is it still there, and from when?")
			if i < 4 {
				w.clock.pass(time.Duration(i+1) * 10 * time.Hour)
				w.send(w.aya, c, "Yes")
			}
		}
		// Answered after 10, 20, 30 and 40 hours; two questions wait: one since too short a time to count.
		w.read(func(tx *db.Tx) error {
			r, err := message.ResponseOf(tx, w.shop.ID)
			if r.Asked != 4 || r.Rate != .5 || r.Median.Round(time.Hour) != 30*time.Hour {
				t.Errorf("%+v", r)
			}
			return err
		})
		w.clock.pass(25 * time.Hour)
		w.read(func(tx *db.Tx) error {
			r, err := message.ResponseOf(tx, w.shop.ID)
			if r.Asked != 6 || r.Rate < .33 || r.Rate > .34 {
				t.Errorf("%+v", r)
			}
			return err
		})
		w.clock.pass(91 * 24 * time.Hour)
		w.read(func(tx *db.Tx) error {
			r, err := message.ResponseOf(tx, w.shop.ID)
			if r.Asked != 0 {
				t.Errorf("%+v", r)
			}
			return err
		})
	})
}
