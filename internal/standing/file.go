package standing

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

const (
	shortestText = 10
	longestText  = 4000
	mostOpen     = 20 // contests of one member at a time
	longestSaid  = 500
)

// File contests one line of the acting member's own page. Errors: NotFound for what does not stand there, Conflict when a contest about
// it is open, Limited for too many at a time, Invalid on the field "text".
func (d *Desk) File(ctx context.Context, by value.Actor, ref, words string) (c Contest, err error) {
	words = strings.TrimSpace(value.Visible(words))
	if n := utf8.RuneCountInString(words); n < shortestText || n > longestText {
		return c, &value.Error{
			Kind: value.Invalid, Field: "text", Key: "standing.fault.text", Args: []any{"least", shortestText, "most", longestText},
			Message: "say what is wrong in 10 to 4000 characters",
		}
	}
	err = d.config.Site.DB.Write(ctx, by, "standing.contest", func(tx *db.Tx) error {
		c, err = d.file(tx, by.ID, ref, words)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("standing.File(%s): %w", ref, err)
	}
	return c, nil
}

func (d *Desk) file(tx *db.Tx, of value.ID, ref, words string) (Contest, error) {
	held, err := d.config.Held(tx, of)
	if err != nil {
		return Contest{}, err
	}
	line, ok := held.find(tx.Context(), tx.Now(), ref)
	if !ok {
		return Contest{}, nothingThere()
	}
	if err := mayFile(tx, of, ref); err != nil {
		return Contest{}, err
	}
	c := Contest{
		ID: tx.NewID(), Account: of, Ref: ref, Said: value.Clip(line.said(), longestSaid), Words: words, Locale: text.FromContext(tx.Context()).Locale(),
		DecidedBy: line.by, State: Open, Made: tx.Now(),
	}
	if err := insert(tx, c); err != nil {
		return c, err
	}
	section, _ := c.Of()
	tx.Log(db.Change{Object: Object, Record: c.ID, Diff: map[string]any{"state": Open, "about": section, "account": of}})
	return c, d.config.Case(tx, c)
}

func mayFile(tx *db.Tx, of value.ID, ref string) error {
	open, err := db.All(tx, db.Column[string], "select ref from contest where account = $1 and state = 'open'", int64(of))
	if err != nil {
		return err
	}
	for _, known := range open {
		if known == ref {
			return &value.Error{Kind: value.Conflict, Key: "standing.fault.twice", Message: "you have contested this already; somebody is looking at it"}
		}
	}
	if len(open) >= mostOpen {
		return &value.Error{Kind: value.Limited, Key: "standing.fault.many", Message: "please wait until some of what you contested is answered"}
	}
	return nil
}

func nothingThere() error {
	return &value.Error{Kind: value.NotFound, Key: "standing.fault.gone", Message: "nothing of the kind is held about you"}
}

// tell says to the member that their contest is answered.
func (d *Desk) tell(tx *db.Tx, c Contest) error {
	return d.config.Tell.Tell(tx, account.Alert{
		To: c.Account, Kind: answeredAlert, Href: ownPath + "#contests", Record: c.ID,
		Words: func(ctx context.Context) account.Words {
			return account.Words{
				Subject: text.T(ctx, "standing.answered.subject"),
				Text:    text.T(ctx, "standing.answered.text", "said", c.Said, "outcome", text.T(ctx, "standing.state."+string(c.State)), "answer", c.Answer),
			}
		},
	})
}
