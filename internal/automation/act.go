package automation

import (
	"context"
	"fmt"
	"strings"

	"fairground/internal/db"
	"fairground/internal/expr"
	"fairground/internal/mail"
	"fairground/internal/record"
	"fairground/internal/value"
)

// act carries all actions of a flow out and tells in words what was done.
func (d *Desk) act(ctx context.Context, tx *db.Tx, s *subject, steps int) ([]string, error) {
	var told []string
	for _, a := range s.flow.Actions {
		did, err := d.one(ctx, tx, s, a, steps)
		if err != nil {
			return nil, err
		}
		told = append(told, did)
	}
	return told, nil
}

func (d *Desk) one(ctx context.Context, tx *db.Tx, s *subject, a Action, steps int) (string, error) {
	switch a.Do {
	case SetFields:
		values, err := s.values(ctx, a.Values)
		if err != nil {
			return "", err
		}
		return "set " + list(a.Values), d.set(tx, s, values, steps)
	case Assign:
		account, err := d.whom(s, a.To)
		if err != nil {
			return "", err
		}
		return "assigned to " + a.To, d.set(tx, s, record.Values{a.Field: account}, steps)
	case MakeOne:
		return d.make(ctx, tx, s, a, steps)
	case SendMail:
		return d.write(ctx, tx, s, a)
	default:
		return "called " + a.URL, d.Hooks.Call(tx, s.flow.ID, a.URL, map[string]any{
			"automation": s.flow.Name, "object": s.seen.Key, "id": s.seen.ID(s.rec.ID), "rev": s.rec.Rev, "values": shownValues(s.rec),
		})
	}
}

// values computes what fields are set to, from the record as it was when the run began.
func (s *subject) values(ctx context.Context, texts map[string]string) (record.Values, error) {
	values := make(record.Values, len(texts))
	for key, text := range texts {
		switch text {
		case "":
			values[key] = nil
			continue
		case This:
			values[key] = s.seen.ID(s.rec.ID)
			continue
		}
		condition, err := s.seen.Scope().Compile(text, 0)
		if err != nil {
			return nil, at(key, err)
		}
		v, err := condition.Eval(ctx, s.fields, s.constants)
		if err != nil {
			return nil, value.Fieldf(key, "%s cannot be computed for this record", text).Because(err)
		}
		if values[key], err = plain(v); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// plain turns a record that a reference leads to into its id.
func plain(v any) (any, error) {
	linked, ok := v.(expr.Record)
	if !ok {
		return v, nil
	}
	id, err := linked.Value("id")
	if n, ok := id.(int64); ok {
		return value.ID(n), nil
	}
	return nil, err
}

// set changes the record that set the flow off. One that is so already is left alone.
func (d *Desk) set(tx *db.Tx, s *subject, values record.Values, steps int) error {
	writer, err := d.Records.Writing(tx, s.asker)
	if err != nil {
		return err
	}
	if _, err := writer.Update(s.seen.Key, s.rec.ID, 0, values); err != nil {
		return err
	}
	return setChain(tx, s.seen.LogName(), s.rec.ID, steps)
}

func (d *Desk) make(ctx context.Context, tx *db.Tx, s *subject, a Action, steps int) (string, error) {
	values, err := s.values(ctx, a.Values)
	if err != nil {
		return "", err
	}
	writer, err := d.Records.Writing(tx, s.asker)
	if err != nil {
		return "", err
	}
	made, err := writer.Create(a.Object, values)
	if err != nil {
		return "", err
	}
	return "created " + made.Object.ID(made.ID), setChain(tx, made.Object.LogName(), made.ID, steps)
}

// whom finds the account that an action names: a colleague, or whoever owns the record.
func (d *Desk) whom(s *subject, to string) (value.ID, error) {
	if to != "owner" {
		return d.Staff.Parse(to)
	}
	owner, ok := s.rec.Values["owner"].(value.ID)
	if !ok || owner == 0 {
		return 0, value.Fieldf("to", "nobody is responsible for this record")
	}
	return owner, nil
}

func (d *Desk) write(ctx context.Context, tx *db.Tx, s *subject, a Action) (string, error) {
	account, err := d.whom(s, a.To)
	if err != nil {
		return "", err
	}
	address, err := d.Staff.Mail(tx, account)
	if err != nil {
		return "", err
	}
	subject, err := fill(ctx, s.seen.Scope(), a.Subject, s.fields, s.constants)
	if err != nil {
		return "", err
	}
	text, err := fill(ctx, s.seen.Scope(), a.Text, s.fields, s.constants)
	if err != nil {
		return "", err
	}
	if d.Link != nil {
		text += "\n\n" + d.Link(s.seen.Object, s.rec.ID)
	}
	return "wrote to " + a.To, mail.Send(tx, mail.Message{Kind: staffMail, To: address, Subject: line(subject), Text: text})
}

// line makes one line of at most 200 characters of a text.
func line(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 200 {
		return string(runes[:199]) + "…"
	}
	return text
}

// shownValues is a record as a webhook gets it: what the flow's owner sees.
func shownValues(rec *record.Record) map[string]any {
	values := make(map[string]any, len(rec.Values))
	for key, v := range rec.Values {
		if f := rec.Object.Field(key); f != nil {
			values[key] = f.JSON(v)
		}
	}
	return values
}

func list(values map[string]string) string {
	var parts []string
	for _, key := range sortedKeys(values) {
		parts = append(parts, fmt.Sprintf("%s = %s", key, values[key]))
	}
	return strings.Join(parts, ", ")
}
