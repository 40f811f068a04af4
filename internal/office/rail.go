package office

import (
	"net/http"

	"fairground/internal/account"
	"fairground/internal/db"
	"fairground/internal/record"
	"fairground/internal/ui"
)

// Rail lists the objects that whoever sends a request may see, for the rail of the console: those that features declare
// under "Customers", those of the operator under "Records". Objects that a feature owns whole have pages of their own.
// It is empty for who may see no records.
func (o *Office) Rail(r *http.Request) ([]ui.Section, error) {
	if !account.From(r.Context()).May(account.RecordsSee) {
		return nil, nil
	}
	v, err := o.begin(r)
	if err != nil {
		return nil, err
	}
	customers := ui.Section{Title: v.t("office.customers")}
	records := ui.Section{Title: v.t("office.records_rail")}
	err = v.read(func(tx *db.Tx) error {
		sight, err := v.store.Sight(tx, v.asker)
		if err != nil {
			return err
		}
		reader := v.store.In(tx)
		for _, seen := range sight.Objects() {
			if seen.Owned != nil {
				continue
			}
			n, more, err := reader.Count(v.asker, record.Query{Object: seen.Key}, mostCounted)
			if err != nil {
				return err
			}
			link := ui.Link{Text: v.in(seen.Plural), Href: root(seen.Key), Icon: iconOf(seen.Object), Count: v.capped(n, more)}
			if seen.Declared != "" {
				customers.Links = append(customers.Links, link)
			} else {
				records.Links = append(records.Links, link)
			}
		}
		return nil
	})
	var sections []ui.Section
	for _, section := range []ui.Section{customers, records} {
		if len(section.Links) > 0 {
			sections = append(sections, section)
		}
	}
	return sections, err
}
