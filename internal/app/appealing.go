package app

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"fairground/internal/account"
	"fairground/internal/appeal"
	"fairground/internal/bank"
	"fairground/internal/console"
	"fairground/internal/db"
	"fairground/internal/evidence"
	"fairground/internal/job"
	"fairground/internal/legal"
	"fairground/internal/mail"
	"fairground/internal/moderation"
	"fairground/internal/network"
	"fairground/internal/rulebook"
	"fairground/internal/safety"
	"fairground/internal/site"
	"fairground/internal/value"
	"fairground/internal/web"
)

// appealMail carries a code that opens the appeal's page.
var appealMail = mail.Kind{Name: "appeal", Secret: true}

// appeals takes appeals against the decisions of a site in.
func (a *App) appeals(s *site.Site, desk *moderation.Desk) *appeal.Desk {
	return &appeal.Desk{
		Site: s, Origin: a.origin, Rulings: rulings{}, Overturn: desk.Overturn, Replacer: replacing{desk}, Duties: legal.Duties{}, Post: appeal.Post(letters(appealMail)),
	}
}

// rulings finds what an appeal is about.
type rulings struct{}

// ByStatement returns the decision that a statement of reasons explains.
func (rulings) ByStatement(tx *db.Tx, code string) (appeal.Ruling, error) {
	s, err := legal.FindByCode(tx, code)
	if err != nil {
		return appeal.Ruling{}, err
	}
	r, err := rulings{}.ByDecision(tx, s.Decision)
	if err != nil {
		return r, err
	}
	r.Locale, r.Account = s.Locale, s.Author
	if author, err := account.Find(tx, s.Author); err == nil {
		r.Email = author.Email
	} else if value.KindOf(err) != value.NotFound {
		return r, err
	}
	return r, nil
}

// ByNotice returns what was decided about a notice, for whoever reported.
func (rulings) ByNotice(tx *db.Tx, code string) (appeal.Ruling, error) {
	n, err := moderation.FindNoticeByCode(tx, code)
	if err != nil {
		return appeal.Ruling{}, err
	}
	made, err := moderation.Decisions(tx, n.Object, n.Record, 100)
	if err != nil {
		return appeal.Ruling{}, err
	}
	for _, d := range made {
		if d.Notice == n.ID {
			r := ruling(d)
			r.Email, r.Locale, r.Reason = n.Email, n.Locale, n.Answer
			return r, nil
		}
	}
	return appeal.Ruling{}, value.Errorf(value.Conflict, "this report has not been answered yet")
}

// ByDecision returns a decision.
func (rulings) ByDecision(tx *db.Tx, decision value.ID) (appeal.Ruling, error) {
	d, err := moderation.FindDecision(tx, decision)
	if err != nil {
		return appeal.Ruling{}, err
	}
	r := ruling(d)
	s, err := legal.FindByDecision(tx, decision)
	if value.KindOf(err) == value.NotFound {
		return r, nil
	}
	r.Title = s.Title
	if of, known := site.Found(tx.Context()); known {
		for _, p := range s.Paragraphs(of) {
			r.Statement = append(r.Statement, appeal.Part(p))
		}
	}
	return r, err
}

func ruling(d moderation.Decision) appeal.Ruling {
	return appeal.Ruling{
		Decision: d.ID, Object: d.Object, Record: d.Record, Measure: string(d.Measure), Ground: string(d.Ground), Reason: d.Reason,
		DecidedBy: d.Actor, SecondedBy: d.Second, Made: d.Made, Account: d.Author, Locale: d.Locale, Reversed: !d.Undone.IsZero(),
		Href: linkOf(d.Object, d.Record),
	}
}

// replacing puts other decisions in the place of those that were wrong in part.
type replacing struct{ desk *moderation.Desk }

// Lesser lists the measures that can take a decision's place.
func (r replacing) Lesser(tx *db.Tx, decision value.ID) (all []string, err error) {
	made, err := moderation.FindDecision(tx, decision)
	if err != nil {
		return nil, err
	}
	for _, m := range r.desk.Lesser(made) {
		all = append(all, string(m))
	}
	return all, nil
}

// Replace makes the other decision. One that takes something away where nothing was needs a ground: the reporter's.
func (r replacing) Replace(tx *db.Tx, decision value.ID, with appeal.Instead, reason string) (value.ID, error) {
	made, err := moderation.FindDecision(tx, decision)
	if err != nil {
		return 0, err
	}
	second := moderation.Decision{Measure: moderation.Measure(with.Measure), Reason: reason, Until: with.Until, Ground: made.Ground}
	if second.Ground == "" {
		second.Ground = moderation.Other
		if made.Notice != 0 {
			n, err := moderation.FindNotice(tx, made.Notice)
			if err != nil {
				return 0, err
			}
			second.Ground = n.Ground
		}
	}
	if second, err = r.desk.Replace(tx, decision, second); err != nil {
		return 0, err
	}
	if !second.Until.IsZero() {
		_, err = job.Enqueue(tx, job.Job{Kind: liftJob, Key: second.ID.String(), Payload: lifting{second.ID}, RunAt: second.Until})
	}
	return second.ID, err
}

// Statement is the code of a decision's statement.
func (replacing) Statement(tx *db.Tx, decision value.ID) (string, error) {
	s, err := legal.FindByDecision(tx, decision)
	if value.KindOf(err) == value.NotFound {
		return "", nil
	}
	return s.Code, err
}

const liftJob = "appeal.lift"

// lifting names the decision whose suspension ends.
type lifting struct {
	Decision value.ID `json:"decision"`
}

// lift ends suspensions that an appeal shortened.
func lift(s *site.Site) job.Handler {
	return job.Handler{Kind: liftJob, Run: func(ctx context.Context, c job.Claim) error {
		var order lifting
		if err := c.Payload(&order); err != nil {
			return job.Permanent(err)
		}
		return s.DB.Write(ctx, value.SystemActor(liftJob), liftJob, func(tx *db.Tx) error {
			made, err := moderation.FindDecision(tx, order.Decision)
			if err != nil {
				return err
			}
			others, err := suspendedOtherwise(tx, made)
			if err != nil {
				return err
			}
			over := made.Undone.IsZero() && !others
			if over {
				err = suspended{}.Unsuspend(tx, made.Author, "the suspension is over")
			}
			if err != nil {
				return err
			}
			tx.Log(db.Change{Object: "decision", Record: made.ID, Diff: map[string]any{"suspension": "over", "lifted": over}})
			return c.Finish(tx)
		})
	}}
}

// suspendedOtherwise reports whether another decision suspends the account for longer.
func suspendedOtherwise(tx *db.Tx, made moderation.Decision) (bool, error) {
	all, err := legal.Of(tx, made.Author)
	return slices.ContainsFunc(all, func(s legal.Statement) bool {
		return s.Measure == legal.Suspend && s.Decision != made.ID && s.Reversed.IsZero() && (s.Until.IsZero() || s.Until.After(tx.Now()))
	}), err
}

// background completes a decision for its statement: since when the site has looked at it, and the rule that found it, with
// the category that the rule names. What somebody reported was found by them.
func background(tx *db.Tx, d moderation.Decision, made *legal.Decision) error {
	if d.Case != 0 && made.Since.IsZero() {
		c, err := moderation.FindCase(tx, d.Case)
		if err != nil {
			return err
		}
		made.Since = c.Opened
	}
	if d.Policy == "" {
		return nil
	}
	all, err := safety.Screenings(tx, d.Record)
	for _, screening := range all {
		for _, f := range screening.Firings {
			if f.Shadow || f.Policy != d.Policy || d.Rule != "" && f.Rule != d.Rule {
				continue
			}
			made.Category = f.Category
			if d.Notice == 0 {
				made.Rule = f.Rule
			}
			return nil
		}
	}
	return err
}

// dutyHref is where staff do what a duty asks.
func dutyHref(object string, record value.ID) string {
	switch object {
	case "notice":
		return "/console/safety/notices/" + record.Text("ntc")
	case appeal.Object:
		return "/console/safety/appeals/" + record.Text(appeal.Kind)
	case evidence.Object:
		return "/console/safety/evidence/" + record.Text(evidence.Kind)
	case network.Object:
		return "/console/safety/networks/" + record.Text(network.Kind)
	case alarmObject:
		return "/console/changes"
	default:
		return linkOf(object, record)
	}
}

// who names an actor of the change log for staff: a person by their name, everything else as the log does.
func who(tx *db.Tx, actor string) (string, error) {
	_, rest, kind := strings.Cut(actor, ":")
	if !kind {
		rest = actor // the account alone
	}
	id, err := strconv.ParseInt(rest, 10, 64)
	if err != nil {
		return actor, nil
	}
	a, err := account.Find(tx, value.ID(id))
	if value.KindOf(err) == value.NotFound {
		return actor, nil
	}
	return a.Name, err
}

// author names an actor within a request; where there is none, as the log does.
func author(r *http.Request, actor string) (name string) {
	err := site.From(r.Context()).DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		name, err = who(tx, actor)
		return err
	})
	if err != nil {
		return actor
	}
	return name
}

const transparencyTimeout = 30 * time.Second

// transparency makes the requests to the Transparency Database: to public addresses only, since a site's administrator
// names them.
func (a *App) transparency() *web.Outbound {
	return web.NewOutbound(a.config.SMTP == "", nil, transparencyTimeout)
}

// safetyRoutes registers the pages of the safety desk that are not the console's own.
func (a *App) safetyRoutes(m *web.Router) {
	a.notices.Routes(m)
	a.proofs().Routes(m)
	(&legal.Pages{
		Of: func(s *site.Site) *legal.Statements { return a.Rooms(s).Statements }, Public: a.formPage, Shell: a.console.SafetyPage, Href: dutyHref, Who: who, Clock: a.clock,
	}).Routes(m)
	(&appeal.Pages{
		Of: func(s *site.Site) *appeal.Desk { return a.Rooms(s).Appeals }, Public: a.formPage, Shell: a.console.SafetyPage, Who: who, Clock: a.clock,
	}).Routes(m)
	(&bank.Pages{
		Shell: a.console.SafetyPage, Of: func(s *site.Site) *bank.Desk { return a.Rooms(s).Banks }, Record: linkOf, Author: author,
		Pictures: func(s *site.Site) bank.Pictures { return a.Rooms(s).Photos },
	}).Routes(m)
	(&evidence.Pages{Shell: a.console.SafetyPage, Of: func(s *site.Site) *evidence.Vault { return a.Rooms(s).Vault }, Clock: a.clock, Link: linkOf}).Routes(m)
	a.networkPages().Routes(m)
	(&rulebook.Pages{Shell: a.console.SafetyPage, Of: func(s *site.Site) *rulebook.Book { return a.Rooms(s).Memory.book }, Who: author}).Routes(m)
}

// safetyTabs are the pages of the safety desk that are not the console's own, in the order of a case's life.
var safetyTabs = []console.SafetyTab{
	networkTab,
	{Href: "/console/safety/appeals", Key: "app.tab.appeals", Needs: account.AppealsDecide, Count: appeal.Count},
	contestTab,
	{Href: "/console/safety/duties", Key: "app.tab.duties", Needs: account.DutiesSee, Count: overdue},
	{Href: "/console/safety/rules", Key: "app.tab.rules", Needs: account.RulesSee},
	{Href: "/console/safety/lists", Key: "app.tab.lists", Needs: account.RulesSee},
	{Href: "/console/safety/hashes", Key: "app.tab.hashes", Needs: account.HashesSee},
	{Href: "/console/safety/evidence", Key: "app.tab.evidence", Needs: account.EvidenceSee},
	{Href: "/console/safety/statements", Key: "app.tab.statements", Needs: account.DutiesSee},
	{Href: "/console/safety/reporters", Key: "app.tab.reporters", Needs: account.NoticesSee},
}

// overdue counts the duties whose time is over.
func overdue(tx *db.Tx) (int, error) {
	_, late, err := legal.CountDuties(tx, tx.Now())
	return late, err
}
