// Package mail sends mail: sign-in links, receipts, answers, newsletters.
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
//     control characters are refused when they are queued.
//   - Secrets are not kept: the body of a message whose Kind is Secret is erased once it was sent or has failed. Only
//     Mailbox, which sends nothing, keeps it.
//   - A Kind that is Bulk cannot be queued without the address of one click that stops it.
//   - TLS is required and the server's certificate is checked, unless the operator says otherwise.
//   - Neither the change log nor errors hold a recipient's address.
//
// A message that failed for good is a change of object "mail" by system:mail, so readers of the log see it.
//
// Table: mail_message.
package mail
