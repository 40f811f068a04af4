package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"fairground/internal/site"
	"fairground/internal/web"
)

const (
	deliveryTime  = 10 * time.Second
	largestAnswer = 64 << 10 // bytes of an answer that are read
	excerptLength = 1 << 10  // and kept
)

// attempt sends a message once and returns the delivery with what came of it. It keeps nothing.
func (a *API) attempt(ctx context.Context, s *site.Site, h Webhook, d Delivery, body []byte) Delivery {
	began := time.Now()
	d.Attempts++
	d.Tried = s.DB.Clock().Now()
	d.Status, d.Error, d.Excerpt = 0, "", ""
	answer, err := a.send(ctx, s, h, d, body)
	if err == nil {
		d.Status = answer.StatusCode
		d.Excerpt = excerpt(answer.Body)
	}
	d.Took = time.Since(began)
	switch {
	case err != nil:
		d.Error = reason(err)
	case d.Status < 200 || d.Status > 299:
		d.Error = fmt.Sprintf("the receiver answered %d", d.Status)
	default:
		d.State = Delivered
	}
	return d
}

// send makes the request of the Standard Webhooks.
func (a *API) send(ctx context.Context, s *site.Site, h Webhook, d Delivery, body []byte) (*http.Response, error) {
	if err := a.out.CheckURL(h.URL); err != nil {
		return nil, err // the settings may be stricter than when it was made
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	id, at := d.ID.Text(DeliveryKind), s.DB.Clock().Now()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Fairground-Webhooks/1")
	r.Header.Set("Webhook-Id", id)
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("Webhook-Signature", h.sign(s, id, at, body))
	return a.out.Do(r)
}

// excerpt reads an answer to its end or its limit, and keeps its beginning as text.
func excerpt(body io.ReadCloser) string {
	defer body.Close()
	head, _ := io.ReadAll(io.LimitReader(body, excerptLength)) // what came before a failure is worth keeping too
	_, _ = io.Copy(io.Discard, io.LimitReader(body, largestAnswer-excerptLength))
	text := strings.ToValidUTF8(string(head), "�")
	return strings.Map(func(c rune) rune {
		if c == 0 || c == utf8.RuneError {
			return '·'
		}
		return c
	}, text)
}

// reason is an error of a delivery in words that do not repeat its address.
func reason(err error) string {
	var outer *url.Error
	var name *net.DNSError
	switch {
	case errors.Is(err, web.ErrNotPublic):
		return web.ErrNotPublic.Error()
	case errors.As(err, &name):
		return "the name of the receiver could not be resolved"
	case errors.As(err, &outer) && outer.Timeout():
		return fmt.Sprintf("the receiver did not answer within %s", deliveryTime)
	case errors.As(err, &outer):
		err = outer.Err
	}
	const enough = 300
	text := err.Error()
	return strings.ToValidUTF8(text[:min(len(text), enough)], "")
}
