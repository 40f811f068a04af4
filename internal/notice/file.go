package notice

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// Target is what an address of this site shows to the public.
type Target struct {
	Object string
	Record value.ID
	Title  string
	Href   string
	Photos []Photo // it shows; a request to take one down may name it
	Meant  string  // SHA-256 of the photo whose own address was given; empty: the address of what shows it
}

// Photo is one that a target shows.
type Photo struct {
	Sha256  string
	Picture ui.Picture
}

// Filing is one notice on its way to package moderation.
type Filing struct {
	Target
	Ground      string
	Explanation string
	Name        string
	Email       value.Email
	Locale      value.Locale
}

// Filed is what somebody gets for a report: one code for each address.
type Filed struct {
	Code   string
	Target Target
	Again  bool // it had been filed before
}

// file stores a report that was checked, about what its addresses show: all of it or nothing.
func (d *Desk) file(ctx context.Context, s *site.Site, actor value.Actor, network string, r Report, targets []Target) (filed []Filed, err error) {
	err = s.DB.Write(ctx, actor, "notice.file", func(tx *db.Tx) error {
		filed, err = d.fileIn(tx, s, network, r, targets)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("notice.file(%s): %w", r.Lane, err)
	}
	return filed, nil
}

// Take files what the form of another room took, such as that beside a listing, so that it is acknowledged, counted and limited like what
// comes here. network stands for whoever gave no address.
func (d *Desk) Take(ctx context.Context, s *site.Site, actor value.Actor, network string, r Report, target Target) (Filed, error) {
	if _, err := value.ParseEmail(r.Email); r.Email != "" && err != nil {
		return Filed{}, err
	}
	filed, err := d.file(ctx, s, actor, network, r, []Target{target})
	if err != nil {
		return Filed{}, err
	}
	return filed[0], nil
}

// TakeIn is Take as a part of a write that is under way.
func (d *Desk) TakeIn(tx *db.Tx, s *site.Site, network string, r Report, target Target) (Filed, error) {
	filed, err := d.fileIn(tx, s, network, r, []Target{target})
	if err != nil {
		return Filed{}, fmt.Errorf("notice.TakeIn(%s): %w", r.Lane, err)
	}
	return filed[0], nil
}

func (d *Desk) fileIn(tx *db.Tx, s *site.Site, network string, r Report, targets []Target) (filed []Filed, err error) {
	email, _ := value.ParseEmail(r.Email) // an address that is none was refused before
	flagger, err := trusted(tx, r)
	if err != nil {
		return nil, err
	}
	if flagger != nil {
		r.Name, email = flagger.Name, flagger.Email
	}
	key := notifierKey(s, email, network)
	if err := d.mayReport(tx, r.Lane, key); err != nil {
		return nil, err
	}
	for _, target := range targets {
		one, err := d.fileOne(tx, r, target, key, email, flagger)
		if err != nil {
			return nil, err
		}
		filed = append(filed, one)
	}
	return filed, d.acknowledge(tx, s, email, r.Locale, filed)
}

func (d *Desk) fileOne(tx *db.Tx, r Report, target Target, key [sha256.Size]byte, email value.Email, flagger *Trusted) (Filed, error) {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(r.Lane), target.Object, target.Record.String(), r.ground(), r.whole(), string(r.Basis)}, "\x00")))
	if earlier, err := findSame(tx, key, sum); value.KindOf(err) != value.NotFound {
		if err != nil {
			return Filed{}, err
		}
		code, err := d.config.Code(tx, earlier)
		// It changed nothing, and a write that changed nothing needs no entry.
		return Filed{Code: code, Target: target, Again: true}, err
	}
	id, code, err := d.config.File(tx, Filing{
		Target: target, Ground: r.ground(), Explanation: r.whole(), Name: strings.TrimSpace(r.Name), Email: email, Locale: r.Locale,
	})
	if err != nil {
		return Filed{}, err
	}
	lane := laneRow{notice: id, Report: r, key: key, sum: sum}
	if flagger != nil {
		lane.flagger = flagger.ID
	}
	if err := lane.insert(tx); err != nil {
		return Filed{}, err
	}
	if r.Lane == Takedown {
		if err := NamePhotos(tx, id, target.named(r.Photos)); err != nil {
			return Filed{}, err
		}
	}
	tx.Log(db.Change{Object: "notice_lane", Record: id, Diff: map[string]any{"lane": r.Lane}})
	if d.config.Began != nil {
		err = d.config.Began(tx, r.Duty(), id)
	}
	if err == nil && d.config.Urgent != nil && r.Urgency() > InTurn {
		err = d.config.Urgent(tx, id, r.Urgency())
	}
	return Filed{Code: code, Target: target}, err
}

// named are the photos of the target that somebody ticked, or whose address they gave.
func (t Target) named(ticked []string) (all []string) {
	for _, p := range t.Photos {
		if p.Sha256 == t.Meant || slices.Contains(ticked, p.Sha256) {
			all = append(all, p.Sha256)
		}
	}
	return all
}

// whole is the explanation with what the lane asks besides, so that whoever decides reads one text.
func (r *Report) whole() string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(r.Explanation))
	for _, more := range []string{r.Work, r.Reference} {
		if more = strings.TrimSpace(more); more != "" {
			b.WriteString("\n\n" + more)
		}
	}
	return b.String()
}

// notifierKey stands for whoever writes without saying who that is.
func notifierKey(s *site.Site, email value.Email, network string) (key [sha256.Size]byte) {
	mac := hmac.New(sha256.New, s.Key("notice"))
	if email != "" {
		fmt.Fprintf(mac, "mail %s", strings.ToLower(string(email)))
	} else {
		fmt.Fprintf(mac, "network %s", network)
	}
	mac.Sum(key[:0])
	return key
}

// acknowledge confirms by mail that the report has arrived (DSA, article 16, paragraph 4).
func (d *Desk) acknowledge(tx *db.Tx, s *site.Site, to value.Email, locale value.Locale, filed []Filed) error {
	if to == "" || d.config.Post == nil {
		return nil
	}
	var lines []string
	for _, f := range filed {
		if !f.Again {
			lines = append(lines, d.config.Origin(s)+"/reports/"+f.Code)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	ctx := d.config.Letters(tx.Context(), locale)
	return d.config.Post(tx, to, text.T(ctx, "notice.mail.subject", "site", s.Settings().Name),
		text.T(ctx, "notice.mail.text", "site", s.Settings().Name, "links", strings.Join(lines, "\n")))
}
