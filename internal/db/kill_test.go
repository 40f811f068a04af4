package db_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/db/dbtest"
	"fairground/internal/value"
)

// The victim is this test binary, started again with these variables. It writes bikes and prints the id of each that
// was acknowledged, until it is killed.
const (
	victimEngine    = "FAIRGROUND_TEST_VICTIM"
	victimDirectory = "FAIRGROUND_TEST_VICTIM_DIRECTORY"
	victimPostgres  = "FAIRGROUND_TEST_VICTIM_POSTGRES"
	victimName      = "FAIRGROUND_TEST_VICTIM_NAME"
	victimRound     = "FAIRGROUND_TEST_VICTIM_ROUND"
)

func writeUntilKilled() {
	clock := value.SystemClock{}
	round, err := strconv.Atoi(os.Getenv(victimRound))
	complain(err)
	c, err := db.NewCluster(context.Background(), db.Config{
		Directory: os.Getenv(victimDirectory), PostgresURL: os.Getenv(victimPostgres), Connections: 8,
		Clock: clock, IDs: value.NewIDs(clock, round), Log: change.Append,
	})
	complain(err)
	d, err := c.Open(context.Background(), os.Getenv(victimName), []db.Schema{change.Schema(), shed})
	complain(err)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for {
				var id value.ID
				complain(d.Write(context.Background(), tester, "test", func(tx *db.Tx) (err error) {
					id, err = addBike(tx, fmt.Sprint(d.IDs().Next()))
					return err
				}))
				fmt.Println(int64(id)) // one write to the pipe, which survives this process
			}
		})
	}
	wait.Wait()
}

func complain(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
}

// Kill -9 at random moments, again and again: every acknowledged row is there, the log has no gap, and no row is
// without its trace.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	const kills = 25
	dbtest.EachCluster(t, func(t *testing.T, _ *db.Cluster) {
		var config db.Config
		engine := db.SQLite
		if strings.HasSuffix(t.Name(), "postgres") {
			engine = db.Postgres
		}
		c := dbtest.ClusterWith(t, engine, func(c *db.Config) { c.Unsafe = false; config = *c })
		name := dbtest.NewName()
		d, err := c.Create(t.Context(), name, []db.Schema{change.Schema(), shed})
		if err != nil {
			t.Fatal(err)
		}
		acknowledged := make(map[int64]bool)
		for round := range kills {
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			killOne(t, config, name, round, acknowledged)
			d, err = c.Open(t.Context(), name, []db.Schema{change.Schema(), shed})
			if err != nil {
				t.Fatalf("after kill %d: %v", round, err)
			}
			present(t, d, acknowledged)
		}
		t.Logf("%d kills, %d acknowledged writes", kills, len(acknowledged))
	})
}

func killOne(t *testing.T, config db.Config, name string, round int, acknowledged map[int64]bool) {
	t.Helper()
	victim := exec.CommandContext(t.Context(), os.Args[0])
	victim.Env = append(os.Environ(), victimEngine+"=yes", victimDirectory+"="+config.Directory,
		victimPostgres+"="+config.PostgresURL, victimName+"="+name, fmt.Sprintf("%s=%d", victimRound, round+2))
	var complaints strings.Builder
	victim.Stderr = &complaints
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for first := true; lines.Scan(); first = false {
		if first {
			time.AfterFunc(rand.N(40*time.Millisecond), func() { victim.Process.Kill() })
		}
		id, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			t.Fatalf("the victim printed %q", lines.Text())
		}
		acknowledged[id] = true
	}
	if err := victim.Wait(); err == nil || complaints.Len() > 0 {
		t.Fatalf("the victim was not killed: %v, %s", err, complaints.String())
	}
}

// present checks every acknowledged row and its trace.
func present(t *testing.T, d *db.DB, acknowledged map[int64]bool) {
	t.Helper()
	found := make(map[int64]bool)
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		return db.Each(tx, func(row db.Scanner) error {
			var id, traces int64
			err := row.Scan(&id, &traces)
			if found[id] = true; traces != 1 {
				t.Errorf("bike %d has %d traces", id, traces)
			}
			return err
		}, "select bike.id, count(change.id) from bike left join change on change.record = bike.id group by bike.id")
	})
	if err != nil {
		t.Fatal(err)
	}
	lost := 0
	for id := range acknowledged {
		if !found[id] {
			lost++
		}
	}
	gapless(t, d)
	untraced := count(t, d, "select (select count(*) from bike) - (select count(*) from change)")
	if lost > 0 || untraced != 0 {
		t.Fatalf("%d of %d acknowledged rows are lost, %d rows more than traces", lost, len(acknowledged), untraced)
	}
}

// The server itself is shut down at once, without a checkpoint, while many write. What it acknowledged is there when
// it has recovered, and the same cluster goes on without being opened anew.
func TestServerCrashLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	server := dbtest.NewServer(t)
	c := dbtest.ClusterWith(t, db.Postgres, func(c *db.Config) { c.PostgresURL = server.URL })
	d := dbtest.Open(t, c, []db.Schema{shed})
	acknowledged := make(map[int64]bool)
	for range 4 {
		var mu sync.Mutex
		var wait sync.WaitGroup
		for range 6 {
			wait.Go(func() {
				for {
					var id value.ID
					err := write(t, d, func(tx *db.Tx) (err error) {
						id, err = addBike(tx, fmt.Sprint(d.IDs().Next()))
						return err
					})
					if err != nil { // the server is gone
						if value.KindOf(err) != value.Unavailable {
							t.Errorf("a write to a crashed server: %v", err)
						}
						return
					}
					mu.Lock()
					acknowledged[int64(id)] = true
					mu.Unlock()
				}
			})
		}
		time.Sleep(50*time.Millisecond + rand.N(200*time.Millisecond))
		server.Crash(t)
		wait.Wait()
		server.Start(t)
		present(t, d, acknowledged)
	}
	if len(acknowledged) < 20 {
		t.Errorf("only %d writes were acknowledged", len(acknowledged))
	}
	t.Logf("4 crashes, %d acknowledged writes", len(acknowledged))
}
