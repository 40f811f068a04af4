package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"fairground/internal/db/dbtest"
)

// The scripts run the program as its users do. Each ends with "fairground check".
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"fairground": main})
}

func TestScriptsOnSQLite(t *testing.T) {
	t.Parallel()
	runScripts(t, func(*testscript.Env) error { return nil })
}

func TestScriptsOnPostgreSQL(t *testing.T) {
	t.Parallel()
	server := dbtest.PostgresURL(t)
	runScripts(t, func(env *testscript.Env) error {
		address, err := dbtest.Database(server, env.Defer)
		env.Setenv("FAIRGROUND_POSTGRES", address)
		return err
	})
}

func runScripts(t *testing.T, setUp func(*testscript.Env) error) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("FAIRGROUND_DATA", filepath.Join(env.WorkDir, "data"))
			env.Setenv("FAIRGROUND_UNSAFE", "true")
			if err := os.CopyFS(env.WorkDir, os.DirFS("testdata/common")); err != nil {
				return err
			}
			return setUp(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"pack": pack, "mark": mark, "latin1": latin1, "flip": flip, "cut": cut, "keep": keep, "rows": rows, "interrupt": interrupt,
		},
	})
}

// change rewrites a file: COMMAND FROM TO.
func change(ts *testscript.TestScript, args []string, fn func([]byte) []byte) {
	if len(args) != 2 {
		ts.Fatalf("usage: COMMAND FROM TO")
	}
	text, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), fn(text), 0o600))
}

// pack compresses a file.
func pack(ts *testscript.TestScript, _ bool, args []string) {
	change(ts, args, func(text []byte) []byte {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, err := w.Write(text)
		ts.Check(err)
		ts.Check(w.Close())
		return packed.Bytes()
	})
}

// mark puts a byte order mark before a file.
func mark(ts *testscript.TestScript, _ bool, args []string) {
	change(ts, args, func(text []byte) []byte { return append([]byte("\xef\xbb\xbf"), text...) })
}

// latin1 writes a file with one byte a letter.
func latin1(ts *testscript.TestScript, _ bool, args []string) {
	change(ts, args, func(text []byte) []byte {
		var out []byte
		for _, letter := range string(text) {
			out = append(out, byte(letter))
		}
		return out
	})
}

// flip changes a bit in the middle of a file.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	change(ts, args, func(text []byte) []byte {
		text[len(text)/2] ^= 1
		return text
	})
}

// cut keeps the first half of a file.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	change(ts, args, func(text []byte) []byte { return text[:len(text)/2] })
}

// keep puts the last command's output into a variable.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// rows writes a CSV file of so many good rows: rows COUNT FILE.
func rows(ts *testscript.TestScript, _ bool, args []string) {
	var count int
	_, err := fmt.Sscan(args[0], &count)
	ts.Check(err)
	var text strings.Builder
	text.WriteString("id,title,body,price,frame\n")
	for i := range count {
		fmt.Fprintf(&text, "%d,City bicycle number %d,Serviced in May and kept indoors.,%d,54\n", i, i, 100+i%900)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text.String()), 0o600))
}

// interrupt runs a command and interrupts it as soon as it shows progress.
func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	program, err := os.Executable()
	ts.Check(err)
	c := exec.Command(program, args[1:]...)
	c.Args[0], c.Dir = args[0], ts.MkAbs(".")
	for _, name := range []string{"FAIRGROUND_DATA", "FAIRGROUND_UNSAFE", "FAIRGROUND_POSTGRES"} {
		c.Env = append(c.Env, name+"="+ts.Getenv(name))
	}
	shown, err := c.StderrPipe()
	ts.Check(err)
	ts.Check(c.Start())
	_, err = io.ReadFull(shown, make([]byte, 20))
	ts.Check(err)
	ts.Check(c.Process.Signal(os.Interrupt))
	_, err = io.Copy(io.Discard, shown)
	ts.Check(err)
	if c.Wait() == nil {
		ts.Fatalf("%v ended before it was interrupted", args)
	}
}
