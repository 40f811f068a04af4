// Package inbound takes mail in: a Receiver speaks SMTP with other mail servers, Read makes an Incoming of a raw mail,
// and Trim leaves of its text what the person wrote this time.
//
// Promises:
//   - Nothing is relayed: a recipient that Config.Accepts does not know is refused while the other server names it, so
//     no mail of ours ever bounces to somebody who did not send it.
//   - An acknowledged mail is never lost: the other server hears 250 only after Config.Handle returned nil. When the
//     connection breaks at that moment the mail comes again; Incoming.Digest and the Message-ID tell that it is the same.
//   - No mail harms: how big, how deep, how many parts, how long a line, all have limits, and a mail over one of them is
//     refused with a reason instead of being read in part. What an attachment claims to be is not believed.
//   - Trimming never takes the whole text: when nothing would be left, all is kept.
//
// # The answers to a mail
//
// Accepts and Handle answer with an error of package value, and the other server hears
//
//	nil                    250
//	value.NotFound         550 5.1.1  there is no such address (any more)
//	value.Forbidden        554 5.7.1  with the error's message
//	value.Invalid          554 5.6.0  with the error's message
//	value.Conflict         554 5.7.1  with the error's message
//	value.Limited          451 4.7.1  it tries again later
//	value.Unavailable      451 4.3.0  it tries again later
//	any other              451 4.3.0  it tries again later; the error goes to the log
//
// A mail to several of our addresses is handed over once for each. When one of them has to wait, the whole mail comes
// again, so Handle must know a mail it had already. When one refuses for good, the sender hears which of them did.
//
// # Limits
//
//	size of a mail                     15 MB         Config.Size_bytes
//	all mails being received at once   192 MB        Config.Memory_bytes
//	recipients of one mail             10            Config.Recipients
//	connections at once                200           Config.Connections
//	connections of one network         20            Config.PerNetwork
//	mails of one network               1200 a minute Config.Mails_per_minute
//	wrong recipients of one network    60 an hour    Config.Strangers_per_hour
//	wrong recipients of a connection   5, then it is closed
//	line                               16 kB
//	pause between commands             1 minute      Config.Idle
//	one mail's text                    5 minutes     Config.Transfer
//	Accepts, Handle with reading       30 s, 2 min
//	header                             256 kB, of it 1,000 lines
//	parts of a mail                    200, nested at most 12 deep
//	attachments                        50
//	mails parsed at once               half of the processors
//	text                               200,000 characters; what is more is cut off and said so in the text
//	stations on the way (Received)     25, more is a loop
//	signatures verified                5
//
// A network is the /24 of an IPv4 address and the /48 of an IPv6 address. The machine's own addresses have no limits
// per network, because there a proxy or a mail server of the operator stands in front. For the same reason SPF says
// nothing about them; a mail that comes that way is proved by its signature only.
//
// # What the caller does
//
// Accepts should know the address postmaster of each domain, as mail servers expect it. Handle must be ready for a mail
// that comes twice, and must look at Results.Aligned before it believes Incoming.From: a passing SPF or DKIM alone says
// only that some domain stands behind the mail, not that it is the domain the mail shows.
package inbound
