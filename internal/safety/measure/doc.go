// Package measure gives figures of the screening: how well hidden telephone numbers are found on texts that it makes from a
// seed, what the provider's pack holds of real listings, and how quick it is. `fairground bench safety` prints them, and
// docs/safety-rules.md cites them. It reads and writes no database.
package measure
