package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// rivalsModule is the program with the engines that the product does not depend on.
const rivalsModule = "tools/rivals"

var errNoRivals = errors.New("it is compared where the sources are: run the benchmark in a checkout, with Go installed")

// external is the program of rivals, compiled into a directory, and the files that it reads.
type external struct {
	program, dir string
	market       *bigMarket
	patience_s   float64
}

// newExternal compiles the program.
func (b *bench) newExternal(m *bigMarket, dir string) (*external, error) {
	if _, err := os.Stat(filepath.Join(rivalsModule, "go.mod")); err != nil {
		return nil, errNoRivals
	}
	if _, err := exec.LookPath("go"); err != nil {
		return nil, errNoRivals
	}
	x := &external{program: filepath.Join(dir, "rivals"), dir: dir, market: m, patience_s: patience.Seconds()}
	if out, err := exec.CommandContext(b.ctx, "go", "build", "-C", rivalsModule, "-o", x.program, ".").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build -C %s: %w: %s", rivalsModule, err, out)
	}
	return x, nil
}

// externalQuery is a query as the program reads it.
type externalQuery struct {
	rivalQuery
	Kind  string `json:"kind"`
	Typed string `json:"typed,omitempty"`
}

// externalAnswer is its answer to the query of that number, or, at the end, what building took.
type externalAnswer struct {
	rivalAnswer
	At      int     `json:"at"`
	Build_s float64 `json:"build_s"`
	Bytes   float64 `json:"bytes"`
}

// writeContest writes the listings and queries of a contest into files.
func (x *external) writeContest(c *contest) error {
	if err := writeLines(x.path("listings"), c.rivalListings()); err != nil {
		return err
	}
	var all []externalQuery
	for i, q := range slices.Concat(c.mixed, c.geo) {
		plain, err := x.market.rivalQuery(q)
		if err != nil {
			return err
		}
		kind := "mixed"
		if i >= len(c.mixed) {
			kind = "geo"
		}
		all = append(all, externalQuery{rivalQuery: plain, Kind: kind})
	}
	return writeLines(x.path("queries"), slices.Values(all))
}

func (x *external) path(name string) string { return filepath.Join(x.dir, name+".jsonl") }

func writeLines[T any](name string, all iter.Seq[T]) (err error) {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	to := bufio.NewWriterSize(file, 1<<20)
	encoder := json.NewEncoder(to)
	for one := range all {
		if err := encoder.Encode(one); err != nil {
			return err
		}
	}
	return to.Flush()
}

// runExternal starts one engine and returns its answers.
func (b *bench) runExternal(x *external, engine string, more ...string) (answers []externalAnswer, built externalAnswer, err error) {
	dir, err := os.MkdirTemp("/tmp", "fairground-"+engine+"-") // a socket's path must be short
	if err != nil {
		return nil, built, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	args := append([]string{engine, "--dir", dir, "--listings", x.path("listings"), "--queries", x.path("queries"), "--patience_s", fmt.Sprint(x.patience_s)}, more...)
	c := exec.CommandContext(b.ctx, x.program, args...)
	c.Stderr = b.err
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, built, err
	}
	if err := c.Start(); err != nil {
		return nil, built, err
	}
	lines := json.NewDecoder(bufio.NewReader(out))
	for err == nil {
		var a externalAnswer
		switch err = lines.Decode(&a); {
		case err == nil && a.Build_s > 0:
			built = a
		case err == nil:
			answers = append(answers, a)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return answers, built, errors.Join(err, c.Wait())
}

// externalStanding lets one engine of the program compete.
func (b *bench) externalStanding(c *contest, x *external, engine, title string) (standing, error) {
	s := standing{title: title, figure: engine}
	answers, built, err := b.runExternal(x, engine)
	if err != nil {
		return s, fmt.Errorf("%s: %w", title, err)
	}
	s.build_s, s.bytes = built.Build_s, built.Bytes
	for _, a := range answers {
		if a.At < len(c.mixed) {
			s.mixed = append(s.mixed, a.Took_ms)
			s.compare(a.Total, c.totals["mixed"][a.At])
			continue
		}
		s.geo = append(s.geo, a.Took_ms)
		s.compare(a.Total, c.totals["geo"][a.At-len(c.mixed)])
	}
	return s, nil
}
