package legal

import (
	"fmt"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/value"
)

// Post queues a mail in the writer's transaction.
type Post func(tx *db.Tx, to value.Email, locale value.Locale, subject, text string) error

// Statements states the reasons of one site's decisions.
type Statements struct {
	Site   *site.Site
	Origin func(*site.Site) string // where the site is on the web, without a slash at the end
	Post   Post                    // nil: nothing is mailed
	// Connector reaches the Transparency Database; nil: the one that an administrator set by Connect. Without any, staff
	// upload batches by hand.
	Connector Connector
	Client    Client // of the connection that is set by Connect; nil: none can be
	Key       []byte // 32 bytes that only this site has, under which its token lies
}

const (
	longestTitle  = 300  // characters
	longestReason = 4000 // characters
)

// State writes the statement of a decision inside its transaction and mails it to the author. A measure that restricts
// nobody has none. A decision that has its statement already is a Conflict.
func (d *Statements) State(tx *db.Tx, made Decision, about About) error {
	if !made.Measure.Restricts() {
		return nil
	}
	st, err := d.compose(tx, made, about)
	if err != nil {
		return fmt.Errorf("legal.State(%s): %w", made.ID, err)
	}
	if _, err := FindByDecision(tx, made.ID); value.KindOf(err) != value.NotFound {
		if err == nil {
			err = value.Errorf(value.Conflict, "this decision has its statement already")
		}
		return fmt.Errorf("legal.State(%s): %w", made.ID, err)
	}
	if err := insertStatement(tx, st); err != nil {
		return fmt.Errorf("legal.State(%s): %w", made.ID, err)
	}
	// The log does not have the code, which opens a page, nor any words.
	tx.Log(db.Change{Object: "statement", Record: st.ID, Diff: map[string]any{"decision": st.Decision, "object": st.Object, "record": st.Record,
		"measure": st.Measure, "ground": st.Ground, "source": st.Source, "automatic": st.Automatic}})
	if err := meet(tx, StatementDuty, st.Object, st.Record); err != nil {
		return fmt.Errorf("legal.State(%s): %w", made.ID, err)
	}
	return d.mail(tx, st, about)
}

// compose makes the statement, its words and its record.
func (d *Statements) compose(tx *db.Tx, made Decision, about About) (Statement, error) {
	if made.ID == 0 || made.Object == "" {
		return Statement{}, value.Errorf(value.Invalid, "a statement is about a decision")
	}
	redress, err := FindRedress(tx)
	if err != nil {
		return Statement{}, err
	}
	settings := d.Site.Settings()
	st := Statement{
		ID: tx.NewID(), Code: newCode(), Decision: made.ID, Object: made.Object, Record: made.Record, Author: about.Author, DecidedBy: made.Actor,
		Locale: localeFor(about.Locale, made.Locale, settings.Locale()), Measure: made.Measure, Taken: made.Taken && made.Measure == Suspend, Ground: groundIn(made), Rule: made.Rule,
		Source: made.source(), Automatic: made.Automatic, Title: value.Clip(strings.TrimSpace(about.Title), longestTitle),
		Content: about.Made, Since: made.Since, Made: tx.Now(), Until: made.Until,
	}
	if st.DecidedBy == "" {
		st.DecidedBy = tx.Actor().String()
	}
	first, err := replaced(tx, made)
	if err != nil {
		return Statement{}, err
	}
	st.Replaces, st.Since = made.Replaces, orElse(st.Since, first.Since)
	st.Content = orElse(st.Content, st.Made)
	st.Since = orElse(st.Since, st.Content)
	s := newSpeaker(st.Locale, settings.Location(), settings.Name, st.Title)
	st.Parts = s.parts(st, about, value.Clip(strings.TrimSpace(made.Reason), longestReason), d.origin(), redress)
	if !first.Made.IsZero() {
		st.Parts.Measure += " " + s.T("legal.say.instead", "date", s.DateLong(first.Made))
	}
	return st, st.file(d.Site.Slug, settings.Location(), made, about)
}

// replaced is the statement of the decision that another takes the place of; zero when that one had none.
func replaced(tx *db.Tx, made Decision) (Statement, error) {
	if made.Replaces == 0 {
		return Statement{}, nil
	}
	first, err := FindByDecision(tx, made.Replaces)
	if value.KindOf(err) == value.NotFound {
		return Statement{}, nil
	}
	return first, err
}

// file makes the record of a statement. One that breaks a rule is kept as refused, with what is wrong, so that staff see
// it; the author's statement does not wait for it.
func (s *Statement) file(slug string, zone *time.Location, made Decision, about About) error {
	record := RecordOf(*s, slug, zone, categoryIn(made), about)
	if keyword := policyKeywords[[2]string{made.Policy, strings.TrimPrefix(record.Category, prefix)}]; keyword != "" {
		record.Keywords, record.KeywordOther = []string{keyword}, ""
	}
	text, err := record.JSON()
	s.DSA, s.Delivery = text, Waiting
	if faults := record.Faults(); len(faults) > 0 {
		s.Delivery, s.Reason = Refused, faults.Error()
	}
	return err
}

func orElse(t, instead time.Time) time.Time {
	if t.IsZero() {
		return instead
	}
	return t
}

func (d *Statements) origin() string {
	if d.Origin == nil {
		return ""
	}
	return d.Origin(d.Site)
}

func (d *Statements) mail(tx *db.Tx, st Statement, about About) error {
	if d.Post == nil || about.Email == "" {
		return nil
	}
	settings := d.Site.Settings()
	subject, body := newSpeaker(st.Locale, settings.Location(), settings.Name, st.Title).letter(st, about.Name, d.origin())
	if err := d.Post(tx, about.Email, st.Locale, subject, body); err != nil {
		return fmt.Errorf("legal.State(%s): mail: %w", st.Decision, err)
	}
	return nil
}

// Revoke notes that the measure of a decision was taken back, and tells the author. A decision without a statement, and
// one that was revoked before, are no error. After an appeal the answer to it tells the author.
func (d *Statements) Revoke(tx *db.Tx, decision value.ID, reason string) error {
	s, err := FindByDecision(tx, decision)
	if value.KindOf(err) == value.NotFound || err == nil && !s.Reversed.IsZero() {
		return nil
	}
	if err == nil {
		err = markReversed(tx, s)
	}
	if err == nil && !strings.HasPrefix(tx.Action(), "appeal.") {
		err = d.tellRevoked(tx, s, strings.TrimSpace(reason))
	}
	if err != nil {
		return fmt.Errorf("legal.Revoke(%s): %w", decision, err)
	}
	return nil
}

func (d *Statements) tellRevoked(tx *db.Tx, s Statement, reason string) error {
	if d.Post == nil || s.Author == 0 {
		return nil
	}
	author, err := account.Find(tx, s.Author)
	if value.KindOf(err) == value.NotFound || err == nil && author.Email == "" {
		return nil
	}
	if err != nil {
		return err
	}
	settings := d.Site.Settings()
	words := newSpeaker(s.Locale, settings.Location(), settings.Name, s.Title)
	text := words.T("legal.say.revoked", "title", words.title, "date", words.DateLong(s.Made), "address", d.origin()+s.Path())
	if reason != "" {
		text += "\n\n" + reason
	}
	return d.Post(tx, author.Email, s.Locale, words.T("legal.say.subject.revoked", "title", value.Clip(words.title, 80)),
		text+"\n\n"+words.T("legal.say.sign", "site", settings.Name)+"\n")
}
