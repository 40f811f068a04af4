package app

import (
	"context"
	"slices"

	"fairground/internal/account"
	"fairground/internal/bank"
	"fairground/internal/db"
	"fairground/internal/evidence"
	"fairground/internal/legal"
	"fairground/internal/listing"
	"fairground/internal/mail"
	"fairground/internal/message"
	"fairground/internal/moderation"
	"fairground/internal/network"
	"fairground/internal/notice"
	"fairground/internal/profile"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/standing"
	"fairground/internal/trade"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// decisions is the desk of a site: what it decides about, and what every decision brings with it.
func (a *App) decisions(s *site.Site, listings *listing.Desk, profiles *profile.Desk, trades *trade.Desk, reasons stated, vault *evidence.Vault) *moderation.Desk {
	return &moderation.Desk{
		DB: s.DB,
		Rooms: map[string]moderation.Room{
			listing.Object: decided{listings}, profile.Object: profiles, "seller": profiles, trade.ReviewObject: trades, message.MessageObject: a.message,
			network.Object: asWhole{}, standing.Object: contested{},
		},
		Reasons: reasons, Evidence: preserved{vault}, Duties: clocks{}, Suspender: suspended{}, Answered: a.answered(s),
		Leads: leads, Troubled: a.troubled(s),
		Sampling: moderation.Sampling{Seed: s.Key("sampling")},
	}
}

// leads reports who may take what was escalated: whoever may open evidence.
func leads(tx *db.Tx, of value.ID) (bool, error) {
	a, err := account.Find(tx, of)
	return err == nil && a.State == account.Active && a.Role.May(account.EvidenceUnseal), err
}

// clocks are the duties of decisions and notices. Whoever answers a notice has also done what its lane asks.
type clocks struct{ legal.Duties }

// Discharge ends a duty.
func (c clocks) Discharge(tx *db.Tx, kind, object string, record value.ID, by string) error {
	if kind == legal.NoticeDuty {
		for _, lane := range []string{legal.TakedownDuty, legal.TerrorismDuty} {
			if err := c.Duties.Discharge(tx, lane, object, record, by); err != nil {
				return err
			}
		}
	}
	return c.Duties.Discharge(tx, kind, object, record, by)
}

// filed begins the clock of a notice's lane; its receipt is given at once.
func (c clocks) filed(tx *db.Tx, duty string, id value.ID) error {
	if err := c.Begin(tx, duty, "notice", id); err != nil {
		return err
	}
	return c.Acknowledged(tx, "notice", id)
}

// stated hands decisions to the statements of reasons, and lets banks learn what was taken away.
type stated struct {
	*legal.Statements
	images images
}

// State writes the statement of a decision.
func (s stated) State(tx *db.Tx, d moderation.Decision, about moderation.About) error {
	measure, taken := legal.MeasureOf(string(d.Measure), string(d.Outcome))
	made := legal.Decision{
		ID: d.ID, Object: d.Object, Record: d.Record, Measure: measure, Taken: taken, Ground: string(d.Ground), Reason: d.Reason,
		Rule: d.Rule, Policy: d.Policy, Notice: d.Notice, Automatic: d.Automatic, Actor: d.Actor, Locale: d.Locale, Until: d.Until, Replaces: d.Instead,
	}
	lane := notice.Other
	if d.Notice != 0 {
		n, err := moderation.FindNotice(tx, d.Notice)
		if err == nil {
			lane, err = notice.LaneOf(tx, d.Notice)
		}
		if err != nil {
			return err
		}
		made.Trusted, made.Since = lane == notice.Flagger, n.Made
	}
	if err := background(tx, d, &made); err != nil {
		return err
	}
	if err := s.learn(tx, d, lane, about.Photos); err != nil {
		return err
	}
	return s.Statements.State(tx, made, legal.About(about))
}

// Revoke takes a statement back, and what banks learned from the decision.
func (s stated) Revoke(tx *db.Tx, decision value.ID, reason string) error {
	d, err := moderation.FindDecision(tx, decision)
	if err != nil {
		return err
	}
	if d.Object == listing.Object {
		l, err := listing.Find(tx, d.Record)
		if err != nil {
			return err
		}
		var all []string
		for _, photo := range l.Photos {
			all = append(all, photo.Sha256)
		}
		for _, from := range []bank.Bank{bank.Removed, bank.Intimate} {
			if err := s.images.banks.Unlearn(tx, all, from, "the decision was taken back: "+reason); err != nil {
				return err
			}
		}
	}
	if err := s.images.giveBack(tx, d, reason); err != nil {
		return err
	}
	return s.Statements.Revoke(tx, decision, reason)
}

// learned are the grounds that speak against a photo itself. A listing that stood twice, or in the wrong place, says
// nothing about its photos.
var learned = []moderation.Ground{moderation.Scam, moderation.Prohibited, moderation.Exploitation, moderation.Counterfeit}

// learn has copies of the photos found from now on: those of a take-down request are veiled everywhere.
func (s stated) learn(tx *db.Tx, d moderation.Decision, lane notice.Lane, photos []string) error {
	into := bank.Removed
	switch {
	case d.Outcome != moderation.Remove && d.Outcome != moderation.Reject || d.Automatic:
		return nil
	case lane == notice.Takedown:
		return s.images.takeDown(tx, d, photos)
	case !slices.Contains(learned, d.Ground):
		return nil
	}
	var all []safety.Image
	for _, sha := range photos {
		image, err := s.images.Image(tx.Context(), sha)
		if value.KindOf(err) == value.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		all = append(all, image)
	}
	return s.images.banks.Learn(tx, all, into, d.Reason)
}

// preserved hands what severe decisions are about to the vault.
type preserved struct{ vault *evidence.Vault }

// Preserve begins to hold a record, and to collect what concerns it.
func (p preserved) Preserve(tx *db.Tx, object string, record, decision value.ID, about moderation.About) error {
	return p.vault.Preserve(tx, object, record, decision, evidence.About{
		Author: about.Author, Name: about.Name, Email: about.Email, Locale: about.Locale, Title: about.Title, Href: about.Href,
		Texts: about.Texts, Photos: about.Photos, Made: about.Made,
	})
}

// suspended suspends accounts of members.
type suspended struct{}

// Suspend ends an account's sessions and keeps it from signing in.
func (suspended) Suspend(tx *db.Tx, of value.ID, reason string) error {
	a, err := account.Find(tx, of)
	switch {
	case err != nil:
		return err
	case a.Kind != value.Member:
		return value.Errorf(value.Forbidden, "only accounts of members are suspended here")
	case a.State == account.Suspended:
		return nil // another decision has done it
	}
	return account.Suspend(tx, of, reason)
}

// Unsuspend lets an account in again.
func (suspended) Unsuspend(tx *db.Tx, of value.ID, reason string) error {
	a, err := account.Find(tx, of)
	if err != nil || a.State != account.Suspended {
		return err
	}
	return account.Restore(tx, of, reason)
}

// Describe tells whose listing it is and what it says.
func (d decided) Describe(tx *db.Tx, record value.ID) (moderation.About, error) {
	l, err := listing.Find(tx, record)
	if err != nil {
		return moderation.About{}, err
	}
	about := moderation.About{Name: l.Seller.Name, Locale: l.Locale, Title: l.Title, Href: "/l/" + l.Key(), Texts: []string{l.Title, l.Body}, Made: l.Created}
	if tree, err := d.desk.Trees.Tree(tx.Context()); err == nil {
		about.Category = tree.PathSlug(l.Category)
	}
	for _, photo := range l.Photos {
		about.Photos = append(about.Photos, photo.Sha256)
	}
	return about, d.authorOf(tx, l.Seller.ID, &about)
}

// authorOf fills in the account that answers for a seller: the first owner.
func (decided) authorOf(tx *db.Tx, seller value.ID, about *moderation.About) error {
	seats, err := listing.SeatsOf(tx, seller)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(seats, func(s listing.Seat) bool { return s.Role == listing.Owner })
	if at < 0 {
		return nil
	}
	a, err := account.Find(tx, seats[at].Account)
	if err != nil {
		return err
	}
	about.Author, about.Name, about.Email, about.Locale = a.ID, a.Name, a.Email, a.Locale
	return nil
}

// Ask has the author change a listing.
func (d decided) Ask(tx *db.Tx, record value.ID, what string) error {
	return d.desk.AskIn(tx, record, what)
}

// Restrict leaves a listing to those who have its address.
func (d decided) Restrict(tx *db.Tx, record value.ID, reason string) error {
	return d.desk.RestrictIn(tx, record, reason)
}

// Lift ends the restriction of a listing.
func (d decided) Lift(tx *db.Tx, record value.ID) error { return d.desk.LiftIn(tx, record) }

// Before tells how a listing stands.
func (decided) Before(tx *db.Tx, record value.ID) (string, error) {
	return listing.BeforeIn(tx, record)
}

// Revert puts a listing back as it was.
func (d decided) Revert(tx *db.Tx, record value.ID, before string) error {
	return d.desk.RevertIn(tx, record, before, "a decision was taken back")
}

// Restore brings a listing back on an appeal.
func (d decided) Restore(tx *db.Tx, record value.ID, reason string) (bool, error) {
	return d.desk.RestoreIn(tx, record, reason)
}

// Waits reports whether a listing waits for staff.
func (decided) Waits(tx *db.Tx, record value.ID) (bool, error) {
	l, err := listing.Find(tx, record)
	return l.Status == listing.Held || l.Status == listing.Challenged, err
}

// answered mails the answer to whoever sent a notice and gave an address.
func (a *App) answered(s *site.Site) func(tx *db.Tx, n moderation.Notice, answer string) error {
	return func(tx *db.Tx, n moderation.Notice, answer string) error {
		if n.Email == "" {
			return nil
		}
		ctx := a.lettersIn(tx.Context(), n.Locale)
		name := s.Settings().Name
		return mail.Send(tx, mail.Message{
			Kind: noticeMail, To: n.Email, Subject: text.T(ctx, "app.answered.subject", "site", name),
			Text: text.T(ctx, "app.answered.text", "answer", answer, "report", a.origin(s)+"/reports/"+n.Code, "appeal", a.origin(s)+"/appeal/"+n.Code, "site", name),
		})
	}
}

// reasonsOf is where the author of a listing reads why it was refused, and appeals.
func reasonsOf(tx *db.Tx, l listing.Listing) (string, error) {
	all, err := legal.OfRecord(tx, listing.Object, l.ID)
	if err != nil || len(all) == 0 || !all[0].Reversed.IsZero() {
		return "", err
	}
	return all[0].Path(), nil
}

// letters queues what the law has people told.
func letters(kind mail.Kind) legal.Post {
	return func(tx *db.Tx, to value.Email, _ value.Locale, subject, text string) error {
		return mail.Send(tx, mail.Message{Kind: kind, To: to, Subject: subject, Text: text})
	}
}

// Statements hold a code that opens a page; alarms hold nothing secret.
var (
	statementMail = mail.Kind{Name: "legal.statement", Secret: true}
	dutyMail      = mail.Kind{Name: "legal.duty"}
)

// statements states the reasons of a site's decisions.
func (a *App) statements(s *site.Site) *legal.Statements {
	return &legal.Statements{Site: s, Origin: a.origin, Post: letters(statementMail), Client: a.transparency(), Key: s.Key("transparency")}
}

// watch tells the staff of a site of duties.
func (a *App) watch(s *site.Site) *legal.Watch {
	return &legal.Watch{Site: s, Origin: a.origin, Post: letters(dutyMail), Letters: a.lettersIn, Watchers: func(tx *db.Tx) ([]legal.Watcher, error) {
		staff, err := watchers(tx)
		var all []legal.Watcher
		for _, one := range staff {
			all = append(all, legal.Watcher{Email: one.Email, Name: one.Name, Locale: one.Locale})
		}
		return all, err
	}}
}

// watchers are the staff who see duties.
func watchers(tx *db.Tx) ([]account.Account, error) {
	staff, err := account.Staff(tx)
	return slices.DeleteFunc(staff, func(one account.Account) bool {
		return one.State != account.Active || !one.Role.May(account.DutiesSee)
	}), err
}

// troubled mails the staff that the consequences of a change fail again and again: a case, a statement or a duty may be
// missing until they succeed.
func (a *App) troubled(s *site.Site) func(tx *db.Tx, f moderation.Failure) error {
	return func(tx *db.Tx, f moderation.Failure) error {
		staff, err := watchers(tx)
		if err != nil {
			return err
		}
		for _, one := range staff {
			ctx := a.lettersIn(tx.Context(), one.Locale)
			err := mail.Send(tx, mail.Message{
				Kind: dutyMail, To: one.Email, Subject: text.T(ctx, "app.troubled.subject", "site", s.Settings().Name),
				Text: text.T(ctx, "app.troubled.text", "name", one.Name, "object", f.Object, "entry", f.Seq, "attempts", f.Attempts, "address", a.origin(s)+"/console/safety", "site", s.Settings().Name),
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// vault preserves what severe decisions of a site are about.
func (a *App) vault(s *site.Site, c collector, sealLog func(context.Context) error) *evidence.Vault {
	return &evidence.Vault{DB: s.DB, Files: c.files, Collector: c, Secret: s.Key("evidence"), SealLog: sealLog, Duties: legal.Duties{}, Erase: a.eraseHeld(s)}
}

// linkOf is where staff see a record; empty for those without a page.
func linkOf(object string, record value.ID) string {
	switch object {
	case listing.Object:
		return "/console/listings/" + record.Text(listing.ShortID)
	default:
		return ""
	}
}
