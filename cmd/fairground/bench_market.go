package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"fairground/internal/app"
	"fairground/internal/demo"
)

const visitors = 50

// market measures the public pages of a market of made-up listings, and then what its members do. The server is a
// process of its own, so that its memory is its own; visitors and server share the processors.
func (b *bench) market() error {
	err := b.throwAway(func(config app.Config) error {
		if err := b.plant(config); err != nil {
			return err
		}
		server, err := b.startServer(config)
		if err != nil {
			return err
		}
		return errors.Join(b.visit(server), server.stop())
	})
	if err != nil {
		return err
	}
	return b.members()
}

// plant fills the market: every listing checked, screened, durable, then indexed and sealed.
func (b *bench) plant(config app.Config) error {
	return b.withBenchSite(config, func(ctx context.Context, _ *app.App, rooms *app.Rooms) error {
		count := b.Listings
		switch {
		case count > 0:
		case b.Quick:
			count = 20_000
		default:
			count = 200_000
		}
		b.row("\nMarket of %d listings", count)
		began := time.Now()
		seed := demo.Seed{Desk: rooms.Listings, Count: count, Seed: b.Seed, Progress: drawBar(b.environment, "Making listings")}
		tally, err := seed.Plant(ctx)
		fmt.Fprintln(b.err)
		if err != nil {
			return err
		}
		seconds := time.Since(began).Seconds()
		b.figure("import_per_s", float64(tally.Rows)/seconds)
		b.row("  made, checked, screened, durable  %8.0f listings/s", float64(tally.Rows)/seconds)
		for _, reader := range rooms.Readers() {
			start := time.Now()
			n, err := reader.CatchUp(ctx, rooms.Site.DB)
			if err != nil {
				return err
			}
			if title := map[string]string{"search": "indexed", "audit": "sealed"}[reader.Name]; title != "" {
				b.row("  %-32s  %8.0f changes/s", title, float64(n)/time.Since(start).Seconds())
			}
		}
		return nil
	})
}

// child is a server in a process of its own.
type child struct {
	command *exec.Cmd
	address string // host:port
	out     io.ReadCloser
}

// startServer runs this program again as "fairground serve" on a free port of this machine, with more variables in its
// environment.
func (b *bench) startServer(config app.Config, more ...string) (*child, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(b.ctx, program, "serve", "--address", "127.0.0.1:0", "--data", config.Directory)
	c.Args[0] = "fairground" // tests run this program under that name
	c.Env = append(os.Environ(), "FAIRGROUND_POSTGRES="+config.PostgresURL, "FAIRGROUND_S3=", "FAIRGROUND_SMTP=", "FAIRGROUND_LOG_LEVEL=warn", "FAIRGROUND_API_RATE=1000000", "FAIRGROUND_MAIL_IN=", "FAIRGROUND_OPEN_ID=")
	c.Env = append(c.Env, more...)
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.Stderr = b.err
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("starting %s serve: %w", program, err)
	}
	s := &child{command: c, out: out}
	line, err := bufio.NewReader(out).ReadString('\n')
	_, port, found := strings.Cut(strings.TrimSpace(line), "localhost:")
	if err != nil || !found {
		return nil, errors.Join(fmt.Errorf("the server did not say where it listens: %q: %w", line, err), s.stop())
	}
	s.address = "127.0.0.1:" + port
	return s, nil
}

func (s *child) memory_mb(line string) float64 {
	return memory_mb(strconv.Itoa(s.command.Process.Pid), line)
}

// stop asks the server to finish and waits for it.
func (s *child) stop() error {
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return s.command.Wait()
}

// visit measures the server at rest and under visitors.
func (b *bench) visit(server *child) error {
	first := &visitor{address: server.address}
	defer first.close()
	if _, _, err := first.get("/"); err != nil {
		return err
	}
	time.Sleep(b.length(3*time.Second, 2*time.Second)) // until nothing of the start is going on any more
	b.figure("idle_mb", server.memory_mb("VmRSS"))
	b.figure("idle_private_mb", server.memory_mb("RssAnon"))
	b.row("  memory at rest                    %8.0f MB, of them %.0f MB private", server.memory_mb("VmRSS"), server.memory_mb("RssAnon"))
	kinds, err := readSitemap(first, b.Seed)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(b.Seed, visitors))
	for range 20 { // what a site reads once for all visitors is read before the crowd comes
		for _, next := range kinds {
			if _, _, err := first.get(next(r)); err != nil {
				return err
			}
		}
	}
	return b.rounds(server, kinds[0], kinds[1], kinds[2])
}

// rounds drives each kind of page, first without a pause between two requests of a visitor, then with one.
func (b *bench) rounds(server *child, listings, categories, searches pages) error {
	length := b.length(10*time.Second, 2*time.Second)
	b.row("  %-40s %9s %9s %9s %9s %7s", "50 visitors", "pages/s", "p50 ms", "p95 ms", "p99 ms", "errors")
	requests, seconds := 0, 0.0
	for _, round := range []struct {
		title, figure string
		pages         pages
		think         bool
	}{
		{"listing pages, no pause", "listing", listings, false},
		{"category pages, no pause", "category", categories, false},
		{"words in a category, no pause", "words", searches, false},
		{"listing pages, pauses of 100–500 ms", "listing_thinking", listings, true},
		{"category pages, pauses of 100–500 ms", "category_thinking", categories, true},
		{"words in a category, pauses of 100–500 ms", "words_thinking", searches, true},
	} {
		r, err := b.drive(server.address, round.pages, round.think, length)
		if err != nil {
			return err
		}
		sorted := sortedCopy(r.latencies_ms)
		b.row("  %-40s %9.0f %9.2f %9.2f %9.2f %7d", round.title, r.perSecond(), percentile(sorted, .5), percentile(sorted, .95), percentile(sorted, .99), r.errors)
		for name, share := range map[string]float64{"p50": .5, "p95": .95, "p99": .99} {
			b.figure(round.figure+"_"+name+"_ms", percentile(sorted, share))
		}
		b.figure(round.figure+"_requests_per_s", r.perSecond())
		if !round.think {
			requests, seconds = requests+len(r.latencies_ms), seconds+r.took_s
		}
		b.figures["errors"] += float64(r.errors)
	}
	b.figure("requests_per_s", float64(requests)/seconds)
	b.figure("busy_mb", server.memory_mb("VmRSS"))
	b.row("  all without a pause               %8.0f pages/s", float64(requests)/seconds)
	b.row("  memory under load                 %8.0f MB, of them %.0f MB private", server.memory_mb("VmRSS"), server.memory_mb("RssAnon"))
	return nil
}
