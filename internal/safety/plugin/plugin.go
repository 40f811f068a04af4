package plugin

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"fairground/internal/safety"
	"fairground/internal/value"
	"fairground/internal/web"
)

// Bounds of a signal.
const (
	DefaultDeadline = 300 * time.Millisecond
	MostDeadline    = 2 * time.Second // a person waits for the screening

	largestAnswer = 4 << 10 // bytes
	leastSecret   = 24      // bytes of the key, as the Standard Webhooks ask
	secretPrefix  = "whsec_"
	requestKind   = "sig"
)

// Config describes one service.
type Config struct {
	Name     string // as rules call it: signals.NAME
	URL      string
	Secret   string        // "whsec_" and the base64 of at least 24 bytes, known to the service
	Deadline time.Duration // DefaultDeadline when zero
	Out      *web.Outbound
	IDs      *value.IDs
	Clock    value.Clock
}

// Signal is a service that is asked over HTTP. It is a safety.Signal and safe for use by several goroutines.
type Signal struct {
	config Config
	key    []byte
}

// New checks a configuration. Its errors are of kind Invalid and name the field that is wrong.
func New(c Config) (*Signal, error) {
	if c.Out == nil || c.IDs == nil || c.Clock == nil {
		return nil, fmt.Errorf("plugin.New: needs a way out, a maker of ids and a clock")
	}
	if c.Name == "" || c.Name[0] < 'a' || strings.Trim(c.Name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return nil, value.Fieldf("name", "write the name in small letters, digits and _, beginning with a letter")
	}
	if err := c.Out.CheckURL(c.URL); err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(c.Secret, secretPrefix))
	if err != nil || len(key) < leastSecret || !strings.HasPrefix(c.Secret, secretPrefix) {
		return nil, value.Fieldf("secret", "the secret is whsec_ and the base64 of at least %d bytes", leastSecret)
	}
	if c.Deadline == 0 {
		c.Deadline = DefaultDeadline
	}
	if c.Deadline < 0 || c.Deadline > MostDeadline {
		return nil, value.Fieldf("deadline", "a signal may take at most %v", MostDeadline)
	}
	return &Signal{config: c, key: key}, nil
}

// Name is how rules call it.
func (s *Signal) Name() string { return s.config.Name }

// Deadline is how long a screening waits for the answer.
func (s *Signal) Deadline() time.Duration { return s.config.Deadline }

// Request is the body that the service gets.
type Request struct {
	Signal     string            `json:"signal"`
	Stage      safety.Stage      `json:"stage"`
	Object     string            `json:"object"`
	Record     string            `json:"record"` // in digits; the same for the same record
	Category   string            `json:"category,omitempty"`
	Title      string            `json:"title,omitempty"`
	Body       string            `json:"body,omitempty"`
	Place      string            `json:"place,omitempty"` // the town as shown
	Price      *Price            `json:"price,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
	Photos     []safety.Image    `json:"photos,omitempty"`
	Author     Author            `json:"author"`
}

// Price is a sum of money in the smallest unit of its currency.
type Price struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// Author is what the service may know of who wrote it.
type Author struct {
	Kind     string `json:"kind"`
	Age_days int    `json:"age_days"`
}

// Answer is the body that the service returns with the status 200.
type Answer struct {
	Score *float64 `json:"score"` // 0 to 1
}

// Score asks the service about a subject. It returns an error for everything that is not a good answer in time.
func (s *Signal) Score(ctx context.Context, subject safety.Subject) (float64, error) {
	body, err := json.Marshal(s.request(subject))
	if err != nil {
		return 0, fmt.Errorf("plugin.Score(%s): %w", s.config.Name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Deadline)
	defer cancel()
	answer, err := s.ask(ctx, body)
	if err != nil {
		return 0, fmt.Errorf("plugin.Score(%s): %w", s.config.Name, err)
	}
	return answer, nil
}

func (s *Signal) request(subject safety.Subject) Request {
	r := Request{
		Signal: s.config.Name, Stage: subject.Stage, Object: subject.Object, Record: subject.Record.String(), Category: subject.Category,
		Title: subject.Title, Body: subject.Body, Place: subject.Place, Attributes: subject.Attributes, Photos: subject.Images,
		Author: Author{Kind: string(subject.Author.Kind), Age_days: subject.Author.Age_days},
	}
	if subject.Price.Currency != "" {
		r.Price = &Price{subject.Price.Minor, subject.Price.Currency}
	}
	return r
}

func (s *Signal) ask(ctx context.Context, body []byte) (float64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.config.URL, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	id, at := s.config.IDs.Next().Text(requestKind), s.config.Clock.Now()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("webhook-signature", Sign(s.key, id, at, body))
	response, err := s.config.Out.Do(r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	return read(response)
}

// Sign is the header webhook-signature of the Standard Webhooks: HMAC-SHA-256 over id, time and body.
func Sign(key []byte, id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// read accepts one small JSON object with a score.
func read(response *http.Response) (float64, error) {
	if response.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("the service answered %d, not 200", response.StatusCode)
	}
	if kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return 0, fmt.Errorf("the service answered %q, not application/json", response.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer+1))
	if err != nil {
		return 0, err
	}
	if len(body) > largestAnswer {
		return 0, fmt.Errorf("the service answered more than %d bytes", largestAnswer)
	}
	var answer Answer
	if err := json.Unmarshal(body, &answer); err != nil {
		return 0, fmt.Errorf("the service answered what is no JSON object with a score: %w", err)
	}
	if answer.Score == nil || *answer.Score < 0 || *answer.Score > 1 {
		return 0, fmt.Errorf("the service answered no score from 0 to 1")
	}
	return *answer.Score, nil
}
