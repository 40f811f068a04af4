package web

import (
	"log/slog"
	"net/http"
	"strings"
	"time"
)

const statusGone = 499 // the client closed the connection before the answer; never sent

// end counts and logs a request. It runs deferred, after everything else.
func (m *Router) end(w *response, r *http.Request, s *state) {
	took := m.config.Clock.Now().Sub(s.start)
	status := w.status
	if status == 0 {
		status = http.StatusOK
	}
	if s.gone {
		status = statusGone
	}
	m.config.Metrics.observe(s.pattern(), status, took)
	m.config.Log.LogAttrs(r.Context(), slog.LevelInfo, "request",
		slog.String("id", s.id),
		slog.String("method", short(r.Method, 10)),
		slog.String("host", short(r.Host, 100)),
		slog.String("route", s.pattern()),
		slog.String("path", s.path(r.URL.Path)),
		slog.Int("status", status),
		slog.Int64("bytes", w.bytes),
		slog.Float64("took_ms", float64(took.Microseconds())/float64(time.Millisecond/time.Microsecond)),
		slog.String("client", network(s.client)),
	)
}

// path is the path as the log may have it: without the values of wildcards that hold secrets, and without anything
// that looks like a mail address or is too long to be a name.
func (s *state) path(path string) string {
	var names []string
	if s.route != nil {
		_, pattern, _ := strings.Cut(s.route.Pattern, "/")
		names = strings.Split("/"+pattern, "/")
	}
	segments := strings.Split(short(path, 400), "/")
	for i, segment := range segments {
		if i < len(names) && isSecret(names[i]) || strings.Contains(segment, "@") || len(segment) > 80 {
			segments[i] = "…"
		}
	}
	return strings.Join(segments, "/")
}

// isSecret knows the wildcards whose value lets somebody in.
func isSecret(segment string) bool {
	switch strings.Trim(segment, "{}.") {
	case "token", "secret", "code", "key", "signature":
		return strings.HasPrefix(segment, "{")
	}
	return false
}

func short(text string, most int) string {
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}
