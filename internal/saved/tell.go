package saved

import (
	"context"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/job"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

const (
	tellJob    = "saved.tell"
	mostLooked = 200 // finds of one search that are looked at for one alert
	mostNamed  = 5   // listings of one search named in one alert
)

type tellOrder struct {
	Search value.ID `json:"search"`
}

// tellInTime tells at once, or has it wait as the search's budget says.
func (d *Desk) tellInTime(tx *db.Tx, rooms Rooms, one Search) error {
	free := one.Told.Add(time.Duration(paceOf(one.tally.perDay(tx.Now()))))
	if !tx.Now().Before(free) {
		return d.tell(tx, rooms, one)
	}
	_, err := job.Enqueue(tx, job.Job{Kind: tellJob, Key: one.ID.String(), Payload: tellOrder{one.ID}, RunAt: free})
	return err
}

// tellLater tells what had to wait.
func (d *Desk) tellLater(ctx context.Context, s *site.Site, c job.Claim) error {
	var order tellOrder
	if err := c.Payload(&order); err != nil {
		return err
	}
	return s.DB.Write(ctx, author, "saved.tell", func(tx *db.Tx) error {
		one, err := findSearch(tx, order.Search)
		if value.KindOf(err) == value.NotFound || err == nil && (one.Often != Instant || one.State != On) {
			return nil
		}
		if err != nil {
			return err
		}
		active, err := isActive(tx, one.Account)
		if err != nil || !active {
			return err
		}
		tx.Log(db.Change{Object: "saved_find", Record: one.ID, Diff: map[string]any{"told": true}})
		return d.tell(tx, d.config.Rooms(s), one)
	})
}

// tell tells everything that a search found and that was not told yet, if any of it can be seen now.
func (d *Desk) tell(tx *db.Tx, rooms Rooms, one Search) error {
	until := tx.Now().Add(time.Microsecond)
	p, err := d.portion(tx, rooms, one, until)
	if err != nil {
		return err
	}
	if err := findsTold(tx, one.ID, until); err != nil || len(p.all) == 0 {
		return err
	}
	if err := setTold(tx, one.ID, tx.Now()); err != nil {
		return err
	}
	return d.config.Teller.Tell(tx, account.Alert{
		To: one.Account, Kind: foundAlert, Href: p.href(), Record: one.ID, Stop: d.linkPath(tx, stop, one.ID), Words: d.foundWords(tx, p),
	})
}

// portion is what one search has to tell.
type portion struct {
	search Search
	all    []told // that can be seen, at most mostLooked, best first
	more   bool   // there are still more
}

// told is a listing that is news.
type told struct {
	Listing
	kind findKind
}

// portion gathers the finds of before a moment that can be seen now by whoever searches.
func (d *Desk) portion(tx *db.Tx, rooms Rooms, one Search, before time.Time) (portion, error) {
	p := portion{search: one}
	finds, err := waiting(tx, one.ID, before, mostLooked)
	if err != nil || len(finds) == 0 {
		return p, err
	}
	p.more = len(finds) == mostLooked
	ids := make([]value.ID, len(finds))
	for i, f := range finds {
		ids[i] = f.listing
	}
	shown, err := rooms.Listings(tx, ids)
	if err != nil {
		return p, err
	}
	unwelcome := make(map[value.ID]bool) // by seller
	var plain []told
	for _, f := range finds {
		l, visible := shown[f.listing]
		if !visible {
			continue
		}
		delete(shown, f.listing) // new and cheaper is told once, as the later of the two
		if _, asked := unwelcome[l.Seller]; !asked {
			not, err := rooms.Unwelcome(tx, l.Seller, []value.ID{one.Account})
			if err != nil {
				return p, err
			}
			unwelcome[l.Seller] = not[one.Account]
		}
		switch {
		case unwelcome[l.Seller]:
		case l.Photo.Sha256 != "":
			p.all = append(p.all, told{l, f.kind})
		default:
			plain = append(plain, told{l, f.kind})
		}
	}
	p.all = append(p.all, plain...)
	return p, nil
}

// href leads to the one listing, or to all results.
func (p portion) href() string {
	path := "/saved-searches/" + p.search.ID.Text(searchID)
	if len(p.all) == 1 {
		return path + "/found/" + p.all[0].ID.Text(listingID)
	}
	return path + "/results"
}

// foundWords are those of an alert about one search.
func (d *Desk) foundWords(tx *db.Tx, p portion) func(context.Context) account.Words {
	origin := d.config.Origin(site.From(tx.Context()))
	return func(ctx context.Context) account.Words {
		first := p.all[0]
		words := account.Words{Text: text.T(ctx, "saved.found.text", "name", p.search.Name, "count", len(p.all)) + "\n" + lines(ctx, origin, p)}
		switch {
		case len(p.all) > 1:
			words.Subject = text.T(ctx, "saved.found.many", "name", p.search.Name, "count", len(p.all))
		case first.kind == cheaper:
			words.Subject = text.T(ctx, "saved.found.cheaper", "name", p.search.Name, "title", first.Title, "price", first.Price)
		default:
			words.Subject = text.T(ctx, "saved.found.one", "name", p.search.Name, "listing", oneLine(ctx, first.Listing))
		}
		if slower := p.search.why(ctx, tx.Now()); slower != "" {
			words.Text += "\n" + slower + "\n"
		}
		return words
	}
}

// lines names the best listings of a portion with their addresses, and says how many more there are.
func lines(ctx context.Context, origin string, p portion) string {
	var b strings.Builder
	for _, l := range p.all[:min(mostNamed, len(p.all))] {
		b.WriteString("\n- ")
		if l.kind == cheaper {
			b.WriteString(text.T(ctx, "saved.now_cheaper") + " ")
		}
		b.WriteString(oneLine(ctx, l.Listing) + "\n  " + origin + l.Href + "\n")
		if photo := photoPath(l.Photo); photo != "" {
			b.WriteString("  " + text.T(ctx, "saved.photo") + " " + origin + photo + "\n")
		}
	}
	if left := len(p.all) - mostNamed; left > 0 {
		key := "saved.more"
		if p.more {
			key = "saved.more_than"
		}
		b.WriteString("\n" + text.T(ctx, key, "count", left) + "\n  " + origin + "/saved-searches/" + p.search.ID.Text(searchID) + "/results\n")
	}
	return b.String()
}

// oneLine is a listing in one line: title, price, place.
func oneLine(ctx context.Context, l Listing) string {
	parts := []string{l.Title}
	if l.Price.Currency != "" {
		parts = append(parts, text.FromContext(ctx).Money(l.Price))
	}
	if l.Place != "" {
		parts = append(parts, l.Place)
	}
	return strings.Join(parts, ", ")
}

// why says in plain words that a search which tells at once has to wait, "" when it has not.
func (s Search) why(ctx context.Context, now time.Time) string {
	if s.Often != Instant {
		return ""
	}
	switch paceOf(s.tally.perDay(now)) {
	case hourly:
		return text.T(ctx, "saved.pace.hourly")
	case fewHourly:
		return text.T(ctx, "saved.pace.few_hourly")
	default:
		return ""
	}
}
