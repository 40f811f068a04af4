package follow

import (
	"context"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

const newsJob = "follow.news"

type newsOrder struct {
	Seller value.ID `json:"seller"`
}

// tellNews tells the followers of a seller what went live, some followers in one write. Each write notes whom it told,
// so that a job that is run again goes on where it stopped.
func (d *Desk) tellNews(ctx context.Context, s *site.Site, c job.Claim) error {
	var order newsOrder
	if err := c.Payload(&order); err != nil {
		return err
	}
	for more := true; more; {
		err := s.DB.Write(ctx, value.SystemActor("follow"), "follow.tell_news", func(tx *db.Tx) (err error) {
			more, err = d.tellSome(tx, d.config.Rooms(s), order.Seller)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) tellSome(tx *db.Tx, rooms Rooms, seller value.ID) (more bool, err error) {
	waiting, err := waitingNews(tx, seller, atOnce)
	if err != nil || len(waiting) == 0 {
		return false, err
	}
	ids := make([]value.ID, len(waiting))
	for i, n := range waiting {
		ids[i] = n.listing
	}
	shown, err := rooms.Listings(tx, ids)
	if err != nil {
		return false, err
	}
	sellers, err := rooms.Sellers(tx, []value.ID{seller})
	if err != nil {
		return false, err
	}
	until := waiting[len(waiting)-1].at
	due, err := followersDue(tx, seller, until, atOnce)
	if err != nil {
		return false, err
	}
	for _, f := range due {
		if from, ok := sellers[seller]; ok {
			if err := d.tellFollower(tx, rooms, from, f, fresh(waiting, shown, f.told)); err != nil {
				return false, err
			}
		}
		if err := setFollowerTold(tx, f.account, seller, until); err != nil {
			return false, err
		}
	}
	tx.Log(db.Change{Object: "following", Record: seller, Diff: map[string]any{"news_told": len(due)}})
	if len(due) == atOnce {
		return true, nil
	}
	return len(waiting) == atOnce, newsTold(tx, ids)
}

// fresh are the news that can be seen and are newer than what somebody knows.
func fresh(waiting []news, shown map[value.ID]Listing, known time.Time) (all []Listing) {
	for _, n := range waiting {
		if l := shown[n.listing]; l.Visible && n.at.After(known) {
			all = append(all, l)
		}
	}
	return all
}

func (d *Desk) tellFollower(tx *db.Tx, rooms Rooms, from Seller, f follower, all []Listing) error {
	if len(all) == 0 {
		return nil
	}
	if not, err := unwelcome(tx, rooms, f.account, from.ID); err != nil || not {
		return err
	}
	return d.config.Teller.Tell(tx, account.Alert{
		To: f.account, Kind: newListing, Href: from.Href, Record: from.ID,
		Words: func(ctx context.Context) account.Words { return newsWords(ctx, from, all) },
	})
}

const mostNamed = 10 // listings named in one mail

func newsWords(ctx context.Context, from Seller, all []Listing) account.Words {
	if len(all) == 1 {
		return account.Words{
			Subject: text.T(ctx, "follow.news.one", "seller", from.Name, "title", all[0].Title),
			Text:    text.T(ctx, "follow.news.text", "seller", from.Name, "count", 1) + "\n\n- " + line(ctx, all[0]),
		}
	}
	words := account.Words{
		Subject: text.T(ctx, "follow.news.many", "seller", from.Name, "count", len(all)),
		Text:    text.T(ctx, "follow.news.text", "seller", from.Name, "count", len(all)) + "\n",
	}
	for _, l := range all[:min(mostNamed, len(all))] {
		words.Text += "\n- " + line(ctx, l)
	}
	return words
}

// line is a listing in a mail: its title and price.
func line(ctx context.Context, l Listing) string {
	if l.Price.Currency == "" {
		return l.Title
	}
	return l.Title + ", " + text.FromContext(ctx).Money(l.Price)
}
