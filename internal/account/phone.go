package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"time"

	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// PhoneAge is how long a code works that was sent to a telephone.
const PhoneAge = 10 * time.Minute

// phoneWaiting is a number whose owner was sent a code.
type phoneWaiting struct {
	phone value.Phone
	code  []byte
	tries int
}

func findPhoneCheck(tx *db.Tx, account value.ID) (p phoneWaiting, err error) {
	err = tx.Row("select phone, code, tries from phone_check where account = $1 and expires_us > $2 and tries < $3",
		account, value.Micros(tx.Now()), mostTries).Scan(&p.phone, &p.code, &p.tries)
	return p, err
}

// phoneCode is a keyed hash of a code, which belongs to one account and one number.
func phoneCode(s *site.Site, account value.ID, phone value.Phone, code string) []byte {
	mac := hmac.New(sha256.New, s.Key("phone code"))
	mac.Write([]byte(account.String() + " " + string(phone) + " " + code))
	return mac.Sum(nil)
}

// phoneMark stands for a number in the log and in limits, as mark does for an address.
func phoneMark(s *site.Site, phone value.Phone) string {
	mac := hmac.New(sha256.New, s.Key("account phone"))
	mac.Write([]byte(phone))
	return hex.EncodeToString(mac.Sum(nil)[:12])
}

func sixDigits() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}

// askPhone texts a code to a number, as often as the limits allow. A new code takes the place of the one before.
func (d *Door) askPhone(ctx context.Context, session Session, typed string, v visit) error {
	s := site.From(ctx)
	phone, err := value.ParsePhone(typed, s.Settings().Country)
	if err != nil {
		problem := value.Fieldf("phone", "write a telephone number such as +41 44 668 18 00")
		problem.Key = "account.phone_wrong"
		return problem
	}
	if err := d.allowText(s, session, phone, v); err != nil {
		return err
	}
	code, err := sixDigits()
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, session.Actor(), "account.ask_phone", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"phone": phoneMark(s, phone), "network": v.network}})
		_, err := tx.Exec(`
			insert into phone_check (account, phone, code, tries, created_us, expires_us) values ($1, $2, $3, 0, $4, $5)
			on conflict (account) do update set phone = excluded.phone, code = excluded.code, tries = 0,
				created_us = excluded.created_us, expires_us = excluded.expires_us`,
			session.Account, string(phone), phoneCode(s, session.Account, phone, code), value.Micros(tx.Now()), value.Micros(tx.Now().Add(PhoneAge)))
		return err
	})
	if err != nil {
		return err
	}
	words := text.T(ctx, "account.phone_text", "site", s.Settings().Name, "code", code, "minutes", int(PhoneAge.Minutes()))
	if err := d.config.Texts.Send(ctx, phone, words); err != nil {
		return (&value.Error{Kind: value.Unavailable, Key: "account.phone_unsent", Message: "the text could not be sent; please try again later"}).Because(err)
	}
	return nil
}

// allowText counts a text: to its number, for its account and from its network, since texts cost money.
func (d *Door) allowText(s *site.Site, session Session, phone value.Phone, v visit) error {
	for _, key := range []string{s.Slug + " to " + phoneMark(s, phone), s.Slug + " for " + session.Account.String()} {
		if err := d.config.ByPhone.Allow(key); err != nil {
			return err
		}
	}
	return d.config.ByTexts.Allow(s.Slug + " " + v.network)
}

// takePhone takes the code that was sent: the number is proven. Five wrong ones end it.
func (d *Door) takePhone(ctx context.Context, session Session, typed string, v visit) error {
	s := site.From(ctx)
	var wrong error
	err := s.DB.Write(ctx, session.Actor(), "account.set_phone", func(tx *db.Tx) error {
		wrong = nil
		p, err := findPhoneCheck(tx, session.Account)
		if value.KindOf(err) == value.NotFound {
			return over()
		}
		if err != nil {
			return err
		}
		if !hmac.Equal(p.code, phoneCode(s, session.Account, p.phone, digits(typed))) {
			if wrong = wrongCode(); p.tries+1 >= mostTries {
				wrong = over()
			}
			tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"phone_code": "wrong", "network": v.network}})
			_, err := tx.Exec("update phone_check set tries = tries + 1 where account = $1", session.Account)
			return err
		}
		return d.storePhone(tx, session.Account, p.phone, v)
	})
	if err == nil {
		err = wrong
	}
	return err
}

func (d *Door) storePhone(tx *db.Tx, id value.ID, phone value.Phone, v visit) error {
	if _, err := tx.Exec("delete from phone_check where account = $1", id); err != nil {
		return err
	}
	if _, err := tx.Exec("update account set phone = $2, phone_us = $3 where id = $1", id, string(phone), value.Micros(tx.Now())); err != nil {
		return err
	}
	tx.Log(db.Change{Object: "account", Record: id, Diff: map[string]any{"phone": "proven"}})
	return d.warn(tx, id, v.origin, "account.warn_phone_set", "phone", maskedPhone(phone))
}

// removePhone takes the number away, and a check under way.
func (d *Door) removePhone(ctx context.Context, session Session, v visit) error {
	s := site.From(ctx)
	return s.DB.Write(ctx, session.Actor(), "account.remove_phone", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "account", Record: session.Account, Diff: map[string]any{"phone": "removed"}})
		if _, err := tx.Exec("delete from phone_check where account = $1", session.Account); err != nil {
			return err
		}
		n, err := tx.Exec("update account set phone = null, phone_us = null where id = $1 and phone is not null", session.Account)
		if err != nil || n == 0 {
			return err
		}
		return d.warn(tx, session.Account, v.origin, "account.warn_phone_removed")
	})
}

// maskedPhone shows the last two digits to somebody who knows the number.
func maskedPhone(phone value.Phone) string {
	if len(phone) < 5 {
		return ""
	}
	return string(phone[:3]) + " … " + string(phone[len(phone)-2:])
}

// MailboxTexts is a Texts for development: it puts the messages among the letters, where the mailbox page shows them.
func MailboxTexts(post Post) Texts { return mailboxTexts{post} }

type mailboxTexts struct{ post Post }

func (m mailboxTexts) Send(ctx context.Context, phone value.Phone, words string) error {
	return site.From(ctx).DB.Maintain(ctx, "put a text among the letters", func(tx *db.Tx) error {
		return m.post.Send(tx, Letter{To: value.Email(string(phone[1:]) + "@text.invalid"), Name: string(phone), Purpose: "text", Subject: string(phone), Text: words})
	})
}
