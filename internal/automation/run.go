package automation

import (
	"context"
	"fmt"

	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/job"
	"fairground/internal/record"
	"fairground/internal/value"
)

const attempts = 5

// subject is what one run is about.
type subject struct {
	flow      Flow
	asker     record.Asker
	seen      *record.Seen
	rec       *record.Record
	fields    expr.Record
	constants expr.Constants
}

// run carries one order out. What cannot work is logged as failed; what may work later is tried again.
func (d *Desk) run(ctx context.Context, c job.Claim) error {
	var o order
	if err := c.Payload(&o); err != nil {
		return err
	}
	holds := false
	err := d.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := d.subject(tx, o)
		if holds = err == nil; value.KindOf(err) == value.NotFound { // switched off, or nothing its owner sees
			return nil
		}
		return err
	})
	if err == nil && !holds {
		return nil
	}
	if err == nil {
		err = d.DB.Write(ctx, author, "automation.run", func(tx *db.Tx) error { return d.carryOut(ctx, tx, o, c) })
	}
	if err == nil || value.KindOf(err) == value.NotFound {
		return nil
	}
	if final(err) || c.Attempt >= attempts {
		return d.fail(ctx, c, o, err)
	}
	return err
}

// final reports whether a repetition would end the same way.
func final(err error) bool {
	switch value.KindOf(err) {
	case value.Invalid, value.Forbidden, value.Limited:
		return true
	default:
		return false
	}
}

func (d *Desk) fail(ctx context.Context, c job.Claim, o order, cause error) error {
	return d.DB.Write(ctx, author, "automation.run", func(tx *db.Tx) error {
		if err := c.Finish(tx); err != nil {
			return err
		}
		return insertRun(tx, Run{Flow: o.Flow, Object: o.Key, Record: o.Record, Result: Failed, Detail: []string{cause.Error()}})
	})
}

// subject reads flow and record. It is NotFound when the flow is off, the record is not there for the flow's owner, or
// the condition does not hold.
func (d *Desk) subject(tx *db.Tx, o order) (*subject, error) {
	flow, err := Find(tx, o.Flow)
	if err != nil {
		return nil, err
	}
	if !flow.Active {
		return nil, value.Errorf(value.NotFound, "this automation is switched off")
	}
	asker, err := d.Staff.Asker(tx, flow.Owner)
	if err != nil {
		return nil, err
	}
	return d.about(tx, flow, asker.As(author), o.Record, o.Gone)
}

func (d *Desk) about(tx *db.Tx, flow Flow, asker record.Asker, id value.ID, gone bool) (*subject, error) {
	sight, err := d.Records.Sight(tx, asker)
	if err != nil {
		return nil, err
	}
	s := &subject{flow: flow, asker: asker}
	if s.seen, err = sight.Object(flow.When.Object); err != nil {
		return nil, err
	}
	filter := fmt.Sprintf("id == %d", int64(id))
	if flow.If != "" {
		filter = "(" + flow.If + ") && " + filter
	}
	reader := d.Records.In(tx)
	page, err := reader.Find(asker, record.Query{Object: flow.When.Object, Filter: filter, Trash: gone, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(page.Records) == 0 {
		return nil, value.Errorf(value.NotFound, "the condition does not hold")
	}
	s.rec = page.Records[0]
	if s.fields, err = reader.Subject(asker, s.rec); err != nil {
		return nil, err
	}
	s.constants = reader.Constants(asker)
	return s, nil
}

func (d *Desk) carryOut(ctx context.Context, tx *db.Tx, o order, c job.Claim) error {
	if err := c.Finish(tx); err != nil {
		return err
	}
	s, err := d.subject(tx, o)
	if err != nil {
		return err
	}
	log := Run{Flow: o.Flow, Object: o.Key, Record: o.Record, Result: Done}
	if o.Steps >= MostSteps {
		log.Result = Stopped
		log.Detail = []string{fmt.Sprintf("%d automations have set each other off; the chain ends here", o.Steps)}
		return insertRun(tx, log)
	}
	if o.Due != nil {
		fresh, err := claimDue(tx, o.Flow, o.Record, *o.Due)
		if err != nil || !fresh {
			return err
		}
	}
	if log.Detail, err = d.act(ctx, tx, s, o.Steps+1); err != nil {
		return err
	}
	return insertRun(tx, log)
}
