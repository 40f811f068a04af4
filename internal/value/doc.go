// Package value holds the plain values every other package speaks in: ids, money, mail addresses, phone numbers,
// points, locales, clocks, actors and error kinds. It does no input or output and imports nothing of Fairground.
//
// All types are comparable by value and safe to copy. Constructors named Parse check what they are given and return
// an *Error of kind Invalid that a person can act on; a value that exists is therefore a valid one.
package value
