package moderation

import (
	"context"
	"fmt"
	"regexp"

	"fairground/internal/db"
	"fairground/internal/value"
)

// The queues that cases go to when no route says otherwise.
const (
	UrgentQueue  = "urgent"
	AdminQueue   = "admins" // what was escalated; only those whom Desk.Leads names may take it
	QualityQueue = "quality"
)

// Queues are the names of the queues of the house, in the order in which pages show them. Routes may name others.
var Queues = []string{UrgentQueue, AdminQueue, "listings", "texts", "notices", "appeals", "networks", "photos", QualityQueue}

// Route sends cases to a queue. What is empty matches everything; the first route that matches counts.
type Route struct {
	Kind     CaseKind
	Severity Severity // and above
	Language string
	Category string
	Queue    string
}

func (r Route) matches(c Case) bool {
	return (r.Kind == "" || r.Kind == c.Kind) && c.Severity >= r.Severity &&
		(r.Language == "" || r.Language == string(c.Language)) && (r.Category == "" || r.Category == c.Category)
}

// route picks the queue of a case. Samples always go to the quality queue: they are no work of a queue's own.
func route(routes []Route, c Case) string {
	if c.Kind == SampleCase {
		return QualityQueue
	}
	for _, r := range routes {
		if r.matches(c) {
			return r.Queue
		}
	}
	if c.Severity == Grave {
		return UrgentQueue
	}
	return string(c.Kind) + "s"
}

// Routes returns the site's own routes, in order.
func Routes(tx *db.Tx) ([]Route, error) {
	return db.All(tx, func(row db.Scanner) (r Route, err error) {
		err = row.Scan(&r.Kind, &r.Severity, &r.Language, &r.Category, &r.Queue)
		return r, err
	}, "select kind, severity, language, category, queue from safety_route order by place")
}

var queueShape = regexp.MustCompile(`^[a-z][a-z0-9-]{0,29}$`)

const mostRoutes = 50

// SaveRoutes replaces the site's routes. Cases that are open stay where they are.
func (d *Desk) SaveRoutes(ctx context.Context, actor value.Actor, routes []Route) error {
	if err := onlyStaff(actor); err != nil {
		return err
	}
	if len(routes) > mostRoutes {
		return value.Fieldf("routes", "there may be at most %d routes", mostRoutes)
	}
	var rows [][]any
	for i, r := range routes {
		if !queueShape.MatchString(r.Queue) || r.Severity < Minor || r.Severity > Grave || r.Kind != "" && !r.Kind.known() {
			return value.Fieldf("routes", "a route has a known kind, a severity from 0 to 3 and a queue of small letters")
		}
		rows = append(rows, []any{i, string(r.Kind), int(r.Severity), r.Language, r.Category, r.Queue})
	}
	err := d.DB.Write(ctx, actor, "case.route", func(tx *db.Tx) error {
		if _, err := tx.Exec("delete from safety_route"); err != nil {
			return err
		}
		tx.Log(db.Change{Object: "route", Record: 1, Diff: map[string]any{"routes": routes}})
		return tx.Insert("safety_route", []string{"place", "kind", "severity", "language", "category", "queue"}, rows)
	})
	if err != nil {
		return fmt.Errorf("moderation.SaveRoutes: %w", err)
	}
	return nil
}

func (k CaseKind) known() bool {
	for _, kind := range CaseKinds {
		if k == kind {
			return true
		}
	}
	return false
}

func onlyStaff(actor value.Actor) error {
	if actor.Kind != value.Staff || actor.ID == 0 {
		return value.Errorf(value.Forbidden, "only a member of staff can decide")
	}
	return nil
}
