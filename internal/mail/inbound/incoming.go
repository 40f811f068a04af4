package inbound

import (
	"time"

	"fairground/internal/value"
)

// Incoming is a mail as it came in. Everything in it is a stranger's word, except Results, Hops and Digest. All texts
// are valid UTF-8 without control characters other than line feeds and tabs.
type Incoming struct {
	Envelope value.Email // who the other server says it is from (MAIL FROM); empty for a bounce
	From     Address     // of the header, what the sender's mail program shows
	ReplyTo  Address     // of the header; zero when there is none
	To       []Address   // of the header To and Cc, at most 50; the recipient proper is given beside the Incoming
	Subject  string      // one line, at most 500 characters

	Text        string // what the person wrote: without quotations and signature
	Full        string // the whole text
	FromHTML    bool   // there was no plain text, so it was made from HTML
	Attachments []Attachment

	MessageID  string   // without the angle brackets; empty when it has none
	InReplyTo  string   // the same way
	References []string // the same way, at most 50
	Date       time.Time

	Auto        bool    // no person sent it: vacation answer, list, newsletter, bounce
	AutoBecause string  // the header or subject that says so, for the log
	Bounce      *Bounce // what became of a mail of ours; nil when it is no delivery report
	Loop        bool    // it passed too many stations; the Receiver refuses it

	Results    Results
	Hops       int    // stations on the way (Received)
	Size_bytes int64  // of the raw mail
	Digest     string // SHA-256 of the raw mail without its Received lines, hexadecimal: the same mail coming again

	loops []string // domains that sent it as their own
}

// Address is a name and a mail address of a header.
type Address struct {
	Name  string
	Email value.Email
}

// Attachment is a file of a mail. Its type is found in its content; an unknown one is application/octet-stream.
type Attachment struct {
	Name    string // a bare file name without folders, at most 100 characters; never empty
	Type    string // by content, such as image/jpeg
	Claimed string // what the mail says it is
	Inline  bool   // shown within the text, as logos of signatures are
	Content []byte
}

// Bounce is a report about a mail of ours (RFC 3464).
type Bounce struct {
	Recipient  value.Email // whom our mail was for, as the report says
	Action     string      // failed, delayed, delivered, relayed or expanded
	Status     string      // such as 5.1.1; empty when the report has none
	Diagnostic string      // what the other server said, one line of at most 500 characters
	MessageID  string      // of our mail, without the angle brackets; empty when the report does not have it
}

// Results say whether the mail comes from whom it claims to come from. Each is one of none, neutral, pass, fail,
// softfail, temperror, permerror.
type Results struct {
	Client     string // the other server's address
	Hello      string // the name it gave
	TLS        bool
	SPF        string   // may this server send for the envelope's domain (of Hello, when there is no envelope)
	SPFDomain  string   // the domain asked
	DKIM       string   // pass when one signature holds
	DKIMPassed []string // domains whose signature holds
	Aligned    bool     // SPF or DKIM passed for the domain that the header From shows (as DMARC wants it, relaxed)
	Policy     string   // what that domain asks for when it is not: none, quarantine, reject; empty when it says nothing
}
