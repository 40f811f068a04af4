package trade

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fairground/internal/safety"
	"fairground/internal/value"
)

// ReviewObject is what the change log, screening and decisions call a review or an answer.
const ReviewObject = "trade_review"

// ReviewShortID is the kind of a review's outside id: trv_….
const ReviewShortID = "trv"

// Part tells a review from the answer to one. Both are screened, decided on and shown in the same way.
type Part string

// The parts.
const (
	TheReview Part = "review" // what a side says of the other
	TheAnswer Part = "answer" // what a side says to the review of the other
)

// ReviewStatus is where a review or an answer is.
type ReviewStatus string

// The statuses. Only Published is public.
const (
	Held      ReviewStatus = "held"     // waits for a person's look
	Rejected  ReviewStatus = "rejected" // by the rules or by staff
	Waiting   ReviewStatus = "waiting"  // is cleared and waits for the other side's
	Published ReviewStatus = "published"
	Removed   ReviewStatus = "removed" // by staff, after it had appeared or not
)

// ReviewStatuses lists all of them in the order in which staff see them.
var ReviewStatuses = []ReviewStatus{Held, Waiting, Published, Rejected, Removed}

// Tags are the short praises and complaints that a side may tick about the other, praises first.
func Tags(writer Side) []string {
	if writer == Buyer {
		return []string{"as_described", "friendly", "punctual", "quick_answers", "not_as_described", "late", "never_came"}
	}
	return []string{"friendly", "punctual", "quick_answers", "easy_payment", "late", "never_came"}
}

// The measures of a review.
const (
	LongestBody  = 2000 // characters
	shortestBody = 10   // characters, where words are needed
	mostTags     = 4
)

// Content is what somebody says: everything that screening looks at and a clearance covers.
type Content struct {
	Stars  int // 1 to 5; 0 in an answer
	Tags   []string
	Body   string
	Locale value.Locale
}

// check tidies a content and says what is wrong with it, at its field.
func (c Content) check(side Side, part Part) (Content, error) {
	c.Body = tidy(c.Body)
	n := utf8.RuneCountInString(c.Body)
	wordy := part == TheAnswer || c.Stars <= 3
	switch {
	case part == TheReview && (c.Stars < 1 || c.Stars > 5):
		return c, field("stars", "trade.error.stars", "choose one to five stars")
	case n > LongestBody:
		return c, field("body", "trade.error.long", "write at most 2,000 characters")
	case wordy && n < shortestBody:
		return c, field("body", "trade.error.short", "say in a sentence what you want others to know")
	}
	if part == TheAnswer {
		c.Stars, c.Tags = 0, nil
		return c, nil
	}
	var tags []string
	for _, known := range Tags(side) {
		if slices.Contains(c.Tags, known) {
			tags = append(tags, known)
		}
	}
	if len(tags) > mostTags {
		return c, field("tags", "trade.error.tags", "choose at most four of these")
	}
	c.Tags = tags
	return c, nil
}

func field(name, key, english string) *value.Error {
	return &value.Error{Kind: value.Invalid, Field: name, Key: key, Message: english}
}

// tidy drops what no text has: bytes that are not UTF-8, control characters, and what cannot be seen.
func tidy(text string) string {
	text = value.Visible(strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "\uFFFD"))
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, text)
	for strings.Contains(text, "\n\n\n") {
		text = strings.ReplaceAll(text, "\n\n\n", "\n\n")
	}
	return strings.TrimSpace(text)
}

// Review is what one side says of the other, or answers to it.
type Review struct {
	ID    value.ID
	Trade value.ID
	Side  Side // who says it
	Part  Part
	Content
	Author    value.ID // the account; of a side with several seats, who wrote it
	Name      string   // of the writer's side as the public sees it, screened with the words; empty when they have left
	About     value.ID // a seller, or the account of a buyer; of an answer, who is answered
	Pair      value.ID // the writer's party, by which pairs are known
	Status    ReviewStatus
	Reason    string // why staff refused it
	Appeal    string // what its author says against that
	Muted     bool   // its author's account is suspended
	Linked    bool   // the two have more to do with each other than a trade
	Counted   bool   // in the rating
	Rev       int64
	Written   time.Time
	Changed   time.Time // of its content
	Ready     time.Time // when it was first cleared; zero when it never was
	Published time.Time // zero when it never appeared
	Appealed  time.Time
	Answered  time.Time // when staff looked again after the appeal; zero while it waits

	hash      safety.ContentHash
	clearance value.ID
	seal      []byte
	watched   bool   // was refused or held by a person, and not released since
	refused   string // hashes of the contents that staff refused, hexadecimal, one after the other
}

// Key is the review's outside id.
func (r Review) Key() string { return r.ID.Text(ReviewShortID) }

// Visible reports whether the public may see the review now: it has appeared, its author is not suspended, and its
// clearance is genuine and for exactly the content it has. The hash is computed anew, so an edit behind the program's
// back hides it.
func (r Review) Visible(gate *safety.Gate) bool {
	return r.Status == Published && !r.Muted && r.Cleared(gate) == nil
}

// Cleared returns nil when a genuine clearance covers the present content.
func (r Review) Cleared(gate *safety.Gate) error {
	return gate.Check(ReviewObject, r.ID, r.Hash(), r.clearance, r.seal)
}

// MayEdit reports whether its author may still change it, as far as the review itself goes.
func (r Review) MayEdit(now time.Time) bool {
	switch r.Status {
	case Held, Waiting:
		return now.Before(r.Written.Add(EditTime))
	case Rejected:
		return r.Reason == "" && now.Before(r.Changed.Add(EditTime))
	default:
		return false
	}
}

// MayAppeal reports whether its author may ask for another look.
func (r Review) MayAppeal() bool {
	return (r.Status == Rejected || r.Status == Removed) && r.Appealed.IsZero()
}

// underAppeal reports whether staff have to look again.
func (r Review) underAppeal() bool { return !r.Appealed.IsZero() && r.Answered.IsZero() }

// Hash identifies what is said, by which side about which trade: two have the same hash only if nothing a reader or a
// rule could see differs. Every field is written with its length.
func (r Review) Hash() safety.ContentHash {
	w := safety.NewContent("fairground/trade_review/1")
	w.Number(int64(r.Trade))
	w.Text(string(r.Side))
	w.Text(string(r.Part))
	w.Number(int64(r.Stars))
	w.Number(int64(len(r.Tags)))
	for _, tag := range r.Tags {
		w.Text(tag)
	}
	w.Text(r.Body)
	w.Text(string(r.Locale))
	return w.Hash()
}

// subject is the review as the rules see it.
func (r Review) subject(age_days int) safety.Subject {
	return safety.Subject{
		Stage: safety.StageMessage, Object: ReviewObject, Record: r.ID, Hash: r.Hash(), Body: r.Body,
		Attributes: map[string]string{"part": string(r.Part), "name": r.Name},
		Author:     safety.Author{Kind: value.Member, ID: r.Author, Age_days: age_days},
	}
}

// settle gives the review the status that its screening calls for. What a person refused or held once is looked at by a
// person, and stays so until somebody has reviewed exactly its present content. It is the only way to Waiting.
func (r *Review) settle(outcome safety.Outcome, review safety.Review, now time.Time) {
	r.clearance, r.seal = 0, nil
	clearance, cleared := outcome.Clearance()
	switch {
	case cleared && review.ID() == 0 && (r.watched || reachesPeople(outcome.Slots)):
		r.Status = Held
	case cleared && r.cover(clearance):
		r.Status, r.watched, r.Reason = Waiting, false, ""
		if r.Ready.IsZero() {
			r.Ready = now
		}
	case outcome.Verdict == safety.Reject:
		r.Status, r.watched = Rejected, true
	default:
		r.Status = Held
	}
}

// reachesPeople reports telephone numbers, addresses and links. In a message they are the members' own business; in a
// review they show the public how to reach somebody who may not want it, or lead away to another shop (promise 8).
func reachesPeople(s safety.Slots) bool {
	return len(s.Phones)+len(s.Mails)+len(s.Links)+len(s.Handles) > 0
}

// cover puts the present content under its clearance.
func (r *Review) cover(c safety.Clearance) bool {
	if !c.Covers(ReviewObject, r.ID, r.Hash()) {
		return false
	}
	r.hash, r.clearance, r.seal = c.Hash(), c.ID(), c.Seal()
	return true
}

// appear makes a cleared review public.
func (r *Review) appear(now time.Time) {
	if r.Status == Waiting && r.clearance != 0 {
		r.Status = Published
		if r.Published.IsZero() {
			r.Published = now
		}
	}
}

// refuse takes a review away for a reason; what it said cannot come back.
func (r *Review) refuse(status ReviewStatus, reason string) {
	r.Status, r.Reason, r.watched = status, reason, true
	r.clearance, r.seal = 0, nil
	if !r.refusedBefore() {
		r.refused += r.Hash().String()
	}
}

// refusedBefore reports whether staff refused exactly the present content.
func (r *Review) refusedBefore() bool { return strings.Contains(r.refused, r.Hash().String()) }
