package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"fairground/internal/account"
	"fairground/internal/api"
	"fairground/internal/app"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/sheet"
	"fairground/internal/transfer"
	"fairground/internal/value"
)

// records measures objects that people define: an import of many rows, lists over HTTP, changes of the definition while
// somebody reads, an export, and the language of conditions against its conformance files. With --pocketbase it asks
// the same of PocketBase, with the same client.
func (b *bench) records() error {
	err := b.throwAway(func(config app.Config) error {
		var secret string
		err := b.withBenchSite(config, func(ctx context.Context, _ *app.App, rooms *app.Rooms) (err error) {
			if secret, err = b.prepareRecords(ctx, rooms); err != nil {
				return err
			}
			b.row("\nRecords: %d of nine fields", b.recordCount())
			return b.importRecords(ctx, rooms, b.recordCount())
		})
		if err != nil {
			return err
		}
		if err := b.askRecords(config, secret); err != nil {
			return err
		}
		return b.withOpenSite(config, func(ctx context.Context, rooms *app.Rooms) error {
			return errors.Join(b.changeDefinitions(ctx, rooms), b.exportRecords(ctx, rooms))
		})
	})
	if err != nil {
		return err
	}
	if err := b.conformance(); err != nil {
		return err
	}
	if b.PocketBase == "" {
		return nil
	}
	return b.compareRecords()
}

func (b *bench) recordCount() int {
	switch {
	case b.Records > 0:
		return b.Records
	case b.Quick:
		return 20_000
	default:
		return 1_000_000
	}
}

// withOpenSite runs fn with the site that withBenchSite made.
func (b *bench) withOpenSite(config app.Config, fn func(context.Context, *app.Rooms) error) error {
	e := *b.environment
	e.config = config
	return e.withApp(func(a *app.App) error {
		return e.useSite(a, benchSlug, fn)
	})
}

// benchStall is the object of nine fields; see benchRecord.
func benchStall() *record.Object {
	field := func(key string, kind record.Type) *record.Field {
		return &record.Field{Key: key, Type: kind, Labels: record.Names{"en": key}}
	}
	kind := field("kind", record.Choice)
	for _, key := range []string{"food", "crafts", "clothes", "plants", "tools"} {
		kind.Options.Choices = append(kind.Options.Choices, record.Option{Key: key, Labels: record.Names{"en": key}})
	}
	return &record.Object{
		Key: "stall", Short: "stl", Labels: record.Names{"en": "Stall"}, Plural: record.Names{"en": "Stalls"}, Icon: "store", Title: "name",
		Fields: []*record.Field{field("name", record.Text), field("town", record.Text), kind, field("price", record.Integer),
			field("score", record.Integer), field("active", record.YesNo), field("opened", record.Date), field("mail", record.Mail),
			field("notes", record.LongText)},
		Indexes: []record.Composite{{Fields: []string{"kind", "price"}}},
	}
}

// prepareRecords defines the object and makes a token that may do everything with it.
func (b *bench) prepareRecords(ctx context.Context, rooms *app.Rooms) (secret string, err error) {
	steps := []record.Step{{Op: record.AddObject, NewObject: benchStall()}}
	if _, err := rooms.Records.Apply(ctx, record.System("bench"), "benchmark", steps); err != nil {
		return "", err
	}
	var clerk account.Account
	err = rooms.Site.DB.Write(ctx, operator, "account.create", func(tx *db.Tx) (err error) {
		clerk, err = account.Create(tx, account.Account{Kind: value.Staff, Name: "Bench", Email: "bench@lakeside.example", Role: account.Admin})
		return err
	})
	if err != nil {
		return "", err
	}
	_, secret, err = api.MakeToken(ctx, rooms.Site, operator, api.NewToken{
		Name: "Benchmark", Account: clerk.ID, Scopes: []string{string(api.RecordsRead), string(api.RecordsWrite)},
		Expires: time.Now().Add(24 * time.Hour),
	})
	return secret, err
}

// clerkOf is the one member of the staff: an import acts on behalf of an account.
func clerkOf(ctx context.Context, rooms *app.Rooms) (asker record.Asker, err error) {
	err = rooms.Site.DB.Read(ctx, func(tx *db.Tx) error {
		staff, err := account.Staff(tx)
		if err == nil && len(staff) > 0 {
			asker = record.Asker{Actor: staff[0].Actor(), Account: staff[0].ID, Role: string(staff[0].Role), Rights: []record.Right{record.See, record.Make, record.Edit}}
		}
		return err
	})
	return asker, err
}

// importRecords brings a file of many rows in, in batches, each durable with its entries in the change log.
func (b *bench) importRecords(ctx context.Context, rooms *app.Rooms, rows int) error {
	name := filepath.Join(os.TempDir(), fmt.Sprintf("fairground-bench-%d.csv", os.Getpid()))
	defer os.Remove(name)
	if err := writeStalls(name, rows); err != nil {
		return err
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	asker, err := clerkOf(ctx, rooms)
	if err != nil {
		return err
	}
	job, err := rooms.Transfer.Upload(ctx, asker, "stall", "stalls.csv", file)
	if err == nil {
		job, err = rooms.Transfer.Configure(ctx, asker, job.ID, job.Rev, transfer.Settings{Options: job.Settings.Options, Columns: job.Settings.Columns})
	}
	if err == nil {
		job, err = rooms.Transfer.Start(ctx, asker, job.ID)
	}
	if err != nil {
		return err
	}
	stop := watchMemory()
	began := time.Now()
	if _, err := rooms.Loads.RunDue(ctx); err != nil {
		return err
	}
	seconds, peak_mb := time.Since(began).Seconds(), stop()
	err = rooms.Site.DB.Read(ctx, func(tx *db.Tx) (err error) {
		job, err = rooms.Transfer.Find(tx, asker, job.ID)
		return err
	})
	if err != nil {
		return err
	}
	if job.State != transfer.Done || job.Made != int64(rows) {
		return value.Errorf(value.Internal, "the import is %s with %d of %d rows", job.State, job.Made, rows)
	}
	for _, reader := range rooms.Readers() { // so that the server does not do it while it is measured
		if _, err := reader.CatchUp(ctx, rooms.Site.DB); err != nil {
			return err
		}
	}
	b.figure("import_rows_per_s", float64(rows)/seconds)
	b.figure("import_peak_mb", peak_mb)
	b.row("  imported from CSV, checked, logged   %8.0f rows/s   peak %.0f MB private", float64(rows)/seconds, peak_mb)
	return nil
}

func writeStalls(name string, rows int) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	fmt.Fprintln(out, "name,town,kind,price,score,active,opened,mail,notes")
	for n := range rows {
		r := benchRecord(n)
		fmt.Fprintf(out, "%s,%s,%s,%d,%d,%t,%s,%s,\"%s\"\n", r["name"], r["town"], r["kind"], r["price"], r["score"], r["active"], r["opened"], r["mail"], r["notes"])
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return file.Close()
}

// watchMemory returns a function that ends the watch and says how much private memory the program had at most, in MB.
func watchMemory() (stop func() float64) {
	done, peak := make(chan struct{}), make(chan float64)
	go func() {
		most := 0.0
		for {
			most = max(most, memory_mb("self", "RssAnon"))
			select {
			case <-done:
				peak <- most
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return func() float64 {
		close(done)
		return <-peak
	}
}

// changeDefinitions adds, fills, indexes, converts and removes fields of the full table while somebody reads lists all
// the time, and says how long the reader waited at most.
func (b *bench) changeDefinitions(ctx context.Context, rooms *app.Rooms) error {
	asker := record.System("bench")
	reading, stopReading := context.WithCancel(ctx)
	defer stopReading()
	longest := make(chan float64)
	go func() {
		most := 0.0
		for reading.Err() == nil {
			began := time.Now()
			if _, err := rooms.Records.Find(ctx, asker, record.Query{Object: "stall", Filter: `kind == "food"`, Sort: []record.Sort{{Field: "price"}}}); err != nil {
				break
			}
			most = max(most, milliseconds(time.Since(began)))
		}
		longest <- most
	}()
	apply := func(title string, steps ...record.Step) (float64, error) {
		began := time.Now()
		if _, err := rooms.Records.Apply(ctx, asker, title, steps); err != nil {
			return 0, err
		}
		return milliseconds(time.Since(began)), nil
	}
	field := func(key string, kind record.Type, indexed bool) *record.Field {
		return &record.Field{Key: key, Type: kind, Labels: record.Names{"en": key}, Indexed: indexed}
	}
	add_ms, err := apply("add", record.Step{Op: record.AddField, Object: "stall", NewField: field("extra", record.Text, false)})
	if err != nil {
		return err
	}
	began := time.Now()
	for _, step := range []record.Step{
		{Op: record.AddField, Object: "stall", NewField: field("visits", record.Integer, true)},
		{Op: record.AddIndex, Object: "stall", Index: []string{"town", "score"}},
		{Op: record.ConvertField, Object: "stall", Field: "score", NewField: field("score", record.Decimal, false)},
		{Op: record.RemoveField, Object: "stall", Field: "extra"},
	} {
		if _, err := apply(string(step.Op), step); err != nil {
			return err
		}
		if err := workOff(ctx, rooms.Records); err != nil {
			return err
		}
	}
	b.row("  index, conversion of all, removal    %8.1f s in the background", time.Since(began).Seconds())
	stopReading()
	blocked_ms := <-longest
	b.figure("add_field_ms", add_ms)
	b.figure("reader_blocked_ms", blocked_ms)
	b.row("  a field more                         %8.1f ms; a reader all the while waited %.0f ms at most", add_ms, blocked_ms)
	return nil
}

func workOff(ctx context.Context, s *record.Store) error {
	for {
		n, err := s.Work(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// exportRecords streams everything as CSV.
func (b *bench) exportRecords(ctx context.Context, rooms *app.Rooms) error {
	stop := watchMemory()
	began := time.Now()
	rows, err := rooms.Transfer.Export(ctx, record.System("bench"), record.Query{Object: "stall"}, nil, sheet.CSV, io.Discard)
	if err != nil {
		return err
	}
	seconds, peak_mb := time.Since(began).Seconds(), stop()
	b.figure("export_s", seconds)
	b.row("  exported as CSV, %d rows        %8.1f s   peak %.0f MB private", rows, seconds, peak_mb)
	return nil
}
