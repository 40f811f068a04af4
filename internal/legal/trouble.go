package legal

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"

	"fairground/internal/web"
)

// Trouble is why nothing could be sent to the Transparency Database, in words for people. It never holds the token, nor
// what the other side wrote.
type Trouble struct {
	Key     string // of the catalogue
	Status  string // what the other side answered with, such as "401 Unauthorized"; may be empty
	English string
	Err     error // what the network said; nil when there was an answer
}

// Error is for the log.
func (t Trouble) Error() string {
	switch {
	case t.Err != nil:
		return t.English + ": " + t.Err.Error()
	case t.Status != "":
		return t.English + " (" + t.Status + ")"
	default:
		return t.English
	}
}

// Unwrap is what the network said.
func (t Trouble) Unwrap() error { return t.Err }

// errEmpty is what the database says of an empty batch: it took the token, and wants records.
var errEmpty = errors.New("legal: the batch is empty")

// refused explains an answer that is none to a batch.
func refused(answer *http.Response) Trouble {
	t := Trouble{Status: answer.Status, Key: "legal.trouble.status", English: "the Transparency Database gave an answer that it does not give"}
	switch code := answer.StatusCode; {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		t.Key, t.English = "legal.trouble.token", "the Transparency Database does not take the token"
	case code == http.StatusNotFound || code == http.StatusMethodNotAllowed || code == http.StatusGone:
		t.Key, t.English = "legal.trouble.place", "nothing takes batches at this address"
	case code >= 300 && code < 400:
		t.Key, t.English = "legal.trouble.moved", "the address leads on to another one; write that one"
	case code == http.StatusTooManyRequests:
		t.Key, t.English = "legal.trouble.busy", "the Transparency Database wants a pause"
	case code >= 500:
		t.Key, t.English = "legal.trouble.down", "the Transparency Database has a fault of its own"
	}
	return t
}

// unreached explains why there was no answer.
func unreached(err error) Trouble {
	var unknown *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var timeout net.Error
	t := Trouble{Key: "legal.trouble.silent", English: "nothing answers at this address", Err: err}
	switch {
	case errors.Is(err, web.ErrNotPublic):
		t.Key, t.English = "legal.trouble.inside", "this address is not on the public internet"
	case errors.As(err, &unknown):
		t.Key, t.English = "legal.trouble.name", "no machine has this name"
	case errors.As(err, &certificate) || errors.As(err, &record):
		t.Key, t.English = "legal.trouble.certificate", "the machine at this address cannot prove that it is it"
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		t.Key, t.English = "legal.trouble.slow", "there was no answer in time"
	}
	return t
}

// troubleOf finds the Trouble in an error.
func troubleOf(err error) Trouble {
	var t Trouble
	if errors.As(err, &t) {
		return t
	}
	return Trouble{Key: "legal.trouble.strange", English: err.Error()}
}

// isJSON reports whether an answer is the database's and not a page of a website.
func isJSON(answer *http.Response) bool {
	return strings.Contains(answer.Header.Get("Content-Type"), "json")
}
