package message

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"fairground/internal/db"
	"fairground/internal/media"
	"fairground/internal/site"
	"fairground/internal/value"
)

// AliasAge is how long an alias lives after the last message of its conversation.
const AliasAge = 90 * 24 * time.Hour

const aliasPrefix = "c-"

var aliasShape = regexp.MustCompile(`^c-[a-z2-7]{26}$`)

// Incoming is a mail that arrived for an alias, read and trimmed.
type Incoming struct {
	From        value.Email
	Subject     string
	Text        string // without quotes and signature
	Attachments []Attachment
	// SPF and DKIM are pass, fail, softfail, neutral, none …; a pass counts only where it speaks for the domain of From,
	// so whoever calls Receive gives none for a pass of another domain.
	SPF       string
	DKIM      string
	Auto      bool   // an answer of a machine
	MessageID string // of the mail's head; may be empty
}

// Attachment is a file of a mail. Its type is what the sender's program claims.
type Attachment struct {
	Name  string
	Type  string
	Bytes []byte
}

// Receive takes a mail in as a message. alias is the part of the address before the @. It returns an error of kind
// NotFound when the alias never was or is dead, Forbidden when the mail is not from the verified address of somebody of
// the alias's side or its sender is not proven, Invalid when there is nothing in it or too much, Limited when too many
// come. A mail that came before, and one that a machine wrote, is no error and makes no message.
func (d *Desk) Receive(ctx context.Context, alias string, in Incoming) error {
	if alias = strings.ToLower(alias); !aliasShape.MatchString(alias) {
		return noAlias()
	}
	s := site.From(ctx)
	if err := d.limits.mails.Allow(s.Slug + " " + alias); err != nil {
		return err
	}
	var who sender
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		who, err = d.sender(tx, alias, in)
		return err
	})
	if err != nil || in.Auto {
		return err
	}
	draft, err := d.draftOf(ctx, in)
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, value.Actor{Kind: value.Member, ID: who.account}, "message.receive", func(tx *db.Tx) error {
		c, err := findConversation(tx, who.conversation.ID)
		if err != nil {
			return err
		}
		people, err := d.accounts(tx, c, who.side) // again: a seat may have been taken meanwhile
		if err != nil {
			return err
		}
		if !slices.Contains(people, who.account) {
			return notYours()
		}
		_, err = d.send(tx, c, who.side, who.account, draft)
		return err
	})
	if err != nil {
		return fmt.Errorf("message.Receive: %w", err)
	}
	return nil
}

// sender is who wrote a mail, and where it goes.
type sender struct {
	conversation Conversation
	side         Side
	account      value.ID
}

// sender checks that an alias lives and that a mail is from somebody it belongs to. The address alone proves nothing, so
// a mail whose sending server or signature is wrong is refused, and one that has neither is too.
func (d *Desk) sender(tx *db.Tx, alias string, in Incoming) (who sender, err error) {
	var conversation value.ID
	err = tx.Row(`select conversation, side from message_alias where alias = $1`, alias).Scan(&conversation, &who.side)
	if value.KindOf(err) == value.NotFound {
		return who, noAlias()
	}
	if err != nil {
		return who, err
	}
	if who.conversation, err = findConversation(tx, conversation); err != nil {
		return who, err
	}
	if err := d.alive(tx, who.conversation); err != nil {
		return who, err
	}
	who.account, err = d.ownerOf(tx, who.conversation, who.side, in)
	return who, err
}

func (d *Desk) ownerOf(tx *db.Tx, c Conversation, s Side, in Incoming) (value.ID, error) {
	if !proven(in) {
		return 0, notYours()
	}
	people, err := d.accounts(tx, c, s)
	if err != nil {
		return 0, err
	}
	persons, err := d.config.Persons(tx, people)
	if err != nil {
		return 0, err
	}
	for _, id := range people {
		if p := persons[id]; p.Verified && !p.Suspended && p.Email != "" && strings.EqualFold(string(p.Email), string(in.From)) {
			return id, nil
		}
	}
	return 0, notYours()
}

// proven reports whether the domain of the sender stands behind the mail: by its server or by its signature, and
// neither says the contrary. A forwarded mail fails SPF and keeps its signature.
func proven(in Incoming) bool {
	spf, dkim := strings.ToLower(in.SPF), strings.ToLower(in.DKIM)
	if dkim == "fail" {
		return false
	}
	return dkim == "pass" || spf == "pass"
}

func notYours() error {
	return words(value.Forbidden, "message.mail.not_yours", "this address takes mail from the person it was made for, and from nobody else")
}

func noAlias() error {
	return words(value.NotFound, "message.mail.dead", "this address does not work any more; write on the site instead")
}

// alive says whether the aliases of a conversation still work.
func (d *Desk) alive(tx *db.Tx, c Conversation) error {
	if tx.Now().Sub(c.Last) > AliasAge {
		return noAlias()
	}
	l, err := d.listing(tx, c.Listing)
	if err != nil {
		return err
	}
	if err := d.writable(tx, c, l); value.KindOf(err) == value.Forbidden {
		return noAlias()
	} else if err != nil {
		return err
	}
	return nil
}

// mailID is the same for a mail however often it comes.
func (in Incoming) mailID() string {
	id := strings.TrimSpace(in.MessageID)
	if id == "" {
		id = fmt.Sprintf("%s\x00%s\x00%s", in.From, in.Subject, in.Text)
	}
	sum := sha256.Sum256([]byte(id))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// draftOf makes a message of a mail. Photos come along; other files do not, and the sender reads so.
func (d *Desk) draftOf(ctx context.Context, in Incoming) (Draft, error) {
	draft := Draft{Text: in.Text, via: "mail", mailID: in.mailID()}
	for _, a := range in.Attachments {
		if !strings.HasPrefix(a.Type, "image/") || len(draft.Photos) == mostPhotos {
			draft.note = "message.note.files"
			continue
		}
		p, err := d.takePhoto(ctx, a.Bytes)
		switch {
		case value.KindOf(err) == value.Invalid:
			draft.note = "message.note.files"
		case err != nil:
			return draft, err
		default:
			draft.Photos = append(draft.Photos, p)
		}
	}
	return draft.check()
}

func (d *Desk) takePhoto(ctx context.Context, bs []byte) (Photo, error) {
	p, err := d.room(ctx).Photos.Process(ctx, bytes.NewReader(bs))
	return photoOf(p), err
}

func photoOf(p media.Photo) Photo {
	return Photo{Sha256: p.Sha256, Width: p.Width, Height: p.Height, Colour: p.Colour}
}

// replyTo is the address at which a side answers by mail, made when it is first needed; empty on a site without mail.
func (d *Desk) replyTo(tx *db.Tx, c Conversation, s Side) (value.Email, error) {
	domain := d.room(tx.Context()).ReplyDomain
	if domain == "" {
		return "", nil
	}
	alias, err := db.One(tx, db.Column[string], `select alias from message_alias where conversation = $1 and side = $2`, c.ID, string(s))
	if value.KindOf(err) != value.NotFound {
		return value.Email(alias + "@" + domain), err
	}
	_, err = tx.Exec(`
		insert into message_alias (alias, conversation, side, made_us)
		values ($1, $2, $3, $4)
		on conflict (conversation, side) do nothing`, newAlias(), c.ID, string(s), value.Micros(tx.Now()))
	if err != nil {
		return "", err
	}
	alias, err = db.One(tx, db.Column[string], `select alias from message_alias where conversation = $1 and side = $2`, c.ID, string(s))
	return value.Email(alias + "@" + domain), err
}

func newAlias() string {
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		panic(err) // the system always has randomness, or stops the program itself
	}
	return aliasPrefix + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:]))
}
