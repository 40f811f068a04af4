package moderation

import (
	"context"
	"fmt"
	"regexp"
	"strings"

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
	Policy   string // of what fired, or the ground that a notice claims
	Queue    string
}

func (r Route) matches(c Case) bool {
	return (r.Kind == "" || r.Kind == c.Kind) && c.Severity >= r.Severity &&
		(r.Language == "" || r.Language == c.Language.Language()) && (r.Category == "" || within(c.Category, r.Category)) &&
		(r.Policy == "" || r.Policy == c.Policy)
}

// within reports whether a category is another one or a part of it: "homes/rooms" is within "homes".
func within(category, other string) bool {
	return category == other || strings.HasPrefix(category, other+"/")
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
		err = row.Scan(&r.Kind, &r.Severity, &r.Language, &r.Category, &r.Policy, &r.Queue)
		return r, err
	}, "select kind, severity, language, category, policy, queue from safety_route order by place")
}

// Policies are the policies that cases have had, sorted: those that a route may name.
func Policies(tx *db.Tx) ([]string, error) {
	return db.All(tx, db.Column[string], `
		select distinct policy
		from (select policy from safety_case where policy <> '' order by id desc limit 2000) as recent
		order by policy
		limit 200`)
}

var queueShape = regexp.MustCompile(`^[a-z][a-z0-9-]{0,29}$`)

const mostRoutes = 50

// SaveRoutes replaces the site's routes. Cases that are open stay where they are. What is wrong is an error on the field
// "queue.2" of the third route, and alike.
func (d *Desk) SaveRoutes(ctx context.Context, actor value.Actor, routes []Route) error {
	if err := onlyStaff(actor); err != nil {
		return err
	}
	if len(routes) > mostRoutes {
		return value.Fieldf("routes", "there may be at most %d routes", mostRoutes)
	}
	var rows [][]any
	for i, r := range routes {
		if field, said := r.fault(); said != "" {
			return &value.Error{Kind: value.Invalid, Field: fmt.Sprintf("%s.%d", field, i), Message: said}
		}
		rows = append(rows, []any{i, string(r.Kind), int(r.Severity), r.Language, r.Category, r.Policy, r.Queue})
	}
	err := d.DB.Write(ctx, actor, "case.route", func(tx *db.Tx) error {
		if _, err := tx.Exec("delete from safety_route"); err != nil {
			return err
		}
		tx.Log(db.Change{Object: "route", Record: 1, Diff: map[string]any{"routes": routes}})
		return tx.Insert("safety_route", []string{"place", "kind", "severity", "language", "category", "policy", "queue"}, rows)
	})
	if err != nil {
		return fmt.Errorf("moderation.SaveRoutes: %w", err)
	}
	return nil
}

var (
	languageShape = regexp.MustCompile(`^[a-z]{2,3}$`)
	pathShape     = regexp.MustCompile(`^[\pL\pN_-]+(/[\pL\pN_-]+)*$`)
)

const longestPolicy = 100

// fault is the field of a route that is wrong, and what to do about it; empty when all is well.
func (r Route) fault() (field, said string) {
	switch {
	case !queueShape.MatchString(r.Queue):
		return "queue", "name a queue with small letters, digits and hyphens"
	case r.Severity < Minor || r.Severity > Grave:
		return "severity", "choose a severity"
	case r.Kind != "" && !r.Kind.known():
		return "kind", "choose a kind of case"
	case r.Language != "" && !languageShape.MatchString(r.Language):
		return "language", "write the language as two letters, such as de"
	case r.Category != "" && (len(r.Category) > longestPolicy || !pathShape.MatchString(r.Category)):
		return "category", "write the category as its address has it, such as homes/rooms"
	case len(r.Policy) > longestPolicy:
		return "policy", "this is no policy of a rule"
	}
	return "", ""
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
