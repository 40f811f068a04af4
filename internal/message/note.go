package message

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/safety"
	"fairground/internal/value"
)

// Reason is one plain fact about conduct on this site that a safety note rests on. Its words are "message.reason." and the
// code, or those of the warning of that name. None says who reported anything, or accuses anybody.
type Reason struct {
	Code  string `json:"code"`
	Count int    `json:"count,omitempty"` // days of an account, or other conversations
}

// The reasons beside the warnings, whose names are codes too.
const (
	ReasonNew      = "new"      // the account is Count days old
	ReasonCopies   = "copies"   // the same words went into Count other conversations within a day
	ReasonMany     = "many"     // Count conversations were begun within a day
	ReasonRule     = "rule"     // a rule of the site about fraud pointed at the words
	ReasonUnproven = "unproven" // no telephone number was proven
)

// Reasons lists all codes in the order in which a note states them.
var Reasons = []string{
	ReasonNew, string(WarnPayment), ReasonRule, ReasonCopies, ReasonMany, string(WarnLink), string(WarnMail), string(WarnPhone), ReasonUnproven,
}

// What is worth a note.
const (
	newToReader  = 7  // days: somebody who begins a conversation is introduced as new
	newToAdvice  = 14 // days: … and what leads away from the site is more than a convenience
	copiesShown  = 3  // other conversations with the same words
	longEnough   = 40 // characters of words that nobody writes twice by chance
	beginsShown  = 15 // conversations begun within a day
	notesPerSide = 5  // of one conversation: what was said five times is known
)

// Note is what one side of a conversation was told about the conduct of the other, and why.
type Note struct {
	ID           value.ID
	Conversation value.ID
	Message      value.ID
	Side         Side // that reads it
	About        value.ID
	Reasons      []Reason
	Made         time.Time
	Dismissed    time.Time // by its reader; zero: not
	Withdrawn    time.Time // by staff, who found it wrong; zero: not
}

// NoteKind is the kind of a note's id.
const NoteKind = "not"

// NoteObject is what the change log calls a note.
const NoteObject = "message_note"

// conduct is what is known of an author at the moment of a message. The reasons follow from it alone.
type conduct struct {
	age_days int
	phone    bool
	first    bool // it begins what this side says
	warnings []Warning
	pointed  bool // a rule about fraud pointed at it
	copies   int
	begun    int
	length   int // of the text, in characters
	buyer    bool
}

// reasons decides whether a message deserves a note. Facts that say little by themselves, that an account is new or has no
// proven number, are stated beside another; alone, only somebody very new who writes first is introduced.
func (c conduct) reasons() []Reason {
	var all []Reason
	add := func(is bool, code string, count int) {
		if is {
			all = append(all, Reason{code, count})
		}
	}
	young := c.age_days < newToAdvice
	add(young, ReasonNew, c.age_days)
	context := len(all)
	add(c.warns(WarnPayment) && !c.pointed, string(WarnPayment), 0)
	add(c.pointed, ReasonRule, 0)
	asks := len(all) > context
	add(c.copies >= copiesShown && c.length >= longEnough && c.buyer || asks && c.copies > 0, ReasonCopies, c.copies)
	add(c.begun >= beginsShown, ReasonMany, c.begun)
	for _, w := range []Warning{WarnLink, WarnMail, WarnPhone} {
		add(c.warns(w) && (young || asks), string(w), 0)
	}
	if len(all) == context && !(c.first && c.age_days < newToReader) {
		return nil
	}
	add(!c.phone, ReasonUnproven, 0)
	return all
}

func (c conduct) warns(w Warning) bool {
	for _, has := range c.warnings {
		if has == w {
			return true
		}
	}
	return false
}

// note stores a note beside a message that was delivered, when its author's conduct gives a reason that the reader was not
// told before. Its author is not told.
func (d *Desk) note(tx *db.Tx, c Conversation, m Message) error {
	if m.Author == 0 {
		return nil
	}
	known, err := d.conductOf(tx, c, m)
	if err != nil {
		return err
	}
	told, err := notesOf(tx, c.ID, m.Side.Other())
	if err != nil || len(told) >= notesPerSide {
		return err
	}
	reasons := known.reasons()
	if !tellsMore(told, reasons) {
		return nil
	}
	text, err := json.Marshal(reasons)
	if err != nil {
		return err
	}
	n := Note{ID: tx.NewID(), Side: m.Side.Other()}
	tx.Log(db.Change{Object: NoteObject, Record: n.ID, Diff: map[string]any{"message": m.ID, "side": n.Side, "reasons": reasons}})
	return tx.Insert("message_note", []string{"id", "conversation", "message", "side", "about", "reasons", "made_us"},
		[][]any{{n.ID, c.ID, m.ID, string(n.Side), m.Author, string(text), value.Micros(tx.Now())}})
}

// tellsMore reports whether a reader learns something that no earlier note said. That time passes is no news.
func tellsMore(told []Note, reasons []Reason) bool {
	said := map[string]bool{}
	for _, n := range told {
		for _, r := range n.Reasons {
			said[r.Code] = true
		}
	}
	for _, r := range reasons {
		if !said[r.Code] {
			return true
		}
	}
	return false
}

func (d *Desk) conductOf(tx *db.Tx, c Conversation, m Message) (k conduct, err error) {
	p, err := d.person(tx, m.Author)
	if err != nil {
		return k, err
	}
	k = conduct{age_days: p.Age_days, phone: p.Phone, warnings: m.Warnings, length: utf8.RuneCountInString(m.Text), buyer: m.Side == BuyerSide}
	if k.pointed, err = pointedAt(tx, m); err != nil {
		return k, err
	}
	since := value.Micros(m.Made.Add(-day))
	earlier, err := db.One(tx, db.Column[int], `select count(*) from (select 1 from message where conversation = $1 and side = $2 and id < $3 limit 1) earlier`,
		c.ID, string(m.Side), m.ID)
	if err != nil {
		return k, err
	}
	k.first = earlier == 0
	if m.Text != "" {
		k.copies, err = db.One(tx, db.Column[int], `
			select count(distinct conversation)
			from message
			where author = $1 and body_hash = $2 and made_us >= $3 and conversation <> $4`, m.Author, copyHash(m.Text), since, c.ID)
		if err != nil {
			return k, err
		}
	}
	if k.buyer {
		k.begun, err = db.One(tx, db.Column[int], `select count(*) from conversation where buyer = $1 and made_us >= $2`, m.Author, since)
	}
	return k, err
}

// pointedAt reports whether a rule about fraud pointed at a message that nobody has looked at.
func pointedAt(tx *db.Tx, m Message) (bool, error) {
	if !m.Screened {
		return false, nil
	}
	s, err := safety.FindScreening(tx, m.ID)
	if value.KindOf(err) == value.NotFound {
		return false, nil
	}
	return s.Review == 0 && points(s.Firings), err
}

const noteColumns = `id, conversation, message, side, about, reasons, made_us, dismissed_us, withdrawn_us`

func scanNote(row db.Scanner) (n Note, err error) {
	var reasons string
	var made, dismissed, withdrawn int64
	if err := row.Scan(&n.ID, &n.Conversation, &n.Message, &n.Side, &n.About, &reasons, &made, &dismissed, &withdrawn); err != nil {
		return n, err
	}
	n.Made, n.Dismissed, n.Withdrawn = moment(made), moment(dismissed), moment(withdrawn)
	if err := json.Unmarshal([]byte(reasons), &n.Reasons); err != nil {
		return n, fmt.Errorf("message: the reasons of note %d: %w", n.ID, err)
	}
	return n, nil
}

// notesOf are the notes of one side of a conversation, the oldest first, whatever became of them.
func notesOf(tx *db.Tx, conversation value.ID, s Side) ([]Note, error) {
	return db.All(tx, scanNote, `select `+noteColumns+` from message_note where conversation = $1 and side = $2 order by id`, conversation, string(s))
}

const mostNotesAbout = 100

// NotesAbout are the newest notes that others were shown about messages of an account, for the account itself. They name
// no conversation: who read one is nobody's business.
func NotesAbout(tx *db.Tx, account value.ID) ([]Note, error) {
	all, err := db.All(tx, scanNote, `select `+noteColumns+` from message_note where about = $1 order by id desc limit $2`, account, mostNotesAbout)
	for i := range all {
		all[i].Conversation, all[i].Message, all[i].Side = 0, 0, ""
	}
	return all, err
}

// WithdrawNote takes a note away that staff found wrong. One that is gone already is no error.
func WithdrawNote(tx *db.Tx, id value.ID) error {
	n, err := tx.Exec(`update message_note set withdrawn_us = $2 where id = $1 and withdrawn_us = 0`, id, value.Micros(tx.Now()))
	if n > 0 {
		tx.Log(db.Change{Object: NoteObject, Record: id, Diff: map[string]any{"state": "withdrawn"}})
	}
	return err
}

// dismiss puts the notes of a side away. They come back only when there is more to say.
func dismiss(_ *Desk, tx *db.Tx, c Conversation, s Side, _ value.ID) error {
	_, err := tx.Exec(`update message_note set dismissed_us = $3 where conversation = $1 and side = $2 and dismissed_us = 0`,
		c.ID, string(s), value.Micros(tx.Now()))
	return err
}
