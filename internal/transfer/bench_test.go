package transfer

import (
	"fmt"
	"io"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/job"
	"fairground/internal/record"
	"fairground/internal/sheet"
)

// plainStall has 13 fields, as a list of customers has.
func plainStall() *record.Object {
	o := stall()
	keep := []string{"name", "about", "size", "weight", "rent", "covered", "starts", "inspected", "status", "mail", "phone", "page"}
	var fields []*record.Field
	for _, key := range keep {
		f := o.Field(key)
		f.Hidden, f.Locked, f.Check, f.Message = nil, nil, "", nil
		fields = append(fields, f)
	}
	o.Key, o.Short = "plain", "pln"
	o.Fields = append(fields, &record.Field{Key: "ends", Labels: en("Until"), Type: record.Date})
	return o
}

const plainHeader = "name,about,size,weight,rent,covered,starts,inspected,status,mail,phone,page,ends\n"

// plainRows reads as a file of so many rows of 13 columns, which is nowhere as a whole.
type plainRows struct {
	n, at int
	rest  []byte
}

// Read makes the next rows.
func (p *plainRows) Read(into []byte) (int, error) {
	if len(p.rest) == 0 {
		if p.at > p.n {
			return 0, io.EOF
		}
		p.rest = p.rest[:0]
		if p.at == 0 {
			p.rest = append(p.rest, plainHeader...)
		} else {
			p.rest = fmt.Appendf(p.rest, "Stall number %d,\"Fresh things, every day, from near by.\",%d,12.5,CHF 40.00,yes,2026-03-31,2026-03-30T08:00:00Z,open,stall%d@example.org,+4144%d,https://example.org,2026-04-30\n",
				p.at, p.at%9+1, p.at, 2_000_000+p.at)
		}
		p.at++
	}
	n := copy(into, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

func benchWorld(b *testing.B, engine db.Engine) *world {
	b.Helper()
	cluster := dbtest.ClusterWith(b, engine, func(c *db.Config) { c.Unsafe = false })
	w := open(b, dbtest.Open(b, cluster, []db.Schema{job.Schema(), record.Schema(), Schema()}))
	w.apply(record.Step{Op: record.AddObject, NewObject: plainStall()})
	return w
}

// BenchmarkImport is a whole import of 13 columns by a job, file and database on disk; one round is 10,000 rows.
func BenchmarkImport(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			w := benchWorld(b, engine)
			m, err := w.desk.Upload(b.Context(), w.asker(ada), "plain", "plain.csv", &plainRows{n: 10_000 * b.N})
			w.must(err)
			m, err = w.desk.Configure(b.Context(), w.asker(ada), m.ID, m.Rev, m.Settings)
			w.must(err)
			runtime.GC()
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			before, peak := now.HeapInuse, uint64(0)
			w.asked = func(int) error {
				runtime.ReadMemStats(&now)
				peak = max(peak, now.HeapInuse)
				return nil
			}
			b.ResetTimer()
			began := start()
			m = w.carry(m)
			began.report(b, 10_000*b.N)
			counts(b, m, Done, int64(10_000*b.N), 0, 0, 0)
			b.ReportMetric(float64(peak)/1e6, "MB-heap")
			b.ReportMetric(float64(before)/1e6, "MB-before")
		})
	}
}

// BenchmarkUpsert imports a file anew whose records are all there and the same.
func BenchmarkUpsert(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			w := benchWorld(b, engine)
			var m Import
			for _, key := range []string{"", "name"} {
				var err error
				m, err = w.desk.Upload(b.Context(), w.asker(ada), "plain", "plain.csv", &plainRows{n: 10_000 * b.N})
				w.must(err)
				m.Settings.Key = key
				m, err = w.desk.Configure(b.Context(), w.asker(ada), m.ID, m.Rev, m.Settings)
				w.must(err)
				if key == "" {
					w.carry(m)
				}
			}
			b.ResetTimer()
			began := start()
			m = w.carry(m)
			began.report(b, 10_000*b.N)
			counts(b, m, Done, 0, 0, int64(10_000*b.N), 0)
		})
	}
}

// begun is when something was begun, in time and in time of the processor.
type begun struct {
	at  time.Time
	cpu time.Duration
}

func start() begun { return begun{time.Now(), cpu()} }

func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (s begun) report(b *testing.B, rows int) {
	b.ReportMetric(float64(rows)/time.Since(s.at).Seconds(), "rows/s")
	b.ReportMetric(float64((cpu()-s.cpu).Nanoseconds())/1e3/float64(rows), "cpu-µs/row")
}

// BenchmarkExport writes what BenchmarkImport brought in; one round is 10,000 rows.
func BenchmarkExport(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			w := benchWorld(b, engine)
			n := 10_000 * b.N
			for first := 0; first < n; first += record.MostWrites {
				ops := make([]record.Write, record.MostWrites)
				for i := range ops {
					ops[i] = record.Write{Op: record.DoCreate, Values: record.Values{
						"name": "Stall number " + strconv.Itoa(first+i), "about": "Fresh things, every day, from near by.", "size": 3, "weight": "12.5", "rent": "CHF 40.00",
						"covered": true, "starts": "2026-03-31", "inspected": "2026-03-30T08:00:00Z", "status": "open",
						"mail": fmt.Sprint("stall", first+i, "@example.org"), "phone": fmt.Sprint("+4144", 2_000_000+first+i), "page": "https://example.org", "ends": "2026-04-30"}}
				}
				_, err := w.records.Batch(b.Context(), w.asker(ada), "plain", ops, record.BatchOptions{})
				w.must(err)
			}
			b.ResetTimer()
			began := start()
			rows, err := w.desk.Export(b.Context(), w.asker(ada), record.Query{Object: "plain"}, nil, sheet.CSV, io.Discard)
			w.must(err)
			if rows != int64(n) {
				b.Fatalf("%d rows", rows)
			}
			began.report(b, n)
		})
	}
}
