package member

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/site"
	"fairground/internal/ui/text"
	"fairground/internal/value"
)

// mail queues the letter of an alert. Under its text stand where it leads and, unless it is a duty, how to stop such
// mail.
func (d *Desk) mail(tx *db.Tx, s *site.Site, to account.Account, kind account.AlertKind, n note) error {
	ctx := d.config.Letters(tx.Context(), locale(s, to))
	origin := d.config.Origin(s)
	letter := Letter{
		To: to.Email, Kind: kind.Name, Subject: n.subject, ReplyTo: n.replyTo, Sender: n.sender, Thread: n.thread,
	}
	var end strings.Builder
	end.WriteString(n.body)
	if n.href != "" {
		end.WriteString("\n\n" + origin + n.href)
	}
	end.WriteString("\n\n-- \n" + text.T(ctx, "member.letter.why", "site", s.Settings().Name, "kind", text.T(ctx, "alert."+kind.Name)))
	if kind.Duty {
		end.WriteString("\n" + text.T(ctx, "member.letter.duty"))
	} else {
		letter.Unsubscribe = origin + unsubscribePath(s, to.ID, kind.Name)
		stop := letter.Unsubscribe
		if n.stop != "" {
			letter.Unsubscribe = origin + n.stop
			end.WriteString("\n" + text.T(ctx, "member.letter.stop_this", "link", letter.Unsubscribe))
		}
		if n.replyTo != "" { // an answer may quote the text, and whoever gets it could press the link: the header has it
			stop = origin + "/account/preferences"
		}
		end.WriteString("\n" + text.T(ctx, "member.letter.stop", "link", stop))
	}
	letter.Text = end.String() + "\n"
	return d.config.Post.Send(tx, letter)
}

const sealLength = 18 // bytes, 144 bits

// unsubscribePath is the address that stops one kind of mail to one account, on one site, and nothing else.
func unsubscribePath(s *site.Site, of value.ID, kind string) string {
	return "/unsubscribe/" + of.Text(account.IDKind) + "." + kind + "." + base64.RawURLEncoding.EncodeToString(seal(s, of, kind))
}

// seal vouches for an unsubscribe address. The id is written with a border that no kind has.
func seal(s *site.Site, of value.ID, kind string) []byte {
	mac := hmac.New(sha256.New, s.Key("member unsubscribe"))
	mac.Write([]byte(of.Text(account.IDKind) + "\x00" + kind))
	return mac.Sum(nil)[:sealLength]
}

// readToken returns whose mail of which kind a token stops. Whatever is wrong with one has the same answer.
func (d *Desk) readToken(s *site.Site, token string) (value.ID, account.AlertKind, error) {
	no := &value.Error{Kind: value.NotFound, Key: "member.stop.unknown", Message: "this link is not complete; open it from the mail again, or sign in and choose what you are told"}
	id, rest, _ := strings.Cut(token, ".")
	border := strings.LastIndexByte(rest, '.')
	if border < 0 {
		return 0, account.AlertKind{}, no
	}
	name, sent := rest[:border], rest[border+1:]
	of, err := value.ParseID(account.IDKind, id)
	mac, badly := base64.RawURLEncoding.Strict().DecodeString(sent)
	if err != nil || badly != nil || !hmac.Equal(mac, seal(s, of, name)) {
		return 0, account.AlertKind{}, no
	}
	kind, known := d.kinds[name]
	if !known || kind.Duty {
		return 0, account.AlertKind{}, no
	}
	return of, kind, nil
}
