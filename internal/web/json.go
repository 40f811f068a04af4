package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"

	"fairground/internal/value"
)

// ReadJSON reads the body as one JSON value. Unknown fields, text after the value, invalid UTF-8 and NUL characters
// are refused with errors of kind Invalid; a body over the route's limit becomes 413.
func ReadJSON(r *http.Request, into any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return Status(http.StatusUnsupportedMediaType, words(value.Invalid, "web.json_type", "send the body as application/json"))
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return unreadable(err)
	}
	// \u0000 is NUL in disguise. This also refuses the escaped backslash before u0000, which nobody needs.
	if !validText(string(body)) || bytes.Contains(body, []byte(`\u0000`)) {
		return words(value.Invalid, "web.encoding", "this text is not valid UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return words(value.Invalid, "web.json", "the body is not the JSON expected here").Because(err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return words(value.Invalid, "web.json", "the body is not the JSON expected here").Because(fmt.Errorf("text after the value"))
	}
	return nil
}

// WriteJSON answers with a value as JSON.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("web.WriteJSON(%T): %w", v, err)
	}
	h := w.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json")
	}
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	_, err = w.Write(append(text, '\n'))
	return err
}
