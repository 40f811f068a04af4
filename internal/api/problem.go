package api

import (
	"errors"
	"net/http"
	"strings"

	"fairground/internal/value"
	"fairground/internal/web"
)

// Problem is how the API says that something did not work (RFC 9457).
type Problem struct {
	Type     string         `json:"type" doc:"An address that names the kind of problem; the page there explains it."`
	Title    string         `json:"title" doc:"The kind of problem in words."`
	Status   int            `json:"status" doc:"The status of the answer."`
	Detail   string         `json:"detail" doc:"What is wrong this time, and what to do about it."`
	Instance string         `json:"instance" doc:"Names this occurrence; quote it when you ask for help."`
	Rev      int64          `json:"rev,omitempty" doc:"The present revision, when somebody changed the record first."`
	Errors   []FieldProblem `json:"errors,omitempty" doc:"What is wrong with which part of the body."`
}

// FieldProblem is what is wrong with one part of a body.
type FieldProblem struct {
	Field   string `json:"field,omitempty" doc:"The name of the field."`
	Pointer string `json:"pointer,omitempty" doc:"Where it stands in the body, as a JSON pointer in a fragment."`
	Detail  string `json:"detail" doc:"What is wrong with it."`
}

const problemType = "application/problem+json"

// kinds name problems by status. The page of the API explains each under its name.
var kinds = map[int][2]string{
	http.StatusBadRequest:            {"malformed", "The request could not be read"},
	http.StatusUnauthorized:          {"unauthorized", "A valid token is needed"},
	http.StatusForbidden:             {"forbidden", "This token may not do this"},
	http.StatusNotFound:              {"not-found", "There is no such thing"},
	http.StatusMethodNotAllowed:      {"method", "This address does not take this method"},
	http.StatusNotAcceptable:         {"not-acceptable", "The answer has another type than asked for"},
	http.StatusConflict:              {"conflict", "This conflicts with what is there"},
	http.StatusPreconditionFailed:    {"changed", "Somebody changed it first"},
	http.StatusRequestEntityTooLarge: {"too-large", "The body is too large"},
	http.StatusUnsupportedMediaType:  {"media-type", "The body has another type than expected"},
	http.StatusUnprocessableEntity:   {"invalid", "The content is not valid"},
	http.StatusPreconditionRequired:  {"precondition", "Say which revision you change"},
	http.StatusTooManyRequests:       {"limited", "Too many requests"},
	http.StatusInternalServerError:   {"internal", "Something went wrong on our side"},
	http.StatusServiceUnavailable:    {"unavailable", "Not available at present"},
}

// Errors returns an OnError that answers requests to the API as problem+json and leaves the others to next.
func Errors(next web.OnError) web.OnError {
	return func(w http.ResponseWriter, r *http.Request, status int, id string, err error) {
		if !Beneath(r.URL.Path) {
			next(w, r, status, id, err)
			return
		}
		_ = writeProblem(w, r, status, id, err) // a failure to write means that the client is gone
	}
}

// Beneath reports whether a path belongs to the API.
func Beneath(path string) bool { return path == Path || strings.HasPrefix(path, Path+"/") }

func writeProblem(w http.ResponseWriter, r *http.Request, status int, id string, err error) error {
	all := collect(err)
	kind, known := kinds[status]
	if !known {
		kind = [2]string{"other", http.StatusText(status)}
	}
	p := Problem{Type: Path + "/#problem-" + kind[0], Title: kind[1], Status: status, Instance: Path + "/requests/" + id}
	if len(all) > 0 {
		p.Detail = detailOf(all[0])
	}
	if len(all) > 1 {
		p.Detail = "several things are wrong; see errors"
	}
	var newer *changedError
	if errors.As(err, &newer) {
		p.Rev = newer.rev
	}
	for _, one := range all[:min(len(all), mostProblems)] {
		if one.Field != "" || len(all) > 1 {
			p.Errors = append(p.Errors, fieldProblem(one))
		}
	}
	h := w.Header()
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		h.Set("WWW-Authenticate", visitOf(r).challenge(status))
	}
	h.Set("Content-Type", problemType)
	h.Set("Cache-Control", "no-store")
	return web.WriteJSON(w, status, p)
}

const mostProblems = 100 // told of at once

// fieldProblem tells of one field. Its name is the last part of the place where it stands.
func fieldProblem(e *value.Error) FieldProblem {
	name := e.Field
	if strings.HasPrefix(name, "/") {
		name = name[strings.LastIndexByte(name, '/')+1:]
	}
	return FieldProblem{Field: name, Pointer: pointer(e.Field), Detail: e.Message}
}

// under moves the errors of fields to where they stand in the body, such as /values. An error that is none of the
// caller's stays as it is.
func under(place string, err error) error {
	all := collect(err)
	kind := value.KindOf(err)
	if len(all) == 0 || kind == value.Internal || kind == value.Unavailable {
		return err
	}
	moved := make(faults, len(all))
	for i, one := range all {
		copied := *one
		if one.Field != "" && one.Field[0] != '/' {
			copied.Field = place + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(one.Field)
		}
		moved[i] = &copied
	}
	if len(moved) == 1 {
		return moved[0]
	}
	return moved
}

// faults are several errors at once. Their kind is that of the first.
type faults []*value.Error

// Error lists them.
func (e faults) Error() string { return errors.Join(e.Unwrap()...).Error() }

// Unwrap returns them one by one.
func (e faults) Unwrap() []error {
	all := make([]error, len(e))
	for i, one := range e {
		all[i] = one
	}
	return all
}

// detailOf is the message for a program. The router speaks of pages.
func detailOf(e *value.Error) string {
	switch e.Key {
	case "web.not_found":
		return "the API has nothing at this address; " + Path + "/openapi.json lists what it has"
	case "web.method":
		return "this address takes only the methods in Allow"
	}
	return e.Message
}

// pointer is the JSON pointer, as a fragment, to a field. Names with dots or slashes lead into the value.
func pointer(field string) string {
	if field == "" {
		return ""
	}
	if !strings.HasPrefix(field, "/") {
		field = "/" + strings.ReplaceAll(strings.ReplaceAll(field, "~", "~0"), ".", "/")
	}
	return "#" + field
}

// collect finds all errors for people in an error that may join several.
func collect(err error) []*value.Error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*value.Error
		for _, one := range several.Unwrap() {
			all = append(all, collect(one)...)
		}
		return all
	}
	if known, ok := err.(*value.Error); ok {
		return []*value.Error{known}
	}
	if inner := errors.Unwrap(err); inner != nil {
		return collect(inner)
	}
	return nil
}

// refusal is an error whose answer has headers of its own.
type refusal struct {
	error
	name, content string
}

// Unwrap returns the error without the headers.
func (e *refusal) Unwrap() error { return e.error }

// withHeader gives the answer to an error one more header.
func withHeader(err error, name, content string) error { return &refusal{err, name, content} }

// refuse answers errors of the caller that the router could not tell whole: several at once, or with headers. All
// others go on to the router, which logs what is a fault of the program.
func refuse(w http.ResponseWriter, r *http.Request, err error) error {
	var with *refusal
	all := collect(err)
	special := errors.As(err, &with)
	status := web.StatusOf(err)
	if status >= http.StatusInternalServerError || r.Context().Err() != nil || !special && len(all) < 2 {
		return err
	}
	if special {
		w.Header().Set(with.name, with.content)
	}
	return writeProblem(w, r, status, web.ID(r.Context()), err)
}
