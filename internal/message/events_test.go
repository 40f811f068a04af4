package message_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fairground/internal/site/sitetest"
	"fairground/internal/value"
)

// stream is an open stream of one person; its events come by the channel.
type stream struct {
	status int
	events chan string
	end    func()
}

func (w *world) listen(server *httptest.Server, who value.ID, query string) stream {
	w.Helper()
	ctx, end := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/messages/events"+query, nil)
	w.ok(err)
	r.Host = sitetest.Host
	r.Header.Set("X-As", who.Text("acc"))
	answer, err := server.Client().Do(r)
	w.ok(err)
	s := stream{answer.StatusCode, make(chan string, 20), func() { end(); answer.Body.Close() }}
	w.Cleanup(s.end)
	go func() {
		defer close(s.events)
		lines := bufio.NewScanner(answer.Body)
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				s.events <- data
			}
		}
	}()
	return s
}

func (s stream) next(patience time.Duration) string {
	select {
	case event := <-s.events:
		return event
	case <-time.After(patience):
		return ""
	}
}

func TestWhatIsNewIsToldAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		server := httptest.NewServer(w.handler)
		t.Cleanup(server.Close)
		elio, aya, ines := w.listen(server, w.elio, ""), w.listen(server, w.aya, ""), w.listen(server, w.ines, "")
		c := w.start(w.mina, w.bike, "Hello Elio")
		if got := elio.next(5 * time.Second); !strings.Contains(got, `"unread":1`) {
			t.Errorf("elio hears %q", got)
		}
		w.start(w.mina, w.lamp, "Hello shop")
		if got := aya.next(5 * time.Second); !strings.Contains(got, `"unread":1`) {
			t.Errorf("aya hears %q", got)
		}
		w.get(w.elio, c.Href()).want(200)
		if got := elio.next(5 * time.Second); !strings.Contains(got, `"unread":0`) {
			t.Errorf("elio hears %q after reading", got)
		}
		if got := ines.next(300 * time.Millisecond); got != "" {
			t.Errorf("a stranger hears %q", got)
		}
		late := w.listen(server, w.aya, "?at=1")
		if got := late.next(5 * time.Second); !strings.Contains(got, `"unread":1`) {
			t.Errorf("a page that is behind hears %q", got)
		}
		for range 8 {
			w.listen(server, w.ines, "")
		}
		if last := w.listen(server, w.ines, ""); last.status != http.StatusNoContent {
			t.Errorf("a tenth stream answers %d", last.status)
		}
	})
}
