package moderation

import (
	"context"
	"crypto/rand"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Ground is why something may not be here: what a notice claims and what a decision to refuse rests on.
type Ground string

// The grounds, from the provider's rules. The words for them are in the message catalogues under "ground.".
const (
	Scam         Ground = "scam"
	Prohibited   Ground = "prohibited"
	Exploitation Ground = "exploitation"
	Counterfeit  Ground = "counterfeit"
	Duplicate    Ground = "duplicate"
	WrongPlace   Ground = "category"
	Rights       Ground = "rights"
	Privacy      Ground = "privacy"
	Other        Ground = "other"
)

// Grounds lists all of them in the order in which forms show them.
var Grounds = []Ground{Scam, Prohibited, Exploitation, Counterfeit, Rights, Privacy, Duplicate, WrongPlace, Other}

// Valid reports whether it is one of the grounds.
func (g Ground) Valid() bool {
	for _, known := range Grounds {
		if g == known {
			return true
		}
	}
	return false
}

// NoticeState says whether a notice has been answered.
type NoticeState string

// The states of a notice.
const (
	Open     NoticeState = "open"
	Answered NoticeState = "answered"
)

// Notice is a report from outside.
type Notice struct {
	ID          value.ID
	Code        string // lets its author see what came of it
	Object      string
	Record      value.ID
	Ground      Ground
	Explanation string
	Name        string      // of its author; may be empty
	Email       value.Email // of its author; may be empty
	Locale      value.Locale
	State       NoticeState
	Answer      string // what its author is told
	Made        time.Time
	Answered    time.Time // zero while it is open
}

const longestExplanation = 4000 // characters

// File stores a notice and returns it with its code. The error is of kind Invalid on the field that is wrong.
func (d *Desk) File(ctx context.Context, actor value.Actor, n Notice) (filed Notice, err error) {
	err = d.DB.Write(ctx, actor, "notice.file", func(tx *db.Tx) error {
		filed, err = FileIn(tx, n)
		return err
	})
	if err != nil {
		return Notice{}, fmt.Errorf("moderation.File: %w", err)
	}
	return filed, nil
}

// FileIn is File as a part of a write that is under way, such as reporting a conversation.
func FileIn(tx *db.Tx, n Notice) (Notice, error) {
	if err := n.tidy(); err != nil {
		return Notice{}, err
	}
	n.ID, n.Code, n.Made, n.State = tx.NewID(), newCode(), tx.Now(), Open
	// The log names neither the author nor the address: history is seen by more people than a notice is.
	tx.Log(db.Change{Object: "notice", Record: n.ID, Diff: map[string]any{"object": n.Object, "record": n.Record, "ground": n.Ground}})
	return n, insertNotice(tx, n)
}

func (n *Notice) tidy() error {
	n.Explanation, n.Name = tidy(n.Explanation), tidy(strings.ReplaceAll(n.Name, "\n", " "))
	if n.Object == "" || n.Record == 0 {
		return value.Errorf(value.Invalid, "a notice is about something")
	}
	if !n.Ground.Valid() {
		return value.Fieldf("ground", "choose what is wrong")
	}
	if count := utf8.RuneCountInString(n.Explanation); count < 10 || count > longestExplanation {
		return value.Fieldf("explanation", "say in 10 to %d characters what is wrong, so that a person can check it", longestExplanation)
	}
	if utf8.RuneCountInString(n.Name) > 120 {
		return value.Fieldf("name", "a name may have at most 120 characters")
	}
	if n.Email == "" {
		return nil
	}
	email, err := value.ParseEmail(string(n.Email))
	n.Email = email
	return err
}

// tidy drops what no text has and not every database takes: bytes that are not UTF-8 and control characters.
func tidy(text string) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "�")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text))
}

// codeShape is what newCode makes.
var codeShape = regexp.MustCompile(`^([A-Z2-7]{5}-){3}[A-Z2-7]{5}$`)

// newCode makes a code that can be read out on the telephone and not be guessed: 100 bits.
func newCode() string {
	text := rand.Text()[:20]
	return strings.Join([]string{text[:5], text[5:10], text[10:15], text[15:]}, "-")
}
