package app

import (
	"context"
	"fmt"

	"fairground/internal/audit"
	"fairground/internal/change"
	"fairground/internal/db"
	"fairground/internal/demo"
	"fairground/internal/listing"
	"fairground/internal/record"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/trade"
	"fairground/internal/value"
)

// Report is what fairground check found in one site.
type Report struct {
	Live       int   // listings
	Clearances int   // read and verified
	Changes    int64 // in the log
	Sealed     int64 // of them under a seal
	Faults     []string
}

// Check goes through everything stored that could break a promise: no listing is live without a genuine clearance for
// its content, none that is restricted stands in the index, no profile or review is shown without one, no clearance is forged, records are as they are defined, the change log agrees with its seals.
func (r *Rooms) Check(ctx context.Context) (Report, error) {
	var report Report
	if _, err := r.Sealer.CatchUp(ctx, r.Site.DB); err != nil {
		return report, err
	}
	err := r.Site.DB.Read(ctx, func(tx *db.Tx) error {
		var err error
		if report.Faults, report.Live, err = listing.Check(tx, r.Gate); err != nil {
			return err
		}
		for _, check := range []func(*db.Tx) ([]string, int, error){
			r.Profiles.Check, r.checkRestricted, func(tx *db.Tx) ([]string, int, error) { return trade.Check(tx, r.Gate) },
		} {
			faults, _, err := check(tx)
			if err != nil {
				return err
			}
			report.Faults = append(report.Faults, faults...)
		}
		var forged []safety.Forged
		if report.Clearances, forged, err = safety.CheckClearances(tx, r.Gate); err != nil {
			return err
		}
		for _, f := range forged {
			report.Faults = append(report.Faults, fmt.Sprintf("clearance %s of %s %s is forged", f.ID, f.Object, f.Record))
		}
		report.Changes, err = change.Last(tx)
		return err
	})
	if err != nil {
		return report, fmt.Errorf("app.Check(%s): %w", r.Site.Slug, err)
	}
	if err := r.checkRecords(ctx, &report); err != nil {
		return report, fmt.Errorf("app.Check(%s): %w", r.Site.Slug, err)
	}
	sealed, err := audit.Verify(ctx, r.Site.DB, r.SealKey.Public())
	if err != nil {
		return report, fmt.Errorf("app.Check(%s): %w", r.Site.Slug, err)
	}
	report.Sealed = sealed.Sealed
	for _, problem := range sealed.Problems {
		report.Faults = append(report.Faults, problem.Text)
	}
	return report, nil
}

// checkRestricted looks for restricted listings in the database's index. While that follows the log, it says nothing.
func (r *Rooms) checkRestricted(tx *db.Tx) (faults []string, read int, err error) {
	last, err := change.Last(tx)
	if err != nil {
		return nil, 0, err
	}
	if seen, _, err := r.Database.Followed(tx); err != nil || seen < last {
		return nil, 0, err
	}
	const portion = 500
	for after := value.ID(0); ; {
		listed, err := r.Database.Listings(tx, after, portion)
		if err != nil || len(listed) == 0 {
			return faults, read, err
		}
		hidden, err := listing.RestrictedListed(tx, listed)
		if err != nil {
			return faults, read, err
		}
		for _, id := range hidden {
			faults = append(faults, fmt.Sprintf("listing %s is restricted and stands in the index", id.Text(listing.ShortID)))
		}
		read, after = read+len(listed), listed[len(listed)-1]
	}
}

// checkRecords compares the tables of objects with their definitions, and what is derived with what it comes from.
func (r *Rooms) checkRecords(ctx context.Context, report *Report) error {
	for _, check := range []func(context.Context) ([]record.Problem, error){r.Records.CheckCatalog, r.Records.CheckAll} {
		problems, err := check(ctx)
		if err != nil {
			return err
		}
		for _, p := range problems {
			report.Faults = append(report.Faults, fmt.Sprintf("%s %s %s: %s", p.Object, p.Record, p.Field, p.What))
		}
	}
	return nil
}

// PlantTree gives a site the category tree of the demonstration to begin with.
func (a *App) PlantTree(ctx context.Context, actor value.Actor, slug string) error {
	return a.Registry.Use(ctx, slug, func(ctx context.Context, s *site.Site) error {
		return demo.PlantTree(ctx, s.DB, actor)
	})
}
