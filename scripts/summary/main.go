// Command summary reads the events of "go test -json", shows what a person wants to see of them, and ends with the line
// "N passed, N failed". Its exit status is 1 when anything failed or no test ran.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

type event struct {
	Action      string
	Package     string
	ImportPath  string // of a build
	Test        string
	Output      string
	Elapsed     float64
	FailedBuild string
}

func main() {
	checks := flag.Int("checks", 0, "checks that were made before the tests")
	broken := flag.Int("broken", 0, "how many of them failed")
	flag.Parse()
	s := summary{passed: *checks - *broken, failed: *broken, output: make(map[string][]string)}
	if err := s.read(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "summary:", err)
		s.failed++
	}
	if s.ran == 0 {
		fmt.Println("no test ran")
		s.failed++
	}
	fmt.Printf("%d passed, %d failed\n", s.passed, s.failed)
	if s.failed > 0 {
		os.Exit(1)
	}
}

// summary counts the tests, with their subtests, and keeps the output of those that still run.
type summary struct {
	passed, failed, skipped, ran int
	output                       map[string][]string // by package and test
	names                        []string            // of the tests that failed
}

func (s *summary) read(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(out, lines.Text()) // what the go command says itself
			continue
		}
		s.take(e, out)
	}
	for _, name := range s.names {
		fmt.Fprintln(out, "failed:", name)
	}
	if s.skipped > 0 {
		fmt.Fprintf(out, "%d skipped\n", s.skipped)
	}
	return lines.Err()
}

func (s *summary) take(e event, out io.Writer) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		s.output[key] = append(s.output[key], e.Output)
	case "build-output":
		fmt.Fprint(out, e.Output)
	case "pass", "skip", "fail":
		if e.Test == "" {
			s.endPackage(e, out)
		} else {
			s.endTest(e, out)
		}
		delete(s.output, key)
	}
}

func (s *summary) endTest(e event, out io.Writer) {
	s.ran++
	switch e.Action {
	case "pass":
		s.passed++
	case "skip":
		s.skipped++
	case "fail":
		s.failed++
		s.names = append(s.names, e.Package+" "+e.Test)
		fmt.Fprint(out, strings.Join(s.output[e.Package+" "+e.Test], ""))
	}
}

// endPackage counts a package that failed without a failed test, because it did not build, or its process died.
func (s *summary) endPackage(e event, out io.Writer) {
	switch {
	case e.Action == "pass":
		fmt.Fprintf(out, "ok    %s  %.1f s\n", e.Package, e.Elapsed)
	case e.Action == "fail":
		if !s.anyFailed(e.Package) {
			s.failed++
			s.names = append(s.names, e.Package)
			for key, lines := range s.output { // of the tests that never ended, too
				if strings.HasPrefix(key, e.Package+" ") {
					fmt.Fprint(out, strings.Join(lines, ""))
				}
			}
		}
		fmt.Fprintf(out, "FAIL  %s  %.1f s\n", e.Package, e.Elapsed)
	}
}

func (s *summary) anyFailed(name string) bool {
	for _, failed := range s.names {
		if strings.HasPrefix(failed, name+" ") {
			return true
		}
	}
	return false
}
