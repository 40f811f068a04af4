package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"fairground/internal/app"
	"fairground/internal/audit"
	"fairground/internal/db"
	"fairground/internal/value"
)

type auditCommand struct {
	Verify     auditVerify     `cmd:"" help:"Check that nobody has rewritten history: every site's log, an export, or a receipt."`
	Export     auditExport     `cmd:"" help:"Write the change log as C2SP tiles, with everything needed to verify it offline."`
	Proof      auditProof      `cmd:"" help:"Print the receipt for one change."`
	CheckProof auditCheckProof `cmd:"" help:"Check a receipt."`
	Key        auditKey        `cmd:"" help:"Print the public key that verifies a site's seals."`
	Witness    auditWitness    `cmd:"" help:"Show each site's newest checkpoint to the provider's log, and print what was refused."`
	Settle     auditSettle     `cmd:"" help:"Settle an alarm of the witness."`
	Tell       auditTell       `cmd:"" help:"Name who is mailed at the provider's when a site's log was altered; without an address, list them."`
}

type auditVerify struct {
	Site       string   `help:"Slug of a site; without it all are verified."`
	Provider   bool     `help:"Verify the provider's own log."`
	Export     string   `help:"Directory of an export; no database is opened." placeholder:"DIR"`
	Receipt    string   `help:"File of a receipt; no database is opened." placeholder:"FILE"`
	Key        string   `help:"Public key; needed with --export, --receipt and --provider." placeholder:"KEY"`
	Remembered []string `help:"Files of checkpoints that were kept elsewhere." placeholder:"FILE"`
}

// Run verifies and names every fault.
func (c auditVerify) Run(e *environment) error {
	remembered, err := readAll(c.Remembered)
	if err != nil {
		return err
	}
	offline := c.Export != "" || c.Receipt != ""
	if (offline || c.Provider) && c.Key == "" {
		return value.Fieldf("key", "name the public key that was kept elsewhere; the one inside an export proves nothing")
	}
	switch {
	case c.Receipt != "":
		return auditCheckProof{File: c.Receipt, Key: c.Key}.Run(e)
	case c.Export != "":
		report, err := audit.VerifyExport(e.ctx, c.Export, c.Key, remembered...)
		return finish(e, "", report, err)
	default:
		return e.withApp(func(a *app.App) error { return c.verify(e, a, remembered) })
	}
}

func (c auditVerify) verify(e *environment, a *app.App, remembered []string) error {
	if c.Provider {
		report, err := audit.Verify(e.ctx, a.Registry.Provider(), c.Key, remembered...)
		return finish(e, "", report, err)
	}
	slugs, err := slugsOf(e.ctx, a, c.Site)
	if err != nil {
		return err
	}
	if len(remembered) > 0 && len(slugs) != 1 {
		return value.Fieldf("site", "there are %d sites; name the one that the checkpoint is of with --site", len(slugs))
	}
	var faults []error
	for _, slug := range slugs {
		name := slug + ": "
		if len(slugs) == 1 {
			name = ""
		}
		if err := verifySite(e, a, slug, name, remembered); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// verifySite also compares the log with what the provider remembers of it.
func verifySite(e *environment, a *app.App, slug, name string, remembered []string) error {
	known, alarms, err := witnessed(e.ctx, a, slug)
	if err != nil {
		return err
	}
	if known != "" {
		remembered = append(slices.Clone(remembered), known)
	}
	return e.useSite(a, slug, func(ctx context.Context, rooms *app.Rooms) error {
		_, unsealed := rooms.Sealer.CatchUp(ctx, rooms.Site.DB)
		report, err := audit.Verify(ctx, rooms.Site.DB, rooms.SealKey.Public(), remembered...)
		if unsealed != nil && err == nil {
			report.Problems = append(report.Problems, audit.Problem{Kind: audit.Seal, Text: "The log cannot be sealed any more: " + explain(unsealed)})
		}
		for _, alarm := range alarms {
			report.Problems = append(report.Problems, audit.Problem{Kind: "alarm", Text: fmt.Sprintf("%s The provider has known since %s (alarm %d).", alarm, stamp(alarm.First), alarm.ID)})
		}
		return finish(e, name, report, err)
	})
}

// witnessed is what the provider remembers of a site's log, and its alarms about it.
func witnessed(ctx context.Context, a *app.App, slug string) (known string, alarms []audit.Alarm, err error) {
	err = a.Registry.Provider().Read(ctx, func(tx *db.Tx) error {
		if known, err = audit.Remembered(tx, slug); err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		all, err := audit.Alarms(tx)
		for _, alarm := range all {
			if alarm.Log == slug {
				alarms = append(alarms, alarm)
			}
		}
		return err
	})
	return known, alarms, err
}

// slugsOf is the site that was named, or all.
func slugsOf(ctx context.Context, a *app.App, slug string) ([]string, error) {
	if slug != "" {
		return []string{slug}, nil
	}
	sites, err := a.Registry.List(ctx)
	var all []string
	for _, s := range sites {
		all = append(all, s.Slug)
	}
	return all, err
}

func stamp(at time.Time) string { return at.Format("2006-01-02 15:04:05 MST") }

func finish(e *environment, name string, report audit.Report, err error) error {
	if err != nil {
		return err
	}
	for _, problem := range report.Problems {
		e.printf("%s%-9s  %s\n", name, problem.Kind, problem.Text)
	}
	e.printf("%s%d changes sealed, %d not yet, %d erased, %d seals, %d problem(s)\n", name,
		report.Sealed, report.Unsealed, report.Erased, report.Seals, len(report.Problems))
	if !report.OK() {
		return value.Errorf(value.Conflict, "%sthe change log does not agree with its seals", name)
	}
	return nil
}

type auditWitness struct {
	Site string `help:"Slug of a site; without it all are shown."`
}

// Run does what each site's queue does every five minutes.
func (c auditWitness) Run(e *environment) error {
	return e.withApp(func(a *app.App) error {
		slugs, err := slugsOf(e.ctx, a, c.Site)
		if err != nil {
			return err
		}
		refused := 0
		for _, slug := range slugs {
			err := e.useSite(a, slug, func(ctx context.Context, rooms *app.Rooms) error {
				if _, err := rooms.Sealer.CatchUp(ctx, rooms.Site.DB); err != nil {
					e.printf("%s: the log cannot be sealed any more: %s\n", slug, explain(err)) // what is sealed can still be shown
				}
				seen, err := a.Witness(rooms).Look(ctx)
				if err != nil {
					return err
				}
				if seen.Alarm != nil {
					refused++
					e.printf("%s: refused: %s (alarm %d)\n", slug, seen.Alarm, seen.Alarm.ID)
					return nil
				}
				e.printf("%s: %d changes sealed, %d known before\n", slug, seen.Size, seen.Before)
				return nil
			})
			if err != nil {
				return err
			}
		}
		if refused > 0 {
			return value.Errorf(value.Conflict, "%d checkpoint(s) refused", refused)
		}
		return nil
	})
}

type auditSettle struct {
	Alarm  int64  `arg:"" help:"Number of the alarm."`
	Reason string `help:"Why; it stays in the provider's log." required:""`
	Forget bool   `help:"Believe the site's next checkpoint, for a site that was knowingly restored."`
}

// Run settles.
func (c auditSettle) Run(e *environment) error {
	return e.withApp(func(a *app.App) error {
		return audit.Settle(e.ctx, a.Registry.Provider(), value.SystemActor("command line"), value.ID(c.Alarm), c.Reason, c.Forget)
	})
}

type auditTell struct {
	Email  string `arg:"" optional:"" help:"Mail address."`
	Locale string `help:"Language of the letters: en or de." enum:"en,de" default:"en"`
	Stop   bool   `help:"Take the address off the list."`
}

// Run names, drops or lists.
func (c auditTell) Run(e *environment) error {
	return e.withApp(func(a *app.App) error {
		provider, actor := a.Registry.Provider(), value.SystemActor("command line")
		switch {
		case c.Email != "" && c.Stop:
			return audit.DropWatcher(e.ctx, provider, actor, value.Email(strings.ToLower(c.Email)))
		case c.Email != "":
			return audit.AddWatcher(e.ctx, provider, actor, audit.Watcher{Email: value.Email(c.Email), Locale: value.Locale(c.Locale)})
		}
		return provider.Read(e.ctx, func(tx *db.Tx) error {
			all, err := audit.Watchers(tx)
			for _, one := range all {
				e.printf("%s  %s\n", one.Email, one.Locale)
			}
			if err == nil && len(all) == 0 {
				e.printf("Nobody is named. Alarms stand in audit verify and in each site's console only.\n")
			}
			return err
		})
	})
}

type auditExport struct {
	Directory string `arg:"" help:"A directory that is empty or an earlier export."`
	Site      string `help:"Slug of the site; may be left out when there is only one."`
}

// Run exports.
func (c auditExport) Run(e *environment) error {
	return e.withSite(c.Site, func(ctx context.Context, _ *app.App, rooms *app.Rooms) error {
		if _, err := rooms.Sealer.CatchUp(ctx, rooms.Site.DB); err != nil {
			return err
		}
		n, err := audit.Export(ctx, rooms.Site.DB, c.Directory, rooms.SealKey)
		if err == nil {
			e.printf("%d changes in %s\npublic key %s\n", n, c.Directory, rooms.SealKey.Public())
		}
		return err
	})
}

type auditProof struct {
	Seq  int64  `arg:"" help:"Number of the change."`
	Site string `help:"Slug of the site; may be left out when there is only one."`
}

// Run prints the receipt.
func (c auditProof) Run(e *environment) error {
	return e.withSite(c.Site, func(ctx context.Context, _ *app.App, rooms *app.Rooms) error {
		receipt, err := audit.Proof(ctx, rooms.Site.DB, c.Seq)
		e.printf("%s", receipt)
		return err
	})
}

type auditCheckProof struct {
	File string `arg:"" type:"existingfile"`
	Key  string `help:"Public key." required:""`
}

// Run checks the receipt.
func (c auditCheckProof) Run(e *environment) error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	row, err := audit.CheckReceipt(string(text), c.Key)
	if err != nil {
		return err
	}
	e.printf("change %d: %s by %s on %s %s at %s\n", row.Seq, row.Action, row.Actor, row.Object, row.Record, stamp(row.At))
	if row.Diff != "" {
		e.printf("it says: %s\n", row.Diff)
	}
	return nil
}

type auditKey struct {
	Site string `help:"Slug of the site; may be left out when there is only one."`
}

// Run prints the key.
func (c auditKey) Run(e *environment) error {
	return e.withSite(c.Site, func(_ context.Context, _ *app.App, rooms *app.Rooms) error {
		e.printf("%s\n", rooms.SealKey.Public())
		return nil
	})
}

func readAll(names []string) ([]string, error) {
	var all []string
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading a checkpoint: %w", err)
		}
		all = append(all, strings.TrimLeft(string(text), "\ufeff"))
	}
	return all, nil
}
