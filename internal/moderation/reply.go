package moderation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"fairground/internal/db"
	"fairground/internal/value"
)

// Reply is a saved text for the reason of decisions. {title}, {name} and {place} stand for those of the record.
type Reply struct {
	ID       value.ID
	Name     string
	Language string
	Measure  Measure // empty: any
	Ground   Ground  // empty: none
	Body     string
}

// ShortReply is the kind of a saved reply's outside id.
const ShortReply = "rpl"

// Fill puts the record's words in place of the placeholders. Words that are missing leave their placeholder, so that
// somebody notices.
func (r Reply) Fill(words map[string]string) string {
	var pairs []string
	for name, word := range words {
		if word != "" {
			pairs = append(pairs, "{"+name+"}", word)
		}
	}
	return strings.NewReplacer(pairs...).Replace(r.Body)
}

// Replies lists the saved replies, those in a language only unless it is empty, by name.
func Replies(tx *db.Tx, language string) ([]Reply, error) {
	return db.All(tx, func(row db.Scanner) (r Reply, err error) {
		err = row.Scan(&r.ID, &r.Name, &r.Language, &r.Measure, &r.Ground, &r.Body)
		return r, err
	}, "select id, name, language, measure, ground, body from saved_reply where language = $1 or $1 = '' order by language, name limit 500", language)
}

// SaveReply adds a saved reply, or changes the one with its id. The error is of kind Conflict when another one in its
// language has its name.
func (d *Desk) SaveReply(ctx context.Context, actor value.Actor, r Reply) (Reply, error) {
	r.Name, r.Body = tidy(strings.ReplaceAll(r.Name, "\n", " ")), tidy(r.Body)
	if err := r.check(actor); err != nil {
		return Reply{}, err
	}
	err := d.DB.Write(ctx, actor, "reply.save", func(tx *db.Tx) error {
		taken, err := db.One(tx, db.Column[bool], "select exists (select 1 from saved_reply where language = $1 and name = $2 and id <> $3)", r.Language, r.Name, int64(r.ID))
		if err != nil {
			return err
		}
		if taken {
			return &value.Error{Kind: value.Conflict, Field: "name", Message: "another reply in this language has this name"}
		}
		return storeReply(tx, &r)
	})
	if err != nil {
		return Reply{}, fmt.Errorf("moderation.SaveReply(%q): %w", r.Name, err)
	}
	return r, nil
}

func storeReply(tx *db.Tx, r *Reply) error {
	if r.ID == 0 {
		r.ID = tx.NewID()
	}
	_, err := tx.Exec(`
		insert into saved_reply (id, name, language, measure, ground, body, made_us) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (id) do update set name = excluded.name, language = excluded.language, measure = excluded.measure, ground = excluded.ground, body = excluded.body`,
		int64(r.ID), r.Name, r.Language, string(r.Measure), string(r.Ground), r.Body, value.Micros(tx.Now()))
	tx.Log(db.Change{Object: "reply", Record: r.ID, Diff: map[string]any{"name": r.Name, "language": r.Language, "body": r.Body}})
	return err
}

func (r Reply) check(actor value.Actor) error {
	if err := onlyStaff(actor); err != nil {
		return err
	}
	switch {
	case r.Name == "" || utf8.RuneCountInString(r.Name) > 80:
		return value.Fieldf("name", "give the reply a name of at most 80 characters")
	case len(r.Language) != 2 || !queueShape.MatchString(r.Language):
		return value.Fieldf("language", "write the language as two letters, such as de or fr")
	case r.Measure != "" && !slices.Contains(Measures, r.Measure):
		return value.Fieldf("measure", "choose a measure")
	case r.Ground != "" && !r.Ground.Valid():
		return value.Fieldf("ground", "choose a ground")
	case utf8.RuneCountInString(r.Body) < 5 || utf8.RuneCountInString(r.Body) > longestReason:
		return value.Fieldf("body", "write 5 to %d characters", longestReason)
	}
	return nil
}

// ForgetReply removes a saved reply.
func (d *Desk) ForgetReply(ctx context.Context, actor value.Actor, id value.ID) error {
	if err := onlyStaff(actor); err != nil {
		return err
	}
	err := d.DB.Write(ctx, actor, "reply.forget", func(tx *db.Tx) error {
		n, err := tx.Exec("delete from saved_reply where id = $1", int64(id))
		if err == nil && n == 0 {
			err = value.Errorf(value.NotFound, "there is no such reply")
		}
		tx.Log(db.Change{Object: "reply", Record: id, Diff: map[string]any{"forgotten": true}})
		return err
	})
	if err != nil {
		return fmt.Errorf("moderation.ForgetReply(%s): %w", id, err)
	}
	return nil
}
