package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"fairground/internal/value"
)

// Status gives an error a status of its own instead of that of its kind, such as 401 or 412 in the API.
func Status(status int, err error) error { return &fault{error: err, status: status} }

// RetryAfter says when it is worth trying again; the answer carries it as Retry-After, in whole seconds.
func RetryAfter(d time.Duration, err error) error { return &fault{error: err, after: d} }

// Detour is an error that is answered with 303 to another page of this site, such as a guard's way to the sign-in.
func Detour(path string) error { return &detour{path} }

type fault struct {
	error
	status int
	after  time.Duration
}

func (f *fault) Unwrap() error { return f.error }

type detour struct{ path string }

func (d *detour) Error() string { return "go to " + d.path }

// Public is what a person may see of an error: its first *value.Error without the cause, or one that says only that
// something went wrong.
func Public(err error) *value.Error {
	var tooLarge *http.MaxBytesError
	var known *value.Error
	switch {
	case errors.As(err, &tooLarge):
		return words(value.Invalid, "web.too_large", "this is more than the %d kB this page takes", "limit", (tooLarge.Limit+1023)/1024)
	case errors.As(err, &known) && known.Kind != value.Internal:
		return known.Because(nil)
	case errors.Is(err, context.DeadlineExceeded):
		return words(value.Unavailable, "web.timeout", "this took too long; please try again")
	}
	return words(value.Internal, "web.internal", "something went wrong on our side")
}

// StatusOf is the HTTP status of an error: the one Status gave it, or that of its kind.
func StatusOf(err error) int {
	var f *fault
	for e := err; errors.As(e, &f); e = f.error {
		if f.status != 0 {
			return f.status
		}
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	return statusOfKind(Public(err).Kind)
}

func statusOfKind(kind value.Kind) int {
	switch kind {
	case value.Invalid:
		return http.StatusUnprocessableEntity
	case value.NotFound:
		return http.StatusNotFound
	case value.Forbidden:
		return http.StatusForbidden
	case value.Conflict:
		return http.StatusConflict
	case value.Limited:
		return http.StatusTooManyRequests
	case value.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// fail answers a request whose handler returned an error.
func (m *Router) fail(w *response, r *http.Request, err error) {
	s := stateOf(r)
	var away *detour
	if errors.As(err, &away) {
		if err = Redirect(w, r, away.path); err == nil {
			return
		}
	}
	if gone(r, err) {
		s.gone = true
		return
	}
	status := StatusOf(err)
	if status >= 500 {
		m.config.Log.LogAttrs(r.Context(), slog.LevelError, "request failed",
			slog.String("id", s.id), slog.String("route", s.pattern()), slog.Int("status", status), slog.String("cause", err.Error()))
	}
	if !w.takeBack() {
		panic(http.ErrAbortHandler) // the client has part of an answer; a broken one is honest, a completed one is not
	}
	var f *fault
	for e := err; errors.As(e, &f); e = f.error {
		if f.after > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.after.Seconds()))))
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	m.config.OnError(w, r, status, s.id, Public(err))
}

// gone reports whether the error is only that the client went away.
func gone(r *http.Request, err error) bool {
	return errors.Is(err, context.Canceled) && errors.Is(r.Context().Err(), context.Canceled)
}

// recover turns a panic into an error of the program. It runs deferred.
func (m *Router) recover(w *response, r *http.Request, s *state) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	stack := string(debug.Stack())
	m.config.Log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.String("id", s.id), slog.String("stack", stack))
	m.fail(w, r, fmt.Errorf("panic: %v", cause))
	w.finish()
}

// plainError is the OnError of a router that was given none.
func plainError(w http.ResponseWriter, r *http.Request, status int, id string, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	message := Public(err).Message
	if status >= 500 {
		message += " (" + id + ")"
	}
	fmt.Fprintln(w, message)
}
