package exprtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"cel.dev/expr/conformance/test"
	"google.golang.org/protobuf/encoding/prototext"

	"fairground/internal/expr"
)

// Counts is how the tests of one engine went.
type Counts struct {
	Passed  int      `json:"passed"`
	Refused int      `json:"refused"`
	Wrong   int      `json:"wrong"`
	Details []string `json:"details,omitempty"` // of what is wrong
	Reasons []string `json:"-"`                 // of what is refused
}

// Report is how the conformance files went in process and in both databases.
type Report struct {
	Process  Counts `json:"process"`
	SQLite   Counts `json:"sqlite"`
	Postgres Counts `json:"postgres"`
}

// Runner runs "select <sql>" on a database of a dialect and returns the one value of its one row.
type Runner func(d expr.Dialect, sql string, args []any) (any, error)

// Conformance runs the files *.textproto of a directory. Without a runner only the evaluation in process is tried.
func Conformance(dir string, run Runner) (Report, error) {
	var report Report
	files, err := filepath.Glob(filepath.Join(dir, "*.textproto"))
	if err != nil || len(files) == 0 {
		return report, fmt.Errorf("exprtest.Conformance(%s): there are no files", dir)
	}
	engine, err := newEngine()
	if err != nil {
		return report, fmt.Errorf("exprtest.Conformance: %w", err)
	}
	oracle, err := newOracle(run)
	if err != nil {
		return report, fmt.Errorf("exprtest.Conformance: %w", err)
	}
	for _, name := range files {
		tests, err := read(name)
		if err != nil {
			return report, fmt.Errorf("exprtest.Conformance(%s): %w", name, err)
		}
		for _, section := range tests.GetSection() {
			for _, one := range section.GetTest() {
				title := strings.TrimSuffix(filepath.Base(name), ".textproto") + "/" + section.GetName() + "/" + one.GetName()
				report.Process.count(title, one.GetExpr(), engine.process(title, one))
				if run != nil {
					report.SQLite.count(title, one.GetExpr(), oracle.ask(expr.SQLite, one))
					report.Postgres.count(title, one.GetExpr(), oracle.ask(expr.Postgres, one))
				}
			}
		}
	}
	return report, nil
}

func read(name string) (*test.SimpleTestFile, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	file := &test.SimpleTestFile{}
	return file, prototext.Unmarshal(text, file)
}

// outcome is how one test went; the zero value is a pass.
type outcome struct {
	refused string
	wrong   string
}

func (c *Counts) count(title, text string, o outcome) {
	switch {
	case o.wrong != "":
		c.Wrong++
		c.Details = append(c.Details, fmt.Sprintf("%s: %s: %s", title, text, o.wrong))
	case o.refused != "":
		c.Refused++
		c.Reasons = append(c.Reasons, fmt.Sprintf("%s: %s: %s", title, text, o.refused))
	default:
		c.Passed++
	}
}
