package app

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/mail"
	"fairground/internal/mail/inbound"
	"fairground/internal/message"
	"fairground/internal/site"
	"fairground/internal/value"
)

// transport delivers mail: to the configured server, or, in development, to the mailbox page.
type transport struct{ app *App }

// Deliver sends one mail.
func (t transport) Deliver(ctx context.Context, from mail.From, m mail.Mail) (mail.State, error) {
	if t.app.smtp == nil {
		return mail.Mailbox{}.Deliver(ctx, from, m)
	}
	return t.app.smtp.Deliver(ctx, from, m)
}

// openMail prepares the way to the mail server, if there is one.
func (a *App) openMail(context.Context) error {
	if a.config.SMTP == "" {
		return nil
	}
	name := a.config.MailName
	if name == "" {
		name = "localhost.localdomain"
	}
	config, err := mail.ParseSMTP(a.config.SMTP, name)
	if err != nil {
		return err
	}
	if a.smtp, err = mail.NewSMTP(config); err != nil {
		return err
	}
	a.closers = append(a.closers, a.smtp.Close)
	return nil
}

// sender is who a site's mail comes from. It is signed when it leaves this machine, and comes back to us when this
// installation takes mail in.
func (a *App) sender(s *site.Site) func(*db.Tx) (mail.From, error) {
	var signers sync.Map // by domain
	return func(*db.Tx) (mail.From, error) {
		settings := s.Settings()
		from := mail.From{Name: settings.Name, Address: settings.Sender()}
		if domain := a.replyDomain(s); domain != "" {
			from.Returns = &mail.Returns{Domain: domain, Secret: s.Key("returns")}
		}
		if a.smtp == nil {
			return from, nil
		}
		domain := domainOf(from.Address)
		if known, ok := signers.Load(domain); ok {
			from.Signer = known.(*mail.Signer)
			return from, nil
		}
		signer, err := a.signer(s, domain)
		if err != nil {
			return from, err
		}
		signers.Store(domain, signer)
		from.Signer = signer
		return from, nil
	}
}

// signer signs for a domain with two keys: one of RSA, which every receiver knows, and one of Ed25519.
func (a *App) signer(s *site.Site, domain string) (*mail.Signer, error) {
	rsa, err := mail.KeyFile(filepath.Join(a.config.keys(), s.Slug+".dkim.pem"), "fg-rsa")
	if err != nil {
		return nil, err
	}
	ed, err := mail.SecretKey(s.Key("dkim"), domain)
	if err != nil {
		return nil, err
	}
	return mail.NewSigner(domain, rsa, ed)
}

// DNSRecords are what an operator publishes for the mail of a site: of the domain it is sent from, and of the one that
// takes answers, when this installation takes mail in.
func (a *App) DNSRecords(s *site.Site) ([]mail.Record, error) {
	domain := domainOf(s.Settings().Sender())
	signer, err := a.signer(s, domain)
	if err != nil {
		return nil, err
	}
	records, err := mail.DNSRecords(domain, mail.Route{Senders: a.mailNames()}, signer)
	if reply := a.replyDomain(s); err == nil && reply != "" {
		var more []mail.Record
		more, err = mail.DNSRecords(reply, mail.Route{Receiver: a.config.MailName, Senders: a.mailNames()}, nil)
		records = append(records, more...)
	}
	return records, err
}

func (a *App) mailNames() []string {
	if a.config.MailName == "" {
		return nil
	}
	return []string{a.config.MailName}
}

// Receiver is the server that takes mail in; nil when none is to be taken. Its Serve runs until its context ends.
func (a *App) Receiver() (*inbound.Receiver, error) {
	if a.config.MailIn == "" {
		return nil, nil
	}
	return inbound.NewReceiver(inbound.Config{
		Listen: a.config.MailIn, Name: a.config.MailName, Clock: a.clock, Log: slog.Default(), Resolver: a.config.Resolver,
		Accepts: a.acceptsMail, Handle: a.takeMail,
	})
}

// acceptsMail knows the masked addresses of conversations that live, and the return addresses of our own mails.
func (a *App) acceptsMail(ctx context.Context, to value.Email) error {
	return a.useMailDomain(ctx, to, func(ctx context.Context, s *site.Site, local string) error {
		if returns := (mail.Returns{Domain: domainOf(to), Secret: s.Key("returns")}); returns.IsReturn(to) {
			_, err := returns.ID(to)
			return err
		}
		if local == postmaster {
			return nil
		}
		return s.DB.Read(ctx, func(tx *db.Tx) error { return a.message.Takes(tx, local) })
	})
}

// takeMail keeps a mail: as a message, or as the news that one of ours did not arrive.
func (a *App) takeMail(ctx context.Context, to value.Email, in inbound.Incoming) error {
	return a.useMailDomain(ctx, to, func(ctx context.Context, s *site.Site, local string) error {
		if returns := (mail.Returns{Domain: domainOf(to), Secret: s.Key("returns")}); returns.IsReturn(to) {
			id, err := returns.ID(to)
			if err != nil {
				return err
			}
			return mail.TakeReturn(ctx, s.DB, id, in)
		}
		if local == postmaster {
			return a.tellOperator(ctx, s, in)
		}
		return a.message.Receive(ctx, local, incoming(in))
	})
}

// postmaster is an address that every mail server has to take mail for (RFC 5321, 4.5.1).
const postmaster = "postmaster"

// tellOperator passes what a person wrote to the postmaster on to the site's contact address, as a mail of our own.
func (a *App) tellOperator(ctx context.Context, s *site.Site, in inbound.Incoming) error {
	if in.Auto {
		return nil
	}
	if err := a.postmasters.Allow(s.Slug); err != nil {
		return err
	}
	return s.DB.Write(ctx, value.SystemActor("mail"), "mail.postmaster", func(tx *db.Tx) error {
		tx.Log(db.Change{Object: "mail", Record: tx.NewID(), Diff: map[string]any{"postmaster": in.Digest}})
		return mail.Send(tx, mail.Message{
			Kind: mail.Kind{Name: "mail.postmaster"}, To: s.Settings().ContactEmail, ReplyTo: in.From.Email,
			Subject: "Postmaster: " + in.Subject, Text: in.Text,
		})
	})
}

// incoming is a mail in the words of conversations. What a server or a signature says counts only when it speaks for the
// domain that the mail shows as its sender.
func incoming(in inbound.Incoming) message.Incoming {
	mine := message.Incoming{
		From: in.From.Email, Subject: in.Subject, Text: in.Text, Auto: in.Auto, MessageID: in.MessageID,
		SPF: "none", DKIM: "none",
	}
	if in.Results.Aligned {
		mine.SPF, mine.DKIM = in.Results.SPF, in.Results.DKIM
		if mine.DKIM != "pass" && mine.SPF == "pass" {
			mine.DKIM = "none" // a signature that a mailing list broke says nothing against the server's word
		}
	}
	for _, file := range in.Attachments {
		if !file.Inline || len(file.Content) > smallLogo {
			mine.Attachments = append(mine.Attachments, message.Attachment{Name: file.Name, Type: file.Type, Bytes: file.Content})
		}
	}
	return mine
}

// smallLogo is the length up to which a picture within a mail's text is taken for a part of a signature. Telephones put
// photos there too.
const smallLogo = 30 << 10

// useMailDomain opens the site whose masked addresses are at the domain of an address: one of its hosts, or a name with
// one label more.
func (a *App) useMailDomain(ctx context.Context, to value.Email, fn func(ctx context.Context, s *site.Site, local string) error) error {
	local, domain, _ := strings.Cut(strings.ToLower(string(to)), "@")
	_, parent, _ := strings.Cut(domain, ".")
	for _, host := range []string{domain, parent} {
		slug, err := a.Registry.SlugOf(ctx, host)
		if err != nil {
			return err
		}
		if slug == "" {
			continue
		}
		return a.Registry.Use(ctx, slug, func(ctx context.Context, s *site.Site) error {
			if a.replyDomain(s) != domain {
				return noMailbox(to)
			}
			return fn(ctx, s, local)
		})
	}
	return noMailbox(to)
}

func noMailbox(to value.Email) error {
	return fmt.Errorf("mail for %s: %w", domainOf(to), value.Errorf(value.NotFound, "there is no such address"))
}

func domainOf(address value.Email) string {
	_, domain, _ := strings.Cut(string(address), "@")
	return domain
}

// mails are what package mail keeps of a person: the mails to their address.
type mails struct{}

// Name is the folder of an export.
func (mails) Name() string { return "mail" }

const mostMails = 1000 // of an export

// Export hands out when which mail went to the person; what lets somebody in stays out.
func (mails) Export(tx *db.Tx, of value.ID, put func(name string, rows any) error) error {
	a, err := account.Find(tx, of)
	if err != nil {
		return err
	}
	sent, err := mail.MessagesTo(tx, a.Email, mostMails)
	if err != nil {
		return err
	}
	rows := make([]map[string]any, len(sent))
	for i, m := range sent {
		rows[i] = map[string]any{"at": m.At, "subject": m.Subject, "state": m.State}
		if !m.Kind.Secret {
			rows[i]["text"] = m.Text
		}
	}
	return put("mails", rows)
}

// Erase forgets the mails, waiting ones included, and what is known of the address. It comes before the estate of
// package account, which erases the address.
func (mails) Erase(tx *db.Tx, of value.ID, _ func(what, why, until string)) error {
	a, err := account.Find(tx, of)
	if err != nil || !a.Erased.IsZero() {
		return err
	}
	_, err = mail.Forget(tx, a.Email)
	return err
}
