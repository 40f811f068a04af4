package db_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"fairground/internal/db"
	"fairground/internal/db/dbtest"
)

// BenchmarkDB measures durable writes (SQLite: synchronous=FULL) by one writer and by 64, and reads of one row.
func BenchmarkDB(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		c := dbtest.ClusterWith(b, engine, func(c *db.Config) {
			c.Unsafe, c.Connections = false, 32
			if engine == db.Postgres {
				c.PostgresURL = dbtest.NewServer(b).URL // with fsync
			}
		})
		d := dbtest.Open(b, c, []db.Schema{shed})
		add := func(b *testing.B) {
			err := write(b, d, func(tx *db.Tx) error { _, err := addBike(tx, fmt.Sprint(tx.NewID())); return err })
			if err != nil {
				b.Error(err)
			}
		}
		b.Run(fmt.Sprintf("%s/write-1", engine), func(b *testing.B) {
			for b.Loop() {
				add(b)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
		})
		b.Run(fmt.Sprintf("%s/write-64", engine), func(b *testing.B) {
			b.SetParallelism(32) // times GOMAXPROCS
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					add(b)
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
		})
		b.Run(fmt.Sprintf("%s/read", engine), func(b *testing.B) {
			var seen atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					err := d.Read(b.Context(), func(tx *db.Tx) error {
						name, err := db.One(tx, db.Column[string], "select name from bike order by id desc limit 1")
						seen.Add(int64(len(name)))
						return err
					})
					if err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
		})
	}
}
