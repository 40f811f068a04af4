package push

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"fairground/internal/value"
	"fairground/internal/web"
)

// Urgency says whether a message may wake a device that saves its battery.
type Urgency string

// The urgencies this program uses.
const (
	Normal Urgency = "normal"
	High   Urgency = "high" // somebody waits for the answer
)

// Message is what one device is sent.
type Message struct {
	Payload []byte        // at most MostPayload bytes; only the device reads it
	TTL     time.Duration // how long the service keeps it for a device that is off; 0: not at all
	Urgency Urgency       // "" is Normal
	Topic   string        // a message of the same topic that still waits is replaced; at most 32 letters of base64url, or ""
}

// Sender sends messages. It is safe for use by several goroutines.
type Sender struct {
	clock value.Clock
	out   *web.Outbound
}

// NewSender returns a sender whose requests go through out.
func NewSender(clock value.Clock, out *web.Outbound) *Sender { return &Sender{clock, out} }

// RequestTime is how long one request to a push service may take.
const RequestTime = 10 * time.Second

// ErrGone says that a subscription is over: its browser, or the person in it, ended it.
var ErrGone = errors.New("this subscription is over")

// Check returns an error of kind Invalid for a subscription whose endpoint is never sent to.
func (s *Sender) Check(to Subscription) error {
	if err := s.out.CheckURL(to.Endpoint); err != nil {
		return value.Fieldf("endpoint", "the address of the push service is none on the public internet").Because(err)
	}
	return nil
}

// Send sends a message once. contact is where the owner of the site is reached when something is wrong: an address that
// begins with mailto: or https:. The errors are those that the package names.
func (s *Sender) Send(ctx context.Context, keys Keys, contact string, to Subscription, m Message) error {
	r, err := s.request(ctx, keys, contact, to, m)
	if err != nil {
		return fmt.Errorf("push.Send: %w", err)
	}
	answer, err := s.out.Do(r)
	switch {
	case errors.Is(err, web.ErrNotPublic):
		return ErrGone // the name of the service leads inside now, or always did
	case err != nil:
		return value.Errorf(value.Unavailable, "the push service did not answer").Because(withoutAddress(err))
	}
	defer answer.Body.Close()
	return outcome(answer)
}

var topics = regexp.MustCompile(`^[A-Za-z0-9_-]{0,32}$`)

func (s *Sender) request(ctx context.Context, keys Keys, contact string, to Subscription, m Message) (*http.Request, error) {
	if len(m.Payload) > MostPayload || !topics.MatchString(m.Topic) || keys.private == nil {
		return nil, fmt.Errorf("a payload of %d bytes, a topic %q, or no keys", len(m.Payload), m.Topic)
	}
	if err := s.Check(to); err != nil {
		return nil, err
	}
	body, err := encrypt(to, m.Payload)
	if err != nil {
		return nil, err
	}
	endpoint, err := url.Parse(to.Endpoint)
	if err != nil {
		return nil, err
	}
	signature, err := keys.authorization(endpoint, contact, s.clock.Now())
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.Endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", signature)
	r.Header.Set("Content-Encoding", "aes128gcm")
	r.Header.Set("Content-Type", "application/octet-stream")
	r.Header.Set("TTL", strconv.Itoa(int(max(0, m.TTL)/time.Second)))
	if m.Urgency == "" {
		m.Urgency = Normal
	}
	r.Header.Set("Urgency", string(m.Urgency))
	if m.Topic != "" {
		r.Header.Set("Topic", m.Topic)
	}
	return r, nil
}

const largestAnswer = 1 << 10 // bytes of an answer that are read

// outcome is what an answer means. Redirects are not followed, so one is a refusal.
func outcome(answer *http.Response) error {
	said, _ := io.ReadAll(io.LimitReader(answer.Body, largestAnswer)) // what came before a failure will do
	status := answer.StatusCode
	switch {
	case status >= 200 && status <= 299:
		return nil
	case status == http.StatusNotFound || status == http.StatusGone:
		return ErrGone
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500:
		return value.Errorf(value.Unavailable, "the push service answered %d", status)
	default:
		return value.Errorf(value.Forbidden, "the push service refused with %d", status).Because(fmt.Errorf("%.200q", said))
	}
}

// withoutAddress keeps the endpoint, which is a secret of its owner, out of logs.
func withoutAddress(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		return outer.Err
	}
	return err
}
