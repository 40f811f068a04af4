// Package push reaches a person's device through the push service of its browser (RFC 8030), encrypted so that only
// that browser can read it (RFC 8291), and signed so that the service knows which site it comes from (VAPID, RFC 8292).
// It knows nothing of members or alerts.
//
// Keys are the key pair of one site. They follow from a secret of the site, so that no database, log or backup of rows
// holds the private one, and the same site has the same pair on every process. A browser ties its Subscription to the
// public key: another secret means new subscriptions.
//
// A Subscription is what a browser hands over: an address at its push service and two values for the encryption. A
// stranger names that address, so requests go through web.Outbound: nothing leads into the operator's own networks,
// nothing is redirected, every request has a time-out, and no more than a kilobyte of an answer is read.
//
// Send makes one request and says what came of it: nil when the service took the message; ErrGone when the subscription
// is over and is to be forgotten; an error of kind Unavailable when it may work later; an error of kind Forbidden when
// the service refuses this site or message, which no repetition mends. It repeats nothing: a job does.
//
// Payloads have at most MostPayload bytes. They are padded to multiples of 512, so that their length says little to the
// service that carries them.
//
// Encryption and signature are written on the standard library: a hundred lines, tested with the vector of RFC 8291
// Appendix A. docs/decisions/0018 says why not a library.
//
// Tables: none.
package push
