package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"
)

// recordServer is a server of records that the benchmark asks over HTTP, with the same client and the same object: ours,
// or the one it is compared with.
type recordServer interface {
	name() string
	process() string // its id under /proc
	create(n int) (*http.Request, error)
	batch(from, count int) (*http.Request, error)
	first(n int) (*http.Request, error)              // filter and sort, served by an index over both
	page(n int, after string) (*http.Request, error) // page n of 50, newest first; after is what the page before told
	next(body []byte) string
	stop() error
}

// benchRecord is the n-th record that both servers get: nine fields.
func benchRecord(n int) map[string]any {
	kinds := []string{"food", "crafts", "clothes", "plants", "tools"}
	return map[string]any{
		"name": fmt.Sprintf("Stall %d of the market", n), "town": []string{"Lausanne", "Nyon", "Vevey", "Morges", "Renens"}[n%5],
		"kind": kinds[n*7%len(kinds)], "price": n * 31 % 1000, "score": n * 17 % 100_000, "active": n%3 > 0,
		"opened": time.Date(2020, 1, 1+n%2000, 0, 0, 0, 0, time.UTC).Format("2006-01-02"), "mail": fmt.Sprintf("stall%d@lakeside.example", n),
		"notes": "Made for the benchmark, with a few words so that there is something to store.",
	}
}

// pocketBase is PocketBase in a directory of its own: go install github.com/pocketbase/pocketbase/examples/base@v0.36.8.
type pocketBase struct {
	address string
	token   string
	command *exec.Cmd
	dir     string
}

const pocketBaseAddress = "127.0.0.1:38190"

func startPocketBase(program string) (*pocketBase, error) {
	dir, err := os.MkdirTemp("", "fairground-pocketbase-")
	if err != nil {
		return nil, err
	}
	const mail, password = "bench@lakeside.example", "bench-bench-bench"
	data := "--dir=" + dir
	if out, err := exec.Command(program, "superuser", "upsert", mail, password, data).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s superuser: %w: %s", program, err, out)
	}
	p := &pocketBase{address: "http://" + pocketBaseAddress, dir: dir, command: exec.Command(program, "serve", "--http="+pocketBaseAddress, data)}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	if err := p.prepare(mail, password); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (p *pocketBase) prepare(mail, password string) error {
	var session struct{ Token string }
	var err error
	for range 100 { // until it listens
		if err = p.call("POST", "/api/collections/_superusers/auth-with-password", map[string]any{"identity": mail, "password": password}, &session); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		return err
	}
	p.token = session.Token
	if err := p.call("PATCH", "/api/settings", map[string]any{"batch": map[string]any{"enabled": true, "maxRequests": 10000, "timeout": 60}}, nil); err != nil {
		return err
	}
	text := func(name string) map[string]any { return map[string]any{"name": name, "type": "text"} }
	number := func(name string) map[string]any { return map[string]any{"name": name, "type": "number"} }
	return p.call("POST", "/api/collections", map[string]any{
		"name": "stalls", "type": "base",
		"fields": []map[string]any{
			text("name"), text("town"), {"name": "kind", "type": "select", "maxSelect": 1, "values": []string{"food", "crafts", "clothes", "plants", "tools"}},
			number("price"), number("score"), {"name": "active", "type": "bool"}, {"name": "opened", "type": "date"},
			{"name": "mail", "type": "email"}, text("notes"), {"name": "created", "type": "autodate", "onCreate": true},
		},
		"indexes": []string{"CREATE INDEX by_kind_price ON stalls (kind, price)", "CREATE INDEX by_created ON stalls (created)"},
	}, nil)
}

func (p *pocketBase) call(method, path string, body, into any) error {
	r, err := p.request(method, path, body)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		return fmt.Errorf("PocketBase %s %s: %s %s %v", method, path, answer.Status, text, err)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

func (p *pocketBase) request(method, path string, body any) (*http.Request, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(method, p.address+path, bytes.NewReader(text))
	if err == nil {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", p.token)
	}
	return r, err
}

func (p *pocketBase) name() string    { return "PocketBase 0.36.8" }
func (p *pocketBase) process() string { return fmt.Sprint(p.command.Process.Pid) }

func (p *pocketBase) create(n int) (*http.Request, error) {
	return p.request("POST", "/api/collections/stalls/records", benchRecord(n))
}

func (p *pocketBase) batch(from, count int) (*http.Request, error) {
	requests := make([]map[string]any, count)
	for i := range requests {
		requests[i] = map[string]any{"method": "POST", "url": "/api/collections/stalls/records", "body": benchRecord(from + i)}
	}
	return p.request("POST", "/api/batch", map[string]any{"requests": requests})
}

func (p *pocketBase) first(n int) (*http.Request, error) {
	filter := fmt.Sprintf("kind='%s' && price>%d", benchRecord(n)["kind"], n%500)
	return p.request("GET", "/api/collections/stalls/records?skipTotal=1&perPage=50&sort=price&filter="+url.QueryEscape(filter), nil)
}

func (p *pocketBase) page(n int, _ string) (*http.Request, error) {
	return p.request("GET", fmt.Sprintf("/api/collections/stalls/records?skipTotal=1&perPage=50&sort=-created&page=%d", n), nil)
}

func (p *pocketBase) next([]byte) string { return "" }

func (p *pocketBase) stop() error {
	p.command.Process.Signal(os.Interrupt)
	p.command.Wait() // it was told to end
	if strings.Contains(p.dir, "fairground-pocketbase-") {
		return os.RemoveAll(p.dir)
	}
	return nil
}
