package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"fairground/internal/app"
	"fairground/internal/audit"
	"fairground/internal/value"
)

type auditCommand struct {
	Verify     auditVerify     `cmd:"" help:"Compare the change log with its seals: a site's, or an export's, offline."`
	Export     auditExport     `cmd:"" help:"Write the change log as C2SP tiles, with everything needed to verify it offline."`
	Proof      auditProof      `cmd:"" help:"Print the receipt for one change."`
	CheckProof auditCheckProof `cmd:"" help:"Check a receipt."`
	Key        auditKey        `cmd:"" help:"Print the public key that verifies a site's seals."`
}

type auditVerify struct {
	Site       string   `help:"Slug of the site; may be left out when there is only one."`
	Export     string   `help:"Directory of an export; no database is opened." placeholder:"DIR"`
	Key        string   `help:"Public key; needed with --export." placeholder:"KEY"`
	Remembered []string `help:"Files of checkpoints that were kept elsewhere." placeholder:"FILE"`
}

// Run verifies and names every fault.
func (c auditVerify) Run(e *environment) error {
	remembered, err := readAll(c.Remembered)
	if err != nil {
		return err
	}
	if c.Export != "" {
		if c.Key == "" {
			return value.Fieldf("key", "name the public key that was kept elsewhere; the one inside an export proves nothing")
		}
		report, err := audit.VerifyExport(e.ctx, c.Export, c.Key, remembered...)
		return finish(e, report, err)
	}
	return e.withSite(c.Site, func(ctx context.Context, _ *app.App, rooms *app.Rooms) error {
		if _, err := rooms.Sealer.CatchUp(ctx, rooms.Site.DB); err != nil {
			return err
		}
		report, err := audit.Verify(ctx, rooms.Site.DB, rooms.SealKey.Public(), remembered...)
		return finish(e, report, err)
	})
}

func finish(e *environment, report audit.Report, err error) error {
	if err != nil {
		return err
	}
	for _, problem := range report.Problems {
		e.printf("%-9s  %s\n", problem.Kind, problem.Text)
	}
	e.printf("%d changes sealed, %d not yet, %d erased, %d seals, %d problem(s)\n",
		report.Sealed, report.Unsealed, report.Erased, report.Seals, len(report.Problems))
	if !report.OK() {
		return value.Errorf(value.Conflict, "the change log does not agree with its seals")
	}
	return nil
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
	row, err := audit.CheckProof(string(text), c.Key)
	if err != nil {
		return err
	}
	e.printf("change %d: %s by %s on %s %s at %s\n", row.Seq, row.Action, row.Actor, row.Object, row.Record, row.At.Format("2006-01-02 15:04:05 MST"))
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
