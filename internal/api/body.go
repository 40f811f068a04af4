package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"fairground/internal/value"
	"fairground/internal/web"
)

// ReadBody reads a JSON body whole. Another type is answered with 415, a body over the route's limit with 413, and what
// is not valid UTF-8 with 400.
func ReadBody(r *http.Request) ([]byte, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && kind != "application/merge-patch+json" {
		return nil, web.Status(http.StatusUnsupportedMediaType, value.Errorf(value.Invalid, "send the body as application/json"))
	}
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, web.Status(http.StatusRequestEntityTooLarge, value.Errorf(value.Invalid, "the body has more than %d bytes", tooLarge.Limit))
	}
	if err != nil {
		return nil, malformed("the body could not be read to its end").Because(err)
	}
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 || bytes.Contains(body, []byte(`\u0000`)) {
		return nil, badRequest(malformed("the body is not valid UTF-8, or has NUL in it"))
	}
	return body, nil
}

func malformed(format string, args ...any) *value.Error {
	return value.Errorf(value.Invalid, format, args...)
}

func badRequest(err error) error { return web.Status(http.StatusBadRequest, err) }

// Decode reads a JSON body into a value. What is not JSON is answered with 400; fields that do not exist, and values of
// another type, with 422 on the field.
func Decode(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	return decodeWhole(decoder, into)
}

func decodeWhole(decoder *json.Decoder, into any) error {
	if err := decoder.Decode(into); err != nil {
		return undecodable(err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return badRequest(malformed("there is text after the JSON value, at byte %d", decoder.InputOffset()))
	}
	return nil
}

func undecodable(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		return value.Fieldf(kind.Field, "this takes %s, not %s", jsonName(kind.Type.String()), kind.Value)
	case errors.As(err, &syntax):
		return badRequest(malformed("this is not JSON: %s, at byte %d", syntax.Error(), syntax.Offset))
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return value.Fieldf(strings.Trim(name, `"`), "there is no such field")
	}
	var known *value.Error
	if errors.As(err, &known) {
		return known
	}
	return badRequest(malformed("this is not the JSON expected here").Because(err))
}

// jsonName is what a type of Go is called in JSON.
func jsonName(kind string) string {
	switch {
	case strings.HasPrefix(kind, "[]"):
		return "an array"
	case kind == "string" || strings.HasSuffix(kind, "Time"):
		return "a string"
	case kind == "bool":
		return "true or false"
	case strings.HasPrefix(kind, "int") || strings.HasPrefix(kind, "float") || strings.HasPrefix(kind, "uint"):
		return "a number"
	}
	return "an object"
}

// accepts answers 406 when the client takes none of the types an operation gives.
func accepts(r *http.Request, types ...string) error {
	header := strings.Join(r.Header.Values("Accept"), ",")
	if header == "" {
		return nil
	}
	for _, kind := range types {
		if accepted(header, kind) {
			return nil
		}
	}
	return web.Status(http.StatusNotAcceptable, value.Errorf(value.Invalid, "this answers with %s", strings.Join(types, " or ")))
}

// accepted reads Accept as far as it matters: the type named, its family, or anything, and not with a quality of zero.
// Problems are JSON too, so a client that takes only them is not refused what is JSON.
func accepted(header, kind string) bool {
	family, _, _ := strings.Cut(kind, "/")
	for part := range strings.SplitSeq(header, ",") {
		name, params, err := mime.ParseMediaType(strings.TrimSpace(part))
		if err != nil {
			continue
		}
		if q := params["q"]; q != "" && strings.Trim(q, "0.") == "" {
			continue
		}
		if name == kind || name == "*/*" || name == family+"/*" || name == problemType && kind == "application/json" {
			return true
		}
	}
	return false
}

// writeJSON answers with a value.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	if err := web.WriteJSON(w, status, v); err != nil {
		return fmt.Errorf("api: %w", err)
	}
	return nil
}

// decodeNumbers is Decode that keeps all digits of numbers.
func decodeNumbers(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	return decodeWhole(decoder, into)
}
