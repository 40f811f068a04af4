package console

import (
	"net/http"
	"time"

	"fairground/internal/db"
	"fairground/internal/listing"
	"fairground/internal/moderation"
	"fairground/internal/value"
)

// qualityView is how well reviewers agree.
type qualityView struct {
	v     *visit
	all   moderation.Agreement
	by    []moderation.Agreement
	apart []disagreement
}

type disagreement struct {
	moderation.Disagreement
	first, second string // names
	href          string
}

const qualityPath = queueRoot + "/quality"

const qualityDays = 90

const mostApart = 30

func (v *visit) quality(w http.ResponseWriter) error {
	view := &qualityView{v: v}
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		if wait, err = v.waiting(tx); err != nil {
			return err
		}
		return view.readQuality(tx)
	})
	if err != nil {
		return err
	}
	page := v.page(v.t("console.quality"), queueRoot, wait)
	v.safetyTabs(&page, qualityPath, wait)
	return v.show(w, http.StatusOK, page, view.view())
}

func (q *qualityView) readQuality(tx *db.Tx) error {
	all, by, apart, err := moderation.Quality(tx, q.v.now.Add(-qualityDays*24*time.Hour))
	if err != nil {
		return err
	}
	q.all, q.by = all, by
	who, err := q.v.people(tx)
	if err != nil {
		return err
	}
	for _, d := range apart[:min(len(apart), mostApart)] {
		one := disagreement{Disagreement: d}
		if one.first, err = who.account(tx, d.First, value.Staff); err != nil {
			return err
		}
		if one.second, err = who.account(tx, d.Second, value.Staff); err != nil {
			return err
		}
		made, err := moderation.FindDecision(tx, d.Decision)
		if err != nil && value.KindOf(err) != value.NotFound {
			return err
		}
		if made.Object == listing.Object {
			one.href = pathOf(made.Record)
		}
		q.apart = append(q.apart, one)
	}
	return nil
}

// kappa writes Cohen's kappa with two places.
func (q *qualityView) kappa(a moderation.Agreement) string {
	if a.Pairs == 0 {
		return "—"
	}
	return q.v.words.Decimal(a.Kappa, 2)
}

func (q *qualityView) raw(a moderation.Agreement) string {
	if a.Pairs == 0 {
		return "—"
	}
	return q.v.words.Percent(a.Raw)
}

// policyName is the name of a policy; the ground of a notice stands where no rule found it.
func (v *visit) policyName(policy string) string {
	if policy == "" {
		return v.t("console.no_policy")
	}
	return v.orRaw("console.ground."+policy, policy)
}
