// Package dbtest runs storage tests on both engines, each test on an empty database of its own.
//
// PostgreSQL is a temporary cluster that the first test of a package starts and TestMain's end, or the death of the
// test, stops. When FAIRGROUND_TEST_POSTGRES holds an address, that server is used instead.
package dbtest

import (
	"fmt"
	"sync/atomic"
	"testing"

	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/value"
)

var databases atomic.Int64

// Each runs a test once on SQLite and once on PostgreSQL. The change log's tables are always there.
func Each(t *testing.T, schemas []db.Schema, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, Open(t, Cluster(t, db.SQLite), schemas))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, Open(t, Cluster(t, db.Postgres), schemas))
	})
}

// EachCluster is Each for tests that open databases themselves.
func EachCluster(t *testing.T, test func(t *testing.T, c *db.Cluster)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, Cluster(t, engine))
		})
	}
}

// Cluster returns a cluster on an engine; it is closed when the test ends.
func Cluster(t testing.TB, engine db.Engine) *db.Cluster {
	t.Helper()
	return ClusterWith(t, engine, func(*db.Config) {})
}

// ClusterWith is Cluster with another configuration, such as a clock that stands still.
func ClusterWith(t testing.TB, engine db.Engine, configure func(*db.Config)) *db.Cluster {
	t.Helper()
	clock := value.SystemClock{}
	config := db.Config{
		Directory: t.TempDir(), Unsafe: true, Connections: 8,
		Clock: clock, IDs: value.NewIDs(clock, 1), Log: change.Append,
	}
	if engine == db.Postgres {
		config.PostgresURL = PostgresURL(t)
	}
	configure(&config)
	cluster, err := db.NewCluster(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster
}

// NewName returns a database name that no other test uses.
func NewName() string { return fmt.Sprintf("test_%d_%d", process(), databases.Add(1)) }

// Open makes a database of its own for a test in a cluster.
func Open(t testing.TB, cluster *db.Cluster, schemas []db.Schema) *db.DB {
	t.Helper()
	all := append([]db.Schema{change.Schema()}, schemas...)
	d, err := cluster.Create(t.Context(), NewName(), all)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
