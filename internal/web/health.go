package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Check is one thing the program needs to answer visitors.
type Check struct {
	Name string
	Run  func(ctx context.Context) error
}

const checkTimeout = 2 * time.Second

// Healthz answers that the process runs, for whoever restarts it when it does not.
func Healthz() Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return WriteJSON(w, http.StatusOK, map[string]bool{"ok": true})
	}
}

// Readyz runs the checks, each for at most 2 s, and answers 503 when one fails, for whoever sends visitors here. Why it
// failed stands in the log only.
func Readyz(log *slog.Logger, checks ...Check) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		status := http.StatusOK
		results := make(map[string]string, len(checks))
		for _, c := range checks {
			results[c.Name] = "ok"
			if err := runCheck(r.Context(), c); err != nil {
				log.LogAttrs(r.Context(), slog.LevelWarn, "not ready", slog.String("check", c.Name), slog.String("cause", err.Error()))
				results[c.Name] = "failed"
				status = http.StatusServiceUnavailable
			}
		}
		return WriteJSON(w, status, map[string]any{"ok": status == http.StatusOK, "checks": results})
	}
}

func runCheck(ctx context.Context, c Check) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	return c.Run(ctx)
}
