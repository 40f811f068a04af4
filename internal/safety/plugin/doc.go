// Package plugin asks a service outside, over HTTP, for a signal: a score from 0 to 1 that rules read as signals.NAME.
//
// The contract is in docs/safety-rules.md. In short: one POST of JSON, signed after the Standard Webhooks, and an answer of
// JSON with a score. Whatever else comes, a late answer, another status, a redirect, too much, something that is no score,
// is an error, and a rule that asks an error holds.
//
// The address is a stranger's. It is checked when the signal is made, and each connection again by web.Outbound, so that
// it never leads into the operator's own networks.
//
// The service gets the texts, category, price and attributes of the subject, the hashes of its photos and the age of the
// author's account. It never gets the exact place or who the author is.
package plugin
