package legal

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// API is the Transparency Database over HTTP.
type API struct {
	URL    string // where batches are posted
	Token  string // of the platform
	Client interface {
		Do(r *http.Request) (*http.Response, error)
	}
}

const largestAnswer = 4 << 20 // bytes

// Send posts a batch. The database takes all of it (201) or names what is wrong (422). Everything else is Trouble. It
// wants at least one record: an empty batch that is refused for that alone is errEmpty.
func (a *API) Send(ctx context.Context, records []json.RawMessage) (Verdicts, error) {
	body, err := json.Marshal(map[string]any{"statements": records})
	if err != nil {
		return Verdicts{}, fmt.Errorf("legal.Send: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL, bytes.NewReader(body))
	if err != nil {
		return Verdicts{}, fmt.Errorf("legal.Send: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+a.Token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	answer, err := a.Client.Do(r)
	if err != nil {
		return Verdicts{}, fmt.Errorf("legal.Send: %w", unreached(err))
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, largestAnswer))
	if err != nil {
		return Verdicts{}, fmt.Errorf("legal.Send: %w", unreached(err))
	}
	code := answer.StatusCode
	switch ours := isJSON(answer); {
	case (code == http.StatusUnprocessableEntity || code == http.StatusBadRequest) && len(records) == 0 && ours:
		return Verdicts{}, errEmpty
	case code == http.StatusCreated && len(records) > 0 || code == http.StatusOK && ours: // a page of a website is 200 too
		return Verdicts{}, nil
	case code == http.StatusUnprocessableEntity:
		return ParseRefusal(text)
	default:
		return Verdicts{}, fmt.Errorf("legal.Send: %w", refused(answer))
	}
}

// ParseRefusal reads the body of a 422: faults by field of each record, under "statement_" and its place in the batch, or
// the puids that exist already. A body that names neither is an error.
func ParseRefusal(body []byte) (Verdicts, error) {
	var refusal struct {
		Errors map[string]json.RawMessage `json:"errors"`
	}
	if err := json.Unmarshal(body, &refusal); err != nil {
		return Verdicts{}, fmt.Errorf("legal.ParseRefusal: %w", err)
	}
	v := Verdicts{Faults: map[int]string{}, Known: map[string]bool{}}
	for key, raw := range refusal.Errors {
		if key == "existing_puids" {
			var puids []string
			if err := json.Unmarshal(raw, &puids); err != nil {
				return Verdicts{}, fmt.Errorf("legal.ParseRefusal: %w", err)
			}
			for _, puid := range puids {
				v.Known[puid] = true
			}
			continue
		}
		if place, numbered := strings.CutPrefix(key, "statement_"); numbered {
			at, err := strconv.Atoi(place)
			if err != nil {
				return Verdicts{}, fmt.Errorf("legal.ParseRefusal: %w", err)
			}
			v.Faults[at] = faultsIn(raw)
		}
	}
	if len(v.Faults)+len(v.Known) == 0 {
		return Verdicts{}, fmt.Errorf("legal.ParseRefusal: the answer names no record: %.200s", body)
	}
	return v, nil
}

// faultsIn writes the faults of one record on one line, sorted by field.
func faultsIn(raw json.RawMessage) string {
	var fields map[string][]string
	if json.Unmarshal(raw, &fields) != nil {
		return string(raw)
	}
	var said []string
	for field, problems := range fields {
		said = append(said, field+": "+strings.Join(problems, " "))
	}
	slices.Sort(said)
	return cmp.Or(strings.Join(said, "; "), "refused without a reason")
}
