package main

import (
	"context"
	"io"
	"os"

	"go.yaml.in/yaml/v3"

	"fairground/internal/app"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/value"
)

type schemaCommand struct {
	Show  schemaShow  `cmd:"" help:"Print objects and fields as YAML."`
	Plan  schemaPlan  `cmd:"" help:"Say what it takes to make a site's objects as a file says."`
	Apply schemaApply `cmd:"" help:"Do it."`
	Undo  schemaUndo  `cmd:"" help:"Take a change of the objects back."`
}

type schemaShow struct {
	Site string `help:"Slug of the site; not needed when there is one only."`
}

// Run prints what is defined.
func (c schemaShow) Run(e *environment) error {
	return e.withSite(c.Site, func(ctx context.Context, _ *app.App, r *app.Rooms) error {
		var file record.SchemaFile
		err := r.Site.DB.Read(ctx, func(tx *db.Tx) (err error) {
			file, err = r.Records.SchemaText(tx, record.System("command"))
			return err
		})
		if err != nil {
			return err
		}
		text, err := yaml.Marshal(file)
		if err != nil {
			return err
		}
		_, err = e.out.Write(text)
		return err
	})
}

type schemaPlan struct {
	File string `arg:"" help:"YAML or JSON, as 'schema show' prints it; - reads the standard input."`
	Site string `help:"Slug of the site; not needed when there is one only."`
}

// Run says what would be done, and what that would break.
func (c schemaPlan) Run(e *environment) error {
	return e.withSite(c.Site, func(ctx context.Context, _ *app.App, r *app.Rooms) error {
		steps, err := stepsOf(ctx, r, c.File)
		if err != nil {
			return err
		}
		plan, err := r.Records.Preview(ctx, record.System("command"), steps)
		if err != nil {
			return err
		}
		showPlan(e, plan)
		return nil
	})
}

type schemaApply struct {
	File string `arg:"" help:"YAML or JSON, as 'schema show' prints it; - reads the standard input."`
	Site string `help:"Slug of the site; not needed when there is one only."`
}

// Run applies a file in one transaction and converts values until nothing is left to do.
func (c schemaApply) Run(e *environment) error {
	return e.withSite(c.Site, func(ctx context.Context, _ *app.App, r *app.Rooms) error {
		steps, err := stepsOf(ctx, r, c.File)
		if err != nil {
			return err
		}
		if len(steps) == 0 {
			e.printf("nothing to do\n")
			return nil
		}
		plan, err := r.Records.Apply(ctx, record.System("command"), "schema apply "+c.File, steps)
		showPlan(e, plan)
		if err != nil {
			return err
		}
		for {
			n, err := r.Records.Work(ctx)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
		}
		e.printf("applied as change %d; 'fairground schema undo %d' takes it back\n", plan.Rev, plan.Rev)
		return nil
	})
}

type schemaUndo struct {
	Rev  int64  `arg:"" help:"Number of the change."`
	Site string `help:"Slug of the site; not needed when there is one only."`
}

// Run undoes one change.
func (c schemaUndo) Run(e *environment) error {
	return e.withSite(c.Site, func(ctx context.Context, _ *app.App, r *app.Rooms) error {
		plan, err := r.Records.UndoPlan(ctx, record.System("command"), c.Rev)
		if err != nil {
			return err
		}
		e.printf("change %d is taken back as change %d\n", c.Rev, plan.Rev)
		return nil
	})
}

const largestSchema = 4 << 20

func stepsOf(ctx context.Context, r *app.Rooms, name string) ([]record.Step, error) {
	in := io.Reader(os.Stdin)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, value.Fieldf("file", "%s cannot be read", name).Because(err)
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, largestSchema))
	if err != nil {
		return nil, err
	}
	var file record.SchemaFile
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, value.Fieldf("file", "%v", err)
	}
	return r.Records.Diff(ctx, record.System("command"), file)
}

func showPlan(e *environment, plan record.Plan) {
	for _, step := range plan.Steps {
		name := step.Object
		switch {
		case step.NewObject != nil && name == "":
			name = step.NewObject.Key
		case step.NewField != nil && step.Field == "":
			name += "." + step.NewField.Key
		case step.Field != "":
			name += "." + step.Field
		}
		e.printf("%-16s %s\n", step.Op, name)
	}
	if len(plan.Steps) == 0 {
		e.printf("nothing to do\n")
	}
	for _, note := range plan.Notes {
		e.printf("  %s\n", note)
	}
	for _, broken := range plan.Breaks {
		e.printf("  breaks %s %s: %s\n", broken.What, broken.Name, broken.Why)
	}
}
