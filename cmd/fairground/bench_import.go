package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"fairground/internal/app"
	"fairground/internal/listing"
	"fairground/internal/value"
)

// imported are the public data sets; a quick run takes the first.
var imported = []struct{ file, mapping string }{
	{"craigslist.jsonl.gz", "craigslist.yaml"},
	{"cars_uk.csv.gz", "cars_uk.yaml"},
	{"property_es.csv.gz", "property_es.yaml"},
}

// imports measures the import of the public data sets into a throw-away site, each row checked, screened and durable,
// and then the index and the seals.
func (b *bench) imports() error {
	if _, err := os.Stat(filepath.Join(b.Shared, imported[0].file)); err != nil {
		return fmt.Errorf("%w: %s", errNoData, filepath.Join(b.Shared, imported[0].file))
	}
	debug.FreeOSMemory()
	return b.throwAway(func(config app.Config) error {
		return b.withBenchSite(config, func(ctx context.Context, _ *app.App, rooms *app.Rooms) error {
			if err := b.plantTree(ctx, rooms); err != nil {
				return err
			}
			files := imported
			if b.Quick {
				files = files[:1]
			}
			b.row("\nImport, each row checked, screened and durable")
			b.row("  %-22s %8s %8s %9s %8s %8s %8s %8s %8s", "", "rows", "rows/s", "live", "held", "rejected", "repeated", "failed", "left out")
			var all listing.Tally
			took := 0.0
			for _, f := range files {
				tally, seconds, err := b.importFile(ctx, rooms, f.file, f.mapping)
				if err != nil {
					return err
				}
				all.Rows += tally.Rows
				took += seconds
			}
			if err := b.indexed(ctx, rooms, all.Rows, took); err != nil {
				return err
			}
			b.figure("import_rows_per_s", float64(all.Rows)/took)
			b.figure("import_peak_mb", memory_mb("self", "VmHWM"))
			return nil
		})
	})
}

func (b *bench) plantTree(ctx context.Context, rooms *app.Rooms) error {
	file, err := os.Open(filepath.Join(b.Mappings, "tree.yaml"))
	if err != nil {
		return err
	}
	defer file.Close()
	tree, err := listing.ReadTree(file)
	if err != nil {
		return err
	}
	return listing.PlantTree(ctx, rooms.Site.DB, operator, tree)
}

func (b *bench) importFile(ctx context.Context, rooms *app.Rooms, name, mappingName string) (listing.Tally, float64, error) {
	command := importListings{Mapping: filepath.Join(b.Mappings, mappingName)}
	mapping, err := command.readMapping(ctx, rooms)
	if err != nil {
		return listing.Tally{}, 0, err
	}
	file, _, sum, err := openSummed(filepath.Join(b.Shared, name))
	if err != nil {
		return listing.Tally{}, 0, err
	}
	defer file.Close()
	began := time.Now()
	work := listing.Import{Desk: rooms.Listings, Mapping: mapping, Actor: value.SystemActor("import"), Errors: io.Discard}
	t, err := work.Run(ctx, name, sum, file)
	seconds := time.Since(began).Seconds()
	if err == nil {
		b.row("  %-22s %8d %8.0f %9d %8d %8d %8d %8d %8d", name, t.Rows, float64(t.Rows)/seconds, t.Live, t.Held, t.Rejected, t.Repeated, t.Failed, t.LeftOut)
	}
	return t, seconds, err
}

func (b *bench) indexed(ctx context.Context, rooms *app.Rooms, rows int, took float64) error {
	began := time.Now()
	for _, reader := range rooms.Readers() {
		start := time.Now()
		if _, err := reader.CatchUp(ctx, rooms.Site.DB); err != nil {
			return err
		}
		b.row("  %-22s %8s %8.0f", "then: "+reader.Name, "", float64(rows)/time.Since(start).Seconds())
	}
	b.row("  all %d rows: %.0f rows/s durable, %.0f rows/s with index and seals, peak memory %.0f MB", rows,
		float64(rows)/took, float64(rows)/(took+time.Since(began).Seconds()), memory_mb("self", "VmHWM"))
	return nil
}
