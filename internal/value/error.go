package value

import (
	"errors"
	"fmt"
)

// Kind sorts errors by what the caller can do about them. Errors without a kind are Internal: the person sees an id,
// the log sees the cause.
type Kind string

// The kinds of error.
const (
	Invalid     Kind = "invalid"     // the input is wrong; the message says how to mend it
	NotFound    Kind = "not_found"   // there is no such thing, or the actor may not know of it
	Forbidden   Kind = "forbidden"   // it exists, and this actor may not do this
	Conflict    Kind = "conflict"    // somebody else changed it first, or it exists already
	Limited     Kind = "limited"     // too much or too often; later it may work
	Unavailable Kind = "unavailable" // something this needs is down; later it may work
	Internal    Kind = "internal"    // a fault of the program
)

// Error is an error with two faces: Message is for the person, Err for the log.
type Error struct {
	Kind    Kind
	Message string // a sentence a person can act on
	Field   string // the form field or column it belongs to, if any
	Key     string // message catalogue key, if the message is to be translated
	Args    []any  // arguments of Key
	Err     error  // the cause, if any
}

// Error returns the message and, after it, the cause.
func (e *Error) Error() string {
	text := e.Message
	if e.Field != "" {
		text = e.Field + ": " + text
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf returns an *Error of a kind with a message for the person.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Because returns a copy of the error with its cause set; the person never sees the cause.
func (e *Error) Because(cause error) *Error {
	copied := *e
	copied.Err = cause
	return &copied
}

// Fieldf returns an *Error of kind Invalid that belongs to one field.
func Fieldf(field, format string, args ...any) *Error {
	err := Errorf(Invalid, format, args...)
	err.Field = field
	return err
}

// KindOf returns the kind of the first *Error in err's chain, Internal when there is none, and "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var known *Error
	if errors.As(err, &known) {
		return known.Kind
	}
	return Internal
}
