package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"fairground/internal/app"
	"fairground/internal/demo"
	"fairground/internal/site"
	"fairground/internal/value"
)

type benchCommand struct {
	Name       string  `arg:"" help:"market, import, screen, write, records, search, safety or all." enum:"market,import,screen,write,records,search,safety,all"`
	Quick      bool    `help:"Measure for less than a minute each."`
	JSON       bool    `name:"json" help:"Print one JSON object instead of tables."`
	Seconds    float64 `help:"How long each figure is measured; 0 means a time that fits it." default:"0"`
	Listings   int     `help:"How many the market has; 0 means 200,000, or 20,000 with --quick. Safety: how many are searched for copies." default:"0"`
	Messages   int     `help:"How many the members of the market have written; 0 means 1,000,000, or 20,000 with --quick." default:"0"`
	Records    int     `help:"How many records are measured; 0 means 1,000,000, or 20,000 with --quick." default:"0"`
	Seed       uint64  `help:"Another number makes another market." default:"2026"`
	Shared     string  `help:"Directory of the public data sets." default:"../shared/data" placeholder:"DIR"`
	PocketBase string  `name:"pocketbase" help:"Program of PocketBase's examples/base, to be asked the same as our records." type:"existingfile" placeholder:"FILE"`
	CEL        string  `name:"cel" help:"Directory of CEL's conformance files, tests/simple/testdata of the module cel.dev/expr; none leaves them out." placeholder:"DIR"`
	Copies     bool    `help:"Safety: the search for copies and nothing else."`
	Grow       bool    `help:"Search: from 10,000 to 5,000,000 listings, which take 6 GB of memory, and nothing else."`
	Rivals     bool    `help:"Search: other engines beside ours." default:"true" negatable:""`
	Charts     string  `help:"Search: directory for drawings of what was measured." type:"existingdir" placeholder:"DIR"`
	Mappings   string  `help:"Directory of their mapping files." default:"docs/imports" placeholder:"DIR"`
}

// bench is one measurement under way: what it may use, and what it found.
type bench struct {
	*environment
	benchCommand
	table   io.Writer
	figures map[string]float64 // by the name under which JSON has it, unit last
}

var benches = map[string]func(*bench) error{
	"market": (*bench).market, "import": (*bench).imports, "screen": (*bench).screen, "write": (*bench).writes,
	"records": (*bench).records, "search": (*bench).search, "safety": (*bench).safety,
}

// Run measures. It fails when something cannot be measured, never because of a figure.
func (c benchCommand) Run(e *environment) error {
	b := &bench{environment: e, benchCommand: c, table: e.out, figures: make(map[string]float64)}
	if c.JSON {
		b.table = io.Discard
	}
	names := []string{c.Name}
	if c.Name == "all" {
		names = []string{"screen", "write", "import", "records", "search", "safety", "market"}
	}
	b.machine()
	for _, name := range names {
		err := benches[name](b)
		if c.Name == "all" && errors.Is(err, errNoData) {
			b.row("%s: left out, %v", name, err)
			continue
		}
		if err != nil {
			return err
		}
	}
	if !c.JSON {
		return nil
	}
	return json.NewEncoder(e.out).Encode(b.figures)
}

func (b *bench) row(format string, args ...any) { fmt.Fprintf(b.table, format+"\n", args...) }

// figure keeps a number for the JSON object, with at most three decimals.
func (b *bench) figure(name string, n float64) {
	b.figures[name] = float64(int64(n*1000+0.5)) / 1000
}

// length is how long to measure one figure, in full, quickly, or as the command line says.
func (b *bench) length(full, quick time.Duration) time.Duration {
	switch {
	case b.Seconds > 0:
		return time.Duration(b.Seconds * float64(time.Second))
	case b.Quick:
		return quick
	default:
		return full
	}
}

// machine says what the figures belong to.
func (b *bench) machine() {
	engine := "SQLite"
	if b.config.PostgresURL != "" {
		engine = "PostgreSQL"
	}
	b.row("%s, %d cores, %s, %s", processor(), runtime.NumCPU(), runtime.Version(), engine)
}

func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(text)) {
			if name, model, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
				return strings.TrimSpace(model)
			}
		}
	}
	return runtime.GOARCH
}

// memory_mb is a line of /proc/PID/status, such as VmRSS; 0 where there is no such file.
func memory_mb(process, line string) float64 {
	text, err := os.ReadFile("/proc/" + process + "/status")
	if err != nil {
		return 0
	}
	for row := range strings.Lines(string(text)) {
		var kb float64
		if rest, found := strings.CutPrefix(row, line+":"); found {
			fmt.Sscan(rest, &kb)
			return kb / 1024
		}
	}
	return 0
}

const benchSlug = "bench"

// throwAway runs fn with the configuration of an installation that is gone afterwards: a directory of its own, and with
// PostgreSQL a database of its own on the same server.
func (b *bench) throwAway(fn func(config app.Config) error) error {
	dir, err := os.MkdirTemp("", "fairground-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	config := b.config
	config.Directory, config.SMTP = dir, ""
	config.S3.Endpoint = ""
	if config.PostgresURL == "" {
		return fn(config)
	}
	address, drop, err := temporaryDatabase(b.ctx, config.PostgresURL)
	if err != nil {
		return err
	}
	config.PostgresURL = address
	return errors.Join(fn(config), drop())
}

// temporaryDatabase makes a database beside the one of an address and returns its own address.
func temporaryDatabase(ctx context.Context, address string) (string, func() error, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", nil, value.Fieldf("postgres", "write postgres://name:password@host:port/database")
	}
	server, err := pgx.Connect(ctx, address)
	if err != nil {
		return "", nil, value.Errorf(value.Unavailable, "the PostgreSQL server does not answer").Because(err)
	}
	name := fmt.Sprintf("fairground_bench_%d", os.Getpid())
	if _, err := server.Exec(ctx, "create database "+name+" template template0"); err != nil {
		return "", nil, errors.Join(fmt.Errorf("making a database for the benchmark: %w", err), server.Close(ctx))
	}
	u.Path = "/" + name
	return u.String(), func() error {
		ctx := context.WithoutCancel(ctx)
		_, err := server.Exec(ctx, "drop database "+name+" with (force)")
		return errors.Join(err, server.Close(ctx))
	}, nil
}

// withBenchSite runs fn with an empty site of a throw-away installation.
func (b *bench) withBenchSite(config app.Config, fn func(context.Context, *app.App, *app.Rooms) error) error {
	e := *b.environment
	e.config = config
	return e.withApp(func(a *app.App) error {
		settings := site.Defaults("Bench", "bench@lakeside.example")
		settings.Currency = demo.Currency // prices in another would be found by no filter
		if _, err := a.Registry.Create(e.ctx, operator, benchSlug, settings); err != nil {
			return err
		}
		return e.useSite(a, benchSlug, func(ctx context.Context, r *app.Rooms) error { return fn(ctx, a, r) })
	})
}

var errNoData = errors.New("the data set is not on this machine")

// percentile returns one of sorted durations in milliseconds.
func percentile(sorted []float64, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}

func sortedCopy(all []float64) []float64 {
	sorted := slices.Clone(all)
	slices.Sort(sorted)
	return sorted
}
