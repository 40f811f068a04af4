package api

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/record"
)

// cpu is the processor's time of this process, clients and server, which other programs on the machine do not stretch.
func cpu() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// TestSpeed prints what the whole path costs: FAIRGROUND_SPEED=1 go test -run TestSpeed -v.
func TestSpeed(t *testing.T) {
	if os.Getenv("FAIRGROUND_SPEED") == "" {
		t.Skip("set FAIRGROUND_SPEED to measure")
	}
	eachOffice(t, func(t *testing.T, o *office) {
		plain := &record.Object{Key: "sale", Short: "sal", Labels: name("Sale"), Plural: name("Sales"), Icon: "list", Title: "name"}
		for _, f := range dealObject().Fields[:10] {
			f.Hidden, f.Indexed = nil, f.Key == "size"
			plain.Fields = append(plain.Fields, f)
		}
		_, err := o.store.Apply(t.Context(), record.System("test"), "speed", []record.Step{{Op: record.AddObject, NewObject: plain}})
		o.ok(err)
		for n := 1; n > 0; {
			n, err = o.store.Work(t.Context())
			o.ok(err)
		}
		secret := o.secret("records:read", "records:write", "export")
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Host = strings.TrimPrefix(address, "http://")
			o.router.ServeHTTP(w, r)
		}))
		defer server.Close()
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DialContext: (&net.Dialer{}).DialContext}}
		call := func(method, path, body string) (int64, int) {
			r, _ := http.NewRequestWithContext(context.Background(), method, server.URL+Path+path, strings.NewReader(body))
			r.Header.Set("Authorization", "Bearer "+secret)
			if body != "" {
				r.Header.Set("Content-Type", "application/json")
			}
			answer, err := client.Do(r)
			if err != nil {
				t.Error(err)
				return 0, 0
			}
			defer answer.Body.Close()
			n, _ := io.Copy(io.Discard, answer.Body)
			return n, answer.StatusCode
		}
		values := func(i int) string {
			return fmt.Sprintf(`{"name": "sale %d", "code": "c-%d", "size": %d, "weight": "2.50", "price": {"amount": "12.50", "currency": "CHF"}, "covered": true, "starts": "2026-03-31", "status": "won", "margin": 7}`, i, i, i%9+1)
		}
		var next atomic.Int64
		const creates = 16000
		began, used := time.Now(), cpu()
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				for {
					i := next.Add(1)
					if i > creates {
						return
					}
					if _, status := call("POST", "/records/sale", `{"values": `+values(int(i))+`}`); status != 201 {
						t.Errorf("status %d", status)
						return
					}
				}
			})
		}
		all.Wait()
		t.Logf("creates: %.0f/s, %v of the processor each", creates/time.Since(began).Seconds(), (cpu()-used)/creates)
		analyse := func() {
			if o.Site.DB.Engine() == db.Postgres { // as autovacuum does by and by
				o.ok(o.Site.DB.Maintain(t.Context(), "analyse", func(tx *db.Tx) error { _, err := tx.Exec("analyze"); return err }))
			}
		}
		const rounds = 20
		var slowest, sum time.Duration
		for round := range rounds {
			if round < 2 {
				analyse()
			}
			var b strings.Builder
			b.WriteString(`{"operations": [`)
			for i := range 10_000 {
				if i > 0 {
					b.WriteByte(',')
				}
				fmt.Fprintf(&b, `{"op": "create", "values": %s}`, values(1_000_000*(round+1)+i))
			}
			b.WriteString("]}")
			began = time.Now()
			if _, status := call("POST", "/records/sale/batch", b.String()); status != 200 {
				t.Errorf("status %d", status)
			}
			took := time.Since(began)
			slowest, sum = max(slowest, took), sum+took
		}
		t.Logf("batches of 10,000: %.0f rows/s, the slowest took %v", rounds*10_000/sum.Seconds(), slowest)
		analyse()
		for _, path := range []string{"/records/sale", "/records/sale?sort=-size", "/records/sale?filter=status+%3D%3D+%22won%22&sort=-size&limit=50", "/records/sale?limit=1000"} {
			var took []time.Duration
			for range 100 {
				began = time.Now()
				if _, status := call("GET", path, ""); status != 200 {
					t.Errorf("status %d", status)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			t.Logf("%s: p50 %v, p95 %v", path, took[50], took[95])
		}
		for _, format := range []string{"csv", "ndjson", "xlsx"} {
			began = time.Now()
			used = cpu()
			n, _ := call("GET", "/records/sale/export?format="+format, "")
			t.Logf("export %s: %d rows, %d kB, %v, %v of the processor", format, creates+rounds*10_000, n>>10, time.Since(began), cpu()-used)
		}
	})
}
