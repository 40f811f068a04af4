package demo

import (
	"context"
	"fmt"
	"time"

	"fairground/internal/account"
	"fairground/internal/crm"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

// Customers fills in what the sales team knows of the shops: trade, stage, owner, deals and what was talked about. The
// shops themselves are there already, since every seller has a business.
type Customers struct {
	Records *record.Store
}

// Plant writes everything in one go. What it says depends on the names of the shops and on the day.
func (c Customers) Plant(ctx context.Context) error {
	var owners []value.ID
	err := c.Records.DB.Read(ctx, func(tx *db.Tx) error {
		staff, err := account.Staff(tx)
		for _, one := range staff {
			owners = append(owners, one.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	shops := make(map[string]Seller)
	for _, s := range Sellers() {
		shops[s.Name] = s
	}
	asker := record.System("demo")
	page, err := c.Records.Find(ctx, asker, record.Query{Object: crm.Business, Sort: []record.Sort{{Field: "name"}}, Limit: 200})
	if err != nil {
		return err
	}
	today := c.Records.DB.Clock().Now()
	b := dealings{today: today, owners: owners}
	for i, business := range page.Records {
		b.add(uint64(i), business, shops[business.Title()])
	}
	for _, batch := range []struct {
		object string
		writes []record.Write
	}{{crm.Business, b.businesses}, {crm.Deal, b.deals}, {crm.Activity, b.activities}} {
		if err := c.write(ctx, asker, batch.object, batch.writes); err != nil {
			return err
		}
	}
	return nil
}

func (c Customers) write(ctx context.Context, asker record.Asker, object string, writes []record.Write) error {
	results, err := c.Records.Batch(ctx, asker, object, writes, record.BatchOptions{Atomic: true})
	for _, result := range results {
		if err == nil && result.Err != nil {
			err = result.Err
		}
	}
	if err != nil {
		return fmt.Errorf("demo.Customers(%s): %w", object, err)
	}
	return nil
}

// dealings gathers the writes.
type dealings struct {
	today      time.Time
	owners     []value.ID
	businesses []record.Write
	deals      []record.Write
	activities []record.Write
}

var (
	stages    = []string{"renewal", "won", "proposal", "negotiation", "new", "lost"}
	standings = []string{"verified", "verified", "papers_due", "verified", "unverified"}
	dealNames = []string{"Shop 50, one year", "Feed of 200 listings", "Front page in spring", "Shop 10, trial", "Autumn week"}
	talks     = []struct{ kind, subject, text string }{
		{"call", "Asked for the trade register extract", "They send it by the end of the week."},
		{"meeting", "Looked at the statistics together", "More views than last month. They want larger photos."},
		{"mail", "Sent the price list", ""},
		{"note", "Prefers to be called in the morning", ""},
		{"task", "Send the renewal", "Same terms as last year."},
		{"call", "Feed stopped for two days", "A wrong address on their side; it runs again."},
	}
)

func (b *dealings) add(i uint64, business *record.Record, shop Seller) {
	seed := mix(i + 11)
	owner := b.owners[seed%uint64(len(b.owners))]
	values := record.Values{
		"owner": owner, "stage": stages[seed>>8%uint64(len(stages))], "standing": standings[seed>>12%uint64(len(standings))],
		"renews_on": b.today.AddDate(0, 0, int(seed>>16%120)-10).Format(time.DateOnly),
		"mail":      fmt.Sprintf("hello@%s.example", shop.Slug), "website": fmt.Sprintf("https://%s.example", shop.Slug),
	}
	if shop.Trade != "" {
		values["trade"] = shop.Trade
	}
	b.businesses = append(b.businesses, record.Write{Op: record.DoUpdate, ID: business.ID, Values: values})
	for n := range seed >> 20 % 3 {
		b.deal(mix(seed+n), business, owner)
	}
	for n := range 1 + seed>>24%4 {
		b.activity(mix(seed+100+n), business, owner)
	}
}

func (b *dealings) deal(seed uint64, business *record.Record, owner value.ID) {
	stage := []string{"new", "contacted", "proposal", "negotiation", "won", "lost"}[seed%6]
	values := record.Values{
		"name": dealNames[seed>>4%uint64(len(dealNames))], "business": business.ID, "owner": owner, "stage": stage,
		"value":     value.Money{Minor: int64(200+seed>>8%90*100) * 100, Currency: Currency},
		"closes_on": b.today.AddDate(0, 0, int(seed>>16%60)-15).Format(time.DateOnly),
		"source":    []string{"inbound", "outbound", "renewal", "event"}[seed>>24%4],
	}
	if stage == "lost" {
		values["lost_reason"] = "They advertise in their own window."
	}
	b.deals = append(b.deals, record.Write{Op: record.DoCreate, Values: values})
}

func (b *dealings) activity(seed uint64, business *record.Record, owner value.ID) {
	talk := talks[seed%uint64(len(talks))]
	values := record.Values{
		"subject": talk.subject, "kind": talk.kind, "business": business.ID, "owner": owner,
		"at": b.today.Add(-time.Duration(seed>>8%(24*40)) * time.Hour),
	}
	if talk.text != "" {
		values["text"] = talk.text
	}
	if talk.kind == "task" {
		values["due"], values["done"] = b.today.AddDate(0, 0, int(seed>>20%20)-3).Format(time.DateOnly), false
	}
	b.activities = append(b.activities, record.Write{Op: record.DoCreate, Values: values})
}
