package market

import (
	"net/http"

	"fairground/internal/ui"
)

// safety says in plain words what is checked, what is never sold here, how to report and how to meet.
func (v *visit) safety(w http.ResponseWriter) error {
	page := v.page(v.t("market.what_we_check"), "/safety")
	page.Description = v.t("market.safety.lead")
	return v.show(w, http.StatusOK, page, safetyView(v))
}

// about says what this market is.
func (v *visit) about(w http.ResponseWriter) error {
	page := v.page(v.t("market.about.title", "site", v.settings.Name), "/about")
	page.Description = v.settings.Tagline
	return v.show(w, http.StatusOK, page, aboutView(v))
}

// imprint says who answers for it.
func (v *visit) imprint(w http.ResponseWriter) error {
	return v.show(w, http.StatusOK, v.page(v.t("market.imprint"), "/imprint"), imprintView(v))
}

// bars are the things that nobody can sell here, by the provider's rules.
func (v *visit) bars() []string {
	return []string{
		v.t("market.safety.bars.services"), v.t("market.safety.bars.people"), v.t("market.safety.bars.minors"), v.t("market.safety.bars.weapons"),
		v.t("market.safety.bars.drugs"), v.t("market.safety.bars.fakes"), v.t("market.safety.bars.scams"),
	}
}

type step struct{ icon, title, text string }

func (v *visit) checks() []step {
	return []step{
		{"shield-check", v.t("market.safety.before"), v.t("market.safety.before_text")},
		{"eye", v.t("market.safety.people"), v.t("market.safety.people_text")},
		{"refresh-cw", v.t("market.safety.change"), v.t("market.safety.change_text")},
		{"scale", v.t("market.safety.reason"), v.t("market.safety.reason_text")},
	}
}

func (v *visit) meeting() []string {
	return []string{v.t("market.safety.meet.see"), v.t("market.safety.meet.place"), v.t("market.safety.meet.pay"), v.t("market.safety.meet.leave")}
}

func (v *visit) contact() ui.Link {
	return ui.Link{Text: string(v.settings.ContactEmail), Href: "mailto:" + string(v.settings.ContactEmail)}
}
