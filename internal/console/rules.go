package console

import (
	"net/http"

	"fairground/internal/db"
	"fairground/internal/safety"
)

// rulesView is the rules in force.
type rulesView struct {
	v   *visit
	all []safety.Rule
}

func (v *visit) rules(w http.ResponseWriter) error {
	var wait waiting
	err := v.read(func(tx *db.Tx) (err error) {
		wait, err = v.waiting(tx)
		return err
	})
	if err != nil {
		return err
	}
	page := v.page(v.t("console.rules"), "/console/safety/rules", wait)
	page.Heading = ""
	v.safetyTabs(&page, "/console/safety/rules", wait)
	return v.show(w, http.StatusOK, page, (&rulesView{v, v.Listings.Gate.Rules().Rules()}).view())
}

// stages names where a rule is asked.
func (r *rulesView) stages(rule safety.Rule) string {
	var names []string
	for _, s := range rule.Stages {
		names = append(names, r.v.t("console.stage."+string(s)))
	}
	return dotted(names...)
}

func example(e safety.Example) string { return dotted(e.Title, e.Text) }
