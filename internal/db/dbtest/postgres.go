package dbtest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
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

func process() int { return os.Getpid() }

// newPostgres makes a cluster that listens on a private socket only. A watcher in a shell stops it when this process
// is gone, however it ended.
func newPostgres() (string, error) {
	programs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(programs) == 0 {
		return "", fmt.Errorf("there is no PostgreSQL in /usr/lib/postgresql")
	}
	slices.Sort(programs)
	bin := programs[len(programs)-1]
	dir, err := os.MkdirTemp("", "fairground-postgres-")
	if err != nil {
		return "", err
	}
	if err := ownedByPostgres(dir); err != nil {
		return "", err
	}
	data := filepath.Join(dir, "data")
	if out, err := asPostgres(filepath.Join(bin, "initdb"), "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "-D", data).CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w: %s", err, out)
	}
	server := asPostgres(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-h", "",
		"-c", "fsync=off", "-c", "max_connections=200", "-c", "shared_buffers=128MB", "-c", "full_page_writes=off")
	var log bytes.Buffer
	server.Stderr = &log
	if err := server.Start(); err != nil {
		return "", err
	}
	watch := fmt.Sprintf("while kill -0 %d 2>/dev/null; do sleep 1; done; kill -QUIT %d; sleep 1; rm -rf %s", os.Getpid(), server.Process.Pid, dir)
	watcher := exec.Command("setsid", "sh", "-c", watch)
	if err := watcher.Start(); err != nil {
		return "", err
	}
	url := "postgres:///postgres?user=postgres&host=" + dir
	return url, waitForServer(url, &log)
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
