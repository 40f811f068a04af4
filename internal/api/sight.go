package api

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"fairground/internal/change"
)

// Sight decides what a caller may see of a change. It is asked for each change and each caller, so it answers from
// memory: a query there would be a query for each follower of the log.
type Sight interface {
	// See returns what the caller may see of a change; ok is false when the caller may not know of it.
	See(ctx context.Context, c Caller, row change.Row) (seen Seen, ok bool)
}

// Seen is what a caller may see of a change.
type Seen struct {
	ID   string          // of the record, as the API writes it
	Diff json.RawMessage // only the fields the caller may read; nil when there is nothing to show, or it was erased
	Verb Verb            // what the change means for the record; empty leaves that to VerbOf
}

// Namer is a Sight that knows other names of objects than those of the log.
type Namer interface {
	// Name is what the API calls the object of a change: in scopes, events, and answers.
	Name(ctx context.Context, row change.Row) string
}

// nameOf is what the API calls the object of a change.
func nameOf(ctx context.Context, sight Sight, row change.Row) string {
	if n, ok := sight.(Namer); ok {
		return n.Name(ctx, row)
	}
	return row.Object
}

// Verb is what happened to a record, in the names of events.
type Verb string

// The verbs of events.
const (
	Created Verb = "created"
	Updated Verb = "updated"
	Deleted Verb = "deleted"
)

// VerbOf guesses the verb from the last word of an action, such as "created" for record.create.
func VerbOf(action string) Verb {
	word := action[strings.LastIndexByte(action, '.')+1:]
	switch word {
	case "create", "add", "insert", "import", "invite", "make":
		return Created
	case "delete", "remove", "erase", "drop":
		return Deleted
	}
	return Updated
}

// Sights asks another Sight for each object, and denies the objects it does not know.
type Sights map[string]Sight

// See asks the Sight of the change's object.
func (all Sights) See(ctx context.Context, c Caller, row change.Row) (Seen, bool) {
	if one, ok := all[row.Object]; ok {
		return one.See(ctx, c, row)
	}
	return Seen{}, false
}

// Change is an entry of the log as a caller sees it.
type Change struct {
	Seq    int64           `json:"seq" doc:"The place in the log of this site, from 1, without a gap."`
	At     time.Time       `json:"at"`
	Actor  string          `json:"actor" doc:"In which capacity it was done: member, staff, visitor or system."`
	Action string          `json:"action" doc:"What was done, such as record.update."`
	Object string          `json:"object"`
	ID     string          `json:"id" doc:"The record it was done to."`
	Diff   json.RawMessage `json:"diff" doc:"The fields that changed, as far as you may read them; null when there are none or they were erased."`
}

// see is what a caller gets to know of a change: the token's scope and the account's role allow the object, and the
// Sight the record.
func see(ctx context.Context, sight Sight, c Caller, row change.Row) (Change, Verb, bool) {
	if sight == nil {
		return Change{}, "", false
	}
	name := nameOf(ctx, sight, row)
	if !c.May(ChangesRead, name) {
		return Change{}, "", false
	}
	seen, ok := sight.See(ctx, c, row)
	if !ok {
		return Change{}, "", false
	}
	if seen.Verb == "" {
		seen.Verb = VerbOf(row.Action)
	}
	actor, _, _ := strings.Cut(row.Actor, ":")
	diff := seen.Diff
	if len(diff) == 0 {
		diff = json.RawMessage("null")
	}
	return Change{Seq: row.Seq, At: row.At, Actor: actor, Action: row.Action, Object: name, ID: seen.ID, Diff: diff}, seen.Verb, true
}
