package dbtest

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// startPostgres starts the temporary server once a process.
var startPostgres = sync.OnceValues(newPostgres)

// PostgresURL is the address of a PostgreSQL server for tests. The test fails with what to install when there is none.
func PostgresURL(t testing.TB) string {
	t.Helper()
	if url := os.Getenv("FAIRGROUND_TEST_POSTGRES"); url != "" {
		return url
	}
	url, err := startPostgres()
	if err != nil {
		t.Fatalf("starting PostgreSQL for tests: %v (install it with: apt-get install postgresql-15)", err)
	}
	return url
}

// Database makes a database of its own on a server and returns its address; it is removed at the end. A test that opens
// whole installations needs one: those of other tests would show up as sites of its own.
func Database(server string, atEnd func(func())) (string, error) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("own_%d_%d", process(), databases.Add(1))
	if _, err := conn.Exec(ctx, "create database "+name+" template template0"); err != nil {
		return "", err
	}
	atEnd(func() {
		conn.Exec(ctx, "drop database "+name+" with (force)")
		conn.Close(ctx)
	})
	u, err := url.Parse(server)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

func process() int { return os.Getpid() }

// newPostgres starts the server that all tests of a process share. A watcher in a shell stops it when this process is
// gone, however it ended.
func newPostgres() (string, error) {
	server, err := initServer("-c", "fsync=off", "-c", "full_page_writes=off")
	if err != nil {
		return "", err
	}
	if err := server.start(); err != nil {
		return "", err
	}
	watch := fmt.Sprintf("while kill -0 %d 2>/dev/null; do sleep 1; done; kill -QUIT %d; sleep 1; rm -rf %s",
		os.Getpid(), server.process.Process.Pid, server.dir)
	return server.URL, exec.Command("setsid", "sh", "-c", watch).Start()
}

// Server is a PostgreSQL server of a test's own, which waits for the disk as a real one does and can be crashed.
type Server struct {
	URL string

	bin, dir string
	settings []string
	process  *exec.Cmd
	log      bytes.Buffer
}

// NewServer starts a server; it is gone when the test ends.
func NewServer(t testing.TB) *Server {
	t.Helper()
	server, err := initServer("-c", "fsync=on")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(server.dir) })
	server.Start(t)
	t.Cleanup(func() { server.Crash(t) })
	return server
}

// Start starts the server and waits until it has recovered and answers.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
}

// Crash ends the server at once, without a checkpoint.
func (s *Server) Crash(t testing.TB) {
	t.Helper()
	if err := s.process.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	s.process.Wait() // its error is that it was ended by a signal
}

// initServer makes a cluster that will listen on a private socket only.
func initServer(settings ...string) (*Server, error) {
	programs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(programs) == 0 {
		return nil, fmt.Errorf("there is no PostgreSQL in /usr/lib/postgresql")
	}
	slices.Sort(programs)
	dir, err := os.MkdirTemp("", "fairground-postgres-")
	if err != nil {
		return nil, err
	}
	if err := ownedByPostgres(dir); err != nil {
		return nil, err
	}
	s := &Server{URL: "postgres:///postgres?user=postgres&host=" + dir, bin: programs[len(programs)-1], dir: dir, settings: settings}
	out, err := asPostgres(filepath.Join(s.bin, "initdb"), "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8",
		"--locale=C.UTF-8", "-D", filepath.Join(dir, "data")).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	return s, nil
}

func (s *Server) start() error {
	s.process = asPostgres(filepath.Join(s.bin, "postgres"), append([]string{"-D", filepath.Join(s.dir, "data"), "-k", s.dir, "-h", "",
		"-c", "max_connections=200", "-c", "shared_buffers=128MB"}, s.settings...)...)
	s.log.Reset()
	s.process.Stderr = &s.log
	if err := s.process.Start(); err != nil {
		return err
	}
	return waitForServer(s.URL, &s.log)
}

func waitForServer(url string, log *bytes.Buffer) error {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		conn, err := pgx.Connect(context.Background(), url)
		if err == nil {
			return conn.Close(context.Background())
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the server did not answer: %w: %s", err, log.String())
		}
	}
}

// ownedByPostgres gives a directory to the account postgres when the tests run as root, which the server refuses.
func ownedByPostgres(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(account.Uid)
	if err != nil {
		return err
	}
	return os.Chown(dir, uid, -1)
}

func asPostgres(program string, args ...string) *exec.Cmd {
	if os.Geteuid() != 0 {
		return exec.Command(program, args...)
	}
	return exec.Command("setpriv", append([]string{"--reuid=postgres", "--regid=postgres", "--clear-groups", program}, args...)...)
}
