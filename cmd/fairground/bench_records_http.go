package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"fairground/internal/app"
	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/expr/exprtest"
	"fairground/internal/value"
)

// ours is a server of Fairground in a process of its own, asked through its API.
type ours struct {
	*child
	secret string
}

func (o *ours) name() string    { return "Fairground" }
func (o *ours) process() string { return strconv.Itoa(o.command.Process.Pid) }

func (o *ours) request(method, path string, body any) (*http.Request, error) {
	text := []byte(nil)
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	r, err := http.NewRequest(method, "http://"+o.address+"/api/v1/records/stall"+path, bytes.NewReader(text))
	if err == nil {
		r.Header.Set("Authorization", "Bearer "+o.secret)
		r.Header.Set("Content-Type", "application/json")
	}
	return r, err
}

func (o *ours) create(n int) (*http.Request, error) {
	return o.request("POST", "", map[string]any{"values": benchRecord(n)})
}

func (o *ours) batch(from, count int) (*http.Request, error) {
	operations := make([]map[string]any, count)
	for i := range operations {
		operations[i] = map[string]any{"op": "create", "values": benchRecord(from + i)}
	}
	return o.request("POST", "/batch", map[string]any{"operations": operations})
}

func (o *ours) first(n int) (*http.Request, error) {
	filter := fmt.Sprintf("kind == %q && price > %d", benchRecord(n)["kind"], n%500)
	return o.request("GET", "?limit=50&sort=price&filter="+url.QueryEscape(filter), nil)
}

func (o *ours) page(_ int, after string) (*http.Request, error) {
	return o.request("GET", "?limit=50&sort=-created&cursor="+url.QueryEscape(after), nil)
}

func (o *ours) next(body []byte) string {
	var page struct {
		Next string `json:"next"`
	}
	if json.Unmarshal(body, &page) != nil {
		return ""
	}
	return page.Next
}

// client keeps a connection for each of many askers at once.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 2 * time.Minute}

// send asks once and returns the answer's body. An answer that is not a success is an error.
func send(r *http.Request, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %.300s", r.Method, r.URL.Path, answer.Status, text)
	}
	return text, err
}

// crowd asks from so many connections at once for a while, and returns how many a second and the latencies in ms.
func crowd(askers int, length time.Duration, ask func(n int) (*http.Request, error)) (perSecond float64, latencies []float64, err error) {
	all := make([][]float64, askers)
	var count atomic.Int64
	var group errgroup.Group
	began := time.Now()
	for i := range askers {
		group.Go(func() error {
			for time.Since(began) < length {
				r, err := ask(int(count.Add(1)))
				start := time.Now()
				if _, err := send(r, err); err != nil {
					return err
				}
				all[i] = append(all[i], milliseconds(time.Since(start)))
			}
			return nil
		})
	}
	err = group.Wait()
	seconds := time.Since(began).Seconds()
	for _, one := range all {
		latencies = append(latencies, one...)
	}
	return float64(len(latencies)) / seconds, sortedCopy(latencies), err
}

// turn turns pages until page n, and then asks for that page again and again.
func (b *bench) turn(s recordServer, n int) (latencies []float64, err error) {
	after := ""
	if _, skips := s.(*ours); skips {
		for range n - 1 {
			body, err := send(s.page(0, after))
			if err != nil {
				return nil, err
			}
			if after = s.next(body); after == "" {
				return nil, value.Errorf(value.NotFound, "there are fewer than %d pages", n)
			}
		}
	}
	_, latencies, err = crowd(1, b.length(3*time.Second, time.Second), func(int) (*http.Request, error) { return s.page(n, after) })
	return latencies, err
}

const deepPage = 1500

// askRecords measures lists and single creations through the API of a server of its own.
func (b *bench) askRecords(config app.Config, secret string) error {
	server, err := b.startServer(config)
	if err != nil {
		return err
	}
	defer server.stop()
	s := &ours{server, secret}
	deep := min(deepPage, b.recordCount()/50-1)
	if err := b.askPages(s, deep); err != nil {
		return err
	}
	perSecond, latencies, err := crowd(64, b.length(5*time.Second, 3*time.Second), func(n int) (*http.Request, error) { return s.create(n + 10_000_000) })
	if err != nil {
		return err
	}
	b.figure("creates_per_s", perSecond)
	b.row("  created one by one, 64 at once       %8.0f/s      p50 %.1f ms   p95 %.1f ms   p99 %.1f ms", perSecond, percentile(latencies, .5), percentile(latencies, .95), percentile(latencies, .99))
	return nil
}

func (b *bench) askPages(s *ours, deep int) error {
	_, first, err := crowd(1, b.length(3*time.Second, time.Second), s.first)
	if err != nil {
		return err
	}
	far, err := b.turn(s, deep)
	if err != nil {
		return err
	}
	b.figure("page1_p95_ms", percentile(first, .95))
	b.figure(fmt.Sprintf("page%d_p95_ms", deepPage), percentile(far, .95))
	b.row("  first page, filtered and sorted      p50 %.1f ms   p95 %.1f ms   p99 %.1f ms", percentile(first, .5), percentile(first, .95), percentile(first, .99))
	b.row("  page %d                            p50 %.1f ms   p95 %.1f ms", deep, percentile(far, .5), percentile(far, .95))
	return nil
}

// compareRecords asks Fairground and PocketBase the same, one after the other, each with a database of its own.
func (b *bench) compareRecords() error {
	const rows = 100_000
	b.row("\nSide by side, %d records of nine fields, the same client", rows)
	b.row("  %-20s %10s %12s %14s %14s %10s", "", "create/s", "batch rows/s", "filter+sort ms", "page 1500 ms", "memory MB")
	err := b.throwAway(func(config app.Config) error {
		var secret string
		err := b.withBenchSite(config, func(ctx context.Context, _ *app.App, rooms *app.Rooms) (err error) {
			secret, err = b.prepareRecords(ctx, rooms)
			return err
		})
		if err != nil {
			return err
		}
		server, err := b.startServer(config)
		if err != nil {
			return err
		}
		return b.askAll(&ours{server, secret}, rows)
	})
	if err != nil {
		return err
	}
	rival, err := startPocketBase(b.PocketBase)
	if err != nil {
		return err
	}
	return b.askAll(rival, rows)
}

func (b *bench) askAll(s recordServer, rows int) error {
	defer s.stop()
	creates, _, err := crowd(8, b.length(5*time.Second, 2*time.Second), s.create)
	if err != nil {
		return err
	}
	const each = 1000
	began := time.Now()
	for from := 0; from < rows; from += each {
		if _, err := send(s.batch(from, each)); err != nil {
			return err
		}
	}
	batch := float64(rows) / time.Since(began).Seconds()
	_, first, err := crowd(1, b.length(3*time.Second, time.Second), s.first)
	if err != nil {
		return err
	}
	far, err := b.turn(s, deepPage)
	if err != nil {
		return err
	}
	mb := memory_mb(s.process(), "RssAnon")
	b.row("  %-20s %10.0f %12.0f %6.1f / %5.1f %7.1f / %5.1f %9.0f", s.name(), creates, batch,
		percentile(first, .5), percentile(first, .95), percentile(far, .5), percentile(far, .95), mb)
	return nil
}

// conformance runs CEL's own tests in process and on the database of this run.
func (b *bench) conformance() error {
	if b.CEL == "" {
		return nil
	}
	return b.throwAway(func(config app.Config) error {
		return b.withBenchSite(config, func(ctx context.Context, _ *app.App, rooms *app.Rooms) error {
			mine := expr.SQLite
			if rooms.Site.DB.Engine() == db.Postgres {
				mine = expr.Postgres
			}
			report, err := exprtest.Conformance(b.CEL, func(d expr.Dialect, sql string, args []any) (answer any, err error) {
				if d != mine {
					return nil, errOtherEngine
				}
				err = rooms.Site.DB.Read(ctx, func(tx *db.Tx) error { return tx.Row("select "+sql, args...).Scan(&answer) })
				return answer, err
			})
			if err != nil {
				return err
			}
			sql := report.SQLite
			if mine == expr.Postgres {
				sql = report.Postgres
			}
			b.figure("cel_passed", float64(report.Process.Passed+sql.Passed))
			b.figure("cel_refused", float64(report.Process.Refused+sql.Refused))
			b.figure("cel_wrong", float64(report.Process.Wrong+sql.Wrong))
			b.row("  CEL's conformance files: in process %d passed, %d refused, %d wrong; as SQL %d, %d, %d", report.Process.Passed,
				report.Process.Refused, report.Process.Wrong, sql.Passed, sql.Refused, sql.Wrong)
			return nil
		})
	})
}

var errOtherEngine = value.Errorf(value.Unavailable, "this run has another engine")
