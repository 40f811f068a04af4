package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

var errNoPostgres = errors.New("there is no PostgreSQL in /usr/lib/postgresql, and --postgres names none")

// postgresServer is a database of its own on the server of the command line, or a server of its own.
func (b *bench) postgresServer() (address string, stop func() error, err error) {
	if b.config.PostgresURL != "" {
		return temporaryDatabase(b.ctx, b.config.PostgresURL)
	}
	programs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(programs) == 0 {
		return "", nil, errNoPostgres
	}
	slices.Sort(programs)
	bin := programs[len(programs)-1]
	dir, err := os.MkdirTemp("/tmp", "fairground-bench-pg-") // short, as a socket's path must be, and open to the account postgres
	if err != nil {
		return "", nil, err
	}
	gone := func(err error) (string, func() error, error) { return "", nil, errors.Join(err, os.RemoveAll(dir)) }
	if err := givePostgres(dir); err != nil {
		return gone(err)
	}
	data := filepath.Join(dir, "data")
	if out, err := asPostgres(filepath.Join(bin, "initdb"), "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "-D", data).CombinedOutput(); err != nil {
		return gone(fmt.Errorf("initdb: %w: %s", err, out))
	}
	server := asPostgres(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-h", "", "-c", "shared_buffers=2GB",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_wal_size=8GB")
	if err := server.Start(); err != nil {
		return gone(err)
	}
	stop = func() error {
		err := server.Process.Signal(syscall.SIGQUIT)
		server.Wait() // it was told to end
		return errors.Join(err, os.RemoveAll(dir))
	}
	address = "postgres:///postgres?user=postgres&host=" + dir
	if err := untilItAnswers(b.ctx, address); err != nil {
		return "", nil, errors.Join(err, stop())
	}
	return address, stop, nil
}

func untilItAnswers(ctx context.Context, address string) error {
	var err error
	for range 300 {
		var c *pgx.Conn
		if c, err = pgx.Connect(ctx, address); err == nil {
			return c.Close(ctx)
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("PostgreSQL did not start: %w", err)
}

// givePostgres makes the account postgres the owner of a directory; the server refuses to run as root.
func givePostgres(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	id, err := strconv.Atoi(account.Uid)
	if err != nil {
		return err
	}
	return os.Chown(dir, id, -1)
}

func asPostgres(program string, args ...string) *exec.Cmd {
	if os.Geteuid() == 0 {
		args = append([]string{"--reuid=postgres", "--regid=postgres", "--clear-groups", program}, args...)
		program = "setpriv"
	}
	c := exec.Command(program, args...)
	c.Dir = "/"
	return c
}
