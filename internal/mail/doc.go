// Package mail sends mail: sign-in links, receipts, answers, messages between members, newsletters. Its folder inbound
// takes mail in, and mailtest helps tests look at it.
//
// Send writes a message and the job that delivers it in the transaction of whoever causes it. So a mail goes out
// exactly if its cause was committed, and survives a crash. It goes out at least once: when the program dies between
// the server's yes and its own note of it, the mail goes out again under the same Message-ID.
//
// A Transport delivers: SMTP to a server, or Mailbox, which keeps messages for the mailbox page in development. What a
// server refuses for good (5xx) fails at once; what it refuses for now (4xx), or cannot be reached for, is tried again
// for about a day. A message whose time is over (Message.Until) is not sent any more.
//
// Promises:
//   - No text from outside can add a header, a recipient or a second message: subjects, addresses and headers with
//     control characters are refused when they are queued, and a person's name before our address (Message.Sender) is
//     cleaned of all that could look like an address.
//   - Secrets are not kept: the body of a message whose Kind is Secret is erased once it was sent or has failed. Only
//     Mailbox, which sends nothing, keeps it.
//   - A Kind that is Bulk cannot be queued without the address of one click that stops it.
//   - TLS is required and the server's certificate is checked, unless the operator says otherwise.
//   - Neither the change log nor errors hold a recipient's address.
//   - An address whose mail came back gets no more (Undeliverable), except what its owner asks for this minute.
//
// A message that failed for good is a change of object "mail" by system:mail, action "mail.fail" when a server refused
// it and "mail.bounce" when it came back later, so readers of the log see it.
//
// # The relay
//
// From says for each site who its mail comes from, and how:
//
//   - From.Signer signs (DKIM), with RSA for all receivers and Ed25519 for modern ones. KeyFile keeps an RSA key in a
//     file, SecretKey makes an Ed25519 key of the site's secret. DNSRecords lists what the operator publishes, for the
//     domain that mail comes from and for the one that answers go to.
//   - From.Returns gives each mail a return address of its own, b-…@reply.domain, that only we can make. A Receiver
//     whose Accepts knows it by Returns.ID and whose Handle passes it to TakeReturn learns what became of the mail.
//   - Message.Thread gathers mails in the reader's program; X-Loop shows a mail of ours that a program sends back.
//
// An address is given up at once when there is no such mailbox, and after five other failures in a row (a full mailbox)
// that are never 30 days apart. Forgive begins anew; whoever sees a person open a link in a mail calls it.
//
// SMTP keeps up to 4 connections open for 20 s after a mail, uses each for up to 200 mails, and sends sender, recipient
// and the wish to send in one packet where the server offers it (PIPELINING).
//
// # Limits
//
//	subject 200 characters · header 900 bytes · text, HTML 1 MB each · sender's name 80 characters · thread 200 bytes
//	attempts 30 within about 22 hours · 30 s for a server's answers to one mail
//
// Tables: mail_message, mail_failure.
package mail
