package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"fairground/internal/web"
)

// What a receiver's owner reads does not repeat the address, and says why.
func TestReasonOfARefusedAddress(t *testing.T) {
	t.Parallel()
	err := &url.Error{Op: "Post", URL: "https://hooks.example.org/secret", Err: fmt.Errorf("dial: %w", web.ErrNotPublic)}
	if got := reason(err); got != web.ErrNotPublic.Error() {
		t.Errorf("%q", got)
	}
}

func TestExcerptIsShortText(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("a\x00b\xff" + strings.Repeat("x", 300_000)))
	}))
	t.Cleanup(server.Close)
	answer, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	got := excerpt(answer.Body)
	if !strings.HasPrefix(got, "a·b·x") || len(got) > excerptLength+10 {
		t.Errorf("%d bytes: %.20q", len(got), got)
	}
}
