package main

import (
	"context"
	"encoding/csv"
	"errors"
	"strconv"
	"time"

	"fairground/internal/app"
	"fairground/internal/db"
	"fairground/internal/legal"
	"fairground/internal/value"
)

type dutiesCommand struct {
	Site  string `help:"Slug of a site; without it all are listed."`
	State string `help:"overdue, running or done." enum:"overdue,running,done" default:"overdue"`
	CSV   bool   `help:"Write a table for spreadsheets." name:"csv"`
}

// Run lists the duties of the sites for the provider. It fails when one is overdue, so that a timer can watch it.
func (c dutiesCommand) Run(e *environment) error {
	return e.withApp(func(a *app.App) error {
		slugs, err := slugsOf(e.ctx, a, c.Site)
		if err != nil {
			return err
		}
		table := dutyTable{environment: e}
		if c.CSV {
			table.csv = csv.NewWriter(e.out)
			table.line("site", "duty", "id", "due", "done", "late_s")
		}
		late := 0
		for _, slug := range slugs {
			n, err := c.list(e, a, slug, table)
			if err != nil {
				return err
			}
			late += n
		}
		if table.csv != nil {
			table.csv.Flush()
			err = table.csv.Error()
		}
		if late > 0 {
			err = errors.Join(err, value.Errorf(value.Conflict, "%d overdue", late))
		}
		return err
	})
}

func (c dutiesCommand) list(e *environment, a *app.App, slug string, table dutyTable) (late int, err error) {
	filter := legal.DutyFilter{State: map[string]string{"overdue": "overdue", "running": "", "done": "done"}[c.State]}
	err = e.useSite(a, slug, func(ctx context.Context, rooms *app.Rooms) error {
		return rooms.Site.DB.Read(ctx, func(tx *db.Tx) error {
			running, overdue, err := legal.CountDuties(tx, tx.Now())
			if err != nil {
				return err
			}
			all, err := legal.Board(tx, filter, tx.Now())
			if err != nil {
				return err
			}
			late = overdue
			table.site(slug, running, overdue)
			for _, duty := range all {
				table.duty(slug, duty, tx.Now())
			}
			return nil
		})
	})
	return late, err
}

// dutyTable writes for people, or for spreadsheets when it has a csv writer.
type dutyTable struct {
	*environment
	csv *csv.Writer
}

func (t dutyTable) line(cells ...string) { _ = t.csv.Write(cells) } // its error is kept until the end

func (t dutyTable) site(slug string, running, overdue int) {
	if t.csv == nil {
		t.printf("%s: %d running, %d overdue\n", slug, running, overdue)
	}
}

func (t dutyTable) duty(slug string, d legal.Duty, now time.Time) {
	late, done := time.Duration(0), ""
	if d.Overdue(now) {
		late = now.Sub(d.Due)
	}
	if !d.Open() {
		done = stamp(d.Discharged)
		late = max(0, d.Discharged.Sub(d.Due))
	}
	if t.csv != nil {
		t.line(slug, d.Kind, d.ID.Text(legal.DutyKind), stamp(d.Due), done, strconv.Itoa(int(late.Seconds())))
		return
	}
	if late > 0 {
		done += "  late by " + late.Round(time.Minute).String()
	}
	t.printf("  %-18s %s  due %s  %s\n", d.Kind, d.ID.Text(legal.DutyKind), stamp(d.Due), done)
}
